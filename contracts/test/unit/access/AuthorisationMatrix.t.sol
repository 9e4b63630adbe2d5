// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Roles} from "../../../src/access/Roles.sol";
import {NetworkTest} from "../../base/NetworkTest.sol";

/// @notice `test/authorisation-matrix.json` says of every function that changes state who may call it. The file and the
/// contracts must agree: in what there is, in what a stranger is refused, and in what the roles may call.
contract AuthorisationMatrixTest is NetworkTest {
    /// @dev Functions of settlement are called with the chain and zeros, and read an array of as many items.
    uint256 private constant ZERO_WORDS = 64 * CHAIN;

    string private _matrix;
    string[] private _contracts;

    function setUp() external {
        _matrix = vm.readFile("test/authorisation-matrix.json");
        _contracts = vm.parseJsonKeys(_matrix, "$");
        deployNetwork();
    }

    function test_matrix_hasEveryFunctionThatChangesState() external view {
        string[] memory contracts = deployedContracts();
        for (uint256 i = 0; i < contracts.length; ++i) {
            AbiFunction[] memory functions = functionsOf(contracts[i]);
            for (uint256 j = 0; j < functions.length; ++j) {
                vm.assertEq(
                    vm.keyExistsJson(_matrix, _entry(contracts[i], functions[j].name)),
                    changesState(functions[j]),
                    string.concat(contracts[i], ".", functions[j].name)
                );
            }
        }
    }

    function test_matrix_hasNothingElse() external view {
        for (uint256 i = 0; i < _contracts.length; ++i) {
            AbiFunction[] memory functions = functionsOf(_contracts[i]);
            string[] memory entries = vm.parseJsonKeys(_matrix, string.concat("$.", _contracts[i]));
            for (uint256 j = 0; j < entries.length; ++j) {
                vm.assertTrue(_has(functions, entries[j]), string.concat(_contracts[i], ".", entries[j]));
                string memory entry = _entry(_contracts[i], entries[j]);
                // What anyone may call says why that is safe; everything else says how it refuses.
                bool isOpen = equal(vm.parseJsonString(_matrix, string.concat(entry, ".caller")), "anyone");
                vm.assertEq(vm.keyExistsJson(_matrix, string.concat(entry, ".why")), isOpen);
                vm.assertEq(vm.keyExistsJson(_matrix, string.concat(entry, ".refusal")), !isOpen);
            }
        }
    }

    function test_stranger_isRefused_whereTheMatrixSaysSo() external {
        uint256 refused = 0;
        for (uint256 i = 0; i < _contracts.length; ++i) {
            AbiFunction[] memory functions = functionsOf(_contracts[i]);
            for (uint256 j = 0; j < functions.length; ++j) {
                string memory refusal = string.concat(_entry(_contracts[i], functions[j].name), ".refusal");
                if (!vm.keyExistsJson(_matrix, refusal)) continue;
                _expectRefused(_contracts[i], functions[j], bytes(vm.parseJsonString(_matrix, refusal)));
                ++refused;
            }
        }
        vm.assertGt(refused, 30);
    }

    function test_roles_mayCallWhatTheMatrixSays() external view {
        uint256 granted = 0;
        for (uint256 i = 0; i < _contracts.length; ++i) {
            (uint64[2] memory roles, bytes4[][2] memory selectors) = _rolesOf(_contracts[i]);
            AbiFunction[] memory functions = functionsOf(_contracts[i]);
            uint256 inMatrix = 0;
            for (uint256 j = 0; j < functions.length; ++j) {
                if (!changesState(functions[j])) continue;
                uint64 named = _roleInMatrix(_entry(_contracts[i], functions[j].name));
                if (named == 0) continue;
                ++inMatrix;
                uint256 which = named == roles[0] ? 0 : 1;
                vm.assertEq(named, roles[which], functions[j].signature);
                vm.assertTrue(_contains(selectors[which], selectorOf(functions[j])), functions[j].signature);
            }
            vm.assertEq(selectors[0].length + selectors[1].length, inMatrix, _contracts[i]);
            granted += inMatrix;
        }
        vm.assertEq(granted, 17);
    }

    /// @dev Calls with zeros, save for the chain: enough for the arguments to decode, and to get as far as the refusal.
    function _expectRefused(string memory name, AbiFunction memory f, bytes memory refusal) private {
        bytes memory arguments = new bytes(32 * ZERO_WORDS);
        if (equal(f.firstInput, "uint256")) arguments[31] = bytes1(uint8(CHAIN));
        string memory label = string.concat(name, ".", f.name);
        vm.assertNotEq(deployed[name], address(0), label);
        vm.prank(stranger);
        (bool success, bytes memory reason) = deployed[name].call(bytes.concat(selectorOf(f), arguments));
        vm.assertFalse(success, label);
        vm.assertEq(_firstWord(reason) >> 224, uint256(keccak256(refusal)) >> 224, label);
    }

    /// @dev Two roles at most have to do with one contract.
    function _rolesOf(string memory name) private pure returns (uint64[2] memory roles, bytes4[][2] memory selectors) {
        if (equal(name, "VerifierRegistry")) (roles[0], selectors[0]) = Roles.verifierRegistry();
        if (equal(name, "ChainRegistry")) (roles[0], selectors[0]) = Roles.chainRegistry();
        if (equal(name, "InteropCenter")) (roles[0], selectors[0]) = Roles.interopCenter();
        if (equal(name, "InteropHandler")) (roles[0], selectors[0]) = Roles.interopHandler();
        if (equal(name, "InteropHandler")) (roles[1], selectors[1]) = Roles.interopRootStorage();
        if (equal(name, "PriorityInbox")) (roles[0], selectors[0]) = Roles.priorityInbox();
        if (equal(name, "PriorityInbox")) (roles[1], selectors[1]) = Roles.priorityInboxFilter();
        if (equal(name, "AtomicSwap")) (roles[0], selectors[0]) = Roles.atomicSwap();
        if (equal(name, "AssetVault")) (roles[0], selectors[0]) = Roles.assetVault();
        if (equal(name, "SwapRegistry")) (roles[0], selectors[0]) = Roles.swapRegistry();
        if (equal(name, "SharedBridge")) (roles[0], selectors[0]) = Roles.sharedBridge();
        bool isCustody = equal(name, "AssetVault") || equal(name, "SharedBridge");
        if (isCustody) (roles[1], selectors[1]) = Roles.assetCustody();
    }

    /// @dev 0 for what no role of ours is asked for.
    function _roleInMatrix(string memory entry) private view returns (uint64) {
        string memory caller = vm.parseJsonString(_matrix, string.concat(entry, ".caller"));
        if (equal(caller, "GOVERNANCE")) return Roles.GOVERNANCE;
        if (equal(caller, "PAUSER")) return Roles.PAUSER;
        return equal(caller, "OPERATOR") ? Roles.OPERATOR : 0;
    }

    function _entry(string memory name, string memory f) private pure returns (string memory) {
        return string.concat("$.", name, ".", f);
    }

    function _has(AbiFunction[] memory functions, string memory name) private pure returns (bool) {
        for (uint256 i = 0; i < functions.length; ++i) {
            if (equal(functions[i].name, name) && changesState(functions[i])) return true;
        }
        return false;
    }

    function _firstWord(bytes memory reason) private pure returns (uint256 word) {
        bytes memory padded = bytes.concat(reason, bytes32(0));
        assembly ("memory-safe") {
            word := mload(add(padded, 0x20))
        }
    }

    function _contains(bytes4[] memory selectors, bytes4 selector) private pure returns (bool) {
        for (uint256 i = 0; i < selectors.length; ++i) {
            if (selectors[i] == selector) return true;
        }
        return false;
    }
}
