// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IAtomicSwap} from "../../src/interfaces/IAtomicSwap.sol";
import {AssetIds} from "../../src/libraries/AssetIds.sol";
import {SwapIds} from "../../src/libraries/SwapIds.sol";
import {Asset, AssetKind} from "../../src/types/Assets.sol";
import {InclusionProof} from "../../src/types/Messages.sol";
import {
    LockStatus,
    SwapChange,
    SwapEffect,
    SwapHeader,
    SwapOutcome,
    SwapPreimage,
    SwapSlot,
    SwapTerms,
    Tombstone
} from "../../src/types/Swaps.sol";
import {SwapNetwork} from "../base/SwapNetwork.sol";
import {Transfers} from "../base/Transfers.sol";
import {Vm} from "../base/Vm.sol";
import {CredulousHandler} from "../mocks/CredulousHandler.sol";
import {PlainERC20} from "../mocks/PlainTokens.sol";
import {ScriptedVenue} from "../mocks/ScriptedVenue.sol";
import {WeakLedger} from "../mocks/WeakLedger.sol";

/// @notice Traders who swap gold, at home on A, and cash, at home on B, in both directions and whichever they have, on the contracts
/// of the chains and of L1; operators who settle and let queues expire; and anybody who forces, freezes, cancels, claims and tries
/// again what is over. Every choice is drawn from a seed.
contract SwapTraders is SwapNetwork {
    /// @notice What is not as it should be.
    enum Weakness {
        None,
        /// What swaps give back stays with them too.
        Ledger,
        /// Chains believe every proof.
        Proofs,
        /// A source forgets what it has paid.
        Payments,
        /// A destination forgets what it has decided.
        Outcomes
    }

    struct Deal {
        SwapPreimage preimage;
        bytes32 id;
        uint256 source;
        uint256 destination;
        uint256 given;
        uint256 amount;
        uint256 wanted;
        /// What its receipt says comes back.
        bytes output;
        /// How often somebody was paid, on the source or on L1.
        uint256 payments;
        bool isCancelledByL1;
        /// Operations of the source's queue up to the last that asks for the payment.
        uint256 asked;
        /// As last seen.
        SwapOutcome slot;
        SwapOutcome outcome;
        LockStatus lock;
    }

    uint256 private constant MOST = 24;
    uint256 private constant HOUR = 1 hours;
    /// @dev Where the swap contract keeps what it has paid and what it has decided.
    uint256 private constant LOCKS_SLOT = 0;
    uint256 private constant OUTCOMES_SLOT = 3;

    address private _alice = makeAddr("alice");
    ScriptedVenue private _venue;
    /// @dev Gold, at home on A, and cash, at home on B.
    PlainERC20[2] private _tokens;
    Deal[] private _deals;
    mapping(bytes32 swapId => uint256) private _placeOf;
    Weakness private _weakness;

    mapping(string what => uint256) public done;
    /// @notice What was refused that was due, or the other way round.
    uint256 public mistakes;
    /// @notice Terminal states that changed.
    uint256 public changed;

    modifier watched() {
        _;
        for (uint256 i = 0; i < _deals.length; ++i) {
            _watch(_deals[i]);
        }
    }

    constructor() {
        deployNetwork();
        _venue = new ScriptedVenue();
        for (uint256 i = 0; i < 2; ++i) {
            _tokens[i] = new PlainERC20(18);
            _tokens[i].mint(_alice, 1_000_000);
            _tokens[i].mint(address(_venue), 20_000);
        }
    }

    /// @notice From here on something is wrong.
    function weaken(Weakness weakness) external {
        _weakness = weakness;
        if (weakness == Weakness.Proofs) vm.etch(address(handler), address(new CredulousHandler()).code);
        if (weakness != Weakness.Ledger) return;
        WeakLedger weak = new WeakLedger(
            WeakLedger.Weakness.Held, address(chainRegistry), address(settlement), bridge, address(swapRegistry)
        );
        vm.etch(address(ledger), address(weak).code);
    }

    // Traders.

    function lock(uint256 seed) external watched {
        if (_deals.length == MOST) return;
        uint256 source = seed % 2 == 0 ? A : B;
        uint256 given = (seed >> 1) % 4 == 0 ? 1 : 0;
        if (source == B) given = 1 - given;
        uint256 amount = 1 + (seed >> 8) % 1_000;
        address token = _tokenAt(source, given);
        bool isThere = token != address(0) && PlainERC20(token).balanceOf(_alice) >= amount;
        if (isFrozen(source) || !isThere) return;
        uint256 wanted = 1 + (seed >> 24) % 1_000;
        SwapTerms memory terms = SwapTerms({
            destinationChainId: otherThan(source),
            token: token,
            kind: AssetKind.Fungible,
            tokenId: 0,
            amount: amount,
            venue: address(_venue),
            venueData: "",
            wanted: _asset(1 - given),
            wantedTokenId: 0,
            minReturned: wanted,
            beneficiary: _alice,
            refundTo: _alice,
            l1Recipient: _alice,
            counterparty: address(0),
            deadline: uint64(block.timestamp + HOUR + (seed >> 40) % 2 days),
            minGas: 100_000
        });
        vm.prank(_alice);
        PlainERC20(token).approve(vault, amount);
        bytes memory data = abi.encodeCall(atomicSwap.lock, (terms, bytes32(seed)));
        (bool success, Vm.Log[] memory logs) = perform(source, _alice, swap, data);
        if (success == atomicSwap.isFrozenDestination(otherThan(source))) ++mistakes;
        if (!success) return _did("lock refused");
        Deal storage deal = _deals.push();
        _placeOf[_lockedIn(logs, deal)] = _deals.length;
        (deal.source, deal.destination) = (source, otherThan(source));
        (deal.given, deal.amount, deal.wanted) = (given, amount, wanted);
        _did("lock");
    }

    /// @dev It may fail, for want of what the venue is to pay.
    function execute(uint256 seed) external watched {
        if (_deals.length == 0) return;
        Deal storage deal = _pick(seed);
        if (isFrozen(deal.destination)) return;
        bool isPossible = _isPending(deal) && block.timestamp <= deal.preimage.header.deadline;
        bytes memory data = abi.encodeCall(atomicSwap.execute, (deal.preimage, _lockProof(deal)));
        (bool success,) = perform(deal.destination, stranger, swap, data);
        if (success && !isPossible) ++mistakes;
        _did(success ? "executed" : "not executed");
    }

    function cancel(uint256 seed) external watched {
        if (_deals.length == 0) return;
        Deal storage deal = _pick(seed);
        if (isFrozen(deal.destination)) return;
        bool isDue = _isPending(deal) && block.timestamp > deal.preimage.header.deadline;
        bytes memory data = abi.encodeCall(atomicSwap.cancel, (deal.preimage.header, _lockProof(deal)));
        (bool success,) = perform(deal.destination, stranger, swap, data);
        _judge(success, isDue, "cancelled");
    }

    function redeem(uint256 seed) external watched {
        if (_deals.length == 0) return;
        Deal storage deal = _pick(seed);
        if (isFrozen(deal.source)) return;
        bool isDue = _isReceived(deal, SwapOutcome.Executed) && deal.lock == LockStatus.Locked;
        _judge(_redeem(deal, deal.output), isDue, "redeemed");
    }

    function refund(uint256 seed) external watched {
        if (_deals.length == 0) return;
        Deal storage deal = _pick(seed);
        if (isFrozen(deal.source)) return;
        bool isDue = _isReceived(deal, SwapOutcome.Cancelled) && deal.lock == LockStatus.Locked
            || deal.lock == LockStatus.Refundable;
        _judge(_refund(deal), isDue, "refunded");
    }

    /// @dev What was paid where nothing stood for it yet.
    function claim(uint256 seed) external watched {
        uint256 unit = seed % 2;
        uint256 chainId = otherThan(_homeOf(unit));
        if (isFrozen(chainId)) return;
        bytes32 key = AssetIds.ledgerKey(_asset(unit), 0);
        bool isDue = chainVault.claimable(key, _alice) != 0 && _tokenAt(chainId, unit) != address(0);
        bytes memory data = abi.encodeCall(chainVault.claim, (_asset(unit), 0, _alice));
        (bool success,) = perform(chainId, _alice, vault, data);
        _judge(success, isDue, "claim paid");
    }

    // Operators.

    /// @dev What has expired it must consume, and otherwise may leave.
    function settle(uint256 seed) external watched {
        uint256 chainId = seed % 2 == 0 ? A : B;
        if (isFrozen(chainId)) return;
        bool isPatient = (seed >> 1) % 2 == 0 && !_isNextExpired(chainId);
        if (!isPatient) _consume(chainId, waiting(chainId));
        _judge(settleChain(chainId), true, "settled");
    }

    /// @dev A chain that has settled all lets what comes next expire.
    function freezeChain(uint256 seed) external watched {
        uint256 chainId = seed % 2 == 0 ? A : B;
        if (isFrozen(chainId)) return;
        _consume(chainId, waiting(chainId));
        _judge(settleChain(chainId), true, "settled");
        for (uint256 i = 0; i <= (seed >> 1) % 3; ++i) {
            performOnL1(address(priorityQueue), abi.encodeCall(priorityQueue.request, (chainId, stranger, 100_000, "")));
            vm.warp(block.timestamp + (seed >> 8) % HOUR);
        }
        vm.warp(priorityQueue.expiresAt(chainId, priorityQueue.head(chainId)));
        bool success = performOnL1(address(settlement), abi.encodeCall(settlement.freeze, (chainId)));
        _judge(success, true, "frozen");
        if ((seed >> 32) % 2 == 0) vm.warp(block.timestamp + HOUR);
    }

    /// @dev A part of its way back: burials, or all burials and a part of its queue.
    function recover(uint256 seed) external watched {
        uint256 chainId = seed % 2 == 0 ? A : B;
        if (!isFrozen(chainId)) chainId = otherThan(chainId);
        if (!isFrozen(chainId)) return;
        uint256 count = swapRegistry.outstandingTombstones(chainId).length;
        bool onlyBuries = count > 1 && (seed >> 1) % 2 == 0;
        if (onlyBuries) count = 1 + (seed >> 8) % (count - 1);
        if (count != 0) _bury(chainId, count);
        if (!onlyBuries) _consume(chainId, 1 + (seed >> 16) % waiting(chainId));
        _judge(settleChain(chainId), true, onlyBuries ? "buried" : "part");
        bool isBack = !onlyBuries && !_isNextExpired(chainId);
        if (isFrozen(chainId) == isBack) ++mistakes;
        if (isBack) _did("back");
    }

    // Anybody, on L1.

    function force(uint256 seed) external watched {
        if (_deals.length == 0) return;
        Deal storage deal = _pick(seed);
        SwapSlot memory slot = _slot(deal);
        bool isDue = slot.isKnown && slot.outcome == SwapOutcome.Pending && !slot.isForced
            && block.timestamp >= slot.changedAt + HOUR;
        bytes memory data = seed % 2 == 0
            ? abi.encodeCall(swapRegistry.forceResolve, (deal.source, deal.id))
            : abi.encodeCall(swapRegistry.forceExecute, (deal.preimage));
        _judge(performOnL1(address(swapRegistry), data), isDue, "forced");
    }

    function forceClose(uint256 seed) external watched {
        if (_deals.length == 0) return;
        Deal storage deal = _pick(seed);
        SwapSlot memory slot = _slot(deal);
        bool isDue = slot.outcome != SwapOutcome.Pending && !slot.isClosed && block.timestamp >= slot.changedAt + HOUR
            && deal.asked <= priorityQueue.head(deal.source);
        bytes memory data = abi.encodeCall(swapRegistry.forceClose, (deal.preimage, _outputOf(deal, slot)));
        bool success = performOnL1(address(swapRegistry), data);
        _judge(success, isDue, "asked to pay");
        if (success) deal.asked = queue[deal.source].length;
    }

    function tellStatus(uint256 seed) external watched {
        uint256 about = seed % 2 == 0 ? A : B;
        if (!isFrozen(about)) about = otherThan(about);
        performOnL1(address(swapRegistry), abi.encodeCall(swapRegistry.tellStatus, (otherThan(about), about)));
    }

    function l1Cancel(uint256 seed) external watched {
        if (_deals.length == 0) return;
        Deal storage deal = _pick(seed);
        SwapSlot memory slot = _slot(deal);
        bool isDue = slot.isKnown && slot.outcome == SwapOutcome.Pending && _isGraceOver(deal.destination);
        bytes memory data = abi.encodeCall(swapRegistry.l1Cancel, (deal.source, deal.id));
        bool success = performOnL1(address(swapRegistry), data);
        _judge(success, isDue, "cancelled by L1");
        if (success) deal.isCancelledByL1 = true;
    }

    function l1Claim(uint256 seed) external watched {
        if (_deals.length == 0) return;
        Deal storage deal = _pick(seed);
        SwapSlot memory slot = _slot(deal);
        uint256 held = slot.outcome == SwapOutcome.Executed ? 1 - deal.given : deal.given;
        bool isDue = slot.outcome != SwapOutcome.Pending && !slot.isClosed && _isGraceOver(deal.source)
            && _homeOf(held) != deal.source;
        bool success = _l1Claim(deal, slot);
        _judge(success, isDue, "claimed");
        if (success) ++deal.payments;
    }

    function wait(uint256 seed) external watched {
        nextBlock();
        vm.warp(block.timestamp + seed % (3 * HOUR));
    }

    /// @dev All of a swap that is over, again; and what was never said.
    function attack(uint256 seed) external watched {
        if (_deals.length == 0) return;
        Deal storage deal = _pick(seed);
        if (isFrozen(deal.source) || isFrozen(deal.destination)) return;
        bool isLocked = deal.lock == LockStatus.Locked;
        bool isPaid = !isLocked && deal.lock != LockStatus.Refundable;
        if (isPaid && (_redeem(deal, deal.output) || _refund(deal))) ++mistakes;
        if (isLocked && !_isReceived(deal, SwapOutcome.Cancelled) && _refund(deal)) ++mistakes;
        bytes memory forged = Transfers.encode(Transfers.units(_asset(1 - deal.given), deal.wanted + 1, swap, _alice));
        if (isLocked && _redeem(deal, forged)) ++mistakes;
        if (deal.outcome != SwapOutcome.Pending) _decideAgain(deal);
        SwapSlot memory slot = _slot(deal);
        if (slot.isClosed && _l1Claim(deal, slot)) ++mistakes;
        _did("attacked");
    }

    // What must be so.

    /// @notice INV-01, INV-06: what the home's vault keeps of a token is what stands for it elsewhere, what its owner has not claimed
    /// there yet, and what swaps hold.
    function assertValueIsConserved() external view {
        for (uint256 unit = 0; unit < 2; ++unit) {
            uint256 away = _supply(_tokenAt(otherThan(_homeOf(unit)), unit)) + _supply(_tokenAt(L1_CHAIN_ID, unit));
            bytes32 key = AssetIds.ledgerKey(_asset(unit), 0);
            uint256 claims = chainVault.claimable(key, _alice) + sharedBridge.claimable(key, _alice);
            vm.assertEq(_tokens[unit].balanceOf(vault), away + claims + _heldOf(unit), "INV-01");
        }
    }

    /// @notice INV-01, in the ledger; nothing moves but by swaps, so nothing is pending.
    function assertLedgerIsConserved() external view {
        for (uint256 unit = 0; unit < 2; ++unit) {
            bytes32 key = AssetIds.ledgerKey(_asset(unit), 0);
            uint256 sum = ledger.held(key) + ledger.balance(A, key) + ledger.balance(B, key);
            vm.assertEq(ledger.issued(key), sum + ledger.balance(L1_CHAIN_ID, key), "INV-01");
        }
    }

    /// @notice INV-02: nobody is paid twice, and what L1 has closed was paid.
    function assertPaidOnce() external view {
        for (uint256 i = 0; i < _deals.length; ++i) {
            vm.assertLe(_deals[i].payments, 1, "INV-02");
            if (_slot(_deals[i]).isClosed) vm.assertEq(_deals[i].payments, 1, "INV-02");
        }
    }

    /// @notice INV-04: a slot says what the destination said, or L1 in its stead; a settled receipt has its slot.
    function assertOneOutcome() external view {
        for (uint256 i = 0; i < _deals.length; ++i) {
            Deal storage deal = _deals[i];
            SwapSlot memory slot = _slot(deal);
            bool isReceived = _isReceived(deal, SwapOutcome.Executed) || _isReceived(deal, SwapOutcome.Cancelled);
            if (isReceived) vm.assertTrue(slot.isKnown && slot.outcome == deal.outcome, "INV-04, receipt");
            if (slot.outcome == SwapOutcome.Pending) continue;
            bool isSame = slot.outcome == deal.outcome && isReceived;
            bool isByL1 = deal.isCancelledByL1 && slot.outcome == SwapOutcome.Cancelled && !isReceived
                && deal.outcome != SwapOutcome.Executed;
            vm.assertTrue(isSame || isByL1, "INV-04");
        }
    }

    // How.

    function _hear(uint256, bytes memory message) internal override {
        if (message[0] != 0x02) return;
        (, bytes32 id,, bytes memory output) = abi.decode(this.tailOf(message), (uint256, bytes32, SwapOutcome, bytes));
        _deals[_placeOf[id] - 1].output = output;
    }

    function _see(SwapEffect memory effect) internal override {
        bool isPayment = effect.change == SwapChange.Redeemed || effect.change == SwapChange.Refunded;
        if (isPayment) ++_deals[_placeOf[effect.swapId] - 1].payments;
        bool forgets = isPayment && _weakness == Weakness.Payments;
        if (forgets) vm.store(swap, keccak256(abi.encode(effect.swapId, LOCKS_SLOT)), bytes32(uint256(1)));
        if (effect.change != SwapChange.Executed || _weakness != Weakness.Outcomes) return;
        bytes32 ofSource = keccak256(abi.encode(effect.source, OUTCOMES_SLOT));
        vm.store(swap, keccak256(abi.encode(effect.swapId, ofSource)), 0);
    }

    function tailOf(bytes calldata message) external pure returns (bytes calldata) {
        return message[1:];
    }

    function _watch(Deal storage deal) private {
        SwapOutcome slot = _slot(deal).outcome;
        SwapOutcome outcome = atomicSwap.outcomeOf(deal.source, deal.id);
        LockStatus status = atomicSwap.lockStatus(deal.id);
        bool wasPaid = deal.lock == LockStatus.Redeemed || deal.lock == LockStatus.Refunded;
        if (deal.slot != SwapOutcome.Pending && slot != deal.slot) ++changed;
        if (deal.outcome != SwapOutcome.Pending && outcome != deal.outcome) ++changed;
        if ((wasPaid || deal.lock == LockStatus.ClosedByL1) && status != deal.lock) ++changed;
        (deal.slot, deal.outcome, deal.lock) = (slot, outcome, status);
    }

    function _judge(bool success, bool isDue, string memory what) private {
        if (success != isDue) ++mistakes;
        if (success) _did(what);
    }

    function _did(string memory what) private {
        ++done[what];
    }

    function _pick(uint256 seed) private view returns (Deal storage) {
        return _deals[(seed >> 128) % _deals.length];
    }

    function _consume(uint256 chainId, uint256 count) private {
        for (uint256 i = 0; i < count; ++i) {
            if (!consumeNext(chainId)) _did("operation failed");
        }
    }

    function _bury(uint256 chainId, uint256 count) private {
        Tombstone[] memory tombstones = swapRegistry.outstandingTombstones(chainId);
        assembly ("memory-safe") {
            mstore(tombstones, count)
        }
        (bool success,) = perform(chainId, operator, swap, abi.encodeCall(atomicSwap.bury, (tombstones)));
        _judge(success, true, "buried on the chain");
    }

    function _redeem(Deal storage deal, bytes memory output) private returns (bool success) {
        bytes memory said = SwapIds.receiptMessage(deal.source, deal.id, SwapOutcome.Executed, deal.output);
        bytes memory data = abi.encodeCall(atomicSwap.redeem, (deal.preimage, output, proofOf(deal.destination, said)));
        (success,) = perform(deal.source, stranger, swap, data);
    }

    function _refund(Deal storage deal) private returns (bool success) {
        bytes memory said = SwapIds.receiptMessage(deal.source, deal.id, SwapOutcome.Cancelled, "");
        InclusionProof memory proof = proofOf(deal.destination, said);
        (success,) = perform(deal.source, stranger, swap, abi.encodeCall(atomicSwap.refund, (deal.preimage, proof)));
    }

    function _decideAgain(Deal storage deal) private {
        InclusionProof memory proof = _lockProof(deal);
        bytes memory data = abi.encodeCall(atomicSwap.execute, (deal.preimage, proof));
        (bool success,) = perform(deal.destination, stranger, swap, data);
        if (success) ++mistakes;
        data = abi.encodeCall(atomicSwap.cancel, (deal.preimage.header, proof));
        (success,) = perform(deal.destination, stranger, swap, data);
        if (success) ++mistakes;
    }

    function _l1Claim(Deal storage deal, SwapSlot memory slot) private returns (bool) {
        bytes memory data = abi.encodeCall(swapRegistry.l1Claim, (deal.preimage, _outputOf(deal, slot)));
        return performOnL1(address(swapRegistry), data);
    }

    function _lockedIn(Vm.Log[] memory logs, Deal storage deal) private returns (bytes32 id) {
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IAtomicSwap.SwapLocked.selector) continue;
            (deal.preimage.header, deal.preimage.salt, deal.preimage.payload) =
                abi.decode(logs[i].data, (SwapHeader, bytes32, bytes));
        }
        id = SwapIds.swapId(deal.preimage.header);
        deal.id = id;
    }

    function _lockProof(Deal storage deal) private view returns (InclusionProof memory) {
        return proofOf(deal.source, SwapIds.lockMessage(deal.preimage.header));
    }

    /// @dev Whether the destination can prove the lock and has not decided.
    function _isPending(Deal storage deal) private view returns (bool) {
        return deal.outcome == SwapOutcome.Pending && isSettled(deal.source, SwapIds.lockMessage(deal.preimage.header));
    }

    /// @dev Whether the source can prove that receipt.
    function _isReceived(Deal storage deal, SwapOutcome outcome) private view returns (bool) {
        bytes memory output = outcome == SwapOutcome.Executed ? deal.output : bytes("");
        return isSettled(deal.destination, SwapIds.receiptMessage(deal.source, deal.id, outcome, output));
    }

    function _outputOf(Deal storage deal, SwapSlot memory slot) private view returns (bytes memory) {
        return slot.outcome == SwapOutcome.Executed ? deal.output : bytes("");
    }

    function _slot(Deal storage deal) private view returns (SwapSlot memory) {
        return swapRegistry.slotOf(deal.source, deal.id);
    }

    function _isNextExpired(uint256 chainId) private view returns (bool) {
        uint64 expiry = priorityQueue.expiresAt(chainId, consumed[chainId]);
        return expiry != 0 && block.timestamp >= expiry;
    }

    function _isGraceOver(uint256 chainId) private view returns (bool) {
        return isFrozen(chainId) && block.timestamp >= settlement.frozenAt(chainId) + HOUR;
    }

    /// @dev What swaps hold at the heads of their chains.
    function _heldOf(uint256 unit) private view returns (uint256 held) {
        for (uint256 i = 0; i < _deals.length; ++i) {
            Deal storage deal = _deals[i];
            if (deal.payments != 0) continue;
            bool isExecuted = deal.outcome == SwapOutcome.Executed;
            if (isExecuted == (deal.given != unit)) held += isExecuted ? deal.wanted : deal.amount;
        }
    }

    function _homeOf(uint256 unit) private pure returns (uint256) {
        return unit == 0 ? A : B;
    }

    function _asset(uint256 unit) private view returns (Asset memory) {
        return Asset(_homeOf(unit), address(_tokens[unit]), AssetKind.Fungible);
    }

    /// @dev 0 where nothing stands for it yet.
    function _tokenAt(uint256 place, uint256 unit) private view returns (address) {
        if (place == _homeOf(unit)) return address(_tokens[unit]);
        bytes32 id = AssetIds.assetId(_homeOf(unit), address(_tokens[unit]));
        return place == L1_CHAIN_ID ? sharedBridge.tokenOf(id) : chainVault.tokenOf(id);
    }

    function _supply(address token) private view returns (uint256) {
        return token == address(0) ? 0 : PlainERC20(token).totalSupply();
    }
}
