// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {ERC1155Holder} from "@openzeppelin/contracts/token/ERC1155/utils/ERC1155Holder.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {ISwapVenue} from "../../src/interfaces/ISwapVenue.sol";
import {AssetKind} from "../../src/types/Assets.sol";
import {VenueOrder} from "../../src/types/Swaps.sol";

/// @notice Does what it is told to: pays out of what it has, then answers, or misbehaves.
contract ScriptedVenue is ISwapVenue, ERC1155Holder {
    enum Answer {
        Selector,
        Nothing,
        OtherWord,
        Revert,
        RevertBomb,
        ReturnBomb,
        BurnAllGas
    }

    address private constant BASE_TOKEN = address(1);

    Answer public answer;
    /// @notice Bytes of zeros that a bomb answers with.
    uint256 public bombSize = 1_000_000;
    /// @dev Paid on top of the least amount, or short of it.
    int256 public extra;
    bytes public reason;
    address private _target;
    bytes private _data;
    bool public called;
    bool public succeeded;
    bytes public lastAnswer;
    uint256 public gasSeen;
    VenueOrder private _order;

    receive() external payable {}

    function answerWith(Answer answer_, int256 extra_, bytes calldata reason_) external {
        (answer, extra, reason) = (answer_, extra_, reason_);
    }

    function setBombSize(uint256 size) external {
        bombSize = size;
    }

    /// @notice Calls that with the order in hand.
    function callBack(address target, bytes calldata data) external {
        (_target, _data, called, succeeded) = (target, data, false, false);
    }

    function execute(VenueOrder calldata order) external returns (bytes4) {
        gasSeen = gasleft();
        _order = order;
        if (_target != address(0)) {
            called = true;
            (succeeded, lastAnswer) = _target.call(_data);
        }
        if (answer == Answer.BurnAllGas) while (true) gasSeen = 0;
        _pay(order, uint256(int256(order.minAmountOut) + extra));
        return _answer();
    }

    function lastOrder() external view returns (VenueOrder memory) {
        return _order;
    }

    function _pay(VenueOrder calldata order, uint256 amount) private {
        if (amount == 0) return;
        if (order.tokenOut == BASE_TOKEN) {
            (bool paid,) = msg.sender.call{value: amount}("");
            require(paid, "not paid");
        } else if (order.kindOut == AssetKind.Fungible) {
            IERC20(order.tokenOut).transfer(msg.sender, amount);
        } else if (order.kindOut == AssetKind.NonFungible) {
            IERC721(order.tokenOut).safeTransferFrom(address(this), msg.sender, order.tokenIdOut);
        } else {
            IERC1155(order.tokenOut).safeTransferFrom(address(this), msg.sender, order.tokenIdOut, amount, "");
        }
    }

    function _answer() private view returns (bytes4) {
        bytes memory data = reason;
        if (answer == Answer.Selector) return ISwapVenue.execute.selector;
        if (answer == Answer.OtherWord) return 0x12345678;
        bool isBomb = answer == Answer.RevertBomb || answer == Answer.ReturnBomb;
        bool isRevert = answer == Answer.Revert || answer == Answer.RevertBomb;
        uint256 size = isBomb ? bombSize : answer == Answer.Revert ? data.length : 0;
        assembly {
            if isRevert { revert(add(data, 0x20), size) }
            return(add(data, 0x20), size)
        }
    }
}
