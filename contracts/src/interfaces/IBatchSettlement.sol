// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {LedgerEntry} from "../types/Assets.sol";
import {Batch, ChainHead} from "../types/Batches.sol";
import {RootImport} from "../types/Messages.sol";
import {SwapEffect} from "../types/Swaps.sol";

/// @title Settlement of the chains' batches on L1
/// @notice A batch is committed, proven and executed in order; `settleBatch` does all three in one call. Executing it
/// appends its root to the message root. What is not executed can be reverted.
/// A chain that lets an operation of its priority queue expire can be frozen. Its next batches are settled in one call, import
/// no roots and are proven to be made of system transactions only. Each consumes a part of the queue, once it has buried all
/// that L1 decided about swaps meanwhile, or consumes nothing and buries a part of that. The first that consumes and leaves
/// no expired operation brings the chain back.
interface IBatchSettlement {
    /// @notice The chain starts from `stateCommitment`.
    event ChainOpened(uint256 indexed chainId, bytes32 stateCommitment, uint64 lastBlock);
    /// @notice The batch's claims are fixed.
    event BatchCommitted(uint256 indexed chainId, uint256 indexed batchNumber, bytes32 publicInput);
    /// @notice The verifier accepted the batch.
    event BatchProven(uint256 indexed chainId, uint256 indexed batchNumber);
    /// @notice The batch is final for L1. Blocks `firstBlock..=lastBlock` of the chain are in it.
    event BatchExecuted(
        uint256 indexed chainId,
        uint256 indexed batchNumber,
        bytes32 publicInput,
        bytes32 newStateCommitment,
        uint64 firstBlock,
        uint64 lastBlock,
        bytes32 chainBatchRoot
    );
    /// @notice Batches after `lastKept` were dropped before they were executed.
    event BatchesReverted(uint256 indexed chainId, uint256 lastKept);
    /// @notice The chain let an operation of its queue expire. What follows `lastBatch` and was not executed is dropped.
    event ChainFrozen(uint256 indexed chainId, uint256 lastBatch);
    /// @notice The chain is live again, with this batch.
    event ChainUnfrozen(uint256 indexed chainId, uint256 batchNumber);

    /// @notice An address of the deployment is missing.
    error BatchSettlementZeroAddress();
    /// @notice Only the chain registry may open a chain.
    error BatchSettlementNotRegistry(address caller, address registry);
    /// @notice Only the chain's operator may do this.
    error BatchSettlementNotOperator(uint256 chainId, address caller);
    /// @notice Batches come in order, without gaps.
    error BatchSettlementWrongNumber(uint256 expected, uint256 actual);
    /// @notice The batch builds on another state than the one before it left.
    error BatchSettlementWrongState(bytes32 expected, bytes32 actual);
    /// @notice The batch must start at the block after the last one and hold at least one block.
    error BatchSettlementWrongBlocks(uint256 expectedFirst, uint256 first, uint256 last);
    /// @notice Timestamps must not run backwards, nor ahead of L1's clock by more than `MAX_CLOCK_AHEAD`.
    error BatchSettlementWrongTimestamps(uint256 earliest, uint256 latest, uint256 first, uint256 last);
    /// @notice 0 is never a batch root, nor a state commitment.
    error BatchSettlementZeroRoot(uint256 batchNumber);
    /// @notice The priority operations claimed are not those of the queue.
    error BatchSettlementWrongPriorityOps(bytes32 expected, bytes32 actual);
    /// @notice The imported roots do not lead to the hash that the batch commits to.
    error BatchSettlementWrongDependencies(bytes32 expected, bytes32 actual);
    /// @notice An imported root never was the message root after that block.
    error BatchSettlementUnknownRoot(uint256 settlementChainId, uint256 blockNumber, bytes32 root);
    /// @notice The batch commits to other data than it came with.
    error BatchSettlementWrongData(bytes32 expected, bytes32 actual);
    /// @notice The chain's data availability mode needs what is missing: a non-zero commitment, data, or a blob.
    error BatchSettlementDataMissing();
    /// @notice The chain's data availability mode takes no data along with the batch.
    error BatchSettlementDataNotTaken(uint256 size);
    /// @notice The ledger entries given are not those that the batch commits to.
    error BatchSettlementWrongLedger(bytes32 expected, bytes32 actual);
    /// @notice The swap effects given are not those that the batch commits to.
    error BatchSettlementWrongEffects(bytes32 expected, bytes32 actual);
    /// @notice The chain is frozen: it settles in one call, and imports no roots.
    error BatchSettlementFrozen(uint256 chainId);
    /// @notice Nothing at the head of the chain's queue has expired; `expiresAt` is 0 where the queue is empty.
    error BatchSettlementNotExpired(uint256 chainId, uint256 expiresAt);
    /// @notice The verifier rejects the batch.
    error BatchSettlementProofRejected(uint256 batchNumber, bytes32 publicInput);
    /// @notice The batch given is not the one committed, or none is committed under its number.
    error BatchSettlementNotCommitted(uint256 batchNumber, bytes32 expected, bytes32 actual);
    /// @notice The batch is not proven yet.
    error BatchSettlementNotProven(uint256 batchNumber, uint256 lastProven);
    /// @notice The chain moved to another verifier after the batch was proven: revert it, commit it again and prove it anew.
    error BatchSettlementVerifierChanged(uint256 batchNumber, address provenBy, address verifier);
    /// @notice An earlier batch is committed but not executed.
    error BatchSettlementPending(uint256 executed, uint256 committed);
    /// @notice There is no batch to revert: executed batches stay.
    error BatchSettlementNothingToRevert(uint256 executed);

    /// @notice Sets the state a chain starts from; the chain registry only.
    function openChain(uint256 chainId, bytes32 stateCommitment, uint64 lastBlock, uint64 lastTimestamp) external;

    /// @notice Commits, proves and executes the next batch in one call; the operator only, or anyone while the chain is frozen
    /// and is not a validium. Emits `BatchExecuted`, and `ChainUnfrozen` where the chain comes back.
    /// @param data The batch's transactions in calldata mode, else empty.
    /// @param proof What the chain's verifier takes.
    /// @param dependencies Roots that the batch imported, in order.
    /// @param ledger What the batch moved between chains: for every asset what arrived, then what was sent, by chain.
    /// @param effects What the batch did to swaps, in the order in which the chain emitted it.
    function settleBatch(
        uint256 chainId,
        Batch calldata batch,
        bytes calldata data,
        bytes calldata proof,
        RootImport[] calldata dependencies,
        LedgerEntry[] calldata ledger,
        SwapEffect[] calldata effects
    ) external;

    /// @notice Fixes what the next batch claims; the operator only, of a chain that is not frozen.
    function commitBatch(uint256 chainId, Batch calldata batch, bytes calldata data) external;

    /// @notice Proves the next unproven batch. Anyone may call: the proof decides.
    function proveBatch(uint256 chainId, Batch calldata batch, bytes calldata proof) external;

    /// @notice Executes the next proven batch. Anyone may call.
    function executeBatch(
        uint256 chainId,
        Batch calldata batch,
        RootImport[] calldata dependencies,
        LedgerEntry[] calldata ledger,
        SwapEffect[] calldata effects
    ) external;

    /// @notice Drops all batches that are not executed; the operator only.
    function revertBatches(uint256 chainId) external;

    /// @notice Freezes a chain whose queue has an expired operation at its head, and drops what is committed. Anyone.
    function freeze(uint256 chainId) external;

    /// @return The head after the last executed batch.
    function executedHead(uint256 chainId) external view returns (ChainHead memory);

    /// @return The head after the last committed batch.
    function committedHead(uint256 chainId) external view returns (ChainHead memory);

    /// @return Number of the last proven batch.
    function provenBatch(uint256 chainId) external view returns (uint256);

    /// @return Timestamp, in seconds, at which the chain was frozen; 0 while it is live.
    function frozenAt(uint256 chainId) external view returns (uint64);

    /// @return What the verifier is asked about `batch` of `chainId`, docs/protocol.md "Public input". Another while the chain is
    /// frozen.
    function publicInput(uint256 chainId, Batch calldata batch) external view returns (bytes32);

    /// @return Seconds that a batch's last block may be ahead of L1.
    function MAX_CLOCK_AHEAD() external view returns (uint256);
}
