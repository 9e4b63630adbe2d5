// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {MerkleTree} from "../libraries/MerkleTree.sol";

/// @title The growing tree over all chains, updated in place
/// @notice Only every second level is stored. An update writes half as many nodes for it and reads three siblings where
/// it would read two, which costs less: a write is 5,000 gas, a read 2,100.
library SharedTree {
    /// @notice The tree holds `2 ** MAX_HEIGHT` leaves.
    uint256 internal constant MAX_HEIGHT = 16;

    /// @param nodes Node `i` of a stored level `l` stands at `2 ** (MAX_HEIGHT - l) + i`. Stored are the even levels up
    /// to `_topLevel`, from which the root is two or three levels away.
    struct Tree {
        uint256 count;
        bytes32[2 << MAX_HEIGHT] nodes;
    }

    /// @notice Adds a leaf. Reverts once the tree is full.
    /// @return index Where it stands.
    /// @return root_ Root of the tree with it.
    function add(Tree storage self, bytes32 leaf) internal returns (uint256 index, bytes32 root_) {
        index = self.count;
        uint256 top = _topLevel(_height(index));
        uint256 newTop = _topLevel(_height(index + 1));
        if (newTop != top) {
            // The tree outgrows three levels above the last stored one: the two nodes there are stored from now on.
            bytes32 empty = _emptyNode(top);
            uint256 last = (index - 1) >> top;
            _store(self, newTop, 0, _groupRoot(self, top, 0, 2, last, empty));
            _store(self, newTop, 1, _groupRoot(self, top, 1, 2, last, empty));
        }
        self.count = index + 1;
        root_ = update(self, index, leaf);
    }

    /// @notice Replaces a leaf.
    /// @return node Root of the tree with the new leaf.
    function update(Tree storage self, uint256 index, bytes32 leaf) internal returns (bytes32 node) {
        uint256 count = self.count;
        uint256 height = _height(count);
        uint256 top = _topLevel(height);
        uint256 last = count - 1;
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
        uint256 height = _height(self.count);
        uint256 top = _topLevel(height);
        return _groupRoot(self, top, 0, height - top, (self.count - 1) >> top, _emptyNode(top));
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
            let present := add(start, shl(5, sub(add(last, 1), slot)))
            slot := add(add(nodes.slot, shl(sub(MAX_HEIGHT, level), 1)), slot)
            let place := start
            for {} and(lt(place, end), lt(place, present)) { place := add(place, 0x20) } {
                mstore(place, sload(slot))
                slot := add(slot, 1)
            }
            for {} lt(place, end) { place := add(place, 0x20) } { mstore(place, empty) }
            for {} span { span := sub(span, 1) } {
                place := start
                for { let pair := start } lt(pair, end) { pair := add(pair, 0x40) } {
                    mstore(place, keccak256(pair, 0x40))
                    place := add(place, 0x20)
                }
                end := place
            }
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

    /// @dev ceil(log2 count); 0 for an empty tree.
    function _height(uint256 count) private pure returns (uint256) {
        return Math.log2(count, Math.Rounding.Ceil);
    }

    /// @dev Highest stored level.
    function _topLevel(uint256 height) private pure returns (uint256) {
        return height < 4 ? 0 : (height - 2) & ~uint256(1);
    }
}
