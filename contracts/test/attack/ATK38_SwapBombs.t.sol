// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IAtomicSwap} from "../../src/interfaces/IAtomicSwap.sol";
import {InclusionProof} from "../../src/types/Messages.sol";
import {SwapCommand, SwapOutcome, SwapPreimage} from "../../src/types/Swaps.sol";
import {SwapTest} from "../base/SwapTest.sol";
import {ScriptedVenue} from "../mocks/ScriptedVenue.sol";

/// @notice ATK-38: a venue answers with a megabyte, or burns all it gets. What is copied is bounded, and a forced execution
/// that fails so ends as a cancellation.
contract ATK38SwapBombsTest is SwapTest {
    /// @dev More than anyone brings: the venue pays for its own memory.
    uint256 private constant GAS = 30_000_000;

    function test_ATK38_execute_copiesABoundedReason() external {
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        bytes memory data = abi.encodeCall(swap.execute, (preimage, proof));
        venue.answerWith(ScriptedVenue.Answer.RevertBomb, 0, "");
        _expectBounded(data, IAtomicSwap.AtomicSwapVenueReverted.selector);
        venue.answerWith(ScriptedVenue.Answer.ReturnBomb, 0, "");
        _expectBounded(data, IAtomicSwap.AtomicSwapVenueRefused.selector);
        venue.answerWith(ScriptedVenue.Answer.BurnAllGas, 0, "");
        _expectBounded(data, IAtomicSwap.AtomicSwapVenueReverted.selector);
        assertOutcome(id, SwapOutcome.Pending);
        venue.answerWith(ScriptedVenue.Answer.Selector, 0, "");
        swap.execute(preimage, proof);
    }

    function test_ATK38_forcedExecution_isCancelled() external {
        _force(ScriptedVenue.Answer.RevertBomb);
        _force(ScriptedVenue.Answer.ReturnBomb);
        _force(ScriptedVenue.Answer.BurnAllGas);
    }

    function _force(ScriptedVenue.Answer answer) private {
        (bytes32 id, SwapPreimage memory preimage,) = lockAndProve();
        venue.answerWith(answer, 0, "");
        command(SwapCommand.Execute, abi.encode(preimage), true);
        assertOutcome(id, SwapOutcome.Cancelled);
        assertUntouched(1_000_000);
    }

    function _expectBounded(bytes memory data, bytes4 selector) private {
        (bool success, bytes memory reason) = address(swap).call{gas: GAS}(data);
        vm.assertFalse(success);
        vm.assertEq(bytes4(reason), selector);
        // Selector, id, offset, length, and what was copied.
        vm.assertLe(reason.length, 4 + 0x60 + 256);
    }
}
