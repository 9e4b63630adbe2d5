// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {InclusionProof} from "../../src/types/Messages.sol";
import {NaiveTrees} from "./NaiveTrees.sol";
import {Test} from "./Test.sol";
import {Placement, TreeBuilder} from "./TreeBuilder.sol";

/// @notice The builder that other tests rely on, against its naive twin.
contract TreeBuilderTest is Test {
    function testFuzz_growingRoot_equalsTheNaiveOne(uint256 seed, uint256 count) external pure {
        bytes32[] memory leaves = TreeBuilder.randomWords(seed, bound(count, 0, 70));
        vm.assertEq(TreeBuilder.growingRoot(leaves), NaiveTrees.growingRoot(leaves));
    }

    /// forge-config: default.fuzz.runs = 8
    function testFuzz_logsRoot_equalsTheNaiveOne(uint256 seed, uint256 count) external pure {
        bytes32[] memory leaves = TreeBuilder.randomWords(seed, bound(count, 0, 100));
        vm.assertEq(TreeBuilder.logsRoot(leaves), NaiveTrees.root(leaves, 14, NaiveTrees.EMPTY_LOG));
    }

    function testFuzz_siblings_leadFromEveryLeafToTheRoot(uint256 seed, uint256 count, uint256 index) external pure {
        count = bound(count, 1, 70);
        index = bound(index, 0, count - 1);
        bytes32[] memory leaves = TreeBuilder.randomWords(seed, count);
        bytes32[] memory siblings = TreeBuilder.growingSiblings(leaves, index);
        vm.assertEq(TreeBuilder.fold(leaves[index], index, siblings), TreeBuilder.growingRoot(leaves));
    }

    function testFuzz_inclusionProof_isFollowedByTheNaiveTwin(uint256 seed, uint8 batchDepth, uint8 sharedDepth)
        external
        pure
    {
        Placement memory placement = TreeBuilder.randomPlacement(seed, 7, 9, 1000, batchDepth % 33, sharedDepth % 17);
        bytes32[] memory leaves = TreeBuilder.randomWords(seed, 1 + seed % 30);
        uint256 index = seed % leaves.length;
        InclusionProof memory proof = TreeBuilder.inclusionProof(placement, leaves, index);

        (bool ok, bool isFinal, bytes32 key) = NaiveTrees.follow(
            NaiveTrees.Claim(proof.path, placement.chainId, placement.batchNumber, leaves[index], index, 14, 17)
        );

        vm.assertTrue(ok);
        vm.assertFalse(isFinal);
        bytes32 root = TreeBuilder.sharedRoot(placement, leaves);
        vm.assertEq(key, NaiveTrees.settledKey(placement.l1Timestamp, 9, 1000, root));
    }
}
