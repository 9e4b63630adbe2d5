// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IPriorityQueue} from "../../src/interfaces/IPriorityQueue.sol";
import {Asset, AssetKind} from "../../src/types/Assets.sol";
import {Batch} from "../../src/types/Batches.sol";
import {LedgerEntry} from "../../src/types/Assets.sol";
import {RootImport} from "../../src/types/Messages.sol";
import {PriorityOperation} from "../../src/types/PriorityOperations.sol";
import {SwapEffect} from "../../src/types/Swaps.sol";
import {BridgeTest} from "../base/BridgeTest.sol";
import {Transfers} from "../base/Transfers.sol";
import {VaultTest} from "../base/VaultTest.sol";
import {HostileRecipient} from "../mocks/Recipients.sol";

/// @notice ATK-44: a queue that anyone may fill. Operations that fail are consumed as failed, whatever they do on the way, and
/// what stands behind them arrives.
contract ATK44QueueSpamTest is VaultTest {
    /// @dev Most that one transaction may use (EIP-7825).
    uint256 private constant TRANSACTION_GAS = 1 << 24;
    uint64 private constant LEAST_GAS = 30_000;
    uint64 private constant MOST_GAS = 10_000_000;

    HostileRecipient private _hostile;

    function setUp() public override {
        super.setUp();
        _hostile = new HostileRecipient();
    }

    /// @dev Reverts, burns all gas, answers wrongly or with a megabyte, is not there, or is a contract of the network.
    function test_ATK44_failingOperations_doNotBlockTheHead() external {
        address[4] memory targets = [address(_hostile), makeAddr("nobody"), address(center), address(vault)];
        for (uint256 i = 0; i < 4; ++i) {
            expectStatus(operationOf(sender, targets[i], "spam"), false);
        }
        _hostile.burnAllGas();
        expectStatus(operationOf(sender, address(_hostile), "spam"), false);
        _hostile.answerWith(true, "no", 1 << 20);
        expectStatus(operationOf(sender, address(_hostile), "spam"), false);
        _hostile.answerWith(false, "yes", 1 << 20);
        expectStatus(operationOf(sender, address(_hostile), "spam"), false);
        vm.assertEq(inbox.processedCount(), 7);
        _depositArrives();
        vm.assertEq(inbox.processedCount(), 8);
    }

    /// @dev All in one batch, before the deposit: any mixture that the seed draws.
    function testFuzz_ATK44_depositBehindSpam_arrives(uint256 seed) external {
        PriorityOperation[] memory operations = new PriorityOperation[](30);
        for (uint256 i = 0; i < 29; ++i) {
            operations[i] = _spam(i, uint256(keccak256(abi.encode(seed, i))));
        }
        Asset memory ether_ = Asset(L1, BASE, AssetKind.Fungible);
        operations[29] = _spam(29, 0);
        (operations[29].sender, operations[29].to, operations[29].gasLimit) = (l1Bridge, address(vault), 1_000_000);
        operations[29].data = Transfers.encode(Transfers.units(ether_, 5, alice, bob));
        vm.prank(operator, operator);
        inbox.processOperations(operations);
        vm.assertEq(inbox.processedCount(), 30);
        vm.assertEq(bob.balance, 5);
    }

    /// @dev The dearest operation that the queue takes: all the gas, all of which is burned, and all the data. It fits into
    /// one transaction.
    function test_ATK44_dearestOperation_fitsIntoOneTransaction() external {
        _hostile.burnAllGas();
        PriorityOperation[] memory operations = new PriorityOperation[](1);
        operations[0] = _spam(0, 0);
        (operations[0].to, operations[0].gasLimit, operations[0].data) =
        (address(_hostile), MOST_GAS, payloadOf(32_768));
        uint256 calldataGas = 40 * (abi.encodeCall(inbox.processOperations, (operations)).length);
        vm.prank(operator, operator);
        inbox.processOperations{gas: TRANSACTION_GAS - 21_000 - calldataGas}(operations);
        vm.assertEq(inbox.processedCount(), 1);
        _depositArrives();
    }

    /// @dev An operation with too little gas is not consumed as failed for want of the operator's: it is not consumed at all.
    function test_ATK44_operator_cannotFailAnOperationByStarvingIt() external {
        PriorityOperation[] memory operations = new PriorityOperation[](1);
        operations[0] = operationOf(
            l1Bridge,
            address(vault),
            Transfers.encode(Transfers.units(Asset(L1, BASE, AssetKind.Fungible), 5, alice, bob))
        );
        for (uint256 gas_ = 50_000; gas_ < operations[0].gasLimit; gas_ += 50_000) {
            vm.prank(operator, operator);
            (bool success,) = address(inbox).call{gas: gas_}(abi.encodeCall(inbox.processOperations, (operations)));
            vm.assertFalse(success);
            vm.assertEq(inbox.processedCount(), 0);
        }
        process(operations[0]);
        vm.assertEq(bob.balance, 5);
    }

    function _spam(uint256 nonce, uint256 seed) private view returns (PriorityOperation memory) {
        address[5] memory targets = [address(_hostile), address(0), address(center), address(vault), address(inbox)];
        return PriorityOperation({
            version: 1,
            chainId: block.chainid,
            nonce: uint64(nonce),
            sender: address(uint160(seed)),
            to: targets[seed % 5],
            gasLimit: LEAST_GAS,
            expiresAt: 2_000_000_000,
            data: payloadOf(seed >> 8 & 0x1ff)
        });
    }

    function _depositArrives() private {
        uint256 before = bob.balance;
        receiveFromBridge(Transfers.units(Asset(L1, BASE, AssetKind.Fungible), 5, alice, bob), true);
        vm.assertEq(bob.balance, before + 5);
    }
}

/// @notice The queue's own side: what spam costs who sends it, and what it costs settlement, which is nothing.
contract ATK44QueueCostTest is BridgeTest {
    uint256 private constant CHAIN = 271;
    uint256 private constant OTHER = 272;
    /// @dev Two new words in storage: no operation costs its sender less, its data not counted.
    uint256 private constant LEAST_COST = 44_200;

    function setUp() external {
        deployL1();
        addChain(CHAIN);
        addChain(OTHER);
        priorityQueue.request(CHAIN, stranger, 100_000, "");
    }

    /// @dev Of any shape, by its sender; data on top, at the price of calldata and of the log.
    function testFuzz_ATK44_everyOperation_costsItsSender(uint64 gasLimit, uint256 size) external {
        gasLimit = uint64(bound(gasLimit, priorityQueue.MIN_GAS_LIMIT(), priorityQueue.MAX_GAS_LIMIT()));
        bytes memory data = new bytes(bound(size, 0, 32_768));
        uint256 before = gasleft();
        priorityQueue.request(CHAIN, stranger, gasLimit, data);
        vm.assertGt(before - gasleft(), LEAST_COST + 8 * data.length);
    }

    function test_ATK44_refuses_operationsOutOfBounds() external {
        uint64 tail = priorityQueue.tail(CHAIN);
        uint64[4] memory limits = [uint64(0), 29_999, 10_000_001, type(uint64).max];
        for (uint256 i = 0; i < 4; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IPriorityQueue.PriorityQueueBadGasLimit.selector, limits[i], 30_000, 10_000_000)
            );
            priorityQueue.request(CHAIN, stranger, limits[i], "");
        }
        vm.expectRevert(abi.encodeWithSelector(IPriorityQueue.PriorityQueueDataTooLarge.selector, 32_769, 32_768));
        priorityQueue.request(CHAIN, stranger, 100_000, new bytes(32_769));
        vm.expectRevert(abi.encodeWithSelector(IPriorityQueue.PriorityQueueUnknownChain.selector, 999));
        priorityQueue.request(999, stranger, 100_000, "");
        vm.assertEq(priorityQueue.tail(CHAIN), tail);
        priorityQueue.request(CHAIN, stranger, 100_000, new bytes(32_768));
        vm.assertEq(priorityQueue.tail(CHAIN), tail + 1);
    }

    /// @dev A batch that consumes a thousand costs L1 what one that consumes one does.
    function test_ATK44_settlement_costsTheSame_howeverManyAreConsumed() external {
        uint256 one = _settleConsuming(1);
        for (uint256 i = 0; i < 1_000; ++i) {
            priorityQueue.request(CHAIN, stranger, 100_000, "");
        }
        uint256 thousand = _settleConsuming(1_000);
        vm.assertLe(thousand, one + 5_000);
        vm.assertEq(priorityQueue.head(CHAIN), 1_001);
    }

    /// @dev A chain's queue is its own: another's is as short as ever.
    function test_ATK44_spam_staysInItsChainsQueue() external {
        for (uint256 i = 0; i < 200; ++i) {
            priorityQueue.request(CHAIN, stranger, 100_000, "");
        }
        vm.assertEq(priorityQueue.tail(OTHER), 0);
        PriorityOperation memory operation = deposit(Transfers.fungible(OTHER, ETHER, 1, stranger), stranger);
        vm.assertEq(operation.nonce, 0);
    }

    /// @dev The operator cannot leave out a deposit because of what stands before it: past its expiry nothing else settles.
    function test_ATK44_operator_cannotStopAtTheSpam() external {
        deposit(Transfers.fungible(CHAIN, ETHER, 5 ether, stranger), stranger);
        vm.warp(block.timestamp + PRIORITY_EXPIRY);
        for (uint32 count = 0; count < 2; ++count) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IPriorityQueue.PriorityQueueExpired.selector, count, priorityQueue.expiresAt(CHAIN, count)
                )
            );
            priorityQueue.checkConsumption(CHAIN, count);
        }
        priorityQueue.checkConsumption(CHAIN, 2);
    }

    function _settleConsuming(uint32 count) private returns (uint256 used) {
        nextBlock();
        uint64 head = priorityQueue.head(CHAIN);
        Batch memory batch = nextBatch(CHAIN);
        batch.priorityOpsCount = count;
        batch.priorityOpsHash = priorityQueue.checkConsumption(CHAIN, head + count);
        bytes memory proof = attest(CHAIN, batch);
        vm.prank(operator);
        used = gasleft();
        settlement.settleBatch(CHAIN, batch, "", proof, new RootImport[](0), new LedgerEntry[](0), new SwapEffect[](0));
        used -= gasleft();
    }
}
