// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title What the vault asks of a representation with many tokens
interface IBridgedERC1155 {
    /// @notice Mints an amount that arrived; the vault only. An empty URI changes none.
    function crosschainMint(address to, uint256 tokenId, uint256 amount, string calldata tokenUri) external;

    /// @notice Burns an amount that leaves; the vault only.
    function crosschainBurn(address from, uint256 tokenId, uint256 amount) external;
}
