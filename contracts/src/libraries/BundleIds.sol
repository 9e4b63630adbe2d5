// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {MerkleTree} from "./MerkleTree.sol";

/// @title Identifiers of bundles and of the calls in them
library BundleIds {
    /// @notice `keccak256(bundleHash ‖ callIndex)`: the `sendId` at the source and the `receiveId` at the destination.
    function receiveId(bytes32 bundleHash, uint256 callIndex) internal pure returns (bytes32) {
        return MerkleTree.node(bundleHash, bytes32(callIndex));
    }

    /// @notice Both hashes of a bundle, from one copy of it.
    /// @return bundleHash `keccak256(abi.encode(sourceChainId, bundle))`.
    /// @return messageHash `keccak256(0x01 ‖ bundle)`, the value in the leaf of the bundle's message.
    function hashes(uint256 sourceChainId, bytes calldata bundle)
        internal
        pure
        returns (bytes32 bundleHash, bytes32 messageHash)
    {
        // Free memory serves as scratch space and is not claimed.
        assembly ("memory-safe") {
            let head := mload(0x40)
            let text := add(head, 0x60)
            calldatacopy(text, bundle.offset, bundle.length)
            mstore(add(text, bundle.length), 0)
            mstore(head, sourceChainId)
            mstore(add(head, 0x20), 0x40)
            mstore(add(head, 0x40), bundle.length)
            bundleHash := keccak256(head, add(0x60, and(add(bundle.length, 0x1f), not(0x1f))))
            mstore8(sub(text, 1), 0x01)
            messageHash := keccak256(sub(text, 1), add(bundle.length, 1))
        }
    }
}
