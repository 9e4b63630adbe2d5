// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IPoolVenue} from "../../../../src/interfaces/IPoolVenue.sol";
import {PoolVenue} from "../../../../src/swap/venues/PoolVenue.sol";
import {AssetKind} from "../../../../src/types/Assets.sol";
import {VenueOrder} from "../../../../src/types/Swaps.sol";
import {VenueTest} from "../../../base/VenueTest.sol";
import {FeeToken, HookedToken} from "../../../mocks/HostileTokens.sol";
import {VenueCaller} from "../../../mocks/VenueCaller.sol";

contract PoolVenueTest is VenueTest {
    uint256 private constant FEE_BPS = 30;
    uint256 private constant MOST = type(uint128).max;

    PoolVenue private _pool;

    function setUp() public override {
        super.setUp();
        _pool = new PoolVenue(address(gold), address(dollars), FEE_BPS);
        _fund(alice, _pool);
        _fund(bob, _pool);
    }

    function test_constructor_reverts_whenThePairIsBad() external {
        address[2][4] memory pairs =
            [[address(gold), address(gold)], [stranger, address(gold)], [address(gold), BASE], [BASE, address(gold)]];
        for (uint256 i = 0; i < 4; ++i) {
            _expectBadPair(pairs[i][0], pairs[i][1], FEE_BPS);
        }
        _expectBadPair(address(gold), address(dollars), 10_000);
        new PoolVenue(address(gold), address(dollars), 9_999);
    }

    function test_execute_tradesBothWays() external {
        _add(alice, 10_000, 5_000);
        VenueOrder memory order = goldForDollars("");
        // 100 of 10,000, less 0.3 %: 5,000 * 99.7 / 10,099.7 = 49.36
        vm.expectEmit(address(_pool));
        emit IPoolVenue.Traded(SWAP_ID, address(swap), address(gold), 100, 49);
        vm.assertEq(_pool.amountOutOf(address(gold), 100), 49);
        vm.assertEq(swap.run(_pool, order), 49);
        _expectReserves(10_100, 4_951);
        (order.tokenIn, order.tokenOut, order.amountIn) = (address(dollars), address(gold), 49);
        vm.assertEq(_pool.amountOutOf(address(dollars), 49), 98);
        vm.assertEq(swap.run(_pool, order), 98);
        _expectReserves(10_002, 5_000);
    }

    /// @dev The formula by hand: x·y = k with the fee kept, in numbers small enough to need no library.
    function testFuzz_execute_agreesWithTheNaiveFormula(uint64 reserve0, uint64 reserve1, uint64 amountIn, uint16 fee)
        external
    {
        uint256 x = bound(reserve0, 2_000, type(uint64).max);
        uint256 y = bound(reserve1, 2_000, type(uint64).max);
        uint256 amount = bound(amountIn, 1, type(uint64).max);
        PoolVenue pool = new PoolVenue(address(gold), address(dollars), bound(fee, 0, 9_999));
        _fund(alice, pool);
        vm.prank(alice);
        pool.addLiquidity(x, y, x, y, alice, NOW);

        uint256 kept = 10_000 - pool.FEE_BPS();
        // The smallest y' with (x + kept part of the input) · y' >= x · y, in ten thousandths.
        uint256 newX = x * 10_000 + amount * kept;
        uint256 newY = (x * 10_000 * y + newX - 1) / newX;
        vm.assertEq(pool.amountOutOf(address(gold), amount), y - newY);
        if (newY == y) return;
        gold.mint(address(swap), amount);
        VenueOrder memory order = goldForDollars("");
        (order.amountIn, order.minAmountOut) = (amount, y - newY);
        vm.assertEq(swap.run(pool, order), y - newY);
        vm.assertGe((x + amount) * newY, x * y);
    }

    /// @dev There and back again never pays.
    function testFuzz_execute_roundTripLoses(uint128 reserve0, uint128 reserve1, uint128 amountIn) external {
        _add(alice, bound(reserve0, 2_000, MOST / 2), bound(reserve1, 2_000, MOST / 2));
        VenueOrder memory order = goldForDollars("");
        (order.amountIn, order.minAmountOut) = (bound(amountIn, 1, MOST / 2), 0);
        if (_pool.amountOutOf(address(gold), order.amountIn) == 0) return;
        gold.mint(address(swap), order.amountIn);
        uint256 returned = swap.run(_pool, order);
        if (_pool.amountOutOf(address(dollars), returned) == 0) return;
        uint256 given = order.amountIn;
        (order.tokenIn, order.tokenOut, order.amountIn) = (address(dollars), address(gold), returned);
        vm.assertLe(swap.run(_pool, order), given);
    }

    function test_execute_reverts_whenItGivesTooLittle() external {
        _add(alice, 10_000, 5_000);
        VenueOrder memory order = goldForDollars("");
        order.minAmountOut = 50;
        _expectTooLittle(order, 49, 50);
        // Not even one unit: the pool would take something for nothing.
        (order.minAmountOut, order.amountIn) = (0, 2);
        _expectTooLittle(order, 0, 0);
    }

    function test_execute_reverts_whenThePoolIsEmpty() external {
        vm.assertEq(_pool.amountOutOf(address(gold), 100), 0);
        _expectTooLittle(goldForDollars(""), 0, 40);
    }

    function test_execute_reverts_whenNothingWasSent() external {
        _add(alice, 10_000, 5_000);
        VenueOrder memory order = goldForDollars("");
        vm.expectRevert(abi.encodeWithSelector(IPoolVenue.PoolVenueNoInput.selector, address(gold), 100, 0));
        swap.runWithoutInput(_pool, order);
        gold.mint(address(_pool), 99);
        vm.expectRevert(abi.encodeWithSelector(IPoolVenue.PoolVenueNoInput.selector, address(gold), 100, 99));
        swap.runWithoutInput(_pool, order);
        order.amountIn = 0;
        vm.expectRevert(abi.encodeWithSelector(IPoolVenue.PoolVenueNoInput.selector, address(gold), 0, 99));
        swap.runWithoutInput(_pool, order);
    }

    /// @dev A pool is open to all; nobody gets more than what it brought pays for.
    function test_ATK12_execute_paysOnlyForWhatWasSent() external {
        _add(alice, 10_000, 5_000);
        VenueOrder memory order = goldForDollars("");
        swap.run(_pool, order);
        VenueCaller thief = new VenueCaller();
        vm.expectRevert(abi.encodeWithSelector(IPoolVenue.PoolVenueNoInput.selector, address(gold), 100, 0));
        thief.runWithoutInput(_pool, order);
        gold.mint(address(thief), 100);
        vm.assertEq(thief.run(_pool, order), 48);
    }

    function test_execute_reverts_whenThePairIsAnother() external {
        VenueOrder memory order = goldForDollars("");
        order.tokenOut = address(gold);
        _expectWrongPair(order);
        order = goldForDollars("");
        order.kindIn = AssetKind.MultiToken;
        order.tokenIn = address(coins);
        order.tokenIdIn = COIN;
        _expectWrongPair(order);
        order = goldForDollars("");
        order.tokenIn = BASE;
        _expectWrongPair(order);
        order = goldForDollars("");
        order.kindOut = AssetKind.NonFungible;
        vm.expectRevert(abi.encodeWithSelector(IPoolVenue.PoolVenueWrongPair.selector, address(gold), address(dollars)));
        _pool.execute(order);
        vm.expectRevert(abi.encodeWithSelector(IPoolVenue.PoolVenueWrongPair.selector, BASE, address(0)));
        _pool.amountOutOf(BASE, 1);
    }

    function test_execute_reverts_whenCounterpartyIsAnother() external {
        _add(alice, 10_000, 5_000);
        VenueOrder memory order = goldForDollars("");
        order.counterparty = bob;
        vm.expectRevert(abi.encodeWithSelector(IPoolVenue.PoolVenueWrongCounterparty.selector, bob));
        swap.run(_pool, order);
        order.counterparty = address(_pool);
        swap.run(_pool, order);
    }

    function test_deadlines_areKept() external {
        _add(alice, 10_000, 5_000);
        VenueOrder memory order = goldForDollars("");
        order.deadline = NOW - 1;
        bytes memory late = abi.encodeWithSelector(IPoolVenue.PoolVenueTooLate.selector, NOW - 1, NOW);
        vm.expectRevert(late);
        swap.run(_pool, order);
        vm.startPrank(alice);
        vm.expectRevert(late);
        _pool.addLiquidity(10, 10, 0, 0, alice, NOW - 1);
        vm.expectRevert(late);
        _pool.removeLiquidity(10, 0, 0, alice, NOW - 1);
        vm.stopPrank();
        order.deadline = NOW;
        swap.run(_pool, order);
    }

    function test_addLiquidity_opensThePool() external {
        vm.expectEmit(address(_pool));
        emit IPoolVenue.LiquidityAdded(alice, bob, 40_000, 10_000, 19_000);
        vm.prank(alice);
        (uint256 amount0, uint256 amount1, uint256 shares) =
            _pool.addLiquidity(40_000, 10_000, 40_000, 10_000, bob, NOW);
        vm.assertEq(amount0, 40_000);
        vm.assertEq(amount1, 10_000);
        vm.assertEq(shares, 19_000);
        vm.assertEq(_pool.balanceOf(bob), 19_000);
        vm.assertEq(_pool.totalSupply(), 20_000);
        _expectReserves(40_000, 10_000);
        vm.assertEq(gold.balanceOf(address(_pool)), 40_000);
        vm.assertEq(dollars.balanceOf(address(_pool)), 10_000);
    }

    function test_addLiquidity_reverts_whenItIsTooLittleToOpen() external {
        _expectNoShares(1_000, 1_000);
        _expectNoShares(0, 10_000);
        vm.prank(alice);
        _pool.addLiquidity(1_001, 1_001, 0, 0, alice, NOW);
        vm.assertEq(_pool.balanceOf(alice), 1);
    }

    function test_addLiquidity_takesTheRatio() external {
        _add(alice, 40_000, 10_000);
        vm.startPrank(bob);
        vm.expectRevert(abi.encodeWithSelector(IPoolVenue.PoolVenueTooLittle.selector, 400, 401));
        _pool.addLiquidity(1_000, 100, 401, 0, bob, NOW);
        vm.expectRevert(abi.encodeWithSelector(IPoolVenue.PoolVenueTooLittle.selector, 100, 101));
        _pool.addLiquidity(1_000, 100, 0, 101, bob, NOW);
        (uint256 amount0, uint256 amount1, uint256 shares) = _pool.addLiquidity(1_000, 100, 400, 100, bob, NOW);
        vm.stopPrank();
        vm.assertEq(amount0, 400);
        vm.assertEq(amount1, 100);
        vm.assertEq(shares, 200);
    }

    function test_addLiquidity_reverts_whenItMakesNoShare() external {
        _add(alice, 40_000, 10_000);
        _expectNoShares(1, 100);
        _expectNoShares(100, 0);
    }

    function test_ATK52_amounts_areBounded() external {
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IPoolVenue.PoolVenueTooMuch.selector, MOST + 1));
        _pool.addLiquidity(MOST + 1, 10_000, 0, 0, alice, NOW);
        vm.expectRevert(abi.encodeWithSelector(IPoolVenue.PoolVenueTooMuch.selector, type(uint256).max));
        _pool.addLiquidity(10_000, type(uint256).max, 0, 0, alice, NOW);
        _pool.addLiquidity(MOST, 10_000, 0, 0, alice, NOW);
        vm.expectRevert(abi.encodeWithSelector(IPoolVenue.PoolVenueTooMuch.selector, 2 * MOST));
        _pool.addLiquidity(MOST, MOST, 0, 0, alice, NOW);
        vm.stopPrank();
        VenueOrder memory order = goldForDollars("");
        vm.expectRevert(abi.encodeWithSelector(IPoolVenue.PoolVenueTooMuch.selector, MOST + 100));
        swap.run(_pool, order);
        vm.expectRevert(abi.encodeWithSelector(IPoolVenue.PoolVenueTooMuch.selector, MOST + 1));
        _pool.amountOutOf(address(gold), MOST + 1);
    }

    function test_removeLiquidity_paysThePart() external {
        _add(alice, 40_000, 10_000);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IPoolVenue.PoolVenueTooLittle.selector, 2_002, 2_003));
        _pool.removeLiquidity(1_001, 2_003, 0, bob, NOW);
        vm.expectRevert(abi.encodeWithSelector(IPoolVenue.PoolVenueTooLittle.selector, 500, 501));
        _pool.removeLiquidity(1_001, 0, 501, bob, NOW);
        vm.expectEmit(address(_pool));
        emit IPoolVenue.LiquidityRemoved(alice, bob, 2_002, 500, 1_001);
        _pool.removeLiquidity(1_001, 2_002, 500, bob, NOW);
        vm.stopPrank();
        vm.assertEq(gold.balanceOf(bob), type(uint192).max + uint256(2_002));
        _expectReserves(37_998, 9_500);
    }

    function test_removeLiquidity_reverts_whenSharesAreMissing() external {
        _add(alice, 40_000, 10_000);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, bob, uint256(0), uint256(1))
        );
        vm.prank(bob);
        _pool.removeLiquidity(1, 0, 0, bob, NOW);
        vm.expectRevert(abi.encodeWithSelector(IPoolVenue.PoolVenueNoShares.selector, 0, 0));
        vm.prank(alice);
        _pool.removeLiquidity(0, 0, 0, alice, NOW);
    }

    /// @dev The last one out leaves what nobody's shares are worth, so there is always something to divide by.
    function test_removeLiquidity_leavesAReserve() external {
        _add(alice, 40_000, 10_000);
        uint256 all = _pool.balanceOf(alice);
        vm.prank(alice);
        _pool.removeLiquidity(all, 0, 0, alice, NOW);
        _expectReserves(2_000, 500);
        _add(bob, 40_000, 10_000);
        vm.assertEq(_pool.balanceOf(bob), 20_000);
    }

    /// @dev The first depositor inflates what a share is worth by a donation, so that the next one's round to nothing. Here
    /// a donation is worth nothing to anybody but the next order.
    function testFuzz_ATK35_firstDepositor_gainsNothingByADonation(uint64 donation, uint64 deposit) external {
        uint256 amount = bound(deposit, 10_000, type(uint64).max);
        _add(alice, 1_001, 1_001);
        vm.startPrank(alice);
        gold.transfer(address(_pool), donation);
        dollars.transfer(address(_pool), donation);
        vm.stopPrank();
        _expectReserves(1_001, 1_001);
        (uint256 added0,, uint256 shares) = _add(bob, amount, amount);
        vm.prank(bob);
        (uint256 back0, uint256 back1) = _pool.removeLiquidity(shares, 0, 0, bob, NOW);
        vm.assertGe(back0 + 1, added0);
        vm.assertGe(back1 + 1, added0);
    }

    /// @dev Nobody gets out more than came in, whatever the ratio, rounding included.
    function testFuzz_addAndRemove_neverGain(uint128 reserve0, uint128 reserve1, uint128 most0, uint128 most1)
        external
    {
        _add(alice, bound(reserve0, 2_000, MOST / 2), bound(reserve1, 2_000, MOST / 2));
        (uint256 before0, uint256 before1) = _pool.reserves();
        uint256 supply = _pool.totalSupply();
        uint256 offered0 = bound(most0, 0, MOST / 2);
        uint256 offered1 = bound(most1, 0, MOST / 2);
        if (Math.min(Math.mulDiv(offered0, supply, before0), Math.mulDiv(offered1, supply, before1)) == 0) return;
        (uint256 added0, uint256 added1, uint256 shares) = _add(bob, offered0, offered1);
        vm.assertLe(added0, offered0);
        vm.assertLe(added1, offered1);
        vm.prank(bob);
        (uint256 back0, uint256 back1) = _pool.removeLiquidity(shares, 0, 0, bob, NOW);
        vm.assertLe(back0, added0);
        vm.assertLe(back1, added1);
    }

    function test_ATK35_tokensThatTakeFees_areRefused() external {
        FeeToken fee = new FeeToken(alice);
        PoolVenue pool = new PoolVenue(address(fee), address(dollars), FEE_BPS);
        vm.startPrank(alice);
        fee.approve(address(pool), 1_000);
        dollars.approve(address(pool), type(uint256).max);
        pool.addLiquidity(500, 10_000, 0, 0, alice, NOW);
        fee.turn(true);
        vm.expectRevert(abi.encodeWithSelector(IPoolVenue.PoolVenueNotExact.selector, address(fee), 100, 90));
        pool.addLiquidity(100, 2_000, 0, 0, alice, NOW);
        vm.stopPrank();
        VenueOrder memory order = goldForDollars("");
        order.tokenIn = address(fee);
        vm.prank(alice);
        fee.transfer(address(pool), 100);
        vm.expectRevert(abi.encodeWithSelector(IPoolVenue.PoolVenueNoInput.selector, address(fee), 100, 90));
        swap.runWithoutInput(pool, order);
    }

    function test_ATK39_nothingCanBeReentered() external {
        HookedToken hooked = new HookedToken(alice);
        PoolVenue pool = new PoolVenue(address(hooked), address(dollars), FEE_BPS);
        vm.startPrank(alice);
        hooked.approve(address(pool), 1_000);
        dollars.approve(address(pool), type(uint256).max);
        pool.addLiquidity(500, 10_000, 0, 0, alice, NOW);
        hooked.turn(true);
        VenueOrder memory order = goldForDollars("");
        bytes[3] memory calls = [
            abi.encodeCall(pool.execute, (order)),
            abi.encodeCall(pool.addLiquidity, (1, 1, 0, 0, alice, NOW)),
            abi.encodeCall(pool.removeLiquidity, (1, 0, 0, alice, NOW))
        ];
        for (uint256 i = 0; i < 3; ++i) {
            hooked.hook(address(pool), calls[i]);
            pool.addLiquidity(10, 200, 0, 0, alice, NOW);
            pool.removeLiquidity(10, 0, 0, alice, NOW);
            vm.assertEq(hooked.successes(), 0);
            vm.assertEq(hooked.calls(), 4);
            vm.assertEq(hooked.lastAnswer(), abi.encodeWithSignature("ReentrancyGuardReentrantCall()"));
        }
        vm.stopPrank();
        vm.prank(alice);
        dollars.transfer(address(swap), 500);
        (order.tokenIn, order.tokenOut, order.minAmountOut) = (address(dollars), address(hooked), 1);
        hooked.hook(address(pool), calls[0]);
        swap.run(pool, order);
        vm.assertEq(hooked.successes(), 0);
        vm.assertEq(hooked.calls(), 2);
    }

    function _fund(address account, PoolVenue pool) private {
        if (gold.balanceOf(account) == 0) {
            gold.mint(account, type(uint192).max);
            dollars.mint(account, type(uint192).max);
        }
        vm.startPrank(account);
        gold.approve(address(pool), type(uint256).max);
        dollars.approve(address(pool), type(uint256).max);
        vm.stopPrank();
    }

    function _add(address account, uint256 most0, uint256 most1)
        private
        returns (uint256 amount0, uint256 amount1, uint256 shares)
    {
        vm.prank(account);
        return _pool.addLiquidity(most0, most1, 0, 0, account, NOW);
    }

    function _expectReserves(uint256 reserve0, uint256 reserve1) private view {
        (uint256 actual0, uint256 actual1) = _pool.reserves();
        vm.assertEq(actual0, reserve0);
        vm.assertEq(actual1, reserve1);
    }

    function _expectBadPair(address token0, address token1, uint256 fee) private {
        vm.expectRevert(abi.encodeWithSelector(IPoolVenue.PoolVenueBadPair.selector, token0, token1, fee));
        new PoolVenue(token0, token1, fee);
    }

    function _expectWrongPair(VenueOrder memory order) private {
        vm.expectRevert(abi.encodeWithSelector(IPoolVenue.PoolVenueWrongPair.selector, order.tokenIn, order.tokenOut));
        _pool.execute(order);
    }

    function _expectTooLittle(VenueOrder memory order, uint256 amount, uint256 least) private {
        vm.expectRevert(abi.encodeWithSelector(IPoolVenue.PoolVenueTooLittle.selector, amount, least));
        swap.run(_pool, order);
    }

    function _expectNoShares(uint256 most0, uint256 most1) private {
        vm.expectRevert(abi.encodeWithSelector(IPoolVenue.PoolVenueNoShares.selector, most0, most1));
        vm.prank(alice);
        _pool.addLiquidity(most0, most1, 0, 0, alice, NOW);
    }
}
