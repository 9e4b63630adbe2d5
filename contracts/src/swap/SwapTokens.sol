// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {AssetIds} from "../libraries/AssetIds.sol";
import {TokenMetadata} from "../libraries/TokenMetadata.sol";
import {AssetKind} from "../types/Assets.sol";

/// @title What a swap asks of tokens, by their kind
library SwapTokens {
    using SafeERC20 for IERC20;

    /// @notice What the account has of a token; 0 where there is no token yet.
    function balanceOf(address token, AssetKind kind, uint256 tokenId, address account)
        internal
        view
        returns (uint256)
    {
        if (token == address(0)) return 0;
        if (token == AssetIds.BASE_TOKEN) return account.balance;
        if (kind == AssetKind.Fungible) return IERC20(token).balanceOf(account);
        if (kind == AssetKind.MultiToken) return IERC1155(token).balanceOf(account, tokenId);
        // One that was not minted yet has no owner, and says so by reverting.
        address owner = TokenMetadata.account(token, abi.encodeCall(IERC721.ownerOf, (tokenId)));
        return owner == account ? 1 : 0;
    }

    /// @notice Lets `spender` take this much, or takes the leave back with 0.
    function allow(address token, AssetKind kind, uint256 tokenId, uint256 amount, address spender) internal {
        if (kind == AssetKind.Fungible) IERC20(token).forceApprove(spender, amount);
        else if (kind == AssetKind.MultiToken) IERC1155(token).setApprovalForAll(spender, amount != 0);
        // With the transfer it ends by itself.
        else if (amount != 0) IERC721(token).approve(spender, tokenId);
    }
}
