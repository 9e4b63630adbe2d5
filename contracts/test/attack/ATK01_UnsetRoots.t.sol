// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IInteropRootStorage} from "../../src/interfaces/IInteropRootStorage.sol";
import {InclusionProof, InclusionProofZeroBatchRoot} from "../../src/types/Messages.sol";
import {ProofAttack} from "../base/ProofAttack.sol";
import {Placement, TreeBuilder} from "../base/TreeBuilder.sol";
import {OnChain, OnL1} from "../base/VerifierTest.sol";

/// @notice ATK-01: a root that was never set, or is 0, proves nothing. Contracts have no initializer that could set one.
abstract contract ATK01UnsetRoots is ProofAttack {
    function test_ATK01_twin_aKnownRootProves() external {
        vm.assertTrue(accepts(honestProof(), leaf));
        vm.assertTrue(accepts(honestFinalProof(), leaf));
    }

    function testFuzz_ATK01_unknownPlaceProvesNothing(Placement calldata anywhere, uint256 index, bytes32 node)
        external
    {
        Placement memory place = anywhere;
        place.batchSiblings = bound(place.batchSiblings, 31);
        place.sharedSiblings = bound(place.sharedSiblings, 31);
        place.batchIndex %= 1 << place.batchSiblings.length;
        place.sharedIndex %= 1 << place.sharedSiblings.length;
        InclusionProof memory proof = TreeBuilder.inclusionProof(place, TreeBuilder.randomWords(2, 1), 0);
        proof.leafIndex = index % (1 << 14);

        vm.assertFalse(accepts(proof, node));
        vm.assertFalse(records(place, node));
        vm.assertFalse(records(place, 0));
    }

    function testFuzz_ATK01_unrecordedBatchProvesNothing(
        uint256 chainId,
        uint256 batchNumber,
        uint256 index,
        bytes32 node,
        bytes32[17] calldata siblings
    ) external view {
        InclusionProof memory proof;
        (proof.chainId, proof.batchNumber, proof.leafIndex) = (chainId, batchNumber, index % (1 << 14));
        proof.path = TreeBuilder.finalPath(TreeBuilder.bytes32s(abi.encodePacked(siblings)));

        vm.assertFalse(accepts(proof, node));
        vm.assertEq(verifier.recordedBatchRoot(chainId, batchNumber), bytes32(0));
    }

    function test_ATK01_rootZeroIsNoBatchRoot() external {
        vm.expectRevert(InclusionProofZeroBatchRoot.selector);
        verifier.recordBatch(TreeBuilder.batchProof(placement, 0));
    }
}

contract ATK01UnsetRootsOnChain is ATK01UnsetRoots, OnChain {
    function testFuzz_ATK01_rootZeroIsNeverImported(uint256 settlementChainId, uint256 blockNumber) external {
        vm.assertFalse(rootStorage.isImported(settlementChainId, blockNumber, 0));
        Placement memory place = placement;
        place.settlementBlock = blockNumber;
        vm.expectRevert(abi.encodeWithSelector(IInteropRootStorage.InteropRootStorageZeroRoot.selector, blockNumber));
        importRoot(place, 0);
    }

    /// @dev Every place of the ring is empty at first; none of them holds any root.
    function testFuzz_ATK01_freshStorageKnowsNoRoot(uint256 settlementChainId, uint256 blockNumber, bytes32 root)
        external
    {
        deployVerifier();
        vm.assertFalse(rootStorage.isImported(settlementChainId, blockNumber, root));
        vm.assertFalse(accepts(honestProof(), leaf));
    }
}

contract ATK01UnsetRootsOnL1 is ATK01UnsetRoots, OnL1 {
    function testFuzz_ATK01_rootZeroIsNoHistoricalRoot(uint256 blockNumber, uint256 timestamp) external view {
        vm.assertFalse(messageRoot.isHistoricalRoot(blockNumber, timestamp, 0));
    }

    function testFuzz_ATK01_freshMessageRootKnowsNoBatch(uint256 blockNumber, uint256 timestamp, bytes32 root)
        external
    {
        deployVerifier();
        vm.assume(root != messageRoot.root());
        vm.assertFalse(messageRoot.isHistoricalRoot(blockNumber, timestamp, root));
        vm.assertFalse(accepts(honestProof(), leaf));
    }
}
