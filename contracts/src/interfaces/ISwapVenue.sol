// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {VenueOrder} from "../types/Swaps.sol";

/// @title Where the given asset of a swap becomes the wanted one
/// @notice A venue has no rights over the vault: it is handed the input, and what it returns is measured. One that reverts, or
/// returns too little, leaves everything as it was.
interface ISwapVenue {
    /// @notice Turns the input, which the venue has already, into the output, which the caller must have afterwards.
    /// @return This function's selector.
    function execute(VenueOrder calldata order) external returns (bytes4);
}
