// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {LogLeaf} from "../../src/libraries/LogLeaf.sol";
import {InclusionProof, Message} from "../../src/types/Messages.sol";
import {VerifierTest} from "./VerifierTest.sol";
import {Placement, TreeBuilder} from "./TreeBuilder.sol";

/// @notice Base of the attacks on proofs: a batch with a message that is known to the verifier, its honest proof, and
/// whether the verifier takes another.
abstract contract ProofAttack is VerifierTest {
    uint256 internal constant COUNT = 11;
    uint256 internal constant INDEX = 5;

    bytes32[] internal leaves;
    bytes32 internal leaf;
    bytes32 internal batchRoot;
    Message internal message = Message(3, address(0xa11ce), abi.encode("a message of one word"));
    Placement internal placement;

    function setUp() external {
        startVerifier();
        leaf = LogLeaf.message(message.txNumberInBatch, message.sender, keccak256(message.data));
        leaves = TreeBuilder.randomWords(1, COUNT);
        leaves[INDEX] = leaf;
        batchRoot = TreeBuilder.batchRoot(CHAIN, leaves);
        placement = makeKnown(leaves);
    }

    /// @notice The twin of every attack: the proof that must be accepted.
    function honestProof() internal view returns (InclusionProof memory proof) {
        proof = TreeBuilder.inclusionProof(placement, leaves, INDEX);
        proof.txNumberInBatch = message.txNumberInBatch;
    }

    /// @notice The honest proof against the recorded root of the batch, which it records.
    function honestFinalProof() internal returns (InclusionProof memory proof) {
        verifier.recordBatch(TreeBuilder.batchProof(placement, batchRoot));
        proof = TreeBuilder.finalProof(CHAIN, placement.batchNumber, leaves, INDEX);
        proof.txNumberInBatch = message.txNumberInBatch;
    }

    /// @notice Whether the verifier takes the proof; a revert is a refusal.
    function accepts(InclusionProof memory proof, bytes32 node) internal view returns (bool) {
        try verifier.verifyLeaf(proof, node) returns (bool answer) {
            return answer;
        } catch {
            return false;
        }
    }

    /// @notice Whether the verifier records `root` as that of the batch at the given place.
    function records(Placement memory at_, bytes32 root) internal returns (bool) {
        try verifier.recordBatch(TreeBuilder.batchProof(at_, root)) {
            return true;
        } catch {
            return false;
        }
    }
}
