// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Quote, QuoteStatus} from "../types/Venues.sol";

/// @title A venue where banks stand by quotes they signed
/// @notice Pays a quote out of its bank's own tokens, by an allowance that is used for nothing else, and hands the input to whom
/// the bank named. Each quote is taken once, in full. The data of an order is `abi.encode(Quote, bytes signature)`.
/// Signatures are those of EIP-712, by a key or, for a contract, by ERC-1271.
interface IQuoteVenue {
    /// @notice A quote was taken.
    event QuoteTaken(address indexed bank, uint256 indexed nonce, bytes32 indexed swapId, bytes32 quoteHash);
    /// @notice The bank voided a nonce.
    event QuoteCancelled(address indexed bank, uint256 indexed nonce);
    /// @notice The bank revoked all quotes of earlier epochs.
    event QuotesRevoked(address indexed bank, uint256 epoch);

    /// @notice The address of the swap contract is missing.
    error QuoteVenueZeroAddress();
    /// @notice Only the swap contract may execute.
    error QuoteVenueNotSwap(address caller, address swap);
    /// @notice The quote cannot be taken.
    error QuoteVenueRefused(bytes32 quoteHash, QuoteStatus status);
    /// @notice The quote is another account's.
    error QuoteVenueNotTaker(uint256 takerChainId, address taker, uint256 sourceChainId, address sender);
    /// @notice The order must be executed against somebody else.
    error QuoteVenueWrongCounterparty(address bank, address counterparty);
    /// @notice The quote is for another input.
    error QuoteVenueWrongInput(bytes32 quoteHash);
    /// @notice The quote gives something else. It gives fungible tokens only.
    error QuoteVenueWrongOutput(bytes32 quoteHash);
    /// @notice The quote gives less than the order wants.
    error QuoteVenueTooLittle(uint256 amountOut, uint256 minAmountOut);
    /// @notice A party did not get exactly what it should: the token takes fees, or refuses the party.
    error QuoteVenueNotExact(address token, address to, uint256 amount, uint256 arrived);

    /// @notice Voids a nonce of the caller, used or not yet.
    function cancel(uint256 nonce) external;

    /// @notice Revokes every quote that the caller has signed so far.
    /// @return epoch What its quotes must name from now on.
    function revokeAll() external returns (uint256 epoch);

    /// @notice Whether the quote can be taken now, by those it is for; the first reason against it otherwise.
    function check(Quote calldata quote, bytes calldata signature) external view returns (QuoteStatus);

    /// @return What a bank signs: the EIP-712 hash of the quote under this contract's domain.
    function hashOf(Quote calldata quote) external view returns (bytes32);

    /// @return What the bank's quotes must name.
    function epochOf(address bank) external view returns (uint256);

    /// @return Whether a quote with this nonce was taken or voided.
    function isUsed(address bank, uint256 nonce) external view returns (bool);

    /// @return The swap contract.
    function SWAP() external view returns (address);
}
