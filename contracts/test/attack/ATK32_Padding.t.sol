// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {LogLeaf} from "../../src/libraries/LogLeaf.sol";
import {MerkleTree} from "../../src/libraries/MerkleTree.sol";
import {InclusionProof, InclusionProofEmptyLeaf, Message} from "../../src/types/Messages.sol";
import {ProofAttack} from "../base/ProofAttack.sol";
import {Placement, TreeBuilder} from "../base/TreeBuilder.sol";
import {OnChain, OnL1} from "../base/VerifierTest.sol";

/// @notice ATK-32: what pads a tree is no member of it.
abstract contract ATK32Padding is ProofAttack {
    function test_ATK32_twin_theLastLeafBeforeThePaddingIsAccepted() external view {
        InclusionProof memory proof = TreeBuilder.inclusionProof(placement, leaves, COUNT - 1);
        vm.assertTrue(accepts(proof, leaves[COUNT - 1]));
    }

    /// @dev The path is right, and the empty leaf does stand there.
    function testFuzz_ATK32_paddingOfTheLogTreeIsNoMember(uint256 index) external {
        index = bound(index, COUNT, (1 << 14) - 1);
        InclusionProof memory proof = TreeBuilder.inclusionProof(placement, leaves, index);
        vm.assertEq(TreeBuilder.fold(LogLeaf.EMPTY, index, TreeBuilder.logPath(CHAIN, leaves, index)), batchRoot);
        vm.expectRevert(InclusionProofEmptyLeaf.selector);
        verifier.verifyLeaf(proof, LogLeaf.EMPTY);

        verifier.recordBatch(TreeBuilder.batchProof(placement, batchRoot));
        proof = TreeBuilder.finalProof(CHAIN, placement.batchNumber, leaves, index);
        vm.expectRevert(InclusionProofEmptyLeaf.selector);
        verifier.verifyLeaf(proof, LogLeaf.EMPTY);
    }

    /// @dev A leaf of a message says that it is a service's: the empty leaf, which is all zeros, is of none.
    function testFuzz_ATK32_noMessageHasTheEmptyLeaf(Message calldata any) external pure {
        bytes32 hashed = LogLeaf.message(any.txNumberInBatch, any.sender, keccak256(any.data));
        vm.assertTrue(hashed != LogLeaf.EMPTY);
        vm.assertTrue(LogLeaf.status(hashed, false) != LogLeaf.EMPTY);
    }

    /// @dev `E` pads the chain trees and the shared tree. It is no root of a batch.
    function testFuzz_ATK32_emptyEntryIsNoBatch(uint256 index) external {
        Placement memory place = placement;
        place.batchIndex = bound(index, 0, (1 << place.batchSiblings.length) - 1);
        vm.assertFalse(records(place, MerkleTree.EMPTY_ENTRY));
        vm.assertFalse(records(place, LogLeaf.EMPTY));
    }
}

contract ATK32PaddingOnChain is ATK32Padding, OnChain {}

contract ATK32PaddingOnL1 is ATK32Padding, OnL1 {}
