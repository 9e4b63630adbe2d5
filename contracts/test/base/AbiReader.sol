// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Test} from "./Test.sol";

/// @notice Reads the committed ABI of every contract that is deployed, as `make bindings` wrote it.
abstract contract AbiReader is Test {
    /// @notice One function of a contract.
    /// @param signature Canonical: the name and its types.
    /// @param firstInput Type of the first argument, empty without one.
    struct AbiFunction {
        string name;
        string signature;
        string mutability;
        string firstInput;
    }

    string internal constant SNAPSHOTS = "snapshots";

    /// @notice Names of all contracts that are deployed.
    function deployedContracts() internal view returns (string[] memory names) {
        string memory folder = string.concat(SNAPSHOTS, "/bytecode");
        uint256 count = vm.readDir(folder).length;
        names = new string[](count);
        for (uint256 i = 0; i < count; ++i) {
            names[i] = _stem(vm.readDir(folder)[i].path);
        }
    }

    /// @notice Creation code of a contract.
    function creationCode(string memory name) internal view returns (bytes memory) {
        return vm.parseBytes(vm.readLine(string.concat(SNAPSHOTS, "/bytecode/", name, ".hex")));
    }

    /// @notice All functions of a contract.
    function functionsOf(string memory name) internal view returns (AbiFunction[] memory functions) {
        string memory json = vm.readFile(string.concat(SNAPSHOTS, "/abi/", name, ".json"));
        uint256 count = _length(json, "$");
        functions = new AbiFunction[](count);
        uint256 found = 0;
        for (uint256 i = 0; i < count; ++i) {
            string memory item = _at("$", i);
            if (!equal(vm.parseJsonString(json, string.concat(item, ".type")), "function")) continue;
            functions[found++] = _function(json, item);
        }
        assembly ("memory-safe") {
            mstore(functions, found)
        }
    }

    /// @notice Whether calling the function can change state.
    function changesState(AbiFunction memory f) internal pure returns (bool) {
        return !equal(f.mutability, "view") && !equal(f.mutability, "pure");
    }

    function selectorOf(AbiFunction memory f) internal pure returns (bytes4) {
        return bytes4(keccak256(bytes(f.signature)));
    }

    function equal(string memory left, string memory right) internal pure returns (bool) {
        return keccak256(bytes(left)) == keccak256(bytes(right));
    }

    function startsWith(string memory text, string memory prefix) internal pure returns (bool) {
        (bytes memory characters, bytes memory start) = (bytes(text), bytes(prefix));
        if (characters.length < start.length) return false;
        for (uint256 i = 0; i < start.length; ++i) {
            if (characters[i] != start[i]) return false;
        }
        return true;
    }

    function _function(string memory json, string memory item) private view returns (AbiFunction memory f) {
        f.name = vm.parseJsonString(json, string.concat(item, ".name"));
        f.mutability = vm.parseJsonString(json, string.concat(item, ".stateMutability"));
        string memory inputs = string.concat(item, ".inputs");
        f.signature = string.concat(f.name, _types(json, inputs));
        if (_length(json, inputs) != 0) f.firstInput = _type(json, _at(inputs, 0));
    }

    /// @dev `(type,type,...)` of a list of arguments or of a tuple's components.
    function _types(string memory json, string memory list) private view returns (string memory types) {
        uint256 count = _length(json, list);
        for (uint256 i = 0; i < count; ++i) {
            types = string.concat(types, i == 0 ? "" : ",", _type(json, _at(list, i)));
        }
        return string.concat("(", types, ")");
    }

    /// @dev A tuple is spelled by its components, followed by the brackets of an array of it.
    function _type(string memory json, string memory item) private view returns (string memory) {
        string memory name = vm.parseJsonString(json, string.concat(item, ".type"));
        string memory components = string.concat(item, ".components");
        if (!vm.keyExistsJson(json, components)) return name;
        bytes memory suffix = bytes(name);
        uint256 prefix = bytes("tuple").length;
        assembly ("memory-safe") {
            let size := sub(mload(suffix), prefix)
            suffix := add(suffix, prefix)
            mstore(suffix, size)
        }
        return string.concat(_types(json, components), string(suffix));
    }

    function _length(string memory json, string memory list) private view returns (uint256 count) {
        while (vm.keyExistsJson(json, string.concat(_at(list, count), ".type"))) ++count;
    }

    function _at(string memory list, uint256 index) private pure returns (string memory) {
        return string.concat(list, "[", vm.toString(index), "]");
    }

    /// @dev The file name without its folder and extension.
    function _stem(string memory path) private pure returns (string memory) {
        bytes memory characters = bytes(path);
        uint256 end = characters.length;
        while (characters[end - 1] != ".") --end;
        uint256 start = end - 1;
        while (start > 0 && characters[start - 1] != "/") --start;
        bytes memory stem = new bytes(end - 1 - start);
        for (uint256 i = 0; i < stem.length; ++i) {
            stem[i] = characters[start + i];
        }
        return string(stem);
    }
}
