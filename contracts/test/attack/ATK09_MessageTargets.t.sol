// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC7802} from "@openzeppelin/contracts/interfaces/draft-IERC7802.sol";
import {IERC7786Recipient} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {Roles} from "../../src/access/Roles.sol";
import {AssetLedger} from "../../src/assets/AssetLedger.sol";
import {SharedBridge} from "../../src/assets/SharedBridge.sol";
import {BridgedERC1155} from "../../src/assets/representations/BridgedERC1155.sol";
import {BridgedERC20} from "../../src/assets/representations/BridgedERC20.sol";
import {BridgedERC721} from "../../src/assets/representations/BridgedERC721.sol";
import {IAssetLedger} from "../../src/interfaces/IAssetLedger.sol";
import {IAssetRules} from "../../src/interfaces/IAssetRules.sol";
import {IBaseTokenHolder} from "../../src/interfaces/IBaseTokenHolder.sol";
import {IBridgedERC1155} from "../../src/interfaces/IBridgedERC1155.sol";
import {IBridgedERC721} from "../../src/interfaces/IBridgedERC721.sol";
import {IInteropCenter} from "../../src/interfaces/IInteropCenter.sol";
import {IInteropHandler} from "../../src/interfaces/IInteropHandler.sol";
import {IInteropRootStorage} from "../../src/interfaces/IInteropRootStorage.sol";
import {ISharedBridge} from "../../src/interfaces/ISharedBridge.sol";
import {AssetIds} from "../../src/libraries/AssetIds.sol";
import {Erc7930} from "../../src/libraries/Erc7930.sol";
import {Asset, AssetKind, AssetTransfer} from "../../src/types/Assets.sol";
import {BundleDelivery, InteropCallStarter} from "../../src/types/Bundles.sol";
import {RootImport} from "../../src/types/Messages.sol";
import {PriorityOperation} from "../../src/types/PriorityOperations.sol";
import {Transfers} from "../base/Transfers.sol";
import {VaultTest} from "../base/VaultTest.sol";
import {CatchAllRecipient} from "../mocks/Recipients.sol";
import {PlainERC20} from "../mocks/PlainTokens.sol";

/// @notice ATK-09: a message cannot reach a privileged function. The handler and the inbox call `receiveMessage` and nothing
/// else; the vault alone has that function, and takes no word but that of its likes. Here the two even hold every right
/// there is: all roles, and the place of the vault, of the settlement and of the bridge.
contract ATK09MessageTargetsTest is VaultTest {
    address private constant UNKNOWN = address(0xbad);

    PlainERC20 private _token;
    AssetLedger private _ledger;
    address[] private _targets;
    bytes[] private _payloads;
    /// @dev Of each kind one whose vault is the handler, and one whose vault is the inbox.
    address[] private _bridged;

    function setUp() public override {
        super.setUp();
        _token = new PlainERC20(18);
        _token.mint(alice, 100);
        vm.startPrank(alice);
        _token.approve(address(vault), 100);
        _token.approve(address(handler), 100);
        _token.approve(address(inbox), 100);
        _token.approve(address(center), 100);
        vm.stopPrank();
        _ledger = new AssetLedger(address(handler), address(handler), address(handler), address(handler));
        _giveEveryRight(address(handler));
        _giveEveryRight(address(inbox));
        _targets = [address(manager), address(center), address(handler), address(inbox)];
        _targets.push(address(vault));
        _targets.push(address(vault.BASE_TOKEN_HOLDER()));
        _targets.push(address(representations));
        _targets.push(address(_ledger));
        _targets.push(_newBridge());
        _targets.push(address(_token));
        _targets.push(address(vault.RULES()));
        _targets.push(address(swap));
        for (uint256 i = 0; i < _bridged.length; ++i) {
            _targets.push(_bridged[i]);
        }
        _addPayloads();
    }

    /// @dev A recipient that would take anything sees one selector, with the payload as its last argument.
    function testFuzz_ATK09_callsReceiveMessageOnly(bytes calldata payload, address from) external {
        CatchAllRecipient recipient = new CatchAllRecipient();
        sender = from;
        bytes memory bundle = sendMessage(address(recipient), payload, none());
        handler.executeBundle(settle(bundle));
        bytes32 id = keccak256(abi.encodePacked(bundleHashOf(bundle), uint256(0)));
        vm.assertEq(recipient.calls(), 1);
        vm.assertEq(
            recipient.lastCall(),
            abi.encodeCall(IERC7786Recipient.receiveMessage, (id, Erc7930.format(SOURCE, from), payload))
        );
    }

    /// @dev An operation of L1 too.
    function testFuzz_ATK09_inboxCallsReceiveMessageOnly(bytes calldata payload, address from) external {
        CatchAllRecipient recipient = new CatchAllRecipient();
        PriorityOperation memory operation = receiveFromL1(from, address(recipient), payload);
        vm.assertEq(recipient.calls(), 1);
        bytes32 id = keccak256(abi.encode(operation));
        vm.assertEq(
            recipient.lastCall(),
            abi.encodeCall(IERC7786Recipient.receiveMessage, (id, Erc7930.format(L1, from), payload))
        );
    }

    function testFuzz_ATK09_refuses_contractsOfTheNetworkAsTargets(uint256 which, bytes calldata payload) external {
        address target = _targets[which % _targets.length];
        bytes32 before = _state();
        _refuseMessage(target, payload);
        _refuseOperation(target, payload);
        vm.assertEq(_state(), before);
    }

    /// @dev The payload is the calldata of a privileged function, whole.
    function test_ATK09_refuses_privilegedCallsAsPayload() external {
        bytes32 before = _state();
        for (uint256 i = 0; i < _targets.length; ++i) {
            for (uint256 j = 0; j < _payloads.length; ++j) {
                _refuseMessage(_targets[i], _payloads[j]);
                _refuseOperation(_targets[i], _payloads[j]);
            }
        }
        vm.assertEq(_state(), before);
    }

    /// @dev Each of those calls would work, had it been made by the one whose right it is.
    function test_ATK09_accepts_privilegedCalls_ofThoseWhoMayMakeThem() external {
        vm.startPrank(address(handler));
        manager.grantRole(Roles.OPERATOR, sender, 0);
        Asset memory asset = Asset(THIRD, address(_token), AssetKind.Fungible);
        _ledger.applyBatch(THIRD, Transfers.entry(asset, 0, THIRD, block.chainid, 5));
        IERC7802(_bridged[0]).crosschainMint(sender, 5);
        IBridgedERC721(_bridged[1]).crosschainMint(sender, 5, "");
        IBridgedERC1155(_bridged[2]).crosschainMint(sender, 5, 5, "");
        _token.transferFrom(alice, sender, 5);
        vm.stopPrank();
        IBaseTokenHolder holder = vault.BASE_TOKEN_HOLDER();
        vm.prank(address(vault));
        holder.pay(sender, 5, 30_000);
        vm.assertEq(IERC20(_bridged[0]).balanceOf(sender), 5);
        vm.assertEq(sender.balance, 5);
    }

    /// @dev A transfer in the vault's own words, sent by anybody, from a chain or from L1.
    function testFuzz_ATK09_refuses_forgedTransfers(address from, uint128 amount) external {
        vm.assume(from != address(vault) && from != l1Bridge);
        sender = from;
        AssetTransfer memory forged =
            Transfers.units(Asset(L1, BASE, AssetKind.Fungible), bound(amount, 1, 5 ether), from, bob);
        bytes32 before = _state();
        _refuseMessage(address(vault), Transfers.encode(forged));
        _refuseOperation(address(vault), Transfers.encode(forged));
        vm.assertEq(_state(), before);
        vm.assertEq(bob.balance, 0);
        receiveFromBridge(forged, true);
        vm.assertEq(bob.balance, forged.amount);
    }

    /// @dev Those that a bundle asks to word a call are the vault or nobody.
    function test_ATK09_refuses_indirectCallsOfOtherContracts() external {
        bytes[] memory indirect = listOf(wordAttribute("indirectCall(uint256)", 0));
        bytes memory request = abi.encode(Transfers.fungible(DESTINATION, address(_token), 5, bob));
        InteropCallStarter[] memory calls = new InteropCallStarter[](1);
        vm.startPrank(alice);
        for (uint256 i = 0; i < _targets.length; ++i) {
            calls[0] = InteropCallStarter(Erc7930.format(0, _targets[i]), request, indirect);
            if (_targets[i] != address(vault)) vm.expectRevert();
            center.sendBundle(chainAddress(DESTINATION), calls, none());
        }
        vm.stopPrank();
        vm.assertEq(_token.balanceOf(address(vault)), 5, "once, and Alice's own");
    }

    /// @dev Precompiles answer, but not with the selector; accounts without code answer nothing.
    function testFuzz_ATK09_refuses_targetsThatAreNoRecipients(uint8 precompile, bytes calldata payload) external {
        BundleDelivery memory delivery = settle(sendMessage(address(uint160(precompile)), payload, none()));
        vm.expectRevert();
        handler.executeBundle(delivery);
    }

    function _refuseMessage(address target, bytes memory payload) private {
        BundleDelivery memory delivery = settle(sendMessage(target, payload, none()));
        bytes memory reason;
        if (target == address(vault)) {
            reason = abi.encodeWithSignature("AssetVaultWrongSender(bytes)", Erc7930.format(SOURCE, sender));
        }
        if (target == address(swap)) {
            reason = abi.encodeWithSignature(
                "AtomicSwapNotRegistry(address,bytes)", handler, Erc7930.format(SOURCE, sender)
            );
        }
        vm.expectRevert(abi.encodeWithSelector(IInteropHandler.InteropHandlerCallReverted.selector, 0, reason));
        handler.executeBundle(delivery);
    }

    /// @dev It is consumed, and failed.
    function _refuseOperation(address target, bytes memory payload) private {
        expectStatus(operationOf(sender, target, payload), false);
    }

    function _giveEveryRight(address gateway) private {
        manager.grantRole(manager.ADMIN_ROLE(), gateway, 0);
        manager.grantRole(Roles.GOVERNANCE, gateway, 0);
        manager.grantRole(Roles.OPERATOR, gateway, 0);
        manager.grantRole(Roles.PAUSER, gateway, 0);
        _bridged.push(address(new BridgedERC20(gateway)));
        _bridged.push(address(new BridgedERC721(gateway)));
        _bridged.push(address(new BridgedERC1155(gateway)));
    }

    function _newBridge() private returns (address) {
        address one = address(handler);
        return
            address(new SharedBridge(address(manager), address(representations), address(_ledger), one, one, one, one));
    }

    function _addPayloads() private {
        Asset memory asset = Asset(L1, BASE, AssetKind.Fungible);
        _payloads.push(abi.encodeCall(manager.grantRole, (0, UNKNOWN, 0)));
        _payloads.push(abi.encodeCall(manager.updateAuthority, (address(vault), UNKNOWN)));
        _payloads.push(abi.encodeCall(IInteropCenter.setDestination, (7, bytes32(uint256(1)))));
        _payloads.push(abi.encodeCall(IInteropHandler.setCenterOverride, (SOURCE, UNKNOWN)));
        _payloads.push(abi.encodeCall(IInteropRootStorage.importRoots, (new RootImport[](0))));
        _payloads.push(abi.encodeCall(inbox.processOperations, (new PriorityOperation[](0))));
        _payloads.push(abi.encodeCall(vault.upgradeRepresentations, (AssetKind.Fungible, address(_token))));
        _payloads.push(abi.encodeCall(vault.setRuled, (address(_token))));
        _payloads.push(abi.encodeCall(IAssetRules.registerForeign, (address(_token), AssetKind.Fungible, UNKNOWN)));
        _payloads.push(abi.encodeCall(IERC7802.crosschainMint, (UNKNOWN, 5)));
        _payloads.push(abi.encodeCall(IERC7802.crosschainBurn, (alice, 5)));
        _payloads.push(abi.encodeCall(IBridgedERC721.crosschainMint, (UNKNOWN, 5, "")));
        _payloads.push(abi.encodeCall(IBridgedERC1155.crosschainMint, (UNKNOWN, 5, 5, "")));
        _payloads.push(abi.encodeCall(IBaseTokenHolder.pay, (UNKNOWN, 5, 30_000)));
        _payloads.push(abi.encodeCall(IAssetLedger.recordDeposit, (asset, 0, SOURCE, 5)));
        _payloads.push(abi.encodeCall(IAssetLedger.hold, (asset, 0, L1, 5)));
        _payloads.push(abi.encodeCall(IAssetLedger.release, (asset, 0, SOURCE, 5)));
        _payloads.push(
            abi.encodeCall(
                ISharedBridge.payClaim, (Transfers.encode(Transfers.units(asset, 5, UNKNOWN, UNKNOWN)), SOURCE)
            )
        );
        _payloads.push(abi.encodeCall(ISharedBridge.setOutflowLimit, (SOURCE, 0, 1, 1)));
        _payloads.push(abi.encodeCall(vault.pause, ()));
        _payloads.push(abi.encodeCall(IERC20.transferFrom, (alice, UNKNOWN, 5)));
    }

    /// @dev All that the payloads would change.
    function _state() private view returns (bytes32) {
        (bool isAdmin,) = manager.hasRole(0, UNKNOWN);
        bytes32 assets = keccak256(
            abi.encode(
                IERC20(_bridged[0]).balanceOf(UNKNOWN),
                IERC20(_bridged[3]).balanceOf(UNKNOWN),
                IERC20(_bridged[1]).balanceOf(UNKNOWN),
                IERC20(_bridged[4]).balanceOf(UNKNOWN),
                _token.balanceOf(alice),
                UNKNOWN.balance,
                address(vault.BASE_TOKEN_HOLDER()).balance,
                _ledger.issued(AssetIds.assetId(L1, BASE))
            )
        );
        return keccak256(
            abi.encode(
                isAdmin,
                vault.authority(),
                center.destinationBaseToken(7),
                handler.centerOverride(SOURCE),
                vault.sharedImplementation(AssetKind.Fungible),
                vault.RULES().issuerOf(address(_token)),
                assets
            )
        );
    }
}
