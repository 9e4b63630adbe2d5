// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {AssetKind, TransferRequest} from "../types/Assets.sol";
import {IBaseTokenHolder} from "./IBaseTokenHolder.sol";

/// @title The assets of a chain
/// @notice Sends them to other chains and to L1, and receives them from there. `AssetCustody` says how they are kept.
interface IAssetVault {
    /// @notice A transfer that its chain gave up for good is on its way back to its sender.
    event TransferReturned(bytes32 indexed bundleHash, uint256 indexed callIndex);

    /// @notice Only the interop handler, the priority inbox, the interop center and the atomic swap contract may do this.
    error AssetVaultNotGateway(address caller);
    /// @notice The message is not of the vault of its chain, or of the shared bridge of L1.
    error AssetVaultWrongSender(bytes sender);
    /// @notice The message of the other vault is no transfer that this vault knows.
    error AssetVaultMalformedTransfer(bytes payload);
    /// @notice What the bundle's sender says to the vault is not `abi.encode(TransferRequest)`.
    error AssetVaultMalformedRequest(bytes data);
    /// @notice The transfer names another destination than the bundle that carries it.
    error AssetVaultWrongDestination(uint256 expected, uint256 actual);
    /// @notice A withdrawal to L1 has no deadline: it can be paid at any time.
    error AssetVaultNoDeadlineToL1(uint256 deliverBefore);
    /// @notice The call of the bundle is not a transfer of the other chain's vault to this one.
    error AssetVaultNotATransfer(bytes32 bundleHash, uint256 callIndex);
    /// @notice The transfer was not given up: only a cancelled call's assets go back.
    error AssetVaultNotCancelled(bytes32 bundleHash, uint256 callIndex);
    /// @notice The assets of the call went back before.
    error AssetVaultAlreadyReturned(bytes32 bundleHash, uint256 callIndex);
    /// @notice The block has as many transfers and locks as L1 can take of one block; the next block takes more.
    error AssetVaultBlockFull(uint256 most);

    /// @notice Sends an asset to another chain, or to L1 as a withdrawal.
    /// @return sendId ERC-7786 id of the message; for a withdrawal its hash.
    function transfer(TransferRequest calldata request) external payable returns (bytes32 sendId);

    /// @notice As `transfer`, with an ERC-2612 permit for the token.
    function transferWithPermit(TransferRequest calldata request, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
        returns (bytes32 sendId);

    /// @notice Tells another chain, or L1, what a token of this chain is called. The first transfer there does so by itself.
    function announce(address token, AssetKind kind, uint256 destinationChainId) external returns (bytes32 sendId);

    /// @notice Sends the assets of a cancelled call back to where they came from. Anyone may call.
    /// @param bundle The bundle, without the leading 0x01.
    function returnCancelled(uint256 sourceChainId, bytes calldata bundle, uint256 callIndex) external;

    /// @notice Counts a swap that is cancelled, which moves nothing, among the ends of swaps in this block. Only for the atomic swap
    /// contract.
    /// @dev Reverts with `AssetVaultBlockFull` where the block has as many as it may have.
    function countCancellation() external;

    /// @return Transfers, either way, and locks of swaps that one block may hold, and what each operation of L1 finds room for
    /// beyond it (`IPriorityInbox.takeRoom`). Deposits do not count, and ends of swaps have a bound of their own.
    function MAX_PER_BLOCK() external view returns (uint256);

    /// @return Swaps that one block may execute, cancel, redeem and refund, with the same room for each operation of L1.
    function MAX_ENDS_PER_BLOCK() external view returns (uint256);

    /// @return Holds what the chain's base token is paid from; funded at genesis.
    function BASE_TOKEN_HOLDER() external view returns (IBaseTokenHolder);

    /// @return The atomic swap contract, which takes and gives through this vault.
    function SWAP() external view returns (address);
}
