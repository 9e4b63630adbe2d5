// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {AssetKind, AssetMetadata} from "../types/Assets.sol";

/// @title Creates the tokens that stand for those of other chains
/// @notice For whoever asks: what is created obeys the caller alone, and its address follows from the caller.
interface IRepresentations {
    /// @notice Creates what the tokens of a kind run at first, obeying the caller.
    function implement(AssetKind kind) external returns (address implementation);

    /// @notice Creates the token for an asset, obeying the caller, which is its beacon too. Its address follows from the
    /// caller, the asset and what the token is set up with.
    function create(bytes32 assetId, AssetKind kind, AssetMetadata calldata metadata) external returns (address token);
}
