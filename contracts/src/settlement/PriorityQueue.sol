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
    /// @dev Of the network itself: no filter of a chain is asked about it.
    uint8 private constant SYSTEM_VERSION = 2;

    /// @inheritdoc IPriorityQueue
    uint64 public constant MIN_GAS_LIMIT = 30_000;

    /// @inheritdoc IPriorityQueue
    /// @dev Leaves room for the data and the inbox below the 2^24 gas that one transaction may use (EIP-7825).
    uint64 public constant MAX_GAS_LIMIT = 10_000_000;

    /// @inheritdoc IPriorityQueue
    uint256 public constant MAX_DATA_SIZE = 32_768;

    IChainRegistry private immutable REGISTRY;
    address private immutable SETTLEMENT;
    address private immutable SWAPS;

    /// @inheritdoc IPriorityQueue
    uint64 public immutable EXPIRY;

    mapping(uint256 chainId => Queue) private _queues;
    mapping(uint256 chainId => mapping(uint256 nonce => Entry)) private _entries;

    /// @param registry Address at which the chain registry stands or will stand.
    /// @param settlement Address at which the batch settlement stands or will stand.
    /// @param expiry Seconds from request to expiry, not 0.
    /// @param swaps Address at which the swap registry stands or will stand.
    constructor(address registry, address settlement, uint64 expiry, address swaps) {
        require(registry != address(0) && settlement != address(0) && swaps != address(0), PriorityQueueZeroAddress());
        require(expiry != 0, PriorityQueueZeroExpiry());
        REGISTRY = IChainRegistry(registry);
        SETTLEMENT = settlement;
        SWAPS = swaps;
        EXPIRY = expiry;
    }

    /// @inheritdoc IPriorityQueue
    function request(uint256 chainId, address to, uint64 gasLimit, bytes calldata data)
        external
        returns (bytes32 operationHash)
    {
        require(
            gasLimit >= MIN_GAS_LIMIT && gasLimit <= MAX_GAS_LIMIT,
            PriorityQueueBadGasLimit(gasLimit, MIN_GAS_LIMIT, MAX_GAS_LIMIT)
        );
        return _request(OPERATION_VERSION, chainId, to, gasLimit, data);
    }

    /// @inheritdoc IPriorityQueue
    function requestSystem(uint256 chainId, address to, bytes calldata data) external returns (bytes32 operationHash) {
        require(msg.sender == SWAPS, PriorityQueueNotSwaps(msg.sender, SWAPS));
        return _request(SYSTEM_VERSION, chainId, to, MAX_GAS_LIMIT, data);
    }

    /// @inheritdoc IPriorityQueue
    function consume(uint256 chainId, uint64 consumed) external {
        require(msg.sender == SETTLEMENT, PriorityQueueNotSettlement(msg.sender, SETTLEMENT));
        _queues[chainId].head = consumed;
        emit PriorityOperationsConsumed(chainId, consumed);
    }

    /// @inheritdoc IPriorityQueue
    function checkConsumption(uint256 chainId, uint64 consumed) external view returns (bytes32) {
        uint64 available = _available(chainId, consumed);
        if (consumed < available) {
            uint64 expiry = _entries[chainId][consumed].expiresAt;
            require(block.timestamp < expiry, PriorityQueueExpired(consumed, expiry));
        }
        return _rollingHash(chainId, consumed);
    }

    /// @inheritdoc IPriorityQueue
    function rollingHash(uint256 chainId, uint64 consumed) external view returns (bytes32) {
        _available(chainId, consumed);
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

    function _request(uint8 version_, uint256 chainId, address to, uint64 gasLimit, bytes calldata data)
        private
        returns (bytes32 operationHash)
    {
        require(REGISTRY.isRegistered(chainId), PriorityQueueUnknownChain(chainId));
        require(data.length <= MAX_DATA_SIZE, PriorityQueueDataTooLarge(data.length, MAX_DATA_SIZE));

        uint64 nonce = _queues[chainId].tail;
        PriorityOperation memory operation = PriorityOperation({
            version: version_,
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

    /// @dev How many operations there are, `claimed` among them.
    function _available(uint256 chainId, uint64 claimed) private view returns (uint64 available) {
        available = _queues[chainId].tail;
        require(claimed <= available, PriorityQueueTooFew(available, claimed));
    }

    /// @dev Hash over the first `count` operations, from 0.
    function _rollingHash(uint256 chainId, uint256 count) private view returns (bytes32) {
        return count == 0 ? bytes32(0) : _entries[chainId][count - 1].rollingHash;
    }
}
