// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title What a regulated token (ERC-7943) is asked before it crosses
/// @notice The parts of the standard that this project calls, for all kinds of token. `canTransact` is what the drafts had
/// before it was split into `canSend` and `canReceive`.
interface IERC7943 {
    function canSend(address account) external view returns (bool);

    function canReceive(address account) external view returns (bool);

    function canTransact(address account) external view returns (bool);

    /// @notice Of an ERC-20 token its amount, of an ERC-721 token its id.
    function canTransfer(address from, address to, uint256 amountOrId) external view returns (bool);

    /// @notice Of an ERC-1155 token.
    function canTransfer(address from, address to, uint256 tokenId, uint256 amount) external view returns (bool);
}
