// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IInteropHandler} from "../../src/interfaces/IInteropHandler.sol";
import {IPriorityInbox} from "../../src/interfaces/IPriorityInbox.sol";
import {BundleDelivery} from "../../src/types/Bundles.sol";
import {BatchProof} from "../../src/types/Messages.sol";
import {PriorityOperation} from "../../src/types/PriorityOperations.sol";
import {InteropTest} from "../base/InteropTest.sol";
import {HostileRecipient, SilentRecipient} from "../mocks/Recipients.sol";

/// @notice ATK-38: a recipient answers with megabytes. What its answer costs the handler is bounded: at most 256 bytes of
/// it are copied.
contract ATK38ReturnBombsTest is InteropTest {
    uint256 private constant MEGABYTE = 1 << 20;
    uint256 private constant OVERHEAD = 5_000;

    HostileRecipient private _recipient;

    function setUp() public override {
        super.setUp();
        _recipient = new HostileRecipient();
    }

    function test_ATK38_boundsRevertData() external {
        uint256 small = _costOfAnswer(true, 0);
        vm.assertLt(_costOfAnswer(true, MEGABYTE), small + OVERHEAD);
        vm.assertLt(_costOfAnswer(true, 10 * MEGABYTE), small + OVERHEAD);
    }

    function test_ATK38_boundsReturnData() external {
        uint256 small = _costOfAnswer(false, 0);
        vm.assertLt(_costOfAnswer(false, MEGABYTE), small + OVERHEAD);
        vm.assertLt(_costOfAnswer(false, 10 * MEGABYTE), small + OVERHEAD);
    }

    function testFuzz_ATK38_reportsTheFirst256Bytes(bytes calldata answer, uint256 size, bool reverts) external {
        size = bound(size, 0, MEGABYTE);
        _recipient.answerWith(reverts, answer, size);
        bytes memory kept = _first256(bytes.concat(answer, new bytes(size < 256 ? size : 256)));
        bytes4 refusal = reverts
            ? IInteropHandler.InteropHandlerCallReverted.selector
            : IInteropHandler.InteropHandlerWrongReturnValue.selector;
        BundleDelivery memory delivery = settle(sendMessage(address(_recipient), "data", none()));
        vm.expectRevert(abi.encodeWithSelector(refusal, 0, kept));
        handler.executeBundle(delivery);
    }

    /// @dev The bomb fails alone, and what a batch says about it is bounded too.
    function test_ATK38_leavesTheBatchInPlace() external {
        _recipient.answerWith(true, "", 10 * MEGABYTE);
        bytes[] memory bundles = new bytes[](2);
        bundles[0] = sendMessage(address(_recipient), "data", none());
        bundles[1] = sendMessage(address(new SilentRecipient()), "data", none());
        bytes memory reason =
            _first256(abi.encodeWithSelector(IInteropHandler.InteropHandlerCallReverted.selector, 0, new bytes(256)));
        BundleDelivery[] memory deliveries = settle(bundles);
        vm.expectEmit(address(handler));
        emit IInteropHandler.DeliveryFailed(bundleHashOf(bundles[0]), reason);
        vm.expectEmit(address(handler));
        emit IInteropHandler.BundleExecuted(bundleHashOf(bundles[1]));
        handler.executeBundles(new BatchProof[](0), deliveries);
    }

    function test_ATK38_boundsThePriorityInbox() external {
        _recipient.answerWith(true, "", MEGABYTE);
        PriorityOperation[] memory operations = new PriorityOperation[](1);
        operations[0] = PriorityOperation(1, SOURCE, 0, sender, address(_recipient), 10_000_000, 1_900_000_000, "data");
        bytes32 id = keccak256(abi.encode(operations[0]));
        vm.expectEmit(address(inbox));
        emit IPriorityInbox.PriorityOperationProcessed(id, 0, false, new bytes(256));
        vm.prank(operator, operator);
        inbox.processOperations(operations);
    }

    /// @return cost Gas of a delivery that fails for its answer, less what the recipient itself spends.
    function _costOfAnswer(bool reverts, uint256 size) private returns (uint256 cost) {
        _recipient.answerWith(reverts, "", size);
        bytes memory call =
            abi.encodeCall(handler.executeBundle, (settle(sendMessage(address(_recipient), "data", none()))));
        uint256 before = gasleft();
        bool success = callWithoutCopy(address(handler), call);
        cost = before - gasleft();
        vm.assertFalse(success);

        call = abi.encodeCall(_recipient.receiveMessage, (bytes32(0), "", "data"));
        before = gasleft();
        callWithoutCopy(address(_recipient), call);
        cost -= before - gasleft();
    }

    function _first256(bytes memory data) private pure returns (bytes memory head) {
        head = new bytes(data.length < 256 ? data.length : 256);
        for (uint256 i = 0; i < head.length; ++i) {
            head[i] = data[i];
        }
    }
}
