// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {IVerifierRegistry} from "../../../src/interfaces/IVerifierRegistry.sol";
import {VerifierRegistry} from "../../../src/settlement/verifiers/VerifierRegistry.sol";
import {L1Fixture} from "../../base/L1Fixture.sol";
import {WeakVerifier} from "../../mocks/Verifiers.sol";

contract VerifierRegistryTest is L1Fixture {
    uint256 private constant NO_WEAKNESS = type(uint256).max;

    function setUp() external {
        deployL1();
    }

    function testFuzz_acceptVerifier_accepts_whenSound(bytes32 key, bytes32 sample) external {
        WeakVerifier sound = new WeakVerifier(keccak256(abi.encode("key", key)), NO_WEAKNESS);
        vm.assertFalse(verifierRegistry.isAccepted(address(sound)));
        vm.expectEmit(address(verifierRegistry));
        emit IVerifierRegistry.VerifierAccepted(address(sound), sound.keyCommitment());
        _accept(sound, sample);
        vm.assertTrue(verifierRegistry.isAccepted(address(sound)));
    }

    function test_acceptVerifier_acceptsTheAttestationVerifier() external view {
        vm.assertTrue(verifierRegistry.isAccepted(address(verifier)));
        vm.assertEq(verifierRegistry.version(), 1);
    }

    function testFuzz_acceptVerifier_reverts_whenCalledByAStranger(address caller) external {
        vm.assume(caller != governance);
        WeakVerifier sound = new WeakVerifier("key", NO_WEAKNESS);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
        vm.prank(caller);
        verifierRegistry.acceptVerifier(address(sound), "", "");
    }

    function test_acceptVerifier_reverts_whenAcceptedAlready() external {
        WeakVerifier sound = new WeakVerifier("key", NO_WEAKNESS);
        _accept(sound, "sample");
        _expectDuplicate(sound);
    }

    function test_acceptVerifier_reverts_whenTheKeyIsTaken() external {
        _accept(new WeakVerifier("key", NO_WEAKNESS), "sample");
        _expectDuplicate(new WeakVerifier("key", NO_WEAKNESS));
    }

    function testFuzz_acceptVerifier_reverts_whenTheSampleIsRefused(bytes32 sample, bytes32 proof) external {
        WeakVerifier sound = new WeakVerifier("key", NO_WEAKNESS);
        vm.assume(proof != sound.proofOf(sample));
        vm.expectRevert(
            abi.encodeWithSelector(IVerifierRegistry.VerifierRegistrySampleRefused.selector, address(sound))
        );
        vm.prank(governance);
        verifierRegistry.acceptVerifier(address(sound), sample, abi.encode(proof));
    }

    function test_constructor_reverts_whenThereIsNoAuthority() external {
        vm.expectRevert(abi.encodeWithSelector(IVerifierRegistry.VerifierRegistryZeroAddress.selector));
        new VerifierRegistry(address(0));
    }

    function _accept(WeakVerifier accepted, bytes32 sample) private {
        bytes memory proof = abi.encode(accepted.proofOf(sample));
        vm.prank(governance);
        verifierRegistry.acceptVerifier(address(accepted), sample, proof);
    }

    function _expectDuplicate(WeakVerifier duplicate) private {
        bytes memory proof = abi.encode(duplicate.proofOf("other sample"));
        vm.expectRevert(
            abi.encodeWithSelector(
                IVerifierRegistry.VerifierRegistryDuplicate.selector, address(duplicate), duplicate.keyCommitment()
            )
        );
        vm.prank(governance);
        verifierRegistry.acceptVerifier(address(duplicate), "other sample", proof);
    }
}
