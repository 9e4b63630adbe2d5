// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {AssetIds} from "../../src/libraries/AssetIds.sol";
import {AssetKind} from "../../src/types/Assets.sol";
import {VenueOrder} from "../../src/types/Swaps.sol";
import {VenueAsset} from "../../src/types/Venues.sol";
import {VenueCaller} from "../mocks/VenueCaller.sol";
import {PlainERC1155, PlainERC20, PlainERC721} from "../mocks/PlainTokens.sol";
import {Test} from "./Test.sol";

/// @notice A caller of venues with something of every kind, and orders of gold for dollars.
abstract contract VenueTest is Test {
    uint256 internal constant SOURCE = 7;
    uint64 internal constant NOW = 1_000_000;
    uint64 internal constant DEADLINE = NOW + 1 hours;
    bytes32 internal constant SWAP_ID = keccak256("swap");
    address internal constant BASE = AssetIds.BASE_TOKEN;
    uint256 internal constant DEED = 7;
    uint256 internal constant COIN = 3;

    VenueCaller internal swap;
    PlainERC20 internal gold;
    PlainERC20 internal dollars;
    PlainERC721 internal deeds;
    PlainERC1155 internal coins;
    address internal alice = makeAddr("alice");
    address internal bob = makeAddr("bob");
    address internal stranger = makeAddr("stranger");

    function setUp() public virtual {
        vm.warp(NOW);
        swap = new VenueCaller();
        gold = new PlainERC20(18);
        dollars = new PlainERC20(6);
        deeds = new PlainERC721();
        coins = new PlainERC1155();
        gold.mint(address(swap), 1_000);
        deeds.mint(address(swap), DEED);
        coins.mint(address(swap), COIN, 500);
        vm.deal(address(swap), 1_000);
    }

    /// @notice 100 of gold for at least 40 dollars.
    function goldForDollars(bytes memory data) internal view returns (VenueOrder memory order) {
        order.swapId = SWAP_ID;
        (order.sourceChainId, order.sender, order.deadline, order.data) = (SOURCE, alice, DEADLINE, data);
        setInput(order, VenueAsset(address(gold), AssetKind.Fungible, 0, 100));
        setOutput(order, VenueAsset(address(dollars), AssetKind.Fungible, 0, 40));
    }

    function setInput(VenueOrder memory order, VenueAsset memory what) internal pure {
        (order.tokenIn, order.kindIn, order.tokenIdIn) = (what.token, what.kind, what.tokenId);
        order.amountIn = what.amount;
    }

    function setOutput(VenueOrder memory order, VenueAsset memory what) internal pure {
        (order.tokenOut, order.kindOut, order.tokenIdOut) = (what.token, what.kind, what.tokenId);
        order.minAmountOut = what.amount;
    }
}
