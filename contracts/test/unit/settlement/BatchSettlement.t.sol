// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IBatchSettlement} from "../../../src/interfaces/IBatchSettlement.sol";
import {IChainRegistry} from "../../../src/interfaces/IChainRegistry.sol";
import {IMessageRoot} from "../../../src/interfaces/IMessageRoot.sol";
import {IPriorityQueue} from "../../../src/interfaces/IPriorityQueue.sol";
import {BatchSettlement} from "../../../src/settlement/BatchSettlement.sol";
import {AttestationVerifier} from "../../../src/settlement/verifiers/AttestationVerifier.sol";
import {Asset, AssetKind, LedgerEntry} from "../../../src/types/Assets.sol";
import {Batch, ChainHead, DataAvailability} from "../../../src/types/Batches.sol";
import {RootImport} from "../../../src/types/Messages.sol";
import {SwapEffect} from "../../../src/types/Swaps.sol";
import {L1Fixture} from "../../base/L1Fixture.sol";

contract BatchSettlementTest is L1Fixture {
    uint256 private constant CHAIN = 271;
    uint256 private constant CALLDATA_CHAIN = 272;
    uint256 private constant BLOB_CHAIN = 273;

    Account[] private _others;

    function setUp() external {
        deployL1();
        registerChain(CHAIN);
        registerChain(CALLDATA_CHAIN, DataAvailability.Calldata);
        registerChain(BLOB_CHAIN, DataAvailability.Blobs);
    }

    function testFuzz_settleBatch_movesTheHead(Batch memory batch) external {
        batch = _madeValid(batch);
        bytes32 input = settlement.publicInput(CHAIN, batch);
        bytes memory proof = attest(CHAIN, batch);
        vm.expectEmit(address(settlement));
        emit IBatchSettlement.BatchExecuted(
            CHAIN, 1, input, batch.newStateCommitment, batch.firstBlock, batch.lastBlock, batch.chainBatchRoot
        );
        vm.prank(operator);
        settlement.settleBatch(CHAIN, batch, "", proof, new RootImport[](0), new LedgerEntry[](0), new SwapEffect[](0));
        _assertHead(settlement.executedHead(CHAIN), batch, 0);
        _assertHead(settlement.committedHead(CHAIN), batch, 0);
        vm.assertEq(settlement.provenBatch(CHAIN), 1);
    }

    function test_settleBatch_appendsToTheMessageRoot() external {
        Batch memory batch = nextBatch(CHAIN);
        bytes memory proof = attest(CHAIN, batch);
        vm.expectCall(
            address(messageRoot), abi.encodeCall(IMessageRoot.appendBatch, (CHAIN, 1, batch.chainBatchRoot)), 1
        );
        vm.prank(operator);
        settlement.settleBatch(CHAIN, batch, "", proof, new RootImport[](0), new LedgerEntry[](0), new SwapEffect[](0));
    }

    function testFuzz_settleBatch_consumesPriorityOperations(uint64 requested, uint64 first, uint64 second) external {
        requested = uint64(bound(requested, 0, 8));
        first = uint64(bound(first, 0, requested));
        second = uint64(bound(second, 0, requested - first));
        for (uint256 i = 0; i < requested; ++i) {
            priorityQueue.request(CHAIN, stranger, 100_000, "");
        }
        _settleConsuming(first);
        vm.assertEq(priorityQueue.head(CHAIN), first);
        _settleConsuming(second);
        vm.assertEq(priorityQueue.head(CHAIN), first + second);
        vm.assertEq(settlement.executedHead(CHAIN).priorityOpsConsumed, first + second);
    }

    function testFuzz_settleBatch_checksEveryDependency(uint256 count) external {
        count = bound(count, 0, 5);
        RootImport[] memory imports = new RootImport[](count);
        Batch memory batch = nextBatch(CHAIN);
        for (uint256 i = 0; i < count; ++i) {
            imports[i] = _newRoot();
            batch.dependencyRootsHash = foldImport(batch.dependencyRootsHash, imports[i]);
        }
        batch.firstTimestamp = batch.lastTimestamp = uint64(block.timestamp);
        bytes memory proof = attest(CHAIN, batch);
        vm.prank(operator);
        settlement.settleBatch(CHAIN, batch, "", proof, imports, new LedgerEntry[](0), new SwapEffect[](0));
        vm.assertEq(settlement.executedHead(CHAIN).dependencyRootsHash, batch.dependencyRootsHash);

        // The next batch folds on from there.
        RootImport[] memory more = new RootImport[](1);
        more[0] = _newRoot();
        batch = nextBatch(CHAIN);
        batch.dependencyRootsHash = foldImport(batch.dependencyRootsHash, more[0]);
        proof = attest(CHAIN, batch);
        vm.prank(operator);
        settlement.settleBatch(CHAIN, batch, "", proof, more, new LedgerEntry[](0), new SwapEffect[](0));
        vm.assertEq(settlement.executedHead(CHAIN).dependencyRootsHash, batch.dependencyRootsHash);
    }

    /// @dev The two ways to settle leave the same state behind.
    function testFuzz_threeSteps_equalOneCall(uint256 count, bytes32 seed) external {
        count = bound(count, 1, 6);
        uint256 start = vm.snapshotState();
        for (uint256 i = 0; i < count; ++i) {
            settle(CHAIN, _seeded(seed));
        }
        bytes32 root = messageRoot.root();
        ChainHead memory head = settlement.executedHead(CHAIN);

        vm.revertToState(start);
        Batch[] memory batches = new Batch[](count);
        for (uint256 i = 0; i < count; ++i) {
            batches[i] = _seeded(seed);
            _commit(batches[i]);
            vm.assertEq(settlement.committedHead(CHAIN).batchNumber, i + 1);
            vm.assertEq(settlement.executedHead(CHAIN).batchNumber, 0);
        }
        for (uint256 i = 0; i < count; ++i) {
            _prove(batches[i]);
            vm.assertEq(settlement.provenBatch(CHAIN), i + 1);
        }
        for (uint256 i = 0; i < count; ++i) {
            settlement.executeBatch(CHAIN, batches[i], new RootImport[](0), new LedgerEntry[](0), new SwapEffect[](0));
            vm.assertEq(settlement.provenBatch(CHAIN), count);
        }
        vm.assertEq(messageRoot.root(), root);
        vm.assertEq(abi.encode(settlement.executedHead(CHAIN)), abi.encode(head));
        vm.assertEq(abi.encode(settlement.committedHead(CHAIN)), abi.encode(head));
    }

    function test_steps_emitTheirEvents() external {
        Batch memory batch = nextBatch(CHAIN);
        bytes32 input = settlement.publicInput(CHAIN, batch);
        vm.expectEmit(address(settlement));
        emit IBatchSettlement.BatchCommitted(CHAIN, 1, input);
        _commit(batch);
        bytes memory proof = attest(CHAIN, batch);
        vm.expectEmit(address(settlement));
        emit IBatchSettlement.BatchProven(CHAIN, 1);
        settlement.proveBatch(CHAIN, batch, proof);
        vm.expectEmit(address(settlement));
        emit IBatchSettlement.BatchExecuted(
            CHAIN, 1, input, batch.newStateCommitment, batch.firstBlock, batch.lastBlock, batch.chainBatchRoot
        );
        settlement.executeBatch(CHAIN, batch, new RootImport[](0), new LedgerEntry[](0), new SwapEffect[](0));
    }

    /// @dev Anyone may prove and execute: the proof decides.
    function testFuzz_proveAndExecute_areOpenToAnyone(address caller) external {
        vm.assume(caller != operator);
        Batch memory batch = nextBatch(CHAIN);
        _commit(batch);
        bytes memory proof = attest(CHAIN, batch);
        vm.startPrank(caller);
        settlement.proveBatch(CHAIN, batch, proof);
        settlement.executeBatch(CHAIN, batch, new RootImport[](0), new LedgerEntry[](0), new SwapEffect[](0));
        vm.stopPrank();
        vm.assertEq(settlement.executedHead(CHAIN).batchNumber, 1);
    }

    function testFuzz_revertBatches_dropsWhatIsNotExecuted(uint256 committed, uint256 proven, uint256 executed)
        external
    {
        committed = bound(committed, 1, 4);
        proven = bound(proven, 0, committed);
        executed = bound(executed, 0, proven == committed ? proven - 1 : proven);
        Batch[] memory batches = new Batch[](committed);
        for (uint256 i = 0; i < committed; ++i) {
            batches[i] = nextBatch(CHAIN);
            _commit(batches[i]);
        }
        for (uint256 i = 0; i < proven; ++i) {
            _prove(batches[i]);
        }
        for (uint256 i = 0; i < executed; ++i) {
            settlement.executeBatch(CHAIN, batches[i], new RootImport[](0), new LedgerEntry[](0), new SwapEffect[](0));
        }
        ChainHead memory head = settlement.executedHead(CHAIN);
        vm.expectEmit(address(settlement));
        emit IBatchSettlement.BatchesReverted(CHAIN, executed);
        vm.prank(operator);
        settlement.revertBatches(CHAIN);

        vm.assertEq(abi.encode(settlement.executedHead(CHAIN)), abi.encode(head));
        vm.assertEq(abi.encode(settlement.committedHead(CHAIN)), abi.encode(head));
        vm.assertEq(settlement.provenBatch(CHAIN), executed);
        // What was proven before the revert counts no more.
        vm.expectRevert(
            abi.encodeWithSelector(
                IBatchSettlement.BatchSettlementNotProven.selector, batches[executed].number, executed
            )
        );
        settlement.executeBatch(
            CHAIN, batches[executed], new RootImport[](0), new LedgerEntry[](0), new SwapEffect[](0)
        );
        bytes memory proof = attest(CHAIN, batches[executed]);
        vm.expectRevert(
            abi.encodeWithSelector(
                IBatchSettlement.BatchSettlementNotCommitted.selector,
                batches[executed].number,
                bytes32(0),
                settlement.publicInput(CHAIN, batches[executed])
            )
        );
        settlement.proveBatch(CHAIN, batches[executed], proof);
        settle(CHAIN, _seeded("another history"));
        vm.assertEq(settlement.executedHead(CHAIN).batchNumber, executed + 1);
    }

    function test_commitBatch_replacesAProvenBatch_afterARevert() external {
        Batch memory dropped = nextBatch(CHAIN);
        _commit(dropped);
        _prove(dropped);
        vm.prank(operator);
        settlement.revertBatches(CHAIN);
        Batch memory batch = _seeded("another history");
        _commit(batch);
        vm.assertEq(settlement.provenBatch(CHAIN), 0);
        _expectNotCommitted(batch, dropped);
        settlement.proveBatch(CHAIN, dropped, "");
        _prove(batch);
        _expectNotCommitted(batch, dropped);
        settlement.executeBatch(CHAIN, dropped, new RootImport[](0), new LedgerEntry[](0), new SwapEffect[](0));
        settlement.executeBatch(CHAIN, batch, new RootImport[](0), new LedgerEntry[](0), new SwapEffect[](0));
    }

    function test_settleBatch_reverts_whileABatchIsPending() external {
        Batch memory batch = nextBatch(CHAIN);
        _commit(batch);
        bytes memory proof = attest(CHAIN, batch);
        vm.expectRevert(abi.encodeWithSelector(IBatchSettlement.BatchSettlementPending.selector, 0, 1));
        vm.prank(operator);
        settlement.settleBatch(CHAIN, batch, "", proof, new RootImport[](0), new LedgerEntry[](0), new SwapEffect[](0));
    }

    function test_executeBatch_reverts_whenTheVerifierWasReplaced() external {
        Batch memory batch = nextBatch(CHAIN);
        _commit(batch);
        _prove(batch);
        AttestationVerifier replaced = verifier;
        verifier = newAttestationVerifier(_others, "other", 3, THRESHOLD);
        acceptVerifier(verifier, _others);
        vm.prank(governance);
        chainRegistry.setVerifier(CHAIN, address(verifier));

        vm.expectRevert(
            abi.encodeWithSelector(
                IBatchSettlement.BatchSettlementVerifierChanged.selector, 1, address(replaced), address(verifier)
            )
        );
        settlement.executeBatch(CHAIN, batch, new RootImport[](0), new LedgerEntry[](0), new SwapEffect[](0));

        vm.prank(operator);
        settlement.revertBatches(CHAIN);
        _commit(batch);
        bytes32 digest = verifier.attestationDigest(settlement.publicInput(CHAIN, batch));
        settlement.proveBatch(CHAIN, batch, signatures(_others, THRESHOLD, digest));
        settlement.executeBatch(CHAIN, batch, new RootImport[](0), new LedgerEntry[](0), new SwapEffect[](0));
        vm.assertEq(settlement.executedHead(CHAIN).batchNumber, 1);
    }

    function testFuzz_settleBatch_reverts_whenARootIsZero(bool stateIsZero) external {
        Batch memory batch = nextBatch(CHAIN);
        if (stateIsZero) batch.newStateCommitment = 0;
        else batch.chainBatchRoot = 0;
        _expectRefused(CHAIN, batch, "", abi.encodeWithSelector(IBatchSettlement.BatchSettlementZeroRoot.selector, 1));
    }

    function testFuzz_settleBatch_reverts_whenSwapEffectsAreHeldBack(bytes32 claimed) external {
        vm.assume(claimed != 0);
        _expectWrongEffects(claimed, 0, new SwapEffect[](0));
    }

    function testFuzz_settleBatch_reverts_whenSwapEffectsAreNotThoseClaimed(
        uint256 source,
        uint256 destination,
        bytes32 swapId,
        uint256 amount,
        bytes32 claimed
    ) external {
        SwapEffect[] memory effects = new SwapEffect[](1);
        (effects[0].source, effects[0].destination) = (source, destination);
        (effects[0].swapId, effects[0].leg.amount) = (swapId, amount);
        bytes32 actual = keccak256(abi.encode(uint8(1), effects));
        vm.assume(claimed != actual);
        _expectWrongEffects(claimed, actual, effects);
    }

    function testFuzz_settleBatch_reverts_whenLedgerEntriesAreHeldBack(bytes32 claimed) external {
        vm.assume(claimed != 0);
        _expectWrongLedger(claimed, 0, new LedgerEntry[](0));
    }

    function testFuzz_settleBatch_reverts_whenLedgerEntriesAreNotThoseClaimed(
        uint256 home,
        address token,
        uint256 source,
        uint256 destination,
        uint256 amount,
        bytes32 claimed
    ) external {
        LedgerEntry[] memory entries = new LedgerEntry[](1);
        entries[0] = LedgerEntry(Asset(home, token, AssetKind.Fungible), 0, source, destination, amount);
        bytes32 actual = keccak256(abi.encode(uint8(1), entries));
        vm.assume(claimed != actual);
        _expectWrongLedger(claimed, actual, entries);
    }

    function test_settleBatch_reverts_whenThereAreTooFewOperations() external {
        priorityQueue.request(CHAIN, stranger, 100_000, "");
        Batch memory batch = nextBatch(CHAIN);
        batch.priorityOpsCount = 2;
        _expectRefused(CHAIN, batch, "", abi.encodeWithSelector(IPriorityQueue.PriorityQueueTooFew.selector, 1, 2));
    }

    function testFuzz_calldata_isBoundToTheBatch(bytes calldata data, bytes calldata other) external {
        vm.assume(data.length != 0 && other.length != 0 && keccak256(data) != keccak256(other));
        Batch memory batch = nextBatch(CALLDATA_CHAIN);
        batch.daCommitment = keccak256(data);
        _expectRefused(
            CALLDATA_CHAIN,
            batch,
            other,
            abi.encodeWithSelector(
                IBatchSettlement.BatchSettlementWrongData.selector, keccak256(other), batch.daCommitment
            )
        );
        _expectRefused(
            CALLDATA_CHAIN, batch, "", abi.encodeWithSelector(IBatchSettlement.BatchSettlementDataMissing.selector)
        );
        _settleWith(CALLDATA_CHAIN, batch, data);
    }

    function testFuzz_blobs_areBoundToTheBatch(bytes32 first, bytes32 second) external {
        vm.assume(first != 0 && second != 0 && first != second);
        Batch memory batch = nextBatch(BLOB_CHAIN);
        batch.daCommitment = keccak256(abi.encodePacked(first, second));
        _expectRefused(
            BLOB_CHAIN, batch, "", abi.encodeWithSelector(IBatchSettlement.BatchSettlementDataMissing.selector)
        );
        _attachBlobs(second, first);
        _expectRefused(
            BLOB_CHAIN,
            batch,
            "",
            abi.encodeWithSelector(
                IBatchSettlement.BatchSettlementWrongData.selector,
                keccak256(abi.encodePacked(second, first)),
                batch.daCommitment
            )
        );
        _attachBlobs(first, second);
        _settleWith(BLOB_CHAIN, batch, "");
    }

    function testFuzz_data_isRefused_whenTheModeTakesNone(bytes calldata data) external {
        vm.assume(data.length != 0);
        bytes memory reason = abi.encodeWithSelector(IBatchSettlement.BatchSettlementDataNotTaken.selector, data.length);
        _expectRefused(CHAIN, nextBatch(CHAIN), data, reason);
        _attachBlobs("first", "second");
        _expectRefused(BLOB_CHAIN, nextBatch(BLOB_CHAIN), data, reason);
    }

    function test_validium_needsACommitment() external {
        Batch memory batch = nextBatch(CHAIN);
        batch.daCommitment = 0;
        _expectRefused(CHAIN, batch, "", abi.encodeWithSelector(IBatchSettlement.BatchSettlementDataMissing.selector));
    }

    /// @dev docs/protocol.md, "Public input", word by word.
    function testFuzz_publicInput_isThatOfTheProtocol(Batch calldata batch, uint64 l1) external {
        vm.assume(l1 != 0);
        vm.chainId(l1);
        bytes32 domain = keccak256(abi.encode(keccak256("Causeway.PublicInput.v1"), uint256(l1), address(settlement)));
        for (uint256 mode = 0; mode < 3; ++mode) {
            bytes memory expected = bytes.concat(
                abi.encode(domain, CHAIN + mode, batch.number, batch.prevStateCommitment, batch.newStateCommitment),
                abi.encode(batch.firstBlock, batch.lastBlock, batch.firstTimestamp, batch.lastTimestamp),
                abi.encode(batch.chainBatchRoot, batch.priorityOpsHash, batch.priorityOpsCount),
                abi.encode(batch.dependencyRootsHash, batch.ledgerDeltaHash, batch.swapEffectsHash),
                abi.encode(mode, batch.daCommitment)
            );
            vm.assertEq(settlement.publicInput(CHAIN + mode, batch), keccak256(expected));
        }
    }

    function testFuzz_unknownChain_reverts(uint256 chainId) external {
        vm.assume(chainId < CHAIN || chainId > BLOB_CHAIN);
        Batch memory batch;
        bytes memory unknown = abi.encodeWithSelector(IChainRegistry.ChainRegistryChainUnknown.selector, chainId);
        vm.expectRevert(unknown);
        settlement.settleBatch(chainId, batch, "", "", new RootImport[](0), new LedgerEntry[](0), new SwapEffect[](0));
        vm.expectRevert(unknown);
        settlement.commitBatch(chainId, batch, "");
        vm.expectRevert(unknown);
        settlement.proveBatch(chainId, batch, "");
        vm.expectRevert(unknown);
        settlement.executeBatch(chainId, batch, new RootImport[](0), new LedgerEntry[](0), new SwapEffect[](0));
        vm.expectRevert(unknown);
        settlement.revertBatches(chainId);
        vm.expectRevert(unknown);
        settlement.publicInput(chainId, batch);
    }

    function testFuzz_openChain_reverts_whenNotTheRegistry(address caller) external {
        vm.assume(caller != address(chainRegistry));
        vm.expectRevert(
            abi.encodeWithSelector(IBatchSettlement.BatchSettlementNotRegistry.selector, caller, address(chainRegistry))
        );
        vm.prank(caller);
        settlement.openChain(9, "state", 0, 0);
    }

    function test_constructor_reverts_whenAnAddressIsMissing() external {
        for (uint256 missing = 0; missing < 5; ++missing) {
            vm.expectRevert(abi.encodeWithSelector(IBatchSettlement.BatchSettlementZeroAddress.selector));
            new BatchSettlement(
                missing == 0 ? address(0) : stranger,
                missing == 1 ? address(0) : stranger,
                missing == 2 ? address(0) : stranger,
                missing == 3 ? address(0) : stranger,
                missing == 4 ? address(0) : stranger
            );
        }
        vm.assertEq(settlement.version(), 1);
    }

    /// @dev Keeps of a fuzzed batch what the first batch of `CHAIN` is free to claim.
    function _madeValid(Batch memory fuzzed) private view returns (Batch memory batch) {
        batch = nextBatch(CHAIN);
        vm.assume(fuzzed.newStateCommitment != 0 && fuzzed.chainBatchRoot != 0 && fuzzed.daCommitment != 0);
        batch.newStateCommitment = fuzzed.newStateCommitment;
        batch.chainBatchRoot = fuzzed.chainBatchRoot;
        batch.daCommitment = fuzzed.daCommitment;
        batch.lastBlock = uint64(bound(fuzzed.lastBlock, batch.firstBlock, type(uint48).max));
        batch.firstTimestamp =
            uint64(bound(fuzzed.firstTimestamp, GENESIS_TIME, block.timestamp + settlement.MAX_CLOCK_AHEAD()));
        batch.lastTimestamp =
            uint64(bound(fuzzed.lastTimestamp, batch.firstTimestamp, block.timestamp + settlement.MAX_CLOCK_AHEAD()));
    }

    function _seeded(bytes32 seed) private view returns (Batch memory batch) {
        batch = nextBatch(CHAIN);
        batch.newStateCommitment = keccak256(abi.encode(seed, batch.number));
        batch.chainBatchRoot = keccak256(abi.encode(batch.newStateCommitment));
    }

    /// @dev Another chain settles, so that L1 has a new root; one block later it may be depended on.
    function _newRoot() private returns (RootImport memory imported) {
        Batch memory batch = nextBatch(CALLDATA_CHAIN);
        batch.daCommitment = keccak256("data");
        _settleWith(CALLDATA_CHAIN, batch, "data");
        imported = currentRoot();
        nextBlock();
    }

    function _settleConsuming(uint64 count) private {
        Batch memory batch = nextBatch(CHAIN);
        batch.priorityOpsCount = count;
        batch.priorityOpsHash =
            priorityQueue.checkConsumption(CHAIN, settlement.executedHead(CHAIN).priorityOpsConsumed + count);
        settle(CHAIN, batch);
    }

    function _settleWith(uint256 chainId, Batch memory batch, bytes memory data) private {
        bytes memory proof = attest(chainId, batch);
        vm.prank(operator);
        settlement.settleBatch(
            chainId, batch, data, proof, new RootImport[](0), new LedgerEntry[](0), new SwapEffect[](0)
        );
    }

    function _commit(Batch memory batch) private {
        vm.prank(operator);
        settlement.commitBatch(CHAIN, batch, "");
    }

    function _prove(Batch memory batch) private {
        settlement.proveBatch(CHAIN, batch, attest(CHAIN, batch));
    }

    function _attachBlobs(bytes32 first, bytes32 second) private {
        bytes32[] memory hashes = new bytes32[](2);
        (hashes[0], hashes[1]) = (first, second);
        vm.blobhashes(hashes);
    }

    /// @dev Both ways in refuse the batch, though its attesters signed it.
    function _expectRefused(uint256 chainId, Batch memory batch, bytes memory data, bytes memory reason) private {
        bytes memory proof = attest(chainId, batch);
        vm.startPrank(operator);
        vm.expectRevert(reason);
        settlement.settleBatch(
            chainId, batch, data, proof, new RootImport[](0), new LedgerEntry[](0), new SwapEffect[](0)
        );
        vm.expectRevert(reason);
        settlement.commitBatch(chainId, batch, data);
        vm.stopPrank();
    }

    /// @dev What a batch commits to of the ledger is looked at when it executes.
    function _expectWrongLedger(bytes32 claimed, bytes32 actual, LedgerEntry[] memory entries) private {
        Batch memory batch = nextBatch(CHAIN);
        batch.ledgerDeltaHash = claimed;
        bytes memory proof = attest(CHAIN, batch);
        vm.expectRevert(abi.encodeWithSelector(IBatchSettlement.BatchSettlementWrongLedger.selector, claimed, actual));
        vm.prank(operator);
        settlement.settleBatch(CHAIN, batch, "", proof, new RootImport[](0), entries, new SwapEffect[](0));
    }

    /// @dev As the ledger.
    function _expectWrongEffects(bytes32 claimed, bytes32 actual, SwapEffect[] memory effects) private {
        Batch memory batch = nextBatch(CHAIN);
        batch.swapEffectsHash = claimed;
        bytes memory proof = attest(CHAIN, batch);
        vm.expectRevert(abi.encodeWithSelector(IBatchSettlement.BatchSettlementWrongEffects.selector, claimed, actual));
        vm.prank(operator);
        settlement.settleBatch(CHAIN, batch, "", proof, new RootImport[](0), new LedgerEntry[](0), effects);
    }

    function _expectNotCommitted(Batch memory committed, Batch memory given) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IBatchSettlement.BatchSettlementNotCommitted.selector,
                given.number,
                settlement.publicInput(CHAIN, committed),
                settlement.publicInput(CHAIN, given)
            )
        );
    }

    function _assertHead(ChainHead memory head, Batch memory batch, uint64 consumed) private pure {
        vm.assertEq(head.stateCommitment, batch.newStateCommitment);
        vm.assertEq(head.dependencyRootsHash, batch.dependencyRootsHash);
        vm.assertEq(head.batchNumber, batch.number);
        vm.assertEq(head.lastBlock, batch.lastBlock);
        vm.assertEq(head.lastTimestamp, batch.lastTimestamp);
        vm.assertEq(head.priorityOpsConsumed, consumed);
    }
}
