// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IPriorityQueue} from "../../src/interfaces/IPriorityQueue.sol";
import {AssetIds} from "../../src/libraries/AssetIds.sol";
import {SwapIds} from "../../src/libraries/SwapIds.sol";
import {Asset, AssetKind, LedgerEntry} from "../../src/types/Assets.sol";
import {PriorityOperation} from "../../src/types/PriorityOperations.sol";
import {
    SwapChange,
    SwapEffect,
    SwapLeg,
    SwapOutcome,
    SwapPayload,
    SwapPreimage,
    SwapSlot
} from "../../src/types/Swaps.sol";
import {L1Fixture} from "./L1Fixture.sol";
import {Transfers} from "./Transfers.sol";
import {Vm} from "./Vm.sol";

/// @notice One swap of A for B on the real contracts of L1: 100 of an asset of C for 50 of an asset of B. Batches reach the
/// registry as the settlement hands them on.
abstract contract RegistryTest is L1Fixture {
    uint256 internal constant A = 271;
    uint256 internal constant B = 272;
    uint256 internal constant C = 273;
    uint64 internal constant HOUR = 1 hours;

    address internal beneficiary = makeAddr("beneficiary");
    address internal l1Recipient = makeAddr("recipient on L1");
    address internal refundTo = makeAddr("refund");
    address internal venue = makeAddr("venue");
    Asset internal given = Asset(C, makeAddr("given"), AssetKind.Fungible);
    Asset internal wanted = Asset(B, makeAddr("wanted"), AssetKind.Fungible);
    SwapPreimage internal preimage;
    bytes32 internal swapId;

    function deploySwaps() internal {
        deployL1();
        registerChain(A);
        registerChain(B);
        registerChain(C);
        bookArrival(given, C, A, 1000);
        use(locked(), address(0));
    }

    // The swap.

    function locked() internal view virtual returns (SwapLeg memory) {
        return SwapLeg(given, 0, 100);
    }

    function returned() internal view returns (SwapLeg memory) {
        return SwapLeg(wanted, 0, 50);
    }

    /// @notice What the receipt says comes back, with things in it that L1 cannot know to be true.
    function output() internal view returns (bytes memory) {
        return Transfers.encode(Transfers.units(wanted, 50, venue, beneficiary));
    }

    /// @notice From here on the swap is one that locks `leg`, for whoever may be the counterparty.
    function use(SwapLeg memory leg, address counterparty) internal {
        SwapPayload memory payload;
        payload.transfer = Transfers.encode(Transfers.units(leg.asset, leg.amount, refundTo, venue));
        (payload.venue, payload.beneficiary, payload.l1Recipient) = (venue, beneficiary, l1Recipient);
        (payload.wanted, payload.minReturned, payload.counterparty) = (wanted, 40, counterparty);
        usePayload(abi.encode(payload));
    }

    function usePayload(bytes memory payload) internal {
        (preimage.salt, preimage.payload) = ("salt", payload);
        (preimage.header.version, preimage.header.class) = (1, 1);
        (preimage.header.sourceChainId, preimage.header.destinationChainId) = (A, B);
        (preimage.header.sourceCenter, preimage.header.destinationHandler) = (swap, swap);
        (preimage.header.sender, preimage.header.refundTo) = (stranger, refundTo);
        preimage.header.payloadCommitment =
            keccak256(abi.encode(keccak256("Causeway.SwapPayload.v1"), bytes32("salt"), payload));
        swapId = keccak256(abi.encode(keccak256("Causeway.Swap.v1"), preimage.header));
    }

    // What chains report.

    function effect(SwapChange change) internal view returns (SwapEffect memory said) {
        (said.change, said.source, said.destination, said.swapId) = (change, A, B, swapId);
        if (change == SwapChange.Opened || change == SwapChange.Executed || change == SwapChange.Refunded) {
            said.leg = locked();
        }
        if (change == SwapChange.Redeemed) said.leg = returned();
        if (change == SwapChange.Executed) said.returned = returned();
    }

    /// @notice Who says that of the swap.
    function speakerOf(SwapChange change) internal pure returns (uint256) {
        return change == SwapChange.Executed || change == SwapChange.Cancelled || change == SwapChange.Buried ? B : A;
    }

    function report(SwapChange change) internal {
        report(speakerOf(change), effect(change));
    }

    function report(uint256 chainId, SwapEffect memory said) internal {
        applyEffects(chainId, one(said), false);
    }

    function applyEffects(uint256 chainId, SwapEffect[] memory effects, bool buriesAll) internal {
        vm.prank(address(settlement));
        swapRegistry.creditBatch(chainId, effects, buriesAll);
        vm.prank(address(settlement));
        swapRegistry.debitBatch(chainId, effects);
    }

    function expectRefused(uint256 chainId, SwapEffect memory said, bytes memory reason) internal {
        SwapEffect[] memory effects = one(said);
        vm.startPrank(address(settlement));
        if (said.change != SwapChange.Opened) {
            vm.expectRevert(reason);
            swapRegistry.creditBatch(chainId, effects, false);
        } else {
            swapRegistry.creditBatch(chainId, effects, false);
            vm.expectRevert(reason);
            swapRegistry.debitBatch(chainId, effects);
        }
        vm.stopPrank();
    }

    function one(SwapEffect memory said) internal pure returns (SwapEffect[] memory effects) {
        effects = new SwapEffect[](1);
        effects[0] = said;
    }

    // The ledger.

    function bookArrival(Asset memory asset, uint256 source, uint256 destination, uint256 amount) internal {
        LedgerEntry[] memory entries = Transfers.entry(asset, 0, source, destination, amount);
        vm.startPrank(address(settlement));
        ledger.applyBatch(source, entries);
        ledger.applyBatch(destination, entries);
        vm.stopPrank();
    }

    function keyOf(Asset memory asset) internal pure returns (bytes32) {
        return AssetIds.ledgerKey(asset, 0);
    }

    function expectHeld(Asset memory asset, uint256 amount) internal view {
        vm.assertEq(ledger.held(keyOf(asset)), amount, "held");
    }

    function expectBalance(uint256 chainId, Asset memory asset, uint256 amount) internal view {
        vm.assertEq(ledger.balance(chainId, keyOf(asset)), amount, "balance");
    }

    /// @dev INV-01.
    function expectIdentity(Asset memory asset) internal view {
        bytes32 key = keyOf(asset);
        uint256 sum = ledger.held(key);
        uint256[4] memory places = [L1_CHAIN_ID, A, B, C];
        for (uint256 i = 0; i < 4; ++i) {
            sum += ledger.balance(places[i], key);
            for (uint256 j = 0; j < 4; ++j) {
                sum += ledger.pending(places[i], places[j], key);
            }
        }
        vm.assertEq(ledger.issued(key), sum, "INV-01");
    }

    // Time.

    /// @notice Lets an operation of the chain expire and freezes the chain.
    function freeze(uint256 chainId) internal {
        priorityQueue.request(chainId, stranger, 100_000, "");
        vm.warp(block.timestamp + PRIORITY_EXPIRY);
        settlement.freeze(chainId);
    }

    function freezeForLong(uint256 chainId) internal {
        freeze(chainId);
        vm.warp(block.timestamp + HOUR);
    }

    // Reading.

    function slot() internal view returns (SwapSlot memory) {
        return swapRegistry.slotOf(A, swapId);
    }

    function expectSlot(SwapOutcome outcome, bool isClosed, bytes32 heldHash) internal view {
        SwapSlot memory is_ = slot();
        vm.assertTrue(is_.isKnown);
        vm.assertEq(uint256(is_.outcome), uint256(outcome), "outcome");
        vm.assertEq(is_.isClosed, isClosed, "closed");
        vm.assertEq(is_.destination, B);
        vm.assertEq(is_.heldHash, heldHash, "held");
    }

    function legHash(SwapLeg memory leg) internal pure returns (bytes32) {
        return SwapIds.legHash(leg);
    }

    /// @notice The last operation that these logs ask of a chain.
    function operationIn(Vm.Log[] memory logs) internal pure returns (PriorityOperation memory operation) {
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IPriorityQueue.PriorityOperationRequested.selector) continue;
            operation = abi.decode(logs[i].data, (PriorityOperation));
        }
    }
}
