// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {ISwapVenue} from "../../src/interfaces/ISwapVenue.sol";
import {VenueOrder} from "../../src/types/Swaps.sol";

/// @notice Returns the same amount whatever it is given, until somebody closes it.
contract FixedVenue is ISwapVenue {
    using SafeERC20 for IERC20;

    uint256 public immutable AMOUNT;
    bool public isClosed;

    error FixedVenueClosed();

    constructor(uint256 amount) {
        AMOUNT = amount;
    }

    function setClosed(bool closed) external {
        isClosed = closed;
    }

    function execute(VenueOrder calldata order) external returns (bytes4) {
        require(!isClosed, FixedVenueClosed());
        IERC20(order.tokenOut).safeTransfer(msg.sender, AMOUNT);
        return ISwapVenue.execute.selector;
    }
}
