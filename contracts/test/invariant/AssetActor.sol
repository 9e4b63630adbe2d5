// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IAssetCustody} from "../../src/interfaces/IAssetCustody.sol";
import {Direction, IAssetRules} from "../../src/interfaces/IAssetRules.sol";
import {IAssetVault} from "../../src/interfaces/IAssetVault.sol";
import {IInteropHandler} from "../../src/interfaces/IInteropHandler.sol";
import {ISharedBridge} from "../../src/interfaces/ISharedBridge.sol";
import {Erc7930} from "../../src/libraries/Erc7930.sol";
import {InteropAttributes} from "../../src/messaging/InteropAttributes.sol";
import {AssetKind, LedgerEntry, TransferRequest} from "../../src/types/Assets.sol";
import {InteropCallStarter} from "../../src/types/Bundles.sol";
import {PriorityOperation} from "../../src/types/PriorityOperations.sol";
import {Vm} from "../base/Vm.sol";
import {WeakLedger} from "../mocks/WeakLedger.sol";
import {AssetAttacker} from "./AssetAttacker.sol";

/// @notice Everybody at once: senders, relayers, operators, a pauser, an issuer, an attacker, and X, a chain whose verifier
/// accepts everything.
contract AssetActor is AssetAttacker {
    /// @dev Too little to pay anybody with.
    uint64 private constant SCARCE_GAS = 30_000;

    constructor() {
        deployNetwork();
        _deployX();
        openBook();
        vm.deal(address(this), 0);
    }

    /// @notice Puts another ledger in the place of the real one, before anything is booked.
    function weaken(WeakLedger.Weakness weakness) external {
        WeakLedger weak =
            new WeakLedger(weakness, address(chainRegistry), address(settlement), bridge, address(swapRegistry));
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
        request.deliverBefore = block.timestamp + 1 + _draw(seed, "until", 4 hours);
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
        Crossing storage crossing = crossings[index];
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
        Crossing storage crossing = crossings[index];
        // What honest chains have sent is always there to be withdrawn.
        bytes32 key = keyOf(crossing.unit);
        bool isCovered = crossing.source != X || bookPending[key][X][L1_CHAIN_ID] >= crossing.amount;
        bytes memory data = abi.encodeCall(ISharedBridge.finalizeWithdrawal, (proofOf(crossing.spot), crossing.text));
        vm.chainId(L1_CHAIN_ID);
        vm.recordLogs();
        if (!_expectResolved(_attempt(address(sharedBridge), data, stranger), isCovered)) return;
        crossing.payableAt = block.timestamp;
        if (crossing.amount != 0) {
            crossing.payableAt = _take(outflowLimits[crossing.source][crossing.unit], crossing.amount);
            bookArrival(key, units[crossing.unit].home, crossing.source, L1_CHAIN_ID, crossing.amount);
        }
        if (crossing.payableAt > block.timestamp) {
            _enter(index, State.Delayed);
            ++done["delayed"];
            return;
        }
        _arrive(crossing, vm.getRecordedLogs());
        ++done[crossing.source == X ? "finalized from X" : "finalized"];
    }

    function release(uint256 seed) external {
        (bool found, uint256 index) = _drawEver(seed, State.Delayed);
        if (!found) return;
        Crossing storage crossing = crossings[index];
        bool isDelayed = crossing.state == State.Delayed;
        bytes memory data = abi.encodeCall(ISharedBridge.releaseWithdrawal, (crossing.source, crossing.text));
        vm.chainId(L1_CHAIN_ID);
        vm.recordLogs();
        bool released = _attempt(address(sharedBridge), data, stranger);
        if (released && !isDelayed) ++repeated;
        if (!_expectResolved(released, isDelayed && block.timestamp >= crossing.payableAt)) return;
        _arrive(crossing, vm.getRecordedLogs());
        ++done["released"];
    }

    /// @notice What waits for its issuer's rules, due or not, released before or not.
    function letPass(uint256 seed) external {
        if (heldBack.length == 0) return;
        Held storage what = heldBack[_draw(seed, "which", heldBack.length)];
        bool isOpen = !isRoutePaused[what.place][what.unit][what.source];
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
        Crossing storage crossing = crossings[index];
        if (crossing.destination == X) return;
        bool isExpired = crossing.deliverBefore != 0 && block.timestamp > crossing.deliverBefore;
        bytes memory data = abi.encodeCall(
            IInteropHandler.cancelExpired,
            (deliveryTo(crossing.destination, _centerOf(crossing), crossing.text, crossing.spot))
        );
        bool cancelled = _attempt(address(chains[crossing.destination].handler), data, stranger);
        if (!_expectResolved(cancelled, isExpired)) return;
        _enter(index, State.Cancelled);
        _remember(index);
        ++done["cancelled"];
    }

    function returnCancelled(uint256 seed) external {
        (bool found, uint256 index) = _drawEver(seed, State.Cancelled);
        if (!found) return;
        Crossing storage crossing = crossings[index];
        uint256 place = crossing.destination;
        bytes memory data = abi.encodeCall(IAssetVault.returnCancelled, (crossing.source, crossing.text, 0));
        vm.chainId(place);
        vm.recordLogs();
        bool returned = _attempt(address(chains[place].vault), data, stranger);
        if (returned && crossing.state == State.Returned) ++repeated;
        if (!_expectResolved(returned, crossing.state == State.Cancelled)) return;
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
        (bool found, uint256 index) = _drawEver(seed, State.Refused);
        if (!found) return;
        _recover(index, crossings[index].state == State.Refused);
    }

    // Time, pauses, limits, an issuer, a counter that shuts.

    function pass(uint256 seed) external {
        // Operations of the queue must not expire: nobody settles late enough for that here.
        if (block.timestamp > START_TIME + 12 hours) return;
        vm.warp(block.timestamp + _draw(seed, "seconds", 1200));
        vm.roll(block.number + 1);
        ++done["pass"];
    }

    function pause(uint256 seed) external {
        uint256 place = places()[_draw(seed, "place", 3)];
        vm.chainId(place);
        if (isPaused[place]) {
            vm.prank(governance);
            custody(place).unpause();
        } else if (_draw(seed, "pause", 3) == 0) {
            vm.prank(pauser);
            custody(place).pause();
        } else {
            return;
        }
        isPaused[place] = !isPaused[place];
        ++done["pause"];
    }

    function limit(uint256 seed) external {
        (uint256 chainId, uint256 unit) = (chainIds[_draw(seed, "chain", 3)], _draw(seed, "unit", UNITS));
        (uint256 capacity, uint256 refill) = (_draw(seed, "capacity", FUNDS / 10), 1 + _draw(seed, "refill", 1000));
        vm.chainId(L1_CHAIN_ID);
        vm.prank(governance);
        sharedBridge.setOutflowLimit(chainId, keyOf(unit), capacity, refill);
        outflowLimits[chainId][unit] = Limit(capacity, refill, 0, block.timestamp);
        ++done["limit"];
    }

    /// @notice The issuer limits or pauses a route of its token, or opens it again.
    function rule(uint256 seed) external {
        (uint256 place, uint256 unit) = (places()[_draw(seed, "place", 3)], issued()[_draw(seed, "unit", 3)]);
        uint256 other = ledgerPlaces()[_draw(seed, "other", 4)];
        address token = tokenAt(unit, place);
        if (other == place || token == address(0)) return;
        IAssetRules rules = custody(place).RULES();
        vm.chainId(place);
        vm.startPrank(issuer);
        if (_draw(seed, "what", 2) == 0) {
            _limitRoute(seed, place, unit, other);
        } else if (isRoutePaused[place][unit][other]) {
            rules.unpauseRoute(token, other);
            isRoutePaused[place][unit][other] = false;
            ++done["open route"];
        } else if (_draw(seed, "pause", 3) == 0) {
            rules.pauseRoute(token, other);
            isRoutePaused[place][unit][other] = true;
            ++done["pause route"];
        }
        vm.stopPrank();
    }

    function shut(uint256 seed) external {
        counter.setShut(_draw(seed, "shut", 3) == 0);
    }

    // How it is done.

    /// @dev The chain runs all that waits in its queue, in order.
    function _process(uint256 chainId) private {
        for (uint256 i = 0; i < crossings.length; ++i) {
            Crossing storage crossing = crossings[i];
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
                _enter(i, State.Refused);
                ++done["deposit refused"];
            }
        }
    }

    function _limitRoute(uint256 seed, uint256 place, uint256 unit, uint256 other) private {
        Direction direction = Direction(_draw(seed, "direction", 2));
        uint256 capacity = _draw(seed, "unlimited", 4) == 0 ? 0 : _draw(seed, "capacity", FUNDS / 20);
        uint256 refill = 1 + _draw(seed, "refill", 1000);
        custody(place).RULES().setRouteLimit(tokenAt(unit, place), other, direction, capacity, refill);
        routeLimits[place][unit][other][direction] = Limit(capacity, refill, 0, block.timestamp);
        ++done["limit route"];
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
}
