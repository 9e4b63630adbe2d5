// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Erc7930} from "../../src/libraries/Erc7930.sol";
import {BundleDelivery, BundleStatus, InteropCallStarter} from "../../src/types/Bundles.sol";
import {BatchProof} from "../../src/types/Messages.sol";
import {InteropTest} from "../base/InteropTest.sol";
import {RecordingRecipient} from "../mocks/Recipients.sol";

/// @notice ATK-41: a copycat submits the relayer's delivery first. The recipient sees the very same, the copycat gains
/// nothing, and the relayer's own transaction does not fail for it.
contract ATK41FrontRunningTest is InteropTest {
    RecordingRecipient private _recipient;

    function setUp() public override {
        super.setUp();
        _recipient = new RecordingRecipient();
    }

    /// @dev All that a recipient is told, compared between two submitters and two origins.
    function testFuzz_ATK41_submitterChangesNothing(address copycat, bytes calldata payload) external {
        bytes memory bundle = sendMessage(address(_recipient), payload, none());
        BundleDelivery memory delivery = settle(bundle);
        uint256 state = vm.snapshotState();
        vm.prank(relayer, relayer);
        handler.executeBundle(delivery);
        bytes32 seen = _seen();
        vm.revertToState(state);
        vm.prank(copycat, copycat);
        handler.executeBundle(delivery);
        vm.assertEq(_seen(), seen);
        vm.assertEq(address(handler).balance, 0);
    }

    function testFuzz_ATK41_relayersBatchGoesOn_whenSomeWereDelivered(address copycat, uint256 copied) external {
        bytes[] memory bundles = new bytes[](4);
        for (uint256 i = 0; i < 4; ++i) {
            bundles[i] = sendMessage(address(_recipient), abi.encode(i), none());
        }
        BundleDelivery[] memory deliveries = settle(bundles);
        uint256 taken;
        for (uint256 i = 0; i < 4; ++i) {
            if (copied >> i & 1 == 0) continue;
            ++taken;
            vm.prank(copycat);
            handler.executeBundle(deliveries[i]);
        }
        vm.recordLogs();
        vm.prank(relayer);
        handler.executeBundles(new BatchProof[](0), deliveries);
        vm.assertEq(vm.getRecordedLogs().length, 4 - taken, "one event per bundle that was left, none for the others");
        vm.assertEq(_recipient.count(), 4);
    }

    /// @dev The copycat records the batch first: the relayer's own record changes nothing.
    function test_ATK41_relayersBatchGoesOn_whenTheBatchIsRecorded() external {
        (BundleDelivery[] memory deliveries, BatchProof memory batch) =
            settleFinal(listOf(sendMessage(address(_recipient), "data", none())));
        handler.recordBatch(batch);
        BatchProof[] memory batches = new BatchProof[](1);
        batches[0] = batch;
        vm.prank(relayer);
        handler.executeBundles(batches, deliveries);
        vm.assertEq(_recipient.count(), 1);
    }

    /// @dev Who wants a bundle run by nobody else says so at the source.
    function testFuzz_ATK41_namedExecutorCannotBeFrontRun(address copycat) external {
        vm.assume(copycat != relayer);
        bytes memory attribute = accountAttribute("executionAddress(bytes)", Erc7930.format(DESTINATION, relayer));
        bytes memory bundle = sendMessage(address(_recipient), "data", listOf(attribute));
        BundleDelivery[] memory deliveries = settle(listOf(bundle));
        vm.prank(copycat);
        handler.executeBundles(new BatchProof[](0), deliveries);
        vm.assertEq(uint256(handler.bundleStatus(bundleHashOf(bundle))), uint256(BundleStatus.Unreceived));

        // Proving it for everybody to see takes nothing away from its executor either.
        vm.prank(copycat);
        handler.verifyBundle(deliveries[0]);
        vm.prank(relayer);
        handler.executeBundle(deliveries[0]);
        vm.assertEq(_recipient.count(), 1);
    }

    /// @dev A copycat cannot run one call of a bundle without the others.
    function testFuzz_ATK41_copycatCannotSplitABundle(uint256 gas) external {
        InteropCallStarter[] memory calls = starters(address(_recipient), 5, 32);
        BundleDelivery memory delivery = settle(sendBundle(calls, none()));
        bytes memory call = abi.encodeCall(handler.executeBundle, (delivery));
        (bool success,) = address(handler).call{gas: bound(gas, 0, 1_500_000)}(call);
        vm.assertEq(_recipient.count(), success ? 5 : 0);
    }

    function _seen() private view returns (bytes32) {
        return keccak256(
            abi.encode(
                _recipient.count(),
                _recipient.gateway(),
                _recipient.receiveId(),
                _recipient.sender(),
                _recipient.payload()
            )
        );
    }
}
