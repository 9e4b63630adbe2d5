// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {SwapChange} from "../../src/types/Swaps.sol";
import {InvariantTest} from "../base/InvariantTest.sol";
import {SwapActor} from "./SwapActor.sol";

/// @notice Whatever two chains report of their swaps, one of them with a verifier that accepts everything, and whatever anybody
/// does on L1 meanwhile: every unit is where the book has it, and every slot says what it said.
contract SwapInvariantTest is InvariantTest {
    SwapActor private _actor;
    bytes4[] private _actions;

    function setUp() external {
        _actor = new SwapActor();
        _actions = [
            SwapActor.open.selector,
            SwapActor.decide.selector,
            SwapActor.close.selector,
            SwapActor.executeForOther.selector,
            SwapActor.lie.selector,
            SwapActor.freezeChain.selector,
            SwapActor.wait.selector,
            SwapActor.cancelOnL1.selector,
            SwapActor.claimOnL1.selector,
            SwapActor.bury.selector
        ];
        targetActor(address(_actor), _actions);
    }

    function invariant_INV01_INV06_INV10_everyUnitIsWhereTheBookHasIt() external view {
        _actor.assertBook();
    }

    function invariant_INV02_INV04_everySlotSaysWhatItSaid() external {
        _actor.assertSlots();
    }

    function invariant_LIV01_nothingIsRefusedThatIsDue() external view {
        vm.assertEq(_actor.mistakes(), 0);
    }

    /// @notice The actor does swap: else nothing above would mean anything.
    function test_actor_swaps() external {
        for (uint256 i = 0; i < 4; ++i) {
            _actor.open();
        }
        _actor.decide(0, true);
        _actor.close(0);
        _actor.decide(1, false);
        _actor.close(1);
        _actor.executeForOther(2, 7);
        _actor.freezeChain(true);
        _actor.freezeChain(false);
        _actor.wait(1 hours);
        _actor.cancelOnL1(3);
        _actor.claimOnL1(2);
        _actor.bury(true);
        _actor.bury(false);
        _actor.close(3);
        vm.assertEq(_actor.accepted(SwapChange.Redeemed), 1);
        vm.assertEq(_actor.accepted(SwapChange.Refunded), 2);
        vm.assertEq(_actor.l1Decisions(), 2);
        vm.assertEq(_actor.mistakes(), 0);
        _actor.assertBook();
        _actor.assertSlots();
    }
}
