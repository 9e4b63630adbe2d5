// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title m-of-n attestation for consortium networks
/// @notice A proof is `threshold` or more 65-byte signatures (r ‖ s ‖ v) of `Attestation(bytes32 publicInput)`, EIP-712,
/// by distinct signers in ascending order of their addresses.
interface IAttestationVerifier {
    /// @notice 1 <= threshold <= number of signers.
    error AttestationVerifierBadThreshold(uint256 threshold, uint256 signers);
    /// @notice Signers must be distinct, not zero, and in ascending order.
    error AttestationVerifierUnorderedSigners(address previous, address signer);

    /// @return What a signer signs for `publicInput`.
    function attestationDigest(bytes32 publicInput) external view returns (bytes32);

    /// @return The signers, ascending.
    function signers() external view returns (address[] memory);

    /// @return How many signatures a proof needs.
    function threshold() external view returns (uint256);

    /// @return Whether the account is a signer.
    function isSigner(address account) external view returns (bool);
}
