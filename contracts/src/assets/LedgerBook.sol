// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAssetLedger} from "../interfaces/IAssetLedger.sol";

/// @title The arithmetic of the ledger
/// @notice Every change is a debit followed by an equal credit. Who may ask for one, and for which asset, `AssetLedger` knows;
/// apart from it so that `make prove-ledger` can prove the identity of what is deployed.
abstract contract LedgerBook is IAssetLedger {
    /// @inheritdoc IAssetLedger
    mapping(uint256 chainId => mapping(bytes32 key => uint256)) public balance;
    /// @inheritdoc IAssetLedger
    mapping(uint256 source => mapping(uint256 destination => mapping(bytes32 key => uint256))) public pending;
    /// @inheritdoc IAssetLedger
    mapping(bytes32 key => uint256) public issued;
    /// @inheritdoc IAssetLedger
    mapping(bytes32 key => uint256) public held;

    /// @dev What the source had is on its way.
    function _send(bytes32 key, uint256 home, uint256 source, uint256 destination, uint256 amount) internal {
        _take(key, home, source, amount);
        pending[source][destination][key] += amount;
        emit AssetSent(key, source, destination, amount);
    }

    /// @dev What was on its way is there.
    function _arrive(bytes32 key, uint256 home, uint256 source, uint256 destination, uint256 amount) internal {
        _takePending(key, source, destination, amount);
        _give(key, home, destination, amount);
        emit AssetArrived(key, source, destination, amount);
    }

    /// @dev What was on its way is where it came from.
    function _takeBack(bytes32 key, uint256 home, uint256 source, uint256 destination, uint256 amount) internal {
        _takePending(key, source, destination, amount);
        _give(key, home, source, amount);
        emit AssetTakenBack(key, source, destination, amount);
    }

    /// @dev What the chain had, swaps hold.
    function _hold(bytes32 key, uint256 home, uint256 chainId, uint256 amount) internal {
        _take(key, home, chainId, amount);
        held[key] += amount;
        emit AssetHeld(key, chainId, amount);
    }

    /// @dev What swaps held, the chain has.
    function _release(bytes32 key, uint256 home, uint256 chainId, uint256 amount) internal {
        uint256 available = held[key];
        require(available >= amount, AssetLedgerHeldTooLow(key, available, amount));
        held[key] = available - amount;
        _give(key, home, chainId, amount);
        emit AssetReleased(key, chainId, amount);
    }

    /// @dev Home issues, others spend what they have.
    function _take(bytes32 key, uint256 home, uint256 chainId, uint256 amount) private {
        if (home == chainId) {
            issued[key] += amount;
        } else {
            uint256 available = balance[chainId][key];
            require(available >= amount, AssetLedgerBalanceTooLow(chainId, key, available, amount));
            balance[chainId][key] = available - amount;
        }
    }

    function _takePending(bytes32 key, uint256 source, uint256 destination, uint256 amount) private {
        uint256 available = pending[source][destination][key];
        require(available >= amount, AssetLedgerPendingTooLow(source, destination, key, available, amount));
        pending[source][destination][key] = available - amount;
    }

    /// @dev Home retires, others have it. What is pending or held was issued before, so `issued` covers it.
    function _give(bytes32 key, uint256 home, uint256 chainId, uint256 amount) private {
        if (home == chainId) issued[key] -= amount;
        else balance[chainId][key] += amount;
    }
}
