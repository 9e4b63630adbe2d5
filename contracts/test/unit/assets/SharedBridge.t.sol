// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

import {IAssetCustody} from "../../../src/interfaces/IAssetCustody.sol";
import {IAssetLedger} from "../../../src/interfaces/IAssetLedger.sol";
import {IPriorityQueue} from "../../../src/interfaces/IPriorityQueue.sol";
import {ISharedBridge} from "../../../src/interfaces/ISharedBridge.sol";
import {AggregationLeaves} from "../../../src/libraries/AggregationLeaves.sol";
import {AssetIds} from "../../../src/libraries/AssetIds.sol";
import {AssetTransfers} from "../../../src/libraries/AssetTransfers.sol";
import {LogLeaf} from "../../../src/libraries/LogLeaf.sol";
import {Asset, AssetKind, AssetTransfer, LedgerEntry, TransferRequest} from "../../../src/types/Assets.sol";
import {Batch} from "../../../src/types/Batches.sol";
import {InclusionProof, RootImport} from "../../../src/types/Messages.sol";
import {PriorityOperation} from "../../../src/types/PriorityOperations.sol";
import {SwapEffect} from "../../../src/types/Swaps.sol";
import {L1Fixture} from "../../base/L1Fixture.sol";
import {Placement, TreeBuilder} from "../../base/TreeBuilder.sol";
import {Vm} from "../../base/Vm.sol";
import {EtherRefuser} from "../../mocks/EtherRefuser.sol";

contract Silver is ERC20 {
    constructor() ERC20("Silver", "SLV") {
        _mint(msg.sender, 1_000);
    }
}

/// @notice Deposits, withdrawals and recoveries against the real ledger, queue, settlement and message root.
contract SharedBridgeTest is L1Fixture {
    uint256 private constant A = 271;
    uint64 private constant GAS = 500_000;
    address private constant ETHER = AssetIds.BASE_TOKEN;

    Silver private _silver;
    address private _bob = makeAddr("bob");
    mapping(uint256 chainId => bytes32[]) private _batchLeaves;

    function setUp() external {
        deployL1();
        registerChain(A);
        _silver = new Silver();
        _silver.approve(address(sharedBridge), type(uint256).max);
    }

    function test_deposit_isKeptBookedAndQueued() external {
        PriorityOperation memory operation = _deposit(address(_silver), 70);
        vm.assertEq(_silver.balanceOf(address(sharedBridge)), 70);
        vm.assertEq(ledger.pending(L1_CHAIN_ID, A, _key(address(_silver))), 70);
        vm.assertEq(operation.to, vault);
        vm.assertEq(operation.sender, address(sharedBridge));
        AssetTransfer memory what = this.decode(operation.data);
        vm.assertEq(what.amount, 70);
        vm.assertEq(what.recipient, _bob);
        vm.assertTrue(what.metadata.length != 0, "the first deposit says what the token is called");
        what = this.decode(_deposit(address(_silver), 1).data);
        vm.assertEq(what.metadata.length, 0);
        _expectSolvent(address(_silver), 71, 71);
    }

    function test_finalizeWithdrawal_paysOnce() external {
        _deposit(ETHER, 5 ether);
        _settleArrival(ETHER, 5 ether);
        (bytes memory message, InclusionProof memory proof) = _withdraw(ETHER, 2 ether, "salt");
        sharedBridge.finalizeWithdrawal(proof, message);
        vm.assertEq(_bob.balance, 2 ether);
        _expectSolvent(ETHER, 3 ether, 3 ether);
        vm.expectRevert(
            abi.encodeWithSelector(ISharedBridge.SharedBridgeAlreadyFinalized.selector, A, keccak256(message))
        );
        sharedBridge.finalizeWithdrawal(proof, message);
        // The same again is another withdrawal.
        (message, proof) = _withdraw(ETHER, 2 ether, "another salt");
        sharedBridge.finalizeWithdrawal(proof, message);
        vm.assertEq(_bob.balance, 4 ether);
    }

    /// @dev ATK-14: the chain's verifier lets it send any message; what it did not report, it does not get.
    function test_ATK14_finalizeWithdrawal_reverts_whenTheChainHasNotReportedIt() external {
        _deposit(ETHER, 5 ether);
        _settleArrival(ETHER, 5 ether);
        AssetTransfer memory what = _transfer(ETHER, 5 ether);
        (bytes memory message, InclusionProof memory proof) = _settleMessage(what, "salt", new LedgerEntry[](0));
        vm.expectRevert(
            abi.encodeWithSelector(
                IAssetLedger.AssetLedgerPendingTooLow.selector, A, L1_CHAIN_ID, _key(ETHER), 0, 5 ether
            )
        );
        sharedBridge.finalizeWithdrawal(proof, message);
        _expectSolvent(ETHER, 5 ether, 5 ether);
    }

    /// @dev ATK-14, INV-10: nor does it get what another chain reported and nobody has withdrawn yet.
    function test_ATK14_finalizeWithdrawal_reverts_whenAnotherChainReportedIt() external {
        _deposit(ETHER, 5 ether);
        _settleArrival(ETHER, 5 ether);
        uint256 broken = 272;
        registerChain(broken);
        bytes memory forged = _message(_transfer(ETHER, 4 ether), "forged");
        bytes32 leaf = LogLeaf.message(0, vault, keccak256(forged));
        (bytes memory message, InclusionProof memory proof) = _withdraw(ETHER, 4 ether, "salt");
        uint256 snapshot = vm.snapshotState();
        InclusionProof memory forgery = _settleLeafOf(broken, leaf, new LedgerEntry[](0));
        vm.expectRevert(
            abi.encodeWithSelector(
                IAssetLedger.AssetLedgerPendingTooLow.selector, broken, L1_CHAIN_ID, _key(ETHER), 0, 4 ether
            )
        );
        sharedBridge.finalizeWithdrawal(forgery, forged);
        vm.revertToState(snapshot);
        sharedBridge.finalizeWithdrawal(proof, message);
        vm.assertEq(_bob.balance, 4 ether);
    }

    /// @dev ATK-12: a message that was not sent, or by somebody else, moves nothing.
    function test_ATK12_finalizeWithdrawal_reverts_whenTheMessageIsNotTheVaults() external {
        _deposit(ETHER, 5 ether);
        _settleArrival(ETHER, 5 ether);
        (bytes memory message, InclusionProof memory proof) = _withdraw(ETHER, 1 ether, "salt");
        bytes memory other = _message(_transfer(ETHER, 3 ether), "salt");
        vm.expectRevert(abi.encodeWithSelector(ISharedBridge.SharedBridgeUnproven.selector, keccak256(other)));
        sharedBridge.finalizeWithdrawal(proof, other);
        sharedBridge.finalizeWithdrawal(proof, message);
    }

    /// @dev What a swap held is paid like a withdrawal, and says that no chain had it.
    function test_payClaim_pays() external {
        _deposit(ETHER, 5 ether);
        bytes memory text = AssetTransfers.encode(_transfer(ETHER, 2 ether));
        bytes memory movement = abi.encodePacked(uint8(0), uint64(L1_CHAIN_ID), ETHER, bytes3(0), uint256(0));
        vm.recordLogs();
        vm.prank(address(swapRegistry));
        sharedBridge.payClaim(text, A);
        vm.assertEq(_bob.balance, 2 ether);
        _expectSolvent(ETHER, 3 ether, 3 ether);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 1);
        vm.assertEq(logs[0].topics[0], IAssetCustody.AssetIn.selector);
        vm.assertEq(logs[0].data, abi.encodePacked(movement, uint64(0), uint128(2 ether), bytes8(0)));
    }

    function test_payClaim_notesAClaim_whenTheRecipientTakesNothing() external {
        _deposit(ETHER, 5 ether);
        AssetTransfer memory what = _transfer(ETHER, 2 ether);
        what.recipient = address(new EtherRefuser());
        bytes memory text = AssetTransfers.encode(what);
        vm.prank(address(swapRegistry));
        sharedBridge.payClaim(text, A);
        vm.assertEq(sharedBridge.claimable(_key(ETHER), what.recipient), 2 ether);
        _expectSolvent(ETHER, 5 ether, 5 ether);
    }

    /// @dev INV-09: a pause stops deposits and nothing else.
    function test_INV09_payClaim_pays_whilePaused() external {
        _deposit(ETHER, 5 ether);
        vm.prank(pauser);
        sharedBridge.pause();
        bytes memory text = AssetTransfers.encode(_transfer(ETHER, 2 ether));
        vm.prank(address(swapRegistry));
        sharedBridge.payClaim(text, A);
        vm.assertEq(_bob.balance, 2 ether);
    }

    /// @dev ATK-12.
    function testFuzz_ATK12_payClaim_reverts_whenNotTheSwapRegistry(address caller) external {
        vm.assume(caller != address(swapRegistry));
        _deposit(ETHER, 5 ether);
        bytes memory text = AssetTransfers.encode(_transfer(ETHER, 2 ether));
        vm.expectRevert(
            abi.encodeWithSelector(ISharedBridge.SharedBridgeNotSwaps.selector, caller, address(swapRegistry))
        );
        vm.prank(caller);
        sharedBridge.payClaim(text, A);
    }

    function test_finalizeWithdrawal_isDelayed_whenItExceedsTheLimit() external {
        _deposit(ETHER, 10 ether);
        _settleArrival(ETHER, 10 ether);
        vm.prank(governance);
        sharedBridge.setOutflowLimit(A, _key(ETHER), 3 ether, 1 ether);
        (bytes memory message, InclusionProof memory proof) = _withdraw(ETHER, 7 ether, "salt");
        sharedBridge.finalizeWithdrawal(proof, message);
        vm.assertEq(_bob.balance, 0);
        uint256 payableAt = block.timestamp + 4;
        vm.expectRevert(abi.encodeWithSelector(ISharedBridge.SharedBridgeTooEarly.selector, payableAt, block.timestamp));
        sharedBridge.releaseWithdrawal(A, message);
        vm.warp(payableAt);
        sharedBridge.releaseWithdrawal(A, message);
        vm.assertEq(_bob.balance, 7 ether);
        vm.expectRevert(
            abi.encodeWithSelector(ISharedBridge.SharedBridgeAlreadyFinalized.selector, A, keccak256(message))
        );
        sharedBridge.releaseWithdrawal(A, message);
    }

    /// @dev ATK-17: what is given back needs the same proof as what is paid out, once, and of that very chain.
    function test_ATK17_claimFailedDeposit_givesItBackOnce_byProofOfTheStatusLog() external {
        PriorityOperation memory operation = _deposit(address(_silver), 40);
        bytes32 operationHash = keccak256(abi.encode(operation));
        InclusionProof memory succeeded = _settleLeaf(LogLeaf.status(operationHash, true), new LedgerEntry[](0));
        bytes memory unproven = abi.encodeWithSelector(ISharedBridge.SharedBridgeUnproven.selector, operationHash);
        vm.expectRevert(unproven);
        sharedBridge.claimFailedDeposit(operation, succeeded);
        uint256 other = 272;
        registerChain(other);
        InclusionProof memory elsewhere =
            _settleLeafOf(other, LogLeaf.status(operationHash, false), new LedgerEntry[](0));
        vm.expectRevert(unproven);
        sharedBridge.claimFailedDeposit(operation, elsewhere);

        InclusionProof memory failed = _settleLeaf(LogLeaf.status(operationHash, false), new LedgerEntry[](0));
        uint256 before = _silver.balanceOf(address(this));
        sharedBridge.claimFailedDeposit(operation, failed);
        vm.assertEq(_silver.balanceOf(address(this)), before + 40);
        vm.assertEq(ledger.issued(_key(address(_silver))), 0);
        _expectSolvent(address(_silver), 0, 0);
        vm.expectRevert(abi.encodeWithSelector(ISharedBridge.SharedBridgeUnknownDeposit.selector, operationHash));
        sharedBridge.claimFailedDeposit(operation, failed);
    }

    function decode(bytes calldata text) external pure returns (AssetTransfer memory what) {
        bool canonical;
        (canonical, what) = AssetTransfers.decode(text);
        vm.assertTrue(canonical);
    }

    function _deposit(address token, uint256 amount) private returns (PriorityOperation memory operation) {
        TransferRequest memory request = TransferRequest(A, token, AssetKind.Fungible, 0, amount, _bob, 0);
        uint256 value = token == ETHER ? amount : 0;
        vm.deal(address(this), value);
        vm.recordLogs();
        sharedBridge.deposit{value: value}(request, GAS);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IPriorityQueue.PriorityOperationRequested.selector) continue;
            operation = abi.decode(logs[i].data, (PriorityOperation));
        }
    }

    /// @dev The chain reports that a deposit arrived.
    function _settleArrival(address token, uint256 amount) private {
        _settleLeaf(keccak256("another leaf"), _entry(token, L1_CHAIN_ID, A, amount));
    }

    /// @dev The chain sends `amount` to Bob on L1, and reports it.
    function _withdraw(address token, uint256 amount, bytes32 salt)
        private
        returns (bytes memory message, InclusionProof memory proof)
    {
        return _settleMessage(_transfer(token, amount), salt, _entry(token, A, L1_CHAIN_ID, amount));
    }

    function _settleMessage(AssetTransfer memory what, bytes32 salt, LedgerEntry[] memory entries)
        private
        returns (bytes memory message, InclusionProof memory proof)
    {
        message = _message(what, salt);
        proof = _settleLeaf(LogLeaf.message(0, vault, keccak256(message)), entries);
    }

    /// @dev What the vault of a chain sends to L1.
    function _message(AssetTransfer memory what, bytes32 salt) private pure returns (bytes memory) {
        return bytes.concat(bytes1(0x01), salt, AssetTransfers.encode(what));
    }

    function _settleLeaf(bytes32 leaf, LedgerEntry[] memory entries) private returns (InclusionProof memory) {
        return _settleLeafOf(A, leaf, entries);
    }

    /// @dev Settles a batch with one leaf, and proves that.
    function _settleLeafOf(uint256 chainId, bytes32 leaf, LedgerEntry[] memory entries)
        private
        returns (InclusionProof memory)
    {
        bytes32[] memory leaves = new bytes32[](1);
        leaves[0] = leaf;
        Batch memory batch = nextBatch(chainId);
        batch.chainBatchRoot = TreeBuilder.batchRoot(chainId, leaves);
        batch.ledgerDeltaHash = entries.length == 0 ? bytes32(0) : keccak256(abi.encode(uint8(1), entries));
        bytes memory signatures_ = attest(chainId, batch);
        vm.prank(operator);
        settlement.settleBatch(chainId, batch, "", signatures_, new RootImport[](0), entries, new SwapEffect[](0));
        _batchLeaves[chainId].push(AggregationLeaves.batchLeaf(batch.chainBatchRoot, batch.number, block.timestamp));
        return TreeBuilder.inclusionProof(_lastBatchOf(chainId), leaves, 0);
    }

    /// @dev Where the last batch of the chain stands after this block.
    function _lastBatchOf(uint256 chainId) private view returns (Placement memory) {
        uint256 count = messageRoot.chainCount();
        bytes32[] memory shared = new bytes32[](count);
        shared[0] = AggregationLeaves.chainIdLeaf(0, L1_CHAIN_ID);
        for (uint256 i = 1; i < count; ++i) {
            shared[i] = AggregationLeaves.chainIdLeaf(TreeBuilder.growingRoot(_batchLeaves[A + i - 1]), A + i - 1);
        }
        uint256 index = _batchLeaves[chainId].length - 1;
        uint256 place = messageRoot.chainIndex(chainId);
        return Placement({
            chainId: chainId,
            batchNumber: index + 1,
            l1Timestamp: block.timestamp,
            settlementChainId: L1_CHAIN_ID,
            settlementBlock: block.number,
            batchIndex: index,
            batchSiblings: TreeBuilder.growingSiblings(_batchLeaves[chainId], index),
            sharedIndex: place,
            sharedSiblings: TreeBuilder.growingSiblings(shared, place)
        });
    }

    function _entry(address token, uint256 source, uint256 destination, uint256 amount)
        private
        view
        returns (LedgerEntry[] memory entries)
    {
        entries = new LedgerEntry[](1);
        entries[0] = LedgerEntry(_asset(token), 0, source, destination, amount);
    }

    function _transfer(address token, uint256 amount) private view returns (AssetTransfer memory) {
        return AssetTransfer(_asset(token), 0, amount, address(this), _bob, "", "");
    }

    function _asset(address token) private view returns (Asset memory) {
        return Asset(block.chainid, token, AssetKind.Fungible);
    }

    function _key(address token) private view returns (bytes32) {
        return AssetIds.assetId(block.chainid, token);
    }

    function _expectSolvent(address token, uint256 expectedKept, uint256 expectedOwed) private view {
        (uint256 kept, uint256 owed) = sharedBridge.solvency(token);
        vm.assertEq(kept, expectedKept);
        vm.assertEq(owed, expectedOwed);
    }
}
