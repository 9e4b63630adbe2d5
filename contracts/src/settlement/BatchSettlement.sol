// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IAssetLedger} from "../interfaces/IAssetLedger.sol";
import {IBatchSettlement} from "../interfaces/IBatchSettlement.sol";
import {IChainRegistry} from "../interfaces/IChainRegistry.sol";
import {IMessageRoot} from "../interfaces/IMessageRoot.sol";
import {IPriorityQueue} from "../interfaces/IPriorityQueue.sol";
import {IVerifier} from "../interfaces/IVerifier.sol";
import {IVersioned} from "../interfaces/IVersioned.sol";
import {LedgerEntry} from "../types/Assets.sol";
import {Batch, ChainHead, DataAvailability} from "../types/Batches.sol";
import {ChainConfig} from "../types/Chains.sol";
import {RootImport} from "../types/Messages.sol";

/// @title Settlement of the chains' batches on L1
/// @notice Nothing here belongs to governance. What a batch may claim is checked against the head before it, the
/// priority queue, the history of the message root and the verifier that governance chose for the chain.
contract BatchSettlement is IBatchSettlement, IVersioned {
    /// @dev `ChainHead` with its numbers in one slot, and how many batches after it are committed and proven.
    struct StoredHead {
        bytes32 stateCommitment;
        bytes32 dependencyRootsHash;
        uint48 batchNumber;
        uint48 lastBlock;
        uint40 lastTimestamp;
        uint48 priorityOpsConsumed;
        uint32 committed;
        uint32 proven;
    }

    struct PendingBatch {
        bytes32 publicInput;
        address provenBy;
    }

    bytes32 private constant PUBLIC_INPUT_TYPE = keccak256("Causeway.PublicInput.v1");

    /// @dev Transparent totals per asset and counterparty.
    uint8 private constant LEDGER_VERSION = 1;

    /// @inheritdoc IBatchSettlement
    uint256 public constant MAX_CLOCK_AHEAD = 1 hours;

    IChainRegistry private immutable REGISTRY;
    IMessageRoot private immutable MESSAGE_ROOT;
    IPriorityQueue private immutable PRIORITY_QUEUE;
    IAssetLedger private immutable LEDGER;

    mapping(uint256 chainId => StoredHead) private _executed;

    /// @dev Head after the last committed batch; empty while nothing is pending. Its two counters are not used.
    mapping(uint256 chainId => StoredHead) private _committed;

    /// @dev Entries above the committed number are left over from reverted batches and never read.
    mapping(uint256 chainId => mapping(uint256 batchNumber => PendingBatch)) private _pending;

    /// @param registry Address at which the chain registry stands or will stand.
    /// @param messageRoot Address at which the message root stands or will stand.
    /// @param priorityQueue Address at which the priority queue stands or will stand.
    /// @param ledger Address at which the asset ledger stands or will stand.
    constructor(address registry, address messageRoot, address priorityQueue, address ledger) {
        require(
            registry != address(0) && messageRoot != address(0) && priorityQueue != address(0) && ledger != address(0),
            BatchSettlementZeroAddress()
        );
        REGISTRY = IChainRegistry(registry);
        MESSAGE_ROOT = IMessageRoot(messageRoot);
        PRIORITY_QUEUE = IPriorityQueue(priorityQueue);
        LEDGER = IAssetLedger(ledger);
    }

    /// @inheritdoc IBatchSettlement
    function settleBatch(
        uint256 chainId,
        Batch calldata batch,
        bytes calldata data,
        bytes calldata proof,
        RootImport[] calldata dependencies,
        LedgerEntry[] calldata ledger
    ) external {
        ChainConfig memory config = _configForOperator(chainId);
        StoredHead memory head = _executed[chainId];
        if (head.committed != 0) {
            revert BatchSettlementPending(head.batchNumber, uint256(head.batchNumber) + head.committed);
        }
        _checkBatch(chainId, head, batch);
        _checkData(config.dataAvailability, batch.daCommitment, data);

        bytes32 input = _publicInput(chainId, config.dataAvailability, batch);
        _checkProof(config.verifier, batch.number, input, proof);
        _execute(chainId, head, batch, input, dependencies, ledger);
    }

    /// @inheritdoc IBatchSettlement
    function commitBatch(uint256 chainId, Batch calldata batch, bytes calldata data) external {
        ChainConfig memory config = _configForOperator(chainId);
        StoredHead storage executed = _executed[chainId];
        StoredHead memory head = executed.committed == 0 ? executed : _committed[chainId];
        _checkBatch(chainId, head, batch);
        _checkData(config.dataAvailability, batch.daCommitment, data);

        bytes32 input = _publicInput(chainId, config.dataAvailability, batch);
        _pending[chainId][batch.number] = PendingBatch({publicInput: input, provenBy: address(0)});
        executed.committed += 1;
        _advance(head, batch);
        _committed[chainId] = head;
        emit BatchCommitted(chainId, batch.number, input);
    }

    /// @inheritdoc IBatchSettlement
    function proveBatch(uint256 chainId, Batch calldata batch, bytes calldata proof) external {
        ChainConfig memory config = REGISTRY.chainConfig(chainId);
        StoredHead storage executed = _executed[chainId];
        _checkNumber(uint256(executed.batchNumber) + executed.proven, batch.number);
        bytes32 input = _publicInput(chainId, config.dataAvailability, batch);
        require(executed.proven < executed.committed, BatchSettlementNotCommitted(batch.number, bytes32(0), input));
        PendingBatch storage pending = _pending[chainId][batch.number];
        _checkCommitted(pending, batch.number, input);
        _checkProof(config.verifier, batch.number, input, proof);

        pending.provenBy = config.verifier;
        executed.proven += 1;
        emit BatchProven(chainId, batch.number);
    }

    /// @inheritdoc IBatchSettlement
    function executeBatch(
        uint256 chainId,
        Batch calldata batch,
        RootImport[] calldata dependencies,
        LedgerEntry[] calldata ledger
    ) external {
        ChainConfig memory config = REGISTRY.chainConfig(chainId);
        StoredHead memory head = _executed[chainId];
        _checkNumber(head.batchNumber, batch.number);
        require(head.proven != 0, BatchSettlementNotProven(batch.number, head.batchNumber));
        bytes32 input = _publicInput(chainId, config.dataAvailability, batch);
        PendingBatch storage pending = _pending[chainId][batch.number];
        _checkCommitted(pending, batch.number, input);
        require(
            pending.provenBy == config.verifier,
            BatchSettlementVerifierChanged(batch.number, pending.provenBy, config.verifier)
        );

        delete _pending[chainId][batch.number];
        head.committed -= 1;
        head.proven -= 1;
        if (head.committed == 0) delete _committed[chainId];
        _execute(chainId, head, batch, input, dependencies, ledger);
    }

    /// @inheritdoc IBatchSettlement
    function revertBatches(uint256 chainId) external {
        _configForOperator(chainId);
        StoredHead storage executed = _executed[chainId];
        require(executed.committed != 0, BatchSettlementNothingToRevert(executed.batchNumber));
        executed.committed = 0;
        executed.proven = 0;
        delete _committed[chainId];
        emit BatchesReverted(chainId, executed.batchNumber);
    }

    /// @inheritdoc IBatchSettlement
    function openChain(uint256 chainId, bytes32 stateCommitment, uint64 lastBlock, uint64 lastTimestamp) external {
        require(msg.sender == address(REGISTRY), BatchSettlementNotRegistry(msg.sender, address(REGISTRY)));
        _checkTimestamps(0, lastTimestamp, lastTimestamp);
        StoredHead storage head = _executed[chainId];
        head.stateCommitment = stateCommitment;
        head.lastBlock = SafeCast.toUint48(lastBlock);
        head.lastTimestamp = SafeCast.toUint40(lastTimestamp);
        emit ChainOpened(chainId, stateCommitment, lastBlock);
    }

    /// @inheritdoc IBatchSettlement
    function executedHead(uint256 chainId) external view returns (ChainHead memory) {
        return _chainHead(_executed[chainId]);
    }

    /// @inheritdoc IBatchSettlement
    function committedHead(uint256 chainId) external view returns (ChainHead memory) {
        StoredHead storage executed = _executed[chainId];
        return _chainHead(executed.committed == 0 ? executed : _committed[chainId]);
    }

    /// @inheritdoc IBatchSettlement
    function provenBatch(uint256 chainId) external view returns (uint256) {
        StoredHead storage executed = _executed[chainId];
        return uint256(executed.batchNumber) + executed.proven;
    }

    /// @inheritdoc IBatchSettlement
    function publicInput(uint256 chainId, Batch calldata batch) external view returns (bytes32) {
        return _publicInput(chainId, REGISTRY.chainConfig(chainId).dataAvailability, batch);
    }

    /// @inheritdoc IVersioned
    function version() external pure returns (uint256) {
        return 1;
    }

    /// @dev `head` becomes the head after `batch`, with the counters that the caller set in it.
    function _execute(
        uint256 chainId,
        StoredHead memory head,
        Batch calldata batch,
        bytes32 input,
        RootImport[] calldata dependencies,
        LedgerEntry[] calldata ledger
    ) private {
        _checkDependencies(head.dependencyRootsHash, batch.dependencyRootsHash, dependencies);
        _checkLedger(batch.ledgerDeltaHash, ledger);
        _advance(head, batch);
        _executed[chainId] = head;
        emit BatchExecuted(
            chainId,
            batch.number,
            input,
            batch.newStateCommitment,
            batch.firstBlock,
            batch.lastBlock,
            batch.chainBatchRoot
        );
        // All three are contracts of this network and call nobody back.
        if (ledger.length != 0) LEDGER.applyBatch(chainId, ledger);
        if (batch.priorityOpsCount != 0) PRIORITY_QUEUE.consume(chainId, head.priorityOpsConsumed);
        MESSAGE_ROOT.appendBatch(chainId, batch.number, batch.chainBatchRoot);
    }

    function _configForOperator(uint256 chainId) private view returns (ChainConfig memory config) {
        config = REGISTRY.chainConfig(chainId);
        require(msg.sender == config.operator, BatchSettlementNotOperator(chainId, msg.sender));
    }

    /// @dev Whether `batch` may follow `head`. What only execution can know is checked there: dependencies and proof.
    function _checkBatch(uint256 chainId, StoredHead memory head, Batch calldata batch) private view {
        _checkNumber(head.batchNumber, batch.number);
        require(
            batch.prevStateCommitment == head.stateCommitment,
            BatchSettlementWrongState(head.stateCommitment, batch.prevStateCommitment)
        );
        uint256 firstBlock = uint256(head.lastBlock) + 1;
        (uint256 first, uint256 last) = (batch.firstBlock, batch.lastBlock);
        require(first == firstBlock && last >= firstBlock, BatchSettlementWrongBlocks(firstBlock, first, last));
        _checkTimestamps(head.lastTimestamp, batch.firstTimestamp, batch.lastTimestamp);
        require(
            batch.chainBatchRoot != bytes32(0) && batch.newStateCommitment != bytes32(0),
            BatchSettlementZeroRoot(batch.number)
        );
        require(batch.swapEffectsHash == bytes32(0), BatchSettlementUnsupportedEffects(batch.swapEffectsHash));
        bytes32 operations =
            PRIORITY_QUEUE.checkConsumption(chainId, uint64(head.priorityOpsConsumed) + batch.priorityOpsCount);
        require(batch.priorityOpsHash == operations, BatchSettlementWrongPriorityOps(operations, batch.priorityOpsHash));
    }

    function _checkTimestamps(uint256 earliest, uint256 first, uint256 last) private view {
        uint256 latest = block.timestamp + MAX_CLOCK_AHEAD;
        require(
            earliest <= first && first <= last && last <= latest,
            BatchSettlementWrongTimestamps(earliest, latest, first, last)
        );
    }

    function _checkData(DataAvailability mode, bytes32 commitment, bytes calldata data) private view {
        if (mode == DataAvailability.Calldata) {
            require(data.length != 0, BatchSettlementDataMissing());
            bytes32 dataHash = keccak256(data);
            require(commitment == dataHash, BatchSettlementWrongData(dataHash, commitment));
            return;
        }
        require(data.length == 0, BatchSettlementDataNotTaken(data.length));
        if (mode == DataAvailability.Blobs) {
            bytes32 blobsHash = _hashBlobs();
            require(commitment == blobsHash, BatchSettlementWrongData(blobsHash, commitment));
        } else {
            require(commitment != bytes32(0), BatchSettlementDataMissing());
        }
    }

    function _hashBlobs() private view returns (bytes32) {
        bytes memory hashes;
        for (uint256 i = 0; blobhash(i) != bytes32(0); ++i) {
            hashes = bytes.concat(hashes, blobhash(i));
        }
        require(hashes.length != 0, BatchSettlementDataMissing());
        return keccak256(hashes);
    }

    /// @dev A static call, so a verifier cannot change anything. One without code, or that answers with anything but a
    /// boolean, reverts.
    function _checkProof(address verifier, uint256 number, bytes32 input, bytes calldata proof) private view {
        require(IVerifier(verifier).verify(input, proof), BatchSettlementProofRejected(number, input));
    }

    /// @dev Folds the imported roots as the chain did, and asks the message root about each. The root after the current
    /// block is not known before its end.
    function _checkDependencies(bytes32 rolling, bytes32 claimed, RootImport[] calldata dependencies) private view {
        for (uint256 i = 0; i < dependencies.length; ++i) {
            RootImport calldata imported = dependencies[i];
            require(
                imported.settlementChainId == block.chainid && imported.blockNumber < block.number
                    && MESSAGE_ROOT.isHistoricalRoot(imported.blockNumber, imported.timestamp, imported.root),
                BatchSettlementUnknownRoot(imported.settlementChainId, imported.blockNumber, imported.root)
            );
            rolling = keccak256(abi.encode(rolling, imported));
        }
        require(rolling == claimed, BatchSettlementWrongDependencies(rolling, claimed));
    }

    /// @dev The totals are those that the batch commits to. Whether the chain can have moved them, the ledger decides.
    function _checkLedger(bytes32 claimed, LedgerEntry[] calldata ledger) private pure {
        bytes32 actual = ledger.length == 0 ? bytes32(0) : keccak256(abi.encode(LEDGER_VERSION, ledger));
        require(actual == claimed, BatchSettlementWrongLedger(claimed, actual));
    }

    /// @dev Straight from calldata. Numbers with bits above their types are refused where `_checkBatch` reads them, and are
    /// no number that was committed.
    function _publicInput(uint256 chainId, DataAvailability mode, Batch calldata batch)
        private
        view
        returns (bytes32 input)
    {
        bytes32 domain = keccak256(abi.encode(PUBLIC_INPUT_TYPE, block.chainid, address(this)));
        // Free memory serves as scratch space and is not claimed. The mode stands before the batch's last word, its 14th.
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, domain)
            mstore(add(start, 0x20), chainId)
            calldatacopy(add(start, 0x40), batch, 0x1a0)
            mstore(add(start, 0x1e0), mode)
            mstore(add(start, 0x200), calldataload(add(batch, 0x1a0)))
            input := keccak256(start, 0x220)
        }
    }

    /// @dev `batch` has passed `_checkBatch` after `head`: its number, its timestamp and its operations fit.
    function _advance(StoredHead memory head, Batch calldata batch) private pure {
        head.stateCommitment = batch.newStateCommitment;
        head.dependencyRootsHash = batch.dependencyRootsHash;
        head.batchNumber += 1;
        head.lastBlock = SafeCast.toUint48(batch.lastBlock);
        head.lastTimestamp = SafeCast.toUint40(batch.lastTimestamp);
        if (batch.priorityOpsCount != 0) head.priorityOpsConsumed += SafeCast.toUint48(batch.priorityOpsCount);
    }

    function _checkNumber(uint256 last, uint256 number) private pure {
        require(number == last + 1, BatchSettlementWrongNumber(last + 1, number));
    }

    function _checkCommitted(PendingBatch storage pending, uint256 number, bytes32 input) private view {
        require(pending.publicInput == input, BatchSettlementNotCommitted(number, pending.publicInput, input));
    }

    function _chainHead(StoredHead storage head) private view returns (ChainHead memory) {
        return ChainHead({
            stateCommitment: head.stateCommitment,
            dependencyRootsHash: head.dependencyRootsHash,
            batchNumber: head.batchNumber,
            lastBlock: head.lastBlock,
            lastTimestamp: head.lastTimestamp,
            priorityOpsConsumed: head.priorityOpsConsumed
        });
    }
}
