// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {ERC1155} from "@openzeppelin/contracts/token/ERC1155/ERC1155.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {IERC721Metadata} from "@openzeppelin/contracts/token/ERC721/extensions/IERC721Metadata.sol";
import {IERC1155MetadataURI} from "@openzeppelin/contracts/token/ERC1155/extensions/IERC1155MetadataURI.sol";

import {AssetVault} from "../../../src/assets/AssetVault.sol";
import {Representations} from "../../../src/assets/Representations.sol";
import {IAssetCustody} from "../../../src/interfaces/IAssetCustody.sol";
import {IAssetVault} from "../../../src/interfaces/IAssetVault.sol";
import {AssetIds} from "../../../src/libraries/AssetIds.sol";
import {AssetTransfers} from "../../../src/libraries/AssetTransfers.sol";
import {Erc7930} from "../../../src/libraries/Erc7930.sol";
import {SwapDeployer} from "../../../src/swap/SwapDeployer.sol";
import {Asset, AssetKind, AssetMetadata, AssetTransfer, TransferRequest} from "../../../src/types/Assets.sol";
import {BundleDelivery, InteropCallStarter} from "../../../src/types/Bundles.sol";
import {InteropTest} from "../../base/InteropTest.sol";

contract Gold is ERC20 {
    constructor() ERC20("Gold", "GLD") {
        _mint(msg.sender, 1_000);
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }
}

contract Deed is ERC721 {
    constructor() ERC721("Deed", "DEED") {
        _mint(msg.sender, 7);
    }

    function tokenURI(uint256) public pure override returns (string memory) {
        return "ipfs://deed";
    }
}

contract Coins is ERC1155 {
    constructor(address owner) ERC1155("ipfs://coins") {
        _mint(owner, 3, 50, "");
    }
}

/// @notice Sells one thing for 25 units of what it was sent; closed, it sells nothing.
contract Shop {
    address public buyer;
    bool public closed;
    IERC20Metadata private _token;

    function accept(IERC20Metadata token) external {
        _token = token;
    }

    function close() external {
        closed = true;
    }

    function receiveMessage(bytes32, bytes calldata, bytes calldata payload) external returns (bytes4) {
        require(!closed, "closed");
        require(_token.balanceOf(address(this)) >= 25, "too little");
        buyer = abi.decode(payload, (address));
        return 0x2432ef26;
    }
}

/// @notice Three chains in one EVM: the vault stands at one address on all of them, and its state is told apart by the
/// chain ids in its keys.
contract AssetVaultTest is InteropTest {
    uint256 private constant THIRD = 507;
    address private constant BASE = AssetIds.BASE_TOKEN;

    AssetVault private _vault;
    address private _l1Bridge = makeAddr("l1Bridge");
    address private _alice = makeAddr("alice");
    address private _bob = makeAddr("bob");

    function setUp() public override {
        super.setUp();
        Representations representations = new Representations();
        _vault = new AssetVault(
            address(manager),
            address(representations),
            address(center),
            address(handler),
            L1,
            _l1Bridge,
            address(new SwapDeployer()),
            makeAddr("l1Swaps")
        );
        vm.chainId(DESTINATION);
        vm.startPrank(governance);
        center.setDestination(THIRD, BASE_TOKEN);
        vm.chainId(THIRD);
        center.setDestination(SOURCE, BASE_TOKEN);
        vm.stopPrank();
        vm.chainId(SOURCE);
        vm.deal(address(_vault.BASE_TOKEN_HOLDER()), 1_000_000 ether);
    }

    function test_transfer_carriesAFungibleTokenRoundAndHome() external {
        Gold gold = new Gold();
        gold.approve(address(_vault), 300);
        _cross(SOURCE, DESTINATION, _fungible(DESTINATION, address(gold), 300, _alice), address(this));
        vm.assertEq(_vault.locked(address(gold)), 300);
        IERC20Metadata bridged = IERC20Metadata(_vault.tokenOf(AssetIds.assetId(SOURCE, address(gold))));
        vm.assertEq(bridged.balanceOf(_alice), 300);
        vm.assertEq(bridged.name(), "Gold");
        vm.assertEq(bridged.symbol(), "GLD");
        vm.assertEq(bridged.decimals(), 6);

        _cross(DESTINATION, THIRD, _fungible(THIRD, address(bridged), 120, _bob), _alice);
        vm.assertEq(bridged.balanceOf(_alice), 180);
        vm.assertEq(bridged.balanceOf(_bob), 120);
        _cross(THIRD, SOURCE, _fungible(SOURCE, address(bridged), 120, _bob), _bob);
        vm.assertEq(gold.balanceOf(_bob), 120);
        vm.assertEq(bridged.totalSupply(), 180);
        vm.assertEq(_vault.locked(address(gold)), 180);
    }

    function test_transfer_carriesASingleTokenThereAndBack() external {
        Deed deed = new Deed();
        deed.approve(address(_vault), 7);
        _cross(
            SOURCE,
            DESTINATION,
            _request(DESTINATION, address(deed), AssetKind.NonFungible, 7, 1, _alice),
            address(this)
        );
        address bridged = _vault.tokenOf(AssetIds.assetId(SOURCE, address(deed)));
        vm.assertEq(ERC721(bridged).ownerOf(7), _alice);
        vm.assertEq(IERC721Metadata(bridged).tokenURI(7), "ipfs://deed");
        vm.assertEq(IERC721Metadata(bridged).symbol(), "DEED");
        _cross(DESTINATION, SOURCE, _request(SOURCE, bridged, AssetKind.NonFungible, 7, 1, _bob), _alice);
        vm.assertEq(deed.ownerOf(7), _bob);
    }

    function test_transfer_carriesManyTokensThereAndBack() external {
        Coins coins = new Coins(_alice);
        vm.prank(_alice);
        coins.setApprovalForAll(address(_vault), true);
        _cross(SOURCE, DESTINATION, _request(DESTINATION, address(coins), AssetKind.MultiToken, 3, 20, _alice), _alice);
        address bridged = _vault.tokenOf(AssetIds.assetId(SOURCE, address(coins)));
        vm.assertEq(ERC1155(bridged).balanceOf(_alice, 3), 20);
        vm.assertEq(IERC1155MetadataURI(bridged).uri(3), "ipfs://coins");
        _cross(DESTINATION, SOURCE, _request(SOURCE, bridged, AssetKind.MultiToken, 3, 20, _bob), _alice);
        vm.assertEq(coins.balanceOf(_bob, 3), 20);
        vm.assertEq(coins.balanceOf(address(_vault), 3), 0);
    }

    function test_transfer_carriesTheBaseToken() external {
        _cross(SOURCE, DESTINATION, _fungible(DESTINATION, BASE, 3 ether, _bob), _alice);
        vm.assertEq(_bob.balance, 3 ether);
        vm.assertEq(_alice.balance, 0);
    }

    /// @dev A recipient that takes no ether has a claim, and lets another account be paid. ATK-35.
    function test_ATK35_transfer_becomesAClaim_whenTheRecipientCannotBePaid() external {
        _cross(SOURCE, DESTINATION, _fungible(DESTINATION, BASE, 2 ether, address(center)), _alice);
        Asset memory ether_ = Asset(L1, BASE, AssetKind.Fungible);
        bytes32 key = AssetIds.ledgerKey(ether_, 0);
        vm.assertEq(_vault.claimable(key, address(center)), 2 ether);
        vm.expectRevert(abi.encodeWithSelector(IAssetCustody.AssetCustodyNothingToClaim.selector, key, _bob));
        vm.prank(_bob);
        _vault.claim(ether_, 0, _bob);
        vm.prank(address(center));
        _vault.claim(ether_, 0, _bob);
        vm.assertEq(_bob.balance, 2 ether);
        vm.assertEq(_vault.claimable(key, address(center)), 0);
    }

    /// @dev Only the home of an asset may say what it is called.
    function test_receiveMessage_addsAClaim_untilTheHomeHasAnnouncedTheAsset() external {
        Asset memory asset = Asset(THIRD, makeAddr("foreign"), AssetKind.Fungible);
        bytes memory lie = abi.encode("Fake", "FAKE", uint8(18), address(0), address(0));
        _receive(DESTINATION, AssetTransfer(asset, 0, 40, _bob, _alice, lie, ""));
        bytes32 id = AssetIds.assetId(THIRD, asset.originToken);
        vm.assertEq(_vault.tokenOf(id), address(0));
        vm.assertEq(_vault.claimable(id, _alice), 40);
        vm.expectRevert(abi.encodeWithSelector(IAssetCustody.AssetCustodyNotPaid.selector, id, _alice, 40));
        vm.prank(_alice);
        _vault.claim(asset, 0, _alice);

        bytes memory truth = abi.encode(_metadata("Real", "REAL", 4));
        _receive(THIRD, AssetTransfer(asset, 0, 0, address(0), address(0), truth, ""));
        vm.prank(_alice);
        _vault.claim(asset, 0, _bob);
        vm.assertEq(IERC20Metadata(_vault.tokenOf(id)).symbol(), "REAL");
        vm.assertEq(IERC20Metadata(_vault.tokenOf(id)).balanceOf(_bob), 40);
    }

    /// @dev ATK-12: neither an account of another chain, nor of L1, nor anybody here is the vault's equal.
    function testFuzz_ATK12_receiveMessage_reverts_whenTheSourceIsForged(address caller, address from) external {
        vm.assume(caller != address(handler) && caller != address(inbox) && caller != _vault.SWAP());
        vm.assume(from != address(_vault) && from != _l1Bridge);
        AssetTransfer memory forged;
        forged.asset = Asset(SOURCE, makeAddr("gold"), AssetKind.Fungible);
        (forged.amount, forged.recipient) = (5, _alice);
        bytes memory payload = AssetTransfers.encode(forged);
        vm.expectRevert(abi.encodeWithSelector(IAssetVault.AssetVaultNotGateway.selector, caller));
        vm.prank(caller);
        _vault.receiveMessage(0, _spelling(THIRD, address(_vault)), payload);
        _expectWrongSender(address(handler), THIRD, from, payload);
        _expectWrongSender(address(handler), L1, _l1Bridge, payload);
        _expectWrongSender(address(handler), L1, address(_vault), payload);
        _expectWrongSender(address(inbox), L1, from, payload);
        _expectWrongSender(address(inbox), THIRD, _l1Bridge, payload);
    }

    /// @dev Past its deadline a transfer is given up by anyone, once, and its assets are on their way back.
    function test_returnCancelled_sendsItBackOnce_afterTheDeadline() external {
        Gold gold = new Gold();
        gold.approve(address(_vault), 90);
        TransferRequest memory request = _fungible(DESTINATION, address(gold), 90, _alice);
        request.deliverBefore = block.timestamp + 10;
        BundleDelivery memory delivery = _sendOnly(SOURCE, DESTINATION, request, address(this));
        vm.expectRevert();
        handler.cancelExpired(delivery);
        vm.expectRevert();
        _vault.returnCancelled(SOURCE, delivery.bundle, 0);
        vm.warp(block.timestamp + 11);
        vm.expectRevert();
        handler.executeBundle(delivery);
        handler.cancelExpired(delivery);

        vm.recordLogs();
        _vault.returnCancelled(SOURCE, delivery.bundle, 0);
        _execute(DESTINATION, SOURCE, _bundleIn());
        vm.assertEq(gold.balanceOf(address(this)), 1_000);
        vm.assertEq(_vault.locked(address(gold)), 0);
        vm.chainId(DESTINATION);
        bytes32 hash = bundleHashOf(delivery.bundle);
        vm.expectRevert(abi.encodeWithSelector(IAssetVault.AssetVaultAlreadyReturned.selector, hash, 0));
        _vault.returnCancelled(SOURCE, delivery.bundle, 0);
    }

    function test_sendBundle_carriesAssetsAndThenCalls() external {
        (Gold gold, Shop shop) = _goldAndShop();
        BundleDelivery memory delivery = _sendPurchase(gold, shop, 0);
        handler.executeBundle(delivery);
        vm.assertEq(shop.buyer(), _alice);
        vm.assertEq(_bridged(gold).balanceOf(address(shop)), 25);
    }

    /// @dev All or nothing; past the deadline the assets go back to whoever sent them.
    function test_sendBundle_givesTheAssetsBack_whenTheCallNeverSucceeds() external {
        (Gold gold, Shop shop) = _goldAndShop();
        shop.close();
        BundleDelivery memory delivery = _sendPurchase(gold, shop, block.timestamp + 60);
        vm.expectRevert();
        handler.executeBundle(delivery);
        vm.assertEq(_bridged(gold).balanceOf(address(shop)), 0, "no half of it");
        vm.warp(block.timestamp + 61);
        handler.cancelExpired(delivery);
        vm.expectRevert(
            abi.encodeWithSelector(IAssetVault.AssetVaultNotATransfer.selector, bundleHashOf(delivery.bundle), 1)
        );
        _vault.returnCancelled(SOURCE, delivery.bundle, 1);
        vm.recordLogs();
        _vault.returnCancelled(SOURCE, delivery.bundle, 0);
        uint256 before = gold.balanceOf(_alice);
        _execute(DESTINATION, SOURCE, _bundleIn());
        vm.assertEq(gold.balanceOf(_alice), before + 25);
    }

    /// @dev ATK-09: what a user words himself never counts as the vault's word.
    function test_ATK09_sendBundle_keepsTheUserAsSender_ofACallToTheVault() external {
        AssetTransfer memory forged;
        forged.asset = Asset(SOURCE, makeAddr("gold"), AssetKind.Fungible);
        (forged.amount, forged.recipient) = (5, _alice);
        InteropCallStarter[] memory calls = new InteropCallStarter[](1);
        calls[0] = InteropCallStarter(Erc7930.format(0, address(_vault)), AssetTransfers.encode(forged), none());
        BundleDelivery memory delivery = settle(sendBundle(calls, none()));
        vm.expectRevert();
        handler.executeBundle(delivery);
        vm.expectRevert(abi.encodeWithSelector(IAssetVault.AssetVaultNotGateway.selector, address(this)));
        _vault.initiateIndirectCall(DESTINATION, _alice, "");
    }

    /// @dev `DESTINATION` knows the token, the shop takes it, and Alice has 100 of it.
    function _goldAndShop() private returns (Gold gold, Shop shop) {
        gold = new Gold();
        shop = new Shop();
        gold.approve(address(_vault), 1);
        _cross(SOURCE, DESTINATION, _fungible(DESTINATION, address(gold), 1, _bob), address(this));
        shop.accept(_bridged(gold));
        gold.transfer(_alice, 100);
        vm.prank(_alice);
        gold.approve(address(_vault), 100);
    }

    /// @dev Alice sends 25 to the shop, and buys.
    function _sendPurchase(Gold gold, Shop shop, uint256 deliverBefore) private returns (BundleDelivery memory) {
        InteropCallStarter[] memory calls = new InteropCallStarter[](2);
        TransferRequest memory request = _fungible(DESTINATION, address(gold), 25, address(shop));
        bytes[] memory deadline =
            deliverBefore == 0 ? none() : listOf(wordAttribute("deliverBefore(uint256)", deliverBefore));
        bytes[] memory indirect = append(deadline, wordAttribute("indirectCall(uint256)", 0));
        calls[0] = InteropCallStarter(Erc7930.format(0, address(_vault)), abi.encode(request), indirect);
        calls[1] = InteropCallStarter(Erc7930.format(0, address(shop)), abi.encode(_alice), deadline);
        vm.chainId(SOURCE);
        vm.recordLogs();
        vm.prank(_alice);
        center.sendBundle(chainAddress(DESTINATION), calls, none());
        return _settle(SOURCE, DESTINATION, _bundleIn());
    }

    function _bridged(Gold gold) private view returns (IERC20Metadata) {
        return IERC20Metadata(_vault.tokenOf(AssetIds.assetId(SOURCE, address(gold))));
    }

    function _metadata(string memory name, string memory symbol, uint8 decimals)
        private
        pure
        returns (AssetMetadata memory)
    {
        return AssetMetadata(name, symbol, decimals, address(0), address(0));
    }

    function _spelling(uint256 chainId, address account) private pure returns (bytes memory) {
        return Erc7930.format(chainId, account);
    }

    /// @dev A message of the vault of another chain, as the handler of `DESTINATION`'s chain hands it over.
    function _receive(uint256 source, AssetTransfer memory what) private {
        vm.chainId(SOURCE);
        vm.prank(address(handler));
        _vault.receiveMessage(0, _spelling(source, address(_vault)), AssetTransfers.encode(what));
    }

    function _expectWrongSender(address gateway, uint256 chainId, address from, bytes memory payload) private {
        bytes memory spelling = _spelling(chainId, from);
        vm.expectRevert(abi.encodeWithSelector(IAssetVault.AssetVaultWrongSender.selector, spelling));
        vm.prank(gateway);
        _vault.receiveMessage(0, spelling, payload);
    }

    function _fungible(uint256 destination, address token, uint256 amount, address recipient)
        private
        pure
        returns (TransferRequest memory)
    {
        return _request(destination, token, AssetKind.Fungible, 0, amount, recipient);
    }

    function _request(
        uint256 destination,
        address token,
        AssetKind kind,
        uint256 tokenId,
        uint256 amount,
        address recipient
    ) private pure returns (TransferRequest memory) {
        return TransferRequest(destination, token, kind, tokenId, amount, recipient, 0);
    }

    /// @dev `from` sends; the bundle is settled and executed on the destination.
    function _cross(uint256 source, uint256 destination, TransferRequest memory request, address from) private {
        BundleDelivery memory delivery = _sendOnly(source, destination, request, from);
        vm.prank(relayer);
        handler.executeBundle(delivery);
    }

    function _sendOnly(uint256 source, uint256 destination, TransferRequest memory request, address from)
        private
        returns (BundleDelivery memory)
    {
        vm.chainId(source);
        uint256 value = request.token == BASE ? request.amount : 0;
        vm.deal(from, from.balance + value);
        vm.recordLogs();
        vm.prank(from);
        _vault.transfer{value: value}(request);
        return _settle(source, destination, _bundleIn());
    }

    function _execute(uint256 source, uint256 destination, bytes memory bundle) private {
        BundleDelivery memory delivery = _settle(source, destination, bundle);
        vm.prank(relayer);
        handler.executeBundle(delivery);
    }

    function _settle(uint256 source, uint256 destination, bytes memory bundle) private returns (BundleDelivery memory) {
        vm.chainId(destination);
        bytes[] memory bundles = new bytes[](1);
        bundles[0] = bundle;
        (BundleDelivery[] memory deliveries,) = settleFrom(source, address(center), bundles);
        return deliveries[0];
    }

    /// @dev The bundle that was just sent.
    function _bundleIn() private returns (bytes memory bundle) {
        bytes memory message = messageIn(vm.getRecordedLogs());
        bundle = new bytes(message.length - 1);
        for (uint256 i = 0; i < bundle.length; ++i) {
            bundle[i] = message[i + 1];
        }
    }
}
