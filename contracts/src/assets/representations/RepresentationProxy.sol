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
        Address.functionDelegateCall(vault.sharedImplementation(kind), initialization);
    }

    /// @dev `VAULT.sharedImplementation(KIND)`, which every call of the token pays for. The vault is trusted to answer.
    function _implementation() internal view override returns (address implementation) {
        (address vault, AssetKind kind) = (address(VAULT), KIND);
        bytes4 selector = IAssetCustody.sharedImplementation.selector;
        assembly ("memory-safe") {
            mstore(0x00, selector)
            mstore(0x04, kind)
            if iszero(staticcall(gas(), vault, 0x00, 0x24, 0x00, 0x20)) { revert(0x00, 0x00) }
            implementation := mload(0x00)
        }
    }
}
