// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

import {AssetVault} from "../../src/assets/AssetVault.sol";
import {Representations} from "../../src/assets/Representations.sol";
import {AssetIds} from "../../src/libraries/AssetIds.sol";
import {AssetKind, TransferRequest} from "../../src/types/Assets.sol";
import {BundleDelivery} from "../../src/types/Bundles.sol";
import {InteropTest} from "../base/InteropTest.sol";
import {PlainToken} from "../mocks/PlainToken.sol";

/// @notice What a transfer of an ERC-20 token costs, on both sides, per transaction. Run with `--isolate`.
contract AssetsGas is InteropTest {
    string private constant GROUP = "assets";

    AssetVault private _vault;
    ERC20 private _token;
    address private _holder = makeAddr("holder");

    function setUp() public override {
        super.setUp();
        address vaultAddress = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        Representations representations = new Representations(vaultAddress);
        _vault = new AssetVault(
            address(manager), address(representations), address(center), address(handler), L1, makeAddr("l1Bridge")
        );
        _token = ERC20(vm.deployCode(string.concat("PlainToken.sol:", type(PlainToken).name), abi.encode(sender)));
        vm.prank(sender);
        _token.approve(address(_vault), type(uint256).max);
        sendMessage(_holder, "", new bytes[](0));
    }

    function test_T1_T2_transfer() external {
        bytes memory first = _send(_holder);
        vm.snapshotGasLastCall(GROUP, "T1f send ERC-20, first to the chain");
        _deliver(first);
        vm.snapshotGasLastCall(GROUP, "T2f deliver ERC-20, first on the chain");
        bytes memory known = _send(_holder);
        uint256 sent = vm.snapshotGasLastCall(GROUP, "T1 send ERC-20");
        _deliver(known);
        uint256 delivered = vm.snapshotGasLastCall(GROUP, "T2e deliver ERC-20, existing recipient");
        vm.snapshotValue(GROUP, "T1 + T2e", sent + delivered);
        _deliver(_send(makeAddr("newcomer")));
        vm.snapshotGasLastCall(GROUP, "T2n deliver ERC-20, new recipient");
        address bridged = _vault.tokenOf(AssetIds.assetId(SOURCE, address(_token)));
        vm.assertEq(ERC20(bridged).totalSupply(), 300);
    }

    function _send(address recipient) private returns (bytes memory) {
        vm.chainId(SOURCE);
        TransferRequest memory request =
            TransferRequest(DESTINATION, address(_token), AssetKind.Fungible, 0, 100, recipient, 0);
        vm.recordLogs();
        vm.prank(sender);
        _vault.transfer(request);
        return messageIn(vm.getRecordedLogs());
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
