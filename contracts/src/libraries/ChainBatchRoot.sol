// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {AggregationLeaves} from "./AggregationLeaves.sol";
import {MerkleTree} from "./MerkleTree.sol";

/// @title Root of a batch
/// @dev Tree of eight leaves, `[logsRoot, multichainRoot, imtBegin, imtEnd, 0, 0, 0, 0]`. docs/protocol.md, "Trees".
library ChainBatchRoot {
    /// @notice Siblings between the root of the log tree and the root of the batch.
    uint256 internal constant TREE_DEPTH = 3;

    /// @dev Root of the four zero leaves.
    bytes32 private constant RESERVED = 0xb4c11951957c6f8f642c4af61cd6b24640fec6dc7fc607ee8206a99e92410d30;

    /// @notice Root of a batch of a chain that aggregates no other chain and keeps no commitment trees.
    function root(bytes32 logsRoot, uint256 chainId) internal pure returns (bytes32) {
        (bytes32 multichainRoot, bytes32 imtNode, bytes32 reserved) = logsRootSiblings(chainId);
        return MerkleTree.node(MerkleTree.node(MerkleTree.node(logsRoot, multichainRoot), imtNode), reserved);
    }

    /// @notice The path from the root of the log tree to that of the batch, lowest first.
    function logsRootSiblings(uint256 chainId)
        internal
        pure
        returns (bytes32 multichainRoot, bytes32 imtNode, bytes32 reserved)
    {
        multichainRoot = AggregationLeaves.chainIdLeaf(0, chainId);
        imtNode = MerkleTree.node(MerkleTree.EMPTY_ENTRY, MerkleTree.EMPTY_ENTRY);
        reserved = RESERVED;
    }
}
