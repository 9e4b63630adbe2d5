// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {ERC1155Holder} from "@openzeppelin/contracts/token/ERC1155/utils/ERC1155Holder.sol";
import {IERC721Receiver} from "@openzeppelin/contracts/token/ERC721/IERC721Receiver.sol";

import {FixedVenue} from "./FixedVenue.sol";

/// @notice Makes one call whenever it is given something, and remembers how that went.
abstract contract CallingBack is ERC1155Holder, IERC721Receiver {
    address private _target;
    bytes private _data;
    uint256 public calls;
    uint256 public successes;
    bytes public lastAnswer;

    function hook(address target, bytes calldata data) external {
        (_target, _data, calls, successes) = (target, data, 0, 0);
    }

    function onERC721Received(address, address, uint256, bytes calldata) external returns (bytes4) {
        _callBack();
        return IERC721Receiver.onERC721Received.selector;
    }

    function onERC1155Received(address, address, uint256, uint256, bytes memory) public override returns (bytes4) {
        _callBack();
        return this.onERC1155Received.selector;
    }

    function _callBack() internal {
        ++calls;
        (bool success, bytes memory answer) = _target.call(_data);
        if (success) ++successes;
        lastAnswer = answer;
    }
}

/// @notice Whoever a swap pays.
contract CallingAccount is CallingBack {
    receive() external payable {
        _callBack();
    }
}

/// @notice A venue that is a receiver of tokens as well.
contract CallingVenue is FixedVenue, CallingBack {
    constructor(uint256 amount) FixedVenue(amount) {}
}
