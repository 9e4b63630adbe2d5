// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IAssetLedger} from "../../src/interfaces/IAssetLedger.sol";
import {AssetIds} from "../../src/libraries/AssetIds.sol";
import {LogLeaf} from "../../src/libraries/LogLeaf.sol";
import {AssetKind, AssetTransfer, LedgerEntry} from "../../src/types/Assets.sol";
import {Batch, DataAvailability} from "../../src/types/Batches.sol";
import {InteropBundle, InteropCall} from "../../src/types/Bundles.sol";
import {ChainConfig} from "../../src/types/Chains.sol";
import {Transfers} from "../base/Transfers.sol";
import {AlwaysTrueVerifier, WeakVerifier} from "../mocks/Verifiers.sol";
import {AssetCrossings} from "./AssetCrossings.sol";

/// @notice X, a chain whose verifier accepts everything: its operator settles whatever he likes, and its messages and reports
/// are forged.
abstract contract BrokenChain is AssetCrossings {
    /// @notice What X reports, and the message that goes with it.
    struct Forgery {
        uint256 unit;
        LedgerEntry entry;
        bytes text;
    }

    /// @dev A chain that there is not.
    uint256 private constant UNKNOWN = 999;

    uint256 private _forgeries;

    /// @notice X settles a batch that says anything: what it has, what it has not, of whatever asset, on whatever route. Where
    /// L1 takes the report, the messages that go with it are delivered; messages to L1 without a report go with any batch.
    function settleX(uint256 seed) external {
        uint256 count = 1 + _draw(seed, "entries", 3);
        Forgery[] memory forgeries = new Forgery[](count + 1);
        LedgerEntry[] memory entries = new LedgerEntry[](count);
        bytes32[] memory leaves = new bytes32[](count + 1);
        for (uint256 i = 0; i <= count; ++i) {
            forgeries[i] = i < count ? _forge(uint256(keccak256(abi.encode(seed, i)))) : _forgeUncovered(seed);
            if (i < count) entries[i] = forgeries[i].entry;
            (forgeries[i].text, leaves[i]) = _forgeMessage(forgeries[i]);
        }
        uint256 batch = uint256(settlement.executedHead(X).batchNumber);
        bool settled = trySettle(X, leaves, entries, 0);
        _expectResolved(settled, bookBatch(X, entries));
        ++done[settled ? "settled X" : "refused X"];
        if (!settled) return;
        for (uint256 i = 0; i <= count; ++i) {
            if (_isDeliverable(forgeries[i])) _forgeCrossing(forgeries[i], Spot(X, batch, i));
        }
    }

    /// @notice A chain takes for sent by X what X has not reported, whatever else is on its way to that chain: it cannot
    /// settle that. Where it takes what X has reported, see `deliver`.
    function believeX(uint256 seed) external {
        (uint256 unit, uint256 destination) = (_draw(seed, "unit", UNITS), chainIds[_draw(seed, "destination", 2)]);
        uint256 amount = bookPending[keyOf(unit)][X][destination] + 1 + _draw(seed, "amount", 1000);
        LedgerEntry[] memory entries = Transfers.entry(assetOf(unit), units[unit].tokenId, X, destination, amount);
        bytes memory data = abi.encodeCall(IAssetLedger.applyBatch, (destination, entries));
        vm.chainId(L1_CHAIN_ID);
        if (_attempt(address(ledger), data, address(settlement))) ++wronglyAllowed;
        ++done["believe X"];
    }

    /// @notice X says that a deposit failed, whatever became of it.
    function recoverFromX(uint256 seed) external {
        (bool found, uint256 index) = _find(seed, Route.Deposit, State.Sent);
        if (!found || crossings[index].destination != X) return;
        Crossing storage crossing = crossings[index];
        bytes32[] memory leaves = new bytes32[](1);
        leaves[0] = LogLeaf.status(keccak256(crossing.text), false);
        uint256 batch = uint256(settlement.executedHead(X).batchNumber);
        vm.assertTrue(trySettle(X, leaves, new LedgerEntry[](0), 0));
        (crossing.spot, crossing.spotted) = (Spot(X, batch, 0), true);
        _recover(index, bookPending[keyOf(crossing.unit)][L1_CHAIN_ID][X] >= crossing.amount);
    }

    function _deployX() internal {
        WeakVerifier sound = new WeakVerifier("key", type(uint256).max);
        vm.chainId(L1_CHAIN_ID);
        vm.startPrank(governance);
        verifierRegistry.acceptVerifier(address(sound), "sample", abi.encode(sound.proofOf("sample")));
        ChainConfig memory config =
            ChainConfig({operator: operator, verifier: address(sound), dataAvailability: DataAvailability.Validium});
        chainRegistry.registerChain(X, config, genesisState(X), GENESIS_BLOCK, GENESIS_TIME);
        chains[A].handler.setCenterOverride(X, centerOfX);
        chains[B].handler.setCenterOverride(X, centerOfX);
        vm.stopPrank();
        chainIds.push(X);
        // It breaks after it was accepted.
        vm.etch(address(sound), address(new AlwaysTrueVerifier()).code);
        openRoute(A, X);
        openRoute(B, X);
        // What crosses from there calls its vault by the name that L1 has for it.
        chains[X].vault = chains[A].vault;
    }

    function proofFor(uint256 chainId, Batch memory batch) internal view override returns (bytes memory) {
        return chainId == X ? bytes("anything") : super.proofFor(chainId, batch);
    }

    /// @dev Most entries are such that X can have moved them, if it has anything at all.
    function _forge(uint256 seed) private view returns (Forgery memory forged) {
        uint256 most = _drawOfX(seed, forged);
        bool lies = _draw(seed, "lies", 4) == 0;
        forged.entry.amount = 1 + _draw(seed, "amount", lies || most == 0 ? FUNDS : most);
        if (lies) _lie(seed, forged.entry);
    }

    /// @dev To L1, which compares no message with a report.
    function _forgeUncovered(uint256 seed) private view returns (Forgery memory forged) {
        forged.unit = _draw(seed, "uncovered", UNITS);
        forged.entry = _entryOf(forged.unit, X, L1_CHAIN_ID);
        forged.entry.amount = 1 + _draw(seed, "amount", 1000);
    }

    /// @dev A unit that X has, or that is on its way there. Returns how much there is.
    function _drawOfX(uint256 seed, Forgery memory forged) private view returns (uint256 most) {
        for (uint256 i = 0; i < UNITS; ++i) {
            forged.unit = (_draw(seed, "unit", UNITS) + i) % UNITS;
            bytes32 key = keyOf(forged.unit);
            most = bookBalance[key][X];
            forged.entry = _entryOf(forged.unit, X, places()[_draw(seed, "to", 3)]);
            uint256 source = places()[_draw(seed, "from", 3)];
            uint256 arrives = bookPending[key][source][X];
            if (arrives != 0 && (most == 0 || _draw(seed, "arrives", 2) == 0)) {
                (forged.entry.source, forged.entry.destination, most) = (source, X, arrives);
            }
            if (most != 0 || forged.unit == BROKEN) break;
        }
    }

    function _entryOf(uint256 unit, uint256 source, uint256 destination) private view returns (LedgerEntry memory) {
        return LedgerEntry(assetOf(unit), units[unit].tokenId, source, destination, 0);
    }

    /// @dev About what, from where or to where; or about the amount alone.
    function _lie(uint256 seed, LedgerEntry memory entry) private pure {
        uint256 lie = _draw(seed, "lie", 7);
        uint256 place = ledgerPlaces()[_draw(seed, "place", 4)];
        if (lie == 0) entry.asset.kind = AssetKind((uint256(entry.asset.kind) + 1) % 3);
        if (lie == 1) entry.asset.originChainId = place;
        if (lie == 2) entry.source = place;
        if (lie == 3) entry.destination = place;
        if (lie == 4) entry.destination = UNKNOWN;
        if (lie == 5) entry.amount = 0;
    }

    /// @dev Whether a message goes with it that pays in a unit, and not in an asset that X has made up.
    function _isDeliverable(Forgery memory forged) private view returns (bool) {
        return
            forged.text.length != 0
                && AssetIds.ledgerKey(forged.entry.asset, forged.entry.tokenId) == keyOf(forged.unit);
    }

    function _forgeMessage(Forgery memory forged) private returns (bytes memory text, bytes32 leaf) {
        LedgerEntry memory entry = forged.entry;
        AssetTransfer memory what = Transfers.units(entry.asset, entry.amount, attacker, attacker);
        what.tokenId = entry.tokenId;
        if (forged.unit == BROKEN) what.metadata = Transfers.announcement(entry.asset, "Broken", 18).metadata;
        if (entry.destination == L1_CHAIN_ID) {
            text = Transfers.withdrawal(bytes32(++_forgeries), what);
            return (text, withdrawalLeaf(text));
        }
        if (entry.destination == X || entry.destination == UNKNOWN) return ("", keccak256("a leaf of something else"));
        text = abi.encode(_bundleOf(X, entry.destination, what));
        return (text, bundleLeaf(centerOfX, text));
    }

    /// @dev What the vault of a chain would send to that of another.
    function _bundleOf(uint256 source, uint256 destination, AssetTransfer memory what)
        internal
        returns (InteropBundle memory bundle)
    {
        (bundle.version, bundle.sourceChainId, bundle.destinationChainId) = (0x01, source, destination);
        bundle.interopBundleSalt = bytes32(++_forgeries);
        bundle.calls = new InteropCall[](1);
        address to = address(chains[destination].vault);
        bundle.calls[0] = InteropCall(0x01, false, to, to, 0, Transfers.encode(what));
    }

    function _forgeCrossing(Forgery memory forged, Spot memory spot) private {
        LedgerEntry memory entry = forged.entry;
        Crossing storage crossing = crossings.push();
        crossing.route = entry.destination == L1_CHAIN_ID ? Route.Withdrawal : Route.Bundle;
        (crossing.source, crossing.destination, crossing.unit) = (X, entry.destination, forged.unit);
        (crossing.amount, crossing.sender, crossing.recipient) = (entry.amount, attacker, attacker);
        (crossing.text, crossing.spot, crossing.spotted) = (forged.text, spot, true);
        crossing.announces = forged.unit == BROKEN;
    }
}
