// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {AggregationLeaves} from "../../src/libraries/AggregationLeaves.sol";
import {ChainBatchRoot} from "../../src/libraries/ChainBatchRoot.sol";
import {LogLeaf} from "../../src/libraries/LogLeaf.sol";
import {MerkleTree} from "../../src/libraries/MerkleTree.sol";
import {BatchProof, InclusionProof} from "../../src/types/Messages.sol";

/// @notice Where a batch stands in the network: its place in the chain tree and that of its chain in the shared tree,
/// each with the siblings on the way up.
/// @param l1Timestamp Timestamp, in seconds, of the block in which the batch was executed.
/// @param settlementBlock Block of the settlement chain whose root the proofs lead to.
struct Placement {
    uint256 chainId;
    uint256 batchNumber;
    uint256 l1Timestamp;
    uint256 settlementChainId;
    uint256 settlementBlock;
    uint256 batchIndex;
    bytes32[] batchSiblings;
    uint256 sharedIndex;
    bytes32[] sharedSiblings;
}

/// @notice Builds the trees and proofs that contracts verify. Work is linear in the leaves given, whatever the depth.
library TreeBuilder {
    uint256 internal constant LOG_PROOF_LENGTH = LogLeaf.TREE_DEPTH + ChainBatchRoot.TREE_DEPTH;

    // Trees.

    /// @notice Root of the log tree of a batch.
    function logsRoot(bytes32[] memory leaves) internal pure returns (bytes32) {
        return paddedRoot(leaves, LogLeaf.TREE_DEPTH, LogLeaf.EMPTY);
    }

    /// @notice The 14 siblings of a leaf of the log tree, lowest first.
    function logSiblings(bytes32[] memory leaves, uint256 index) internal pure returns (bytes32[] memory) {
        return paddedSiblings(leaves, index, LogLeaf.TREE_DEPTH, LogLeaf.EMPTY);
    }

    /// @notice Root of a batch with these log leaves.
    function batchRoot(uint256 chainId, bytes32[] memory leaves) internal pure returns (bytes32) {
        return ChainBatchRoot.root(logsRoot(leaves), chainId);
    }

    /// @notice Root of a chain tree or of the shared tree; 0 without leaves.
    function growingRoot(bytes32[] memory leaves) internal pure returns (bytes32) {
        if (leaves.length == 0) return 0;
        return paddedRoot(leaves, heightOf(leaves.length), MerkleTree.EMPTY_ENTRY);
    }

    /// @notice Siblings of a leaf of a chain tree or of the shared tree, lowest first.
    function growingSiblings(bytes32[] memory leaves, uint256 index) internal pure returns (bytes32[] memory) {
        return paddedSiblings(leaves, index, heightOf(leaves.length), MerkleTree.EMPTY_ENTRY);
    }

    /// @notice Height of a growing tree: ceil(log2 count).
    function heightOf(uint256 count) internal pure returns (uint256 height) {
        while (1 << height < count) ++height;
    }

    /// @notice Root of a tree of `depth` whose missing leaves are `empty`.
    function paddedRoot(bytes32[] memory leaves, uint256 depth, bytes32 empty) internal pure returns (bytes32) {
        require(leaves.length <= 1 << depth, "TreeBuilder: more leaves than the tree holds");
        bytes32[] memory level = leaves;
        for (uint256 i = 0; i < depth; ++i) {
            level = parents(level, empty);
            empty = MerkleTree.node(empty, empty);
        }
        return level.length == 0 ? empty : level[0];
    }

    /// @notice Siblings of leaf `index` of the tree that `paddedRoot` builds, lowest first.
    function paddedSiblings(bytes32[] memory leaves, uint256 index, uint256 depth, bytes32 empty)
        internal
        pure
        returns (bytes32[] memory siblings)
    {
        require(leaves.length <= 1 << depth, "TreeBuilder: more leaves than the tree holds");
        siblings = new bytes32[](depth);
        bytes32[] memory level = leaves;
        for (uint256 i = 0; i < depth; ++i) {
            uint256 sibling = index ^ 1;
            siblings[i] = sibling < level.length ? level[sibling] : empty;
            level = parents(level, empty);
            empty = MerkleTree.node(empty, empty);
            index >>= 1;
        }
    }

    /// @notice The next level up; an odd last node is paired with `empty`.
    function parents(bytes32[] memory level, bytes32 empty) internal pure returns (bytes32[] memory next) {
        next = new bytes32[]((level.length + 1) / 2);
        for (uint256 i = 0; i < next.length; ++i) {
            bytes32 right = 2 * i + 1 < level.length ? level[2 * i + 1] : empty;
            next[i] = MerkleTree.node(level[2 * i], right);
        }
    }

    /// @notice Top of the fold of `node` with `siblings`, lowest first.
    function fold(bytes32 node, uint256 index, bytes32[] memory siblings) internal pure returns (bytes32) {
        for (uint256 i = 0; i < siblings.length; ++i) {
            node = index & 1 == 0 ? MerkleTree.node(node, siblings[i]) : MerkleTree.node(siblings[i], node);
            index >>= 1;
        }
        return node;
    }

    // Placements.

    /// @notice A place in trees of the given depths whose other nodes are pseudo-random. Any depth costs next to nothing.
    function randomPlacement(
        uint256 chainId,
        uint256 batchNumber,
        uint256 settlementChainId,
        uint256 settlementBlock,
        uint256 batchDepth,
        uint256 sharedDepth
    ) internal pure returns (Placement memory placement) {
        uint256 seed = uint256(keccak256(abi.encode("TreeBuilder", chainId, batchNumber, settlementBlock)));
        placement.chainId = chainId;
        placement.batchNumber = batchNumber;
        placement.l1Timestamp = 1_800_000_000 + settlementBlock;
        placement.settlementChainId = settlementChainId;
        placement.settlementBlock = settlementBlock;
        placement.batchIndex = seed % (1 << batchDepth);
        placement.batchSiblings = randomWords(seed + 1, batchDepth);
        placement.sharedIndex = seed / (1 << batchDepth) % (1 << sharedDepth);
        placement.sharedSiblings = randomWords(seed + 2, sharedDepth);
    }

    /// @notice The shared root that a batch with these log leaves leads to from its placement. This is the root to import.
    function sharedRoot(Placement memory placement, bytes32[] memory leaves) internal pure returns (bytes32) {
        return sharedRoot(placement, batchRoot(placement.chainId, leaves));
    }

    /// @notice The shared root that a batch root leads to from its placement.
    function sharedRoot(Placement memory placement, bytes32 root) internal pure returns (bytes32) {
        bytes32 leaf = AggregationLeaves.batchLeaf(root, placement.batchNumber, placement.l1Timestamp);
        bytes32 chainRoot = fold(leaf, placement.batchIndex, placement.batchSiblings);
        leaf = AggregationLeaves.chainIdLeaf(chainRoot, placement.chainId);
        return fold(leaf, placement.sharedIndex, placement.sharedSiblings);
    }

    // Proofs.

    /// @notice Proof of leaf `index` against a root of the settlement chain.
    function inclusionProof(Placement memory placement, bytes32[] memory leaves, uint256 index)
        internal
        pure
        returns (InclusionProof memory proof)
    {
        proof.chainId = placement.chainId;
        proof.batchNumber = placement.batchNumber;
        proof.leafIndex = index;
        proof.path = settlementPath(placement, logPath(placement.chainId, leaves, index));
    }

    /// @notice Proof of leaf `index` against the recorded root of its batch.
    function finalProof(uint256 chainId, uint256 batchNumber, bytes32[] memory leaves, uint256 index)
        internal
        pure
        returns (InclusionProof memory proof)
    {
        proof.chainId = chainId;
        proof.batchNumber = batchNumber;
        proof.leafIndex = index;
        proof.path = finalPath(logPath(chainId, leaves, index));
    }

    /// @notice Proof of a batch root.
    function batchProof(Placement memory placement, bytes32 root) internal pure returns (BatchProof memory proof) {
        proof.chainId = placement.chainId;
        proof.batchNumber = placement.batchNumber;
        proof.chainBatchRoot = root;
        proof.path = settlementPath(placement, new bytes32[](0));
    }

    // Proof words.

    /// @notice The 17 siblings from leaf `index` to the root of its batch, lowest first.
    function logPath(uint256 chainId, bytes32[] memory leaves, uint256 index)
        internal
        pure
        returns (bytes32[] memory siblings)
    {
        siblings = new bytes32[](LOG_PROOF_LENGTH);
        bytes32[] memory inTree = logSiblings(leaves, index);
        for (uint256 i = 0; i < inTree.length; ++i) {
            siblings[i] = inTree[i];
        }
        (siblings[14], siblings[15], siblings[16]) = ChainBatchRoot.logsRootSiblings(chainId);
    }

    /// @notice A whole path with the given log part, ending in the shared root.
    function settlementPath(Placement memory placement, bytes32[] memory logPart)
        internal
        pure
        returns (bytes32[] memory)
    {
        return bytes32s(
            abi.encodePacked(
                metadata(logPart.length, placement.batchSiblings.length, false),
                logPart,
                placement.l1Timestamp,
                placement.batchIndex,
                placement.batchSiblings,
                placement.settlementBlock << 128 | placement.sharedIndex,
                placement.settlementChainId,
                finalPath(placement.sharedSiblings)
            )
        );
    }

    /// @notice A path that ends where the siblings lead.
    function finalPath(bytes32[] memory siblings) internal pure returns (bytes32[] memory) {
        return bytes32s(abi.encodePacked(metadata(siblings.length, 0, true), siblings));
    }

    /// @notice The metadata word.
    function metadata(uint256 logLength, uint256 batchLength, bool isFinal) internal pure returns (bytes32) {
        return bytes32(1 << 248 | logLength << 240 | batchLength << 232 | uint256(isFinal ? 1 : 0) << 224);
    }

    /// @notice Words from bytes whose length is a multiple of 32.
    function bytes32s(bytes memory packed) internal pure returns (bytes32[] memory) {
        return abi.decode(bytes.concat(abi.encode(0x20, packed.length / 32), packed), (bytes32[]));
    }

    /// @notice Pseudo-random words.
    function randomWords(uint256 seed, uint256 count) internal pure returns (bytes32[] memory words) {
        words = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            words[i] = keccak256(abi.encode(seed, i));
        }
    }
}
