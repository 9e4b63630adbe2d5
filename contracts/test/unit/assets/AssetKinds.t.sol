// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {IAssetCustody} from "../../../src/interfaces/IAssetCustody.sol";
import {AssetKind} from "../../../src/types/Assets.sol";
import {BridgeTest} from "../../base/BridgeTest.sol";
import {Transfers} from "../../base/Transfers.sol";
import {VaultTest} from "../../base/VaultTest.sol";
import {EtherRefuser} from "../../mocks/EtherRefuser.sol";
import {PlainERC1155, PlainERC20, PlainERC721} from "../../mocks/PlainTokens.sol";

/// @notice A token is of the kind that it says it is. Nobody who is first to name it decides that: what was announced, or
/// locked, under another kind would keep all that comes later from arriving.
contract AssetKindsTest is VaultTest {
    address[3] private _tokens;

    function setUp() public override {
        super.setUp();
        _tokens = [address(new PlainERC20(18)), address(new PlainERC721()), address(new PlainERC1155())];
    }

    function test_announce_reverts_whenTheTokenIsOfAnotherKind() external {
        for (uint8 token = 0; token < 3; ++token) {
            for (uint8 kind = 0; kind < 3; ++kind) {
                bytes32 before = center.commitment();
                if (kind != token) vm.expectRevert(_wrongKind(token, kind));
                vault.announce(_tokens[token], AssetKind(kind), DESTINATION);
                vm.assertEq(center.commitment() != before, kind == token);
            }
        }
    }

    /// @dev A proxy that has nothing behind it yet is of no kind, and could become a token of any.
    function test_announce_reverts_whenTheTokenIsNoneYet() external {
        address proxy = address(new EtherRefuser());
        vm.expectRevert(abi.encodeWithSelector(IAssetCustody.AssetCustodyNoToken.selector, proxy));
        vault.announce(proxy, AssetKind.Fungible, DESTINATION);
    }

    function test_announce_reverts_whenTheTokenIsNotAtHomeHere() external {
        _mintToAlice();
        cross(SOURCE, Transfers.fungible(DESTINATION, _tokens[0], 1, bob), alice);
        address[2] memory elsewhere = [bridgedOf(_tokens[0]), BASE];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAssetCustody.AssetCustodyNotHome.selector, elsewhere[i]));
            vault.announce(elsewhere[i], AssetKind.Fungible, THIRD);
        }
        vm.chainId(SOURCE);
        vault.announce(_tokens[0], AssetKind.Fungible, DESTINATION);
    }

    /// @dev A stranger would announce it before its first transfer, or to a chain that has none of it yet.
    function test_transfer_arrives_whateverAStrangerAnnounced() external {
        _mintToAlice();
        for (uint8 kind = 0; kind < 3; ++kind) {
            for (uint8 other = 0; other < 3; ++other) {
                vm.chainId(SOURCE);
                vm.recordLogs();
                vm.prank(bob);
                try vault.announce(_tokens[kind], AssetKind(other), DESTINATION) {
                    handler.executeBundle(settleOn(SOURCE, DESTINATION, bundleJustSent()));
                } catch {}
            }
            cross(SOURCE, Transfers.request(DESTINATION, _tokens[kind], AssetKind(kind), _ids()[kind], 1, bob), alice);
        }
        vm.assertEq(IERC20(bridgedOf(_tokens[0])).balanceOf(bob), 1);
        vm.assertEq(IERC721(bridgedOf(_tokens[1])).ownerOf(1), bob);
        vm.assertEq(PlainERC1155(bridgedOf(_tokens[2])).balanceOf(bob, 3), 1);
    }

    /// @dev Token 1 of a collection passes for one unit: `transferFrom` of the two standards is one function.
    function test_transfer_reverts_whenASingleTokenIsSentAsAUnit() external {
        _mintToAlice();
        vm.expectRevert(_wrongKind(1, 0));
        vm.prank(alice);
        vault.transfer(Transfers.fungible(DESTINATION, _tokens[1], 1, bob));
        cross(SOURCE, Transfers.request(DESTINATION, _tokens[1], AssetKind.NonFungible, 1, 1, bob), alice);
        vm.assertEq(IERC721(bridgedOf(_tokens[1])).ownerOf(1), bob);
    }

    function _mintToAlice() private {
        PlainERC20(_tokens[0]).mint(alice, 1);
        PlainERC721(_tokens[1]).mint(alice, 1);
        PlainERC1155(_tokens[2]).mint(alice, 3, 1);
        vm.startPrank(alice);
        PlainERC20(_tokens[0]).approve(address(vault), 1);
        PlainERC721(_tokens[1]).setApprovalForAll(address(vault), true);
        PlainERC1155(_tokens[2]).setApprovalForAll(address(vault), true);
        vm.stopPrank();
    }

    function _ids() private pure returns (uint256[3] memory) {
        return [uint256(0), 1, 3];
    }

    function _wrongKind(uint8 expected, uint8 actual) private view returns (bytes memory) {
        return abi.encodeWithSelector(
            IAssetCustody.AssetCustodyWrongKind.selector, _tokens[expected], AssetKind(expected), AssetKind(actual)
        );
    }
}

/// @notice The same on L1.
contract AssetKindsOnL1Test is BridgeTest {
    uint256 private constant CHAIN = 271;

    function test_announce_reverts_whenTheTokenIsOfAnotherKind() external {
        deployL1();
        addChain(CHAIN);
        address token = address(new PlainERC20(18));
        vm.expectRevert(
            abi.encodeWithSelector(
                IAssetCustody.AssetCustodyWrongKind.selector, token, AssetKind.Fungible, AssetKind.NonFungible
            )
        );
        sharedBridge.announce(token, AssetKind.NonFungible, CHAIN, DEPOSIT_GAS);
        vm.assertEq(priorityQueue.tail(CHAIN), 0);
        sharedBridge.announce(token, AssetKind.Fungible, CHAIN, DEPOSIT_GAS);
        vm.assertEq(priorityQueue.tail(CHAIN), 1);
    }
}
