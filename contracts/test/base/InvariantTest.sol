// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Test} from "./Test.sol";

/// @notice Base of the invariant suites. Foundry asks a suite what it may call through the view functions below; a
/// suite fills them in `setUp` with `targetActor`.
abstract contract InvariantTest is Test {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    address[] private _contracts;
    FuzzSelector[] private _selectors;

    /// @notice The contracts the fuzzer may call.
    function targetContracts() external view returns (address[] memory) {
        return _contracts;
    }

    /// @notice The functions of those contracts the fuzzer may call.
    function targetSelectors() external view returns (FuzzSelector[] memory) {
        return _selectors;
    }

    /// @dev Lets the fuzzer call exactly `selectors` of `actor`.
    function targetActor(address actor, bytes4[] memory selectors) internal {
        _contracts.push(actor);
        _selectors.push(FuzzSelector({addr: actor, selectors: selectors}));
    }
}
