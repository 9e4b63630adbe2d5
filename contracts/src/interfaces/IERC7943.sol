// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title What a regulated token (ERC-7943) is asked before it crosses
/// @notice The parts of the standard that this project calls. `canTransact` is what the drafts had before it was split into
/// `canSend` and `canReceive`.
interface IERC7943 {
    /// @return Whether the account may send the token.
    function canSend(address account) external view returns (bool);

    /// @return Whether the account may receive the token.
    function canReceive(address account) external view returns (bool);

    /// @return Whether the account may send and receive the token.
    function canTransact(address account) external view returns (bool);

    /// @param amountOrId Of an ERC-20 token an amount, of an ERC-721 token an id.
    /// @return Whether the transfer is allowed.
    function canTransfer(address from, address to, uint256 amountOrId) external view returns (bool);
}
