// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ISwapDeployer} from "../interfaces/ISwapDeployer.sol";
import {AtomicSwap} from "./AtomicSwap.sol";

/// @title Creates atomic swap contracts
/// @notice A vault creates its own in its constructor, and could not hold its code as well.
contract SwapDeployer is ISwapDeployer {
    /// @inheritdoc ISwapDeployer
    function deploy(address authority, address center, address handler, uint256 l1ChainId, address l1Swaps)
        external
        returns (address swap)
    {
        bytes32 salt = bytes32(uint256(uint160(msg.sender)));
        return address(new AtomicSwap{salt: salt}(authority, msg.sender, center, handler, l1ChainId, l1Swaps));
    }
}
