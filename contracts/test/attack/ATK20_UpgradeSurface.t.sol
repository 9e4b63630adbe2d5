// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {IBridgedToken} from "../../src/interfaces/IBridgedToken.sol";
import {AssetKind} from "../../src/types/Assets.sol";
import {NetworkTest} from "../base/NetworkTest.sol";
import {PlainERC20} from "../mocks/PlainTokens.sol";

/// @notice ATK-20: nothing to initialise, nothing to upgrade. Code and constructor arguments are all there is, and the
/// storage layout that is committed is the one in use. Bridged tokens are the exception: they are proxies, initialised as
/// they are created and upgraded by governance alone.
contract ATK20UpgradeSurfaceTest is NetworkTest {
    uint256 private constant DELEGATECALL = 0xf4;
    uint256 private constant CALLCODE = 0xf2;
    uint256 private constant SELFDESTRUCT = 0xff;

    /// @dev Of the settlement contract.
    mapping(bytes4 selector => bool) private _isFunction;

    function setUp() external {
        deployNetwork();
        AbiFunction[] memory functions = functionsOf("BatchSettlement");
        for (uint256 i = 0; i < functions.length; ++i) {
            _isFunction[selectorOf(functions[i])] = true;
        }
    }

    function test_ATK20_noInitializerAndNoUpgrade() external view {
        string[8] memory forbidden = [
            "initialize",
            "reinit",
            "setup",
            "upgrade",
            "migrate",
            "proxiableUUID",
            "implementation",
            "transferOwnership"
        ];
        string[] memory contracts = deployedContracts();
        vm.assertGt(contracts.length, 6);
        for (uint256 i = 0; i < contracts.length; ++i) {
            if (startsWith(contracts[i], "Bridged") || equal(contracts[i], "RepresentationProxy")) continue;
            AbiFunction[] memory functions = functionsOf(contracts[i]);
            vm.assertGt(functions.length, 0);
            for (uint256 j = 0; j < functions.length; ++j) {
                // Governance's, announced and delayed: ATK-08 has the test.
                if (equal(functions[j].name, "upgradeRepresentations")) continue;
                for (uint256 k = 0; k < forbidden.length; ++k) {
                    vm.assertFalse(startsWith(functions[j].name, forbidden[k]), functions[j].signature);
                }
            }
        }
    }

    /// @dev Neither a token nor the code behind it can be initialised a second time, by anyone.
    function test_ATK20_bridgedTokens_areInitialisedOnce() external {
        string[3] memory names = ["BridgedERC20", "BridgedERC721", "BridgedERC1155"];
        for (uint256 i = 0; i < 3; ++i) {
            address token = deployed[names[i]];
            address implementation = assetVault.sharedImplementation(AssetKind(i));
            bytes memory arguments = abi.encode(0x60, 0x60, 0, 0);
            for (uint256 j = 0; j < 2; ++j) {
                address target = j == 0 ? token : implementation;
                (bool success, bytes memory reason) = target.call(bytes.concat(_initializer(names[i]), arguments));
                vm.assertFalse(success);
                vm.assertEq(reason, abi.encodeWithSelector(Initializable.InvalidInitialization.selector));
                vm.assertEq(IBridgedToken(target).VAULT(), vault);
            }
        }
    }

    /// @dev All tokens of a kind at once.
    function test_ATK20_bridgedTokens_areUpgradedByGovernanceAlone() external {
        address other = address(new PlainERC20(18));
        address[4] memory strangers = [stranger, operator, pauser, vault];
        for (uint256 i = 0; i < 4; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, strangers[i]));
            vm.prank(strangers[i]);
            assetVault.upgradeRepresentations(AssetKind.Fungible, other);
        }
        vm.prank(governance);
        assetVault.upgradeRepresentations(AssetKind.Fungible, other);
        vm.assertEq(assetVault.sharedImplementation(AssetKind.Fungible), other);
        PlainERC20(deployed["BridgedERC20"]).mint(stranger, 5);
    }

    /// @dev No code of ours can run foreign code in its own storage, or disappear. The access manager's `multicall`
    /// delegates to itself alone, so it is left out, and so is what creates the bridged tokens' proxies.
    function test_ATK20_noDelegatecallAndNoSelfdestruct() external view {
        string[] memory contracts = deployedContracts();
        for (uint256 i = 0; i < contracts.length; ++i) {
            if (equal(contracts[i], "AccessManager") || startsWith(contracts[i], "Representation")) continue;
            bytes memory code = creationCode(contracts[i]);
            vm.assertGt(code.length, 0);
            vm.assertFalse(_hasOpcode(code, DELEGATECALL), contracts[i]);
            vm.assertFalse(_hasOpcode(code, CALLCODE), contracts[i]);
            vm.assertFalse(_hasOpcode(code, SELFDESTRUCT), contracts[i]);
        }
        vm.assertTrue(_hasOpcode(creationCode("AccessManager"), DELEGATECALL));
    }

    function test_ATK20_storageIsLaidOutAsCommitted() external {
        settle(CHAIN, nextBatch(CHAIN));
        bytes32 head = keccak256(abi.encode(CHAIN, _slotOf("BatchSettlement", "_executed")));
        vm.assertEq(vm.load(address(settlement), head), settlement.executedHead(CHAIN).stateCommitment);
        bytes32 config = keccak256(abi.encode(CHAIN, _slotOf("ChainRegistry", "_configs")));
        vm.assertEq(address(uint160(uint256(vm.load(address(chainRegistry), config)))), operator);
        bytes32 accepted = keccak256(abi.encode(address(verifier), _slotOf("VerifierRegistry", "isAccepted")));
        vm.assertEq(uint256(vm.load(address(verifierRegistry), accepted)), 1);
        priorityQueue.request(CHAIN, stranger, 100_000, "");
        bytes32 queue = keccak256(abi.encode(CHAIN, _slotOf("PriorityQueue", "_queues")));
        vm.assertEq(uint256(vm.load(address(priorityQueue), queue)) >> 64, 1);
    }

    /// @dev Calls that an implementation behind a proxy would answer find nothing.
    function testFuzz_ATK20_unknownCallsFail(bytes4 selector, bytes calldata arguments) external {
        vm.assume(!_isFunction[selector]);
        (bool success,) = address(settlement).call(bytes.concat(selector, arguments));
        vm.assertFalse(success);
    }

    function _initializer(string memory name) private view returns (bytes4) {
        AbiFunction[] memory functions = functionsOf(name);
        uint256 i = 0;
        while (!equal(functions[i].name, "initialize")) ++i;
        return selectorOf(functions[i]);
    }

    /// @dev A label that is not in the layout fails where the list ends.
    function _slotOf(string memory name, string memory label) private view returns (uint256) {
        string memory json = vm.readFile(string.concat(SNAPSHOTS, "/storage/", name, ".json"));
        uint256 i = 0;
        while (!equal(vm.parseJsonString(json, string.concat(_variable(i), ".label")), label)) ++i;
        return vm.parseJsonUint(json, string.concat(_variable(i), ".slot"));
    }

    function _variable(uint256 index) private pure returns (string memory) {
        return string.concat("$.storage[", vm.toString(index), "]");
    }

    /// @dev Walks the instructions, so that data pushed on the stack is not taken for one.
    function _hasOpcode(bytes memory code, uint256 wanted) private pure returns (bool) {
        for (uint256 i = 0; i < code.length; ++i) {
            uint256 opcode = uint8(code[i]);
            if (opcode == wanted) return true;
            if (opcode >= 0x60 && opcode <= 0x7f) i += opcode - 0x5f;
        }
        return false;
    }
}
