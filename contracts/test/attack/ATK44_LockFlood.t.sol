// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IAtomicSwap} from "../../src/interfaces/IAtomicSwap.sol";
import {SwapChange, SwapEffect, SwapTerms} from "../../src/types/Swaps.sol";
import {RegistryTest} from "../base/RegistryTest.sol";
import {SwapTest} from "../base/SwapTest.sol";

/// @notice Locks as often as it is told, at the price of one transaction.
contract LockFlood {
    function lock(IAtomicSwap swap, SwapTerms calldata what, uint256 times) external payable {
        for (uint256 i = 0; i < times; ++i) {
            swap.lock{value: what.amount}(what, bytes32(i));
        }
    }
}

/// @notice ATK-44, on a chain: a block is settled whole, so nobody may fill one with more locks than L1 can take at once.
contract ATK44LockFloodTest is SwapTest {
    /// @dev Of the chain. L1 has as much for a batch as one transaction may use, whatever its blocks hold.
    uint256 private constant BLOCK_GAS = 30_000_000;

    LockFlood private _flood;
    SwapTerms private _terms;

    function setUp() public override {
        super.setUp();
        _flood = new LockFlood();
        _terms = terms();
        (_terms.token, _terms.amount, _terms.venueData) = (BASE, 1, "");
        vm.deal(address(this), 1 ether);
        vm.chainId(SOURCE);
    }

    function test_ATK44_lock_reverts_whenTheBlockHasAsManyAsL1Takes() external {
        uint256 most = swap.MAX_LOCKS();
        _lock(most);
        bytes memory full = abi.encodeWithSelector(IAtomicSwap.AtomicSwapBlockFull.selector, most);
        vm.expectRevert(full);
        _lock(1);
        vm.roll(block.number + 1);
        _lock(most);
        vm.expectRevert(full);
        _lock(1);
        vm.roll(block.number + 1);
        _lock(1);
    }

    /// @dev Why there is a bound: gas alone lets through more than twice as many.
    function test_ATK44_gasAlone_wouldLetMoreThrough() external {
        uint256 most = swap.MAX_LOCKS();
        uint256 before = gasleft();
        _lock(most);
        uint256 each = (before - gasleft()) / most;
        vm.assertGt(BLOCK_GAS / each, 2 * most);
    }

    function _lock(uint256 times) private {
        _flood.lock{value: times}(swap, _terms, times);
    }
}

/// @notice ATK-44, on L1: what a block may hold of locks leaves room for all else that it can hold besides.
contract ATK44SlotFloodTest is RegistryTest {
    /// @dev EIP-7825.
    uint256 private constant TRANSACTION_GAS = 1 << 24;

    function setUp() external {
        deploySwaps();
        bookArrival(given, C, A, 1_000_000);
    }

    function test_ATK44_fullBlocks_areOpenedWithHalfOfATransaction() external {
        vm.assertLt(_openMany(128), TRANSACTION_GAS / 2);
    }

    /// @dev As many as a block without the bound would hold are too many.
    function test_ATK44_blocksWithoutTheBound_wouldNotSettle() external {
        vm.assertGt(_openMany(320), TRANSACTION_GAS);
    }

    function _openMany(uint160 count) private returns (uint256) {
        SwapEffect[] memory effects = new SwapEffect[](count);
        for (uint160 i = 0; i < count; ++i) {
            use(locked(), address(i + 1));
            effects[i] = effect(SwapChange.Opened);
        }
        vm.prank(address(settlement));
        uint256 before = gasleft();
        swapRegistry.debitBatch(A, effects);
        return before - gasleft();
    }
}
