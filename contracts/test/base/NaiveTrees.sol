// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

/// @notice The trees and proofs of docs/protocol.md, written as the page puts them and sharing no code with what they
/// check: whole trees by recursion, proof words parsed front to back.
library NaiveTrees {
    /// @param node What is to be proven: a leaf, or the root of a batch.
    /// @param index Its index, which must fit into `indexDepth` bits.
    /// @param logDepth Levels from the node up to the root of its batch.
    struct Claim {
        bytes32[] path;
        uint256 chainId;
        uint256 batchNumber;
        bytes32 node;
        uint256 index;
        uint256 indexDepth;
        uint256 logDepth;
    }

    bytes32 internal constant EMPTY_LOG = keccak256(new bytes(88));
    bytes32 internal constant EMPTY_ENTRY = keccak256(new bytes(96));

    /// @notice Root of the tree of `height` over `leaves` and as many `empty` ones as are missing.
    function root(bytes32[] memory leaves, uint256 height, bytes32 empty) internal pure returns (bytes32) {
        return _subtree(leaves, 0, height, empty);
    }

    /// @notice Root of a chain tree or of the shared tree.
    function growingRoot(bytes32[] memory leaves) internal pure returns (bytes32) {
        if (leaves.length == 0) return 0;
        uint256 height = 0;
        while (2 ** height < leaves.length) ++height;
        return _subtree(leaves, 0, height, EMPTY_ENTRY);
    }

    function batchLeaf(bytes32 chainBatchRoot, uint256 batchNumber, uint256 l1Timestamp)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(keccak256("zkSync:BatchLeaf"), chainBatchRoot, batchNumber, l1Timestamp));
    }

    function chainIdLeaf(bytes32 chainRoot, uint256 chainId) internal pure returns (bytes32) {
        return keccak256(abi.encode(keccak256("zkSync:ChainIdLeaf"), chainRoot, chainId));
    }

    function messageLeaf(uint16 txNumberInBatch, address sender, bytes32 dataHash) internal pure returns (bytes32) {
        return keccak256(
            abi.encodePacked(uint8(0), true, txNumberInBatch, address(0x8008), uint256(uint160(sender)), dataHash)
        );
    }

    /// @notice Root of a batch: eight leaves, the last four zero.
    function batchRoot(bytes32 logsRoot, uint256 chainId) internal pure returns (bytes32) {
        bytes32[] memory leaves = new bytes32[](4);
        leaves[0] = logsRoot;
        leaves[1] = chainIdLeaf(0, chainId);
        leaves[2] = EMPTY_ENTRY;
        leaves[3] = EMPTY_ENTRY;
        return _subtree(leaves, 0, 3, 0);
    }

    /// @notice What the path of `claim` proves about its node.
    /// @return ok Whether the path keeps every rule of the page.
    /// @return isFinal Whether it ends with the root of the batch.
    /// @return key The batch root if final, else timestamp, settlement chain, block and root, hashed.
    function follow(Claim memory claim) internal pure returns (bool ok, bool isFinal, bytes32 key) {
        uint256 batchDepth;
        uint256 logDepth;
        (ok, logDepth, batchDepth, isFinal) = _parse(claim.path, 0);
        if (!ok || logDepth != claim.logDepth || claim.index >= 2 ** claim.indexDepth) return (false, false, 0);
        if (claim.path.length <= logDepth) return (false, false, 0);
        bytes32 node = _fold(claim.path, 1, logDepth, claim.index, claim.node);
        if (isFinal) return (claim.path.length == 1 + logDepth, true, node);
        (ok, key) = _followBatch(claim, batchDepth, node);
    }

    function settledKey(uint256 l1Timestamp, uint256 settlementChainId, uint256 settlementBlock, bytes32 sharedRoot)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(l1Timestamp, settlementChainId, settlementBlock, sharedRoot));
    }

    function _followBatch(Claim memory claim, uint256 depth, bytes32 batch) private pure returns (bool, bytes32) {
        bytes32[] memory path = claim.path;
        uint256 cursor = 1 + claim.logDepth;
        if (path.length < cursor + 2 + depth + 3) return (false, 0);
        uint256 timestamp = uint256(path[cursor]);
        uint256 mask = uint256(path[cursor + 1]);
        if (mask >= 2 ** depth) return (false, 0);
        bytes32 node = batchLeaf(batch, claim.batchNumber, timestamp);
        node = chainIdLeaf(_fold(path, cursor + 2, depth, mask, node), claim.chainId);
        return _followNested(path, cursor + 2 + depth, node, timestamp);
    }

    function _followNested(bytes32[] memory path, uint256 cursor, bytes32 node, uint256 timestamp)
        private
        pure
        returns (bool, bytes32)
    {
        (bool ok, uint256 depth,, bool isFinal) = _parse(path, cursor + 2);
        uint256 mask = uint256(path[cursor]) % 2 ** 128;
        if (!ok || !isFinal || path.length != cursor + 3 + depth || mask >= 2 ** depth) return (false, 0);
        bytes32 shared = _fold(path, cursor + 3, depth, mask, node);
        return (true, settledKey(timestamp, uint256(path[cursor + 1]), uint256(path[cursor]) / 2 ** 128, shared));
    }

    function _parse(bytes32[] memory path, uint256 cursor)
        private
        pure
        returns (bool ok, uint256 length, uint256 batchLength, bool isFinal)
    {
        if (cursor >= path.length) return (false, 0, 0, false);
        bytes memory word = bytes.concat(path[cursor]);
        for (uint256 i = 4; i < 32; ++i) {
            if (word[i] != 0) return (false, 0, 0, false);
        }
        length = uint8(word[1]);
        batchLength = uint8(word[2]);
        isFinal = word[3] == 0x01;
        ok = word[0] == 0x01 && uint8(word[3]) < 2 && !(isFinal && batchLength != 0);
    }

    function _fold(bytes32[] memory path, uint256 from, uint256 length, uint256 index, bytes32 node)
        private
        pure
        returns (bytes32)
    {
        for (uint256 i = from; i < from + length; ++i) {
            node = index % 2 == 1 ? keccak256(bytes.concat(path[i], node)) : keccak256(bytes.concat(node, path[i]));
            index /= 2;
        }
        return node;
    }

    function _subtree(bytes32[] memory leaves, uint256 from, uint256 height, bytes32 empty)
        private
        pure
        returns (bytes32)
    {
        if (height == 0) return from < leaves.length ? leaves[from] : empty;
        bytes32 left = _subtree(leaves, from, height - 1, empty);
        bytes32 right = _subtree(leaves, from + 2 ** (height - 1), height - 1, empty);
        return keccak256(bytes.concat(left, right));
    }
}
