// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IInteropCenter} from "../../src/interfaces/IInteropCenter.sol";
import {IInteropHandler} from "../../src/interfaces/IInteropHandler.sol";
import {IPriorityInbox} from "../../src/interfaces/IPriorityInbox.sol";
import {Erc7930} from "../../src/libraries/Erc7930.sol";
import {BundleDelivery, CallStatus} from "../../src/types/Bundles.sol";
import {PriorityOperation} from "../../src/types/PriorityOperations.sol";
import {InteropTest} from "../base/InteropTest.sol";
import {RecordingRecipient} from "../mocks/Recipients.sol";

/// @notice ATK-19: a chain forks and the fork takes another chain id. All code and state are the same; what was meant for
/// the one does nothing on the other, since nothing keeps a chain id of its own.
contract ATK19DeliveryOnAForkTest is InteropTest {
    RecordingRecipient private _recipient;

    function setUp() public override {
        super.setUp();
        _recipient = new RecordingRecipient();
    }

    function testFuzz_ATK19_refuses_deliveryOnAFork(uint64 forkId) external {
        vm.assume(forkId != DESTINATION && forkId != 0);
        BundleDelivery memory delivery = settle(sendMessage(address(_recipient), "data", none()));
        vm.chainId(forkId);
        bytes memory refusal = abi.encodeWithSelector(
            IInteropHandler.InteropHandlerWrongDestination.selector, uint256(forkId), DESTINATION
        );
        vm.expectRevert(refusal);
        handler.executeBundle(delivery);
        vm.expectRevert(refusal);
        handler.verifyBundle(delivery);

        vm.chainId(DESTINATION);
        handler.executeBundle(delivery);
        vm.assertEq(_recipient.count(), 1);
    }

    /// @dev Verified before the fork: the calls settle on the side that keeps the id.
    function testFuzz_ATK19_refuses_unbundlingOnAFork(uint64 forkId) external {
        vm.assume(forkId != DESTINATION && forkId != 0);
        bytes memory bundle = sendMessage(address(_recipient), "data", none());
        handler.verifyBundle(settle(bundle));
        CallStatus[] memory statuses = new CallStatus[](1);
        statuses[0] = CallStatus.Executed;
        vm.startPrank(sender);
        vm.chainId(forkId);
        vm.expectRevert(
            abi.encodeWithSelector(
                IInteropHandler.InteropHandlerWrongDestination.selector, uint256(forkId), DESTINATION
            )
        );
        handler.unbundleBundle(SOURCE, bundle, statuses);
        vm.chainId(DESTINATION);
        handler.unbundleBundle(SOURCE, bundle, statuses);
        vm.stopPrank();
        vm.assertEq(_recipient.count(), 1);
    }

    /// @dev What the fork of the source sends says so, and its proof would have to be of that chain.
    function testFuzz_ATK19_sendsUnderTheLiveChainId(uint64 forkId) external {
        vm.assume(forkId != SOURCE && forkId != DESTINATION && forkId != L1 && forkId != 0);
        bytes memory recipient = Erc7930.format(DESTINATION, address(_recipient));
        vm.recordLogs();
        vm.chainId(forkId);
        center.sendMessage(recipient, "data", none());
        bytes memory message = messageIn(vm.getRecordedLogs());
        bytes memory bundle = new bytes(message.length - 1);
        for (uint256 i = 0; i < bundle.length; ++i) {
            bundle[i] = message[i + 1];
        }
        vm.assertEq(decodeBundle(bundle).sourceChainId, forkId);

        vm.chainId(DESTINATION);
        BundleDelivery memory delivery = settle(bundle);
        vm.expectRevert(
            abi.encodeWithSelector(IInteropHandler.InteropHandlerWrongSource.selector, uint256(forkId), SOURCE)
        );
        handler.executeBundle(delivery);
    }

    /// @dev A fork that takes the id of an open destination does not send to itself.
    function test_ATK19_refuses_sendingToItself_afterAFork() external {
        bytes memory recipient = Erc7930.format(DESTINATION, address(_recipient));
        center.sendMessage(recipient, "data", none());
        vm.chainId(DESTINATION);
        vm.expectRevert(abi.encodeWithSelector(IInteropCenter.InteropCenterUnknownDestination.selector, DESTINATION));
        center.sendMessage(recipient, "data", none());
    }

    function testFuzz_ATK19_refuses_priorityOperationOnAFork(uint64 forkId) external {
        vm.assume(forkId != SOURCE && forkId != 0);
        PriorityOperation[] memory operations = new PriorityOperation[](1);
        operations[0] = PriorityOperation(1, SOURCE, 0, sender, address(_recipient), 300_000, 1_900_000_000, "data");
        vm.startPrank(operator, operator);
        vm.chainId(forkId);
        vm.expectRevert(
            abi.encodeWithSelector(IPriorityInbox.PriorityInboxWrongChain.selector, uint256(forkId), SOURCE)
        );
        inbox.processOperations(operations);
        vm.chainId(SOURCE);
        inbox.processOperations(operations);
        vm.stopPrank();
        vm.assertEq(_recipient.count(), 1);
    }
}
