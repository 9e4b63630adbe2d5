// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IInteropHandler} from "../../src/interfaces/IInteropHandler.sol";
import {BundleDelivery, BundleStatus} from "../../src/types/Bundles.sol";
import {BatchProof} from "../../src/types/Messages.sol";
import {InteropTest} from "../base/InteropTest.sol";
import {CarelessRecipient, RecordingRecipient} from "../mocks/Recipients.sol";

/// @notice ATK-37: who delivers chooses the gas. Whatever the choice, a call runs with the gas its sender asked for or the
/// delivery reverts and can be made again; never does a call count as executed that lacked gas.
contract ATK37GasGriefingTest is InteropTest {
    /// @dev A whole delivery needs less than this.
    uint256 private constant NEED = 1_000_000;
    uint256 private constant MIN_GAS = 400_000;

    CarelessRecipient private _careless;

    function setUp() public override {
        super.setUp();
        _careless = new CarelessRecipient();
    }

    function testFuzz_ATK37_executesWhollyOrNotAtAll(uint256 gas) external {
        bytes memory bundle = _askingForGas(address(_careless), MIN_GAS);
        BundleDelivery memory delivery = settle(bundle);
        gas = bound(gas, 0, 2 * NEED);
        (bool success,) = address(handler).call{gas: gas}(abi.encodeCall(handler.executeBundle, (delivery)));
        _assertWholeOrNothing(bundle, success);

        if (!success) handler.executeBundle(delivery);
        vm.assertEq(_careless.worked(), 1, "and can be made again");
    }

    function testFuzz_ATK37_executesWhollyOrNotAtAll_inABatch(uint256 gas) external {
        bytes memory bundle = _askingForGas(address(_careless), MIN_GAS);
        BundleDelivery[] memory deliveries = settle(listOf(bundle));
        gas = bound(gas, 0, 2 * NEED);
        bytes memory call = abi.encodeCall(handler.executeBundles, (new BatchProof[](0), deliveries));
        (bool success,) = address(handler).call{gas: gas}(call);
        bool executed = handler.bundleStatus(bundleHashOf(bundle)) == BundleStatus.FullyExecuted;
        if (!success) vm.assertFalse(executed);
        _assertWholeOrNothing(bundle, executed);
    }

    /// @dev Every step of 1,000 gas around the least that suffices, so that no gap is missed.
    function test_ATK37_sweep() external {
        bytes memory bundle = _askingForGas(address(_careless), MIN_GAS);
        bytes memory call = abi.encodeCall(handler.executeBundle, (settle(bundle)));
        uint256 state = vm.snapshotState();
        uint256 succeeded;
        for (uint256 gas = 350_000; gas < 600_000; gas += 1000) {
            (bool success,) = address(handler).call{gas: gas}(call);
            _assertWholeOrNothing(bundle, success);
            if (success) ++succeeded;
            vm.revertToState(state);
        }
        vm.assertGt(succeeded, 100, "both outcomes occur");
        vm.assertLt(succeeded, 200, "both outcomes occur");
    }

    /// @dev Without the attribute the sender leaves it to the submitter: the recipient's own work may fail for want of gas.
    /// This is what the attribute is for, and shows that the tests above would notice.
    function test_ATK37_lacksGas_whenNoneIsAskedFor() external {
        bytes memory call =
            abi.encodeCall(handler.executeBundle, (settle(sendMessage(address(_careless), "data", none()))));
        uint256 state = vm.snapshotState();
        uint256 hollow;
        for (uint256 gas = 50_000; gas < 500_000; gas += 5000) {
            (bool success,) = address(handler).call{gas: gas}(call);
            if (success && _careless.worked() == 0) ++hollow;
            vm.revertToState(state);
        }
        vm.assertGt(hollow, 0);
    }

    function testFuzz_ATK37_givesAtLeastTheGasAskedFor(uint256 asked, uint256 gas) external {
        RecordingRecipient recipient = new RecordingRecipient();
        asked = bound(asked, 250_000, 3_000_000);
        bytes memory bundle = _askingForGas(address(recipient), asked);
        BundleDelivery memory delivery = settle(bundle);
        gas = bound(gas, asked, 2 * asked);
        (bool success,) = address(handler).call{gas: gas}(abi.encodeCall(handler.executeBundle, (delivery)));
        vm.assertEq(recipient.count(), success ? 1 : 0);
        // A recipient has spent some hundred gas on finding its function before it looks.
        if (success) vm.assertGe(recipient.gasSeen() + 1000, asked);
    }

    function testFuzz_ATK37_refuses_moreGasThanThereIs(uint256 asked) external {
        asked = bound(asked, type(uint64).max, type(uint256).max);
        BundleDelivery memory delivery = settle(_askingForGas(address(_careless), asked));
        vm.expectPartialRevert(IInteropHandler.InteropHandlerGasTooLow.selector);
        handler.executeBundle(delivery);
    }

    function _assertWholeOrNothing(bytes memory bundle, bool executed) private view {
        BundleStatus expected = executed ? BundleStatus.FullyExecuted : BundleStatus.Unreceived;
        vm.assertEq(uint256(handler.bundleStatus(bundleHashOf(bundle))), uint256(expected));
        vm.assertEq(_careless.received(), executed ? 1 : 0);
        vm.assertEq(_careless.worked(), executed ? 1 : 0, "executed without the gas it needs");
    }

    function _askingForGas(address to, uint256 gas) private returns (bytes memory) {
        return sendMessage(to, "data", listOf(wordAttribute("minGasLimit(uint256)", gas)));
    }
}
