// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title Leaves of a batch's log tree
/// @dev 88 bytes: shard 0, isService 1, transaction number, sender, key, value. docs/protocol.md, "Log leaf".
library LogLeaf {
    /// @notice Siblings between a leaf and the root of the log tree.
    uint256 internal constant TREE_DEPTH = 14;
    /// @notice What pads the tree: keccak256 of 88 zero bytes.
    bytes32 internal constant EMPTY = 0x72abee45b59e344af8a6e520241c4744aff26ed411f4c4b00f8af09adada43ba;

    /// @dev The first 24 bytes of a leaf as a number: isService 1, sender 0x8008, where messages leave a chain.
    uint256 private constant MESSAGE_HEAD = 1 << 176 | 0x8008;
    /// @dev isService 1, sender 0x8001, which reports the outcome of L1's operations.
    uint256 private constant STATUS_HEAD = 1 << 176 | 0x8001;

    /// @notice Leaf of a message.
    /// @param txNumberInBatch Position of the sending transaction in its batch.
    /// @param sender Account that handed the message to the outbox.
    /// @param dataHash keccak256 of the message.
    function message(uint16 txNumberInBatch, address sender, bytes32 dataHash) internal pure returns (bytes32) {
        return _hash(MESSAGE_HEAD | uint256(txNumberInBatch) << 160, bytes32(uint256(uint160(sender))), dataHash);
    }

    /// @notice Leaf of a priority operation's outcome.
    function status(bytes32 operationHash, bool success) internal pure returns (bytes32) {
        return _hash(STATUS_HEAD, operationHash, bytes32(uint256(success ? 1 : 0)));
    }

    function _hash(uint256 head, bytes32 key, bytes32 value) private pure returns (bytes32 leaf) {
        // Free memory serves as scratch space and is not claimed.
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, shl(64, head))
            mstore(add(start, 24), key)
            mstore(add(start, 56), value)
            leaf := keccak256(start, 88)
        }
    }
}
