// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC7786Recipient} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";

import {IPriorityInbox} from "../../src/interfaces/IPriorityInbox.sol";

/// @notice Takes every message and does nothing with it.
contract SilentRecipient is IERC7786Recipient {
    function receiveMessage(bytes32, bytes calldata, bytes calldata) external payable returns (bytes4) {
        return IERC7786Recipient.receiveMessage.selector;
    }
}

/// @notice Takes every message and remembers the last one, what came with it, and how many there were.
contract RecordingRecipient is IERC7786Recipient {
    uint256 public count;
    address public gateway;
    bytes32 public receiveId;
    bytes public sender;
    bytes public payload;
    /// @notice Gas at the first instruction that looks at it, some 200 less than the call was given.
    uint256 public gasSeen;

    function receiveMessage(bytes32 id, bytes calldata from, bytes calldata data) external payable returns (bytes4) {
        gasSeen = gasleft();
        ++count;
        (gateway, receiveId, sender, payload) = (msg.sender, id, from, data);
        return IERC7786Recipient.receiveMessage.selector;
    }
}

/// @notice Answers with bytes of its owner's choice, or burns all its gas.
contract HostileRecipient {
    bool private _reverts;
    bool private _burns;
    bytes private _answer;
    uint256 private _extraZeros;

    /// @param extraZeros Zero bytes that follow `answer`.
    function answerWith(bool reverts, bytes calldata answer, uint256 extraZeros) external {
        (_reverts, _answer, _extraZeros, _burns) = (reverts, answer, extraZeros, false);
    }

    function burnAllGas() external {
        _burns = true;
    }

    function receiveMessage(bytes32, bytes calldata, bytes calldata) external payable {
        if (_burns) {
            assembly {
                invalid()
            }
        }
        bytes memory answer = _answer;
        (bool reverts, uint256 size) = (_reverts, answer.length + _extraZeros);
        assembly {
            switch reverts
            case 0 { return(add(answer, 0x20), size) }
            default { revert(add(answer, 0x20), size) }
        }
    }
}

/// @notice Makes one call of its own from inside `receiveMessage` and remembers how it went.
contract ReentrantRecipient is IERC7786Recipient {
    address private _target;
    bytes private _data;
    bool public called;
    bool public succeeded;
    bytes public answer;

    function callBack(address target, bytes calldata data) external {
        (_target, _data, called) = (target, data, false);
    }

    function receiveMessage(bytes32, bytes calldata, bytes calldata) external payable returns (bytes4) {
        if (_target != address(0)) {
            called = true;
            (succeeded, answer) = _target.call(_data);
        }
        return IERC7786Recipient.receiveMessage.selector;
    }
}

/// @notice Takes every message, and as much room of its inbox as the message's one word says.
contract RoomTaker is IERC7786Recipient {
    /// @notice How often there was room.
    uint256 public taken;

    function receiveMessage(bytes32, bytes calldata, bytes calldata times) external payable returns (bytes4) {
        for (uint256 i = 0; i < uint256(bytes32(times)); ++i) {
            if (IPriorityInbox(msg.sender).takeRoom()) ++taken;
        }
        return IERC7786Recipient.receiveMessage.selector;
    }
}

/// @notice Takes every message, and tries to work only if that is cheap: it swallows a failure of its own for lack of
/// gas, the way a careless receiver does.
contract CarelessRecipient is IERC7786Recipient {
    uint256 public received;
    uint256 public worked;

    function receiveMessage(bytes32, bytes calldata, bytes calldata) external payable returns (bytes4) {
        ++received;
        try this.work() {} catch {}
        return IERC7786Recipient.receiveMessage.selector;
    }

    /// @notice Some 100,000 gas of work.
    function work() external {
        for (uint256 i = 0; i < 1000; ++i) {
            keccak256(abi.encode(i));
        }
        ++worked;
    }
}

/// @notice Has no function at all: remembers the calldata of every call and answers as ERC-7786 demands.
contract CatchAllRecipient {
    bytes public lastCall;
    uint256 public calls;

    fallback() external {
        ++calls;
        lastCall = msg.data;
        bytes32 answer = bytes32(IERC7786Recipient.receiveMessage.selector);
        assembly {
            mstore(0x00, answer)
            return(0x00, 0x20)
        }
    }
}
