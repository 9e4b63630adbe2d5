// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IERC7786GatewaySource} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";

import {IInteropCenter} from "../../../src/interfaces/IInteropCenter.sol";
import {IMessageOutbox} from "../../../src/interfaces/IMessageOutbox.sol";
import {Erc7930} from "../../../src/libraries/Erc7930.sol";
import {ConditionalPayload, InteropBundle, InteropCall, InteropCallStarter} from "../../../src/types/Bundles.sol";
import {InteropTest} from "../../base/InteropTest.sol";

contract InteropCenterTest is InteropTest {
    // What crosses.

    function testFuzz_sendMessage_crossesAsABundleOfOneCall(address to, bytes calldata payload) external {
        bytes32 salt = center.commitment();
        bytes memory text = sendMessage(to, payload, none());
        InteropBundle memory bundle = decodeBundle(text);

        vm.assertEq(text, abi.encode(bundle), "the compiler's encoding");
        _assertHead(bundle, salt);
        vm.assertEq(bundle.attributes.executionAddress, "");
        vm.assertEq(bundle.attributes.unbundlerAddress, Erc7930.format(DESTINATION, sender));
        vm.assertEq(bundle.calls.length, 1);
        _assertCall(bundle.calls[0], to, 0x01, payload);
    }

    function testFuzz_sendMessage_carriesConditions(
        bytes calldata payload,
        uint256 minGasLimit,
        uint256 deliverBefore,
        uint256 deliverAfter,
        uint8 present
    ) external {
        vm.assume(present & 7 != 0);
        ConditionalPayload memory expected = ConditionalPayload(
            present & 1 == 0 ? 0 : minGasLimit,
            present & 2 == 0 ? 0 : deliverBefore,
            present & 4 == 0 ? 0 : deliverAfter,
            payload
        );
        bytes[] memory attributes = new bytes[](0);
        if (present & 4 != 0) attributes = append(attributes, wordAttribute("deliverAfter(uint256)", deliverAfter));
        if (present & 1 != 0) attributes = append(attributes, wordAttribute("minGasLimit(uint256)", minGasLimit));
        if (present & 2 != 0) attributes = append(attributes, wordAttribute("deliverBefore(uint256)", deliverBefore));

        bytes memory text = sendMessage(makeAddr("to"), payload, attributes);
        InteropBundle memory bundle = decodeBundle(text);
        vm.assertEq(text, abi.encode(bundle), "the compiler's encoding");
        _assertCall(bundle.calls[0], makeAddr("to"), 0x02, abi.encode(expected));
    }

    function testFuzz_sendMessage_carriesExecutorAndUnbundler(
        address executor,
        address unbundler,
        bool executorWithChain,
        bool unbundlerWithChain
    ) external {
        vm.assume(executor != address(0) && unbundler != address(0));
        bytes memory executorText = Erc7930.format(executorWithChain ? DESTINATION : 0, executor);
        bytes memory unbundlerText = Erc7930.format(unbundlerWithChain ? DESTINATION : 0, unbundler);
        bytes[] memory attributes = append(none(), accountAttribute("executionAddress(bytes)", executorText));
        attributes = append(attributes, accountAttribute("unbundlerAddress(bytes)", unbundlerText));

        bytes memory text = sendMessage(makeAddr("to"), "data", attributes);
        InteropBundle memory bundle = decodeBundle(text);
        vm.assertEq(text, abi.encode(bundle), "the compiler's encoding");
        vm.assertEq(bundle.attributes.executionAddress, executorText);
        vm.assertEq(bundle.attributes.unbundlerAddress, unbundlerText);
    }

    function testFuzz_sendBundle_crossesCallByCall(uint256 seed, uint256 count, bool withExecutor) external {
        InteropCallStarter[] memory calls = _randomStarters(seed, bound(count, 1, 8));
        bytes[] memory attributes = none();
        if (withExecutor) {
            attributes = append(attributes, accountAttribute("executionAddress(bytes)", Erc7930.format(0, relayer)));
        }
        bytes32 salt = center.commitment();
        bytes memory text = sendBundle(calls, attributes);
        InteropBundle memory bundle = decodeBundle(text);

        vm.assertEq(text, abi.encode(bundle), "the compiler's encoding");
        _assertHead(bundle, salt);
        vm.assertEq(bundle.attributes.executionAddress, withExecutor ? Erc7930.format(0, relayer) : bytes(""));
        vm.assertEq(bundle.calls.length, calls.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            bool conditional = calls[i].callAttributes.length != 0;
            bytes memory data = calls[i].data;
            if (conditional) data = abi.encode(ConditionalPayload(seed, 0, 0, data));
            _assertCall(bundle.calls[i], _randomRecipient(seed, i), conditional ? bytes1(0x02) : bytes1(0x01), data);
        }
    }

    function test_sendBundle_takesMaxCalls() external {
        bytes memory text = sendBundle(starters(makeAddr("to"), center.MAX_CALLS(), 0), none());
        vm.assertEq(decodeBundle(text).calls.length, 100);
    }

    // Ids and events.

    function testFuzz_sendMessage_emitsErc7786Event(address to, bytes calldata payload, uint256 minGasLimit) external {
        bytes[] memory attributes = append(none(), wordAttribute("minGasLimit(uint256)", minGasLimit));
        attributes = append(attributes, accountAttribute("executionAddress(bytes)", Erc7930.format(0, relayer)));
        uint256 before = vm.snapshotState();
        bytes memory text = sendMessage(to, payload, attributes);
        bytes32 sendId = keccak256(abi.encodePacked(bundleHashOf(text), uint256(0)));
        vm.revertToState(before);

        bytes memory receiver = Erc7930.format(DESTINATION, to);
        vm.expectEmit(address(center));
        emit IMessageOutbox.L1MessageSent(
            address(center), keccak256(bytes.concat(hex"01", text)), bytes.concat(hex"01", text)
        );
        vm.expectEmit(address(center));
        emit IInteropCenter.MessageSent(sendId, Erc7930.format(SOURCE, sender), receiver, payload, 0, attributes);
        vm.prank(sender);
        vm.assertEq(center.sendMessage(receiver, payload, attributes), sendId);
    }

    function testFuzz_sendBundle_emitsErc7786EventPerCall(uint256 seed, uint256 count) external {
        InteropCallStarter[] memory calls = _randomStarters(seed, bound(count, 1, 8));
        uint256 before = vm.snapshotState();
        bytes32 bundleHash = bundleHashOf(sendBundle(calls, none()));
        vm.revertToState(before);

        for (uint256 i = 0; i < calls.length; ++i) {
            vm.expectEmit(address(center));
            emit IInteropCenter.MessageSent(
                keccak256(abi.encodePacked(bundleHash, i)),
                Erc7930.format(SOURCE, sender),
                Erc7930.format(DESTINATION, _randomRecipient(seed, i)),
                calls[i].data,
                0,
                calls[i].callAttributes
            );
        }
        vm.prank(sender);
        vm.assertEq(center.sendBundle(chainAddress(DESTINATION), calls, none()), bundleHash);
    }

    function testFuzz_sendMessage_givesEqualMessagesDifferentIds(address to, bytes calldata payload) external {
        bytes memory first = sendMessage(to, payload, none());
        bytes memory second = sendMessage(to, payload, none());
        vm.assertNotEq(bundleHashOf(first), bundleHashOf(second));
    }

    function test_surface_isThatOfErc7786() external pure {
        vm.assertEq(bytes32(IInteropCenter.sendMessage.selector), bytes32(IERC7786GatewaySource.sendMessage.selector));
        vm.assertEq(
            bytes32(IInteropCenter.supportsAttribute.selector),
            bytes32(IERC7786GatewaySource.supportsAttribute.selector)
        );
        vm.assertEq(IInteropCenter.MessageSent.selector, IERC7786GatewaySource.MessageSent.selector);
        vm.assertEq(
            bytes32(IInteropCenter.UnsupportedAttribute.selector),
            bytes32(IERC7786GatewaySource.UnsupportedAttribute.selector)
        );
        vm.assertEq(bytes32(IInteropCenter.sendBundle.selector), bytes32(bytes4(0x5ef7e104)));
    }

    // What is refused.

    function testFuzz_sendMessage_reverts_whenValueIsAttached(uint256 value) external {
        value = bound(value, 1, type(uint128).max);
        vm.deal(address(this), value);
        bytes memory recipient = Erc7930.format(DESTINATION, makeAddr("to"));
        vm.expectRevert(abi.encodeWithSelector(IInteropCenter.InteropCenterValueNotCarried.selector, value));
        center.sendMessage{value: value}(recipient, "", none());
    }

    function testFuzz_sendBundle_reverts_whenValueIsAttached(uint256 value) external {
        value = bound(value, 1, type(uint128).max);
        vm.deal(address(this), value);
        InteropCallStarter[] memory calls = starters(makeAddr("to"), 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IInteropCenter.InteropCenterWrongValue.selector, 0, value));
        center.sendBundle{value: value}(chainAddress(DESTINATION), calls, none());
    }

    function testFuzz_sendMessage_reverts_whenRecipientIsMalformed(bytes calldata recipient) external {
        vm.expectRevert(abi.encodeWithSelector(IInteropCenter.InteropCenterMalformedAddress.selector, recipient));
        center.sendMessage(recipient, "", none());
    }

    function test_sendMessage_reverts_whenRecipientHasNoChainOrNoAccount() external {
        bytes memory withoutChain = Erc7930.format(0, makeAddr("to"));
        vm.expectRevert(abi.encodeWithSelector(IInteropCenter.InteropCenterMalformedAddress.selector, withoutChain));
        center.sendMessage(withoutChain, "", none());

        bytes memory withoutAccount = chainAddress(DESTINATION);
        vm.expectRevert(abi.encodeWithSelector(IInteropCenter.InteropCenterMalformedAddress.selector, withoutAccount));
        center.sendMessage(withoutAccount, "", none());
    }

    function test_sendBundle_reverts_whenDestinationNamesAnAccount() external {
        bytes memory destination = Erc7930.format(DESTINATION, makeAddr("to"));
        InteropCallStarter[] memory calls = starters(makeAddr("to"), 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IInteropCenter.InteropCenterMalformedAddress.selector, destination));
        center.sendBundle(destination, calls, none());
    }

    function testFuzz_sendBundle_reverts_whenRecipientIsOnAnotherChain(uint256 chainId) external {
        vm.assume(chainId != 0 && chainId != DESTINATION);
        InteropCallStarter[] memory calls = starters(makeAddr("to"), 2, 0);
        calls[1].to = Erc7930.format(chainId, makeAddr("to"));
        vm.expectRevert(
            abi.encodeWithSelector(IInteropCenter.InteropCenterForeignRecipient.selector, DESTINATION, chainId)
        );
        center.sendBundle(chainAddress(DESTINATION), calls, none());
    }

    function test_sendBundle_reverts_whenRecipientHasNoAccount() external {
        InteropCallStarter[] memory calls = starters(makeAddr("to"), 1, 0);
        calls[0].to = chainAddress(DESTINATION);
        vm.expectRevert(abi.encodeWithSelector(IInteropCenter.InteropCenterMalformedAddress.selector, calls[0].to));
        center.sendBundle(chainAddress(DESTINATION), calls, none());
    }

    function testFuzz_sendBundle_reverts_whenCallCountIsOutOfRange(uint256 count) external {
        count = bound(count, 101, 200);
        InteropCallStarter[] memory calls = starters(makeAddr("to"), count, 0);
        vm.expectRevert(abi.encodeWithSelector(IInteropCenter.InteropCenterCallCount.selector, count, 100));
        center.sendBundle(chainAddress(DESTINATION), calls, none());

        vm.expectRevert(abi.encodeWithSelector(IInteropCenter.InteropCenterCallCount.selector, 0, 100));
        center.sendBundle(chainAddress(DESTINATION), new InteropCallStarter[](0), none());
    }

    function test_sendMessage_takesTheLargestMessageAndNoLarger() external {
        // A message of one call takes 0x2e1 bytes and the payload, padded to words.
        uint256 largest = center.MAX_MESSAGE_SIZE() / 32 * 32 - 0x300;
        bytes memory recipient = Erc7930.format(DESTINATION, makeAddr("to"));
        center.sendMessage(recipient, new bytes(largest), none());

        vm.expectPartialRevert(IMessageOutbox.MessageOutboxMessageTooLarge.selector);
        center.sendMessage(recipient, new bytes(largest + 1), none());
    }

    // Attributes.

    function testFuzz_sendMessage_reverts_whenAttributeIsUnknown(bytes calldata attribute) external {
        vm.assume(!center.supportsAttribute(selectorOf(attribute)));
        _refuse(attribute, abi.encodeWithSelector(IInteropCenter.UnsupportedAttribute.selector, selectorOf(attribute)));
    }

    function test_sendMessage_reverts_whenAttributeMovesValueOrCalls() external {
        string[2] memory unsupported = ["interopCallValue(uint256)", "cancellable(bool)"];
        for (uint256 i = 0; i < 2; ++i) {
            bytes memory attribute = wordAttribute(unsupported[i], 1);
            vm.assertFalse(center.supportsAttribute(selectorOf(attribute)));
            _refuse(
                attribute, abi.encodeWithSelector(IInteropCenter.UnsupportedAttribute.selector, selectorOf(attribute))
            );
        }
    }

    function test_sendMessage_reverts_whenTheCallIsIndirect() external {
        bytes memory attribute = wordAttribute("indirectCall(uint256)", 0);
        _refuse(attribute, abi.encodeWithSelector(IInteropCenter.UnsupportedAttribute.selector, selectorOf(attribute)));
    }

    function test_supportsAttribute_knowsSix() external view {
        string[6] memory supported = [
            "indirectCall(uint256)",
            "minGasLimit(uint256)",
            "deliverBefore(uint256)",
            "deliverAfter(uint256)",
            "executionAddress(bytes)",
            "unbundlerAddress(bytes)"
        ];
        for (uint256 i = 0; i < 6; ++i) {
            vm.assertTrue(center.supportsAttribute(bytes4(keccak256(bytes(supported[i])))));
        }
    }

    function test_sendMessage_reverts_whenAttributeStandsTwice() external {
        bytes memory attribute = wordAttribute("minGasLimit(uint256)", 1);
        bytes[] memory attributes = append(append(none(), attribute), wordAttribute("minGasLimit(uint256)", 2));
        bytes memory recipient = Erc7930.format(DESTINATION, makeAddr("to"));
        vm.expectRevert(
            abi.encodeWithSelector(IInteropCenter.InteropCenterDuplicateAttribute.selector, selectorOf(attribute))
        );
        center.sendMessage(recipient, "", attributes);
    }

    function testFuzz_sendMessage_reverts_whenNumberIsNotOneWord(bytes calldata argument) external {
        vm.assume(argument.length != 32);
        bytes memory attribute = bytes.concat(bytes4(keccak256("deliverBefore(uint256)")), argument);
        _refuseMalformed(attribute);
    }

    function testFuzz_sendMessage_reverts_whenAccountArgumentIsMalformed(bytes calldata argument) external {
        _refuseMalformed(bytes.concat(bytes4(keccak256("executionAddress(bytes)")), argument));
        _refuseMalformed(bytes.concat(bytes4(keccak256("unbundlerAddress(bytes)")), argument));
    }

    function testFuzz_sendMessage_reverts_whenPaddingIsDirty(uint256 index, bytes1 dirt) external {
        vm.assume(dirt != 0);
        bytes memory attribute = accountAttribute("unbundlerAddress(bytes)", Erc7930.format(DESTINATION, relayer));
        // 4 bytes of selector, two words, 28 bytes of address: the rest is padding.
        attribute[bound(index, 96, attribute.length - 1)] = dirt;
        _refuseMalformed(attribute);
    }

    function test_sendMessage_reverts_whenAccountArgumentHasAnExtraWord() external {
        bytes memory attribute = accountAttribute("unbundlerAddress(bytes)", Erc7930.format(DESTINATION, relayer));
        _refuseMalformed(bytes.concat(attribute, bytes32(0)));
    }

    function testFuzz_sendMessage_reverts_whenNamedAccountIsOnAnotherChain(uint256 chainId) external {
        vm.assume(chainId != 0 && chainId != DESTINATION);
        _refuseMalformed(accountAttribute("executionAddress(bytes)", Erc7930.format(chainId, relayer)));
    }

    function test_sendMessage_reverts_whenNamedAccountIsNobody() external {
        _refuseMalformed(accountAttribute("executionAddress(bytes)", Erc7930.format(DESTINATION, address(0))));
        _refuseMalformed(accountAttribute("unbundlerAddress(bytes)", chainAddress(DESTINATION)));
    }

    function test_sendBundle_reverts_whenAttributeStandsAtTheWrongLevel() external {
        bytes memory callLevel = wordAttribute("minGasLimit(uint256)", 1);
        bytes memory bundleLevel = accountAttribute("executionAddress(bytes)", Erc7930.format(0, relayer));
        InteropCallStarter[] memory calls = starters(makeAddr("to"), 1, 0);

        vm.expectRevert(abi.encodeWithSelector(IInteropCenter.UnsupportedAttribute.selector, selectorOf(callLevel)));
        center.sendBundle(chainAddress(DESTINATION), calls, append(none(), callLevel));

        calls[0].callAttributes = append(none(), bundleLevel);
        vm.expectRevert(abi.encodeWithSelector(IInteropCenter.UnsupportedAttribute.selector, selectorOf(bundleLevel)));
        center.sendBundle(chainAddress(DESTINATION), calls, none());
    }

    // Destinations.

    function testFuzz_setDestination_opensAndCloses(uint256 chainId, bytes32 baseToken) external {
        vm.assume(chainId != 0 && chainId != SOURCE && chainId != L1 && baseToken != 0);
        vm.expectEmit(address(center));
        emit IInteropCenter.DestinationSet(chainId, baseToken);
        vm.prank(governance);
        center.setDestination(chainId, baseToken);
        vm.assertEq(center.destinationBaseToken(chainId), baseToken);
        bytes memory recipient = Erc7930.format(chainId, makeAddr("to"));
        center.sendMessage(recipient, "", none());

        vm.prank(governance);
        center.setDestination(chainId, 0);
        vm.expectRevert(abi.encodeWithSelector(IInteropCenter.InteropCenterUnknownDestination.selector, chainId));
        center.sendMessage(recipient, "", none());
    }

    function test_setDestination_reverts_whenChainIsThisOrL1OrNone() external {
        uint256[3] memory chainIds = [SOURCE, L1, 0];
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IInteropCenter.InteropCenterUnknownDestination.selector, chainIds[i])
            );
            vm.prank(governance);
            center.setDestination(chainIds[i], BASE_TOKEN);
        }
    }

    function testFuzz_setDestination_reverts_whenCallerIsNotGovernance(address caller) external {
        vm.assume(caller != governance && caller != address(manager));
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
        vm.prank(caller);
        center.setDestination(7, BASE_TOKEN);
    }

    function test_version_is1() external view {
        vm.assertEq(center.version(), 1);
        vm.assertEq(center.OUTBOX(), address(center));
    }

    function _assertHead(InteropBundle memory bundle, bytes32 salt) private pure {
        vm.assertEq(uint8(bundle.version), 1);
        vm.assertEq(bundle.sourceChainId, SOURCE);
        vm.assertEq(bundle.destinationChainId, DESTINATION);
        vm.assertEq(bundle.destinationBaseTokenAssetId, BASE_TOKEN);
        vm.assertEq(bundle.interopBundleSalt, salt);
        vm.assertFalse(bundle.attributes.useFixedFee);
    }

    function _assertCall(InteropCall memory call, address to, bytes1 version, bytes memory data) private view {
        vm.assertEq(uint8(call.version), uint8(version));
        vm.assertFalse(call.shadowAccount);
        vm.assertEq(call.to, to);
        vm.assertEq(call.from, sender);
        vm.assertEq(call.value, 0);
        vm.assertEq(call.data, data);
    }

    function _randomRecipient(uint256 seed, uint256 index) private pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode("recipient", seed, index)))));
    }

    /// @dev Payloads of 0 to 99 bytes; every third call asks for gas; recipients with and without their chain.
    function _randomStarters(uint256 seed, uint256 count) private pure returns (InteropCallStarter[] memory calls) {
        calls = new InteropCallStarter[](count);
        for (uint256 i = 0; i < count; ++i) {
            uint256 random = uint256(keccak256(abi.encode("call", seed, i)));
            bytes[] memory attributes = none();
            if (random % 3 == 0) attributes = append(attributes, wordAttribute("minGasLimit(uint256)", seed));
            bytes memory to = Erc7930.format(random % 2 == 0 ? 0 : DESTINATION, _randomRecipient(seed, i));
            calls[i] = InteropCallStarter(to, payloadOf(random % 100), attributes);
        }
    }

    function _refuseMalformed(bytes memory attribute) private {
        _refuse(attribute, abi.encodeWithSelector(IInteropCenter.InteropCenterMalformedAttribute.selector, attribute));
    }

    function _refuse(bytes memory attribute, bytes memory revertData) private {
        bytes memory recipient = Erc7930.format(DESTINATION, makeAddr("to"));
        vm.expectRevert(revertData);
        center.sendMessage(recipient, "", append(none(), attribute));
    }
}
