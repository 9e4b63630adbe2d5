// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title Writes ABI-encoded byte strings to memory, most of them straight from calldata
library AbiWriter {
    /// @notice Writes length, data, and zeros to the next full word.
    /// @dev Touches up to one word more, which must be free memory or the caller's.
    /// @return end Where the next full word starts.
    function writeBytes(uint256 position, bytes calldata data) internal pure returns (uint256 end) {
        assembly ("memory-safe") {
            mstore(position, data.length)
            position := add(position, 0x20)
            calldatacopy(position, data.offset, data.length)
            mstore(add(position, data.length), 0)
            end := add(position, and(add(data.length, 0x1f), not(0x1f)))
        }
    }

    /// @notice As `writeBytes`, from memory.
    function copyBytes(uint256 position, bytes memory data) internal pure returns (uint256 end) {
        assembly ("memory-safe") {
            let length := mload(data)
            mcopy(position, data, add(length, 0x20))
            mstore(add(add(position, 0x20), length), 0)
            end := add(add(position, 0x20), and(add(length, 0x1f), not(0x1f)))
        }
    }

    /// @notice Writes an array of byte strings: count, offsets, then each of them.
    /// @return end Where the next full word starts.
    function writeBytesArray(uint256 position, bytes[] calldata list) internal pure returns (uint256 end) {
        uint256 offsets = position + 0x20;
        assembly ("memory-safe") {
            mstore(position, list.length)
            end := add(offsets, shl(5, list.length))
        }
        for (uint256 i = 0; i < list.length; ++i) {
            assembly ("memory-safe") {
                mstore(add(offsets, shl(5, i)), sub(end, offsets))
            }
            end = writeBytes(end, list[i]);
        }
    }
}
