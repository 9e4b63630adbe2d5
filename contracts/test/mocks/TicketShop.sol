// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/interfaces/IERC20.sol";
import {IERC7786Recipient} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

/// @notice Sells tickets to buyers on other chains. A bundle pays the shop and then calls it with
/// `abi.encode(address buyer)`; since all of a bundle happens or none of it, what the shop has beyond its takings was paid
/// by the bundle that calls.
contract TicketShop is IERC7786Recipient, ERC721 {
    address public immutable HANDLER;
    IERC20 public immutable CURRENCY;
    uint256 public immutable PRICE;

    uint256 public stock;
    uint256 public takings;
    uint256 public sold;

    error TicketShopNotHandler(address caller);
    error TicketShopNotPaid(uint256 price, uint256 paid);

    /// @param handler Interop handler of this chain.
    /// @param currency Token of this chain that tickets are paid with.
    /// @param price In the currency's smallest unit.
    /// @param tickets How many there are.
    constructor(address handler, IERC20 currency, uint256 price, uint256 tickets) ERC721("Ticket", "TKT") {
        (HANDLER, CURRENCY, PRICE, stock) = (handler, currency, price, tickets);
    }

    /// @inheritdoc IERC7786Recipient
    function receiveMessage(bytes32, bytes calldata, bytes calldata payload) external payable returns (bytes4) {
        require(msg.sender == HANDLER, TicketShopNotHandler(msg.sender));
        require(stock != 0, "sold out");
        uint256 paid = CURRENCY.balanceOf(address(this)) - takings;
        require(paid >= PRICE, TicketShopNotPaid(PRICE, paid));
        --stock;
        takings += paid;
        _mint(abi.decode(payload, (address)), ++sold);
        return IERC7786Recipient.receiveMessage.selector;
    }
}
