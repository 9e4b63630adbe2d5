// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {IIndirectSender} from "../interfaces/IIndirectSender.sol";
import {IInteropCenter} from "../interfaces/IInteropCenter.sol";
import {IVersioned} from "../interfaces/IVersioned.sol";
import {AbiWriter} from "../libraries/AbiWriter.sol";
import {BundleIds} from "../libraries/BundleIds.sol";
import {BundleWriter} from "../libraries/BundleWriter.sol";
import {Erc7930} from "../libraries/Erc7930.sol";
import {InteropCallStarter} from "../types/Bundles.sol";
import {InteropAttributes} from "./InteropAttributes.sol";
import {MessageOutbox} from "./MessageOutbox.sol";

/// @title Interop center
/// @notice Every message is a bundle: `sendMessage` sends a bundle of one call. Bundles differ even when their content
/// does not, because each carries the outbox commitment before it as its salt; no nonce is kept for that.
contract InteropCenter is IInteropCenter, IVersioned, MessageOutbox, AccessManaged {
    using InteropAttributes for InteropAttributes.Attributes;

    /// @inheritdoc IInteropCenter
    uint256 public constant MAX_CALLS = 100;

    uint256 private immutable L1_CHAIN_ID;

    /// @inheritdoc IInteropCenter
    mapping(uint256 chainId => bytes32 assetId) public destinationBaseToken;

    /// @param authority Access manager of this chain.
    /// @param l1ChainId Chain id of the network's L1.
    constructor(address authority, uint256 l1ChainId) MessageOutbox(authority, l1ChainId) AccessManaged(authority) {
        L1_CHAIN_ID = l1ChainId;
    }

    /// @inheritdoc IInteropCenter
    function sendMessage(bytes calldata recipient, bytes calldata payload, bytes[] calldata attributes)
        external
        payable
        returns (bytes32 sendId)
    {
        require(msg.value == 0, InteropCenterValueNotCarried(msg.value));
        (Erc7930.Kind kind, uint256 destination, address to) = Erc7930.parse(recipient);
        require(kind == Erc7930.Kind.ChainAndAccount, InteropCenterMalformedAddress(recipient));

        bytes32 bundleHash = attributes.length == 0
            ? _sendPlain(destination, to, payload)
            : _sendWithAttributes(destination, to, payload, attributes);
        sendId = BundleIds.receiveId(bundleHash, 0);
        _emitSent(sendId, recipient, payload, attributes);
    }

    /// @inheritdoc IInteropCenter
    function sendBundle(
        bytes calldata destinationChain,
        InteropCallStarter[] calldata calls,
        bytes[] calldata bundleAttributes
    ) external payable returns (bytes32 bundleHash) {
        require(calls.length != 0 && calls.length <= MAX_CALLS, InteropCenterCallCount(calls.length, MAX_CALLS));
        (Erc7930.Kind kind, uint256 destination,) = Erc7930.parse(destinationChain);
        require(kind == Erc7930.Kind.Chain, InteropCenterMalformedAddress(destinationChain));

        // Before the bundle is opened: they may send messages themselves, and the salt must come after those.
        bytes[] memory worded = _initiateIndirectCalls(calls, destination);
        InteropAttributes.Attributes memory read;
        read.read(bundleAttributes, InteropAttributes.BUNDLE_LEVEL, destination);
        (uint256 start, uint256 cursor) = _open(destination, calls.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            cursor = _appendStarter(start, cursor, i, calls[i], _worded(worded, i), destination, read);
        }
        bundleHash = _closeAndSend(start, cursor, destination, read);
        _emitSent(bundleHash, destination, start, calls, worded);
    }

    /// @inheritdoc IInteropCenter
    function setDestination(uint256 chainId, bytes32 baseTokenAssetId) external restricted {
        _requireForeign(chainId);
        destinationBaseToken[chainId] = baseTokenAssetId;
        emit DestinationSet(chainId, baseTokenAssetId);
    }

    /// @inheritdoc IInteropCenter
    function supportsAttribute(bytes4 selector) external pure returns (bool) {
        return InteropAttributes.bitOf(selector) != 0;
    }

    /// @inheritdoc IInteropCenter
    function OUTBOX() external view returns (address) {
        return address(this);
    }

    /// @inheritdoc IVersioned
    function version() external pure returns (uint256) {
        return 1;
    }

    /// @dev Most messages have no attributes, and need no room in memory for what they say.
    function _sendPlain(uint256 destination, address to, bytes calldata payload) private returns (bytes32 bundleHash) {
        (uint256 start, uint256 cursor) = _open(destination, 1);
        cursor = BundleWriter.appendCall(start, cursor, 0, to, payload);
        return _send(start, BundleWriter.close(start, cursor, 0, address(0), destination, msg.sender));
    }

    function _sendWithAttributes(uint256 destination, address to, bytes calldata payload, bytes[] calldata attributes)
        private
        returns (bytes32 bundleHash)
    {
        InteropAttributes.Attributes memory read;
        read.read(attributes, InteropAttributes.CALL_LEVEL | InteropAttributes.BUNDLE_LEVEL, destination);
        (uint256 start, uint256 cursor) = _open(destination, 1);
        cursor = _append(start, cursor, 0, to, payload, read);
        return _closeAndSend(start, cursor, destination, read);
    }

    function _open(uint256 destination, uint256 count) private view returns (uint256 start, uint256 cursor) {
        // What is not foreign was never opened, save where one state serves several chains, as after a fork.
        bytes32 baseToken = destinationBaseToken[destination];
        require(baseToken != 0 && destination != block.chainid, InteropCenterUnknownDestination(destination));
        return BundleWriter.open(destination, baseToken, commitment, count);
    }

    function _appendStarter(
        uint256 start,
        uint256 cursor,
        uint256 index,
        InteropCallStarter calldata starter,
        bytes memory worded,
        uint256 destination,
        InteropAttributes.Attributes memory read
    ) private view returns (uint256) {
        (Erc7930.Kind kind, uint256 chainId, address to) = Erc7930.parse(starter.to);
        require(
            kind == Erc7930.Kind.Account || kind == Erc7930.Kind.ChainAndAccount,
            InteropCenterMalformedAddress(starter.to)
        );
        require(chainId == 0 || chainId == destination, InteropCenterForeignRecipient(destination, chainId));
        read.clearCallLevel();
        read.read(starter.callAttributes, InteropAttributes.CALL_LEVEL | InteropAttributes.INDIRECT, destination);
        if (worded.length != 0) {
            bool isConditional = read.present & InteropAttributes.CALL_LEVEL != 0;
            return BundleWriter.appendIndirectCall(start, cursor, index, to, worded, isConditional, read.conditions);
        }
        return _append(start, cursor, index, to, starter.data, read);
    }

    function _append(
        uint256 start,
        uint256 cursor,
        uint256 index,
        address to,
        bytes calldata payload,
        InteropAttributes.Attributes memory read
    ) private view returns (uint256) {
        if (read.present & InteropAttributes.CALL_LEVEL == 0) {
            return BundleWriter.appendCall(start, cursor, index, to, payload);
        }
        return BundleWriter.appendConditionalCall(start, cursor, index, to, payload, read.conditions);
    }

    function _closeAndSend(uint256 start, uint256 cursor, uint256 destination, InteropAttributes.Attributes memory read)
        private
        returns (bytes32 bundleHash)
    {
        (uint256 unbundlerChainId, address unbundler) =
            read.unbundler == address(0) ? (destination, msg.sender) : (read.unbundlerChainId, read.unbundler);
        return _send(
            start, BundleWriter.close(start, cursor, read.executorChainId, read.executor, unbundlerChainId, unbundler)
        );
    }

    /// @dev Sends a closed bundle. Its salt is the commitment still: nothing was sent since it was opened.
    function _send(uint256 start, uint256 end) private returns (bytes32 bundleHash) {
        bundleHash = BundleWriter.bundleHash(start, end);
        _send(address(this), BundleWriter.asMessage(start, end), BundleWriter.saltOf(start));
    }

    /// @dev Has the recipients of indirect calls word them. Empty where there are none.
    function _initiateIndirectCalls(InteropCallStarter[] calldata calls, uint256 destination)
        private
        returns (bytes[] memory worded)
    {
        uint256 value;
        for (uint256 i = 0; i < calls.length; ++i) {
            (bool isIndirect, uint256 share) = InteropAttributes.findIndirect(calls[i].callAttributes);
            if (!isIndirect) continue;
            if (worded.length == 0) worded = new bytes[](calls.length);
            value += share;
            (,, address to) = Erc7930.parse(calls[i].to);
            worded[i] = IIndirectSender(to).initiateIndirectCall{value: share}(destination, msg.sender, calls[i].data);
            require(worded[i].length != 0, InteropCenterNothingWorded(i, to));
        }
        require(msg.value == value, InteropCenterWrongValue(value, msg.value));
    }

    /// @dev How call `index` was worded by its recipient; empty if it was not. Allocates nothing, so it may run while a
    /// bundle is written.
    function _worded(bytes[] memory worded, uint256 index) private pure returns (bytes memory payload) {
        if (worded.length != 0) payload = worded[index];
    }

    /// @dev `emit MessageSent` of a message; its recipient is spelled as the event has it.
    function _emitSent(bytes32 sendId, bytes calldata recipient, bytes calldata payload, bytes[] calldata attributes)
        private
    {
        (uint256 head, uint256 receiver) = _openSent(msg.sender);
        uint256 data = AbiWriter.writeBytes(receiver, recipient);
        _closeSent(sendId, head, receiver, data, AbiWriter.writeBytes(data, payload), attributes);
    }

    /// @dev `emit MessageSent` of the calls of a bundle.
    function _emitSent(
        bytes32 bundleHash,
        uint256 destination,
        uint256 start,
        InteropCallStarter[] calldata calls,
        bytes[] memory worded
    ) private {
        for (uint256 i = 0; i < calls.length; ++i) {
            address to = BundleWriter.recipientOf(start, i);
            _emitSent(BundleIds.receiveId(bundleHash, i), destination, to, calls[i], _worded(worded, i));
        }
    }

    /// @dev One that its recipient has worded was sent by the recipient.
    function _emitSent(
        bytes32 sendId,
        uint256 destination,
        address to,
        InteropCallStarter calldata starter,
        bytes memory worded
    ) private {
        bool isWorded = worded.length != 0;
        (uint256 head, uint256 receiver) = _openSent(isWorded ? to : msg.sender);
        uint256 data = Erc7930.write(receiver, destination, to);
        uint256 list = isWorded ? AbiWriter.copyBytes(data, worded) : AbiWriter.writeBytes(data, starter.data);
        _closeSent(sendId, head, receiver, data, list, starter.callAttributes);
    }

    /// @dev Starts the data of `MessageSent` in free memory, which serves as scratch space and is not claimed.
    function _openSent(address sender) private view returns (uint256 head, uint256 receiver) {
        assembly ("memory-safe") {
            head := mload(0x40)
        }
        receiver = Erc7930.write(head + 0xa0, block.chainid, sender);
    }

    function _closeSent(
        bytes32 sendId,
        uint256 head,
        uint256 receiver,
        uint256 data,
        uint256 list,
        bytes[] calldata attributes
    ) private {
        uint256 end = AbiWriter.writeBytesArray(list, attributes);
        bytes32 topic = MessageSent.selector;
        assembly ("memory-safe") {
            mstore(head, 0xa0)
            mstore(add(head, 0x20), sub(receiver, head))
            mstore(add(head, 0x40), sub(data, head))
            mstore(add(head, 0x60), 0)
            mstore(add(head, 0x80), sub(list, head))
            log2(head, sub(end, head), topic, sendId)
        }
    }

    function _requireForeign(uint256 chainId) private view {
        require(
            chainId != 0 && chainId != block.chainid && chainId != L1_CHAIN_ID, InteropCenterUnknownDestination(chainId)
        );
    }
}
