// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {SwapHeader, SwapLeg, SwapOutcome} from "../types/Swaps.sol";

/// @title Ids, commitments and messages of swaps, docs/protocol.md "Swaps"
library SwapIds {
    bytes32 internal constant SWAP_DOMAIN = keccak256("Causeway.Swap.v1");
    bytes32 internal constant PAYLOAD_DOMAIN = keccak256("Causeway.SwapPayload.v1");
    uint8 internal constant VERSION = 1;
    /// @notice Amounts and assets are told to the ledger as they are.
    uint8 internal constant TRANSPARENT = 1;

    bytes1 private constant LOCK_MESSAGE = 0x01;
    bytes1 private constant RECEIPT_MESSAGE = 0x02;

    function swapId(SwapHeader memory header) internal pure returns (bytes32) {
        return keccak256(abi.encode(SWAP_DOMAIN, header));
    }

    function commitment(bytes32 salt, bytes memory payload) internal pure returns (bytes32) {
        return keccak256(abi.encode(PAYLOAD_DOMAIN, salt, payload));
    }

    /// @notice What the source sends.
    function lockMessage(SwapHeader memory header) internal pure returns (bytes memory) {
        return bytes.concat(LOCK_MESSAGE, abi.encode(header));
    }

    /// @notice What the destination sends.
    /// @param output Executed: what comes back, in the spelling of `AssetTransfers`. Otherwise empty.
    function receiptMessage(uint256 source, bytes32 id, SwapOutcome outcome, bytes memory output)
        internal
        pure
        returns (bytes memory)
    {
        return bytes.concat(RECEIPT_MESSAGE, abi.encode(source, id, outcome, output));
    }

    /// @notice What a slot of the registry keeps of what it holds.
    function legHash(SwapLeg memory leg) internal pure returns (bytes32) {
        return keccak256(abi.encode(leg));
    }
}
