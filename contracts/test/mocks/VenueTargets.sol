// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {PlainERC1155, PlainERC20, PlainERC721} from "./PlainTokens.sol";

/// @notice A market that knows nothing of swaps: takes from its caller, by allowance or value, and mints what was ordered.
contract Market {
    address public lastCaller;
    bytes public lastAnswer;
    bool public succeeded;

    error MarketClosed(string why);

    receive() external payable {}

    function buy(address tokenIn, uint256 take, PlainERC20 tokenOut, uint256 give) external payable {
        lastCaller = msg.sender;
        if (take != 0) require(IERC20(tokenIn).transferFrom(msg.sender, address(this), take), MarketClosed("take"));
        if (give != 0) tokenOut.mint(msg.sender, give);
    }

    /// @notice Takes value, and gives some of it back.
    function buyWithChange(uint256 change, PlainERC20 tokenOut, uint256 give) external payable {
        (bool success,) = msg.sender.call{value: change}("");
        require(success, MarketClosed("change"));
        tokenOut.mint(msg.sender, give);
    }

    function sell(address tokenIn, uint256 take, uint256 value) external {
        require(IERC20(tokenIn).transferFrom(msg.sender, address(this), take), MarketClosed("take"));
        (bool success,) = msg.sender.call{value: value}("");
        require(success, MarketClosed("value"));
    }

    function frame(PlainERC721 deeds, uint256 deed, PlainERC1155 coins, uint256 id, uint256 amount) external {
        deeds.transferFrom(msg.sender, address(this), deed);
        coins.mint(msg.sender, id, amount);
    }

    function melt(IERC1155 coins, uint256 id, uint256 take, PlainERC721 deeds, uint256 deed) external {
        coins.safeTransferFrom(msg.sender, address(this), id, take, "");
        deeds.mint(msg.sender, deed);
    }

    function onERC1155Received(address, address, uint256, uint256, bytes calldata) external pure returns (bytes4) {
        return this.onERC1155Received.selector;
    }

    /// @notice Takes the input and makes any call besides, swallowing its failure.
    function relay(address tokenIn, uint256 take, PlainERC20 tokenOut, uint256 give, address to, bytes calldata data)
        external
        returns (bool success, bytes memory answer)
    {
        require(IERC20(tokenIn).transferFrom(msg.sender, address(this), take), MarketClosed("take"));
        tokenOut.mint(msg.sender, give);
        (success, answer) = to.call(data);
        lastAnswer = answer;
        succeeded = success;
    }

    function fail(string calldata why) external pure {
        revert MarketClosed(why);
    }

    /// @notice Reverts with a megabyte.
    function bomb() external pure {
        assembly {
            revert(0x80, 1000000)
        }
    }
}

/// @notice An ERC-721 token that is worth something to whoever gives it up.
contract Voucher is PlainERC721 {
    function redeem(uint256 tokenId, PlainERC20 tokenOut, uint256 give) external {
        _burn(tokenId);
        tokenOut.mint(msg.sender, give);
    }
}
