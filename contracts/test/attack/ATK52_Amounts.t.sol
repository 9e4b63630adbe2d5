// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IAssetCustody} from "../../src/interfaces/IAssetCustody.sol";
import {AssetIds} from "../../src/libraries/AssetIds.sol";
import {AssetTransferDoesNotFit} from "../../src/libraries/AssetTransfers.sol";
import {Asset, AssetKind, AssetTransfer, LedgerEntry, TransferRequest} from "../../src/types/Assets.sol";
import {Batch} from "../../src/types/Batches.sol";
import {InclusionProof, RootImport} from "../../src/types/Messages.sol";
import {SwapEffect} from "../../src/types/Swaps.sol";
import {BridgeTest} from "../base/BridgeTest.sol";
import {Transfers} from "../base/Transfers.sol";
import {VaultTest} from "../base/VaultTest.sol";
import {PlainERC1155, PlainERC20, PlainERC721} from "../mocks/PlainTokens.sol";

/// @notice ATK-52: amounts at the ends of their range. Nothing is refused late, and nothing wraps around.
contract ATK52AmountsTest is VaultTest {
    uint256 private constant MAX = type(uint128).max;

    PlainERC20 private _token;
    PlainERC721 private _deeds;
    PlainERC1155 private _coins;

    function setUp() public override {
        super.setUp();
        _token = new PlainERC20(18);
        _deeds = new PlainERC721();
        _coins = new PlainERC1155();
        _token.mint(alice, type(uint256).max);
        _deeds.mint(alice, type(uint256).max);
        _coins.mint(alice, type(uint256).max, type(uint256).max);
        vm.startPrank(alice);
        _token.approve(address(vault), type(uint256).max);
        _deeds.setApprovalForAll(address(vault), true);
        _coins.setApprovalForAll(address(vault), true);
        vm.stopPrank();
    }

    function test_ATK52_refuses_badAmounts_whenSent() external {
        uint256[4] memory bad = [uint256(0), MAX + 1, type(uint256).max - 1, type(uint256).max];
        for (uint256 i = 0; i < 4; ++i) {
            _refuse(AssetKind.Fungible, 0, bad[i]);
            _refuse(AssetKind.MultiToken, type(uint256).max, bad[i]);
            _refuse(AssetKind.NonFungible, type(uint256).max, bad[i]);
        }
        _refuse(AssetKind.NonFungible, type(uint256).max, 2);
        vm.assertEq(_token.balanceOf(address(vault)), 0);
    }

    /// @dev The least and the most there is, there and back, under the largest token id.
    function test_ATK52_accepts_theEndsOfTheRange() external {
        uint256[2] memory good = [uint256(1), MAX];
        for (uint256 i = 0; i < 2; ++i) {
            _thereAndBack(AssetKind.Fungible, 0, good[i]);
            _thereAndBack(AssetKind.MultiToken, type(uint256).max, good[i]);
        }
        _thereAndBack(AssetKind.NonFungible, type(uint256).max, 1);
        vm.assertEq(_token.balanceOf(alice), type(uint256).max);
        vm.assertEq(_coins.balanceOf(alice, type(uint256).max), type(uint256).max);
        vm.assertEq(_deeds.ownerOf(type(uint256).max), alice);
    }

    /// @dev What is locked of one token is bounded as a whole.
    function testFuzz_ATK52_refuses_moreThanCanBeLocked(uint128 first) external {
        vm.assume(first > 1);
        cross(SOURCE, _request(AssetKind.Fungible, 0, first), alice);
        vm.chainId(SOURCE);
        bytes32 before = center.commitment();
        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 128, MAX + 1));
        vm.prank(alice);
        vault.transfer(_request(AssetKind.Fungible, 0, MAX - first + 1));
        vm.assertEq(vault.locked(address(_token)), first);
        vm.assertEq(center.commitment(), before);
        if (first != MAX) cross(SOURCE, _request(AssetKind.Fungible, 0, MAX - first), alice);
        vm.assertEq(vault.locked(address(_token)), MAX);
    }

    /// @dev What is on the wire has room for the range and no more; 0 arrives as an announcement that moves nothing.
    function test_ATK52_wire_hasRoomForTheRangeAlone() external {
        Asset memory asset = Asset(L1, makeAddr("token of L1"), AssetKind.Fungible);
        receiveFromBridge(Transfers.announcement(asset, "Gold", 6), true);
        IERC20 token = IERC20(vault.tokenOf(AssetIds.ledgerKey(asset, 0)));
        vm.expectRevert(AssetTransferDoesNotFit.selector);
        this.encode(Transfers.units(asset, MAX + 1, alice, bob));
        receiveFromBridge(Transfers.units(asset, 0, alice, bob), true);
        vm.assertEq(token.totalSupply(), 0);
        receiveFromBridge(Transfers.units(asset, MAX, alice, bob), true);
        receiveFromBridge(Transfers.units(asset, 1, alice, bob), true);
        vm.assertEq(token.balanceOf(bob), MAX + 1, "a representation has room for all chains' sums");
    }

    function encode(AssetTransfer calldata what) external pure returns (bytes memory) {
        return Transfers.encode(what);
    }

    /// @dev More than is kept cannot be unlocked, nor more base tokens paid than there are: that is a claim.
    function test_ATK52_arrivals_ofMoreThanThereIs() external {
        cross(SOURCE, _request(AssetKind.Fungible, 0, 70), alice);
        vm.chainId(SOURCE);
        Asset memory asset = Asset(SOURCE, address(_token), AssetKind.Fungible);
        vm.expectRevert(abi.encodeWithSelector(IAssetCustody.AssetCustodyShortfall.selector, address(_token), 70, 71));
        receiveFromVault(DESTINATION, Transfers.units(asset, 71, alice, bob));
        receiveFromVault(DESTINATION, Transfers.units(asset, 70, alice, bob));
        vm.assertEq(_token.balanceOf(bob), 70);
        Asset memory base = Asset(L1, BASE, AssetKind.Fungible);
        receiveFromBridge(Transfers.units(base, GENESIS_BASE_TOKENS + 1, alice, bob), true);
        vm.assertEq(bob.balance, 0);
        vm.assertEq(vault.claimable(AssetIds.ledgerKey(base, 0), bob), GENESIS_BASE_TOKENS + 1);
    }

    /// @dev Fungible tokens have no id; an id with one would be counted as another asset.
    function testFuzz_ATK52_refuses_tokenIds_ofFungibleTokens(uint256 tokenId) external {
        vm.assume(tokenId != 0);
        vm.expectRevert(abi.encodeWithSelector(IAssetCustody.AssetCustodyBadTokenId.selector, tokenId));
        vm.prank(alice);
        vault.transfer(_request(AssetKind.Fungible, tokenId, 5));
        vm.prank(alice);
        vault.transfer(_request(AssetKind.Fungible, 0, 5));
    }

    function _refuse(AssetKind kind, uint256 tokenId, uint256 amount) private {
        bytes32 before = center.commitment();
        vm.expectRevert(abi.encodeWithSelector(IAssetCustody.AssetCustodyBadAmount.selector, kind, amount));
        vm.prank(alice);
        vault.transfer(_request(kind, tokenId, amount));
        vm.assertEq(center.commitment(), before);
    }

    function _thereAndBack(AssetKind kind, uint256 tokenId, uint256 amount) private {
        TransferRequest memory request = _request(kind, tokenId, amount);
        cross(SOURCE, request, alice);
        address bridged = bridgedOf(request.token);
        cross(DESTINATION, Transfers.request(SOURCE, bridged, kind, tokenId, amount, alice), bob);
    }

    function _request(AssetKind kind, uint256 tokenId, uint256 amount) private view returns (TransferRequest memory) {
        address[3] memory tokens = [address(_token), address(_deeds), address(_coins)];
        return Transfers.request(DESTINATION, tokens[uint8(kind)], kind, tokenId, amount, bob);
    }
}

/// @notice The same for what chains report, and for what L1 keeps and pays.
contract ATK52SumsTest is BridgeTest {
    uint256 private constant A = 271;
    uint256 private constant B = 272;
    uint256 private constant MAX = type(uint128).max;

    Asset private _ofA = Asset(A, makeAddr("token of A"), AssetKind.Fungible);

    function setUp() external {
        deployL1();
        addChain(A);
        addChain(B);
    }

    /// @dev Entries of one batch whose sum does not fit: the batch does not execute, and nothing of it counts.
    function testFuzz_ATK52_batch_reverts_whenItsSumOverflows(uint256 first) external {
        first = bound(first, 1, type(uint256).max);
        LedgerEntry[] memory entries = _two(first, type(uint256).max - first + 1);
        Batch memory batch = batchWith(A, "leaf", entries);
        bytes memory proof = attest(A, batch);
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x11));
        vm.prank(operator);
        settlement.settleBatch(A, batch, "", proof, new RootImport[](0), entries, new SwapEffect[](0));
        vm.assertEq(settlement.executedHead(A).batchNumber, 0);
        vm.assertEq(ledger.issued(AssetIds.ledgerKey(_ofA, 0)), 0);
        if (first != type(uint256).max) report(A, _two(first, type(uint256).max - first));
    }

    /// @dev A chain that has issued all there can be of its token is in nobody's way but its own.
    function test_ATK52_fullLedger_isItsChainsOwnTrouble() external {
        report(A, Transfers.entry(_ofA, 0, A, B, type(uint256).max));
        Batch memory batch = batchWith(A, "leaf", Transfers.entry(_ofA, 0, A, L1_CHAIN_ID, 1));
        bytes memory proof = attest(A, batch);
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x11));
        vm.prank(operator);
        settlement.settleBatch(
            A, batch, "", proof, new RootImport[](0), Transfers.entry(_ofA, 0, A, L1_CHAIN_ID, 1), new SwapEffect[](0)
        );
        report(B, Transfers.entry(_ofA, 0, A, B, type(uint256).max));
        fund(B, ETHER, 5 ether, stranger);
        report(A, nothing());
        vm.assertEq(ledger.balance(B, AssetIds.ledgerKey(_ofA, 0)), type(uint256).max);
    }

    /// @dev A chain may report more than a message can carry: what is reported is not what is paid.
    function testFuzz_ATK52_withdrawals_arePaidByTheMessage(uint256 reported) external {
        reported = bound(reported, MAX + 1, type(uint256).max);
        report(A, Transfers.entry(_ofA, 0, A, L1_CHAIN_ID, reported));
        bytes32 key = AssetIds.ledgerKey(_ofA, 0);
        AssetTransfer memory what = Transfers.units(_ofA, MAX, stranger, stranger);
        (bytes memory message, InclusionProof memory proof) = settleMessage(A, what, "salt", nothing());
        sharedBridge.finalizeWithdrawal(proof, message);
        vm.assertEq(ledger.pending(A, L1_CHAIN_ID, key), reported - MAX);
        vm.assertEq(ledger.balance(L1_CHAIN_ID, key), MAX);
        vm.assertEq(sharedBridge.claimable(key, stranger), MAX, "nobody has said what it is called");
    }

    function testFuzz_ATK52_deposit_acceptsTheRangeAlone(uint256 amount) external {
        PlainERC20 token = new PlainERC20(18);
        token.mint(stranger, type(uint256).max);
        vm.prank(stranger);
        token.approve(address(sharedBridge), type(uint256).max);
        uint256[3] memory bad = [uint256(0), MAX + 1, bound(amount, MAX + 1, type(uint256).max)];
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IAssetCustody.AssetCustodyBadAmount.selector, AssetKind.Fungible, bad[i])
            );
            vm.prank(stranger);
            sharedBridge.deposit(Transfers.fungible(A, address(token), bad[i], stranger), DEPOSIT_GAS);
        }
        deposit(Transfers.fungible(A, address(token), 1, stranger), stranger);
        deposit(Transfers.fungible(A, address(token), MAX - 1, stranger), stranger);
        vm.assertEq(ledger.pending(L1_CHAIN_ID, A, keyOfL1(address(token))), MAX);
        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 128, MAX + 1));
        vm.prank(stranger);
        sharedBridge.deposit(Transfers.fungible(A, address(token), 1, stranger), DEPOSIT_GAS);
        (uint256 kept, uint256 owed) = sharedBridge.solvency(address(token));
        vm.assertEq(kept, owed);
    }

    /// @dev A limit with any figures delays, and never overflows into a refusal.
    function testFuzz_ATK52_outflowLimit_neverOverflows(uint256 capacity, uint256 refill, uint128 amount) external {
        vm.assume(refill != 0 && amount != 0);
        fund(A, ETHER, amount, stranger);
        vm.prank(governance);
        sharedBridge.setOutflowLimit(A, keyOfL1(ETHER), capacity, refill);
        (bytes memory message, InclusionProof memory proof) =
            withdraw(A, Transfers.units(assetOfL1(ETHER), amount, stranger, stranger), "salt");
        sharedBridge.finalizeWithdrawal(proof, message);
        vm.assertEq(ledger.pending(A, L1_CHAIN_ID, keyOfL1(ETHER)), 0);
        if (capacity == 0 || amount <= capacity) vm.assertEq(stranger.balance, amount);
    }

    /// @dev Of one token, to two chains.
    function _two(uint256 first, uint256 second) private view returns (LedgerEntry[] memory entries) {
        entries = new LedgerEntry[](2);
        entries[0] = LedgerEntry(_ofA, 0, A, B, first);
        entries[1] = LedgerEntry(_ofA, 0, A, L1_CHAIN_ID, second);
    }
}
