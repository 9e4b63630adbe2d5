// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {AssetKind, AssetMetadata} from "../types/Assets.sol";

/// @title Creates the tokens that stand for those of other chains
interface IRepresentations {
    /// @notice Creates the token for an asset, with the caller as its vault, at an address that follows from the two.
    function create(bytes32 assetId, AssetKind kind, AssetMetadata calldata metadata) external returns (address token);

    /// @return Beacon whose implementation the tokens of a kind use.
    function beacon(AssetKind kind) external view returns (address);
}
