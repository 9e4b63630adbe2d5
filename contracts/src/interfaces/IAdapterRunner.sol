// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {AdapterCall, VenueAsset} from "../types/Venues.sol";

/// @title What makes the call of one order of the adapter venue
interface IAdapterRunner {
    /// @notice Only the adapter that created the runner may use it.
    error AdapterRunnerNotAdapter(address caller, address adapter);
    /// @notice The target reverted; the first bytes of why.
    error AdapterRunnerCallFailed(address target, bytes reason);
    /// @notice An account could not be paid what is its own.
    error AdapterRunnerNotPaid(address token, address to, uint256 amount);

    /// @notice Makes the call with the input, which the runner has; pays all of the output to `outputTo`, and the rest of the input
    /// to whom the call names.
    /// @param output Its amount is not looked at.
    function run(AdapterCall calldata what, VenueAsset calldata input, VenueAsset calldata output, address outputTo)
        external;
}
