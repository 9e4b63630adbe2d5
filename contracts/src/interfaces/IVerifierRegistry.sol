// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title The verifiers that chains may use
/// @notice A verifier is accepted once it has shown that it accepts a good proof and refuses bad ones.
interface IVerifierRegistry {
    /// @notice The verifier may be used from now on.
    event VerifierAccepted(address indexed verifier, bytes32 indexed keyCommitment);

    /// @notice The authority is missing.
    error VerifierRegistryZeroAddress();
    /// @notice There is no code at the address.
    error VerifierRegistryNoCode(address verifier);
    /// @notice The verifier has no key of its own: the commitment is 0 or that of an empty key.
    error VerifierRegistryDefaultKey(address verifier, bytes32 keyCommitment);
    /// @notice The verifier, or another with the same key, is accepted already.
    error VerifierRegistryDuplicate(address verifier, bytes32 keyCommitment);
    /// @notice The sample proof was refused.
    error VerifierRegistrySampleRefused(address verifier);
    /// @notice The verifier accepted a proof that it must refuse; `probe` counts from 0.
    error VerifierRegistryAcceptsBadProof(address verifier, uint256 probe);

    /// @notice Accepts a verifier; governance only.
    /// @param publicInput Sample input, chosen by the caller.
    /// @param proof Proof that the verifier accepts for it. Variations of both must be refused.
    function acceptVerifier(address verifier, bytes32 publicInput, bytes calldata proof) external;

    /// @return Whether the verifier was accepted.
    function isAccepted(address verifier) external view returns (bool);
}
