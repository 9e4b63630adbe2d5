// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {LogLeaf} from "../../src/libraries/LogLeaf.sol";
import {InclusionProof, InclusionProofEmptyLeaf} from "../../src/types/Messages.sol";
import {ProofAttack} from "../base/ProofAttack.sol";
import {Placement, TreeBuilder} from "../base/TreeBuilder.sol";
import {OnChain, OnL1} from "../base/VerifierTest.sol";

/// @notice ATK-04: an empty tree has no member, and a check that fails yields no root that something could equal.
abstract contract ATK04EmptyTrees is ProofAttack {
    function test_ATK04_twin_aTreeWithAMemberHasThatMember() external view {
        vm.assertTrue(accepts(honestProof(), leaf));
    }

    /// @dev A path without siblings says that the tree has one leaf. Every other tree refuses it.
    function test_ATK04_pathWithoutSiblingsIsForATreeOfOneLeaf() external {
        Placement memory place = placement;
        (place.batchSiblings, place.batchIndex) = (new bytes32[](0), 0);
        vm.assertFalse(accepts(TreeBuilder.inclusionProof(place, leaves, INDEX), leaf));
        vm.assertFalse(records(place, batchRoot));

        place = placement;
        (place.sharedSiblings, place.sharedIndex) = (new bytes32[](0), 0);
        vm.assertFalse(accepts(TreeBuilder.inclusionProof(place, leaves, INDEX), leaf));
        vm.assertFalse(records(place, batchRoot));
    }

    /// @dev What a refused proof leaves behind: nothing.
    function testFuzz_ATK04_malformedPathRecordsNothing(uint256 length) external {
        Placement memory place = placement;
        place.batchSiblings = TreeBuilder.randomWords(1, bound(length, 0, 40));
        vm.assertFalse(records(place, batchRoot));
        vm.assertEq(verifier.recordedBatchRoot(CHAIN, place.batchNumber), bytes32(0));
    }
}

contract ATK04EmptyTreesOnChain is ATK04EmptyTrees, OnChain {
    /// @dev A batch without messages: its log tree is all padding, and nothing stands in it.
    function testFuzz_ATK04_emptyBatchHasNoMember(uint256 index, bytes32 node) external {
        vm.assume(node != LogLeaf.EMPTY);
        bytes32[] memory none = new bytes32[](0);
        placement = makeKnown(none);
        index = bound(index, 0, (1 << 14) - 1);
        InclusionProof memory proof = TreeBuilder.inclusionProof(placement, none, index);
        vm.assertFalse(accepts(proof, node));
        vm.expectRevert(InclusionProofEmptyLeaf.selector);
        verifier.verifyLeaf(proof, LogLeaf.EMPTY);
    }
}

contract ATK04EmptyTreesOnL1 is ATK04EmptyTrees, OnL1 {
    uint256 private constant EMPTY_CHAIN = CHAIN + 1;

    /// @dev The chain's root is 0 as long as it has no batch. No batch stands below that.
    function testFuzz_ATK04_chainWithoutBatchesHasNoMember(bytes32 root, uint256 batchNumber, bytes32[] memory siblings)
        external
    {
        Placement memory place = _emptyChainsPlace(batchNumber);
        place.batchSiblings = bound(siblings, 31);
        vm.assertFalse(records(place, root));
        vm.assertFalse(records(place, 0));
    }

    /// @dev The first batch is its chain's whole tree.
    function test_ATK04_twin_chainWithOneBatchHasThatMember() external {
        vm.roll(5000);
        vm.warp(FIRST_TIME + 5000);
        messageRoot.appendBatch(EMPTY_CHAIN, 1, batchRoot);
        Placement memory place = _emptyChainsPlace(1);
        place.l1Timestamp = FIRST_TIME + 5000;
        place.settlementBlock = 5000;
        vm.assertTrue(records(place, batchRoot));
        vm.assertEq(verifier.recordedBatchRoot(EMPTY_CHAIN, 1), batchRoot);
    }

    /// @dev The chain beside `CHAIN`, at index 2 of the shared tree.
    function _emptyChainsPlace(uint256 batchNumber) private view returns (Placement memory place) {
        place = placement;
        (place.chainId, place.batchNumber) = (EMPTY_CHAIN, batchNumber);
        (place.batchSiblings, place.batchIndex, place.sharedIndex) = (new bytes32[](0), 0, 2);
        place.sharedSiblings = TreeBuilder.growingSiblings(sharedLeaves(), 2);
    }
}
