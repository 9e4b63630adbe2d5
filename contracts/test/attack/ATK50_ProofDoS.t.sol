// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {InclusionProof} from "../../src/types/Messages.sol";
import {ProofAttack} from "../base/ProofAttack.sol";
import {Placement, TreeBuilder} from "../base/TreeBuilder.sol";
import {OnChain, OnL1} from "../base/VerifierTest.sol";

/// @notice ATK-50: a path of absurd length costs its sender calldata and the verifier next to nothing.
abstract contract ATK50ProofDoS is ProofAttack {
    uint256 private constant HONEST_GAS = 20_000;
    uint256 private constant REFUSAL_GAS = 10_000;

    function test_ATK50_twin_theHonestProofIsAcceptedWithinItsBound() external view {
        (bool accepted, uint256 gasUsed) = _verify(honestProof());
        vm.assertTrue(accepted);
        vm.assertLt(gasUsed, HONEST_GAS);
    }

    /// @dev A path of 4 MiB costs what 600 words do, which are too many too: the length is compared and that is all.
    function test_ATK50_theGasOfARefusalDoesNotGrowWithThePath() external view {
        bytes32[3] memory heads = [
            TreeBuilder.metadata(17, 14, false), TreeBuilder.metadata(17, 0, true), TreeBuilder.metadata(17, 255, false)
        ];
        bytes memory data = _callWithWords(1 << 17);
        for (uint256 i = 0; i < heads.length; ++i) {
            uint256 gasUsed = _gasOfRefusal(data, 1 << 17, heads[i]);
            vm.assertLt(gasUsed, REFUSAL_GAS);
            vm.assertEq(_gasOfRefusal(_callWithWords(600), 600, heads[i]), gasUsed);
        }
    }

    /// @dev A length without the words that belong to it.
    function testFuzz_ATK50_claimedWordsMustBeThere(uint256 words) external view {
        words = bound(words, 1000, type(uint256).max);
        vm.assertLt(_gasOfRefusal(_callWithWords(999), words, TreeBuilder.metadata(17, 14, false)), REFUSAL_GAS);
    }

    /// @dev The longest path that the encoding can express: 17, 255 and 255 siblings.
    function test_ATK50_theLongestPathIsBounded() external view {
        Placement memory place = placement;
        place.batchSiblings = TreeBuilder.randomWords(1, 255);
        place.sharedSiblings = TreeBuilder.randomWords(2, 255);
        InclusionProof memory proof = honestProof();
        proof.path = TreeBuilder.settlementPath(place, TreeBuilder.logPath(CHAIN, leaves, INDEX));
        (bool accepted, uint256 gasUsed) = _verify(proof);
        vm.assertFalse(accepted);
        vm.assertLt(gasUsed, 80_000);
    }

    /// @dev The call of `verifyLeaf` with room for that many words at its end, where the path stands.
    function _callWithWords(uint256 words) private view returns (bytes memory data) {
        bytes memory head = _head();
        data = new bytes(head.length + 32 * words);
        for (uint256 i = 0; i < head.length; ++i) {
            data[i] = head[i];
        }
    }

    function _head() private view returns (bytes memory) {
        InclusionProof memory proof = honestProof();
        proof.path = new bytes32[](0);
        return abi.encodeCall(verifier.verifyLeaf, (proof, leaf));
    }

    function _gasOfRefusal(bytes memory data, uint256 length, bytes32 firstWord) private view returns (uint256) {
        uint256 headLength = _head().length;
        assembly ("memory-safe") {
            mstore(add(data, headLength), length)
            mstore(add(add(data, 0x20), headLength), firstWord)
        }
        (bool success, bytes memory answer) = address(verifier).staticcall(data);
        vm.assertFalse(success && abi.decode(answer, (bool)));
        return vm.lastCallGas().gasTotalUsed;
    }

    function _verify(InclusionProof memory proof) private view returns (bool accepted, uint256 gasUsed) {
        accepted = accepts(proof, leaf);
        gasUsed = vm.lastCallGas().gasTotalUsed;
    }
}

contract ATK50ProofDoSOnChain is ATK50ProofDoS, OnChain {}

contract ATK50ProofDoSOnL1 is ATK50ProofDoS, OnL1 {}
