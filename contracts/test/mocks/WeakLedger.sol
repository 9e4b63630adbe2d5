// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IAssetLedger} from "../../src/interfaces/IAssetLedger.sol";
import {IChainRegistry} from "../../src/interfaces/IChainRegistry.sol";
import {AssetIds} from "../../src/libraries/AssetIds.sol";
import {Asset, LedgerEntry} from "../../src/types/Assets.sol";

/// @notice A ledger with one weakness, or with none.
contract WeakLedger is IAssetLedger {
    enum Weakness {
        None,
        /// Nobody looks at what a chain has.
        Balance,
        /// What is on its way is counted by its destination alone, as it was here once.
        ByDestination,
        /// A chain reports what others have sent and received.
        Foreign,
        /// What comes home is not retired.
        Issued,
        /// What swaps give back stays with them too.
        Held
    }

    /// @inheritdoc IAssetLedger
    mapping(uint256 chainId => mapping(bytes32 key => uint256)) public balance;
    /// @inheritdoc IAssetLedger
    mapping(uint256 source => mapping(uint256 destination => mapping(bytes32 key => uint256))) public pending;
    /// @inheritdoc IAssetLedger
    mapping(bytes32 key => uint256) public issued;
    /// @inheritdoc IAssetLedger
    mapping(bytes32 key => uint256) public held;
    mapping(uint256 destination => mapping(bytes32 key => uint256)) private _pendingFor;
    Weakness private immutable WEAKNESS;
    IChainRegistry private immutable REGISTRY;
    address private immutable SETTLEMENT;
    address private immutable BRIDGE;
    address private immutable SWAPS;

    modifier only(address caller) {
        require(msg.sender == caller);
        _;
    }

    constructor(Weakness weakness, address registry, address settlement, address bridge, address swaps) {
        (WEAKNESS, REGISTRY, SETTLEMENT) = (weakness, IChainRegistry(registry), settlement);
        (BRIDGE, SWAPS) = (bridge, swaps);
    }

    /// @inheritdoc IAssetLedger
    function applyBatch(uint256 chainId, LedgerEntry[] calldata entries) external only(SETTLEMENT) {
        for (uint256 i = 0; i < entries.length; ++i) {
            LedgerEntry calldata entry = entries[i];
            bool isOwn = entry.source == chainId || entry.destination == chainId;
            require(entry.source != entry.destination && (isOwn || WEAKNESS == Weakness.Foreign));
            if (entry.destination == chainId) _arrive(entry);
            else _send(entry);
        }
    }

    /// @inheritdoc IAssetLedger
    function recordDeposit(Asset calldata asset, uint256 tokenId, uint256 chainId, uint256 amount)
        external
        only(BRIDGE)
    {
        _send(LedgerEntry(asset, tokenId, block.chainid, chainId, amount));
    }

    /// @inheritdoc IAssetLedger
    function recordWithdrawal(Asset calldata asset, uint256 tokenId, uint256 chainId, uint256 amount)
        external
        only(BRIDGE)
    {
        _arrive(LedgerEntry(asset, tokenId, chainId, block.chainid, amount));
    }

    /// @inheritdoc IAssetLedger
    function recordFailedDeposit(Asset calldata asset, uint256 tokenId, uint256 chainId, uint256 amount)
        external
        only(BRIDGE)
    {
        LedgerEntry memory entry = LedgerEntry(asset, tokenId, block.chainid, chainId, amount);
        _takePending(entry);
        _give(entry, block.chainid);
    }

    /// @inheritdoc IAssetLedger
    function hold(Asset calldata asset, uint256 tokenId, uint256 chainId, uint256 amount) external only(SWAPS) {
        LedgerEntry memory entry = LedgerEntry(asset, tokenId, chainId, 0, amount);
        _take(entry);
        held[_key(entry)] += amount;
    }

    /// @inheritdoc IAssetLedger
    function release(Asset calldata asset, uint256 tokenId, uint256 chainId, uint256 amount) external only(SWAPS) {
        LedgerEntry memory entry = LedgerEntry(asset, tokenId, 0, chainId, amount);
        if (WEAKNESS != Weakness.Held) held[_key(entry)] -= amount;
        _give(entry, chainId);
    }

    function _send(LedgerEntry memory entry) private {
        require(entry.destination == block.chainid || REGISTRY.isRegistered(entry.destination));
        bytes32 key = _key(entry);
        _take(entry);
        pending[entry.source][entry.destination][key] += entry.amount;
        _pendingFor[entry.destination][key] += entry.amount;
    }

    function _arrive(LedgerEntry memory entry) private {
        _takePending(entry);
        _give(entry, entry.destination);
    }

    function _take(LedgerEntry memory entry) private {
        bytes32 key = _key(entry);
        uint256 has = balance[entry.source][key];
        if (entry.asset.originChainId == entry.source) issued[key] += entry.amount;
        else if (has >= entry.amount) balance[entry.source][key] = has - entry.amount;
        else require(WEAKNESS == Weakness.Balance);
    }

    function _takePending(LedgerEntry memory entry) private {
        bytes32 key = _key(entry);
        _pendingFor[entry.destination][key] -= entry.amount;
        uint256 waits = pending[entry.source][entry.destination][key];
        require(waits >= entry.amount || WEAKNESS == Weakness.ByDestination);
        pending[entry.source][entry.destination][key] = waits >= entry.amount ? waits - entry.amount : 0;
    }

    function _give(LedgerEntry memory entry, uint256 chainId) private {
        bytes32 key = _key(entry);
        if (entry.asset.originChainId != chainId) balance[chainId][key] += entry.amount;
        else if (WEAKNESS != Weakness.Issued) issued[key] -= entry.amount;
    }

    function _key(LedgerEntry memory entry) private pure returns (bytes32) {
        require(entry.amount != 0);
        return AssetIds.ledgerKey(entry.asset, entry.tokenId);
    }
}
