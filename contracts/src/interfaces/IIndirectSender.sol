// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title A contract that words its own calls of other people's bundles
/// @notice Named by the call attribute `indirectCall`. What it returns crosses as its own call, so it binds nobody but the
/// contract itself.
interface IIndirectSender {
    /// @notice Words a call of a bundle, and takes what it needs for that; the interop center only.
    /// @param sender Account that sends the bundle.
    /// @param data What the sender says to this contract.
    /// @return payload Payload of the call, not empty, for the contract at this address on the destination.
    function initiateIndirectCall(uint256 destinationChainId, address sender, bytes calldata data)
        external
        payable
        returns (bytes memory payload);
}
