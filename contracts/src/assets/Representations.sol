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
/// @notice One beacon per kind, owned by governance: all tokens of a kind are upgraded together, behind its delay. Anyone
/// may create tokens, whose vault they then are; where a token stands follows from its vault and its asset.
contract Representations is IRepresentations {
    UpgradeableBeacon private immutable ERC20_BEACON;
    UpgradeableBeacon private immutable ERC721_BEACON;
    UpgradeableBeacon private immutable ERC1155_BEACON;

    /// @param authority Access manager of this chain, which owns the beacons.
    constructor(address authority) {
        ERC20_BEACON = new UpgradeableBeacon(address(new BridgedERC20()), authority);
        ERC721_BEACON = new UpgradeableBeacon(address(new BridgedERC721()), authority);
        ERC1155_BEACON = new UpgradeableBeacon(address(new BridgedERC1155()), authority);
    }

    /// @inheritdoc IRepresentations
    function create(bytes32 assetId, AssetKind kind, AssetMetadata calldata metadata) external returns (address token) {
        (address beacon_, bytes memory initialization) = _of(kind, metadata);
        bytes32 salt = keccak256(abi.encode(msg.sender, assetId));
        return address(new BeaconProxy{salt: salt}(beacon_, initialization));
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
                abi.encodeCall(BridgedERC20.initialize, (msg.sender, metadata.name, metadata.symbol, metadata.decimals))
            );
        }
        if (kind == AssetKind.NonFungible) {
            return (
                address(ERC721_BEACON),
                abi.encodeCall(BridgedERC721.initialize, (msg.sender, metadata.name, metadata.symbol))
            );
        }
        return (address(ERC1155_BEACON), abi.encodeCall(BridgedERC1155.initialize, (msg.sender)));
    }
}
