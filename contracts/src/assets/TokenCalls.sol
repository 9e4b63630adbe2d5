// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IERC7802} from "@openzeppelin/contracts/interfaces/draft-IERC7802.sol";
import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {IERC1155MetadataURI} from "@openzeppelin/contracts/token/ERC1155/extensions/IERC1155MetadataURI.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC721Metadata} from "@openzeppelin/contracts/token/ERC721/extensions/IERC721Metadata.sol";

import {IAssetCustody} from "../interfaces/IAssetCustody.sol";
import {IBridgedERC1155} from "../interfaces/IBridgedERC1155.sol";
import {IBridgedERC721} from "../interfaces/IBridgedERC721.sol";
import {TokenMetadata} from "../libraries/TokenMetadata.sol";
import {AssetKind, AssetTransfer} from "../types/Assets.sol";

/// @title What a custody says to tokens, by their kind
library TokenCalls {
    /// @notice Hands what the custody keeps to the recipient.
    function handOver(AssetKind kind, AssetTransfer memory what) internal view returns (bytes memory) {
        (uint256 tokenId, uint256 amount, address to) = (what.tokenId, what.amount, what.recipient);
        if (kind == AssetKind.Fungible) return abi.encodeCall(IERC20.transfer, (to, amount));
        if (kind == AssetKind.NonFungible) return abi.encodeCall(IERC721.transferFrom, (address(this), to, tokenId));
        return abi.encodeCall(IERC1155.safeTransferFrom, (address(this), to, tokenId, amount, ""));
    }

    /// @notice Mints what stands for it to the recipient.
    function mint(AssetKind kind, AssetTransfer memory what) internal pure returns (bytes memory) {
        (uint256 tokenId, uint256 amount, address to) = (what.tokenId, what.amount, what.recipient);
        if (kind == AssetKind.Fungible) return abi.encodeCall(IERC7802.crosschainMint, (to, amount));
        if (kind == AssetKind.NonFungible) {
            return abi.encodeCall(IBridgedERC721.crosschainMint, (to, tokenId, what.tokenUri));
        }
        return abi.encodeCall(IBridgedERC1155.crosschainMint, (to, tokenId, amount, what.tokenUri));
    }

    /// @notice Asks an ERC-721 or ERC-1155 token for the URI of one of its tokens; empty where it says none.
    function uri(address token, AssetKind kind, uint256 tokenId) internal view returns (string memory) {
        bytes memory question = kind == AssetKind.NonFungible
            ? abi.encodeCall(IERC721Metadata.tokenURI, (tokenId))
            : abi.encodeCall(IERC1155MetadataURI.uri, (tokenId));
        return TokenMetadata.text(token, question);
    }

    /// @notice `IERC20(token).balanceOf(address(this))`, without the compiler's copies: it is asked twice per transfer.
    function balance(address token) internal view returns (uint256 held) {
        bytes4 selector = IERC20.balanceOf.selector;
        bool answered;
        assembly ("memory-safe") {
            mstore(0x00, selector)
            mstore(0x04, address())
            answered := staticcall(gas(), token, 0x00, 0x24, 0x00, 0x20)
            answered := and(answered, gt(returndatasize(), 0x1f))
            held := mload(0x00)
        }
        require(answered, IAssetCustody.AssetCustodyNoToken(token));
    }
}
