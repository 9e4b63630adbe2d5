// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Roles} from "../../src/access/Roles.sol";
import {IAssetCustody} from "../../src/interfaces/IAssetCustody.sol";
import {InclusionProof} from "../../src/types/Messages.sol";
import {LockStatus, SwapCommand, SwapOutcome, SwapPreimage} from "../../src/types/Swaps.sol";
import {SwapTest} from "../base/SwapTest.sol";

/// @notice ATK-47, INV09: a pause stops new locks and nothing else.
contract ATK47SwapPauseTest is SwapTest {
    address private _pauser = makeAddr("pauser");

    function setUp() public override {
        super.setUp();
        manager.grantRole(Roles.PAUSER, _pauser, 0);
    }

    function test_ATK47_pause_stopsLocksOnly() external {
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        (bytes32 forced, SwapPreimage memory second,) = lockAndProve();
        (bytes32 expired, SwapPreimage memory third, InclusionProof memory thirdProof) = lockAndProve();
        vm.prank(_pauser);
        vault.pause();
        vm.chainId(SOURCE);
        vm.expectRevert(IAssetCustody.AssetCustodyPaused.selector);
        vm.prank(alice);
        swap.lock(terms(), SALT);

        vm.chainId(DESTINATION);
        (bytes memory output, InclusionProof memory receipt) = executeAndProve(preimage, proof);
        swap.redeem(preimage, output, receipt);
        assertLock(id, LockStatus.Redeemed);

        vm.chainId(DESTINATION);
        swap.stage(second);
        command(SwapCommand.Resolve, abi.encode(SOURCE, forced), true);
        assertOutcome(forced, SwapOutcome.Executed);

        vm.warp(third.header.deadline + 1);
        swap.cancel(third.header, thirdProof);
        swap.refund(third, proveReceipt(third.header, SwapOutcome.Cancelled, ""));
        assertLock(expired, LockStatus.Refunded);
        vm.assertEq(gold.balanceOf(carol), AMOUNT);
    }

    /// @dev Whoever pauses cannot open again, and no pause makes a swap that was executed a refund.
    function test_ATK47_pause_refundsNothingThatWasExecuted() external {
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        vm.prank(_pauser);
        vault.pause();
        vm.expectRevert();
        vm.prank(_pauser);
        vault.unpause();
        (, InclusionProof memory receipt) = executeAndProve(preimage, proof);
        vm.expectRevert();
        swap.refund(preimage, receipt);
        assertLock(id, LockStatus.Locked);
    }
}
