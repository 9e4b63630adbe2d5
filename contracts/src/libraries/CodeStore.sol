// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {CodeStoreFailed} from "../types/Swaps.sol";

/// @title Bytes that are kept as the code of a contract
/// @notice Reading and writing takes a fraction of what storage would. What is kept can be forgotten, and never changes.
library CodeStore {
    /// @dev PUSH2 size, DUP1, PUSH1 10, PUSH0, CODECOPY, PUSH0, RETURN: creates what follows these ten bytes, which starts with STOP.
    uint256 private constant INIT_CODE = 0x61000080600a5f395ff300;

    /// @notice Keeps `data`, of fewer than 2^16 - 1 bytes.
    /// @return store The contract whose code it is, behind a byte that stops whoever calls it.
    function write(bytes memory data) internal returns (address store) {
        uint256 initCode = INIT_CODE;
        assembly ("memory-safe") {
            let length := mload(data)
            // The size of the code goes into PUSH2. Length and init code share the word before the data, which is put back.
            mstore(data, or(initCode, shl(64, add(length, 1))))
            store := create(0, add(data, 0x15), add(length, 11))
            mstore(data, length)
        }
        require(store != address(0), CodeStoreFailed());
    }

    /// @notice What was kept.
    function read(address store) internal view returns (bytes memory data) {
        assembly ("memory-safe") {
            let length := sub(extcodesize(store), 1)
            data := mload(0x40)
            mstore(data, length)
            extcodecopy(store, add(data, 0x20), 1, length)
            mstore(0x40, add(data, and(add(length, 0x3f), not(0x1f))))
        }
    }
}
