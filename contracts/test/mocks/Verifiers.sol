// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IVerifier} from "../../src/interfaces/IVerifier.sol";

/// @notice Accepts everything, as a verifier without its key or with an unsound circuit does.
contract AlwaysTrueVerifier is IVerifier {
    function verify(bytes32, bytes calldata) external pure returns (bool) {
        return true;
    }

    function keyCommitment() external pure returns (bytes32) {
        return keccak256("always true");
    }
}

/// @notice Answers every call with one word of ones, which is neither true nor false.
contract OnesVerifier {
    fallback(bytes calldata) external payable returns (bytes memory) {
        return abi.encode(type(uint256).max);
    }
}

/// @notice Sound, save for the one `weakness`, numbered like the probes of the verifier registry; none when it is larger.
/// Its proofs are `keccak256(key ‖ publicInput)`.
contract WeakVerifier is IVerifier {
    uint256 private constant BN254_ORDER =
        21888242871839275222246405745257275088548364400416034343698204186575808495617;

    bytes32 public immutable keyCommitment;
    uint256 private immutable _weakness;

    constructor(bytes32 key, uint256 weakness) {
        keyCommitment = key;
        _weakness = weakness;
    }

    function verify(bytes32 publicInput, bytes calldata proof) external view returns (bool) {
        if (_weakness == 0 && proof.length == 0) return true;
        bytes32 good = proofOf(publicInput);
        if (_weakness == 3 && proof.length == 31) return proof[0] == good[0];
        if (proof.length < 32) return false;

        bytes32 word = abi.decode(proof, (bytes32));
        if (_weakness == 4 && proof.length == 33) return word == good;
        if (_weakness == 5 && proof.length == 64) return word == good;
        if (proof.length != 32) return false;
        return word == good || _acceptsProof(good, word) || _acceptsInput(uint256(publicInput), word);
    }

    function proofOf(bytes32 publicInput) public view returns (bytes32) {
        return keccak256(abi.encode(keyCommitment, publicInput));
    }

    function _acceptsProof(bytes32 good, bytes32 word) private view returns (bool) {
        if (_weakness == 1) return word == 0;
        if (_weakness == 2) return word != 0;
        if (_weakness == 6) return (good ^ word) << 8 == 0;
        if (_weakness == 7) return (good ^ word) & ~bytes32(uint256(0xff) << 120) == 0;
        return _weakness == 8 && (good ^ word) >> 8 == 0;
    }

    function _acceptsInput(uint256 input, bytes32 proof) private view returns (bool) {
        // Wraps around, as the probes do.
        unchecked {
            if (_weakness == 9) return proof == proofOf(bytes32(input - 1));
            if (_weakness == 10) return proof == proofOf(bytes32(input + 1));
            if (_weakness == 11) return proof == proofOf(bytes32(input - BN254_ORDER));
            if (_weakness == 12) return proof == proofOf(bytes32(input + BN254_ORDER));
        }
        if (_weakness == 13) return proof == proofOf(bytes32(input ^ (1 << 255)));
        return _weakness == 14 && proof == proofOf(bytes32(~input));
    }
}
