// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {RootImport} from "../types/Messages.sol";

/// @title The roots of the settlement layer that a chain has imported
/// @notice Import is optimistic: a false root cannot settle, since L1 recomputes `importsHash` from its own history when
/// the batch executes. The last `CAPACITY` roots are kept; an older message is proven against a newer root.
interface IInteropRootStorage {
    /// @notice A root was imported.
    event InteropRootImported(
        uint256 indexed settlementChainId, uint256 indexed blockNumber, uint256 timestamp, bytes32 root
    );

    /// @notice 0 is never a root.
    error InteropRootStorageZeroRoot(uint256 blockNumber);
    /// @notice Only roots of L1 are imported.
    error InteropRootStorageWrongSettlementChain(uint256 expected, uint256 actual);
    /// @notice An access manager is needed.
    error InteropRootStorageZeroAuthority();
    /// @notice The chain id of L1 is needed.
    error InteropRootStorageZeroL1ChainId();

    /// @notice Imports roots in the order given; the operator only. A root takes the place of the one whose block number
    /// is the same modulo `CAPACITY`. Block numbers need not rise: each root stands for itself, and L1 checks every one.
    function importRoots(RootImport[] calldata imports) external;

    /// @return Whether `root` is the imported and still kept root after block `blockNumber` of `settlementChainId`.
    function isImported(uint256 settlementChainId, uint256 blockNumber, bytes32 root) external view returns (bool);

    /// @return `h` over all imports, `h' = keccak256(h ‖ settlementChainId ‖ block ‖ timestamp ‖ root)` from 0.
    function importsHash() external view returns (bytes32);

    /// @return Chain id of the L1 whose roots are imported.
    function L1_CHAIN_ID() external view returns (uint256);

    /// @return How many roots are kept.
    function CAPACITY() external view returns (uint256);
}
