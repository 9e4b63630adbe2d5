// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {BatchProof, InclusionProof, Message} from "../types/Messages.sol";

/// @title Verifies messages of the network's chains
/// @notice On L1 against the message root's own history, on a chain against the roots it imported. A well-formed proof
/// that leads to no known root answers false; a malformed one reverts with what is wrong about it.
interface IMessageVerifier {
    /// @notice A batch root was proven once and for all; messages of the batch now verify with a final proof.
    event BatchRootRecorded(uint256 indexed chainId, uint256 indexed batchNumber, bytes32 chainBatchRoot);

    /// @notice The batch proof leads to no known root.
    error MessageVerifierUnknownRoot(uint256 settlementChainId, uint256 settlementBlock, bytes32 root);

    /// @notice Proves a batch root and keeps it. Anyone may call; recording a batch again changes nothing.
    function recordBatch(BatchProof calldata proof) external;

    /// @return Whether `message` was sent in the batch that `proof` names.
    function verifyMessage(InclusionProof calldata proof, Message calldata message) external view returns (bool);

    /// @return Whether `leaf` stands in the log tree of the batch that `proof` names.
    function verifyLeaf(InclusionProof calldata proof, bytes32 leaf) external view returns (bool);

    /// @return Root of a recorded batch, 0 for any other.
    function recordedBatchRoot(uint256 chainId, uint256 batchNumber) external view returns (bytes32);
}
