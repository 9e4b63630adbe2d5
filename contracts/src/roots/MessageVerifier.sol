// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMessageVerifier} from "../interfaces/IMessageVerifier.sol";
import {InclusionProofs} from "../libraries/InclusionProofs.sol";
import {LogLeaf} from "../libraries/LogLeaf.sol";
import {
    BatchProof,
    InclusionProof,
    InclusionProofEmptyLeaf,
    InclusionProofWrongTransaction,
    InclusionProofZeroBatchRoot,
    Message
} from "../types/Messages.sol";

/// @title What L1 and the chains share in verifying messages
/// @notice They differ only in the roots they know, `_isKnownRoot`.
abstract contract MessageVerifier is IMessageVerifier {
    /// @dev Proven batch roots, never replaced.
    mapping(uint256 chainId => mapping(uint256 batchNumber => bytes32)) private _recorded;

    /// @inheritdoc IMessageVerifier
    function recordBatch(BatchProof calldata proof) public {
        require(proof.chainBatchRoot != 0, InclusionProofZeroBatchRoot());
        InclusionProofs.SettledRoot memory settled =
            InclusionProofs.foldBatch(proof.path, 0, proof.chainId, proof.batchNumber, proof.chainBatchRoot);
        require(
            _isKnownRoot(settled),
            MessageVerifierUnknownRoot(settled.settlementChainId, settled.blockNumber, settled.root)
        );
        if (_recorded[proof.chainId][proof.batchNumber] != 0) return;
        _recorded[proof.chainId][proof.batchNumber] = proof.chainBatchRoot;
        emit BatchRootRecorded(proof.chainId, proof.batchNumber, proof.chainBatchRoot);
    }

    /// @inheritdoc IMessageVerifier
    function verifyMessage(InclusionProof calldata proof, Message calldata message) external view returns (bool) {
        uint16 txNumber = message.txNumberInBatch;
        require(proof.txNumberInBatch == txNumber, InclusionProofWrongTransaction(txNumber, proof.txNumberInBatch));
        return _isProven(proof, LogLeaf.message(txNumber, message.sender, keccak256(message.data)));
    }

    /// @inheritdoc IMessageVerifier
    function verifyLeaf(InclusionProof calldata proof, bytes32 leaf) external view returns (bool) {
        require(leaf != LogLeaf.EMPTY, InclusionProofEmptyLeaf());
        return _isProven(proof, leaf);
    }

    /// @inheritdoc IMessageVerifier
    function recordedBatchRoot(uint256 chainId, uint256 batchNumber) external view returns (bytes32) {
        return _recorded[chainId][batchNumber];
    }

    /// @dev Whether the settlement chain had that root; never true for root 0.
    function _isKnownRoot(InclusionProofs.SettledRoot memory settled) internal view virtual returns (bool);

    /// @dev The caller has ruled out the leaf of an empty place.
    function _isProven(InclusionProof calldata proof, bytes32 leaf) internal view returns (bool) {
        bytes32[] calldata path = proof.path;
        (bytes32 batchRoot, bool isFinal) = InclusionProofs.foldLeaf(path, proof.leafIndex, leaf);
        if (isFinal) return batchRoot != 0 && batchRoot == _recorded[proof.chainId][proof.batchNumber];
        return _isKnownRoot(
            InclusionProofs.foldBatch(
                path, InclusionProofs.LOG_PROOF_LENGTH, proof.chainId, proof.batchNumber, batchRoot
            )
        );
    }
}
