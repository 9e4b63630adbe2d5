// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IAttestationVerifier} from "../../../src/interfaces/IAttestationVerifier.sol";
import {AttestationVerifier} from "../../../src/settlement/verifiers/AttestationVerifier.sol";
import {L1Fixture} from "../../base/L1Fixture.sol";

contract AttestationVerifierTest is L1Fixture {
    function setUp() external {
        deployL1();
    }

    function testFuzz_verify_accepts_whenEnoughSign(bytes32 publicInput, uint256 count) external view {
        count = bound(count, THRESHOLD, attesters.length);
        vm.assertTrue(verifier.verify(publicInput, _sign(publicInput, count)));
    }

    function testFuzz_verify_acceptsAnyThreshold(uint256 size, uint256 threshold, bytes32 publicInput) external {
        size = bound(size, 1, 12);
        threshold = bound(threshold, 1, size);
        Account[] storage accounts = attesters;
        while (accounts.length != 0) accounts.pop();
        AttestationVerifier other = newAttestationVerifier(accounts, "member", size, threshold);
        bytes32 digest = other.attestationDigest(publicInput);
        vm.assertTrue(other.verify(publicInput, signatures(accounts, threshold, digest)));
        vm.assertFalse(other.verify(publicInput, signatures(accounts, threshold - 1, digest)));
    }

    function testFuzz_verify_refuses_whenTooFewSign(bytes32 publicInput) external view {
        vm.assertFalse(verifier.verify(publicInput, _sign(publicInput, THRESHOLD - 1)));
    }

    function testFuzz_verify_refuses_whenAnotherInputWasSigned(bytes32 signed, bytes32 asked) external view {
        vm.assume(signed != asked);
        vm.assertFalse(verifier.verify(asked, _sign(signed, THRESHOLD)));
    }

    function testFuzz_verify_refuses_whenASignerIsAStranger(bytes32 publicInput, uint256 key) external view {
        key = bound(key, 1, type(uint128).max);
        bytes32 digest = verifier.attestationDigest(publicInput);
        bytes memory foreign = signDigest(key, digest);
        bytes memory member = signDigest(attesters[0].key, digest);
        bool strangerFirst = vm.addr(key) < attesters[0].addr;
        vm.assertFalse(
            verifier.verify(publicInput, strangerFirst ? bytes.concat(foreign, member) : bytes.concat(member, foreign))
        );
    }

    function test_attestationDigest_followsEip712() external view {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Causeway Attestation"),
                keccak256("1"),
                L1_CHAIN_ID,
                address(verifier)
            )
        );
        bytes32 publicInput = keccak256("input");
        bytes32 message = keccak256(abi.encode(keccak256("Attestation(bytes32 publicInput)"), publicInput));
        vm.assertEq(verifier.attestationDigest(publicInput), keccak256(abi.encodePacked(hex"1901", domain, message)));
    }

    function test_signers_areThoseGiven() external view {
        address[] memory signers = verifier.signers();
        vm.assertEq(signers.length, attesters.length);
        for (uint256 i = 0; i < signers.length; ++i) {
            vm.assertEq(signers[i], attesters[i].addr);
            vm.assertTrue(verifier.isSigner(signers[i]));
        }
        vm.assertFalse(verifier.isSigner(stranger));
        vm.assertEq(verifier.threshold(), THRESHOLD);
        vm.assertEq(verifier.version(), 1);
    }

    function test_keyCommitment_tellsSetsApart() external {
        address[] memory signers = verifier.signers();
        vm.assertEq(verifier.keyCommitment(), new AttestationVerifier(signers, THRESHOLD).keyCommitment());
        vm.assertNotEq(verifier.keyCommitment(), new AttestationVerifier(signers, 3).keyCommitment());
        signers[2] = address(type(uint160).max);
        vm.assertNotEq(verifier.keyCommitment(), new AttestationVerifier(signers, THRESHOLD).keyCommitment());
    }

    function testFuzz_constructor_reverts_whenThresholdIsOutOfRange(uint256 threshold) external {
        address[] memory signers = verifier.signers();
        vm.assume(threshold == 0 || threshold > signers.length);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAttestationVerifier.AttestationVerifierBadThreshold.selector, threshold, signers.length
            )
        );
        new AttestationVerifier(signers, threshold);
    }

    function test_constructor_reverts_whenThereIsNoSigner() external {
        vm.expectRevert(abi.encodeWithSelector(IAttestationVerifier.AttestationVerifierBadThreshold.selector, 0, 0));
        new AttestationVerifier(new address[](0), 0);
    }

    function testFuzz_constructor_reverts_whenSignersAreNotAscending(address first, address second) external {
        vm.assume(first != address(0) && second <= first);
        address[] memory signers = new address[](2);
        (signers[0], signers[1]) = (first, second);
        vm.expectRevert(
            abi.encodeWithSelector(IAttestationVerifier.AttestationVerifierUnorderedSigners.selector, first, second)
        );
        new AttestationVerifier(signers, 1);
    }

    function test_constructor_reverts_whenASignerIsZero() external {
        vm.expectRevert(
            abi.encodeWithSelector(
                IAttestationVerifier.AttestationVerifierUnorderedSigners.selector, address(0), address(0)
            )
        );
        new AttestationVerifier(new address[](1), 1);
    }

    function _sign(bytes32 publicInput, uint256 count) private view returns (bytes memory) {
        return signatures(attesters, count, verifier.attestationDigest(publicInput));
    }
}
