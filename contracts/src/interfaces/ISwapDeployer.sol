// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title Creates the atomic swap contracts of vaults
/// @notice Where one stands follows from what it is created with alone, so a vault knows its own before it exists, and nobody can
/// put another in its place.
/// @dev `arguments` are those of its constructor: `abi.encode(authority, vault, center, handler, l1ChainId, l1Swaps)`.
interface ISwapDeployer {
    /// @notice It stands already, or its constructor refused the arguments.
    error SwapDeployerNotCreated();

    /// @notice Creates an atomic swap contract; anyone, once for each set of arguments.
    /// @return swap Where it stands.
    function deploy(bytes calldata arguments) external returns (address swap);

    /// @return Hash that EIP-1014 makes the address of, with salt 0: what a contract is created with tells it apart already.
    function initCodeHash(bytes calldata arguments) external pure returns (bytes32);
}
