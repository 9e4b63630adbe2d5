// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAssetLedger} from "../interfaces/IAssetLedger.sol";
import {IChainRegistry} from "../interfaces/IChainRegistry.sol";
import {IVersioned} from "../interfaces/IVersioned.sol";
import {AssetIds} from "../libraries/AssetIds.sol";
import {Asset, LedgerEntry} from "../types/Assets.sol";

/// @title The ledger of all assets
/// @notice Nothing here belongs to governance, and nothing here holds an asset. Every change is a debit followed by an
/// equal credit, so what a chain reports wrongly can only be its own or on its way to it.
contract AssetLedger is IAssetLedger, IVersioned {
    IChainRegistry private immutable REGISTRY;
    address private immutable SETTLEMENT;
    address private immutable BRIDGE;

    /// @inheritdoc IAssetLedger
    mapping(uint256 chainId => mapping(bytes32 key => uint256)) public balance;
    /// @inheritdoc IAssetLedger
    mapping(uint256 chainId => mapping(bytes32 key => uint256)) public pending;
    /// @inheritdoc IAssetLedger
    mapping(uint256 chainId => mapping(bytes32 key => uint256)) public withdrawable;
    /// @inheritdoc IAssetLedger
    mapping(bytes32 key => uint256) public issued;

    modifier onlyBridge() {
        require(msg.sender == BRIDGE, AssetLedgerNotBridge(msg.sender, BRIDGE));
        _;
    }

    /// @param registry Address at which the chain registry stands or will stand.
    /// @param settlement Address at which the batch settlement stands or will stand.
    /// @param bridge Address at which the shared bridge stands or will stand.
    constructor(address registry, address settlement, address bridge) {
        require(registry != address(0) && settlement != address(0) && bridge != address(0), AssetLedgerZeroAddress());
        REGISTRY = IChainRegistry(registry);
        SETTLEMENT = settlement;
        BRIDGE = bridge;
    }

    /// @inheritdoc IAssetLedger
    function applyBatch(uint256 chainId, LedgerEntry[] calldata entries) external {
        require(msg.sender == SETTLEMENT, AssetLedgerNotSettlement(msg.sender, SETTLEMENT));
        for (uint256 i = 0; i < entries.length; ++i) {
            LedgerEntry calldata entry = entries[i];
            if (entry.counterparty == chainId) _arrive(chainId, entry.asset, entry.tokenId, entry.amount);
            else _send(chainId, entry.counterparty, entry.asset, entry.tokenId, entry.amount);
        }
    }

    /// @inheritdoc IAssetLedger
    function recordDeposit(Asset calldata asset, uint256 tokenId, uint256 chainId, uint256 amount) external onlyBridge {
        _send(block.chainid, chainId, asset, tokenId, amount);
    }

    /// @inheritdoc IAssetLedger
    function recordWithdrawal(Asset calldata asset, uint256 tokenId, uint256 chainId, uint256 amount)
        external
        onlyBridge
    {
        bytes32 key = AssetIds.ledgerKey(asset, tokenId);
        uint256 available = withdrawable[chainId][key];
        require(available >= amount, AssetLedgerWithdrawableTooLow(chainId, key, available, amount));
        withdrawable[chainId][key] = available - amount;
        _arrive(block.chainid, asset, tokenId, amount);
    }

    /// @inheritdoc IAssetLedger
    function recordFailedDeposit(Asset calldata asset, uint256 tokenId, uint256 chainId, uint256 amount)
        external
        onlyBridge
    {
        bytes32 key = _key(asset, tokenId, amount);
        _takePending(chainId, key, amount);
        _give(block.chainid, asset.originChainId, key, amount);
        emit DepositReturned(key, chainId, amount);
    }

    /// @inheritdoc IVersioned
    function version() external pure returns (uint256) {
        return 1;
    }

    /// @dev Home issues, others spend what they have.
    function _send(uint256 from, uint256 to, Asset calldata asset, uint256 tokenId, uint256 amount) private {
        bytes32 key = _key(asset, tokenId, amount);
        require(to != from && (to == block.chainid || REGISTRY.isRegistered(to)), AssetLedgerUnknownChain(to));
        if (asset.originChainId == from) {
            issued[key] += amount;
        } else {
            uint256 available = balance[from][key];
            require(available >= amount, AssetLedgerBalanceTooLow(from, key, available, amount));
            balance[from][key] = available - amount;
        }
        pending[to][key] += amount;
        // Nobody compares what L1 is told with what was reported, so a chain's word is bounded by its own debits.
        if (to == block.chainid) withdrawable[from][key] += amount;
        emit AssetSent(key, from, to, amount);
    }

    function _arrive(uint256 chainId, Asset calldata asset, uint256 tokenId, uint256 amount) private {
        bytes32 key = _key(asset, tokenId, amount);
        _takePending(chainId, key, amount);
        _give(chainId, asset.originChainId, key, amount);
        emit AssetArrived(key, chainId, amount);
    }

    function _takePending(uint256 chainId, bytes32 key, uint256 amount) private {
        uint256 available = pending[chainId][key];
        require(available >= amount, AssetLedgerPendingTooLow(chainId, key, available, amount));
        pending[chainId][key] = available - amount;
    }

    /// @dev Home retires, others have it. What is pending was issued before, so `issued` covers it.
    function _give(uint256 chainId, uint256 home, bytes32 key, uint256 amount) private {
        if (home == chainId) issued[key] -= amount;
        else balance[chainId][key] += amount;
    }

    function _key(Asset calldata asset, uint256 tokenId, uint256 amount) private pure returns (bytes32 key) {
        key = AssetIds.ledgerKey(asset, tokenId);
        require(amount != 0, AssetLedgerZeroAmount(key));
    }
}
