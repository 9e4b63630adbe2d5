// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMessageOutbox} from "../interfaces/IMessageOutbox.sol";
import {AbiWriter} from "../libraries/AbiWriter.sol";
import {LogLeaf} from "../libraries/LogLeaf.sol";
import {MerkleTree} from "../libraries/MerkleTree.sol";
import {PriorityInbox} from "./PriorityInbox.sol";

/// @title Message outbox
/// @notice Open to anyone. Whatever the number of messages, it stores one word.
/// @dev The interop center is built on it, rather than beside it: a second contract would add the price of two calls,
/// 3,300 gas, to every message.
abstract contract MessageOutbox is IMessageOutbox {
    /// @inheritdoc IMessageOutbox
    /// @dev A delivery carries the message and its proof in one transaction; nodes take transactions of up to 128 KiB.
    uint256 public constant MAX_MESSAGE_SIZE = 96 * 1024;

    /// @inheritdoc IMessageOutbox
    address public immutable PRIORITY_INBOX;

    /// @inheritdoc IMessageOutbox
    bytes32 public commitment;

    /// @param authority Access manager of this chain; the priority inbox, created here, obeys it.
    /// @param l1ChainId Chain id of the network's L1.
    constructor(address authority, uint256 l1ChainId) {
        PRIORITY_INBOX = address(new PriorityInbox(authority, l1ChainId));
    }

    /// @inheritdoc IMessageOutbox
    function sendToL1(bytes calldata message) external returns (bytes32 hash) {
        uint256 eventData;
        assembly ("memory-safe") {
            eventData := mload(0x40)
            mstore(eventData, 0x20)
        }
        uint256 end = AbiWriter.writeBytes(eventData + 0x20, message);
        assembly ("memory-safe") {
            mstore(0x40, end)
        }
        return _send(msg.sender, eventData, commitment);
    }

    /// @inheritdoc IMessageOutbox
    function reportStatus(bytes32 operationHash, bool success) external {
        require(msg.sender == PRIORITY_INBOX, MessageOutboxNotInbox(msg.sender, PRIORITY_INBOX));
        commitment = MerkleTree.node(commitment, LogLeaf.status(operationHash, success));
        emit OperationStatus(operationHash, success);
    }

    /// @dev Sends the message that `abi.encode(message)` in allocated memory at `eventData` holds. The zeros behind the
    /// message need not be there: they are written here, over at most one word of free memory.
    /// @param before The commitment.
    function _send(address sender, uint256 eventData, bytes32 before) internal returns (bytes32 hash) {
        uint256 size;
        assembly ("memory-safe") {
            size := mload(add(eventData, 0x20))
            hash := keccak256(add(eventData, 0x40), size)
        }
        require(size <= MAX_MESSAGE_SIZE, MessageOutboxMessageTooLarge(size, MAX_MESSAGE_SIZE));
        commitment = MerkleTree.node(before, LogLeaf.message(0, sender, hash));
        bytes32 topic = L1MessageSent.selector;
        // `emit L1MessageSent(sender, hash, message)` without a copy of the message.
        assembly ("memory-safe") {
            mstore(add(add(eventData, 0x40), size), 0)
            log3(eventData, add(0x40, and(add(size, 0x1f), not(0x1f))), topic, sender, hash)
        }
    }
}
