// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title Holds what a chain's base token is paid from
/// @notice Funded at genesis with more than will ever be on the chain; what the vault may pay is bounded by L1's ledger.
interface IBaseTokenHolder {
    /// @notice Only the vault pays from here.
    error BaseTokenHolderNotVault(address caller, address vault);

    /// @notice Pays; the vault only. What the recipient returns is not read.
    /// @param gasLimit Gas that the recipient gets.
    /// @return paid Whether the recipient took it.
    function pay(address to, uint256 amount, uint256 gasLimit) external returns (bool paid);
}
