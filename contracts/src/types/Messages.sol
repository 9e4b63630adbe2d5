// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @notice Only version 1 of the proof encoding is known.
error InclusionProofUnknownVersion(uint256 version);
/// @notice The metadata word has bits set that mean nothing.
error InclusionProofDirtyMetadata(bytes32 metadata);
/// @notice The path is shorter than its own metadata says, longer, or lacks a metadata word.
error InclusionProofWrongLength(uint256 expected, uint256 actual);
/// @notice The log part of a path has another number of siblings than the use at hand asks for.
error InclusionProofWrongLogLength(uint256 expected, uint256 actual);
/// @notice A path that ends in a batch or shared root has no batch part.
error InclusionProofFinalWithBatchPart(uint256 batchProofLength);
/// @notice The path ends in a batch root where it must lead on to the settlement chain, or the other way about: there
/// is exactly one hop.
error InclusionProofWrongHops();
/// @notice The index does not fit into a tree of that depth.
error InclusionProofIndexOutOfRange(uint256 index, uint256 depth);
/// @notice The empty leaf pads the log tree and is never a member.
error InclusionProofEmptyLeaf();
/// @notice The proof and the message name different transactions of the batch.
error InclusionProofWrongTransaction(uint256 expected, uint256 actual);
/// @notice 0 is never a batch root.
error InclusionProofZeroBatchRoot();

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
