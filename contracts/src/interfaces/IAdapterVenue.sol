// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title A venue that makes one call, of whatever the order names
/// @notice The call comes from a runner, a contract that is created for this order and never used again. So neither the adapter
/// nor its runners have a right anywhere: an allowance given to the adapter is worth nothing, since it calls no contract but
/// tokens it hands on, and one that a target makes a runner give is worth nothing afterwards. The data of an order is
/// `abi.encode(AdapterCall)`. The target is allowed exactly the input for the time of the call. All of the output goes to the
/// swap contract, and what is left of the input to `leftoverTo`. What else the target may give to its caller is lost.
interface IAdapterVenue {
    /// @notice The address of the swap contract is missing.
    error AdapterVenueZeroAddress();
    /// @notice Only the swap contract may execute.
    error AdapterVenueNotSwap(address caller, address swap);
    /// @notice The target has no code, or is the swap contract or the adapter.
    error AdapterVenueBadTarget(address target);
    /// @notice The order must be executed against somebody else than the target.
    error AdapterVenueWrongCounterparty(address target, address counterparty);
    /// @notice Leftovers must go to an account that is neither the swap contract nor the adapter.
    error AdapterVenueBadLeftoverAccount(address leftoverTo);
    /// @notice Input and output are the same: what is left of one could not be told from the other.
    error AdapterVenueSameAsset(address token);
    /// @notice The input did not reach the runner in full: the token takes fees.
    error AdapterVenueNotExact(address token, uint256 amount, uint256 arrived);

    /// @return The swap contract.
    function SWAP() external view returns (address);

    /// @return What the runners are clones of.
    function RUNNER() external view returns (address);
}
