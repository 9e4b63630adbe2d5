// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC1155MetadataURI} from "@openzeppelin/contracts/token/ERC1155/extensions/IERC1155MetadataURI.sol";
import {IERC721Metadata} from "@openzeppelin/contracts/token/ERC721/extensions/IERC721Metadata.sol";
import {ERC1155Holder} from "@openzeppelin/contracts/token/ERC1155/utils/ERC1155Holder.sol";

import {AssetIds} from "../../src/libraries/AssetIds.sol";
import {Erc7930} from "../../src/libraries/Erc7930.sol";
import {TokenMetadata} from "../../src/libraries/TokenMetadata.sol";
import {Asset, AssetKind, AssetTransfer} from "../../src/types/Assets.sol";
import {Transfers} from "../base/Transfers.sol";
import {VaultTest} from "../base/VaultTest.sol";

/// @notice Remembers how much gas it was paid with.
contract GasWatcher is ERC1155Holder {
    uint256 public gasSeen;

    receive() external payable {
        gasSeen = gasleft();
    }

    function onERC1155Received(address, address, uint256, uint256, bytes memory) public override returns (bytes4) {
        gasSeen = gasleft();
        return this.onERC1155Received.selector;
    }
}

/// @notice Remembers how much gas its last transfer got.
contract GasWatchingToken is ERC20 {
    uint256 public gasSeen;

    constructor(address owner) ERC20("Watcher", "WAT") {
        _mint(owner, 100);
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        gasSeen = gasleft();
        return super.transfer(to, amount);
    }
}

/// @notice ATK-37: a delivery that carries too little gas to pay the recipient, so that the payment becomes a claim. Whatever
/// the gas, the delivery reverts, or the recipient is paid with all the gas a payment gets.
contract ATK37PaymentGasTest is VaultTest {
    uint256 private constant AMPLE = 5_000_000;

    GasWatcher private _recipient;

    function setUp() public override {
        super.setUp();
        _recipient = new GasWatcher();
    }

    function test_ATK37_payment_getsAllItsGas_ofBaseTokens() external {
        _sweep(_to(Asset(L1, BASE, AssetKind.Fungible)), address(_recipient));
    }

    function test_ATK37_payment_getsAllItsGas_ofHomeTokens() external {
        GasWatchingToken token = new GasWatchingToken(alice);
        vm.prank(alice);
        token.approve(address(vault), 100);
        cross(SOURCE, Transfers.fungible(DESTINATION, address(token), 100, bob), alice);
        vm.chainId(SOURCE);
        _sweep(_to(Asset(SOURCE, address(token), AssetKind.Fungible)), address(token));
    }

    function test_ATK37_payment_getsAllItsGas_ofRepresentations() external {
        Asset memory asset = Asset(L1, makeAddr("coins of L1"), AssetKind.MultiToken);
        receiveFromBridge(Transfers.announcement(asset, "Coins", 0), true);
        AssetTransfer memory what = _to(asset);
        what.tokenId = 3;
        what.tokenUri = string(payloadOf(TokenMetadata.MAX_TEXT));
        _sweep(what, address(_recipient));
    }

    /// @dev The URI of a token is stored with it, which takes more gas the longer it is: all that is carried is paid for. What no
    /// chain that is in order would carry is dropped.
    function testFuzz_ATK37_payment_coversTheUri(uint256 size, bool isSingle) external {
        Asset memory asset = Asset(L1, makeAddr("art of L1"), isSingle ? AssetKind.NonFungible : AssetKind.MultiToken);
        receiveFromBridge(Transfers.announcement(asset, "Art", 0), true);
        AssetTransfer memory what = _to(asset);
        (what.tokenId, what.amount) = (3, 1);
        size = bound(size, 0, 2 * TokenMetadata.MAX_TEXT);
        what.tokenUri = string(payloadOf(size));
        vm.assertTrue(_deliver(what, AMPLE));
        vm.assertEq(vault.claimable(AssetIds.ledgerKey(asset, 3), address(_recipient)), 0);
        address token = vault.tokenOf(AssetIds.assetId(L1, asset.originToken));
        string memory uri = isSingle ? IERC721Metadata(token).tokenURI(3) : IERC1155MetadataURI(token).uri(3);
        vm.assertEq(uri, size > TokenMetadata.MAX_TEXT ? "" : what.tokenUri);
    }

    /// @dev The least gas with which the delivery goes through gives the payment what ample gas does.
    function _sweep(AssetTransfer memory what, address watcher) private {
        uint256 snapshot = vm.snapshotState();
        vm.assertTrue(_deliver(what, AMPLE));
        uint256 seen = GasWatcher(payable(watcher)).gasSeen();
        vm.assertGt(seen, 0);
        vm.revertToState(snapshot);
        (uint256 fails, uint256 goesThrough) = (0, AMPLE);
        while (goesThrough - fails > 1) {
            uint256 middle = (fails + goesThrough) / 2;
            snapshot = vm.snapshotState();
            if (_deliver(what, middle)) goesThrough = middle;
            else fails = middle;
            vm.revertToState(snapshot);
        }
        vm.assertFalse(_deliver(what, goesThrough - 1));
        vm.assertTrue(_deliver(what, goesThrough));
        vm.assertEq(GasWatcher(payable(watcher)).gasSeen(), seen);
    }

    function _deliver(AssetTransfer memory what, uint256 gasLimit) private returns (bool success) {
        bytes memory source = Erc7930.format(L1, l1Bridge);
        bytes memory call = abi.encodeCall(vault.receiveMessage, (bytes32(0), source, Transfers.encode(what)));
        if (what.asset.originChainId == SOURCE) {
            source = Erc7930.format(DESTINATION, address(vault));
            call = abi.encodeCall(vault.receiveMessage, (bytes32(0), source, Transfers.encode(what)));
        }
        // Each delivery is a transaction of its own, with nothing warm.
        _cool(what);
        vm.prank(what.asset.originChainId == SOURCE ? address(handler) : address(inbox));
        (success,) = address(vault).call{gas: gasLimit}(call);
    }

    function _cool(AssetTransfer memory what) private {
        vm.cool(address(vault));
        vm.cool(address(vault.BASE_TOKEN_HOLDER()));
        vm.cool(address(_recipient));
        vm.cool(what.asset.originToken);
    }

    function _to(Asset memory asset) private view returns (AssetTransfer memory) {
        return Transfers.units(asset, 5, alice, address(_recipient));
    }
}
