// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {ERC1155Holder} from "@openzeppelin/contracts/token/ERC1155/utils/ERC1155Holder.sol";

import {ISwapVenue} from "../../src/interfaces/ISwapVenue.sol";
import {VenueTokens} from "../../src/swap/venues/VenueTokens.sol";
import {SwapOutcome, VenueOrder} from "../../src/types/Swaps.sol";
import {VenueAsset} from "../../src/types/Venues.sol";

/// @notice What the atomic swap contract is to a venue: it hands the input over, calls, and measures. Outcomes are set by
/// hand.
contract VenueCaller is ERC1155Holder {
    using VenueTokens for VenueAsset;

    mapping(uint256 source => mapping(bytes32 swapId => SwapOutcome)) public outcomeOf;

    error VenueCallerNotHandedOver();
    error VenueCallerWrongAnswer(bytes4 answer);
    error VenueCallerTooLittle(uint256 least, uint256 returned);

    receive() external payable {}

    function setOutcome(uint256 source, bytes32 swapId, SwapOutcome outcome) external {
        outcomeOf[source][swapId] = outcome;
    }

    function run(ISwapVenue venue, VenueOrder calldata order) external returns (uint256 returned) {
        VenueAsset memory input = VenueAsset(order.tokenIn, order.kindIn, order.tokenIdIn, order.amountIn);
        (bool paid, uint256 arrived) = input.push(address(venue), gasleft());
        require(paid && arrived == order.amountIn, VenueCallerNotHandedOver());
        return _execute(venue, order);
    }

    /// @notice As a broken swap contract would: nothing is handed over.
    function runWithoutInput(ISwapVenue venue, VenueOrder calldata order) external returns (uint256 returned) {
        return _execute(venue, order);
    }

    function _execute(ISwapVenue venue, VenueOrder calldata order) private returns (uint256 returned) {
        VenueAsset memory output = VenueAsset(order.tokenOut, order.kindOut, order.tokenIdOut, 0);
        uint256 before = output.heldBy(address(this));
        bytes4 answer = venue.execute(order);
        require(answer == ISwapVenue.execute.selector, VenueCallerWrongAnswer(answer));
        returned = output.heldBy(address(this)) - before;
        require(returned >= order.minAmountOut, VenueCallerTooLittle(order.minAmountOut, returned));
    }
}
