// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC1155Holder} from "@openzeppelin/contracts/token/ERC1155/utils/ERC1155Holder.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ERC165Checker} from "@openzeppelin/contracts/utils/introspection/ERC165Checker.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IAtomicSwap} from "../../interfaces/IAtomicSwap.sol";
import {ISwapVenue} from "../../interfaces/ISwapVenue.sol";
import {ITradeVenue} from "../../interfaces/ITradeVenue.sol";
import {AssetIds} from "../../libraries/AssetIds.sol";
import {BoundedCall} from "../../libraries/BoundedCall.sol";
import {SwapIds} from "../../libraries/SwapIds.sol";
import {AssetKind} from "../../types/Assets.sol";
import {SwapOutcome, SwapPayload, SwapPreimage, VenueOrder} from "../../types/Swaps.sol";
import {TradeAgreement, TradeStatus, VenueAsset} from "../../types/Venues.sol";
import {VenueTokens} from "./VenueTokens.sol";

/// @title A venue for delivery versus payment: both sides lock, one decision releases both
/// @notice State is written before a token or a party is called. What it owes of each token is counted, so that an order cannot
/// use what another party has locked.
contract TradeVenue is ITradeVenue, ISwapVenue, ERC1155Holder, ReentrancyGuardTransient {
    using VenueTokens for VenueAsset;

    bytes32 private constant AGREEMENT_DOMAIN = keccak256("Causeway.TradeAgreement.v1");
    /// @dev Gas spent between the check of the gas and the first instruction of who is paid.
    uint256 private constant CALL_RESERVE = 50_000;

    /// @inheritdoc ITradeVenue
    uint256 public constant PAY_GAS = 200_000;

    /// @inheritdoc ITradeVenue
    address public immutable SWAP;

    /// @inheritdoc ITradeVenue
    mapping(bytes32 id => TradeStatus) public statusOf;
    /// @inheritdoc ITradeVenue
    mapping(bytes32 key => mapping(address account => uint256)) public claimable;
    /// @inheritdoc ITradeVenue
    mapping(bytes32 key => uint256) public owed;

    constructor(address swap) {
        require(swap != address(0), TradeVenueZeroAddress());
        SWAP = swap;
    }

    /// @notice Takes the input of an order where that is the base token.
    receive() external payable {}

    /// @inheritdoc ITradeVenue
    function lock(TradeAgreement calldata agreement) external payable nonReentrant returns (bytes32 id) {
        id = _id(agreement);
        address locker = agreement.counterparty;
        require(msg.sender == locker, TradeVenueNotCounterparty(msg.sender, locker));
        require(_isComplete(agreement), TradeVenueBadAgreement(id));
        uint256 deadline = agreement.deadline;
        require(block.timestamp <= deadline, TradeVenueTooLate(id, deadline, block.timestamp));

        _advance(id, TradeStatus.None, TradeStatus.Locked);
        VenueAsset memory locked = agreement.locked;
        owed[locked.keyOf()] += locked.amount;
        emit TradeLocked(id, locker, agreement.initiator, agreement);
        _takeIn(locked, locker);
    }

    /// @inheritdoc ISwapVenue
    function execute(VenueOrder calldata order) external nonReentrant returns (bytes4) {
        require(msg.sender == SWAP, TradeVenueNotSwap(msg.sender, SWAP));
        TradeAgreement memory agreement = abi.decode(order.data, (TradeAgreement));
        bytes32 id = _id(agreement);
        _advance(id, TradeStatus.Locked, TradeStatus.Executed);
        require(_isAgreed(order, agreement), TradeVenueWrongOrder(id));
        uint64 deadline = agreement.deadline;
        require(order.deadline <= deadline, TradeVenueDeadlineTooLate(id, deadline, order.deadline));
        require(block.timestamp <= deadline, TradeVenueTooLate(id, deadline, block.timestamp));

        VenueAsset memory given = agreement.given;
        _note(given);
        emit TradeExecuted(id, order.swapId);
        _payOrNote(given, agreement.recipient);
        _pay(agreement.locked, SWAP, gasleft());
        return ISwapVenue.execute.selector;
    }

    /// @inheritdoc ITradeVenue
    function withdraw(TradeAgreement calldata agreement) external nonReentrant {
        bytes32 id = _id(agreement);
        uint256 deadline = agreement.deadline;
        require(block.timestamp > deadline, TradeVenueNotExpired(id, deadline, block.timestamp));
        _withdraw(id, agreement);
    }

    /// @inheritdoc ITradeVenue
    function withdrawCancelled(TradeAgreement calldata agreement, SwapPreimage calldata preimage)
        external
        nonReentrant
    {
        bytes32 id = _id(agreement);
        bytes32 swapId = SwapIds.swapId(preimage.header);
        require(_isNamedBy(id, agreement, preimage), TradeVenueWrongSwap(id, swapId));
        SwapOutcome outcome = IAtomicSwap(SWAP).outcomeOf(preimage.header.sourceChainId, swapId);
        require(outcome == SwapOutcome.Cancelled, TradeVenueNotCancelled(swapId));
        _withdraw(id, agreement);
    }

    /// @inheritdoc ITradeVenue
    function claim(address token, AssetKind kind, uint256 tokenId, address to) external nonReentrant {
        require(to != address(0) && to != address(this), TradeVenueBadRecipient(to));
        VenueAsset memory what = VenueAsset(token, kind, tokenId, 0);
        bytes32 key = what.keyOf();
        what.amount = claimable[key][msg.sender];
        require(what.amount != 0, TradeVenueNothingToClaim(key, msg.sender));
        delete claimable[key][msg.sender];
        emit TradeClaimPaid(key, msg.sender, to, what.amount);
        _pay(what, to, gasleft());
    }

    /// @inheritdoc ITradeVenue
    function idOf(TradeAgreement calldata agreement) external pure returns (bytes32) {
        return _id(agreement);
    }

    function _withdraw(bytes32 id, TradeAgreement calldata agreement) private {
        _advance(id, TradeStatus.Locked, TradeStatus.Withdrawn);
        emit TradeWithdrawn(id);
        _payOrNote(agreement.locked, agreement.counterparty);
    }

    function _advance(bytes32 id, TradeStatus from, TradeStatus to) private {
        TradeStatus actual = statusOf[id];
        require(actual == from, TradeVenueWrongStatus(id, from, actual));
        statusOf[id] = to;
    }

    /// @dev Takes what is locked, to the unit.
    function _takeIn(VenueAsset memory what, address from) private {
        uint256 value = what.token == AssetIds.BASE_TOKEN ? what.amount : 0;
        require(msg.value == value, TradeVenueWrongValue(value, msg.value));
        if (value != 0) return;
        // An ERC-721 token could be taken as so many units of an ERC-20, but not be given back as that.
        bool isItem = ERC165Checker.supportsInterface(what.token, type(IERC721).interfaceId);
        bool isOfKind = what.token.code.length != 0 && isItem == (what.kind == AssetKind.NonFungible);
        require(isOfKind, TradeVenueWrongKind(what.token));
        uint256 before = what.heldBy(address(this));
        what.pull(from);
        uint256 afterwards = what.heldBy(address(this));
        uint256 arrived = afterwards > before ? afterwards - before : 0;
        require(arrived == what.amount, TradeVenueNotExact(what.token, what.amount, arrived));
    }

    /// @dev What the swap contract says it has handed over must be there beyond what is owed already.
    function _note(VenueAsset memory given) private {
        bytes32 key = given.keyOf();
        uint256 expected = owed[key] + given.amount;
        uint256 held = given.heldBy(address(this));
        require(held >= expected, TradeVenueShortfall(given.token, expected, held));
        owed[key] = expected;
    }

    function _payOrNote(VenueAsset memory what, address to) private {
        uint256 required = PAY_GAS + CALL_RESERVE;
        require(BoundedCall.canForward(PAY_GAS, CALL_RESERVE), TradeVenueGasTooLow(required, gasleft()));
        if (_tryPay(what, to, PAY_GAS)) return;
        bytes32 key = what.keyOf();
        claimable[key][to] += what.amount;
        emit TradeClaimAdded(key, to, what.amount);
    }

    function _pay(VenueAsset memory what, address to, uint256 gasLimit) private {
        bool paid = _tryPay(what, to, gasLimit);
        require(paid, TradeVenueNotPaid(what.token, to, what.amount));
    }

    function _tryPay(VenueAsset memory what, address to, uint256 gasLimit) private returns (bool paid) {
        bytes32 key = what.keyOf();
        owed[key] -= what.amount;
        uint256 arrived;
        (paid, arrived) = what.push(to, gasLimit);
        if (!paid) owed[key] += what.amount;
        else require(arrived == what.amount, TradeVenueNotExact(what.token, what.amount, arrived));
    }

    /// @dev What went to this contract would be lost; what went to the swap contract would count as its output.
    function _isComplete(TradeAgreement calldata agreement) private view returns (bool) {
        VenueAsset memory given = agreement.given;
        VenueAsset memory locked = agreement.locked;
        address to = agreement.recipient;
        bool hasRecipient = to != address(0) && to != address(this) && to != SWAP;
        return hasRecipient && agreement.initiator != address(0) && given.isWellFormed() && locked.isWellFormed();
    }

    /// @dev The header's sender and source are the initiator's: nobody else's cancelled swap can end an agreement early.
    function _isNamedBy(bytes32 id, TradeAgreement calldata agreement, SwapPreimage calldata preimage)
        private
        view
        returns (bool)
    {
        bool isInitiators = preimage.header.sender == agreement.initiator
            && preimage.header.sourceChainId == agreement.sourceChainId;
        bytes32 commitment = SwapIds.commitment(preimage.salt, preimage.payload);
        if (!isInitiators || commitment != preimage.header.payloadCommitment) return false;
        SwapPayload memory payload = abi.decode(preimage.payload, (SwapPayload));
        if (payload.venue != address(this)) return false;
        return _id(abi.decode(payload.venueData, (TradeAgreement))) == id;
    }

    function _isAgreed(VenueOrder calldata order, TradeAgreement memory agreement) private pure returns (bool) {
        (VenueAsset memory given, VenueAsset memory locked) = (agreement.given, agreement.locked);
        bool isBetweenThem = order.sourceChainId == agreement.sourceChainId && order.sender == agreement.initiator
            && (order.counterparty == address(0) || order.counterparty == agreement.counterparty);
        bool isGiven = order.tokenIn == given.token && order.kindIn == given.kind && order.tokenIdIn == given.tokenId
            && order.amountIn == given.amount;
        bool isWanted = order.tokenOut == locked.token && order.kindOut == locked.kind
            && order.tokenIdOut == locked.tokenId && order.minAmountOut <= locked.amount;
        return isBetweenThem && isGiven && isWanted;
    }

    function _id(TradeAgreement memory agreement) private pure returns (bytes32) {
        return keccak256(abi.encode(AGREEMENT_DOMAIN, agreement));
    }
}
