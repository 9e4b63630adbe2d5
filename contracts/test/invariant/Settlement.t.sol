// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {AggregationLeaves} from "../../src/libraries/AggregationLeaves.sol";
import {MessageRoot} from "../../src/roots/MessageRoot.sol";
import {BatchSettlement} from "../../src/settlement/BatchSettlement.sol";
import {PriorityQueue} from "../../src/settlement/PriorityQueue.sol";
import {LedgerEntry} from "../../src/types/Assets.sol";
import {Batch} from "../../src/types/Batches.sol";
import {RootImport} from "../../src/types/Messages.sol";
import {SwapEffect} from "../../src/types/Swaps.sol";
import {InvariantTest} from "../base/InvariantTest.sol";
import {L1Fixture} from "../base/L1Fixture.sol";
import {TreeBuilder} from "../base/TreeBuilder.sol";

/// @notice Operators of three chains who do whatever the protocol lets them do, in any order, and remember what counts.
contract SettlementActor is L1Fixture {
    uint256 public constant FIRST_CHAIN = 271;
    uint256 public constant CHAINS = 3;

    mapping(uint256 chainId => Batch[]) private _pending;
    mapping(uint256 chainId => uint256) public proven;
    mapping(uint256 chainId => bytes32[]) private _executedLeaves;
    mapping(uint256 chainId => bytes32) public lastState;

    constructor() {
        deployL1();
        for (uint256 i = 0; i < CHAINS; ++i) {
            registerChain(FIRST_CHAIN + i);
            lastState[FIRST_CHAIN + i] = genesisState(FIRST_CHAIN + i);
        }
    }

    function request(uint256 seed) external {
        priorityQueue.request(_chain(seed), stranger, 100_000, abi.encode(seed));
    }

    function commit(uint256 seed) external {
        uint256 chainId = _chain(seed);
        Batch memory batch = _batch(chainId, seed);
        vm.prank(operator);
        settlement.commitBatch(chainId, batch, "");
        _pending[chainId].push(batch);
    }

    function prove(uint256 seed) external {
        uint256 chainId = _chain(seed);
        if (proven[chainId] == _pending[chainId].length) return;
        Batch memory batch = _pending[chainId][proven[chainId]++];
        settlement.proveBatch(chainId, batch, attest(chainId, batch));
    }

    function execute(uint256 seed) external {
        uint256 chainId = _chain(seed);
        if (proven[chainId] == 0) return;
        Batch memory batch = _pending[chainId][0];
        settlement.executeBatch(chainId, batch, new RootImport[](0), new LedgerEntry[](0), new SwapEffect[](0));
        _dropFirst(chainId);
        --proven[chainId];
        _count(chainId, batch);
    }

    function revertAll(uint256 seed) external {
        uint256 chainId = _chain(seed);
        if (_pending[chainId].length == 0) return;
        vm.prank(operator);
        settlement.revertBatches(chainId);
        delete _pending[chainId];
        proven[chainId] = 0;
    }

    function settleInOneCall(uint256 seed) external {
        uint256 chainId = _chain(seed);
        if (_pending[chainId].length != 0) return;
        Batch memory batch = _batch(chainId, seed);
        settle(chainId, batch);
        _count(chainId, batch);
    }

    function pass(uint256 blocks) external {
        for (uint256 i = 0; i < blocks % 4; ++i) {
            nextBlock();
        }
    }

    function pendingCount(uint256 chainId) external view returns (uint256) {
        return _pending[chainId].length;
    }

    function executedCount(uint256 chainId) external view returns (uint256) {
        return _executedLeaves[chainId].length;
    }

    /// @notice The shared root over what was executed, built anew.
    function expectedRoot() external view returns (bytes32) {
        bytes32[] memory shared = new bytes32[](CHAINS + 1);
        shared[0] = AggregationLeaves.chainIdLeaf(0, L1_CHAIN_ID);
        for (uint256 i = 0; i < CHAINS; ++i) {
            bytes32 chainRoot = TreeBuilder.growingRoot(_executedLeaves[FIRST_CHAIN + i]);
            shared[i + 1] = AggregationLeaves.chainIdLeaf(chainRoot, FIRST_CHAIN + i);
        }
        return TreeBuilder.growingRoot(shared);
    }

    function contracts() external view returns (BatchSettlement, PriorityQueue, MessageRoot) {
        return (settlement, priorityQueue, messageRoot);
    }

    /// @dev The next batch, which consumes some of the operations that wait.
    function _batch(uint256 chainId, uint256 seed) private view returns (Batch memory batch) {
        batch = nextBatch(chainId);
        uint64 consumed = settlement.committedHead(chainId).priorityOpsConsumed;
        batch.priorityOpsCount = uint64(bound(seed, 0, priorityQueue.tail(chainId) - consumed));
        batch.priorityOpsHash = priorityQueue.checkConsumption(chainId, consumed + batch.priorityOpsCount);
        batch.newStateCommitment = keccak256(abi.encode(chainId, batch.number, seed));
    }

    function _count(uint256 chainId, Batch memory batch) private {
        lastState[chainId] = batch.newStateCommitment;
        _executedLeaves[chainId].push(AggregationLeaves.batchLeaf(batch.chainBatchRoot, batch.number, block.timestamp));
    }

    function _dropFirst(uint256 chainId) private {
        Batch[] storage pending = _pending[chainId];
        for (uint256 i = 1; i < pending.length; ++i) {
            pending[i - 1] = pending[i];
        }
        pending.pop();
    }

    function _chain(uint256 seed) private pure returns (uint256) {
        return FIRST_CHAIN + uint256(keccak256(abi.encode(seed))) % CHAINS;
    }
}

/// @notice Whatever operators do, in whatever order: L1 counts each executed batch once, and nothing else.
contract SettlementInvariantTest is InvariantTest {
    SettlementActor private _actor;
    BatchSettlement private _settlement;
    PriorityQueue private _queue;
    MessageRoot private _messageRoot;

    function setUp() external {
        _actor = new SettlementActor();
        (_settlement, _queue, _messageRoot) = _actor.contracts();
        bytes4[] memory selectors = new bytes4[](7);
        selectors[0] = SettlementActor.request.selector;
        selectors[1] = SettlementActor.commit.selector;
        selectors[2] = SettlementActor.prove.selector;
        selectors[3] = SettlementActor.execute.selector;
        selectors[4] = SettlementActor.revertAll.selector;
        selectors[5] = SettlementActor.settleInOneCall.selector;
        selectors[6] = SettlementActor.pass.selector;
        targetActor(address(_actor), selectors);
    }

    function invariant_messageRoot_holdsExactlyTheExecutedBatches() external view {
        vm.assertEq(_messageRoot.root(), _actor.expectedRoot());
    }

    function invariant_heads_areThoseOfTheBatchesThatCount() external view {
        for (uint256 i = 0; i < _actor.CHAINS(); ++i) {
            uint256 chainId = _actor.FIRST_CHAIN() + i;
            uint256 executed = _actor.executedCount(chainId);
            vm.assertEq(_settlement.executedHead(chainId).batchNumber, executed);
            vm.assertEq(_settlement.executedHead(chainId).stateCommitment, _actor.lastState(chainId));
            vm.assertEq(_settlement.provenBatch(chainId), executed + _actor.proven(chainId));
            vm.assertEq(_settlement.committedHead(chainId).batchNumber, executed + _actor.pendingCount(chainId));
        }
    }

    function invariant_priorityOperations_areConsumedOnceAndInOrder() external view {
        for (uint256 i = 0; i < _actor.CHAINS(); ++i) {
            uint256 chainId = _actor.FIRST_CHAIN() + i;
            uint64 consumed = _settlement.executedHead(chainId).priorityOpsConsumed;
            vm.assertEq(_queue.head(chainId), consumed);
            vm.assertLe(consumed, _settlement.committedHead(chainId).priorityOpsConsumed);
            vm.assertLe(_settlement.committedHead(chainId).priorityOpsConsumed, _queue.tail(chainId));
        }
    }
}
