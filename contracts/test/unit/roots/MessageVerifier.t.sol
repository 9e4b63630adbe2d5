// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IMessageVerifier} from "../../../src/interfaces/IMessageVerifier.sol";
import {AggregationLeaves} from "../../../src/libraries/AggregationLeaves.sol";
import {LogLeaf} from "../../../src/libraries/LogLeaf.sol";
import {
    BatchProof,
    InclusionProof,
    InclusionProofEmptyLeaf,
    InclusionProofWrongHops,
    InclusionProofWrongTransaction,
    InclusionProofZeroBatchRoot,
    Message
} from "../../../src/types/Messages.sol";
import {OnChain, OnL1, VerifierTest} from "../../base/VerifierTest.sol";
import {Placement, TreeBuilder} from "../../base/TreeBuilder.sol";

abstract contract MessageVerifierTest is VerifierTest {
    function setUp() external {
        startVerifier();
    }

    function testFuzz_verifyMessage_isTrue_whenTheMessageIsInTheBatch(
        uint16 txNumber,
        address sender,
        bytes calldata data,
        uint256 seed
    ) external {
        Message memory message = Message(txNumber, sender, data);
        bytes32[] memory leaves = TreeBuilder.randomWords(seed, 1 + seed % 30);
        uint256 index = (seed >> 128) % leaves.length;
        leaves[index] = LogLeaf.message(txNumber, sender, keccak256(data));
        Placement memory placement = makeKnown(leaves);

        InclusionProof memory proof = TreeBuilder.inclusionProof(placement, leaves, index);
        proof.txNumberInBatch = txNumber;
        vm.assertTrue(verifier.verifyMessage(proof, message));
        vm.assertTrue(verifier.verifyLeaf(proof, leaves[index]));

        verifier.recordBatch(TreeBuilder.batchProof(placement, TreeBuilder.batchRoot(CHAIN, leaves)));
        proof.path = TreeBuilder.finalPath(TreeBuilder.logPath(CHAIN, leaves, index));
        vm.assertTrue(verifier.verifyMessage(proof, message));
        vm.assertTrue(verifier.verifyLeaf(proof, leaves[index]));
    }

    function testFuzz_verifyMessage_isFalse_whenAnythingOfTheMessageDiffers(
        Message calldata sent,
        Message calldata claimed
    ) external {
        bytes32[] memory leaves = new bytes32[](1);
        leaves[0] = LogLeaf.message(sent.txNumberInBatch, sent.sender, keccak256(sent.data));
        InclusionProof memory proof = TreeBuilder.inclusionProof(makeKnown(leaves), leaves, 0);
        proof.txNumberInBatch = claimed.txNumberInBatch;

        bool same = keccak256(abi.encode(sent)) == keccak256(abi.encode(claimed));
        vm.assertEq(verifier.verifyMessage(proof, claimed), same);
    }

    function testFuzz_verifyLeaf_isFalse_whenChainOrBatchDiffer(uint256 chainId, uint256 batchNumber) external {
        bytes32[] memory leaves = TreeBuilder.randomWords(1, 3);
        Placement memory placement = makeKnown(leaves);
        vm.assume(chainId != placement.chainId && batchNumber != placement.batchNumber);
        InclusionProof memory proof = TreeBuilder.inclusionProof(placement, leaves, 2);
        vm.assertTrue(verifier.verifyLeaf(proof, leaves[2]));

        proof.chainId = chainId;
        vm.assertFalse(verifier.verifyLeaf(proof, leaves[2]), "another chain");
        (proof.chainId, proof.batchNumber) = (placement.chainId, batchNumber);
        vm.assertFalse(verifier.verifyLeaf(proof, leaves[2]), "another batch");
    }

    function testFuzz_verifyLeaf_isFalse_whenTheBatchIsNotRecorded(uint256 chainId, uint256 batchNumber) external {
        bytes32[] memory leaves = TreeBuilder.randomWords(1, 3);
        Placement memory placement = makeKnown(leaves);
        bytes32 root = TreeBuilder.batchRoot(CHAIN, leaves);
        verifier.recordBatch(TreeBuilder.batchProof(placement, root));
        vm.assume(chainId != placement.chainId || batchNumber != placement.batchNumber);

        InclusionProof memory proof = TreeBuilder.finalProof(CHAIN, placement.batchNumber, leaves, 1);
        vm.assertTrue(verifier.verifyLeaf(proof, leaves[1]));
        (proof.chainId, proof.batchNumber) = (chainId, batchNumber);
        vm.assertFalse(verifier.verifyLeaf(proof, leaves[1]));
        vm.assertEq(verifier.recordedBatchRoot(chainId, batchNumber), bytes32(0));
    }

    function test_recordBatch_keepsTheRootOnce() external {
        bytes32[] memory leaves = TreeBuilder.randomWords(1, 3);
        Placement memory placement = makeKnown(leaves);
        bytes32 root = TreeBuilder.batchRoot(CHAIN, leaves);
        BatchProof memory proof = TreeBuilder.batchProof(placement, root);

        vm.expectEmit(address(verifier));
        emit IMessageVerifier.BatchRootRecorded(CHAIN, placement.batchNumber, root);
        verifier.recordBatch(proof);
        vm.assertEq(verifier.recordedBatchRoot(CHAIN, placement.batchNumber), root);

        vm.recordLogs();
        verifier.recordBatch(proof);
        vm.assertEq(vm.getRecordedLogs().length, 0);
        vm.assertEq(verifier.recordedBatchRoot(CHAIN, placement.batchNumber), root);
    }

    function testFuzz_recordBatch_reverts_whenTheRootIsUnknown(bytes32 root) external {
        bytes32[] memory leaves = TreeBuilder.randomWords(1, 3);
        Placement memory placement = makeKnown(leaves);
        vm.assume(root != TreeBuilder.batchRoot(CHAIN, leaves) && root != 0);

        vm.expectRevert(
            abi.encodeWithSelector(
                IMessageVerifier.MessageVerifierUnknownRoot.selector,
                placement.settlementChainId,
                placement.settlementBlock,
                TreeBuilder.sharedRoot(placement, root)
            )
        );
        verifier.recordBatch(TreeBuilder.batchProof(placement, root));
        vm.assertEq(verifier.recordedBatchRoot(CHAIN, placement.batchNumber), bytes32(0));
    }

    function test_recordBatch_reverts_whenTheBatchRootIsZero() external {
        Placement memory placement = makeKnown(TreeBuilder.randomWords(1, 3));
        vm.expectRevert(InclusionProofZeroBatchRoot.selector);
        verifier.recordBatch(TreeBuilder.batchProof(placement, 0));
    }

    function test_recordBatch_reverts_whenThePathIsFinal() external {
        BatchProof memory proof;
        proof.chainBatchRoot = keccak256("root");
        proof.path = TreeBuilder.finalPath(new bytes32[](0));
        vm.expectRevert(InclusionProofWrongHops.selector);
        verifier.recordBatch(proof);
    }

    function test_verifyLeaf_reverts_whenTheLeafIsEmpty() external {
        bytes32[] memory leaves = TreeBuilder.randomWords(1, 3);
        InclusionProof memory proof = TreeBuilder.inclusionProof(makeKnown(leaves), leaves, 3);
        vm.expectRevert(InclusionProofEmptyLeaf.selector);
        verifier.verifyLeaf(proof, LogLeaf.EMPTY);
    }

    function testFuzz_verifyMessage_reverts_whenTransactionNumbersDiffer(uint16 inProof, uint16 inMessage) external {
        vm.assume(inProof != inMessage);
        InclusionProof memory proof;
        proof.txNumberInBatch = inProof;
        vm.expectRevert(abi.encodeWithSelector(InclusionProofWrongTransaction.selector, inMessage, inProof));
        verifier.verifyMessage(proof, Message(inMessage, address(1), "data"));
    }
}

contract MessageVerifierOnChainTest is MessageVerifierTest, OnChain {
    /// @dev The batch may be old: its timestamp is its own, not that of the imported block.
    function testFuzz_verifyLeaf_isTrue_againstALaterRoot(uint64 batchTimestamp) external {
        bytes32[] memory leaves = TreeBuilder.randomWords(1, 3);
        Placement memory placement = makeKnown(leaves);
        placement.l1Timestamp = batchTimestamp;
        placement.settlementBlock += 1000;
        importRoot(placement, TreeBuilder.sharedRoot(placement, leaves));
        vm.assertTrue(verifier.verifyLeaf(TreeBuilder.inclusionProof(placement, leaves, 0), leaves[0]));
    }
}

contract MessageVerifierOnL1Test is MessageVerifierTest, OnL1 {
    /// @dev A later root holds the batch too, but it is of another time than the batch's leaf.
    function test_verifyLeaf_isFalse_againstALaterRoot() external {
        bytes32[] memory leaves = TreeBuilder.randomWords(1, 3);
        Placement memory placement = makeKnown(leaves);
        vm.roll(2000);
        vm.warp(FIRST_TIME + 9999);
        messageRoot.addChain(999_999);
        vm.assertTrue(verifier.verifyLeaf(TreeBuilder.inclusionProof(placement, leaves, 0), leaves[0]));

        placement.settlementBlock = 2000;
        bytes32 newcomer = AggregationLeaves.chainIdLeaf(0, 999_999);
        bytes32[] memory all = TreeBuilder.bytes32s(abi.encodePacked(sharedLeaves(), newcomer));
        placement.sharedSiblings = TreeBuilder.growingSiblings(all, placement.sharedIndex);
        vm.assertEq(TreeBuilder.sharedRoot(placement, leaves), messageRoot.root());
        vm.assertFalse(verifier.verifyLeaf(TreeBuilder.inclusionProof(placement, leaves, 0), leaves[0]));
    }

    function testFuzz_verifyLeaf_isFalse_whenTheSettlementChainIsAnother(uint256 chainId) external {
        vm.assume(chainId != block.chainid);
        bytes32[] memory leaves = TreeBuilder.randomWords(1, 3);
        Placement memory placement = makeKnown(leaves);
        placement.settlementChainId = chainId;
        vm.assertFalse(verifier.verifyLeaf(TreeBuilder.inclusionProof(placement, leaves, 0), leaves[0]));
    }
}
