// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {BridgedERC1155} from "./BridgedERC1155.sol";
import {BridgedERC20} from "./BridgedERC20.sol";
import {BridgedERC721} from "./BridgedERC721.sol";

/// @title Creates one implementation for whoever asks
/// @notice One contract has no room for the code of all three.
interface IImplementer {
    /// @param vault Whom the implementation obeys.
    function create(address vault) external returns (address implementation);
}

contract ERC20Implementer is IImplementer {
    /// @inheritdoc IImplementer
    function create(address vault) external returns (address) {
        return address(new BridgedERC20(vault));
    }
}

contract ERC721Implementer is IImplementer {
    /// @inheritdoc IImplementer
    function create(address vault) external returns (address) {
        return address(new BridgedERC721(vault));
    }
}

contract ERC1155Implementer is IImplementer {
    /// @inheritdoc IImplementer
    function create(address vault) external returns (address) {
        return address(new BridgedERC1155(vault));
    }
}
