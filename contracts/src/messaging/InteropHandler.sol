// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IInteropHandler} from "../interfaces/IInteropHandler.sol";
import {IVersioned} from "../interfaces/IVersioned.sol";
import {BoundedCall} from "../libraries/BoundedCall.sol";
import {BundleIds} from "../libraries/BundleIds.sol";
import {BundleReader} from "../libraries/BundleReader.sol";
import {BundleRecord} from "../libraries/BundleRecord.sol";
import {Erc7930} from "../libraries/Erc7930.sol";
import {LogLeaf} from "../libraries/LogLeaf.sol";
import {ReceiveMessage} from "../libraries/ReceiveMessage.sol";
import {InteropRootStorage} from "../roots/InteropRootStorage.sol";
import {
    BundleAttributes,
    BundleDelivery,
    BundleStatus,
    CallStatus,
    ConditionalPayload,
    InteropBundle,
    InteropCall
} from "../types/Bundles.sol";
import {BatchProof, InclusionProof} from "../types/Messages.sol";

/// @title Interop handler
/// @notice Open to anyone: who submits a bundle changes nothing about what it does, unless it names its executor.
contract InteropHandler is IInteropHandler, IVersioned, InteropRootStorage {
    using BundleRecord for uint256;

    bytes1 private constant BUNDLE_VERSION = 0x01;
    bytes1 private constant CALL_VERSION = 0x01;
    bytes1 private constant CONDITIONAL_CALL_VERSION = 0x02;
    /// @dev Gas spent between the check of the gas and the recipient's first instruction: a cold account and the call.
    uint256 private constant CALL_RESERVE = 5_000;

    /// @inheritdoc IInteropHandler
    address public immutable CENTER;

    /// @inheritdoc IInteropHandler
    mapping(uint256 chainId => address center) public centerOverride;
    mapping(bytes32 bundleHash => uint256 record) private _records;

    /// @param authority Access manager of this chain.
    /// @param l1ChainId Chain id of the L1 whose roots are imported.
    /// @param center Interop center, which stands at this address on every chain of the network.
    constructor(address authority, uint256 l1ChainId, address center) InteropRootStorage(authority, l1ChainId) {
        require(center != address(0), InteropHandlerZeroCenter());
        CENTER = center;
    }

    /// @inheritdoc IInteropHandler
    function executeBundle(BundleDelivery calldata delivery) external {
        _execute(delivery, msg.sender);
    }

    /// @inheritdoc IInteropHandler
    function executeBundles(BatchProof[] calldata batches, BundleDelivery[] calldata deliveries) external {
        for (uint256 i = 0; i < batches.length; ++i) {
            recordBatch(batches[i]);
        }
        for (uint256 i = 0; i < deliveries.length; ++i) {
            // An equal share for each, so that one that burns all it gets does not starve those after it.
            _tryExecute(deliveries[i], gasleft() / (deliveries.length - i));
        }
    }

    /// @inheritdoc IInteropHandler
    function executeBundleFor(BundleDelivery calldata delivery, address executor) external {
        require(msg.sender == address(this), InteropHandlerNotSelf(msg.sender));
        _execute(delivery, executor);
    }

    /// @inheritdoc IInteropHandler
    function verifyBundle(BundleDelivery calldata delivery) external {
        InclusionProof calldata proof = delivery.proof;
        (bytes32 bundleHash, bytes32 messageHash) = BundleIds.hashes(proof.chainId, delivery.bundle);
        BundleStatus status = _records[bundleHash].status();
        require(status == BundleStatus.Unreceived, InteropHandlerWrongStatus(bundleHash, status));
        _requireProven(delivery.sender, proof, bundleHash, messageHash);
        (, InteropCall[] calldata calls) = _read(delivery.bundle, proof.chainId, bundleHash);
        _records[bundleHash] = BundleRecord.create(BundleStatus.Verified, calls.length);
        emit BundleVerified(bundleHash);
    }

    /// @inheritdoc IInteropHandler
    function unbundleBundle(uint256 sourceChainId, bytes calldata text, CallStatus[] calldata statuses) external {
        (bytes32 bundleHash,) = BundleIds.hashes(sourceChainId, text);
        BundleStatus status = _records[bundleHash].status();
        require(
            status == BundleStatus.Verified || status == BundleStatus.Unbundled,
            InteropHandlerWrongStatus(bundleHash, status)
        );
        (BundleAttributes calldata attributes, InteropCall[] calldata calls) = _read(text, sourceChainId, bundleHash);
        bytes calldata unbundler = attributes.unbundlerAddress;
        require(_names(unbundler, msg.sender), InteropHandlerNotUnbundler(msg.sender, unbundler));
        require(statuses.length == calls.length, InteropHandlerStatusCount(calls.length, statuses.length));

        _settleCalls(bundleHash, statuses);
        emit BundleUnbundled(bundleHash);
        for (uint256 i = 0; i < calls.length; ++i) {
            if (statuses[i] == CallStatus.Unprocessed) continue;
            emit CallProcessed(bundleHash, i, statuses[i]);
            if (statuses[i] == CallStatus.Executed) _run(bundleHash, i, sourceChainId, calls[i]);
        }
    }

    /// @inheritdoc IInteropHandler
    function cancelExpired(BundleDelivery calldata delivery) external {
        InclusionProof calldata proof = delivery.proof;
        (bytes32 bundleHash, bytes32 messageHash) = BundleIds.hashes(proof.chainId, delivery.bundle);
        uint256 record = _records[bundleHash];
        BundleStatus status = record.status();
        if (status == BundleStatus.Unreceived) _requireProven(delivery.sender, proof, bundleHash, messageHash);
        else require(status != BundleStatus.FullyExecuted, InteropHandlerWrongStatus(bundleHash, status));
        (, InteropCall[] calldata calls) = _read(delivery.bundle, proof.chainId, bundleHash);
        if (status == BundleStatus.Unreceived) record = BundleRecord.create(BundleStatus.Verified, calls.length);
        require(_hasExpiredCall(record, calls), InteropHandlerNotExpired(bundleHash));

        emit BundleUnbundled(bundleHash);
        record = record.withStatus(BundleStatus.Unbundled);
        for (uint256 i = 0; i < calls.length; ++i) {
            if (record.callStatus(i) != CallStatus.Unprocessed) continue;
            record = record.withCall(i, CallStatus.Cancelled);
            emit CallProcessed(bundleHash, i, CallStatus.Cancelled);
        }
        _records[bundleHash] = record;
    }

    /// @inheritdoc IInteropHandler
    function setCenterOverride(uint256 chainId, address center) external restricted {
        centerOverride[chainId] = center;
        emit CenterOverrideSet(chainId, center);
    }

    /// @inheritdoc IInteropHandler
    function bundleStatus(bytes32 bundleHash) external view returns (BundleStatus) {
        return _records[bundleHash].status();
    }

    /// @inheritdoc IInteropHandler
    function callStatus(bytes32 bundleHash, uint256 callIndex) external view returns (CallStatus) {
        return _records[bundleHash].callStatus(callIndex);
    }

    /// @inheritdoc IInteropHandler
    function locateCall(bytes calldata text, uint256 callIndex)
        external
        pure
        returns (address from, address to, uint256 start, uint256 end)
    {
        (bool canonical, InteropBundle calldata bundle) = BundleReader.read(text);
        if (!canonical || callIndex >= bundle.calls.length) return (address(0), address(0), 0, 0);
        InteropCall calldata call = bundle.calls[callIndex];
        bytes calldata payload = call.data;
        if (call.version != CALL_VERSION) {
            ConditionalPayload calldata conditional;
            (canonical, conditional) = BundleReader.readConditions(payload);
            if (!canonical) return (address(0), address(0), 0, 0);
            payload = conditional.payload;
        }
        assembly ("memory-safe") {
            start := sub(payload.offset, text.offset)
            end := add(start, payload.length)
        }
        return (call.from, call.to, start, end);
    }

    /// @inheritdoc IVersioned
    function version() external pure returns (uint256) {
        return 1;
    }

    function _execute(BundleDelivery calldata delivery, address executor) private {
        InclusionProof calldata proof = delivery.proof;
        bytes calldata text = delivery.bundle;
        uint256 sourceChainId = proof.chainId;
        (bytes32 bundleHash, bytes32 messageHash) = BundleIds.hashes(sourceChainId, text);
        BundleStatus status = _records[bundleHash].status();
        if (status == BundleStatus.Unreceived) _requireProven(delivery.sender, proof, bundleHash, messageHash);
        else require(status == BundleStatus.Verified, InteropHandlerWrongStatus(bundleHash, status));

        (BundleAttributes calldata attributes, InteropCall[] calldata calls) = _read(text, sourceChainId, bundleHash);
        bytes calldata named = BundleReader.executorOf(attributes);
        require(named.length == 0 || _names(named, executor), InteropHandlerNotExecutor(executor, named));

        // Before any call: a recipient that calls back finds the bundle executed.
        _records[bundleHash] = BundleRecord.create(BundleStatus.FullyExecuted, calls.length);
        emit BundleExecuted(bundleHash);
        for (uint256 i = 0; i < calls.length; ++i) {
            _run(bundleHash, i, sourceChainId, BundleReader.callAt(calls, i));
        }
    }

    function _tryExecute(BundleDelivery calldata delivery, uint256 gasLimit) private {
        uint256 free;
        assembly ("memory-safe") {
            free := mload(0x40)
        }
        // A call of this contract by itself, so that what a failed delivery did is undone with it.
        (bool success, bytes memory reason) = BoundedCall.call(
            address(this), gasLimit, abi.encodeCall(IInteropHandler.executeBundleFor, (delivery, msg.sender))
        );
        if (!success) {
            (bytes32 bundleHash,) = BundleIds.hashes(delivery.proof.chainId, delivery.bundle);
            // Someone else was faster: nothing failed.
            if (_records[bundleHash].status() != BundleStatus.FullyExecuted) emit DeliveryFailed(bundleHash, reason);
        }
        // Nothing allocated above is used again: the next delivery takes the same memory.
        assembly ("memory-safe") {
            mstore(0x40, free)
        }
    }

    function _settleCalls(bytes32 bundleHash, CallStatus[] calldata statuses) private {
        uint256 record = _records[bundleHash].withStatus(BundleStatus.Unbundled);
        for (uint256 i = 0; i < statuses.length; ++i) {
            if (statuses[i] == CallStatus.Unprocessed) continue;
            CallStatus current = record.callStatus(i);
            require(current == CallStatus.Unprocessed, InteropHandlerCallSettled(bundleHash, i, current));
            record = record.withCall(i, statuses[i]);
        }
        _records[bundleHash] = record;
    }

    /// @dev Calls `receiveMessage` of the recipient and nothing else, whatever the bundle says.
    function _run(bytes32 bundleHash, uint256 index, uint256 sourceChainId, InteropCall calldata call) private {
        require(call.value == 0, InteropHandlerValueNotCarried(index, call.value));
        (uint256 minGasLimit, bytes calldata payload) = _readCall(index, call);
        bytes memory data =
            ReceiveMessage.encode(BundleIds.receiveId(bundleHash, index), sourceChainId, call.from, payload);
        require(
            BoundedCall.canForward(minGasLimit, CALL_RESERVE), InteropHandlerGasTooLow(index, minGasLimit, gasleft())
        );
        // All state is written. What the recipient returns is copied up to a bound.
        address to = call.to;
        (bool success, bytes memory answer) = BoundedCall.call(to, gasleft(), data);
        require(success, InteropHandlerCallReverted(index, answer));
        if (ReceiveMessage.isAccepted(answer)) return;
        require(to.code.length != 0, InteropHandlerRecipientMissing(index, to));
        revert InteropHandlerWrongReturnValue(index, answer);
    }

    /// @dev Checks the conditions of a call.
    function _readCall(uint256 index, InteropCall calldata call)
        private
        view
        returns (uint256 minGasLimit, bytes calldata payload)
    {
        bytes1 callVersion = call.version;
        require(!call.shadowAccount, InteropHandlerUnknownVersion(callVersion));
        if (callVersion == CALL_VERSION) return (0, BundleReader.dataOf(call));
        require(callVersion == CONDITIONAL_CALL_VERSION, InteropHandlerUnknownVersion(callVersion));
        (bool canonical, ConditionalPayload calldata conditional) = BundleReader.readConditions(call.data);
        require(canonical, InteropHandlerMalformedCall(index));

        (uint256 deliverBefore, uint256 deliverAfter) = (conditional.deliverBefore, conditional.deliverAfter);
        require(
            deliverBefore == 0 || block.timestamp <= deliverBefore,
            InteropHandlerTooLate(index, deliverBefore, block.timestamp)
        );
        require(block.timestamp >= deliverAfter, InteropHandlerTooEarly(index, deliverAfter, block.timestamp));
        return (conditional.minGasLimit, conditional.payload);
    }

    /// @dev Whether a call that is still open can never run again.
    function _hasExpiredCall(uint256 record, InteropCall[] calldata calls) private view returns (bool) {
        for (uint256 i = 0; i < calls.length; ++i) {
            InteropCall calldata call = calls[i];
            if (call.version != CONDITIONAL_CALL_VERSION || record.callStatus(i) != CallStatus.Unprocessed) continue;
            (bool canonical, ConditionalPayload calldata conditional) = BundleReader.readConditions(call.data);
            uint256 deliverBefore = canonical ? conditional.deliverBefore : 0;
            if (deliverBefore != 0 && block.timestamp > deliverBefore) return true;
        }
        return false;
    }

    function _requireProven(address sender, InclusionProof calldata proof, bytes32 bundleHash, bytes32 messageHash)
        private
        view
    {
        require(
            sender == CENTER || (sender != address(0) && sender == centerOverride[proof.chainId]),
            InteropHandlerWrongCenter(proof.chainId, sender)
        );
        bytes32 leaf = LogLeaf.message(proof.txNumberInBatch, sender, messageHash);
        require(_isProven(proof, leaf), InteropHandlerUnproven(bundleHash));
    }

    function _read(bytes calldata text, uint256 sourceChainId, bytes32 bundleHash)
        private
        view
        returns (BundleAttributes calldata attributes, InteropCall[] calldata calls)
    {
        (bool canonical, InteropBundle calldata bundle) = BundleReader.read(text);
        require(canonical, InteropHandlerMalformedBundle(bundleHash));
        require(bundle.version == BUNDLE_VERSION, InteropHandlerUnknownVersion(bundle.version));
        require(bundle.sourceChainId == sourceChainId, InteropHandlerWrongSource(bundle.sourceChainId, sourceChainId));
        require(
            bundle.destinationChainId == block.chainid,
            InteropHandlerWrongDestination(block.chainid, bundle.destinationChainId)
        );
        (calls, attributes) = BundleReader.partsOf(bundle);
        uint256 count = calls.length;
        require(count != 0 && count <= BundleRecord.MAX_CALLS, InteropHandlerCallCount(count, BundleRecord.MAX_CALLS));
    }

    /// @dev Whether a spelling, with this chain or without any, is that of `account`.
    function _names(bytes calldata spelling, address account) private view returns (bool) {
        bytes32 hash = keccak256(spelling);
        return
            hash == keccak256(Erc7930.format(block.chainid, account)) || hash == keccak256(Erc7930.format(0, account));
    }
}
