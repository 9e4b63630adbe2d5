// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {AssetKind, TransferRequest} from "../types/Assets.sol";
import {InclusionProof} from "../types/Messages.sol";
import {PriorityOperation} from "../types/PriorityOperations.sol";

/// @title The shared bridge of L1
/// @notice Keeps the assets of L1 that are on chains, mints those of chains that are on L1, and books both in the ledger.
interface ISharedBridge {
    /// @notice A deposit is in the priority queue of its chain.
    event DepositRequested(
        uint256 indexed chainId, bytes32 indexed operationHash, address indexed sender, bytes32 key, uint256 amount
    );
    /// @notice A withdrawal was proven; it is paid at once, or at `payableAt` where it exceeds the outflow limit.
    event WithdrawalFinalized(
        bytes32 indexed messageHash, uint256 indexed chainId, bytes32 key, uint256 amount, uint256 payableAt
    );
    /// @notice A deposit that its chain refused was given back.
    event DepositRecovered(bytes32 indexed operationHash, address indexed sender, bytes32 key, uint256 amount);
    /// @notice At most `capacity` units of `key` leave `chainId` at once, and `refillPerSecond` more each second. A capacity
    /// of 0 ends the limit.
    event OutflowLimitSet(uint256 indexed chainId, bytes32 indexed key, uint256 capacity, uint256 refillPerSecond);

    /// @notice The message leads to no executed batch of the chain.
    error SharedBridgeUnproven(bytes32 messageHash);
    /// @notice The withdrawal was finalized before.
    error SharedBridgeAlreadyFinalized(uint256 chainId, bytes32 messageHash);
    /// @notice The message of the vault is no transfer that this bridge knows.
    error SharedBridgeMalformedMessage(bytes32 messageHash);
    /// @notice No deposit was made with this operation, or it was recovered before.
    error SharedBridgeUnknownDeposit(bytes32 operationHash);
    /// @notice A deposit has no deadline: the priority queue sees to it that it arrives or fails.
    error SharedBridgeNoDeadline(uint256 deliverBefore);
    /// @notice A limit that never frees anything would keep what exceeds it for ever.
    error SharedBridgeNoRefill(uint256 capacity);
    /// @notice The withdrawal is delayed until then.
    error SharedBridgeTooEarly(uint256 payableAt, uint256 timestamp);
    /// @notice Only the swap registry pays swaps out here.
    error SharedBridgeNotSwaps(address caller, address swaps);

    /// @notice Sends an asset to a chain through its priority queue.
    /// @param gasLimit Gas that the delivery gets on the chain.
    /// @return operationHash Id of the priority operation.
    function deposit(TransferRequest calldata request, uint64 gasLimit) external payable returns (bytes32 operationHash);

    /// @notice As `deposit`, with an ERC-2612 permit for the token.
    function depositWithPermit(
        TransferRequest calldata request,
        uint64 gasLimit,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external returns (bytes32 operationHash);

    /// @notice Tells a chain what a token of L1 is called; anyone may call.
    function announce(address token, AssetKind kind, uint256 chainId, uint64 gasLimit)
        external
        returns (bytes32 operationHash);

    /// @notice Pays a withdrawal out, or books its delay. Anyone may call: the message says who is paid.
    /// @param message What the chain's vault sent to L1, see docs/protocol.md "Withdrawals".
    function finalizeWithdrawal(InclusionProof calldata proof, bytes calldata message) external;

    /// @notice Pays a withdrawal whose delay is over. Anyone may call.
    function releaseWithdrawal(uint256 chainId, bytes calldata message) external;

    /// @notice Gives a deposit back that its chain refused, by proof of the status log. Anyone may call.
    function claimFailedDeposit(PriorityOperation calldata operation, InclusionProof calldata proof) external;

    /// @notice Pays what a swap of a chain that stopped has held, or notes a claim; the swap registry only, which has released
    /// it in the ledger. `AssetIn` says chain 0: held by a swap. No outflow limit applies: what swaps hold has left the chain.
    /// @param text The transfer, in the spelling of `AssetTransfers`; without metadata, since no chain has said it.
    /// @param sourceChainId Chain that the swap was locked on; the rules of the asset's issuer apply to it.
    function payClaim(bytes calldata text, uint256 sourceChainId) external;

    /// @notice Sets how much of an asset may leave a chain; governance only.
    function setOutflowLimit(uint256 chainId, bytes32 key, uint256 capacity, uint256 refillPerSecond) external;

    /// @param token Fungible token of L1, or `address(1)` for ether.
    /// @return kept Units of it that stand here.
    /// @return owed Units that chains and claims can ask for. `kept >= owed` at all times.
    function solvency(address token) external view returns (uint256 kept, uint256 owed);
}
