// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice OpenZeppelin's ERC-20 and nothing else.
contract PlainToken is ERC20 {
    constructor(address owner) ERC20("Token", "TKN") {
        _mint(owner, 1_000_000);
    }
}
