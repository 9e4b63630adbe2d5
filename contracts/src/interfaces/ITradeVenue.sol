// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {AssetKind} from "../types/Assets.sol";
import {SwapPreimage} from "../types/Swaps.sol";
import {TradeAgreement, TradeStatus} from "../types/Venues.sol";

/// @title A venue for delivery versus payment: both sides lock, one decision releases both
/// @notice The counterparty locks its side here before the initiator's side arrives. Executing hands each side to the other
/// party; it is possible until the agreement's deadline. After it, or once the swap that names the agreement was cancelled, the
/// counterparty is paid back. Both go by this chain's clock and state, so never both happen.
/// The data of an order is `abi.encode(TradeAgreement)`.
interface ITradeVenue {
    /// @notice The counterparty has locked its side.
    event TradeLocked(
        bytes32 indexed id, address indexed counterparty, address indexed initiator, TradeAgreement agreement
    );
    /// @notice Both sides were handed over.
    event TradeExecuted(bytes32 indexed id, bytes32 indexed swapId);
    /// @notice The counterparty was paid back.
    event TradeWithdrawn(bytes32 indexed id);
    /// @notice An account could not be paid, and can claim.
    event TradeClaimAdded(bytes32 indexed key, address indexed account, uint256 amount);
    /// @notice A claim was paid.
    event TradeClaimPaid(bytes32 indexed key, address indexed account, address to, uint256 amount);

    /// @notice The address of the swap contract is missing.
    error TradeVenueZeroAddress();
    /// @notice Only the swap contract may execute.
    error TradeVenueNotSwap(address caller, address swap);
    /// @notice Only the counterparty that the agreement names may lock.
    error TradeVenueNotCounterparty(address caller, address counterparty);
    /// @notice The agreement leaves out a party, or gives an amount that its kind of asset cannot have.
    error TradeVenueBadAgreement(bytes32 id);
    /// @notice There is no such token, or it is of another kind than the agreement says.
    error TradeVenueWrongKind(address token);
    /// @notice The agreement's deadline is over.
    error TradeVenueTooLate(bytes32 id, uint256 deadline, uint256 timestamp);
    /// @notice The agreement's deadline is not over.
    error TradeVenueNotExpired(bytes32 id, uint256 deadline, uint256 timestamp);
    /// @notice The value sent is not what is locked.
    error TradeVenueWrongValue(uint256 expected, uint256 value);
    /// @notice The token moved another amount: it takes fees, or its balances change by themselves.
    error TradeVenueNotExact(address token, uint256 amount, uint256 moved);
    /// @notice The agreement is in another state than this needs.
    error TradeVenueWrongStatus(bytes32 id, TradeStatus expected, TradeStatus actual);
    /// @notice The order's parties or assets are not those of the agreement.
    error TradeVenueWrongOrder(bytes32 id);
    /// @notice The order could be executed after the counterparty was paid back.
    error TradeVenueDeadlineTooLate(bytes32 id, uint256 deadline, uint256 orderDeadline);
    /// @notice What was locked or should have arrived is not here.
    error TradeVenueShortfall(address token, uint256 expected, uint256 held);
    /// @notice The transaction carries too little gas to pay a party.
    error TradeVenueGasTooLow(uint256 required, uint256 available);
    /// @notice The swap is not one by the agreement's initiator that names this agreement.
    error TradeVenueWrongSwap(bytes32 id, bytes32 swapId);
    /// @notice The swap has not been cancelled here.
    error TradeVenueNotCancelled(bytes32 swapId);
    /// @notice The caller has no such claim.
    error TradeVenueNothingToClaim(bytes32 key, address account);
    /// @notice A claim cannot be paid to address 0 or to the venue.
    error TradeVenueBadRecipient(address to);
    /// @notice The account does not take the payment.
    error TradeVenueNotPaid(address token, address to, uint256 amount);

    /// @notice Locks the caller's side of an agreement; it must have allowed this contract to take it, or send it as value. An
    /// agreement can be locked once.
    function lock(TradeAgreement calldata agreement) external payable returns (bytes32 id);

    /// @notice Pays the counterparty back, after the deadline. Anyone.
    function withdraw(TradeAgreement calldata agreement) external;

    /// @notice Pays the counterparty back once a swap of the initiator's that names this agreement was cancelled here. Anyone.
    function withdrawCancelled(TradeAgreement calldata agreement, SwapPreimage calldata preimage) external;

    /// @notice Pays `to` what the caller can claim.
    function claim(address token, AssetKind kind, uint256 tokenId, address to) external;

    /// @return What an agreement is known by: `keccak256(abi.encode(keccak256("Causeway.TradeAgreement.v1"), agreement))`.
    function idOf(TradeAgreement calldata agreement) external pure returns (bytes32);

    /// @return The state of an agreement.
    function statusOf(bytes32 id) external view returns (TradeStatus);

    /// @return What an account can claim of `keccak256(abi.encode(token, kind, tokenId))`.
    function claimable(bytes32 key, address account) external view returns (uint256);

    /// @return What this contract has to have of it: what is locked, and what can be claimed.
    function owed(bytes32 key) external view returns (uint256);

    /// @return The swap contract.
    function SWAP() external view returns (address);

    /// @return Gas that whoever is paid can use; who executes must bring it.
    function PAY_GAS() external view returns (uint256);
}
