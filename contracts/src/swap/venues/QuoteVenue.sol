// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ERC1155Holder} from "@openzeppelin/contracts/token/ERC1155/utils/ERC1155Holder.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";

import {IQuoteVenue} from "../../interfaces/IQuoteVenue.sol";
import {ISwapVenue} from "../../interfaces/ISwapVenue.sol";
import {AssetKind} from "../../types/Assets.sol";
import {VenueOrder} from "../../types/Swaps.sol";
import {Quote, QuoteStatus, VenueAsset} from "../../types/Venues.sol";
import {VenueTokens} from "./VenueTokens.sol";

/// @title A venue where banks stand by quotes they signed
/// @notice The one thing that it does with a bank's allowance is to pay the swap contract what the bank has signed.
contract QuoteVenue is IQuoteVenue, ISwapVenue, EIP712, ERC1155Holder, ReentrancyGuardTransient {
    using BitMaps for BitMaps.BitMap;
    using SafeERC20 for IERC20;
    using VenueTokens for VenueAsset;

    bytes32 private constant QUOTE_TYPEHASH = keccak256(
        "Quote(address bank,uint256 takerChainId,address taker,address tokenIn,uint8 kindIn,uint256 tokenIdIn,uint256 amountIn,address tokenOut,uint256 amountOut,address recipient,uint64 expiry,uint256 epoch,uint256 nonce)"
    );

    /// @inheritdoc IQuoteVenue
    address public immutable SWAP;

    mapping(address bank => BitMaps.BitMap) private _used;
    /// @inheritdoc IQuoteVenue
    mapping(address bank => uint256) public epochOf;

    constructor(address swap) EIP712("Causeway QuoteVenue", "1") {
        require(swap != address(0), QuoteVenueZeroAddress());
        SWAP = swap;
    }

    /// @notice Takes the input of an order where that is the base token.
    receive() external payable {}

    /// @inheritdoc ISwapVenue
    function execute(VenueOrder calldata order) external nonReentrant returns (bytes4) {
        require(msg.sender == SWAP, QuoteVenueNotSwap(msg.sender, SWAP));
        (Quote memory quote, bytes memory signature) = abi.decode(order.data, (Quote, bytes));
        bytes32 quoteHash = _hash(quote);
        _checkOrder(order, quote, quoteHash);
        QuoteStatus status = _status(quote, quoteHash, signature);
        require(status == QuoteStatus.Good, QuoteVenueRefused(quoteHash, status));

        _used[quote.bank].set(quote.nonce);
        emit QuoteTaken(quote.bank, quote.nonce, order.swapId, quoteHash);
        VenueAsset memory input = VenueAsset(quote.tokenIn, quote.kindIn, quote.tokenIdIn, quote.amountIn);
        (, uint256 arrived) = input.push(quote.recipient, gasleft());
        _requireExact(input.token, quote.recipient, input.amount, arrived);
        _payOut(quote);
        return ISwapVenue.execute.selector;
    }

    /// @inheritdoc IQuoteVenue
    function cancel(uint256 nonce) external {
        _used[msg.sender].set(nonce);
        emit QuoteCancelled(msg.sender, nonce);
    }

    /// @inheritdoc IQuoteVenue
    function revokeAll() external returns (uint256 epoch) {
        epoch = ++epochOf[msg.sender];
        emit QuotesRevoked(msg.sender, epoch);
    }

    /// @inheritdoc IQuoteVenue
    function check(Quote calldata quote, bytes calldata signature) external view returns (QuoteStatus) {
        return _status(quote, _hash(quote), signature);
    }

    /// @inheritdoc IQuoteVenue
    function hashOf(Quote calldata quote) external view returns (bytes32) {
        return _hash(quote);
    }

    /// @inheritdoc IQuoteVenue
    function isUsed(address bank, uint256 nonce) external view returns (bool) {
        return _used[bank].get(nonce);
    }

    function _payOut(Quote memory quote) private {
        IERC20 token = IERC20(quote.tokenOut);
        uint256 before = token.balanceOf(SWAP);
        token.safeTransferFrom(quote.bank, SWAP, quote.amountOut);
        uint256 afterwards = token.balanceOf(SWAP);
        uint256 arrived = afterwards > before ? afterwards - before : 0;
        _requireExact(quote.tokenOut, SWAP, quote.amountOut, arrived);
    }

    function _status(Quote memory quote, bytes32 quoteHash, bytes memory signature) private view returns (QuoteStatus) {
        if (!_isWellFormed(quote)) return QuoteStatus.Malformed;
        if (block.timestamp > quote.expiry) return QuoteStatus.Expired;
        if (_used[quote.bank].get(quote.nonce)) return QuoteStatus.Used;
        if (quote.epoch != epochOf[quote.bank]) return QuoteStatus.Revoked;
        if (!SignatureChecker.isValidSignatureNow(quote.bank, quoteHash, signature)) return QuoteStatus.Unsigned;
        return _isFunded(quote) ? QuoteStatus.Good : QuoteStatus.Unfunded;
    }

    /// @dev What went to the venue itself would be lost; what went to the swap contract would count as its output.
    function _isWellFormed(Quote memory quote) private view returns (bool) {
        address to = quote.recipient;
        return to != address(0) && to != address(this) && to != SWAP && quote.amountIn != 0 && quote.amountOut != 0;
    }

    function _isFunded(Quote memory quote) private view returns (bool) {
        if (quote.tokenOut.code.length == 0) return false;
        IERC20 token = IERC20(quote.tokenOut);
        return
            token.balanceOf(quote.bank) >= quote.amountOut
                && token.allowance(quote.bank, address(this)) >= quote.amountOut;
    }

    /// @dev All fields are words, so this is the `encodeData` of EIP-712.
    function _hash(Quote memory quote) private view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(QUOTE_TYPEHASH, quote)));
    }

    function _checkOrder(VenueOrder calldata order, Quote memory quote, bytes32 quoteHash) private pure {
        bool isTaker = (quote.takerChainId == 0 || quote.takerChainId == order.sourceChainId)
            && (quote.taker == address(0) || quote.taker == order.sender);
        require(isTaker, QuoteVenueNotTaker(quote.takerChainId, quote.taker, order.sourceChainId, order.sender));
        bool isCounterparty = order.counterparty == address(0) || order.counterparty == quote.bank;
        require(isCounterparty, QuoteVenueWrongCounterparty(quote.bank, order.counterparty));
        bool isInput = quote.tokenIn == order.tokenIn && quote.kindIn == order.kindIn
            && quote.tokenIdIn == order.tokenIdIn && quote.amountIn == order.amountIn;
        require(isInput, QuoteVenueWrongInput(quoteHash));
        bool isOutput = quote.tokenOut == order.tokenOut && order.kindOut == AssetKind.Fungible;
        require(isOutput, QuoteVenueWrongOutput(quoteHash));
        require(quote.amountOut >= order.minAmountOut, QuoteVenueTooLittle(quote.amountOut, order.minAmountOut));
    }

    function _requireExact(address token, address to, uint256 amount, uint256 arrived) private pure {
        require(arrived == amount, QuoteVenueNotExact(token, to, amount, arrived));
    }
}
