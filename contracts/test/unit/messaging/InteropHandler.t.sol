// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {IInteropHandler} from "../../../src/interfaces/IInteropHandler.sol";
import {IInteropRootStorage} from "../../../src/interfaces/IInteropRootStorage.sol";
import {Erc7930} from "../../../src/libraries/Erc7930.sol";
import {InteropHandler} from "../../../src/messaging/InteropHandler.sol";
import {
    BundleDelivery,
    BundleStatus,
    CallStatus,
    InteropBundle,
    InteropCall,
    InteropCallStarter
} from "../../../src/types/Bundles.sol";
import {BatchProof} from "../../../src/types/Messages.sol";
import {InteropTest} from "../../base/InteropTest.sol";
import {HostileRecipient, RecordingRecipient} from "../../mocks/Recipients.sol";

contract InteropHandlerTest is InteropTest {
    RecordingRecipient private _recipient;

    function setUp() public override {
        super.setUp();
        _recipient = new RecordingRecipient();
    }

    // Execution.

    function testFuzz_executeBundle_deliversThroughErc7786(bytes calldata payload, address submitter) external {
        bytes memory bundle = sendMessage(address(_recipient), payload, none());
        bytes32 hash = bundleHashOf(bundle);
        BundleDelivery memory delivery = settle(bundle);

        vm.expectEmit(address(handler));
        emit IInteropHandler.BundleExecuted(hash);
        vm.prank(submitter);
        handler.executeBundle(delivery);

        vm.assertEq(_recipient.count(), 1);
        vm.assertEq(_recipient.gateway(), address(handler));
        vm.assertEq(_recipient.receiveId(), keccak256(abi.encodePacked(hash, uint256(0))));
        vm.assertEq(_recipient.sender(), Erc7930.format(SOURCE, sender));
        vm.assertEq(_recipient.payload(), payload);
        _assertStatus(hash, BundleStatus.FullyExecuted);
        _assertCallStatus(hash, 0, CallStatus.Executed);
        _assertCallStatus(hash, 1, CallStatus.Unprocessed);
    }

    function testFuzz_executeBundle_runsEveryCallInOrder(uint256 count) external {
        count = bound(count, 1, 100);
        InteropCallStarter[] memory calls = starters(address(_recipient), count, 0);
        for (uint256 i = 0; i < count; ++i) {
            calls[i].data = abi.encode(i);
        }
        bytes memory bundle = sendBundle(calls, none());
        bytes32 hash = bundleHashOf(bundle);
        handler.executeBundle(settle(bundle));
        vm.assertEq(_recipient.count(), count);
        vm.assertEq(_recipient.payload(), abi.encode(count - 1));
        vm.assertEq(_recipient.receiveId(), keccak256(abi.encodePacked(hash, count - 1)));
        for (uint256 i = 0; i < count; ++i) {
            _assertCallStatus(hash, i, CallStatus.Executed);
        }
        _assertCallStatus(hash, count, CallStatus.Unprocessed);
    }

    function test_executeBundle_undoesAllCalls_whenOneReverts() external {
        HostileRecipient hostile = new HostileRecipient();
        hostile.answerWith(true, "no", 0);
        InteropCallStarter[] memory calls = starters(address(_recipient), 3, 32);
        calls[2].to = Erc7930.format(0, address(hostile));
        bytes memory bundle = sendBundle(calls, none());
        BundleDelivery memory delivery = settle(bundle);
        vm.expectRevert(abi.encodeWithSelector(IInteropHandler.InteropHandlerCallReverted.selector, 2, bytes("no")));
        handler.executeBundle(delivery);
        vm.assertEq(_recipient.count(), 0);
        _assertStatus(bundleHashOf(bundle), BundleStatus.Unreceived);

        // Held, not lost: it goes through once the recipient takes it.
        hostile.answerWith(false, abi.encode(_recipient.receiveMessage.selector), 0);
        handler.executeBundle(delivery);
        vm.assertEq(_recipient.count(), 2);
        _assertStatus(bundleHashOf(bundle), BundleStatus.FullyExecuted);
    }

    function test_executeBundle_worksAfterVerifyBundle() external {
        bytes memory bundle = sendMessage(address(_recipient), "data", none());
        BundleDelivery memory delivery = settle(bundle);
        handler.verifyBundle(delivery);
        // The proof is not looked at again.
        delivery.proof.path = new bytes32[](0);
        handler.executeBundle(delivery);
        vm.assertEq(_recipient.count(), 1);
        _assertStatus(bundleHashOf(bundle), BundleStatus.FullyExecuted);
    }

    function test_executeBundle_reverts_whenExecutedBefore() external {
        bytes memory bundle = sendMessage(address(_recipient), "data", none());
        BundleDelivery memory delivery = settle(bundle);
        handler.executeBundle(delivery);
        _expectWrongStatus(bundle, BundleStatus.FullyExecuted);
        handler.executeBundle(delivery);
        vm.assertEq(_recipient.count(), 1);
    }

    function test_executeBundle_reverts_whenProofLeadsToNoKnownRoot() external {
        bytes memory bundle = sendMessage(address(_recipient), "data", none());
        BundleDelivery memory delivery = settle(bundle);
        delivery.proof.path[3] ^= bytes32(uint256(1));
        vm.expectRevert(abi.encodeWithSelector(IInteropHandler.InteropHandlerUnproven.selector, bundleHashOf(bundle)));
        handler.executeBundle(delivery);
    }

    function testFuzz_executeBundle_reverts_whenChainIsNotTheDestination(uint64 chainId) external {
        vm.assume(chainId != DESTINATION && chainId != 0);
        BundleDelivery memory delivery = settle(sendMessage(address(_recipient), "data", none()));
        vm.chainId(chainId);
        vm.expectRevert(
            abi.encodeWithSelector(
                IInteropHandler.InteropHandlerWrongDestination.selector, uint256(chainId), DESTINATION
            )
        );
        handler.executeBundle(delivery);
    }

    /// @dev The center of another chain sends bytes that claim to come from `SOURCE`.
    function testFuzz_executeBundle_reverts_whenBundleClaimsAnotherSource(uint256 chainId) external {
        vm.assume(chainId != SOURCE);
        bytes memory bundle = sendMessage(address(_recipient), "data", none());
        (BundleDelivery[] memory deliveries,) = settleFrom(chainId, address(center), listOf(bundle));
        vm.expectRevert(abi.encodeWithSelector(IInteropHandler.InteropHandlerWrongSource.selector, SOURCE, chainId));
        handler.executeBundle(deliveries[0]);
    }

    function testFuzz_executeBundle_reverts_whenAValueIsToBePaid(uint256 value) external {
        vm.assume(value != 0);
        InteropBundle memory bundle = decodeBundle(sendMessage(address(_recipient), "data", none()));
        bundle.calls[0].value = value;
        _expectRefused(bundle, abi.encodeWithSelector(IInteropHandler.InteropHandlerValueNotCarried.selector, 0, value));
    }

    function testFuzz_executeBundle_reverts_whenVersionIsUnknown(bytes1 version) external {
        vm.assume(version != 0x01 && version != 0x02);
        bytes memory sent = sendMessage(address(_recipient), "data", none());
        bytes memory revertData = abi.encodeWithSelector(IInteropHandler.InteropHandlerUnknownVersion.selector, version);
        InteropBundle memory bundle = decodeBundle(sent);
        bundle.version = version;
        _expectRefused(bundle, revertData);
        bundle = decodeBundle(sent);
        bundle.calls[0].version = version;
        _expectRefused(bundle, revertData);
    }

    function test_executeBundle_reverts_whenShadowAccountIsAsked() external {
        InteropBundle memory bundle = decodeBundle(sendMessage(address(_recipient), "data", none()));
        bundle.calls[0].shadowAccount = true;
        _expectRefused(
            bundle, abi.encodeWithSelector(IInteropHandler.InteropHandlerUnknownVersion.selector, bytes1(0x01))
        );
    }

    function test_executeBundle_reverts_whenThereAreNoCallsOrTooMany() external {
        InteropBundle memory one = decodeBundle(sendMessage(address(_recipient), "data", none()));
        InteropBundle memory bundle = decodeBundle(abi.encode(one));
        for (uint256 count = 0; count <= 101; count += 101) {
            bundle.calls = new InteropCall[](count);
            for (uint256 i = 0; i < count; ++i) {
                bundle.calls[i] = one.calls[0];
            }
            _expectRefused(bundle, abi.encodeWithSelector(IInteropHandler.InteropHandlerCallCount.selector, count, 100));
        }
    }

    // Named executors.

    function testFuzz_executeBundle_isOpenToItsExecutorOnly(address executor, address other, bool withChain) external {
        vm.assume(executor != address(0) && executor != other);
        bytes memory spelling = Erc7930.format(withChain ? DESTINATION : 0, executor);
        bytes memory bundle =
            sendMessage(address(_recipient), "data", listOf(accountAttribute("executionAddress(bytes)", spelling)));
        BundleDelivery memory delivery = settle(bundle);

        vm.expectRevert(abi.encodeWithSelector(IInteropHandler.InteropHandlerNotExecutor.selector, other, spelling));
        vm.prank(other);
        handler.executeBundle(delivery);

        vm.prank(executor);
        handler.executeBundle(delivery);
        vm.assertEq(_recipient.count(), 1);
    }

    /// @dev A batch is executed on behalf of who submits it.
    function test_executeBundles_keepsTheExecutor() external {
        bytes memory spelling = Erc7930.format(0, relayer);
        bytes memory bundle =
            sendMessage(address(_recipient), "data", listOf(accountAttribute("executionAddress(bytes)", spelling)));
        BundleDelivery[] memory deliveries = settle(listOf(bundle));
        handler.executeBundles(new BatchProof[](0), deliveries);
        vm.assertEq(_recipient.count(), 0);
        vm.prank(relayer);
        handler.executeBundles(new BatchProof[](0), deliveries);
        vm.assertEq(_recipient.count(), 1);
    }

    function testFuzz_executeBundle_reverts_whenExecutorIsOnAnotherChain(uint256 chainId) external {
        vm.assume(chainId != DESTINATION && chainId != 0);
        InteropBundle memory bundle = decodeBundle(sendMessage(address(_recipient), "data", none()));
        bytes memory spelling = Erc7930.format(chainId, address(this));
        bundle.attributes.executionAddress = spelling;
        _expectRefused(
            bundle, abi.encodeWithSelector(IInteropHandler.InteropHandlerNotExecutor.selector, address(this), spelling)
        );
    }

    // Conditions.

    function testFuzz_executeBundle_holdsToItsWindow(uint64 deliverAfter, uint64 deliverBefore, uint64 time) external {
        vm.assume(time != 0);
        bytes[] memory attributes = new bytes[](2);
        attributes[0] = wordAttribute("deliverAfter(uint256)", deliverAfter);
        attributes[1] = wordAttribute("deliverBefore(uint256)", deliverBefore);
        BundleDelivery memory delivery = settle(sendMessage(address(_recipient), "data", attributes));
        vm.warp(time);
        bool inTime = true;
        if (deliverBefore != 0 && time > deliverBefore) {
            inTime = false;
            vm.expectRevert(
                abi.encodeWithSelector(
                    IInteropHandler.InteropHandlerTooLate.selector, 0, uint256(deliverBefore), uint256(time)
                )
            );
        } else if (time < deliverAfter) {
            inTime = false;
            vm.expectRevert(
                abi.encodeWithSelector(
                    IInteropHandler.InteropHandlerTooEarly.selector, 0, uint256(deliverAfter), uint256(time)
                )
            );
        }
        handler.executeBundle(delivery);
        vm.assertEq(_recipient.count(), inTime ? 1 : 0);
        if (inTime) vm.assertEq(_recipient.payload(), "data");
    }

    function test_executeBundle_acceptsTheEdgesOfItsWindow() external {
        bytes[] memory attributes = new bytes[](2);
        attributes[0] = wordAttribute("deliverAfter(uint256)", 1_900_000_000);
        attributes[1] = wordAttribute("deliverBefore(uint256)", 1_900_000_000);
        BundleDelivery memory delivery = settle(sendMessage(address(_recipient), "data", attributes));
        vm.warp(1_899_999_999);
        vm.expectPartialRevert(IInteropHandler.InteropHandlerTooEarly.selector);
        handler.executeBundle(delivery);
        vm.warp(1_900_000_001);
        vm.expectPartialRevert(IInteropHandler.InteropHandlerTooLate.selector);
        handler.executeBundle(delivery);
        vm.warp(1_900_000_000);
        handler.executeBundle(delivery);
        vm.assertEq(_recipient.count(), 1);
    }

    function testFuzz_executeBundle_reverts_whenConditionsAreNotCanonical(uint256 index, bytes1 change) external {
        vm.assume(change != 0);
        InteropBundle memory bundle = decodeBundle(
            sendMessage(address(_recipient), payloadOf(32), listOf(wordAttribute("deliverAfter(uint256)", 1)))
        );
        bytes memory data = bundle.calls[0].data;
        // Either offset, or the length; three conditions stand between, and the payload, a full word, behind them.
        index = bound(index, 0, 0x5f);
        data[index < 0x20 ? index : index + 0x60] ^= change;
        _expectRefused(bundle, abi.encodeWithSelector(IInteropHandler.InteropHandlerMalformedCall.selector, 0));
    }

    // Verification and unbundling.

    function test_verifyBundle_recordsWithoutRunning() external {
        bytes memory bundle = sendMessage(address(_recipient), "data", none());
        bytes32 hash = bundleHashOf(bundle);
        BundleDelivery memory delivery = settle(bundle);
        vm.expectEmit(address(handler));
        emit IInteropHandler.BundleVerified(hash);
        handler.verifyBundle(delivery);
        vm.assertEq(_recipient.count(), 0);
        _assertStatus(hash, BundleStatus.Verified);

        _expectWrongStatus(bundle, BundleStatus.Verified);
        handler.verifyBundle(delivery);
    }

    function test_verifyBundle_reverts_whenExecuted() external {
        bytes memory bundle = sendMessage(address(_recipient), "data", none());
        BundleDelivery memory delivery = settle(bundle);
        handler.executeBundle(delivery);
        _expectWrongStatus(bundle, BundleStatus.FullyExecuted);
        handler.verifyBundle(delivery);
    }

    function test_verifyBundle_reverts_whenUnproven() external {
        bytes memory bundle = sendMessage(address(_recipient), "data", none());
        BundleDelivery memory delivery = settle(bundle);
        delivery.proof.leafIndex = 1;
        vm.expectRevert(abi.encodeWithSelector(IInteropHandler.InteropHandlerUnproven.selector, bundleHashOf(bundle)));
        handler.verifyBundle(delivery);
    }

    function testFuzz_unbundleBundle_settlesEachCallOnce(uint256 first, uint256 second, uint256 count) external {
        count = bound(count, 1, 100);
        bytes memory bundle = sendBundle(starters(address(_recipient), count, 8), none());
        bytes32 hash = bundleHashOf(bundle);
        handler.verifyBundle(settle(bundle));

        // What the second round may still settle: whatever the first left.
        CallStatus[] memory before = _statuses(first, count);
        CallStatus[] memory later = _statuses(second, count);
        uint256 executed;
        for (uint256 i = 0; i < count; ++i) {
            if (before[i] != CallStatus.Unprocessed) later[i] = CallStatus.Unprocessed;
            if (before[i] == CallStatus.Executed || later[i] == CallStatus.Executed) ++executed;
        }
        vm.startPrank(sender);
        handler.unbundleBundle(SOURCE, bundle, before);
        handler.unbundleBundle(SOURCE, bundle, later);
        vm.stopPrank();

        vm.assertEq(_recipient.count(), executed);
        _assertStatus(hash, BundleStatus.Unbundled);
        for (uint256 i = 0; i < count; ++i) {
            _assertCallStatus(hash, i, before[i] == CallStatus.Unprocessed ? later[i] : before[i]);
        }
    }

    function test_unbundleBundle_emitsEachSettledCall() external {
        bytes memory bundle = sendBundle(starters(address(_recipient), 3, 8), none());
        bytes32 hash = bundleHashOf(bundle);
        handler.verifyBundle(settle(bundle));
        CallStatus[] memory statuses = new CallStatus[](3);
        (statuses[0], statuses[2]) = (CallStatus.Cancelled, CallStatus.Executed);
        vm.expectEmit(address(handler));
        emit IInteropHandler.BundleUnbundled(hash);
        vm.expectEmit(address(handler));
        emit IInteropHandler.CallProcessed(hash, 0, CallStatus.Cancelled);
        vm.expectEmit(address(handler));
        emit IInteropHandler.CallProcessed(hash, 2, CallStatus.Executed);
        vm.prank(sender);
        handler.unbundleBundle(SOURCE, bundle, statuses);
    }

    function testFuzz_unbundleBundle_reverts_whenCallIsSettled(uint8 first, uint8 again) external {
        bytes memory bundle = sendBundle(starters(address(_recipient), 2, 8), none());
        handler.verifyBundle(settle(bundle));
        CallStatus[] memory statuses = new CallStatus[](2);
        statuses[1] = CallStatus(bound(first, 1, 2));
        vm.prank(sender);
        handler.unbundleBundle(SOURCE, bundle, statuses);
        CallStatus settled = statuses[1];
        statuses[1] = CallStatus(bound(again, 1, 2));
        vm.expectRevert(
            abi.encodeWithSelector(IInteropHandler.InteropHandlerCallSettled.selector, bundleHashOf(bundle), 1, settled)
        );
        vm.prank(sender);
        handler.unbundleBundle(SOURCE, bundle, statuses);
    }

    function test_executeBundle_reverts_whenUnbundled() external {
        bytes memory bundle = sendBundle(starters(address(_recipient), 2, 8), none());
        BundleDelivery memory delivery = settle(bundle);
        handler.verifyBundle(delivery);
        vm.prank(sender);
        handler.unbundleBundle(SOURCE, bundle, new CallStatus[](2));
        _expectWrongStatus(bundle, BundleStatus.Unbundled);
        handler.executeBundle(delivery);
    }

    function test_unbundleBundle_reverts_whenNotVerifiedOrExecuted() external {
        bytes memory bundle = sendMessage(address(_recipient), "data", none());
        BundleDelivery memory delivery = settle(bundle);
        _expectWrongStatus(bundle, BundleStatus.Unreceived);
        vm.prank(sender);
        handler.unbundleBundle(SOURCE, bundle, new CallStatus[](1));

        handler.executeBundle(delivery);
        _expectWrongStatus(bundle, BundleStatus.FullyExecuted);
        vm.prank(sender);
        handler.unbundleBundle(SOURCE, bundle, new CallStatus[](1));
    }

    function testFuzz_unbundleBundle_isOpenToItsUnbundlerOnly(address unbundler, address other, bool withChain)
        external
    {
        vm.assume(unbundler != address(0) && unbundler != other);
        bytes memory spelling = Erc7930.format(withChain ? DESTINATION : 0, unbundler);
        bytes memory bundle =
            sendMessage(address(_recipient), "data", listOf(accountAttribute("unbundlerAddress(bytes)", spelling)));
        handler.verifyBundle(settle(bundle));
        vm.expectRevert(abi.encodeWithSelector(IInteropHandler.InteropHandlerNotUnbundler.selector, other, spelling));
        vm.prank(other);
        handler.unbundleBundle(SOURCE, bundle, new CallStatus[](1));
        vm.prank(unbundler);
        handler.unbundleBundle(SOURCE, bundle, new CallStatus[](1));
    }

    function testFuzz_unbundleBundle_reverts_whenStatusCountDiffers(uint256 count) external {
        count = bound(count, 0, 300);
        vm.assume(count != 2);
        bytes memory bundle = sendBundle(starters(address(_recipient), 2, 8), none());
        handler.verifyBundle(settle(bundle));
        vm.expectRevert(abi.encodeWithSelector(IInteropHandler.InteropHandlerStatusCount.selector, 2, count));
        vm.prank(sender);
        handler.unbundleBundle(SOURCE, bundle, new CallStatus[](count));
    }

    // Batches of deliveries.

    function testFuzz_executeBundles_leavesTheOthersInPlace_whenSomeFail(uint256 bad, uint256 count) external {
        count = bound(count, 1, 10);
        HostileRecipient hostile = new HostileRecipient();
        hostile.answerWith(true, "no", 0);
        bytes[] memory bundles = new bytes[](count);
        uint256 good;
        for (uint256 i = 0; i < count; ++i) {
            bool fails = bad >> i & 1 == 1;
            if (!fails) ++good;
            bundles[i] = sendMessage(fails ? address(hostile) : address(_recipient), abi.encode(i), none());
        }
        (BundleDelivery[] memory deliveries, BatchProof memory batch) = settleFinal(bundles);
        BatchProof[] memory batches = new BatchProof[](1);
        batches[0] = batch;
        for (uint256 i = 0; i < count; ++i) {
            vm.expectEmit(address(handler));
            if (bad >> i & 1 == 0) emit IInteropHandler.BundleExecuted(bundleHashOf(bundles[i]));
            else emit IInteropHandler.DeliveryFailed(bundleHashOf(bundles[i]), _callReverted("no"));
        }
        handler.executeBundles(batches, deliveries);
        vm.assertEq(_recipient.count(), good);
        for (uint256 i = 0; i < count; ++i) {
            BundleStatus expected = bad >> i & 1 == 1 ? BundleStatus.Unreceived : BundleStatus.FullyExecuted;
            _assertStatus(bundleHashOf(bundles[i]), expected);
        }
    }

    function test_executeBundles_passesOverWhatWasDelivered() external {
        bytes[] memory bundles = new bytes[](2);
        bundles[0] = sendMessage(address(_recipient), "first", none());
        bundles[1] = sendMessage(address(_recipient), "second", none());
        BundleDelivery[] memory deliveries = settle(bundles);
        handler.executeBundle(deliveries[0]);
        vm.recordLogs();
        handler.executeBundles(new BatchProof[](0), deliveries);
        vm.assertEq(vm.getRecordedLogs().length, 1, "the second delivery only");
        vm.assertEq(_recipient.count(), 2);
    }

    function test_executeBundles_reverts_whenABatchIsNotProven() external {
        (BundleDelivery[] memory deliveries, BatchProof memory batch) =
            settleFinal(listOf(sendMessage(address(_recipient), "data", none())));
        batch.chainBatchRoot ^= bytes32(uint256(1));
        BatchProof[] memory batches = new BatchProof[](1);
        batches[0] = batch;
        vm.expectRevert();
        handler.executeBundles(batches, deliveries);
    }

    /// @dev One that burns all it gets leaves the shares of the others alone.
    function test_executeBundles_sharesGasEqually() external {
        HostileRecipient hostile = new HostileRecipient();
        hostile.burnAllGas();
        bytes[] memory bundles = new bytes[](8);
        for (uint256 i = 0; i < 8; ++i) {
            bundles[i] = sendMessage(i == 0 ? address(hostile) : address(_recipient), "data", none());
        }
        BundleDelivery[] memory deliveries = settle(bundles);
        handler.executeBundles{gas: 4_000_000}(new BatchProof[](0), deliveries);
        vm.assertEq(_recipient.count(), 7);
    }

    function testFuzz_executeBundleFor_reverts_whenCallerIsNotTheHandler(address caller) external {
        vm.assume(caller != address(handler));
        BundleDelivery memory delivery = settle(sendMessage(address(_recipient), "data", none()));
        vm.expectRevert(abi.encodeWithSelector(IInteropHandler.InteropHandlerNotSelf.selector, caller));
        vm.prank(caller);
        handler.executeBundleFor(delivery, caller);
    }

    // Centers.

    function testFuzz_setCenterOverride_admitsThatCenterToo(address other) external {
        vm.assume(other != address(0) && other != address(center));
        bytes memory bundle = sendMessage(address(_recipient), "data", none());
        (BundleDelivery[] memory deliveries,) = settleFrom(SOURCE, other, listOf(bundle));
        _expectWrongCenter(other);
        handler.executeBundle(deliveries[0]);

        vm.expectEmit(address(handler));
        emit IInteropHandler.CenterOverrideSet(SOURCE, other);
        vm.prank(governance);
        handler.setCenterOverride(SOURCE, other);
        handler.executeBundle(deliveries[0]);
        handler.executeBundle(settle(sendMessage(address(_recipient), "from the constant", none())));
        vm.assertEq(_recipient.count(), 2);

        vm.prank(governance);
        handler.setCenterOverride(SOURCE, address(0));
        (deliveries,) = settleFrom(SOURCE, other, listOf(sendMessage(address(_recipient), "late", none())));
        _expectWrongCenter(other);
        handler.executeBundle(deliveries[0]);
    }

    /// @dev An override is for one chain, and an absent one admits nobody: neither does account 0.
    function test_executeBundle_reverts_whenSenderIsNoCenter() external {
        vm.prank(governance);
        handler.setCenterOverride(SOURCE + 1, relayer);
        address[3] memory senders = [relayer, address(0), address(handler)];
        for (uint256 i = 0; i < 3; ++i) {
            bytes memory bundle = sendMessage(address(_recipient), abi.encode(i), none());
            (BundleDelivery[] memory deliveries,) = settleFrom(SOURCE, senders[i], listOf(bundle));
            _expectWrongCenter(senders[i]);
            handler.executeBundle(deliveries[0]);
        }
    }

    function testFuzz_setCenterOverride_reverts_whenCallerIsNotGovernance(address caller) external {
        vm.assume(caller != governance && caller != address(manager));
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
        vm.prank(caller);
        handler.setCenterOverride(SOURCE, caller);
    }

    function test_constructor_reverts_whenAnArgumentIsZero() external {
        address authority = address(manager);
        vm.expectRevert(abi.encodeWithSelector(IInteropRootStorage.InteropRootStorageZeroAuthority.selector));
        new InteropHandler(address(0), L1, address(center));
        vm.expectRevert(abi.encodeWithSelector(IInteropRootStorage.InteropRootStorageZeroL1ChainId.selector));
        new InteropHandler(authority, 0, address(center));
        vm.expectRevert(abi.encodeWithSelector(IInteropHandler.InteropHandlerZeroCenter.selector));
        new InteropHandler(authority, L1, address(0));
    }

    function test_views_nameTheNeighbours() external view {
        vm.assertEq(handler.CENTER(), address(center));
        vm.assertEq(handler.authority(), address(manager));
        vm.assertEq(handler.version(), 1);
    }

    function _assertStatus(bytes32 hash, BundleStatus expected) private view {
        vm.assertEq(uint256(handler.bundleStatus(hash)), uint256(expected), "bundle status");
    }

    function _assertCallStatus(bytes32 hash, uint256 index, CallStatus expected) private view {
        vm.assertEq(uint256(handler.callStatus(hash, index)), uint256(expected), "call status");
    }

    function _expectWrongStatus(bytes memory bundle, BundleStatus status) private {
        vm.expectRevert(
            abi.encodeWithSelector(IInteropHandler.InteropHandlerWrongStatus.selector, bundleHashOf(bundle), status)
        );
    }

    function _expectWrongCenter(address from) private {
        vm.expectRevert(abi.encodeWithSelector(IInteropHandler.InteropHandlerWrongCenter.selector, SOURCE, from));
    }

    /// @dev The bundle is what a center sent and L1 settled, and is refused for what it says.
    function _expectRefused(InteropBundle memory bundle, bytes memory revertData) private {
        bytes memory text = abi.encode(bundle);
        BundleDelivery memory delivery = settle(text);
        vm.expectRevert(revertData);
        handler.executeBundle(delivery);
        _assertStatus(bundleHashOf(text), BundleStatus.Unreceived);
        vm.assertEq(_recipient.count(), 0);
    }

    function _callReverted(bytes memory reason) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IInteropHandler.InteropHandlerCallReverted.selector, 0, reason);
    }

    function _statuses(uint256 seed, uint256 count) private pure returns (CallStatus[] memory statuses) {
        statuses = new CallStatus[](count);
        for (uint256 i = 0; i < count; ++i) {
            statuses[i] = CallStatus(uint256(keccak256(abi.encode(seed, i))) % 3);
        }
    }
}
