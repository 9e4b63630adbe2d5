// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {PriorityOperation} from "../types/PriorityOperations.sol";

/// @title Which of the operations that anyone asks for through L1 a chain takes
/// @notice The operations of the system itself are not asked about.
interface IOperationFilter {
    /// @return Whether the chain takes the operation. One that it does not take is consumed as failed.
    function isAllowed(PriorityOperation calldata operation) external view returns (bool);
}
