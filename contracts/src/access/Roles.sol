// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IAssetCustody} from "../interfaces/IAssetCustody.sol";
import {IAtomicSwap} from "../interfaces/IAtomicSwap.sol";
import {IChainRegistry} from "../interfaces/IChainRegistry.sol";
import {IInteropCenter} from "../interfaces/IInteropCenter.sol";
import {IInteropHandler} from "../interfaces/IInteropHandler.sol";
import {IInteropRootStorage} from "../interfaces/IInteropRootStorage.sol";
import {IPriorityInbox} from "../interfaces/IPriorityInbox.sol";
import {ISharedBridge} from "../interfaces/ISharedBridge.sol";
import {ISwapRegistry} from "../interfaces/ISwapRegistry.sol";
import {IVerifierRegistry} from "../interfaces/IVerifierRegistry.sol";

/// @title The roles of the AccessManagers and what each may call
/// @notice All that `restricted` protects stands here, one function per contract. Whatever else changes state is open to
/// anyone, to one contract, or to a chain's operator as the chain registry names it: docs/reference/authorisation-matrix.md.
library Roles {
    /// @dev Admits chains, accepts verifiers, opens destinations. Granted with an execution delay: the timelock.
    uint64 internal constant GOVERNANCE = 1;

    /// @dev Runs a chain: imports roots and consumes the priority queue. Granted without a delay, on that chain only.
    uint64 internal constant OPERATOR = 2;

    /// @dev Stops new transfers, and nothing else. Granted without a delay; only governance starts them again.
    uint64 internal constant PAUSER = 3;

    // On L1 and every chain.

    function assetCustody() internal pure returns (uint64 role, bytes4[] memory selectors) {
        return (PAUSER, _one(IAssetCustody.pause.selector));
    }

    // On L1.

    function verifierRegistry() internal pure returns (uint64 role, bytes4[] memory selectors) {
        return (GOVERNANCE, _one(IVerifierRegistry.acceptVerifier.selector));
    }

    function chainRegistry() internal pure returns (uint64 role, bytes4[] memory selectors) {
        selectors = new bytes4[](2);
        selectors[0] = IChainRegistry.registerChain.selector;
        selectors[1] = IChainRegistry.setVerifier.selector;
        return (GOVERNANCE, selectors);
    }

    function sharedBridge() internal pure returns (uint64 role, bytes4[] memory selectors) {
        selectors = new bytes4[](3);
        selectors[0] = IAssetCustody.unpause.selector;
        selectors[1] = IAssetCustody.upgradeRepresentations.selector;
        selectors[2] = ISharedBridge.setOutflowLimit.selector;
        return (GOVERNANCE, selectors);
    }

    function swapRegistry() internal pure returns (uint64 role, bytes4[] memory selectors) {
        return (GOVERNANCE, _one(ISwapRegistry.setTimes.selector));
    }

    // On every chain.

    function interopCenter() internal pure returns (uint64 role, bytes4[] memory selectors) {
        return (GOVERNANCE, _one(IInteropCenter.setDestination.selector));
    }

    function interopHandler() internal pure returns (uint64 role, bytes4[] memory selectors) {
        return (GOVERNANCE, _one(IInteropHandler.setCenterOverride.selector));
    }

    function assetVault() internal pure returns (uint64 role, bytes4[] memory selectors) {
        selectors = new bytes4[](2);
        selectors[0] = IAssetCustody.unpause.selector;
        selectors[1] = IAssetCustody.upgradeRepresentations.selector;
        return (GOVERNANCE, selectors);
    }

    function interopRootStorage() internal pure returns (uint64 role, bytes4[] memory selectors) {
        return (OPERATOR, _one(IInteropRootStorage.importRoots.selector));
    }

    function priorityInbox() internal pure returns (uint64 role, bytes4[] memory selectors) {
        return (OPERATOR, _one(IPriorityInbox.processOperations.selector));
    }

    function priorityInboxFilter() internal pure returns (uint64 role, bytes4[] memory selectors) {
        return (GOVERNANCE, _one(IPriorityInbox.setFilter.selector));
    }

    function atomicSwap() internal pure returns (uint64 role, bytes4[] memory selectors) {
        return (OPERATOR, _one(IAtomicSwap.bury.selector));
    }

    function _one(bytes4 selector) private pure returns (bytes4[] memory selectors) {
        selectors = new bytes4[](1);
        selectors[0] = selector;
    }
}
