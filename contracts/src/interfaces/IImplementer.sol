// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title Creates one implementation of representations for whoever asks
/// @notice One contract has no room for the code of all three.
interface IImplementer {
    /// @param vault Whom the implementation obeys.
    function create(address vault) external returns (address implementation);
}
