// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {AggregationLeaves} from "../../src/libraries/AggregationLeaves.sol";
import {ChainBatchRoot} from "../../src/libraries/ChainBatchRoot.sol";
import {InclusionProofs} from "../../src/libraries/InclusionProofs.sol";
import {LogLeaf} from "../../src/libraries/LogLeaf.sol";
import {MerkleTree} from "../../src/libraries/MerkleTree.sol";
import {ChainTree} from "../../src/roots/ChainTree.sol";
import {Test} from "../base/Test.sol";
import {TreeBuilder} from "../base/TreeBuilder.sol";

/// @notice Public constants, trees and proofs of ZK Stack chains, as far as dialect v32 shares them.
contract ZkStackVectorsTest is Test {
    using ChainTree for ChainTree.Tree;

    string private _json;
    ChainTree.Tree private _chain;

    function setUp() external {
        _json = vm.readFile("../proofs/tests/vectors/zk-stack.json");
    }

    function test_constants() external view {
        vm.assertEq(LogLeaf.EMPTY, _constant("logEmptyLeaf"));
        vm.assertEq(MerkleTree.EMPTY_ENTRY, _constant("chainOrSharedTreeEmptyEntry"));
        (,, bytes32 reserved) = ChainBatchRoot.logsRootSiblings(1);
        vm.assertEq(reserved, _constant("reservedSubtreeNode"));
        // The tags show in the leaves that they open.
        vm.assertEq(AggregationLeaves.batchLeaf(0, 1, 2), keccak256(abi.encode(_constant("batchLeafPadding"), 0, 1, 2)));
        vm.assertEq(AggregationLeaves.chainIdLeaf(0, 1), keccak256(abi.encode(_constant("chainIdLeafPadding"), 0, 1)));
    }

    /// @dev The root of an empty tree of each height.
    function test_zeroCascades() external view {
        bytes32[] memory none = new bytes32[](0);
        bytes32[] memory cascade = _words("$.constants.logZeroCascade");
        for (uint256 height = 0; height < cascade.length; ++height) {
            vm.assertEq(TreeBuilder.paddedRoot(none, height, LogLeaf.EMPTY), cascade[height]);
        }
        cascade = _words("$.constants.chainZeroCascade");
        for (uint256 height = 0; height < cascade.length; ++height) {
            vm.assertEq(TreeBuilder.paddedRoot(none, height, MerkleTree.EMPTY_ENTRY), cascade[height]);
        }
    }

    function test_emptyMultichainRoots() external view {
        string[] memory chainIds = vm.parseJsonKeys(_json, "$.constants.emptyMultichainRoot");
        vm.assertGt(chainIds.length, 10);
        for (uint256 i = 0; i < chainIds.length; ++i) {
            bytes32 expected =
                vm.parseJsonBytes32(_json, string.concat("$.constants.emptyMultichainRoot.", chainIds[i]));
            uint256 chainId = vm.parseUint(chainIds[i]);
            vm.assertEq(AggregationLeaves.chainIdLeaf(0, chainId), expected);
            (bytes32 multichainRoot,,) = ChainBatchRoot.logsRootSiblings(chainId);
            vm.assertEq(multichainRoot, expected);
        }
    }

    /// @dev Leaf `i` is `keccak256([i; 32])`; the root after each of 20 leaves.
    function test_growingTree() external {
        string memory roots = "$.trees.dynamicIncremental.rootsByLeafCount";
        vm.assertEq(vm.parseJsonKeys(_json, roots).length, 20);
        bytes32[] memory leaves = new bytes32[](0);
        for (uint64 i = 0; i < 20; ++i) {
            bytes32 leaf = keccak256(abi.encodePacked(bytes32(uint256(i) * (type(uint256).max / 255))));
            leaves = TreeBuilder.bytes32s(abi.encodePacked(leaves, leaf));
            bytes32 expected = vm.parseJsonBytes32(_json, string.concat(roots, ".", vm.toString(uint256(i) + 1)));
            vm.assertEq(_chain.append(i, leaf), expected);
            vm.assertEq(TreeBuilder.growingRoot(leaves), expected);
        }
    }

    /// @dev The eight leaves are `[1; 32]` to `[4; 32]` and four zeros; the first is the logs root.
    function test_chainBatchRoot() external view {
        bytes32 ones = bytes32(type(uint256).max / 255);
        bytes32 node = MerkleTree.node(ones, bytes32(2 * uint256(ones)));
        node = MerkleTree.node(node, MerkleTree.node(bytes32(3 * uint256(ones)), bytes32(4 * uint256(ones))));
        (,, bytes32 reserved) = ChainBatchRoot.logsRootSiblings(1);
        bytes32 expected = vm.parseJsonBytes32(_json, "$.trees.chainBatchRoot.root");
        vm.assertEq(MerkleTree.node(node, reserved), expected);
    }

    /// @dev Proofs of the dialects before v32 are not read on chain: none of them passes for something else.
    function test_olderProofs_areRefused() external {
        uint256 count = 0;
        for (; vm.keyExistsJson(_json, _proof(count, "")); ++count) {
            bytes32[] memory path = _words(_proof(count, ".proof"));
            bytes32 leaf = vm.parseJsonBytes32(_json, _proof(count, ".leaf"));
            uint256 index = vm.parseJsonUint(_json, _proof(count, ".leafProofMask"));
            vm.expectRevert();
            this.foldLeaf(path, index, leaf);
        }
        vm.assertEq(count, 6);
    }

    function foldLeaf(bytes32[] calldata path, uint256 index, bytes32 leaf) external pure {
        InclusionProofs.foldLeaf(path, index, leaf);
    }

    function _proof(uint256 index, string memory field) private pure returns (string memory) {
        return string.concat("$.proofs[", vm.toString(index), "]", field);
    }

    function _constant(string memory name) private view returns (bytes32) {
        return vm.parseJsonBytes32(_json, string.concat("$.constants.", name));
    }

    function _words(string memory path) private view returns (bytes32[] memory) {
        return vm.parseJsonBytes32Array(_json, path);
    }
}
