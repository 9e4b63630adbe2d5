// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @notice How a chain makes its batches' transactions available.
/// @dev Validium: `daCommitment` is a hash nobody can check on L1. Calldata: keccak256 of the data passed along.
/// Blobs: keccak256 of the packed versioned hashes of the transaction's blobs.
enum DataAvailability {
    Validium,
    Calldata,
    Blobs
}

/// @notice What a batch claims. Together with the domain and the chain it is the batch's public input.
/// @param number Batches of a chain are numbered from 1 without gaps.
/// @param prevStateCommitment State commitment of the batch before.
/// @param newStateCommitment State commitment after the batch: for chains that the operator seals, the hash of block `lastBlock`.
/// @param chainBatchRoot Root over the batch's log tree, docs/protocol.md "Chain batch root".
/// @param priorityOpsHash Rolling hash over all priority operations the chain has consumed, this batch's included.
/// @param priorityOpsCount How many this batch consumed.
/// @param dependencyRootsHash Rolling hash over all roots the chain has imported, this batch's included.
/// @param ledgerDeltaHash `keccak256(abi.encode(uint8 1, LedgerEntry[]))` over what the batch moved between chains; 0 when
/// it moved nothing.
/// @param swapEffectsHash `keccak256(abi.encode(uint8 1, SwapEffect[]))` over what the batch did to swaps; 0 when that was
/// nothing.
struct Batch {
    uint64 number;
    bytes32 prevStateCommitment;
    bytes32 newStateCommitment;
    uint64 firstBlock;
    uint64 lastBlock;
    uint64 firstTimestamp;
    uint64 lastTimestamp;
    bytes32 chainBatchRoot;
    bytes32 priorityOpsHash;
    uint64 priorityOpsCount;
    bytes32 dependencyRootsHash;
    bytes32 ledgerDeltaHash;
    bytes32 swapEffectsHash;
    bytes32 daCommitment;
}

/// @notice Where a chain stands after a batch.
struct ChainHead {
    bytes32 stateCommitment;
    bytes32 dependencyRootsHash;
    uint64 batchNumber;
    uint64 lastBlock;
    uint64 lastTimestamp;
    uint64 priorityOpsConsumed;
}
