// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IInteropCenter} from "../interfaces/IInteropCenter.sol";
import {AssetTransfers} from "../libraries/AssetTransfers.sol";
import {Erc7930} from "../libraries/Erc7930.sol";
import {AssetTransfer} from "../types/Assets.sol";

/// @title How a vault has the interop center send a transfer: ERC-7786 `sendMessage`
library SendMessage {
    /// @dev The ERC-7985 attribute.
    bytes4 private constant DELIVER_BEFORE = bytes4(keccak256("deliverBefore(uint256)"));

    /// @notice `center.sendMessage(recipient, payload, attributes)`, encoded without the copies that the compiler would make of
    /// each argument.
    /// @param chainId Chain of the recipient.
    /// @param what The payload.
    /// @param deliverBefore The only attribute; 0 for none.
    function send(
        IInteropCenter center,
        uint256 chainId,
        address recipient,
        AssetTransfer memory what,
        uint256 deliverBefore
    ) internal returns (bytes32 sendId) {
        uint256 start;
        // Free memory serves as scratch space and is not claimed.
        assembly ("memory-safe") {
            start := mload(0x40)
        }
        uint256 payload = Erc7930.write(start + 0x80, chainId, recipient);
        uint256 attributes = AssetTransfers.write(payload, what);
        uint256 end = _writeAttributes(attributes, deliverBefore);
        bytes4 selector = IInteropCenter.sendMessage.selector;
        // The arguments start at full words, and the selector ends where they start.
        assembly ("memory-safe") {
            let arguments := add(start, 0x20)
            mstore(start, shr(224, selector))
            mstore(arguments, 0x60)
            mstore(add(arguments, 0x20), sub(payload, arguments))
            mstore(add(arguments, 0x40), sub(attributes, arguments))
            start := add(start, 0x1c)
            if iszero(call(gas(), center, 0, start, sub(end, start), 0x00, 0x20)) {
                start := mload(0x40)
                returndatacopy(start, 0, returndatasize())
                revert(start, returndatasize())
            }
            sendId := mload(0x00)
        }
    }

    function _writeAttributes(uint256 position, uint256 deliverBefore) private pure returns (uint256 end) {
        bytes4 selector = DELIVER_BEFORE;
        assembly ("memory-safe") {
            end := add(position, 0x20)
            switch deliverBefore
            case 0 { mstore(position, 0) }
            default {
                mstore(position, 1)
                mstore(end, 0x20)
                mstore(add(end, 0x20), 0x24)
                mstore(add(end, 0x40), selector)
                mstore(add(end, 0x44), deliverBefore)
                mstore(add(end, 0x64), 0)
                end := add(end, 0x80)
            }
        }
    }
}
