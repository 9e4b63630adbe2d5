// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IAssetLedger} from "../interfaces/IAssetLedger.sol";
import {IBatchSettlement} from "../interfaces/IBatchSettlement.sol";
import {IChainRegistry} from "../interfaces/IChainRegistry.sol";
import {IMessageRoot} from "../interfaces/IMessageRoot.sol";
import {IPriorityQueue} from "../interfaces/IPriorityQueue.sol";
import {ISwapRegistry} from "../interfaces/ISwapRegistry.sol";
import {IVerifier} from "../interfaces/IVerifier.sol";
import {IVersioned} from "../interfaces/IVersioned.sol";
import {LedgerEntry} from "../types/Assets.sol";
import {Batch, ChainHead, DataAvailability} from "../types/Batches.sol";
import {ChainConfig} from "../types/Chains.sol";
import {RootImport} from "../types/Messages.sol";
import {SwapEffect} from "../types/Swaps.sol";

/// @title Settlement of the chains' batches on L1
/// @notice Nothing here belongs to governance. What a batch may claim is checked against the head before it, the
/// priority queue, the history of the message root and the verifier that governance chose for the chain.
contract BatchSettlement is IBatchSettlement, IVersioned {
    /// @dev `ChainHead` with its numbers in one slot, how many batches after it are committed and proven, and whether the chain is
    /// frozen: then nothing is committed.
    struct StoredHead {
        bytes32 stateCommitment;
        bytes32 dependencyRootsHash;
        uint48 batchNumber;
        uint48 lastBlock;
        uint40 lastTimestamp;
        uint48 priorityOpsConsumed;
        uint32 committed;
        uint32 proven;
        bool isFrozen;
    }

    /// @dev A batch that may execute: the head that it follows and its public input.
    struct Step {
        StoredHead head;
        bytes32 input;
    }

    struct PendingBatch {
        bytes32 publicInput;
        address provenBy;
    }

    bytes32 private constant PUBLIC_INPUT_TYPE = keccak256("Causeway.PublicInput.v1");
    bytes32 private constant QUEUE_INPUT_TYPE = keccak256("Causeway.QueueInput.v1");

    /// @dev Transparent totals per asset and counterparty.
    uint8 private constant LEDGER_VERSION = 1;
    uint8 private constant EFFECTS_VERSION = 1;

    /// @inheritdoc IBatchSettlement
    uint256 public constant MAX_CLOCK_AHEAD = 1 hours;

    IChainRegistry private immutable REGISTRY;
    IMessageRoot private immutable MESSAGE_ROOT;
    IPriorityQueue private immutable PRIORITY_QUEUE;
    IAssetLedger private immutable LEDGER;
    ISwapRegistry private immutable SWAPS;

    mapping(uint256 chainId => StoredHead) private _executed;

    /// @dev Head after the last committed batch; empty while nothing is pending. Its two counters are not used.
    mapping(uint256 chainId => StoredHead) private _committed;

    /// @dev Entries above the committed number are left over from reverted batches and never read.
    mapping(uint256 chainId => mapping(uint256 batchNumber => PendingBatch)) private _pending;

    /// @inheritdoc IBatchSettlement
    mapping(uint256 chainId => uint64) public frozenAt;

    /// @param registry Address at which the chain registry stands or will stand.
    /// @param messageRoot Address at which the message root stands or will stand.
    /// @param priorityQueue Address at which the priority queue stands or will stand.
    /// @param ledger Address at which the asset ledger stands or will stand.
    /// @param swaps Address at which the swap registry stands or will stand.
    constructor(address registry, address messageRoot, address priorityQueue, address ledger, address swaps) {
        require(
            registry != address(0) && messageRoot != address(0) && priorityQueue != address(0) && ledger != address(0)
                && swaps != address(0),
            BatchSettlementZeroAddress()
        );
        REGISTRY = IChainRegistry(registry);
        MESSAGE_ROOT = IMessageRoot(messageRoot);
        PRIORITY_QUEUE = IPriorityQueue(priorityQueue);
        LEDGER = IAssetLedger(ledger);
        SWAPS = ISwapRegistry(swaps);
    }

    /// @inheritdoc IBatchSettlement
    function settleBatch(
        uint256 chainId,
        Batch calldata batch,
        bytes calldata data,
        bytes calldata proof,
        RootImport[] calldata dependencies,
        LedgerEntry[] calldata ledger,
        SwapEffect[] calldata effects
    ) external {
        Step memory step = _admit(chainId, batch, data, proof);
        _execute(chainId, step, batch, dependencies);
        _apply(chainId, step.head, batch, ledger, effects);
    }

    /// @inheritdoc IBatchSettlement
    function commitBatch(uint256 chainId, Batch calldata batch, bytes calldata data) external {
        ChainConfig memory config = _configForOperator(chainId);
        StoredHead storage executed = _executed[chainId];
        // What a halting operator has committed would keep everybody else from settling.
        require(!executed.isFrozen, BatchSettlementFrozen(chainId));
        StoredHead memory head = executed.committed == 0 ? executed : _committed[chainId];
        _checkBatch(chainId, head, batch);
        _checkData(config.dataAvailability, batch.daCommitment, data);

        bytes32 input = _publicInput(PUBLIC_INPUT_TYPE, chainId, config.dataAvailability, batch);
        _pending[chainId][batch.number] = PendingBatch({publicInput: input, provenBy: address(0)});
        executed.committed += 1;
        _advance(head, batch);
        _store(_committed[chainId], head);
        emit BatchCommitted(chainId, batch.number, input);
    }

    /// @inheritdoc IBatchSettlement
    function proveBatch(uint256 chainId, Batch calldata batch, bytes calldata proof) external {
        ChainConfig memory config = REGISTRY.chainConfig(chainId);
        StoredHead storage executed = _executed[chainId];
        _checkNumber(uint256(executed.batchNumber) + executed.proven, batch.number);
        bytes32 input = _publicInput(PUBLIC_INPUT_TYPE, chainId, config.dataAvailability, batch);
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
        LedgerEntry[] calldata ledger,
        SwapEffect[] calldata effects
    ) external {
        Step memory step = _takePending(chainId, batch);
        _execute(chainId, step, batch, dependencies);
        _apply(chainId, step.head, batch, ledger, effects);
    }

    /// @inheritdoc IBatchSettlement
    function revertBatches(uint256 chainId) external {
        _configForOperator(chainId);
        StoredHead storage executed = _executed[chainId];
        require(executed.committed != 0, BatchSettlementNothingToRevert(executed.batchNumber));
        _drop(chainId, executed);
    }

    /// @inheritdoc IBatchSettlement
    function freeze(uint256 chainId) external {
        StoredHead storage executed = _executed[chainId];
        require(!executed.isFrozen, BatchSettlementFrozen(chainId));
        uint64 expiry = PRIORITY_QUEUE.expiresAt(chainId, executed.priorityOpsConsumed);
        require(_isPast(expiry), BatchSettlementNotExpired(chainId, expiry));
        executed.isFrozen = true;
        frozenAt[chainId] = SafeCast.toUint64(block.timestamp);
        emit ChainFrozen(chainId, executed.batchNumber);
        if (executed.committed != 0) _drop(chainId, executed);
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
        DataAvailability mode = REGISTRY.chainConfig(chainId).dataAvailability;
        return _publicInput(_inputType(_executed[chainId].isFrozen), chainId, mode, batch);
    }

    /// @inheritdoc IVersioned
    function version() external pure returns (uint256) {
        return 1;
    }

    /// @dev All that `settleBatch` checks before the batch executes. While a chain is frozen its operator may be gone: whoever
    /// has the data, which L1 has of all but a validium, may settle.
    function _admit(uint256 chainId, Batch calldata batch, bytes calldata data, bytes calldata proof)
        private
        view
        returns (Step memory step)
    {
        StoredHead memory head = _executed[chainId];
        ChainConfig memory config = REGISTRY.chainConfig(chainId);
        require(
            msg.sender == config.operator || (head.isFrozen && config.dataAvailability != DataAvailability.Validium),
            BatchSettlementNotOperator(chainId, msg.sender)
        );
        if (head.committed != 0) {
            revert BatchSettlementPending(head.batchNumber, uint256(head.batchNumber) + head.committed);
        }
        _checkBatch(chainId, head, batch);
        _checkData(config.dataAvailability, batch.daCommitment, data);
        bytes32 input = _publicInput(_inputType(head.isFrozen), chainId, config.dataAvailability, batch);
        _checkProof(config.verifier, batch.number, input, proof);
        return Step(head, input);
    }

    /// @dev Takes a batch that is committed and proven from what is pending.
    function _takePending(uint256 chainId, Batch calldata batch) private returns (Step memory) {
        ChainConfig memory config = REGISTRY.chainConfig(chainId);
        StoredHead memory head = _executed[chainId];
        _checkNumber(head.batchNumber, batch.number);
        require(head.proven != 0, BatchSettlementNotProven(batch.number, head.batchNumber));
        bytes32 input = _publicInput(PUBLIC_INPUT_TYPE, chainId, config.dataAvailability, batch);
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
        return Step(head, input);
    }

    /// @dev `step.head` becomes the head after `batch`, with the counters that the caller set in it.
    /// Whether it is frozen, it says as it was before.
    function _execute(uint256 chainId, Step memory step, Batch calldata batch, RootImport[] calldata dependencies)
        private
    {
        StoredHead memory head = step.head;
        require(dependencies.length == 0 || !head.isFrozen, BatchSettlementFrozen(chainId));
        _checkDependencies(head.dependencyRootsHash, batch.dependencyRootsHash, dependencies);
        _advance(head, batch);
        _store(_executed[chainId], head);
        emit BatchExecuted(
            chainId,
            batch.number,
            step.input,
            batch.newStateCommitment,
            batch.firstBlock,
            batch.lastBlock,
            batch.chainBatchRoot
        );
        if (batch.priorityOpsCount != 0) PRIORITY_QUEUE.consume(chainId, head.priorityOpsConsumed);
        if (!_consumesFrozen(head, batch) || _isExpired(chainId, head.priorityOpsConsumed)) return;
        _executed[chainId].isFrozen = false;
        delete frozenAt[chainId];
        emit ChainUnfrozen(chainId, batch.number);
    }

    /// @dev What a batch gives to swaps goes before what it says of the ledger, and what it takes from them after: so no order
    /// of what a chain did in it can run below 0.
    function _apply(
        uint256 chainId,
        StoredHead memory head,
        Batch calldata batch,
        LedgerEntry[] calldata ledger,
        SwapEffect[] calldata effects
    ) private {
        _checkLedger(batch.ledgerDeltaHash, ledger);
        _checkEffects(batch.swapEffectsHash, effects);
        // All are contracts of this network and call nobody back.
        bool buriesAll = _consumesFrozen(head, batch);
        if (effects.length != 0 || buriesAll) SWAPS.creditBatch(chainId, effects, buriesAll);
        if (ledger.length != 0) LEDGER.applyBatch(chainId, ledger);
        if (effects.length != 0) SWAPS.debitBatch(chainId, effects);
        MESSAGE_ROOT.appendBatch(chainId, batch.number, batch.chainBatchRoot);
    }

    /// @dev Whoever assigns the struct as a whole writes its last slot once for each number in it.
    function _store(StoredHead storage stored, StoredHead memory head) private {
        stored.stateCommitment = head.stateCommitment;
        stored.dependencyRootsHash = head.dependencyRootsHash;
        uint256 numbers = uint256(head.batchNumber) | uint256(head.lastBlock) << 48 | uint256(head.lastTimestamp) << 96
            | uint256(head.priorityOpsConsumed) << 136 | uint256(head.committed) << 184 | uint256(head.proven) << 216;
        if (head.isFrozen) numbers |= 1 << 248;
        assembly ("memory-safe") {
            sstore(add(stored.slot, 2), numbers)
        }
    }

    function _drop(uint256 chainId, StoredHead storage executed) private {
        executed.committed = 0;
        executed.proven = 0;
        delete _committed[chainId];
        emit BatchesReverted(chainId, executed.batchNumber);
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
        bytes32 operations = _operationsAfter(chainId, head, batch);
        require(batch.priorityOpsHash == operations, BatchSettlementWrongPriorityOps(operations, batch.priorityOpsHash));
    }

    /// @dev None that has expired may be left, save by a frozen chain, which may take its queue in parts: more may have expired than
    /// one batch holds. With batches of nothing anyone could keep it from coming back, so it must consume or bury.
    function _operationsAfter(uint256 chainId, StoredHead memory head, Batch calldata batch)
        private
        view
        returns (bytes32)
    {
        uint64 consumed = uint64(head.priorityOpsConsumed) + batch.priorityOpsCount;
        bool isPart = head.isFrozen && (batch.priorityOpsCount != 0 || batch.swapEffectsHash != bytes32(0));
        if (isPart) return PRIORITY_QUEUE.rollingHash(chainId, consumed);
        return PRIORITY_QUEUE.checkConsumption(chainId, consumed);
    }

    function _isExpired(uint256 chainId, uint64 nonce) private view returns (bool) {
        return _isPast(PRIORITY_QUEUE.expiresAt(chainId, nonce));
    }

    /// @dev 0 where there is no such operation.
    function _isPast(uint64 expiry) private view returns (bool) {
        return expiry != 0 && block.timestamp >= expiry;
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

    /// @dev As `_checkLedger`, for what the batch did to swaps, which the swap registry judges.
    function _checkEffects(bytes32 claimed, SwapEffect[] calldata effects) private pure {
        bytes32 actual = effects.length == 0 ? bytes32(0) : keccak256(abi.encode(EFFECTS_VERSION, effects));
        require(actual == claimed, BatchSettlementWrongEffects(claimed, actual));
    }

    /// @dev What a prover signs while the chain is live is worth nothing while it is frozen, and the other way round.
    function _inputType(bool isFrozen) private pure returns (bytes32) {
        return isFrozen ? QUEUE_INPUT_TYPE : PUBLIC_INPUT_TYPE;
    }

    /// @dev Straight from calldata. Numbers with bits above their types are refused where `_checkBatch` reads them, and are
    /// no number that was committed.
    function _publicInput(bytes32 inputType, uint256 chainId, DataAvailability mode, Batch calldata batch)
        private
        view
        returns (bytes32 input)
    {
        bytes32 domain = keccak256(abi.encode(inputType, block.chainid, address(this)));
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

    /// @dev Before a frozen chain does what L1 asked, it has buried all that L1 decided in its stead. With a batch that
    /// consumes nothing it buries a part of that.
    function _consumesFrozen(StoredHead memory head, Batch calldata batch) private pure returns (bool) {
        return head.isFrozen && batch.priorityOpsCount != 0;
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
