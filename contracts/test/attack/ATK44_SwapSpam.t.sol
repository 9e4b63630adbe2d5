// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IPriorityQueue} from "../../src/interfaces/IPriorityQueue.sol";
import {ISwapRegistry} from "../../src/interfaces/ISwapRegistry.sol";
import {Batch} from "../../src/types/Batches.sol";
import {PriorityOperation} from "../../src/types/PriorityOperations.sol";
import {SwapChange, SwapCommand, SwapOutcome, SwapPreimage} from "../../src/types/Swaps.sol";
import {RegistryTest} from "../base/RegistryTest.sol";
import {SwapTest} from "../base/SwapTest.sol";

/// @notice ATK-44, on L1: nobody fills a queue with operations of the system, which no filter of a chain is asked about. They are
/// asked for by the registry alone: to resolve a swap that is pending, of its destination, once; to pay one that is decided, of
/// its source, and about another chain's status, only where the same does not stand in the queue already.
contract ATK44SwapQueueTest is RegistryTest {
    /// @dev Two new words in storage and the swap's own, besides a lock of real assets on a chain.
    uint256 private constant LEAST_COST = 44_200;

    function setUp() external {
        deploySwaps();
        priorityQueue.request(B, stranger, 100_000, "");
    }

    function testFuzz_ATK44_systemOperations_areTheRegistrysAlone(address caller, bytes calldata data) external {
        vm.assume(caller != address(swapRegistry));
        vm.expectRevert(
            abi.encodeWithSelector(IPriorityQueue.PriorityQueueNotSwaps.selector, caller, address(swapRegistry))
        );
        vm.prank(caller);
        priorityQueue.requestSystem(B, swap, data);
    }

    /// @dev Of any id that is not pending, nothing is asked.
    function testFuzz_ATK44_unknownSwaps_areNotResolved(uint256 source, bytes32 id) external {
        report(SwapChange.Opened);
        vm.assume(source != A || id != swapId);
        vm.warp(block.timestamp + HOUR);
        vm.expectRevert(abi.encodeWithSelector(ISwapRegistry.SwapRegistryUnknownSwap.selector, source, id));
        swapRegistry.forceResolve(source, id);
    }

    function test_ATK44_pendingSwap_isResolvedOnce_atItsDestination() external {
        report(SwapChange.Opened);
        vm.warp(block.timestamp + HOUR);
        (uint64 atA, uint64 atB) = (priorityQueue.tail(A), priorityQueue.tail(B));
        vm.recordLogs();
        uint256 before = gasleft();
        swapRegistry.forceResolve(A, swapId);
        vm.assertGt(before - gasleft(), LEAST_COST);
        PriorityOperation memory operation = operationIn(vm.getRecordedLogs());
        vm.assertEq(operation.data, abi.encode(SwapCommand.Resolve, abi.encode(A, swapId)));
        vm.assertEq(operation.version, 2);
        for (uint256 i = 0; i < 100; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ISwapRegistry.SwapRegistryAlreadyForced.selector, swapId));
            swapRegistry.forceResolve(A, swapId);
            vm.expectRevert(abi.encodeWithSelector(ISwapRegistry.SwapRegistryAlreadyForced.selector, swapId));
            swapRegistry.forceExecute(preimage);
        }
        vm.assertEq(priorityQueue.tail(A), atA);
        vm.assertEq(priorityQueue.tail(B), atB + 1);
    }

    function test_ATK44_decidedSwap_isNotResolved() external {
        report(SwapChange.Opened);
        report(SwapChange.Executed);
        vm.warp(block.timestamp + HOUR);
        vm.expectRevert(
            abi.encodeWithSelector(ISwapRegistry.SwapRegistryDecided.selector, swapId, SwapOutcome.Executed)
        );
        swapRegistry.forceResolve(A, swapId);
    }

    /// @dev It may fail on the chain, so it can be asked again once it is consumed, and whoever came first has asked for the same.
    function test_ATK44_decidedSwap_isPaidOnce_untilTheChainHasConsumedThat() external {
        report(SwapChange.Opened);
        report(SwapChange.Executed);
        vm.warp(block.timestamp + HOUR);
        priorityQueue.request(A, stranger, 100_000, "");
        uint256 before = gasleft();
        vm.prank(makeAddr("spammer"));
        swapRegistry.forceClose(preimage, output());
        vm.assertGt(before - gasleft(), LEAST_COST);
        for (uint64 consumed = 0; consumed < 2; ++consumed) {
            _consume(A, consumed);
            vm.expectRevert(abi.encodeWithSelector(ISwapRegistry.SwapRegistryAlreadyForced.selector, swapId));
            swapRegistry.forceClose(preimage, output());
        }
        vm.assertEq(priorityQueue.tail(A), 2);
        _consume(A, 2);
        swapRegistry.forceClose(preimage, output());
        vm.assertEq(priorityQueue.tail(A), 3);
        report(SwapChange.Redeemed);
        _consume(A, 3);
        vm.expectRevert(abi.encodeWithSelector(ISwapRegistry.SwapRegistryClosed.selector, swapId));
        swapRegistry.forceClose(preimage, output());
    }

    /// @dev One swap's payment that stands in the queue is no other's, nor another chain's.
    function test_ATK44_payments_doNotKeepEachOtherOut() external {
        for (uint160 i = 1; i <= 3; ++i) {
            use(locked(), address(i));
            report(SwapChange.Opened);
            report(SwapChange.Cancelled);
        }
        vm.warp(block.timestamp + HOUR);
        for (uint160 i = 1; i <= 3; ++i) {
            use(locked(), address(i));
            swapRegistry.forceClose(preimage, "");
        }
        vm.assertEq(priorityQueue.tail(A), 3);
    }

    /// @dev As often as it changes, and otherwise once: so the last thing in the queue is always what is so.
    function test_ATK44_status_isToldOnce_untilTheChainHasConsumedThat_orItChanges() external {
        bool[2] memory statuses = [false, true];
        for (uint64 i = 0; i < 2; ++i) {
            swapRegistry.tellStatus(A, B);
            vm.expectRevert(abi.encodeWithSelector(ISwapRegistry.SwapRegistryAlreadyTold.selector, A, B, statuses[i]));
            swapRegistry.tellStatus(A, B);
            swapRegistry.tellStatus(C, B);
            _consume(C, i + 1);
            if (i == 0) freeze(B);
        }
        swapRegistry.tellStatus(A, C);
        vm.assertEq(priorityQueue.tail(A), 3);
        _consume(A, 1);
        vm.expectRevert(abi.encodeWithSelector(ISwapRegistry.SwapRegistryAlreadyTold.selector, A, B, true));
        swapRegistry.tellStatus(A, B);
        _consume(A, 2);
        swapRegistry.tellStatus(A, B);
        vm.expectRevert(abi.encodeWithSelector(ISwapRegistry.SwapRegistryAlreadyTold.selector, A, C, false));
        swapRegistry.tellStatus(A, C);
    }

    /// @dev Frozen, live and frozen again, before the other chain has consumed anything: it is told all three.
    function test_ATK44_status_thatChangesBackAndForth_isTold() external {
        freeze(B);
        swapRegistry.tellStatus(A, B);
        settle(B, _consumingAll());
        vm.recordLogs();
        swapRegistry.tellStatus(A, B);
        vm.assertEq(operationIn(vm.getRecordedLogs()).data, abi.encode(SwapCommand.Destination, abi.encode(B, false)));
        freeze(B);
        vm.recordLogs();
        swapRegistry.tellStatus(A, B);
        vm.assertEq(operationIn(vm.getRecordedLogs()).data, abi.encode(SwapCommand.Destination, abi.encode(B, true)));
        vm.assertEq(priorityQueue.tail(A), 3);
    }

    /// @dev The queue before it may be full: as long as it is, the operation stands in it, and its time runs.
    function test_ATK44_spam_doesNotKeepAResolutionOut() external {
        report(SwapChange.Opened);
        vm.warp(block.timestamp + HOUR);
        for (uint256 i = 0; i < 10_000; ++i) {
            priorityQueue.request(B, stranger, 10_000_000, "");
        }
        uint64 nonce = priorityQueue.tail(B);
        swapRegistry.forceResolve(A, swapId);
        vm.assertEq(priorityQueue.expiresAt(B, nonce), block.timestamp + PRIORITY_EXPIRY);
        vm.warp(block.timestamp + PRIORITY_EXPIRY);
        vm.expectRevert(abi.encodeWithSelector(IPriorityQueue.PriorityQueueExpired.selector, nonce, block.timestamp));
        priorityQueue.checkConsumption(B, nonce);
        priorityQueue.checkConsumption(B, nonce + 1);
    }

    function _consume(uint256 chainId, uint64 consumed) private {
        vm.prank(address(settlement));
        priorityQueue.consume(chainId, consumed);
    }

    /// @dev The next batch of B, consuming all that it was asked.
    function _consumingAll() private view returns (Batch memory batch) {
        uint64 tail = priorityQueue.tail(B);
        batch = batchAfter(B, priorityQueue.rollingHash(B, tail));
        batch.priorityOpsCount = tail - priorityQueue.head(B);
    }
}

/// @notice ATK-44, on the chain: 10,000 operations of strangers are consumed, and then the swap is resolved, in less than a day.
/// What the operator sends for a queue of the dearest operations is in its own tests.
contract ATK44SwapSpamTest is SwapTest {
    uint256 private constant SPAM = 10_000;
    uint256 private constant AT_ONCE = 100;
    uint64 private constant LEAST_GAS = 30_000;
    /// @dev What the operator counts for an operation besides the gas that it asks for.
    uint256 private constant GAS_PER_OPERATION = 120_000;

    function test_ATK44_tenThousandOperations_doNotBlockAResolution() external {
        (bytes32 id,) = lock(terms());
        vm.chainId(DESTINATION);
        uint256 dearest = 0;
        for (uint256 consumed = 0; consumed < SPAM; consumed += AT_ONCE) {
            uint256 used = this.consumeSpam();
            if (used > dearest) dearest = used;
        }
        vm.assertEq(inbox.processedCount(), SPAM);
        vm.assertLe(dearest / AT_ONCE, GAS_PER_OPERATION + LEAST_GAS);
        assertOutcome(id, SwapOutcome.Pending);
        uint256 before = gasleft();
        command(SwapCommand.Resolve, abi.encode(SOURCE, id), true);
        vm.assertLe(before - gasleft(), GAS_PER_OPERATION + SYSTEM_GAS);
        assertOutcome(id, SwapOutcome.Cancelled);
    }

    /// @dev A second one changes nothing, and is consumed as well.
    function test_ATK44_resolutions_thatComeTooLate_areConsumed() external {
        (bytes32 id, SwapPreimage memory preimage,) = lockAndProve();
        swap.stage(preimage);
        for (uint256 i = 0; i < 10; ++i) {
            command(SwapCommand.Resolve, abi.encode(SOURCE, id), true);
            assertOutcome(id, SwapOutcome.Executed);
        }
        vm.assertEq(inbox.processedCount(), 10);
    }

    /// @notice A call of its own, so that its memory is its own.
    function consumeSpam() external returns (uint256 used) {
        PriorityOperation[] memory operations = new PriorityOperation[](AT_ONCE);
        address[4] memory targets = [address(swap), address(vault), address(center), address(venue)];
        for (uint256 i = 0; i < AT_ONCE; ++i) {
            operations[i] = operationOf(sender, targets[i % 4], "spam");
            operations[i].nonce += uint64(i);
            operations[i].gasLimit = LEAST_GAS;
        }
        vm.prank(operator, operator);
        used = gasleft();
        inbox.processOperations(operations);
        used -= gasleft();
    }
}
