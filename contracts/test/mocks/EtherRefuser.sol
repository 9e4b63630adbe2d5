// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IAssetCustody} from "../../src/interfaces/IAssetCustody.sol";
import {Asset} from "../../src/types/Assets.sol";

/// @notice Takes no ether, as many contracts do. What was meant for it becomes a claim, which it passes on.
contract EtherRefuser {
    /// @notice Claims what `custody` keeps for this contract, for `to`.
    function claim(IAssetCustody custody, Asset calldata asset, uint256 tokenId, address to) external {
        custody.claim(asset, tokenId, to);
    }
}
