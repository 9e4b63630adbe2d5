// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {BundleDelivery, CallStatus} from "../../src/types/Bundles.sol";
import {InteropTest} from "../base/InteropTest.sol";
import {HostileRecipient, RecordingRecipient} from "../mocks/Recipients.sol";

/// @notice ATK-46: messages do not wait for each other. There is no nonce, neither of a sender nor of a chain, that a
/// message which cannot be delivered could hold up.
contract ATK46MessageOrderingTest is InteropTest {
    uint256 private constant COUNT = 6;

    RecordingRecipient private _recipient;

    function setUp() public override {
        super.setUp();
        _recipient = new RecordingRecipient();
    }

    function testFuzz_ATK46_deliversInAnyOrder(uint256 seed, address[COUNT] calldata senders) external {
        bytes[] memory bundles = new bytes[](COUNT);
        for (uint256 i = 0; i < COUNT; ++i) {
            sender = senders[i];
            bundles[i] = sendMessage(address(_recipient), abi.encode(i), none());
        }
        BundleDelivery[] memory deliveries = settle(bundles);
        for (uint256 left = COUNT; left != 0; --left) {
            uint256 next = uint256(keccak256(abi.encode(seed, left))) % left;
            handler.executeBundle(deliveries[next]);
            vm.assertEq(_recipient.payload(), decodeBundle(deliveries[next].bundle).calls[0].data);
            deliveries[next] = deliveries[left - 1];
        }
        vm.assertEq(_recipient.count(), COUNT);
    }

    /// @dev Neither a message that reverts, nor one that is cancelled, nor one that never settles holds up the next.
    function test_ATK46_deliversPast_whatCannotBeDelivered() external {
        HostileRecipient hostile = new HostileRecipient();
        hostile.answerWith(true, "", 0);
        bytes memory reverting = sendMessage(address(hostile), "first", none());
        bytes memory cancelled = sendMessage(address(_recipient), "second", none());
        sendMessage(address(_recipient), "third, never settled", none());
        bytes memory last = sendMessage(address(_recipient), "fourth", none());

        BundleDelivery memory refused = settle(reverting);
        vm.expectRevert();
        handler.executeBundle(refused);
        handler.verifyBundle(settle(cancelled));
        CallStatus[] memory statuses = new CallStatus[](1);
        statuses[0] = CallStatus.Cancelled;
        vm.prank(sender);
        handler.unbundleBundle(SOURCE, cancelled, statuses);
        handler.executeBundle(settle(last));
        vm.assertEq(_recipient.count(), 1);
        vm.assertEq(_recipient.payload(), "fourth");
    }

    /// @dev What others send in between changes the salt of a message and nothing else.
    function testFuzz_ATK46_sendersDoNotBlockEachOther(address other, bytes calldata theirs) external {
        vm.prank(other);
        center.sendToL1(theirs);
        handler.executeBundle(settle(sendMessage(address(_recipient), "data", none())));
        vm.assertEq(_recipient.count(), 1);
    }
}
