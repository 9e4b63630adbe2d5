// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {ISwapRegistry} from "../../../src/interfaces/ISwapRegistry.sol";
import {SwapChange, SwapOutcome, SwapSlot} from "../../../src/types/Swaps.sol";
import {RegistryTest} from "../../base/RegistryTest.sol";

/// @notice Every state of a slot against everything that can be asked of it: INV-04, INV-05. Both chains are frozen for long
/// enough, so that nothing but the slot decides.
contract SwapStatesTest is RegistryTest {
    enum State {
        Unknown,
        Pending,
        Executed,
        Cancelled,
        Redeemed,
        Refunded
    }

    enum Action {
        Open,
        Execute,
        Cancel,
        Redeem,
        Refund,
        Bury,
        ForceResolve,
        ForceExecute,
        ForceClose,
        L1Cancel,
        L1Claim
    }

    uint256 private constant STATES = uint256(State.Refunded) + 1;
    uint256 private constant ACTIONS = uint256(Action.L1Claim) + 1;

    function setUp() external {
        deploySwaps();
        priorityQueue.request(A, stranger, 100_000, "");
        priorityQueue.request(B, stranger, 100_000, "");
        vm.warp(block.timestamp + PRIORITY_EXPIRY);
        settlement.freeze(A);
        settlement.freeze(B);
    }

    function test_INV05_everyStateTakesWhatItMay_andNothingElse() external {
        uint256 allowed = 0;
        uint256 untouched = vm.snapshotState();
        for (uint256 i = 0; i < STATES; ++i) {
            for (uint256 j = 0; j < ACTIONS; ++j) {
                if (_check(State(i), Action(j))) ++allowed;
                vm.revertToState(untouched);
            }
        }
        vm.assertEq(allowed, 12);
    }

    function act(Action action) external {
        if (action <= Action.Bury) return report(SwapChange(uint256(action)));
        if (action == Action.ForceResolve) swapRegistry.forceResolve(A, swapId);
        else if (action == Action.ForceExecute) swapRegistry.forceExecute(preimage);
        else if (action == Action.L1Cancel) swapRegistry.l1Cancel(A, swapId);
        else if (action == Action.ForceClose) swapRegistry.forceClose(preimage, _outputNow());
        else swapRegistry.l1Claim(preimage, _outputNow());
    }

    function _check(State state, Action action) private returns (bool isAllowed) {
        _reach(state);
        vm.warp(block.timestamp + HOUR);
        SwapSlot memory before = slot();
        bytes memory expected = _refusal(state, action);
        (bool success, bytes memory reason) = address(this).call(abi.encodeCall(this.act, (action)));
        string memory label = string.concat(vm.toString(uint256(state)), " ", vm.toString(uint256(action)));
        isAllowed = expected.length == 0;
        vm.assertEq(success, isAllowed, label);
        vm.assertEq(reason, expected, label);
        if (isAllowed) _expectAfter(before, action);
        else vm.assertEq(abi.encode(slot()), abi.encode(before), label);
    }

    function _reach(State state) private {
        if (state == State.Unknown) return;
        report(SwapChange.Opened);
        if (state == State.Executed || state == State.Redeemed) report(SwapChange.Executed);
        if (state == State.Cancelled || state == State.Refunded) report(SwapChange.Cancelled);
        if (state == State.Redeemed) report(SwapChange.Redeemed);
        if (state == State.Refunded) report(SwapChange.Refunded);
    }

    function _refusal(State state, Action action) private view returns (bytes memory) {
        if (action == Action.Bury) {
            return abi.encodeWithSelector(ISwapRegistry.SwapRegistryNotATombstone.selector, B, A, swapId);
        }
        if (action == Action.Open) {
            if (state == State.Unknown) return "";
            return abi.encodeWithSelector(ISwapRegistry.SwapRegistryAlreadyOpen.selector, A, swapId);
        }
        if (state == State.Unknown) {
            return abi.encodeWithSelector(ISwapRegistry.SwapRegistryUnknownSwap.selector, A, swapId);
        }
        if (action == Action.Redeem) return _refusalToClose(state, SwapOutcome.Executed);
        if (action == Action.Refund) return _refusalToClose(state, SwapOutcome.Cancelled);
        if (action == Action.ForceClose || action == Action.L1Claim) {
            if (state != State.Pending) return _refusalToClose(state, _outcomeOf(state));
            return abi.encodeWithSelector(ISwapRegistry.SwapRegistryUndecided.selector, swapId);
        }
        // All others decide.
        if (state == State.Pending) return "";
        return abi.encodeWithSelector(ISwapRegistry.SwapRegistryDecided.selector, swapId, _outcomeOf(state));
    }

    function _refusalToClose(State state, SwapOutcome needed) private view returns (bytes memory) {
        SwapOutcome is_ = _outcomeOf(state);
        if (is_ != needed) {
            return abi.encodeWithSelector(ISwapRegistry.SwapRegistryWrongOutcome.selector, swapId, needed, is_);
        }
        if (state == State.Executed || state == State.Cancelled) return "";
        return abi.encodeWithSelector(ISwapRegistry.SwapRegistryClosed.selector, swapId);
    }

    function _outcomeOf(State state) private pure returns (SwapOutcome) {
        if (state == State.Pending) return SwapOutcome.Pending;
        return state == State.Executed || state == State.Redeemed ? SwapOutcome.Executed : SwapOutcome.Cancelled;
    }

    function _expectAfter(SwapSlot memory before, Action action) private view {
        if (action == Action.Open) return expectSlot(SwapOutcome.Pending, false, legHash(locked()));
        if (action == Action.Execute) return expectSlot(SwapOutcome.Executed, false, legHash(returned()));
        if (action == Action.Cancel || action == Action.L1Cancel) {
            return expectSlot(SwapOutcome.Cancelled, false, legHash(locked()));
        }
        if (action == Action.ForceClose) return expectSlot(before.outcome, false, before.heldHash);
        if (action == Action.ForceResolve || action == Action.ForceExecute) {
            vm.assertTrue(slot().isForced);
            return expectSlot(SwapOutcome.Pending, false, before.heldHash);
        }
        expectSlot(before.outcome, true, 0);
    }

    function _outputNow() private view returns (bytes memory) {
        return slot().outcome == SwapOutcome.Executed ? output() : bytes("");
    }
}
