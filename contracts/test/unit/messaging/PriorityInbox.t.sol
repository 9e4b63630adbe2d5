// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {Roles} from "../../../src/access/Roles.sol";
import {IMessageOutbox} from "../../../src/interfaces/IMessageOutbox.sol";
import {IPriorityInbox} from "../../../src/interfaces/IPriorityInbox.sol";
import {Erc7930} from "../../../src/libraries/Erc7930.sol";
import {PriorityInbox} from "../../../src/messaging/PriorityInbox.sol";
import {PriorityOperation} from "../../../src/types/PriorityOperations.sol";
import {InteropTest} from "../../base/InteropTest.sol";
import {HostileRecipient, RecordingRecipient, ReentrantRecipient, RoomTaker} from "../../mocks/Recipients.sol";

contract PriorityInboxTest is InteropTest {
    uint64 private constant GAS_LIMIT = 500_000;

    function testFuzz_processOperations_deliversThroughErc7786(address from, bytes calldata data) external {
        RecordingRecipient recipient = new RecordingRecipient();
        PriorityOperation memory operation = _operation(0, address(recipient), data);
        operation.sender = from;
        bytes32 id = keccak256(abi.encode(operation));

        vm.expectEmit(address(inbox));
        emit IPriorityInbox.PriorityOperationProcessed(id, 0, true, abi.encode(recipient.receiveMessage.selector));
        vm.expectEmit(address(center));
        emit IMessageOutbox.OperationStatus(id, true);
        _process(operation);

        vm.assertEq(recipient.count(), 1);
        vm.assertEq(recipient.gateway(), address(inbox));
        vm.assertEq(recipient.receiveId(), id);
        vm.assertEq(recipient.sender(), Erc7930.format(L1, from));
        vm.assertEq(recipient.payload(), data);
        vm.assertEq(inbox.processedCount(), 1);
        vm.assertEq(inbox.commitment(), keccak256(abi.encode(bytes32(0), id)));
    }

    function testFuzz_processOperations_foldsInOrder(uint256 count, bytes32 salt) external {
        count = bound(count, 0, 10);
        RecordingRecipient recipient = new RecordingRecipient();
        PriorityOperation[] memory operations = new PriorityOperation[](count);
        bytes32 expected;
        for (uint64 i = 0; i < count; ++i) {
            operations[i] = _operation(i, address(recipient), abi.encode(salt, i));
            expected = keccak256(abi.encode(expected, keccak256(abi.encode(operations[i]))));
        }
        vm.prank(operator, operator);
        inbox.processOperations(operations);
        vm.assertEq(inbox.processedCount(), count);
        vm.assertEq(inbox.commitment(), expected);
        vm.assertEq(recipient.count(), count);
    }

    function testFuzz_processOperations_consumesAsFailed_whenRecipientReverts(bytes calldata reason) external {
        HostileRecipient recipient = new HostileRecipient();
        recipient.answerWith(true, reason, 0);
        _expectFailed(address(recipient), reason.length > 256 ? bytes(reason[:256]) : reason);
    }

    function testFuzz_processOperations_consumesAsFailed_whenAnswerIsWrong(bytes calldata answer) external {
        vm.assume(answer.length != 32);
        HostileRecipient recipient = new HostileRecipient();
        recipient.answerWith(false, answer, 0);
        _expectFailed(address(recipient), answer.length > 256 ? bytes(answer[:256]) : answer);
    }

    function test_processOperations_consumesAsFailed_whenRecipientHasNoCode() external {
        _expectFailed(makeAddr("nobody"), "");
    }

    function test_processOperations_consumesAsFailed_whenRecipientBurnsItsGas() external {
        HostileRecipient recipient = new HostileRecipient();
        recipient.burnAllGas();
        uint256 before = gasleft();
        _expectFailed(address(recipient), "");
        vm.assertLt(before - gasleft(), GAS_LIMIT + 300_000, "the operation burns no more than its own gas");
    }

    function test_processOperations_goesOn_whenOneFails() external {
        RecordingRecipient recipient = new RecordingRecipient();
        PriorityOperation[] memory operations = new PriorityOperation[](3);
        operations[0] = _operation(0, makeAddr("nobody"), "first");
        operations[1] = _operation(1, address(recipient), "second");
        operations[2] = _operation(2, address(recipient), "third");
        vm.prank(operator, operator);
        inbox.processOperations(operations);
        vm.assertEq(recipient.count(), 2);
        vm.assertEq(inbox.processedCount(), 3);
    }

    function testFuzz_processOperations_givesTheGasAskedFor_orReverts(uint256 gas) external {
        RecordingRecipient recipient = new RecordingRecipient();
        PriorityOperation[] memory operations = new PriorityOperation[](1);
        operations[0] = _operation(0, address(recipient), "data");
        gas = bound(gas, 30_000, 3 * GAS_LIMIT);
        vm.prank(operator, operator);
        (bool success,) = address(inbox).call{gas: gas}(abi.encodeCall(inbox.processOperations, (operations)));
        vm.assertEq(inbox.processedCount(), success ? 1 : 0);
        if (!success) return;
        vm.assertEq(recipient.count(), 1, "never consumed as failed for lack of gas");
        vm.assertApproxEqAbs(recipient.gasSeen(), GAS_LIMIT, 1000);
    }

    function testFuzz_processOperations_reverts_whenGasIsTooLow(uint64 gasLimit) external {
        PriorityOperation memory operation = _operation(0, makeAddr("to"), "");
        operation.gasLimit = uint64(bound(gasLimit, 2_000_000_000, type(uint64).max));
        vm.expectPartialRevert(IPriorityInbox.PriorityInboxGasTooLow.selector);
        _process(operation);
    }

    function testFuzz_processOperations_reverts_whenNonceIsNotTheNext(uint64 nonce) external {
        vm.assume(nonce != 1);
        _process(_operation(0, makeAddr("to"), ""));
        PriorityOperation memory operation = _operation(nonce, makeAddr("to"), "");
        vm.expectRevert(abi.encodeWithSelector(IPriorityInbox.PriorityInboxWrongNonce.selector, 1, nonce));
        _process(operation);
    }

    function testFuzz_processOperations_reverts_whenOperationIsOfAnotherChain(uint256 chainId) external {
        vm.assume(chainId != SOURCE);
        PriorityOperation memory operation = _operation(0, makeAddr("to"), "");
        operation.chainId = chainId;
        vm.expectRevert(abi.encodeWithSelector(IPriorityInbox.PriorityInboxWrongChain.selector, SOURCE, chainId));
        _process(operation);
    }

    function testFuzz_processOperations_reverts_whenVersionIsUnknown(uint8 version) external {
        vm.assume(version == 0 || version > 2);
        PriorityOperation memory operation = _operation(0, makeAddr("to"), "");
        operation.version = version;
        vm.expectRevert(abi.encodeWithSelector(IPriorityInbox.PriorityInboxUnknownVersion.selector, version));
        _process(operation);
    }

    function testFuzz_processOperations_reverts_whenCallerIsNotTheOperator(address caller) external {
        vm.assume(caller != operator && caller != address(manager));
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
        vm.prank(caller);
        inbox.processOperations(new PriorityOperation[](0));
    }

    /// @dev Even where the recipient is the operator itself.
    function test_processOperations_consumesOnce_whenRecipientCallsBack() external {
        ReentrantRecipient recipient = new ReentrantRecipient();
        manager.grantRole(Roles.OPERATOR, address(recipient), 0);
        PriorityOperation[] memory operations = new PriorityOperation[](1);
        operations[0] = _operation(0, address(recipient), "data");
        recipient.callBack(address(inbox), abi.encodeCall(inbox.processOperations, (operations)));
        _process(operations[0]);
        vm.assertTrue(recipient.called());
        vm.assertFalse(recipient.succeeded());
        vm.assertEq(
            recipient.answer(), abi.encodeWithSelector(IPriorityInbox.PriorityInboxNested.selector, address(recipient))
        );
        vm.assertEq(inbox.processedCount(), 1);
    }

    /// @dev A contract, a contract in the operator's transaction, and the operator's own account with code (EIP-7702).
    function test_processOperations_reverts_whenTheCallerHasCode() external {
        PriorityOperation[] memory operations = new PriorityOperation[](1);
        operations[0] = _operation(0, address(new RecordingRecipient()), "data");
        manager.grantRole(Roles.OPERATOR, address(this), 0);
        _expectNested(address(this));
        inbox.processOperations(operations);
        _expectNested(address(this));
        vm.prank(address(this), operator);
        inbox.processOperations(operations);
        vm.etch(operator, bytes.concat(hex"ef0100", bytes20(address(this))));
        _expectNested(operator);
        vm.prank(operator, operator);
        inbox.processOperations(operations);
        vm.etch(operator, "");
        _process(operations[0]);
        vm.assertEq(inbox.processedCount(), 1);
    }

    function testFuzz_takeRoom_givesEachOperation16Times(uint256 first, uint256 second) external {
        (first, second) = (bound(first, 0, 32), bound(second, 0, 32));
        RoomTaker recipient = new RoomTaker();
        _process(_operation(0, address(recipient), abi.encode(first)));
        vm.assertEq(recipient.taken(), _most16(first));
        vm.assertFalse(inbox.takeRoom(), "no operation is being delivered");
        _process(_operation(1, address(recipient), abi.encode(second)));
        vm.assertEq(recipient.taken(), _most16(first) + _most16(second));
    }

    function test_processOperations_stops_afterTheFirstThatTookRoom() external {
        RoomTaker recipient = new RoomTaker();
        PriorityOperation[] memory operations = new PriorityOperation[](4);
        operations[0] = _operation(0, address(recipient), abi.encode(0));
        operations[1] = _operation(1, address(recipient), abi.encode(1));
        operations[2] = _operation(2, address(recipient), abi.encode(1));
        operations[3] = _operation(3, address(recipient), abi.encode(0));
        vm.prank(operator, operator);
        inbox.processOperations(operations);
        vm.assertEq(inbox.processedCount(), 2);
        vm.assertEq(recipient.taken(), 1);
        _process(operations[2]);
        _process(operations[3]);
        vm.assertEq(inbox.processedCount(), 4);
        vm.assertEq(recipient.taken(), 2);
    }

    /// @dev What is undone has taken nothing.
    function test_processOperations_goesOn_whenTheRoomTakenWasGivenBack() external {
        PriorityOperation[] memory operations = new PriorityOperation[](2);
        operations[0] = _operation(0, address(new RoomTaker()), abi.encode(type(uint256).max));
        operations[1] = _operation(1, address(new RecordingRecipient()), "");
        vm.prank(operator, operator);
        inbox.processOperations(operations);
        vm.assertEq(inbox.processedCount(), 2);
    }

    function test_constructor_reverts_whenAnArgumentIsZero() external {
        vm.expectRevert(abi.encodeWithSelector(IPriorityInbox.PriorityInboxZeroAuthority.selector));
        new PriorityInbox(address(0), L1);
        vm.expectRevert(abi.encodeWithSelector(IPriorityInbox.PriorityInboxZeroL1ChainId.selector));
        new PriorityInbox(address(manager), 0);
    }

    function test_version_is1() external view {
        vm.assertEq(inbox.version(), 1);
    }

    function _most16(uint256 times) private pure returns (uint256) {
        return times < 16 ? times : 16;
    }

    function _expectNested(address caller) private {
        vm.expectRevert(abi.encodeWithSelector(IPriorityInbox.PriorityInboxNested.selector, caller));
    }

    function _expectFailed(address recipient, bytes memory reason) private {
        PriorityOperation memory operation = _operation(0, recipient, "data");
        bytes32 id = keccak256(abi.encode(operation));
        vm.expectEmit(address(inbox));
        emit IPriorityInbox.PriorityOperationProcessed(id, 0, false, reason);
        vm.expectEmit(address(center));
        emit IMessageOutbox.OperationStatus(id, false);
        _process(operation);
        vm.assertEq(inbox.processedCount(), 1);
        vm.assertEq(inbox.commitment(), keccak256(abi.encode(bytes32(0), id)));
    }

    function _operation(uint64 nonce, address to, bytes memory data) private view returns (PriorityOperation memory) {
        return PriorityOperation(1, SOURCE, nonce, sender, to, GAS_LIMIT, uint64(block.timestamp + 1 days), data);
    }

    function _process(PriorityOperation memory operation) private {
        PriorityOperation[] memory operations = new PriorityOperation[](1);
        operations[0] = operation;
        vm.prank(operator, operator);
        inbox.processOperations(operations);
    }
}
