// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";

import {Roles} from "../../src/access/Roles.sol";
import {IAssetCustody} from "../../src/interfaces/IAssetCustody.sol";
import {IBatchSettlement} from "../../src/interfaces/IBatchSettlement.sol";
import {IAtomicSwap} from "../../src/interfaces/IAtomicSwap.sol";
import {IInteropRootStorage} from "../../src/interfaces/IInteropRootStorage.sol";
import {IPriorityInbox} from "../../src/interfaces/IPriorityInbox.sol";
import {AssetKind, LedgerEntry} from "../../src/types/Assets.sol";
import {Batch} from "../../src/types/Batches.sol";
import {InclusionProof, RootImport} from "../../src/types/Messages.sol";
import {SwapEffect} from "../../src/types/Swaps.sol";
import {NetworkTest} from "../base/NetworkTest.sol";
import {Transfers} from "../base/Transfers.sol";
import {PlainERC20} from "../mocks/PlainTokens.sol";

/// @notice ATK-08: a key is stolen, whichever it is. What governance may do waits behind its delay, a pauser can stop new
/// transfers and nothing else, an operator executes nothing without a proof, and a relayer has no rights at all.
contract ATK08StolenKeysTest is NetworkTest {
    uint32 private constant DELAY = 2 days;

    address private _relayer = makeAddr("relayer");
    address private _bob = makeAddr("bob");
    string private _matrix;

    /// @dev As a network is handed over: administration and governance are one account, behind a delay.
    function setUp() external {
        deployNetwork();
        _matrix = vm.readFile("test/authorisation-matrix.json");
        AccessManager[2] memory managers = [manager, chainManager];
        for (uint256 i = 0; i < 2; ++i) {
            managers[i].grantRole(Roles.GOVERNANCE, governance, DELAY);
            managers[i].grantRole(managers[i].ADMIN_ROLE(), governance, DELAY);
            managers[i].renounceRole(managers[i].ADMIN_ROLE(), address(this));
        }
        // A longer delay takes effect at once.
        (bool isMember, uint32 delay) = manager.hasRole(Roles.GOVERNANCE, governance);
        vm.assertTrue(isMember);
        vm.assertEq(delay, DELAY);
    }

    /// @dev Walks every function of every contract that is deployed, and asks what each key may do at once.
    function test_ATK08_keys_doNothingAtOnce_butPauseAndRunTheChain() external view {
        string[] memory contracts = deployedContracts();
        uint256 pauses = 0;
        uint256 operations = 0;
        for (uint256 i = 0; i < contracts.length; ++i) {
            AbiFunction[] memory functions = functionsOf(contracts[i]);
            for (uint256 j = 0; j < functions.length; ++j) {
                bytes4 selector = selectorOf(functions[j]);
                address target = deployed[contracts[i]];
                vm.assertNotEq(target, address(0), contracts[i]);
                vm.assertFalse(_mayAtOnce(governance, target, selector), functions[j].signature);
                vm.assertFalse(_mayAtOnce(_relayer, target, selector), functions[j].signature);
                if (_mayAtOnce(pauser, target, selector)) {
                    vm.assertTrue(selector == IAssetCustody.pause.selector, functions[j].signature);
                    ++pauses;
                }
                if (_mayAtOnce(operator, target, selector)) {
                    bool runsTheChain = selector == IInteropRootStorage.importRoots.selector
                        || selector == IPriorityInbox.processOperations.selector
                        || selector == IAtomicSwap.bury.selector;
                    vm.assertTrue(runsTheChain, functions[j].signature);
                    ++operations;
                }
            }
        }
        vm.assertEq(pauses, 2, "the vault and the bridge");
        vm.assertEq(operations, 3);
    }

    /// @dev Calls each privileged function with the key of governance: without an announcement all of them wait.
    function test_ATK08_governance_isRefused_whatItHasNotAnnounced() external {
        string[] memory contracts = deployedContracts();
        uint256 refused = 0;
        for (uint256 i = 0; i < contracts.length; ++i) {
            AbiFunction[] memory functions = functionsOf(contracts[i]);
            for (uint256 j = 0; j < functions.length; ++j) {
                if (!_isGovernances(contracts[i], functions[j])) continue;
                vm.prank(governance);
                (bool success, bytes memory reason) =
                    deployed[contracts[i]].call(bytes.concat(selectorOf(functions[j]), new bytes(0x400)));
                vm.assertFalse(success, functions[j].signature);
                vm.assertEq(
                    bytes32(bytes4(reason)),
                    bytes32(IAccessManager.AccessManagerNotScheduled.selector),
                    functions[j].signature
                );
                ++refused;
            }
        }
        vm.assertEq(refused, 22);
    }

    /// @dev Who may call anything is one of these; a new kind of caller has to be thought about here.
    function test_ATK08_everyCallerIsKnown() external view {
        string[11] memory people = [
            "anyone",
            "ADMIN",
            "GOVERNANCE",
            "OPERATOR",
            "PAUSER",
            "the account itself",
            "the chain's operator",
            "the chain's operator, or anyone while it is frozen and L1 has its data",
            "the counterparty that the agreement names",
            "the operator that the chain's operator proposed",
            "the issuer that the token's issuer proposed"
        ];
        // What these may do concerns their own token alone, and is refused or waits: no unit of it moves.
        string[4] memory issuers =
            ["the token's issuer", "the token's limiter", "the token's pauser", "the token's owner"];
        string[16] memory machines = [
            "AccessManager",
            "AdapterVenue",
            "AssetRules",
            "AssetVault",
            "AssetVault, SharedBridge",
            "AtomicSwap",
            "BatchSettlement",
            "ChainRegistry",
            "InteropCenter, AtomicSwap",
            "InteropHandler",
            "InteropHandler, PriorityInbox, AtomicSwap",
            "PriorityInbox",
            "Representations",
            "RepresentationProxy",
            "SharedBridge",
            "SwapRegistry"
        ];
        string[] memory contracts = vm.parseJsonKeys(_matrix, "$");
        for (uint256 i = 0; i < contracts.length; ++i) {
            string[] memory entries = vm.parseJsonKeys(_matrix, string.concat("$.", contracts[i]));
            for (uint256 j = 0; j < entries.length; ++j) {
                string memory caller = _callerOf(contracts[i], entries[j]);
                bool isKnown = false;
                for (uint256 k = 0; k < people.length; ++k) {
                    isKnown = isKnown || equal(caller, people[k]);
                }
                for (uint256 k = 0; k < issuers.length; ++k) {
                    isKnown = isKnown || equal(caller, issuers[k]);
                }
                for (uint256 k = 0; k < machines.length; ++k) {
                    isKnown = isKnown || equal(caller, machines[k]);
                }
                vm.assertTrue(isKnown, caller);
            }
        }
    }

    /// @dev The code of all bridged tokens is governance's, after its delay, during which it can be seen.
    function test_ATK08_tokenUpgrade_waitsForTheDelay() external {
        address before = assetVault.sharedImplementation(AssetKind.Fungible);
        bytes memory upgrade =
            abi.encodeCall(IAssetCustody.upgradeRepresentations, (AssetKind.Fungible, address(new PlainERC20(18))));
        vm.startPrank(governance);
        vm.expectPartialRevert(IAccessManager.AccessManagerNotScheduled.selector);
        chainManager.execute(vault, upgrade);
        chainManager.schedule(vault, upgrade, 0);
        vm.warp(block.timestamp + DELAY - 1);
        vm.expectPartialRevert(IAccessManager.AccessManagerNotReady.selector);
        chainManager.execute(vault, upgrade);
        vm.assertEq(assetVault.sharedImplementation(AssetKind.Fungible), before);
        vm.warp(block.timestamp + 1);
        chainManager.execute(vault, upgrade);
        vm.stopPrank();
        vm.assertNotEq(assetVault.sharedImplementation(AssetKind.Fungible), before);
    }

    /// @dev A thief with the key of the operator settles what a proof covers, and nothing else.
    function test_ATK08_operator_executesNothingWithoutAProof() external {
        fund(CHAIN, ETHER, 5 ether, _bob);
        LedgerEntry[] memory entries = Transfers.entry(assetOfL1(ETHER), 0, CHAIN, L1_CHAIN_ID, 5 ether);
        Batch memory theft = batchWith(CHAIN, "forged", entries);
        bytes memory rejected = abi.encodeWithSelector(
            IBatchSettlement.BatchSettlementProofRejected.selector, theft.number, settlement.publicInput(CHAIN, theft)
        );
        bytes memory forged = bytes.concat(bytes32("r"), bytes32("s"), hex"1b", bytes32("r"), bytes32("s"), hex"1b");
        vm.startPrank(operator);
        vm.expectRevert(rejected);
        settlement.settleBatch(CHAIN, theft, "", forged, new RootImport[](0), entries, new SwapEffect[](0));
        settlement.commitBatch(CHAIN, theft, "");
        vm.expectRevert(rejected);
        settlement.proveBatch(CHAIN, theft, forged);
        vm.expectRevert(
            abi.encodeWithSelector(IBatchSettlement.BatchSettlementNotProven.selector, theft.number, theft.number - 1)
        );
        settlement.executeBatch(CHAIN, theft, new RootImport[](0), entries, new SwapEffect[](0));
        settlement.revertBatches(CHAIN);
        vm.stopPrank();
        vm.assertEq(ledger.balance(CHAIN, keyOfL1(ETHER)), 5 ether);
        report(CHAIN, entries);
        vm.assertEq(ledger.balance(CHAIN, keyOfL1(ETHER)), 0);
    }

    /// @dev Whoever finalizes a withdrawal, its message says who is paid. The relayer has nothing and gets nothing.
    function test_ATK08_relayer_movesNothingToItself() external {
        fund(CHAIN, ETHER, 5 ether, _bob);
        (bytes memory message, InclusionProof memory proof) =
            withdraw(CHAIN, Transfers.units(assetOfL1(ETHER), 5 ether, _bob, _bob), "salt");
        bytes memory redirected =
            Transfers.withdrawal("salt", Transfers.units(assetOfL1(ETHER), 5 ether, _bob, _relayer));
        vm.startPrank(_relayer);
        vm.expectRevert();
        sharedBridge.finalizeWithdrawal(proof, redirected);
        sharedBridge.finalizeWithdrawal(proof, message);
        vm.stopPrank();
        vm.assertEq(_bob.balance, 5 ether);
        vm.assertEq(_relayer.balance, 0);
    }

    /// @dev Should anything leave against all that, anyone sees it in the same block.
    function test_ATK08_theft_showsInTheSolvencyCheckAtOnce() external {
        PlainERC20 token = new PlainERC20(18);
        token.mint(_bob, 70);
        vm.prank(_bob);
        token.approve(address(sharedBridge), 70);
        deposit(Transfers.fungible(CHAIN, address(token), 70, _bob), _bob);
        deposit(Transfers.fungible(CHAIN, ETHER, 5 ether, _bob), _bob);
        _expectSolvency(address(token), true);
        _expectSolvency(ETHER, true);
        vm.prank(address(sharedBridge));
        token.transfer(stranger, 1);
        vm.deal(address(sharedBridge), 5 ether - 1);
        _expectSolvency(address(token), false);
        _expectSolvency(ETHER, false);
    }

    function _expectSolvency(address token, bool expected) private view {
        (uint256 kept, uint256 owed) = sharedBridge.solvency(token);
        vm.assertEq(kept >= owed, expected);
    }

    function _mayAtOnce(address key, address target, bytes4 selector) private view returns (bool) {
        (bool onL1,) = manager.canCall(key, target, selector);
        (bool onChain,) = chainManager.canCall(key, target, selector);
        return onL1 || onChain;
    }

    function _isGovernances(string memory name, AbiFunction memory f) private view returns (bool) {
        if (!changesState(f)) return false;
        string memory caller = _callerOf(name, f.name);
        return equal(caller, "GOVERNANCE") || equal(caller, "ADMIN");
    }

    function _callerOf(string memory name, string memory f) private view returns (string memory) {
        return vm.parseJsonString(_matrix, string.concat("$.", name, ".", f, ".caller"));
    }
}
