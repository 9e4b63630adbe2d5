// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC1155} from "@openzeppelin/contracts/token/ERC1155/ERC1155.sol";
import {ERC1155URIStorage} from "@openzeppelin/contracts/token/ERC1155/extensions/ERC1155URIStorage.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {ERC721URIStorage} from "@openzeppelin/contracts/token/ERC721/extensions/ERC721URIStorage.sol";

/// @notice What issuers deploy, out of OpenZeppelin's parts: the owner mints.
contract IssuedERC20 is ERC20Permit, Ownable {
    uint8 private immutable DECIMALS;

    constructor(address owner, string memory name, string memory symbol, uint8 decimals_)
        ERC20(name, symbol)
        ERC20Permit(name)
        Ownable(owner)
    {
        DECIMALS = decimals_;
    }

    function mint(address to, uint256 amount) external onlyOwner {
        _mint(to, amount);
    }

    function decimals() public view override returns (uint8) {
        return DECIMALS;
    }
}

/// @notice Keeps a hundredth of what it moves for its owner, so no bridge can count on it.
contract TaxedERC20 is IssuedERC20 {
    constructor(address owner) IssuedERC20(owner, "Taxed", "TAX", 18) {}

    function _update(address from, address to, uint256 value) internal override {
        uint256 tax = from == address(0) ? 0 : value / 100;
        super._update(from, to, value - tax);
        if (tax != 0) super._update(from, owner(), tax);
    }
}

contract IssuedERC721 is ERC721URIStorage, Ownable {
    constructor(address owner, string memory name, string memory symbol) ERC721(name, symbol) Ownable(owner) {}

    function mint(address to, uint256 tokenId, string calldata uri) external onlyOwner {
        _mint(to, tokenId);
        _setTokenURI(tokenId, uri);
    }
}

contract IssuedERC1155 is ERC1155URIStorage, Ownable {
    constructor(address owner) ERC1155("") Ownable(owner) {}

    function mint(address to, uint256 tokenId, uint256 amount, string calldata uri) external onlyOwner {
        _mint(to, tokenId, amount, "");
        _setURI(tokenId, uri);
    }
}

/// @notice An ERC-7802 token that an issuer deployed itself; it can be made to burn less than it is asked to.
contract OwnRepresentation is ERC20, Ownable {
    address private immutable VAULT;
    uint256 public kept;

    constructor(address issuer, address vault) ERC20("Own bond", "OBND") Ownable(issuer) {
        VAULT = vault;
    }

    function keep(uint256 amount) external {
        kept = amount;
    }

    function mint(address to, uint256 amount) external onlyOwner {
        _mint(to, amount);
    }

    function crosschainMint(address to, uint256 amount) external {
        require(msg.sender == VAULT, "not the vault");
        _mint(to, amount);
    }

    function crosschainBurn(address from, uint256 amount) external {
        require(msg.sender == VAULT, "not the vault");
        _burn(from, amount - kept);
    }
}
