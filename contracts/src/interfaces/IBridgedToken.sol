// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title What the representations of all kinds have in common
interface IBridgedToken {
    /// @notice Only the vault mints and burns.
    error BridgedTokenNotVault(address caller, address vault);
    /// @notice The account does not have that token.
    error BridgedTokenNotOwner(address account, uint256 tokenId);

    /// @return The vault of this chain, or the shared bridge of L1.
    function VAULT() external view returns (address);
}
