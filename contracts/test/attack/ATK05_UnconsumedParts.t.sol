// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {InclusionProof, InclusionProofEmptyLeaf, Message} from "../../src/types/Messages.sol";
import {LogLeaf} from "../../src/libraries/LogLeaf.sol";
import {ProofAttack} from "../base/ProofAttack.sol";
import {TreeBuilder} from "../base/TreeBuilder.sol";
import {OnChain, OnL1} from "../base/VerifierTest.sol";

/// @notice ATK-05: every index is within its tree, every word of a proof is used, and what is proven is what was asked.
abstract contract ATK05UnconsumedParts is ProofAttack {
    function test_ATK05_twin_theWholeProofIsAccepted() external {
        vm.assertTrue(verifier.verifyMessage(honestProof(), message));
        vm.assertTrue(verifier.verifyMessage(honestFinalProof(), message));
    }

    /// @dev Indices past the last message hold padding: nothing can be proven there, the padding itself included.
    function testFuzz_ATK05_indexPastTheLastLeafIsRefused(uint256 index, bytes32 node) external {
        index = bound(index, COUNT, (1 << 14) - 1);
        InclusionProof memory proof = TreeBuilder.inclusionProof(placement, leaves, index);
        vm.assume(node != LogLeaf.EMPTY);
        vm.assertFalse(accepts(proof, node));
        vm.expectRevert(InclusionProofEmptyLeaf.selector);
        verifier.verifyLeaf(proof, LogLeaf.EMPTY);
    }

    function testFuzz_ATK05_indexOutsideOfTheTreeIsRefused(uint256 index) external {
        index = bound(index, 1 << 14, type(uint256).max);
        InclusionProof memory proof = honestProof();
        proof.leafIndex = index;
        vm.assertFalse(accepts(proof, leaf));
        proof = honestFinalProof();
        proof.leafIndex = index;
        vm.assertFalse(accepts(proof, leaf));
    }

    function testFuzz_ATK05_wordsLeftOverAreRefused(bytes32[] calldata more) external {
        vm.assume(more.length != 0);
        InclusionProof memory proof = honestProof();
        proof.path = TreeBuilder.bytes32s(abi.encodePacked(proof.path, more));
        vm.assertFalse(accepts(proof, leaf));
        proof = honestFinalProof();
        proof.path = TreeBuilder.bytes32s(abi.encodePacked(proof.path, more));
        vm.assertFalse(accepts(proof, leaf));
    }

    /// @dev The attack itself: the leaf is dropped and a word of the proof stands for it.
    function testFuzz_ATK05_aWordOfTheProofDoesNotReplaceTheLeaf(uint256 word, bytes32 forged) external view {
        InclusionProof memory proof = honestProof();
        word = bound(word, 0, proof.path.length - 1);
        vm.assume(forged != leaf);
        vm.assertFalse(accepts(proof, forged));
        vm.assertFalse(accepts(proof, proof.path[word]));
    }

    function test_ATK05_emptyProofProvesNothing() external {
        InclusionProof memory proof = honestFinalProof();
        proof.path = new bytes32[](0);
        vm.assertFalse(accepts(proof, leaf));
        vm.assertFalse(accepts(proof, batchRoot));
        vm.assertFalse(accepts(proof, 0));
    }

    /// @dev The proof binds the message that is executed: sender, data and transaction.
    function testFuzz_ATK05_anotherMessageIsRefused(Message calldata other) external view {
        vm.assume(keccak256(abi.encode(other)) != keccak256(abi.encode(message)));
        InclusionProof memory proof = honestProof();
        proof.txNumberInBatch = other.txNumberInBatch;
        vm.assertFalse(verifier.verifyMessage(proof, other));
    }
}

contract ATK05UnconsumedPartsOnChain is ATK05UnconsumedParts, OnChain {}

contract ATK05UnconsumedPartsOnL1 is ATK05UnconsumedParts, OnL1 {}
