// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IMessageOutbox} from "../../../src/interfaces/IMessageOutbox.sol";
import {InteropTest} from "../../base/InteropTest.sol";

contract MessageOutboxTest is InteropTest {
    function testFuzz_sendToL1_emitsAndCommits(address from, bytes calldata message) external {
        bytes32 before = center.commitment();
        vm.expectEmit(address(center));
        emit IMessageOutbox.L1MessageSent(from, keccak256(message), message);
        vm.prank(from);
        bytes32 hash = center.sendToL1(message);
        vm.assertEq(hash, keccak256(message));
        vm.assertEq(center.commitment(), keccak256(abi.encode(before, _leaf(from, hash))));
    }

    /// @dev The rolling hash is that of the leaves in their order, whoever sends and whatever comes between.
    function testFuzz_commitment_foldsEveryLeaf(bytes[] calldata messages, address[3] calldata senders) external {
        bytes32 expected;
        for (uint256 i = 0; i < messages.length; ++i) {
            address from = senders[i % 3];
            vm.prank(from);
            center.sendToL1(messages[i]);
            expected = keccak256(abi.encode(expected, _leaf(from, keccak256(messages[i]))));
        }
        vm.assertEq(center.commitment(), expected);
    }

    function testFuzz_commitment_foldsStatuses(bytes32 operationHash, bool success, bytes calldata message) external {
        bytes32 expected = keccak256(abi.encode(bytes32(0), _leaf(address(this), keccak256(message))));
        center.sendToL1(message);
        vm.expectEmit(address(center));
        emit IMessageOutbox.OperationStatus(operationHash, success);
        vm.prank(address(inbox));
        center.reportStatus(operationHash, success);
        bytes32 leaf = keccak256(
            abi.encodePacked(uint8(0), true, uint16(0), address(0x8001), operationHash, uint256(success ? 1 : 0))
        );
        vm.assertEq(center.commitment(), keccak256(abi.encode(expected, leaf)));
    }

    function testFuzz_reportStatus_reverts_whenCallerIsNotTheInbox(address caller) external {
        vm.assume(caller != address(inbox));
        vm.expectRevert(abi.encodeWithSelector(IMessageOutbox.MessageOutboxNotInbox.selector, caller, address(inbox)));
        vm.prank(caller);
        center.reportStatus(keccak256("operation"), true);
    }

    function testFuzz_sendToL1_reverts_whenMessageIsTooLarge(uint256 excess) external {
        uint256 limit = center.MAX_MESSAGE_SIZE();
        center.sendToL1(new bytes(limit));
        uint256 size = limit + bound(excess, 1, 100_000);
        vm.expectRevert(abi.encodeWithSelector(IMessageOutbox.MessageOutboxMessageTooLarge.selector, size, limit));
        center.sendToL1(new bytes(size));
    }

    function _leaf(address from, bytes32 hash) private pure returns (bytes32) {
        return
            keccak256(
                abi.encodePacked(uint8(0), true, uint16(0), address(0x8008), bytes32(uint256(uint160(from))), hash)
            );
    }
}
