// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Roles} from "../../src/access/Roles.sol";
import {IPriorityInbox} from "../../src/interfaces/IPriorityInbox.sol";
import {InclusionProof} from "../../src/types/Messages.sol";
import {PriorityOperation} from "../../src/types/PriorityOperations.sol";
import {SwapCommand, SwapOutcome, SwapPreimage} from "../../src/types/Swaps.sol";
import {SwapTest} from "../base/SwapTest.sol";
import {AccountFilter, RawFilter} from "../mocks/Filters.sol";
import {RecordingRecipient} from "../mocks/Recipients.sol";

/// @notice An operator that is a contract, and consumes whenever it is called.
contract NestingOperator {
    function consume(IPriorityInbox inbox, PriorityOperation[] calldata operations) external {
        inbox.processOperations(operations);
    }
}

/// @notice ATK-45: a chain that filters what L1 asks of it decides nothing about swaps: their operations are the system's.
contract ATK45OperatorFilterTest is SwapTest {
    function test_ATK45_filter_cannotRefuseTheSystem() external {
        (bytes32 id,,) = lockAndProve();
        _setFilter(address(new AccountFilter(address(0))));
        command(SwapCommand.Resolve, abi.encode(SOURCE, id), true);
        assertOutcome(id, SwapOutcome.Cancelled);
    }

    /// @dev The system's operations do not even reach a filter that would burn all their gas.
    function test_ATK45_filter_isNotAskedAboutTheSystem() external {
        (bytes32 id,,) = lockAndProve();
        address filter = address(new RawFilter("", true));
        _setFilter(filter);
        vm.expectCall(filter, "", 0);
        command(SwapCommand.Resolve, abi.encode(SOURCE, id), true);
        assertOutcome(id, SwapOutcome.Cancelled);
    }

    /// @dev Consumed from inside of a call that has entered the swap contract or the vault, what L1 asks of them would fail.
    function test_ATK45_operator_cannotConsumeFromInsideOfASwap() external {
        (bytes32 id,,) = lockAndProve();
        (bytes32 own, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        PriorityOperation[] memory operations = new PriorityOperation[](1);
        operations[0] = commandOf(SwapCommand.Resolve, abi.encode(SOURCE, id));
        address nesting = address(new NestingOperator());
        manager.grantRole(Roles.OPERATOR, nesting, 0);
        venue.callBack(nesting, abi.encodeCall(NestingOperator.consume, (inbox, operations)));
        swap.execute(preimage, proof);
        assertOutcome(own, SwapOutcome.Executed);
        vm.assertTrue(venue.called());
        vm.assertEq(venue.lastAnswer(), abi.encodeWithSelector(IPriorityInbox.PriorityInboxNested.selector, nesting));
        vm.assertEq(inbox.processedCount(), 0);
        command(SwapCommand.Resolve, abi.encode(SOURCE, id), true);
        assertOutcome(id, SwapOutcome.Cancelled);
    }

    /// @dev An account that writes the registry's words is an account: the version says who asked, and L1 says the version.
    function test_ATK45_filter_isAskedAboutAccounts() external {
        RecordingRecipient recipient = new RecordingRecipient();
        address filter = address(new AccountFilter(bob));
        _setFilter(filter);
        PriorityOperation memory operation = operationOf(alice, address(recipient), "data");
        vm.expectEmit(address(inbox));
        emit IPriorityInbox.PriorityOperationProcessed(
            keccak256(abi.encode(operation)),
            0,
            false,
            abi.encodeWithSelector(IPriorityInbox.PriorityInboxRefused.selector, filter)
        );
        process(operation);
        vm.assertEq(recipient.count(), 0);
        vm.assertEq(inbox.processedCount(), 1);
        expectStatus(operationOf(bob, address(recipient), "data"), true);
        vm.assertEq(recipient.count(), 1);
        _setFilter(address(0));
        expectStatus(operationOf(alice, address(recipient), "data"), true);
    }

    /// @dev It fails closed, and never blocks the queue.
    function test_ATK45_filter_thatMisbehaves_allowsNothing() external {
        RecordingRecipient recipient = new RecordingRecipient();
        address[5] memory filters = [
            address(new RawFilter("", false)),
            address(new RawFilter(abi.encode(uint256(2)), false)),
            address(new RawFilter(hex"01", false)),
            address(new RawFilter(new bytes(100_000), false)),
            address(new RawFilter("", true))
        ];
        for (uint256 i = 0; i < 5; ++i) {
            _setFilter(filters[i]);
            expectStatus(operationOf(alice, address(recipient), "data"), false);
        }
        vm.assertEq(inbox.processedCount(), 5);
        _setFilter(address(new RawFilter(abi.encode(true, "more"), false)));
        expectStatus(operationOf(alice, address(recipient), "data"), true);
    }

    /// @dev An operator that brings too little gas has nothing refused.
    function test_ATK45_filter_getsItsGas() external {
        _setFilter(address(new AccountFilter(alice)));
        PriorityOperation[] memory operations = new PriorityOperation[](1);
        operations[0] = operationOf(alice, address(new RecordingRecipient()), "");
        operations[0].gasLimit = 1_000;
        for (uint256 gasLimit = 40_000; gasLimit < 400_000; gasLimit += 3_001) {
            uint256 snapshot = vm.snapshotState();
            vm.prank(operator, operator);
            (bool success,) = address(inbox).call{gas: gasLimit}(abi.encodeCall(inbox.processOperations, (operations)));
            if (success) vm.assertGt(gasLimit, 100_000);
            vm.revertToState(snapshot);
        }
    }

    function test_ATK45_setFilter_reverts_whenThereIsNoContract() external {
        vm.expectRevert(abi.encodeWithSelector(IPriorityInbox.PriorityInboxNoFilter.selector, alice));
        vm.prank(governance);
        inbox.setFilter(alice);
    }

    function _setFilter(address filter) private {
        vm.expectEmit(address(inbox));
        emit IPriorityInbox.FilterSet(filter);
        vm.prank(governance);
        inbox.setFilter(filter);
        vm.assertEq(inbox.filter(), filter);
    }
}
