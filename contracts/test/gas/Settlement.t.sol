// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {LedgerEntry} from "../../src/types/Assets.sol";
import {Batch} from "../../src/types/Batches.sol";
import {RootImport} from "../../src/types/Messages.sol";
import {SwapEffect} from "../../src/types/Swaps.sol";
import {L1Fixture} from "../base/L1Fixture.sol";

/// @notice What settlement costs on L1, per transaction: 20 chains, a chain tree of 14 levels of which half have a left
/// sibling, a chain that has settled before, a validium, and the real 2-of-3 attestation verifier. Run with `--isolate`.
contract SettlementGas is L1Fixture {
    uint256 private constant CHAINS = 20;
    uint256 private constant FIRST_CHAIN = 1001;
    uint256 private constant CHAIN = 1013;
    uint256 private constant BATCHES_BEFORE = 0x2aaa;
    string private constant GROUP = "settlement";

    function setUp() external {
        deployL1();
        for (uint256 i = 0; i < CHAINS; ++i) {
            registerChain(FIRST_CHAIN + i);
        }
        for (uint256 i = 0; i < CHAINS; ++i) {
            nextBlock();
            settle(FIRST_CHAIN + i, nextBatch(FIRST_CHAIN + i));
        }
        // The batches that came before, appended to the tree alone. What precedes the head costs settlement nothing, so
        // of the head only its number has to follow.
        vm.pauseGasMetering();
        vm.startPrank(address(settlement));
        for (uint256 number = 2; number < BATCHES_BEFORE; ++number) {
            messageRoot.appendBatch(CHAIN, number, keccak256(abi.encode(number)));
        }
        vm.stopPrank();
        vm.resumeGasMetering();
        _setBatchNumber(BATCHES_BEFORE - 1);
        nextBlock();
        // The first root that the chain imports and the first operation that it consumes set slots that are 0 before.
        priorityQueue.request(CHAIN, stranger, 100_000, hex"01");
        _settle(_consuming(1), _oneImport());
        nextBlock();
    }

    function test_settleBatch() external {
        Batch memory batch = nextBatch(CHAIN);
        _settle(batch, new RootImport[](0));
        vm.snapshotGasLastCall(GROUP, "L1 settleBatch");
    }

    function test_settleBatch_oneImportedRoot() external {
        RootImport[] memory imports = _oneImport();
        Batch memory batch = nextBatch(CHAIN);
        _settle(batch, imports);
        vm.snapshotGasLastCall(GROUP, "L1 settleBatch, one imported root");
    }

    function test_settleBatch_onePriorityOperation() external {
        priorityQueue.request(CHAIN, stranger, 100_000, hex"02");
        _settle(_consuming(1), new RootImport[](0));
        vm.snapshotGasLastCall(GROUP, "L1 settleBatch, one priority operation");
    }

    function test_threeSteps() external {
        Batch memory batch = nextBatch(CHAIN);
        bytes memory proof = attest(CHAIN, batch);
        vm.prank(operator);
        settlement.commitBatch(CHAIN, batch, "");
        vm.snapshotGasLastCall(GROUP, "L1 commitBatch");
        settlement.proveBatch(CHAIN, batch, proof);
        vm.snapshotGasLastCall(GROUP, "L1 proveBatch");
        settlement.executeBatch(CHAIN, batch, new RootImport[](0), new LedgerEntry[](0), new SwapEffect[](0));
        vm.snapshotGasLastCall(GROUP, "L1 executeBatch");
    }

    /// @dev The verifier's part of the rows above, to which 2,600 for reaching it come: the execution alone, without the
    /// 21,000 and the calldata of a transaction.
    function test_verifier() external {
        bytes32 publicInput = settlement.publicInput(CHAIN, nextBatch(CHAIN));
        bytes memory proof = signatures(attesters, THRESHOLD, verifier.attestationDigest(publicInput));
        verifier.verify(publicInput, proof);
        vm.snapshotGasLastCall(GROUP, "L1 verifier, 2 of 3 attestations, execution");
    }

    function test_request() external {
        priorityQueue.request(CHAIN, stranger, 100_000, new bytes(32));
        vm.snapshotGasLastCall(GROUP, "L1 priority request, 32 bytes");
    }

    /// @dev The number is the lowest 48 bits of the third slot of the chain's head; the heads are the mapping in slot 0.
    function _setBatchNumber(uint256 number) private {
        bytes32 slot = bytes32(uint256(keccak256(abi.encode(CHAIN, 0))) + 2);
        uint256 others = uint256(vm.load(address(settlement), slot)) >> 48 << 48;
        vm.store(address(settlement), slot, bytes32(others | number));
        vm.assertEq(settlement.executedHead(CHAIN).batchNumber, number);
    }

    function _settle(Batch memory batch, RootImport[] memory imports) private {
        for (uint256 i = 0; i < imports.length; ++i) {
            batch.dependencyRootsHash = foldImport(batch.dependencyRootsHash, imports[i]);
        }
        bytes memory proof = attest(CHAIN, batch);
        vm.prank(operator);
        settlement.settleBatch(CHAIN, batch, "", proof, imports, new LedgerEntry[](0), new SwapEffect[](0));
    }

    function _consuming(uint64 count) private view returns (Batch memory batch) {
        batch = nextBatch(CHAIN);
        uint64 consumed = settlement.executedHead(CHAIN).priorityOpsConsumed + count;
        batch.priorityOpsCount = count;
        batch.priorityOpsHash = priorityQueue.checkConsumption(CHAIN, consumed);
    }

    /// @dev The root after the block before this one.
    function _oneImport() private returns (RootImport[] memory imports) {
        settle(FIRST_CHAIN, nextBatch(FIRST_CHAIN));
        imports = new RootImport[](1);
        imports[0] = currentRoot();
        nextBlock();
    }
}
