// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @notice A call that L1 asks a chain to make. Its id is `keccak256(abi.encode(operation))`.
/// @param version 1: asked for by an account of L1. 2: asked for by the system, which no filter of a chain is asked about.
/// @param chainId Chain that must consume it.
/// @param nonce Position in that chain's queue, from 0.
/// @param sender Account on L1 that asked for it.
/// @param to Recipient on the chain; it is handed `data` through ERC-7786 `receiveMessage`.
/// @param gasLimit Gas the call gets.
/// @param expiresAt Timestamp, in seconds, from which the chain may not commit a batch that leaves it unconsumed.
struct PriorityOperation {
    uint8 version;
    uint256 chainId;
    uint64 nonce;
    address sender;
    address to;
    uint64 gasLimit;
    uint64 expiresAt;
    bytes data;
}
