// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IAdapterRunner} from "../../src/interfaces/IAdapterRunner.sol";
import {IAtomicSwap} from "../../src/interfaces/IAtomicSwap.sol";
import {IPoolVenue} from "../../src/interfaces/IPoolVenue.sol";
import {IQuoteVenue} from "../../src/interfaces/IQuoteVenue.sol";
import {ITradeVenue} from "../../src/interfaces/ITradeVenue.sol";
import {AssetIds} from "../../src/libraries/AssetIds.sol";
import {AdapterVenue} from "../../src/swap/venues/AdapterVenue.sol";
import {PoolVenue} from "../../src/swap/venues/PoolVenue.sol";
import {QuoteVenue} from "../../src/swap/venues/QuoteVenue.sol";
import {TradeVenue} from "../../src/swap/venues/TradeVenue.sol";
import {AssetKind} from "../../src/types/Assets.sol";
import {InclusionProof} from "../../src/types/Messages.sol";
import {LockStatus, SwapOutcome, SwapPreimage, SwapTerms} from "../../src/types/Swaps.sol";
import {AdapterCall, Quote, QuoteStatus, TradeAgreement, TradeStatus, VenueAsset} from "../../src/types/Venues.sol";
import {SwapTest} from "../base/SwapTest.sol";
import {PlainERC20} from "../mocks/PlainTokens.sol";
import {Market} from "../mocks/VenueTargets.sol";

/// @notice Each venue with the swap contract itself, from the lock to the last payment: one that exchanges, and one that refuses,
/// so that the swap is cancelled and refunded.
contract SwapVenuesTest is SwapTest {
    uint256 private constant RESERVE = 10_000;

    PlainERC20 private _goldHere;
    Account private _bank;

    function setUp() public override {
        super.setUp();
        _bank = makeAccount("bank with a key");
        cash.mint(_bank.addr, 1_000_000);
        // Gold comes over by a swap that names no token of this chain.
        SwapTerms memory what = terms();
        what.amount = RESERVE;
        (, bytes memory redemption) = executed(what);
        perform(redemption);
        _goldHere = PlainERC20(bridgedOf(address(gold)));
        vm.prank(address(venue));
        _goldHere.transfer(_bank.addr, RESERVE);
    }

    function test_adapter_exchanges() external {
        (AdapterVenue adapter, Market market) = (new AdapterVenue(address(swap)), new Market());
        bytes memory purchase = abi.encodeCall(market.buy, (address(_goldHere), 70, cash, WANTED + 5));
        _exchange(_adapterTerms(adapter, market, purchase), WANTED + 5);
        vm.assertEq(_goldHere.balanceOf(address(market)), 70);
        vm.assertEq(_goldHere.balanceOf(carol), AMOUNT - 70, "what the market has left");
        _expectEmpty(address(adapter));
        _expectEmpty(market.lastCaller());
    }

    function test_adapter_refuses_whenTheMarketIsClosed() external {
        (AdapterVenue adapter, Market market) = (new AdapterVenue(address(swap)), new Market());
        bytes memory closed = abi.encodeWithSelector(Market.MarketClosed.selector, "shut");
        bytes memory reason =
            abi.encodeWithSelector(IAdapterRunner.AdapterRunnerCallFailed.selector, address(market), closed);
        _expectRefunded(_adapterTerms(adapter, market, abi.encodeCall(market.fail, ("shut"))), reason);
        _expectEmpty(address(adapter));
    }

    function test_pool_exchanges() external {
        PoolVenue pool = _pool();
        uint256 returned = pool.amountOutOf(address(_goldHere), AMOUNT);
        vm.assertGt(returned, WANTED);
        _exchange(_poolTerms(pool), returned);
        (uint256 ofGold, uint256 ofCash) = pool.reserves();
        vm.assertEq(ofGold, _goldHere.balanceOf(address(pool)));
        vm.assertEq(ofCash, cash.balanceOf(address(pool)));
        vm.assertEq(ofGold, RESERVE + AMOUNT);
        vm.assertEq(ofCash, RESERVE - returned);
    }

    function test_pool_refuses_whenThePriceIsTooHigh() external {
        PoolVenue pool = _pool();
        SwapTerms memory what = _poolTerms(pool);
        what.minReturned = AMOUNT;
        uint256 offered = pool.amountOutOf(address(_goldHere), AMOUNT);
        _expectRefunded(what, abi.encodeWithSelector(IPoolVenue.PoolVenueTooLittle.selector, offered, AMOUNT));
        (uint256 ofGold,) = pool.reserves();
        vm.assertEq(ofGold, RESERVE);
    }

    function test_quote_exchanges() external {
        QuoteVenue quotes = new QuoteVenue(address(swap));
        (SwapTerms memory what,) = _quoteTerms(quotes);
        _exchange(what, WANTED);
        vm.assertTrue(quotes.isUsed(_bank.addr, 1));
        vm.assertEq(_goldHere.balanceOf(_bank.addr), RESERVE + AMOUNT);
        _expectEmpty(address(quotes));
    }

    function test_quote_refuses_whenTheBankHasRevokedIt() external {
        QuoteVenue quotes = new QuoteVenue(address(swap));
        (SwapTerms memory what, bytes32 quoteHash) = _quoteTerms(quotes);
        vm.prank(_bank.addr);
        quotes.revokeAll();
        _expectRefunded(
            what, abi.encodeWithSelector(IQuoteVenue.QuoteVenueRefused.selector, quoteHash, QuoteStatus.Revoked)
        );
        vm.assertEq(_goldHere.balanceOf(_bank.addr), RESERVE);
    }

    function test_trade_exchanges() external {
        TradeVenue trades = new TradeVenue(address(swap));
        TradeAgreement memory agreement = _agree(trades);
        _exchange(_tradeTerms(trades, agreement), WANTED);
        vm.assertEq(uint256(trades.statusOf(trades.idOf(agreement))), uint256(TradeStatus.Executed));
        vm.assertEq(_goldHere.balanceOf(_bank.addr), RESERVE + AMOUNT);
        _expectEmpty(address(trades));
    }

    /// @dev The bank gets its side back for the same decision that refunds the initiator.
    function test_trade_refuses_whenTheSwapGivesLess() external {
        TradeVenue trades = new TradeVenue(address(swap));
        TradeAgreement memory agreement = _agree(trades);
        SwapTerms memory what = _tradeTerms(trades, agreement);
        what.amount = AMOUNT - 1;
        bytes32 id = trades.idOf(agreement);
        SwapPreimage memory preimage =
            _expectRefunded(what, abi.encodeWithSelector(ITradeVenue.TradeVenueWrongOrder.selector, id));
        uint256 before = cash.balanceOf(_bank.addr);
        vm.chainId(DESTINATION);
        trades.withdrawCancelled(agreement, preimage);
        vm.assertEq(cash.balanceOf(_bank.addr), before + WANTED);
        vm.assertEq(uint256(trades.statusOf(id)), uint256(TradeStatus.Withdrawn));
        _expectEmpty(address(trades));
    }

    // What becomes of a swap.

    function _exchange(SwapTerms memory what, uint256 returned) private {
        uint256 before = _cashAbroad(bob);
        uint256 lockedBefore = vault.locked(address(cash));
        (bytes32 id, bytes memory redemption) = executed(what);
        assertOutcome(id, SwapOutcome.Executed);
        vm.assertEq(vault.locked(address(cash)), lockedBefore + returned);
        _expectEmpty(address(swap));
        perform(redemption);
        assertLock(id, LockStatus.Redeemed);
        vm.assertEq(_cashAbroad(bob), before + returned);
    }

    function _expectRefunded(SwapTerms memory what, bytes memory reason)
        private
        returns (SwapPreimage memory preimage)
    {
        bytes32 id;
        InclusionProof memory proof;
        (id, preimage, proof) = lockAndProve(what);
        vm.expectRevert(abi.encodeWithSelector(IAtomicSwap.AtomicSwapVenueReverted.selector, id, reason));
        swap.execute(preimage, proof);
        assertOutcome(id, SwapOutcome.Pending);

        vm.warp(preimage.header.deadline + 1);
        swap.cancel(preimage.header, proof);
        assertOutcome(id, SwapOutcome.Cancelled);
        swap.refund(preimage, proveReceipt(preimage.header, SwapOutcome.Cancelled, ""));
        assertLock(id, LockStatus.Refunded);
        vm.assertEq(gold.balanceOf(carol), what.amount);
        vm.assertEq(vault.locked(address(gold)), RESERVE);
        vm.assertEq(_goldHere.totalSupply(), RESERVE);
        _expectEmpty(address(swap));
    }

    function _expectEmpty(address account) private view {
        vm.assertEq(cash.balanceOf(account), 0);
        vm.assertEq(_goldHere.balanceOf(account), 0);
    }

    function _cashAbroad(address account) private view returns (uint256) {
        return PlainERC20(vault.tokenOf(AssetIds.assetId(DESTINATION, address(cash)))).balanceOf(account);
    }

    // What is asked of each venue.

    function _adapterTerms(AdapterVenue adapter, Market market, bytes memory data)
        private
        view
        returns (SwapTerms memory what)
    {
        what = terms();
        (what.venue, what.counterparty) = (address(adapter), address(market));
        what.venueData = abi.encode(AdapterCall(address(market), data, carol));
    }

    function _pool() private returns (PoolVenue pool) {
        pool = new PoolVenue(address(_goldHere), address(cash), 30);
        vm.startPrank(_bank.addr);
        _goldHere.approve(address(pool), RESERVE);
        cash.approve(address(pool), RESERVE);
        pool.addLiquidity(RESERVE, RESERVE, 0, 0, _bank.addr, block.timestamp);
        vm.stopPrank();
    }

    function _poolTerms(PoolVenue pool) private view returns (SwapTerms memory what) {
        what = terms();
        (what.venue, what.counterparty) = (address(pool), address(0));
    }

    function _quoteTerms(QuoteVenue quotes) private returns (SwapTerms memory what, bytes32 quoteHash) {
        vm.prank(_bank.addr);
        cash.approve(address(quotes), WANTED);
        what = terms();
        Quote memory quote = Quote({
            bank: _bank.addr,
            takerChainId: SOURCE,
            taker: alice,
            tokenIn: address(_goldHere),
            kindIn: AssetKind.Fungible,
            tokenIdIn: 0,
            amountIn: AMOUNT,
            tokenOut: address(cash),
            amountOut: WANTED,
            recipient: _bank.addr,
            expiry: what.deadline,
            epoch: 0,
            nonce: 1
        });
        vm.chainId(DESTINATION);
        quoteHash = quotes.hashOf(quote);
        (what.venue, what.counterparty) = (address(quotes), _bank.addr);
        what.venueData = abi.encode(quote, signDigest(_bank.key, quoteHash));
    }

    /// @dev The bank has locked its side.
    function _agree(TradeVenue trades) private returns (TradeAgreement memory agreement) {
        agreement = TradeAgreement({
            sourceChainId: SOURCE,
            initiator: alice,
            given: VenueAsset(address(_goldHere), AssetKind.Fungible, 0, AMOUNT),
            counterparty: _bank.addr,
            locked: VenueAsset(address(cash), AssetKind.Fungible, 0, WANTED),
            recipient: _bank.addr,
            deadline: terms().deadline,
            salt: SALT
        });
        vm.chainId(DESTINATION);
        vm.startPrank(_bank.addr);
        cash.approve(address(trades), WANTED);
        trades.lock(agreement);
        vm.stopPrank();
    }

    function _tradeTerms(TradeVenue trades, TradeAgreement memory agreement)
        private
        view
        returns (SwapTerms memory what)
    {
        what = terms();
        (what.venue, what.counterparty, what.venueData) = (address(trades), _bank.addr, abi.encode(agreement));
    }
}
