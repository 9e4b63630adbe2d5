// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IBatchSettlement} from "../../src/interfaces/IBatchSettlement.sol";
import {IMessageRoot} from "../../src/interfaces/IMessageRoot.sol";
import {LedgerEntry} from "../../src/types/Assets.sol";
import {Batch} from "../../src/types/Batches.sol";
import {RootImport} from "../../src/types/Messages.sol";
import {SwapEffect} from "../../src/types/Swaps.sol";
import {L1Fixture} from "../base/L1Fixture.sol";

/// @notice ATK-40 on L1: one attestation settles one batch of one chain once, and one priority operation is consumed
/// once.
contract ATK40SettlementReplayTest is L1Fixture {
    uint256 private constant CHAIN = 271;
    uint256 private constant OTHER = 272;

    function setUp() external {
        deployL1();
        registerChain(CHAIN);
        registerChain(OTHER);
    }

    function test_ATK40_refuses_theSameBatchAgain_inOneCallAndInSteps() external {
        Batch memory batch = nextBatch(CHAIN);
        bytes memory proof = attest(CHAIN, batch);
        vm.expectCall(
            address(messageRoot), abi.encodeCall(IMessageRoot.appendBatch, (CHAIN, 1, batch.chainBatchRoot)), 1
        );
        _settle(CHAIN, batch, proof);
        bytes memory wrongNumber = abi.encodeWithSelector(IBatchSettlement.BatchSettlementWrongNumber.selector, 2, 1);
        vm.expectRevert(wrongNumber);
        _settle(CHAIN, batch, proof);
        vm.expectRevert(wrongNumber);
        vm.prank(operator);
        settlement.commitBatch(CHAIN, batch, "");
        vm.expectRevert(wrongNumber);
        settlement.proveBatch(CHAIN, batch, proof);
        vm.expectRevert(wrongNumber);
        settlement.executeBatch(CHAIN, batch, new RootImport[](0), new LedgerEntry[](0), new SwapEffect[](0));
    }

    /// @dev A batch that was reverted may come back, and then counts once as any other.
    function test_ATK40_accepts_aRevertedBatch_once() external {
        Batch memory batch = nextBatch(CHAIN);
        bytes memory proof = attest(CHAIN, batch);
        vm.startPrank(operator);
        settlement.commitBatch(CHAIN, batch, "");
        settlement.proveBatch(CHAIN, batch, proof);
        settlement.revertBatches(CHAIN);
        vm.stopPrank();
        _settle(CHAIN, batch, proof);
        vm.expectRevert(abi.encodeWithSelector(IBatchSettlement.BatchSettlementWrongNumber.selector, 2, 1));
        _settle(CHAIN, batch, proof);
    }

    /// @dev Both chains start from the same state, so the batch would follow on either.
    function test_ATK40_refuses_theSameBatchOnAnotherChain() external {
        Batch memory batch = nextBatch(CHAIN);
        batch.prevStateCommitment = genesisState(OTHER);
        bytes memory proof = attest(CHAIN, batch);
        bytes32 input = settlement.publicInput(OTHER, batch);
        vm.expectRevert(abi.encodeWithSelector(IBatchSettlement.BatchSettlementProofRejected.selector, 1, input));
        _settle(OTHER, batch, proof);
        _settle(OTHER, batch, attest(OTHER, batch));
    }

    /// @dev The next batch may carry the very same root, and is a batch of its own: it needs its own attestation.
    function test_ATK40_refuses_oldAttestation_forTheSameContentInTheNextBatch() external {
        Batch memory first = nextBatch(CHAIN);
        bytes memory proof = attest(CHAIN, first);
        _settle(CHAIN, first, proof);
        Batch memory second = nextBatch(CHAIN);
        second.chainBatchRoot = first.chainBatchRoot;
        bytes32 input = settlement.publicInput(CHAIN, second);
        vm.expectRevert(abi.encodeWithSelector(IBatchSettlement.BatchSettlementProofRejected.selector, 2, input));
        _settle(CHAIN, second, proof);
        _settle(CHAIN, second, attest(CHAIN, second));
    }

    /// @dev Equal requests are different operations: each has its place in the queue of its chain.
    function testFuzz_ATK40_equalRequests_areDifferentOperations(uint64 gasLimit, bytes calldata data) external {
        gasLimit = uint64(bound(gasLimit, priorityQueue.MIN_GAS_LIMIT(), priorityQueue.MAX_GAS_LIMIT()));
        bytes32 first = priorityQueue.request(CHAIN, stranger, gasLimit, data);
        bytes32 second = priorityQueue.request(CHAIN, stranger, gasLimit, data);
        bytes32 elsewhere = priorityQueue.request(OTHER, stranger, gasLimit, data);
        vm.assertNotEq(first, second);
        vm.assertNotEq(first, elsewhere);
    }

    /// @dev A chain that consumed the first operation twice, instead of the first two.
    function test_ATK40_refuses_theSameOperationTwice() external {
        bytes32 first = priorityQueue.request(CHAIN, stranger, 100_000, "");
        bytes32 second = priorityQueue.request(CHAIN, stranger, 100_000, "");
        bytes32 afterFirst = keccak256(abi.encodePacked(bytes32(0), first));
        Batch memory batch = nextBatch(CHAIN);
        batch.priorityOpsCount = 2;
        batch.priorityOpsHash = keccak256(abi.encodePacked(afterFirst, first));
        bytes memory proof = attest(CHAIN, batch);
        bytes32 expected = keccak256(abi.encodePacked(afterFirst, second));
        vm.expectRevert(
            abi.encodeWithSelector(
                IBatchSettlement.BatchSettlementWrongPriorityOps.selector, expected, batch.priorityOpsHash
            )
        );
        _settle(CHAIN, batch, proof);
        batch.priorityOpsHash = expected;
        _settle(CHAIN, batch, attest(CHAIN, batch));
    }

    function _settle(uint256 chainId, Batch memory batch, bytes memory proof) private {
        vm.prank(operator);
        settlement.settleBatch(
            chainId, batch, "", proof, new RootImport[](0), new LedgerEntry[](0), new SwapEffect[](0)
        );
    }
}
