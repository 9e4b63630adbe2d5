// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {ERC1155Holder} from "@openzeppelin/contracts/token/ERC1155/utils/ERC1155Holder.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ERC721Holder} from "@openzeppelin/contracts/token/ERC721/utils/ERC721Holder.sol";

import {IAdapterRunner} from "../../interfaces/IAdapterRunner.sol";
import {AssetIds} from "../../libraries/AssetIds.sol";
import {BoundedCall} from "../../libraries/BoundedCall.sol";
import {AssetKind} from "../../types/Assets.sol";
import {AdapterCall, VenueAsset} from "../../types/Venues.sol";
import {VenueTokens} from "./VenueTokens.sol";

/// @title What makes the call of one order of the adapter venue
/// @notice Has an address of its own for each order, so that no right it gets or gives outlives the order.
contract AdapterRunner is IAdapterRunner, ERC721Holder, ERC1155Holder {
    using SafeERC20 for IERC20;
    using VenueTokens for VenueAsset;

    /// @dev Part of the code, which clones share.
    address private immutable ADAPTER;

    constructor() {
        ADAPTER = msg.sender;
    }

    /// @notice Takes base tokens: an input, an output, or what a target gives back.
    receive() external payable {}

    /// @inheritdoc IAdapterRunner
    function run(AdapterCall calldata what, VenueAsset calldata input, VenueAsset calldata output, address outputTo)
        external
    {
        require(msg.sender == ADAPTER, AdapterRunnerNotAdapter(msg.sender, ADAPTER));
        bool isBase = input.token == AssetIds.BASE_TOKEN;
        if (!isBase) _allow(input, what.target);
        uint256 value = isBase ? input.amount : 0;
        (bool success, bytes memory answer) = BoundedCall.callWithValue(what.target, value, gasleft(), what.callData);
        require(success, AdapterRunnerCallFailed(what.target, answer));
        if (!isBase) _disallow(input, what.target);
        _payAll(output, outputTo);
        _payAll(input, what.leftoverTo);
    }

    function _allow(VenueAsset memory input, address target) private {
        if (input.kind == AssetKind.Fungible) IERC20(input.token).forceApprove(target, input.amount);
        else if (input.kind == AssetKind.NonFungible) IERC721(input.token).approve(target, input.tokenId);
        else IERC1155(input.token).setApprovalForAll(target, true);
    }

    /// @dev An ERC-721 token forgets the allowance when it moves, and it will.
    function _disallow(VenueAsset memory input, address target) private {
        if (input.kind == AssetKind.Fungible) IERC20(input.token).forceApprove(target, 0);
        else if (input.kind == AssetKind.MultiToken) IERC1155(input.token).setApprovalForAll(target, false);
    }

    function _payAll(VenueAsset memory what, address to) private {
        what.amount = what.heldBy(address(this));
        if (what.amount == 0) return;
        (bool paid,) = what.push(to, gasleft());
        require(paid, AdapterRunnerNotPaid(what.token, to, what.amount));
    }
}
