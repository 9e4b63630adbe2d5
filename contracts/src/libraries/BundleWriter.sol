// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {AbiWriter} from "./AbiWriter.sol";
import {Erc7930} from "./Erc7930.sol";

/// @title Writes `abi.encode(InteropBundle)` straight from calldata into memory
/// @notice The compiler's encoder would first need the bundle as a struct in memory, and the event
/// another copy: several thousand gas per message. `InteropBundle` in types/Bundles.sol is the reference; a test holds the two
/// equal. Usage: `open`, one append per call in order, `close`, then `bundleHash`, then `asMessage`. Nothing else may
/// allocate memory between `open` and `close`: the text grows in free memory.
library BundleWriter {
    /// @notice Conditions of a call, as `ConditionalPayload` carries them: gas, and timestamps in seconds, 0 for none.
    struct Conditions {
        uint256 minGasLimit;
        uint256 deliverBefore;
        uint256 deliverAfter;
    }

    /// @dev Room before the text for what `bundleHash` and `asMessage` put in front of it.
    uint256 private constant HEADROOM = 0x80;
    /// @dev Where the offsets in the bundle's head count from: behind the outermost offset.
    uint256 private constant TUPLE = 0x20;
    uint256 private constant SALT = 0xa0;
    uint256 private constant CALLS_OFFSET = 0xc0;
    uint256 private constant ATTRIBUTES_OFFSET = 0xe0;
    uint256 private constant CALL_COUNT = 0x100;
    uint256 private constant CALL_OFFSETS = 0x120;

    /// @notice Starts a bundle of `count` calls from this chain.
    /// @return start Where the text starts in memory.
    /// @return cursor Where it goes on.
    function open(uint256 destinationChainId, bytes32 destinationBaseTokenAssetId, bytes32 salt, uint256 count)
        internal
        view
        returns (uint256 start, uint256 cursor)
    {
        assembly ("memory-safe") {
            start := add(mload(0x40), HEADROOM)
            mstore(start, TUPLE)
            mstore(add(start, 0x20), shl(248, 0x01))
            mstore(add(start, 0x40), chainid())
            mstore(add(start, 0x60), destinationChainId)
            mstore(add(start, 0x80), destinationBaseTokenAssetId)
            mstore(add(start, SALT), salt)
            mstore(add(start, CALLS_OFFSET), sub(CALL_COUNT, TUPLE))
            mstore(add(start, CALL_COUNT), count)
            cursor := add(add(start, CALL_OFFSETS), shl(5, count))
        }
    }

    /// @notice Appends call `index`, version 0x01, from the account that called this contract.
    /// @return Where the text goes on.
    function appendCall(uint256 start, uint256 cursor, uint256 index, address to, bytes calldata payload)
        internal
        view
        returns (uint256)
    {
        return AbiWriter.writeBytes(_writeCall(start, cursor, index, 0x01, msg.sender, to), payload);
    }

    /// @notice Appends call `index` from `account` to itself on the other chain, with the payload that it has given.
    /// @param isConditional Whether the call has conditions; it is then of version 0x02.
    /// @return end Where the text goes on.
    function appendIndirectCall(
        uint256 start,
        uint256 cursor,
        uint256 index,
        address account,
        bytes memory payload,
        bool isConditional,
        Conditions memory conditions
    ) internal pure returns (uint256 end) {
        if (!isConditional) {
            return AbiWriter.copyBytes(_writeCall(start, cursor, index, 0x01, account, account), payload);
        }
        uint256 dataLength = _writeCall(start, cursor, index, 0x02, account, account);
        end = AbiWriter.copyBytes(_writeConditions(dataLength, conditions), payload);
        _closeData(dataLength, end);
    }

    /// @notice Appends call `index`, version 0x02: its data is `abi.encode(ConditionalPayload)`.
    /// @return end Where the text goes on.
    function appendConditionalCall(
        uint256 start,
        uint256 cursor,
        uint256 index,
        address to,
        bytes calldata payload,
        Conditions memory conditions
    ) internal view returns (uint256 end) {
        uint256 dataLength = _writeCall(start, cursor, index, 0x02, msg.sender, to);
        end = AbiWriter.writeBytes(_writeConditions(dataLength, conditions), payload);
        _closeData(dataLength, end);
    }

    /// @notice Ends the bundle with its attributes; its text is allocated memory from here on.
    /// @param executor Account 0 for no `executionAddress`; `executorChainId` 0 for one spelled without a chain.
    /// @return end Where the text ends; it is full words.
    function close(
        uint256 start,
        uint256 cursor,
        uint256 executorChainId,
        address executor,
        uint256 unbundlerChainId,
        address unbundler
    ) internal pure returns (uint256 end) {
        uint256 unbundlerPosition = cursor + 0x80;
        if (executor == address(0)) {
            assembly ("memory-safe") {
                mstore(add(cursor, 0x60), 0)
            }
        } else {
            unbundlerPosition = Erc7930.write(cursor + 0x60, executorChainId, executor);
        }
        end = Erc7930.write(unbundlerPosition, unbundlerChainId, unbundler);
        assembly ("memory-safe") {
            mstore(add(start, ATTRIBUTES_OFFSET), sub(cursor, add(start, TUPLE)))
            mstore(cursor, 0x60)
            mstore(add(cursor, 0x20), sub(unbundlerPosition, cursor))
            mstore(add(cursor, 0x40), 0)
            mstore(0x40, end)
        }
    }

    /// @notice `keccak256(abi.encode(sourceChainId, bundle))` of a closed bundle.
    function bundleHash(uint256 start, uint256 end) internal view returns (bytes32 hash) {
        // The text is full words, so the encoding has no padding; its head goes into the headroom.
        assembly ("memory-safe") {
            let head := sub(start, 0x60)
            mstore(head, chainid())
            mstore(add(head, 0x20), 0x40)
            mstore(add(head, 0x40), sub(end, start))
            hash := keccak256(head, sub(end, head))
        }
    }

    /// @notice Salt of a bundle, read back from the text.
    function saltOf(uint256 start) internal pure returns (bytes32 salt) {
        assembly ("memory-safe") {
            salt := mload(add(start, SALT))
        }
    }

    /// @notice Recipient of call `index`, read back from the text.
    function recipientOf(uint256 start, uint256 index) internal pure returns (address to) {
        assembly ("memory-safe") {
            let offsets := add(start, CALL_OFFSETS)
            to := mload(add(add(offsets, mload(add(offsets, shl(5, index)))), 0x40))
        }
    }

    /// @notice Turns a closed bundle into its message, `0x01 ‖ bundle`.
    /// @return encoded Where `abi.encode(message)` starts, less the zeros at its end. The bundle itself stays in place.
    function asMessage(uint256 start, uint256 end) internal pure returns (uint256 encoded) {
        // Offset, length and first byte go into the headroom.
        assembly ("memory-safe") {
            encoded := sub(start, 0x41)
            mstore(encoded, 0x20)
            mstore(sub(start, 0x21), add(sub(end, start), 1))
            mstore8(sub(start, 1), 0x01)
        }
    }

    /// @dev Writes what stands before the payload in `abi.encode(ConditionalPayload)`.
    function _writeConditions(uint256 dataLength, Conditions memory conditions)
        private
        pure
        returns (uint256 payloadPosition)
    {
        assembly ("memory-safe") {
            let position := add(dataLength, 0x20)
            mstore(position, 0x20)
            mcopy(add(position, 0x20), conditions, 0x60)
            mstore(add(position, 0x80), 0x80)
            payloadPosition := add(position, 0xa0)
        }
    }

    /// @dev Writes the length of a call's data.
    function _closeData(uint256 dataLength, uint256 end) private pure {
        assembly ("memory-safe") {
            mstore(dataLength, sub(end, add(dataLength, 0x20)))
        }
    }

    /// @dev Writes the six words of a call's tuple.
    function _writeCall(uint256 start, uint256 cursor, uint256 index, uint256 callVersion, address from, address to)
        private
        pure
        returns (uint256 dataPosition)
    {
        assembly ("memory-safe") {
            let offsets := add(start, CALL_OFFSETS)
            mstore(add(offsets, shl(5, index)), sub(cursor, offsets))
            mstore(cursor, shl(248, callVersion))
            mstore(add(cursor, 0x20), 0)
            mstore(add(cursor, 0x40), to)
            mstore(add(cursor, 0x60), from)
            mstore(add(cursor, 0x80), 0)
            mstore(add(cursor, 0xa0), 0xc0)
            dataPosition := add(cursor, 0xc0)
        }
    }
}
