// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IChainRegistry} from "../interfaces/IChainRegistry.sol";
import {IPriorityQueue} from "../interfaces/IPriorityQueue.sol";
import {IVersioned} from "../interfaces/IVersioned.sol";
import {PriorityOperation} from "../types/PriorityOperations.sol";

/// @title The queues through which L1 reaches the chains
/// @notice Entries are never changed. The hash after each is kept, so that settlement reads one slot however many
/// operations a batch consumes.
contract PriorityQueue is IPriorityQueue, IVersioned {
    struct Queue {
        uint64 head;
        uint64 tail;
    }

    /// @dev `rollingHash` covers this operation and all before it.
    struct Entry {
        bytes32 rollingHash;
        uint64 expiresAt;
    }

    uint8 private constant OPERATION_VERSION = 1;

    /// @inheritdoc IPriorityQueue
    uint64 public constant MIN_GAS_LIMIT = 30_000;

    /// @inheritdoc IPriorityQueue
    /// @dev Leaves room for the data and the inbox below the 2^24 gas that one transaction may use (EIP-7825).
    uint64 public constant MAX_GAS_LIMIT = 10_000_000;

    /// @inheritdoc IPriorityQueue
    uint256 public constant MAX_DATA_SIZE = 32_768;

    IChainRegistry private immutable REGISTRY;
    address private immutable SETTLEMENT;

    /// @inheritdoc IPriorityQueue
    uint64 public immutable EXPIRY;

    mapping(uint256 chainId => Queue) private _queues;
    mapping(uint256 chainId => mapping(uint256 nonce => Entry)) private _entries;

    /// @param registry Address at which the chain registry stands or will stand.
    /// @param settlement Address at which the batch settlement stands or will stand.
    /// @param expiry Seconds from request to expiry, not 0.
    constructor(address registry, address settlement, uint64 expiry) {
        require(registry != address(0) && settlement != address(0), PriorityQueueZeroAddress());
        require(expiry != 0, PriorityQueueZeroExpiry());
        REGISTRY = IChainRegistry(registry);
        SETTLEMENT = settlement;
        EXPIRY = expiry;
    }

    /// @inheritdoc IPriorityQueue
    function request(uint256 chainId, address to, uint64 gasLimit, bytes calldata data)
        external
        returns (bytes32 operationHash)
    {
        require(REGISTRY.isRegistered(chainId), PriorityQueueUnknownChain(chainId));
        require(
            gasLimit >= MIN_GAS_LIMIT && gasLimit <= MAX_GAS_LIMIT,
            PriorityQueueBadGasLimit(gasLimit, MIN_GAS_LIMIT, MAX_GAS_LIMIT)
        );
        require(data.length <= MAX_DATA_SIZE, PriorityQueueDataTooLarge(data.length, MAX_DATA_SIZE));

        uint64 nonce = _queues[chainId].tail;
        PriorityOperation memory operation = PriorityOperation({
            version: OPERATION_VERSION,
            chainId: chainId,
            nonce: nonce,
            sender: msg.sender,
            to: to,
            gasLimit: gasLimit,
            expiresAt: SafeCast.toUint64(block.timestamp) + EXPIRY,
            data: data
        });
        operationHash = keccak256(abi.encode(operation));

        _queues[chainId].tail = nonce + 1;
        _entries[chainId][nonce] = Entry({
            rollingHash: keccak256(abi.encode(_rollingHash(chainId, nonce), operationHash)),
            expiresAt: operation.expiresAt
        });
        emit PriorityOperationRequested(chainId, nonce, operationHash, operation);
    }

    /// @inheritdoc IPriorityQueue
    function consume(uint256 chainId, uint64 consumed) external {
        require(msg.sender == SETTLEMENT, PriorityQueueNotSettlement(msg.sender, SETTLEMENT));
        _queues[chainId].head = consumed;
        emit PriorityOperationsConsumed(chainId, consumed);
    }

    /// @inheritdoc IPriorityQueue
    function checkConsumption(uint256 chainId, uint64 consumed) external view returns (bytes32 rollingHash) {
        uint64 available = _queues[chainId].tail;
        require(consumed <= available, PriorityQueueTooFew(available, consumed));
        if (consumed < available) {
            uint64 expiry = _entries[chainId][consumed].expiresAt;
            require(block.timestamp < expiry, PriorityQueueExpired(consumed, expiry));
        }
        return _rollingHash(chainId, consumed);
    }

    /// @inheritdoc IPriorityQueue
    function head(uint256 chainId) external view returns (uint64) {
        return _queues[chainId].head;
    }

    /// @inheritdoc IPriorityQueue
    function tail(uint256 chainId) external view returns (uint64) {
        return _queues[chainId].tail;
    }

    /// @inheritdoc IPriorityQueue
    function expiresAt(uint256 chainId, uint64 nonce) external view returns (uint64) {
        return _entries[chainId][nonce].expiresAt;
    }

    /// @inheritdoc IVersioned
    function version() external pure returns (uint256) {
        return 1;
    }

    /// @dev Hash over the first `count` operations, from 0.
    function _rollingHash(uint256 chainId, uint256 count) private view returns (bytes32) {
        return count == 0 ? bytes32(0) : _entries[chainId][count - 1].rollingHash;
    }
}
