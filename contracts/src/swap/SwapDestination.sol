// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAssetCustody} from "../interfaces/IAssetCustody.sol";
import {IAssetVault} from "../interfaces/IAssetVault.sol";
import {IAtomicSwap} from "../interfaces/IAtomicSwap.sol";
import {ISwapVenue} from "../interfaces/ISwapVenue.sol";
import {AssetIds} from "../libraries/AssetIds.sol";
import {AssetTransfers} from "../libraries/AssetTransfers.sol";
import {BoundedCall} from "../libraries/BoundedCall.sol";
import {CodeStore} from "../libraries/CodeStore.sol";
import {SwapIds} from "../libraries/SwapIds.sol";
import {Asset, AssetTransfer, TransferRequest} from "../types/Assets.sol";
import {InclusionProof} from "../types/Messages.sol";
import {SwapChange, SwapHeader, SwapLeg, SwapOutcome, SwapPayload, SwapPreimage, VenueOrder} from "../types/Swaps.sol";
import {SwapCore} from "./SwapCore.sol";
import {SwapTokens} from "./SwapTokens.sol";

/// @title The end of a swap at which it is decided
/// @notice An execution hands the input over, calls the venue and takes the output in one call: all of it or nothing.
abstract contract SwapDestination is SwapCore {
    /// @dev Gas spent between the check of the gas and the venue's first instruction: a cold account and the call.
    uint256 private constant CALL_RESERVE = 5_000;
    /// @dev Gas that a forced execution needs besides the venue's: both tokens, the vault, the receipt.
    uint256 private constant FORCED_GAS = 1_500_000;
    /// @dev On top of that, for each word of the payload: what a token is called may be among it, which is stored.
    uint256 private constant FORCED_WORD_GAS = 30_000;
    /// @dev Gas that is kept for cancelling when a forced execution fails.
    uint256 private constant CANCEL_GAS = 100_000;

    /// @inheritdoc IAtomicSwap
    mapping(uint256 source => mapping(bytes32 swapId => SwapOutcome)) public outcomeOf;
    /// @dev `abi.encode(SwapPreimage)` of swaps that are not decided, see `CodeStore`.
    mapping(uint256 source => mapping(bytes32 swapId => address)) private _staged;

    /// @inheritdoc IAtomicSwap
    function execute(SwapPreimage calldata preimage, InclusionProof calldata proof) external nonReentrant {
        bytes32 swapId = _requireUndecided(preimage.header);
        _requireProven(proof, preimage.header.sourceChainId, swapId, SwapIds.lockMessage(preimage.header));
        _execute(preimage, swapId);
    }

    /// @inheritdoc IAtomicSwap
    /// @dev Gas is asked for first: an execution that fails has failed by itself, and is cancelled for that alone.
    function resolveForced(SwapPreimage calldata preimage) external onlySelf {
        SwapHeader calldata header = preimage.header;
        bytes32 swapId = SwapIds.swapId(header);
        _requireHeader(header, swapId);
        if (outcomeOf[header.sourceChainId][swapId] != SwapOutcome.Pending) return;
        _payloadOf(preimage, swapId);

        uint256 words = (preimage.payload.length + 0x1f) / 0x20;
        uint256 needed = FORCED_GAS + FORCED_WORD_GAS * words + header.minGas;
        bytes memory data = bytes.concat(IAtomicSwap.executeForced.selector, msg.data[4:]);
        require(BoundedCall.canForward(needed, CANCEL_GAS), AtomicSwapGasTooLow(swapId, needed + CANCEL_GAS, gasleft()));
        // A call of this contract by itself, so that what a failed execution did is undone with it.
        (bool success, bytes memory reason) = BoundedCall.call(address(this), gasleft() - CANCEL_GAS, data);
        if (success) return;
        emit SwapForcedFailed(swapId, reason);
        _cancel(header.sourceChainId, swapId);
    }

    /// @inheritdoc IAtomicSwap
    function executeForced(SwapPreimage calldata preimage) external onlySelf {
        _execute(preimage, SwapIds.swapId(preimage.header));
    }

    /// @inheritdoc IAtomicSwap
    function cancel(SwapHeader calldata header, InclusionProof calldata proof) external nonReentrant {
        bytes32 swapId = _requireUndecided(header);
        require(block.timestamp > header.deadline, AtomicSwapNotExpired(swapId, header.deadline, block.timestamp));
        _requireProven(proof, header.sourceChainId, swapId, SwapIds.lockMessage(header));
        _cancel(header.sourceChainId, swapId);
    }

    /// @inheritdoc IAtomicSwap
    function stage(SwapPreimage calldata preimage) external nonReentrant {
        bytes32 swapId = _requireUndecided(preimage.header);
        uint256 size = preimage.payload.length;
        require(size <= MAX_PAYLOAD, AtomicSwapPayloadTooLarge(size, MAX_PAYLOAD));
        _payloadOf(preimage, swapId);
        SwapPreimage memory kept = preimage;
        _staged[preimage.header.sourceChainId][swapId] = CodeStore.write(abi.encode(kept));
        emit SwapStaged(swapId);
    }

    /// @dev Executes what is staged, or cancels. What is decided stays so.
    function _resolve(uint256 source, bytes32 swapId) internal {
        if (outcomeOf[source][swapId] != SwapOutcome.Pending) return;
        address staged = _staged[source][swapId];
        if (staged == address(0)) _cancel(source, swapId);
        else _callSelf(IAtomicSwap.resolveForced.selector, CodeStore.read(staged));
    }

    /// @dev L1 has cancelled it while this chain was frozen.
    function _buryOutcome(uint256 source, bytes32 swapId) internal {
        require(outcomeOf[source][swapId] == SwapOutcome.Pending, AtomicSwapCannotBury(swapId));
        _decide(source, swapId, SwapOutcome.Cancelled);
    }

    function _cancel(uint256 source, bytes32 swapId) private {
        IAssetVault(VAULT).countCancellation();
        _decide(source, swapId, SwapOutcome.Cancelled);
        _send(SwapIds.receiptMessage(source, swapId, SwapOutcome.Cancelled, ""));
        _emitEffect(SwapChange.Cancelled, source, block.chainid, swapId, _emptyLeg(), _emptyLeg());
    }

    function _decide(uint256 source, bytes32 swapId, SwapOutcome outcome) private {
        outcomeOf[source][swapId] = outcome;
        delete _staged[source][swapId];
    }

    function _execute(SwapPreimage calldata preimage, bytes32 swapId) private {
        SwapHeader calldata header = preimage.header;
        require(block.timestamp <= header.deadline, AtomicSwapTooLate(swapId, header.deadline, block.timestamp));
        SwapPayload calldata payload = _payloadOf(preimage, swapId);
        (bool canonical, AssetTransfer memory given) = AssetTransfers.decode(payload.transfer);
        require(canonical && given.recipient == payload.venue, AtomicSwapWrongPayload(swapId));
        // Before any call: a token or venue that calls back finds it decided.
        _decide(header.sourceChainId, swapId, SwapOutcome.Executed);

        VenueOrder memory order = _orderOf(header, payload, given, swapId);
        order.tokenIn = _handOver(order, given, payload);
        // Only now: what was handed over may have found a token of its own.
        order.tokenOut = _wantedToken(payload.wanted);
        uint256 returned = _callVenue(order, payload.venue, header.minGas);
        bytes memory output = _takeOutput(order, payload.beneficiary, returned);
        // Again: who was called may have made the token stand for another asset, and the receipt names that one then.
        _wantedToken(payload.wanted);
        _send(SwapIds.receiptMessage(order.sourceChainId, swapId, SwapOutcome.Executed, output));
        SwapLeg memory back = SwapLeg(payload.wanted, payload.wantedTokenId, returned);
        _emitEffect(SwapChange.Executed, order.sourceChainId, block.chainid, swapId, _legOf(given), back);
    }

    /// @dev All of it but the two tokens: the input's may not stand here yet.
    function _orderOf(
        SwapHeader calldata header,
        SwapPayload calldata payload,
        AssetTransfer memory given,
        bytes32 swapId
    ) private pure returns (VenueOrder memory order) {
        (order.swapId, order.sourceChainId, order.sender) = (swapId, header.sourceChainId, header.sender);
        (order.counterparty, order.deadline, order.data) = (payload.counterparty, header.deadline, payload.venueData);
        (order.kindIn, order.tokenIdIn, order.amountIn) = (given.asset.kind, given.tokenId, given.amount);
        (order.kindOut, order.tokenIdOut, order.minAmountOut) =
        (payload.wanted.kind, payload.wantedTokenId, payload.minReturned);
    }

    /// @dev Measured: what a token says it did, what waits for its issuer's limits, or became a claim, is not there.
    function _handOver(VenueOrder memory order, AssetTransfer memory given, SwapPayload calldata payload)
        private
        returns (address token)
    {
        address venue = payload.venue;
        token = _tokenOf(given.asset);
        if (token == address(0)) token = _introduce(order, given);
        uint256 before = SwapTokens.balanceOf(token, order.kindIn, order.tokenIdIn, venue);
        _give(order.swapId, order.sourceChainId, payload.transfer);
        uint256 held = SwapTokens.balanceOf(token, order.kindIn, order.tokenIdIn, venue);
        uint256 arrived = held > before ? held - before : 0;
        require(arrived == given.amount && arrived != 0, AtomicSwapNotHandedOver(order.swapId, given.amount, arrived));
    }

    /// @dev The first transfer of an asset makes its token, or has one stand for it that may be there: the vault learns of it by a
    /// transfer of nothing, so that what the venue had before can be told from what it is handed.
    function _introduce(VenueOrder memory order, AssetTransfer memory given) private returns (address token) {
        uint256 amount = given.amount;
        given.amount = 0;
        _give(order.swapId, order.sourceChainId, AssetTransfers.encode(given));
        given.amount = amount;
        return _tokenOf(given.asset);
    }

    /// @return returned What the venue has given to this contract, measured.
    function _callVenue(VenueOrder memory order, address venue, uint256 minGas) private returns (uint256 returned) {
        uint256 before = SwapTokens.balanceOf(order.tokenOut, order.kindOut, order.tokenIdOut, address(this));
        bytes memory data = abi.encodeCall(ISwapVenue.execute, (order));
        require(
            BoundedCall.canForward(minGas, CALL_RESERVE),
            AtomicSwapGasTooLow(order.swapId, minGas + CALL_RESERVE, gasleft())
        );
        (bool success, bytes memory answer) = BoundedCall.call(venue, gasleft(), data);
        require(success, AtomicSwapVenueReverted(order.swapId, answer));
        // casting to 'bytes32' is safe because the answer is one word
        // forge-lint: disable-next-line(unsafe-typecast)
        bool isAccepted = answer.length == 0x20 && bytes32(answer) == bytes32(ISwapVenue.execute.selector);
        require(isAccepted, AtomicSwapVenueRefused(order.swapId, answer));
        uint256 held = SwapTokens.balanceOf(order.tokenOut, order.kindOut, order.tokenIdOut, address(this));
        returned = held > before ? held - before : 0;
        require(returned >= order.minAmountOut, AtomicSwapTooLittle(order.swapId, order.minAmountOut, returned));
    }

    /// @dev A representation is burned without an allowance; one of its issuer's own may want one.
    function _takeOutput(VenueOrder memory order, address beneficiary, uint256 returned)
        private
        returns (bytes memory output)
    {
        address token = order.tokenOut;
        bool isBase = token == AssetIds.BASE_TOKEN;
        if (!isBase) SwapTokens.allow(token, order.kindOut, order.tokenIdOut, returned, VAULT);
        TransferRequest memory request =
            TransferRequest(order.sourceChainId, token, order.kindOut, order.tokenIdOut, returned, beneficiary, 0);
        output = _take(request, address(this), isBase ? returned : 0);
        if (!isBase) SwapTokens.allow(token, order.kindOut, order.tokenIdOut, 0, VAULT);
    }

    function _requireUndecided(SwapHeader calldata header) private view returns (bytes32 swapId) {
        swapId = SwapIds.swapId(header);
        _requireHeader(header, swapId);
        SwapOutcome outcome = outcomeOf[header.sourceChainId][swapId];
        require(outcome == SwapOutcome.Pending, AtomicSwapDecided(swapId, outcome));
    }

    /// @dev Both ends stand at this address. What is sent back must be able to leave.
    function _requireHeader(SwapHeader memory header, bytes32 swapId) private view {
        bool isOurs = header.version == SwapIds.VERSION && header.class == SwapIds.TRANSPARENT
            && header.destinationChainId == block.chainid && header.sourceChainId != block.chainid
            && header.sourceCenter == address(this) && header.destinationHandler == address(this);
        require(isOurs, AtomicSwapWrongHeader(swapId));
    }

    /// @dev The token that stands here for what is wanted, and for nothing else: the source pays out nothing else.
    function _wantedToken(Asset calldata wanted) private view returns (address token) {
        token = _tokenOf(wanted);
        bool isToken = token == AssetIds.BASE_TOKEN || token.code.length != 0;
        isToken = isToken && _isSame(IAssetCustody(VAULT).assetOf(token, wanted.kind), wanted);
        require(isToken, AtomicSwapUnknownAsset(wanted));
    }

    /// @return 0 where no token stands for the asset.
    function _tokenOf(Asset memory asset) private view returns (address) {
        bool isBase = asset.originToken == AssetIds.BASE_TOKEN && asset.originChainId == L1_CHAIN_ID;
        if (isBase) return AssetIds.BASE_TOKEN;
        if (asset.originChainId == block.chainid) return asset.originToken;
        return IAssetCustody(VAULT).tokenOf(AssetIds.assetId(asset.originChainId, asset.originToken));
    }
}
