// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title Calls whose answer is copied only in part
/// @notice A callee cannot make its caller pay for more than `MAX_RETURN` bytes of return or revert data.
library BoundedCall {
    /// @notice Most bytes that are copied of an answer.
    uint256 internal constant MAX_RETURN = 256;

    /// @notice Calls `target` with `data` and at most `gasLimit` gas, without value.
    /// @return success Whether the call did not revert.
    /// @return answer The first `MAX_RETURN` bytes of what it returned or reverted with.
    function call(address target, uint256 gasLimit, bytes memory data)
        internal
        returns (bool success, bytes memory answer)
    {
        return callWithValue(target, 0, gasLimit, data);
    }

    /// @notice As `call`, with `value`.
    function callWithValue(address target, uint256 value, uint256 gasLimit, bytes memory data)
        internal
        returns (bool success, bytes memory answer)
    {
        assembly ("memory-safe") {
            success := call(gasLimit, target, value, add(data, 0x20), mload(data), 0, 0)
            let size := returndatasize()
            if gt(size, MAX_RETURN) { size := MAX_RETURN }
            answer := mload(0x40)
            mstore(answer, size)
            returndatacopy(add(answer, 0x20), 0, size)
            mstore(0x40, add(answer, and(add(size, 0x3f), not(0x1f))))
        }
    }

    /// @notice Asks `target` with `data` and at most `gasLimit` gas.
    /// @return success Whether the call did not revert and returned a word at least.
    /// @return word The first word of what it returned.
    function ask(address target, uint256 gasLimit, bytes memory data)
        internal
        view
        returns (bool success, uint256 word)
    {
        assembly ("memory-safe") {
            success := staticcall(gasLimit, target, add(data, 0x20), mload(data), 0x00, 0x20)
            success := and(success, gt(returndatasize(), 0x1f))
            word := mload(0x00)
        }
    }

    /// @notice Whether a call that gets `gasleft()` would leave its callee at least `gasLimit`.
    /// @param reserve Gas spent between this check and the callee's first instruction.
    function canForward(uint256 gasLimit, uint256 reserve) internal view returns (bool) {
        // A call keeps 1/64 of the gas for its caller (EIP-150). Gas is far from overflowing.
        unchecked {
            uint256 forwardable = gasleft() * 63 / 64;
            return forwardable >= reserve && forwardable - reserve >= gasLimit;
        }
    }
}
