// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {
    ERC721URIStorageUpgradeable
} from "@openzeppelin/contracts-upgradeable/token/ERC721/extensions/ERC721URIStorageUpgradeable.sol";

import {IBridgedERC721} from "../../interfaces/IBridgedERC721.sol";
import {IBridgedToken} from "../../interfaces/IBridgedToken.sol";

/// @title An ERC-721 token of another chain
/// @notice The URI of a token comes along with it; an empty one leaves that which is known.
contract BridgedERC721 is IBridgedToken, IBridgedERC721, ERC721URIStorageUpgradeable {
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

    /// @notice Sets what the origin token is called; once, by whoever creates the proxy, in the same transaction.
    function initialize(string calldata name_, string calldata symbol_) external initializer {
        __ERC721_init(name_, symbol_);
    }

    /// @inheritdoc IBridgedERC721
    /// @dev Without the receiver's hook: a contract that does not expect tokens must not keep a message from arriving.
    function crosschainMint(address to, uint256 tokenId, string calldata tokenUri) external onlyVault {
        _mint(to, tokenId);
        if (bytes(tokenUri).length != 0) _setTokenURI(tokenId, tokenUri);
    }

    /// @inheritdoc IBridgedERC721
    function crosschainBurn(address from, uint256 tokenId) external onlyVault {
        require(_ownerOf(tokenId) == from, BridgedTokenNotOwner(from, tokenId));
        _burn(tokenId);
    }
}
