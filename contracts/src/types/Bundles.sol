// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {InclusionProof} from "./Messages.sol";

/// @notice One call as the sender asks for it.
/// @param to Recipient: an ERC-7930 address whose chain part is empty or the bundle's destination.
/// @param data Payload handed to the recipient's `receiveMessage`.
/// @param callAttributes ERC-7786 attributes of this call.
struct InteropCallStarter {
    bytes to;
    bytes data;
    bytes[] callAttributes;
}

/// @notice One call of a bundle, as it crosses.
/// @param version 0x01: `data` is the payload. 0x02: `data` is `abi.encode(ConditionalPayload)`.
/// @param shadowAccount Always false: calls reach the recipient's `receiveMessage`.
struct InteropCall {
    bytes1 version;
    bool shadowAccount;
    address to;
    address from;
    uint256 value;
    bytes data;
}

/// @notice Payload of a version 0x02 call: the ERC-7985 conditions travel with it and are enforced by the handler.
/// A handler that does not know the version refuses the call, so the conditions cannot be dropped on the way.
/// @param minGasLimit Gas the recipient must be given at least.
/// @param deliverBefore Last timestamp, in seconds, at which the call may run; 0 for none.
/// @param deliverAfter First timestamp, in seconds, at which the call may run; 0 for none.
struct ConditionalPayload {
    uint256 minGasLimit;
    uint256 deliverBefore;
    uint256 deliverAfter;
    bytes payload;
}

/// @param executionAddress ERC-7930 address that alone may execute the bundle; empty for anyone.
/// @param unbundlerAddress ERC-7930 address that may settle the calls one by one.
/// @param useFixedFee Kept for the wire format; always false.
struct BundleAttributes {
    bytes executionAddress;
    bytes unbundlerAddress;
    bool useFixedFee;
}

/// @notice What the message `0x01 ‖ abi.encode(bundle)` carries.
/// @param interopBundleSalt Makes equal bundles differ: the outbox commitment before this message.
struct InteropBundle {
    bytes1 version;
    uint256 sourceChainId;
    uint256 destinationChainId;
    bytes32 destinationBaseTokenAssetId;
    bytes32 interopBundleSalt;
    InteropCall[] calls;
    BundleAttributes attributes;
}

/// @notice One bundle and the proof that it was sent, for delivery in a batch.
/// @param sender Interop center that sent the bundle's message on the source chain.
struct BundleDelivery {
    bytes bundle;
    address sender;
    InclusionProof proof;
}

/// @notice Unreceived -> Verified -> FullyExecuted | Unbundled. The last two never change again, save calls of an
/// unbundled bundle that are still unprocessed.
enum BundleStatus {
    Unreceived,
    Verified,
    FullyExecuted,
    Unbundled
}

/// @notice Unprocessed -> Executed | Cancelled, both final.
enum CallStatus {
    Unprocessed,
    Executed,
    Cancelled
}
