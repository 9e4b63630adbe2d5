// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IAssetCustody} from "../../../src/interfaces/IAssetCustody.sol";
import {IAssetVault} from "../../../src/interfaces/IAssetVault.sol";
import {ISwapDeployer} from "../../../src/interfaces/ISwapDeployer.sol";
import {AssetTransfers} from "../../../src/libraries/AssetTransfers.sol";
import {CodeStore} from "../../../src/libraries/CodeStore.sol";
import {Erc7930} from "../../../src/libraries/Erc7930.sol";
import {AtomicSwap} from "../../../src/swap/AtomicSwap.sol";
import {SwapDeployer} from "../../../src/swap/SwapDeployer.sol";
import {AssetTransfer} from "../../../src/types/Assets.sol";
import {InteropCallStarter} from "../../../src/types/Bundles.sol";
import {SwapTest} from "../../base/SwapTest.sol";
import {Transfers} from "../../base/Transfers.sol";
import {PlainERC20} from "../../mocks/PlainTokens.sol";

/// @notice What swaps stand on: their contract's address, the vault's side, and what they keep.
contract SwapPartsTest is SwapTest {
    // The contract's address.

    function test_deploy_putsTheContractWhereItsArgumentsSay() external {
        SwapDeployer deployer = new SwapDeployer();
        bytes memory arguments =
            abi.encode(address(manager), address(this), address(center), address(handler), L1, l1Swaps);
        bytes32 codeHash = keccak256(bytes.concat(vm.getCode("AtomicSwap.sol:AtomicSwap"), arguments));
        address expected = vm.computeCreate2Address(0, codeHash, address(deployer));
        vm.assertEq(deployer.initCodeHash(arguments), codeHash);
        address made = deployer.deploy(arguments);
        vm.assertEq(made, expected);
        vm.assertEq(AtomicSwap(payable(made)).version(), 1);
        vm.assertEq(AtomicSwap(payable(made)).authority(), address(manager));
        vm.expectRevert(ISwapDeployer.SwapDeployerNotCreated.selector);
        deployer.deploy(arguments);
    }

    /// @dev Nobody but the vault has one that the vault obeys.
    function test_deploy_givesOthersOneThatTheVaultRefuses() external {
        SwapDeployer deployer = new SwapDeployer();
        address other = deployer.deploy(
            abi.encode(address(manager), address(vault), address(center), address(handler), L1, l1Swaps)
        );
        vm.assertNotEq(other, vault.SWAP());
        bytes memory request = abi.encode(Transfers.fungible(DESTINATION, address(gold), 5, bob));
        vm.expectRevert(abi.encodeWithSelector(IAssetVault.AssetVaultNotGateway.selector, other));
        vm.prank(other);
        vault.initiateIndirectCall(DESTINATION, alice, request);
    }

    // The vault.

    function test_vault_takesForASwap_unlessPaused() external {
        bytes memory request = abi.encode(Transfers.fungible(DESTINATION, address(gold), 5, bob));
        gold.mint(address(swap), 5);
        vm.startPrank(address(swap));
        gold.approve(address(vault), 5);
        vm.expectEmit(address(vault));
        emit IAssetCustody.AssetOut(AssetTransfers.packAsset(goldAsset()), 0, AssetTransfers.packMovement(0, 5));
        vault.initiateIndirectCall(DESTINATION, alice, request);
        vm.stopPrank();
        manager.grantRole(3, operator, 0);
        vm.prank(operator);
        vault.pause();
        vm.expectRevert(IAssetCustody.AssetCustodyPaused.selector);
        vm.prank(address(swap));
        vault.initiateIndirectCall(DESTINATION, alice, request);
        // What it gives of what it has taken is no new transfer.
        vm.prank(address(swap));
        vault.initiateIndirectCall(DESTINATION, address(swap), request);
        vm.assertEq(vault.locked(address(gold)), 10);
    }

    function testFuzz_vault_givesForASwap_inTheNameOfAVaultOnly(address from, uint64 chainId) external {
        vm.assume(from != address(vault) && chainId != L1 && chainId != 0);
        vm.chainId(DESTINATION);
        AssetTransfer memory what = Transfers.announcement(goldAsset(), "Gold", 18);
        (what.amount, what.recipient) = (5, bob);
        bytes memory text = Transfers.encode(what);
        _expectWrongSender(Erc7930.format(chainId, from), text);
        _expectWrongSender(Erc7930.format(L1, address(vault)), text);
        _expectWrongSender(Erc7930.format(L1, l1Bridge), text);
        _expectWrongSender("", text);
        vm.expectEmit(address(vault));
        emit IAssetCustody.AssetIn(AssetTransfers.packAsset(goldAsset()), 0, AssetTransfers.packMovement(0, 5));
        vm.prank(address(swap));
        vault.receiveMessage(0, Erc7930.format(SOURCE, address(vault)), text);
        vm.assertEq(PlainERC20(bridgedOf(address(gold))).balanceOf(bob), 5);
    }

    // What the handler reads for the vault.

    function testFuzz_locateCall_findsThePayload(bytes calldata payload, uint256 index, bool isConditional) external {
        InteropCallStarter[] memory calls = starters(bob, 3, 40);
        index = index % 3;
        calls[index].data = payload;
        if (isConditional) {
            calls[index].callAttributes = listOf(wordAttribute("deliverBefore(uint256)", block.timestamp + 5));
        }
        bytes memory bundle = sendBundle(calls, none());
        (address from, address to, uint256 start, uint256 end) = handler.locateCall(bundle, index);
        vm.assertEq(from, sender);
        vm.assertEq(to, bob);
        vm.assertEq(this.slice(bundle, start, end), payload);
        (from, to, start, end) = handler.locateCall(bundle, 3);
        vm.assertEq(abi.encode(from, to, start, end), new bytes(128));
        bundle[bundle.length - 1] ^= 0x01;
        (from, to, start, end) = handler.locateCall(bundle, index);
        vm.assertEq(abi.encode(from, to, start, end), new bytes(128));
    }

    function slice(bytes calldata text, uint256 start, uint256 end) external pure returns (bytes calldata) {
        return text[start:end];
    }

    // What is kept as code.

    function testFuzz_codeStore_returnsWhatItWasGiven(bytes calldata data) external {
        bytes memory copy = data;
        address store = CodeStore.write(copy);
        vm.assertEq(copy, data, "left as it was");
        vm.assertEq(CodeStore.read(store), data);
        vm.assertEq(store.code.length, data.length + 1);
        vm.assertEq(store.code[0], bytes1(0));
    }

    function _expectWrongSender(bytes memory spelling, bytes memory text) private {
        vm.expectRevert(abi.encodeWithSelector(IAssetVault.AssetVaultWrongSender.selector, spelling));
        vm.prank(address(swap));
        vault.receiveMessage(0, spelling, text);
    }
}
