// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC7786Recipient} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";

/// @notice Counts how often it received each message, and refuses to receive any while it has a reason to. Whole-system
/// tests and the demo judge by its counts alone whether a message arrived exactly once.
contract TallyRecipient is IERC7786Recipient {
    address public immutable HANDLER;

    uint256 public total;
    mapping(bytes32 receiveId => uint256) public timesReceived;
    mapping(bytes32 receiveId => bytes) public senderOf;
    mapping(bytes32 receiveId => bytes) public payloadOf;
    string public refusal;

    error TallyRecipientNotHandler(address caller);

    constructor(address handler) {
        HANDLER = handler;
    }

    /// @notice Refuses messages with `reason` from now on; takes them again once it is empty.
    function refuseWith(string calldata reason) external {
        refusal = reason;
    }

    function receiveMessage(bytes32 receiveId, bytes calldata sender, bytes calldata payload)
        external
        payable
        returns (bytes4)
    {
        require(msg.sender == HANDLER, TallyRecipientNotHandler(msg.sender));
        require(bytes(refusal).length == 0, refusal);
        ++total;
        // A second receipt is counted and not refused: a refusal would hide from the tests that it happened.
        ++timesReceived[receiveId];
        (senderOf[receiveId], payloadOf[receiveId]) = (sender, payload);
        return IERC7786Recipient.receiveMessage.selector;
    }
}
