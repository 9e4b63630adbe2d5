// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC7786Recipient} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";

import {AssetCustody} from "../../src/assets/AssetCustody.sol";
import {IAssetCustody} from "../../src/interfaces/IAssetCustody.sol";
import {IAssetLedger} from "../../src/interfaces/IAssetLedger.sol";
import {Direction, IAssetRules} from "../../src/interfaces/IAssetRules.sol";
import {IAssetVault} from "../../src/interfaces/IAssetVault.sol";
import {IBaseTokenHolder} from "../../src/interfaces/IBaseTokenHolder.sol";
import {IInteropHandler} from "../../src/interfaces/IInteropHandler.sol";
import {ISharedBridge} from "../../src/interfaces/ISharedBridge.sol";
import {Erc7930} from "../../src/libraries/Erc7930.sol";
import {Asset, AssetTransfer} from "../../src/types/Assets.sol";
import {PriorityOperation} from "../../src/types/PriorityOperations.sol";
import {Transfers} from "../base/Transfers.sol";
import {BrokenChain} from "./BrokenChain.sol";

/// @notice Somebody without any right, who repeats what was done and forges what was not.
abstract contract AssetAttacker is BrokenChain {
    /// @notice Anything that can be done to a crossing, on one for which that is over.
    function replay(uint256 seed) external {
        uint256 count = crossings.length;
        for (uint256 i = 0; i < count; ++i) {
            Crossing storage crossing = crossings[(_draw(seed, "start", count) + i) % count];
            if (crossing.state == State.Sent || !crossing.spotted || !isSettled(crossing.spot)) continue;
            (address target, bytes memory data) = _again(crossing, _draw(seed, "how", 3));
            if (target == address(0)) continue;
            if (_attempt(target, data, stranger)) ++repeated;
            ++done["replay"];
            return;
        }
    }

    /// @notice A direct call with forged data, by somebody without any right. None may succeed.
    function attack(uint256 seed) external {
        uint256 place = places()[_draw(seed, "place", 3)];
        uint256 unit = _draw(seed, "unit", UNITS);
        (address target, bytes memory data) = _forgeCall(seed, place, unit);
        vm.chainId(place);
        if (_attempt(target, data, attacker)) ++wronglyAllowed;
        ++done["attack"];
    }

    // What is tried again, and what is forged.

    function _again(Crossing storage crossing, uint256 how) private returns (address target, bytes memory data) {
        if (crossing.route == Route.Bundle) {
            uint256 place = crossing.destination;
            target = how == 2 ? address(chains[place].vault) : address(chains[place].handler);
            if (how == 2) {
                // A cancelled one is still to be sent back.
                if (crossing.state == State.Cancelled) return (address(0), "");
                vm.chainId(place);
                return (target, abi.encodeCall(IAssetVault.returnCancelled, (crossing.source, crossing.text, 0)));
            }
            bool isExecution = how == 0;
            return (
                target,
                abi.encodeWithSelector(
                    isExecution ? IInteropHandler.executeBundle.selector : IInteropHandler.verifyBundle.selector,
                    deliveryTo(place, _centerOf(crossing), crossing.text, crossing.spot)
                )
            );
        }
        target = address(sharedBridge);
        vm.chainId(L1_CHAIN_ID);
        if (crossing.route == Route.Deposit) {
            if (crossing.state == State.Refused) return (address(0), "");
            PriorityOperation memory operation = abi.decode(crossing.text, (PriorityOperation));
            return (target, abi.encodeCall(ISharedBridge.claimFailedDeposit, (operation, proofOf(crossing.spot))));
        }
        if (how == 0) {
            return (target, abi.encodeCall(ISharedBridge.finalizeWithdrawal, (proofOf(crossing.spot), crossing.text)));
        }
        if (crossing.state == State.Delayed) return (address(0), "");
        return (target, abi.encodeCall(ISharedBridge.releaseWithdrawal, (crossing.source, crossing.text)));
    }

    function _forgeCall(uint256 seed, uint256 place, uint256 unit) private returns (address, bytes memory) {
        uint256 how = _draw(seed, "how", 18);
        address keeper = address(custody(place));
        uint256 amount = 1 + _draw(seed, "amount", FUNDS);
        Asset memory asset = assetOf(unit);
        if (how < 4) return (address(ledger), _forgeBooking(how, unit, amount));
        if (how == 4) return (keeper, abi.encodeCall(IAssetCustody.pause, ()));
        if (how == 5) return (keeper, abi.encodeCall(IAssetCustody.unpause, ()));
        if (how == 6 && claims[unit][place][attacker] == 0) {
            return (keeper, abi.encodeCall(IAssetCustody.claim, (asset, units[unit].tokenId, attacker)));
        }
        if (how == 7) {
            return (address(sharedBridge), abi.encodeCall(ISharedBridge.setOutflowLimit, (A, keyOf(unit), 1, 1)));
        }
        if (how == 8) {
            address holder = address(chains[place == B ? B : A].vault.BASE_TOKEN_HOLDER());
            return (holder, abi.encodeCall(IBaseTokenHolder.pay, (attacker, amount, 50_000)));
        }
        AssetTransfer memory what = Transfers.units(asset, amount, attacker, attacker);
        what.tokenId = units[unit].tokenId;
        if (how >= 12) return _forgeRule(how, place, tokenAt(unit, place), what);
        return _forgeDelivery(how, place, what);
    }

    /// @dev What only an issuer, or the custody, may ask of the rules; and the release of what was never held.
    function _forgeRule(uint256 how, uint256 place, address token, AssetTransfer memory what)
        private
        view
        returns (address, bytes memory)
    {
        AssetCustody keeper = custody(place);
        address rules = address(keeper.RULES());
        bytes memory text = Transfers.encode(what);
        if (how == 12) return (rules, abi.encodeCall(IAssetRules.setRouteLimit, (token, X, Direction.Incoming, 1, 1)));
        if (how == 13) return (rules, abi.encodeCall(IAssetRules.pauseRoute, (token, X)));
        if (how == 14) return (rules, abi.encodeCall(IAssetRules.unpauseRoute, (token, X)));
        if (how == 15) return (rules, abi.encodeCall(IAssetRules.takeIncoming, (token, X, what.amount, text)));
        if (how == 16) return (address(keeper), abi.encodeCall(IAssetCustody.setRuled, (token)));
        return (address(keeper), abi.encodeCall(IAssetCustody.release, (X, heldBack.length / 2, text)));
    }

    function _forgeBooking(uint256 how, uint256 unit, uint256 amount) private view returns (bytes memory) {
        Asset memory asset = assetOf(unit);
        uint256 tokenId = units[unit].tokenId;
        if (how == 0) return abi.encodeCall(IAssetLedger.recordDeposit, (asset, tokenId, A, amount));
        if (how == 1) return abi.encodeCall(IAssetLedger.recordWithdrawal, (asset, tokenId, A, amount));
        if (how == 2) return abi.encodeCall(IAssetLedger.recordFailedDeposit, (asset, tokenId, A, amount));
        return abi.encodeCall(IAssetLedger.applyBatch, (A, Transfers.entry(asset, tokenId, A, B, amount)));
    }

    /// @dev Words of a vault that no vault has said.
    function _forgeDelivery(uint256 how, uint256 place, AssetTransfer memory what)
        private
        returns (address, bytes memory)
    {
        if (place == L1_CHAIN_ID || how == 9) {
            bytes memory message = Transfers.withdrawal("forged", what);
            Spot memory spot = Spot(A, 0, 0);
            if (!isSettled(spot)) return (address(ledger), "");
            return (address(sharedBridge), abi.encodeCall(ISharedBridge.finalizeWithdrawal, (proofOf(spot), message)));
        }
        IAssetVault receiver = IAssetVault(address(chains[place].vault));
        uint256 source = place == A ? B : A;
        if (how == 10) {
            bytes memory sender = Erc7930.format(source, address(receiver));
            return
                (
                    address(receiver),
                    abi.encodeCall(IERC7786Recipient.receiveMessage, (0, sender, Transfers.encode(what)))
                );
        }
        bytes memory text = abi.encode(_bundleOf(source, place, what));
        return (address(receiver), abi.encodeCall(IAssetVault.returnCancelled, (source, text, 0)));
    }
}
