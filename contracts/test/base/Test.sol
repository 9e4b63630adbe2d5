// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Vm} from "./Vm.sol";

/// @notice Base of every test: the cheatcodes (`vm.assertEq` and the other assertions are cheatcodes too), named
/// accounts and bounded fuzz inputs.
abstract contract Test {
    struct Account {
        address addr;
        uint256 key;
    }

    /// @dev Foundry answers at this address: the low 20 bytes of keccak256("hevm cheat code").
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @notice A labelled account whose private key derives from its name.
    function makeAccount(string memory name) internal returns (Account memory account) {
        account.key = uint256(keccak256(bytes(name)));
        account.addr = vm.addr(account.key);
        vm.label(account.addr, name);
    }

    /// @notice A labelled address nobody else uses.
    function makeAddr(string memory name) internal returns (address) {
        return makeAccount(name).addr;
    }

    /// @notice Folds `value` into `[min, max]`, both ends included; a value already inside stays as it is, so that a
    /// failing input reads as what was tested.
    function bound(uint256 value, uint256 min, uint256 max) internal pure returns (uint256) {
        require(min <= max, "bound: min > max");
        if (value >= min && value <= max) return value;
        uint256 size = max - min;
        // The full range contains every value, so `size + 1` cannot overflow here.
        return min + value % (size + 1);
    }

    /// @notice Folds the length of `list` into `[0, most]`: it keeps that many of its first words.
    function bound(bytes32[] memory list, uint256 most) internal pure returns (bytes32[] memory) {
        uint256 length = bound(list.length, 0, most);
        assembly ("memory-safe") {
            mstore(list, length)
        }
        return list;
    }

    /// @notice A 65-byte signature `r ‖ s ‖ v` over `digest`.
    function signDigest(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }
}
