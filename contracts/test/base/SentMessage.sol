// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IMessageOutbox} from "../../src/interfaces/IMessageOutbox.sol";
import {Vm} from "./Vm.sol";

/// @notice What a chain has handed to its outbox.
library SentMessage {
    /// @notice The message in the only `L1MessageSent` of these logs.
    function inLogs(Vm.Log[] memory logs) internal pure returns (bytes memory message) {
        uint256 found;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IMessageOutbox.L1MessageSent.selector) continue;
            ++found;
            message = abi.decode(logs[i].data, (bytes));
        }
        require(found == 1, "one message expected");
    }

    /// @notice The bundle that a message holds.
    function bundleIn(bytes memory message) internal pure returns (bytes memory bundle) {
        require(message[0] == 0x01, "messages of bundles start with 0x01");
        bundle = new bytes(message.length - 1);
        for (uint256 i = 0; i < bundle.length; i += 32) {
            assembly ("memory-safe") {
                mstore(add(add(bundle, 0x20), i), mload(add(add(message, 0x21), i)))
            }
        }
    }
}
