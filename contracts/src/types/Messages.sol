// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @notice A message as its leaf commits to it.
/// @param txNumberInBatch Position of the sending transaction in its batch; 0 for messages of the Causeway outbox.
/// @param sender Account that handed the message to the outbox.
/// @param data The message itself; its leaf holds `keccak256(data)`.
struct Message {
    uint16 txNumberInBatch;
    address sender;
    bytes data;
}

/// @notice Where a message stands in the network, and the words that prove it.
/// @param chainId Chain the message was sent on. It is folded into the root, so a proof binds its source.
/// @param batchNumber Batch of that chain that holds the message.
/// @param leafIndex Index of the message's leaf in the log tree of the batch.
/// @param txNumberInBatch See `Message`.
/// @param path Proof words in the encoding of docs/protocol.md, "Proof".
struct InclusionProof {
    uint256 chainId;
    uint256 batchNumber;
    uint256 leafIndex;
    uint16 txNumberInBatch;
    bytes32[] path;
}

/// @notice Proof that a batch root belongs to a batch, without any message of it.
/// @param path Proof words with an empty log part (`logProofLen` 0, not final).
struct BatchProof {
    uint256 chainId;
    uint256 batchNumber;
    bytes32 chainBatchRoot;
    bytes32[] path;
}

/// @notice One root of the settlement layer, as a chain imports it.
/// @param settlementChainId Chain whose message root this is.
/// @param blockNumber Block of the settlement chain after which the root held.
/// @param timestamp Timestamp of that block, in seconds.
/// @param root Root of the shared tree.
struct RootImport {
    uint256 settlementChainId;
    uint256 blockNumber;
    uint256 timestamp;
    bytes32 root;
}
