// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title What the vault asks of a representation with single tokens
/// @notice ERC-7802 knows fungible tokens only; these are its two functions for ERC-721.
interface IBridgedERC721 {
    /// @notice Mints a token that arrived; the vault only. The recipient is not called. An empty URI changes none.
    function crosschainMint(address to, uint256 tokenId, string calldata tokenUri) external;

    /// @notice Burns a token that leaves; the vault only. Reverts unless `from` has it.
    function crosschainBurn(address from, uint256 tokenId) external;
}
