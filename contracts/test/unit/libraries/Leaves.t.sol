// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {AggregationLeaves} from "../../../src/libraries/AggregationLeaves.sol";
import {ChainBatchRoot} from "../../../src/libraries/ChainBatchRoot.sol";
import {LogLeaf} from "../../../src/libraries/LogLeaf.sol";
import {MerkleTree} from "../../../src/libraries/MerkleTree.sol";
import {NaiveTrees} from "../../base/NaiveTrees.sol";
import {Test} from "../../base/Test.sol";

/// @notice Every hash against its formula in docs/protocol.md.
contract LeavesTest is Test {
    function testFuzz_message_hashes88Bytes(uint16 txNumber, address sender, bytes32 dataHash) external pure {
        bytes memory leaf =
            abi.encodePacked(uint8(0), true, txNumber, address(0x8008), bytes32(uint256(uint160(sender))), dataHash);
        vm.assertEq(leaf.length, 88);
        vm.assertEq(LogLeaf.message(txNumber, sender, dataHash), keccak256(leaf));
    }

    function testFuzz_message_ignoresDirtyBits(uint256 txNumber, uint256 sender, bytes32 dataHash) external pure {
        uint16 shortNumber;
        address shortSender;
        assembly ("memory-safe") {
            shortNumber := txNumber
            shortSender := sender
        }
        vm.assertEq(
            LogLeaf.message(shortNumber, shortSender, dataHash),
            LogLeaf.message(uint16(txNumber & 0xffff), address(uint160(sender << 96 >> 96)), dataHash)
        );
    }

    function testFuzz_status_hashes88Bytes(bytes32 operationHash, bool success) external pure {
        bytes memory leaf = abi.encodePacked(
            uint8(0), true, uint16(0), address(0x8001), operationHash, bytes32(uint256(success ? 1 : 0))
        );
        vm.assertEq(leaf.length, 88);
        vm.assertEq(LogLeaf.status(operationHash, success), keccak256(leaf));
    }

    function testFuzz_batchLeaf_hashesFourWords(bytes32 root, uint256 number, uint256 timestamp) external pure {
        vm.assertEq(
            AggregationLeaves.batchLeaf(root, number, timestamp),
            keccak256(abi.encodePacked(keccak256("zkSync:BatchLeaf"), root, number, timestamp))
        );
    }

    function testFuzz_chainIdLeaf_hashesThreeWords(bytes32 root, uint256 chainId) external pure {
        vm.assertEq(
            AggregationLeaves.chainIdLeaf(root, chainId),
            keccak256(abi.encodePacked(keccak256("zkSync:ChainIdLeaf"), root, chainId))
        );
    }

    function testFuzz_batchRoot_isTheRootOfEightLeaves(bytes32 logsRoot, uint256 chainId) external pure {
        vm.assertEq(ChainBatchRoot.root(logsRoot, chainId), NaiveTrees.batchRoot(logsRoot, chainId));
    }

    function testFuzz_hashing_leavesMemoryAlone(bytes calldata data, bytes32 word) external pure {
        bytes memory before = data;
        bytes32[] memory words = new bytes32[](1);
        LogLeaf.message(1, address(1), word);
        LogLeaf.status(word, true);
        AggregationLeaves.batchLeaf(word, 1, 2);
        AggregationLeaves.chainIdLeaf(word, 1);
        MerkleTree.node(word, word);
        bytes memory later = data;
        vm.assertEq(before, later);
        vm.assertEq(words[0], bytes32(0));
    }

    function test_emptyEntries_areHashesOfZeroBytes() external pure {
        vm.assertEq(LogLeaf.EMPTY, keccak256(new bytes(88)));
        vm.assertEq(MerkleTree.EMPTY_ENTRY, keccak256(new bytes(96)));
    }
}
