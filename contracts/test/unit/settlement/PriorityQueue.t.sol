// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IPriorityQueue} from "../../../src/interfaces/IPriorityQueue.sol";
import {PriorityQueue} from "../../../src/settlement/PriorityQueue.sol";
import {PriorityOperation} from "../../../src/types/PriorityOperations.sol";
import {L1Fixture} from "../../base/L1Fixture.sol";

contract PriorityQueueTest is L1Fixture {
    uint256 private constant CHAIN = 271;
    uint64 private constant GAS = 100_000;

    function setUp() external {
        deployL1();
        registerChain(CHAIN);
    }

    function testFuzz_request_queuesTheOperation(address sender, address to, uint64 gasLimit, bytes calldata data)
        external
    {
        vm.assume(sender != address(0));
        gasLimit = uint64(bound(gasLimit, priorityQueue.MIN_GAS_LIMIT(), priorityQueue.MAX_GAS_LIMIT()));
        PriorityOperation memory operation = PriorityOperation({
            version: 1,
            chainId: CHAIN,
            nonce: 0,
            sender: sender,
            to: to,
            gasLimit: gasLimit,
            expiresAt: START_TIME + PRIORITY_EXPIRY,
            data: data
        });
        bytes32 expected = keccak256(abi.encode(operation));
        vm.expectEmit(address(priorityQueue));
        emit IPriorityQueue.PriorityOperationRequested(CHAIN, 0, expected, operation);
        vm.prank(sender);
        vm.assertEq(priorityQueue.request(CHAIN, to, gasLimit, data), expected);

        vm.assertEq(priorityQueue.tail(CHAIN), 1);
        vm.assertEq(priorityQueue.head(CHAIN), 0);
        vm.assertEq(priorityQueue.expiresAt(CHAIN, 0), operation.expiresAt);
        vm.assertEq(priorityQueue.checkConsumption(CHAIN, 1), keccak256(abi.encodePacked(bytes32(0), expected)));
    }

    function testFuzz_checkConsumption_returnsTheHashOfThePrefix(uint256 count) external {
        count = bound(count, 0, 20);
        bytes32[] memory expected = new bytes32[](count + 1);
        for (uint256 i = 0; i < count; ++i) {
            bytes32 operationHash = priorityQueue.request(CHAIN, stranger, GAS, abi.encode(i));
            expected[i + 1] = keccak256(abi.encodePacked(expected[i], operationHash));
        }
        for (uint64 consumed = 0; consumed <= count; ++consumed) {
            vm.assertEq(priorityQueue.checkConsumption(CHAIN, consumed), expected[consumed]);
        }
    }

    function testFuzz_checkConsumption_reverts_whenThereAreFewer(uint64 count, uint64 claimed) external {
        count = uint64(bound(count, 0, 5));
        claimed = uint64(bound(claimed, count + 1, type(uint64).max));
        _request(count);
        vm.expectRevert(abi.encodeWithSelector(IPriorityQueue.PriorityQueueTooFew.selector, count, claimed));
        priorityQueue.checkConsumption(CHAIN, claimed);
    }

    function testFuzz_checkConsumption_reverts_whenTheNextHasExpired(uint64 consumed, uint256 late) external {
        consumed = uint64(bound(consumed, 0, 2));
        _request(3);
        uint256 expiry = START_TIME + PRIORITY_EXPIRY;
        vm.warp(expiry - 1);
        priorityQueue.checkConsumption(CHAIN, consumed);

        vm.warp(bound(late, expiry, type(uint64).max));
        vm.expectRevert(abi.encodeWithSelector(IPriorityQueue.PriorityQueueExpired.selector, consumed, expiry));
        priorityQueue.checkConsumption(CHAIN, consumed);
        // Nothing is left behind, so nothing has expired.
        priorityQueue.checkConsumption(CHAIN, 3);
    }

    function test_request_keepsQueuesApart() external {
        registerChain(CHAIN + 1);
        _request(2);
        vm.assertEq(priorityQueue.tail(CHAIN), 2);
        vm.assertEq(priorityQueue.tail(CHAIN + 1), 0);
        vm.assertEq(priorityQueue.checkConsumption(CHAIN + 1, 0), 0);
    }

    function testFuzz_request_reverts_whenTheChainIsUnknown(uint256 chainId) external {
        vm.assume(chainId != CHAIN);
        vm.expectRevert(abi.encodeWithSelector(IPriorityQueue.PriorityQueueUnknownChain.selector, chainId));
        priorityQueue.request(chainId, stranger, GAS, "");
    }

    function testFuzz_request_reverts_whenTheGasLimitIsOutOfRange(uint64 gasLimit) external {
        (uint64 least, uint64 most) = (priorityQueue.MIN_GAS_LIMIT(), priorityQueue.MAX_GAS_LIMIT());
        vm.assume(gasLimit < least || gasLimit > most);
        vm.expectRevert(abi.encodeWithSelector(IPriorityQueue.PriorityQueueBadGasLimit.selector, gasLimit, least, most));
        priorityQueue.request(CHAIN, stranger, gasLimit, "");
    }

    function test_request_takesTheLargestData_andNoMore() external {
        uint256 limit = priorityQueue.MAX_DATA_SIZE();
        priorityQueue.request(CHAIN, stranger, GAS, new bytes(limit));
        vm.expectRevert(abi.encodeWithSelector(IPriorityQueue.PriorityQueueDataTooLarge.selector, limit + 1, limit));
        priorityQueue.request(CHAIN, stranger, GAS, new bytes(limit + 1));
    }

    /// @dev The same queue, another version, and all the gas there is.
    function testFuzz_requestSystem_queuesTheOperation(address to, bytes calldata data) external {
        _request(1);
        PriorityOperation memory operation = PriorityOperation({
            version: 2,
            chainId: CHAIN,
            nonce: 1,
            sender: address(swapRegistry),
            to: to,
            gasLimit: priorityQueue.MAX_GAS_LIMIT(),
            expiresAt: START_TIME + PRIORITY_EXPIRY,
            data: data
        });
        bytes32 expected = keccak256(abi.encode(operation));
        bytes32 first = priorityQueue.checkConsumption(CHAIN, 1);
        vm.expectEmit(address(priorityQueue));
        emit IPriorityQueue.PriorityOperationRequested(CHAIN, 1, expected, operation);
        vm.prank(address(swapRegistry));
        vm.assertEq(priorityQueue.requestSystem(CHAIN, to, data), expected);
        vm.assertEq(priorityQueue.tail(CHAIN), 2);
        vm.assertEq(priorityQueue.checkConsumption(CHAIN, 2), keccak256(abi.encodePacked(first, expected)));
    }

    function testFuzz_requestSystem_reverts_whenNotTheSwapRegistry(address caller) external {
        vm.assume(caller != address(swapRegistry));
        vm.expectRevert(
            abi.encodeWithSelector(IPriorityQueue.PriorityQueueNotSwaps.selector, caller, address(swapRegistry))
        );
        vm.prank(caller);
        priorityQueue.requestSystem(CHAIN, stranger, "");
    }

    function testFuzz_requestSystem_hasTheBoundsOfRequest(uint256 chainId) external {
        vm.assume(chainId != CHAIN);
        uint256 limit = priorityQueue.MAX_DATA_SIZE();
        vm.startPrank(address(swapRegistry));
        vm.expectRevert(abi.encodeWithSelector(IPriorityQueue.PriorityQueueUnknownChain.selector, chainId));
        priorityQueue.requestSystem(chainId, stranger, "");
        vm.expectRevert(abi.encodeWithSelector(IPriorityQueue.PriorityQueueDataTooLarge.selector, limit + 1, limit));
        priorityQueue.requestSystem(CHAIN, stranger, new bytes(limit + 1));
        priorityQueue.requestSystem(CHAIN, stranger, new bytes(limit));
        vm.stopPrank();
    }

    /// @dev Whatever has expired; only what is not there reverts.
    function testFuzz_rollingHash_isThatOfCheckConsumption(uint64 consumed, uint64 beyond) external {
        consumed = uint64(bound(consumed, 0, 3));
        beyond = uint64(bound(beyond, 4, type(uint64).max));
        _request(3);
        bytes32 expected = priorityQueue.checkConsumption(CHAIN, consumed);
        vm.warp(START_TIME + PRIORITY_EXPIRY);
        vm.assertEq(priorityQueue.rollingHash(CHAIN, consumed), expected);
        vm.expectRevert(abi.encodeWithSelector(IPriorityQueue.PriorityQueueTooFew.selector, 3, beyond));
        priorityQueue.rollingHash(CHAIN, beyond);
    }

    function testFuzz_consume_movesTheHead(uint64 consumed) external {
        vm.expectEmit(address(priorityQueue));
        emit IPriorityQueue.PriorityOperationsConsumed(CHAIN, consumed);
        vm.prank(address(settlement));
        priorityQueue.consume(CHAIN, consumed);
        vm.assertEq(priorityQueue.head(CHAIN), consumed);
        vm.assertEq(priorityQueue.tail(CHAIN), 0);
    }

    function testFuzz_consume_reverts_whenNotTheSettlement(address caller) external {
        vm.assume(caller != address(settlement));
        vm.expectRevert(
            abi.encodeWithSelector(IPriorityQueue.PriorityQueueNotSettlement.selector, caller, address(settlement))
        );
        vm.prank(caller);
        priorityQueue.consume(CHAIN, 1);
    }

    function test_constructor_reverts_whenAnArgumentIsMissing() external {
        vm.expectRevert(abi.encodeWithSelector(IPriorityQueue.PriorityQueueZeroAddress.selector));
        new PriorityQueue(address(0), stranger, 1, stranger);
        vm.expectRevert(abi.encodeWithSelector(IPriorityQueue.PriorityQueueZeroAddress.selector));
        new PriorityQueue(stranger, address(0), 1, stranger);
        vm.expectRevert(abi.encodeWithSelector(IPriorityQueue.PriorityQueueZeroAddress.selector));
        new PriorityQueue(stranger, stranger, 1, address(0));
        vm.expectRevert(abi.encodeWithSelector(IPriorityQueue.PriorityQueueZeroExpiry.selector));
        new PriorityQueue(stranger, stranger, 0, stranger);
    }

    function test_constants_areConsistent() external view {
        vm.assertEq(priorityQueue.version(), 1);
        vm.assertEq(priorityQueue.EXPIRY(), PRIORITY_EXPIRY);
        // One operation of the largest size fits into one transaction: floor price of its data, its call, and a fifth more.
        uint256 data = priorityQueue.MAX_DATA_SIZE() * 40;
        vm.assertLt(data + uint256(priorityQueue.MAX_GAS_LIMIT()) * 6 / 5, 1 << 24);
    }

    function _request(uint256 count) private {
        for (uint256 i = 0; i < count; ++i) {
            priorityQueue.request(CHAIN, stranger, GAS, "");
        }
    }
}
