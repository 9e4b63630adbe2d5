// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {IAssetLedger} from "../../../src/interfaces/IAssetLedger.sol";
import {IPriorityQueue} from "../../../src/interfaces/IPriorityQueue.sol";
import {ISwapRegistry} from "../../../src/interfaces/ISwapRegistry.sol";
import {AssetIds} from "../../../src/libraries/AssetIds.sol";
import {SwapRegistry} from "../../../src/swap/SwapRegistry.sol";
import {Asset, AssetKind, AssetTransfer, TransferRequest} from "../../../src/types/Assets.sol";
import {PriorityOperation} from "../../../src/types/PriorityOperations.sol";
import {
    SwapChange,
    SwapCommand,
    SwapEffect,
    SwapLeg,
    SwapOutcome,
    SwapPreimage,
    Tombstone
} from "../../../src/types/Swaps.sol";
import {RegistryTest} from "../../base/RegistryTest.sol";
import {Transfers} from "../../base/Transfers.sol";

contract SwapRegistryTest is RegistryTest {
    /// @dev 0 for that of the swap as it is.
    uint256 private _lockedAmount;

    function setUp() external {
        deploySwaps();
    }

    // What chains report.

    function test_debitBatch_opensASwap() external {
        SwapEffect[] memory effects = one(effect(SwapChange.Opened));
        vm.expectEmit(address(swapRegistry));
        emit ISwapRegistry.SwapOpened(A, swapId, B, locked());
        vm.prank(address(settlement));
        swapRegistry.debitBatch(A, effects);
        expectSlot(SwapOutcome.Pending, false, legHash(locked()));
        vm.assertEq(slot().changedAt, block.timestamp);
        expectHeld(given, 100);
        expectBalance(A, given, 900);
        expectIdentity(given);
    }

    /// @dev INV-01, INV-06: what was locked is B's, and what comes back was B's.
    function test_creditBatch_executes() external {
        report(SwapChange.Opened);
        vm.expectEmit(address(swapRegistry));
        emit ISwapRegistry.SwapDecided(A, swapId, SwapOutcome.Executed, legHash(returned()), false);
        report(SwapChange.Executed);
        expectHeld(given, 0);
        expectBalance(B, given, 100);
        expectHeld(wanted, 50);
        vm.expectEmit(address(swapRegistry));
        emit ISwapRegistry.SwapClosed(A, swapId, A);
        report(SwapChange.Redeemed);
        expectHeld(wanted, 0);
        expectBalance(A, wanted, 50);
        expectIdentity(given);
        expectIdentity(wanted);
    }

    function test_creditBatch_cancels() external {
        report(SwapChange.Opened);
        vm.expectEmit(address(swapRegistry));
        emit ISwapRegistry.SwapDecided(A, swapId, SwapOutcome.Cancelled, legHash(locked()), false);
        report(SwapChange.Cancelled);
        expectHeld(given, 100);
        report(SwapChange.Refunded);
        expectHeld(given, 0);
        expectBalance(A, given, 1000);
        expectIdentity(given);
    }

    /// @dev Credits before debits: B had none of what it returns until this batch gave it.
    function test_creditBatch_givesBeforeDebitBatchTakes() external {
        report(SwapChange.Opened);
        SwapEffect memory executed = effect(SwapChange.Executed);
        executed.returned = SwapLeg(given, 0, 100);
        report(B, executed);
        expectHeld(given, 100);
        expectBalance(B, given, 0);
    }

    /// @dev INV-10: a chain locks no more than it has.
    function test_debitBatch_reverts_whenTheChainHasLess() external {
        SwapEffect memory opened = effect(SwapChange.Opened);
        opened.leg.amount = 1001;
        expectRefused(
            A,
            opened,
            abi.encodeWithSelector(IAssetLedger.AssetLedgerBalanceTooLow.selector, A, keyOf(given), 1000, 1001)
        );
    }

    /// @dev Nor does it return more.
    function test_debitBatch_reverts_whenTheReturnedIsNotThere() external {
        report(SwapChange.Opened);
        SwapEffect memory executed = effect(SwapChange.Executed);
        executed.returned = SwapLeg(given, 0, 101);
        vm.startPrank(address(settlement));
        swapRegistry.creditBatch(B, one(executed), false);
        vm.expectRevert(
            abi.encodeWithSelector(IAssetLedger.AssetLedgerBalanceTooLow.selector, B, keyOf(given), 100, 101)
        );
        swapRegistry.debitBatch(B, one(executed));
        vm.stopPrank();
    }

    function testFuzz_debitBatch_reverts_whenTheDestinationIsUnknown(uint256 destination) external {
        vm.assume(destination < A || destination > C);
        SwapEffect memory opened = effect(SwapChange.Opened);
        opened.destination = destination;
        expectRefused(A, opened, abi.encodeWithSelector(ISwapRegistry.SwapRegistryUnknownChain.selector, destination));
        opened.destination = L1_CHAIN_ID;
        expectRefused(A, opened, abi.encodeWithSelector(ISwapRegistry.SwapRegistryUnknownChain.selector, L1_CHAIN_ID));
    }

    function test_debitBatch_reverts_whenTheDestinationIsTheSource() external {
        SwapEffect memory opened = effect(SwapChange.Opened);
        opened.destination = A;
        expectRefused(A, opened, abi.encodeWithSelector(ISwapRegistry.SwapRegistryForeignEffect.selector, A, A, A));
    }

    /// @dev ATK-43, INV-04: nobody but the end whose part it is says anything of a swap.
    function test_ATK43_creditBatch_reverts_whenAnotherChainSpeaks() external {
        expectRefused(
            C,
            effect(SwapChange.Opened),
            abi.encodeWithSelector(ISwapRegistry.SwapRegistryForeignEffect.selector, C, A, B)
        );
        report(SwapChange.Opened);
        for (uint256 i = uint256(SwapChange.Executed); i <= uint256(SwapChange.Refunded); ++i) {
            SwapChange change = SwapChange(i);
            for (uint256 chainId = A; chainId <= C; ++chainId) {
                if (chainId == speakerOf(change)) continue;
                bytes memory reason =
                    abi.encodeWithSelector(ISwapRegistry.SwapRegistryForeignEffect.selector, chainId, A, B);
                expectRefused(chainId, effect(change), reason);
            }
        }
    }

    /// @dev ATK-43: nor by naming itself the destination.
    function test_ATK43_creditBatch_reverts_whenTheDestinationIsAnother() external {
        report(SwapChange.Opened);
        bytes memory reason = abi.encodeWithSelector(ISwapRegistry.SwapRegistryWrongDestination.selector, swapId, B, C);
        SwapEffect memory executed = effect(SwapChange.Executed);
        executed.destination = C;
        expectRefused(C, executed, reason);
        SwapEffect memory cancelled = effect(SwapChange.Cancelled);
        cancelled.destination = C;
        expectRefused(C, cancelled, reason);
        report(SwapChange.Executed);
        SwapEffect memory redeemed = effect(SwapChange.Redeemed);
        redeemed.destination = C;
        expectRefused(A, redeemed, reason);
    }

    /// @dev ATK-41: a chain that opens another's swap first opens one of its own.
    function test_ATK41_debitBatch_isNotFrontRun_byAnotherSource() external {
        SwapEffect memory early = effect(SwapChange.Opened);
        early.source = C;
        early.leg = SwapLeg(given, 0, 1);
        report(C, early);
        report(SwapChange.Opened);
        expectSlot(SwapOutcome.Pending, false, legHash(locked()));
        vm.assertEq(swapRegistry.slotOf(C, swapId).heldHash, legHash(early.leg));
        early.change = SwapChange.Cancelled;
        report(B, early);
        expectSlot(SwapOutcome.Pending, false, legHash(locked()));
    }

    /// @dev INV-07: what is paid is what is held, to the last unit and token id.
    function testFuzz_INV07_creditBatch_reverts_whenTheLegIsAnother(uint256 amount, uint256 tokenId, address token)
        external
    {
        SwapLeg memory wrong = SwapLeg(Asset(C, token, AssetKind.Fungible), tokenId, amount);
        vm.assume(legHash(wrong) != legHash(locked()) && legHash(wrong) != legHash(returned()));
        report(SwapChange.Opened);
        _expectWrongLeg(SwapChange.Executed, legHash(locked()), wrong);
        uint256 pending = vm.snapshotState();
        report(SwapChange.Executed);
        _expectWrongLeg(SwapChange.Redeemed, legHash(returned()), wrong);
        vm.revertToState(pending);
        report(SwapChange.Cancelled);
        _expectWrongLeg(SwapChange.Refunded, legHash(locked()), wrong);
    }

    /// @dev INV-02: once and no more, in one batch too.
    function test_INV02_creditBatch_reverts_whenAChainSaysItTwice() external {
        report(SwapChange.Opened);
        SwapEffect[] memory twice = new SwapEffect[](2);
        (twice[0], twice[1]) = (effect(SwapChange.Executed), effect(SwapChange.Executed));
        vm.expectRevert(
            abi.encodeWithSelector(ISwapRegistry.SwapRegistryDecided.selector, swapId, SwapOutcome.Executed)
        );
        vm.prank(address(settlement));
        swapRegistry.creditBatch(B, twice, false);
        report(SwapChange.Executed);
        (twice[0], twice[1]) = (effect(SwapChange.Redeemed), effect(SwapChange.Redeemed));
        vm.expectRevert(abi.encodeWithSelector(ISwapRegistry.SwapRegistryClosed.selector, swapId));
        vm.prank(address(settlement));
        swapRegistry.creditBatch(A, twice, false);
    }

    /// @dev INV-02: the two ends of one asset in one batch: as many swaps as there are, each once.
    function testFuzz_INV01_creditBatch_keepsTheIdentity(uint8 count, uint256 outcomes) external {
        count = uint8(bound(count, 1, 10));
        for (uint256 i = 0; i < count; ++i) {
            use(locked(), address(uint160(i + 1)));
            report(SwapChange.Opened);
            bool executes = outcomes >> i & 1 == 1;
            bool closes = outcomes >> (i + 16) & 1 == 1;
            report(executes ? SwapChange.Executed : SwapChange.Cancelled);
            if (closes) report(executes ? SwapChange.Redeemed : SwapChange.Refunded);
            expectIdentity(given);
            expectIdentity(wanted);
        }
    }

    function testFuzz_batches_revert_whenNotTheSettlement(address caller) external {
        vm.assume(caller != address(settlement));
        bytes memory reason =
            abi.encodeWithSelector(ISwapRegistry.SwapRegistryNotSettlement.selector, caller, address(settlement));
        SwapEffect[] memory effects = new SwapEffect[](0);
        vm.startPrank(caller);
        vm.expectRevert(reason);
        swapRegistry.creditBatch(A, effects, false);
        vm.expectRevert(reason);
        swapRegistry.debitBatch(A, effects);
        vm.stopPrank();
    }

    // What anyone can force.

    function test_forceResolve_asksTheDestination() external {
        report(SwapChange.Opened);
        vm.warp(block.timestamp + HOUR);
        vm.recordLogs();
        bytes32 operationHash = swapRegistry.forceResolve(A, swapId);
        _expectCommand(operationHash, B, SwapCommand.Resolve, abi.encode(A, swapId));
        _expectForcedOnce();
    }

    function test_forceExecute_asksTheDestination() external {
        report(SwapChange.Opened);
        vm.warp(block.timestamp + HOUR);
        bytes memory what = abi.encode(preimage);
        vm.recordLogs();
        bytes32 operationHash = swapRegistry.forceExecute(preimage);
        _expectCommand(operationHash, B, SwapCommand.Execute, what);
        _expectForcedOnce();
    }

    function testFuzz_force_reverts_whenItIsTooEarly(uint64 waited) external {
        waited = uint64(bound(waited, 0, HOUR - 1));
        report(SwapChange.Opened);
        uint256 notBefore = block.timestamp + HOUR;
        vm.warp(block.timestamp + waited);
        _expectTooEarly(notBefore);
        swapRegistry.forceResolve(A, swapId);
        _expectTooEarly(notBefore);
        swapRegistry.forceExecute(preimage);
    }

    /// @dev The destination's own time.
    function test_forceResolve_waitsAsGovernanceSet() external {
        vm.prank(governance);
        swapRegistry.setTimes(B, 5, HOUR);
        report(SwapChange.Opened);
        vm.warp(block.timestamp + 4);
        _expectTooEarly(block.timestamp + 1);
        swapRegistry.forceResolve(A, swapId);
        vm.warp(block.timestamp + 1);
        swapRegistry.forceResolve(A, swapId);
    }

    function testFuzz_preimage_mustBeThatOfTheSwap(bytes32 salt, bytes calldata payload) external {
        vm.assume(salt != preimage.salt || keccak256(payload) != keccak256(preimage.payload));
        report(SwapChange.Opened);
        vm.warp(block.timestamp + HOUR);
        SwapPreimage memory wrong = preimage;
        (wrong.salt, wrong.payload) = (salt, payload);
        bytes memory reason = abi.encodeWithSelector(ISwapRegistry.SwapRegistryWrongPreimage.selector, swapId);
        vm.expectRevert(reason);
        swapRegistry.forceExecute(wrong);
        vm.expectRevert(reason);
        swapRegistry.forceClose(wrong, "");
        vm.expectRevert(reason);
        swapRegistry.l1Claim(wrong, "");
    }

    /// @dev Another header is another swap.
    function test_forceExecute_reverts_whenTheHeaderIsAnother() external {
        report(SwapChange.Opened);
        vm.warp(block.timestamp + HOUR);
        ++preimage.header.nonce;
        bytes32 other = keccak256(abi.encode(keccak256("Causeway.Swap.v1"), preimage.header));
        vm.expectRevert(abi.encodeWithSelector(ISwapRegistry.SwapRegistryUnknownSwap.selector, A, other));
        swapRegistry.forceExecute(preimage);
    }

    /// @dev Of what comes back nothing counts but what the slot holds: whoever forces could name another recipient, or tell the
    /// chain what a token is called.
    function test_ATK43_forceClose_saysWhatTheSlotHolds_andNothingElse() external {
        report(SwapChange.Opened);
        report(SwapChange.Executed);
        vm.warp(block.timestamp + HOUR);
        bytes memory said = Transfers.encode(Transfers.units(wanted, 50, swap, beneficiary));
        bytes memory forged = Transfers.encode(AssetTransfer(wanted, 0, 50, stranger, stranger, "forged name", ""));
        bytes memory what = abi.encode(preimage, SwapOutcome.Executed, said);
        vm.recordLogs();
        bytes32 operationHash = swapRegistry.forceClose(preimage, forged);
        _expectCommand(operationHash, A, SwapCommand.Close, what);
    }

    function test_forceClose_asksForTheRefund() external {
        report(SwapChange.Opened);
        report(SwapChange.Cancelled);
        vm.warp(block.timestamp + HOUR);
        bytes memory what = abi.encode(preimage, SwapOutcome.Cancelled, bytes(""));
        vm.recordLogs();
        bytes32 operationHash = swapRegistry.forceClose(preimage, "");
        _expectCommand(operationHash, A, SwapCommand.Close, what);
    }

    function testFuzz_forceClose_reverts_whenTheOutputIsNotHeld(bytes calldata wrong, uint128 amount) external {
        vm.assume(wrong.length != 0 && amount != 50);
        report(SwapChange.Opened);
        uint256 pending = vm.snapshotState();
        report(SwapChange.Executed);
        vm.warp(block.timestamp + HOUR);
        bytes memory reason = abi.encodeWithSelector(ISwapRegistry.SwapRegistryWrongOutput.selector, swapId);
        vm.expectRevert(reason);
        swapRegistry.forceClose(preimage, wrong);
        bytes memory other = Transfers.encode(Transfers.units(wanted, amount, venue, beneficiary));
        vm.expectRevert(reason);
        swapRegistry.forceClose(preimage, other);
        other = bytes.concat(output(), "more");
        vm.expectRevert(reason);
        swapRegistry.forceClose(preimage, other);
        vm.revertToState(pending);
        report(SwapChange.Cancelled);
        vm.warp(block.timestamp + HOUR);
        vm.expectRevert(reason);
        swapRegistry.forceClose(preimage, wrong);
    }

    function testFuzz_forceClose_reverts_whenItIsTooEarly(uint64 waited) external {
        waited = uint64(bound(waited, 0, HOUR - 1));
        report(SwapChange.Opened);
        vm.warp(block.timestamp + 2 hours);
        report(SwapChange.Cancelled);
        uint256 notBefore = block.timestamp + HOUR;
        vm.warp(block.timestamp + waited);
        _expectTooEarly(notBefore);
        swapRegistry.forceClose(preimage, "");
    }

    // What L1 decides.

    function test_l1Cancel_cancels_andTellsBothEnds() external {
        report(SwapChange.Opened);
        freezeForLong(B);
        vm.expectEmit(address(swapRegistry));
        emit ISwapRegistry.SwapDecided(A, swapId, SwapOutcome.Cancelled, legHash(locked()), true);
        vm.expectEmit(address(swapRegistry));
        emit ISwapRegistry.TombstonePlaced(B, 0, A, swapId);
        vm.recordLogs();
        bytes32 operationHash = swapRegistry.l1Cancel(A, swapId);
        _expectCommand(operationHash, A, SwapCommand.Refundable, abi.encode(swapId));
        expectSlot(SwapOutcome.Cancelled, false, legHash(locked()));
        expectHeld(given, 100);
        Tombstone[] memory outstanding = swapRegistry.outstandingTombstones(B);
        vm.assertEq(outstanding.length, 1);
        vm.assertEq(outstanding[0].source, A);
        vm.assertEq(outstanding[0].swapId, swapId);
        report(SwapChange.Refunded);
        expectBalance(A, given, 1000);
    }

    /// @dev The source's freeze is not the destination's.
    function test_l1Cancel_reverts_whenTheDestinationIsLive() external {
        report(SwapChange.Opened);
        freezeForLong(A);
        vm.expectRevert(abi.encodeWithSelector(ISwapRegistry.SwapRegistryNotFrozen.selector, B));
        swapRegistry.l1Cancel(A, swapId);
    }

    function testFuzz_l1Cancel_reverts_whenGraceIsNotOver(uint64 waited) external {
        waited = uint64(bound(waited, 0, HOUR - 1));
        report(SwapChange.Opened);
        freeze(B);
        uint256 notBefore = block.timestamp + HOUR;
        vm.warp(block.timestamp + waited);
        _expectTooEarly(notBefore);
        swapRegistry.l1Cancel(A, swapId);
    }

    /// @dev An asset that L1 does not know yet: a claim, paid as soon as its home says what it is called.
    function test_l1Claim_notesAClaim_whenTheAssetHasNoTokenHere() external {
        report(SwapChange.Opened);
        report(SwapChange.Executed);
        freezeForLong(A);
        vm.expectEmit(address(swapRegistry));
        emit ISwapRegistry.SwapClosed(A, swapId, L1_CHAIN_ID);
        vm.expectEmit(address(swapRegistry));
        emit ISwapRegistry.TombstonePlaced(A, 0, A, swapId);
        swapRegistry.l1Claim(preimage, output());
        expectSlot(SwapOutcome.Executed, true, 0);
        expectHeld(wanted, 0);
        expectBalance(L1_CHAIN_ID, wanted, 50);
        expectIdentity(wanted);
        vm.assertEq(sharedBridge.claimable(keyOf(wanted), l1Recipient), 50);
    }

    function test_l1Claim_paysTheRefund_toTheRecipientOfTheSwap() external {
        _lockEther(3 ether);
        report(SwapChange.Opened);
        report(SwapChange.Cancelled);
        freezeForLong(A);
        swapRegistry.l1Claim(preimage, "");
        vm.assertEq(l1Recipient.balance, 3 ether);
        expectHeld(given, 0);
        vm.assertEq(ledger.issued(keyOf(given)), 2 ether);
        (uint256 kept, uint256 owed) = sharedBridge.solvency(AssetIds.BASE_TOKEN);
        vm.assertEq(kept, 2 ether);
        vm.assertEq(owed, 2 ether);
    }

    /// @dev INV-02: paid here, it is not paid there: what A did before is refused, and it must learn of this first.
    function test_INV02_l1Claim_isTheOnlyPayment() external {
        report(SwapChange.Opened);
        report(SwapChange.Cancelled);
        freezeForLong(A);
        swapRegistry.l1Claim(preimage, "");
        vm.expectRevert(abi.encodeWithSelector(ISwapRegistry.SwapRegistryClosed.selector, swapId));
        swapRegistry.l1Claim(preimage, "");
        expectRefused(
            A,
            effect(SwapChange.Refunded),
            abi.encodeWithSelector(ISwapRegistry.SwapRegistryTombstonesFirst.selector, A, 1)
        );
        report(A, effect(SwapChange.Buried));
        expectRefused(
            A, effect(SwapChange.Refunded), abi.encodeWithSelector(ISwapRegistry.SwapRegistryClosed.selector, swapId)
        );
    }

    function test_l1Claim_reverts_whenTheSourceIsLive() external {
        report(SwapChange.Opened);
        report(SwapChange.Cancelled);
        freezeForLong(B);
        vm.expectRevert(abi.encodeWithSelector(ISwapRegistry.SwapRegistryNotFrozen.selector, A));
        swapRegistry.l1Claim(preimage, "");
    }

    function testFuzz_l1Claim_reverts_whenGraceIsNotOver(uint64 waited) external {
        waited = uint64(bound(waited, 0, HOUR - 1));
        report(SwapChange.Opened);
        report(SwapChange.Cancelled);
        freeze(A);
        uint256 notBefore = block.timestamp + HOUR;
        vm.warp(block.timestamp + waited);
        _expectTooEarly(notBefore);
        swapRegistry.l1Claim(preimage, "");
    }

    /// @dev L1 cannot issue what is at home on the chain that stopped.
    function test_l1Claim_reverts_whenTheHomeIsTheSource() external {
        given = Asset(A, given.originToken, AssetKind.Fungible);
        use(locked(), address(0));
        report(SwapChange.Opened);
        report(SwapChange.Cancelled);
        freezeForLong(A);
        vm.expectRevert(abi.encodeWithSelector(ISwapRegistry.SwapRegistryNotBackedByL1.selector, swapId, A));
        swapRegistry.l1Claim(preimage, "");
    }

    function testFuzz_l1Claim_reverts_whenTheOutputIsNotHeld(bytes calldata wrong) external {
        vm.assume(wrong.length != 0);
        report(SwapChange.Opened);
        uint256 pending = vm.snapshotState();
        report(SwapChange.Executed);
        freezeForLong(A);
        bytes memory reason = abi.encodeWithSelector(ISwapRegistry.SwapRegistryWrongOutput.selector, swapId);
        vm.expectRevert(reason);
        swapRegistry.l1Claim(preimage, wrong);
        vm.expectRevert(reason);
        swapRegistry.l1Claim(preimage, "");
        vm.revertToState(pending);
        report(SwapChange.Cancelled);
        freezeForLong(A);
        vm.expectRevert(reason);
        swapRegistry.l1Claim(preimage, wrong);
    }

    /// @dev A slot that holds something else than the payload says, as a broken source may open it.
    function test_l1Claim_reverts_whenThePayloadSaysAnotherLeg() external {
        SwapEffect memory opened = effect(SwapChange.Opened);
        opened.leg.amount = 99;
        report(A, opened);
        report(SwapChange.Cancelled);
        freezeForLong(A);
        vm.expectRevert(abi.encodeWithSelector(ISwapRegistry.SwapRegistryWrongOutput.selector, swapId));
        swapRegistry.l1Claim(preimage, "");
    }

    /// @dev LIV-01: both ends stop. L1 cancels for one, pays for the other, and each has to bury its own.
    function test_LIV01_bothChainsFrozen_theSwapStillResolves() external {
        _lockEther(3 ether);
        report(SwapChange.Opened);
        freeze(A);
        freezeForLong(B);
        swapRegistry.l1Cancel(A, swapId);
        swapRegistry.l1Claim(preimage, "");
        vm.assertEq(l1Recipient.balance, 3 ether);
        vm.assertEq(swapRegistry.outstandingTombstones(A).length, 1);
        vm.assertEq(swapRegistry.outstandingTombstones(B).length, 1);
        applyEffects(B, one(effect(SwapChange.Buried)), true);
        applyEffects(A, one(effect(SwapChange.Buried)), true);
    }

    /// @dev What a broken chain makes unreadable, it makes unreadable for itself: nothing else about the swap needs the payload.
    function testFuzz_payload_thatCannotBeRead_locksNobodyElseOut(bytes calldata payload) external {
        vm.assume(payload.length < 0x200);
        usePayload(payload);
        report(SwapChange.Opened);
        vm.warp(block.timestamp + HOUR);
        swapRegistry.forceExecute(preimage);
        freezeForLong(B);
        swapRegistry.l1Cancel(A, swapId);
        vm.warp(block.timestamp + HOUR);
        swapRegistry.forceClose(preimage, "");
        freezeForLong(A);
        (bool paid,) = address(swapRegistry).call(abi.encodeCall(ISwapRegistry.l1Claim, (preimage, "")));
        vm.assertFalse(paid);
        use(locked(), address(0));
        report(SwapChange.Opened);
        applyEffects(B, _buried(A, swapRegistry.outstandingTombstones(B)[0].swapId), true);
        report(SwapChange.Cancelled);
        swapRegistry.l1Claim(preimage, "");
    }

    // Tombstones.

    function test_creditBatch_buriesInOrder_beforeAnythingElse() external {
        bytes32[] memory ids = _cancelMany(3);
        use(locked(), address(99));
        report(SwapChange.Opened);
        SwapEffect[] memory effects = new SwapEffect[](4);
        for (uint256 i = 0; i < 3; ++i) {
            effects[i] = _buried(A, ids[i])[0];
        }
        effects[3] = effect(SwapChange.Cancelled);
        (effects[2], effects[3]) = (effects[3], effects[2]);
        _expectCreditRefused(
            effects, true, abi.encodeWithSelector(ISwapRegistry.SwapRegistryTombstonesFirst.selector, B, 1)
        );
        (effects[2], effects[3]) = (effects[3], effects[2]);
        applyEffects(B, effects, true);
        vm.assertEq(swapRegistry.outstandingTombstones(B).length, 0);
        expectSlot(SwapOutcome.Cancelled, false, legHash(locked()));
    }

    function test_creditBatch_reverts_whenAComebackLeavesTombstones() external {
        bytes32[] memory ids = _cancelMany(2);
        _expectCreditRefused(
            new SwapEffect[](0), true, abi.encodeWithSelector(ISwapRegistry.SwapRegistryTombstonesFirst.selector, B, 2)
        );
        _expectCreditRefused(
            _buried(A, ids[0]), true, abi.encodeWithSelector(ISwapRegistry.SwapRegistryTombstonesFirst.selector, B, 1)
        );
        // A part of them, by one that leaves the chain frozen, and the rest.
        applyEffects(B, _buried(A, ids[0]), false);
        vm.assertEq(swapRegistry.outstandingTombstones(B)[0].swapId, ids[1]);
        applyEffects(B, _buried(A, ids[1]), true);
    }

    function test_creditBatch_reverts_whenItIsNotTheNextTombstone() external {
        bytes32[] memory ids = _cancelMany(2);
        _expectNotATombstone(A, ids[1]);
        _expectNotATombstone(C, ids[0]);
        _expectNotATombstone(0, 0);
        applyEffects(B, _buried(A, ids[0]), false);
        _expectNotATombstone(A, ids[0]);
        applyEffects(B, _buried(A, ids[1]), false);
        _expectNotATombstone(A, ids[1]);
        _expectNotATombstone(0, 0);
    }

    /// @dev INV-05: what L1 cancelled, B cannot execute any more, buried or not.
    function test_INV05_creditBatch_reverts_whenAFrozenChainExecutesWhatL1Cancelled() external {
        bytes32[] memory ids = _cancelMany(1);
        SwapEffect[] memory effects = new SwapEffect[](2);
        effects[0] = _buried(A, ids[0])[0];
        effects[1] = effect(SwapChange.Executed);
        _expectCreditRefused(
            effects,
            true,
            abi.encodeWithSelector(ISwapRegistry.SwapRegistryDecided.selector, ids[0], SwapOutcome.Cancelled)
        );
    }

    // Times, and what chains are told.

    function test_tellStatus_saysWhetherTheChainIsFrozen() external {
        vm.recordLogs();
        bytes32 operationHash = swapRegistry.tellStatus(A, B);
        _expectCommand(operationHash, A, SwapCommand.Destination, abi.encode(B, false));
        freeze(B);
        vm.recordLogs();
        operationHash = swapRegistry.tellStatus(A, B);
        _expectCommand(operationHash, A, SwapCommand.Destination, abi.encode(B, true));
    }

    function testFuzz_tellStatus_reverts_whenAChainIsUnknown(uint256 chainId) external {
        vm.assume(chainId < A || chainId > C);
        vm.expectRevert(abi.encodeWithSelector(ISwapRegistry.SwapRegistryUnknownChain.selector, chainId));
        swapRegistry.tellStatus(A, chainId);
        vm.expectRevert(abi.encodeWithSelector(IPriorityQueue.PriorityQueueUnknownChain.selector, chainId));
        swapRegistry.tellStatus(chainId, A);
    }

    function testFuzz_setTimes_setsThem(uint64 forceAfter, uint64 grace) external {
        (uint64 least, uint64 most) = (swapRegistry.MIN_TIME(), swapRegistry.MAX_TIME());
        (forceAfter, grace) = (uint64(bound(forceAfter, least, most)), uint64(bound(grace, least, most)));
        _expectTimes(A, HOUR, HOUR);
        vm.expectEmit(address(swapRegistry));
        emit ISwapRegistry.SwapTimesSet(A, forceAfter, grace);
        vm.prank(governance);
        swapRegistry.setTimes(A, forceAfter, grace);
        _expectTimes(A, forceAfter, grace);
        _expectTimes(B, HOUR, HOUR);
    }

    function testFuzz_setTimes_reverts_whenATimeIsOutOfBounds(uint64 time) external {
        (uint64 least, uint64 most) = (swapRegistry.MIN_TIME(), swapRegistry.MAX_TIME());
        vm.assume(time < least || time > most);
        bytes memory reason = abi.encodeWithSelector(ISwapRegistry.SwapRegistryBadTime.selector, time, least, most);
        vm.startPrank(governance);
        vm.expectRevert(reason);
        swapRegistry.setTimes(A, time, HOUR);
        vm.expectRevert(reason);
        swapRegistry.setTimes(A, HOUR, time);
        vm.expectRevert(abi.encodeWithSelector(ISwapRegistry.SwapRegistryUnknownChain.selector, 9));
        swapRegistry.setTimes(9, HOUR, HOUR);
        vm.stopPrank();
    }

    function testFuzz_setTimes_reverts_whenNotGovernance(address caller) external {
        vm.assume(caller != governance);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
        vm.prank(caller);
        swapRegistry.setTimes(A, HOUR, HOUR);
    }

    function test_constructor_reverts_whenAnAddressIsMissing() external {
        for (uint256 missing = 0; missing < 7; ++missing) {
            address[7] memory parts = [stranger, stranger, stranger, stranger, stranger, stranger, stranger];
            parts[missing] = address(0);
            vm.expectRevert(abi.encodeWithSelector(ISwapRegistry.SwapRegistryZeroAddress.selector));
            new SwapRegistry(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], parts[6]);
        }
        vm.assertEq(swapRegistry.version(), 1);
    }

    // Helpers.

    /// @dev Ether of L1 is on A, and the swap locks some of it.
    function _lockEther(uint256 amount) private {
        given = Asset(L1_CHAIN_ID, AssetIds.BASE_TOKEN, AssetKind.Fungible);
        vm.deal(address(this), 5 ether);
        TransferRequest memory request = Transfers.fungible(A, AssetIds.BASE_TOKEN, 5 ether, stranger);
        sharedBridge.deposit{value: 5 ether}(request, 500_000);
        vm.prank(address(settlement));
        ledger.applyBatch(A, Transfers.entry(given, 0, L1_CHAIN_ID, A, 5 ether));
        _lockedAmount = amount;
        use(locked(), address(0));
    }

    function locked() internal view override returns (SwapLeg memory leg) {
        leg = super.locked();
        if (_lockedAmount != 0) leg.amount = _lockedAmount;
    }

    /// @dev B is frozen, and L1 cancels that many swaps; the last one stays the one in use.
    function _cancelMany(uint256 count) private returns (bytes32[] memory ids) {
        freezeForLong(B);
        ids = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            use(locked(), address(uint160(i + 1)));
            report(SwapChange.Opened);
            swapRegistry.l1Cancel(A, swapId);
            ids[i] = swapId;
        }
    }

    function _buried(uint256 source, bytes32 id) private pure returns (SwapEffect[] memory effects) {
        effects = new SwapEffect[](1);
        (effects[0].change, effects[0].source, effects[0].destination) = (SwapChange.Buried, source, B);
        effects[0].swapId = id;
    }

    function _expectNotATombstone(uint256 source, bytes32 id) private {
        _expectCreditRefused(
            _buried(source, id),
            false,
            abi.encodeWithSelector(ISwapRegistry.SwapRegistryNotATombstone.selector, B, source, id)
        );
    }

    function _expectCreditRefused(SwapEffect[] memory effects, bool buriesAll, bytes memory reason) private {
        vm.expectRevert(reason);
        vm.prank(address(settlement));
        swapRegistry.creditBatch(B, effects, buriesAll);
    }

    function _expectWrongLeg(SwapChange change, bytes32 held, SwapLeg memory wrong) private {
        SwapEffect memory said = effect(change);
        said.leg = wrong;
        expectRefused(
            speakerOf(change),
            said,
            abi.encodeWithSelector(ISwapRegistry.SwapRegistryWrongLeg.selector, swapId, held, legHash(wrong))
        );
    }

    function _expectTooEarly(uint256 notBefore) private {
        vm.expectRevert(abi.encodeWithSelector(ISwapRegistry.SwapRegistryTooEarly.selector, notBefore, block.timestamp));
    }

    function _expectForcedOnce() private {
        vm.assertTrue(slot().isForced);
        bytes memory reason = abi.encodeWithSelector(ISwapRegistry.SwapRegistryAlreadyForced.selector, swapId);
        vm.expectRevert(reason);
        swapRegistry.forceResolve(A, swapId);
        vm.expectRevert(reason);
        swapRegistry.forceExecute(preimage);
    }

    /// @dev The operation that the recorded logs ask for.
    function _expectCommand(bytes32 operationHash, uint256 chainId, SwapCommand command, bytes memory what) private {
        PriorityOperation memory operation = operationIn(vm.getRecordedLogs());
        vm.assertEq(keccak256(abi.encode(operation)), operationHash);
        vm.assertEq(operation.version, 2);
        vm.assertEq(operation.chainId, chainId);
        vm.assertEq(operation.sender, address(swapRegistry));
        vm.assertEq(operation.to, swap);
        vm.assertEq(operation.gasLimit, priorityQueue.MAX_GAS_LIMIT());
        vm.assertEq(operation.data, abi.encode(command, what));
    }

    function _expectTimes(uint256 chainId, uint64 expectedForce, uint64 expectedGrace) private view {
        (uint64 forceAfter, uint64 grace) = swapRegistry.timesOf(chainId);
        vm.assertEq(forceAfter, expectedForce);
        vm.assertEq(grace, expectedGrace);
    }
}
