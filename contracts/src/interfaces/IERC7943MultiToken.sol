// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title What a regulated ERC-1155 token (ERC-7943) is asked before it crosses, beside what `IERC7943` asks
interface IERC7943MultiToken {
    /// @return Whether the transfer is allowed.
    function canTransfer(address from, address to, uint256 tokenId, uint256 amount) external view returns (bool);
}
