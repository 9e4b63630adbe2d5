// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {MerkleTree} from "../libraries/MerkleTree.sol";

/// @title The growing tree over all chains, updated in place
/// @notice Only every second level is stored. An update writes half as many nodes for it and reads three siblings where
/// it would read two, which costs less: a write is 5,000 gas, a read 2,100.
library SharedTree {
    /// @notice The tree holds `2 ** MAX_HEIGHT` leaves.
    uint256 internal constant MAX_HEIGHT = 16;

    /// @param count Number of leaves.
    /// @param height Levels from the leaves to the root: ceil(log2 count).
    /// @param nodes Node `i` of a stored level `l` stands at `2 ** (MAX_HEIGHT - l) + i`. Stored are the even levels up
    /// to `_topLevel`, from which the root is two or three levels away.
    struct Tree {
        uint128 count;
        uint128 height;
        bytes32[2 << MAX_HEIGHT] nodes;
    }

    /// @notice Adds a leaf. Reverts once the tree is full.
    /// @return index Where it stands.
    /// @return root_ Root of the tree with it.
    function add(Tree storage self, bytes32 leaf) internal returns (uint256 index, bytes32 root_) {
        index = self.count;
        uint256 height = self.height;
        if (index == 1 << height) {
            ++height;
            _grow(self, height, index);
        }
        self.count = SafeCast.toUint128(index + 1);
        self.height = SafeCast.toUint128(height);
        root_ = update(self, index, leaf);
    }

    /// @notice Replaces a leaf.
    /// @return node Root of the tree with the new leaf.
    function update(Tree storage self, uint256 index, bytes32 leaf) internal returns (bytes32 node) {
        uint256 last = uint256(self.count) - 1;
        uint256 height = self.height;
        uint256 top = _topLevel(height);
        bytes32 empty = MerkleTree.EMPTY_ENTRY;
        node = leaf;
        for (uint256 level = 0; level < top; level += 2) {
            _store(self, level, index, node);
            index >>= 2;
            node = _groupRoot(self, level, index, 2, last, empty);
            last >>= 2;
            empty = _grandparent(empty);
        }
        _store(self, top, index, node);
        node = _groupRoot(self, top, 0, height - top, last, empty);
    }

    /// @notice Root of the tree.
    function root(Tree storage self) internal view returns (bytes32) {
        uint256 height = self.height;
        uint256 top = _topLevel(height);
        return _groupRoot(self, top, 0, height - top, (uint256(self.count) - 1) >> top, _emptyNode(top));
    }

    /// @dev Where a full tree of `count` leaves outgrows three levels above the last stored one, the two nodes of the
    /// next are stored from now on.
    function _grow(Tree storage self, uint256 height, uint256 count) private {
        uint256 top = _topLevel(height);
        if (top == _topLevel(height - 1)) return;
        uint256 last = (count - 1) >> (top - 2);
        bytes32 empty = _emptyNode(top - 2);
        _store(self, top, 0, _groupRoot(self, top - 2, 0, 2, last, empty));
        _store(self, top, 1, _groupRoot(self, top - 2, 1, 2, last, empty));
    }

    function _store(Tree storage self, uint256 level, uint256 index, bytes32 node) private {
        self.nodes[(1 << (MAX_HEIGHT - level)) + index] = node;
    }

    /// @dev Node `group` of the level that lies `span <= 3` above the stored `level`.
    /// @param last Index of the last node on `level`.
    /// @param empty What stands after it.
    function _groupRoot(Tree storage self, uint256 level, uint256 group, uint256 span, uint256 last, bytes32 empty)
        private
        view
        returns (bytes32 node)
    {
        bytes32[2 << MAX_HEIGHT] storage nodes = self.nodes;
        // The group's nodes are read into free memory, which is not claimed, and folded there in place: a level of them
        // stands side by side, so each pair is hashed where it stands.
        assembly ("memory-safe") {
            let start := mload(0x40)
            let end := add(start, shl(span, 0x20))
            let slot := shl(span, group)
            let bound := add(start, shl(5, sub(add(last, 1), slot)))
            if gt(bound, end) { bound := end }
            slot := add(add(nodes.slot, shl(sub(MAX_HEIGHT, level), 1)), slot)
            let place := start
            for {} lt(place, bound) { place := add(place, 0x20) } {
                mstore(place, sload(slot))
                slot := add(slot, 1)
            }
            for {} lt(place, end) { place := add(place, 0x20) } { mstore(place, empty) }
            if gt(span, 2) {
                mstore(start, keccak256(start, 0x40))
                mstore(add(start, 0x20), keccak256(add(start, 0x40), 0x40))
                mstore(add(start, 0x40), keccak256(add(start, 0x80), 0x40))
                mstore(add(start, 0x60), keccak256(add(start, 0xc0), 0x40))
            }
            if gt(span, 1) {
                mstore(start, keccak256(start, 0x40))
                mstore(add(start, 0x20), keccak256(add(start, 0x40), 0x40))
            }
            if span { mstore(start, keccak256(start, 0x40)) }
            node := mload(start)
        }
    }

    function _grandparent(bytes32 empty) private pure returns (bytes32) {
        bytes32 parent = MerkleTree.node(empty, empty);
        return MerkleTree.node(parent, parent);
    }

    function _emptyNode(uint256 level) private pure returns (bytes32 node) {
        node = MerkleTree.EMPTY_ENTRY;
        for (uint256 i = 0; i < level; i += 2) {
            node = _grandparent(node);
        }
    }

    /// @dev Highest stored level.
    function _topLevel(uint256 height) private pure returns (uint256) {
        return height < 4 ? 0 : (height - 2) & ~uint256(1);
    }
}
