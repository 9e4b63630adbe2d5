// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IAssetVault} from "../../src/interfaces/IAssetVault.sol";
import {IAtomicSwap} from "../../src/interfaces/IAtomicSwap.sol";
import {Asset, AssetKind, AssetTransfer, LedgerEntry, TransferRequest} from "../../src/types/Assets.sol";
import {InclusionProof} from "../../src/types/Messages.sol";
import {PriorityOperation} from "../../src/types/PriorityOperations.sol";
import {
    LockStatus,
    SwapChange,
    SwapCommand,
    SwapEffect,
    SwapLeg,
    SwapOutcome,
    SwapPreimage,
    SwapTerms
} from "../../src/types/Swaps.sol";
import {RegistryTest} from "../base/RegistryTest.sol";
import {SwapTest} from "../base/SwapTest.sol";

/// @notice An ERC-1155 token that costs next to nothing: everybody has as much of it as was moved.
contract LeanItems {
    uint256 private _moved;

    function supportsInterface(bytes4 id) external pure returns (bool) {
        return id == 0xd9b67a26 || id == 0x01ffc9a7;
    }

    function balanceOf(address, uint256) external view returns (uint256) {
        return _moved;
    }

    function safeTransferFrom(address, address, uint256, uint256 amount, bytes calldata) external {
        _moved += amount;
    }
}

/// @notice Locks and sends as often as it is told, at the price of one transaction; for itself at the word of L1, too.
contract Flood {
    function receiveMessage(bytes32, bytes calldata, bytes calldata order) external payable returns (bytes4) {
        (IAssetVault vault, TransferRequest memory what, uint256 times) =
            abi.decode(order, (IAssetVault, TransferRequest, uint256));
        this.send(vault, what, times);
        return this.receiveMessage.selector;
    }

    function lock(IAtomicSwap swap, SwapTerms calldata what, uint256 times) external payable {
        for (uint256 i = 0; i < times; ++i) {
            swap.lock{value: what.amount}(what, bytes32(i));
        }
    }

    function send(IAssetVault vault, TransferRequest memory what, uint256 times) external {
        for (uint256 i = 0; i < times; ++i) {
            what.tokenId = i;
            vault.transfer(what);
        }
    }
}

/// @notice ATK-44, on a chain: a block is settled whole, so nobody may fill one with more than L1 can take at once.
contract ATK44BlockFloodTest is SwapTest {
    /// @dev Of the chain. L1 has as much for a batch as one transaction may use, whatever its blocks hold.
    uint256 private constant BLOCK_GAS = 30_000_000;
    /// @dev That an operation of L1 has.
    uint256 private constant ROOM = 16;

    Flood private _flood;
    SwapTerms private _terms;
    TransferRequest private _item;
    uint256 private _most;
    bytes private _full;
    bytes private _ended;

    function setUp() public override {
        super.setUp();
        _flood = new Flood();
        _terms = terms();
        (_terms.token, _terms.amount, _terms.venueData) = (BASE, 1, "");
        _item = TransferRequest(DESTINATION, address(new LeanItems()), AssetKind.MultiToken, 0, 1, bob, 0);
        _most = vault.MAX_PER_BLOCK();
        _full = abi.encodeWithSelector(IAssetVault.AssetVaultBlockFull.selector, _most);
        _ended = abi.encodeWithSelector(IAssetVault.AssetVaultBlockFull.selector, vault.MAX_ENDS_PER_BLOCK());
        vm.deal(address(this), 1 ether);
        vm.chainId(SOURCE);
        vm.roll(block.number + 1);
    }

    function test_ATK44_lockAndTransfer_revert_whenTheBlockHasAsManyAsL1Takes() external {
        _lock(_most / 2);
        _flood.send(vault, _item, _most / 2);
        vm.expectRevert(_full);
        _lock(1);
        vm.expectRevert(_full);
        _flood.send(vault, _item, 1);
        vm.roll(block.number + 1);
        _flood.send(vault, _item, _most);
        vm.expectRevert(_full);
        _flood.send(vault, _item, 1);
    }

    function test_ATK44_deliveries_wait_whenTheBlockIsFull() external {
        AssetTransfer memory item;
        (item.asset, item.amount, item.recipient) = (Asset(THIRD, address(0x1155), AssetKind.MultiToken), 1, bob);
        for (uint256 i = 0; i < _most; ++i) {
            item.tokenId = i;
            receiveFromVault(THIRD, item);
        }
        vm.expectRevert(_full);
        this.receiveAgain(THIRD, item);
        vm.roll(block.number + 1);
        receiveFromVault(THIRD, item);
    }

    function receiveAgain(uint256 source, AssetTransfer memory what) external {
        receiveFromVault(source, what);
    }

    /// @dev What L1 asks for, and the end of a swap that is locked, nobody can crowd out.
    function test_ATK44_fullBlocks_takeWhatL1AsksForAndWhatSwapsOwe() external {
        (, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        vm.roll(block.number + 1);
        _item.destinationChainId = THIRD;
        _flood.send(vault, _item, _most);
        (bytes memory output, InclusionProof memory receipt) = executeAndProve(preimage, proof);
        vm.roll(block.number + 1);
        _item.destinationChainId = DESTINATION;
        _flood.send(vault, _item, _most);
        swap.redeem(preimage, output, receipt);
        AssetTransfer memory deposit;
        (deposit.asset, deposit.amount, deposit.recipient) = (Asset(L1, BASE, AssetKind.Fungible), 1, bob);
        receiveFromBridge(deposit, true);
    }

    function test_ATK44_executions_wait_whenTheBlockHasAsManyEndsAsL1Takes() external {
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        _endMany(vault.MAX_ENDS_PER_BLOCK());
        vm.expectRevert(_ended);
        swap.execute(preimage, proof);
        vm.roll(block.number + 1);
        bytes memory output;
        (output, proof) = executeAndProve(preimage, proof);
        vm.roll(block.number + 1);
        _endMany(vault.MAX_ENDS_PER_BLOCK());
        vm.expectRevert(_ended);
        swap.redeem(preimage, output, proof);
        vm.roll(block.number + 1);
        swap.redeem(preimage, output, proof);
        assertLock(id, LockStatus.Redeemed);
    }

    function test_ATK44_cancellations_wait_whenTheBlockHasAsManyEndsAsL1Takes() external {
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        vm.warp(preimage.header.deadline + 1);
        _endMany(vault.MAX_ENDS_PER_BLOCK());
        vm.expectRevert(_ended);
        swap.cancel(preimage.header, proof);
        vm.roll(block.number + 1);
        _endMany(vault.MAX_ENDS_PER_BLOCK() - 1);
        swap.cancel(preimage.header, proof);
        vm.expectRevert(_ended);
        this.endMany(1);
        proof = proveReceipt(preimage.header, SwapOutcome.Cancelled, "");
        vm.expectRevert(_ended);
        swap.refund(preimage, proof);
        vm.roll(block.number + 1);
        swap.refund(preimage, proof);
        assertLock(id, LockStatus.Refunded);
    }

    /// @dev Neither crowds out the other, and an order of L1 finds room behind both.
    function test_ATK44_endsAndTransfers_areCountedApart() external {
        (bytes32 id,,) = lockAndProve();
        vm.roll(block.number + 1);
        _endMany(vault.MAX_ENDS_PER_BLOCK());
        _item.destinationChainId = THIRD;
        _flood.send(vault, _item, _most);
        vm.expectRevert(_full);
        _flood.send(vault, _item, 1);
        command(SwapCommand.Resolve, abi.encode(SOURCE, id), true);
        assertOutcome(id, SwapOutcome.Cancelled);
    }

    function endMany(uint256 times) external {
        _endMany(times);
    }

    function _endMany(uint256 times) private {
        vm.startPrank(address(swap));
        for (uint256 i = 0; i < times; ++i) {
            vault.countCancellation();
        }
        vm.stopPrank();
    }

    /// @dev Whoever makes the block chooses what stands before an operation of L1, and cannot make it fail by that.
    function test_ATK44_fullBlocks_haveRoomForEachOperationOfL1() external {
        _flood.send(vault, _item, _most);
        expectStatus(_forced(ROOM), true);
        PriorityOperation[] memory both = new PriorityOperation[](2);
        (both[0], both[1]) = (_forced(1), _forced(1));
        both[1].nonce += 1;
        vm.prank(operator, operator);
        inbox.processOperations(both);
        vm.assertEq(inbox.processedCount(), 2, "the other is for another transaction");
        expectStatus(both[1], true);
    }

    /// @dev Nor do operations make blocks that L1 does not take.
    function test_ATK44_operations_fail_whenTheySendMoreThanTheirBlockTakes() external {
        expectStatus(_forced(_most + ROOM), true);
        expectStatus(_forced(ROOM + 1), false);
        vm.roll(block.number + 1);
        expectStatus(_forced(_most + ROOM + 1), false);
        _flood.send(vault, _item, _most);
        vm.expectRevert(_full);
        _flood.send(vault, _item, 1);
    }

    function test_ATK44_room_costsAnOperationLessThan1500Gas() external {
        _flood.send(vault, _item, 2);
        _gasOfForcing();
        vm.roll(block.number + 1);
        uint256 inAnEmptyBlock = _gasOfForcing();
        _flood.send(vault, _item, _most - 1);
        vm.assertApproxEqAbs(_gasOfForcing(), inAnEmptyBlock + 750, 750);
    }

    function _gasOfForcing() private returns (uint256) {
        PriorityOperation memory operation = _forced(1);
        uint256 before = gasleft();
        process(operation);
        return before - gasleft();
    }

    function _forced(uint256 times) private view returns (PriorityOperation memory operation) {
        operation = operationOf(bob, address(_flood), abi.encode(vault, _item, times));
        operation.gasLimit = 10_000_000;
    }

    /// @dev A wallet estimates gas without knowing where in a block the transaction will come.
    function test_ATK44_counting_takesTheSameGasThroughoutABlock() external {
        _flood.send(vault, _item, 2);
        uint256 second = _gasOfSending();
        vm.roll(block.number + 1);
        vm.assertEq(_gasOfSending(), second, "first of a block");
        vm.assertEq(_gasOfSending(), second, "second of a block");
    }

    function _gasOfSending() private returns (uint256) {
        uint256 before = gasleft();
        vault.transfer(_item);
        return before - gasleft();
    }

    /// @dev Why there is a bound: gas alone lets through more than twice as many.
    function test_ATK44_gasAlone_wouldLetMoreThrough() external {
        uint256 before = gasleft();
        _lock(_most);
        vm.assertGt(BLOCK_GAS * _most / (before - gasleft()), 2 * _most);
        vm.roll(block.number + 1);
        before = gasleft();
        _flood.send(vault, _item, _most);
        vm.assertGt(BLOCK_GAS * _most / (before - gasleft()), 4 * _most);
    }

    function _lock(uint256 times) private {
        _flood.lock{value: times}(swap, _terms, times);
    }
}

/// @notice ATK-44, on L1: all that a block may hold, each of another asset that L1 has never heard of, fits into a transaction.
contract ATK44BatchFloodTest is RegistryTest {
    /// @dev EIP-7825.
    uint256 private constant TRANSACTION_GAS = 1 << 24;
    /// @dev What a settlement costs besides: the transaction and its calldata, the proof, the message root.
    uint256 private constant SETTLEMENT = 1_500_000;
    uint160 private constant MOVES = 48;
    uint160 private constant ENDS = 48;
    /// @dev Of an operation of L1, for either.
    uint160 private constant ROOM = 16;
    /// @dev More than one transaction of the operator consumes: it adds up the gas limits, and the vault takes no deposit with less
    /// than 300,000 for its payment.
    uint160 private constant DEPOSITS = 48;

    function setUp() external {
        deploySwaps();
    }

    function test_ATK44_fullBlocks_fitIntoATransaction() external {
        uint256 opened = _takeMany(A, SwapChange.Opened, MOVES + ROOM);
        uint256 booked = _bookMany(MOVES + ROOM);
        uint256 executed = _takeMany(B, SwapChange.Executed, ENDS);
        uint256 redeemed = _takeMany(A, SwapChange.Redeemed, ENDS);
        uint256 dearest = executed > redeemed ? executed : redeemed;
        vm.assertGt(opened, booked);
        vm.assertLt(opened + dearest + _arriveMany(DEPOSITS), TRANSACTION_GAS - SETTLEMENT);
    }

    function test_ATK44_fullBlocksOfCancellations_fitIntoATransaction() external {
        uint256 opened = _takeMany(A, SwapChange.Opened, MOVES + ROOM);
        uint256 cancelled = _takeMany(B, SwapChange.Cancelled, ENDS);
        uint256 refunded = _takeMany(A, SwapChange.Refunded, ENDS);
        uint256 dearest = cancelled > refunded ? cancelled : refunded;
        vm.assertLt(opened + dearest + _arriveMany(DEPOSITS), TRANSACTION_GAS - SETTLEMENT);
    }

    /// @dev Nodes take no transaction of more than 128 KiB.
    function test_ATK44_fullBlocks_fitIntoCalldata() external pure {
        SwapEffect[] memory effects = new SwapEffect[](MOVES + ENDS + ROOM);
        for (uint160 i = 0; i < effects.length; ++i) {
            effects[i] = _effect(SwapChange.Executed, i);
        }
        vm.assertLt(abi.encode(effects).length, 70_000);
    }

    /// @dev As many as a block of 30 million gas would hold without the bounds are too many.
    function test_ATK44_blocksWithoutTheBounds_wouldNotSettle() external {
        vm.assertGt(_takeMany(A, SwapChange.Opened, 190), TRANSACTION_GAS);
        vm.assertGt(_takeMany(B, SwapChange.Executed, 190), TRANSACTION_GAS);
        vm.assertGt(_bookMany(400), TRANSACTION_GAS);
    }

    /// @dev The chain's batch of so many effects.
    function _takeMany(uint256 chainId, SwapChange change, uint160 count) private returns (uint256) {
        SwapEffect[] memory effects = new SwapEffect[](count);
        for (uint160 i = 0; i < count; ++i) {
            effects[i] = _effect(change, i);
        }
        vm.cool(address(swapRegistry));
        vm.cool(address(ledger));
        uint256 before = gasleft();
        applyEffects(chainId, effects, false);
        return before - gasleft();
    }

    /// @dev Of the swap of that number: an item of A for one of B, each with an id of its own.
    function _effect(SwapChange change, uint160 number) private pure returns (SwapEffect memory said) {
        (said.change, said.source, said.destination) = (change, A, B);
        said.swapId = keccak256(abi.encode(number));
        SwapLeg memory item = SwapLeg(Asset(A, address(number + 1), AssetKind.MultiToken), number, 1);
        SwapLeg memory wantedItem = SwapLeg(Asset(B, address(number + 1), AssetKind.MultiToken), number, 1);
        if (change == SwapChange.Opened || change == SwapChange.Executed || change == SwapChange.Refunded) {
            said.leg = item;
        }
        if (change == SwapChange.Executed) said.returned = wantedItem;
        if (change == SwapChange.Redeemed) said.leg = wantedItem;
    }

    /// @dev What A sends to B, each of another asset.
    function _bookMany(uint160 count) private returns (uint256) {
        return _apply(A, _entries(A, B, count));
    }

    /// @dev What comes to A, each of another asset.
    function _arriveMany(uint160 count) private returns (uint256) {
        _apply(C, _entries(C, A, count));
        return _apply(A, _entries(C, A, count));
    }

    function _apply(uint256 chainId, LedgerEntry[] memory entries) private returns (uint256) {
        vm.cool(address(ledger));
        vm.prank(address(settlement));
        uint256 before = gasleft();
        ledger.applyBatch(chainId, entries);
        return before - gasleft();
    }

    function _entries(uint256 source, uint256 destination, uint160 count)
        private
        pure
        returns (LedgerEntry[] memory entries)
    {
        entries = new LedgerEntry[](count);
        for (uint160 i = 0; i < count; ++i) {
            (entries[i].source, entries[i].destination) = (source, destination);
            entries[i].asset = Asset(source, address(1_000 + i), AssetKind.MultiToken);
            entries[i].amount = 1;
        }
    }
}
