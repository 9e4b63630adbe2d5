// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {AssetKind} from "./Assets.sol";

/// @notice An amount of a token of this chain, or of one token of it.
/// @param token `address(1)` for the chain's base token.
/// @param tokenId 0 for fungible tokens.
/// @param amount In the token's units; 1 for ERC-721.
struct VenueAsset {
    address token;
    AssetKind kind;
    uint256 tokenId;
    uint256 amount;
}

/// @notice What a bank signs, as EIP-712 typed data: it gives `amountOut` for the input, once, exactly.
/// @param takerChainId Chain that the taker must lock the input on; 0 for any.
/// @param taker Account that must lock the input; 0 for anyone.
/// @param tokenIn `address(1)` for the chain's base token.
/// @param tokenOut An ERC-20 of the bank's, which it allows the venue to take.
/// @param recipient Account that gets the input.
/// @param expiry Last timestamp, in seconds, at which the quote can be taken.
/// @param epoch The bank's epoch at the venue. The next one revokes all quotes of this one.
/// @param nonce Any number that the bank has not used.
struct Quote {
    address bank;
    uint256 takerChainId;
    address taker;
    address tokenIn;
    AssetKind kindIn;
    uint256 tokenIdIn;
    uint256 amountIn;
    address tokenOut;
    uint256 amountOut;
    address recipient;
    uint64 expiry;
    uint256 epoch;
    uint256 nonce;
}

/// @notice Whether a quote can be taken now, and if not, the first reason why.
/// Malformed: it names no recipient, or one that cannot be paid, or gives nothing. Used: taken, or cancelled by the bank.
/// Revoked: of another epoch. Unsigned: not with this signature. Unfunded: the bank lacks the tokens or the allowance.
enum QuoteStatus {
    Good,
    Malformed,
    Expired,
    Used,
    Revoked,
    Unsigned,
    Unfunded
}

/// @notice What an adapter is told: the data of its order is the `abi.encode` of this.
/// @param target Contract that turns the input into the output; it may take exactly the input from its caller.
/// @param callData What it is called with. A base token comes with the call as value.
/// @param leftoverTo Account that gets what the target leaves of the input.
struct AdapterCall {
    address target;
    bytes callData;
    address leftoverTo;
}

/// @notice Two parties' agreement: delivery versus payment. The data of the order that executes it is its `abi.encode`.
/// @param sourceChainId Chain that the initiator locks its side on.
/// @param initiator Account there.
/// @param given What the initiator gives, as it arrives on this chain.
/// @param counterparty Account on this chain that locks its side at the venue.
/// @param locked What it locks.
/// @param recipient Account on this chain that gets what the initiator gives.
/// @param deadline Last timestamp, in seconds, before which the locked side stays. No order with a later one is executed.
/// @param salt Tells agreements of the same content apart.
struct TradeAgreement {
    uint256 sourceChainId;
    address initiator;
    VenueAsset given;
    address counterparty;
    VenueAsset locked;
    address recipient;
    uint64 deadline;
    bytes32 salt;
}

/// @notice None -> Locked -> Executed | Withdrawn.
enum TradeStatus {
    None,
    Locked,
    Executed,
    Withdrawn
}
