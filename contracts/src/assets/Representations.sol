// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {BeaconProxy} from "@openzeppelin/contracts/proxy/beacon/BeaconProxy.sol";
import {UpgradeableBeacon} from "@openzeppelin/contracts/proxy/beacon/UpgradeableBeacon.sol";

import {IRepresentations} from "../interfaces/IRepresentations.sol";
import {AssetKind, AssetMetadata} from "../types/Assets.sol";
import {BridgedERC1155} from "./representations/BridgedERC1155.sol";
import {BridgedERC20} from "./representations/BridgedERC20.sol";
import {BridgedERC721} from "./representations/BridgedERC721.sol";

/// @title Creates the tokens that stand for those of other chains
/// @notice One beacon per kind, owned by governance: all tokens of a kind are upgraded together, behind its delay.
contract Representations is IRepresentations {
    address private immutable VAULT;
    UpgradeableBeacon private immutable ERC20_BEACON;
    UpgradeableBeacon private immutable ERC721_BEACON;
    UpgradeableBeacon private immutable ERC1155_BEACON;

    /// @dev Created by its vault.
    /// @param authority Access manager of this chain, which owns the beacons.
    constructor(address authority) {
        VAULT = msg.sender;
        ERC20_BEACON = new UpgradeableBeacon(address(new BridgedERC20(msg.sender)), authority);
        ERC721_BEACON = new UpgradeableBeacon(address(new BridgedERC721(msg.sender)), authority);
        ERC1155_BEACON = new UpgradeableBeacon(address(new BridgedERC1155(msg.sender)), authority);
    }

    /// @inheritdoc IRepresentations
    function create(bytes32 assetId, AssetKind kind, AssetMetadata calldata metadata) external returns (address token) {
        require(msg.sender == VAULT, RepresentationsNotVault(msg.sender, VAULT));
        (address beacon_, bytes memory initialization) = _of(kind, metadata);
        return address(new BeaconProxy{salt: assetId}(beacon_, initialization));
    }

    /// @inheritdoc IRepresentations
    function beacon(AssetKind kind) external view returns (address) {
        if (kind == AssetKind.Fungible) return address(ERC20_BEACON);
        return kind == AssetKind.NonFungible ? address(ERC721_BEACON) : address(ERC1155_BEACON);
    }

    function _of(AssetKind kind, AssetMetadata calldata metadata)
        private
        view
        returns (address beacon_, bytes memory initialization)
    {
        if (kind == AssetKind.Fungible) {
            return (
                address(ERC20_BEACON),
                abi.encodeCall(BridgedERC20.initialize, (metadata.name, metadata.symbol, metadata.decimals))
            );
        }
        if (kind == AssetKind.NonFungible) {
            return (address(ERC721_BEACON), abi.encodeCall(BridgedERC721.initialize, (metadata.name, metadata.symbol)));
        }
        return (address(ERC1155_BEACON), abi.encodeCall(BridgedERC1155.initialize, ()));
    }
}
