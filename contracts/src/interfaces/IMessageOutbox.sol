// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title Where a chain's messages leave it
/// @notice Emits each message and keeps one rolling hash over all leaves, so that a proof system can bind the log tree
/// of a batch to the chain's state with a single slot.
interface IMessageOutbox {
    /// @notice A message was sent. Its leaf is that of docs/protocol.md, "Log leaf".
    event L1MessageSent(address indexed sender, bytes32 indexed hash, bytes message);
    /// @notice An operation of the priority queue was consumed; its leaf tells L1 the outcome.
    event OperationStatus(bytes32 indexed operationHash, bool success);

    /// @notice The message is larger than a chain of the network is sure to take.
    error MessageOutboxMessageTooLarge(uint256 size, uint256 limit);
    /// @notice Only the priority inbox reports outcomes.
    error MessageOutboxNotInbox(address caller, address inbox);

    /// @notice Sends `message` towards L1 and every chain that imports its root.
    /// @param message At most `MAX_MESSAGE_SIZE` bytes.
    /// @return hash keccak256 of the message.
    function sendToL1(bytes calldata message) external returns (bytes32 hash);

    /// @notice Reports the outcome of a priority operation; the priority inbox only.
    function reportStatus(bytes32 operationHash, bool success) external;

    /// @return `h` after all leaves so far, `h' = keccak256(h ‖ leaf)` from 0. Unique before each message.
    function commitment() external view returns (bytes32);

    /// @return The priority inbox of this chain.
    function PRIORITY_INBOX() external view returns (address);

    /// @return Largest message, in bytes.
    function MAX_MESSAGE_SIZE() external view returns (uint256);
}
