// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IERC7786Recipient} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";

import {AbiWriter} from "./AbiWriter.sol";
import {Erc7930} from "./Erc7930.sol";

/// @title The one call that a gateway of this project makes: ERC-7786 `receiveMessage`
library ReceiveMessage {
    /// @notice `abi.encodeCall(receiveMessage, (receiveId, sender, payload))`, straight from calldata.
    /// @param chainId Chain of the sender.
    /// @param from The sender there.
    function encode(bytes32 receiveId, uint256 chainId, address from, bytes calldata payload)
        internal
        pure
        returns (bytes memory data)
    {
        bytes4 selector = IERC7786Recipient.receiveMessage.selector;
        uint256 arguments;
        assembly ("memory-safe") {
            data := mload(0x40)
            mstore(add(data, 0x20), selector)
            arguments := add(data, 0x24)
            mstore(arguments, receiveId)
            mstore(add(arguments, 0x20), 0x60)
        }
        uint256 position = Erc7930.write(arguments + 0x60, chainId, from);
        uint256 end = AbiWriter.writeBytes(position, payload);
        assembly ("memory-safe") {
            mstore(add(arguments, 0x40), sub(position, arguments))
            mstore(data, sub(sub(end, data), 0x20))
            // The selector shifts everything by 4 bytes; the rest of a word ends it.
            mstore(0x40, add(end, 0x1c))
        }
    }

    /// @notice Whether a recipient answered as ERC-7786 demands: one word that holds the selector.
    function isAccepted(bytes memory answer) internal pure returns (bool) {
        // casting to 'bytes32' is safe because the answer is one word
        // forge-lint: disable-next-line(unsafe-typecast)
        return answer.length == 0x20 && bytes32(answer) == bytes32(IERC7786Recipient.receiveMessage.selector);
    }
}
