// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {PoolVenue} from "../../src/swap/venues/PoolVenue.sol";
import {AssetKind} from "../../src/types/Assets.sol";
import {VenueOrder} from "../../src/types/Swaps.sol";
import {Test} from "../base/Test.sol";
import {PlainERC20} from "../mocks/PlainTokens.sol";
import {VenueCaller} from "../mocks/VenueCaller.sol";

/// @notice Traders, depositors and a donor of one pool; notes what must never happen.
contract PoolActor is Test {
    uint256 private constant MOST = type(uint96).max;

    PlainERC20 private immutable _token0 = new PlainERC20(18);
    PlainERC20 private immutable _token1 = new PlainERC20(6);
    VenueCaller private immutable _trader = new VenueCaller();
    PoolVenue public immutable pool;
    address[3] private _owners = [address(0xa1), address(0xa2), address(0xa3)];

    uint256 public trades;
    uint256 public fallsOfProduct;
    uint256 public fallsOfShares;

    constructor(uint256 feeBps) {
        pool = new PoolVenue(address(_token0), address(_token1), feeBps);
        for (uint256 i = 0; i < 3; ++i) {
            vm.startPrank(_owners[i]);
            _token0.approve(address(pool), type(uint256).max);
            _token1.approve(address(pool), type(uint256).max);
            vm.stopPrank();
        }
        _add(0, 1_000_000, 4_000_000);
    }

    function trade(uint256 amount, bool isReverse) external {
        (PlainERC20 tokenIn, PlainERC20 tokenOut) = isReverse ? (_token1, _token0) : (_token0, _token1);
        (uint256 reserve0, uint256 reserve1) = pool.reserves();
        // From dust to ten times the pool.
        amount = bound(amount, 1, Math.min(MOST, 10 * (isReverse ? reserve1 : reserve0)));
        if (amount + Math.max(reserve0, reserve1) > MOST) return;
        uint256 expected = pool.amountOutOf(address(tokenIn), amount);
        if (expected == 0) return;
        tokenIn.mint(address(_trader), amount);
        VenueOrder memory order;
        (order.tokenIn, order.tokenOut, order.amountIn) = (address(tokenIn), address(tokenOut), amount);
        (order.minAmountOut, order.deadline) = (expected, uint64(block.timestamp));
        (order.kindIn, order.kindOut) = (AssetKind.Fungible, AssetKind.Fungible);
        uint256 valueBefore = _shareValue();
        _trader.run(pool, order);
        ++trades;
        (uint256 after0, uint256 after1) = pool.reserves();
        if (after0 * after1 < reserve0 * reserve1) ++fallsOfProduct;
        if (_shareValue() < valueBefore) ++fallsOfShares;
    }

    function add(uint256 owner, uint256 most0, uint256 most1) external {
        (uint256 reserve0, uint256 reserve1) = pool.reserves();
        (most0, most1) = (bound(most0, 0, 2 * reserve0), bound(most1, 0, 2 * reserve1));
        if (most0 + reserve0 > MOST || most1 + reserve1 > MOST) return;
        uint256 supply = pool.totalSupply();
        if (Math.min(most0 * supply / reserve0, most1 * supply / reserve1) == 0) return;
        _notingShares(owner, most0, most1, true);
    }

    function remove(uint256 owner, uint256 shares) external {
        uint256 held = pool.balanceOf(_owners[owner % 3]);
        if (held == 0) return;
        _notingShares(owner, bound(shares, 1, held), 0, false);
    }

    function donate(uint256 amount, bool toToken1) external {
        PlainERC20 token = toToken1 ? _token1 : _token0;
        uint256 valueBefore = _shareValue();
        token.mint(address(pool), bound(amount, 0, 1e12));
        if (_shareValue() != valueBefore) ++fallsOfShares;
    }

    /// @notice What the pool has of each token beyond its reserves: never less than nothing.
    function assertSolvent() external view {
        (uint256 reserve0, uint256 reserve1) = pool.reserves();
        vm.assertGe(_token0.balanceOf(address(pool)), reserve0);
        vm.assertGe(_token1.balanceOf(address(pool)), reserve1);
        vm.assertGt(reserve0, 0);
        vm.assertGt(reserve1, 0);
        vm.assertGe(pool.totalSupply(), pool.MINIMUM_LIQUIDITY());
    }

    function _notingShares(uint256 owner, uint256 first, uint256 second, bool isAdding) private {
        (uint256 reserve0, uint256 reserve1) = pool.reserves();
        uint256 supply = pool.totalSupply();
        if (isAdding) _add(owner, first, second);
        else _remove(owner, first);
        (uint256 after0, uint256 after1) = pool.reserves();
        uint256 supplyAfter = pool.totalSupply();
        // What a share is worth of each token, by cross multiplication: exact.
        if (after0 * supply < reserve0 * supplyAfter) ++fallsOfShares;
        if (after1 * supply < reserve1 * supplyAfter) ++fallsOfShares;
    }

    function _add(uint256 owner, uint256 most0, uint256 most1) private {
        address account = _owners[owner % 3];
        _token0.mint(account, most0);
        _token1.mint(account, most1);
        vm.prank(account);
        pool.addLiquidity(most0, most1, 0, 0, account, block.timestamp);
    }

    function _remove(uint256 owner, uint256 shares) private {
        address account = _owners[owner % 3];
        vm.prank(account);
        pool.removeLiquidity(shares, 0, 0, account, block.timestamp);
    }

    /// @dev Product of the reserves for 10^9 shares squared.
    function _shareValue() private view returns (uint256) {
        (uint256 reserve0, uint256 reserve1) = pool.reserves();
        uint256 supply = pool.totalSupply();
        return Math.mulDiv(Math.mulDiv(reserve0 * reserve1, 1e18, supply), 1e9, supply);
    }
}
