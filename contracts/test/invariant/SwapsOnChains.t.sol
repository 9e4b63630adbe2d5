// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {InvariantTest} from "../base/InvariantTest.sol";
import {SwapTraders} from "./SwapTraders.sol";

/// @notice Whatever traders, operators that stop and come back, and anybody on L1 do with swaps between two chains: INV-01 to INV-06
/// hold on the contracts of the chains and of L1 together. Docs: docs/invariants.md.
/// forge-config: default.invariant.runs = 16
/// forge-config: default.invariant.depth = 300
/// forge-config: default.invariant.check-interval = 5
/// forge-config: default.invariant.dictionary-weight = 0
/// forge-config: default.invariant.include-storage = false
/// forge-config: default.invariant.include-push-bytes = false
/// forge-config: default.invariant.show-metrics = false
/// forge-config: long.invariant.runs = 320
/// forge-config: long.invariant.depth = 300
/// forge-config: long.invariant.check-interval = 5
/// forge-config: long.invariant.dictionary-weight = 0
/// forge-config: long.invariant.include-storage = false
/// forge-config: long.invariant.include-push-bytes = false
/// forge-config: long.invariant.show-metrics = false
contract SwapsOnChainsInvariantTest is InvariantTest {
    uint256 private constant MOST_DRAWS = 400;
    uint256 private constant RUNS = 6;

    SwapTraders private _traders;
    bytes4[] private _actions;

    function setUp() external {
        // What a swap needs most comes more often.
        _actions = [
            SwapTraders.lock.selector,
            SwapTraders.lock.selector,
            SwapTraders.lock.selector,
            SwapTraders.settle.selector,
            SwapTraders.settle.selector,
            SwapTraders.settle.selector,
            SwapTraders.execute.selector,
            SwapTraders.execute.selector,
            SwapTraders.cancel.selector,
            SwapTraders.redeem.selector,
            SwapTraders.redeem.selector,
            SwapTraders.refund.selector,
            SwapTraders.force.selector,
            SwapTraders.forceClose.selector,
            SwapTraders.claim.selector,
            SwapTraders.tellStatus.selector,
            SwapTraders.tellStatus.selector,
            SwapTraders.freezeChain.selector,
            SwapTraders.l1Cancel.selector,
            SwapTraders.l1Cancel.selector,
            SwapTraders.l1Cancel.selector,
            SwapTraders.l1Claim.selector,
            SwapTraders.l1Claim.selector,
            SwapTraders.recover.selector,
            SwapTraders.wait.selector,
            SwapTraders.attack.selector
        ];
        _traders = new SwapTraders();
        targetActor(address(_traders), _actions);
    }

    /// @notice All of it, at the end of every run.
    function afterInvariant() external view {
        _traders.assertValueIsConserved();
        _traders.assertLedgerIsConserved();
        _traders.assertPaidOnce();
        _traders.assertOneOutcome();
        vm.assertEq(_traders.changed(), 0, "INV-05");
        vm.assertEq(_traders.mistakes(), 0, "LIV-01");
    }

    function invariant_INV01_INV06_valueIsConserved() external view {
        _traders.assertValueIsConserved();
        _traders.assertLedgerIsConserved();
    }

    function invariant_INV02_INV04_onePaymentAndOneOutcome() external view {
        _traders.assertPaidOnce();
        _traders.assertOneOutcome();
    }

    function invariant_INV05_LIV01_whatIsOverStaysSo_andWhatIsDueHappens() external view {
        vm.assertEq(_traders.changed(), 0);
        vm.assertEq(_traders.mistakes(), 0);
    }

    /// @dev A campaign proves nothing by actions that never work. Here they are drawn as it draws them.
    function test_campaign_doesEverything() external {
        string[20] memory names = [
            "lock",
            "lock refused",
            "executed",
            "not executed",
            "cancelled",
            "redeemed",
            "refunded",
            "settled",
            "frozen",
            "buried",
            "buried on the chain",
            "part",
            "back",
            "forced",
            "asked to pay",
            "cancelled by L1",
            "claimed",
            "attacked",
            "operation failed",
            "claim paid"
        ];
        uint256[20] memory counts;
        for (uint256 run = 0; run < RUNS; ++run) {
            _traders = new SwapTraders();
            _forceFirstPayment();
            for (uint256 i = 0; i < 250; ++i) {
                vm.assertTrue(_act(run, i), "no action reverts");
            }
            this.afterInvariant();
            for (uint256 i = 0; i < names.length; ++i) {
                counts[i] += _traders.done(names[i]);
            }
        }
        for (uint256 i = 0; i < names.length; ++i) {
            vm.assertGt(counts[i], 0, names[i]);
        }
    }

    /// @dev Nor does it prove anything if there is nothing that fails it. What has no weakness does not.
    function test_campaign_findsWeaknesses() external {
        vm.assertEq(_drawsUntilFound(SwapTraders.Weakness.None), MOST_DRAWS);
        for (uint256 weakness = 1; weakness <= uint256(type(SwapTraders.Weakness).max); ++weakness) {
            vm.assertLt(_drawsUntilFound(SwapTraders.Weakness(weakness)), MOST_DRAWS, vm.toString(weakness));
        }
    }

    function _drawsUntilFound(SwapTraders.Weakness weakness) private returns (uint256 draws) {
        _traders = new SwapTraders();
        _traders.weaken(weakness);
        for (draws = 0; draws < MOST_DRAWS; draws += 10) {
            for (uint256 i = 0; i < 10; ++i) {
                if (!_act(0, draws + i)) return draws;
            }
            try this.afterInvariant() {}
            catch {
                return draws;
            }
        }
    }

    /// @dev L1 does not say what a token is called, so what A pays here is a claim until the first payment that does.
    function _forceFirstPayment() private {
        _traders.lock(2);
        _traders.settle(0);
        _traders.execute(0);
        _traders.settle(1);
        _traders.wait(2 hours);
        _traders.forceClose(0);
        _traders.settle(2);
        vm.assertEq(_traders.done("asked to pay"), 1);
    }

    /// @dev The next action, as a campaign would draw it.
    function _act(uint256 run, uint256 index) private returns (bool success) {
        uint256 seed = uint256(keccak256(abi.encode("campaign", run, index)));
        bytes4 action = _actions[(seed >> 200) % _actions.length];
        (success,) = address(_traders).call(abi.encodePacked(action, seed));
    }
}
