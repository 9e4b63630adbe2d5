// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {InclusionProof} from "../../src/types/Messages.sol";
import {ProofAttack} from "../base/ProofAttack.sol";
import {OnChain, OnL1} from "../base/VerifierTest.sol";

/// @notice ATK-03: no part of a proof is ignored. Any changed byte of the whole call, in words, indices, lengths, offsets
/// or the message, is refused.
abstract contract ATK03ProofMutation is ProofAttack {
    function test_ATK03_twin_theUnchangedProofIsAccepted() external {
        vm.assertTrue(_accepts(_call(honestProof())));
        vm.assertTrue(_accepts(_call(honestFinalProof())));
    }

    function test_ATK03_everyByteCounts() external view {
        _changeEveryByte(_call(honestProof()));
    }

    function test_ATK03_everyByteOfAFinalProofCounts() external {
        _changeEveryByte(_call(honestFinalProof()));
    }

    function testFuzz_ATK03_wordsCannotBeSwapped(uint256 first, uint256 second) external view {
        InclusionProof memory proof = honestProof();
        first = bound(first, 0, proof.path.length - 1);
        second = bound(second, 0, proof.path.length - 1);
        vm.assume(proof.path[first] != proof.path[second]);
        (proof.path[first], proof.path[second]) = (proof.path[second], proof.path[first]);
        vm.assertFalse(_accepts(_call(proof)));
    }

    /// @dev The proof of one message, at the place of another.
    function testFuzz_ATK03_aProofIsOfOneMessageOnly(uint256 index) external view {
        index = bound(index, 0, COUNT - 1);
        vm.assertEq(accepts(honestProof(), leaves[index]), index == INDEX);
    }

    function _changeEveryByte(bytes memory data) private view {
        bytes1[4] memory changes = [bytes1(0x01), 0x20, 0x80, 0xff];
        for (uint256 i = 4; i < data.length; ++i) {
            bytes1 before = data[i];
            for (uint256 j = 0; j < changes.length; ++j) {
                data[i] = before ^ changes[j];
                vm.assertFalse(_accepts(data), "a byte that does not count");
            }
            data[i] = before;
        }
    }

    function _call(InclusionProof memory proof) private view returns (bytes memory) {
        return abi.encodeCall(verifier.verifyMessage, (proof, message));
    }

    function _accepts(bytes memory data) private view returns (bool) {
        (bool success, bytes memory answer) = address(verifier).staticcall(data);
        return success && abi.decode(answer, (bool));
    }
}

contract ATK03ProofMutationOnChain is ATK03ProofMutation, OnChain {}

contract ATK03ProofMutationOnL1 is ATK03ProofMutation, OnL1 {}
