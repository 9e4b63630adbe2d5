// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IAdapterRunner} from "../../../../src/interfaces/IAdapterRunner.sol";
import {IAdapterVenue} from "../../../../src/interfaces/IAdapterVenue.sol";
import {AdapterVenue} from "../../../../src/swap/venues/AdapterVenue.sol";
import {AssetKind} from "../../../../src/types/Assets.sol";
import {VenueOrder} from "../../../../src/types/Swaps.sol";
import {AdapterCall, VenueAsset} from "../../../../src/types/Venues.sol";
import {VenueTest} from "../../../base/VenueTest.sol";
import {EtherRefuser} from "../../../mocks/EtherRefuser.sol";
import {FeeToken} from "../../../mocks/HostileTokens.sol";
import {VenueCaller} from "../../../mocks/VenueCaller.sol";
import {Market, Voucher} from "../../../mocks/VenueTargets.sol";

contract AdapterVenueTest is VenueTest {
    AdapterVenue private _venue;
    Market private _market;

    function setUp() public override {
        super.setUp();
        _venue = new AdapterVenue(address(swap));
        _market = new Market();
    }

    function test_constructor_reverts_whenSwapIsZero() external {
        vm.expectRevert(IAdapterVenue.AdapterVenueZeroAddress.selector);
        new AdapterVenue(address(0));
    }

    function test_execute_paysTheOutputToTheSwap_andTheRestToItsAccount() external {
        vm.assertEq(swap.run(_venue, _buy(70, 45)), 45);
        vm.assertEq(gold.balanceOf(address(_market)), 70);
        vm.assertEq(gold.balanceOf(bob), 30);
        _expectNothingLeft();
        vm.assertNotEq(_market.lastCaller(), address(_venue));
    }

    function test_execute_leavesNothing_whenTheTargetTakesAll() external {
        vm.assertEq(swap.run(_venue, _buy(100, 45)), 45);
        vm.assertEq(gold.balanceOf(bob), 0);
        _expectNothingLeft();
    }

    function test_execute_givesBaseTokensAsValue() external {
        VenueOrder memory order = _order(abi.encodeCall(_market.buyWithChange, (25, dollars, 45)));
        setInput(order, VenueAsset(BASE, AssetKind.Fungible, 0, 60));
        vm.assertEq(swap.run(_venue, order), 45);
        vm.assertEq(address(_market).balance, 35);
        vm.assertEq(bob.balance, 25);
    }

    function test_execute_returnsBaseTokens() external {
        vm.deal(address(_market), 50);
        VenueOrder memory order = _order(abi.encodeCall(_market.sell, (address(gold), 100, 50)));
        setOutput(order, VenueAsset(BASE, AssetKind.Fungible, 0, 50));
        vm.assertEq(swap.run(_venue, order), 50);
        vm.assertEq(address(swap).balance, 1_050);
    }

    function test_execute_tradesItems() external {
        VenueOrder memory order = _order(abi.encodeCall(_market.frame, (deeds, DEED, coins, 9, 12)));
        setInput(order, VenueAsset(address(deeds), AssetKind.NonFungible, DEED, 1));
        setOutput(order, VenueAsset(address(coins), AssetKind.MultiToken, 9, 12));
        vm.assertEq(swap.run(_venue, order), 12);
        vm.assertEq(deeds.ownerOf(DEED), address(_market));

        order = _order(abi.encodeCall(_market.melt, (coins, COIN, 15, deeds, 8)));
        setInput(order, VenueAsset(address(coins), AssetKind.MultiToken, COIN, 20));
        setOutput(order, VenueAsset(address(deeds), AssetKind.NonFungible, 8, 1));
        vm.assertEq(swap.run(_venue, order), 1);
        vm.assertEq(deeds.ownerOf(8), address(swap));
        vm.assertEq(coins.balanceOf(bob, COIN), 5);
    }

    function test_execute_letsTheTargetBurnAnItem() external {
        Voucher voucher = new Voucher();
        voucher.mint(address(swap), 4);
        bytes memory data = abi.encodeCall(voucher.redeem, (4, dollars, 45));
        VenueOrder memory order = goldForDollars(abi.encode(AdapterCall(address(voucher), data, bob)));
        setInput(order, VenueAsset(address(voucher), AssetKind.NonFungible, 4, 1));
        vm.assertEq(swap.run(_venue, order), 45);
    }

    function test_execute_handsBackAnItemThatWasNotTaken() external {
        VenueOrder memory order = _order(abi.encodeCall(_market.buy, (address(0), 0, dollars, 45)));
        setInput(order, VenueAsset(address(deeds), AssetKind.NonFungible, DEED, 1));
        vm.assertEq(swap.run(_venue, order), 45);
        vm.assertEq(deeds.ownerOf(DEED), bob);
        vm.assertEq(deeds.getApproved(DEED), address(0));
    }

    function test_execute_reverts_whenCallerIsNotTheSwap() external {
        VenueOrder memory order = _buy(100, 45);
        gold.mint(address(_venue), 100);
        vm.expectRevert(abi.encodeWithSelector(IAdapterVenue.AdapterVenueNotSwap.selector, stranger, address(swap)));
        vm.prank(stranger);
        _venue.execute(order);
    }

    function test_run_reverts_whenCallerIsNotTheAdapter() external {
        AdapterCall memory what = AdapterCall(address(_market), "", bob);
        VenueAsset memory input = VenueAsset(address(gold), AssetKind.Fungible, 0, 100);
        swap.run(_venue, _buy(100, 45));
        address[2] memory runners = [_market.lastCaller(), _venue.RUNNER()];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IAdapterRunner.AdapterRunnerNotAdapter.selector, stranger, address(_venue))
            );
            vm.prank(stranger);
            IAdapterRunner(runners[i]).run(what, input, input, stranger);
        }
    }

    function test_ATK09_execute_refusesTargets() external {
        address[3] memory targets = [stranger, address(swap), address(_venue)];
        for (uint256 i = 0; i < 3; ++i) {
            VenueOrder memory order = goldForDollars(abi.encode(AdapterCall(targets[i], "", bob)));
            vm.expectRevert(abi.encodeWithSelector(IAdapterVenue.AdapterVenueBadTarget.selector, targets[i]));
            swap.run(_venue, order);
        }
    }

    function test_execute_reverts_whenLeftoversGoNowhere() external {
        address[3] memory accounts = [address(0), address(swap), address(_venue)];
        for (uint256 i = 0; i < 3; ++i) {
            VenueOrder memory order = goldForDollars(abi.encode(AdapterCall(address(_market), "", accounts[i])));
            vm.expectRevert(abi.encodeWithSelector(IAdapterVenue.AdapterVenueBadLeftoverAccount.selector, accounts[i]));
            swap.run(_venue, order);
        }
    }

    function test_execute_reverts_whenLeftoversAreNotTaken() external {
        address refuser = address(new EtherRefuser());
        bytes memory data = abi.encodeCall(_market.buyWithChange, (25, dollars, 45));
        VenueOrder memory order = goldForDollars(abi.encode(AdapterCall(address(_market), data, refuser)));
        setInput(order, VenueAsset(BASE, AssetKind.Fungible, 0, 60));
        vm.expectRevert(abi.encodeWithSelector(IAdapterRunner.AdapterRunnerNotPaid.selector, BASE, refuser, 25));
        swap.run(_venue, order);
    }

    function test_execute_reverts_whenCounterpartyIsAnother() external {
        VenueOrder memory order = _buy(100, 45);
        order.counterparty = bob;
        vm.expectRevert(
            abi.encodeWithSelector(IAdapterVenue.AdapterVenueWrongCounterparty.selector, address(_market), bob)
        );
        swap.run(_venue, order);
        order.counterparty = address(_market);
        swap.run(_venue, order);
    }

    function test_execute_reverts_whenInputAndOutputAreTheSame() external {
        VenueOrder memory order = _buy(100, 45);
        order.tokenOut = address(gold);
        vm.expectRevert(abi.encodeWithSelector(IAdapterVenue.AdapterVenueSameAsset.selector, address(gold)));
        swap.run(_venue, order);
    }

    function test_ATK35_execute_reverts_whenTheInputTakesFees() external {
        FeeToken fee = new FeeToken(address(_venue));
        fee.turn(true);
        VenueOrder memory order = _order(abi.encodeCall(_market.buy, (address(fee), 90, dollars, 45)));
        order.tokenIn = address(fee);
        vm.expectRevert(abi.encodeWithSelector(IAdapterVenue.AdapterVenueNotExact.selector, address(fee), 100, 90));
        swap.runWithoutInput(_venue, order);
    }

    function test_execute_reverts_whenTheTargetDoes() external {
        VenueOrder memory order = _order(abi.encodeCall(_market.fail, ("no")));
        vm.expectRevert(
            abi.encodeWithSelector(
                IAdapterRunner.AdapterRunnerCallFailed.selector,
                address(_market),
                abi.encodeWithSelector(Market.MarketClosed.selector, "no")
            )
        );
        swap.run(_venue, order);
    }

    function test_execute_reverts_whenTheTargetReturnsTooLittle() external {
        VenueOrder memory order = _buy(100, 39);
        vm.expectRevert(abi.encodeWithSelector(VenueCaller.VenueCallerTooLittle.selector, 40, 39));
        swap.run(_venue, order);
        order = _buy(100, 0);
        vm.expectRevert(abi.encodeWithSelector(VenueCaller.VenueCallerTooLittle.selector, 40, 0));
        swap.run(_venue, order);
    }

    function test_ATK38_execute_copiesLittleOfAMegabyte() external {
        VenueOrder memory order = _order(abi.encodeCall(_market.bomb, ()));
        vm.expectRevert(
            abi.encodeWithSelector(IAdapterRunner.AdapterRunnerCallFailed.selector, address(_market), new bytes(256))
        );
        swap.run(_venue, order);
    }

    /// @dev The target can take the input to the unit and no more.
    function test_ATK22_target_isAllowedExactlyTheInput() external {
        VenueOrder memory order = _buy(101, 45);
        vm.expectPartialRevert(IAdapterRunner.AdapterRunnerCallFailed.selector);
        swap.run(_venue, order);
        swap.run(_venue, _buy(99, 45));
        vm.assertEq(gold.allowance(_market.lastCaller(), address(_market)), 0);
    }

    /// @dev Who allows the adapter something loses nothing by it: the adapter calls nothing that an order names.
    function test_ATK22_allowanceForTheAdapter_isWorthNothing() external {
        dollars.mint(alice, 500);
        vm.startPrank(alice);
        dollars.approve(address(_venue), type(uint256).max);
        dollars.approve(_venue.RUNNER(), type(uint256).max);
        vm.stopPrank();
        bytes memory theft = abi.encodeCall(IERC20.transferFrom, (alice, address(swap), 500));
        VenueOrder memory order = goldForDollars(abi.encode(AdapterCall(address(dollars), theft, bob)));
        vm.expectPartialRevert(IAdapterRunner.AdapterRunnerCallFailed.selector);
        swap.run(_venue, order);
        vm.assertEq(dollars.balanceOf(alice), 500);
    }

    /// @dev An order makes its caller allow an attacker everything; the next order's caller is another account.
    function test_ATK22_allowanceByARunner_outlivesNothing() external {
        bytes memory grant = abi.encodeCall(IERC20.approve, (stranger, type(uint256).max));
        VenueOrder memory order = goldForDollars(abi.encode(AdapterCall(address(gold), grant, bob)));
        order.minAmountOut = 0;
        swap.run(_venue, order);
        vm.assertEq(gold.balanceOf(bob), 100);
        swap.run(_venue, _buy(70, 45));
        vm.assertEq(gold.allowance(_market.lastCaller(), stranger), 0);
        vm.assertEq(gold.allowance(address(_venue), stranger), 0);
    }

    function test_ATK39_target_cannotReenter() external {
        VenueOrder memory inner = _buy(1, 45);
        bytes[2] memory calls = [abi.encodeCall(_venue.execute, (inner)), abi.encodeCall(swap.run, (_venue, inner))];
        address[2] memory targets = [address(_venue), address(swap)];
        bytes memory data;
        for (uint256 i = 0; i < 2; ++i) {
            data = abi.encodeCall(_market.relay, (address(gold), 100, dollars, 45, targets[i], calls[i]));
            vm.assertEq(swap.run(_venue, _order(data)), 45);
            vm.assertFalse(_market.succeeded());
            vm.assertEq(_market.lastAnswer(), abi.encodeWithSignature("ReentrancyGuardReentrantCall()"));
        }
        // The same call does not fail for itself.
        swap.run(_venue, inner);
    }

    function testFuzz_execute_conservesEveryUnit(uint128 amount, uint128 take, uint128 give) external {
        uint256 amountIn = bound(amount, 1, type(uint128).max);
        uint256 taken = bound(take, 0, amountIn);
        gold.mint(address(swap), amountIn);
        VenueOrder memory order = _buy(taken, bound(give, 40, type(uint128).max));
        order.amountIn = amountIn;
        vm.assertEq(swap.run(_venue, order), bound(give, 40, type(uint128).max));
        vm.assertEq(gold.balanceOf(address(_market)), taken);
        vm.assertEq(gold.balanceOf(bob), amountIn - taken);
        _expectNothingLeft();
    }

    function _buy(uint256 take, uint256 give) private view returns (VenueOrder memory) {
        return _order(abi.encodeCall(_market.buy, (address(gold), take, dollars, give)));
    }

    function _order(bytes memory data) private view returns (VenueOrder memory) {
        return goldForDollars(abi.encode(AdapterCall(address(_market), data, bob)));
    }

    function _expectNothingLeft() private view {
        address[3] memory accounts = [address(_venue), _venue.RUNNER(), _market.lastCaller()];
        for (uint256 i = 0; i < 3; ++i) {
            vm.assertEq(gold.balanceOf(accounts[i]) + dollars.balanceOf(accounts[i]), 0);
            vm.assertEq(gold.allowance(accounts[i], address(_market)), 0);
        }
    }
}
