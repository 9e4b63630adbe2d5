// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IAssetVault} from "../../src/interfaces/IAssetVault.sol";
import {IInteropHandler} from "../../src/interfaces/IInteropHandler.sol";
import {ISharedBridge} from "../../src/interfaces/ISharedBridge.sol";
import {Erc7930} from "../../src/libraries/Erc7930.sol";
import {LogLeaf} from "../../src/libraries/LogLeaf.sol";
import {Asset, AssetKind, AssetTransfer} from "../../src/types/Assets.sol";
import {BundleDelivery} from "../../src/types/Bundles.sol";
import {InclusionProof} from "../../src/types/Messages.sol";
import {BridgeTest} from "../base/BridgeTest.sol";
import {Transfers} from "../base/Transfers.sol";
import {VaultTest} from "../base/VaultTest.sol";
import {RecordingRecipient} from "../mocks/Recipients.sol";

/// @notice ATK-51: one address, two contracts: whoever can put code at an address of L1 that means something on a chain, or the
/// other way about, is not taken for the other. A sender is an account of a chain, and never comes as the caller itself.
contract ATK51AliasesTest is VaultTest {
    AssetTransfer private _theft;

    function setUp() public override {
        super.setUp();
        _theft = Transfers.units(Asset(L1, BASE, AssetKind.Fungible), 5, sender, bob);
    }

    /// @dev L1's contract at the address of the vault, and of the other contracts of the chain.
    function test_ATK51_l1Contract_isNotTheChainsContractAtItsAddress() external {
        address[4] memory namesakes = [address(vault), address(center), address(handler), address(inbox)];
        for (uint256 i = 0; i < namesakes.length; ++i) {
            expectStatus(operationOf(namesakes[i], address(vault), Transfers.encode(_theft)), false);
        }
        vm.assertEq(bob.balance, 0);
        receiveFromBridge(_theft, true);
        vm.assertEq(bob.balance, 5);
    }

    /// @dev A chain's contract at the address of L1's bridge.
    function test_ATK51_chainsContract_isNotL1sContractAtItsAddress() external {
        sender = l1Bridge;
        _expectWrongSender(settle(sendMessage(address(vault), Transfers.encode(_theft), none())), SOURCE, l1Bridge);
        vm.assertEq(bob.balance, 0);
        vm.chainId(DESTINATION);
        receiveFromBridge(_theft, true);
        vm.assertEq(bob.balance, 5);
    }

    /// @dev Nor does the bridge's namesake speak for L1 on a chain that says it is L1, nor the vault's.
    function test_ATK51_bundlesOfL1_areNotTheVaults() external {
        address[2] memory speakers = [l1Bridge, address(vault)];
        for (uint256 i = 0; i < 2; ++i) {
            bytes memory bundle = _bundleOf(L1, speakers[i]);
            _expectWrongSender(settleOn(L1, DESTINATION, bundle), L1, speakers[i]);
        }
        vm.assertEq(bob.balance, 0);
        handler.executeBundle(settleOn(SOURCE, DESTINATION, _bundleOf(SOURCE, address(vault))));
        vm.assertEq(bob.balance, 5);
    }

    /// @dev An operation of L1 that names the vault of a chain as its sender is still L1's.
    function testFuzz_ATK51_gateways_speakForTheirOwnSide(uint64 chainId, address account) external {
        vm.assume(chainId != L1 && chainId != 0);
        vm.chainId(DESTINATION);
        bytes memory payload = Transfers.encode(_theft);
        bytes memory spelling = Erc7930.format(chainId, account);
        vm.expectRevert(abi.encodeWithSelector(IAssetVault.AssetVaultWrongSender.selector, spelling));
        vm.prank(address(inbox));
        vault.receiveMessage(0, spelling, payload);
        spelling = Erc7930.format(L1, account);
        vm.expectRevert(abi.encodeWithSelector(IAssetVault.AssetVaultWrongSender.selector, spelling));
        vm.prank(address(handler));
        vault.receiveMessage(0, spelling, payload);
        vm.assertEq(bob.balance, 0);
    }

    /// @dev A recipient sees three senders where one address speaks from three places, and the gateway as its caller.
    function testFuzz_ATK51_recipients_tellThemApart(address account) external {
        RecordingRecipient recipient = new RecordingRecipient();
        receiveFromL1(account, address(recipient), "data");
        bytes memory ofL1 = recipient.sender();
        vm.assertEq(recipient.gateway(), address(inbox));
        sender = account;
        handler.executeBundle(settle(sendMessage(address(recipient), "data", none())));
        bytes memory ofSource = recipient.sender();
        vm.assertEq(recipient.gateway(), address(handler));
        vm.assertEq(ofL1, Erc7930.format(L1, account));
        vm.assertEq(ofSource, Erc7930.format(SOURCE, account));
        vm.assertNotEq(ofL1, ofSource);
        vm.assertNotEq(ofSource, Erc7930.format(THIRD, account));
    }

    function _bundleOf(uint256 chainId, address from) private returns (bytes memory) {
        vm.chainId(chainId);
        vm.recordLogs();
        vm.prank(from);
        center.sendMessage(Erc7930.format(DESTINATION, address(vault)), Transfers.encode(_theft), none());
        return bundleJustSent();
    }

    function _expectWrongSender(BundleDelivery memory delivery, uint256 chainId, address from) private {
        bytes memory reason =
            abi.encodeWithSelector(IAssetVault.AssetVaultWrongSender.selector, Erc7930.format(chainId, from));
        vm.expectRevert(abi.encodeWithSelector(IInteropHandler.InteropHandlerCallReverted.selector, 0, reason));
        handler.executeBundle(delivery);
    }
}

/// @notice The other side: what L1 takes for the word of a chain's vault.
contract ATK51AliasesOnL1Test is BridgeTest {
    uint256 private constant CHAIN = 271;

    function setUp() external {
        deployL1();
        addChain(CHAIN);
        fund(CHAIN, ETHER, 5 ether, stranger);
    }

    /// @dev L1's contract at the address of the vault has no say here; nor has the chain's at the address of the bridge.
    function test_ATK51_l1_takesTheWordOfTheChainsVaultAlone() external {
        AssetTransfer memory what = Transfers.units(assetOfL1(ETHER), 5 ether, stranger, stranger);
        bytes memory message = Transfers.withdrawal("salt", what);
        bytes memory unproven = abi.encodeWithSelector(ISharedBridge.SharedBridgeUnproven.selector, keccak256(message));
        vm.prank(vault);
        vm.expectRevert(unproven);
        sharedBridge.releaseWithdrawal(CHAIN, message);
        address[3] memory namesakes = [address(sharedBridge), address(messageRoot), address(settlement)];
        for (uint256 i = 0; i < 3; ++i) {
            InclusionProof memory forged =
                settleLeaf(CHAIN, LogLeaf.message(0, namesakes[i], keccak256(message)), nothing());
            vm.expectRevert(unproven);
            sharedBridge.finalizeWithdrawal(forged, message);
        }
        InclusionProof memory proof;
        (message, proof) = withdraw(CHAIN, what, "salt");
        sharedBridge.finalizeWithdrawal(proof, message);
        vm.assertEq(stranger.balance, 5 ether);
    }

    /// @dev What L1's namesake of the vault asks of the queue is in the queue under its own name.
    function test_ATK51_queue_namesItsCaller() external {
        vm.recordLogs();
        vm.prank(vault);
        priorityQueue.request(CHAIN, vault, DEPOSIT_GAS, "anything");
        vm.assertEq(operationIn(vm.getRecordedLogs()).sender, vault);
        vm.assertEq(deposit(Transfers.fungible(CHAIN, ETHER, 1, stranger), vault).sender, address(sharedBridge));
    }
}
