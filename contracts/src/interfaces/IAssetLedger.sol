// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Asset, LedgerEntry} from "../types/Assets.sol";

/// @title The ledger of all assets, on L1
/// @notice For every key: `issued == sum of balances of chains other than its home + sum of pending over all routes + held`.
/// A chain whose verifier is broken can spend no more than its own balance and what is pending for it; and what is pending
/// from one chain pays for nothing that another chain says it has sent. What swaps hold is neither a balance nor pending, so
/// that only the slot of a swap can pay it out.
/// An asset's home has no balance of it: what its home sends is issued, what arrives there again is retired.
interface IAssetLedger {
    /// @notice `amount` left `source` and is on its way to `destination`.
    event AssetSent(bytes32 indexed key, uint256 indexed source, uint256 indexed destination, uint256 amount);
    /// @notice `amount` from `source` arrived at `destination`.
    event AssetArrived(bytes32 indexed key, uint256 indexed source, uint256 indexed destination, uint256 amount);
    /// @notice `amount` on its way to `destination` was refused there and is back at `source`, which is L1.
    event AssetTakenBack(bytes32 indexed key, uint256 indexed source, uint256 indexed destination, uint256 amount);
    /// @notice Swaps hold `amount` that `chainId` had.
    event AssetHeld(bytes32 indexed key, uint256 indexed chainId, uint256 amount);
    /// @notice `chainId` has `amount` that swaps held.
    event AssetReleased(bytes32 indexed key, uint256 indexed chainId, uint256 amount);

    /// @notice An address of the deployment is missing.
    error AssetLedgerZeroAddress();
    /// @notice Only the batch settlement may apply a batch.
    error AssetLedgerNotSettlement(address caller, address settlement);
    /// @notice Only the shared bridge may record what L1 itself sends and takes.
    error AssetLedgerNotBridge(address caller, address bridge);
    /// @notice Only the swap registry may record what swaps hold.
    error AssetLedgerNotSwaps(address caller, address swaps);
    /// @notice The chain spends more than it has.
    error AssetLedgerBalanceTooLow(uint256 chainId, bytes32 key, uint256 balance, uint256 amount);
    /// @notice More arrives than `source` has sent to `destination`.
    error AssetLedgerPendingTooLow(uint256 source, uint256 destination, bytes32 key, uint256 pending, uint256 amount);
    /// @notice More is released than swaps hold.
    error AssetLedgerHeldTooLow(bytes32 key, uint256 held, uint256 amount);
    /// @notice A chain reports what it sent to others, or what others sent to it, and nothing else.
    error AssetLedgerForeignEntry(uint256 chainId, uint256 source, uint256 destination);
    /// @notice An entry of amount 0 says nothing; an entry must move something.
    error AssetLedgerZeroAmount(bytes32 key);
    /// @notice The destination is neither L1 nor a chain of the network.
    error AssetLedgerUnknownChain(uint256 chainId);

    /// @notice Applies what a batch of `chainId` moved; the batch settlement only. Reverts when the chain cannot have
    /// moved that.
    function applyBatch(uint256 chainId, LedgerEntry[] calldata entries) external;

    /// @notice L1 sends to a chain; the shared bridge only.
    function recordDeposit(Asset calldata asset, uint256 tokenId, uint256 chainId, uint256 amount) external;

    /// @notice What `chainId` sent to L1 has arrived; the shared bridge only.
    function recordWithdrawal(Asset calldata asset, uint256 tokenId, uint256 chainId, uint256 amount) external;

    /// @notice A chain refused a deposit, which L1 takes back; the shared bridge only.
    function recordFailedDeposit(Asset calldata asset, uint256 tokenId, uint256 chainId, uint256 amount) external;

    /// @notice What `chainId` had, swaps hold from now on; the swap registry only. Home issues it.
    function hold(Asset calldata asset, uint256 tokenId, uint256 chainId, uint256 amount) external;

    /// @notice What swaps held, `chainId` has from now on, L1 included; the swap registry only. Home retires it.
    function release(Asset calldata asset, uint256 tokenId, uint256 chainId, uint256 amount) external;

    /// @return What the chain may spend, in units of the origin token. Always 0 for the asset's home.
    function balance(uint256 chainId, bytes32 key) external view returns (uint256);

    /// @return What is on its way from one chain to another, in units of the origin token.
    function pending(uint256 source, uint256 destination, bytes32 key) external view returns (uint256);

    /// @return All that is outside of the asset's home, in units of the origin token.
    function issued(bytes32 key) external view returns (uint256);

    /// @return What swaps hold, in units of the origin token.
    function held(bytes32 key) external view returns (uint256);
}
