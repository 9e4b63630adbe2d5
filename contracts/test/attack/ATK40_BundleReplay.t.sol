// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IInteropHandler} from "../../src/interfaces/IInteropHandler.sol";
import {BundleDelivery, BundleStatus, CallStatus} from "../../src/types/Bundles.sol";
import {InteropTest} from "../base/InteropTest.sol";
import {RecordingRecipient} from "../mocks/Recipients.sol";

/// @notice ATK-40 on a chain: one bundle takes effect once.
contract ATK40BundleReplayTest is InteropTest {
    RecordingRecipient private _recipient;
    bytes private _bundle;
    BundleDelivery private _delivery;

    function setUp() public override {
        super.setUp();
        _recipient = new RecordingRecipient();
        _bundle = sendMessage(address(_recipient), "data", none());
        _delivery = settle(_bundle);
    }

    function test_ATK40_refuses_theSameDeliveryAgain() external {
        handler.executeBundle(_delivery);
        _refuse(_delivery, BundleStatus.FullyExecuted);
        vm.assertEq(_recipient.count(), 1);
    }

    /// @dev The batch holds the same bytes, the proof is valid, the root is newer.
    function test_ATK40_refuses_theSameBytesInAnotherBatch() external {
        handler.executeBundle(_delivery);
        _refuse(settle(_bundle), BundleStatus.FullyExecuted);
        vm.assertEq(_recipient.count(), 1);
    }

    function test_ATK40_refuses_anotherCenterOfTheSameChain() external {
        vm.prank(governance);
        handler.setCenterOverride(SOURCE, relayer);
        handler.executeBundle(_delivery);
        (BundleDelivery[] memory deliveries,) = settleFrom(SOURCE, relayer, listOf(_bundle));
        _refuse(deliveries[0], BundleStatus.FullyExecuted);
        vm.assertEq(_recipient.count(), 1);
    }

    /// @dev Sent again, it is another bundle: its salt differs.
    function test_ATK40_accepts_theSameContentSentAgain() external {
        handler.executeBundle(_delivery);
        handler.executeBundle(settle(sendMessage(address(_recipient), "data", none())));
        vm.assertEq(_recipient.count(), 2);
    }

    function testFuzz_ATK40_refuses_onAnotherChain(uint64 chainId) external {
        vm.assume(chainId != DESTINATION && chainId != 0);
        vm.chainId(chainId);
        vm.expectRevert(
            abi.encodeWithSelector(
                IInteropHandler.InteropHandlerWrongDestination.selector, uint256(chainId), DESTINATION
            )
        );
        handler.executeBundle(_delivery);
    }

    /// @dev A proof by another settlement layer leads to no root that this chain knows.
    function testFuzz_ATK40_refuses_anotherSettlementLayer(uint256 settlementChainId) external {
        vm.assume(settlementChainId != L1);
        // 1 word of metadata, 17 log siblings, 2 words, 14 batch siblings, the block; then the settlement chain.
        vm.assertEq(uint256(_delivery.proof.path[35]), L1);
        _delivery.proof.path[35] = bytes32(settlementChainId);
        vm.expectRevert(abi.encodeWithSelector(IInteropHandler.InteropHandlerUnproven.selector, bundleHashOf(_bundle)));
        handler.executeBundle(_delivery);
    }

    function test_ATK40_refuses_afterCancelling() external {
        handler.verifyBundle(_delivery);
        CallStatus[] memory statuses = new CallStatus[](1);
        statuses[0] = CallStatus.Cancelled;
        vm.prank(sender);
        handler.unbundleBundle(SOURCE, _bundle, statuses);

        _refuse(_delivery, BundleStatus.Unbundled);
        _refuse(settle(_bundle), BundleStatus.Unbundled);
        statuses[0] = CallStatus.Executed;
        vm.expectRevert(
            abi.encodeWithSelector(
                IInteropHandler.InteropHandlerCallSettled.selector, bundleHashOf(_bundle), 0, CallStatus.Cancelled
            )
        );
        vm.prank(sender);
        handler.unbundleBundle(SOURCE, _bundle, statuses);
        vm.assertEq(_recipient.count(), 0);
    }

    /// @dev Any order of the entries, with fresh proofs each time: the recipient hears of it at most once.
    function testFuzz_ATK40_runsAtMostOnce(uint256 steps) external {
        CallStatus[] memory statuses = new CallStatus[](1);
        uint256 runs;
        for (uint256 i = 0; i < 8; ++i) {
            uint256 step = steps >> (2 * i) & 3;
            statuses[0] = CallStatus(1 + (steps >> (16 + i) & 1));
            BundleDelivery memory delivery = settle(_bundle);
            bytes memory call = abi.encodeCall(handler.executeBundle, (delivery));
            if (step == 1) call = abi.encodeCall(handler.verifyBundle, (delivery));
            if (step == 2) call = abi.encodeCall(handler.unbundleBundle, (SOURCE, _bundle, statuses));
            vm.prank(sender);
            (bool success,) = address(handler).call(call);
            bool runsTheCall = step != 1 && (step != 2 || statuses[0] == CallStatus.Executed);
            if (success && runsTheCall) ++runs;
        }
        vm.assertEq(_recipient.count(), runs);
        vm.assertLe(runs, 1);
    }

    function _refuse(BundleDelivery memory delivery, BundleStatus status) private {
        bytes memory refusal =
            abi.encodeWithSelector(IInteropHandler.InteropHandlerWrongStatus.selector, bundleHashOf(_bundle), status);
        vm.expectRevert(refusal);
        handler.executeBundle(delivery);
        vm.expectRevert(refusal);
        handler.verifyBundle(delivery);
    }
}
