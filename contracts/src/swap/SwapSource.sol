// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAssetCustody} from "../interfaces/IAssetCustody.sol";
import {IAtomicSwap} from "../interfaces/IAtomicSwap.sol";
import {IInteropCenter} from "../interfaces/IInteropCenter.sol";
import {AssetTransfers} from "../libraries/AssetTransfers.sol";
import {SwapIds} from "../libraries/SwapIds.sol";
import {AssetTransfer, TransferRequest} from "../types/Assets.sol";
import {InclusionProof} from "../types/Messages.sol";
import {
    LockStatus,
    SwapChange,
    SwapHeader,
    SwapLeg,
    SwapOutcome,
    SwapPayload,
    SwapPreimage,
    SwapTerms
} from "../types/Swaps.sol";
import {SwapCore} from "./SwapCore.sol";

/// @title The end of a swap at which it is locked and paid out
abstract contract SwapSource is SwapCore {
    /// @inheritdoc IAtomicSwap
    uint256 public constant MAX_DURATION = 30 days;

    /// @inheritdoc IAtomicSwap
    mapping(bytes32 swapId => LockStatus) public lockStatus;
    /// @inheritdoc IAtomicSwap
    mapping(address sender => uint64) public nonceOf;
    /// @inheritdoc IAtomicSwap
    mapping(uint256 chainId => bool) public isFrozenDestination;

    /// @inheritdoc IAtomicSwap
    function lock(SwapTerms calldata terms, bytes32 salt) external payable nonReentrant returns (bytes32 swapId) {
        _checkTerms(terms);
        uint64 nonce = nonceOf[msg.sender]++;
        bytes memory transfer = _take(_requestOf(terms), msg.sender, msg.value);
        // The token is known to the vault now, which takes what it was asked for exactly or refuses.
        SwapLeg memory leg = SwapLeg(IAssetCustody(VAULT).assetOf(terms.token, terms.kind), terms.tokenId, terms.amount);

        bytes memory payload = _encodePayload(terms, transfer);
        require(payload.length <= MAX_PAYLOAD, AtomicSwapPayloadTooLarge(payload.length, MAX_PAYLOAD));
        SwapHeader memory header = _headerOf(terms, nonce, SwapIds.commitment(salt, payload));
        swapId = SwapIds.swapId(header);
        lockStatus[swapId] = LockStatus.Locked;
        _send(SwapIds.lockMessage(header));
        emit SwapLocked(swapId, header, salt, payload);
        _emitEffect(SwapChange.Opened, block.chainid, terms.destinationChainId, swapId, leg, _emptyLeg());
    }

    /// @inheritdoc IAtomicSwap
    function redeem(SwapPreimage calldata preimage, bytes calldata output, InclusionProof calldata proof)
        external
        nonReentrant
    {
        bytes32 swapId = _requireUnpaid(preimage, SwapOutcome.Executed);
        _requireReceipt(preimage.header, proof, swapId, SwapOutcome.Executed, output);
        _redeem(preimage, swapId, output);
    }

    /// @inheritdoc IAtomicSwap
    function refund(SwapPreimage calldata preimage, InclusionProof calldata proof) external nonReentrant {
        bytes32 swapId = _requireUnpaid(preimage, SwapOutcome.Cancelled);
        if (lockStatus[swapId] != LockStatus.Refundable) {
            _requireReceipt(preimage.header, proof, swapId, SwapOutcome.Cancelled, "");
        }
        _refund(preimage, swapId);
    }

    /// @inheritdoc IAtomicSwap
    function closeForced(SwapPreimage calldata preimage, SwapOutcome outcome, bytes calldata output) external onlySelf {
        bytes32 swapId = _requireUnpaid(preimage, outcome);
        if (outcome == SwapOutcome.Executed) return _redeem(preimage, swapId, output);
        require(outcome == SwapOutcome.Cancelled, AtomicSwapWrongReceipt(swapId));
        _refund(preimage, swapId);
    }

    /// @dev What L1 has cancelled in the destination's stead. It is told once; one that was paid on its word stays so.
    function _setRefundable(bytes32 swapId) internal {
        LockStatus status = lockStatus[swapId];
        require(status != LockStatus.None && status != LockStatus.Redeemed, AtomicSwapNotLocked(swapId, status));
        if (status == LockStatus.Locked) lockStatus[swapId] = LockStatus.Refundable;
    }

    function _setFrozen(uint256 chainId, bool isFrozen) internal {
        isFrozenDestination[chainId] = isFrozen;
        emit DestinationFrozen(chainId, isFrozen);
    }

    /// @dev L1 has paid it while this chain was frozen.
    function _buryLock(bytes32 swapId) internal {
        LockStatus status = lockStatus[swapId];
        require(status == LockStatus.Locked || status == LockStatus.Refundable, AtomicSwapCannotBury(swapId));
        lockStatus[swapId] = LockStatus.ClosedByL1;
    }

    function _redeem(SwapPreimage calldata preimage, bytes32 swapId, bytes calldata output) private {
        lockStatus[swapId] = LockStatus.Redeemed;
        (bool canonical, AssetTransfer memory what) = AssetTransfers.decode(output);
        SwapPayload calldata payload = _payloadOf(preimage, swapId);
        bool isWanted = canonical && _isSame(what.asset, payload.wanted) && what.tokenId == payload.wantedTokenId
            && what.amount >= payload.minReturned && what.recipient == payload.beneficiary;
        require(isWanted, AtomicSwapWrongOutput(swapId));
        _pay(SwapChange.Redeemed, preimage.header, swapId, what, output);
    }

    function _refund(SwapPreimage calldata preimage, bytes32 swapId) private {
        lockStatus[swapId] = LockStatus.Refunded;
        // It is this chain's own.
        (, AssetTransfer memory what) = AssetTransfers.decode(_payloadOf(preimage, swapId).transfer);
        (what.recipient, what.metadata) = (preimage.header.refundTo, "");
        _pay(SwapChange.Refunded, preimage.header, swapId, what, AssetTransfers.encode(what));
    }

    function _pay(
        SwapChange change,
        SwapHeader calldata header,
        bytes32 swapId,
        AssetTransfer memory what,
        bytes memory transfer
    ) private {
        uint256 destination = header.destinationChainId;
        _emitEffect(change, block.chainid, destination, swapId, _legOf(what), _emptyLeg());
        _give(swapId, destination, transfer);
    }

    function _checkTerms(SwapTerms calldata terms) private view {
        uint256 destination = terms.destinationChainId;
        bool isOpen = destination != block.chainid && destination != L1_CHAIN_ID
            && IInteropCenter(CENTER).destinationBaseToken(destination) != 0;
        require(isOpen, AtomicSwapUnknownDestination(destination));
        require(!isFrozenDestination[destination], AtomicSwapDestinationFrozen(destination));
        require(
            terms.venue != address(0) && terms.beneficiary != address(0) && terms.refundTo != address(0)
                && terms.l1Recipient != address(0),
            AtomicSwapZeroAccount()
        );
        require(terms.minReturned != 0, AtomicSwapNothingWanted());
        (uint256 earliest, uint256 latest) = (block.timestamp + 1, block.timestamp + MAX_DURATION);
        require(
            terms.deadline >= earliest && terms.deadline <= latest,
            AtomicSwapBadDeadline(terms.deadline, earliest, latest)
        );
        require(terms.minGas <= MAX_MIN_GAS, AtomicSwapTooMuchGas(terms.minGas, MAX_MIN_GAS));
    }

    function _headerOf(SwapTerms calldata terms, uint64 nonce, bytes32 commitment)
        private
        view
        returns (SwapHeader memory)
    {
        return SwapHeader({
            version: SwapIds.VERSION,
            sourceChainId: block.chainid,
            destinationChainId: terms.destinationChainId,
            sourceCenter: address(this),
            destinationHandler: address(this),
            sender: msg.sender,
            nonce: nonce,
            payloadCommitment: commitment,
            class: SwapIds.TRANSPARENT,
            deadline: terms.deadline,
            minGas: terms.minGas,
            refundTo: terms.refundTo
        });
    }

    /// @dev The swap of the preimage, which waits for this outcome. L1 decides in a destination's stead by cancelling only.
    function _requireUnpaid(SwapPreimage calldata preimage, SwapOutcome outcome) private view returns (bytes32 swapId) {
        swapId = SwapIds.swapId(preimage.header);
        LockStatus status = lockStatus[swapId];
        bool isRefundable = status == LockStatus.Refundable && outcome == SwapOutcome.Cancelled;
        require(status == LockStatus.Locked || isRefundable, AtomicSwapNotLocked(swapId, status));
    }

    function _requireReceipt(
        SwapHeader calldata header,
        InclusionProof calldata proof,
        bytes32 swapId,
        SwapOutcome outcome,
        bytes memory output
    ) private view {
        bytes memory receipt = SwapIds.receiptMessage(header.sourceChainId, swapId, outcome, output);
        _requireProven(proof, header.destinationChainId, swapId, receipt);
    }

    function _requestOf(SwapTerms calldata terms) private pure returns (TransferRequest memory) {
        return TransferRequest({
            destinationChainId: terms.destinationChainId,
            token: terms.token,
            kind: terms.kind,
            tokenId: terms.tokenId,
            amount: terms.amount,
            recipient: terms.venue,
            deliverBefore: 0
        });
    }

    function _encodePayload(SwapTerms calldata terms, bytes memory transfer) private pure returns (bytes memory) {
        return abi.encode(
            SwapPayload({
                transfer: transfer,
                venue: terms.venue,
                venueData: terms.venueData,
                wanted: terms.wanted,
                wantedTokenId: terms.wantedTokenId,
                minReturned: terms.minReturned,
                beneficiary: terms.beneficiary,
                l1Recipient: terms.l1Recipient,
                counterparty: terms.counterparty
            })
        );
    }
}
