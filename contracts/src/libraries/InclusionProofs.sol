// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {
    InclusionProofDirtyMetadata,
    InclusionProofFinalWithBatchPart,
    InclusionProofIndexOutOfRange,
    InclusionProofUnknownVersion,
    InclusionProofWrongHops,
    InclusionProofWrongLength,
    InclusionProofWrongLogLength
} from "../types/Messages.sol";
import {AggregationLeaves} from "./AggregationLeaves.sol";
import {ChainBatchRoot} from "./ChainBatchRoot.sol";
import {LogLeaf} from "./LogLeaf.sol";
import {MerkleTree} from "./MerkleTree.sol";

/// @title Proof words, read strictly and folded straight from calldata
/// @dev docs/protocol.md, "Proof". Every word is either folded or checked; nothing in a path can be changed without the
/// proof failing.
library InclusionProofs {
    /// @notice Where a path leads: a root that the settlement chain must have had after `blockNumber`.
    /// @param l1Timestamp Timestamp, in seconds, that the batch leaf carries.
    struct SettledRoot {
        uint256 settlementChainId;
        uint256 blockNumber;
        uint256 l1Timestamp;
        bytes32 root;
    }

    /// @notice Siblings between a leaf of the log tree and the root of its batch.
    uint256 internal constant LOG_PROOF_LENGTH = LogLeaf.TREE_DEPTH + ChainBatchRoot.TREE_DEPTH;

    uint256 private constant VERSION = 1;

    /// @notice Folds a leaf of the log tree to the root of its batch.
    /// @return batchRoot What the log part of the path leads to.
    /// @return isFinal Whether the path ends there; else `foldBatch` reads the rest of it.
    function foldLeaf(bytes32[] calldata path, uint256 leafIndex, bytes32 leaf)
        internal
        pure
        returns (bytes32 batchRoot, bool isFinal)
    {
        uint256 logLength;
        (logLength,, isFinal) = _metadata(path, 0);
        _requireLogLength(LOG_PROOF_LENGTH, logLength);
        require(
            isFinal ? path.length == 1 + LOG_PROOF_LENGTH : path.length > 1 + LOG_PROOF_LENGTH,
            InclusionProofWrongLength(1 + LOG_PROOF_LENGTH, path.length)
        );
        // A bit above the log tree would step aside from the logs root to its siblings.
        _requireIndex(leafIndex, LogLeaf.TREE_DEPTH);
        batchRoot = MerkleTree.fold(leaf, leafIndex, path, 1, LOG_PROOF_LENGTH);
    }

    /// @notice Folds the root of a batch to the shared root of the settlement chain.
    /// @param logLength Number of log siblings that the path must hold before the batch part.
    function foldBatch(
        bytes32[] calldata path,
        uint256 logLength,
        uint256 chainId,
        uint256 batchNumber,
        bytes32 batchRoot
    ) internal pure returns (SettledRoot memory settled) {
        uint256 batchLength = _batchLength(path, logLength);
        // Lengths are single bytes, so positions are small.
        unchecked {
            uint256 batchPart = 1 + logLength;
            uint256 settlementPart = batchPart + 2 + batchLength;
            uint256 sharedLength = _nestedLength(path, settlementPart + 2);

            settled.l1Timestamp = uint256(path[batchPart]);
            bytes32 leaf = AggregationLeaves.batchLeaf(batchRoot, batchNumber, settled.l1Timestamp);
            bytes32 chainRoot = _fold(leaf, uint256(path[batchPart + 1]), path, batchPart + 2, batchLength);
            leaf = AggregationLeaves.chainIdLeaf(chainRoot, chainId);
            _foldShared(settled, leaf, path, settlementPart, sharedLength);
        }
    }

    /// @dev Folds a chain's leaf of the shared tree; block and mask stand at `position`, the settlement chain after it.
    function _foldShared(
        SettledRoot memory settled,
        bytes32 leaf,
        bytes32[] calldata path,
        uint256 position,
        uint256 length
    ) private pure {
        uint256 blockAndMask = uint256(path[position]);
        settled.blockNumber = blockAndMask >> 128;
        settled.settlementChainId = uint256(path[position + 1]);
        settled.root = _fold(leaf, blockAndMask & type(uint128).max, path, position + 3, length);
    }

    /// @dev Folds to a root whose depth is the number of siblings.
    function _fold(bytes32 leaf, uint256 mask, bytes32[] calldata path, uint256 from, uint256 length)
        private
        pure
        returns (bytes32)
    {
        _requireIndex(mask, length);
        return MerkleTree.fold(leaf, mask, path, from, length);
    }

    /// @dev Number of siblings in the chain tree. The path must lead on to the settlement chain.
    function _batchLength(bytes32[] calldata path, uint256 expectedLogLength) private pure returns (uint256 length) {
        uint256 logLength;
        bool isFinal;
        (logLength, length, isFinal) = _metadata(path, 0);
        _requireLogLength(expectedLogLength, logLength);
        require(!isFinal, InclusionProofWrongHops());
    }

    /// @dev Number of siblings of the nested proof, which must be the last thing in `path`.
    function _nestedLength(bytes32[] calldata path, uint256 position) private pure returns (uint256 length) {
        bool isFinal;
        (length,, isFinal) = _metadata(path, position);
        require(isFinal, InclusionProofWrongHops());
        require(path.length == position + 1 + length, InclusionProofWrongLength(position + 1 + length, path.length));
    }

    /// @dev Splits the metadata word: version, length of the log part, length of the batch part, final.
    function _metadata(bytes32[] calldata path, uint256 position)
        private
        pure
        returns (uint256 logLength, uint256 batchLength, bool isFinal)
    {
        require(position < path.length, InclusionProofWrongLength(position + 1, path.length));
        bytes32 word = path[position];
        require(uint8(word[0]) == VERSION, InclusionProofUnknownVersion(uint8(word[0])));
        require(uint256(word) << 32 == 0 && uint8(word[3]) <= 1, InclusionProofDirtyMetadata(word));
        logLength = uint8(word[1]);
        batchLength = uint8(word[2]);
        isFinal = uint8(word[3]) == 1;
        require(!isFinal || batchLength == 0, InclusionProofFinalWithBatchPart(batchLength));
    }

    function _requireLogLength(uint256 expected, uint256 actual) private pure {
        require(actual == expected, InclusionProofWrongLogLength(expected, actual));
    }

    function _requireIndex(uint256 index, uint256 depth) private pure {
        require(index >> depth == 0, InclusionProofIndexOutOfRange(index, depth));
    }
}
