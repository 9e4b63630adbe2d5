// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {AssetKind, AssetMetadata} from "../types/Assets.sol";

/// @title Creates the tokens that stand for those of other chains
interface IRepresentations {
    /// @notice Without a vault nobody could mint.
    error RepresentationsZeroVault();
    /// @notice Only the vault creates tokens.
    error RepresentationsNotVault(address caller, address vault);

    /// @notice Creates the token for an asset, at an address that follows from it and what it is set up with; the vault only.
    function create(bytes32 assetId, AssetKind kind, AssetMetadata calldata metadata) external returns (address token);

    /// @return The vault of this chain, or the shared bridge of L1.
    function VAULT() external view returns (address);

    /// @return Implementation that the tokens of a kind start with; what they use now, the vault says.
    function implementation(AssetKind kind) external view returns (address);
}
