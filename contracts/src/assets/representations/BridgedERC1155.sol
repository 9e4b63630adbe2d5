// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {
    ERC1155URIStorageUpgradeable
} from "@openzeppelin/contracts-upgradeable/token/ERC1155/extensions/ERC1155URIStorageUpgradeable.sol";

import {IBridgedERC1155} from "../../interfaces/IBridgedERC1155.sol";
import {IBridgedToken} from "../../interfaces/IBridgedToken.sol";

/// @title An ERC-1155 token of another chain
/// @notice ERC-1155 has receivers asked; one that refuses gets a claim in the vault instead.
contract BridgedERC1155 is IBridgedToken, IBridgedERC1155, ERC1155URIStorageUpgradeable {
    /// @inheritdoc IBridgedToken
    address public immutable VAULT;

    modifier onlyVault() {
        require(msg.sender == VAULT, BridgedTokenNotVault(msg.sender, VAULT));
        _;
    }

    constructor(address vault) {
        VAULT = vault;
        _disableInitializers();
    }

    /// @notice Sets the token up; once, by whoever creates the proxy, in the same transaction.
    function initialize() external initializer {
        __ERC1155_init("");
    }

    /// @inheritdoc IBridgedERC1155
    function crosschainMint(address to, uint256 tokenId, uint256 amount, string calldata tokenUri) external onlyVault {
        if (bytes(tokenUri).length != 0) _setURI(tokenId, tokenUri);
        _mint(to, tokenId, amount, "");
    }

    /// @inheritdoc IBridgedERC1155
    function crosschainBurn(address from, uint256 tokenId, uint256 amount) external onlyVault {
        _burn(from, tokenId, amount);
    }
}
