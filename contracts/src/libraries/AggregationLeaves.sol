// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title Leaves of the chain trees and of the shared tree
/// @dev docs/protocol.md, "Aggregation leaves". Longer than a node, so that neither can pass for the other.
library AggregationLeaves {
    /// @dev keccak256("zkSync:BatchLeaf").
    bytes32 private constant BATCH = 0xd82fec4a37cbdc47f1e5cc4ad64deacf34a48e6f7c61fa5b68fd58e543259cf4;
    /// @dev keccak256("zkSync:ChainIdLeaf").
    bytes32 private constant CHAIN = 0x39bc69363bb9e26cf14240de4e22569e95cf175cfbcf1ade1a47a253b4bf7f61;

    /// @notice Leaf of a batch in its chain's tree.
    /// @param l1Timestamp Timestamp, in seconds, of the block in which the batch was executed on the settlement chain.
    function batchLeaf(bytes32 chainBatchRoot, uint256 batchNumber, uint256 l1Timestamp)
        internal
        pure
        returns (bytes32 leaf)
    {
        // Free memory serves as scratch space and is not claimed.
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, BATCH)
            mstore(add(start, 0x20), chainBatchRoot)
            mstore(add(start, 0x40), batchNumber)
            mstore(add(start, 0x60), l1Timestamp)
            leaf := keccak256(start, 0x80)
        }
    }

    /// @notice Leaf of a chain in the shared tree.
    /// @param chainRoot Root of the chain's tree; 0 while it has no batch.
    function chainIdLeaf(bytes32 chainRoot, uint256 chainId) internal pure returns (bytes32 leaf) {
        // As above.
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, CHAIN)
            mstore(add(start, 0x20), chainRoot)
            mstore(add(start, 0x40), chainId)
            leaf := keccak256(start, 0x60)
        }
    }
}
