// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {MerkleTree} from "../../../src/libraries/MerkleTree.sol";
import {NaiveTrees} from "../../base/NaiveTrees.sol";
import {Test} from "../../base/Test.sol";
import {TreeBuilder} from "../../base/TreeBuilder.sol";

contract MerkleTreeTest is Test {
    function testFuzz_node_hashesLeftThenRight(bytes32 left, bytes32 right) external pure {
        vm.assertEq(MerkleTree.node(left, right), keccak256(abi.encodePacked(left, right)));
    }

    function testFuzz_fold_goesFromEveryLeafToTheRoot(uint256 seed, uint256 height, uint256 index) external view {
        height = bound(height, 0, 6);
        index = bound(index, 0, (1 << height) - 1);
        bytes32[] memory leaves = TreeBuilder.randomWords(seed, 1 << height);
        bytes32[] memory siblings = TreeBuilder.paddedSiblings(leaves, index, height, 0);

        vm.assertEq(this.fold(leaves[index], index, siblings, 0, height), NaiveTrees.root(leaves, height, 0));
    }

    function testFuzz_fold_readsOnlyItsPartOfThePath(
        bytes32[] calldata path,
        uint256 from,
        uint256 depth,
        uint256 index
    ) external view {
        from = bound(from, 0, path.length);
        depth = bound(depth, 0, path.length - from);
        bytes32[] memory siblings = new bytes32[](depth);
        for (uint256 i = 0; i < depth; ++i) {
            siblings[i] = path[from + i];
        }
        bytes32 start = keccak256("start");
        vm.assertEq(this.fold(start, index, path, from, depth), TreeBuilder.fold(start, index, siblings));
    }

    function fold(bytes32 start, uint256 index, bytes32[] calldata path, uint256 from, uint256 depth)
        external
        pure
        returns (bytes32)
    {
        return MerkleTree.fold(start, index, path, from, depth);
    }
}
