// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {AttestationVerifier} from "../../src/settlement/verifiers/AttestationVerifier.sol";
import {L1Fixture} from "../base/L1Fixture.sol";

/// @notice ATK-55 for attestations: only one spelling of each signature counts, and each signer counts once.
contract ATK55SignatureMalleabilityTest is L1Fixture {
    uint256 private constant CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
    uint256 private constant SIGNATURE_SIZE = 65;
    bytes32 private constant INPUT = keccak256("input");

    bytes private _first;
    bytes private _second;

    function setUp() external {
        deployL1();
        bytes32 digest = verifier.attestationDigest(INPUT);
        _first = signDigest(attesters[0].key, digest);
        _second = signDigest(attesters[1].key, digest);
    }

    function test_ATK55_accepts_theOneSpelling() external view {
        vm.assertTrue(verifier.verify(INPUT, bytes.concat(_first, _second)));
    }

    function test_ATK55_refuses_highS() external view {
        (bytes32 r, bytes32 s) = abi.decode(_first, (bytes32, bytes32));
        uint8 v = uint8(_first[64]) == 27 ? 28 : 27;
        bytes32 high = bytes32(CURVE_ORDER - uint256(s));
        // The precompile itself takes the twin for the same signer.
        vm.assertEq(ecrecover(verifier.attestationDigest(INPUT), v, r, high), attesters[0].addr);
        vm.assertFalse(verifier.verify(INPUT, bytes.concat(abi.encodePacked(r, high, v), _second)));
    }

    function testFuzz_ATK55_refuses_anyOtherV(uint8 v) external view {
        vm.assume(v != uint8(_first[64]));
        bytes memory changed = _first;
        changed[64] = bytes1(v);
        vm.assertFalse(verifier.verify(INPUT, bytes.concat(changed, _second)));
    }

    function test_ATK55_refuses_vCountedFromZero() external view {
        bytes memory changed = _first;
        changed[64] = bytes1(uint8(_first[64]) - 27);
        vm.assertFalse(verifier.verify(INPUT, bytes.concat(changed, _second)));
    }

    function testFuzz_ATK55_refuses_zeroSigner(bytes32 r, bytes32 s) external view {
        // v = 0 makes the precompile answer with nothing, which reads as address 0.
        vm.assertFalse(verifier.verify(INPUT, abi.encodePacked(r, s, uint8(0), _first)));
        vm.assertFalse(verifier.isSigner(address(0)));
    }

    function test_ATK55_refuses_unsortedSigners() external view {
        vm.assertFalse(verifier.verify(INPUT, bytes.concat(_second, _first)));
    }

    function test_ATK55_refuses_duplicateSigner() external view {
        vm.assertFalse(verifier.verify(INPUT, bytes.concat(_first, _first)));
        vm.assertFalse(verifier.verify(INPUT, bytes.concat(_first, _second, _second)));
    }

    function testFuzz_ATK55_refuses_truncated(uint256 size) external view {
        bytes memory proof = bytes.concat(_first, _second);
        size = bound(size, 0, proof.length - 1);
        assembly {
            mstore(proof, size)
        }
        vm.assertFalse(verifier.verify(INPUT, proof));
    }

    function testFuzz_ATK55_refuses_trailingBytes(bytes calldata tail) external view {
        vm.assume(tail.length != 0);
        vm.assertFalse(verifier.verify(INPUT, bytes.concat(_first, _second, tail)));
    }

    function testFuzz_ATK55_refuses_anyFlippedBit(uint256 position, uint8 bit) external view {
        bytes memory proof = bytes.concat(_first, _second);
        position = bound(position, 0, proof.length - 1);
        proof[position] ^= bytes1(uint8(1 << (bit % 8)));
        vm.assertFalse(verifier.verify(INPUT, proof));
    }

    function test_ATK55_refuses_signatureForAnotherDeployment() external {
        AttestationVerifier twin = new AttestationVerifier(verifier.signers(), THRESHOLD);
        bytes memory proof = bytes.concat(_first, _second);
        vm.assertTrue(verifier.verify(INPUT, proof));
        vm.assertFalse(twin.verify(INPUT, proof));
    }

    function testFuzz_ATK55_refuses_erc2098Signature(uint8 padding) external view {
        bytes32 digest = verifier.attestationDigest(INPUT);
        (bytes32 r, bytes32 vs) = vm.signCompact(attesters[0].key, digest);
        bytes memory compact = abi.encodePacked(r, vs);
        bytes memory padded = abi.encodePacked(compact, bytes1(padding), _second);
        vm.assertEq(padded.length, 2 * SIGNATURE_SIZE);
        vm.assume(keccak256(padded) != keccak256(bytes.concat(_first, _second)));
        vm.assertFalse(verifier.verify(INPUT, bytes.concat(compact, _second)));
        vm.assertFalse(verifier.verify(INPUT, padded));
    }
}
