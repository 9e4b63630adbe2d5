// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Proxy} from "@openzeppelin/contracts/proxy/Proxy.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

import {IAssetCustody} from "../../interfaces/IAssetCustody.sol";
import {AssetKind} from "../../types/Assets.sol";

/// @title A token of another chain, at its address on this one
/// @notice A beacon proxy whose beacon is the vault: the vault is the one that calls it most, and asking a contract that
/// is already being executed costs 2,500 gas less than asking a beacon of its own.
contract RepresentationProxy is Proxy {
    IAssetCustody private immutable VAULT;
    AssetKind private immutable KIND;

    /// @param initialization Call that the token is set up with.
    constructor(IAssetCustody vault, AssetKind kind, bytes memory initialization) {
        (VAULT, KIND) = (vault, kind);
        Address.functionDelegateCall(vault.implementation(kind), initialization);
    }

    function _implementation() internal view override returns (address) {
        return VAULT.implementation(KIND);
    }
}
