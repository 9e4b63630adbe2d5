// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {ERC1155Holder} from "@openzeppelin/contracts/token/ERC1155/utils/ERC1155Holder.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IAdapterRunner} from "../../interfaces/IAdapterRunner.sol";
import {IAdapterVenue} from "../../interfaces/IAdapterVenue.sol";
import {ISwapVenue} from "../../interfaces/ISwapVenue.sol";
import {VenueOrder} from "../../types/Swaps.sol";
import {AdapterCall, VenueAsset} from "../../types/Venues.sol";
import {AdapterRunner} from "./AdapterRunner.sol";
import {VenueTokens} from "./VenueTokens.sol";

/// @title A venue that makes one call, of whatever the order names
/// @notice Holds nothing between orders and calls no target itself.
contract AdapterVenue is IAdapterVenue, ISwapVenue, ERC1155Holder, ReentrancyGuardTransient {
    using VenueTokens for VenueAsset;

    /// @inheritdoc IAdapterVenue
    address public immutable SWAP;
    /// @inheritdoc IAdapterVenue
    address public immutable RUNNER;

    constructor(address swap) {
        require(swap != address(0), AdapterVenueZeroAddress());
        SWAP = swap;
        RUNNER = address(new AdapterRunner());
    }

    /// @notice Takes the input of an order where that is the base token.
    receive() external payable {}

    /// @inheritdoc ISwapVenue
    function execute(VenueOrder calldata order) external nonReentrant returns (bytes4) {
        require(msg.sender == SWAP, AdapterVenueNotSwap(msg.sender, SWAP));
        AdapterCall memory what = abi.decode(order.data, (AdapterCall));
        _checkCall(order, what);
        VenueAsset memory input = VenueAsset(order.tokenIn, order.kindIn, order.tokenIdIn, order.amountIn);
        VenueAsset memory output = VenueAsset(order.tokenOut, order.kindOut, order.tokenIdOut, 0);

        address runner = Clones.clone(RUNNER);
        (, uint256 arrived) = input.push(runner, gasleft());
        require(arrived == input.amount, AdapterVenueNotExact(input.token, input.amount, arrived));
        IAdapterRunner(runner).run(what, input, output, SWAP);
        return ISwapVenue.execute.selector;
    }

    function _checkCall(VenueOrder calldata order, AdapterCall memory what) private view {
        bool isTarget = what.target.code.length != 0 && what.target != SWAP && what.target != address(this);
        require(isTarget, AdapterVenueBadTarget(what.target));
        bool isCounterparty = order.counterparty == address(0) || order.counterparty == what.target;
        require(isCounterparty, AdapterVenueWrongCounterparty(what.target, order.counterparty));
        address to = what.leftoverTo;
        bool isAccount = to != address(0) && to != SWAP && to != address(this);
        require(isAccount, AdapterVenueBadLeftoverAccount(to));
        bool isSame = order.tokenIn == order.tokenOut && order.tokenIdIn == order.tokenIdOut;
        require(!isSame, AdapterVenueSameAsset(order.tokenIn));
    }
}
