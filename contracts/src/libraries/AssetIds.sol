// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Asset, AssetKind} from "../types/Assets.sol";

/// @title Identifiers of assets, docs/protocol.md "Assets"
library AssetIds {
    /// @notice Stands for a chain's base token where a token is asked for, and for ether in the asset id of L1's.
    address internal constant BASE_TOKEN = address(1);

    /// @dev Address of ZK Stack's native token vault, a constant of the format.
    address private constant NATIVE_TOKEN_VAULT = address(0x10004);

    /// @notice Id of a token of a chain.
    /// @return id `keccak256(abi.encode(originChainId, NATIVE_TOKEN_VAULT, originToken))`.
    function assetId(uint256 originChainId, address originToken) internal pure returns (bytes32 id) {
        address vault = NATIVE_TOKEN_VAULT;
        // Free memory serves as scratch space and is not claimed.
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, originChainId)
            mstore(add(start, 0x20), vault)
            mstore(add(start, 0x40), and(originToken, 0xffffffffffffffffffffffffffffffffffffffff))
            id := keccak256(start, 0x60)
        }
    }

    /// @notice What is counted as one: a fungible asset, or one token of another. An asset reported under a kind that is
    /// not its own is counted apart, where nothing was ever credited.
    function ledgerKey(Asset memory asset, uint256 tokenId) internal pure returns (bytes32) {
        bytes32 id = assetId(asset.originChainId, asset.originToken);
        return asset.kind == AssetKind.Fungible ? id : keccak256(abi.encode(id, asset.kind, tokenId));
    }
}
