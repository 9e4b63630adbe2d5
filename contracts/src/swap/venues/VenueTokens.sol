// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {AssetIds} from "../../libraries/AssetIds.sol";
import {BoundedCall} from "../../libraries/BoundedCall.sol";
import {AssetKind} from "../../types/Assets.sol";
import {VenueAsset} from "../../types/Venues.sol";

/// @title How venues move and measure assets, whatever their kind
library VenueTokens {
    using SafeERC20 for IERC20;

    /// @notice What is counted as one.
    function keyOf(VenueAsset memory what) internal pure returns (bytes32) {
        return keccak256(abi.encode(what.token, what.kind, what.tokenId));
    }

    /// @notice Whether the amount is one that its kind can have.
    function isWellFormed(VenueAsset memory what) internal pure returns (bool) {
        if (what.token == AssetIds.BASE_TOKEN && what.kind != AssetKind.Fungible) return false;
        if (what.kind == AssetKind.NonFungible) return what.amount == 1;
        return what.amount != 0 && (what.kind == AssetKind.MultiToken || what.tokenId == 0);
    }

    /// @notice What `account` has of the asset; 0 of an ERC-721 token that does not exist.
    function heldBy(VenueAsset memory what, address account) internal view returns (uint256) {
        if (what.token == AssetIds.BASE_TOKEN) return account.balance;
        if (what.kind == AssetKind.Fungible) return IERC20(what.token).balanceOf(account);
        if (what.kind == AssetKind.MultiToken) return IERC1155(what.token).balanceOf(account, what.tokenId);
        try IERC721(what.token).ownerOf(what.tokenId) returns (address owner) {
            return owner == account ? 1 : 0;
        } catch {
            return 0;
        }
    }

    /// @notice Takes a token, which is not the base token, from an account that allowed it. What arrives is for the caller to
    /// measure.
    function pull(VenueAsset memory what, address from) internal {
        (address token, uint256 tokenId) = (what.token, what.tokenId);
        if (what.kind == AssetKind.Fungible) {
            IERC20(token).safeTransferFrom(from, address(this), what.amount);
        } else if (what.kind == AssetKind.NonFungible) {
            IERC721(token).transferFrom(from, address(this), tokenId);
        } else {
            IERC1155(token).safeTransferFrom(from, address(this), tokenId, what.amount, "");
        }
    }

    /// @notice Hands the asset from this contract to `to`, with at most `gasLimit` gas for whoever is called.
    /// @return paid False where the call reverted, or where the token says that it moved nothing; then nothing has moved.
    /// @return arrived What `to` has more than before. Only fungible tokens are measured; anything else cannot arrive in part.
    function push(VenueAsset memory what, address to, uint256 gasLimit) internal returns (bool paid, uint256 arrived) {
        bool isBase = what.token == AssetIds.BASE_TOKEN;
        bool isMeasured = what.kind == AssetKind.Fungible && !isBase;
        uint256 before = isMeasured ? heldBy(what, to) : 0;
        if (isBase) (paid,) = BoundedCall.callWithValue(to, what.amount, gasLimit, "");
        else paid = _callToken(what.token, gasLimit, _handOver(what, to));
        if (!paid) return (false, 0);
        if (!isMeasured) return (true, what.amount);
        uint256 afterwards = heldBy(what, to);
        return (true, afterwards > before ? afterwards - before : 0);
    }

    function _handOver(VenueAsset memory what, address to) private view returns (bytes memory) {
        (uint256 tokenId, uint256 amount) = (what.tokenId, what.amount);
        if (what.kind == AssetKind.Fungible) return abi.encodeCall(IERC20.transfer, (to, amount));
        if (what.kind == AssetKind.NonFungible) {
            return abi.encodeCall(IERC721.transferFrom, (address(this), to, tokenId));
        }
        return abi.encodeCall(IERC1155.safeTransferFrom, (address(this), to, tokenId, amount, ""));
    }

    /// @dev Success is what SafeERC20 takes for it: no revert, and an answer of nothing or of `true`.
    function _callToken(address token, uint256 gasLimit, bytes memory data) private returns (bool) {
        if (token.code.length == 0) return false;
        (bool success, bytes memory answer) = BoundedCall.call(token, gasLimit, data);
        if (!success || answer.length == 0) return success;
        return answer.length >= 0x20 && abi.decode(answer, (uint256)) == 1;
    }
}
