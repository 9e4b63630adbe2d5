// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {InvariantTest} from "../base/InvariantTest.sol";
import {WeakLedger} from "../mocks/WeakLedger.sol";
import {AssetActor} from "./AssetActor.sol";
import {AssetAttacker} from "./AssetAttacker.sol";
import {BrokenChain} from "./BrokenChain.sol";

/// @notice Whatever senders, relayers, a pauser, an issuer, an attacker and a chain with a broken verifier do to a network of L1
/// and three chains. Docs: docs/invariants.md.
/// Eight campaigns, together 50,176 calls, and 1,003,520 in the long profile; each looks at one invariant all along, and at all
/// of them when a run ends. Every number is drawn from a hash, so a dictionary of the fuzzer would only take time.
/// forge-config: default.invariant.runs = 8
/// forge-config: default.invariant.depth = 784
/// forge-config: default.invariant.check-interval = 8
/// forge-config: default.invariant.dictionary-weight = 0
/// forge-config: default.invariant.include-storage = false
/// forge-config: default.invariant.include-push-bytes = false
/// forge-config: default.invariant.show-metrics = false
/// forge-config: long.invariant.runs = 160
/// forge-config: long.invariant.depth = 784
/// forge-config: long.invariant.check-interval = 8
/// forge-config: long.invariant.dictionary-weight = 0
/// forge-config: long.invariant.include-storage = false
/// forge-config: long.invariant.include-push-bytes = false
/// forge-config: long.invariant.show-metrics = false
contract AssetsInvariantTest is InvariantTest {
    uint256 private constant MOST_DRAWS = 600;

    AssetActor private _actor;
    bytes4[] private _actions;

    function setUp() external {
        _actions = [
            AssetActor.deposit.selector,
            AssetActor.transfer.selector,
            AssetActor.buy.selector,
            AssetActor.announce.selector,
            AssetActor.claim.selector,
            AssetActor.settle.selector,
            AssetActor.deliver.selector,
            AssetActor.finalize.selector,
            AssetActor.release.selector,
            AssetActor.cancelExpired.selector,
            AssetActor.returnCancelled.selector,
            AssetActor.recover.selector,
            AssetActor.pass.selector,
            AssetActor.pause.selector,
            AssetActor.limit.selector,
            AssetActor.shut.selector,
            AssetActor.letPass.selector,
            AssetActor.rule.selector,
            BrokenChain.settleX.selector,
            BrokenChain.believeX.selector,
            BrokenChain.recoverFromX.selector,
            AssetAttacker.replay.selector,
            AssetAttacker.attack.selector
        ];
        _actor = new AssetActor();
        _start();
        targetActor(address(_actor), _actions);
    }

    /// @notice All of it, at the end of every run.
    function afterInvariant() external view {
        _actor.assertLedgerIsConserved();
        _actor.assertValueIsConserved();
        vm.assertEq(_actor.repeated(), 0, "repeated");
        vm.assertEq(_actor.wronglyAllowed(), 0, "wronglyAllowed");
        vm.assertEq(_actor.stuck(), 0, "stuck");
        vm.assertEq(_actor.blockedByPause(), 0, "blocked");
        vm.assertEq(_actor.countChangedRecords(), 0, "records");
        _actor.assertNothingIsReleasedWithoutADebit();
        _actor.assertEverybodyHasWhatIsTheirs();
        _actor.assertLossIsBoundedToX();
        _actor.assertRoutesAreTheirOwn();
    }

    function invariant_INV01_valueIsConserved() external view {
        _actor.assertLedgerIsConserved();
        _actor.assertValueIsConserved();
    }

    function invariant_INV02_nothingTakesEffectTwice() external view {
        vm.assertEq(_actor.repeated(), 0);
    }

    function invariant_INV05_aTerminalStateNeverChanges() external view {
        vm.assertEq(_actor.countChangedRecords(), 0);
    }

    function invariant_INV06_nothingIsReleasedWithoutADebit() external view {
        _actor.assertNothingIsReleasedWithoutADebit();
        vm.assertEq(_actor.wronglyAllowed(), 0);
    }

    function invariant_INV07_everybodyHasWhatIsTheirs() external view {
        _actor.assertEverybodyHasWhatIsTheirs();
    }

    function invariant_INV09_aPauseBlocksNoResolution() external view {
        vm.assertEq(_actor.blockedByPause(), 0);
    }

    function invariant_INV10_theLossOfABrokenChainIsItsOwn() external view {
        _actor.assertLossIsBoundedToX();
        vm.assertEq(_actor.stuck(), 0, "nobody else is held up");
    }

    function invariant_INV10_aRouteIsItsEndsAlone() external view {
        _actor.assertRoutesAreTheirOwn();
    }

    /// @dev A campaign proves nothing by actions that never work. Here they are drawn as it draws them.
    function test_campaign_doesEverything() external {
        for (uint256 i = 0; i < 1_500; ++i) {
            vm.assertTrue(_act(i), "no action reverts");
        }
        string[33] memory names = [
            "deposit",
            "deposit arrived",
            "deposit refused",
            "recovered",
            "recovered from X",
            "transfer",
            "delivered",
            "delivered from X",
            "cancelled",
            "returned",
            "buy",
            "buy delivered",
            "withdraw",
            "finalized",
            "finalized from X",
            "delayed",
            "released",
            "announce",
            "claim",
            "settle",
            "settled X",
            "refused X",
            "not taken",
            "resolved while paused",
            "limit route",
            "pause route",
            "open route",
            "held",
            "let pass",
            "believe X",
            "pause",
            "replay",
            "attack"
        ];
        this.afterInvariant();
        for (uint256 i = 0; i < names.length; ++i) {
            vm.assertGt(_actor.done(names[i]), 0, names[i]);
        }
    }

    /// @dev Nor does it prove anything if there is no ledger that fails it. One without a weakness does not.
    function test_campaign_findsWeakLedgers() external {
        vm.assertEq(_drawsUntilFound(WeakLedger.Weakness.None), MOST_DRAWS);
        for (uint256 weakness = 1; weakness <= uint256(type(WeakLedger.Weakness).max); ++weakness) {
            uint256 draws = _drawsUntilFound(WeakLedger.Weakness(weakness));
            vm.assertLt(draws, MOST_DRAWS, vm.toString(weakness));
        }
    }

    function _drawsUntilFound(WeakLedger.Weakness weakness) private returns (uint256 draws) {
        _actor = new AssetActor();
        _actor.weaken(weakness);
        _start();
        for (draws = 0; draws < MOST_DRAWS; draws += 20) {
            for (uint256 i = 0; i < 20; ++i) {
                if (!_act(draws + i)) return draws;
            }
            try this.afterInvariant() {}
            catch {
                return draws;
            }
        }
    }

    /// @dev The next action, as a campaign would draw it.
    function _act(uint256 index) private returns (bool success) {
        uint256 seed = uint256(keccak256(abi.encode("campaign", index)));
        bytes4 action = _actions[seed % _actions.length];
        (success,) = address(_actor).call(abi.encodePacked(action, seed));
    }

    /// @dev Something is everywhere before a campaign begins, X included.
    function _start() private {
        for (uint256 i = 0; i < 12; ++i) {
            uint256 seed = uint256(keccak256(abi.encode("start", i)));
            _actor.deposit(seed);
            _actor.transfer(seed);
        }
        for (uint256 i = 0; i < 6; ++i) {
            _actor.settle(i);
            _actor.settleX(i);
        }
    }
}
