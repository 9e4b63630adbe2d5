// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";

import {Roles} from "../../src/access/Roles.sol";
import {IBridgedToken} from "../../src/interfaces/IBridgedToken.sol";
import {AssetKind} from "../../src/types/Assets.sol";
import {NetworkTest} from "../base/NetworkTest.sol";
import {Transfers} from "../base/Transfers.sol";
import {Vm} from "../base/Vm.sol";
import {PlainERC20} from "../mocks/PlainTokens.sol";

/// @notice ATK-15: a contract that was forgotten, with a key that nobody watches. Who has a say over each contract that is
/// deployed is written down here, and what is kept for users has no way out that a key could take.
contract ATK15InventoryTest is NetworkTest {
    struct Entry {
        address target;
        bytes4 selector;
    }

    /// @dev More than any call needs; what is drawn may be read as lengths.
    uint256 private constant CALL_GAS = 2_000_000;

    Vm.Log[] private _logs;
    /// @dev Every function of those that keep assets.
    Entry[] private _entries;

    function setUp() external {
        vm.recordLogs();
        deployNetwork();
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] == IAccessManager.RoleGranted.selector) _logs.push(logs[i]);
        }
        string[6] memory keepers =
            ["AssetVault", "AtomicSwap", "SharedBridge", "BaseTokenHolder", "AssetRules", "SwapRegistry"];
        for (uint256 i = 0; i < keepers.length; ++i) {
            AbiFunction[] memory functions = functionsOf(keepers[i]);
            for (uint256 j = 0; j < functions.length; ++j) {
                _entries.push(Entry(deployed[keepers[i]], selectorOf(functions[j])));
            }
        }
    }

    /// @dev Each contract obeys an access manager or nobody. One that is not named here fails.
    function test_ATK15_everyContract_hasTheOwnerThatIsWrittenDown() external view {
        string[] memory contracts = deployedContracts();
        for (uint256 i = 0; i < contracts.length; ++i) {
            address target = deployed[contracts[i]];
            vm.assertTrue(target.code.length != 0, contracts[i]);
            vm.assertEq(_answer(target, IAccessManaged.authority.selector), _authorityOf(contracts[i]), contracts[i]);
            vm.assertEq(_answer(target, Ownable.owner.selector), address(0), contracts[i]);
        }
    }

    function test_ATK15_bridgedTokens_obeyTheirVault() external view {
        string[3] memory names = ["BridgedERC20", "BridgedERC721", "BridgedERC1155"];
        for (uint256 i = 0; i < 3; ++i) {
            vm.assertEq(IBridgedToken(deployed[names[i]]).VAULT(), vault, names[i]);
            address shared = assetVault.sharedImplementation(AssetKind(i));
            vm.assertEq(IBridgedToken(shared).VAULT(), vault, names[i]);
            shared = sharedBridge.sharedImplementation(AssetKind(i));
            vm.assertEq(IBridgedToken(shared).VAULT(), address(sharedBridge), names[i]);
        }
    }

    /// @dev A token of another chain has the issuer that its home named, a token of this one its owner: here nobody.
    function test_ATK15_issuers_areThoseOfTheTokens() external {
        vm.assertEq(assetVault.RULES().issuerOf(deployed["BridgedERC20"]), address(0));
        vm.assertEq(sharedBridge.RULES().issuerOf(ETHER), address(0));
        vm.assertEq(sharedBridge.RULES().issuerOf(address(new PlainERC20(18))), address(0));
        vm.assertNotEq(address(sharedBridge.RULES()), address(assetVault.RULES()));
    }

    /// @dev All roles that were ever granted. The deployer's is handed over to governance, see docs/how-to.
    function test_ATK15_roles_haveTheHoldersThatAreWrittenDown() external view {
        uint256 found = 0;
        for (uint256 i = 0; i < _logs.length; ++i) {
            uint64 role = uint64(uint256(_logs[i].topics[1]));
            address holder = address(uint160(uint256(_logs[i].topics[2])));
            bool isOnChain = _logs[i].emitter == address(chainManager);
            vm.assertTrue(isOnChain || _logs[i].emitter == address(manager));
            vm.assertEq(holder, _holderOf(role, isOnChain), vm.toString(uint256(role)));
            ++found;
        }
        vm.assertEq(found, 7);
    }

    /// @dev No function that takes assets out for somebody who is not owed them, by the names such functions have.
    function test_ATK15_noFunctionSweeps() external view {
        string[11] memory telling = [
            "sweep",
            "rescue",
            "skim",
            "drain",
            "emergency",
            "recover",
            "withdraw",
            "seize",
            "collect",
            "migrate",
            "exec"
        ];
        string[6] memory keepers =
            ["AssetVault", "SharedBridge", "BaseTokenHolder", "AssetLedger", "Representations", "SwapRegistry"];
        for (uint256 i = 0; i < keepers.length; ++i) {
            AbiFunction[] memory functions = functionsOf(keepers[i]);
            for (uint256 j = 0; j < functions.length; ++j) {
                for (uint256 k = 0; k < telling.length; ++k) {
                    vm.assertFalse(startsWith(functions[j].name, telling[k]), functions[j].signature);
                }
            }
        }
        vm.assertTrue(startsWith("sweepTokens", "sweep"));
    }

    /// @dev What is kept, or was sent here by mistake, stays whatever a key with every role calls.
    function testFuzz_ATK15_aKeyWithEveryRole_takesNothing(bytes32 seed) external {
        PlainERC20 token = new PlainERC20(18);
        token.mint(address(this), 100);
        token.approve(address(sharedBridge), 60);
        deposit(Transfers.fungible(CHAIN, address(token), 60, stranger), address(this));
        deposit(Transfers.fungible(CHAIN, ETHER, 5 ether, stranger), address(this));
        token.transfer(address(sharedBridge), 15);
        token.transfer(vault, 25);
        address key = makeAddr("stolen");
        _grantEverything(key);

        for (uint256 i = 0; i < _entries.length; ++i) {
            bytes memory call = _callOf(_entries[i].selector, key, address(token), seed);
            vm.prank(key);
            // It may well have paused, or set a limit.
            (bool success,) = _entries[i].target.call{gas: CALL_GAS}(call);
            success;
        }
        vm.assertEq(token.balanceOf(address(sharedBridge)), 75);
        vm.assertEq(token.balanceOf(vault), 25);
        vm.assertEq(address(sharedBridge).balance, 5 ether);
        vm.assertEq(deployed["BaseTokenHolder"].balance, GENESIS_BASE_TOKENS);
        vm.assertEq(token.balanceOf(key), 0);
        vm.assertEq(key.balance, 0);
    }

    /// @dev Words that a thief would try, in an order drawn from `seed`.
    function _callOf(bytes4 selector, address key, address token, bytes32 seed)
        private
        view
        returns (bytes memory call)
    {
        uint256[6] memory words = [
            uint256(uint160(key)), uint256(uint160(token)), 60, 0, CHAIN, uint256(uint160(address(sharedBridge)))
        ];
        call = bytes.concat(selector);
        for (uint256 i = 0; i < 24; ++i) {
            uint256 draw = uint256(keccak256(abi.encode(seed, selector, i)));
            call = bytes.concat(call, bytes32(words[draw % 6]));
        }
    }

    function _grantEverything(address key) private {
        uint64[3] memory roles = [Roles.GOVERNANCE, Roles.OPERATOR, Roles.PAUSER];
        for (uint256 i = 0; i < 3; ++i) {
            manager.grantRole(roles[i], key, 0);
            chainManager.grantRole(roles[i], key, 0);
        }
        manager.grantRole(manager.ADMIN_ROLE(), key, 0);
        chainManager.grantRole(chainManager.ADMIN_ROLE(), key, 0);
    }

    /// @dev 0 for contracts that obey nobody.
    function _authorityOf(string memory name) private view returns (address) {
        string[4] memory onL1 = ["ChainRegistry", "SharedBridge", "SwapRegistry", "VerifierRegistry"];
        string[5] memory onChain = ["AssetVault", "AtomicSwap", "InteropCenter", "InteropHandler", "PriorityInbox"];
        string[22] memory free = [
            "AccessManager",
            "AdapterRunner",
            "AdapterVenue",
            "AssetLedger",
            "AssetRules",
            "AttestationVerifier",
            "BaseTokenHolder",
            "BatchSettlement",
            "BridgedERC20",
            "BridgedERC721",
            "BridgedERC1155",
            "ERC20Implementer",
            "ERC721Implementer",
            "ERC1155Implementer",
            "MessageRoot",
            "PoolVenue",
            "PriorityQueue",
            "QuoteVenue",
            "Representations",
            "RepresentationProxy",
            "SwapDeployer",
            "TradeVenue"
        ];
        for (uint256 i = 0; i < onL1.length; ++i) {
            if (equal(name, onL1[i])) return address(manager);
        }
        for (uint256 i = 0; i < onChain.length; ++i) {
            if (equal(name, onChain[i])) return address(chainManager);
        }
        for (uint256 i = 0; i < free.length; ++i) {
            if (equal(name, free[i])) return address(0);
        }
        revert(string.concat("not in the inventory: ", name));
    }

    function _holderOf(uint64 role, bool isOnChain) private view returns (address) {
        if (role == manager.ADMIN_ROLE()) return address(this);
        if (role == Roles.GOVERNANCE) return governance;
        if (role == Roles.PAUSER) return pauser;
        return role == Roles.OPERATOR && isOnChain ? operator : address(0);
    }

    /// @dev 0 where the contract has no such function.
    function _answer(address target, bytes4 selector) private view returns (address) {
        (bool success, bytes memory answer) = target.staticcall(bytes.concat(selector));
        return success ? abi.decode(answer, (address)) : address(0);
    }
}
