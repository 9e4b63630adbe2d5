// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {PriorityOperation} from "../types/PriorityOperations.sol";

/// @title Where the operations that L1 asked for arrive on a chain
/// @notice Operations are consumed in order. One whose call fails is consumed as failed and never blocks the next.
interface IPriorityInbox {
    /// @notice `reason` holds at most the first 256 bytes of what the call returned.
    event PriorityOperationProcessed(bytes32 indexed operationHash, uint256 indexed nonce, bool success, bytes reason);

    /// @notice Operations of accounts are taken if `filter` allows them; all of them where it is 0.
    event FilterSet(address indexed filter);

    /// @notice There is no authority at address 0.
    error PriorityInboxZeroAuthority();
    /// @notice There is no chain 0.
    error PriorityInboxZeroL1ChainId();
    /// @notice The operation names another chain.
    error PriorityInboxWrongChain(uint256 expected, uint256 actual);
    /// @notice Operations must come in the order of the queue.
    error PriorityInboxWrongNonce(uint256 expected, uint256 actual);
    /// @notice The operation's format is not known here.
    error PriorityInboxUnknownVersion(uint8 version);
    /// @notice The caller is a contract, or an account with code (EIP-7702). From inside of a call to a recipient that guards
    /// against re-entry, its operation would fail.
    error PriorityInboxNested(address caller);
    /// @notice The transaction carries too little gas to give the call what the operation asks for.
    error PriorityInboxGasTooLow(uint256 required, uint256 available);

    /// @notice There is no contract at the filter's address.
    error PriorityInboxNoFilter(address filter);
    /// @notice The reason with which an operation is consumed as failed that the filter has not allowed.
    error PriorityInboxRefused(address filter);

    /// @notice Consumes the next operations of the queue; the operator only, with a transaction of an account without code. One that
    /// took room is the last: those after it are for another transaction, so that each finds room of its own.
    function processOperations(PriorityOperation[] calldata operations) external;

    /// @notice Asked by a contract that takes no more in this block. Else whoever makes blocks could have an operation fail by
    /// putting it behind a full one. Any contract may ask, for the operation that is being delivered.
    /// It costs an operation that reckons with it less than 1,500 gas each time.
    /// @return taken Whether the operation had room left: it has 16 times. `false` outside of operations.
    function takeRoom() external returns (bool taken);

    /// @notice Has `newFilter` asked about operations of version 1 from now on; 0 for none. Governance of the chain only.
    function setFilter(address newFilter) external;

    /// @return Asked about operations of version 1; 0 for none.
    function filter() external view returns (address);

    /// @return `h` over all operations consumed, `h' = keccak256(h ‖ operationHash)` from 0.
    function commitment() external view returns (bytes32);

    /// @return How many operations were consumed so far.
    function processedCount() external view returns (uint256);
}
