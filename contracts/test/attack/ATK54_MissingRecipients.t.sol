// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IInteropHandler} from "../../src/interfaces/IInteropHandler.sol";
import {Erc7930} from "../../src/libraries/Erc7930.sol";
import {BundleDelivery, BundleStatus, CallStatus, InteropCallStarter} from "../../src/types/Bundles.sol";
import {InteropTest} from "../base/InteropTest.sol";
import {HostileRecipient, RecordingRecipient} from "../mocks/Recipients.sol";

/// @notice ATK-54: a recipient that is not there, or does not answer as ERC-7786 demands, leaves a message that can be
/// tried again, or cancelled by its unbundler; it is never counted as executed and never stuck.
contract ATK54MissingRecipientsTest is InteropTest {
    RecordingRecipient private _recipient;

    function setUp() public override {
        super.setUp();
        _recipient = new RecordingRecipient();
    }

    function test_ATK54_accepts_recipientThatIsThere() external {
        handler.executeBundle(settle(sendMessage(address(_recipient), "data", none())));
        vm.assertEq(_recipient.count(), 1);
    }

    function testFuzz_ATK54_refuses_recipientWithoutCode(uint160 account) external {
        address missing = address(account);
        vm.assume(account > 0xffff && missing.code.length == 0);
        bytes memory bundle = sendMessage(missing, "data", none());
        BundleDelivery memory delivery = settle(bundle);
        vm.expectRevert(abi.encodeWithSelector(IInteropHandler.InteropHandlerRecipientMissing.selector, 0, missing));
        handler.executeBundle(delivery);
        _cancel(bundle, delivery);
    }

    /// @dev It goes through once the recipient is deployed.
    function test_ATK54_accepts_recipientDeployedLater() external {
        address later = makeAddr("deployed later");
        BundleDelivery memory delivery = settle(sendMessage(later, "data", none()));
        vm.expectRevert(abi.encodeWithSelector(IInteropHandler.InteropHandlerRecipientMissing.selector, 0, later));
        handler.executeBundle(delivery);
        vm.etch(later, address(_recipient).code);
        handler.executeBundle(delivery);
        vm.assertEq(RecordingRecipient(later).count(), 1);
    }

    function testFuzz_ATK54_refuses_wrongAnswer(bytes calldata answer) external {
        vm.assume(keccak256(answer) != keccak256(abi.encode(_recipient.receiveMessage.selector)));
        vm.assume(answer.length <= 256);
        _refuseAnswer(answer);
    }

    /// @dev The selector with something behind it, in its word or after it, is not the selector.
    function testFuzz_ATK54_refuses_answerThatIsNearlyRight(bytes28 dirt, bytes calldata tail) external {
        vm.assume(dirt != 0 && tail.length <= 224);
        _refuseAnswer(abi.encodePacked(_recipient.receiveMessage.selector, dirt));
        if (tail.length != 0) {
            _refuseAnswer(bytes.concat(abi.encode(_recipient.receiveMessage.selector), tail));
        }
    }

    /// @dev One recipient of a bundle is missing: its unbundler runs the others and cancels that one.
    function test_ATK54_othersOfABundleGoOn() external {
        address missing = makeAddr("missing");
        InteropCallStarter[] memory calls = starters(address(_recipient), 3, 32);
        calls[1].to = Erc7930.format(0, missing);
        bytes memory bundle = sendBundle(calls, none());
        BundleDelivery memory delivery = settle(bundle);
        vm.expectRevert(abi.encodeWithSelector(IInteropHandler.InteropHandlerRecipientMissing.selector, 1, missing));
        handler.executeBundle(delivery);

        handler.verifyBundle(delivery);
        CallStatus[] memory statuses = new CallStatus[](3);
        (statuses[0], statuses[1], statuses[2]) = (CallStatus.Executed, CallStatus.Cancelled, CallStatus.Executed);
        vm.prank(sender);
        handler.unbundleBundle(SOURCE, bundle, statuses);
        vm.assertEq(_recipient.count(), 2);
    }

    function _refuseAnswer(bytes memory answer) private {
        HostileRecipient wrong = new HostileRecipient();
        wrong.answerWith(false, answer, 0);
        bytes memory bundle = sendMessage(address(wrong), "data", none());
        BundleDelivery memory delivery = settle(bundle);
        vm.expectRevert(abi.encodeWithSelector(IInteropHandler.InteropHandlerWrongReturnValue.selector, 0, answer));
        handler.executeBundle(delivery);
        _cancel(bundle, delivery);
    }

    /// @dev The sender's own account on this chain is the unbundler when none is named.
    function _cancel(bytes memory bundle, BundleDelivery memory delivery) private {
        bytes32 hash = bundleHashOf(bundle);
        vm.assertEq(uint256(handler.bundleStatus(hash)), uint256(BundleStatus.Unreceived));
        handler.verifyBundle(delivery);
        CallStatus[] memory statuses = new CallStatus[](1);
        statuses[0] = CallStatus.Cancelled;
        vm.prank(sender);
        handler.unbundleBundle(SOURCE, bundle, statuses);
        vm.assertEq(uint256(handler.callStatus(hash, 0)), uint256(CallStatus.Cancelled));
    }
}
