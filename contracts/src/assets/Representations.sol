// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAssetCustody} from "../interfaces/IAssetCustody.sol";
import {IRepresentations} from "../interfaces/IRepresentations.sol";
import {AssetKind, AssetMetadata} from "../types/Assets.sol";
import {BridgedERC1155} from "./representations/BridgedERC1155.sol";
import {BridgedERC20} from "./representations/BridgedERC20.sol";
import {BridgedERC721} from "./representations/BridgedERC721.sol";
import {RepresentationProxy} from "./representations/RepresentationProxy.sol";

/// @title Creates the tokens that stand for those of other chains
/// @notice Apart from the vault for the size of its code. All tokens of a kind are upgraded together, by the vault.
contract Representations is IRepresentations {
    /// @inheritdoc IRepresentations
    address public immutable VAULT;

    address private immutable ERC20;
    address private immutable ERC721;
    address private immutable ERC1155;

    /// @param vault Address at which the vault, or the shared bridge, stands or will stand.
    constructor(address vault) {
        require(vault != address(0), RepresentationsZeroVault());
        VAULT = vault;
        ERC20 = address(new BridgedERC20(vault));
        ERC721 = address(new BridgedERC721(vault));
        ERC1155 = address(new BridgedERC1155(vault));
    }

    /// @inheritdoc IRepresentations
    function create(bytes32 assetId, AssetKind kind, AssetMetadata calldata metadata) external returns (address token) {
        require(msg.sender == VAULT, RepresentationsNotVault(msg.sender, VAULT));
        bytes memory initialization = _initialization(kind, metadata);
        return address(new RepresentationProxy{salt: assetId}(IAssetCustody(VAULT), kind, initialization));
    }

    /// @inheritdoc IRepresentations
    function implementation(AssetKind kind) external view returns (address) {
        if (kind == AssetKind.Fungible) return ERC20;
        return kind == AssetKind.NonFungible ? ERC721 : ERC1155;
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
