// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Asset, AssetKind} from "./Assets.sol";

/// @notice What an account asks for when it locks its side of a swap.
/// @param token What it gives: a token on this chain; `address(1)` for the chain's base token, whose amount comes as value.
/// @param venue Contract on the destination that is handed the given asset and must return the wanted one.
/// @param venueData What the venue is told besides: a quote, an agreement, a call.
/// @param minReturned Least of `wanted` that must come back, in units of the origin token, not 0.
/// @param beneficiary Account on this chain that gets what comes back.
/// @param refundTo Account on this chain that gets what was given, if the swap does not happen.
/// @param l1Recipient Account on L1 that is paid instead of either if this chain stops for good.
/// @param counterparty Account on the destination that must be the venue's other party; 0 for any.
/// @param deadline Last timestamp, in seconds, at which the destination may execute.
/// @param minGas Gas that the venue must be given at least.
struct SwapTerms {
    uint256 destinationChainId;
    address token;
    AssetKind kind;
    uint256 tokenId;
    uint256 amount;
    address venue;
    bytes venueData;
    Asset wanted;
    uint256 wantedTokenId;
    uint256 minReturned;
    address beneficiary;
    address refundTo;
    address l1Recipient;
    address counterparty;
    uint64 deadline;
    uint64 minGas;
}

/// @notice What is public of a swap. Its id is `keccak256(abi.encode(SWAP_DOMAIN, header))`; the message that the source chain
/// sends is `0x01 ‖ abi.encode(header)`.
/// @param version 1.
/// @param sourceCenter Atomic swap contract on the source chain.
/// @param destinationHandler Atomic swap contract on the destination.
/// @param nonce Counts the sender's swaps on the source chain, from 0.
/// @param payloadCommitment `keccak256(abi.encode(PAYLOAD_DOMAIN, salt, payload))`.
/// @param class How the ledger learns amounts; 1 is transparent.
struct SwapHeader {
    uint8 version;
    uint256 sourceChainId;
    uint256 destinationChainId;
    address sourceCenter;
    address destinationHandler;
    address sender;
    uint64 nonce;
    bytes32 payloadCommitment;
    uint8 class;
    uint64 deadline;
    uint64 minGas;
    address refundTo;
}

/// @notice What a swap's commitment binds; `payload` is its `abi.encode`.
/// @param transfer What was locked, in the spelling of `AssetTransfers`: from the account that locked it to the venue.
struct SwapPayload {
    bytes transfer;
    address venue;
    bytes venueData;
    Asset wanted;
    uint256 wantedTokenId;
    uint256 minReturned;
    address beneficiary;
    address l1Recipient;
    address counterparty;
}

/// @notice All of a swap, as its parties know it.
/// @param salt 32 bytes from a generator of randomness, so that nobody finds the payload by trying.
/// @param payload `abi.encode(SwapPayload)`.
struct SwapPreimage {
    SwapHeader header;
    bytes32 salt;
    bytes payload;
}

/// @notice A swap on the source chain. None -> Locked -> Redeemed | Refunded | ClosedByL1. Refundable: L1 has cancelled it, and
/// nobody has been paid yet.
enum LockStatus {
    None,
    Locked,
    Refundable,
    Redeemed,
    Refunded,
    ClosedByL1
}

/// @notice A swap on its destination, and its slot on L1. On the destination `Pending` stands for unseen.
enum SwapOutcome {
    Pending,
    Executed,
    Cancelled
}

/// @notice An amount of one asset, or of one token of it.
/// @param tokenId 0 for fungible tokens.
/// @param amount In units of the origin token.
struct SwapLeg {
    Asset asset;
    uint256 tokenId;
    uint256 amount;
}

/// @notice What a batch does to a swap.
/// Opened, Redeemed and Refunded are said by the source, Executed and Cancelled by the destination. Buried: either has learned
/// what L1 decided while the chain was frozen.
enum SwapChange {
    Opened,
    Executed,
    Cancelled,
    Redeemed,
    Refunded,
    Buried
}

/// @notice One entry of a batch's report on swaps, in the order in which the chain emitted them.
/// @param leg What the chain took or gave: Opened, Executed and Refunded: what was locked. Redeemed: what came back. Otherwise
/// empty.
/// @param returned Executed: what comes back. Otherwise empty.
struct SwapEffect {
    SwapChange change;
    uint256 source;
    uint256 destination;
    bytes32 swapId;
    SwapLeg leg;
    SwapLeg returned;
}

/// @notice The slot of a swap on L1.
/// @param isKnown False until the source's batch with the lock has executed.
/// @param isClosed Whether what it held was paid out: on the source chain or, by `l1Claim`, on L1.
/// @param changedAt Timestamp, in seconds, of its last change.
/// @param isForced Whether the destination was asked through its priority queue.
/// @param heldHash `keccak256(abi.encode(SwapLeg))` of what it holds; 0 once closed.
struct SwapSlot {
    bool isKnown;
    SwapOutcome outcome;
    bool isClosed;
    bool isForced;
    uint64 destination;
    uint64 changedAt;
    bytes32 heldHash;
}

/// @notice What L1 asks of the atomic swap contract of a chain; the data of a system operation is
/// `abi.encode(SwapCommand, bytes)`.
/// Resolve: `abi.encode(uint256 source, bytes32 swapId)`, execute what is staged or cancel.
/// Execute: `abi.encode(SwapPreimage)`, execute this or cancel.
/// Refundable: `abi.encode(bytes32 swapId)`, L1 has cancelled this swap of yours.
/// Close: `abi.encode(SwapPreimage, SwapOutcome, bytes output)`, pay this swap of yours out.
/// Destination: `abi.encode(uint256 chainId, bool isFrozen)`, take no locks to that chain, or take them again.
enum SwapCommand {
    Resolve,
    Execute,
    Refundable,
    Close,
    Destination
}

/// @notice A swap that a frozen chain must treat as decided before it does anything else.
/// @param source Chain that the swap was locked on; the frozen chain is that or its destination.
struct Tombstone {
    uint256 source;
    bytes32 swapId;
}

/// @notice What a venue is asked to do. The input stands at the venue's account when it is called.
/// @param sender Who locked the input on `sourceChainId`.
/// @param counterparty Who must be the other party; 0 for any.
/// @param tokenIn Token on this chain; `address(1)` for its base token.
/// @param tokenOut As `tokenIn`.
/// @param minAmountOut Least that the caller must have afterwards.
/// @param deadline Last timestamp, in seconds, at which the swap can execute.
struct VenueOrder {
    bytes32 swapId;
    uint256 sourceChainId;
    address sender;
    address counterparty;
    address tokenIn;
    AssetKind kindIn;
    uint256 tokenIdIn;
    uint256 amountIn;
    address tokenOut;
    AssetKind kindOut;
    uint256 tokenIdOut;
    uint256 minAmountOut;
    uint64 deadline;
    bytes data;
}

/// @notice The contract that was to hold what is staged could not be created.
error CodeStoreFailed();
