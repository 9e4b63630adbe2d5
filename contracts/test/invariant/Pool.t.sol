// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {InvariantTest} from "../base/InvariantTest.sol";
import {PoolActor} from "./PoolActor.sol";

/// @notice Whatever traders, depositors and donors do to a pool: a trade never lets the product of its reserves fall, and
/// nothing lets a share be worth less. Two pools: one that takes a fee, and one that lives of rounding alone.
contract PoolInvariantTest is InvariantTest {
    PoolActor private _withFee;
    PoolActor private _withoutFee;
    bytes4[] private _actions;

    function setUp() external {
        _actions =
            [PoolActor.trade.selector, PoolActor.add.selector, PoolActor.remove.selector, PoolActor.donate.selector];
        _withFee = new PoolActor(30);
        _withoutFee = new PoolActor(0);
        targetActor(address(_withFee), _actions);
        targetActor(address(_withoutFee), _actions);
    }

    function invariant_productNeverFalls() external view {
        vm.assertEq(_withFee.fallsOfProduct(), 0);
        vm.assertEq(_withoutFee.fallsOfProduct(), 0);
    }

    function invariant_sharesNeverFall() external view {
        vm.assertEq(_withFee.fallsOfShares(), 0);
        vm.assertEq(_withoutFee.fallsOfShares(), 0);
    }

    function invariant_poolIsSolvent() external view {
        _withFee.assertSolvent();
        _withoutFee.assertSolvent();
    }

    /// @notice The actors do trade: else nothing above would mean anything.
    function test_actors_trade() external {
        _withFee.trade(10_000, false);
        _withoutFee.trade(10_000, true);
        vm.assertEq(_withFee.trades(), 1);
        vm.assertEq(_withoutFee.trades(), 1);
    }
}
