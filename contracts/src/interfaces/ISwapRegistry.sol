// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {SwapEffect, SwapLeg, SwapOutcome, SwapPreimage, SwapSlot, Tombstone} from "../types/Swaps.sol";

/// @title The registry of all swaps, on L1
/// @notice One slot a swap: unknown -> Pending -> Executed | Cancelled, then closed. The destination decides by the batch that
/// carries its receipt; L1 decides only while the destination is frozen. Swaps are told apart by the chain that locked them, so
/// that no chain can speak of another's.
interface ISwapRegistry {
    /// @notice The lock of `source` is final for L1.
    event SwapOpened(uint256 indexed source, bytes32 indexed swapId, uint256 indexed destination, SwapLeg held);
    /// @notice The destination, or L1 in its stead, has decided. `held` is what the source may pay out now.
    event SwapDecided(uint256 indexed source, bytes32 indexed swapId, SwapOutcome outcome, bytes32 heldHash, bool byL1);
    /// @notice What the slot held was paid out on `chainId`: the source, or L1.
    event SwapClosed(uint256 indexed source, bytes32 indexed swapId, uint256 chainId);
    /// @notice A chain was asked through its priority queue to resolve the swap.
    event SwapForced(uint256 indexed source, bytes32 indexed swapId, uint256 chainId, bytes32 operationHash);
    /// @notice The frozen `chainId` must bury this before it does anything else.
    event TombstonePlaced(uint256 indexed chainId, uint256 indexed index, uint256 source, bytes32 swapId);
    /// @notice How long a chain has before it can be forced, and to come back before L1 decides, in seconds.
    event SwapTimesSet(uint256 indexed chainId, uint64 forceAfter, uint64 grace);

    /// @notice An address of the deployment is missing.
    error SwapRegistryZeroAddress();
    /// @notice Only the batch settlement may apply a batch.
    error SwapRegistryNotSettlement(address caller, address settlement);
    /// @notice A chain reports what it did to swaps of which it is one end, each end its own part.
    error SwapRegistryForeignEffect(uint256 chainId, uint256 source, uint256 destination);
    /// @notice The destination is no chain of the network.
    error SwapRegistryUnknownChain(uint256 chainId);
    /// @notice The swap is open already.
    error SwapRegistryAlreadyOpen(uint256 source, bytes32 swapId);
    /// @notice L1 knows no such swap. The source's batch with the lock must execute first.
    error SwapRegistryUnknownSwap(uint256 source, bytes32 swapId);
    /// @notice The swap goes to another destination.
    error SwapRegistryWrongDestination(bytes32 swapId, uint256 expected, uint256 actual);
    /// @notice The swap is decided already.
    error SwapRegistryDecided(bytes32 swapId, SwapOutcome outcome);
    /// @notice The swap is not decided this way: `expected` is what this needs.
    error SwapRegistryWrongOutcome(bytes32 swapId, SwapOutcome expected, SwapOutcome actual);
    /// @notice The swap is not decided yet.
    error SwapRegistryUndecided(bytes32 swapId);
    /// @notice What the slot held was paid out already.
    error SwapRegistryClosed(bytes32 swapId);
    /// @notice The slot holds something else.
    error SwapRegistryWrongLeg(bytes32 swapId, bytes32 held, bytes32 given);
    /// @notice A chain that was frozen must bury what L1 decided, in order, before anything else.
    error SwapRegistryTombstonesFirst(uint256 chainId, uint256 outstanding);
    /// @notice There is no such tombstone to bury.
    error SwapRegistryNotATombstone(uint256 chainId, uint256 source, bytes32 swapId);
    /// @notice Too early: possible from `notBefore` on, in seconds.
    error SwapRegistryTooEarly(uint256 notBefore, uint256 timestamp);
    /// @notice The chain was asked already.
    error SwapRegistryAlreadyForced(bytes32 swapId);
    /// @notice The chain was told, and has not consumed it yet.
    error SwapRegistryAlreadyTold(uint256 told, uint256 about, bool isFrozen);
    /// @notice The chain is live: it decides by itself.
    error SwapRegistryNotFrozen(uint256 chainId);
    /// @notice The preimage given is not that of the swap.
    error SwapRegistryWrongPreimage(bytes32 swapId);
    /// @notice The output given is not what the slot holds; of a cancelled swap there is none.
    error SwapRegistryWrongOutput(bytes32 swapId);
    /// @notice L1 cannot pay what only its home can issue: the asset's home is the chain that stopped.
    error SwapRegistryNotBackedByL1(bytes32 swapId, uint256 home);
    /// @notice A time is outside of what is allowed, in seconds.
    error SwapRegistryBadTime(uint64 time, uint64 least, uint64 most);

    /// @notice Applies what a batch of `chainId` did to swaps, up to what they take from the ledger; the batch settlement only,
    /// before it applies the batch's ledger entries. What the chain must bury comes before anything else.
    /// @param buriesAll Whether the batch is a frozen chain's that consumes operations: then nothing may be left to bury.
    function creditBatch(uint256 chainId, SwapEffect[] calldata effects, bool buriesAll) external;

    /// @notice Takes from the ledger what swaps of the batch hold from now on; the batch settlement only, after the batch's
    /// ledger entries.
    function debitBatch(uint256 chainId, SwapEffect[] calldata effects) external;

    /// @notice Asks the destination, through its priority queue, to execute what it has at hand of the swap or to cancel it.
    /// Anyone, `forceAfter` seconds after the slot was opened, once.
    function forceResolve(uint256 source, bytes32 swapId) external returns (bytes32 operationHash);

    /// @notice As `forceResolve`, with everything the destination needs: it executes, or cancels if that fails. Publishes the
    /// swap on L1.
    function forceExecute(SwapPreimage calldata preimage) external returns (bytes32 operationHash);

    /// @notice Asks the source, through its priority queue, to pay out a decided swap. Anyone, `forceAfter` seconds after it was
    /// decided, and again once the source has consumed that and has not paid. Publishes the swap on L1.
    /// @param output Executed: what comes back, as the receipt spells it. Only what the slot holds counts of it: the chain is told
    /// that the beneficiary gets it from the atomic swap contract, without metadata or URI. Otherwise empty.
    function forceClose(SwapPreimage calldata preimage, bytes calldata output) external returns (bytes32 operationHash);

    /// @notice Cancels a swap whose destination is frozen, `grace` seconds after it was frozen. Places a tombstone there, and tells
    /// the source through its priority queue. Anyone.
    function l1Cancel(uint256 source, bytes32 swapId) external returns (bytes32 operationHash);

    /// @notice Pays out a decided swap on L1, to its `l1Recipient`, `grace` seconds after its source was frozen. Places a tombstone
    /// there. Anyone. Publishes the swap on L1.
    /// @param output Executed: what comes back, as the receipt spells it; only what the slot holds counts of it. Otherwise empty.
    function l1Claim(SwapPreimage calldata preimage, bytes calldata output) external;

    /// @notice Tells chain `told`, through its priority queue, whether chain `about` is frozen, so that it takes no locks to it.
    /// Anyone; the same again once it has consumed that.
    function tellStatus(uint256 told, uint256 about) external returns (bytes32 operationHash);

    /// @notice Sets a chain's times, within the bounds.
    function setTimes(uint256 chainId, uint64 forceAfter, uint64 grace) external;

    /// @return The slot of a swap.
    function slotOf(uint256 source, bytes32 swapId) external view returns (SwapSlot memory);

    /// @return forceAfter Seconds after which a chain can be forced.
    /// @return grace Seconds that a frozen chain has to come back.
    function timesOf(uint256 chainId) external view returns (uint64 forceAfter, uint64 grace);

    /// @return What a frozen chain must bury, in order.
    function outstandingTombstones(uint256 chainId) external view returns (Tombstone[] memory);

    /// @return Seconds that no time may be below.
    function MIN_TIME() external view returns (uint64);

    /// @return Seconds that no time may be above.
    function MAX_TIME() external view returns (uint64);
}
