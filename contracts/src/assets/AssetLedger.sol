// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAssetLedger} from "../interfaces/IAssetLedger.sol";
import {IChainRegistry} from "../interfaces/IChainRegistry.sol";
import {IVersioned} from "../interfaces/IVersioned.sol";
import {AssetIds} from "../libraries/AssetIds.sol";
import {Asset, LedgerEntry} from "../types/Assets.sol";
import {LedgerBook} from "./LedgerBook.sol";

/// @title The ledger of all assets
/// @notice Nothing here belongs to governance, and nothing here holds an asset. What a chain reports wrongly can only be
/// its own or on its way to it, and what it makes others believe is paid from what it sent itself.
contract AssetLedger is IVersioned, LedgerBook {
    IChainRegistry private immutable REGISTRY;
    address private immutable SETTLEMENT;
    address private immutable BRIDGE;
    address private immutable SWAPS;

    modifier onlyBridge() {
        require(msg.sender == BRIDGE, AssetLedgerNotBridge(msg.sender, BRIDGE));
        _;
    }

    modifier onlySwaps() {
        require(msg.sender == SWAPS, AssetLedgerNotSwaps(msg.sender, SWAPS));
        _;
    }

    /// @param registry Address at which the chain registry stands or will stand.
    /// @param settlement Address at which the batch settlement stands or will stand.
    /// @param bridge Address at which the shared bridge stands or will stand.
    /// @param swaps Address at which the swap registry stands or will stand.
    constructor(address registry, address settlement, address bridge, address swaps) {
        require(
            registry != address(0) && settlement != address(0) && bridge != address(0) && swaps != address(0),
            AssetLedgerZeroAddress()
        );
        REGISTRY = IChainRegistry(registry);
        SETTLEMENT = settlement;
        BRIDGE = bridge;
        SWAPS = swaps;
    }

    /// @inheritdoc IAssetLedger
    function applyBatch(uint256 chainId, LedgerEntry[] calldata entries) external {
        require(msg.sender == SETTLEMENT, AssetLedgerNotSettlement(msg.sender, SETTLEMENT));
        for (uint256 i = 0; i < entries.length; ++i) {
            LedgerEntry calldata entry = entries[i];
            (uint256 source, uint256 destination, uint256 amount) = (entry.source, entry.destination, entry.amount);
            bytes32 key = _key(entry.asset, entry.tokenId, amount);
            uint256 home = entry.asset.originChainId;
            require(
                source != destination && (source == chainId || destination == chainId),
                AssetLedgerForeignEntry(chainId, source, destination)
            );
            if (destination == chainId) {
                _arrive(key, home, source, chainId, amount);
            } else {
                _requireKnown(destination);
                _send(key, home, chainId, destination, amount);
            }
        }
    }

    /// @inheritdoc IAssetLedger
    function recordDeposit(Asset calldata asset, uint256 tokenId, uint256 chainId, uint256 amount) external onlyBridge {
        bytes32 key = _key(asset, tokenId, amount);
        require(REGISTRY.isRegistered(chainId), AssetLedgerUnknownChain(chainId));
        _send(key, asset.originChainId, block.chainid, chainId, amount);
    }

    /// @inheritdoc IAssetLedger
    function recordWithdrawal(Asset calldata asset, uint256 tokenId, uint256 chainId, uint256 amount)
        external
        onlyBridge
    {
        bytes32 key = _key(asset, tokenId, amount);
        _arrive(key, asset.originChainId, chainId, block.chainid, amount);
    }

    /// @inheritdoc IAssetLedger
    function recordFailedDeposit(Asset calldata asset, uint256 tokenId, uint256 chainId, uint256 amount)
        external
        onlyBridge
    {
        _takeBack(_key(asset, tokenId, amount), asset.originChainId, block.chainid, chainId, amount);
    }

    /// @inheritdoc IAssetLedger
    function hold(Asset calldata asset, uint256 tokenId, uint256 chainId, uint256 amount) external onlySwaps {
        _hold(_key(asset, tokenId, amount), asset.originChainId, chainId, amount);
    }

    /// @inheritdoc IAssetLedger
    function release(Asset calldata asset, uint256 tokenId, uint256 chainId, uint256 amount) external onlySwaps {
        _release(_key(asset, tokenId, amount), asset.originChainId, chainId, amount);
    }

    /// @inheritdoc IVersioned
    function version() external pure returns (uint256) {
        return 1;
    }

    function _requireKnown(uint256 chainId) private view {
        require(chainId == block.chainid || REGISTRY.isRegistered(chainId), AssetLedgerUnknownChain(chainId));
    }

    function _key(Asset calldata asset, uint256 tokenId, uint256 amount) private pure returns (bytes32 key) {
        key = AssetIds.ledgerKey(asset, tokenId);
        require(amount != 0, AssetLedgerZeroAmount(key));
    }
}
