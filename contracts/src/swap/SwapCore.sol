// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC7786Recipient} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IAtomicSwap} from "../interfaces/IAtomicSwap.sol";
import {IIndirectSender} from "../interfaces/IIndirectSender.sol";
import {IMessageOutbox} from "../interfaces/IMessageOutbox.sol";
import {IMessageVerifier} from "../interfaces/IMessageVerifier.sol";
import {Erc7930} from "../libraries/Erc7930.sol";
import {LogLeaf} from "../libraries/LogLeaf.sol";
import {SwapIds} from "../libraries/SwapIds.sol";
import {Asset, AssetTransfer, TransferRequest} from "../types/Assets.sol";
import {InclusionProof} from "../types/Messages.sol";
import {SwapChange, SwapEffect, SwapLeg, SwapPayload, SwapPreimage} from "../types/Swaps.sol";

/// @title What both ends of a swap have in common
abstract contract SwapCore is IAtomicSwap, ReentrancyGuardTransient {
    /// @inheritdoc IAtomicSwap
    /// @dev See `SwapDestination` for what a forced execution needs.
    uint64 public constant MAX_MIN_GAS = 3_000_000;
    /// @inheritdoc IAtomicSwap
    uint256 public constant MAX_PAYLOAD = 4_096;

    address internal immutable VAULT;
    address internal immutable CENTER;
    /// @dev Home of the asset behind the chain's base token.
    uint256 internal immutable L1_CHAIN_ID;
    IMessageVerifier private immutable HANDLER;

    modifier onlySelf() {
        require(msg.sender == address(this), AtomicSwapNotSelf(msg.sender));
        _;
    }

    constructor(address vault, address center, address handler, uint256 l1ChainId) {
        require(
            vault != address(0) && center != address(0) && handler != address(0) && l1ChainId != 0,
            AtomicSwapZeroAddress()
        );
        L1_CHAIN_ID = l1ChainId;
        VAULT = vault;
        CENTER = center;
        HANDLER = IMessageVerifier(handler);
    }

    /// @dev The vault's answer is a transfer, in the spelling of `AssetTransfers`.
    function _take(TransferRequest memory request, address from, uint256 value)
        internal
        returns (bytes memory transfer)
    {
        uint256 destination = request.destinationChainId;
        return IIndirectSender(VAULT).initiateIndirectCall{value: value}(destination, from, abi.encode(request));
    }

    /// @dev Has the vault pay, or note a claim.
    /// @param source Chain that the transfer comes from, whose rules and limits of issuers it obeys.
    function _give(bytes32 swapId, uint256 source, bytes memory transfer) internal {
        IERC7786Recipient(VAULT).receiveMessage(swapId, Erc7930.format(source, VAULT), transfer);
    }

    function _send(bytes memory message) internal {
        IMessageOutbox(CENTER).sendToL1(message);
    }

    function _emitEffect(
        SwapChange change,
        uint256 source,
        uint256 destination,
        bytes32 swapId,
        SwapLeg memory leg,
        SwapLeg memory returned
    ) internal {
        emit SwapEffected(swapId, SwapEffect(change, source, destination, swapId, leg, returned));
    }

    /// @dev A call of this contract by itself, which reads the arguments where they stand.
    function _callSelf(bytes4 selector, bytes memory arguments) internal {
        (bool success, bytes memory reason) = address(this).call(bytes.concat(selector, arguments));
        if (success) return;
        assembly ("memory-safe") {
            revert(add(reason, 0x20), mload(reason))
        }
    }

    /// @dev The contract of that chain stands at the address of this one.
    function _requireProven(InclusionProof calldata proof, uint256 chainId, bytes32 swapId, bytes memory message)
        internal
        view
    {
        bytes32 leaf = LogLeaf.message(0, address(this), keccak256(message));
        require(proof.chainId == chainId && HANDLER.verifyLeaf(proof, leaf), AtomicSwapUnproven(swapId));
    }

    /// @dev What the preimage's payload says. Parts stand in order and without gaps, so that none lies outside of it.
    function _payloadOf(SwapPreimage calldata preimage, bytes32 swapId)
        internal
        pure
        returns (SwapPayload calldata payload)
    {
        bytes calldata text = preimage.payload;
        bool isRead = SwapIds.commitment(preimage.salt, text) == preimage.header.payloadCommitment;
        assembly ("memory-safe") {
            function roundUp(length) -> padded {
                padded := and(add(length, 0x1f), not(0x1f))
            }

            // The outermost offset, then eleven words; transfer and data behind them.
            payload := add(text.offset, 0x20)
            let dirt := or(xor(calldataload(text.offset), 0x20), xor(calldataload(payload), 0x160))
            let length := calldataload(add(payload, 0x160))
            dirt := or(dirt, gt(length, text.length))
            let next := add(0x180, roundUp(length))
            dirt := or(dirt, xor(calldataload(add(payload, 0x40)), next))
            length := calldataload(add(payload, next))
            dirt := or(dirt, gt(length, text.length))
            dirt := or(dirt, xor(text.length, add(add(next, 0x40), roundUp(length))))
            isRead := and(isRead, iszero(dirt))
        }
        require(isRead, AtomicSwapWrongPayload(swapId));
    }

    function _isSame(Asset memory one, Asset calldata other) internal pure returns (bool) {
        return
            one.originChainId == other.originChainId && one.originToken == other.originToken && one.kind == other.kind;
    }

    function _legOf(AssetTransfer memory what) internal pure returns (SwapLeg memory) {
        return SwapLeg(what.asset, what.tokenId, what.amount);
    }

    function _emptyLeg() internal pure returns (SwapLeg memory leg) {
        return leg;
    }
}
