// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {EtherRefuser} from "./EtherRefuser.sol";

/// @notice Answers with as many zeros as it is told, whether it gets base tokens or is asked for tokens with ids. Where it
/// does not revert, the first word of the answer is what the hooks of ERC-721 and ERC-1155 want.
contract BombAccount is EtherRefuser {
    bool private _reverts;
    uint256 private _size;

    receive() external payable {
        _answer();
    }

    fallback() external payable {
        _answer();
    }

    function answerWith(bool reverts, uint256 size) external {
        (_reverts, _size) = (reverts, size);
    }

    function _answer() private view {
        (bool reverts, uint256 size, bytes32 word) = (_reverts, _size, msg.sig);
        assembly {
            if reverts { revert(0x80, size) }
            mstore(0x80, word)
            return(0x80, size)
        }
    }
}
