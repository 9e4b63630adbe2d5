// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IAssetLedger} from "../interfaces/IAssetLedger.sol";
import {IMessageVerifier} from "../interfaces/IMessageVerifier.sol";
import {IPriorityQueue} from "../interfaces/IPriorityQueue.sol";
import {ISharedBridge} from "../interfaces/ISharedBridge.sol";
import {IVersioned} from "../interfaces/IVersioned.sol";
import {AssetIds} from "../libraries/AssetIds.sol";
import {AssetTransfers} from "../libraries/AssetTransfers.sol";
import {LogLeaf} from "../libraries/LogLeaf.sol";
import {OutflowLimit} from "../libraries/OutflowLimit.sol";
import {AssetKind, AssetTransfer, TransferRequest} from "../types/Assets.sol";
import {InclusionProof} from "../types/Messages.sol";
import {PriorityOperation} from "../types/PriorityOperations.sol";
import {AssetCustody} from "./AssetCustody.sol";

/// @title The shared bridge of L1
/// @notice No key moves what is kept here: it leaves by the proven word of a chain's vault, within what the ledger has for
/// that, and by nothing else.
contract SharedBridge is ISharedBridge, IVersioned, AssetCustody {
    using OutflowLimit for OutflowLimit.Bucket;

    bytes1 private constant WITHDRAWAL_VERSION = 0x01;
    /// @dev Version and salt, before the transfer.
    uint256 private constant HEAD = 33;
    /// @dev What `_withdrawals` holds of one that was paid. No timestamp is as low.
    uint256 private constant PAID = 1;

    IAssetLedger private immutable LEDGER;
    IPriorityQueue private immutable PRIORITY_QUEUE;
    IMessageVerifier private immutable MESSAGE_ROOT;
    address private immutable VAULT;
    address private immutable SWAPS;

    /// @dev Deposits that may still come back.
    mapping(bytes32 operationHash => bool) private _deposits;
    /// @dev `PAID`, or when a withdrawal that was proven may be paid.
    mapping(uint256 chainId => mapping(bytes32 messageHash => uint256)) private _withdrawals;
    mapping(uint256 chainId => mapping(bytes32 key => OutflowLimit.Bucket)) private _limits;
    uint256 private _etherLocked;

    /// @param authority Access manager of L1.
    /// @param representations Creates the tokens that stand for those of chains.
    /// @param ledger Address at which the asset ledger stands or will stand.
    /// @param priorityQueue Address at which the priority queue stands or will stand.
    /// @param messageRoot Address at which the message root stands or will stand.
    /// @param vault The vault, which stands at this address on every chain of the network.
    /// @param swaps Address at which the swap registry stands or will stand.
    constructor(
        address authority,
        address representations,
        address ledger,
        address priorityQueue,
        address messageRoot,
        address vault,
        address swaps
    ) AssetCustody(authority, representations) {
        require(
            ledger != address(0) && priorityQueue != address(0) && messageRoot != address(0) && vault != address(0)
                && swaps != address(0),
            AssetCustodyZeroAddress()
        );
        LEDGER = IAssetLedger(ledger);
        PRIORITY_QUEUE = IPriorityQueue(priorityQueue);
        MESSAGE_ROOT = IMessageVerifier(messageRoot);
        VAULT = vault;
        SWAPS = swaps;
    }

    /// @inheritdoc ISharedBridge
    function deposit(TransferRequest calldata request, uint64 gasLimit)
        external
        payable
        nonReentrant
        returns (bytes32 operationHash)
    {
        return _deposit(request, gasLimit);
    }

    /// @inheritdoc ISharedBridge
    function depositWithPermit(
        TransferRequest calldata request,
        uint64 gasLimit,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external nonReentrant returns (bytes32 operationHash) {
        _permit(request, deadline, v, r, s);
        return _deposit(request, gasLimit);
    }

    /// @inheritdoc ISharedBridge
    function announce(address token, AssetKind kind, uint256 chainId, uint64 gasLimit)
        external
        returns (bytes32 operationHash)
    {
        return _request(chainId, gasLimit, _announce(token, kind, chainId));
    }

    /// @inheritdoc ISharedBridge
    function finalizeWithdrawal(InclusionProof calldata proof, bytes calldata message) external nonReentrant {
        uint256 chainId = proof.chainId;
        bytes32 messageHash = keccak256(message);
        require(_withdrawals[chainId][messageHash] == 0, SharedBridgeAlreadyFinalized(chainId, messageHash));
        require(
            MESSAGE_ROOT.verifyLeaf(proof, LogLeaf.message(0, VAULT, messageHash)), SharedBridgeUnproven(messageHash)
        );
        AssetTransfer memory what = _read(message, messageHash);
        bytes32 key = AssetIds.ledgerKey(what.asset, what.tokenId);
        uint256 payableAt = block.timestamp;
        if (what.amount != 0) {
            payableAt = _limits[chainId][key].take(what.amount);
            LEDGER.recordWithdrawal(what.asset, what.tokenId, chainId, what.amount);
        }
        bool isDelayed = payableAt > block.timestamp;
        _withdrawals[chainId][messageHash] = isDelayed ? payableAt : PAID;
        emit WithdrawalFinalized(messageHash, chainId, key, what.amount, payableAt);
        if (!isDelayed) _give(what, chainId, chainId);
    }

    /// @inheritdoc ISharedBridge
    function releaseWithdrawal(uint256 chainId, bytes calldata message) external nonReentrant {
        bytes32 messageHash = keccak256(message);
        uint256 payableAt = _withdrawals[chainId][messageHash];
        require(payableAt != 0, SharedBridgeUnproven(messageHash));
        require(payableAt != PAID, SharedBridgeAlreadyFinalized(chainId, messageHash));
        require(block.timestamp >= payableAt, SharedBridgeTooEarly(payableAt, block.timestamp));
        _withdrawals[chainId][messageHash] = PAID;
        _give(_read(message, messageHash), chainId, chainId);
    }

    /// @inheritdoc ISharedBridge
    function claimFailedDeposit(PriorityOperation calldata operation, InclusionProof calldata proof)
        external
        nonReentrant
    {
        bytes32 operationHash = keccak256(abi.encode(operation));
        require(_deposits[operationHash], SharedBridgeUnknownDeposit(operationHash));
        delete _deposits[operationHash];
        // Another chain may well claim that the operation failed.
        require(
            proof.chainId == operation.chainId && MESSAGE_ROOT.verifyLeaf(proof, LogLeaf.status(operationHash, false)),
            SharedBridgeUnproven(operationHash)
        );
        // It is this bridge's own.
        (, AssetTransfer memory what) = AssetTransfers.decode(operation.data);
        (what.recipient, what.metadata) = (what.sender, "");
        LEDGER.recordFailedDeposit(what.asset, what.tokenId, operation.chainId, what.amount);
        bytes32 key = AssetIds.ledgerKey(what.asset, what.tokenId);
        emit DepositRecovered(operationHash, what.sender, key, what.amount);
        _give(what, operation.chainId, operation.chainId);
    }

    /// @inheritdoc ISharedBridge
    function payClaim(bytes calldata text, uint256 sourceChainId) external nonReentrant {
        require(msg.sender == SWAPS, SharedBridgeNotSwaps(msg.sender, SWAPS));
        // The registry spells it itself.
        (, AssetTransfer memory what) = AssetTransfers.decode(text);
        _give(what, sourceChainId, 0);
    }

    /// @inheritdoc ISharedBridge
    function setOutflowLimit(uint256 chainId, bytes32 key, uint256 capacity, uint256 refillPerSecond)
        external
        restricted
    {
        require(capacity == 0 || refillPerSecond != 0, SharedBridgeNoRefill(capacity));
        OutflowLimit.Bucket storage limit = _limits[chainId][key];
        (limit.capacity, limit.refillPerSecond) = (capacity, refillPerSecond);
        (limit.level, limit.updatedAt) = (0, block.timestamp);
        emit OutflowLimitSet(chainId, key, capacity, refillPerSecond);
    }

    /// @inheritdoc ISharedBridge
    function solvency(address token) external view returns (uint256 kept, uint256 owed) {
        if (token == AssetIds.BASE_TOKEN) return (address(this).balance, _etherLocked);
        return (IERC20(token).balanceOf(address(this)), locked(token));
    }

    /// @inheritdoc IVersioned
    function version() external pure returns (uint256) {
        return 1;
    }

    function _deposit(TransferRequest calldata request, uint64 gasLimit) private returns (bytes32 operationHash) {
        require(request.deliverBefore == 0, SharedBridgeNoDeadline(request.deliverBefore));
        _requireOpen();
        uint256 chainId = request.destinationChainId;
        AssetTransfer memory taken = _take(request, msg.sender, chainId);
        // Both are contracts of this network and call nobody back.
        LEDGER.recordDeposit(taken.asset, taken.tokenId, chainId, taken.amount);
        operationHash = _request(chainId, gasLimit, taken);
        _deposits[operationHash] = true;
        bytes32 key = AssetIds.ledgerKey(taken.asset, taken.tokenId);
        emit DepositRequested(chainId, operationHash, msg.sender, key, taken.amount);
    }

    function _request(uint256 chainId, uint64 gasLimit, AssetTransfer memory what) private returns (bytes32) {
        return PRIORITY_QUEUE.request(chainId, VAULT, gasLimit, AssetTransfers.encode(what));
    }

    function _read(bytes calldata message, bytes32 messageHash) private pure returns (AssetTransfer memory what) {
        bool canonical = message.length > HEAD && message[0] == WITHDRAWAL_VERSION;
        if (canonical) (canonical, what) = AssetTransfers.decode(message[HEAD:]);
        require(canonical, SharedBridgeMalformedMessage(messageHash));
    }

    function _baseChainId() internal view override returns (uint256) {
        return block.chainid;
    }

    function _takeBase(uint256 amount) internal override {
        _etherLocked += amount;
    }

    function _payBase(address to, uint256 amount, uint256 gasLimit) internal override returns (bool paid) {
        _etherLocked -= amount;
        // Nothing of the answer is copied.
        assembly ("memory-safe") {
            paid := call(gasLimit, to, amount, 0, 0, 0, 0)
        }
        if (!paid) _etherLocked += amount;
    }
}
