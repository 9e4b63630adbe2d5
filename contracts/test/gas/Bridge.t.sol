// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

import {AssetTransfers} from "../../src/libraries/AssetTransfers.sol";
import {LogLeaf} from "../../src/libraries/LogLeaf.sol";
import {Asset, AssetKind, AssetTransfer, LedgerEntry, TransferRequest} from "../../src/types/Assets.sol";
import {L1Fixture} from "../base/L1Fixture.sol";
import {Placement, TreeBuilder} from "../base/TreeBuilder.sol";
import {PlainToken} from "../mocks/PlainToken.sol";

/// @notice What assets cost on L1, per transaction: proofs of 14 + 14 + 5 levels. Run with `--isolate`.
contract BridgeGas is L1Fixture {
    string private constant GROUP = "assets";
    uint256 private constant CHAIN = 271;
    uint64 private constant DELIVERY_GAS = 500_000;
    /// @dev The mapping `historicalRoot` of the message root.
    uint256 private constant HISTORY_SLOT = 1;

    ERC20 private _token;
    address private _holder = makeAddr("holder");
    uint256 private _batches;

    function setUp() external {
        deployL1();
        registerChain(CHAIN);
        _token =
            ERC20(vm.deployCode(string.concat("PlainToken.sol:", type(PlainToken).name), abi.encode(address(this))));
        _token.approve(address(sharedBridge), type(uint256).max);
        _token.transfer(_holder, 1);
    }

    function test_L2_deposit() external {
        _deposit(100);
        vm.snapshotGasLastCall(GROUP, "L2 deposit ERC-20, first to the chain");
        _deposit(100);
        vm.snapshotGasLastCall(GROUP, "L2 deposit ERC-20");
    }

    function test_L3_finalizeWithdrawal() external {
        _deposit(1_000);
        _apply(L1_CHAIN_ID, CHAIN, 1_000);
        _apply(CHAIN, L1_CHAIN_ID, 500);
        _withdraw(1);
        _withdraw(2);
        vm.snapshotGasLastCall(GROUP, "L3 finalize withdrawal of ERC-20");
        vm.assertEq(_token.balanceOf(_holder), 201);
    }

    function _deposit(uint256 amount) private {
        TransferRequest memory request =
            TransferRequest(CHAIN, address(_token), AssetKind.Fungible, 0, amount, _holder, 0);
        sharedBridge.deposit(request, DELIVERY_GAS);
    }

    /// @dev The chain reports that `amount` arrived, or that it was sent to L1.
    function _apply(uint256 source, uint256 destination, uint256 amount) private {
        LedgerEntry[] memory entries = new LedgerEntry[](1);
        entries[0] = LedgerEntry(_asset(), 0, source, destination, amount);
        vm.prank(address(settlement));
        ledger.applyBatch(CHAIN, entries);
    }

    /// @dev Finalizes a withdrawal of 100 that a batch of a large network holds.
    function _withdraw(uint256 salt) private {
        AssetTransfer memory what = AssetTransfer(_asset(), 0, 100, _holder, _holder, "", "");
        bytes memory message = bytes.concat(bytes1(0x01), bytes32(salt), AssetTransfers.encode(what));
        bytes32[] memory leaves = new bytes32[](4);
        leaves[0] = LogLeaf.message(0, vault, keccak256(message));
        for (uint256 i = 1; i < leaves.length; ++i) {
            leaves[i] = keccak256(abi.encode("another leaf", i));
        }
        Placement memory placement =
            TreeBuilder.randomPlacement(CHAIN, ++_batches, L1_CHAIN_ID, 10_000 + _batches, 14, 5);
        bytes32 root = TreeBuilder.sharedRoot(placement, leaves);
        // A history of 2^14 batches of 2^5 chains is too long to live through.
        bytes32 slot = keccak256(abi.encode(placement.settlementBlock, HISTORY_SLOT));
        vm.store(address(messageRoot), slot, keccak256(abi.encode(placement.l1Timestamp, root)));
        vm.assertTrue(messageRoot.isHistoricalRoot(placement.settlementBlock, placement.l1Timestamp, root));
        sharedBridge.finalizeWithdrawal(TreeBuilder.inclusionProof(placement, leaves, 0), message);
    }

    function _asset() private view returns (Asset memory) {
        return Asset(block.chainid, address(_token), AssetKind.Fungible);
    }
}
