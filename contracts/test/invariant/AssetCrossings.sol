// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Direction, IAssetRules} from "../../src/interfaces/IAssetRules.sol";
import {IInteropHandler} from "../../src/interfaces/IInteropHandler.sol";
import {ISharedBridge} from "../../src/interfaces/ISharedBridge.sol";
import {LedgerEntry, TransferRequest} from "../../src/types/Assets.sol";
import {PriorityOperation} from "../../src/types/PriorityOperations.sol";
import {AssetBook} from "../base/AssetBook.sol";
import {Vm} from "../base/Vm.sol";

/// @notice What is on its way in a network, as it must be: how it comes, goes and waits, and the judgement of what happened. Each
/// action of an actor is tried whether or not it may succeed; what the book says of it is compared with what happened.
abstract contract AssetCrossings is AssetBook {
    enum Route {
        Bundle,
        Deposit,
        Withdrawal
    }

    enum State {
        Sent,
        Arrived,
        Refused,
        Delayed,
        Cancelled,
        Returned,
        Recovered
    }

    /// @notice Something on its way.
    /// @param announces Whether it carries the word of the token's home.
    /// @param buys Whether a call of the counter goes with it.
    /// @param text Bundle, withdrawal, or operation, as its destination reads it.
    /// @param spot Where its proof leads from; of a deposit, where its outcome stands.
    struct Crossing {
        Route route;
        State state;
        uint256 source;
        uint256 destination;
        uint256 unit;
        uint256 amount;
        address sender;
        address recipient;
        uint256 deliverBefore;
        uint256 payableAt;
        bool announces;
        bool buys;
        bool spotted;
        bytes text;
        Spot spot;
    }

    /// @notice What has arrived at a place from another, and waits for what its issuer lets pass.
    struct Held {
        uint256 unit;
        uint256 place;
        uint256 source;
        uint256 amount;
        address recipient;
        uint256 payableAt;
        uint256 index;
        bool isReleased;
        bytes text;
    }

    struct Limit {
        uint256 capacity;
        uint256 refill;
        uint256 level;
        uint256 updatedAt;
    }

    /// @notice What was done, and worked, by name.
    mapping(string action => uint256) public done;
    /// @notice What must have worked and did not, while nothing was paused.
    uint256 public stuck;
    /// @notice The same, while something was.
    uint256 public blockedByPause;
    /// @notice What took effect a second time, or after it was decided otherwise.
    uint256 public repeated;
    /// @notice What must have failed for any other reason, and worked.
    uint256 public wronglyAllowed;

    Crossing[] internal crossings;
    /// @dev Crossings that were in a state once, and may still be.
    mapping(State => uint256[]) internal everIn;
    Held[] internal heldBack;
    mapping(uint256 place => bool) internal isPaused;
    /// @dev What the issuer has decided at a place about a unit's route to and from another.
    mapping(uint256 place => mapping(uint256 unit => mapping(uint256 other => bool))) internal isRoutePaused;
    mapping(uint256 place => mapping(uint256 unit => mapping(uint256 other => mapping(Direction => Limit)))) internal
        routeLimits;
    mapping(address token => mapping(uint256 source => mapping(uint256 destination => bool))) private _announced;
    mapping(uint256 chainId => mapping(uint256 unit => Limit)) internal outflowLimits;
    mapping(uint256 crossing => bytes32) private _finalRecord;
    address internal centerOfX = makeAddr("center of X");

    // What holds beyond the book.

    /// @notice INV-05: what a handler has noted as final stays as it is.
    function countChangedRecords() external view returns (uint256 changed) {
        for (uint256 i = 0; i < crossings.length; ++i) {
            if (_finalRecord[i] != 0 && _finalRecord[i] != _record(crossings[i])) ++changed;
        }
    }

    // How crossings come and go.

    function _open(Route route, uint256 source, uint256 unit, TransferRequest memory request, address from)
        internal
        returns (Crossing storage crossing)
    {
        crossing = crossings.push();
        (crossing.route, crossing.source, crossing.unit) = (route, source, unit);
        (crossing.destination, crossing.amount) = (request.destinationChainId, request.amount);
        (crossing.sender, crossing.recipient) = (from, request.recipient);
        crossing.deliverBefore = request.deliverBefore;
        if (request.amount == 0) return crossing;
        bookOut(unit, source, from, request.amount);
        if (request.destinationChainId == X) intoX[unit] += request.amount;
        else underway[unit] += request.amount;
        _take(routeLimits[source][unit][request.destinationChainId][Direction.Outgoing], request.amount);
        _noteAnnouncement(crossing);
    }

    function _noteAnnouncement(Crossing storage crossing) private {
        Unit storage u = units[crossing.unit];
        if (u.home != crossing.source || _announced[u.token][u.home][crossing.destination]) return;
        _announced[u.token][u.home][crossing.destination] = true;
        crossing.announces = true;
    }

    /// @dev A chain has sent: the message is in its next batch, and so is the report of it.
    function _sent(uint256 source, uint256 unit, TransferRequest memory request, address from)
        internal
        returns (Crossing storage crossing)
    {
        bool isToL1 = request.destinationChainId == L1_CHAIN_ID;
        crossing = _open(isToL1 ? Route.Withdrawal : Route.Bundle, source, unit, request, from);
        _putIntoBatch(crossing);
    }

    function _sentBack(uint256 source, uint256 unit, TransferRequest memory request, address from) internal {
        Crossing storage crossing = crossings.push();
        (crossing.route, crossing.source, crossing.unit) = (Route.Bundle, source, unit);
        (crossing.destination, crossing.amount) = (request.destinationChainId, request.amount);
        (crossing.sender, crossing.recipient) = (from, request.recipient);
        underway[unit] += request.amount;
        _putIntoBatch(crossing);
    }

    function _putIntoBatch(Crossing storage crossing) private {
        (uint256 source, uint256 destination) = (crossing.source, crossing.destination);
        // Nobody reads what goes to X.
        if (destination != X) {
            crossing.text = sentBy(source, destination);
            crossing.spot =
                destination == L1_CHAIN_ID ? noteWithdrawal(source, crossing.text) : noteBundle(source, crossing.text);
            crossing.spotted = true;
        }
        _report(source, crossing);
    }

    /// @dev Either end of its way reports a crossing.
    function _report(uint256 chainId, Crossing storage crossing) internal {
        (uint256 unit, uint256 amount) = (crossing.unit, crossing.amount);
        if (amount == 0) return;
        unreported[chainId].push(
            LedgerEntry(assetOf(unit), units[unit].tokenId, crossing.source, crossing.destination, amount)
        );
    }

    function _arrive(Crossing storage crossing, Vm.Log[] memory logs) internal {
        crossing.state = State.Arrived;
        (uint256 unit, uint256 place) = (crossing.unit, crossing.destination);
        if (crossing.announces) isKnown[units[unit].token][place] = true;
        if (crossing.amount == 0) return;
        if (crossing.source == X) outOfX[unit] += crossing.amount;
        else underway[unit] -= crossing.amount;
        _credit(Held(unit, place, crossing.source, crossing.amount, crossing.recipient, 0, 0, false, ""), logs);
    }

    /// @dev Pays what has arrived, or has it wait for what its issuer lets pass.
    function _credit(Held memory what, Vm.Log[] memory logs) private {
        (uint256 place, uint256 unit) = (what.place, what.unit);
        what.payableAt = _take(routeLimits[place][unit][what.source][Direction.Incoming], what.amount);
        if (what.payableAt <= block.timestamp && !isRoutePaused[place][unit][what.source]) {
            bookIn(unit, place, what.recipient, what.amount);
            return;
        }
        waiting[unit] += what.amount;
        (what.index, what.text) = _heldIn(logs, what.payableAt);
        heldBack.push(what);
        ++done["held"];
    }

    /// @dev What is needed for the release of what was just held.
    function _heldIn(Vm.Log[] memory logs, uint256 expected) private pure returns (uint256 index, bytes memory text) {
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IAssetRules.TransferHeld.selector) continue;
            uint256 payableAt;
            (payableAt, text) = abi.decode(logs[i].data, (uint256, bytes));
            vm.assertEq(payableAt, expected, "held until");
            return (uint256(logs[i].topics[3]), text);
        }
        revert("what must be held was not");
    }

    function _recover(uint256 index, bool isDue) internal {
        Crossing storage crossing = crossings[index];
        PriorityOperation memory operation = abi.decode(crossing.text, (PriorityOperation));
        bytes memory data = abi.encodeCall(ISharedBridge.claimFailedDeposit, (operation, proofOf(crossing.spot)));
        vm.chainId(L1_CHAIN_ID);
        vm.recordLogs();
        bool recovered = _attempt(address(sharedBridge), data, stranger);
        if (recovered && crossing.state == State.Recovered) ++repeated;
        if (!_expectResolved(recovered, isDue && crossing.amount != 0)) return;
        crossing.state = State.Recovered;
        (uint256 unit, uint256 refuser, uint256 amount) = (crossing.unit, crossing.destination, crossing.amount);
        if (refuser == X) outOfX[unit] += amount;
        else underway[unit] -= amount;
        bookTakenBack(unit, refuser, amount);
        Held memory back = Held(unit, L1_CHAIN_ID, refuser, amount, crossing.sender, 0, 0, false, "");
        _credit(back, vm.getRecordedLogs());
        ++done[refuser == X ? "recovered from X" : "recovered"];
    }

    function _remember(uint256 index) internal {
        _finalRecord[index] = _record(crossings[index]);
    }

    /// @dev What the destination's handler has noted of a bundle.
    function _record(Crossing storage crossing) private view returns (bytes32) {
        bytes32 hash = keccak256(abi.encode(crossing.source, crossing.text));
        IInteropHandler handler = chains[crossing.destination].handler;
        return
            keccak256(abi.encode(handler.bundleStatus(hash), handler.callStatus(hash, 0), handler.callStatus(hash, 1)));
    }

    function _centerOf(Crossing storage crossing) internal view returns (address) {
        return crossing.source == X ? centerOfX : address(chains[crossing.source].center);
    }

    function _enter(uint256 index, State state) internal {
        crossings[index].state = state;
        everIn[state].push(index);
    }

    /// @dev A crossing that was in that state, and may have left it.
    function _drawEver(uint256 seed, State state) internal view returns (bool, uint256) {
        uint256[] storage all = everIn[state];
        if (all.length == 0) return (false, 0);
        uint256 index = all[_draw(seed, "ever", all.length)];
        return (isSettled(crossings[index].spot), index);
    }

    /// @dev A crossing of that kind which L1 knows of, looked for from a random place on.
    function _find(uint256 seed, Route route, State state) internal view returns (bool, uint256) {
        uint256 count = crossings.length;
        for (uint256 i = 0; i < count; ++i) {
            uint256 index = (_draw(seed, "start", count) + i) % count;
            Crossing storage crossing = crossings[index];
            if (crossing.route != route || crossing.state != state) continue;
            bool isDepositToX = route == Route.Deposit && state == State.Sent && crossing.destination == X;
            if (isDepositToX || (crossing.spotted && isSettled(crossing.spot))) return (true, index);
        }
        return (false, 0);
    }

    // Judgement.

    function _attempt(address target, bytes memory data, address caller) internal returns (bool success) {
        return _attemptWith(0, target, data, caller);
    }

    function _attemptWith(uint256 value, address target, bytes memory data, address caller)
        internal
        returns (bool success)
    {
        vm.prank(caller);
        (success,) = target.call{value: value}(data);
    }

    /// @dev A new transfer is taken unless somebody may stop it, and has.
    function _expectTaken(bool taken, bool mayLeave) internal returns (bool) {
        if (taken && !mayLeave) ++wronglyAllowed;
        if (!taken && mayLeave) ++stuck;
        if (!taken) ++done["not taken"];
        return taken;
    }

    /// @dev What is on its way is resolved, whatever is paused.
    function _expectResolved(bool happened, bool expected) internal returns (bool) {
        bool anyPaused = isPaused[L1_CHAIN_ID] || isPaused[A] || isPaused[B];
        if (happened && !expected) ++wronglyAllowed;
        if (!happened && expected && anyPaused) ++blockedByPause;
        if (!happened && expected && !anyPaused) ++stuck;
        if (happened && anyPaused) ++done["resolved while paused"];
        return happened;
    }

    /// @dev Whether neither a pause nor the issuer keeps so much of a unit at a place.
    function _mayLeave(uint256 unit, uint256 place, uint256 destination, uint256 amount) internal view returns (bool) {
        if (isPaused[place] || isRoutePaused[place][unit][destination]) return false;
        Limit storage bucket = routeLimits[place][unit][destination][Direction.Outgoing];
        return bucket.capacity == 0 || _level(bucket) + amount <= bucket.capacity;
    }

    /// @dev What a limit must say.
    function _take(Limit storage bucket, uint256 amount) internal returns (uint256 payableAt) {
        if (bucket.capacity == 0) return block.timestamp;
        (bucket.level, bucket.updatedAt) = (_level(bucket) + amount, block.timestamp);
        if (bucket.level <= bucket.capacity) return block.timestamp;
        return block.timestamp + (bucket.level - bucket.capacity + bucket.refill - 1) / bucket.refill;
    }

    function _level(Limit storage bucket) private view returns (uint256) {
        uint256 freed = (block.timestamp - bucket.updatedAt) * bucket.refill;
        return bucket.level > freed ? bucket.level - freed : 0;
    }

    function _draw(uint256 seed, string memory what, uint256 count) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, what))) % count;
    }

    function _valueOf(uint256 unit, uint256 amount) internal pure returns (uint256) {
        return unit == ETHER_UNIT ? amount : 0;
    }
}
