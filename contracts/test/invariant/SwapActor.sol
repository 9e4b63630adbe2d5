// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {SwapChange, SwapEffect, SwapLeg, SwapOutcome, SwapSlot, Tombstone} from "../../src/types/Swaps.sol";
import {RegistryTest} from "../base/RegistryTest.sol";
import {Transfers} from "../base/Transfers.sol";

/// @notice Two chains, their users and L1 around the real contracts of L1. The verifier of B accepts everything, so B reports
/// whatever it likes. Beside the contracts stands a book of what must be so, and each step is wrong if it succeeds where the book
/// says no, or fails where the book says yes.
contract SwapActor is RegistryTest {
    struct Entry {
        SwapOutcome outcome;
        bool isClosed;
        uint256 returned;
    }

    uint160 private constant MOST = 24;
    uint256 private constant ARRIVED = 10_000;

    Entry[] private _book;
    uint256 private _givenOfA;
    uint256 private _wantedOfA;
    uint256 private _givenOfB;
    uint256 private _givenOnL1;
    uint256 private _wantedOnL1;
    uint256 public mistakes;
    mapping(SwapChange change => uint256) public accepted;
    uint256 public l1Decisions;

    constructor() {
        deploySwaps();
        bookArrival(given, C, A, ARRIVED - 1000);
        _givenOfA = ARRIVED;
    }

    // What honest chains report.

    function open() external {
        if (_book.length == MOST) return;
        _choose(_book.length);
        if (!_tries(A, effect(SwapChange.Opened), _outstanding(A) == 0)) return;
        _book.push();
        _givenOfA -= 100;
    }

    function decide(uint256 which, bool executes) external {
        if (!_picks(which)) return;
        SwapChange change = executes ? SwapChange.Executed : SwapChange.Cancelled;
        _decide(which % _book.length, effect(change), 50);
    }

    function close(uint256 which) external {
        if (!_picks(which)) return;
        Entry storage entry = _book[which % _book.length];
        bool isExecuted = entry.outcome == SwapOutcome.Executed;
        SwapEffect memory said = effect(isExecuted ? SwapChange.Redeemed : SwapChange.Refunded);
        if (isExecuted) said.leg.amount = entry.returned;
        bool isDue = entry.outcome != SwapOutcome.Pending && !entry.isClosed && _outstanding(A) == 0;
        if (!_tries(A, said, isDue)) return;
        entry.isClosed = true;
        if (isExecuted) _wantedOfA += entry.returned;
        else _givenOfA += 100;
    }

    // What B reports with a verifier that accepts everything.

    /// @dev INV-10: it can decide what was locked for it, and return what it has or issues.
    function executeForOther(uint256 which, uint64 returned_) external {
        if (!_picks(which)) return;
        SwapEffect memory said = effect(SwapChange.Executed);
        // The ledger moves something or refuses.
        said.returned.amount = uint256(returned_) + 1;
        _decide(which % _book.length, said, said.returned.amount);
    }

    /// @dev INV-10: and nothing else.
    function lie(uint256 which, uint8 kind, uint64 amount) external {
        if (!_picks(which)) return;
        SwapEffect memory said = effect(SwapChange.Executed);
        if (kind % 6 == 0) said.leg.amount = 101 + uint256(amount);
        else if (kind % 6 == 1) said.returned = SwapLeg(given, 0, _givenOfB + 101 + amount);
        else if (kind % 6 == 2) said = effect(SwapChange.Refunded);
        else if (kind % 6 == 3) said = effect(SwapChange.Redeemed);
        else if (kind % 6 == 4) said.destination = C;
        else (said.change, said.swapId) = (SwapChange.Opened, keccak256(abi.encode(amount)));
        _tries(B, said, false);
    }

    // What anybody does on L1.

    function freezeChain(bool destination) external {
        uint256 chainId = destination ? B : A;
        if (settlement.frozenAt(chainId) == 0) freeze(chainId);
    }

    function wait(uint16 time) external {
        vm.warp(block.timestamp + time);
    }

    function cancelOnL1(uint256 which) external {
        if (!_picks(which)) return;
        Entry storage entry = _book[which % _book.length];
        bool isDue = entry.outcome == SwapOutcome.Pending && _isGraceOver(B);
        (bool success,) = address(swapRegistry).call(abi.encodeCall(swapRegistry.l1Cancel, (A, swapId)));
        if (success != isDue) ++mistakes;
        if (!success) return;
        ++l1Decisions;
        entry.outcome = SwapOutcome.Cancelled;
    }

    function claimOnL1(uint256 which) external {
        if (!_picks(which)) return;
        Entry storage entry = _book[which % _book.length];
        bool isExecuted = entry.outcome == SwapOutcome.Executed;
        bytes memory said =
            isExecuted ? Transfers.encode(Transfers.units(wanted, entry.returned, venue, beneficiary)) : bytes("");
        bool isDue = entry.outcome != SwapOutcome.Pending && !entry.isClosed && _isGraceOver(A);
        (bool success,) = address(swapRegistry).call(abi.encodeCall(swapRegistry.l1Claim, (preimage, said)));
        if (success != isDue) ++mistakes;
        if (!success) return;
        ++l1Decisions;
        entry.isClosed = true;
        if (isExecuted) _wantedOnL1 += entry.returned;
        else _givenOnL1 += 100;
    }

    function bury(bool destination) external {
        uint256 chainId = destination ? B : A;
        Tombstone[] memory tombstones = swapRegistry.outstandingTombstones(chainId);
        SwapEffect[] memory effects = new SwapEffect[](tombstones.length);
        for (uint256 i = 0; i < tombstones.length; ++i) {
            effects[i].change = SwapChange.Buried;
            (effects[i].source, effects[i].swapId) = (tombstones[i].source, tombstones[i].swapId);
        }
        applyEffects(chainId, effects, true);
    }

    // What must be so.

    function assertBook() external view {
        expectBalance(A, given, _givenOfA);
        expectBalance(A, wanted, _wantedOfA);
        expectBalance(B, given, _givenOfB);
        expectBalance(L1_CHAIN_ID, given, _givenOnL1);
        expectBalance(L1_CHAIN_ID, wanted, _wantedOnL1);
        expectIdentity(given);
        expectIdentity(wanted);
        (uint256 heldGiven, uint256 heldWanted) = _heldByBook();
        expectHeld(given, heldGiven);
        expectHeld(wanted, heldWanted);
    }

    function assertSlots() external {
        for (uint256 i = 0; i < _book.length; ++i) {
            _choose(i);
            SwapSlot memory is_ = slot();
            vm.assertEq(uint256(is_.outcome), uint256(_book[i].outcome), "INV-04, INV-05");
            vm.assertEq(is_.isClosed, _book[i].isClosed, "INV-02");
        }
    }

    function _heldByBook() private view returns (uint256 heldGiven, uint256 heldWanted) {
        for (uint256 i = 0; i < _book.length; ++i) {
            if (_book[i].isClosed) continue;
            if (_book[i].outcome == SwapOutcome.Executed) heldWanted += _book[i].returned;
            else heldGiven += 100;
        }
    }

    function _decide(uint256 index, SwapEffect memory said, uint256 returned_) private {
        Entry storage entry = _book[index];
        bool isDue = entry.outcome == SwapOutcome.Pending && _outstanding(B) == 0;
        if (!_tries(B, said, isDue)) return;
        bool isExecuted = said.change == SwapChange.Executed;
        entry.outcome = isExecuted ? SwapOutcome.Executed : SwapOutcome.Cancelled;
        if (!isExecuted) return;
        entry.returned = returned_;
        _givenOfB += 100;
    }

    /// @dev All of it or nothing, as a batch executes.
    function _tries(uint256 chainId, SwapEffect memory said, bool isDue) private returns (bool success) {
        (success,) = address(this).call(abi.encodeCall(this.applyOne, (chainId, said)));
        if (success != isDue) ++mistakes;
        if (success) ++accepted[said.change];
    }

    /// @notice For this contract alone, which the fuzzer is not told of.
    function applyOne(uint256 chainId, SwapEffect calldata said) external {
        applyEffects(chainId, one(said), settlement.frozenAt(chainId) != 0);
    }

    function _picks(uint256 which) private returns (bool) {
        if (_book.length == 0) return false;
        _choose(which % _book.length);
        return true;
    }

    /// @dev Swaps are told apart by their counterparty.
    function _choose(uint256 index) private {
        use(locked(), address(uint160(index + 1)));
    }

    function _outstanding(uint256 chainId) private view returns (uint256) {
        return swapRegistry.outstandingTombstones(chainId).length;
    }

    function _isGraceOver(uint256 chainId) private view returns (bool) {
        uint64 frozenAt = settlement.frozenAt(chainId);
        return frozenAt != 0 && block.timestamp >= frozenAt + HOUR;
    }
}
