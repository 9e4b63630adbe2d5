// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IBaseTokenHolder} from "../interfaces/IBaseTokenHolder.sol";

/// @title Holds what a chain's base token is paid from
/// @notice Created by the vault. Whatever is sent here is out of circulation.
contract BaseTokenHolder is IBaseTokenHolder {
    address private immutable VAULT;

    constructor() {
        VAULT = msg.sender;
    }

    receive() external payable {}

    /// @inheritdoc IBaseTokenHolder
    function pay(address to, uint256 amount, uint256 gasLimit) external returns (bool paid) {
        require(msg.sender == VAULT, BaseTokenHolderNotVault(msg.sender, VAULT));
        // Nothing of the answer is copied.
        assembly ("memory-safe") {
            paid := call(gasLimit, to, amount, 0, 0, 0, 0)
        }
    }
}
