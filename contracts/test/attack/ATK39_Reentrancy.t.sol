// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IInteropHandler} from "../../src/interfaces/IInteropHandler.sol";
import {Erc7930} from "../../src/libraries/Erc7930.sol";
import {BundleDelivery, BundleStatus, CallStatus, InteropCallStarter} from "../../src/types/Bundles.sol";
import {BatchProof} from "../../src/types/Messages.sol";
import {InteropTest} from "../base/InteropTest.sol";
import {RecordingRecipient, ReentrantRecipient} from "../mocks/Recipients.sol";

/// @notice ATK-39: a recipient calls back while a bundle runs, as anyone and as the bundle's own unbundler. Every entry is
/// tried from inside both ways of running a call; no call of a bundle runs twice.
contract ATK39ReentrancyTest is InteropTest {
    uint256 private constant ENTRIES = 5;

    RecordingRecipient private _counted;
    ReentrantRecipient private _reentrant;

    function setUp() public override {
        super.setUp();
        _counted = new RecordingRecipient();
        _reentrant = new ReentrantRecipient();
    }

    function test_ATK39_runsEachCallOnce() external {
        for (uint256 entry = 0; entry < ENTRIES; ++entry) {
            _expectOnce(_execute, entry, BundleStatus.FullyExecuted);
            _expectOnce(_executeInABatch, entry, BundleStatus.FullyExecuted);
            _expectOnce(_unbundle, entry, BundleStatus.Unbundled);
        }
    }

    /// @dev Settling from inside what the outer call leaves open is no replay: it is allowed, and final.
    function test_ATK39_settlesTheRest_fromInside() external {
        (bytes memory bundle, BundleDelivery memory delivery) = _bundle();
        handler.verifyBundle(delivery);
        CallStatus[] memory rest = new CallStatus[](3);
        (rest[0], rest[2]) = (CallStatus.Executed, CallStatus.Cancelled);
        _reentrant.callBack(address(handler), abi.encodeCall(handler.unbundleBundle, (SOURCE, bundle, rest)));
        CallStatus[] memory own = new CallStatus[](3);
        own[1] = CallStatus.Executed;
        vm.prank(address(_reentrant));
        handler.unbundleBundle(SOURCE, bundle, own);
        vm.assertTrue(_reentrant.succeeded());
        vm.assertEq(_counted.count(), 1);

        vm.expectRevert(
            abi.encodeWithSelector(
                IInteropHandler.InteropHandlerCallSettled.selector, bundleHashOf(bundle), 0, CallStatus.Executed
            )
        );
        vm.prank(address(_reentrant));
        handler.unbundleBundle(SOURCE, bundle, _all(CallStatus.Executed));
    }

    /// @dev Another bundle from inside is a delivery like any other.
    function test_ATK39_accepts_anotherBundle_fromInside() external {
        (bytes memory bundle, BundleDelivery memory delivery) = _bundle();
        BundleDelivery memory other = settle(sendMessage(address(_counted), "another", none()));
        _reentrant.callBack(address(handler), abi.encodeCall(handler.executeBundle, (other)));
        handler.executeBundle(delivery);
        vm.assertTrue(_reentrant.succeeded());
        vm.assertEq(_counted.count(), 3);
        vm.assertEq(uint256(handler.bundleStatus(bundleHashOf(bundle))), uint256(BundleStatus.FullyExecuted));
    }

    /// @dev Read from inside, the handler tells of the state that will stand.
    function test_ATK39_viewsAreCurrent_fromInside() external {
        (bytes memory bundle, BundleDelivery memory delivery) = _bundle();
        _reentrant.callBack(address(handler), abi.encodeCall(handler.bundleStatus, (bundleHashOf(bundle))));
        handler.executeBundle(delivery);
        vm.assertEq(_reentrant.answer(), abi.encode(BundleStatus.FullyExecuted));
    }

    /// @dev A message sent from inside a delivery leaves after the delivery's own effects, with an id of its own.
    function test_ATK39_accepts_sendingFromInside() external {
        (, BundleDelivery memory delivery) = _bundle();
        vm.prank(governance);
        center.setDestination(SOURCE + 1, BASE_TOKEN);
        bytes memory to = Erc7930.format(SOURCE + 1, address(_counted));
        bytes32 before = center.commitment();
        _reentrant.callBack(address(center), abi.encodeCall(center.sendMessage, (to, "reply", none())));
        handler.executeBundle(delivery);
        vm.assertTrue(_reentrant.succeeded());
        vm.assertNotEq(center.commitment(), before);
    }

    function _execute(bytes memory, BundleDelivery memory delivery) private {
        handler.executeBundle(delivery);
    }

    function _executeInABatch(bytes memory, BundleDelivery memory delivery) private {
        BundleDelivery[] memory deliveries = new BundleDelivery[](1);
        deliveries[0] = delivery;
        handler.executeBundles(new BatchProof[](0), deliveries);
    }

    /// @dev The unbundler is the recipient: it settles, from inside the first call, what it is settling already.
    function _unbundle(bytes memory bundle, BundleDelivery memory delivery) private {
        handler.verifyBundle(delivery);
        vm.prank(address(_reentrant));
        handler.unbundleBundle(SOURCE, bundle, _all(CallStatus.Executed));
    }

    /// @dev Counted, reentrant, counted; the reentrant recipient may also unbundle it.
    function _bundle() private returns (bytes memory bundle, BundleDelivery memory delivery) {
        InteropCallStarter[] memory calls = starters(address(_counted), 3, 32);
        calls[1].to = Erc7930.format(0, address(_reentrant));
        bundle = sendBundle(
            calls, listOf(accountAttribute("unbundlerAddress(bytes)", Erc7930.format(0, address(_reentrant))))
        );
        delivery = settle(bundle);
    }

    function _entry(uint256 which, bytes memory bundle, BundleDelivery memory delivery)
        private
        view
        returns (bytes memory)
    {
        if (which == 0) return abi.encodeCall(handler.executeBundle, (delivery));
        if (which == 1) return abi.encodeCall(handler.verifyBundle, (delivery));
        if (which == 2) return abi.encodeCall(handler.executeBundleFor, (delivery, address(_reentrant)));
        if (which == 3) return abi.encodeCall(handler.unbundleBundle, (SOURCE, bundle, _all(CallStatus.Executed)));
        BundleDelivery[] memory deliveries = new BundleDelivery[](1);
        deliveries[0] = delivery;
        return abi.encodeCall(handler.executeBundles, (new BatchProof[](0), deliveries));
    }

    function _all(CallStatus status) private pure returns (CallStatus[] memory statuses) {
        statuses = new CallStatus[](3);
        for (uint256 i = 0; i < 3; ++i) {
            statuses[i] = status;
        }
    }

    /// @dev Leaves nothing behind.
    function _expectOnce(function(bytes memory, BundleDelivery memory) internal run, uint256 entry, BundleStatus status)
        private
    {
        uint256 snapshot = vm.snapshotState();
        (bytes memory bundle, BundleDelivery memory delivery) = _bundle();
        _reentrant.callBack(address(handler), _entry(entry, bundle, delivery));
        run(bundle, delivery);
        vm.assertTrue(_reentrant.called());
        vm.assertEq(_counted.count(), 2, "each call once");
        vm.assertEq(uint256(handler.bundleStatus(bundleHashOf(bundle))), uint256(status));
        vm.revertToState(snapshot);
    }
}
