// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IImplementer} from "../../interfaces/IImplementer.sol";
import {BridgedERC1155} from "./BridgedERC1155.sol";
import {BridgedERC20} from "./BridgedERC20.sol";
import {BridgedERC721} from "./BridgedERC721.sol";

/// @title Creates what ERC-20 representations run
contract ERC20Implementer is IImplementer {
    /// @inheritdoc IImplementer
    function create(address vault) external returns (address) {
        return address(new BridgedERC20(vault));
    }
}

/// @title Creates what ERC-721 representations run
contract ERC721Implementer is IImplementer {
    /// @inheritdoc IImplementer
    function create(address vault) external returns (address) {
        return address(new BridgedERC721(vault));
    }
}

/// @title Creates what ERC-1155 representations run
contract ERC1155Implementer is IImplementer {
    /// @inheritdoc IImplementer
    function create(address vault) external returns (address) {
        return address(new BridgedERC1155(vault));
    }
}
