// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IInteropRootStorage} from "../interfaces/IInteropRootStorage.sol";
import {InclusionProofs} from "../libraries/InclusionProofs.sol";
import {RootImport} from "../types/Messages.sol";
import {MessageVerifier} from "./MessageVerifier.sol";

/// @title The roots of the settlement layer that a chain has imported
/// @notice Part of the interop handler: a delivery asks for a root within one contract.
/// @dev A ring keyed by block number: importing costs no fresh slot once it has gone round.
abstract contract InteropRootStorage is IInteropRootStorage, MessageVerifier, AccessManaged {
    /// @inheritdoc IInteropRootStorage
    uint256 public constant CAPACITY = 4096;

    /// @notice The chain whose roots are imported.
    uint256 public immutable L1_CHAIN_ID;
    /// @dev In the code instead of a slot, since every import asks for it.
    address private immutable AUTHORITY;

    /// @inheritdoc IInteropRootStorage
    bytes32 public importsHash;
    /// @dev `keccak256(abi.encode(settlementChainId, blockNumber, root))` at `blockNumber % CAPACITY`.
    bytes32[CAPACITY] private _ring;

    constructor(address accessManager, uint256 l1ChainId) AccessManaged(accessManager) {
        require(accessManager != address(0), InteropRootStorageZeroAuthority());
        require(l1ChainId != 0, InteropRootStorageZeroL1ChainId());
        AUTHORITY = accessManager;
        L1_CHAIN_ID = l1ChainId;
    }

    /// @inheritdoc IInteropRootStorage
    function importRoots(RootImport[] calldata imports) external restricted {
        bytes32 hash = importsHash;
        for (uint256 i = 0; i < imports.length; ++i) {
            hash = _import(hash, imports[i]);
        }
        importsHash = hash;
    }

    /// @notice The authority stays the one of the constructor; roles change within it.
    function setAuthority(address) public view override {
        revert AccessManagedUnauthorized(msg.sender);
    }

    /// @notice The access manager that says who imports.
    function authority() public view override returns (address) {
        return AUTHORITY;
    }

    /// @inheritdoc IInteropRootStorage
    function isImported(uint256 settlementChainId, uint256 blockNumber, bytes32 root) public view returns (bool) {
        return root != 0 && _ring[blockNumber % CAPACITY] == _entry(settlementChainId, blockNumber, root);
    }

    /// @dev Keeps one root and folds it into `hash`.
    function _import(bytes32 hash, RootImport calldata imported) private returns (bytes32) {
        (uint256 chainId, uint256 blockNumber, bytes32 root) =
            (imported.settlementChainId, imported.blockNumber, imported.root);
        require(root != 0, InteropRootStorageZeroRoot(blockNumber));
        require(chainId == L1_CHAIN_ID, InteropRootStorageWrongSettlementChain(L1_CHAIN_ID, chainId));
        _ring[blockNumber % CAPACITY] = _entry(chainId, blockNumber, root);
        emit InteropRootImported(chainId, blockNumber, imported.timestamp, root);
        return keccak256(abi.encodePacked(hash, chainId, blockNumber, imported.timestamp, root));
    }

    /// @inheritdoc MessageVerifier
    function _isKnownRoot(InclusionProofs.SettledRoot memory settled) internal view override returns (bool) {
        return isImported(settled.settlementChainId, settled.blockNumber, settled.root);
    }

    function _entry(uint256 chainId, uint256 blockNumber, bytes32 root) private pure returns (bytes32 entry) {
        // Free memory serves as scratch space and is not claimed.
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, chainId)
            mstore(add(start, 0x20), blockNumber)
            mstore(add(start, 0x40), root)
            entry := keccak256(start, 0x60)
        }
    }
}
