// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IAssetCustody} from "../../../src/interfaces/IAssetCustody.sol";
import {IAtomicSwap} from "../../../src/interfaces/IAtomicSwap.sol";
import {IMessageOutbox} from "../../../src/interfaces/IMessageOutbox.sol";
import {AssetIds} from "../../../src/libraries/AssetIds.sol";
import {AssetTransfers} from "../../../src/libraries/AssetTransfers.sol";
import {SwapIds} from "../../../src/libraries/SwapIds.sol";
import {Asset, AssetKind, AssetTransfer} from "../../../src/types/Assets.sol";
import {InclusionProof} from "../../../src/types/Messages.sol";
import {
    LockStatus,
    SwapChange,
    SwapCommand,
    SwapEffect,
    SwapHeader,
    SwapOutcome,
    SwapPayload,
    SwapPreimage,
    SwapTerms,
    Tombstone
} from "../../../src/types/Swaps.sol";
import {SwapTest} from "../../base/SwapTest.sol";
import {Transfers} from "../../base/Transfers.sol";
import {PlainERC1155, PlainERC20, PlainERC721} from "../../mocks/PlainTokens.sol";

contract SwapSourceTest is SwapTest {
    // Lock.

    function testFuzz_lock_takesTheAssetAndSaysEverything(uint128 amount, uint64 duration, bytes calldata data)
        external
    {
        vm.assume(data.length < 2_000);
        SwapTerms memory what = terms();
        what.amount = bound(amount, 1, 1_000_000);
        what.deadline = uint64(block.timestamp + bound(duration, 1, swap.MAX_DURATION()));
        what.venueData = data;
        (bytes32 id, SwapPreimage memory preimage) = lock(what);

        SwapHeader memory header = preimage.header;
        vm.assertEq(
            abi.encode(header),
            abi.encode(
                SwapHeader(
                    1,
                    SOURCE,
                    DESTINATION,
                    address(swap),
                    address(swap),
                    alice,
                    0,
                    SwapIds.commitment(SALT, preimage.payload),
                    1,
                    what.deadline,
                    what.minGas,
                    carol
                )
            )
        );
        vm.assertEq(id, keccak256(abi.encode(keccak256("Causeway.Swap.v1"), header)));
        vm.assertEq(preimage.salt, SALT);
        SwapPayload memory payload = abi.decode(preimage.payload, (SwapPayload));
        AssetTransfer memory given = AssetTransfer(goldAsset(), 0, what.amount, alice, address(venue), "", "");
        given.metadata = vault.RULES().describe(address(gold), AssetKind.Fungible, DESTINATION);
        vm.assertEq(payload.transfer, AssetTransfers.encode(given));
        vm.assertEq(payload.venueData, data);
        vm.assertEq(payload.minReturned, WANTED);
        vm.assertEq(payload.beneficiary, bob);
        vm.assertEq(payload.l1Recipient, bank);
        vm.assertEq(payload.counterparty, bank);
        vm.assertEq(vault.locked(address(gold)), what.amount);
        assertLock(id, LockStatus.Locked);
        vm.assertEq(swap.nonceOf(alice), 1);
    }

    function test_lock_reportsAndSends() external {
        uint256 snapshot = vm.snapshotState();
        (bytes32 id, SwapPreimage memory preimage) = lock(terms());
        vm.revertToState(snapshot);
        bytes memory message = SwapIds.lockMessage(preimage.header);
        vm.expectEmit(address(vault));
        emit IAssetCustody.AssetOut(AssetTransfers.packAsset(goldAsset()), 0, AssetTransfers.packMovement(0, AMOUNT));
        vm.expectEmit(address(center));
        emit IMessageOutbox.L1MessageSent(address(swap), keccak256(message), message);
        vm.expectEmit(address(swap));
        emit IAtomicSwap.SwapLocked(id, preimage.header, SALT, preimage.payload);
        expectEffect(SwapEffect(SwapChange.Opened, SOURCE, DESTINATION, id, leg(goldAsset(), AMOUNT), noLeg()));
        vm.prank(alice);
        vm.assertEq(swap.lock(terms(), SALT), id);
    }

    function test_lock_givesEachSwapItsOwnId() external {
        (bytes32 first,) = lock(terms());
        (bytes32 second, SwapPreimage memory preimage) = lock(terms());
        vm.assertNotEq(first, second);
        vm.assertEq(preimage.header.nonce, 1);
    }

    function test_lock_takesBaseTokens() external {
        SwapTerms memory what = terms();
        (what.token, what.amount) = (BASE, 3 ether);
        (bytes32 id,) = lock(what);
        vm.assertEq(address(vault.BASE_TOKEN_HOLDER()).balance, GENESIS_BASE_TOKENS + 3 ether);
        assertLock(id, LockStatus.Locked);
    }

    function test_lock_reverts_whenValueIsAnother() external {
        vm.deal(alice, 1);
        vm.expectRevert(abi.encodeWithSelector(IAssetCustody.AssetCustodyWrongValue.selector, 0, 1));
        vm.prank(alice);
        swap.lock{value: 1}(terms(), SALT);
    }

    function testFuzz_lock_reverts_whenDestinationIsNotOpen(uint256 chainId) external {
        // What other chains have opened is open here too: there is one center.
        vm.assume(chainId != DESTINATION && chainId != THIRD);
        SwapTerms memory what = terms();
        what.destinationChainId = chainId;
        _expectRefused(what, abi.encodeWithSelector(IAtomicSwap.AtomicSwapUnknownDestination.selector, chainId));
        what.destinationChainId = SOURCE;
        _expectRefused(what, abi.encodeWithSelector(IAtomicSwap.AtomicSwapUnknownDestination.selector, SOURCE));
        what.destinationChainId = L1;
        _expectRefused(what, abi.encodeWithSelector(IAtomicSwap.AtomicSwapUnknownDestination.selector, L1));
    }

    function test_lock_reverts_whenAnAccountIsMissing() external {
        bytes memory reason = abi.encodeWithSelector(IAtomicSwap.AtomicSwapZeroAccount.selector);
        SwapTerms memory what = terms();
        what.venue = address(0);
        _expectRefused(what, reason);
        what = terms();
        what.beneficiary = address(0);
        _expectRefused(what, reason);
        what = terms();
        what.refundTo = address(0);
        _expectRefused(what, reason);
        what = terms();
        what.l1Recipient = address(0);
        _expectRefused(what, reason);
    }

    function test_lock_reverts_whenNothingIsWanted() external {
        SwapTerms memory what = terms();
        what.minReturned = 0;
        _expectRefused(what, abi.encodeWithSelector(IAtomicSwap.AtomicSwapNothingWanted.selector));
    }

    function testFuzz_lock_reverts_whenDeadlineIsBad(uint64 deadline) external {
        (uint256 earliest, uint256 latest) = (block.timestamp + 1, block.timestamp + swap.MAX_DURATION());
        vm.assume(deadline < earliest || deadline > latest);
        SwapTerms memory what = terms();
        what.deadline = deadline;
        _expectRefused(
            what, abi.encodeWithSelector(IAtomicSwap.AtomicSwapBadDeadline.selector, deadline, earliest, latest)
        );
        what.deadline = uint64(block.timestamp);
        _expectRefused(
            what, abi.encodeWithSelector(IAtomicSwap.AtomicSwapBadDeadline.selector, block.timestamp, earliest, latest)
        );
    }

    function testFuzz_lock_reverts_whenTooMuchGasIsAskedFor(uint64 minGas) external {
        uint64 most = swap.MAX_MIN_GAS();
        SwapTerms memory what = terms();
        what.minGas = uint64(bound(minGas, most + 1, type(uint64).max));
        _expectRefused(what, abi.encodeWithSelector(IAtomicSwap.AtomicSwapTooMuchGas.selector, what.minGas, most));
        what.minGas = most;
        lock(what);
    }

    function test_lock_reverts_whenPayloadIsTooLarge() external {
        SwapTerms memory what = terms();
        what.venueData = new bytes(4_096);
        vm.expectPartialRevert(IAtomicSwap.AtomicSwapPayloadTooLarge.selector);
        vm.prank(alice);
        swap.lock(what, SALT);
    }

    function test_lock_reverts_whenDestinationIsFrozen() external {
        vm.expectEmit(address(swap));
        emit IAtomicSwap.DestinationFrozen(DESTINATION, true);
        command(SwapCommand.Destination, abi.encode(DESTINATION, true), true);
        vm.assertTrue(swap.isFrozenDestination(DESTINATION));
        _expectRefused(terms(), abi.encodeWithSelector(IAtomicSwap.AtomicSwapDestinationFrozen.selector, DESTINATION));
        command(SwapCommand.Destination, abi.encode(DESTINATION, false), true);
        lock(terms());
    }

    /// @dev What was locked may never arrive, so each lock says what the token is called until a transfer has.
    function test_lock_describesTheToken_untilATransferHas() external {
        (, SwapPreimage memory first) = lock(terms());
        (, SwapPreimage memory second) = lock(terms());
        vm.assertEq(first.payload, second.payload);
        sendOnly(SOURCE, Transfers.fungible(DESTINATION, address(gold), 5, bob), alice);
        (, SwapPreimage memory third) = lock(terms());
        vm.assertLt(third.payload.length, second.payload.length);
    }

    // Redeem.

    function test_redeem_paysTheBeneficiary() external {
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        (bytes memory output, InclusionProof memory receipt) = executeAndProve(preimage, proof);
        expectEffect(SwapEffect(SwapChange.Redeemed, SOURCE, DESTINATION, id, leg(cashAsset(), WANTED), noLeg()));
        vm.expectEmit(address(vault));
        emit IAssetCustody.AssetIn(AssetTransfers.packAsset(cashAsset()), 0, AssetTransfers.packMovement(0, WANTED));
        swap.redeem(preimage, output, receipt);
        assertLock(id, LockStatus.Redeemed);
        address token = vault.tokenOf(AssetIds.assetId(DESTINATION, address(cash)));
        vm.assertEq(PlainERC20(token).balanceOf(bob), WANTED);
        _expectPaid(preimage, output, receipt, LockStatus.Redeemed);
    }

    function test_redeem_reverts_whenUnproven() external {
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        (bytes memory output, InclusionProof memory receipt) = executeAndProve(preimage, proof);
        receipt.path[3] ^= bytes32(uint256(1));
        vm.expectRevert(refusal(IAtomicSwap.AtomicSwapUnproven.selector, id));
        swap.redeem(preimage, output, receipt);
    }

    function testFuzz_redeem_reverts_whenOutputIsNotWhatWasWanted(uint256 which, uint128 short) external {
        (bytes32 id, SwapPreimage memory preimage,) = lockAndProve();
        AssetTransfer memory what = AssetTransfer(cashAsset(), 0, WANTED, address(swap), bob, "", "");
        which = which % 6;
        if (which == 0) what.amount = bound(short, 0, WANTED - 1);
        if (which == 1) what.recipient = alice;
        if (which == 2) what.asset.originToken = address(gold);
        if (which == 3) what.asset.originChainId = THIRD;
        if (which == 4) what.asset.kind = AssetKind.MultiToken;
        if (which == 5) (what.asset.kind, what.tokenId) = (AssetKind.MultiToken, 1);
        _expectWrongOutput(id, preimage, AssetTransfers.encode(what));
        _expectWrongOutput(id, preimage, "no transfer");
        assertLock(id, LockStatus.Locked);
    }

    function test_redeem_reverts_whenPayloadIsAnother() external {
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        (bytes memory output, InclusionProof memory receipt) = executeAndProve(preimage, proof);
        preimage.salt = 0;
        vm.expectRevert(refusal(IAtomicSwap.AtomicSwapWrongPayload.selector, id));
        swap.redeem(preimage, output, receipt);
    }

    function test_redeem_reverts_whenNotLocked() external {
        (, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        preimage.header.nonce = 7;
        _expectNotLocked(preimage, LockStatus.None);
        swap.redeem(preimage, "", proof);
    }

    /// @dev One that does not take its payment has a claim; the swap is closed all the same.
    function test_redeem_notesAClaim_whenBeneficiaryCannotBePaid() external {
        SwapTerms memory what = terms();
        what.wanted = Asset(L1, BASE, AssetKind.Fungible);
        what.beneficiary = address(gold);
        vm.deal(address(venue), WANTED);
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve(what);
        (bytes memory output, InclusionProof memory receipt) = executeAndProve(preimage, proof);
        swap.redeem(preimage, output, receipt);
        assertLock(id, LockStatus.Redeemed);
        vm.assertEq(vault.claimable(AssetIds.assetId(L1, BASE), address(gold)), WANTED);
    }

    // Refund.

    function test_refund_givesBack_whenCancelled() external {
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        vm.warp(preimage.header.deadline + 1);
        swap.cancel(preimage.header, proof);
        InclusionProof memory receipt = proveReceipt(preimage.header, SwapOutcome.Cancelled, "");
        expectEffect(SwapEffect(SwapChange.Refunded, SOURCE, DESTINATION, id, leg(goldAsset(), AMOUNT), noLeg()));
        swap.refund(preimage, receipt);
        vm.assertEq(gold.balanceOf(carol), AMOUNT);
        vm.assertEq(vault.locked(address(gold)), 0);
        assertLock(id, LockStatus.Refunded);
        vm.assertEq(vault.tokenOf(AssetIds.assetId(SOURCE, address(gold))), address(0), "it is at home here");
        _expectPaid(preimage, "", receipt, LockStatus.Refunded);
    }

    function test_refund_givesBackItems() external {
        PlainERC721 deeds = new PlainERC721();
        PlainERC1155 coins = new PlainERC1155();
        deeds.mint(alice, 7);
        coins.mint(alice, 3, 50);
        vm.startPrank(alice);
        deeds.approve(address(vault), 7);
        coins.setApprovalForAll(address(vault), true);
        vm.stopPrank();
        _lockAndRefund(address(deeds), AssetKind.NonFungible, 7, 1);
        _lockAndRefund(address(coins), AssetKind.MultiToken, 3, 20);
        vm.assertEq(deeds.ownerOf(7), carol);
        vm.assertEq(coins.balanceOf(carol, 3), 20);
    }

    function test_refund_needsNoProof_whenL1HasCancelled() external {
        (bytes32 id, SwapPreimage memory preimage) = lock(terms());
        command(SwapCommand.Refundable, abi.encode(id), true);
        assertLock(id, LockStatus.Refundable);
        command(SwapCommand.Refundable, abi.encode(id), true);
        InclusionProof memory nothing;
        swap.refund(preimage, nothing);
        vm.assertEq(gold.balanceOf(carol), AMOUNT);
        _expectPaid(preimage, "", nothing, LockStatus.Refunded);
        command(SwapCommand.Refundable, abi.encode(id), true);
        assertLock(id, LockStatus.Refunded);
    }

    function test_refund_reverts_whenUnproven() external {
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        vm.chainId(SOURCE);
        vm.expectRevert(refusal(IAtomicSwap.AtomicSwapUnproven.selector, id));
        swap.refund(preimage, proof);
        proof.chainId = THIRD;
        vm.expectRevert(refusal(IAtomicSwap.AtomicSwapUnproven.selector, id));
        swap.refund(preimage, proof);
    }

    /// @dev Once L1 has cancelled it, no receipt makes it executed.
    function test_redeem_reverts_whenL1HasCancelled() external {
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        (bytes memory output, InclusionProof memory receipt) = executeAndProve(preimage, proof);
        command(SwapCommand.Refundable, abi.encode(id), true);
        _expectNotLocked(preimage, LockStatus.Refundable);
        swap.redeem(preimage, output, receipt);
    }

    function test_refundable_fails_whenNothingIsLocked() external {
        command(SwapCommand.Refundable, abi.encode(keccak256("another")), false);
        assertLock(keccak256("another"), LockStatus.None);
    }

    // Close.

    function test_close_paysTheBeneficiary_onceOnly() external {
        (bytes32 id, SwapPreimage memory preimage) = lock(terms());
        bytes memory data = abi.encode(preimage, SwapOutcome.Executed, outputOf(preimage, WANTED + 2));
        command(SwapCommand.Close, data, true);
        assertLock(id, LockStatus.Redeemed);
        address token = vault.tokenOf(AssetIds.assetId(DESTINATION, address(cash)));
        vm.assertEq(PlainERC20(token).balanceOf(bob), WANTED + 2);
        command(SwapCommand.Close, data, false);
        command(SwapCommand.Close, abi.encode(preimage, SwapOutcome.Cancelled, bytes("")), false);
        vm.assertEq(PlainERC20(token).balanceOf(bob), WANTED + 2);
        vm.assertEq(gold.balanceOf(carol), 0);
    }

    function test_close_givesBack_onceOnly() external {
        (bytes32 id, SwapPreimage memory preimage) = lock(terms());
        command(SwapCommand.Refundable, abi.encode(id), true);
        bytes memory data = abi.encode(preimage, SwapOutcome.Cancelled, bytes(""));
        command(SwapCommand.Close, data, true);
        assertLock(id, LockStatus.Refunded);
        command(SwapCommand.Close, data, false);
        vm.assertEq(gold.balanceOf(carol), AMOUNT);
    }

    function test_close_fails_whenItDoesNotFit() external {
        (bytes32 id, SwapPreimage memory preimage) = lock(terms());
        bytes memory output = outputOf(preimage, WANTED - 1);
        command(SwapCommand.Close, abi.encode(preimage, SwapOutcome.Executed, output), false);
        command(SwapCommand.Close, abi.encode(preimage, SwapOutcome.Pending, bytes("")), false);
        command(SwapCommand.Close, "malformed", false);
        preimage.payload[40] ^= 0x01;
        command(SwapCommand.Close, abi.encode(preimage, SwapOutcome.Cancelled, bytes("")), false);
        assertLock(id, LockStatus.Locked);
    }

    function testFuzz_closeForced_reverts_whenCallerIsAnother(address caller) external {
        vm.assume(caller != address(swap));
        (, SwapPreimage memory preimage) = lock(terms());
        vm.expectRevert(abi.encodeWithSelector(IAtomicSwap.AtomicSwapNotSelf.selector, caller));
        vm.prank(caller);
        swap.closeForced(preimage, SwapOutcome.Cancelled, "");
    }

    function test_closeForced_reverts_whenOutcomeIsNone() external {
        (bytes32 id, SwapPreimage memory preimage) = lock(terms());
        vm.expectRevert(refusal(IAtomicSwap.AtomicSwapWrongReceipt.selector, id));
        vm.prank(address(swap));
        swap.closeForced(preimage, SwapOutcome.Pending, "");
    }

    // Bury.

    function test_bury_closesWhatL1HasPaid() external {
        (bytes32 id, SwapPreimage memory preimage) = lock(terms());
        Tombstone[] memory tombstones = _tombstone(id);
        expectEffect(SwapEffect(SwapChange.Buried, SOURCE, 0, id, noLeg(), noLeg()));
        vm.prank(operator);
        swap.bury(tombstones);
        assertLock(id, LockStatus.ClosedByL1);
        command(SwapCommand.Close, abi.encode(preimage, SwapOutcome.Cancelled, bytes("")), false);
        command(SwapCommand.Refundable, abi.encode(id), true);
        InclusionProof memory receipt = proveReceipt(preimage.header, SwapOutcome.Cancelled, "");
        _expectPaid(preimage, "", receipt, LockStatus.ClosedByL1);
        vm.assertEq(gold.balanceOf(carol), 0);
        vm.expectRevert(refusal(IAtomicSwap.AtomicSwapCannotBury.selector, id));
        vm.prank(operator);
        swap.bury(tombstones);
    }

    function test_bury_reverts_whenPaidHere() external {
        (bytes32 id, SwapPreimage memory preimage) = lock(terms());
        command(SwapCommand.Close, abi.encode(preimage, SwapOutcome.Cancelled, bytes("")), true);
        vm.expectRevert(refusal(IAtomicSwap.AtomicSwapCannotBury.selector, id));
        vm.prank(operator);
        swap.bury(_tombstone(id));
    }

    function _tombstone(bytes32 id) private pure returns (Tombstone[] memory tombstones) {
        tombstones = new Tombstone[](1);
        tombstones[0] = Tombstone(SOURCE, id);
    }

    function _lockAndRefund(address token, AssetKind kind, uint256 tokenId, uint256 amount) private {
        SwapTerms memory what = terms();
        (what.token, what.kind, what.tokenId, what.amount) = (token, kind, tokenId, amount);
        (bytes32 id, SwapPreimage memory preimage) = lock(what);
        swap.refund(preimage, proveReceipt(preimage.header, SwapOutcome.Cancelled, ""));
        assertLock(id, LockStatus.Refunded);
    }

    function _expectRefused(SwapTerms memory what, bytes memory reason) private {
        vm.expectRevert(reason);
        vm.prank(alice);
        swap.lock(what, SALT);
    }

    function _expectWrongOutput(bytes32 id, SwapPreimage memory preimage, bytes memory output) private {
        InclusionProof memory receipt = proveReceipt(preimage.header, SwapOutcome.Executed, output);
        vm.expectRevert(refusal(IAtomicSwap.AtomicSwapWrongOutput.selector, id));
        swap.redeem(preimage, output, receipt);
    }

    function _expectNotLocked(SwapPreimage memory preimage, LockStatus status) private {
        bytes32 id = SwapIds.swapId(preimage.header);
        vm.expectRevert(abi.encodeWithSelector(IAtomicSwap.AtomicSwapNotLocked.selector, id, status));
    }

    /// @dev Neither end of it pays again.
    function _expectPaid(
        SwapPreimage memory preimage,
        bytes memory output,
        InclusionProof memory receipt,
        LockStatus status
    ) private {
        _expectNotLocked(preimage, status);
        swap.redeem(preimage, output, receipt);
        _expectNotLocked(preimage, status);
        swap.refund(preimage, receipt);
    }
}
