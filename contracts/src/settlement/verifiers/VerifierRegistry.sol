// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {IVerifier} from "../../interfaces/IVerifier.sol";
import {IVerifierRegistry} from "../../interfaces/IVerifierRegistry.sol";
import {IVersioned} from "../../interfaces/IVersioned.sol";

/// @title The verifiers that chains may use
/// @notice Governance proposes a verifier together with one proof it accepts. The registry then asks it about variations
/// of that proof and of its input. A verifier that accepts anything, that ignores part of its proof, or that reads its
/// input only in part, gives itself away and is refused. No chain id is exempt.
contract VerifierRegistry is IVerifierRegistry, IVersioned, AccessManaged {
    /// @dev A verifier whose key is this many zero words or fewer was deployed without one.
    uint256 private constant MAX_EMPTY_KEY_WORDS = 32;

    /// @dev Order of the scalar field of BN254. A verifier over that field that fails to reduce-check its input takes
    /// `x + BN254_ORDER` for `x`.
    uint256 private constant BN254_ORDER = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001;

    /// @inheritdoc IVerifierRegistry
    mapping(address verifier => bool) public isAccepted;

    mapping(bytes32 keyCommitment => bool) private _keyTaken;

    /// @param authority_ AccessManager of L1.
    constructor(address authority_) AccessManaged(authority_) {
        require(authority_ != address(0), VerifierRegistryZeroAddress());
    }

    /// @inheritdoc IVerifierRegistry
    function acceptVerifier(address verifier, bytes32 publicInput, bytes calldata proof) external restricted {
        require(verifier.code.length != 0, VerifierRegistryNoCode(verifier));
        bytes32 key = IVerifier(verifier).keyCommitment();
        require(!_isEmptyKey(key), VerifierRegistryDefaultKey(verifier, key));
        require(!isAccepted[verifier] && !_keyTaken[key], VerifierRegistryDuplicate(verifier, key));

        require(_accepts(verifier, publicInput, proof), VerifierRegistrySampleRefused(verifier));
        _requireRefusesBadProofs(verifier, publicInput, proof);
        _requireRefusesOtherInputs(verifier, publicInput, proof);

        isAccepted[verifier] = true;
        _keyTaken[key] = true;
        emit VerifierAccepted(verifier, key);
    }

    /// @inheritdoc IVersioned
    function version() external pure returns (uint256) {
        return 1;
    }

    /// @dev Probes 0 to 8: the right input with a proof that is not one.
    function _requireRefusesBadProofs(address verifier, bytes32 publicInput, bytes calldata proof) private view {
        uint256 size = proof.length;
        _requireRefuses(verifier, publicInput, "", 0);
        _requireRefuses(verifier, publicInput, new bytes(size), 1);
        _requireRefuses(verifier, publicInput, _noise(publicInput, size), 2);
        // A verifier that accepted an empty proof has failed probe 0, so there is a byte to cut off or to change.
        _requireRefuses(verifier, publicInput, proof[:size - 1], 3);
        _requireRefuses(verifier, publicInput, bytes.concat(proof, hex"00"), 4);
        _requireRefuses(verifier, publicInput, bytes.concat(proof, proof), 5);
        _requireRefuses(verifier, publicInput, _flipped(proof, 0), 6);
        _requireRefuses(verifier, publicInput, _flipped(proof, size / 2), 7);
        _requireRefuses(verifier, publicInput, _flipped(proof, size - 1), 8);
    }

    /// @dev Probes 9 to 14: the right proof with an input that it does not show.
    function _requireRefusesOtherInputs(address verifier, bytes32 publicInput, bytes calldata proof) private view {
        uint256 input = uint256(publicInput);
        // Every sum is meant to wrap around: any other word will do.
        unchecked {
            _requireRefuses(verifier, bytes32(input + 1), proof, 9);
            _requireRefuses(verifier, bytes32(input - 1), proof, 10);
            _requireRefuses(verifier, bytes32(input + BN254_ORDER), proof, 11);
            _requireRefuses(verifier, bytes32(input - BN254_ORDER), proof, 12);
        }
        _requireRefuses(verifier, bytes32(input ^ (1 << 255)), proof, 13);
        _requireRefuses(verifier, bytes32(~input), proof, 14);
    }

    function _requireRefuses(address verifier, bytes32 publicInput, bytes memory proof, uint256 probe) private view {
        require(!_accepts(verifier, publicInput, proof), VerifierRegistryAcceptsBadProof(verifier, probe));
    }

    /// @dev A revert is a refusal. Any other answer than one clean boolean reverts here, as it would at settlement.
    function _accepts(address verifier, bytes32 publicInput, bytes memory proof) private view returns (bool) {
        try IVerifier(verifier).verify(publicInput, proof) returns (bool accepted) {
            return accepted;
        } catch {
            return false;
        }
    }

    function _isEmptyKey(bytes32 key) private pure returns (bool) {
        if (key == bytes32(0)) return true;
        for (uint256 words = 0; words <= MAX_EMPTY_KEY_WORDS; ++words) {
            if (key == keccak256(new bytes(32 * words))) return true;
        }
        return false;
    }

    function _noise(bytes32 seed, uint256 size) private pure returns (bytes memory noise) {
        while (noise.length < size) {
            seed = keccak256(abi.encode(seed));
            noise = bytes.concat(noise, seed);
        }
        // Shortens the array in place; its memory is larger than what it now claims.
        assembly ("memory-safe") {
            mstore(noise, size)
        }
    }

    function _flipped(bytes calldata proof, uint256 position) private pure returns (bytes memory changed) {
        changed = proof;
        changed[position] ^= 0x01;
    }
}
