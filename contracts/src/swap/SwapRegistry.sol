// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IAssetLedger} from "../interfaces/IAssetLedger.sol";
import {IBatchSettlement} from "../interfaces/IBatchSettlement.sol";
import {IChainRegistry} from "../interfaces/IChainRegistry.sol";
import {IPriorityQueue} from "../interfaces/IPriorityQueue.sol";
import {ISharedBridge} from "../interfaces/ISharedBridge.sol";
import {ISwapRegistry} from "../interfaces/ISwapRegistry.sol";
import {IVersioned} from "../interfaces/IVersioned.sol";
import {AssetTransfers} from "../libraries/AssetTransfers.sol";
import {SwapIds} from "../libraries/SwapIds.sol";
import {AssetTransfer} from "../types/Assets.sol";
import {
    SwapChange,
    SwapCommand,
    SwapEffect,
    SwapLeg,
    SwapOutcome,
    SwapPayload,
    SwapPreimage,
    SwapSlot,
    Tombstone
} from "../types/Swaps.sol";

/// @title The registry of all swaps, on L1
/// @notice Governance sets times here and nothing else: no key decides a swap, or moves what one holds. Every change is written
/// before another contract is called, and the only one that calls foreign code, the shared bridge, is called last.
contract SwapRegistry is ISwapRegistry, IVersioned, AccessManaged {
    /// @dev 0 stands for the default.
    struct Times {
        uint64 forceAfter;
        uint64 grace;
    }

    /// @dev Tombstones of a chain, by index; the first `buried` of them are buried.
    struct Graveyard {
        uint128 placed;
        uint128 buried;
        mapping(uint256 index => Tombstone) tombstones;
    }

    /// @dev The last command of its kind to a chain: how many operations the chain's queue had with it, and what the chain was told
    /// of another one.
    struct Given {
        uint64 end;
        bool isFrozen;
    }

    uint64 private constant DEFAULT_TIME = 1 hours;

    /// @inheritdoc ISwapRegistry
    /// @dev Small on purpose: no time here is what keeps anybody's assets safe. A chain that is forced early decides as it would
    /// have later, and grace runs only after an operation of the chain's queue has expired. A network for tests may use seconds.
    uint64 public constant MIN_TIME = 1;

    /// @inheritdoc ISwapRegistry
    /// @dev What keeps governance from closing the ways out by setting times that never come.
    uint64 public constant MAX_TIME = 7 days;

    IChainRegistry private immutable REGISTRY;
    IBatchSettlement private immutable SETTLEMENT;
    IAssetLedger private immutable LEDGER;
    IPriorityQueue private immutable PRIORITY_QUEUE;
    ISharedBridge private immutable BRIDGE;
    address private immutable SWAP;

    mapping(uint256 source => mapping(bytes32 swapId => SwapSlot)) private _slots;
    mapping(uint256 chainId => Times) private _times;
    mapping(uint256 chainId => Graveyard) private _graveyards;

    /// @dev By swap id, or by the chain that it is about.
    mapping(uint256 chainId => mapping(bytes32 subject => Given)) private _given;

    modifier onlySettlement() {
        require(msg.sender == address(SETTLEMENT), SwapRegistryNotSettlement(msg.sender, address(SETTLEMENT)));
        _;
    }

    /// @param authority_ AccessManager of L1.
    /// @param registry Address at which the chain registry stands or will stand.
    /// @param settlement Address at which the batch settlement stands or will stand.
    /// @param ledger Address at which the asset ledger stands or will stand.
    /// @param priorityQueue Address at which the priority queue stands or will stand.
    /// @param bridge Address at which the shared bridge stands or will stand.
    /// @param swap Address at which the atomic swap contract stands on every chain of the network.
    constructor(
        address authority_,
        address registry,
        address settlement,
        address ledger,
        address priorityQueue,
        address bridge,
        address swap
    ) AccessManaged(authority_) {
        require(authority_ != address(0) && registry != address(0), SwapRegistryZeroAddress());
        require(settlement != address(0) && ledger != address(0), SwapRegistryZeroAddress());
        require(priorityQueue != address(0) && bridge != address(0) && swap != address(0), SwapRegistryZeroAddress());
        REGISTRY = IChainRegistry(registry);
        SETTLEMENT = IBatchSettlement(settlement);
        LEDGER = IAssetLedger(ledger);
        PRIORITY_QUEUE = IPriorityQueue(priorityQueue);
        BRIDGE = ISharedBridge(bridge);
        SWAP = swap;
    }

    /// @inheritdoc ISwapRegistry
    function creditBatch(uint256 chainId, SwapEffect[] calldata effects, bool buriesAll) external onlySettlement {
        Graveyard storage graveyard = _graveyards[chainId];
        (uint256 placed, uint256 before) = (graveyard.placed, graveyard.buried);
        uint256 buried = before;
        for (uint256 i = 0; i < effects.length; ++i) {
            if (effects[i].change == SwapChange.Buried) {
                _checkTombstone(chainId, graveyard.tombstones[buried], effects[i]);
                ++buried;
            } else {
                require(buried == placed, SwapRegistryTombstonesFirst(chainId, placed - buried));
                _credit(chainId, effects[i]);
            }
        }
        require(!buriesAll || buried == placed, SwapRegistryTombstonesFirst(chainId, placed - buried));
        if (buried != before) graveyard.buried = SafeCast.toUint128(buried);
    }

    /// @inheritdoc ISwapRegistry
    function debitBatch(uint256 chainId, SwapEffect[] calldata effects) external onlySettlement {
        for (uint256 i = 0; i < effects.length; ++i) {
            SwapChange change = effects[i].change;
            if (change == SwapChange.Opened) _open(chainId, effects[i]);
            else if (change == SwapChange.Executed) _hold(chainId, effects[i].returned);
        }
    }

    /// @inheritdoc ISwapRegistry
    function forceResolve(uint256 source, bytes32 swapId) external returns (bytes32 operationHash) {
        return _force(source, swapId, SwapCommand.Resolve, abi.encode(source, swapId));
    }

    /// @inheritdoc ISwapRegistry
    function forceExecute(SwapPreimage calldata preimage) external returns (bytes32 operationHash) {
        bytes32 swapId = _idOf(preimage);
        return _force(preimage.header.sourceChainId, swapId, SwapCommand.Execute, abi.encode(preimage));
    }

    /// @inheritdoc ISwapRegistry
    function forceClose(SwapPreimage calldata preimage, bytes calldata output)
        external
        returns (bytes32 operationHash)
    {
        (uint256 source, bytes32 swapId) = (preimage.header.sourceChainId, _idOf(preimage));
        SwapSlot storage slot = _decided(source, swapId);
        _requireTime(slot.changedAt + _forceAfter(source));
        require(!_stands(source, swapId), SwapRegistryAlreadyForced(swapId));
        bytes memory said = "";
        if (slot.outcome == SwapOutcome.Executed) {
            SwapLeg memory leg = _legIn(swapId, slot.heldHash, output);
            said = _spell(leg, SWAP, _payloadOf(preimage).beneficiary);
        } else {
            require(output.length == 0, SwapRegistryWrongOutput(swapId));
        }
        _note(source, swapId, false);
        operationHash = _command(source, SwapCommand.Close, abi.encode(preimage, slot.outcome, said));
        emit SwapForced(source, swapId, source, operationHash);
    }

    /// @inheritdoc ISwapRegistry
    function l1Cancel(uint256 source, bytes32 swapId) external returns (bytes32 operationHash) {
        SwapSlot storage slot = _pending(source, swapId);
        uint256 destination = slot.destination;
        _requireGraceOver(destination);
        _decide(slot, source, swapId, SwapOutcome.Cancelled, slot.heldHash, true);
        _placeTombstone(destination, source, swapId);
        return _command(source, SwapCommand.Refundable, abi.encode(swapId));
    }

    /// @inheritdoc ISwapRegistry
    function l1Claim(SwapPreimage calldata preimage, bytes calldata output) external {
        (uint256 source, bytes32 swapId) = (preimage.header.sourceChainId, _idOf(preimage));
        SwapSlot storage slot = _decided(source, swapId);
        _requireGraceOver(source);
        SwapLeg memory leg;
        if (slot.outcome == SwapOutcome.Executed) {
            leg = _legIn(swapId, slot.heldHash, output);
        } else {
            require(output.length == 0, SwapRegistryWrongOutput(swapId));
            leg = _legIn(swapId, slot.heldHash, _transferIn(preimage.payload));
        }
        uint256 home = leg.asset.originChainId;
        require(home != source, SwapRegistryNotBackedByL1(swapId, home));

        bytes memory text = _spell(leg, preimage.header.sender, _payloadOf(preimage).l1Recipient);
        _close(slot, source, swapId, block.chainid);
        _placeTombstone(source, source, swapId);
        LEDGER.release(leg.asset, leg.tokenId, block.chainid, leg.amount);
        BRIDGE.payClaim(text, source);
    }

    /// @inheritdoc ISwapRegistry
    function tellStatus(uint256 told, uint256 about) external returns (bytes32 operationHash) {
        _requireRegistered(about);
        bytes32 subject = bytes32(about);
        bool isFrozen = SETTLEMENT.frozenAt(about) != 0;
        require(
            !_stands(told, subject) || _given[told][subject].isFrozen != isFrozen,
            SwapRegistryAlreadyTold(told, about, isFrozen)
        );
        _note(told, subject, isFrozen);
        return _command(told, SwapCommand.Destination, abi.encode(about, isFrozen));
    }

    /// @inheritdoc ISwapRegistry
    function setTimes(uint256 chainId, uint64 forceAfter, uint64 grace) external restricted {
        _requireRegistered(chainId);
        _checkTime(forceAfter);
        _checkTime(grace);
        _times[chainId] = Times(forceAfter, grace);
        emit SwapTimesSet(chainId, forceAfter, grace);
    }

    /// @inheritdoc ISwapRegistry
    function slotOf(uint256 source, bytes32 swapId) external view returns (SwapSlot memory) {
        return _slots[source][swapId];
    }

    /// @inheritdoc ISwapRegistry
    function timesOf(uint256 chainId) external view returns (uint64 forceAfter, uint64 grace) {
        return (_forceAfter(chainId), _grace(chainId));
    }

    /// @inheritdoc ISwapRegistry
    function outstandingTombstones(uint256 chainId) external view returns (Tombstone[] memory outstanding) {
        Graveyard storage graveyard = _graveyards[chainId];
        (uint256 placed, uint256 buried) = (graveyard.placed, graveyard.buried);
        outstanding = new Tombstone[](placed - buried);
        for (uint256 i = 0; i < outstanding.length; ++i) {
            outstanding[i] = graveyard.tombstones[buried + i];
        }
    }

    /// @inheritdoc IVersioned
    function version() external pure returns (uint256) {
        return 1;
    }

    /// @dev What a chain says of swaps that were open before: each end its own part. Swaps that it opens are not judged here.
    function _credit(uint256 chainId, SwapEffect calldata effect) private {
        SwapChange change = effect.change;
        if (change == SwapChange.Opened) return;
        bool decides = change == SwapChange.Executed || change == SwapChange.Cancelled;
        (uint256 source, uint256 destination, bytes32 swapId) = (effect.source, effect.destination, effect.swapId);
        require((decides ? destination : source) == chainId, SwapRegistryForeignEffect(chainId, source, destination));
        SwapSlot storage slot = decides ? _pending(source, swapId) : _known(source, swapId);
        require(slot.destination == destination, SwapRegistryWrongDestination(swapId, slot.destination, destination));
        if (change == SwapChange.Cancelled) {
            _decide(slot, source, swapId, SwapOutcome.Cancelled, slot.heldHash, false);
            return;
        }
        bytes32 given = SwapIds.legHash(effect.leg);
        if (!decides) _checkClosing(slot, swapId, change);
        require(given == slot.heldHash, SwapRegistryWrongLeg(swapId, slot.heldHash, given));
        if (decides) {
            _decide(slot, source, swapId, SwapOutcome.Executed, SwapIds.legHash(effect.returned), false);
        } else {
            _close(slot, source, swapId, chainId);
        }
        LEDGER.release(effect.leg.asset, effect.leg.tokenId, chainId, effect.leg.amount);
    }

    function _open(uint256 chainId, SwapEffect calldata effect) private {
        (uint256 source, uint256 destination, bytes32 swapId) = (effect.source, effect.destination, effect.swapId);
        require(source == chainId && destination != chainId, SwapRegistryForeignEffect(chainId, source, destination));
        _requireRegistered(destination);
        SwapSlot storage slot = _slots[source][swapId];
        require(!slot.isKnown, SwapRegistryAlreadyOpen(source, swapId));
        slot.isKnown = true;
        slot.destination = SafeCast.toUint64(destination);
        slot.changedAt = SafeCast.toUint64(block.timestamp);
        slot.heldHash = SwapIds.legHash(effect.leg);
        emit SwapOpened(source, swapId, destination, effect.leg);
        _hold(chainId, effect.leg);
    }

    function _hold(uint256 chainId, SwapLeg calldata leg) private {
        LEDGER.hold(leg.asset, leg.tokenId, chainId, leg.amount);
    }

    /// @dev Asks the destination once. A second time would change nothing: the first decides.
    function _force(uint256 source, bytes32 swapId, SwapCommand command, bytes memory what)
        private
        returns (bytes32 operationHash)
    {
        SwapSlot storage slot = _pending(source, swapId);
        uint256 destination = slot.destination;
        require(!slot.isForced, SwapRegistryAlreadyForced(swapId));
        _requireTime(slot.changedAt + _forceAfter(destination));
        slot.isForced = true;
        operationHash = _command(destination, command, what);
        emit SwapForced(source, swapId, destination, operationHash);
    }

    /// @dev The next operation of the chain's queue is about `subject`.
    function _note(uint256 chainId, bytes32 subject, bool isFrozen) private {
        _given[chainId][subject] = Given(PRIORITY_QUEUE.tail(chainId) + 1, isFrozen);
    }

    function _command(uint256 chainId, SwapCommand command, bytes memory what) private returns (bytes32) {
        return PRIORITY_QUEUE.requestSystem(chainId, SWAP, abi.encode(command, what));
    }

    function _decide(
        SwapSlot storage slot,
        uint256 source,
        bytes32 swapId,
        SwapOutcome outcome,
        bytes32 heldHash,
        bool byL1
    ) private {
        slot.outcome = outcome;
        slot.changedAt = SafeCast.toUint64(block.timestamp);
        if (outcome == SwapOutcome.Executed) slot.heldHash = heldHash;
        emit SwapDecided(source, swapId, outcome, heldHash, byL1);
    }

    function _close(SwapSlot storage slot, uint256 source, bytes32 swapId, uint256 chainId) private {
        slot.isClosed = true;
        slot.changedAt = SafeCast.toUint64(block.timestamp);
        slot.heldHash = bytes32(0);
        emit SwapClosed(source, swapId, chainId);
    }

    function _placeTombstone(uint256 chainId, uint256 source, bytes32 swapId) private {
        Graveyard storage graveyard = _graveyards[chainId];
        uint256 index = graveyard.placed;
        graveyard.placed = SafeCast.toUint128(index + 1);
        graveyard.tombstones[index] = Tombstone(source, swapId);
        emit TombstonePlaced(chainId, index, source, swapId);
    }

    /// @dev Nobody needs to repeat what the chain has not consumed yet. Once it has, a repetition can help: it may have failed.
    function _stands(uint256 chainId, bytes32 subject) private view returns (bool) {
        return _given[chainId][subject].end > PRIORITY_QUEUE.head(chainId);
    }

    function _requireRegistered(uint256 chainId) private view {
        require(REGISTRY.isRegistered(chainId), SwapRegistryUnknownChain(chainId));
    }

    function _requireGraceOver(uint256 chainId) private view {
        uint64 frozenAt = SETTLEMENT.frozenAt(chainId);
        require(frozenAt != 0, SwapRegistryNotFrozen(chainId));
        _requireTime(frozenAt + _grace(chainId));
    }

    function _requireTime(uint256 notBefore) private view {
        require(block.timestamp >= notBefore, SwapRegistryTooEarly(notBefore, block.timestamp));
    }

    function _forceAfter(uint256 chainId) private view returns (uint64 forceAfter) {
        forceAfter = _times[chainId].forceAfter;
        if (forceAfter == 0) forceAfter = DEFAULT_TIME;
    }

    function _grace(uint256 chainId) private view returns (uint64 grace) {
        grace = _times[chainId].grace;
        if (grace == 0) grace = DEFAULT_TIME;
    }

    function _known(uint256 source, bytes32 swapId) private view returns (SwapSlot storage slot) {
        slot = _slots[source][swapId];
        require(slot.isKnown, SwapRegistryUnknownSwap(source, swapId));
    }

    function _pending(uint256 source, bytes32 swapId) private view returns (SwapSlot storage slot) {
        slot = _known(source, swapId);
        require(slot.outcome == SwapOutcome.Pending, SwapRegistryDecided(swapId, slot.outcome));
    }

    /// @dev Decided, and not paid out.
    function _decided(uint256 source, bytes32 swapId) private view returns (SwapSlot storage slot) {
        slot = _known(source, swapId);
        require(slot.outcome != SwapOutcome.Pending, SwapRegistryUndecided(swapId));
        require(!slot.isClosed, SwapRegistryClosed(swapId));
    }

    function _checkClosing(SwapSlot storage slot, bytes32 swapId, SwapChange change) private view {
        SwapOutcome expected = change == SwapChange.Redeemed ? SwapOutcome.Executed : SwapOutcome.Cancelled;
        require(slot.outcome == expected, SwapRegistryWrongOutcome(swapId, expected, slot.outcome));
        require(!slot.isClosed, SwapRegistryClosed(swapId));
    }

    /// @dev Beyond the last one stands a tombstone of chain 0, which no swap was locked on.
    function _checkTombstone(uint256 chainId, Tombstone storage next, SwapEffect calldata effect) private view {
        require(
            next.source != 0 && next.source == effect.source && next.swapId == effect.swapId,
            SwapRegistryNotATombstone(chainId, effect.source, effect.swapId)
        );
    }

    /// @dev The leg that a transfer spells, which must be what the slot holds. Nothing else of the transfer counts: anyone may have
    /// written it.
    function _legIn(bytes32 swapId, bytes32 heldHash, bytes calldata text) private pure returns (SwapLeg memory leg) {
        (bool canonical, AssetTransfer memory what) = AssetTransfers.decode(text);
        (leg.asset, leg.tokenId, leg.amount) = (what.asset, what.tokenId, what.amount);
        require(canonical && SwapIds.legHash(leg) == heldHash, SwapRegistryWrongOutput(swapId));
    }

    function _spell(SwapLeg memory leg, address sender, address recipient) private pure returns (bytes memory) {
        AssetTransfer memory what;
        (what.asset, what.tokenId, what.amount) = (leg.asset, leg.tokenId, leg.amount);
        (what.sender, what.recipient) = (sender, recipient);
        return AssetTransfers.encode(what);
    }

    function _idOf(SwapPreimage calldata preimage) private pure returns (bytes32 swapId) {
        swapId = SwapIds.swapId(preimage.header);
        bytes32 commitment = SwapIds.commitment(preimage.salt, preimage.payload);
        require(commitment == preimage.header.payloadCommitment, SwapRegistryWrongPreimage(swapId));
    }

    function _payloadOf(SwapPreimage calldata preimage) private pure returns (SwapPayload memory) {
        return abi.decode(preimage.payload, (SwapPayload));
    }

    /// @dev `SwapPayload.transfer`, where it stands in the payload.
    function _transferIn(bytes calldata payload) private pure returns (bytes calldata) {
        uint256 start = _wordAt(payload, 0);
        uint256 position = start + _wordAt(payload, start);
        uint256 size = _wordAt(payload, position);
        return payload[position + 0x20:position + 0x20 + size];
    }

    function _wordAt(bytes calldata text, uint256 position) private pure returns (uint256) {
        return uint256(bytes32(text[position:position + 0x20]));
    }

    function _checkTime(uint64 time) private pure {
        require(time >= MIN_TIME && time <= MAX_TIME, SwapRegistryBadTime(time, MIN_TIME, MAX_TIME));
    }
}
