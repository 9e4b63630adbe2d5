// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IVerifierRegistry} from "../../src/interfaces/IVerifierRegistry.sol";
import {AttestationVerifier} from "../../src/settlement/verifiers/AttestationVerifier.sol";
import {L1Fixture} from "../base/L1Fixture.sol";
import {AlwaysTrueVerifier, OnesVerifier, WeakVerifier} from "../mocks/Verifiers.sol";

/// @notice ATK-13: a verifier that was deployed without its key, or that accepts what it must refuse, is not admitted.
contract ATK13VerifierRegistrationTest is L1Fixture {
    uint256 private constant PROBES = 15;

    function setUp() external {
        deployL1();
    }

    function testFuzz_ATK13_accepts_soundVerifier(bytes32 key, bytes32 sample) external {
        WeakVerifier sound = new WeakVerifier(keccak256(abi.encode("key", key)), PROBES);
        _accept(address(sound), sample, abi.encode(sound.proofOf(sample)));
        vm.assertTrue(verifierRegistry.isAccepted(address(sound)));
    }

    /// @dev Each weakness is caught by its own probe: empty, zero, random, truncated, over-long, doubled and changed
    /// proofs; inputs one off, a field order off, a bit off, and all bits off.
    function testFuzz_ATK13_refuses_eachWeakness(uint256 weakness, bytes32 sample) external {
        weakness = bound(weakness, 0, PROBES - 1);
        WeakVerifier weak = new WeakVerifier("key", weakness);
        bytes memory proof = abi.encode(weak.proofOf(sample));
        vm.assertTrue(weak.verify(sample, proof));
        vm.expectRevert(
            abi.encodeWithSelector(IVerifierRegistry.VerifierRegistryAcceptsBadProof.selector, address(weak), weakness)
        );
        _accept(address(weak), sample, proof);
        vm.assertFalse(verifierRegistry.isAccepted(address(weak)));
    }

    /// @dev No chain id is a test network on which this would pass.
    function testFuzz_ATK13_refuses_alwaysTrue_onAnyChain(uint64 chainId, bytes32 sample, bytes calldata proof)
        external
    {
        vm.assume(chainId != 0);
        vm.chainId(chainId);
        address verifier = address(new AlwaysTrueVerifier());
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.VerifierRegistryAcceptsBadProof.selector, verifier, 0));
        _accept(verifier, sample, proof);
    }

    function testFuzz_ATK13_refuses_codelessVerifier(address verifier) external {
        vm.assume(verifier.code.length == 0);
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.VerifierRegistryNoCode.selector, verifier));
        _accept(verifier, "sample", "proof");
    }

    /// @dev The answer is neither true nor false, so the call that decodes it reverts.
    function test_ATK13_refuses_wordOfOnes() external {
        address verifier = address(new OnesVerifier());
        vm.expectRevert();
        _accept(verifier, "sample", "proof");
        vm.assertFalse(verifierRegistry.isAccepted(verifier));
    }

    function testFuzz_ATK13_refuses_emptyKey(uint256 words) external {
        bytes32 key = keccak256(new bytes(32 * bound(words, 0, 32)));
        _expectDefaultKey(key);
    }

    function test_ATK13_refuses_zeroKey() external {
        _expectDefaultKey(0);
    }

    function test_ATK13_refuses_duplicateSignerSet() external {
        AttestationVerifier twin = new AttestationVerifier(verifier.signers(), THRESHOLD);
        bytes32 key = verifier.keyCommitment();
        vm.assertEq(twin.keyCommitment(), key);
        bytes memory proof = signatures(attesters, THRESHOLD, twin.attestationDigest("sample"));
        vm.expectRevert(
            abi.encodeWithSelector(IVerifierRegistry.VerifierRegistryDuplicate.selector, address(twin), key)
        );
        _accept(address(twin), "sample", proof);
    }

    function testFuzz_ATK13_refuses_proofOfAnotherKey(bytes32 sample) external {
        WeakVerifier first = new WeakVerifier("first key", PROBES);
        WeakVerifier second = new WeakVerifier("second key", PROBES);
        bytes memory foreign = abi.encode(first.proofOf(sample));
        vm.expectRevert(
            abi.encodeWithSelector(IVerifierRegistry.VerifierRegistrySampleRefused.selector, address(second))
        );
        _accept(address(second), sample, foreign);
    }

    function _expectDefaultKey(bytes32 key) private {
        WeakVerifier unkeyed = new WeakVerifier(key, PROBES);
        bytes memory proof = abi.encode(unkeyed.proofOf("sample"));
        vm.expectRevert(
            abi.encodeWithSelector(IVerifierRegistry.VerifierRegistryDefaultKey.selector, address(unkeyed), key)
        );
        _accept(address(unkeyed), "sample", proof);
    }

    function _accept(address accepted, bytes32 sample, bytes memory proof) private {
        vm.prank(governance);
        verifierRegistry.acceptVerifier(accepted, sample, proof);
    }
}
