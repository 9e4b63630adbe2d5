// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {MerkleTree} from "../libraries/MerkleTree.sol";

/// @title The growing tree over one chain's batches
/// @notice Keeps what appending needs: on each level, the last complete left child that still waits for its right one.
library ChainTree {
    /// @param index Place of the chain in the shared tree.
    /// @param sides With `n` leaves, side `l` is a left child on level `l` wherever bit `l` of `n` is set; elsewhere it is
    /// left over.
    struct Tree {
        uint256 index;
        bytes32[64] sides;
    }

    /// @notice Appends a leaf. Leaves are appended in order: the caller vouches that there are `position` of them.
    /// @return root Root of the tree with the leaf.
    function append(Tree storage self, uint64 position, bytes32 leaf) internal returns (bytes32 root) {
        bytes32[64] storage sides = self.sides;
        bytes32 empty = MerkleTree.EMPTY_ENTRY;
        root = leaf;
        // A level is a bit of `position`, so it is below 64, and one more for a full tree of 2 ** 64 leaves is out of reach.
        assembly ("memory-safe") {
            let side := sides.slot
            // Where the node is a right child, its left one is waiting. Scratch space holds the two children.
            for {} and(position, 1) { position := shr(1, position) } {
                mstore(0x00, sload(side))
                mstore(0x20, root)
                root := keccak256(0x00, 0x40)
                mstore(0x00, empty)
                mstore(0x20, empty)
                empty := keccak256(0x00, 0x40)
                side := add(side, 1)
            }
            // A left child, or the root of a full tree, which is the left half of the next.
            sstore(side, root)
            for {} position { position := shr(1, position) } {
                switch and(position, 1)
                case 0 {
                    mstore(0x00, root)
                    mstore(0x20, empty)
                }
                default {
                    mstore(0x00, sload(side))
                    mstore(0x20, root)
                }
                root := keccak256(0x00, 0x40)
                mstore(0x00, empty)
                mstore(0x20, empty)
                empty := keccak256(0x00, 0x40)
                side := add(side, 1)
            }
        }
    }
}
