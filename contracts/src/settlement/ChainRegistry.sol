// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {IBatchSettlement} from "../interfaces/IBatchSettlement.sol";
import {IChainRegistry} from "../interfaces/IChainRegistry.sol";
import {IMessageRoot} from "../interfaces/IMessageRoot.sol";
import {IVerifierRegistry} from "../interfaces/IVerifierRegistry.sol";
import {IVersioned} from "../interfaces/IVersioned.sol";
import {ChainConfig} from "../types/Chains.sol";

/// @title The chains of the network
/// @notice Governance admits a chain and chooses its verifier; the operator hands its rights on by itself.
contract ChainRegistry is IChainRegistry, IVersioned, AccessManaged {
    IVerifierRegistry private immutable VERIFIER_REGISTRY;
    IBatchSettlement private immutable SETTLEMENT;
    IMessageRoot private immutable MESSAGE_ROOT;

    mapping(uint256 chainId => ChainConfig) private _configs;
    mapping(uint256 chainId => address) private _proposedOperators;

    modifier onlyRegistered(uint256 chainId) {
        require(isRegistered(chainId), ChainRegistryChainUnknown(chainId));
        _;
    }

    /// @param authority_ AccessManager of L1.
    /// @param settlement Address at which the batch settlement stands or will stand.
    /// @param messageRoot Address at which the message root stands or will stand.
    constructor(address authority_, address verifierRegistry, address settlement, address messageRoot)
        AccessManaged(authority_)
    {
        require(
            authority_ != address(0) && verifierRegistry != address(0) && settlement != address(0)
                && messageRoot != address(0),
            ChainRegistryZeroAddress()
        );
        VERIFIER_REGISTRY = IVerifierRegistry(verifierRegistry);
        SETTLEMENT = IBatchSettlement(settlement);
        MESSAGE_ROOT = IMessageRoot(messageRoot);
    }

    /// @inheritdoc IChainRegistry
    function proposeOperator(uint256 chainId, address operator) external onlyRegistered(chainId) {
        require(msg.sender == _configs[chainId].operator, ChainRegistryNotOperator(chainId, msg.sender));
        _proposedOperators[chainId] = operator;
        emit OperatorProposed(chainId, operator);
    }

    /// @inheritdoc IChainRegistry
    function acceptOperator(uint256 chainId) external onlyRegistered(chainId) {
        require(msg.sender == _proposedOperators[chainId], ChainRegistryNotOperator(chainId, msg.sender));
        address previous = _configs[chainId].operator;
        _configs[chainId].operator = msg.sender;
        delete _proposedOperators[chainId];
        emit OperatorChanged(chainId, previous, msg.sender);
    }

    /// @inheritdoc IChainRegistry
    function registerChain(
        uint256 chainId,
        ChainConfig calldata config,
        bytes32 genesisStateCommitment,
        uint64 genesisBlock,
        uint64 genesisTimestamp
    ) external restricted {
        bool isNumber = chainId != 0 && chainId <= type(uint64).max;
        require(isNumber && chainId != block.chainid, ChainRegistryBadChainId(chainId));
        require(!isRegistered(chainId), ChainRegistryChainKnown(chainId));
        require(config.operator != address(0), ChainRegistryZeroOperator(chainId));
        require(genesisStateCommitment != bytes32(0), ChainRegistryZeroGenesis(chainId));
        _requireAccepted(config.verifier);

        _configs[chainId] = config;
        emit ChainRegistered(chainId, config, genesisStateCommitment, genesisBlock);
        // Both are contracts of this network and call nobody back.
        SETTLEMENT.openChain(chainId, genesisStateCommitment, genesisBlock, genesisTimestamp);
        MESSAGE_ROOT.addChain(chainId);
    }

    /// @inheritdoc IChainRegistry
    function setVerifier(uint256 chainId, address verifier) external restricted onlyRegistered(chainId) {
        _requireAccepted(verifier);
        address previous = _configs[chainId].verifier;
        _configs[chainId].verifier = verifier;
        emit VerifierChanged(chainId, previous, verifier);
    }

    /// @inheritdoc IChainRegistry
    function chainConfig(uint256 chainId) external view returns (ChainConfig memory config) {
        config = _configs[chainId];
        require(config.operator != address(0), ChainRegistryChainUnknown(chainId));
    }

    /// @inheritdoc IVersioned
    function version() external pure returns (uint256) {
        return 1;
    }

    /// @inheritdoc IChainRegistry
    function isRegistered(uint256 chainId) public view returns (bool) {
        return _configs[chainId].operator != address(0);
    }

    function _requireAccepted(address verifier) private view {
        require(VERIFIER_REGISTRY.isAccepted(verifier), ChainRegistryVerifierNotAccepted(verifier));
    }
}
