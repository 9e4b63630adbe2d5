// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC7786Recipient} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";

import {IInteropHandler} from "../interfaces/IInteropHandler.sol";
import {IMessageVerifier} from "../interfaces/IMessageVerifier.sol";
import {IVersioned} from "../interfaces/IVersioned.sol";
import {BoundedCall} from "../libraries/BoundedCall.sol";
import {BundleIds} from "../libraries/BundleIds.sol";
import {BundleRecord} from "../libraries/BundleRecord.sol";
import {Erc7930} from "../libraries/Erc7930.sol";
import {LogLeaf} from "../libraries/LogLeaf.sol";
import {
    BundleDelivery,
    BundleStatus,
    CallStatus,
    ConditionalPayload,
    InteropBundle,
    InteropCall
} from "../types/Bundles.sol";
import {BatchProof} from "../types/Messages.sol";

/// @title Interop handler
/// @notice Open to anyone: who submits a bundle changes nothing about what it does, unless it names its executor.
contract InteropHandler is IInteropHandler, IVersioned, AccessManaged {
    using BundleRecord for uint256;

    bytes1 private constant BUNDLE_VERSION = 0x01;
    bytes1 private constant CALL_VERSION = 0x01;
    bytes1 private constant CONDITIONAL_CALL_VERSION = 0x02;
    /// @dev Gas spent between the check of the gas and the recipient's first instruction: a cold account and the call.
    uint256 private constant CALL_RESERVE = 5_000;

    /// @inheritdoc IInteropHandler
    address public immutable ROOT_STORAGE;
    /// @inheritdoc IInteropHandler
    address public immutable CENTER;

    /// @inheritdoc IInteropHandler
    mapping(uint256 chainId => address center) public centerOverride;
    mapping(bytes32 bundleHash => uint256 record) private _records;

    /// @param authority Access manager of this chain.
    /// @param rootStorage Imported roots of this chain.
    /// @param center Interop center, which stands at this address on every chain of the network.
    constructor(address authority, address rootStorage, address center) AccessManaged(authority) {
        require(authority != address(0), InteropHandlerZeroAuthority());
        require(rootStorage != address(0), InteropHandlerZeroRootStorage());
        require(center != address(0), InteropHandlerZeroCenter());
        ROOT_STORAGE = rootStorage;
        CENTER = center;
    }

    /// @inheritdoc IInteropHandler
    function executeBundle(BundleDelivery calldata delivery) external {
        _execute(delivery, msg.sender);
    }

    /// @inheritdoc IInteropHandler
    function executeBundles(BatchProof[] calldata batches, BundleDelivery[] calldata deliveries) external {
        for (uint256 i = 0; i < batches.length; ++i) {
            // The root storage is fixed at deployment and calls nobody back.
            IMessageVerifier(ROOT_STORAGE).recordBatch(batches[i]);
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
        (bytes32 bundleHash, bytes32 messageHash) = BundleIds.hashes(delivery.proof.chainId, delivery.bundle);
        BundleStatus status = _records[bundleHash].status();
        require(status == BundleStatus.Unreceived, InteropHandlerWrongStatus(bundleHash, status));
        _requireProven(delivery, bundleHash, messageHash);
        InteropBundle memory bundle = _decode(delivery.bundle, delivery.proof.chainId);
        _records[bundleHash] = BundleRecord.create(BundleStatus.Verified, bundle.calls.length);
        emit BundleVerified(bundleHash);
    }

    /// @inheritdoc IInteropHandler
    function unbundleBundle(uint256 sourceChainId, bytes calldata bundleBytes, CallStatus[] calldata statuses)
        external
    {
        (bytes32 bundleHash,) = BundleIds.hashes(sourceChainId, bundleBytes);
        BundleStatus status = _records[bundleHash].status();
        require(
            status == BundleStatus.Verified || status == BundleStatus.Unbundled,
            InteropHandlerWrongStatus(bundleHash, status)
        );
        InteropBundle memory bundle = _decode(bundleBytes, sourceChainId);
        bytes memory unbundler = bundle.attributes.unbundlerAddress;
        require(_names(unbundler, msg.sender), InteropHandlerNotUnbundler(msg.sender, unbundler));
        require(statuses.length == bundle.calls.length, InteropHandlerStatusCount(bundle.calls.length, statuses.length));

        _settleCalls(bundleHash, statuses);
        emit BundleUnbundled(bundleHash);
        for (uint256 i = 0; i < statuses.length; ++i) {
            if (statuses[i] == CallStatus.Unprocessed) continue;
            emit CallProcessed(bundleHash, i, statuses[i]);
            if (statuses[i] == CallStatus.Executed) _run(bundleHash, i, sourceChainId, bundle.calls[i]);
        }
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

    /// @inheritdoc IVersioned
    function version() external pure returns (uint256) {
        return 1;
    }

    function _execute(BundleDelivery calldata delivery, address executor) private {
        uint256 sourceChainId = delivery.proof.chainId;
        (bytes32 bundleHash, bytes32 messageHash) = BundleIds.hashes(sourceChainId, delivery.bundle);
        BundleStatus status = _records[bundleHash].status();
        if (status == BundleStatus.Unreceived) _requireProven(delivery, bundleHash, messageHash);
        else require(status == BundleStatus.Verified, InteropHandlerWrongStatus(bundleHash, status));

        InteropBundle memory bundle = _decode(delivery.bundle, sourceChainId);
        bytes memory named = bundle.attributes.executionAddress;
        require(named.length == 0 || _names(named, executor), InteropHandlerNotExecutor(executor, named));

        // Before any call: a recipient that calls back finds the bundle executed.
        _records[bundleHash] = BundleRecord.create(BundleStatus.FullyExecuted, bundle.calls.length);
        emit BundleExecuted(bundleHash);
        for (uint256 i = 0; i < bundle.calls.length; ++i) {
            _run(bundleHash, i, sourceChainId, bundle.calls[i]);
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
    function _run(bytes32 bundleHash, uint256 index, uint256 sourceChainId, InteropCall memory call) private {
        require(call.value == 0, InteropHandlerValueNotCarried(index, call.value));
        (uint256 minGasLimit, bytes memory payload) = _readCall(index, call);
        bytes memory data = abi.encodeCall(
            IERC7786Recipient.receiveMessage,
            (BundleIds.receiveId(bundleHash, index), Erc7930.format(sourceChainId, call.from), payload)
        );
        require(
            BoundedCall.canForward(minGasLimit, CALL_RESERVE), InteropHandlerGasTooLow(index, minGasLimit, gasleft())
        );
        // All state is written. What the recipient returns is copied up to a bound.
        (bool success, bytes memory answer) = BoundedCall.call(call.to, gasleft(), data);
        require(success, InteropHandlerCallReverted(index, answer));
        if (BoundedCall.isSelector(answer, IERC7786Recipient.receiveMessage.selector)) return;
        require(call.to.code.length != 0, InteropHandlerRecipientMissing(index, call.to));
        revert InteropHandlerWrongReturnValue(index, answer);
    }

    function _readCall(uint256 index, InteropCall memory call)
        private
        view
        returns (uint256 minGasLimit, bytes memory payload)
    {
        if (call.version == CALL_VERSION && !call.shadowAccount) return (0, call.data);
        require(
            call.version == CONDITIONAL_CALL_VERSION && !call.shadowAccount, InteropHandlerUnknownVersion(call.version)
        );
        ConditionalPayload memory conditional = abi.decode(call.data, (ConditionalPayload));
        uint256 deliverBefore = conditional.deliverBefore;
        require(
            deliverBefore == 0 || block.timestamp <= deliverBefore,
            InteropHandlerTooLate(index, deliverBefore, block.timestamp)
        );
        require(
            block.timestamp >= conditional.deliverAfter,
            InteropHandlerTooEarly(index, conditional.deliverAfter, block.timestamp)
        );
        return (conditional.minGasLimit, conditional.payload);
    }

    function _requireProven(BundleDelivery calldata delivery, bytes32 bundleHash, bytes32 messageHash) private view {
        uint256 chainId = delivery.proof.chainId;
        address sender = delivery.sender;
        require(
            sender == CENTER || (sender != address(0) && sender == centerOverride[chainId]),
            InteropHandlerWrongCenter(chainId, sender)
        );
        bytes32 leaf = LogLeaf.message(delivery.proof.txNumberInBatch, sender, messageHash);
        require(IMessageVerifier(ROOT_STORAGE).verifyLeaf(delivery.proof, leaf), InteropHandlerUnproven(bundleHash));
    }

    function _decode(bytes calldata bundleBytes, uint256 sourceChainId)
        private
        view
        returns (InteropBundle memory bundle)
    {
        bundle = abi.decode(bundleBytes, (InteropBundle));
        require(bundle.version == BUNDLE_VERSION, InteropHandlerUnknownVersion(bundle.version));
        require(bundle.sourceChainId == sourceChainId, InteropHandlerWrongSource(bundle.sourceChainId, sourceChainId));
        require(
            bundle.destinationChainId == block.chainid,
            InteropHandlerWrongDestination(block.chainid, bundle.destinationChainId)
        );
        uint256 count = bundle.calls.length;
        require(count != 0 && count <= BundleRecord.MAX_CALLS, InteropHandlerCallCount(count, BundleRecord.MAX_CALLS));
    }

    /// @dev Whether a spelling, with this chain or without any, is that of `account`.
    function _names(bytes memory spelling, address account) private view returns (bool) {
        bytes32 hash = keccak256(spelling);
        return
            hash == keccak256(Erc7930.format(block.chainid, account)) || hash == keccak256(Erc7930.format(0, account));
    }
}
