// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {ChainTree} from "../../../src/roots/ChainTree.sol";
import {SharedTree} from "../../../src/roots/SharedTree.sol";
import {NaiveTrees} from "../../base/NaiveTrees.sol";
import {Test} from "../../base/Test.sol";
import {TreeBuilder} from "../../base/TreeBuilder.sol";

/// @notice The two trees that L1 stores, against trees built anew from all their leaves.
contract TreesTest is Test {
    using ChainTree for ChainTree.Tree;
    using SharedTree for SharedTree.Tree;

    ChainTree.Tree private _chain;
    SharedTree.Tree private _shared;

    function test_append_hasTheNaiveRoot_afterEachOf130Leaves() external {
        bytes32[] memory leaves = TreeBuilder.randomWords(1, 130);
        for (uint64 i = 0; i < leaves.length; ++i) {
            vm.assertEq(_chain.append(i, leaves[i]), NaiveTrees.growingRoot(_first(leaves, i + 1)));
        }
    }

    function testFuzz_append_hasTheNaiveRoot(uint256 seed, uint256 count) external {
        bytes32[] memory leaves = TreeBuilder.randomWords(seed, bound(count, 1, 300));
        bytes32 root;
        for (uint64 i = 0; i < leaves.length; ++i) {
            root = _chain.append(i, leaves[i]);
        }
        vm.assertEq(root, NaiveTrees.growingRoot(leaves));
    }

    function testFuzz_append_writesOneSlot(uint256 seed, uint256 count) external {
        count = bound(count, 1, 300);
        bytes32[] memory leaves = TreeBuilder.randomWords(seed, count);
        for (uint64 i = 0; i + 1 < count; ++i) {
            _chain.append(i, leaves[i]);
        }
        vm.record();
        _chain.append(uint64(count - 1), leaves[count - 1]);
        (, bytes32[] memory writes) = vm.accesses(address(this));
        vm.assertEq(writes.length, 1);
    }

    function test_add_hasTheNaiveRoot_afterEachOf130Leaves() external {
        bytes32[] memory leaves = TreeBuilder.randomWords(1, 130);
        for (uint256 i = 0; i < leaves.length; ++i) {
            (uint256 index, bytes32 root) = _shared.add(leaves[i]);
            vm.assertEq(index, i);
            vm.assertEq(root, NaiveTrees.growingRoot(_first(leaves, i + 1)));
            vm.assertEq(_shared.root(), root);
        }
    }

    /// @dev Adding and updating in any order. Growth past 8, 32 and 128 leaves adds a stored level.
    function testFuzz_addAndUpdate_haveTheNaiveRoot(uint256 seed, uint256 count, uint256 updates) external {
        count = bound(count, 1, 140);
        updates = bound(updates, 0, 60);
        bytes32[] memory leaves = new bytes32[](count);
        uint256 added = 0;
        bytes32 root;
        for (uint256 step = 0; added < count || step < count + updates; ++step) {
            uint256 random = uint256(keccak256(abi.encode(seed, step)));
            bytes32 leaf = keccak256(abi.encode(random));
            if (added == 0 || (added < count && random % (count + updates) < count)) {
                leaves[added++] = leaf;
                (, root) = _shared.add(leaf);
            } else {
                uint256 index = (random >> 128) % added;
                leaves[index] = leaf;
                root = _shared.update(index, leaf);
            }
        }
        vm.assertEq(root, NaiveTrees.growingRoot(leaves));
        vm.assertEq(_shared.root(), root);
        vm.assertEq(_shared.count, count);
    }

    /// @dev With 20 chains and L1: two nodes written, at most eight siblings read, and the size of the tree.
    function testFuzz_update_touchesElevenSlots_whenThereAreTwentyChains(uint256 index) external {
        bytes32[] memory leaves = TreeBuilder.randomWords(1, 21);
        for (uint256 i = 0; i < leaves.length; ++i) {
            _shared.add(leaves[i]);
        }
        vm.record();
        _shared.update(bound(index, 0, 20), keccak256("new"));
        (bytes32[] memory reads, bytes32[] memory writes) = vm.accesses(address(this));
        vm.assertEq(writes.length, 2);
        vm.assertLe(_countDistinct(reads), 11);
    }

    function test_add_reverts_whenTheTreeIsFull() external {
        _shared.height = uint128(SharedTree.MAX_HEIGHT);
        _shared.count = uint128(1 << SharedTree.MAX_HEIGHT);
        vm.expectRevert();
        this.addOne();
        _shared.count -= 1;
        this.addOne();
        vm.assertEq(_shared.count, 1 << SharedTree.MAX_HEIGHT);
    }

    function addOne() external {
        _shared.add(keccak256("leaf"));
    }

    function _countDistinct(bytes32[] memory words) private pure returns (uint256 count) {
        for (uint256 i = 0; i < words.length; ++i) {
            uint256 j = 0;
            while (words[j] != words[i]) ++j;
            if (j == i) ++count;
        }
    }

    function _first(bytes32[] memory all, uint256 count) private pure returns (bytes32[] memory part) {
        part = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            part[i] = all[i];
        }
    }
}
