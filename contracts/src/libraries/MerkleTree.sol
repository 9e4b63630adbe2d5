// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title Nodes of the network's trees
/// @dev Positional trees: the child with the even index stands on the left. docs/protocol.md, "Trees".
library MerkleTree {
    /// @notice Empty entry of the chain trees and of the shared tree: keccak256 of 96 zero bytes.
    bytes32 internal constant EMPTY_ENTRY = 0x46700b4d40ac5c35af2c22dda2787a91eb567b06c924a8fb8ae9a05b20c08c21;

    /// @return parent `keccak256(left ‖ right)`.
    function node(bytes32 left, bytes32 right) internal pure returns (bytes32 parent) {
        // Scratch space holds exactly the two words.
        assembly ("memory-safe") {
            mstore(0x00, left)
            mstore(0x20, right)
            parent := keccak256(0x00, 0x40)
        }
    }

    /// @notice Folds `start` with `depth` siblings, lowest first.
    /// @dev The caller has checked that `path` holds `from + depth` words and that `index < 2 ** depth`.
    /// @param index Position of `start` in its level.
    /// @param path Words that contain the siblings.
    /// @param from Position of the first sibling in `path`.
    /// @return root Top of the fold.
    function fold(bytes32 start, uint256 index, bytes32[] calldata path, uint256 from, uint256 depth)
        internal
        pure
        returns (bytes32 root)
    {
        root = start;
        // Only scratch space is written; the words read are within `path` by the caller's check.
        assembly ("memory-safe") {
            let sibling := add(path.offset, shl(5, from))
            let end := add(sibling, shl(5, depth))
            for {} lt(sibling, end) { sibling := add(sibling, 0x20) } {
                let place := shl(5, and(index, 1))
                mstore(place, root)
                mstore(xor(place, 0x20), calldataload(sibling))
                root := keccak256(0x00, 0x40)
                index := shr(1, index)
            }
        }
    }
}
