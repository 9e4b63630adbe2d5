// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {InclusionProof} from "../../src/types/Messages.sol";
import {ProofAttack} from "../base/ProofAttack.sol";
import {Placement, TreeBuilder} from "../base/TreeBuilder.sol";
import {OnChain, OnL1} from "../base/VerifierTest.sol";

/// @notice ATK-31: a path of another depth is refused on every level, and so is one whose words are dealt out otherwise
/// among the levels.
abstract contract ATK31Depths is ProofAttack {
    function test_ATK31_twin_theTrueDepthsAreAccepted() external {
        vm.assertTrue(accepts(honestProof(), leaf));
        vm.assertTrue(accepts(honestFinalProof(), leaf));
        vm.assertTrue(records(placement, batchRoot));
    }

    function testFuzz_ATK31_logPathOfAnotherDepthIsRefused(uint256 depth) external {
        verifier.recordBatch(TreeBuilder.batchProof(placement, batchRoot));
        depth = bound(depth, 0, 255);
        vm.assume(depth != TreeBuilder.LOG_PROOF_LENGTH);
        bytes32[] memory siblings = _resized(TreeBuilder.logPath(CHAIN, leaves, INDEX), depth);
        InclusionProof memory proof = honestProof();
        proof.path = TreeBuilder.settlementPath(placement, siblings);
        vm.assertFalse(accepts(proof, leaf));
        proof.path = TreeBuilder.finalPath(siblings);
        vm.assertFalse(accepts(proof, leaf));
    }

    function testFuzz_ATK31_batchPathOfAnotherDepthIsRefused(uint256 depth) external {
        Placement memory place = placement;
        depth = bound(depth, 0, 255);
        vm.assume(depth != place.batchSiblings.length);
        place.batchSiblings = _resized(place.batchSiblings, depth);
        _refusePlace(place);
        place.batchIndex = depth < 255 ? place.batchIndex % (1 << depth) : place.batchIndex;
        _refusePlace(place);
    }

    function testFuzz_ATK31_sharedPathOfAnotherDepthIsRefused(uint256 depth) external {
        Placement memory place = placement;
        depth = bound(depth, 0, 255);
        vm.assume(depth != place.sharedSiblings.length);
        place.sharedSiblings = _resized(place.sharedSiblings, depth);
        _refusePlace(place);
        place.sharedIndex = depth < 128 ? place.sharedIndex % (1 << depth) : place.sharedIndex;
        _refusePlace(place);
    }

    /// @dev The words of the honest path, with other lengths in the two metadata words.
    function testFuzz_ATK31_wordsDealtOutOtherwiseAreRefused(uint8 logLength, uint8 batchLength, uint8 sharedLength)
        external
        view
    {
        InclusionProof memory proof = honestProof();
        bytes32[] memory path = proof.path;
        uint256 sharedAt = path.length - 1 - placement.sharedSiblings.length;
        bytes32 first = TreeBuilder.metadata(logLength, batchLength, false);
        bytes32 second = TreeBuilder.metadata(sharedLength, 0, true);
        vm.assume(first != path[0] || second != path[sharedAt]);
        (path[0], path[sharedAt]) = (first, second);
        vm.assertFalse(accepts(proof, leaf));
    }

    /// @dev One sibling moved over the border between two trees, with everything else fitting.
    function test_ATK31_siblingsBorrowedFromTheNextTreeAreRefused() external {
        Placement memory place = placement;
        uint256 last = place.batchSiblings.length - 1;
        place.sharedSiblings = TreeBuilder.bytes32s(abi.encodePacked(place.batchSiblings[last], place.sharedSiblings));
        place.sharedIndex = place.sharedIndex << 1 | place.batchIndex >> last;
        place.batchSiblings = _resized(place.batchSiblings, last);
        place.batchIndex %= 1 << last;
        _refusePlace(place);

        place = placement;
        place.batchSiblings = TreeBuilder.bytes32s(abi.encodePacked(place.batchSiblings, place.sharedSiblings[0]));
        place.batchIndex |= (place.sharedIndex & 1) << (last + 1);
        place.sharedIndex >>= 1;
        place.sharedSiblings = _tail(place.sharedSiblings);
        _refusePlace(place);
    }

    function _refusePlace(Placement memory place) private {
        InclusionProof memory proof = honestProof();
        proof.path = TreeBuilder.settlementPath(place, TreeBuilder.logPath(CHAIN, leaves, INDEX));
        vm.assertFalse(accepts(proof, leaf));
        vm.assertFalse(records(place, batchRoot));
    }

    function _resized(bytes32[] memory words, uint256 length) private pure returns (bytes32[] memory resized) {
        resized = TreeBuilder.randomWords(7, length);
        for (uint256 i = 0; i < length && i < words.length; ++i) {
            resized[i] = words[i];
        }
    }

    function _tail(bytes32[] memory words) private pure returns (bytes32[] memory tail) {
        tail = new bytes32[](words.length - 1);
        for (uint256 i = 0; i < tail.length; ++i) {
            tail[i] = words[i + 1];
        }
    }
}

contract ATK31DepthsOnChain is ATK31Depths, OnChain {}

contract ATK31DepthsOnL1 is ATK31Depths, OnL1 {}
