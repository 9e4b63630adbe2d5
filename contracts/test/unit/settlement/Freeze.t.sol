// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IBatchSettlement} from "../../../src/interfaces/IBatchSettlement.sol";
import {IPriorityQueue} from "../../../src/interfaces/IPriorityQueue.sol";
import {ISwapRegistry} from "../../../src/interfaces/ISwapRegistry.sol";
import {Asset, AssetKind, LedgerEntry} from "../../../src/types/Assets.sol";
import {Batch, DataAvailability} from "../../../src/types/Batches.sol";
import {RootImport} from "../../../src/types/Messages.sol";
import {SwapChange, SwapEffect, SwapOutcome} from "../../../src/types/Swaps.sol";
import {RegistryTest} from "../../base/RegistryTest.sol";
import {Transfers} from "../../base/Transfers.sol";

/// @notice INV-08: a frozen chain settles its queue and nothing else. Batches reach the settlement as they do when deployed.
contract FreezeTest is RegistryTest {
    uint256 private constant CALLDATA_CHAIN = 281;
    uint256 private constant BLOB_CHAIN = 282;

    function setUp() external {
        deploySwaps();
        registerChain(CALLDATA_CHAIN, DataAvailability.Calldata);
        registerChain(BLOB_CHAIN, DataAvailability.Blobs);
    }

    // Freezing.

    function testFuzz_freeze_freezes_onceTheHeadHasExpired(uint64 late) external {
        late = uint64(bound(late, 0, 365 days));
        settle(B, nextBatch(B));
        priorityQueue.request(B, stranger, 100_000, "");
        uint256 expiry = block.timestamp + PRIORITY_EXPIRY;
        vm.warp(expiry - 1);
        vm.expectRevert(abi.encodeWithSelector(IBatchSettlement.BatchSettlementNotExpired.selector, B, expiry));
        settlement.freeze(B);
        vm.warp(expiry + late);
        vm.expectEmit(address(settlement));
        emit IBatchSettlement.ChainFrozen(B, 1);
        vm.prank(stranger);
        settlement.freeze(B);
        vm.assertEq(settlement.frozenAt(B), block.timestamp);
        vm.assertEq(settlement.frozenAt(A), 0);
        vm.expectRevert(abi.encodeWithSelector(IBatchSettlement.BatchSettlementFrozen.selector, B));
        settlement.freeze(B);
    }

    function testFuzz_freeze_reverts_whenTheQueueIsEmpty(uint256 chainId) external {
        vm.expectRevert(abi.encodeWithSelector(IBatchSettlement.BatchSettlementNotExpired.selector, chainId, 0));
        settlement.freeze(chainId);
    }

    /// @dev What counts is what was executed: an operation in a batch that is only committed is not consumed.
    function test_freeze_dropsWhatIsCommitted() external {
        priorityQueue.request(B, stranger, 100_000, "");
        Batch memory batch = _consuming(B, 1);
        vm.prank(operator);
        settlement.commitBatch(B, batch, "");
        settlement.proveBatch(B, batch, attest(B, batch));
        vm.warp(block.timestamp + PRIORITY_EXPIRY);
        vm.expectEmit(address(settlement));
        emit IBatchSettlement.BatchesReverted(B, 0);
        settlement.freeze(B);
        vm.assertEq(settlement.committedHead(B).batchNumber, 0);
        vm.assertEq(settlement.provenBatch(B), 0);
        vm.expectRevert(abi.encodeWithSelector(IBatchSettlement.BatchSettlementNotProven.selector, 1, 0));
        settlement.executeBatch(B, batch, new RootImport[](0), new LedgerEntry[](0), new SwapEffect[](0));
        // It may come anew, attested for a frozen chain.
        settle(B, batch);
    }

    /// @dev Both orders in one block of L1.
    function test_freeze_reverts_whenABatchHasJustConsumedTheHead() external {
        priorityQueue.request(B, stranger, 100_000, "");
        Batch memory batch = _consuming(B, 1);
        bytes memory proof = attest(B, batch);
        vm.warp(block.timestamp + PRIORITY_EXPIRY);
        uint256 before = vm.snapshotState();
        _settle(B, batch, proof);
        vm.expectRevert(abi.encodeWithSelector(IBatchSettlement.BatchSettlementNotExpired.selector, B, 0));
        settlement.freeze(B);

        vm.revertToState(before);
        bytes32 liveInput = settlement.publicInput(B, batch);
        settlement.freeze(B);
        bytes32 frozenInput = settlement.publicInput(B, batch);
        vm.assertNotEq(frozenInput, liveInput);
        vm.expectRevert(abi.encodeWithSelector(IBatchSettlement.BatchSettlementProofRejected.selector, 1, frozenInput));
        _settle(B, batch, proof);
    }

    // Settling while frozen.

    function test_INV08_settleBatch_takesTheWordForQueueBatchesAlone_whileFrozen() external {
        freeze(B);
        Batch memory batch = _consuming(B, 1);
        bytes32 domain = keccak256(abi.encode(keccak256("Causeway.QueueInput.v1"), L1_CHAIN_ID, address(settlement)));
        bytes memory words = bytes.concat(
            abi.encode(domain, B, batch.number, batch.prevStateCommitment, batch.newStateCommitment),
            abi.encode(batch.firstBlock, batch.lastBlock, batch.firstTimestamp, batch.lastTimestamp),
            abi.encode(batch.chainBatchRoot, batch.priorityOpsHash, batch.priorityOpsCount),
            abi.encode(batch.dependencyRootsHash, batch.ledgerDeltaHash, batch.swapEffectsHash),
            abi.encode(DataAvailability.Validium, batch.daCommitment)
        );
        vm.assertEq(settlement.publicInput(B, batch), keccak256(words));
        bytes memory proof = attest(B, batch);
        vm.expectEmit(address(settlement));
        emit IBatchSettlement.ChainUnfrozen(B, 1);
        _settle(B, batch, proof);
        vm.assertEq(settlement.frozenAt(B), 0);
        vm.assertEq(priorityQueue.head(B), 1);
        // Live again: the word of a frozen chain is worth nothing, and batches are committed ahead.
        Batch memory next = nextBatch(B);
        vm.prank(operator);
        settlement.commitBatch(B, next, "");
    }

    function test_INV08_commitBatch_reverts_whileFrozen() external {
        freeze(B);
        Batch memory batch = _consuming(B, 1);
        vm.expectRevert(abi.encodeWithSelector(IBatchSettlement.BatchSettlementFrozen.selector, B));
        vm.prank(operator);
        settlement.commitBatch(B, batch, "");
    }

    function test_INV08_settleBatch_reverts_whenAFrozenChainImportsRoots() external {
        RootImport[] memory imports = new RootImport[](1);
        imports[0] = currentRoot();
        nextBlock();
        freeze(B);
        Batch memory batch = _consuming(B, 1);
        batch.dependencyRootsHash = foldImport(0, imports[0]);
        bytes memory proof = attest(B, batch);
        vm.expectRevert(abi.encodeWithSelector(IBatchSettlement.BatchSettlementFrozen.selector, B));
        vm.prank(operator);
        settlement.settleBatch(B, batch, "", proof, imports, new LedgerEntry[](0), new SwapEffect[](0));
        vm.expectRevert(
            abi.encodeWithSelector(
                IBatchSettlement.BatchSettlementWrongDependencies.selector, 0, batch.dependencyRootsHash
            )
        );
        _settle(B, batch, proof);
    }

    // In parts.

    /// @dev LIV-02, ATK-44: however many operations have expired, and wherever they are cut, the chain comes back with the batch
    /// that leaves none of them and with no other.
    function testFuzz_LIV02_settleBatch_takesTheQueueInParts_whileFrozen(uint256 expired, uint256 fresh, uint256 seed)
        external
    {
        (expired, fresh) = (bound(expired, 1, 20), bound(fresh, 0, 5));
        _request(B, expired - 1);
        freeze(B);
        uint64 frozenAt = settlement.frozenAt(B);
        vm.warp(block.timestamp + 1);
        _request(B, fresh);
        while (settlement.frozenAt(B) != 0) {
            vm.assertEq(settlement.frozenAt(B), frozenAt);
            seed = uint256(keccak256(abi.encode(seed)));
            uint64 head = priorityQueue.head(B);
            vm.assertLt(head, expired);
            settle(B, _consuming(B, 1 + uint64(seed % (expired + fresh - head))));
            vm.assertEq(settlement.frozenAt(B) == 0, priorityQueue.head(B) >= expired);
        }
    }

    /// @dev What counts is the operation after the batch, by L1's clock when it executes the batch.
    function test_LIV02_settleBatch_bringsTheChainBack_untilTheNextOperationExpires() external {
        freeze(B);
        _request(B, 2);
        Batch memory batch = _consuming(B, 1);
        bytes memory proof = attest(B, batch);
        uint256 expiry = priorityQueue.expiresAt(B, 1);
        vm.warp(expiry - 1);
        uint256 before = vm.snapshotState();
        vm.expectEmit(address(settlement));
        emit IBatchSettlement.ChainUnfrozen(B, 1);
        _settle(B, batch, proof);

        vm.revertToState(before);
        vm.warp(expiry);
        _settle(B, batch, proof);
        vm.assertTrue(settlement.frozenAt(B) != 0);
        settle(B, _consuming(B, 2));
        vm.assertEq(settlement.frozenAt(B), 0);
    }

    /// @dev In one block of L1: it is frozen once, and what brings it back leaves nothing to freeze it for.
    function test_freeze_reverts_afterAnyPart() external {
        priorityQueue.request(B, stranger, 100_000, "");
        freeze(B);
        _request(B, 1);
        uint64 frozenAt = settlement.frozenAt(B);
        settle(B, _consuming(B, 1));
        vm.expectRevert(abi.encodeWithSelector(IBatchSettlement.BatchSettlementFrozen.selector, B));
        settlement.freeze(B);
        vm.assertEq(settlement.frozenAt(B), frozenAt);
        settle(B, _consuming(B, 1));
        uint64 expiry = priorityQueue.expiresAt(B, 2);
        vm.expectRevert(abi.encodeWithSelector(IBatchSettlement.BatchSettlementNotExpired.selector, B, expiry));
        settlement.freeze(B);
        vm.warp(expiry);
        settlement.freeze(B);
        vm.assertEq(settlement.frozenAt(B), expiry);
    }

    /// @dev INV-08: after a part the chain is as frozen as before it.
    function test_INV08_aPart_leavesAllThatIsForbidden() external {
        RootImport[] memory imports = new RootImport[](1);
        imports[0] = currentRoot();
        nextBlock();
        _request(B, 1);
        Batch memory live = _consuming(B, 1);
        bytes memory proof = attest(B, live);
        freeze(B);
        bytes32 input = settlement.publicInput(B, live);
        vm.expectRevert(abi.encodeWithSelector(IBatchSettlement.BatchSettlementProofRejected.selector, 1, input));
        _settle(B, live, proof);
        settle(B, live);

        Batch memory next = _consuming(B, 1);
        vm.expectRevert(abi.encodeWithSelector(IBatchSettlement.BatchSettlementFrozen.selector, B));
        vm.prank(operator);
        settlement.commitBatch(B, next, "");
        next.dependencyRootsHash = foldImport(0, imports[0]);
        proof = attest(B, next);
        vm.expectRevert(abi.encodeWithSelector(IBatchSettlement.BatchSettlementFrozen.selector, B));
        vm.prank(operator);
        settlement.settleBatch(B, next, "", proof, imports, new LedgerEntry[](0), new SwapEffect[](0));
        Batch memory empty = _consuming(B, 0);
        proof = attest(B, empty);
        uint64 expiry = priorityQueue.expiresAt(B, 1);
        vm.expectRevert(abi.encodeWithSelector(IPriorityQueue.PriorityQueueExpired.selector, 1, expiry));
        _settle(B, empty, proof);
    }

    /// @dev Nobody can claim more than there is, nor others than come next.
    function test_settleBatch_reverts_whenAPartIsNotTheNextOfTheQueue() external {
        _request(B, 1);
        freeze(B);
        Batch memory batch = _consuming(B, 1);
        batch.priorityOpsHash = priorityQueue.rollingHash(B, 2);
        bytes memory proof = attest(B, batch);
        bytes32 expected = priorityQueue.rollingHash(B, 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IBatchSettlement.BatchSettlementWrongPriorityOps.selector, expected, batch.priorityOpsHash
            )
        );
        _settle(B, batch, proof);
        batch.priorityOpsCount = 3;
        proof = attest(B, batch);
        vm.expectRevert(abi.encodeWithSelector(IPriorityQueue.PriorityQueueTooFew.selector, 2, 3));
        _settle(B, batch, proof);
    }

    /// @dev INV-04: L1 may decide between two parts, without waiting anew. The next part buries that before it consumes.
    function test_INV04_aPart_buriesWhatL1DecidedSinceTheLast() external {
        _settleEffects(A, one(effect(SwapChange.Opened)), new LedgerEntry[](0), 0);
        _request(B, 2);
        freezeForLong(B);
        settle(B, _consuming(B, 1));
        swapRegistry.l1Cancel(A, swapId);
        Batch memory batch = _consuming(B, 1);
        bytes memory proof = attest(B, batch);
        vm.expectRevert(abi.encodeWithSelector(ISwapRegistry.SwapRegistryTombstonesFirst.selector, B, 1));
        _settle(B, batch, proof);
        _settleEffects(B, one(effect(SwapChange.Buried)), new LedgerEntry[](0), 1);
        vm.assertTrue(settlement.frozenAt(B) != 0);
        settle(B, _consuming(B, 1));
        vm.assertEq(settlement.frozenAt(B), 0);
    }

    /// @dev INV-04: what a part would report of a swap that L1 has cancelled since the last is refused, in any order, and
    /// with it the part.
    function test_INV04_aPart_cannotExecuteWhatL1CancelledSinceTheLast() external {
        _settleEffects(A, one(effect(SwapChange.Opened)), new LedgerEntry[](0), 0);
        vm.warp(block.timestamp + HOUR);
        _request(B, 1);
        swapRegistry.forceExecute(preimage);
        freezeForLong(B);
        settle(B, _consuming(B, 1));
        swapRegistry.l1Cancel(A, swapId);

        SwapEffect[] memory effects = new SwapEffect[](2);
        (effects[0], effects[1]) = (effect(SwapChange.Executed), effect(SwapChange.Buried));
        _refuseEffects(effects, abi.encodeWithSelector(ISwapRegistry.SwapRegistryTombstonesFirst.selector, B, 1));
        (effects[0], effects[1]) = (effects[1], effects[0]);
        bytes memory decided =
            abi.encodeWithSelector(ISwapRegistry.SwapRegistryDecided.selector, swapId, SwapOutcome.Cancelled);
        _refuseEffects(effects, decided);
        effects[1] = effect(SwapChange.Cancelled);
        _refuseEffects(effects, decided);
        _settleEffects(B, one(effect(SwapChange.Buried)), new LedgerEntry[](0), 1);
        expectSlot(SwapOutcome.Cancelled, false, legHash(locked()));
        vm.assertTrue(settlement.frozenAt(B) != 0);
    }

    /// @dev INV-04: what a part has decided, L1 does not decide again, though the chain is still frozen.
    function test_INV04_l1Cancel_reverts_whenAPartHasDecided() external {
        _settleEffects(A, one(effect(SwapChange.Opened)), new LedgerEntry[](0), 0);
        vm.warp(block.timestamp + HOUR);
        swapRegistry.forceExecute(preimage);
        freezeForLong(B);
        _settleEffects(B, one(effect(SwapChange.Executed)), new LedgerEntry[](0), 1);
        vm.assertTrue(settlement.frozenAt(B) != 0);
        vm.expectRevert(
            abi.encodeWithSelector(ISwapRegistry.SwapRegistryDecided.selector, swapId, SwapOutcome.Executed)
        );
        swapRegistry.l1Cancel(A, swapId);
        vm.assertEq(swapRegistry.outstandingTombstones(B).length, 0);
    }

    /// @dev INV-05: the same for what is paid: by a part or by L1, and not by both.
    function test_INV05_aPart_cannotPayWhatL1PaidSinceTheLast() external {
        _settleEffects(A, one(effect(SwapChange.Opened)), new LedgerEntry[](0), 0);
        _settleEffects(B, one(effect(SwapChange.Executed)), new LedgerEntry[](0), 0);
        vm.warp(block.timestamp + HOUR);
        _request(A, 1);
        swapRegistry.forceClose(preimage, output());
        freezeForLong(A);
        settle(A, _consuming(A, 1));
        uint256 before = vm.snapshotState();
        swapRegistry.l1Claim(preimage, output());
        SwapEffect[] memory effects = new SwapEffect[](2);
        (effects[0], effects[1]) = (effect(SwapChange.Buried), effect(SwapChange.Redeemed));
        Batch memory batch = _batchWith(A, effects, 1);
        bytes memory proof = attest(A, batch);
        vm.expectRevert(abi.encodeWithSelector(ISwapRegistry.SwapRegistryClosed.selector, swapId));
        _settleWith(A, batch, proof, effects);

        vm.revertToState(before);
        _settleEffects(A, one(effect(SwapChange.Redeemed)), new LedgerEntry[](0), 1);
        vm.assertTrue(settlement.frozenAt(A) != 0);
        vm.expectRevert(abi.encodeWithSelector(ISwapRegistry.SwapRegistryClosed.selector, swapId));
        swapRegistry.l1Claim(preimage, output());
    }

    /// @dev A batch that consumes nothing leaves the chain frozen, and must bury something: batches of nothing would keep it so.
    function test_INV08_settleBatch_leavesTheChainFrozen_whenItOnlyBuries() external {
        _settleEffects(A, one(effect(SwapChange.Opened)), new LedgerEntry[](0), 0);
        freezeForLong(B);
        Batch memory empty = _consuming(B, 0);
        bytes memory proof = attest(B, empty);
        vm.expectRevert(
            abi.encodeWithSelector(IPriorityQueue.PriorityQueueExpired.selector, 0, priorityQueue.expiresAt(B, 0))
        );
        _settle(B, empty, proof);

        swapRegistry.l1Cancel(A, swapId);
        uint64 frozenAt = settlement.frozenAt(B);
        Batch memory wrong = _consuming(B, 0);
        (wrong.priorityOpsHash, wrong.swapEffectsHash) = ("another", _hash(one(effect(SwapChange.Buried))));
        proof = attest(B, wrong);
        vm.expectRevert(
            abi.encodeWithSelector(
                IBatchSettlement.BatchSettlementWrongPriorityOps.selector, bytes32(0), bytes32("another")
            )
        );
        _settle(B, wrong, proof);
        _settleEffects(B, one(effect(SwapChange.Buried)), new LedgerEntry[](0), 0);
        vm.assertEq(settlement.frozenAt(B), frozenAt);
        vm.assertEq(settlement.executedHead(B).batchNumber, 1);
        settle(B, _consuming(B, 1));
        vm.assertEq(settlement.frozenAt(B), 0);
    }

    // By whom.

    function testFuzz_settleBatch_isOpenToAnyone_whileAChainWithItsDataOnL1IsFrozen(address caller) external {
        vm.assume(caller != operator);
        freeze(CALLDATA_CHAIN);
        Batch memory batch = _consuming(CALLDATA_CHAIN, 1);
        batch.daCommitment = keccak256("data");
        bytes memory proof = attest(CALLDATA_CHAIN, batch);
        _settleBy(caller, CALLDATA_CHAIN, batch, "data", proof);
        // Live again, it is its operator's.
        batch = nextBatch(CALLDATA_CHAIN);
        batch.daCommitment = keccak256("data");
        proof = attest(CALLDATA_CHAIN, batch);
        _expectNotOperator(CALLDATA_CHAIN, caller);
        _settleBy(caller, CALLDATA_CHAIN, batch, "data", proof);

        freeze(BLOB_CHAIN);
        bytes32[] memory blobs = new bytes32[](1);
        blobs[0] = "blob";
        vm.blobhashes(blobs);
        batch = _consuming(BLOB_CHAIN, 1);
        batch.daCommitment = keccak256(abi.encodePacked(blobs[0]));
        proof = attest(BLOB_CHAIN, batch);
        _settleBy(caller, BLOB_CHAIN, batch, "", proof);
        vm.assertEq(settlement.frozenAt(BLOB_CHAIN), 0);
    }

    function testFuzz_settleBatch_reverts_whenAValidiumIsFrozenAndTheCallerIsNotItsOperator(address caller) external {
        vm.assume(caller != operator);
        freeze(B);
        Batch memory batch = _consuming(B, 1);
        bytes memory proof = attest(B, batch);
        _expectNotOperator(B, caller);
        _settleBy(caller, B, batch, "", proof);
    }

    function testFuzz_commitBatch_reverts_whenNotTheOperator_frozenOrNot(address caller) external {
        vm.assume(caller != operator);
        freeze(CALLDATA_CHAIN);
        Batch memory batch = _consuming(CALLDATA_CHAIN, 1);
        _expectNotOperator(CALLDATA_CHAIN, caller);
        vm.prank(caller);
        settlement.commitBatch(CALLDATA_CHAIN, batch, "data");
    }

    // What batches did to swaps.

    /// @dev INV-03, INV-06: B executes, and sends what it got on to C, in one batch: what it gets from a swap is there for the
    /// ledger, and what it returns is taken last.
    function test_INV06_settleBatch_givesToSwapsAndTakesFromThem_aroundTheLedger() external {
        _settleEffects(A, one(effect(SwapChange.Opened)), new LedgerEntry[](0), 0);
        LedgerEntry[] memory entries = Transfers.entry(given, 0, B, C, 100);
        _settleEffects(B, one(effect(SwapChange.Executed)), entries, 0);
        expectSlot(SwapOutcome.Executed, false, legHash(returned()));
        expectBalance(B, given, 0);
        vm.assertEq(ledger.pending(B, C, keyOf(given)), 100);
        expectIdentity(given);
        _settleEffects(A, one(effect(SwapChange.Redeemed)), Transfers.entry(wanted, 0, A, B, 50), 0);
        expectSlot(SwapOutcome.Executed, true, 0);
        expectIdentity(wanted);
    }

    /// @dev A lock is paid from what arrived in the same batch.
    function test_settleBatch_locksWhatArrivedInTheSameBatch() external {
        Asset memory asset = Asset(C, makeAddr("late"), AssetKind.Fungible);
        LedgerEntry[] memory entries = Transfers.entry(asset, 0, C, A, 100);
        _settleEffects(C, new SwapEffect[](0), entries, 0);
        SwapEffect memory opened = effect(SwapChange.Opened);
        opened.leg.asset = asset;
        _settleEffects(A, one(opened), entries, 0);
        expectHeld(asset, 100);
        expectBalance(A, asset, 0);
    }

    /// @dev INV-04: with one wrong effect the batch as a whole is refused.
    function test_settleBatch_reverts_whenTheRegistryRefusesAnEffect() external {
        SwapEffect[] memory effects = one(effect(SwapChange.Executed));
        Batch memory batch = nextBatch(B);
        batch.swapEffectsHash = _hash(effects);
        bytes memory proof = attest(B, batch);
        vm.expectRevert(abi.encodeWithSelector(ISwapRegistry.SwapRegistryUnknownSwap.selector, A, swapId));
        vm.prank(operator);
        settlement.settleBatch(B, batch, "", proof, new RootImport[](0), new LedgerEntry[](0), effects);
        vm.assertEq(settlement.executedHead(B).batchNumber, 0);
    }

    /// @dev The three steps end as one call does.
    function test_executeBatch_appliesEffects() external {
        SwapEffect[] memory effects = one(effect(SwapChange.Opened));
        Batch memory batch = nextBatch(A);
        batch.swapEffectsHash = _hash(effects);
        vm.prank(operator);
        settlement.commitBatch(A, batch, "");
        settlement.proveBatch(A, batch, attest(A, batch));
        vm.expectRevert(
            abi.encodeWithSelector(
                IBatchSettlement.BatchSettlementWrongEffects.selector, batch.swapEffectsHash, bytes32(0)
            )
        );
        settlement.executeBatch(A, batch, new RootImport[](0), new LedgerEntry[](0), new SwapEffect[](0));
        settlement.executeBatch(A, batch, new RootImport[](0), new LedgerEntry[](0), effects);
        expectSlot(SwapOutcome.Pending, false, legHash(locked()));
    }

    /// @dev INV-04: what L1 decided comes before anything else, at the latest in the batch that consumes.
    function test_INV04_settleBatch_buriesFirst_whenAFrozenChainConsumes() external {
        _settleEffects(A, one(effect(SwapChange.Opened)), new LedgerEntry[](0), 0);
        freezeForLong(B);
        swapRegistry.l1Cancel(A, swapId);
        Batch memory batch = _consuming(B, 1);
        bytes memory proof = attest(B, batch);
        vm.expectRevert(abi.encodeWithSelector(ISwapRegistry.SwapRegistryTombstonesFirst.selector, B, 1));
        _settle(B, batch, proof);
        _settleEffects(B, one(effect(SwapChange.Buried)), new LedgerEntry[](0), 1);
        vm.assertEq(settlement.frozenAt(B), 0);
        vm.assertEq(swapRegistry.outstandingTombstones(B).length, 0);
    }

    /// @dev ATK-44: more tombstones than one transaction of L1 has gas for do not keep the chain frozen for ever.
    function test_ATK44_manyTombstones_areBuriedInParts() external {
        uint256 count = 12;
        SwapEffect[] memory effects = new SwapEffect[](count);
        freezeForLong(B);
        for (uint256 i = 0; i < count; ++i) {
            use(locked(), address(uint160(i + 1)));
            SwapEffect memory opened = effect(SwapChange.Opened);
            opened.leg.amount = 1;
            report(A, opened);
            swapRegistry.l1Cancel(A, swapId);
            effects[i] = effect(SwapChange.Buried);
        }
        for (uint256 i = 0; i + 4 < count; i += 4) {
            _settleEffects(B, _part(effects, i, 4), new LedgerEntry[](0), 0);
            vm.assertTrue(settlement.frozenAt(B) != 0);
            vm.assertEq(swapRegistry.outstandingTombstones(B).length, count - i - 4);
        }
        _settleEffects(B, _part(effects, count - 4, 4), new LedgerEntry[](0), 1);
        vm.assertEq(settlement.frozenAt(B), 0);
    }

    // Helpers.

    function _request(uint256 chainId, uint256 count) private {
        for (uint256 i = 0; i < count; ++i) {
            priorityQueue.request(chainId, stranger, 100_000, "");
        }
    }

    function _refuseEffects(SwapEffect[] memory effects, bytes memory reason) private {
        Batch memory batch = _batchWith(B, effects, 1);
        bytes memory proof = attest(B, batch);
        vm.expectRevert(reason);
        _settleWith(B, batch, proof, effects);
    }

    /// @dev The next batch, consuming that many operations and reporting that.
    function _batchWith(uint256 chainId, SwapEffect[] memory effects, uint64 count)
        private
        view
        returns (Batch memory batch)
    {
        batch = _consuming(chainId, count);
        batch.swapEffectsHash = _hash(effects);
    }

    function _settleWith(uint256 chainId, Batch memory batch, bytes memory proof, SwapEffect[] memory effects) private {
        vm.prank(operator);
        settlement.settleBatch(chainId, batch, "", proof, new RootImport[](0), new LedgerEntry[](0), effects);
    }

    /// @dev The next batch, consuming that many operations.
    function _consuming(uint256 chainId, uint64 count) private view returns (Batch memory batch) {
        uint64 consumed = settlement.executedHead(chainId).priorityOpsConsumed;
        batch = batchAfter(chainId, priorityQueue.rollingHash(chainId, consumed + count));
        batch.priorityOpsCount = count;
    }

    function _settle(uint256 chainId, Batch memory batch, bytes memory proof) private {
        _settleBy(operator, chainId, batch, "", proof);
    }

    function _settleBy(address caller, uint256 chainId, Batch memory batch, bytes memory data, bytes memory proof)
        private
    {
        vm.prank(caller);
        settlement.settleBatch(
            chainId, batch, data, proof, new RootImport[](0), new LedgerEntry[](0), new SwapEffect[](0)
        );
    }

    function _settleEffects(uint256 chainId, SwapEffect[] memory effects, LedgerEntry[] memory entries, uint64 count)
        private
    {
        Batch memory batch = _consuming(chainId, count);
        batch.swapEffectsHash = _hash(effects);
        batch.ledgerDeltaHash = Transfers.hash(entries);
        bytes memory proof = attest(chainId, batch);
        vm.prank(operator);
        settlement.settleBatch(chainId, batch, "", proof, new RootImport[](0), entries, effects);
    }

    function _expectNotOperator(uint256 chainId, address caller) private {
        vm.expectRevert(abi.encodeWithSelector(IBatchSettlement.BatchSettlementNotOperator.selector, chainId, caller));
    }

    function _hash(SwapEffect[] memory effects) private pure returns (bytes32) {
        return effects.length == 0 ? bytes32(0) : keccak256(abi.encode(uint8(1), effects));
    }

    function _part(SwapEffect[] memory effects, uint256 start, uint256 count)
        private
        pure
        returns (SwapEffect[] memory part)
    {
        part = new SwapEffect[](count);
        for (uint256 i = 0; i < count; ++i) {
            part[i] = effects[start + i];
        }
    }
}
