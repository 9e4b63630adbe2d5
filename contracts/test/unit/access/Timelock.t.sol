// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";

import {Roles} from "../../../src/access/Roles.sol";
import {IChainRegistry} from "../../../src/interfaces/IChainRegistry.sol";
import {DataAvailability} from "../../../src/types/Batches.sol";
import {ChainConfig} from "../../../src/types/Chains.sol";
import {L1Fixture} from "../../base/L1Fixture.sol";

/// @notice Governance behind an execution delay, as a network grants it: what it will do is announced, waits, and can be
/// cancelled.
contract TimelockTest is L1Fixture {
    uint256 private constant CHAIN = 271;
    uint32 private constant DELAY = 2 days;

    address private _delayed = makeAddr("delayed governance");
    address private _guardian = makeAddr("guardian");
    bytes private _call;

    function setUp() external {
        deployL1();
        manager.grantRole(Roles.GOVERNANCE, _delayed, DELAY);
        uint64 guardians = 3;
        manager.setRoleGuardian(Roles.GOVERNANCE, guardians);
        manager.grantRole(guardians, _guardian, 0);
        ChainConfig memory config =
            ChainConfig({operator: operator, verifier: address(verifier), dataAvailability: DataAvailability.Validium});
        _call = abi.encodeCall(
            IChainRegistry.registerChain, (CHAIN, config, genesisState(CHAIN), GENESIS_BLOCK, GENESIS_TIME)
        );
    }

    function test_governance_actsAfterTheDelay() external {
        _schedule();
        vm.warp(block.timestamp + DELAY);
        vm.prank(_delayed);
        manager.execute(address(chainRegistry), _call);
        vm.assertTrue(chainRegistry.isRegistered(CHAIN));
    }

    /// @dev It may also call the contract itself, once the time has come.
    function test_governance_callsTheContract_afterTheDelay() external {
        _schedule();
        vm.warp(block.timestamp + DELAY);
        _register("");
        vm.assertTrue(chainRegistry.isRegistered(CHAIN));
    }

    function test_governance_isRefused_whenNothingIsScheduled() external {
        _register(abi.encodeWithSelector(IAccessManager.AccessManagerNotScheduled.selector, _operation()));
    }

    function testFuzz_governance_isRefused_beforeTheDelay(uint256 early) external {
        _schedule();
        vm.warp(bound(early, block.timestamp, block.timestamp + DELAY - 1));
        _register(abi.encodeWithSelector(IAccessManager.AccessManagerNotReady.selector, _operation()));
    }

    function test_governance_isRefused_twice() external {
        _schedule();
        vm.warp(block.timestamp + DELAY);
        _register("");
        _register(abi.encodeWithSelector(IAccessManager.AccessManagerNotScheduled.selector, _operation()));
    }

    function test_guardian_cancels() external {
        _schedule();
        vm.prank(_guardian);
        manager.cancel(_delayed, address(chainRegistry), _call);
        vm.warp(block.timestamp + DELAY);
        _register(abi.encodeWithSelector(IAccessManager.AccessManagerNotScheduled.selector, _operation()));
    }

    function _schedule() private {
        vm.prank(_delayed);
        manager.schedule(address(chainRegistry), _call, 0);
    }

    function _operation() private view returns (bytes32) {
        return manager.hashOperation(_delayed, address(chainRegistry), _call);
    }

    /// @dev Calls as governance; an empty `refusal` means success.
    function _register(bytes memory refusal) private {
        vm.prank(_delayed);
        (bool success, bytes memory reason) = address(chainRegistry).call(_call);
        vm.assertEq(success, refusal.length == 0);
        vm.assertEq(reason, refusal);
    }
}
