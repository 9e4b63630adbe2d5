// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IAtomicSwap} from "../../src/interfaces/IAtomicSwap.sol";
import {SwapIds} from "../../src/libraries/SwapIds.sol";
import {InclusionProof} from "../../src/types/Messages.sol";
import {LockStatus, SwapOutcome, SwapPreimage} from "../../src/types/Swaps.sol";
import {SwapTest} from "../base/SwapTest.sol";

/// @notice ATK-17: giving back needs the same proof as paying out: the receipt of this swap, by the swap contract of its
/// destination, in a batch under an imported root.
contract ATK17SwapReceiptsTest is SwapTest {
    bytes32 private _id;
    SwapPreimage private _preimage;
    bytes private _output;

    function setUp() public override {
        super.setUp();
        (_id, _preimage) = lock(terms());
        _output = outputOf(_preimage, WANTED);
    }

    function testFuzz_ATK17_refuses_randomProofs(InclusionProof calldata random) external {
        vm.expectRevert();
        swap.refund(_preimage, random);
        vm.expectRevert();
        swap.redeem(_preimage, _output, random);
        assertLock(_id, LockStatus.Locked);
    }

    function test_ATK17_refuses_emptyProofs() external {
        InclusionProof memory nothing;
        _expectUnproven(nothing);
        nothing.chainId = DESTINATION;
        vm.expectRevert();
        swap.refund(_preimage, nothing);
    }

    /// @dev Really sent, really settled, by anybody else.
    function testFuzz_ATK17_refuses_receiptsOfOthers(address from, uint64 chainId) external {
        vm.assume(from != address(swap) && chainId != DESTINATION && chainId != 0);
        _refuse(DESTINATION, from, _receipt(SOURCE, _id, SwapOutcome.Cancelled, ""));
        _refuse(DESTINATION, from, _receipt(SOURCE, _id, SwapOutcome.Executed, _output));
        _refuse(chainId, address(swap), _receipt(SOURCE, _id, SwapOutcome.Cancelled, ""));
        _refuse(chainId, address(swap), _receipt(SOURCE, _id, SwapOutcome.Executed, _output));
    }

    function testFuzz_ATK17_refuses_receiptsOfOtherSwaps(bytes32 id, uint256 source) external {
        vm.assume(id != _id && source != SOURCE);
        _refuse(DESTINATION, address(swap), _receipt(SOURCE, id, SwapOutcome.Cancelled, ""));
        _refuse(DESTINATION, address(swap), _receipt(source, _id, SwapOutcome.Cancelled, ""));
        _refuse(DESTINATION, address(swap), _receipt(SOURCE, id, SwapOutcome.Executed, _output));
        _refuse(DESTINATION, address(swap), _receipt(source, _id, SwapOutcome.Executed, _output));
    }

    function test_ATK17_refuses_receiptsThatSaySomethingElse() external {
        InclusionProof memory executed =
            _settle(DESTINATION, address(swap), _receipt(SOURCE, _id, SwapOutcome.Executed, _output));
        vm.expectRevert(refusal(IAtomicSwap.AtomicSwapUnproven.selector, _id));
        swap.refund(_preimage, executed);
        InclusionProof memory cancelled =
            _settle(DESTINATION, address(swap), _receipt(SOURCE, _id, SwapOutcome.Cancelled, ""));
        vm.expectRevert(refusal(IAtomicSwap.AtomicSwapUnproven.selector, _id));
        swap.redeem(_preimage, _output, cancelled);
        // The text of the lock, a pending outcome, an output with a cancellation.
        _refuse(DESTINATION, address(swap), SwapIds.lockMessage(_preimage.header));
        _refuse(DESTINATION, address(swap), _receipt(SOURCE, _id, SwapOutcome.Pending, ""));
        _refuse(DESTINATION, address(swap), _receipt(SOURCE, _id, SwapOutcome.Cancelled, _output));
        swap.redeem(_preimage, _output, executed);
        assertLock(_id, LockStatus.Redeemed);
    }

    /// @dev An output of the submitter's own.
    function testFuzz_ATK17_refuses_anotherOutput(uint256 amount) external {
        InclusionProof memory executed =
            _settle(DESTINATION, address(swap), _receipt(SOURCE, _id, SwapOutcome.Executed, _output));
        amount = bound(amount, 0, type(uint128).max);
        vm.assume(amount != WANTED);
        bytes memory other = outputOf(_preimage, amount);
        vm.expectRevert(refusal(IAtomicSwap.AtomicSwapUnproven.selector, _id));
        swap.redeem(_preimage, other, executed);
    }

    function _refuse(uint256 chainId, address from, bytes memory message) private {
        _expectUnproven(_settle(chainId, from, message));
    }

    function _expectUnproven(InclusionProof memory proof) private {
        vm.expectRevert(refusal(IAtomicSwap.AtomicSwapUnproven.selector, _id));
        swap.refund(_preimage, proof);
        vm.expectRevert(refusal(IAtomicSwap.AtomicSwapUnproven.selector, _id));
        swap.redeem(_preimage, _output, proof);
        assertLock(_id, LockStatus.Locked);
    }

    function _settle(uint256 chainId, address from, bytes memory message) private returns (InclusionProof memory) {
        vm.chainId(SOURCE);
        return settleMessage(chainId, from, message);
    }

    function _receipt(uint256 source, bytes32 id, SwapOutcome outcome, bytes memory output)
        private
        pure
        returns (bytes memory)
    {
        return SwapIds.receiptMessage(source, id, outcome, output);
    }
}
