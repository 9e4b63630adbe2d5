// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

import {AssetVault} from "../../src/assets/AssetVault.sol";
import {Representations} from "../../src/assets/Representations.sol";
import {AssetIds} from "../../src/libraries/AssetIds.sol";
import {Erc7930} from "../../src/libraries/Erc7930.sol";
import {SwapDeployer} from "../../src/swap/SwapDeployer.sol";
import {AssetKind, TransferRequest} from "../../src/types/Assets.sol";
import {BundleDelivery, InteropCallStarter} from "../../src/types/Bundles.sol";
import {InteropTest} from "../base/InteropTest.sol";
import {PlainToken} from "../mocks/PlainToken.sol";
import {SilentRecipient} from "../mocks/Recipients.sol";

/// @notice What a transfer of an ERC-20 token costs, on both sides, per transaction. Run with `--isolate`.
contract AssetsGas is InteropTest {
    string private constant GROUP = "assets";

    address private _shop;
    AssetVault private _vault;
    ERC20 private _token;
    address private _holder = makeAddr("holder");

    function setUp() public override {
        super.setUp();
        Representations representations = new Representations();
        _vault = new AssetVault(
            address(manager),
            address(representations),
            address(center),
            address(handler),
            L1,
            makeAddr("l1Bridge"),
            address(new SwapDeployer()),
            makeAddr("l1Swaps")
        );
        _token = ERC20(vm.deployCode(string.concat("PlainToken.sol:", type(PlainToken).name), abi.encode(sender)));
        _shop = vm.deployCode(string.concat("Recipients.sol:", type(SilentRecipient).name));
        vm.prank(sender);
        _token.approve(address(_vault), type(uint256).max);
        sendMessage(_holder, "", new bytes[](0));
    }

    function test_T1_T2_transfer() external {
        bytes memory first = _send(_holder);
        uint256 sent = vm.snapshotGasLastCall(GROUP, "T1f send ERC-20, first to the chain");
        _deliver(first);
        uint256 delivered = vm.snapshotGasLastCall(GROUP, "T2f deliver ERC-20, first on the chain");
        vm.snapshotValue(GROUP, "T1f + T2f", sent + delivered);
        vm.assertLe(sent + delivered, 700_000, "T1f + T2f");
        bytes memory known = _send(_holder);
        sent = vm.snapshotGasLastCall(GROUP, "T1 send ERC-20");
        _deliver(known);
        delivered = vm.snapshotGasLastCall(GROUP, "T2e deliver ERC-20, existing recipient");
        vm.snapshotValue(GROUP, "T1 + T2e", sent + delivered);
        // 8,000 of it is what it takes to count them, see ATK-44.
        vm.assertLe(sent + delivered, 209_000, "T1 + T2e");
        _deliver(_send(makeAddr("newcomer")));
        vm.snapshotGasLastCall(GROUP, "T2n deliver ERC-20, new recipient");
        address bridged = _vault.tokenOf(AssetIds.assetId(SOURCE, address(_token)));
        vm.assertEq(ERC20(bridged).totalSupply(), 300);
    }

    /// @dev One bundle that carries an ERC-20 token to a contract and then calls it.
    function test_S3_D4_transferAndCall() external {
        _deliver(_send(_shop));
        bytes memory bundle = _sendWithCall();
        vm.snapshotGasLastCall(GROUP, "S3 send ERC-20 and call");
        _deliver(bundle);
        vm.snapshotGasLastCall(GROUP, "D4 deliver ERC-20 and call");
    }

    function test_T3_withdrawal() external {
        _sendTo(L1, _holder);
        _sendTo(L1, _holder);
        vm.snapshotGasLastCall(GROUP, "T3 withdraw ERC-20 to L1");
    }

    function _send(address recipient) private returns (bytes memory) {
        vm.recordLogs();
        _sendTo(DESTINATION, recipient);
        return messageIn(vm.getRecordedLogs());
    }

    function _sendTo(uint256 chainId, address recipient) private {
        vm.chainId(SOURCE);
        TransferRequest memory request = _request(chainId, recipient);
        vm.prank(sender);
        _vault.transfer(request);
    }

    function _sendWithCall() private returns (bytes memory) {
        InteropCallStarter[] memory calls = new InteropCallStarter[](2);
        bytes memory request = abi.encode(_request(DESTINATION, _shop));
        bytes[] memory indirect = listOf(wordAttribute("indirectCall(uint256)", 0));
        calls[0] = InteropCallStarter(Erc7930.format(0, address(_vault)), request, indirect);
        calls[1] = InteropCallStarter(Erc7930.format(0, _shop), payloadOf(32), none());
        bytes memory destination = chainAddress(DESTINATION);
        vm.chainId(SOURCE);
        vm.recordLogs();
        vm.prank(sender);
        center.sendBundle(destination, calls, none());
        return messageIn(vm.getRecordedLogs());
    }

    function _request(uint256 chainId, address recipient) private view returns (TransferRequest memory) {
        return TransferRequest(chainId, address(_token), AssetKind.Fungible, 0, 100, recipient, 0);
    }

    function _deliver(bytes memory message) private {
        bytes memory bundle = new bytes(message.length - 1);
        for (uint256 i = 0; i < bundle.length; ++i) {
            bundle[i] = message[i + 1];
        }
        vm.chainId(DESTINATION);
        BundleDelivery memory delivery = settle(bundle);
        vm.prank(relayer);
        handler.executeBundle(delivery);
    }
}
