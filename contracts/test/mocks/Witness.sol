// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IAssetCustody} from "../../src/interfaces/IAssetCustody.sol";
import {IAtomicSwap} from "../../src/interfaces/IAtomicSwap.sol";
import {LockStatus, SwapOutcome} from "../../src/types/Swaps.sol";

/// @notice Writes down what anybody can read of a swap at that moment, as a lender or an oracle would.
contract Witness {
    struct Sight {
        SwapOutcome outcome;
        LockStatus status;
        uint256 locked;
        uint256 ofTheVault;
        uint256 ofTheSwap;
        uint256 ofTheVenue;
    }

    Sight[] private _sights;

    /// @param token One that is at home here.
    function look(IAtomicSwap swap, IAssetCustody vault, IERC20 token, address venue, uint256 source, bytes32 id)
        external
    {
        _sights.push(
            Sight({
                outcome: swap.outcomeOf(source, id),
                status: swap.lockStatus(id),
                locked: vault.locked(address(token)),
                ofTheVault: token.balanceOf(address(vault)),
                ofTheSwap: token.balanceOf(address(swap)),
                ofTheVenue: token.balanceOf(venue)
            })
        );
    }

    function sights() external view returns (Sight[] memory) {
        return _sights;
    }
}
