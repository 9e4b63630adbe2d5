// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title A pool of two ERC-20 tokens whose product of reserves never falls by a trade
/// @notice A venue that is open to everyone: whoever has sent the input to the pool, in the same transaction, may execute, and
/// gets the output. What stands at the pool beyond its reserves belongs to nobody: the next order may use it as its input, and
/// it moves no price. Its shares are an ERC-20 token. All divisions round in the pool's favour. Tokens that take fees
/// are refused when they come in; tokens whose balances shrink by themselves are the risk of those who add them.
interface IPoolVenue {
    /// @notice Somebody traded with the pool.
    event Traded(bytes32 indexed swapId, address indexed caller, address tokenIn, uint256 amountIn, uint256 amountOut);
    /// @notice Somebody added to the pool.
    event LiquidityAdded(address indexed from, address indexed to, uint256 amount0, uint256 amount1, uint256 shares);
    /// @notice Somebody took its part of the pool.
    event LiquidityRemoved(address indexed from, address indexed to, uint256 amount0, uint256 amount1, uint256 shares);

    /// @notice A pool is of two tokens that are there, and its fee is below 10,000 basis points.
    error PoolVenueBadPair(address token0, address token1, uint256 feeBps);
    /// @notice The order is not for this pair.
    error PoolVenueWrongPair(address tokenIn, address tokenOut);
    /// @notice The order must be executed against somebody else.
    error PoolVenueWrongCounterparty(address counterparty);
    /// @notice The deadline is over.
    error PoolVenueTooLate(uint256 deadline, uint256 timestamp);
    /// @notice The input has not been sent to the pool.
    error PoolVenueNoInput(address token, uint256 expected, uint256 sent);
    /// @notice The pool gives less than was asked for.
    error PoolVenueTooLittle(uint256 amount, uint256 minAmount);
    /// @notice The amounts make up no share.
    error PoolVenueNoShares(uint256 amount0, uint256 amount1);
    /// @notice The pool keeps no more than 2^128 - 1 of a token.
    error PoolVenueTooMuch(uint256 reserve);
    /// @notice The token moved another amount: it takes fees.
    error PoolVenueNotExact(address token, uint256 amount, uint256 moved);

    /// @notice Adds to the pool what the caller allowed it to take, in the ratio of the reserves.
    /// @param most0 Most of `TOKEN0` that is taken. The first to add sets the ratio: all of both is taken.
    /// @param least0 Least of `TOKEN0` that must be taken.
    /// @param to Who gets the shares.
    function addLiquidity(uint256 most0, uint256 most1, uint256 least0, uint256 least1, address to, uint256 deadline)
        external
        returns (uint256 amount0, uint256 amount1, uint256 shares);

    /// @notice Burns shares of the caller and pays their part of the reserves to `to`.
    /// @param least0 Least of `TOKEN0` that must be paid.
    function removeLiquidity(uint256 shares, uint256 least0, uint256 least1, address to, uint256 deadline)
        external
        returns (uint256 amount0, uint256 amount1);

    /// @return What the pool would give for `amountIn` of `tokenIn`, one of its two, now; 0 while it is empty.
    function amountOutOf(address tokenIn, uint256 amountIn) external view returns (uint256);

    /// @return reserve0 What the pool has of `TOKEN0`.
    /// @return reserve1 And of `TOKEN1`.
    function reserves() external view returns (uint256 reserve0, uint256 reserve1);

    /// @return One of the two tokens.
    function TOKEN0() external view returns (address);

    /// @return The other one.
    function TOKEN1() external view returns (address);

    /// @return What is kept of each input for those who have shares, in basis points.
    function FEE_BPS() external view returns (uint256);

    /// @return Shares that are nobody's, from the first deposit on.
    function MINIMUM_LIQUIDITY() external view returns (uint256);
}
