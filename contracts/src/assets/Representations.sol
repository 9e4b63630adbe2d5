// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAssetCustody} from "../interfaces/IAssetCustody.sol";
import {IImplementer} from "../interfaces/IImplementer.sol";
import {IRepresentations} from "../interfaces/IRepresentations.sol";
import {AssetKind, AssetMetadata} from "../types/Assets.sol";
import {BridgedERC1155} from "./representations/BridgedERC1155.sol";
import {BridgedERC20} from "./representations/BridgedERC20.sol";
import {BridgedERC721} from "./representations/BridgedERC721.sol";
import {ERC1155Implementer, ERC20Implementer, ERC721Implementer} from "./representations/Implementers.sol";
import {RepresentationProxy} from "./representations/RepresentationProxy.sol";

/// @title Creates the tokens that stand for those of other chains
/// @notice Apart from the vault for the size of its code, and without knowing it, so that each can stand at an address that
/// follows from its code.
contract Representations is IRepresentations {
    IImplementer private immutable ERC20 = new ERC20Implementer();
    IImplementer private immutable ERC721 = new ERC721Implementer();
    IImplementer private immutable ERC1155 = new ERC1155Implementer();

    /// @inheritdoc IRepresentations
    function implement(AssetKind kind) external returns (address) {
        if (kind == AssetKind.Fungible) return ERC20.create(msg.sender);
        return (kind == AssetKind.NonFungible ? ERC721 : ERC1155).create(msg.sender);
    }

    /// @inheritdoc IRepresentations
    function create(bytes32 assetId, AssetKind kind, AssetMetadata calldata metadata) external returns (address token) {
        bytes memory initialization = _initialization(kind, metadata);
        bytes32 salt = keccak256(abi.encode(msg.sender, assetId));
        return address(new RepresentationProxy{salt: salt}(IAssetCustody(msg.sender), kind, initialization));
    }

    function _initialization(AssetKind kind, AssetMetadata calldata metadata) private pure returns (bytes memory) {
        if (kind == AssetKind.Fungible) {
            return abi.encodeCall(BridgedERC20.initialize, (metadata.name, metadata.symbol, metadata.decimals));
        }
        if (kind == AssetKind.NonFungible) {
            return abi.encodeCall(BridgedERC721.initialize, (metadata.name, metadata.symbol));
        }
        return abi.encodeCall(BridgedERC1155.initialize, ());
    }
}
