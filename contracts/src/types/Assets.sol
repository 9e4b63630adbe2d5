// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @notice What a token's units are.
/// Fungible: ether and ERC-20. NonFungible: ERC-721. MultiToken: ERC-1155.
enum AssetKind {
    Fungible,
    NonFungible,
    MultiToken
}

/// @notice A token, named by where it was born. Its asset id is `keccak256(abi.encode(originChainId, 0x10004, originToken))`.
/// @param originChainId Chain that the token was born on, its home; L1 included.
/// @param originToken The token on that chain; `address(1)` for ether of L1.
struct Asset {
    uint256 originChainId;
    address originToken;
    AssetKind kind;
}

/// @notice What a representation on another chain is created with. Taken from the asset's home alone.
/// @param decimals Of a fungible token; otherwise 0. Never scaled, never changed.
/// @param issuer Account that may set limits for the asset on the other chain; 0 for none.
/// @param representation Token on the other chain that the issuer put there itself; 0 for the default one.
struct AssetMetadata {
    string name;
    string symbol;
    uint8 decimals;
    address issuer;
    address representation;
}

/// @notice What one vault tells another; the payload of its call; `AssetTransfers` says how it is spelled.
/// @param tokenId 0 for fungible tokens.
/// @param amount In units of the origin token, not 0; 1 for ERC-721. An amount of 0 with metadata announces the asset.
/// @param sender Account on the source chain that is paid if the transfer is refused for good.
/// @param metadata `abi.encode(AssetMetadata)` with the first transfer from home to a chain, else empty.
/// @param tokenUri URI of the ERC-721 or ERC-1155 token; empty otherwise.
struct AssetTransfer {
    Asset asset;
    uint256 tokenId;
    uint256 amount;
    address sender;
    address recipient;
    bytes metadata;
    string tokenUri;
}

/// @notice A chain id is above 2^64 - 1, an amount above 2^128 - 1, or the metadata longer than 2^16 - 1 bytes.
error AssetTransferDoesNotFit();

/// @notice What an account asks a vault to send.
/// @param token Token on this chain; `address(1)` for the chain's base token, whose amount comes as value.
/// @param deliverBefore Last timestamp, in seconds, at which the transfer may arrive; later it goes back. 0 for none.
struct TransferRequest {
    uint256 destinationChainId;
    address token;
    AssetKind kind;
    uint256 tokenId;
    uint256 amount;
    address recipient;
    uint256 deliverBefore;
}

/// @notice Total of what a batch moved of one asset, or of one token of it, on one route.
/// @param tokenId 0 for fungible tokens.
/// @param source Chain it comes from: the batch's own for what it sent.
/// @param destination Chain it goes to: the batch's own for what arrived.
/// @param amount In units of the origin token, not 0.
struct LedgerEntry {
    Asset asset;
    uint256 tokenId;
    uint256 source;
    uint256 destination;
    uint256 amount;
}
