// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {MerkleTree} from "../../src/libraries/MerkleTree.sol";
import {InclusionProof, InclusionProofIndexOutOfRange} from "../../src/types/Messages.sol";
import {ProofAttack} from "../base/ProofAttack.sol";
import {Test} from "../base/Test.sol";
import {Placement, TreeBuilder} from "../base/TreeBuilder.sol";
import {OnChain, OnL1} from "../base/VerifierTest.sol";

/// @notice ATK-33: a leaf has one index. Bits above a tree's depth are refused instead of cut off.
abstract contract ATK33IndexAliasing is ProofAttack {
    function test_ATK33_twin_theTrueIndicesAreAccepted() external view {
        vm.assertTrue(accepts(honestProof(), leaf));
    }

    function testFuzz_ATK33_oneLeafIndexIsAccepted(uint256 index) external {
        InclusionProof memory proof = honestProof();
        proof.leafIndex = index;
        vm.assertEq(accepts(proof, leaf), index == INDEX);
        proof = honestFinalProof();
        proof.leafIndex = index;
        vm.assertEq(accepts(proof, leaf), index == INDEX);
    }

    /// @dev The index in the log tree, with any bit above the tree set: those of the three levels up to the root of the
    /// batch, where the logs root stands on the left, and those beyond.
    function test_ATK33_everyBitAboveTheLogTreeIsRefused() external {
        InclusionProof memory proof = honestProof();
        for (uint256 bit = 14; bit < 256; ++bit) {
            proof.leafIndex = INDEX | 1 << bit;
            vm.expectRevert(abi.encodeWithSelector(InclusionProofIndexOutOfRange.selector, proof.leafIndex, 14));
            verifier.verifyLeaf(proof, leaf);
        }
    }

    function test_ATK33_everyBitAboveTheChainTreeIsRefused() external {
        Placement memory place = placement;
        uint256 depth = place.batchSiblings.length;
        for (uint256 bit = depth; bit < 256; ++bit) {
            place.batchIndex = placement.batchIndex | 1 << bit;
            vm.expectRevert(abi.encodeWithSelector(InclusionProofIndexOutOfRange.selector, place.batchIndex, depth));
            verifier.recordBatch(TreeBuilder.batchProof(place, batchRoot));
        }
    }

    function test_ATK33_everyBitAboveTheSharedTreeIsRefused() external {
        Placement memory place = placement;
        uint256 depth = place.sharedSiblings.length;
        for (uint256 bit = depth; bit < 128; ++bit) {
            place.sharedIndex = placement.sharedIndex | 1 << bit;
            vm.expectRevert(abi.encodeWithSelector(InclusionProofIndexOutOfRange.selector, place.sharedIndex, depth));
            verifier.recordBatch(TreeBuilder.batchProof(place, batchRoot));
        }
    }

    /// @dev Any other index within the trees leads elsewhere.
    function testFuzz_ATK33_onePlaceInTheTreesIsAccepted(uint256 batchIndex, uint256 sharedIndex) external {
        Placement memory place = placement;
        place.batchIndex = bound(batchIndex, 0, (1 << place.batchSiblings.length) - 1);
        place.sharedIndex = bound(sharedIndex, 0, (1 << place.sharedSiblings.length) - 1);
        bool same = place.batchIndex == placement.batchIndex && place.sharedIndex == placement.sharedIndex;
        vm.assertEq(records(place, batchRoot), same);
    }
}

contract ATK33IndexAliasingOnChain is ATK33IndexAliasing, OnChain {}

contract ATK33IndexAliasingOnL1 is ATK33IndexAliasing, OnL1 {}

/// @notice ATK-33 in the fold itself, which both verifiers share.
contract ATK33FoldTest is Test {
    /// @dev Every pair of indices of a tree of up to 8 levels.
    function test_ATK33_twoIndicesNeverShareARoot() external view {
        for (uint256 depth = 0; depth <= 8; ++depth) {
            bytes32[] memory siblings = TreeBuilder.randomWords(depth, depth);
            bytes32[] memory roots = new bytes32[](1 << depth);
            for (uint256 i = 0; i < roots.length; ++i) {
                roots[i] = this.fold(keccak256("leaf"), i, siblings);
                for (uint256 j = 0; j < i; ++j) {
                    vm.assertTrue(roots[i] != roots[j]);
                }
            }
        }
    }

    function testFuzz_ATK33_twoIndicesNeverShareARoot(bytes32 leaf, bytes32[] memory siblings, uint256 i, uint256 j)
        external
        view
    {
        vm.assume(siblings.length < 256);
        i = bound(i, 0, (1 << siblings.length) - 1);
        j = bound(j, 0, (1 << siblings.length) - 1);
        vm.assertEq(this.fold(leaf, i, siblings) == this.fold(leaf, j, siblings), i == j);
    }

    /// @dev Why bits above the depth must be refused before the fold: it does not see them.
    function testFuzz_ATK33_twin_theFoldItselfIgnoresHigherBits(bytes32[] memory siblings, uint256 index, uint256 above)
        external
        view
    {
        vm.assume(siblings.length < 200);
        index = bound(index, 0, (1 << siblings.length) - 1);
        uint256 aliased = index | above << siblings.length;
        vm.assertEq(this.fold(keccak256("leaf"), index, siblings), this.fold(keccak256("leaf"), aliased, siblings));
    }

    function fold(bytes32 start, uint256 index, bytes32[] calldata siblings) external pure returns (bytes32) {
        return MerkleTree.fold(start, index, siblings, 0, siblings.length);
    }
}
