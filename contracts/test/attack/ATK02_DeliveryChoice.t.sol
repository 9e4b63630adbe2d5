// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IInteropHandler} from "../../src/interfaces/IInteropHandler.sol";
import {InteropHandler} from "../../src/messaging/InteropHandler.sol";
import {BundleDelivery, BundleStatus} from "../../src/types/Bundles.sol";
import {InteropTest} from "../base/InteropTest.sol";
import {RecordingRecipient} from "../mocks/Recipients.sol";
import {AlwaysTrueVerifier} from "../mocks/Verifiers.sol";

/// @notice ATK-02 on a chain: who delivers does not choose what checks the proof. The roots are the handler's own; the
/// one address that a delivery names is the sender of its message, and the proof binds it.
contract ATK02DeliveryChoiceTest is InteropTest {
    RecordingRecipient private _recipient;
    bytes private _bundle;
    BundleDelivery private _delivery;

    function setUp() public override {
        super.setUp();
        _recipient = new RecordingRecipient();
        _bundle = sendMessage(address(_recipient), "data", none());
        _delivery = settle(_bundle);
    }

    function test_ATK02_accepts_rootThatTheHandlerImported() external {
        handler.executeBundle(_delivery);
        vm.assertEq(_recipient.count(), 1);
    }

    /// @dev A stranger hands the very bytes of a bundle to the outbox: proven, but not by a center.
    function testFuzz_ATK02_refuses_messageOfAnyoneButACenter(address stranger) external {
        vm.assume(stranger != address(center));
        (BundleDelivery[] memory deliveries,) = settleFrom(SOURCE, stranger, listOf(_bundle));
        vm.expectRevert(abi.encodeWithSelector(IInteropHandler.InteropHandlerWrongCenter.selector, SOURCE, stranger));
        handler.executeBundle(deliveries[0]);

        // Naming the center does not help: the leaf holds who sent it.
        deliveries[0].sender = address(center);
        vm.expectRevert(abi.encodeWithSelector(IInteropHandler.InteropHandlerUnproven.selector, bundleHashOf(_bundle)));
        handler.executeBundle(deliveries[0]);
        _assertUntouched();
    }

    /// @dev What another handler imported, this one has not.
    function test_ATK02_refuses_rootThatAnotherHandlerImported() external {
        InteropHandler other = new InteropHandler(address(manager), L1, address(center));
        vm.expectRevert(abi.encodeWithSelector(IInteropHandler.InteropHandlerUnproven.selector, bundleHashOf(_bundle)));
        other.executeBundle(_delivery);
        _assertUntouched();
    }

    /// @dev A contract that calls everything true stands by, named wherever an address fits; nobody asks it.
    function test_ATK02_neverCalls_addressesThatTheDeliveryNames() external {
        address spoofed = address(new AlwaysTrueVerifier());
        vm.expectCall(spoofed, "", 0);
        _delivery.sender = spoofed;
        _delivery.proof.path[_delivery.proof.path.length - 1] = bytes32(uint256(uint160(spoofed)));
        vm.expectRevert(abi.encodeWithSelector(IInteropHandler.InteropHandlerWrongCenter.selector, SOURCE, spoofed));
        handler.executeBundle(_delivery);
        _assertUntouched();
    }

    function _assertUntouched() private view {
        vm.assertEq(_recipient.count(), 0);
        vm.assertEq(uint256(handler.bundleStatus(bundleHashOf(_bundle))), uint256(BundleStatus.Unreceived));
    }
}
