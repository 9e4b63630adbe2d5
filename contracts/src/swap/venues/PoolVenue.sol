// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IPoolVenue} from "../../interfaces/IPoolVenue.sol";
import {ISwapVenue} from "../../interfaces/ISwapVenue.sol";
import {AssetKind} from "../../types/Assets.sol";
import {VenueOrder} from "../../types/Swaps.sol";

/// @title A pool of two ERC-20 tokens whose product of reserves never falls by a trade
/// @notice Reserves are counted, not read from balances: what somebody donates changes neither a price nor a share's value. So
/// the first depositor cannot make the next one's shares round to nothing at its own gain; amounts are those that the shares
/// are worth, rounded up.
contract PoolVenue is IPoolVenue, ISwapVenue, ERC20, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    uint256 private constant BPS = 10_000;
    /// @dev Whose shares are nobody's: OpenZeppelin's tokens do not mint to 0.
    address private constant NOBODY = address(0xdead);

    /// @inheritdoc IPoolVenue
    uint256 public constant MINIMUM_LIQUIDITY = 1000;

    /// @inheritdoc IPoolVenue
    address public immutable TOKEN0;
    /// @inheritdoc IPoolVenue
    address public immutable TOKEN1;
    /// @inheritdoc IPoolVenue
    uint256 public immutable FEE_BPS;

    uint128 private _reserve0;
    uint128 private _reserve1;

    constructor(address token0, address token1, uint256 feeBps) ERC20("Causeway pool share", "CWPS") {
        bool isPair = token0 != token1 && token0.code.length != 0 && token1.code.length != 0;
        require(isPair && feeBps < BPS, PoolVenueBadPair(token0, token1, feeBps));
        (TOKEN0, TOKEN1, FEE_BPS) = (token0, token1, feeBps);
    }

    /// @inheritdoc ISwapVenue
    function execute(VenueOrder calldata order) external nonReentrant returns (bytes4) {
        _requireInTime(order.deadline);
        bool isCounterparty = order.counterparty == address(0) || order.counterparty == address(this);
        require(isCounterparty, PoolVenueWrongCounterparty(order.counterparty));
        bool isFungible = order.kindIn == AssetKind.Fungible && order.kindOut == AssetKind.Fungible;
        require(isFungible && _isPair(order.tokenIn, order.tokenOut), PoolVenueWrongPair(order.tokenIn, order.tokenOut));

        (uint256 reserveIn, uint256 reserveOut) = _ordered(order.tokenIn == TOKEN0);
        uint256 balance = IERC20(order.tokenIn).balanceOf(address(this));
        uint256 sent = balance > reserveIn ? balance - reserveIn : 0;
        uint256 amountIn = order.amountIn;
        require(amountIn != 0 && sent >= amountIn, PoolVenueNoInput(order.tokenIn, amountIn, sent));
        _requireFits(reserveIn + amountIn);
        uint256 amountOut = _amountOut(amountIn, reserveIn, reserveOut);
        bool isEnough = amountOut != 0 && amountOut >= order.minAmountOut;
        require(isEnough, PoolVenueTooLittle(amountOut, order.minAmountOut));

        (uint256 newIn, uint256 newOut) = (reserveIn + amountIn, reserveOut - amountOut);
        if (order.tokenIn == TOKEN0) _setReserves(newIn, newOut);
        else _setReserves(newOut, newIn);
        emit Traded(order.swapId, msg.sender, order.tokenIn, amountIn, amountOut);
        _pay(order.tokenOut, msg.sender, amountOut);
        return ISwapVenue.execute.selector;
    }

    /// @inheritdoc IPoolVenue
    function addLiquidity(uint256 most0, uint256 most1, uint256 least0, uint256 least1, address to, uint256 deadline)
        external
        nonReentrant
        returns (uint256 amount0, uint256 amount1, uint256 shares)
    {
        _requireInTime(deadline);
        _requireFits(most0);
        _requireFits(most1);
        (amount0, amount1, shares) = totalSupply() == 0 ? _open(most0, most1) : _join(most0, most1);
        _requireLeast(amount0, least0);
        _requireLeast(amount1, least1);

        _requireFits(_reserve0 + amount0);
        _requireFits(_reserve1 + amount1);
        _setReserves(_reserve0 + amount0, _reserve1 + amount1);
        _mint(to, shares);
        emit LiquidityAdded(msg.sender, to, amount0, amount1, shares);
        _take(TOKEN0, amount0);
        _take(TOKEN1, amount1);
    }

    /// @inheritdoc IPoolVenue
    function removeLiquidity(uint256 shares, uint256 least0, uint256 least1, address to, uint256 deadline)
        external
        nonReentrant
        returns (uint256 amount0, uint256 amount1)
    {
        _requireInTime(deadline);
        require(shares != 0, PoolVenueNoShares(0, 0));
        uint256 supply = totalSupply();
        _burn(msg.sender, shares);
        amount0 = Math.mulDiv(shares, _reserve0, supply);
        amount1 = Math.mulDiv(shares, _reserve1, supply);
        _requireLeast(amount0, least0);
        _requireLeast(amount1, least1);

        _setReserves(_reserve0 - amount0, _reserve1 - amount1);
        emit LiquidityRemoved(msg.sender, to, amount0, amount1, shares);
        _pay(TOKEN0, to, amount0);
        _pay(TOKEN1, to, amount1);
    }

    /// @inheritdoc IPoolVenue
    function amountOutOf(address tokenIn, uint256 amountIn) external view returns (uint256) {
        bool isOfThePair = tokenIn == TOKEN0 || tokenIn == TOKEN1;
        require(isOfThePair, PoolVenueWrongPair(tokenIn, address(0)));
        (uint256 reserveIn, uint256 reserveOut) = _ordered(tokenIn == TOKEN0);
        if (reserveIn == 0) return 0;
        _requireFits(amountIn);
        return _amountOut(amountIn, reserveIn, reserveOut);
    }

    /// @inheritdoc IPoolVenue
    function reserves() external view returns (uint256 reserve0, uint256 reserve1) {
        return (_reserve0, _reserve1);
    }

    function _setReserves(uint256 reserve0, uint256 reserve1) private {
        // Both were checked, or are less than before.
        // forge-lint: disable-next-line(unsafe-typecast)
        (_reserve0, _reserve1) = (uint128(reserve0), uint128(reserve1));
    }

    /// @dev With shares that are nobody's there is always a supply, and a reserve of each token, to divide by.
    function _open(uint256 most0, uint256 most1) private returns (uint256, uint256, uint256) {
        uint256 total = Math.sqrt(most0 * most1);
        require(total > MINIMUM_LIQUIDITY, PoolVenueNoShares(most0, most1));
        _mint(NOBODY, MINIMUM_LIQUIDITY);
        return (most0, most1, total - MINIMUM_LIQUIDITY);
    }

    function _take(address token, uint256 amount) private {
        uint256 before = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
        uint256 afterwards = IERC20(token).balanceOf(address(this));
        uint256 arrived = afterwards > before ? afterwards - before : 0;
        require(arrived == amount, PoolVenueNotExact(token, amount, arrived));
    }

    /// @dev Measured here: the pool must not lose more than it gives.
    function _pay(address token, address to, uint256 amount) private {
        uint256 before = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransfer(to, amount);
        uint256 afterwards = IERC20(token).balanceOf(address(this));
        uint256 left = before > afterwards ? before - afterwards : 0;
        require(left == amount, PoolVenueNotExact(token, amount, left));
    }

    /// @dev What is taken is what the shares are worth, rounded up, which is never more than what was offered.
    function _join(uint256 most0, uint256 most1)
        private
        view
        returns (uint256 amount0, uint256 amount1, uint256 shares)
    {
        uint256 supply = totalSupply();
        shares = Math.min(Math.mulDiv(most0, supply, _reserve0), Math.mulDiv(most1, supply, _reserve1));
        require(shares != 0, PoolVenueNoShares(most0, most1));
        amount0 = Math.mulDiv(shares, _reserve0, supply, Math.Rounding.Ceil);
        amount1 = Math.mulDiv(shares, _reserve1, supply, Math.Rounding.Ceil);
    }

    function _amountOut(uint256 amountIn, uint256 reserveIn, uint256 reserveOut) private view returns (uint256) {
        uint256 effective = amountIn * (BPS - FEE_BPS);
        return Math.mulDiv(effective, reserveOut, reserveIn * BPS + effective);
    }

    function _ordered(bool isToken0In) private view returns (uint256 reserveIn, uint256 reserveOut) {
        return isToken0In ? (_reserve0, _reserve1) : (_reserve1, _reserve0);
    }

    function _isPair(address tokenIn, address tokenOut) private view returns (bool) {
        return (tokenIn == TOKEN0 && tokenOut == TOKEN1) || (tokenIn == TOKEN1 && tokenOut == TOKEN0);
    }

    function _requireInTime(uint256 deadline) private view {
        require(block.timestamp <= deadline, PoolVenueTooLate(deadline, block.timestamp));
    }

    function _requireLeast(uint256 amount, uint256 least) private pure {
        require(amount >= least, PoolVenueTooLittle(amount, least));
    }

    function _requireFits(uint256 reserve) private pure {
        require(reserve <= type(uint128).max, PoolVenueTooMuch(reserve));
    }
}
