// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC7786Recipient} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";

import {AssetCustody} from "../../src/assets/AssetCustody.sol";
import {IAssetCustody} from "../../src/interfaces/IAssetCustody.sol";
import {IAssetLedger} from "../../src/interfaces/IAssetLedger.sol";
import {Direction, IAssetRules} from "../../src/interfaces/IAssetRules.sol";
import {IAssetVault} from "../../src/interfaces/IAssetVault.sol";
import {IBaseTokenHolder} from "../../src/interfaces/IBaseTokenHolder.sol";
import {IInteropHandler} from "../../src/interfaces/IInteropHandler.sol";
import {ISharedBridge} from "../../src/interfaces/ISharedBridge.sol";
import {AssetIds} from "../../src/libraries/AssetIds.sol";
import {Erc7930} from "../../src/libraries/Erc7930.sol";
import {LogLeaf} from "../../src/libraries/LogLeaf.sol";
import {InteropAttributes} from "../../src/messaging/InteropAttributes.sol";
import {Asset, AssetKind, AssetTransfer, LedgerEntry, TransferRequest} from "../../src/types/Assets.sol";
import {Batch, DataAvailability} from "../../src/types/Batches.sol";
import {InteropBundle, InteropCall, InteropCallStarter} from "../../src/types/Bundles.sol";
import {ChainConfig} from "../../src/types/Chains.sol";
import {PriorityOperation} from "../../src/types/PriorityOperations.sol";
import {AssetBook} from "../base/AssetBook.sol";
import {Transfers} from "../base/Transfers.sol";
import {Vm} from "../base/Vm.sol";
import {AlwaysTrueVerifier, WeakVerifier} from "../mocks/Verifiers.sol";
import {WeakLedger} from "../mocks/WeakLedger.sol";

/// @notice Everybody at once: senders, relayers, operators, a pauser, an issuer, an attacker, and X, a chain whose verifier
/// accepts everything. Each action is tried whether or not it may succeed; what the book says of it is compared with what
/// happened.
contract AssetActor is AssetBook {
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

    /// @notice What X reports, and the message that goes with it.
    struct Forgery {
        uint256 unit;
        LedgerEntry entry;
        bytes text;
    }

    struct Limit {
        uint256 capacity;
        uint256 refill;
        uint256 level;
        uint256 updatedAt;
    }

    /// @dev A chain that there is not.
    uint256 private constant UNKNOWN = 999;
    /// @dev Too little to pay anybody with.
    uint64 private constant SCARCE_GAS = 30_000;

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

    Crossing[] private _crossings;
    Held[] private _held;
    mapping(uint256 place => bool) private _isPaused;
    /// @dev What the issuer has decided at a place about a unit's route to and from another.
    mapping(uint256 place => mapping(uint256 unit => mapping(uint256 other => bool))) private _isRoutePaused;
    mapping(uint256 place => mapping(uint256 unit => mapping(uint256 other => mapping(Direction => Limit)))) private
        _routeLimits;
    mapping(address token => mapping(uint256 source => mapping(uint256 destination => bool))) private _announced;
    mapping(uint256 chainId => mapping(uint256 unit => Limit)) private _limits;
    mapping(uint256 crossing => bytes32) private _finalRecord;
    address private _centerOfX = makeAddr("center of X");
    uint256 private _forgeries;

    constructor() {
        deployNetwork();
        _deployX();
        openBook();
        vm.deal(address(this), 0);
    }

    /// @notice Puts another ledger in the place of the real one, before anything is booked.
    function weaken(WeakLedger.Weakness weakness) external {
        WeakLedger weak = new WeakLedger(weakness, address(chainRegistry), address(settlement), bridge);
        vm.etch(address(ledger), address(weak).code);
    }

    // Senders.

    function deposit(uint256 seed) external {
        (uint256 unit, address person, uint256 amount) = _drawHolding(seed, L1_CHAIN_ID);
        if (amount == 0) return;
        uint256 destination = chainIds[_draw(seed, "destination", 3)];
        TransferRequest memory request = _request(seed, destination, unit, L1_CHAIN_ID, amount);
        // Now and then the chain refuses it.
        uint64 gasLimit = _draw(seed, "gas", 4) == 0 ? SCARCE_GAS : AMPLE_GAS;
        bool mayLeave = _mayLeave(unit, L1_CHAIN_ID, destination, amount);
        vm.chainId(L1_CHAIN_ID);
        vm.recordLogs();
        bytes memory data = abi.encodeCall(ISharedBridge.deposit, (request, gasLimit));
        if (!_expectTaken(_attemptWith(_valueOf(unit, amount), address(sharedBridge), data, person), mayLeave)) return;
        Crossing storage crossing = _open(Route.Deposit, L1_CHAIN_ID, unit, request, person);
        crossing.text = abi.encode(operationIn(vm.getRecordedLogs()));
        bookSending(keyOf(unit), units[unit].home, L1_CHAIN_ID, destination, amount);
        ++done["deposit"];
    }

    function transfer(uint256 seed) external {
        uint256 source = _draw(seed, "source", 2) == 0 ? A : B;
        (uint256 unit, address person, uint256 amount) = _drawHolding(seed, source);
        if (amount == 0) return;
        uint256 destination = ledgerPlaces()[_draw(seed, "destination", 4)];
        if (destination == source) destination = source == A ? B : A;
        TransferRequest memory request = _request(seed, destination, unit, source, amount);
        if (destination != L1_CHAIN_ID && _draw(seed, "deadline", 2) == 0) {
            request.deliverBefore = block.timestamp + _draw(seed, "until", 3600);
        }
        bool mayLeave = _mayLeave(unit, source, destination, amount);
        vm.chainId(source);
        vm.recordLogs();
        bytes memory data = abi.encodeCall(IAssetVault.transfer, (request));
        bool taken = _attemptWith(_valueOf(unit, amount), address(chains[source].vault), data, person);
        if (!_expectTaken(taken, mayLeave)) return;
        _sent(source, unit, request, person);
        ++done[destination == L1_CHAIN_ID ? "withdraw" : "transfer"];
    }

    /// @notice A bundle that carries assets to the counter and calls it.
    function buy(uint256 seed) external {
        uint256 source = _draw(seed, "source", 2) == 0 ? A : B;
        (uint256 unit, address person, uint256 amount) = _drawHolding(seed, source);
        // What the counter cannot be paid would be its claim for ever.
        if (amount == 0 || unit == ETHER_UNIT || units[unit].kind == AssetKind.MultiToken) return;
        uint256 destination = source == A ? B : A;
        TransferRequest memory request = _request(seed, destination, unit, source, amount);
        request.recipient = address(counter);
        request.deliverBefore = block.timestamp + 1 + _draw(seed, "until", 3600);
        InteropCallStarter[] memory calls = _purchase(source, request);
        vm.chainId(source);
        vm.recordLogs();
        bytes memory data =
            abi.encodeCall(chains[source].center.sendBundle, (_chainAddress(destination), calls, new bytes[](0)));
        bool mayLeave = _mayLeave(unit, source, destination, amount);
        if (!_expectTaken(_attempt(address(chains[source].center), data, person), mayLeave)) return;
        Crossing storage crossing = _sent(source, unit, request, person);
        crossing.buys = true;
        ++done["buy"];
    }

    function announce(uint256 seed) external {
        uint256 unit = 1 + _draw(seed, "unit", UNITS - 2);
        Unit storage u = units[unit];
        uint256[3] memory all = places();
        uint256 destination = all[_draw(seed, "destination", 3)];
        if (destination == u.home) return;
        TransferRequest memory nothing;
        nothing.destinationChainId = destination;
        vm.chainId(u.home);
        vm.recordLogs();
        if (u.home == L1_CHAIN_ID) {
            sharedBridge.announce(u.token, u.kind, destination, AMPLE_GAS);
            Crossing storage crossing = _open(Route.Deposit, u.home, unit, nothing, address(0));
            crossing.announces = true;
            crossing.text = abi.encode(operationIn(vm.getRecordedLogs()));
        } else {
            chains[u.home].vault.announce(u.token, u.kind, destination);
            _sent(u.home, unit, nothing, address(0)).announces = true;
        }
        ++done["announce"];
    }

    function claim(uint256 seed) external {
        uint256 place = places()[_draw(seed, "place", 3)];
        uint256 unit = _draw(seed, "unit", UNITS);
        (address person, uint256 amount) = _firstClaim(seed, unit, place);
        address to = people[_draw(seed, "to", 2)];
        bytes memory data = abi.encodeCall(IAssetCustody.claim, (assetOf(unit), units[unit].tokenId, to));
        vm.chainId(place);
        bool isPayable = amount != 0 && canBePaid(unit, place, to);
        bool paid = _attempt(address(custody(place)), data, person);
        if (!_expectResolved(paid, isPayable)) return;
        claims[unit][place][person] = 0;
        bookIn(unit, place, to, amount);
        ++done["claim"];
    }

    // Operators and relayers.

    function settle(uint256 seed) external {
        uint256 chainId = _draw(seed, "chain", 2) == 0 ? A : B;
        _process(chainId);
        LedgerEntry[] memory entries = unreported[chainId];
        bool settled = settleChain(chainId);
        if (_expectResolved(settled, bookBatch(chainId, entries)) && settled) ++done["settle"];
    }

    function deliver(uint256 seed) external {
        (bool found, uint256 index) = _find(seed, Route.Bundle, State.Sent);
        if (!found) return;
        Crossing storage crossing = _crossings[index];
        if (crossing.destination == X) return;
        bool isDue = crossing.deliverBefore == 0 || block.timestamp <= crossing.deliverBefore;
        bool isOpen = !crossing.buys || !counter.isShut();
        bytes memory data = abi.encodeCall(
            IInteropHandler.executeBundle,
            (deliveryTo(crossing.destination, _centerOf(crossing), crossing.text, crossing.spot))
        );
        vm.recordLogs();
        bool executed = _attempt(address(chains[crossing.destination].handler), data, stranger);
        if (!_expectResolved(executed, isDue && isOpen)) return;
        _arrive(crossing, vm.getRecordedLogs());
        _remember(index);
        _report(crossing.destination, crossing);
        ++done[crossing.buys ? "buy delivered" : crossing.source == X ? "delivered from X" : "delivered"];
    }

    function finalize(uint256 seed) external {
        (bool found, uint256 index) = _find(seed, Route.Withdrawal, State.Sent);
        if (!found) return;
        Crossing storage crossing = _crossings[index];
        // What honest chains have sent is always there to be withdrawn.
        bytes32 key = keyOf(crossing.unit);
        bool isCovered = crossing.source != X || bookPending[key][X][L1_CHAIN_ID] >= crossing.amount;
        bytes memory data = abi.encodeCall(ISharedBridge.finalizeWithdrawal, (proofOf(crossing.spot), crossing.text));
        vm.chainId(L1_CHAIN_ID);
        vm.recordLogs();
        if (!_expectResolved(_attempt(address(sharedBridge), data, stranger), isCovered)) return;
        crossing.payableAt = block.timestamp;
        if (crossing.amount != 0) {
            crossing.payableAt = _take(_limits[crossing.source][crossing.unit], crossing.amount);
            bookArrival(key, units[crossing.unit].home, crossing.source, L1_CHAIN_ID, crossing.amount);
        }
        crossing.state = State.Delayed;
        if (crossing.payableAt > block.timestamp) {
            ++done["delayed"];
            return;
        }
        _arrive(crossing, vm.getRecordedLogs());
        ++done[crossing.source == X ? "finalized from X" : "finalized"];
    }

    function release(uint256 seed) external {
        (bool found, uint256 index) = _find(seed, Route.Withdrawal, State.Delayed);
        if (!found) return;
        Crossing storage crossing = _crossings[index];
        bytes memory data = abi.encodeCall(ISharedBridge.releaseWithdrawal, (crossing.source, crossing.text));
        vm.chainId(L1_CHAIN_ID);
        vm.recordLogs();
        bool released = _attempt(address(sharedBridge), data, stranger);
        if (!_expectResolved(released, block.timestamp >= crossing.payableAt)) return;
        _arrive(crossing, vm.getRecordedLogs());
        ++done["released"];
    }

    /// @notice What waits for its issuer's rules, due or not, released before or not.
    function letPass(uint256 seed) external {
        if (_held.length == 0) return;
        Held storage what = _held[_draw(seed, "which", _held.length)];
        bool isOpen = !_isRoutePaused[what.place][what.unit][what.source];
        bool isFree = !what.isReleased && isOpen && block.timestamp >= what.payableAt;
        bytes memory data = abi.encodeCall(IAssetCustody.release, (what.source, what.index, what.text));
        vm.chainId(what.place);
        bool released = _attempt(address(custody(what.place)), data, stranger);
        if (released && what.isReleased) ++repeated;
        if (!_expectResolved(released, isFree)) return;
        what.isReleased = true;
        waiting[what.unit] -= what.amount;
        bookIn(what.unit, what.place, what.recipient, what.amount);
        ++done["let pass"];
    }

    function cancelExpired(uint256 seed) external {
        (bool found, uint256 index) = _find(seed, Route.Bundle, State.Sent);
        if (!found) return;
        Crossing storage crossing = _crossings[index];
        if (crossing.destination == X) return;
        bool isExpired = crossing.deliverBefore != 0 && block.timestamp > crossing.deliverBefore;
        bytes memory data = abi.encodeCall(
            IInteropHandler.cancelExpired,
            (deliveryTo(crossing.destination, _centerOf(crossing), crossing.text, crossing.spot))
        );
        bool cancelled = _attempt(address(chains[crossing.destination].handler), data, stranger);
        if (!_expectResolved(cancelled, isExpired)) return;
        crossing.state = State.Cancelled;
        _remember(index);
        ++done["cancelled"];
    }

    function returnCancelled(uint256 seed) external {
        (bool found, uint256 index) = _find(seed, Route.Bundle, State.Cancelled);
        if (!found) return;
        Crossing storage crossing = _crossings[index];
        uint256 place = crossing.destination;
        bytes memory data = abi.encodeCall(IAssetVault.returnCancelled, (crossing.source, crossing.text, 0));
        vm.chainId(place);
        vm.recordLogs();
        if (!_expectResolved(_attempt(address(chains[place].vault), data, stranger), true)) return;
        crossing.state = State.Returned;
        _report(place, crossing);
        underway[crossing.unit] -= crossing.amount;
        TransferRequest memory back;
        (back.destinationChainId, back.amount, back.recipient) = (crossing.source, crossing.amount, crossing.sender);
        (uint256 unit, address sender) = (crossing.unit, crossing.sender);
        _sentBack(place, unit, back, sender);
        ++done["returned"];
    }

    function recover(uint256 seed) external {
        (bool found, uint256 index) = _find(seed, Route.Deposit, State.Refused);
        if (!found) return;
        _recover(index, true);
    }

    // Time, pauses, limits, an issuer, a counter that shuts.

    function pass(uint256 seed) external {
        // Operations of the queue must not expire: nobody settles late enough for that here.
        if (block.timestamp > START_TIME + 12 hours) return;
        vm.warp(block.timestamp + _draw(seed, "seconds", 300));
        vm.roll(block.number + 1);
        ++done["pass"];
    }

    function pause(uint256 seed) external {
        uint256 place = places()[_draw(seed, "place", 3)];
        vm.chainId(place);
        if (_isPaused[place]) {
            vm.prank(governance);
            custody(place).unpause();
        } else if (_draw(seed, "pause", 3) == 0) {
            vm.prank(pauser);
            custody(place).pause();
        } else {
            return;
        }
        _isPaused[place] = !_isPaused[place];
        ++done["pause"];
    }

    function limit(uint256 seed) external {
        (uint256 chainId, uint256 unit) = (chainIds[_draw(seed, "chain", 3)], _draw(seed, "unit", UNITS));
        (uint256 capacity, uint256 refill) = (_draw(seed, "capacity", FUNDS / 10), 1 + _draw(seed, "refill", 1000));
        vm.chainId(L1_CHAIN_ID);
        vm.prank(governance);
        sharedBridge.setOutflowLimit(chainId, keyOf(unit), capacity, refill);
        _limits[chainId][unit] = Limit(capacity, refill, 0, block.timestamp);
        ++done["limit"];
    }

    /// @notice The issuer limits or pauses a route of its token, or opens it again.
    function rule(uint256 seed) external {
        (uint256 place, uint256 unit) = (places()[_draw(seed, "place", 3)], _draw(seed, "unit", UNITS));
        uint256 other = ledgerPlaces()[_draw(seed, "other", 4)];
        address token = tokenAt(unit, place);
        if (!isIssued(unit) || other == place || token == address(0)) return;
        IAssetRules rules = custody(place).RULES();
        vm.chainId(place);
        vm.startPrank(issuer);
        if (_draw(seed, "what", 2) == 0) {
            _limitRoute(seed, place, unit, other);
        } else if (_isRoutePaused[place][unit][other]) {
            rules.unpauseRoute(token, other);
            _isRoutePaused[place][unit][other] = false;
            ++done["open route"];
        } else if (_draw(seed, "pause", 3) == 0) {
            rules.pauseRoute(token, other);
            _isRoutePaused[place][unit][other] = true;
            ++done["pause route"];
        }
        vm.stopPrank();
    }

    function shut(uint256 seed) external {
        counter.setShut(_draw(seed, "shut", 3) == 0);
    }

    // The broken chain.

    /// @notice X settles a batch that says anything: what it has, what it has not, of whatever asset, on whatever route. Where
    /// L1 takes the report, the messages that go with it are delivered; messages to L1 without a report go with any batch.
    function settleX(uint256 seed) external {
        uint256 count = 1 + _draw(seed, "entries", 3);
        Forgery[] memory forgeries = new Forgery[](count + 1);
        LedgerEntry[] memory entries = new LedgerEntry[](count);
        bytes32[] memory leaves = new bytes32[](count + 1);
        for (uint256 i = 0; i <= count; ++i) {
            forgeries[i] = i < count ? _forge(uint256(keccak256(abi.encode(seed, i)))) : _forgeUncovered(seed);
            if (i < count) entries[i] = forgeries[i].entry;
            (forgeries[i].text, leaves[i]) = _forgeMessage(forgeries[i]);
        }
        uint256 batch = uint256(settlement.executedHead(X).batchNumber);
        bool settled = trySettle(X, leaves, entries, 0);
        _expectResolved(settled, bookBatch(X, entries));
        ++done[settled ? "settled X" : "refused X"];
        if (!settled) return;
        for (uint256 i = 0; i <= count; ++i) {
            if (_isDeliverable(forgeries[i])) _forgeCrossing(forgeries[i], Spot(X, batch, i));
        }
    }

    /// @notice A chain takes for sent by X what X has not reported, whatever else is on its way to that chain: it cannot
    /// settle that. Where it takes what X has reported, see `deliver`.
    function believeX(uint256 seed) external {
        (uint256 unit, uint256 destination) = (_draw(seed, "unit", UNITS), chainIds[_draw(seed, "destination", 2)]);
        uint256 amount = bookPending[keyOf(unit)][X][destination] + 1 + _draw(seed, "amount", 1000);
        LedgerEntry[] memory entries = Transfers.entry(assetOf(unit), units[unit].tokenId, X, destination, amount);
        bytes memory data = abi.encodeCall(IAssetLedger.applyBatch, (destination, entries));
        vm.chainId(L1_CHAIN_ID);
        if (_attempt(address(ledger), data, address(settlement))) ++wronglyAllowed;
        ++done["believe X"];
    }

    /// @notice X says that a deposit failed, whatever became of it.
    function recoverFromX(uint256 seed) external {
        (bool found, uint256 index) = _find(seed, Route.Deposit, State.Sent);
        if (!found || _crossings[index].destination != X) return;
        Crossing storage crossing = _crossings[index];
        bytes32[] memory leaves = new bytes32[](1);
        leaves[0] = LogLeaf.status(keccak256(crossing.text), false);
        uint256 batch = uint256(settlement.executedHead(X).batchNumber);
        vm.assertTrue(trySettle(X, leaves, new LedgerEntry[](0), 0));
        (crossing.spot, crossing.spotted) = (Spot(X, batch, 0), true);
        _recover(index, bookPending[keyOf(crossing.unit)][L1_CHAIN_ID][X] >= crossing.amount);
    }

    // Replays and attacks.

    /// @notice Anything that can be done to a crossing, on one for which that is over.
    function replay(uint256 seed) external {
        uint256 count = _crossings.length;
        for (uint256 i = 0; i < count; ++i) {
            Crossing storage crossing = _crossings[(_draw(seed, "start", count) + i) % count];
            if (crossing.state == State.Sent || !crossing.spotted || !isSettled(crossing.spot)) continue;
            (address target, bytes memory data) = _again(crossing, _draw(seed, "how", 3));
            if (target == address(0)) continue;
            if (_attempt(target, data, stranger)) ++repeated;
            ++done["replay"];
            return;
        }
    }

    /// @notice A direct call with forged data, by somebody without any right. None may succeed.
    function attack(uint256 seed) external {
        uint256 place = places()[_draw(seed, "place", 3)];
        uint256 unit = _draw(seed, "unit", UNITS);
        (address target, bytes memory data) = _forgeCall(seed, place, unit);
        vm.chainId(place);
        if (_attempt(target, data, attacker)) ++wronglyAllowed;
        ++done["attack"];
    }

    // What holds beyond the book.

    /// @notice INV-05: what a handler has noted as final stays as it is.
    function countChangedRecords() external view returns (uint256 changed) {
        for (uint256 i = 0; i < _crossings.length; ++i) {
            if (_finalRecord[i] != 0 && _finalRecord[i] != _record(_crossings[i])) ++changed;
        }
    }

    // How crossings come and go.

    function _open(Route route, uint256 source, uint256 unit, TransferRequest memory request, address from)
        private
        returns (Crossing storage crossing)
    {
        crossing = _crossings.push();
        (crossing.route, crossing.source, crossing.unit) = (route, source, unit);
        (crossing.destination, crossing.amount) = (request.destinationChainId, request.amount);
        (crossing.sender, crossing.recipient) = (from, request.recipient);
        crossing.deliverBefore = request.deliverBefore;
        if (request.amount == 0) return crossing;
        bookOut(unit, source, from, request.amount);
        if (request.destinationChainId == X) intoX[unit] += request.amount;
        else underway[unit] += request.amount;
        _take(_routeLimits[source][unit][request.destinationChainId][Direction.Outgoing], request.amount);
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
        private
        returns (Crossing storage crossing)
    {
        bool isToL1 = request.destinationChainId == L1_CHAIN_ID;
        crossing = _open(isToL1 ? Route.Withdrawal : Route.Bundle, source, unit, request, from);
        _putIntoBatch(crossing);
    }

    function _sentBack(uint256 source, uint256 unit, TransferRequest memory request, address from) private {
        Crossing storage crossing = _crossings.push();
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
    function _report(uint256 chainId, Crossing storage crossing) private {
        (uint256 unit, uint256 amount) = (crossing.unit, crossing.amount);
        if (amount == 0) return;
        unreported[chainId].push(
            LedgerEntry(assetOf(unit), units[unit].tokenId, crossing.source, crossing.destination, amount)
        );
    }

    function _arrive(Crossing storage crossing, Vm.Log[] memory logs) private {
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
        what.payableAt = _take(_routeLimits[place][unit][what.source][Direction.Incoming], what.amount);
        if (what.payableAt <= block.timestamp && !_isRoutePaused[place][unit][what.source]) {
            bookIn(unit, place, what.recipient, what.amount);
            return;
        }
        waiting[unit] += what.amount;
        (what.index, what.text) = _heldIn(logs, what.payableAt);
        _held.push(what);
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

    /// @dev The chain runs all that waits in its queue, in order.
    function _process(uint256 chainId) private {
        for (uint256 i = 0; i < _crossings.length; ++i) {
            Crossing storage crossing = _crossings[i];
            if (crossing.route != Route.Deposit || crossing.destination != chainId || crossing.spotted) continue;
            PriorityOperation memory operation = abi.decode(crossing.text, (PriorityOperation));
            bool success;
            Vm.Log[] memory logs;
            (success, crossing.spot, logs) = processOperation(operation);
            crossing.spotted = true;
            if (_expectResolved(success, operation.gasLimit == AMPLE_GAS)) {
                _arrive(crossing, logs);
                _report(chainId, crossing);
                ++done["deposit arrived"];
            } else {
                crossing.state = State.Refused;
                ++done["deposit refused"];
            }
        }
    }

    function _recover(uint256 index, bool isCovered) private {
        Crossing storage crossing = _crossings[index];
        PriorityOperation memory operation = abi.decode(crossing.text, (PriorityOperation));
        bytes memory data = abi.encodeCall(ISharedBridge.claimFailedDeposit, (operation, proofOf(crossing.spot)));
        vm.chainId(L1_CHAIN_ID);
        vm.recordLogs();
        bool recovered = _attempt(address(sharedBridge), data, stranger);
        if (!_expectResolved(recovered, isCovered && crossing.amount != 0)) return;
        crossing.state = State.Recovered;
        (uint256 unit, uint256 refuser, uint256 amount) = (crossing.unit, crossing.destination, crossing.amount);
        if (refuser == X) outOfX[unit] += amount;
        else underway[unit] -= amount;
        bookTakenBack(unit, refuser, amount);
        Held memory back = Held(unit, L1_CHAIN_ID, refuser, amount, crossing.sender, 0, 0, false, "");
        _credit(back, vm.getRecordedLogs());
        ++done[refuser == X ? "recovered from X" : "recovered"];
    }

    function _remember(uint256 index) private {
        _finalRecord[index] = _record(_crossings[index]);
    }

    /// @dev What the destination's handler has noted of a bundle.
    function _record(Crossing storage crossing) private view returns (bytes32) {
        bytes32 hash = keccak256(abi.encode(crossing.source, crossing.text));
        IInteropHandler handler = chains[crossing.destination].handler;
        return
            keccak256(abi.encode(handler.bundleStatus(hash), handler.callStatus(hash, 0), handler.callStatus(hash, 1)));
    }

    function _centerOf(Crossing storage crossing) private view returns (address) {
        return crossing.source == X ? _centerOfX : address(chains[crossing.source].center);
    }

    /// @dev A crossing of that kind which L1 knows of, looked for from a random place on.
    function _find(uint256 seed, Route route, State state) private view returns (bool, uint256) {
        uint256 count = _crossings.length;
        for (uint256 i = 0; i < count; ++i) {
            uint256 index = (_draw(seed, "start", count) + i) % count;
            Crossing storage crossing = _crossings[index];
            if (crossing.route != route || crossing.state != state) continue;
            bool isDepositToX = route == Route.Deposit && state == State.Sent && crossing.destination == X;
            if (isDepositToX || (crossing.spotted && isSettled(crossing.spot))) return (true, index);
        }
        return (false, 0);
    }

    // Judgement.

    function _attempt(address target, bytes memory data, address caller) private returns (bool success) {
        return _attemptWith(0, target, data, caller);
    }

    function _attemptWith(uint256 value, address target, bytes memory data, address caller)
        private
        returns (bool success)
    {
        vm.prank(caller);
        (success,) = target.call{value: value}(data);
    }

    /// @dev A new transfer is taken unless somebody may stop it, and has.
    function _expectTaken(bool taken, bool mayLeave) private returns (bool) {
        if (taken && !mayLeave) ++wronglyAllowed;
        if (!taken && mayLeave) ++stuck;
        if (!taken) ++done["not taken"];
        return taken;
    }

    /// @dev What is on its way is resolved, whatever is paused.
    function _expectResolved(bool happened, bool expected) private returns (bool) {
        bool isPaused = _isPaused[L1_CHAIN_ID] || _isPaused[A] || _isPaused[B];
        if (happened && !expected) ++wronglyAllowed;
        if (!happened && expected && isPaused) ++blockedByPause;
        if (!happened && expected && !isPaused) ++stuck;
        if (happened && isPaused) ++done["resolved while paused"];
        return happened;
    }

    /// @dev Whether neither a pause nor the issuer keeps so much of a unit at a place.
    function _mayLeave(uint256 unit, uint256 place, uint256 destination, uint256 amount) private view returns (bool) {
        if (_isPaused[place] || _isRoutePaused[place][unit][destination]) return false;
        Limit storage bucket = _routeLimits[place][unit][destination][Direction.Outgoing];
        return bucket.capacity == 0 || _level(bucket) + amount <= bucket.capacity;
    }

    /// @dev What a limit must say.
    function _take(Limit storage bucket, uint256 amount) private returns (uint256 payableAt) {
        if (bucket.capacity == 0) return block.timestamp;
        (bucket.level, bucket.updatedAt) = (_level(bucket) + amount, block.timestamp);
        if (bucket.level <= bucket.capacity) return block.timestamp;
        return block.timestamp + (bucket.level - bucket.capacity + bucket.refill - 1) / bucket.refill;
    }

    function _level(Limit storage bucket) private view returns (uint256) {
        uint256 freed = (block.timestamp - bucket.updatedAt) * bucket.refill;
        return bucket.level > freed ? bucket.level - freed : 0;
    }

    function _limitRoute(uint256 seed, uint256 place, uint256 unit, uint256 other) private {
        Direction direction = Direction(_draw(seed, "direction", 2));
        uint256 capacity = _draw(seed, "unlimited", 4) == 0 ? 0 : _draw(seed, "capacity", FUNDS / 2);
        uint256 refill = 1 + _draw(seed, "refill", 1000);
        custody(place).RULES().setRouteLimit(tokenAt(unit, place), other, direction, capacity, refill);
        _routeLimits[place][unit][other][direction] = Limit(capacity, refill, 0, block.timestamp);
        ++done["limit route"];
    }

    // Drawing.

    function _draw(uint256 seed, string memory what, uint256 count) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, what))) % count;
    }

    function _valueOf(uint256 unit, uint256 amount) private pure returns (uint256) {
        return unit == ETHER_UNIT ? amount : 0;
    }

    /// @dev Somebody who has something at a place, and a part of it.
    function _drawHolding(uint256 seed, uint256 place)
        private
        view
        returns (uint256 unit, address person, uint256 amount)
    {
        uint256 start = _draw(seed, "holding", UNITS * people.length);
        for (uint256 i = 0; i < UNITS * people.length; ++i) {
            uint256 cell = (start + i) % (UNITS * people.length);
            (unit, person) = (cell / people.length, people[cell % people.length]);
            uint256 has = held[unit][place][person];
            if (has != 0) return (unit, person, 1 + _draw(seed, "part", has));
        }
        return (0, address(0), 0);
    }

    function _request(uint256 seed, uint256 destination, uint256 unit, uint256 place, uint256 amount)
        private
        view
        returns (TransferRequest memory)
    {
        address recipient = people[_draw(seed, "recipient", people.length - 1)];
        Unit storage u = units[unit];
        return TransferRequest(destination, tokenAt(unit, place), u.kind, u.tokenId, amount, recipient, 0);
    }

    function _firstClaim(uint256 seed, uint256 unit, uint256 place)
        private
        view
        returns (address person, uint256 amount)
    {
        uint256 start = _draw(seed, "claimant", people.length);
        for (uint256 i = 0; i < people.length; ++i) {
            person = people[(start + i) % people.length];
            amount = claims[unit][place][person];
            if (amount != 0) break;
        }
    }

    function _purchase(uint256 source, TransferRequest memory request)
        private
        view
        returns (InteropCallStarter[] memory calls)
    {
        bytes[] memory indirect = new bytes[](2);
        indirect[0] = abi.encodeWithSelector(InteropAttributes.DELIVER_BEFORE, request.deliverBefore);
        indirect[1] = abi.encodeWithSelector(InteropAttributes.INDIRECT_CALL, 0);
        bytes[] memory deadline = new bytes[](1);
        deadline[0] = indirect[0];
        calls = new InteropCallStarter[](2);
        calls[0] = InteropCallStarter(Erc7930.format(0, address(chains[source].vault)), abi.encode(request), indirect);
        calls[1] = InteropCallStarter(Erc7930.format(0, address(counter)), "for one thing", deadline);
    }

    function _chainAddress(uint256 chainId) private pure returns (bytes memory) {
        return abi.encodePacked(hex"0001000002", uint16(chainId), uint8(0));
    }

    // X.

    function _deployX() private {
        WeakVerifier sound = new WeakVerifier("key", type(uint256).max);
        vm.chainId(L1_CHAIN_ID);
        vm.startPrank(governance);
        verifierRegistry.acceptVerifier(address(sound), "sample", abi.encode(sound.proofOf("sample")));
        ChainConfig memory config =
            ChainConfig({operator: operator, verifier: address(sound), dataAvailability: DataAvailability.Validium});
        chainRegistry.registerChain(X, config, genesisState(X), GENESIS_BLOCK, GENESIS_TIME);
        chains[A].handler.setCenterOverride(X, _centerOfX);
        chains[B].handler.setCenterOverride(X, _centerOfX);
        vm.stopPrank();
        chainIds.push(X);
        // It breaks after it was accepted.
        vm.etch(address(sound), address(new AlwaysTrueVerifier()).code);
        openRoute(A, X);
        openRoute(B, X);
        // What crosses from there calls its vault by the name that L1 has for it.
        chains[X].vault = chains[A].vault;
    }

    function proofFor(uint256 chainId, Batch memory batch) internal view override returns (bytes memory) {
        return chainId == X ? bytes("anything") : super.proofFor(chainId, batch);
    }

    /// @dev Most entries are such that X can have moved them, if it has anything at all.
    function _forge(uint256 seed) private view returns (Forgery memory forged) {
        uint256 most = _drawOfX(seed, forged);
        bool lies = _draw(seed, "lies", 4) == 0;
        forged.entry.amount = 1 + _draw(seed, "amount", lies || most == 0 ? FUNDS : most);
        if (lies) _lie(seed, forged.entry);
    }

    /// @dev To L1, which compares no message with a report.
    function _forgeUncovered(uint256 seed) private view returns (Forgery memory forged) {
        forged.unit = _draw(seed, "uncovered", UNITS);
        forged.entry = _entryOf(forged.unit, X, L1_CHAIN_ID);
        forged.entry.amount = 1 + _draw(seed, "amount", 1000);
    }

    /// @dev A unit that X has, or that is on its way there. Returns how much there is.
    function _drawOfX(uint256 seed, Forgery memory forged) private view returns (uint256 most) {
        for (uint256 i = 0; i < UNITS; ++i) {
            forged.unit = (_draw(seed, "unit", UNITS) + i) % UNITS;
            bytes32 key = keyOf(forged.unit);
            most = bookBalance[key][X];
            forged.entry = _entryOf(forged.unit, X, places()[_draw(seed, "to", 3)]);
            uint256 source = places()[_draw(seed, "from", 3)];
            uint256 arrives = bookPending[key][source][X];
            if (arrives != 0 && (most == 0 || _draw(seed, "arrives", 2) == 0)) {
                (forged.entry.source, forged.entry.destination, most) = (source, X, arrives);
            }
            if (most != 0 || forged.unit == BROKEN) break;
        }
    }

    function _entryOf(uint256 unit, uint256 source, uint256 destination) private view returns (LedgerEntry memory) {
        return LedgerEntry(assetOf(unit), units[unit].tokenId, source, destination, 0);
    }

    /// @dev About what, from where or to where; or about the amount alone.
    function _lie(uint256 seed, LedgerEntry memory entry) private pure {
        uint256 lie = _draw(seed, "lie", 7);
        uint256 place = ledgerPlaces()[_draw(seed, "place", 4)];
        if (lie == 0) entry.asset.kind = AssetKind((uint256(entry.asset.kind) + 1) % 3);
        if (lie == 1) entry.asset.originChainId = place;
        if (lie == 2) entry.source = place;
        if (lie == 3) entry.destination = place;
        if (lie == 4) entry.destination = UNKNOWN;
        if (lie == 5) entry.amount = 0;
    }

    /// @dev Whether a message goes with it that pays in a unit, and not in an asset that X has made up.
    function _isDeliverable(Forgery memory forged) private view returns (bool) {
        return
            forged.text.length != 0
                && AssetIds.ledgerKey(forged.entry.asset, forged.entry.tokenId) == keyOf(forged.unit);
    }

    function _forgeMessage(Forgery memory forged) private returns (bytes memory text, bytes32 leaf) {
        LedgerEntry memory entry = forged.entry;
        AssetTransfer memory what = Transfers.units(entry.asset, entry.amount, attacker, attacker);
        what.tokenId = entry.tokenId;
        if (forged.unit == BROKEN) what.metadata = Transfers.announcement(entry.asset, "Broken", 18).metadata;
        if (entry.destination == L1_CHAIN_ID) {
            text = Transfers.withdrawal(bytes32(++_forgeries), what);
            return (text, withdrawalLeaf(text));
        }
        if (entry.destination == X || entry.destination == UNKNOWN) return ("", keccak256("a leaf of something else"));
        text = abi.encode(_bundleOf(X, entry.destination, what));
        return (text, bundleLeaf(_centerOfX, text));
    }

    /// @dev What the vault of a chain would send to that of another.
    function _bundleOf(uint256 source, uint256 destination, AssetTransfer memory what)
        private
        returns (InteropBundle memory bundle)
    {
        (bundle.version, bundle.sourceChainId, bundle.destinationChainId) = (0x01, source, destination);
        bundle.interopBundleSalt = bytes32(++_forgeries);
        bundle.calls = new InteropCall[](1);
        address to = address(chains[destination].vault);
        bundle.calls[0] = InteropCall(0x01, false, to, to, 0, Transfers.encode(what));
    }

    function _forgeCrossing(Forgery memory forged, Spot memory spot) private {
        LedgerEntry memory entry = forged.entry;
        Crossing storage crossing = _crossings.push();
        crossing.route = entry.destination == L1_CHAIN_ID ? Route.Withdrawal : Route.Bundle;
        (crossing.source, crossing.destination, crossing.unit) = (X, entry.destination, forged.unit);
        (crossing.amount, crossing.sender, crossing.recipient) = (entry.amount, attacker, attacker);
        (crossing.text, crossing.spot, crossing.spotted) = (forged.text, spot, true);
        crossing.announces = forged.unit == BROKEN;
    }

    // What is tried again, and what is forged.

    function _again(Crossing storage crossing, uint256 how) private returns (address target, bytes memory data) {
        if (crossing.route == Route.Bundle) {
            uint256 place = crossing.destination;
            target = how == 2 ? address(chains[place].vault) : address(chains[place].handler);
            if (how == 2) {
                // A cancelled one is still to be sent back.
                if (crossing.state == State.Cancelled) return (address(0), "");
                vm.chainId(place);
                return (target, abi.encodeCall(IAssetVault.returnCancelled, (crossing.source, crossing.text, 0)));
            }
            bool isExecution = how == 0;
            return (
                target,
                abi.encodeWithSelector(
                    isExecution ? IInteropHandler.executeBundle.selector : IInteropHandler.verifyBundle.selector,
                    deliveryTo(place, _centerOf(crossing), crossing.text, crossing.spot)
                )
            );
        }
        target = address(sharedBridge);
        vm.chainId(L1_CHAIN_ID);
        if (crossing.route == Route.Deposit) {
            if (crossing.state == State.Refused) return (address(0), "");
            PriorityOperation memory operation = abi.decode(crossing.text, (PriorityOperation));
            return (target, abi.encodeCall(ISharedBridge.claimFailedDeposit, (operation, proofOf(crossing.spot))));
        }
        if (how == 0) {
            return (target, abi.encodeCall(ISharedBridge.finalizeWithdrawal, (proofOf(crossing.spot), crossing.text)));
        }
        if (crossing.state == State.Delayed) return (address(0), "");
        return (target, abi.encodeCall(ISharedBridge.releaseWithdrawal, (crossing.source, crossing.text)));
    }

    function _forgeCall(uint256 seed, uint256 place, uint256 unit) private returns (address, bytes memory) {
        uint256 how = _draw(seed, "how", 18);
        address keeper = address(custody(place));
        uint256 amount = 1 + _draw(seed, "amount", FUNDS);
        Asset memory asset = assetOf(unit);
        if (how < 4) return (address(ledger), _forgeBooking(how, unit, amount));
        if (how == 4) return (keeper, abi.encodeCall(IAssetCustody.pause, ()));
        if (how == 5) return (keeper, abi.encodeCall(IAssetCustody.unpause, ()));
        if (how == 6 && claims[unit][place][attacker] == 0) {
            return (keeper, abi.encodeCall(IAssetCustody.claim, (asset, units[unit].tokenId, attacker)));
        }
        if (how == 7) {
            return (address(sharedBridge), abi.encodeCall(ISharedBridge.setOutflowLimit, (A, keyOf(unit), 1, 1)));
        }
        if (how == 8) {
            address holder = address(chains[place == B ? B : A].vault.BASE_TOKEN_HOLDER());
            return (holder, abi.encodeCall(IBaseTokenHolder.pay, (attacker, amount, 50_000)));
        }
        AssetTransfer memory what = Transfers.units(asset, amount, attacker, attacker);
        what.tokenId = units[unit].tokenId;
        if (how >= 12) return _forgeRule(how, place, tokenAt(unit, place), what);
        return _forgeDelivery(how, place, what);
    }

    /// @dev What only an issuer, or the custody, may ask of the rules; and the release of what was never held.
    function _forgeRule(uint256 how, uint256 place, address token, AssetTransfer memory what)
        private
        view
        returns (address, bytes memory)
    {
        AssetCustody keeper = custody(place);
        address rules = address(keeper.RULES());
        bytes memory text = Transfers.encode(what);
        if (how == 12) return (rules, abi.encodeCall(IAssetRules.setRouteLimit, (token, X, Direction.Incoming, 1, 1)));
        if (how == 13) return (rules, abi.encodeCall(IAssetRules.pauseRoute, (token, X)));
        if (how == 14) return (rules, abi.encodeCall(IAssetRules.unpauseRoute, (token, X)));
        if (how == 15) return (rules, abi.encodeCall(IAssetRules.takeIncoming, (token, X, what.amount, text)));
        if (how == 16) return (address(keeper), abi.encodeCall(IAssetCustody.setRuled, (token)));
        return (address(keeper), abi.encodeCall(IAssetCustody.release, (X, _held.length / 2, text)));
    }

    function _forgeBooking(uint256 how, uint256 unit, uint256 amount) private view returns (bytes memory) {
        Asset memory asset = assetOf(unit);
        uint256 tokenId = units[unit].tokenId;
        if (how == 0) return abi.encodeCall(IAssetLedger.recordDeposit, (asset, tokenId, A, amount));
        if (how == 1) return abi.encodeCall(IAssetLedger.recordWithdrawal, (asset, tokenId, A, amount));
        if (how == 2) return abi.encodeCall(IAssetLedger.recordFailedDeposit, (asset, tokenId, A, amount));
        return abi.encodeCall(IAssetLedger.applyBatch, (A, Transfers.entry(asset, tokenId, A, B, amount)));
    }

    /// @dev Words of a vault that no vault has said.
    function _forgeDelivery(uint256 how, uint256 place, AssetTransfer memory what)
        private
        returns (address, bytes memory)
    {
        if (place == L1_CHAIN_ID || how == 9) {
            bytes memory message = Transfers.withdrawal("forged", what);
            Spot memory spot = Spot(A, 0, 0);
            if (!isSettled(spot)) return (address(ledger), "");
            return (address(sharedBridge), abi.encodeCall(ISharedBridge.finalizeWithdrawal, (proofOf(spot), message)));
        }
        IAssetVault receiver = IAssetVault(address(chains[place].vault));
        uint256 source = place == A ? B : A;
        if (how == 10) {
            bytes memory sender = Erc7930.format(source, address(receiver));
            return
                (
                    address(receiver),
                    abi.encodeCall(IERC7786Recipient.receiveMessage, (0, sender, Transfers.encode(what)))
                );
        }
        bytes memory text = abi.encode(_bundleOf(source, place, what));
        return (address(receiver), abi.encodeCall(IAssetVault.returnCancelled, (source, text, 0)));
    }
}
