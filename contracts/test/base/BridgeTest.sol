// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IPriorityQueue} from "../../src/interfaces/IPriorityQueue.sol";
import {AggregationLeaves} from "../../src/libraries/AggregationLeaves.sol";
import {AssetIds} from "../../src/libraries/AssetIds.sol";
import {LogLeaf} from "../../src/libraries/LogLeaf.sol";
import {Asset, AssetKind, AssetTransfer, LedgerEntry, TransferRequest} from "../../src/types/Assets.sol";
import {Batch} from "../../src/types/Batches.sol";
import {InclusionProof, RootImport} from "../../src/types/Messages.sol";
import {PriorityOperation} from "../../src/types/PriorityOperations.sol";
import {SwapEffect} from "../../src/types/Swaps.sol";
import {L1Fixture} from "./L1Fixture.sol";
import {Transfers} from "./Transfers.sol";
import {Placement, TreeBuilder} from "./TreeBuilder.sol";
import {Vm} from "./Vm.sol";

/// @notice Assets between L1 and chains whose batches hold one leaf each, on the real contracts of L1. Chains are admitted
/// with `addChain` alone, since proofs need the trees of all of them.
abstract contract BridgeTest is L1Fixture {
    uint64 internal constant DEPOSIT_GAS = 500_000;
    address internal constant ETHER = AssetIds.BASE_TOKEN;

    /// @dev In the order of the shared tree.
    uint256[] internal chainIds;
    mapping(uint256 chainId => bytes32[]) private _batchLeaves;

    function addChain(uint256 chainId) internal {
        registerChain(chainId);
        chainIds.push(chainId);
    }

    // From L1.

    /// @notice `from` deposits; ether comes with the call, and of tokens the bridge has the allowance.
    function deposit(TransferRequest memory request, address from)
        internal
        returns (PriorityOperation memory operation)
    {
        uint256 value = request.token == ETHER ? request.amount : 0;
        vm.deal(from, from.balance + value);
        vm.recordLogs();
        vm.prank(from);
        sharedBridge.deposit{value: value}(request, DEPOSIT_GAS);
        return operationIn(vm.getRecordedLogs());
    }

    /// @notice The last priority operation that these logs request.
    function operationIn(Vm.Log[] memory logs) internal pure returns (PriorityOperation memory operation) {
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IPriorityQueue.PriorityOperationRequested.selector) continue;
            operation = abi.decode(logs[i].data, (PriorityOperation));
        }
    }

    /// @notice Ether or a fungible token that L1 deposits and the chain reports as arrived.
    function fund(uint256 chainId, address token, uint256 amount, address from) internal {
        deposit(Transfers.fungible(chainId, token, amount, from), from);
        report(chainId, Transfers.entry(assetOfL1(token), 0, L1_CHAIN_ID, chainId, amount));
    }

    // To L1.

    /// @notice The chain's vault sends `what` to L1, and the chain reports it.
    function withdraw(uint256 chainId, AssetTransfer memory what, bytes32 salt)
        internal
        returns (bytes memory message, InclusionProof memory proof)
    {
        return settleMessage(
            chainId, what, salt, Transfers.entry(what.asset, what.tokenId, chainId, L1_CHAIN_ID, what.amount)
        );
    }

    /// @notice The chain's vault sends `what` to L1, in a batch that reports `entries`.
    function settleMessage(uint256 chainId, AssetTransfer memory what, bytes32 salt, LedgerEntry[] memory entries)
        internal
        returns (bytes memory message, InclusionProof memory proof)
    {
        message = Transfers.withdrawal(salt, what);
        proof = settleLeaf(chainId, LogLeaf.message(0, vault, keccak256(message)), entries);
    }

    /// @notice Settles a batch that sends nothing of note and reports `entries`.
    function report(uint256 chainId, LedgerEntry[] memory entries) internal {
        settleLeaf(chainId, keccak256("another leaf"), entries);
    }

    /// @notice Settles a batch with one leaf, and proves that. In a block of its own, whose root the proof leads to.
    function settleLeaf(uint256 chainId, bytes32 leaf, LedgerEntry[] memory entries)
        internal
        returns (InclusionProof memory)
    {
        nextBlock();
        bytes32[] memory leaves = _one(leaf);
        Batch memory batch = batchWith(chainId, leaf, entries);
        bytes memory proof = attest(chainId, batch);
        vm.prank(operator);
        settlement.settleBatch(chainId, batch, "", proof, new RootImport[](0), entries, new SwapEffect[](0));
        return TreeBuilder.inclusionProof(placeBatch(chainId, batch), leaves, 0);
    }

    /// @notice Where a batch stands that was just settled, after this block.
    function placeBatch(uint256 chainId, Batch memory batch) internal returns (Placement memory) {
        _batchLeaves[chainId].push(AggregationLeaves.batchLeaf(batch.chainBatchRoot, batch.number, block.timestamp));
        return _lastBatchOf(chainId);
    }

    /// @notice The next batch of the chain, with one leaf.
    function batchWith(uint256 chainId, bytes32 leaf, LedgerEntry[] memory entries)
        internal
        view
        returns (Batch memory batch)
    {
        batch = nextBatch(chainId);
        batch.chainBatchRoot = TreeBuilder.batchRoot(chainId, _one(leaf));
        batch.ledgerDeltaHash = Transfers.hash(entries);
    }

    /// @notice Nothing to report.
    function nothing() internal pure returns (LedgerEntry[] memory) {
        return new LedgerEntry[](0);
    }

    function assetOfL1(address token) internal pure returns (Asset memory) {
        return Asset(L1_CHAIN_ID, token, AssetKind.Fungible);
    }

    /// @notice Ledger key of ether or of a fungible token of L1.
    function keyOfL1(address token) internal pure returns (bytes32) {
        return AssetIds.assetId(L1_CHAIN_ID, token);
    }

    /// @dev Where the last batch of the chain stands after this block.
    function _lastBatchOf(uint256 chainId) private view returns (Placement memory) {
        bytes32[] memory shared = new bytes32[](chainIds.length + 1);
        shared[0] = AggregationLeaves.chainIdLeaf(0, L1_CHAIN_ID);
        for (uint256 i = 0; i < chainIds.length; ++i) {
            shared[i + 1] =
                AggregationLeaves.chainIdLeaf(TreeBuilder.growingRoot(_batchLeaves[chainIds[i]]), chainIds[i]);
        }
        uint256 index = _batchLeaves[chainId].length - 1;
        uint256 place = messageRoot.chainIndex(chainId);
        return Placement({
            chainId: chainId,
            batchNumber: index + 1,
            l1Timestamp: block.timestamp,
            settlementChainId: L1_CHAIN_ID,
            settlementBlock: block.number,
            batchIndex: index,
            batchSiblings: TreeBuilder.growingSiblings(_batchLeaves[chainId], index),
            sharedIndex: place,
            sharedSiblings: TreeBuilder.growingSiblings(shared, place)
        });
    }

    function _one(bytes32 leaf) private pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](1);
        leaves[0] = leaf;
    }
}
