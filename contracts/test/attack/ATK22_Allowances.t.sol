// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";

import {Erc7930} from "../../src/libraries/Erc7930.sol";
import {AssetIds} from "../../src/libraries/AssetIds.sol";
import {Asset, AssetKind, AssetTransfer, TransferRequest} from "../../src/types/Assets.sol";
import {BundleDelivery, InteropCallStarter} from "../../src/types/Bundles.sol";
import {Transfers} from "../base/Transfers.sol";
import {VaultTest} from "../base/VaultTest.sol";
import {RecordingRecipient} from "../mocks/Recipients.sol";
import {PlainERC1155, PlainERC20, PlainERC721} from "../mocks/PlainTokens.sol";

/// @notice A token for show: notes every call that the vault makes of it, and answers as one would.
contract RecordingToken {
    bytes[] public calls;
    uint256 private _held;

    function permit(address, address, uint256, uint256, uint8, bytes32, bytes32) external {
        calls.push(msg.data);
    }

    function transferFrom(address, address, uint256 amount) external returns (bool) {
        calls.push(msg.data);
        _held += amount;
        return true;
    }

    function balanceOf(address) external view returns (uint256) {
        return _held;
    }

    function count() external view returns (uint256) {
        return calls.length;
    }
}

/// @notice ATK-22: a contract that holds allowances, and can be talked into calls. The vault has the allowances of all who ever
/// sent something; what it calls, and with whom as the owner, nobody else chooses. What executes bundles is another contract.
contract ATK22AllowancesTest is VaultTest {
    address private _victim = makeAddr("victim");
    address private _attacker = makeAddr("attacker");
    PlainERC20 private _token;
    PlainERC721 private _deeds;
    PlainERC1155 private _coins;

    /// @dev The victim has allowed everything to every contract that bundles pass through.
    function setUp() public override {
        super.setUp();
        _token = new PlainERC20(18);
        _deeds = new PlainERC721();
        _coins = new PlainERC1155();
        _token.mint(_victim, 100);
        _deeds.mint(_victim, 7);
        _coins.mint(_victim, 3, 50);
        address[4] memory spenders = [address(vault), address(center), address(handler), address(inbox)];
        vm.startPrank(_victim);
        for (uint256 i = 0; i < 4; ++i) {
            _token.approve(spenders[i], type(uint256).max);
            _deeds.setApprovalForAll(spenders[i], true);
            _coins.setApprovalForAll(spenders[i], true);
        }
        vm.stopPrank();
    }

    /// @dev The payload of the incident: a call of the token that takes the victim's.
    function test_ATK22_transferFromAsPayload_hasNoEffect() external {
        sender = _attacker;
        address[3] memory tokens = [address(_token), address(_deeds), address(_coins)];
        bytes[3] memory payloads = [
            abi.encodeCall(IERC20.transferFrom, (_victim, _attacker, 100)),
            abi.encodeCall(IERC20.transferFrom, (_victim, _attacker, 7)),
            abi.encodeCall(_coins.safeTransferFrom, (_victim, _attacker, 3, 50, ""))
        ];
        for (uint256 i = 0; i < 3; ++i) {
            BundleDelivery memory delivery = settle(sendMessage(tokens[i], payloads[i], none()));
            vm.expectRevert();
            handler.executeBundle(delivery);
            expectStatus(operationOf(_attacker, tokens[i], payloads[i]), false);

            vm.chainId(SOURCE);
            InteropCallStarter[] memory calls = new InteropCallStarter[](1);
            bytes[] memory indirect = listOf(wordAttribute("indirectCall(uint256)", 0));
            calls[0] = InteropCallStarter(Erc7930.format(0, tokens[i]), payloads[i], indirect);
            vm.expectRevert();
            vm.prank(_attacker);
            center.sendBundle(chainAddress(DESTINATION), calls, none());
        }
        _expectVictimWhole();
        // The allowances are real: the vault takes what the victim itself sends.
        vm.prank(_victim);
        vault.transfer(Transfers.fungible(DESTINATION, address(_token), 100, _victim));
        vm.assertEq(_token.balanceOf(_victim), 0);
    }

    /// @dev No request takes from anyone but who makes it, whichever way it comes in.
    function testFuzz_ATK22_requests_takeFromTheirSenderAlone(uint8 kind, uint128 amount, address recipient) external {
        vm.assume(recipient != address(0));
        address[3] memory tokens = [address(_token), address(_deeds), address(_coins)];
        uint256[3] memory ids = [uint256(0), 7, 3];
        kind = kind % 3;
        TransferRequest memory request = Transfers.request(
            DESTINATION,
            tokens[kind],
            AssetKind(kind),
            ids[kind],
            kind == 1 ? 1 : bound(amount, 1, kind == 0 ? 100 : 50),
            recipient
        );
        InteropCallStarter[] memory calls = new InteropCallStarter[](1);
        bytes[] memory indirect = listOf(wordAttribute("indirectCall(uint256)", 0));
        calls[0] = InteropCallStarter(Erc7930.format(0, address(vault)), abi.encode(request), indirect);
        vm.startPrank(_attacker);
        vm.expectRevert();
        vault.transfer(request);
        vm.expectRevert();
        vault.transferWithPermit(request, block.timestamp, 27, "r", "s");
        vm.expectRevert();
        center.sendBundle(chainAddress(DESTINATION), calls, none());
        vm.expectRevert();
        vault.initiateIndirectCall(DESTINATION, _victim, abi.encode(request));
        vm.stopPrank();
        _expectVictimWhole();
        vm.prank(_victim);
        center.sendBundle(chainAddress(DESTINATION), calls, none());
    }

    /// @dev What the vault calls of a contract that somebody names as a token: two functions, with the caller as the owner and
    /// the vault as the other side.
    function testFuzz_ATK22_vault_callsTwoFunctions_withItsCallerAsOwner(address caller, uint128 amount) external {
        vm.assume(amount != 0 && caller != address(vault));
        RecordingToken token = new RecordingToken();
        TransferRequest memory request = Transfers.fungible(DESTINATION, address(token), amount, bob);
        vm.prank(caller);
        vault.transferWithPermit(request, 5, 27, "r", "s");
        vm.assertEq(token.count(), 2);
        vm.assertEq(
            token.calls(0),
            abi.encodeCall(IERC20Permit.permit, (caller, address(vault), amount, 5, 27, bytes32("r"), bytes32("s")))
        );
        vm.assertEq(token.calls(1), abi.encodeCall(IERC20.transferFrom, (caller, address(vault), amount)));
    }

    /// @dev A transfer that arrives makes the vault call the token's own contract, and move what is its own.
    function test_ATK22_arrivals_moveTheVaultsOwnAlone() external {
        vm.prank(_victim);
        vault.transfer(Transfers.fungible(DESTINATION, address(_token), 40, _victim));
        Asset memory asset = Asset(SOURCE, address(_token), AssetKind.Fungible);
        AssetTransfer memory what = Transfers.units(asset, 40, _victim, _attacker);
        vm.chainId(SOURCE);
        what.amount = 41;
        vm.expectRevert();
        receiveFromVault(DESTINATION, what);
        what.amount = 40;
        receiveFromVault(DESTINATION, what);
        vm.assertEq(_token.balanceOf(_attacker), 40);
        vm.assertEq(_token.balanceOf(_victim), 60, "the allowance is not touched");
        vm.assertEq(vault.claimable(AssetIds.assetId(SOURCE, address(_token)), _attacker), 0);
    }

    /// @dev Whoever a call reaches sees the handler, or the inbox, which hold nothing.
    function test_ATK22_executor_isNotTheVault() external {
        RecordingRecipient recipient = new RecordingRecipient();
        handler.executeBundle(settle(sendMessage(address(recipient), "data", none())));
        vm.assertEq(recipient.gateway(), address(handler));
        receiveFromL1(_attacker, address(recipient), "data");
        vm.assertEq(recipient.gateway(), address(inbox));
        vm.assertNotEq(address(handler), address(vault));
        vm.assertNotEq(address(inbox), address(vault));
        // With assets and a call in one bundle too.
        vm.prank(_victim);
        _token.transfer(_attacker, 10);
        vm.chainId(SOURCE);
        vm.prank(_attacker);
        _token.approve(address(vault), 10);
        InteropCallStarter[] memory calls = new InteropCallStarter[](2);
        TransferRequest memory request = Transfers.fungible(DESTINATION, address(_token), 10, address(recipient));
        bytes[] memory indirect = listOf(wordAttribute("indirectCall(uint256)", 0));
        calls[0] = InteropCallStarter(Erc7930.format(0, address(vault)), abi.encode(request), indirect);
        calls[1] = InteropCallStarter(Erc7930.format(0, address(recipient)), "buy", none());
        sender = _attacker;
        handler.executeBundle(settle(sendBundle(calls, none())));
        vm.assertEq(recipient.gateway(), address(handler));
        vm.assertEq(recipient.sender(), Erc7930.format(SOURCE, _attacker));
        vm.assertEq(IERC20(bridgedOf(address(_token))).balanceOf(address(recipient)), 10);
    }

    function _expectVictimWhole() private view {
        vm.assertEq(_token.balanceOf(_victim), 100);
        vm.assertEq(_deeds.ownerOf(7), _victim);
        vm.assertEq(_coins.balanceOf(_victim, 3), 50);
    }
}
