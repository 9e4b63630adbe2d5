// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {AssetIds} from "../../src/libraries/AssetIds.sol";
import {Asset, AssetKind, TransferRequest} from "../../src/types/Assets.sol";
import {InclusionProof} from "../../src/types/Messages.sol";
import {LockStatus, SwapOutcome, SwapPreimage, SwapTerms} from "../../src/types/Swaps.sol";
import {SwapTest} from "../base/SwapTest.sol";
import {CallingAccount, CallingVenue} from "../mocks/CallingBack.sol";
import {HookedToken} from "../mocks/HostileTokens.sol";
import {PlainERC1155, PlainERC20, PlainERC721} from "../mocks/PlainTokens.sol";

/// @notice ATK-16, ATK-39: whoever a step calls calls back: the token that is locked, that is handed over or that is paid, the
/// venue, accounts that are paid, by their hooks too. Each of {lock, execute, cancel, redeem, refund} from within each of them,
/// on swaps of which the inner step would succeed had it come by itself.
contract ATK16SwapReentrancyTest is SwapTest {
    uint256 private constant STEPS = 5;
    uint256 private constant COIN = 3;
    uint256 private constant DEED = 7;

    /// @dev What whoever was called did.
    struct Tally {
        uint256 calls;
        uint256 successes;
        bytes lastAnswer;
    }

    HookedToken private _hooked;
    CallingAccount private _account;
    CallingVenue private _callingVenue;
    PlainERC1155 private _coins;
    /// @dev One swap for each step, ready for it.
    bytes[STEPS] private _ready;

    function setUp() public override {
        super.setUp();
        (_account, _callingVenue, _coins) = (new CallingAccount(), new CallingVenue(WANTED), new PlainERC1155());
        cash.mint(address(_callingVenue), 1_000);
        _coins.mint(alice, COIN, 1_000);
        _hooked = new HookedToken(alice);
        vm.startPrank(alice);
        _hooked.approve(address(vault), type(uint256).max);
        _coins.setApprovalForAll(address(vault), true);
        vm.stopPrank();
        _prepare();
    }

    function test_ATK16_noStepAdmitsAnother() external {
        _expectRefused(_fromTheLockedToken);
        _expectRefused(_fromTheVenue);
        _expectRefused(_fromTheWantedToken);
        _expectRefused(_fromTheBeneficiary);
        _expectRefused(_fromTheRefundAccount);
    }

    /// @dev ERC-1155 asks who is given coins: the venue, the beneficiary, the refund account.
    function test_ATK16_noStepAdmitsAnother_fromTheHooksOfReceivers() external {
        _expectRefused(_fromTheVenuesHook);
        _expectRefused(_fromTheBeneficiarysHook);
        _expectRefused(_fromTheRefundAccountsHook);
    }

    /// @dev A token calls out as it is paid, as ERC-777 does.
    function test_ATK16_noStepAdmitsAnother_fromTokensThatArePaid() external {
        _expectRefused(_fromTheRedeemedToken);
        _expectRefused(_fromTheRefundedToken);
    }

    /// @dev Items come without the hook of ERC-721: nobody is asked.
    function test_ATK16_itemsCallNobody() external {
        PlainERC721 deeds = new PlainERC721();
        deeds.mint(alice, DEED);
        deeds.mint(address(venue), DEED + 1);
        vm.prank(alice);
        deeds.approve(address(vault), DEED);
        SwapTerms memory what = terms();
        (what.token, what.kind, what.tokenId, what.amount) = (address(deeds), AssetKind.NonFungible, DEED, 1);
        (what.venue, what.refundTo) = (address(_callingVenue), address(_account));
        uint256 snapshot = vm.snapshotState();
        (, bytes memory step) = cancelled(what);
        perform(step);
        vm.assertEq(deeds.ownerOf(DEED), address(_account));
        vm.assertEq(_account.calls(), 0);
        vm.revertToState(snapshot);
        (, step) = executed(what);
        perform(step);
        vm.assertEq(PlainERC721(bridgedOf(address(deeds))).ownerOf(DEED), address(_callingVenue));
        vm.assertEq(_callingVenue.calls(), 0);

        what = terms();
        (what.wanted, what.beneficiary) = (Asset(DESTINATION, address(deeds), AssetKind.NonFungible), address(_account));
        (what.wantedTokenId, what.minReturned) = (DEED + 1, 1);
        (, step) = executed(what);
        perform(step);
        address token = vault.tokenOf(AssetIds.assetId(DESTINATION, address(deeds)));
        vm.assertEq(PlainERC721(token).ownerOf(DEED + 1), address(_account));
        vm.assertEq(_account.calls(), 0);
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

    /// @dev The refund of the very swap that is being paid, which is what was stolen elsewhere.
    function test_ATK16_refund_paysOnce_whenItIsCalledFromWithin() external {
        SwapTerms memory what = terms();
        (what.token, what.refundTo) = (BASE, address(_account));
        (, bytes memory refund) = cancelled(what);
        lock(what);
        _account.hook(address(swap), refund);
        perform(refund);
        vm.assertEq(_account.calls(), 1);
        vm.assertEq(_account.successes(), 0);
        vm.assertEq(address(_account).balance, AMOUNT);
    }

    /// @dev Cancelling calls nobody but the outbox.
    function test_ATK16_cancel_callsNobody() external {
        (, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        venue.callBack(address(swap), _ready[0]);
        vm.warp(preimage.header.deadline + 1);
        swap.cancel(preimage.header, proof);
        vm.assertFalse(venue.called());
    }

    function _fromTheLockedToken(bytes memory step) private returns (Tally memory) {
        SwapTerms memory what = terms();
        what.token = address(_hooked);
        _turn(step);
        (bytes32 id,) = lock(what);
        assertLock(id, LockStatus.Locked);
        return _tallyOfTheToken();
    }

    function _fromTheVenue(bytes memory step) private returns (Tally memory tally) {
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        venue.callBack(address(swap), step);
        swap.execute(preimage, proof);
        assertOutcome(id, SwapOutcome.Executed);
        tally = Tally(venue.called() ? 1 : 0, venue.succeeded() ? 1 : 0, venue.lastAnswer());
        venue.callBack(address(0), "");
    }

    /// @dev When the venue pays it and when the vault takes it.
    function _fromTheWantedToken(bytes memory step) private returns (Tally memory) {
        SwapTerms memory what = terms();
        what.wanted.originToken = address(_hooked);
        vm.prank(alice);
        _hooked.transfer(address(venue), 500);
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve(what);
        _turn(step);
        swap.execute(preimage, proof);
        assertOutcome(id, SwapOutcome.Executed);
        return _tallyOfTheToken();
    }

    function _fromTheVenuesHook(bytes memory step) private returns (Tally memory) {
        SwapTerms memory what = _coinTerms();
        what.venue = address(_callingVenue);
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve(what);
        _callingVenue.hook(address(swap), step);
        swap.execute(preimage, proof);
        assertOutcome(id, SwapOutcome.Executed);
        vm.assertEq(PlainERC1155(bridgedOf(address(_coins))).balanceOf(address(_callingVenue), COIN), AMOUNT, "once");
        return Tally(_callingVenue.calls(), _callingVenue.successes(), _callingVenue.lastAnswer());
    }

    function _fromTheBeneficiary(bytes memory step) private returns (Tally memory) {
        SwapTerms memory what = terms();
        (what.wanted.originChainId, what.wanted.originToken) = (L1, BASE);
        what.beneficiary = address(_account);
        vm.deal(address(venue), WANTED);
        _redeem(what, step);
        vm.assertEq(address(_account).balance, WANTED, "once");
        return _tallyOfTheAccount();
    }

    function _fromTheBeneficiarysHook(bytes memory step) private returns (Tally memory) {
        PlainERC1155 points = new PlainERC1155();
        points.mint(address(venue), COIN, 2 * WANTED);
        SwapTerms memory what = terms();
        (what.wanted, what.wantedTokenId) = (Asset(DESTINATION, address(points), AssetKind.MultiToken), COIN);
        what.beneficiary = address(_account);
        _redeem(what, step);
        address token = vault.tokenOf(AssetIds.assetId(DESTINATION, address(points)));
        vm.assertEq(PlainERC1155(token).balanceOf(address(_account), COIN), WANTED, "once");
        return _tallyOfTheAccount();
    }

    /// @dev It has crossed before, and comes home.
    function _fromTheRedeemedToken(bytes memory step) private returns (Tally memory) {
        address token = address(_hooked);
        cross(SOURCE, TransferRequest(DESTINATION, token, AssetKind.Fungible, 0, 2 * WANTED, address(venue), 0), alice);
        SwapTerms memory what = terms();
        what.wanted = Asset(SOURCE, token, AssetKind.Fungible);
        (bytes32 id, bytes memory redemption) = executed(what);
        _turn(step);
        perform(redemption);
        assertLock(id, LockStatus.Redeemed);
        vm.assertEq(_hooked.balanceOf(bob), WANTED, "once");
        return _tallyOfTheToken();
    }

    function _fromTheRefundAccount(bytes memory step) private returns (Tally memory) {
        SwapTerms memory what = terms();
        what.token = BASE;
        _refund(what, step);
        vm.assertEq(address(_account).balance, AMOUNT, "once");
        return _tallyOfTheAccount();
    }

    function _fromTheRefundAccountsHook(bytes memory step) private returns (Tally memory) {
        _refund(_coinTerms(), step);
        vm.assertEq(_coins.balanceOf(address(_account), COIN), AMOUNT, "once");
        return _tallyOfTheAccount();
    }

    function _fromTheRefundedToken(bytes memory step) private returns (Tally memory) {
        SwapTerms memory what = terms();
        what.token = address(_hooked);
        (bytes32 id, bytes memory refund) = cancelled(what);
        _turn(step);
        perform(refund);
        assertLock(id, LockStatus.Refunded);
        vm.assertEq(_hooked.balanceOf(carol), AMOUNT, "once");
        return _tallyOfTheToken();
    }

    function _redeem(SwapTerms memory what, bytes memory step) private {
        (bytes32 id, bytes memory redemption) = executed(what);
        _account.hook(address(swap), step);
        perform(redemption);
        assertLock(id, LockStatus.Redeemed);
    }

    function _refund(SwapTerms memory what, bytes memory step) private {
        what.refundTo = address(_account);
        (bytes32 id, bytes memory refund) = cancelled(what);
        _account.hook(address(swap), step);
        perform(refund);
        assertLock(id, LockStatus.Refunded);
    }

    function _coinTerms() private view returns (SwapTerms memory what) {
        what = terms();
        (what.token, what.kind, what.tokenId) = (address(_coins), AssetKind.MultiToken, COIN);
    }

    function _turn(bytes memory step) private {
        _hooked.hook(address(swap), step);
        _hooked.turn(true);
    }

    function _tallyOfTheToken() private view returns (Tally memory) {
        return Tally(_hooked.calls(), _hooked.successes(), _hooked.lastAnswer());
    }

    function _tallyOfTheAccount() private view returns (Tally memory) {
        return Tally(_account.calls(), _account.successes(), _account.lastAnswer());
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

    /// @dev Every step, and each as if the others had not been tried.
    function _expectRefused(function(bytes memory) internal returns (Tally memory) from) private {
        bytes memory reason = abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        for (uint256 step = 0; step < STEPS; ++step) {
            uint256 snapshot = vm.snapshotState();
            Tally memory tally = from(_ready[step]);
            vm.assertGt(tally.calls, 0, "called back");
            vm.assertEq(tally.successes, 0, "nothing from within");
            vm.assertEq(tally.lastAnswer, reason);
            _assertStillPossible(step);
            vm.revertToState(snapshot);
        }
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
