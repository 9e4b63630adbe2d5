// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {InclusionProof} from "../../src/types/Messages.sol";
import {LockStatus, SwapOutcome, SwapPreimage, SwapTerms} from "../../src/types/Swaps.sol";
import {SwapTest} from "../base/SwapTest.sol";
import {HookedToken} from "../mocks/HostileTokens.sol";
import {PlainERC20} from "../mocks/PlainTokens.sol";

/// @notice Takes base tokens, and calls somebody when it does.
contract CallingAccount {
    address private _target;
    bytes private _data;
    uint256 public calls;
    uint256 public successes;
    bytes public lastAnswer;

    receive() external payable {
        ++calls;
        (bool success, bytes memory answer) = _target.call(_data);
        if (success) ++successes;
        lastAnswer = answer;
    }

    function hook(address target, bytes calldata data) external {
        (_target, _data) = (target, data);
    }
}

/// @notice ATK-16, ATK-39: whoever a step calls calls back: the token that is locked, the venue, the token that is handed
/// over, accounts that are paid. Each of {lock, execute, cancel, redeem, refund} from within each of them, on swaps of
/// which the inner step would succeed had it come by itself.
contract ATK16SwapReentrancyTest is SwapTest {
    uint256 private constant STEPS = 5;

    HookedToken private _hooked;
    CallingAccount private _caller;
    /// @dev One swap for each step, ready for it.
    bytes[STEPS] private _ready;

    function setUp() public override {
        super.setUp();
        _hooked = new HookedToken(alice);
        _caller = new CallingAccount();
        vm.prank(alice);
        _hooked.approve(address(vault), type(uint256).max);
        _prepare();
    }

    function testFuzz_ATK16_lock_admitsNoStep(uint256 step) external {
        step %= STEPS;
        SwapTerms memory what = terms();
        what.token = address(_hooked);
        _hooked.hook(address(swap), _ready[step]);
        _hooked.turn(true);
        vm.chainId(SOURCE);
        vm.prank(alice);
        bytes32 id = swap.lock(what, SALT);
        assertLock(id, LockStatus.Locked);
        _assertRefused(_hooked.calls(), _hooked.successes(), _hooked.lastAnswer());
        _assertStillPossible(step);
    }

    function testFuzz_ATK16_execute_admitsNoStep_fromTheVenue(uint256 step) external {
        step %= STEPS;
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        venue.callBack(address(swap), _ready[step]);
        swap.execute(preimage, proof);
        assertOutcome(id, SwapOutcome.Executed);
        _assertRefused(1, venue.succeeded() ? 1 : 0, venue.lastAnswer());
        venue.callBack(address(0), "");
        _assertStillPossible(step);
    }

    /// @dev The same swap once more, from within: it is decided already.
    function test_ATK16_execute_admitsNoSecondExecution_norCancelling() external {
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        (uint256 cashBefore, uint256 goldBefore) =
            (vault.locked(address(cash)), PlainERC20(bridgedOf(address(gold))).totalSupply());
        venue.callBack(address(swap), abi.encodeCall(swap.execute, (preimage, proof)));
        swap.execute(preimage, proof);
        vm.assertTrue(venue.called());
        vm.assertFalse(venue.succeeded());
        assertOutcome(id, SwapOutcome.Executed);
        vm.assertEq(vault.locked(address(cash)), cashBefore + WANTED);
        vm.assertEq(PlainERC20(bridgedOf(address(gold))).totalSupply(), goldBefore + AMOUNT);
    }

    /// @dev The wanted token calls back, when the venue pays it and when the vault takes it.
    function testFuzz_ATK16_execute_admitsNoStep_fromTheWantedToken(uint256 step) external {
        step %= STEPS;
        SwapTerms memory what = terms();
        what.wanted.originToken = address(_hooked);
        vm.prank(alice);
        _hooked.transfer(address(venue), 500);
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve(what);
        _hooked.hook(address(swap), _ready[step]);
        _hooked.turn(true);
        swap.execute(preimage, proof);
        assertOutcome(id, SwapOutcome.Executed);
        _assertRefused(_hooked.calls(), _hooked.successes(), _hooked.lastAnswer());
        _assertStillPossible(step);
    }

    function testFuzz_ATK16_redeem_admitsNoStep_fromTheBeneficiary(uint256 step) external {
        step %= STEPS;
        SwapTerms memory what = terms();
        (what.wanted.originChainId, what.wanted.originToken) = (L1, BASE);
        what.beneficiary = address(_caller);
        vm.deal(address(venue), WANTED);
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve(what);
        (bytes memory output, InclusionProof memory receipt) = executeAndProve(preimage, proof);
        _caller.hook(address(swap), _ready[step]);
        swap.redeem(preimage, output, receipt);
        assertLock(id, LockStatus.Redeemed);
        vm.assertEq(address(_caller).balance, WANTED, "once");
        _assertRefused(_caller.calls(), _caller.successes(), _caller.lastAnswer());
        _assertStillPossible(step);
    }

    function testFuzz_ATK16_refund_admitsNoStep_fromTheRefundAccount(uint256 step) external {
        step %= STEPS;
        SwapTerms memory what = terms();
        (what.token, what.refundTo) = (BASE, address(_caller));
        (bytes32 id, SwapPreimage memory preimage) = lock(what);
        InclusionProof memory receipt = proveReceipt(preimage.header, SwapOutcome.Cancelled, "");
        _caller.hook(address(swap), _ready[step]);
        swap.refund(preimage, receipt);
        assertLock(id, LockStatus.Refunded);
        vm.assertEq(address(_caller).balance, AMOUNT, "once");
        _assertRefused(_caller.calls(), _caller.successes(), _caller.lastAnswer());
        _assertStillPossible(step);
    }

    /// @dev The refund of the very swap that is being paid, which is what was stolen elsewhere.
    function test_ATK16_refund_paysOnce_whenItIsCalledFromWithin() external {
        SwapTerms memory what = terms();
        (what.token, what.refundTo) = (BASE, address(_caller));
        (, SwapPreimage memory preimage) = lock(what);
        lock(what);
        InclusionProof memory receipt = proveReceipt(preimage.header, SwapOutcome.Cancelled, "");
        _caller.hook(address(swap), abi.encodeCall(swap.refund, (preimage, receipt)));
        swap.refund(preimage, receipt);
        vm.assertEq(_caller.calls(), 1);
        vm.assertEq(_caller.successes(), 0);
        vm.assertEq(address(_caller).balance, AMOUNT);
    }

    /// @dev Cancelling calls nobody but the outbox.
    function test_ATK16_cancel_callsNobody() external {
        (, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        venue.callBack(address(swap), _ready[0]);
        vm.warp(preimage.header.deadline + 1);
        swap.cancel(preimage.header, proof);
        vm.assertFalse(venue.called());
    }

    function _prepare() private {
        vm.deal(alice, 1 ether);
        // It would fail for the caller's lack of gold, had it not been refused before.
        _ready[0] = abi.encodeCall(swap.lock, (terms(), SALT));
        (, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        _ready[1] = abi.encodeCall(swap.execute, (preimage, proof));
        SwapTerms memory brief = terms();
        brief.deadline = uint64(block.timestamp + 1);
        (, preimage, proof) = lockAndProve(brief);
        _ready[2] = abi.encodeCall(swap.cancel, (preimage.header, proof));
        (, preimage, proof) = lockAndProve();
        (bytes memory output, InclusionProof memory receipt) = executeAndProve(preimage, proof);
        _ready[3] = abi.encodeCall(swap.redeem, (preimage, output, receipt));
        (, preimage) = lock(terms());
        receipt = proveReceipt(preimage.header, SwapOutcome.Cancelled, "");
        _ready[4] = abi.encodeCall(swap.refund, (preimage, receipt));
        vm.warp(block.timestamp + 2);
    }

    function _assertRefused(uint256 calls, uint256 successes, bytes memory answer) private pure {
        vm.assertGt(calls, 0, "called back");
        vm.assertEq(successes, 0, "nothing from within");
        vm.assertEq(answer, abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector));
    }

    /// @dev The step was refused for where it came from, and for nothing else.
    function _assertStillPossible(uint256 step) private {
        bool isOfDestination = step == 1 || step == 2;
        vm.chainId(isOfDestination ? DESTINATION : SOURCE);
        vm.prank(alice);
        (bool success,) = address(swap).call(_ready[step]);
        vm.assertTrue(success, "by itself");
    }
}
