// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IMessageRoot} from "../interfaces/IMessageRoot.sol";
import {IVersioned} from "../interfaces/IVersioned.sol";
import {AggregationLeaves} from "../libraries/AggregationLeaves.sol";
import {InclusionProofs} from "../libraries/InclusionProofs.sol";
import {MerkleTree} from "../libraries/MerkleTree.sol";
import {ChainTree} from "./ChainTree.sol";
import {MessageVerifier} from "./MessageVerifier.sol";
import {SharedTree} from "./SharedTree.sol";

/// @title The message root on L1
/// @dev Leaf 0 of the shared tree is L1 itself, with an empty chain tree.
contract MessageRoot is IMessageRoot, IVersioned, MessageVerifier {
    using ChainTree for ChainTree.Tree;
    using SharedTree for SharedTree.Tree;

    address private immutable REGISTRY;
    address private immutable SETTLEMENT;

    /// @inheritdoc IMessageRoot
    mapping(uint256 blockNumber => bytes32) public historicalRoot;
    mapping(uint256 chainId => ChainTree.Tree) private _chains;
    SharedTree.Tree private _shared;

    /// @param registry Address at which the chain registry stands or will stand.
    /// @param settlement Address at which the settlement contract stands or will stand.
    constructor(address registry, address settlement) {
        require(registry != address(0) && settlement != address(0), MessageRootZeroAddress());
        REGISTRY = registry;
        SETTLEMENT = settlement;
        _add(block.chainid);
    }

    /// @inheritdoc IMessageRoot
    function addChain(uint256 chainId) external {
        require(msg.sender == REGISTRY, MessageRootNotAuthorized(msg.sender, REGISTRY));
        require(!_isKnown(chainId), MessageRootChainKnown(chainId));
        _add(chainId);
    }

    /// @inheritdoc IMessageRoot
    function appendBatch(uint256 chainId, uint256 batchNumber, bytes32 chainBatchRoot) external {
        require(msg.sender == SETTLEMENT, MessageRootNotAuthorized(msg.sender, SETTLEMENT));
        require(chainBatchRoot != 0, MessageRootZeroBatchRoot(chainId, batchNumber));
        ChainTree.Tree storage chain = _chains[chainId];
        uint256 index = chain.index;
        require(index != 0, MessageRootChainUnknown(chainId));

        bytes32 leaf = AggregationLeaves.batchLeaf(chainBatchRoot, batchNumber, block.timestamp);
        bytes32 chainRoot = chain.append(SafeCast.toUint64(batchNumber - 1), leaf);
        bytes32 newRoot = _shared.update(index, AggregationLeaves.chainIdLeaf(chainRoot, chainId));
        _keep(newRoot);
        emit BatchRootAppended(chainId, batchNumber, chainBatchRoot, batchNumber - 1, block.timestamp, newRoot);
    }

    /// @inheritdoc IMessageRoot
    function root() external view returns (bytes32) {
        return _shared.root();
    }

    /// @inheritdoc IMessageRoot
    function chainCount() external view returns (uint256) {
        return _shared.count;
    }

    /// @inheritdoc IMessageRoot
    function chainIndex(uint256 chainId) external view returns (uint256) {
        require(_isKnown(chainId), MessageRootChainUnknown(chainId));
        return _chains[chainId].index;
    }

    /// @inheritdoc IVersioned
    function version() external pure returns (uint256) {
        return 1;
    }

    /// @inheritdoc IMessageRoot
    function isHistoricalRoot(uint256 blockNumber, uint256 timestamp, bytes32 root_) public view returns (bool) {
        return root_ != 0 && historicalRoot[blockNumber] == _entry(timestamp, root_);
    }

    function _add(uint256 chainId) private {
        (uint256 index, bytes32 newRoot) = _shared.add(AggregationLeaves.chainIdLeaf(0, chainId));
        _chains[chainId].index = index;
        _keep(newRoot);
        emit ChainAdded(chainId, index, newRoot);
    }

    /// @dev The last root of a block stays.
    function _keep(bytes32 newRoot) private {
        historicalRoot[block.number] = _entry(block.timestamp, newRoot);
    }

    /// @inheritdoc MessageVerifier
    /// @dev Only the root of the very block that executed the batch has the timestamp in the batch's leaf.
    function _isKnownRoot(InclusionProofs.SettledRoot memory settled) internal view override returns (bool) {
        return settled.settlementChainId == block.chainid
            && isHistoricalRoot(settled.blockNumber, settled.l1Timestamp, settled.root);
    }

    function _isKnown(uint256 chainId) private view returns (bool) {
        return _chains[chainId].index != 0 || chainId == block.chainid;
    }

    function _entry(uint256 timestamp, bytes32 root_) private pure returns (bytes32) {
        return MerkleTree.node(bytes32(timestamp), root_);
    }
}
