// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IInteropCenter} from "../../src/interfaces/IInteropCenter.sol";
import {IInteropHandler} from "../../src/interfaces/IInteropHandler.sol";
import {IMessageOutbox} from "../../src/interfaces/IMessageOutbox.sol";
import {Erc7930} from "../../src/libraries/Erc7930.sol";
import {BundleDelivery, InteropBundle, InteropCall, InteropCallStarter} from "../../src/types/Bundles.sol";
import {BatchProof} from "../../src/types/Messages.sol";
import {InteropTest} from "../base/InteropTest.sol";
import {RecordingRecipient, SilentRecipient} from "../mocks/Recipients.sol";

/// @notice ATK-50 on a chain: proofs, payloads and bundles of absurd sizes are refused for gas that stays in proportion to
/// their calldata, which their submitter pays. What a chain sends is bounded at the source.
contract ATK50DeliveryDoSTest is InteropTest {
    RecordingRecipient private _recipient;

    function setUp() public override {
        super.setUp();
        _recipient = new RecordingRecipient();
    }

    /// @dev Copying a word and the memory for it. Its calldata costs 320 gas at least (EIP-7623).
    function testFuzz_ATK50_longPaths_costInProportion(uint256 extra) external {
        extra = bound(extra, 1, 20_000);
        BundleDelivery memory delivery = settle(sendMessage(address(_recipient), "data", none()));
        bytes32[] memory longer = new bytes32[](delivery.proof.path.length + extra);
        for (uint256 i = 0; i < delivery.proof.path.length; ++i) {
            longer[i] = delivery.proof.path[i];
        }
        delivery.proof.path = longer;
        vm.assertLt(_costOfRefusal(delivery), 150_000 + 100 * extra);
    }

    function testFuzz_ATK50_largeBundles_costInProportion(uint256 size) external {
        size = bound(size, 100_000, 1_000_000);
        BundleDelivery memory delivery = settle(sendMessage(address(_recipient), "data", none()));
        delivery.bundle = new bytes(size);
        vm.assertLt(_costOfRefusal(delivery), 150_000 + 3 * size);
    }

    /// @dev A center that is not ours sends 10,000 calls, proven. No call runs.
    function test_ATK50_manyCalls_areRefusedBeforeAnyRuns() external {
        InteropBundle memory bundle = decodeBundle(sendMessage(address(_recipient), "data", none()));
        InteropCall memory call = bundle.calls[0];
        bundle.calls = new InteropCall[](10_000);
        for (uint256 i = 0; i < bundle.calls.length; ++i) {
            bundle.calls[i] = call;
        }
        BundleDelivery memory delivery = settle(abi.encode(bundle));
        vm.expectRevert(abi.encodeWithSelector(IInteropHandler.InteropHandlerCallCount.selector, 10_000, 100));
        handler.executeBundle(delivery);
        vm.assertEq(_recipient.count(), 0);
    }

    /// @dev The number of calls is a lie: nothing loops over it.
    function testFuzz_ATK50_falseCallCounts_costInProportion(uint256 count) external {
        bytes memory text = sendMessage(address(_recipient), "data", none());
        vm.assume(count != 1);
        assembly ("memory-safe") {
            mstore(add(text, 0x120), count)
        }
        vm.assertLt(_costOfRefusal(settle(text)), 150_000);
    }

    function test_ATK50_sourceRefuses_largePayloads() external {
        bytes memory recipient = Erc7930.format(DESTINATION, address(_recipient));
        vm.expectPartialRevert(IMessageOutbox.MessageOutboxMessageTooLarge.selector);
        center.sendMessage(recipient, new bytes(4 << 20), none());
    }

    function test_ATK50_sourceRefuses_manyCalls() external {
        InteropCallStarter[] memory calls = new InteropCallStarter[](10_000);
        vm.expectRevert(abi.encodeWithSelector(IInteropCenter.InteropCenterCallCount.selector, 10_000, 100));
        center.sendBundle(chainAddress(DESTINATION), calls, none());
    }

    /// @dev The largest message that can be sent can also be delivered, within the gas of one transaction (EIP-7825).
    function test_ATK50_largestMessage_isDelivered() external {
        bytes memory payload = payloadOf(center.MAX_MESSAGE_SIZE() / 32 * 32 - 0x300);
        BundleDelivery memory delivery = settle(sendMessage(address(new SilentRecipient()), payload, none()));
        bytes memory call = abi.encodeCall(handler.executeBundle, (delivery));
        uint256 floor = 21_000 + 40 * call.length;
        vm.assertLt(floor, 1 << 24);
        vm.assertLt(call.length, 128 * 1024, "fits a transaction");
        (bool success,) = address(handler).call{gas: (1 << 24) - floor}(call);
        vm.assertTrue(success);
    }

    /// @dev The fullest bundle that can be sent can also be delivered in one transaction.
    function test_ATK50_fullestBundle_isDelivered() external {
        bytes memory bundle = sendBundle(starters(address(new SilentRecipient()), 100, 500), none());
        bytes memory call = abi.encodeCall(handler.executeBundle, (settle(bundle)));
        uint256 floor = 21_000 + 40 * call.length;
        (bool success,) = address(handler).call{gas: (1 << 24) - floor}(call);
        vm.assertTrue(success);
    }

    /// @dev One absurd delivery in a batch takes its share of the gas and no more.
    function test_ATK50_leavesTheBatchInPlace() external {
        bytes[] memory bundles = new bytes[](2);
        bundles[0] = sendMessage(address(_recipient), "data", none());
        bundles[1] = sendMessage(address(_recipient), "data", none());
        BundleDelivery[] memory deliveries = settle(bundles);
        deliveries[0].proof.path = new bytes32[](20_000);
        handler.executeBundles{gas: 5_000_000}(new BatchProof[](0), deliveries);
        vm.assertEq(_recipient.count(), 1);
    }

    function _costOfRefusal(BundleDelivery memory delivery) private returns (uint256 cost) {
        bytes memory call = abi.encodeCall(handler.executeBundle, (delivery));
        uint256 before = gasleft();
        bool success = callWithoutCopy(address(handler), call);
        cost = before - gasleft();
        vm.assertFalse(success);
        vm.assertEq(_recipient.count(), 0);
    }
}
