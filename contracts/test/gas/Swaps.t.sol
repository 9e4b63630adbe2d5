// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

import {SwapIds} from "../../src/libraries/SwapIds.sol";
import {AdapterVenue} from "../../src/swap/venues/AdapterVenue.sol";
import {PoolVenue} from "../../src/swap/venues/PoolVenue.sol";
import {QuoteVenue} from "../../src/swap/venues/QuoteVenue.sol";
import {TradeVenue} from "../../src/swap/venues/TradeVenue.sol";
import {Asset, AssetKind, LedgerEntry, TransferRequest} from "../../src/types/Assets.sol";
import {Batch} from "../../src/types/Batches.sol";
import {BundleDelivery} from "../../src/types/Bundles.sol";
import {BatchProof, InclusionProof, RootImport} from "../../src/types/Messages.sol";
import {
    LockStatus,
    SwapChange,
    SwapCommand,
    SwapEffect,
    SwapOutcome,
    SwapPreimage,
    SwapTerms,
    Tombstone
} from "../../src/types/Swaps.sol";
import {AdapterCall, Quote, TradeAgreement, VenueAsset} from "../../src/types/Venues.sol";
import {RegistryTest} from "../base/RegistryTest.sol";
import {SwapTest} from "../base/SwapTest.sol";
import {Transfers} from "../base/Transfers.sol";
import {HashedTimelock} from "../mocks/HashedTimelock.sol";
import {PlainToken} from "../mocks/PlainToken.sol";
import {PlainERC20} from "../mocks/PlainTokens.sol";
import {Market} from "../mocks/VenueTargets.sol";

/// @notice What a swap of two ERC-20 tokens costs on the two chains, per transaction: a quote that a bank has signed, proofs of
/// 14 + 14 + 5 levels, tokens that both chains know, accounts that have some of them. Run with `--isolate`.
contract SwapsGas is SwapTest {
    string private constant GROUP = "swaps";
    uint256 private constant LOCK_MESSAGE_SIZE = 385;

    QuoteVenue private _quotes;
    Account private _bank;
    address private _bankHere = makeAddr("the bank's account for gold");
    uint256 private _nonce;

    function setUp() public override {
        super.setUp();
        _quotes = new QuoteVenue(address(swap));
        _bank = makeAccount("quoting bank");
        cash.mint(_bank.addr, 1_000_000);
        vm.prank(_bank.addr);
        cash.approve(address(_quotes), type(uint256).max);
    }

    function test_lock_firstOfItsAsset() external {
        lock(terms());
        vm.snapshotGasLastCall(GROUP, "lock, first of the asset to the chain");
    }

    function test_lock_execute_redeem() external {
        _swapOnce();
        (bytes32 id, SwapPreimage memory preimage, uint256 total) = _lock();
        InclusionProof memory proof = proveLock(preimage.header);
        vm.assertEq(SwapIds.lockMessage(preimage.header).length, LOCK_MESSAGE_SIZE);
        vm.recordLogs();
        vm.prank(relayer);
        swap.execute(preimage, proof);
        total += _row("execute with a quote", 310_000);
        bytes memory output = receiptOutput(vm.getRecordedLogs());
        InclusionProof memory receipt = proveReceipt(preimage.header, SwapOutcome.Executed, output);
        vm.prank(relayer);
        swap.redeem(preimage, output, receipt);
        total += _row("redeem", 135_000);
        assertLock(id, LockStatus.Redeemed);
        vm.snapshotValue(GROUP, "lock + execute + redeem", total);
        vm.assertLe(total, 620_000, "lock + execute + redeem");
    }

    function test_execute_batchKnown() external {
        _swapOnce();
        (bytes32 id, SwapPreimage memory preimage,) = _lock();
        InclusionProof memory proof = _provenFinally(preimage);
        vm.prank(relayer);
        swap.execute(preimage, proof);
        _row("execute with a quote, batch known", 295_000);
        assertOutcome(id, SwapOutcome.Executed);
    }

    function test_cancel_refund() external {
        _swapOnce();
        (bytes32 id, SwapPreimage memory preimage, uint256 total) = _lock();
        InclusionProof memory proof = proveLock(preimage.header);
        vm.warp(preimage.header.deadline + 1);
        vm.prank(relayer);
        swap.cancel(preimage.header, proof);
        total += _row("cancel", 122_000);
        InclusionProof memory receipt = proveReceipt(preimage.header, SwapOutcome.Cancelled, "");
        vm.prank(relayer);
        swap.refund(preimage, receipt);
        total += _row("refund", 148_000);
        assertLock(id, LockStatus.Refunded);
        vm.snapshotValue(GROUP, "lock + cancel + refund", total);
    }

    function test_execute_throughAPool() external {
        _swapOnce();
        PoolVenue pool = new PoolVenue(bridgedOf(address(gold)), address(cash), 30);
        cash.mint(_bankHere, 1_000_000);
        vm.startPrank(_bankHere);
        PlainERC20(pool.TOKEN0()).approve(address(pool), AMOUNT);
        cash.approve(address(pool), 1_000_000);
        pool.addLiquidity(AMOUNT, 1_000_000, 0, 0, _bankHere, block.timestamp);
        vm.stopPrank();
        SwapTerms memory what = terms();
        (what.venue, what.counterparty) = (address(pool), address(pool));
        _execute(what);
        _execute(what);
        _row("execute through a pool", 280_000);
    }

    function test_execute_throughAnAdapter() external {
        _swapOnce();
        AdapterVenue adapter = new AdapterVenue(address(swap));
        address market = address(new Market());
        bytes memory purchase = abi.encodeCall(Market.buy, (bridgedOf(address(gold)), AMOUNT, cash, WANTED));
        SwapTerms memory what = terms();
        (what.venue, what.counterparty) = (address(adapter), market);
        what.venueData = abi.encode(AdapterCall(market, purchase, bob));
        _execute(what);
        _execute(what);
        _row("execute through an adapter", 395_000);
    }

    function test_execute_atATradeVenue() external {
        _swapOnce();
        TradeVenue trades = new TradeVenue(address(swap));
        vm.prank(_bank.addr);
        cash.approve(address(trades), type(uint256).max);
        _execute(_tradeTerms(trades));
        _execute(_tradeTerms(trades));
        _row("execute a trade that both sides locked", 310_000);
    }

    /// @dev What a chain is made to do where nobody executes, as the operation of L1 that it is.
    function test_stage_resolve() external {
        _swapOnce();
        (bytes32 id, SwapPreimage memory preimage) = lock(_quotedTerms());
        vm.chainId(DESTINATION);
        vm.prank(relayer);
        swap.stage(preimage);
        _row("stage", 510_000);
        command(SwapCommand.Resolve, abi.encode(SOURCE, id), true);
        _row("resolve what is staged", 345_000);
        assertOutcome(id, SwapOutcome.Executed);

        (id,) = lock(terms());
        vm.chainId(DESTINATION);
        command(SwapCommand.Resolve, abi.encode(SOURCE, id), true);
        _row("resolve, nothing staged", 122_000);
        assertOutcome(id, SwapOutcome.Cancelled);
    }

    function test_bury() external {
        (bytes32 id,) = lock(terms());
        Tombstone[] memory tombstones = new Tombstone[](1);
        tombstones[0] = Tombstone(SOURCE, id);
        vm.prank(operator);
        swap.bury(tombstones);
        _row("bury a lock", 52_000);
        assertLock(id, LockStatus.ClosedByL1);
        vm.chainId(DESTINATION);
        vm.prank(operator);
        swap.bury(tombstones);
        _row("bury an outcome", 72_000);
        assertOutcome(id, SwapOutcome.Cancelled);
    }

    /// @dev For comparison. Both tokens stay on their chain, so both parties have accounts on both.
    function test_hashedTimelock() external {
        HashedTimelock timelock =
            HashedTimelock(vm.deployCode(string.concat("HashedTimelock.sol:", type(HashedTimelock).name)));
        ERC20 token = ERC20(vm.deployCode(string.concat("PlainToken.sol:", type(PlainToken).name), abi.encode(alice)));
        vm.startPrank(alice);
        token.approve(address(timelock), type(uint256).max);
        token.transfer(bob, 1);
        bytes32 secret = "secret";
        HashedTimelock.Lock memory given = HashedTimelock.Lock(
            address(token), 100, alice, bob, keccak256(abi.encode(secret)), block.timestamp + 2 hours
        );
        timelock.open(given);
        given.timeout = block.timestamp + 1 hours;
        timelock.open(given);
        uint256 opened = vm.snapshotGasLastCall(GROUP, "HTLC open");
        vm.stopPrank();
        vm.prank(bob);
        timelock.claim(given, secret);
        uint256 claimed = vm.snapshotGasLastCall(GROUP, "HTLC claim");
        vm.assertEq(token.balanceOf(bob), 101);
        vm.snapshotValue(GROUP, "HTLC open + open + claim + claim", 2 * (opened + claimed));
    }

    /// @dev A quote names the token that it takes, so gold comes over by a swap without one first.
    function _swapOnce() private {
        (, SwapPreimage memory preimage) = lock(terms());
        _finish(preimage);
        (, preimage) = lock(_quotedTerms());
        _finish(preimage);
    }

    function _finish(SwapPreimage memory preimage) private {
        InclusionProof memory proof = proveLock(preimage.header);
        vm.recordLogs();
        swap.execute(preimage, proof);
        bytes memory output = receiptOutput(vm.getRecordedLogs());
        swap.redeem(preimage, output, proveReceipt(preimage.header, SwapOutcome.Executed, output));
    }

    function _lock() private returns (bytes32 id, SwapPreimage memory preimage, uint256 gas) {
        (id, preimage) = lock(_quotedTerms());
        gas = _row("lock", 180_000);
    }

    function _execute(SwapTerms memory what) private {
        (, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve(what);
        vm.prank(relayer);
        swap.execute(preimage, proof);
    }

    /// @dev The bank has locked its side.
    function _tradeTerms(TradeVenue trades) private returns (SwapTerms memory what) {
        vm.chainId(DESTINATION);
        what = terms();
        TradeAgreement memory agreement = TradeAgreement({
            sourceChainId: SOURCE,
            initiator: alice,
            given: VenueAsset(bridgedOf(address(gold)), AssetKind.Fungible, 0, AMOUNT),
            counterparty: _bank.addr,
            locked: VenueAsset(address(cash), AssetKind.Fungible, 0, WANTED),
            recipient: _bankHere,
            deadline: what.deadline,
            salt: bytes32(_nonce++)
        });
        vm.prank(_bank.addr);
        trades.lock(agreement);
        (what.venue, what.counterparty, what.venueData) = (address(trades), _bank.addr, abi.encode(agreement));
    }

    function _quotedTerms() private returns (SwapTerms memory what) {
        vm.chainId(DESTINATION);
        Quote memory quote = Quote({
            bank: _bank.addr,
            takerChainId: SOURCE,
            taker: alice,
            tokenIn: bridgedOf(address(gold)),
            kindIn: AssetKind.Fungible,
            tokenIdIn: 0,
            amountIn: AMOUNT,
            tokenOut: address(cash),
            amountOut: WANTED,
            recipient: _bankHere,
            expiry: uint64(block.timestamp + 1 days),
            epoch: 0,
            nonce: _nonce++
        });
        what = terms();
        (what.venue, what.counterparty) = (address(_quotes), _bank.addr);
        what.venueData = abi.encode(quote, signDigest(_bank.key, _quotes.hashOf(quote)));
    }

    /// @dev What the proof leads to has been recorded, as whoever delivers other messages of the batch does.
    function _provenFinally(SwapPreimage memory preimage) private returns (InclusionProof memory) {
        vm.chainId(DESTINATION);
        bytes[] memory messages = new bytes[](1);
        messages[0] = abi.encode(preimage.header);
        (BundleDelivery[] memory deliveries, BatchProof memory batch) = settleFinalFrom(SOURCE, address(swap), messages);
        handler.recordBatch(batch);
        return deliveries[0].proof;
    }

    function _row(string memory name, uint256 limit) private returns (uint256 gas) {
        gas = vm.snapshotGasLastCall(GROUP, name);
        vm.assertLe(gas, limit, name);
    }
}

/// @notice What swaps cost on L1, per transaction: on top of a batch that settles anyway, and where somebody forces one. Slots of
/// the ledger are in use. Run with `--isolate`.
contract SwapRegistryGas is RegistryTest {
    string private constant GROUP = "swaps";
    uint256 private constant MANY = 10;

    ERC20 private _token;
    uint160 private _swaps;

    function setUp() external {
        deployL1();
        registerChain(A);
        registerChain(B);
        _token =
            ERC20(vm.deployCode(string.concat("PlainToken.sol:", type(PlainToken).name), abi.encode(address(this))));
        _token.approve(address(sharedBridge), type(uint256).max);
        _token.transfer(l1Recipient, 1);
        given = Asset(L1_CHAIN_ID, address(_token), AssetKind.Fungible);
        sharedBridge.deposit(
            TransferRequest(A, address(_token), AssetKind.Fungible, 0, 100_000, stranger, 0), 1_000_000
        );
        LedgerEntry[] memory arrival = Transfers.entry(given, 0, L1_CHAIN_ID, A, 100_000);
        vm.prank(address(settlement));
        ledger.applyBatch(A, arrival);
        priorityQueue.request(B, stranger, 100_000, "");
        _useLedger();
    }

    function test_settleBatch_withEffects() external {
        for (uint256 count = 1; count <= MANY; count += MANY - 1) {
            uint160 first = _swaps;
            uint256 total = _settleEach(SwapChange.Opened, first, count, 90_000);
            total += _settleEach(SwapChange.Executed, first, count, 65_000);
            total += _settleEach(SwapChange.Redeemed, first, count, 45_000);
            vm.snapshotValue(GROUP, string.concat("L1 share of a swap", _suffix(count)), total);
            _swaps += uint160(count);
        }
    }

    function test_settleBatch_withCancellations() external {
        uint160 first = _swaps;
        uint256 total = _settleEach(SwapChange.Opened, first, 1, 90_000);
        total += _settleEach(SwapChange.Cancelled, first, 1, 30_000);
        total += _settleEach(SwapChange.Refunded, first, 1, 45_000);
        vm.snapshotValue(GROUP, "L1 share of a swap that is cancelled", total);
    }

    function test_forced() external {
        _open();
        vm.warp(block.timestamp + HOUR);
        swapRegistry.forceResolve(A, swapId);
        _row("L1 forceResolve", 110_000);
        _open();
        vm.warp(block.timestamp + HOUR);
        swapRegistry.forceExecute(preimage);
        _row("L1 forceExecute", 135_000);
        report(SwapChange.Executed);
        vm.warp(block.timestamp + HOUR);
        swapRegistry.forceClose(preimage, output());
        _row("L1 forceClose", 165_000);
    }

    function test_l1Cancel_l1Claim() external {
        _open();
        uint160 last = _swaps - 1;
        _open();
        priorityQueue.request(A, stranger, 100_000, "");
        vm.warp(block.timestamp + PRIORITY_EXPIRY);
        settlement.freeze(B);
        _row("L1 freeze", 60_000);
        settlement.freeze(A);
        vm.warp(block.timestamp + HOUR);
        swapRegistry.l1Cancel(A, swapId);
        _choose(last);
        swapRegistry.l1Cancel(A, swapId);
        _row("L1 l1Cancel", 175_000);
        swapRegistry.l1Claim(preimage, "");
        _row("L1 l1Claim", 180_000);
        vm.assertEq(_token.balanceOf(l1Recipient), 101);
    }

    function test_tellStatus() external {
        vm.warp(block.timestamp + PRIORITY_EXPIRY);
        settlement.freeze(B);
        swapRegistry.tellStatus(A, B);
        _row("L1 tellStatus", 130_000);
    }

    /// @dev Something of everything is held, and both chains have both.
    function _useLedger() private {
        bookArrival(wanted, B, A, 1);
        _open();
        _open();
        report(SwapChange.Executed);
        _open();
        report(SwapChange.Executed);
        report(SwapChange.Redeemed);
        for (uint256 i = 0; i < 4; ++i) {
            _settle(A, new SwapEffect[](0));
            _settle(B, new SwapEffect[](0));
        }
    }

    function _open() private {
        _choose(_swaps++);
        report(SwapChange.Opened);
    }

    /// @dev Of many swaps, told apart by their counterparty.
    function _choose(uint160 index) private {
        use(locked(), address(index + 1));
    }

    /// @return each What a batch costs more with the effects than without, for each.
    function _settleEach(SwapChange change, uint160 first, uint256 count, uint256 limit)
        private
        returns (uint256 each)
    {
        SwapEffect[] memory effects = new SwapEffect[](count);
        for (uint160 i = 0; i < count; ++i) {
            _choose(first + i);
            effects[i] = effect(change);
        }
        uint256 chainId = speakerOf(change);
        uint256 before = vm.snapshotState();
        uint256 without = _settle(chainId, new SwapEffect[](0));
        vm.revertToState(before);
        each = (_settle(chainId, effects) - without) / count;
        string memory name = string.concat("L1 settleBatch, more with ", _nameOf(change), _suffix(count));
        vm.snapshotValue(GROUP, name, each);
        vm.assertLe(each, limit, name);
    }

    function _settle(uint256 chainId, SwapEffect[] memory effects) private returns (uint256) {
        nextBlock();
        Batch memory batch = nextBatch(chainId);
        if (effects.length != 0) batch.swapEffectsHash = keccak256(abi.encode(uint8(1), effects));
        bytes memory proof = attest(chainId, batch);
        vm.prank(operator);
        settlement.settleBatch(chainId, batch, "", proof, new RootImport[](0), new LedgerEntry[](0), effects);
        return vm.lastCallGas().gasTotalUsed;
    }

    function _row(string memory name, uint256 limit) private {
        vm.assertLe(vm.snapshotGasLastCall(GROUP, name), limit, name);
    }

    function _nameOf(SwapChange change) private pure returns (string memory) {
        string[5] memory names = ["Opened", "Executed", "Cancelled", "Redeemed", "Refunded"];
        return names[uint256(change)];
    }

    function _suffix(uint256 count) private pure returns (string memory) {
        return count == 1 ? "" : ", each of 10";
    }
}
