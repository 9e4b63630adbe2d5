// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {InclusionProofs} from "../../src/libraries/InclusionProofs.sol";
import {LogLeaf} from "../../src/libraries/LogLeaf.sol";
import {ChainTree} from "../../src/roots/ChainTree.sol";
import {SharedTree} from "../../src/roots/SharedTree.sol";
import {Test} from "../base/Test.sol";
import {Placement, TreeBuilder} from "../base/TreeBuilder.sol";

/// @notice `random-cases.json`: cases that both languages derive for themselves, 10,000 proofs, 1,000 chain trees and
/// 1,000 shared trees. README.md of this folder says how. A run goes from one checkpoint of the digest to the next.
contract RandomCasesTest is Test {
    using ChainTree for ChainTree.Tree;
    using SharedTree for SharedTree.Tree;

    /// @dev Where a family of cases stands: its seed, the case, and the next word to draw.
    struct Draw {
        bytes32 seed;
        uint256 index;
        uint256 next;
    }

    uint256[] public fixtureCheckpoint = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

    string private _json;
    mapping(uint256 index => ChainTree.Tree) private _chainTrees;
    mapping(uint256 index => SharedTree.Tree) private _sharedTrees;

    function setUp() external {
        _json = vm.readFile("test/vectors/random-cases.json");
    }

    function tableProofs(uint256 checkpoint) external {
        _run("$.proofs", checkpoint, 1000, _proofResult);
    }

    function tableGrowingTrees(uint256 checkpoint) external {
        _run("$.growingTrees", checkpoint, 100, _growingTreeResult);
    }

    function tableSharedTrees(uint256 checkpoint) external {
        _run("$.sharedTrees", checkpoint, 100, _sharedTreeResult);
    }

    function test_checkpoints_coverEveryCase() external view {
        string[3] memory families = ["$.proofs", "$.growingTrees", "$.sharedTrees"];
        uint256[3] memory counts = [uint256(10_000), 1000, 1000];
        for (uint256 i = 0; i < families.length; ++i) {
            uint256 every = vm.parseJsonUint(_json, string.concat(families[i], ".every"));
            vm.assertEq(vm.parseJsonUint(_json, string.concat(families[i], ".count")), counts[i]);
            vm.assertEq(fixtureCheckpoint.length * every, counts[i]);
            vm.assertEq(_checkpoints(families[i]).length, fixtureCheckpoint.length);
        }
    }

    /// @dev The digest at one checkpoint leads to the digest at the next.
    function _run(
        string memory family,
        uint256 checkpoint,
        uint256 every,
        function(Draw memory) internal returns (bytes32) result
    ) private {
        bytes32[] memory checkpoints = _checkpoints(family);
        bytes32 digest = checkpoint == 0 ? bytes32(0) : checkpoints[checkpoint - 1];
        bytes32 seed = vm.parseJsonBytes32(_json, string.concat(family, ".seed"));
        for (uint256 i = checkpoint * every; i < (checkpoint + 1) * every; ++i) {
            digest = keccak256(abi.encode(digest, result(Draw(seed, i, 0))));
        }
        vm.assertEq(digest, checkpoints[checkpoint]);
    }

    function _proofResult(Draw memory draw) private view returns (bytes32) {
        bytes32 leaf = _drawLeaf(draw);
        uint256 leafIndex = _draw(draw) % (1 << LogLeaf.TREE_DEPTH);
        Placement memory placement = _drawPlacement(draw);
        bytes32[] memory logPart = _drawWords(draw, TreeBuilder.LOG_PROOF_LENGTH);
        placement.batchSiblings = _drawWords(draw, placement.batchSiblings.length);
        placement.sharedSiblings = _drawWords(draw, placement.sharedSiblings.length);
        bytes32[] memory path = TreeBuilder.settlementPath(placement, logPart);

        (bytes32 batchRoot, bytes32 root) = this.fold(path, placement.chainId, placement.batchNumber, leafIndex, leaf);
        vm.assertEq(root, TreeBuilder.sharedRoot(placement, batchRoot));
        return keccak256(abi.encode(leaf, batchRoot, root, keccak256(abi.encodePacked(path))));
    }

    function fold(bytes32[] calldata path, uint256 chainId, uint256 batchNumber, uint256 leafIndex, bytes32 leaf)
        external
        pure
        returns (bytes32 batchRoot, bytes32 root)
    {
        (batchRoot,) = InclusionProofs.foldLeaf(path, leafIndex, leaf);
        root = InclusionProofs.foldBatch(path, TreeBuilder.LOG_PROOF_LENGTH, chainId, batchNumber, batchRoot).root;
    }

    function _growingTreeResult(Draw memory draw) private returns (bytes32 result) {
        ChainTree.Tree storage tree = _chainTrees[draw.index];
        uint256 count = 1 + _draw(draw) % 64;
        for (uint64 i = 0; i < count; ++i) {
            result = keccak256(abi.encode(result, tree.append(i, bytes32(_draw(draw)))));
        }
    }

    function _sharedTreeResult(Draw memory draw) private returns (bytes32 result) {
        SharedTree.Tree storage tree = _sharedTrees[draw.index];
        uint256 changes = 1 + _draw(draw) % 64;
        for (uint256 i = 0; i < changes; ++i) {
            uint256 choice = _draw(draw);
            bytes32 leaf = bytes32(_draw(draw));
            bytes32 root;
            if (tree.count == 0 || choice % 4 == 0) (, root) = tree.add(leaf);
            else root = tree.update((choice >> 2) % tree.count, leaf);
            result = keccak256(abi.encode(result, root));
        }
    }

    function _drawLeaf(Draw memory draw) private pure returns (bytes32) {
        uint16 txNumber = uint16(_draw(draw) & type(uint16).max);
        address author = address(uint160(_draw(draw) & type(uint160).max));
        return LogLeaf.message(txNumber, author, bytes32(_draw(draw)));
    }

    /// @dev Everything but the siblings, whose numbers are drawn here.
    function _drawPlacement(Draw memory draw) private pure returns (Placement memory placement) {
        placement.batchSiblings = new bytes32[](_draw(draw) % 21);
        placement.sharedSiblings = new bytes32[](_draw(draw) % 11);
        placement.batchNumber = _draw(draw) & type(uint64).max;
        placement.chainId = _draw(draw) & type(uint64).max;
        placement.l1Timestamp = _draw(draw) & type(uint64).max;
        placement.batchIndex = _draw(draw) % (1 << placement.batchSiblings.length);
        placement.sharedIndex = _draw(draw) % (1 << placement.sharedSiblings.length);
        placement.settlementBlock = _draw(draw) & type(uint64).max;
        placement.settlementChainId = _draw(draw) & type(uint64).max;
    }

    function _drawWords(Draw memory draw, uint256 count) private pure returns (bytes32[] memory words) {
        words = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            words[i] = bytes32(_draw(draw));
        }
    }

    function _draw(Draw memory draw) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(draw.seed, draw.index, draw.next++)));
    }

    function _checkpoints(string memory family) private view returns (bytes32[] memory) {
        return vm.parseJsonBytes32Array(_json, string.concat(family, ".checkpoints"));
    }
}
