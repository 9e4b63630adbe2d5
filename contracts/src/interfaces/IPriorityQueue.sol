// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {PriorityOperation} from "../types/PriorityOperations.sol";

/// @title The queues through which L1 reaches the chains
/// @notice A chain whose oldest operation is past its expiry cannot commit a batch that leaves it unconsumed, and anyone may
/// freeze it.
interface IPriorityQueue {
    /// @notice An operation joined the queue of `chainId`.
    event PriorityOperationRequested(
        uint256 indexed chainId, uint256 indexed nonce, bytes32 indexed operationHash, PriorityOperation operation
    );
    /// @notice Operations up to `head` were consumed by an executed batch.
    event PriorityOperationsConsumed(uint256 indexed chainId, uint256 head);

    /// @notice An address of the deployment is missing.
    error PriorityQueueZeroAddress();
    /// @notice Operations need time before they expire.
    error PriorityQueueZeroExpiry();
    /// @notice The chain is not registered.
    error PriorityQueueUnknownChain(uint256 chainId);
    /// @notice The gas limit is outside of what a chain takes.
    error PriorityQueueBadGasLimit(uint256 gasLimit, uint256 least, uint256 most);
    /// @notice The data is larger than a chain takes.
    error PriorityQueueDataTooLarge(uint256 size, uint256 limit);
    /// @notice Only the settlement contract consumes.
    error PriorityQueueNotSettlement(address caller, address settlement);
    /// @notice Only the swap registry asks in the network's name.
    error PriorityQueueNotSwaps(address caller, address swaps);
    /// @notice The batch claims more operations than there are; both counts are over the chain's life.
    error PriorityQueueTooFew(uint256 available, uint256 claimed);
    /// @notice The operation at `nonce` expired and the batch leaves it unconsumed.
    error PriorityQueueExpired(uint256 nonce, uint256 expiresAt);

    /// @notice Asks `chainId` to call `to` with `data` through ERC-7786 `receiveMessage`.
    /// @param gasLimit Gas the call gets, `MIN_GAS_LIMIT..=MAX_GAS_LIMIT`.
    /// @param data At most `MAX_DATA_SIZE` bytes.
    /// @return operationHash `keccak256(abi.encode(operation))`.
    function request(uint256 chainId, address to, uint64 gasLimit, bytes calldata data)
        external
        returns (bytes32 operationHash);

    /// @notice As `request`, in the network's name and with the largest gas limit: no filter of the chain is asked. The swap
    /// registry only.
    function requestSystem(uint256 chainId, address to, bytes calldata data) external returns (bytes32 operationHash);

    /// @notice Marks the first `consumed` operations as consumed; the settlement contract only, which checked them with
    /// `checkConsumption` when the batch was committed, or of a frozen chain with `rollingHash`.
    function consume(uint256 chainId, uint64 consumed) external;

    /// @notice Rolling hash after the first `consumed` operations. Reverts if there are fewer, or if the next one has
    /// expired.
    function checkConsumption(uint256 chainId, uint64 consumed) external view returns (bytes32);

    /// @return Rolling hash after the first `consumed` operations, whatever has expired. Reverts if there are fewer.
    function rollingHash(uint256 chainId, uint64 consumed) external view returns (bytes32);

    /// @return Nonce of the oldest operation that no executed batch has consumed.
    function head(uint256 chainId) external view returns (uint64);

    /// @return Nonce of the next request.
    function tail(uint256 chainId) external view returns (uint64);

    /// @return Timestamp, in seconds, at which operation `nonce` expires.
    function expiresAt(uint256 chainId, uint64 nonce) external view returns (uint64);

    /// @return Seconds from request to expiry.
    function EXPIRY() external view returns (uint64);

    /// @return Least gas limit of an operation.
    function MIN_GAS_LIMIT() external view returns (uint64);

    /// @return Largest gas limit of an operation.
    function MAX_GAS_LIMIT() external view returns (uint64);

    /// @return Largest data of an operation, in bytes.
    function MAX_DATA_SIZE() external view returns (uint256);
}
