// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IBatchSettlement} from "../../src/interfaces/IBatchSettlement.sol";
import {BatchSettlement} from "../../src/settlement/BatchSettlement.sol";
import {LedgerEntry} from "../../src/types/Assets.sol";
import {Batch} from "../../src/types/Batches.sol";
import {RootImport} from "../../src/types/Messages.sol";
import {SwapEffect} from "../../src/types/Swaps.sol";
import {L1Fixture} from "../base/L1Fixture.sol";

/// @notice ATK-19: L1 forks and the fork takes another chain id, or the network is deployed a second time. What was
/// signed for the one says nothing to the other. Nothing caches the chain id.
contract ATK19ForkDomainTest is L1Fixture {
    uint256 private constant CHAIN = 271;

    function setUp() external {
        deployL1();
        registerChain(CHAIN);
        settle(CHAIN, nextBatch(CHAIN));
        nextBlock();
    }

    function testFuzz_ATK19_refuses_attestationOnAFork(uint64 forkId) external {
        vm.assume(forkId != 0 && forkId != L1_CHAIN_ID);
        Batch memory batch = nextBatch(CHAIN);
        bytes memory proof = attest(CHAIN, batch);
        bytes32 input = settlement.publicInput(CHAIN, batch);

        vm.chainId(forkId);
        bytes32 forkInput = settlement.publicInput(CHAIN, batch);
        vm.assertNotEq(forkInput, input);
        vm.expectRevert(abi.encodeWithSelector(IBatchSettlement.BatchSettlementProofRejected.selector, 2, forkInput));
        _settle(batch, proof, new RootImport[](0));

        vm.chainId(L1_CHAIN_ID);
        _settle(batch, proof, new RootImport[](0));
        vm.assertEq(settlement.executedHead(CHAIN).batchNumber, 2);
    }

    /// @dev The verifier's own domain has the live id too, whoever asks it.
    function testFuzz_ATK19_verifierRefuses_signatureOfTheOtherSide(uint64 forkId, bytes32 input) external {
        vm.assume(forkId != 0 && forkId != L1_CHAIN_ID);
        bytes memory proof = signatures(attesters, THRESHOLD, verifier.attestationDigest(input));
        vm.assertTrue(verifier.verify(input, proof));
        vm.chainId(forkId);
        vm.assertFalse(verifier.verify(input, proof));
        vm.assertTrue(verifier.verify(input, signatures(attesters, THRESHOLD, verifier.attestationDigest(input))));
    }

    function test_ATK19_refuses_attestationForAnotherDeployment() external {
        Batch memory batch = nextBatch(CHAIN);
        bytes32 firstInput = settlement.publicInput(CHAIN, batch);
        bytes memory proof = attest(CHAIN, batch);

        BatchSettlement second = new BatchSettlement(
            address(chainRegistry), address(messageRoot), address(priorityQueue), address(ledger), address(swapRegistry)
        );
        vm.assertNotEq(second.publicInput(CHAIN, batch), firstInput);
        vm.assertTrue(verifier.verify(firstInput, proof));
        vm.assertFalse(verifier.verify(second.publicInput(CHAIN, batch), proof));
        _settle(batch, proof, new RootImport[](0));
    }

    /// @dev A chain that follows one side cannot settle on the other: the roots it imported name their chain.
    function testFuzz_ATK19_refuses_rootOfTheOtherSide(uint64 forkId) external {
        vm.assume(forkId != 0 && forkId != L1_CHAIN_ID);
        RootImport[] memory imports = new RootImport[](1);
        imports[0] = RootImport({
            settlementChainId: L1_CHAIN_ID, blockNumber: START_BLOCK, timestamp: START_TIME, root: messageRoot.root()
        });
        Batch memory batch = nextBatch(CHAIN);
        batch.dependencyRootsHash = foldImport(0, imports[0]);
        bytes memory proof = attest(CHAIN, batch);

        vm.chainId(forkId);
        bytes memory forkProof = attest(CHAIN, batch);
        vm.expectRevert(
            abi.encodeWithSelector(
                IBatchSettlement.BatchSettlementUnknownRoot.selector, L1_CHAIN_ID, START_BLOCK, imports[0].root
            )
        );
        _settle(batch, forkProof, imports);

        vm.chainId(L1_CHAIN_ID);
        _settle(batch, proof, imports);
    }

    function _settle(Batch memory batch, bytes memory proof, RootImport[] memory imports) private {
        vm.prank(operator);
        settlement.settleBatch(CHAIN, batch, "", proof, imports, new LedgerEntry[](0), new SwapEffect[](0));
    }
}
