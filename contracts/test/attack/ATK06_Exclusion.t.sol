// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {InclusionProof} from "../../src/types/Messages.sol";
import {ProofAttack} from "../base/ProofAttack.sol";
import {TreeBuilder} from "../base/TreeBuilder.sol";
import {OnChain, OnL1} from "../base/VerifierTest.sol";

/// @notice ATK-06: nothing is inferred from a proof that fails. There is no proof of exclusion; a path that is empty,
/// cut short, a neighbour's or of another root is a refusal, never an answer.
abstract contract ATK06Exclusion is ProofAttack {
    function test_ATK06_twin_inclusionIsProven() external view {
        vm.assertTrue(verifier.verifyLeaf(honestProof(), leaf));
    }

    function test_ATK06_everyPrefixOfAPathReverts() external {
        _refusePrefixes(honestProof());
        _refusePrefixes(honestFinalProof());
    }

    /// @dev A neighbour's path is well-formed and leads elsewhere.
    function testFuzz_ATK06_aNeighboursPathIsRefused(uint256 index) external view {
        index = bound(index, 0, COUNT - 1);
        vm.assume(index != INDEX);
        InclusionProof memory proof = TreeBuilder.inclusionProof(placement, leaves, index);
        vm.assertFalse(verifier.verifyLeaf(proof, leaf));
        proof.leafIndex = INDEX;
        vm.assertFalse(verifier.verifyLeaf(proof, leaf));
    }

    function testFuzz_ATK06_aPathToAnotherRootIsRefused(uint256 chainId, uint128 blockNumber) external view {
        InclusionProof memory proof = honestProof();
        vm.assume(chainId != placement.settlementChainId || blockNumber != placement.settlementBlock);
        uint256 position = 3 + 17 + placement.batchSiblings.length;
        proof.path[position] = bytes32(uint256(blockNumber) << 128 | placement.sharedIndex);
        proof.path[position + 1] = bytes32(chainId);
        vm.assertFalse(verifier.verifyLeaf(proof, leaf));
    }

    function _refusePrefixes(InclusionProof memory proof) private {
        bytes32[] memory whole = proof.path;
        for (uint256 length = 0; length < whole.length; ++length) {
            proof.path = new bytes32[](length);
            for (uint256 i = 0; i < length; ++i) {
                proof.path[i] = whole[i];
            }
            vm.expectRevert();
            verifier.verifyLeaf(proof, leaf);
        }
    }
}

contract ATK06ExclusionOnChain is ATK06Exclusion, OnChain {}

contract ATK06ExclusionOnL1 is ATK06Exclusion, OnL1 {}
