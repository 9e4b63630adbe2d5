// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title Creates the atomic swap contract of a vault
interface ISwapDeployer {
    /// @notice Creates an atomic swap contract that takes and gives through the vault that asks for it; once for each vault.
    /// @param authority Access manager of this chain.
    /// @param center Interop center.
    /// @param handler Interop handler.
    /// @param l1ChainId Chain id of the network's L1.
    /// @param l1Swaps Swap registry on L1.
    /// @return swap Its address follows from what it is created with: on every chain it is the same.
    function deploy(address authority, address center, address handler, uint256 l1ChainId, address l1Swaps)
        external
        returns (address swap);
}
