// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Erc7930} from "../../src/libraries/Erc7930.sol";
import {BundleDelivery, InteropCallStarter} from "../../src/types/Bundles.sol";
import {BatchProof} from "../../src/types/Messages.sol";
import {InteropTest} from "../base/InteropTest.sol";
import {SilentRecipient} from "../mocks/Recipients.sol";

/// @notice What sending and delivering cost, per transaction: a chain that has sent before, proofs of 14 + 14 + 5 levels,
/// a ring of imported roots, a recipient that does nothing. Run with `--isolate`; without it the limits hold all the
/// more, since nothing is cold and no transaction is paid for.
contract MessagingGas is InteropTest {
    string private constant GROUP = "messaging";
    uint256 private constant D3_COUNT = 32;

    address private _recipient;

    function setUp() public override {
        super.setUp();
        _recipient = vm.deployCode(string.concat("Recipients.sol:", type(SilentRecipient).name));
    }

    function test_S1_sendMessage() external {
        sendMessage(_recipient, "", new bytes[](0));
        _send(32);
        _row("S1 send 32 bytes", 48_000);
        _send(256);
        vm.snapshotGasLastCall(GROUP, "S1 send 256 bytes");
        _send(1024);
        vm.snapshotGasLastCall(GROUP, "S1 send 1024 bytes");
    }

    /// @dev The very first message of a chain: the outbox commitment goes from 0 to x. No sender has a slot of its own.
    function test_S1f_sendMessage() external {
        _send(32);
        vm.snapshotGasLastCall(GROUP, "S1f send 32 bytes, first of the chain");
    }

    function test_S2_sendBundle() external {
        sendMessage(_recipient, "", new bytes[](0));
        int256 one = _sendCalls(1);
        vm.snapshotGasLastCall(GROUP, "S2 send 1 call");
        int256 five = _sendCalls(5);
        _row("S2 send 5 calls", 110_000);
        _rowOfFurtherCalls("S2 each further call, exec", one, five, 12_000);
    }

    function test_D1_executeBundle() external {
        _deliver(sendMessage(_recipient, payloadOf(32), new bytes[](0)));
        _row("D1 deliver 32 bytes", 95_000);
        _deliver(sendMessage(_recipient, payloadOf(256), new bytes[](0)));
        vm.snapshotGasLastCall(GROUP, "D1 deliver 256 bytes");
        _deliver(sendMessage(_recipient, payloadOf(1024), new bytes[](0)));
        vm.snapshotGasLastCall(GROUP, "D1 deliver 1024 bytes");
    }

    function test_D1_executeBundle_batchKnown() external {
        bytes[] memory bundles = new bytes[](1);
        bundles[0] = sendMessage(_recipient, payloadOf(32), new bytes[](0));
        (BundleDelivery[] memory deliveries, BatchProof memory batch) = settleFinal(bundles);
        handler.recordBatch(batch);
        vm.prank(relayer);
        handler.executeBundle(deliveries[0]);
        vm.snapshotGasLastCall(GROUP, "D1 deliver 32 bytes, batch known");
    }

    function test_D2_executeBundle() external {
        int256 one = _deliver(sendBundle(starters(_recipient, 1, 32), new bytes[](0)));
        vm.snapshotGasLastCall(GROUP, "D2 deliver 1 call");
        int256 five = _deliver(sendBundle(starters(_recipient, 5, 32), new bytes[](0)));
        _row("D2 deliver 5 calls", 170_000);
        _rowOfFurtherCalls("D2 each further call, exec", one, five, 15_000);
    }

    /// @dev The batch root is recorded in the same transaction.
    function test_D3_executeBundles() external {
        bytes[] memory bundles = new bytes[](D3_COUNT);
        for (uint256 i = 0; i < D3_COUNT; ++i) {
            bundles[i] = sendMessage(_recipient, payloadOf(32), new bytes[](0));
        }
        (BundleDelivery[] memory deliveries, BatchProof memory batch) = settleFinal(bundles);
        BatchProof[] memory batches = new BatchProof[](1);
        batches[0] = batch;
        vm.prank(relayer);
        handler.executeBundles(batches, deliveries);
        uint256 all = vm.snapshotGasLastCall(GROUP, "D3 deliver 32 of 32 bytes");
        vm.snapshotValue(GROUP, "D3 each of 32", all / D3_COUNT);
        vm.assertLe(all, 55_000 * D3_COUNT);
        for (uint256 i = 0; i < D3_COUNT; ++i) {
            vm.assertEq(uint256(handler.bundleStatus(bundleHashOf(bundles[i]))), 2, "delivered");
        }
    }

    function _send(uint256 size) private {
        bytes memory to = Erc7930.format(DESTINATION, _recipient);
        vm.chainId(SOURCE);
        vm.prank(sender);
        center.sendMessage(to, payloadOf(size), new bytes[](0));
    }

    /// @return exec Gas less that of the calldata; below 0 when nobody pays for calldata, without `--isolate`.
    function _sendCalls(uint256 count) private returns (int256 exec) {
        InteropCallStarter[] memory calls = starters(_recipient, count, 32);
        bytes memory destination = chainAddress(DESTINATION);
        vm.chainId(SOURCE);
        vm.prank(sender);
        center.sendBundle(destination, calls, new bytes[](0));
        return _lastGas() - _calldataGas(abi.encodeCall(center.sendBundle, (destination, calls, new bytes[](0))));
    }

    /// @return exec Gas less that of the calldata, as above.
    function _deliver(bytes memory bundle) private returns (int256 exec) {
        BundleDelivery memory delivery = settle(bundle);
        vm.prank(relayer);
        handler.executeBundle(delivery);
        return _lastGas() - _calldataGas(abi.encodeCall(handler.executeBundle, (delivery)));
    }

    /// @dev A row that docs/reference/benchmarks has a limit for.
    function _row(string memory name, uint256 limit) private {
        vm.assertLe(vm.snapshotGasLastCall(GROUP, name), limit, name);
    }

    /// @dev The same for a quarter of what four further calls cost.
    function _rowOfFurtherCalls(string memory name, int256 one, int256 five, uint256 limit) private {
        vm.assertTrue(five > one, name);
        // casting to 'uint256' is safe because five calls cost more than one
        // forge-lint: disable-next-line(unsafe-typecast)
        uint256 each = uint256(five - one) / 4;
        vm.snapshotValue(GROUP, name, each);
        vm.assertLe(each, limit, name);
    }

    function _lastGas() private view returns (int256) {
        return int256(uint256(vm.lastCallGas().gasTotalUsed));
    }

    function _calldataGas(bytes memory data) private pure returns (int256 gas) {
        for (uint256 i = 0; i < data.length; ++i) {
            gas += data[i] == 0 ? int256(4) : int256(16);
        }
    }
}
