// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IBatchSettlement} from "../../src/interfaces/IBatchSettlement.sol";
import {IPriorityQueue} from "../../src/interfaces/IPriorityQueue.sol";
import {LedgerEntry} from "../../src/types/Assets.sol";
import {Batch} from "../../src/types/Batches.sol";
import {RootImport} from "../../src/types/Messages.sol";
import {SwapEffect} from "../../src/types/Swaps.sol";
import {L1Fixture} from "../base/L1Fixture.sol";

/// @notice ATK-49: an operator, or someone who is none, tries to settle what does not follow. Every bad batch is signed
/// by its attesters: settlement refuses it by itself. Each test ends with the good batch going through.
contract ATK49SettlementTest is L1Fixture {
    uint256 private constant CHAIN = 271;
    uint256 private constant OTHER = 272;

    function setUp() external {
        deployL1();
        registerChain(CHAIN);
        registerChain(OTHER);
        settle(CHAIN, nextBatch(CHAIN));
        settle(OTHER, nextBatch(OTHER));
        nextBlock();
    }

    function testFuzz_ATK49_refuses_batchOutOfOrder(uint64 number) external {
        Batch memory good = nextBatch(CHAIN);
        Batch memory bad = nextBatch(CHAIN);
        vm.assume(number != good.number);
        bad.number = number;
        _expectRefused(
            bad, abi.encodeWithSelector(IBatchSettlement.BatchSettlementWrongNumber.selector, good.number, number)
        );
        settle(CHAIN, good);
    }

    function test_ATK49_refuses_secondBatchBeforeTheFirst_atEveryStep() external {
        Batch memory first = _commitNext();
        Batch memory second = _commitNext();
        bytes memory wrongNumber = abi.encodeWithSelector(IBatchSettlement.BatchSettlementWrongNumber.selector, 2, 3);
        bytes memory proof = attest(CHAIN, second);
        vm.expectRevert(wrongNumber);
        settlement.proveBatch(CHAIN, second, proof);
        _prove(first);
        _prove(second);
        vm.expectRevert(wrongNumber);
        settlement.executeBatch(CHAIN, second, new RootImport[](0), new LedgerEntry[](0), new SwapEffect[](0));
        _execute(first);
        _execute(second);
        vm.assertEq(settlement.executedHead(CHAIN).batchNumber, 3);
    }

    function testFuzz_ATK49_refuses_wrongPreviousState(bytes32 state) external {
        Batch memory good = nextBatch(CHAIN);
        Batch memory bad = nextBatch(CHAIN);
        vm.assume(state != good.prevStateCommitment);
        bad.prevStateCommitment = state;
        _expectRefused(
            bad,
            abi.encodeWithSelector(IBatchSettlement.BatchSettlementWrongState.selector, good.prevStateCommitment, state)
        );
        settle(CHAIN, good);
    }

    function test_ATK49_refuses_settlingTheSameBatchTwice() external {
        Batch memory batch = nextBatch(CHAIN);
        settle(CHAIN, batch);
        _expectRefused(batch, abi.encodeWithSelector(IBatchSettlement.BatchSettlementWrongNumber.selector, 3, 2));
        settle(CHAIN, nextBatch(CHAIN));
    }

    function test_ATK49_refuses_executingTheSameBatchTwice() external {
        Batch memory batch = _commitNext();
        _prove(batch);
        _execute(batch);
        bytes32 root = messageRoot.root();
        vm.expectRevert(abi.encodeWithSelector(IBatchSettlement.BatchSettlementWrongNumber.selector, 3, 2));
        settlement.executeBatch(CHAIN, batch, new RootImport[](0), new LedgerEntry[](0), new SwapEffect[](0));
        vm.assertEq(messageRoot.root(), root);
        settle(CHAIN, nextBatch(CHAIN));
    }

    function test_ATK49_refuses_executingWhatIsNotProven() external {
        Batch memory batch = _commitNext();
        vm.expectRevert(abi.encodeWithSelector(IBatchSettlement.BatchSettlementNotProven.selector, 2, 1));
        settlement.executeBatch(CHAIN, batch, new RootImport[](0), new LedgerEntry[](0), new SwapEffect[](0));
        _prove(batch);
        _execute(batch);
    }

    function test_ATK49_refuses_provingWhatIsNotCommitted() external {
        Batch memory batch = nextBatch(CHAIN);
        bytes memory proof = attest(CHAIN, batch);
        vm.expectRevert(
            abi.encodeWithSelector(
                IBatchSettlement.BatchSettlementNotCommitted.selector,
                2,
                bytes32(0),
                settlement.publicInput(CHAIN, batch)
            )
        );
        settlement.proveBatch(CHAIN, batch, proof);
        _commit(batch);
        settlement.proveBatch(CHAIN, batch, proof);
    }

    /// @dev Whatever claim differs from the committed batch, at proving as at executing.
    function testFuzz_ATK49_refuses_anotherBatchThanCommitted(uint256 claim, uint64 value) external {
        Batch memory batch = _commitNext();
        // The number, word 0, stays: the batch is looked up by it.
        Batch memory other = _changed(batch, bound(claim, 1, 13), value);
        vm.assume(keccak256(abi.encode(other)) != keccak256(abi.encode(batch)));
        bytes memory proof = attest(CHAIN, other);
        bytes memory notCommitted = abi.encodeWithSelector(
            IBatchSettlement.BatchSettlementNotCommitted.selector,
            2,
            settlement.publicInput(CHAIN, batch),
            settlement.publicInput(CHAIN, other)
        );
        vm.expectRevert(notCommitted);
        settlement.proveBatch(CHAIN, other, proof);
        _prove(batch);
        vm.expectRevert(notCommitted);
        settlement.executeBatch(CHAIN, other, new RootImport[](0), new LedgerEntry[](0), new SwapEffect[](0));
        _execute(batch);
    }

    function test_ATK49_refuses_revertingExecutedBatches() external {
        bytes memory nothing = abi.encodeWithSelector(IBatchSettlement.BatchSettlementNothingToRevert.selector, 1);
        vm.startPrank(operator);
        vm.expectRevert(nothing);
        settlement.revertBatches(CHAIN);
        vm.stopPrank();
        _commitNext();
        vm.startPrank(operator);
        settlement.revertBatches(CHAIN);
        vm.expectRevert(nothing);
        settlement.revertBatches(CHAIN);
        vm.stopPrank();
        vm.assertEq(settlement.executedHead(CHAIN).batchNumber, 1);
    }

    function testFuzz_ATK49_refuses_stranger(address caller) external {
        vm.assume(caller != operator);
        Batch memory batch = nextBatch(CHAIN);
        bytes memory proof = attest(CHAIN, batch);
        bytes memory notOperator =
            abi.encodeWithSelector(IBatchSettlement.BatchSettlementNotOperator.selector, CHAIN, caller);
        vm.startPrank(caller);
        vm.expectRevert(notOperator);
        settlement.commitBatch(CHAIN, batch, "");
        vm.expectRevert(notOperator);
        settlement.settleBatch(CHAIN, batch, "", proof, new RootImport[](0), new LedgerEntry[](0), new SwapEffect[](0));
        vm.expectRevert(notOperator);
        settlement.revertBatches(CHAIN);
        vm.stopPrank();
        settle(CHAIN, batch);
    }

    /// @dev The operator of one chain is a stranger to another.
    function test_ATK49_refuses_operatorOfAnotherChain() external {
        address successor = makeAddr("operator of the other chain");
        vm.prank(operator);
        chainRegistry.proposeOperator(OTHER, successor);
        vm.prank(successor);
        chainRegistry.acceptOperator(OTHER);
        Batch memory batch = nextBatch(CHAIN);
        vm.expectRevert(abi.encodeWithSelector(IBatchSettlement.BatchSettlementNotOperator.selector, CHAIN, successor));
        vm.prank(successor);
        settlement.commitBatch(CHAIN, batch, "");
        Batch memory own = nextBatch(OTHER);
        vm.prank(successor);
        settlement.commitBatch(OTHER, own, "");
    }

    /// @dev The same words, attested for another chain: the public input names the chain.
    function test_ATK49_refuses_proofOfAnotherChain() external {
        Batch memory batch = nextBatch(CHAIN);
        bytes memory foreign = attest(OTHER, batch);
        bytes memory rejected = abi.encodeWithSelector(
            IBatchSettlement.BatchSettlementProofRejected.selector, 2, settlement.publicInput(CHAIN, batch)
        );
        vm.expectRevert(rejected);
        vm.prank(operator);
        settlement.settleBatch(
            CHAIN, batch, "", foreign, new RootImport[](0), new LedgerEntry[](0), new SwapEffect[](0)
        );
        _commit(batch);
        vm.expectRevert(rejected);
        settlement.proveBatch(CHAIN, batch, foreign);
        _prove(batch);
    }

    function testFuzz_ATK49_refuses_blocksThatDoNotFollow(uint64 first, uint64 last) external {
        Batch memory good = nextBatch(CHAIN);
        vm.assume(first != good.firstBlock || last < good.firstBlock);
        Batch memory bad = nextBatch(CHAIN);
        (bad.firstBlock, bad.lastBlock) = (first, last);
        _expectRefused(
            bad,
            abi.encodeWithSelector(IBatchSettlement.BatchSettlementWrongBlocks.selector, good.firstBlock, first, last)
        );
        settle(CHAIN, good);
    }

    function testFuzz_ATK49_refuses_timestampsOutOfRange(uint64 first, uint64 last) external {
        uint256 earliest = settlement.executedHead(CHAIN).lastTimestamp;
        uint256 latest = block.timestamp + settlement.MAX_CLOCK_AHEAD();
        vm.assume(first < earliest || last < first || last > latest);
        _expectWrongTimestamps(earliest, latest, first, last);
        settle(CHAIN, nextBatch(CHAIN));
    }

    function test_ATK49_refuses_timestampsJustOutOfRange() external {
        uint64 earliest = settlement.executedHead(CHAIN).lastTimestamp;
        uint64 latest = uint64(block.timestamp + settlement.MAX_CLOCK_AHEAD());
        _expectWrongTimestamps(earliest, latest, earliest - 1, latest);
        _expectWrongTimestamps(earliest, latest, earliest, latest + 1);
        _expectWrongTimestamps(earliest, latest, latest, latest - 1);
        Batch memory good = nextBatch(CHAIN);
        (good.firstTimestamp, good.lastTimestamp) = (earliest, latest);
        settle(CHAIN, good);
    }

    /// @dev A root that L1 never had: unknown block, other timestamp, other root, other settlement layer.
    function testFuzz_ATK49_refuses_unknownDependency(uint256 field, uint256 value) external {
        RootImport memory known = _knownRoot();
        RootImport memory unknown = _knownRoot();
        if (field % 4 == 0) unknown.settlementChainId = value;
        else if (field % 4 == 1) unknown.blockNumber = value;
        else if (field % 4 == 2) unknown.timestamp = value;
        else unknown.root = bytes32(value);
        vm.assume(keccak256(abi.encode(unknown)) != keccak256(abi.encode(known)));
        _expectUnknownRoot(unknown);
        _settleImporting(known);
    }

    /// @dev L1 reorganised: the block that the chain imported from holds another root now.
    function test_ATK49_refuses_reorgedDependency() external {
        uint256 fork = vm.snapshotState();
        RootImport memory imported = _settleOther("one history");
        vm.revertToState(fork);
        RootImport memory canonical = _settleOther("another history");
        vm.assertEq(imported.blockNumber, canonical.blockNumber);
        vm.assertNotEq(imported.root, canonical.root);
        _expectUnknownRoot(imported);
        _settleImporting(canonical);
    }

    /// @dev The root of a block is its last one: before the block's end it is not known.
    function test_ATK49_refuses_dependencyOfTheCurrentBlock() external {
        settle(OTHER, nextBatch(OTHER));
        RootImport memory imported = currentRoot();
        _expectUnknownRoot(imported);
        nextBlock();
        _settleImporting(imported);
    }

    /// @dev The chain imported one root, and shows L1 none, another, or both.
    function test_ATK49_refuses_dependenciesOtherThanImported() external {
        RootImport memory imported = _knownRoot();
        RootImport memory other = _settleOther("history");
        _expectWrongDependencies(imported, new RootImport[](0));
        RootImport[] memory shown = new RootImport[](1);
        shown[0] = other;
        _expectWrongDependencies(imported, shown);
        shown = new RootImport[](2);
        (shown[0], shown[1]) = (imported, other);
        _expectWrongDependencies(imported, shown);
        _settleImporting(imported);
    }

    function testFuzz_ATK49_refuses_wrongPriorityHash(bytes32 claimed, uint64 count) external {
        priorityQueue.request(CHAIN, stranger, 100_000, "first");
        priorityQueue.request(CHAIN, stranger, 100_000, "second");
        count = uint64(bound(count, 0, 2));
        bytes32 expected = priorityQueue.checkConsumption(CHAIN, count);
        vm.assume(claimed != expected);
        Batch memory batch = nextBatch(CHAIN);
        (batch.priorityOpsCount, batch.priorityOpsHash) = (count, claimed);
        _expectRefused(
            batch, abi.encodeWithSelector(IBatchSettlement.BatchSettlementWrongPriorityOps.selector, expected, claimed)
        );
        batch.priorityOpsHash = expected;
        settle(CHAIN, batch);
        vm.assertEq(priorityQueue.head(CHAIN), count);
    }

    /// @dev The chain consumed the second operation in place of the first.
    function test_ATK49_refuses_priorityOperationsOutOfOrder() external {
        bytes32 first = priorityQueue.request(CHAIN, stranger, 100_000, "first");
        bytes32 second = priorityQueue.request(CHAIN, stranger, 100_000, "second");
        bytes32 skipped = keccak256(abi.encodePacked(bytes32(0), second));
        Batch memory batch = nextBatch(CHAIN);
        (batch.priorityOpsCount, batch.priorityOpsHash) = (1, skipped);
        _expectRefused(
            batch,
            abi.encodeWithSelector(
                IBatchSettlement.BatchSettlementWrongPriorityOps.selector,
                keccak256(abi.encodePacked(bytes32(0), first)),
                skipped
            )
        );
        batch.priorityOpsHash = keccak256(abi.encodePacked(bytes32(0), first));
        settle(CHAIN, batch);
    }

    /// @dev A censored operation stops the chain until a batch consumes it.
    function test_ATK49_refuses_batchesThatLeaveAnExpiredOperation() external {
        bytes32 operation = priorityQueue.request(CHAIN, stranger, 100_000, "");
        Batch memory censoring = nextBatch(CHAIN);
        vm.warp(block.timestamp + PRIORITY_EXPIRY - 1);
        settle(CHAIN, censoring);
        censoring = nextBatch(CHAIN);
        vm.warp(block.timestamp + 1);
        uint256 expiry = priorityQueue.expiresAt(CHAIN, 0);
        _expectRefused(censoring, abi.encodeWithSelector(IPriorityQueue.PriorityQueueExpired.selector, 0, expiry));
        censoring.priorityOpsCount = 1;
        censoring.priorityOpsHash = keccak256(abi.encodePacked(bytes32(0), operation));
        settle(CHAIN, censoring);
        settle(CHAIN, nextBatch(CHAIN));
    }

    function _commit(Batch memory batch) private {
        vm.prank(operator);
        settlement.commitBatch(CHAIN, batch, "");
    }

    function _commitNext() private returns (Batch memory batch) {
        batch = nextBatch(CHAIN);
        _commit(batch);
    }

    function _prove(Batch memory batch) private {
        settlement.proveBatch(CHAIN, batch, attest(CHAIN, batch));
    }

    function _execute(Batch memory batch) private {
        settlement.executeBatch(CHAIN, batch, new RootImport[](0), new LedgerEntry[](0), new SwapEffect[](0));
    }

    function _expectRefused(Batch memory batch, bytes memory reason) private {
        bytes memory proof = attest(CHAIN, batch);
        vm.startPrank(operator);
        vm.expectRevert(reason);
        settlement.settleBatch(CHAIN, batch, "", proof, new RootImport[](0), new LedgerEntry[](0), new SwapEffect[](0));
        vm.expectRevert(reason);
        settlement.commitBatch(CHAIN, batch, "");
        vm.stopPrank();
    }

    function _expectWrongTimestamps(uint256 earliest, uint256 latest, uint64 first, uint64 last) private {
        Batch memory bad = nextBatch(CHAIN);
        (bad.firstTimestamp, bad.lastTimestamp) = (first, last);
        _expectRefused(
            bad,
            abi.encodeWithSelector(
                IBatchSettlement.BatchSettlementWrongTimestamps.selector, earliest, latest, first, last
            )
        );
    }

    /// @dev The root after the block in which `setUp` settled.
    function _knownRoot() private view returns (RootImport memory) {
        return RootImport({
            settlementChainId: block.chainid, blockNumber: START_BLOCK, timestamp: START_TIME, root: messageRoot.root()
        });
    }

    function _settleOther(bytes32 root) private returns (RootImport memory imported) {
        settleRoot(OTHER, root);
        imported = currentRoot();
        nextBlock();
    }

    function _importing(RootImport memory claimed) private view returns (Batch memory batch) {
        batch = nextBatch(CHAIN);
        batch.dependencyRootsHash = foldImport(batch.dependencyRootsHash, claimed);
    }

    /// @dev The batch commits to importing `claimed`; L1 is shown `shown`. Refused in one call and at execution.
    function _expectImportRefused(RootImport memory claimed, RootImport[] memory shown, bytes memory reason) private {
        uint256 before = vm.snapshotState();
        Batch memory batch = _importing(claimed);
        bytes memory proof = attest(CHAIN, batch);
        vm.expectRevert(reason);
        vm.prank(operator);
        settlement.settleBatch(CHAIN, batch, "", proof, shown, new LedgerEntry[](0), new SwapEffect[](0));
        _commit(batch);
        settlement.proveBatch(CHAIN, batch, proof);
        vm.expectRevert(reason);
        settlement.executeBatch(CHAIN, batch, shown, new LedgerEntry[](0), new SwapEffect[](0));
        vm.revertToState(before);
    }

    function _expectUnknownRoot(RootImport memory unknown) private {
        RootImport[] memory shown = new RootImport[](1);
        shown[0] = unknown;
        _expectImportRefused(
            unknown,
            shown,
            abi.encodeWithSelector(
                IBatchSettlement.BatchSettlementUnknownRoot.selector,
                unknown.settlementChainId,
                unknown.blockNumber,
                unknown.root
            )
        );
    }

    function _expectWrongDependencies(RootImport memory claimed, RootImport[] memory shown) private {
        bytes32 folded = settlement.executedHead(CHAIN).dependencyRootsHash;
        for (uint256 i = 0; i < shown.length; ++i) {
            folded = foldImport(folded, shown[i]);
        }
        _expectImportRefused(
            claimed,
            shown,
            abi.encodeWithSelector(
                IBatchSettlement.BatchSettlementWrongDependencies.selector,
                folded,
                _importing(claimed).dependencyRootsHash
            )
        );
    }

    function _settleImporting(RootImport memory imported) private {
        RootImport[] memory imports = new RootImport[](1);
        imports[0] = imported;
        Batch memory batch = _importing(imported);
        bytes memory proof = attest(CHAIN, batch);
        vm.prank(operator);
        settlement.settleBatch(CHAIN, batch, "", proof, imports, new LedgerEntry[](0), new SwapEffect[](0));
    }

    /// @dev `batch` with word `claim` of its encoding replaced.
    function _changed(Batch memory batch, uint256 claim, uint64 value) private pure returns (Batch memory) {
        bytes memory encoded = abi.encode(batch);
        assembly ("memory-safe") {
            mstore(add(encoded, mul(add(claim, 1), 0x20)), value)
        }
        return abi.decode(encoded, (Batch));
    }
}
