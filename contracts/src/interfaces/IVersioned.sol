// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title A contract that says which release of the protocol it belongs to
interface IVersioned {
    /// @return The protocol version; relayers refuse to work with one they do not know.
    function version() external view returns (uint256);
}
