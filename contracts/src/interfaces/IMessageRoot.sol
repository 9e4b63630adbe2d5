// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title The message root on L1
/// @notice One tree per chain over its batches, and one over all chains. The root after each block is kept for good.
interface IMessageRoot {
    /// @notice A chain joined the shared tree at `index`.
    event ChainAdded(uint256 indexed chainId, uint256 indexed index, bytes32 root);
    /// @notice A batch joined its chain's tree; `root` is the shared root after it.
    event BatchRootAppended(
        uint256 indexed chainId,
        uint256 indexed batchNumber,
        bytes32 chainBatchRoot,
        uint256 indexInChain,
        uint256 timestamp,
        bytes32 root
    );

    /// @notice The registry and the settlement contract are needed.
    error MessageRootZeroAddress();
    /// @notice The caller may not change the tree.
    error MessageRootNotAuthorized(address caller, address expected);
    /// @notice The chain is in the tree already.
    error MessageRootChainKnown(uint256 chainId);
    /// @notice The chain is not in the tree.
    error MessageRootChainUnknown(uint256 chainId);
    /// @notice 0 is never a batch root.
    error MessageRootZeroBatchRoot(uint256 chainId, uint256 batchNumber);

    /// @notice Adds a chain with an empty tree; the chain registry only.
    function addChain(uint256 chainId) external;

    /// @notice Appends the root of an executed batch; the settlement contract only.
    /// @param batchNumber Batches come from 1 without gaps, which the settlement contract vouches for: batch `n` is leaf
    /// `n - 1` of its chain's tree.
    function appendBatch(uint256 chainId, uint256 batchNumber, bytes32 chainBatchRoot) external;

    /// @return Whether `root` was the shared root after block `blockNumber`, whose timestamp was `timestamp`.
    function isHistoricalRoot(uint256 blockNumber, uint256 timestamp, bytes32 root) external view returns (bool);

    /// @return keccak256(abi.encode(timestamp, root)) for the root after block `blockNumber`; 0 where nothing changed in it.
    function historicalRoot(uint256 blockNumber) external view returns (bytes32);

    /// @return The shared root now.
    function root() external view returns (bytes32);

    /// @return Number of chains in the shared tree, L1 itself included.
    function chainCount() external view returns (uint256);

    /// @return Index of the chain in the shared tree.
    function chainIndex(uint256 chainId) external view returns (uint256);
}
