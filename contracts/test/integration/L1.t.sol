// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {Roles} from "../../src/access/Roles.sol";
import {AggregationLeaves} from "../../src/libraries/AggregationLeaves.sol";
import {LogLeaf} from "../../src/libraries/LogLeaf.sol";
import {InteropHandler} from "../../src/messaging/InteropHandler.sol";
import {InteropRootStorage} from "../../src/roots/InteropRootStorage.sol";
import {LedgerEntry} from "../../src/types/Assets.sol";
import {Batch} from "../../src/types/Batches.sol";
import {InclusionProof, Message, RootImport} from "../../src/types/Messages.sol";
import {SwapEffect} from "../../src/types/Swaps.sol";
import {L1Fixture} from "../base/L1Fixture.sol";
import {Placement, TreeBuilder} from "../base/TreeBuilder.sol";

/// @notice L1 as a whole, real contracts only: chains join, settle real log trees, are reverted and go on; L1 and a chain
/// verify the messages with proofs built from what a relayer can see.
contract L1IntegrationTest is L1Fixture {
    uint256 private constant FIRST_CHAIN = 271;
    uint256 private constant CHAINS = 5;

    /// @dev What a relayer keeps of each chain: the leaves of its chain tree.
    mapping(uint256 chainId => bytes32[]) private _batchLeaves;

    address private _sender = makeAddr("sender");

    function setUp() external {
        deployL1();
        for (uint256 i = 0; i < CHAINS; ++i) {
            registerChain(FIRST_CHAIN + i);
        }
        nextBlock();
    }

    /// @dev Any sequence of settlements, of any size: each message verifies at once and for good.
    function testFuzz_messagesOfEveryChain_verifyOnL1(uint256 seed, uint256 batches) external {
        batches = bound(batches, 1, 12);
        InclusionProof[] memory proofs = new InclusionProof[](batches);
        Message[] memory messages = new Message[](batches);
        for (uint256 i = 0; i < batches; ++i) {
            uint256 chainId = FIRST_CHAIN + uint256(keccak256(abi.encode(seed, i))) % CHAINS;
            uint256 count = 1 + uint256(keccak256(abi.encode(seed, i, "count"))) % 9;
            messages[i] = _message(i);
            bytes32[] memory leaves = _leavesWith(messages[i], count);
            _settleLeaves(chainId, leaves);
            proofs[i] = TreeBuilder.inclusionProof(_placement(chainId), leaves, count - 1);
            vm.assertEq(TreeBuilder.sharedRoot(_placement(chainId), leaves), messageRoot.root());
            vm.assertTrue(messageRoot.verifyMessage(proofs[i], messages[i]));
            nextBlock();
        }
        for (uint256 i = 0; i < batches; ++i) {
            vm.assertTrue(messageRoot.verifyMessage(proofs[i], messages[i]));
        }
    }

    function test_message_doesNotVerify_whenAnythingAboutItDiffers() external {
        (InclusionProof memory proof, Message memory message) = _settleOneMessage();
        vm.assertTrue(messageRoot.verifyMessage(proof, message));
        Message memory other = Message(message.txNumberInBatch, stranger, message.data);
        vm.assertFalse(messageRoot.verifyMessage(proof, other));
        other = Message(message.txNumberInBatch, message.sender, "other data");
        vm.assertFalse(messageRoot.verifyMessage(proof, other));
        proof.chainId += 1;
        vm.assertFalse(messageRoot.verifyMessage(proof, message));
        proof.chainId -= 1;
        proof.batchNumber += 1;
        vm.assertFalse(messageRoot.verifyMessage(proof, message));
    }

    /// @dev Two chains settle in one block: both are proven against its last root.
    function test_messages_verify_whenTwoChainsSettleInOneBlock() external {
        Message memory message = _message(0);
        bytes32[] memory leaves = _leavesWith(message, 3);
        _settleLeaves(FIRST_CHAIN, leaves);
        _settleLeaves(FIRST_CHAIN + 1, leaves);
        vm.assertTrue(
            messageRoot.verifyMessage(TreeBuilder.inclusionProof(_placement(FIRST_CHAIN), leaves, 2), message)
        );
        vm.assertTrue(
            messageRoot.verifyMessage(TreeBuilder.inclusionProof(_placement(FIRST_CHAIN + 1), leaves, 2), message)
        );
    }

    function test_message_verifiesShort_onceItsBatchIsRecorded() external {
        Message memory message = _message(0);
        bytes32[] memory leaves = _leavesWith(message, 4);
        Batch memory batch = _settleLeaves(FIRST_CHAIN, leaves);
        InclusionProof memory short = TreeBuilder.finalProof(FIRST_CHAIN, batch.number, leaves, 3);
        vm.assertFalse(messageRoot.verifyMessage(short, message));
        messageRoot.recordBatch(TreeBuilder.batchProof(_placement(FIRST_CHAIN), batch.chainBatchRoot));
        vm.assertEq(messageRoot.recordedBatchRoot(FIRST_CHAIN, batch.number), batch.chainBatchRoot);
        vm.assertTrue(messageRoot.verifyMessage(short, message));
    }

    /// @dev What is committed, proven even, and then reverted, never becomes a root.
    function test_message_ofARevertedBatch_isNeverProven() external {
        Message memory dropped = _message(0);
        bytes32[] memory leaves = _leavesWith(dropped, 2);
        Batch memory batch = _nextBatch(FIRST_CHAIN, leaves);
        bytes32 root = messageRoot.root();
        bytes memory proof = attest(FIRST_CHAIN, batch);
        vm.startPrank(operator);
        settlement.commitBatch(FIRST_CHAIN, batch, "");
        settlement.proveBatch(FIRST_CHAIN, batch, proof);
        settlement.revertBatches(FIRST_CHAIN);
        vm.stopPrank();
        vm.assertEq(messageRoot.root(), root);

        Message memory kept = _message(1);
        bytes32[] memory keptLeaves = _leavesWith(kept, 2);
        _settleLeaves(FIRST_CHAIN, keptLeaves);
        Placement memory placement = _placement(FIRST_CHAIN);
        vm.assertTrue(messageRoot.verifyMessage(TreeBuilder.inclusionProof(placement, keptLeaves, 1), kept));
        vm.assertFalse(messageRoot.verifyMessage(TreeBuilder.inclusionProof(placement, leaves, 1), dropped));
    }

    /// @dev A chain that joins late changes the height of the shared tree; old proofs stay good.
    function test_message_verifies_whenChainsJoinLater() external {
        (InclusionProof memory early, Message memory message) = _settleOneMessage();
        for (uint256 i = CHAINS; i < 3 * CHAINS; ++i) {
            nextBlock();
            registerChain(FIRST_CHAIN + i);
        }
        vm.assertTrue(messageRoot.verifyMessage(early, message));
        uint256 newcomer = FIRST_CHAIN + 3 * CHAINS - 1;
        bytes32[] memory leaves = _leavesWith(message, 2);
        _settleLeaves(newcomer, leaves);
        InclusionProof memory proof = TreeBuilder.inclusionProof(_placement(newcomer, 3 * CHAINS), leaves, 1);
        vm.assertTrue(messageRoot.verifyMessage(proof, message));
    }

    /// @dev L1 asks, the chain consumes, and a leaf of the batch tells L1 what came of it.
    function testFuzz_outcomeOfAPriorityOperation_verifiesOnL1(bool success) external {
        bytes32 operation = priorityQueue.request(FIRST_CHAIN, stranger, 100_000, "data");
        bytes32[] memory leaves = new bytes32[](1);
        leaves[0] = LogLeaf.status(operation, success);
        Batch memory batch = _nextBatch(FIRST_CHAIN, leaves);
        batch.priorityOpsCount = 1;
        batch.priorityOpsHash = keccak256(abi.encodePacked(bytes32(0), operation));
        _settleBatch(FIRST_CHAIN, batch);
        vm.assertEq(priorityQueue.head(FIRST_CHAIN), 1);

        InclusionProof memory proof = TreeBuilder.inclusionProof(_placement(FIRST_CHAIN), leaves, 0);
        vm.assertTrue(messageRoot.verifyLeaf(proof, LogLeaf.status(operation, success)));
        vm.assertFalse(messageRoot.verifyLeaf(proof, LogLeaf.status(operation, !success)));
    }

    /// @dev From chain to chain: the root that L1 made of the source's batch is imported, the message verifies there with
    /// the same proof, and the importing chain settles on it.
    function test_message_verifiesOnAnotherChain_whichSettlesItsImport() external {
        InteropRootStorage storage_ = _rootStorageOfAChain();
        (InclusionProof memory proof, Message memory message) = _settleOneMessage();
        RootImport[] memory imports = new RootImport[](1);
        imports[0] = currentRoot();
        nextBlock();

        vm.assertFalse(storage_.verifyMessage(proof, message));
        vm.prank(operator);
        storage_.importRoots(imports);
        vm.assertTrue(storage_.verifyMessage(proof, message));

        uint256 destination = FIRST_CHAIN + 1;
        Batch memory batch = _nextBatch(destination, new bytes32[](0));
        batch.dependencyRootsHash = storage_.importsHash();
        bytes memory attestation = attest(destination, batch);
        vm.prank(operator);
        settlement.settleBatch(destination, batch, "", attestation, imports, new LedgerEntry[](0), new SwapEffect[](0));
        vm.assertEq(settlement.executedHead(destination).dependencyRootsHash, storage_.importsHash());
    }

    function _settleOneMessage() private returns (InclusionProof memory proof, Message memory message) {
        message = _message(0);
        bytes32[] memory leaves = _leavesWith(message, 5);
        _settleLeaves(FIRST_CHAIN, leaves);
        proof = TreeBuilder.inclusionProof(_placement(FIRST_CHAIN), leaves, 4);
    }

    function _message(uint256 salt) private view returns (Message memory) {
        return Message({txNumberInBatch: 0, sender: _sender, data: abi.encode("message", salt)});
    }

    /// @dev `count` leaves, the last of which is that of `message`.
    function _leavesWith(Message memory message, uint256 count) private pure returns (bytes32[] memory leaves) {
        leaves = TreeBuilder.randomWords(uint256(keccak256(message.data)), count);
        leaves[count - 1] = LogLeaf.message(message.txNumberInBatch, message.sender, keccak256(message.data));
    }

    function _nextBatch(uint256 chainId, bytes32[] memory leaves) private view returns (Batch memory batch) {
        batch = nextBatch(chainId);
        batch.chainBatchRoot = TreeBuilder.batchRoot(chainId, leaves);
    }

    function _settleLeaves(uint256 chainId, bytes32[] memory leaves) private returns (Batch memory batch) {
        batch = _nextBatch(chainId, leaves);
        _settleBatch(chainId, batch);
    }

    function _settleBatch(uint256 chainId, Batch memory batch) private {
        settle(chainId, batch);
        _batchLeaves[chainId].push(AggregationLeaves.batchLeaf(batch.chainBatchRoot, batch.number, block.timestamp));
    }

    function _placement(uint256 chainId) private view returns (Placement memory) {
        return _placement(chainId, CHAINS);
    }

    /// @dev Where the last batch of the chain stands after this block, among `chains` chains.
    function _placement(uint256 chainId, uint256 chains) private view returns (Placement memory placement) {
        bytes32[] memory shared = new bytes32[](chains + 1);
        shared[0] = AggregationLeaves.chainIdLeaf(0, L1_CHAIN_ID);
        for (uint256 i = 0; i < chains; ++i) {
            bytes32 chainRoot = TreeBuilder.growingRoot(_batchLeaves[FIRST_CHAIN + i]);
            shared[i + 1] = AggregationLeaves.chainIdLeaf(chainRoot, FIRST_CHAIN + i);
        }
        uint256 index = _batchLeaves[chainId].length - 1;
        placement = Placement({
            chainId: chainId,
            batchNumber: index + 1,
            l1Timestamp: block.timestamp,
            settlementChainId: L1_CHAIN_ID,
            settlementBlock: block.number,
            batchIndex: index,
            batchSiblings: TreeBuilder.growingSiblings(_batchLeaves[chainId], index),
            sharedIndex: messageRoot.chainIndex(chainId),
            sharedSiblings: TreeBuilder.growingSiblings(shared, messageRoot.chainIndex(chainId))
        });
    }

    function _rootStorageOfAChain() private returns (InteropRootStorage roots) {
        AccessManager chainManager = new AccessManager(address(this));
        roots = new InteropHandler(address(chainManager), L1_CHAIN_ID, address(this));
        (uint64 role, bytes4[] memory selectors) = Roles.interopRootStorage();
        chainManager.setTargetFunctionRole(address(roots), selectors, role);
        chainManager.grantRole(role, operator, 0);
    }
}
