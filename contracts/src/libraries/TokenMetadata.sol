// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";

/// @title What a token says about itself
/// @notice All of it is optional in the token standards, so what a token does not say, or says in another form, is empty.
library TokenMetadata {
    /// @notice Longest name, symbol or URI that is carried, in bytes. What is longer is left out: it would be cut.
    uint256 internal constant MAX_TEXT = 1024;

    /// @dev Enough for any text of that length; a token that burns more says nothing.
    uint256 private constant GAS = 200_000;

    function name(address token) internal view returns (string memory) {
        return text(token, abi.encodeCall(IERC20Metadata.name, ()));
    }

    function symbol(address token) internal view returns (string memory) {
        return text(token, abi.encodeCall(IERC20Metadata.symbol, ()));
    }

    /// @notice 0 where the token has none: its amounts are then shown as they are.
    function decimals(address token) internal view returns (uint8) {
        bytes memory answer = _ask(token, abi.encodeCall(IERC20Metadata.decimals, ()), 0x20);
        if (answer.length != 0x20) return 0;
        uint256 value = abi.decode(answer, (uint256));
        // casting to 'uint8' is safe because of the comparison
        // forge-lint: disable-next-line(unsafe-typecast)
        return value <= type(uint8).max ? uint8(value) : 0;
    }

    /// @notice An address that the token answers a question with; 0 where it does not.
    function account(address token, bytes memory question) internal view returns (address) {
        bytes memory answer = _ask(token, question, 0x20);
        if (answer.length != 0x20) return address(0);
        uint256 value = abi.decode(answer, (uint256));
        // casting to 'uint160' is safe because of the comparison
        // forge-lint: disable-next-line(unsafe-typecast)
        return value <= type(uint160).max ? address(uint160(value)) : address(0);
    }

    /// @notice The string that a token answers a question with.
    function text(address token, bytes memory question) internal view returns (string memory) {
        bytes memory answer = _ask(token, question, 0x40 + MAX_TEXT);
        if (answer.length < 0x40) return "";
        (uint256 offset, uint256 length) = abi.decode(answer, (uint256, uint256));
        if (offset != 0x20 || length > MAX_TEXT || answer.length < 0x40 + length) return "";
        return abi.decode(answer, (string));
    }

    /// @dev Copies at most `limit` bytes, rounded up to words.
    function _ask(address token, bytes memory question, uint256 limit) private view returns (bytes memory answer) {
        assembly ("memory-safe") {
            let success := staticcall(GAS, token, add(question, 0x20), mload(question), 0, 0)
            let size := mul(success, returndatasize())
            if gt(size, limit) { size := limit }
            answer := mload(0x40)
            mstore(answer, size)
            returndatacopy(add(answer, 0x20), 0, size)
            mstore(add(add(answer, 0x20), size), 0)
            mstore(0x40, add(answer, and(add(size, 0x5f), not(0x1f))))
        }
    }
}
