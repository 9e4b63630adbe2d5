// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {ChainConfig} from "../types/Chains.sol";

/// @title The chains of the network
interface IChainRegistry {
    /// @notice A chain joined, at `genesisStateCommitment` after block `genesisBlock`.
    event ChainRegistered(
        uint256 indexed chainId, ChainConfig config, bytes32 genesisStateCommitment, uint64 genesisBlock
    );
    /// @notice The operator named a successor, who has yet to accept.
    event OperatorProposed(uint256 indexed chainId, address indexed operator);
    /// @notice The chain has a new operator.
    event OperatorChanged(uint256 indexed chainId, address indexed previous, address indexed operator);
    /// @notice The chain's batches are proven to another verifier from now on.
    event VerifierChanged(uint256 indexed chainId, address indexed previous, address indexed verifier);

    /// @notice An address of the deployment is missing.
    error ChainRegistryZeroAddress();
    /// @notice The chain is registered already.
    error ChainRegistryChainKnown(uint256 chainId);
    /// @notice The chain is not registered.
    error ChainRegistryChainUnknown(uint256 chainId);
    /// @notice 0, L1's own id and what takes more than 64 bits are no chain ids here.
    error ChainRegistryBadChainId(uint256 chainId);
    /// @notice The verifier registry has not accepted this verifier.
    error ChainRegistryVerifierNotAccepted(address verifier);
    /// @notice An operator is needed.
    error ChainRegistryZeroOperator(uint256 chainId);
    /// @notice A genesis state commitment is needed.
    error ChainRegistryZeroGenesis(uint256 chainId);
    /// @notice Only the operator, or the one it proposed, may do this.
    error ChainRegistryNotOperator(uint256 chainId, address caller);

    /// @notice Adds a chain to the network; governance only.
    /// @param genesisStateCommitment State commitment that the chain's first batch builds on.
    /// @param genesisBlock Block it belongs to; the first batch starts one after it.
    /// @param genesisTimestamp Timestamp of that block, in seconds.
    function registerChain(
        uint256 chainId,
        ChainConfig calldata config,
        bytes32 genesisStateCommitment,
        uint64 genesisBlock,
        uint64 genesisTimestamp
    ) external;

    /// @notice Names the next operator, 0 for none; the operator only.
    function proposeOperator(uint256 chainId, address operator) external;

    /// @notice Takes over; the proposed operator only.
    function acceptOperator(uint256 chainId) external;

    /// @notice Moves the chain to another accepted verifier; governance only.
    function setVerifier(uint256 chainId, address verifier) external;

    /// @return The chain's configuration; reverts for an unknown chain.
    function chainConfig(uint256 chainId) external view returns (ChainConfig memory);

    /// @return Whether the chain is registered.
    function isRegistered(uint256 chainId) external view returns (bool);
}
