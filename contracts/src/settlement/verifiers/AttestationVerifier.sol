// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {IAttestationVerifier} from "../../interfaces/IAttestationVerifier.sol";
import {IVerifier} from "../../interfaces/IVerifier.sol";
import {IVersioned} from "../../interfaces/IVersioned.sol";

/// @title Accepts a batch that enough members of a consortium have signed
/// @notice The signer set is fixed: another set is another verifier. The EIP-712 domain holds this contract and the live
/// chain id, so a signature serves neither a second deployment nor a fork.
contract AttestationVerifier is IAttestationVerifier, IVerifier, IVersioned, EIP712 {
    bytes32 private constant ATTESTATION_TYPEHASH = keccak256("Attestation(bytes32 publicInput)");
    uint256 private constant SIGNATURE_SIZE = 65;

    /// @inheritdoc IVerifier
    bytes32 public immutable keyCommitment;

    /// @inheritdoc IAttestationVerifier
    uint256 public immutable threshold;

    /// @inheritdoc IAttestationVerifier
    mapping(address account => bool) public isSigner;

    address[] private _signers;

    /// @param signers_ Distinct, not zero, ascending.
    /// @param threshold_ Signatures a proof needs, 1 to the number of signers.
    constructor(address[] memory signers_, uint256 threshold_) EIP712("Causeway Attestation", "1") {
        require(
            threshold_ != 0 && threshold_ <= signers_.length,
            AttestationVerifierBadThreshold(threshold_, signers_.length)
        );
        address previous = address(0);
        for (uint256 i = 0; i < signers_.length; ++i) {
            address signer = signers_[i];
            require(signer > previous, AttestationVerifierUnorderedSigners(previous, signer));
            isSigner[signer] = true;
            previous = signer;
        }
        _signers = signers_;
        threshold = threshold_;
        keyCommitment = keccak256(abi.encode(ATTESTATION_TYPEHASH, threshold_, signers_));
    }

    /// @inheritdoc IVerifier
    function verify(bytes32 publicInput, bytes calldata proof) external view returns (bool) {
        if (proof.length % SIGNATURE_SIZE != 0 || proof.length < threshold * SIGNATURE_SIZE) return false;

        bytes32 digest = attestationDigest(publicInput);
        address previous = address(0);
        for (uint256 offset = 0; offset < proof.length; offset += SIGNATURE_SIZE) {
            (address signer, ECDSA.RecoverError problem,) =
                ECDSA.tryRecoverCalldata(digest, proof[offset:offset + SIGNATURE_SIZE]);
            // Ascending order makes the signers distinct, and bounds the loop by their number.
            if (problem != ECDSA.RecoverError.NoError || signer <= previous || !isSigner[signer]) return false;
            previous = signer;
        }
        return true;
    }

    /// @inheritdoc IAttestationVerifier
    function signers() external view returns (address[] memory) {
        return _signers;
    }

    /// @inheritdoc IVersioned
    function version() external pure returns (uint256) {
        return 1;
    }

    /// @inheritdoc IAttestationVerifier
    function attestationDigest(bytes32 publicInput) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(ATTESTATION_TYPEHASH, publicInput)));
    }
}
