// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {BundleAttributes, ConditionalPayload, InteropBundle, InteropCall} from "../types/Bundles.sol";

/// @title Reads bundles where they stand in calldata
/// @notice Takes only the one canonical encoding, which is what `abi.encode` gives: parts in order, without gaps or
/// overlaps, clean padding, nothing left over. So every offset is known beforehand, no part can lie outside of the text
/// that was proven, and the compiler's calldata types can be laid over it.
/// @dev Every deviation adds bits to `dirt`, which is looked at once, in the end. Until then positions may run beyond the
/// text, or wrap around: that only reads calldata, and a length beyond the text is itself dirt.
library BundleReader {
    /// @notice Lays `InteropBundle` over its encoding.
    /// @return canonical Whether it may be used.
    function read(bytes calldata text) internal pure returns (bool canonical, InteropBundle calldata bundle) {
        assembly ("memory-safe") {
            // Length, data, zeros to the next full word.
            function skipBytes(position, limit) -> end, dirt {
                let length := calldataload(position)
                let padding := and(sub(0, length), 0x1f)
                end := add(add(position, 0x20), length)
                // No padding shifts by 256, which gives 0.
                dirt := or(gt(length, limit), shr(sub(256, shl(3, padding)), calldataload(end)))
                end := add(end, padding)
            }

            // The outermost offset, then the bundle: version, two chains, asset id, salt, two offsets.
            bundle := add(text.offset, 0x20)
            let dirt := or(xor(calldataload(text.offset), 0x20), shl(8, calldataload(bundle)))
            dirt := or(dirt, xor(calldataload(add(bundle, 0xa0)), 0xe0))

            // The calls: their number, their offsets, then each of them. A call takes more than one word.
            let count := calldataload(add(bundle, 0xe0))
            let offsets := add(bundle, 0x100)
            let tooMany := gt(count, shr(5, text.length))
            count := mul(count, iszero(tooMany))
            let cursor := add(offsets, shl(5, count))
            for { let slot := offsets } lt(slot, add(offsets, shl(5, count))) { slot := add(slot, 0x20) } {
                dirt := or(dirt, xor(calldataload(slot), sub(cursor, offsets)))
                // Version, shadow account, to, from, value, offset of the data; then the data.
                dirt := or(dirt, or(shl(8, calldataload(cursor)), shr(1, calldataload(add(cursor, 0x20)))))
                let accounts := or(calldataload(add(cursor, 0x40)), calldataload(add(cursor, 0x60)))
                dirt := or(dirt, or(shr(160, accounts), xor(calldataload(add(cursor, 0xa0)), 0xc0)))
                let dataDirt
                cursor, dataDirt := skipBytes(add(cursor, 0xc0), text.length)
                dirt := or(dirt, dataDirt)
            }

            // The attributes: offset of the executor, offset of the unbundler, fixed fee; then the two.
            let attributes := cursor
            dirt := or(dirt, xor(calldataload(add(bundle, 0xc0)), sub(attributes, bundle)))
            dirt := or(dirt, or(xor(calldataload(attributes), 0x60), shr(1, calldataload(add(attributes, 0x40)))))
            let executorDirt
            cursor, executorDirt := skipBytes(add(attributes, 0x60), text.length)
            dirt := or(dirt, xor(calldataload(add(attributes, 0x20)), sub(cursor, attributes)))
            let unbundlerDirt
            cursor, unbundlerDirt := skipBytes(cursor, text.length)
            dirt := or(or(dirt, executorDirt), or(unbundlerDirt, tooMany))

            canonical := iszero(or(dirt, xor(cursor, add(text.offset, text.length))))
        }
    }

    /// @notice The calls and the attributes of a bundle that is canonical, so that neither can lie outside of it.
    function partsOf(InteropBundle calldata bundle)
        internal
        pure
        returns (InteropCall[] calldata calls, BundleAttributes calldata attributes)
    {
        assembly ("memory-safe") {
            calls.length := calldataload(add(bundle, 0xe0))
            calls.offset := add(bundle, 0x100)
            attributes := add(bundle, calldataload(add(bundle, 0xc0)))
        }
    }

    /// @notice The executor that the attributes of a canonical bundle name.
    function executorOf(BundleAttributes calldata attributes) internal pure returns (bytes calldata spelling) {
        assembly ("memory-safe") {
            spelling.length := calldataload(add(attributes, 0x60))
            spelling.offset := add(attributes, 0x80)
        }
    }

    /// @notice Call `index` of a canonical bundle.
    /// @param index Below the number of calls.
    function callAt(InteropCall[] calldata calls, uint256 index) internal pure returns (InteropCall calldata found) {
        assembly ("memory-safe") {
            found := add(calls.offset, calldataload(add(calls.offset, shl(5, index))))
        }
    }

    /// @notice The data of a call of a canonical bundle.
    function dataOf(InteropCall calldata from) internal pure returns (bytes calldata data) {
        assembly ("memory-safe") {
            data.length := calldataload(add(from, 0xc0))
            data.offset := add(from, 0xe0)
        }
    }

    /// @notice Lays `ConditionalPayload` over its encoding.
    /// @return canonical Whether it may be used.
    function readConditions(bytes calldata text)
        internal
        pure
        returns (bool canonical, ConditionalPayload calldata conditional)
    {
        assembly ("memory-safe") {
            // The outermost offset, then gas, two timestamps, offset of the payload; then the payload.
            conditional := add(text.offset, 0x20)
            let length := calldataload(add(conditional, 0x80))
            let dirt := or(xor(calldataload(text.offset), 0x20), xor(calldataload(add(conditional, 0x60)), 0x80))
            dirt := or(dirt, gt(length, text.length))
            let used := and(length, 0x1f)
            let end := add(add(conditional, 0xa0), and(add(length, 0x1f), not(0x1f)))
            dirt := or(dirt, mul(iszero(iszero(used)), shl(shl(3, used), calldataload(sub(end, 0x20)))))
            canonical := iszero(or(dirt, xor(end, add(text.offset, text.length))))
        }
    }
}
