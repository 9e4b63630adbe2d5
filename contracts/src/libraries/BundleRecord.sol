// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {BundleStatus, CallStatus} from "../types/Bundles.sol";

/// @title What a chain remembers of a bundle, in one word
/// @notice Bits 0 to 7: bundle status. Bits 8 to 15: number of calls. From bit 16 on: two bits of status per call.
library BundleRecord {
    /// @notice Most calls whose statuses fit.
    uint256 internal constant MAX_CALLS = 100;

    uint256 private constant BYTE = 0xff;
    uint256 private constant COUNT_SHIFT = 8;
    uint256 private constant CALLS_SHIFT = 16;

    /// @notice A record without any call settled.
    function create(BundleStatus bundleStatus, uint256 count) internal pure returns (uint256 record) {
        return uint256(bundleStatus) | count << COUNT_SHIFT;
    }

    /// @notice The record with another bundle status.
    function withStatus(uint256 record, BundleStatus bundleStatus) internal pure returns (uint256) {
        return record & ~BYTE | uint256(bundleStatus);
    }

    /// @notice The record with a call settled that was `Unprocessed`.
    function withCall(uint256 record, uint256 index, CallStatus settled) internal pure returns (uint256) {
        return record | uint256(settled) << (CALLS_SHIFT + 2 * index);
    }

    function status(uint256 record) internal pure returns (BundleStatus) {
        return BundleStatus(record & BYTE);
    }

    /// @notice Status of call `index`; of a fully executed bundle all calls are executed.
    function callStatus(uint256 record, uint256 index) internal pure returns (CallStatus) {
        if (index >= (record >> COUNT_SHIFT & BYTE)) return CallStatus.Unprocessed;
        if (status(record) == BundleStatus.FullyExecuted) return CallStatus.Executed;
        return CallStatus(record >> (CALLS_SHIFT + 2 * index) & 3);
    }
}
