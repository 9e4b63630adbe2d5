// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {IMessageOutbox} from "../interfaces/IMessageOutbox.sol";
import {IOperationFilter} from "../interfaces/IOperationFilter.sol";
import {IPriorityInbox} from "../interfaces/IPriorityInbox.sol";
import {IVersioned} from "../interfaces/IVersioned.sol";
import {BoundedCall} from "../libraries/BoundedCall.sol";
import {ReceiveMessage} from "../libraries/ReceiveMessage.sol";
import {PriorityOperation} from "../types/PriorityOperations.sol";

/// @title Priority inbox
/// @notice Created by the outbox, to which it reports. It consumes what the operator gives it; that this is what L1
/// asked for is checked on L1, where a batch that consumed anything else cannot settle.
contract PriorityInbox is IPriorityInbox, IVersioned, AccessManaged {
    /// @dev An account of L1 asked for it.
    uint8 private constant OPERATION_VERSION = 1;
    /// @dev The system asked for it. It has the same fields and is delivered in the same way.
    uint8 private constant SYSTEM_VERSION = 2;
    /// @dev Gas that the filter gets. Whoever consumes must bring it, so that nobody can have an operation refused.
    uint256 private constant FILTER_GAS = 100_000;
    /// @dev Gas spent between the check of the gas and the recipient's first instruction: a cold account and the call.
    uint256 private constant CALL_RESERVE = 5_000;
    /// @dev What each operation finds, whatever else its block holds.
    uint256 private constant ROOM = 16;

    IMessageOutbox private immutable OUTBOX;
    uint256 private immutable L1_CHAIN_ID;

    /// @inheritdoc IPriorityInbox
    bytes32 public commitment;
    /// @inheritdoc IPriorityInbox
    address public filter;
    /// @dev In one word with the filter.
    uint64 private _processedCount;
    /// @dev What the operation that is being delivered has left of it.
    uint256 private transient _room;

    /// @param authority Access manager of this chain.
    /// @param l1ChainId Chain id of the network's L1.
    constructor(address authority, uint256 l1ChainId) AccessManaged(authority) {
        require(authority != address(0), PriorityInboxZeroAuthority());
        require(l1ChainId != 0, PriorityInboxZeroL1ChainId());
        OUTBOX = IMessageOutbox(msg.sender);
        L1_CHAIN_ID = l1ChainId;
    }

    /// @inheritdoc IPriorityInbox
    function processOperations(PriorityOperation[] calldata operations) external restricted {
        // solhint-disable-next-line avoid-tx-origin
        require(msg.sender == tx.origin && msg.sender.code.length == 0, PriorityInboxNested(msg.sender));
        bool tookRoom = false;
        for (uint256 i = 0; i < operations.length && !tookRoom; ++i) {
            tookRoom = _process(operations[i]);
        }
    }

    /// @inheritdoc IPriorityInbox
    function takeRoom() external returns (bool taken) {
        uint256 room = _room;
        taken = room != 0;
        if (taken) _room = room - 1;
    }

    /// @inheritdoc IPriorityInbox
    function setFilter(address newFilter) external restricted {
        require(newFilter == address(0) || newFilter.code.length != 0, PriorityInboxNoFilter(newFilter));
        filter = newFilter;
        emit FilterSet(newFilter);
    }

    /// @inheritdoc IPriorityInbox
    function processedCount() external view returns (uint256) {
        return _processedCount;
    }

    /// @inheritdoc IVersioned
    function version() external pure returns (uint256) {
        return 1;
    }

    /// @return tookRoom The operation went beyond a limit of the block.
    function _process(PriorityOperation calldata operation) private returns (bool tookRoom) {
        uint64 nonce = _processedCount;
        bool isSystem = operation.version == SYSTEM_VERSION;
        require(isSystem || operation.version == OPERATION_VERSION, PriorityInboxUnknownVersion(operation.version));
        require(operation.chainId == block.chainid, PriorityInboxWrongChain(block.chainid, operation.chainId));
        require(operation.nonce == nonce, PriorityInboxWrongNonce(nonce, operation.nonce));

        bytes32 operationHash = keccak256(abi.encode(operation));
        _processedCount = nonce + 1;
        commitment = keccak256(abi.encode(commitment, operationHash));

        address asked = isSystem ? address(0) : filter;
        bool success = asked == address(0) || _isAllowed(asked, operation);
        bytes memory answer;
        if (success) (success, tookRoom, answer) = _deliver(operation, operationHash);
        else answer = abi.encodeWithSelector(PriorityInboxRefused.selector, asked);
        emit PriorityOperationProcessed(operationHash, nonce, success, answer);
        // The outbox calls nobody back.
        OUTBOX.reportStatus(operationHash, success);
    }

    /// @dev A recipient without code returns nothing, so its operation fails.
    function _deliver(PriorityOperation calldata operation, bytes32 operationHash)
        private
        returns (bool success, bool tookRoom, bytes memory answer)
    {
        _room = ROOM;
        bytes memory data = ReceiveMessage.encode(operationHash, L1_CHAIN_ID, operation.sender, operation.data);
        require(
            BoundedCall.canForward(operation.gasLimit, CALL_RESERVE),
            PriorityInboxGasTooLow(operation.gasLimit + CALL_RESERVE, gasleft())
        );
        // The operation is consumed already: a recipient that calls back finds the next one.
        (success, answer) = BoundedCall.call(operation.to, operation.gasLimit, data);
        success = success && ReceiveMessage.isAccepted(answer);
        tookRoom = _room != ROOM;
        _room = 0;
    }

    /// @dev A filter that does not answer allows nothing.
    function _isAllowed(address asked, PriorityOperation calldata operation) private view returns (bool) {
        bytes memory data = abi.encodeCall(IOperationFilter.isAllowed, (operation));
        require(
            BoundedCall.canForward(FILTER_GAS, CALL_RESERVE),
            PriorityInboxGasTooLow(FILTER_GAS + CALL_RESERVE, gasleft())
        );
        (bool success, uint256 word) = BoundedCall.ask(asked, FILTER_GAS, data);
        return success && word == 1;
    }
}
