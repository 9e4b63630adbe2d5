// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {AggregationLeaves} from "../../src/libraries/AggregationLeaves.sol";
import {MerkleTree} from "../../src/libraries/MerkleTree.sol";
import {InclusionProof} from "../../src/types/Messages.sol";
import {ProofAttack} from "../base/ProofAttack.sol";
import {Placement, TreeBuilder} from "../base/TreeBuilder.sol";
import {OnChain, OnL1} from "../base/VerifierTest.sol";

/// @notice ATK-30: an inner node of any of the trees is no leaf of it. Leaves are hashes of 88, 96 and 128 bytes, nodes
/// of 64, and a path's log part has one length only.
abstract contract ATK30InnerNodes is ProofAttack {
    function test_ATK30_twin_theLeafItselfIsAccepted() external {
        vm.assertTrue(accepts(honestProof(), leaf));
        vm.assertTrue(accepts(honestFinalProof(), leaf));
        vm.assertTrue(records(placement, batchRoot));
    }

    /// @dev Every node between the leaf and the root of the batch, with the rest of the leaf's own path.
    function test_ATK30_nodesOfTheBatchAreNoMessages() external {
        verifier.recordBatch(TreeBuilder.batchProof(placement, batchRoot));
        bytes32[] memory siblings = TreeBuilder.logPath(CHAIN, leaves, INDEX);
        for (uint256 height = 1; height <= siblings.length; ++height) {
            bytes32 node = TreeBuilder.fold(leaf, INDEX, _slice(siblings, 0, height));
            bytes32[] memory rest = _slice(siblings, height, siblings.length);
            _refuse(node, INDEX >> height, rest);
            // The same path at its full length, with words of any kind below.
            _refuse(node, INDEX, siblings);
            _refuse(node, INDEX >> height, TreeBuilder.bytes32s(abi.encodePacked(rest, _slice(siblings, 0, height))));
        }
    }

    /// @dev Every node between the batch and the root of its chain, and on to the shared root.
    function test_ATK30_nodesAboveABatchAreNoBatches() external {
        bytes32 node = AggregationLeaves.batchLeaf(batchRoot, placement.batchNumber, placement.l1Timestamp);
        for (uint256 height = 0; height <= placement.batchSiblings.length; ++height) {
            Placement memory place = placement;
            place.batchSiblings = _slice(placement.batchSiblings, height, placement.batchSiblings.length);
            place.batchIndex >>= height;
            vm.assertFalse(records(place, TreeBuilder.fold(node, placement.batchIndex, _below(height))));
        }
        vm.assertFalse(records(placement, TreeBuilder.sharedRoot(placement, batchRoot)));
    }

    /// @dev A node above the chain's leaf cannot be the root of a chain.
    function test_ATK30_nodesOfTheSharedTreeAreNoChains() external {
        for (uint256 height = 1; height <= placement.sharedSiblings.length; ++height) {
            Placement memory place = placement;
            place.sharedSiblings = _slice(placement.sharedSiblings, height, placement.sharedSiblings.length);
            place.sharedIndex >>= height;
            vm.assertFalse(records(place, batchRoot));
        }
    }

    /// @dev A message of 64 bytes that are two nodes: its leaf is not their parent, since 88 bytes are hashed.
    function testFuzz_ATK30_aMessageIsNoNode(bytes32 left, bytes32 right) external view {
        bytes32 parent = MerkleTree.node(left, right);
        InclusionProof memory proof = honestProof();
        vm.assertFalse(accepts(proof, parent));
        vm.assertFalse(accepts(proof, keccak256(message.data)));
    }

    function _refuse(bytes32 node, uint256 index, bytes32[] memory logPart) private view {
        InclusionProof memory proof = InclusionProof(CHAIN, placement.batchNumber, index, 0, new bytes32[](0));
        proof.path = TreeBuilder.settlementPath(placement, logPart);
        vm.assertFalse(accepts(proof, node));
        proof.path = TreeBuilder.finalPath(logPart);
        vm.assertFalse(accepts(proof, node));
    }

    function _below(uint256 height) private view returns (bytes32[] memory) {
        return _slice(placement.batchSiblings, 0, height);
    }

    function _slice(bytes32[] memory all, uint256 from, uint256 to) private pure returns (bytes32[] memory part) {
        part = new bytes32[](to - from);
        for (uint256 i = from; i < to; ++i) {
            part[i - from] = all[i];
        }
    }
}

contract ATK30InnerNodesOnChain is ATK30InnerNodes, OnChain {}

contract ATK30InnerNodesOnL1 is ATK30InnerNodes, OnL1 {}
