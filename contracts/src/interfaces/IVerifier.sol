// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title Decides whether a batch is valid
interface IVerifier {
    /// @param publicInput What the batch claims, see `IBatchSettlement.publicInput`.
    /// @param proof In the verifier's own format.
    /// @return Whether the proof shows the claim. Anything malformed answers false or reverts.
    function verify(bytes32 publicInput, bytes calldata proof) external view returns (bool);

    /// @return Commitment to the verification key or signer set; never 0, and differs between verifiers that accept
    /// different proofs.
    function keyCommitment() external view returns (bytes32);
}
