// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {InclusionProofs} from "../../../src/libraries/InclusionProofs.sol";
import {
    InclusionProof,
    InclusionProofDirtyMetadata,
    InclusionProofFinalWithBatchPart,
    InclusionProofIndexOutOfRange,
    InclusionProofUnknownVersion,
    InclusionProofWrongHops,
    InclusionProofWrongLength,
    InclusionProofWrongLogLength
} from "../../../src/types/Messages.sol";
import {NaiveTrees} from "../../base/NaiveTrees.sol";
import {Test} from "../../base/Test.sol";
import {Placement, TreeBuilder} from "../../base/TreeBuilder.sol";

contract InclusionProofsTest is Test {
    uint256 private constant CHAIN = 271;
    uint256 private constant BATCH = 7;

    // What a good path leads to.

    function testFuzz_foldLeaf_leadsToTheBatchRoot(uint256 seed, uint256 count, uint256 index, bool isFinal)
        external
        view
    {
        bytes32[] memory leaves = TreeBuilder.randomWords(seed, bound(count, 1, 40));
        index = bound(index, 0, leaves.length - 1);
        InclusionProof memory proof = isFinal
            ? TreeBuilder.finalProof(CHAIN, BATCH, leaves, index)
            : TreeBuilder.inclusionProof(_placement(seed), leaves, index);

        (bytes32 root, bool actualFinal) = this.foldLeaf(proof.path, index, leaves[index]);

        vm.assertEq(root, TreeBuilder.batchRoot(CHAIN, leaves));
        vm.assertEq(actualFinal, isFinal);
    }

    function testFuzz_foldBatch_leadsToTheSharedRoot(uint256 seed, bool withLogPart) external view {
        Placement memory placement = _placement(seed);
        bytes32[] memory leaves = TreeBuilder.randomWords(seed, 1);
        bytes32 root = TreeBuilder.batchRoot(CHAIN, leaves);
        bytes32[] memory path = withLogPart
            ? TreeBuilder.inclusionProof(placement, leaves, 0).path
            : TreeBuilder.batchProof(placement, root).path;

        InclusionProofs.SettledRoot memory settled = this.foldBatch(path, withLogPart ? 17 : 0, root);

        vm.assertEq(settled.settlementChainId, placement.settlementChainId);
        vm.assertEq(settled.blockNumber, placement.settlementBlock);
        vm.assertEq(settled.l1Timestamp, placement.l1Timestamp);
        vm.assertEq(settled.root, TreeBuilder.sharedRoot(placement, root));
    }

    function testFuzz_foldBatch_takesTreesOfAnyDepth(uint256 seed, uint8 batchDepth, uint8 sharedDepth) external view {
        Placement memory placement =
            TreeBuilder.randomPlacement(CHAIN, BATCH, 9, 1000, uint256(batchDepth), uint256(sharedDepth) % 129);
        bytes32 root = bytes32(seed);
        bytes32[] memory path = TreeBuilder.batchProof(placement, root).path;
        vm.assertEq(this.foldBatch(path, 0, root).root, TreeBuilder.sharedRoot(placement, root));
    }

    // Every path, good or bad, against the naive twin.

    function testFuzz_foldLeaf_agreesWithTheNaiveTwin(uint256 seed, uint256 word, bytes32 xor, uint256 index)
        external
        view
    {
        bytes32[] memory leaves = TreeBuilder.randomWords(seed, 4);
        InclusionProof memory proof = seed & 1 == 0
            ? TreeBuilder.finalProof(CHAIN, BATCH, leaves, 0)
            : TreeBuilder.inclusionProof(_placement(seed), leaves, 0);
        index = bound(index, 0, 1 << 15);
        word = bound(word, 0, proof.path.length - 1);
        proof.path[word] ^= _sparse(seed, xor);
        NaiveTrees.Claim memory claim = NaiveTrees.Claim(proof.path, CHAIN, BATCH, leaves[0], index, 14, 17);
        (bool ok, bool isFinal, bytes32 key) = NaiveTrees.follow(claim);

        try this.fold(proof.path, index, leaves[0]) returns (bytes32 actual, bool actualFinal) {
            vm.assertTrue(ok, "the twin refuses it");
            vm.assertEq(actualFinal, isFinal);
            vm.assertEq(actual, key);
        } catch {
            vm.assertFalse(ok, "the twin accepts it");
        }
    }

    function testFuzz_foldLeaf_agreesWithTheNaiveTwin_onAnyWords(bytes32[] memory path, uint256 seed) external view {
        if (path.length != 0) path[0] = TreeBuilder.metadata(17, seed % 4, seed & 16 == 0);
        (bool ok,,) = NaiveTrees.follow(NaiveTrees.Claim(path, CHAIN, BATCH, bytes32(seed), 0, 14, 17));
        try this.fold(path, 0, bytes32(seed)) {
            vm.assertTrue(ok, "the twin refuses it");
        } catch {
            vm.assertFalse(ok, "the twin accepts it");
        }
    }

    // What is wrong about a bad path.

    function test_foldLeaf_reverts_whenThePathIsEmpty() external {
        vm.expectRevert(abi.encodeWithSelector(InclusionProofWrongLength.selector, 1, 0));
        this.foldLeaf(new bytes32[](0), 0, keccak256("leaf"));
    }

    function testFuzz_foldLeaf_reverts_whenTheVersionIsUnknown(uint8 version) external {
        vm.assume(version != 1);
        bytes32[] memory path = _finalPath();
        path[0] = path[0] << 8 >> 8 | bytes32(uint256(version) << 248);
        vm.expectRevert(abi.encodeWithSelector(InclusionProofUnknownVersion.selector, version));
        this.foldLeaf(path, 0, keccak256("leaf"));
    }

    function testFuzz_foldLeaf_reverts_whenTheMetadataHasATail(uint224 tail) external {
        vm.assume(tail != 0);
        bytes32[] memory path = _finalPath();
        path[0] |= bytes32(uint256(tail));
        vm.expectRevert(abi.encodeWithSelector(InclusionProofDirtyMetadata.selector, path[0]));
        this.foldLeaf(path, 0, keccak256("leaf"));
    }

    function testFuzz_foldLeaf_reverts_whenFinalIsNoBoolean(uint8 isFinal) external {
        vm.assume(isFinal > 1);
        bytes32[] memory path = _finalPath();
        path[0] = TreeBuilder.metadata(17, 0, false) | bytes32(uint256(isFinal) << 224);
        vm.expectRevert(abi.encodeWithSelector(InclusionProofDirtyMetadata.selector, path[0]));
        this.foldLeaf(path, 0, keccak256("leaf"));
    }

    function testFuzz_foldLeaf_reverts_whenTheLogPartHasAnotherLength(uint8 length) external {
        vm.assume(length != 17);
        bytes32[] memory path = TreeBuilder.finalPath(TreeBuilder.randomWords(1, length));
        vm.expectRevert(abi.encodeWithSelector(InclusionProofWrongLogLength.selector, 17, length));
        this.foldLeaf(path, 0, keccak256("leaf"));
    }

    function testFuzz_foldLeaf_reverts_whenAFinalPathHasAnotherNumberOfWords(uint256 words) external {
        words = bound(words, 1, 600);
        vm.assume(words != 18);
        bytes32[] memory path = TreeBuilder.randomWords(1, words);
        path[0] = TreeBuilder.metadata(17, 0, true);
        vm.expectRevert(abi.encodeWithSelector(InclusionProofWrongLength.selector, 18, words));
        this.foldLeaf(path, 0, keccak256("leaf"));
    }

    function testFuzz_foldLeaf_reverts_whenAFinalPathHasABatchPart(uint8 length) external {
        vm.assume(length != 0);
        bytes32[] memory path = _finalPath();
        path[0] = TreeBuilder.metadata(17, length, true);
        vm.expectRevert(abi.encodeWithSelector(InclusionProofFinalWithBatchPart.selector, length));
        this.foldLeaf(path, 0, keccak256("leaf"));
    }

    function testFuzz_foldLeaf_reverts_whenTheIndexIsOutsideOfTheLogTree(uint256 index) external {
        index = bound(index, 1 << 14, type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(InclusionProofIndexOutOfRange.selector, index, 14));
        this.foldLeaf(_finalPath(), index, keccak256("leaf"));
    }

    function test_foldBatch_reverts_whenThePathIsFinal() external {
        vm.expectRevert(InclusionProofWrongHops.selector);
        this.foldBatch(_finalPath(), 17, keccak256("root"));
    }

    function testFuzz_foldBatch_reverts_whenTheNestedProofIsNotFinal(uint256 seed, uint8 batchLength) external {
        bytes32[] memory path = _batchPath(seed);
        uint256 nested = path.length - 6;
        path[nested] = TreeBuilder.metadata(5, batchLength, false);
        vm.expectRevert(InclusionProofWrongHops.selector);
        this.foldBatch(path, 0, keccak256("root"));
    }

    function testFuzz_foldBatch_reverts_whenThePathIsCutShort(uint256 seed, uint256 words) external {
        bytes32[] memory path = _batchPath(seed);
        words = bound(words, 1, path.length - 1);
        uint256 expected = words <= path.length - 6 ? path.length - 5 : path.length;
        vm.expectRevert(abi.encodeWithSelector(InclusionProofWrongLength.selector, expected, words));
        this.foldBatch(_resized(path, words), 0, keccak256("root"));
    }

    function testFuzz_foldBatch_reverts_whenWordsAreLeftOver(uint256 seed, uint256 more) external {
        bytes32[] memory path = _batchPath(seed);
        more = bound(more, 1, 300);
        vm.expectRevert(abi.encodeWithSelector(InclusionProofWrongLength.selector, path.length, path.length + more));
        this.foldBatch(_resized(path, path.length + more), 0, keccak256("root"));
    }

    function testFuzz_foldBatch_reverts_whenTheBatchMaskIsTooLarge(uint256 seed, uint256 mask) external {
        bytes32[] memory path = _batchPath(seed);
        mask = bound(mask, 1 << 14, type(uint256).max);
        path[2] = bytes32(mask);
        vm.expectRevert(abi.encodeWithSelector(InclusionProofIndexOutOfRange.selector, mask, 14));
        this.foldBatch(path, 0, keccak256("root"));
    }

    function testFuzz_foldBatch_reverts_whenTheSharedMaskIsTooLarge(uint256 seed, uint128 mask) external {
        bytes32[] memory path = _batchPath(seed);
        uint256 bounded = bound(mask, 1 << 5, type(uint128).max);
        path[3 + 14] = bytes32(uint256(1000) << 128 | bounded);
        vm.expectRevert(abi.encodeWithSelector(InclusionProofIndexOutOfRange.selector, bounded, 5));
        this.foldBatch(path, 0, keccak256("root"));
    }

    function testFuzz_foldBatch_reverts_whenTheLogPartHasAnotherLength(uint8 length) external {
        vm.assume(length != 0);
        bytes32[] memory path = _batchPath(1);
        path[0] = TreeBuilder.metadata(length, 14, false);
        vm.expectRevert(abi.encodeWithSelector(InclusionProofWrongLogLength.selector, 0, length));
        this.foldBatch(path, 0, keccak256("root"));
    }

    // The library, reached through calldata.

    function foldLeaf(bytes32[] calldata path, uint256 index, bytes32 leaf) external pure returns (bytes32, bool) {
        return InclusionProofs.foldLeaf(path, index, leaf);
    }

    function foldBatch(bytes32[] calldata path, uint256 logLength, bytes32 root)
        external
        pure
        returns (InclusionProofs.SettledRoot memory)
    {
        return InclusionProofs.foldBatch(path, logLength, CHAIN, BATCH, root);
    }

    function fold(bytes32[] calldata path, uint256 index, bytes32 leaf)
        external
        pure
        returns (bytes32 key, bool isFinal)
    {
        (key, isFinal) = InclusionProofs.foldLeaf(path, index, leaf);
        if (isFinal) return (key, isFinal);
        InclusionProofs.SettledRoot memory settled = InclusionProofs.foldBatch(path, 17, CHAIN, BATCH, key);
        key = NaiveTrees.settledKey(settled.l1Timestamp, settled.settlementChainId, settled.blockNumber, settled.root);
    }

    function _placement(uint256 seed) private pure returns (Placement memory) {
        return TreeBuilder.randomPlacement(CHAIN, BATCH, 9, 1000 + seed % 1000, 14, 5);
    }

    /// @dev metadata, timestamp, mask, 14 siblings, block and mask, chain, metadata, 5 siblings.
    function _batchPath(uint256 seed) private pure returns (bytes32[] memory) {
        return TreeBuilder.batchProof(_placement(seed), keccak256("root")).path;
    }

    function _finalPath() private pure returns (bytes32[] memory) {
        return TreeBuilder.finalPath(TreeBuilder.randomWords(1, 17));
    }

    /// @dev `word` in some cases, else a single byte of it, so that more of the mutated words stay well-formed.
    function _sparse(uint256 seed, bytes32 word) private pure returns (bytes32) {
        uint256 place = seed / 2 % 40;
        return place < 32 ? word & bytes32(uint256(0xff) << 8 * place) : word;
    }

    function _resized(bytes32[] memory path, uint256 length) private pure returns (bytes32[] memory resized) {
        resized = new bytes32[](length);
        for (uint256 i = 0; i < length && i < path.length; ++i) {
            resized[i] = path[i];
        }
    }
}
