// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Asset} from "../types/Assets.sol";
import {InclusionProof} from "../types/Messages.sol";
import {LockStatus, SwapEffect, SwapHeader, SwapOutcome, SwapPreimage, SwapTerms, Tombstone} from "../types/Swaps.sol";

/// @title The swap of two assets over two chains: lock here, execute there, redeem here
/// @notice Stands at the same address on every chain. What leaves this contract unpaid is as it was before: a call either does
/// all of its step or nothing. Who submits a step changes nothing about it.
interface IAtomicSwap {
    /// @notice A swap was locked here. All that its parties need to go on.
    event SwapLocked(bytes32 indexed swapId, SwapHeader header, bytes32 salt, bytes payload);
    /// @notice What the batch must report: `keccak256(abi.encode(uint8 1, SwapEffect[]))` over these, in order.
    event SwapEffected(bytes32 indexed swapId, SwapEffect effect);
    /// @notice A preimage stands ready on the destination.
    event SwapStaged(bytes32 indexed swapId);
    /// @notice L1 asked for execution; it failed, and the swap was cancelled. The first bytes of why.
    event SwapForcedFailed(bytes32 indexed swapId, bytes reason);
    /// @notice L1 says whether a destination is frozen.
    event DestinationFrozen(uint256 indexed chainId, bool isFrozen);

    /// @notice An address of the deployment is missing.
    error AtomicSwapZeroAddress();
    /// @notice The destination is not open, or is this chain or L1.
    error AtomicSwapUnknownDestination(uint256 chainId);
    /// @notice L1 has frozen the destination.
    error AtomicSwapDestinationFrozen(uint256 chainId);
    /// @notice Venue, beneficiary, refund account and recipient on L1 must all be named.
    error AtomicSwapZeroAccount();
    /// @notice At least one unit must come back.
    error AtomicSwapNothingWanted();
    /// @notice The deadline must lie ahead, by no more than `MAX_DURATION`.
    error AtomicSwapBadDeadline(uint256 deadline, uint256 earliest, uint256 latest);
    /// @notice More gas than a forced execution can be given.
    error AtomicSwapTooMuchGas(uint256 minGas, uint256 most);
    /// @notice The payload is larger than a forced execution can carry.
    error AtomicSwapPayloadTooLarge(uint256 size, uint256 most);
    /// @notice The header is of another version or class, or its ends are not this contract here and on its other chain.
    error AtomicSwapWrongHeader(bytes32 swapId);
    /// @notice The payload is not the one the header commits to.
    error AtomicSwapWrongPayload(bytes32 swapId);
    /// @notice The message, or the receipt, is not proven.
    error AtomicSwapUnproven(bytes32 swapId);
    /// @notice The swap is decided here already.
    error AtomicSwapDecided(bytes32 swapId, SwapOutcome outcome);
    /// @notice The swap is not locked here, or was paid out.
    error AtomicSwapNotLocked(bytes32 swapId, LockStatus status);
    /// @notice The deadline is over: only cancelling is possible.
    error AtomicSwapTooLate(bytes32 swapId, uint256 deadline, uint256 timestamp);
    /// @notice The deadline is not over.
    error AtomicSwapNotExpired(bytes32 swapId, uint256 deadline, uint256 timestamp);
    /// @notice The transaction carries too little gas for the venue.
    error AtomicSwapGasTooLow(bytes32 swapId, uint256 required, uint256 available);
    /// @notice What was locked did not reach the venue in full.
    error AtomicSwapNotHandedOver(bytes32 swapId, uint256 amount, uint256 arrived);
    /// @notice The venue reverted; the first bytes of why.
    error AtomicSwapVenueReverted(bytes32 swapId, bytes reason);
    /// @notice The venue answered something else than `ISwapVenue` demands.
    error AtomicSwapVenueRefused(bytes32 swapId, bytes answer);
    /// @notice The venue returned too little.
    error AtomicSwapTooLittle(bytes32 swapId, uint256 least, uint256 returned);
    /// @notice The wanted asset has no token here yet.
    error AtomicSwapUnknownAsset(Asset asset);
    /// @notice The receipt says something else.
    error AtomicSwapWrongReceipt(bytes32 swapId);
    /// @notice The receipt's output is not what the swap asked for.
    error AtomicSwapWrongOutput(bytes32 swapId);
    /// @notice Only the registry on L1 may command, through the priority inbox.
    error AtomicSwapNotRegistry(address caller, bytes sender);
    /// @notice Only this contract may call this.
    error AtomicSwapNotSelf(address caller);
    /// @notice Base tokens are taken from venues only, while a swap executes.
    error AtomicSwapNotExecuting();
    /// @notice What L1 decided contradicts what is settled here: the chain was not rolled back to its last executed batch.
    error AtomicSwapCannotBury(bytes32 swapId);

    /// @notice Takes what `terms` give from the caller, who must have approved the vault for it, and sends the swap on its way.
    /// @param salt 32 bytes that nobody can guess.
    function lock(SwapTerms calldata terms, bytes32 salt) external payable returns (bytes32 swapId);

    /// @notice Executes a swap whose destination this chain is, with the proof of its message. Anyone. Reverts as a whole where
    /// any part fails; it can be tried again until the deadline.
    function execute(SwapPreimage calldata preimage, InclusionProof calldata proof) external;

    /// @notice Cancels a swap whose deadline is over, with the proof of its message. Anyone.
    function cancel(SwapHeader calldata header, InclusionProof calldata proof) external;

    /// @notice Pays the beneficiary of an executed swap, with the proof of its receipt. Anyone.
    /// @param output What comes back, as the receipt spells it.
    function redeem(SwapPreimage calldata preimage, bytes calldata output, InclusionProof calldata proof) external;

    /// @notice Gives back what was locked in a cancelled swap, with the proof of its receipt; without one where L1 has cancelled
    /// it and said so. Anyone.
    function refund(SwapPreimage calldata preimage, InclusionProof calldata proof) external;

    /// @notice Puts a preimage at hand, so that L1 can force the swap's execution without publishing it. Anyone.
    function stage(SwapPreimage calldata preimage) external;

    /// @notice Takes what L1 decided while this chain was frozen; the operator only, before anything else. The chain's batch
    /// settles with exactly the tombstones of L1.
    function bury(Tombstone[] calldata tombstones) external;

    /// @notice Executes or cancels at L1's word; this contract only. Reverts where there is too little gas to tell.
    function resolveForced(SwapPreimage calldata preimage) external;

    /// @notice What a forced execution runs; this contract only.
    function executeForced(SwapPreimage calldata preimage) external;

    /// @notice What a payment that L1 forces runs; this contract only.
    /// @param output As for `redeem`; nothing of it counts for a cancelled swap.
    function closeForced(SwapPreimage calldata preimage, SwapOutcome outcome, bytes calldata output) external;

    /// @return A swap of this chain.
    function lockStatus(bytes32 swapId) external view returns (LockStatus);

    /// @return A swap whose destination this chain is.
    function outcomeOf(uint256 source, bytes32 swapId) external view returns (SwapOutcome);

    /// @return How many swaps the account has locked here.
    function nonceOf(address sender) external view returns (uint64);

    /// @return Whether L1 has said that the chain is frozen.
    function isFrozenDestination(uint256 chainId) external view returns (bool);

    /// @return Seconds that a deadline may lie ahead.
    function MAX_DURATION() external view returns (uint256);

    /// @return Gas that a venue may demand at most.
    function MAX_MIN_GAS() external view returns (uint64);

    /// @return Bytes that a payload may have.
    function MAX_PAYLOAD() external view returns (uint256);
}
