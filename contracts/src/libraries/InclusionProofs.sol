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
    /// @dev Metadata of a path that ends with the root of the batch.
    uint256 private constant FINAL_PATH = (VERSION << 24 | LOG_PROOF_LENGTH << 16 | 1) << 224;
    /// @dev Metadata but for its lengths, of a path that goes on and of one that ends.
    uint256 private constant OPEN = VERSION << 248;
    uint256 private constant FINAL = OPEN | 1 << 224;
    uint256 private constant LOG_SHIFT = 240;
    uint256 private constant BATCH_SHIFT = 232;
    uint256 private constant LENGTH_BITS = 0xff;
    /// @dev All but version, the two lengths, and the lowest bit of the final byte.
    uint256 private constant MEANINGLESS_BITS = type(uint256).max >> 32 | 0xfe << 224;

    /// @notice Folds a leaf of the log tree to the root of its batch.
    /// @return batchRoot What the log part of the path leads to.
    /// @return isFinal Whether the path ends there. Else the answer means nothing before `foldBatch` has read the rest of
    /// the path and found its length right.
    function foldLeaf(bytes32[] calldata path, uint256 leafIndex, bytes32 leaf)
        internal
        pure
        returns (bytes32 batchRoot, bool isFinal)
    {
        isFinal = path.length == 1 + LOG_PROOF_LENGTH && uint256(path[0]) == FINAL_PATH;
        if (!isFinal) _requireOpen(path);
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

            settled.l1Timestamp = _wordAt(path, batchPart);
            bytes32 leaf = AggregationLeaves.batchLeaf(batchRoot, batchNumber, settled.l1Timestamp);
            bytes32 chainRoot = _fold(leaf, _wordAt(path, batchPart + 1), path, batchPart + 2, batchLength);
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
        uint256 blockAndMask = _wordAt(path, position);
        settled.blockNumber = blockAndMask >> 128;
        // Positions are small, see above.
        unchecked {
            settled.settlementChainId = _wordAt(path, position + 1);
            settled.root = _fold(leaf, blockAndMask & type(uint128).max, path, position + 3, length);
        }
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

    /// @dev The path is longer than its log part, and its metadata says so.
    function _requireOpen(bytes32[] calldata path) private pure {
        (bool isRight,) = _compare(path, 0, OPEN | LOG_PROOF_LENGTH << LOG_SHIFT, BATCH_SHIFT);
        if (isRight) return;
        uint256 metadata = _metadata(path, 0);
        _requireLogLength(LOG_PROOF_LENGTH, metadata);
        if (_isFinal(metadata)) _requireLength(path, 1 + LOG_PROOF_LENGTH);
    }

    /// @dev Number of siblings in the chain tree. The path must lead on to the settlement chain.
    function _batchLength(bytes32[] calldata path, uint256 logLength) private pure returns (uint256) {
        (bool isRight, uint256 length) = _compare(path, 0, OPEN | logLength << LOG_SHIFT, BATCH_SHIFT);
        if (isRight) return length;
        uint256 metadata = _metadata(path, 0);
        _requireLogLength(logLength, metadata);
        require(!_isFinal(metadata), InclusionProofWrongHops());
        return metadata >> 8 & 0xff;
    }

    /// @dev Number of siblings of the nested proof, which must be the last thing in `path`.
    function _nestedLength(bytes32[] calldata path, uint256 position) private pure returns (uint256 length) {
        bool isRight;
        (isRight, length) = _compare(path, position, FINAL, LOG_SHIFT);
        if (!isRight) {
            uint256 metadata = _metadata(path, position);
            require(_isFinal(metadata), InclusionProofWrongHops());
            length = metadata >> 16 & 0xff;
        }
        _requireLength(path, position + 1 + length);
    }

    /// @dev Most metadata is right, and compared as a whole: all of it but the length at `shift`. Where it is not, `_metadata`
    /// says why.
    function _compare(bytes32[] calldata path, uint256 position, uint256 expected, uint256 shift)
        private
        pure
        returns (bool isRight, uint256 length)
    {
        uint256 word = _wordAt(path, position);
        length = word >> shift & LENGTH_BITS;
        isRight = word == expected | length << shift && position < path.length;
    }

    /// @dev For positions that are compared with the length of the path before what stands there is used.
    function _wordAt(bytes32[] calldata path, uint256 position) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(add(path.offset, shl(5, position)))
        }
    }

    /// @dev The four bytes of a metadata word that mean something: version, length of the log part, length of the batch
    /// part, final.
    function _metadata(bytes32[] calldata path, uint256 position) private pure returns (uint256 metadata) {
        require(position < path.length, InclusionProofWrongLength(position + 1, path.length));
        uint256 word = uint256(path[position]);
        metadata = word >> 224;
        require(metadata >> 24 == VERSION, InclusionProofUnknownVersion(metadata >> 24));
        require(word & MEANINGLESS_BITS == 0, InclusionProofDirtyMetadata(bytes32(word)));
        if (_isFinal(metadata)) {
            require(metadata & 0xff00 == 0, InclusionProofFinalWithBatchPart(metadata >> 8 & 0xff));
        }
    }

    function _isFinal(uint256 metadata) private pure returns (bool) {
        return metadata & 1 != 0;
    }

    function _requireLogLength(uint256 expected, uint256 metadata) private pure {
        uint256 actual = metadata >> 16 & 0xff;
        require(actual == expected, InclusionProofWrongLogLength(expected, actual));
    }

    function _requireLength(bytes32[] calldata path, uint256 expected) private pure {
        require(path.length == expected, InclusionProofWrongLength(expected, path.length));
    }

    function _requireIndex(uint256 index, uint256 depth) private pure {
        require(index >> depth == 0, InclusionProofIndexOutOfRange(index, depth));
    }
}
