// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {
    ERC20BridgeableUpgradeable
} from "@openzeppelin/contracts-upgradeable/token/ERC20/extensions/draft-ERC20BridgeableUpgradeable.sol";
import {
    ERC20PermitUpgradeable
} from "@openzeppelin/contracts-upgradeable/token/ERC20/extensions/ERC20PermitUpgradeable.sol";

import {IBridgedToken} from "../../interfaces/IBridgedToken.sol";

/// @title An ERC-20 token of another chain
/// @notice ERC-20 with permit (ERC-2612) and crosschain minting (ERC-7802). The vault alone mints and burns.
contract BridgedERC20 is IBridgedToken, ERC20PermitUpgradeable, ERC20BridgeableUpgradeable {
    /// @inheritdoc IBridgedToken
    address public immutable VAULT;

    uint8 private _decimals;

    constructor(address vault) {
        VAULT = vault;
        _disableInitializers();
    }

    /// @notice Sets what the origin token is called; once, by whoever creates the proxy, in the same transaction.
    function initialize(string calldata name_, string calldata symbol_, uint8 decimals_) external initializer {
        __ERC20_init(name_, symbol_);
        __ERC20Permit_init(name_);
        _decimals = decimals_;
    }

    /// @notice Decimals of the origin token.
    function decimals() public view override returns (uint8) {
        return _decimals;
    }

    function _checkTokenBridge(address caller) internal view override {
        require(caller == VAULT, BridgedTokenNotVault(caller, VAULT));
    }
}
