// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {Roles} from "../../../src/access/Roles.sol";
import {InteropCenter} from "../../../src/messaging/InteropCenter.sol";
import {InteropHandler} from "../../../src/messaging/InteropHandler.sol";
import {InteropRootStorage} from "../../../src/roots/InteropRootStorage.sol";
import {AbiReader} from "../../base/AbiReader.sol";
import {L1Fixture} from "../../base/L1Fixture.sol";

/// @notice `test/authorisation-matrix.json` says of every function that changes state who may call it. The file and the
/// contracts must agree: in what there is, in what a stranger is refused, and in what the roles may call.
contract AuthorisationMatrixTest is L1Fixture, AbiReader {
    /// @dev A small id, since functions of settlement are called with it and zeros, and an array of as many items read.
    uint8 private constant CHAIN = 5;
    uint256 private constant ZERO_WORDS = 64 * uint256(CHAIN);

    string private _matrix;
    string[] private _contracts;

    /// @dev Any chain's access manager; the rights on L1 are those of `manager`.
    AccessManager private _chainManager;

    mapping(string name => address) private _deployed;

    function setUp() external {
        _matrix = vm.readFile("test/authorisation-matrix.json");
        _contracts = vm.parseJsonKeys(_matrix, "$");
        deployL1();
        registerChain(CHAIN);
        _deployChain();
        _deployed["AccessManager"] = address(manager);
        _deployed["BatchSettlement"] = address(settlement);
        _deployed["ChainRegistry"] = address(chainRegistry);
        _deployed["MessageRoot"] = address(messageRoot);
        _deployed["PriorityQueue"] = address(priorityQueue);
        _deployed["VerifierRegistry"] = address(verifierRegistry);
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
                vm.assertEq(_count(functions, entries[j]), 1, string.concat(_contracts[i], ".", entries[j]));
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
            (uint64 role, bytes4[] memory selectors) = _rolesOf(_contracts[i]);
            AbiFunction[] memory functions = functionsOf(_contracts[i]);
            uint256 inMatrix = 0;
            for (uint256 j = 0; j < functions.length; ++j) {
                if (!changesState(functions[j])) continue;
                uint64 named = _roleInMatrix(_entry(_contracts[i], functions[j].name));
                if (named == 0) continue;
                ++inMatrix;
                vm.assertEq(named, role, functions[j].signature);
                vm.assertTrue(_contains(selectors, selectorOf(functions[j])), functions[j].signature);
            }
            vm.assertEq(selectors.length, inMatrix, _contracts[i]);
            granted += inMatrix;
        }
        vm.assertEq(granted, 7);
    }

    /// @dev A chain's contracts stand beside those of L1 here; who may call them does not depend on where they stand.
    function _deployChain() private {
        _chainManager = new AccessManager(address(this));
        InteropCenter center = new InteropCenter(address(_chainManager), L1_CHAIN_ID);
        InteropRootStorage roots = new InteropRootStorage(address(_chainManager), L1_CHAIN_ID);
        InteropHandler handler = new InteropHandler(address(_chainManager), address(roots), address(center));
        _deployed["InteropCenter"] = address(center);
        _deployed["InteropRootStorage"] = address(roots);
        _deployed["InteropHandler"] = address(handler);
        _deployed["PriorityInbox"] = center.PRIORITY_INBOX();
    }

    /// @dev Calls with zeros, save for the chain: enough for the arguments to decode, and to get as far as the refusal.
    function _expectRefused(string memory name, AbiFunction memory f, bytes memory refusal) private {
        bytes memory arguments = new bytes(32 * ZERO_WORDS);
        if (equal(f.firstInput, "uint256")) arguments[31] = bytes1(CHAIN);
        string memory label = string.concat(name, ".", f.name);
        vm.assertNotEq(_deployed[name], address(0), label);
        vm.prank(stranger);
        (bool success, bytes memory reason) = _deployed[name].call(bytes.concat(selectorOf(f), arguments));
        vm.assertFalse(success, label);
        vm.assertEq(_firstWord(reason) >> 224, uint256(keccak256(refusal)) >> 224, label);
    }

    function _rolesOf(string memory name) private pure returns (uint64 role, bytes4[] memory selectors) {
        if (equal(name, "VerifierRegistry")) return Roles.verifierRegistry();
        if (equal(name, "ChainRegistry")) return Roles.chainRegistry();
        if (equal(name, "InteropCenter")) return Roles.interopCenter();
        if (equal(name, "InteropHandler")) return Roles.interopHandler();
        if (equal(name, "InteropRootStorage")) return Roles.interopRootStorage();
        if (equal(name, "PriorityInbox")) return Roles.priorityInbox();
    }

    /// @dev 0 for what no role of ours is asked for.
    function _roleInMatrix(string memory entry) private view returns (uint64) {
        string memory caller = vm.parseJsonString(_matrix, string.concat(entry, ".caller"));
        if (equal(caller, "GOVERNANCE")) return Roles.GOVERNANCE;
        return equal(caller, "OPERATOR") ? Roles.OPERATOR : 0;
    }

    function _entry(string memory name, string memory f) private pure returns (string memory) {
        return string.concat("$.", name, ".", f);
    }

    function _count(AbiFunction[] memory functions, string memory name) private pure returns (uint256 count) {
        for (uint256 i = 0; i < functions.length; ++i) {
            if (equal(functions[i].name, name) && changesState(functions[i])) ++count;
        }
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
