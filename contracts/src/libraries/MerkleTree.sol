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
        // Only scratch space is written; the words read are within `path` by the caller's check. Levels go one, two,
        // four and then eight at a time, which spares most of a loop's overhead.
        assembly ("memory-safe") {
            // `place` is where the node stands among the two children: 0 or 0x20.
            function parent(node, place, sibling) -> up {
                mstore(place, node)
                mstore(xor(place, 0x20), calldataload(sibling))
                up := keccak256(0x00, 0x40)
            }
            let sibling := add(path.offset, shl(5, from))
            if and(depth, 1) {
                root := parent(root, shl(5, and(index, 1)), sibling)
                index := shr(1, index)
                sibling := add(sibling, 0x20)
            }
            if and(depth, 2) {
                root := parent(root, shl(5, and(index, 1)), sibling)
                root := parent(root, shl(4, and(index, 2)), add(sibling, 0x20))
                index := shr(2, index)
                sibling := add(sibling, 0x40)
            }
            if and(depth, 4) {
                root := parent(root, shl(5, and(index, 1)), sibling)
                root := parent(root, shl(4, and(index, 2)), add(sibling, 0x20))
                root := parent(root, shl(3, and(index, 4)), add(sibling, 0x40))
                root := parent(root, shl(2, and(index, 8)), add(sibling, 0x60))
                index := shr(4, index)
                sibling := add(sibling, 0x80)
            }
            let end := add(sibling, shl(8, shr(3, depth)))
            for {} lt(sibling, end) { sibling := add(sibling, 0x100) } {
                root := parent(root, shl(5, and(index, 1)), sibling)
                root := parent(root, shl(4, and(index, 2)), add(sibling, 0x20))
                root := parent(root, shl(3, and(index, 4)), add(sibling, 0x40))
                root := parent(root, shl(2, and(index, 8)), add(sibling, 0x60))
                root := parent(root, shl(1, and(index, 16)), add(sibling, 0x80))
                root := parent(root, and(index, 32), add(sibling, 0xa0))
                root := parent(root, shr(1, and(index, 64)), add(sibling, 0xc0))
                root := parent(root, shr(2, and(index, 128)), add(sibling, 0xe0))
                index := shr(8, index)
            }
        }
    }
}
