// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IAtomicSwap} from "../../src/interfaces/IAtomicSwap.sol";
import {AssetIds} from "../../src/libraries/AssetIds.sol";
import {Asset, AssetKind} from "../../src/types/Assets.sol";
import {InclusionProof} from "../../src/types/Messages.sol";
import {LockStatus, SwapCommand, SwapOutcome, SwapPreimage, SwapTerms, VenueOrder} from "../../src/types/Swaps.sol";
import {SwapTest} from "../base/SwapTest.sol";
import {BombAccount} from "../mocks/BombAccount.sol";
import {PlainERC1155, PlainERC721} from "../mocks/PlainTokens.sol";
import {ScriptedVenue} from "../mocks/ScriptedVenue.sol";

/// @notice ATK-38: a venue answers with megabytes, or burns all it gets. What is copied is bounded, and a forced execution
/// that fails so ends as a cancellation. An account that is paid answers with megabytes: it burns what its payment was given,
/// and has a claim.
contract ATK38SwapBombsTest is SwapTest {
    /// @dev More than anyone brings: the venue pays for its own memory, and ten megabytes cost 200 million.
    uint256 private constant GAS = 300_000_000;
    uint256 private constant MEGABYTE = 1 << 20;
    uint256 private constant OVERHEAD = 5_000;
    /// @dev What the vault gives a payment.
    uint256 private constant PAY_GAS = 300_000;
    /// @dev Zeros that a payment's gas suffices to return, and not to copy once more.
    uint256 private constant AFFORDABLE = 230_000;
    uint256 private constant COIN = 3;
    uint256 private constant DEED = 7;

    BombAccount private _account;

    function setUp() public override {
        super.setUp();
        _account = new BombAccount();
    }

    function test_ATK38_execute_copiesABoundedReason() external {
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        bytes memory data = abi.encodeCall(swap.execute, (preimage, proof));
        for (uint256 size = MEGABYTE; size <= 10 * MEGABYTE; size += 9 * MEGABYTE) {
            venue.setBombSize(size);
            venue.answerWith(ScriptedVenue.Answer.RevertBomb, 0, "");
            _expectBounded(data, GAS, IAtomicSwap.AtomicSwapVenueReverted.selector);
            venue.answerWith(ScriptedVenue.Answer.ReturnBomb, 0, "");
            _expectBounded(data, GAS, IAtomicSwap.AtomicSwapVenueRefused.selector);
        }
        venue.answerWith(ScriptedVenue.Answer.BurnAllGas, 0, "");
        _expectBounded(data, GAS / 10, IAtomicSwap.AtomicSwapVenueReverted.selector);
        assertOutcome(id, SwapOutcome.Pending);
        venue.answerWith(ScriptedVenue.Answer.Selector, 0, "");
        swap.execute(preimage, proof);
    }

    /// @dev What whoever executes pays besides the venue's own gas, against a venue that says nothing.
    function test_ATK38_execute_costsNoMore_forARevertBomb() external {
        _expectNoDearer(ScriptedVenue.Answer.Revert, ScriptedVenue.Answer.RevertBomb);
    }

    function test_ATK38_execute_costsNoMore_forAReturnBomb() external {
        _expectNoDearer(ScriptedVenue.Answer.Nothing, ScriptedVenue.Answer.ReturnBomb);
    }

    function test_ATK38_forcedExecution_isCancelled() external {
        for (uint256 size = MEGABYTE; size <= 10 * MEGABYTE; size += 9 * MEGABYTE) {
            venue.setBombSize(size);
            _force(ScriptedVenue.Answer.RevertBomb);
            _force(ScriptedVenue.Answer.ReturnBomb);
        }
        _force(ScriptedVenue.Answer.BurnAllGas);
    }

    function test_ATK38_redeem_ofBaseTokens_endsAsAClaim() external {
        SwapTerms memory what = terms();
        (what.wanted, what.beneficiary) = (Asset(L1, BASE, AssetKind.Fungible), address(_account));
        vm.deal(address(venue), WANTED);
        (, bytes memory redemption) = executed(what);
        _expectClaim(redemption, what.wanted, 0, WANTED);
        vm.assertEq(bob.balance, WANTED);
    }

    function test_ATK38_refund_ofBaseTokens_endsAsAClaim() external {
        SwapTerms memory what = terms();
        (what.token, what.refundTo) = (BASE, address(_account));
        (, bytes memory refund) = cancelled(what);
        _expectClaim(refund, Asset(L1, BASE, AssetKind.Fungible), 0, AMOUNT);
        vm.assertEq(bob.balance, AMOUNT);
    }

    /// @dev A representation asks its receiver, in the gas of the payment.
    function test_ATK38_redeem_ofCoins_endsAsAClaim() external {
        PlainERC1155 coins = new PlainERC1155();
        coins.mint(address(venue), COIN, 60);
        SwapTerms memory what = terms();
        what.wanted = Asset(DESTINATION, address(coins), AssetKind.MultiToken);
        (what.wantedTokenId, what.minReturned, what.beneficiary) = (COIN, 60, address(_account));
        (, bytes memory redemption) = executed(what);
        _expectClaim(redemption, what.wanted, COIN, 60);
        address token = vault.tokenOf(AssetIds.assetId(DESTINATION, address(coins)));
        vm.assertEq(PlainERC1155(token).balanceOf(bob, COIN), 60);
    }

    function test_ATK38_refund_ofCoins_endsAsAClaim() external {
        PlainERC1155 coins = new PlainERC1155();
        coins.mint(alice, COIN, 60);
        vm.prank(alice);
        coins.setApprovalForAll(address(vault), true);
        SwapTerms memory what = terms();
        (what.token, what.kind, what.tokenId, what.amount) = (address(coins), AssetKind.MultiToken, COIN, 60);
        what.refundTo = address(_account);
        (, bytes memory refund) = cancelled(what);
        _expectClaim(refund, Asset(SOURCE, address(coins), AssetKind.MultiToken), COIN, 60);
        vm.assertEq(coins.balanceOf(bob, COIN), 60);
    }

    /// @dev An item is handed over without asking, so there is nobody to answer.
    function test_ATK38_redeem_refund_ofDeeds_askNobody() external {
        PlainERC721 deeds = new PlainERC721();
        deeds.mint(address(venue), DEED);
        deeds.mint(alice, DEED + 1);
        vm.prank(alice);
        deeds.approve(address(vault), DEED + 1);
        _account.answerWith(true, 10 * MEGABYTE);
        SwapTerms memory what = terms();
        what.wanted = Asset(DESTINATION, address(deeds), AssetKind.NonFungible);
        (what.wantedTokenId, what.minReturned, what.beneficiary) = (DEED, 1, address(_account));
        (, bytes memory redemption) = executed(what);
        perform(redemption);
        address token = vault.tokenOf(AssetIds.assetId(DESTINATION, address(deeds)));
        vm.assertEq(PlainERC721(token).ownerOf(DEED), address(_account));

        what = terms();
        (what.token, what.kind, what.tokenId, what.amount) = (address(deeds), AssetKind.NonFungible, DEED + 1, 1);
        what.refundTo = address(_account);
        (, bytes memory refund) = cancelled(what);
        perform(refund);
        vm.assertEq(deeds.ownerOf(DEED + 1), address(_account));
    }

    /// @dev L1's word is obeyed whatever the account does.
    function test_ATK38_forcedClose_endsAsAClaim() external {
        SwapTerms memory what = terms();
        (what.token, what.refundTo) = (BASE, address(_account));
        (bytes32 id, SwapPreimage memory preimage) = lock(what);
        _account.answerWith(true, 10 * MEGABYTE);
        command(SwapCommand.Close, abi.encode(preimage, SwapOutcome.Cancelled, ""), true);
        assertLock(id, LockStatus.Refunded);
        vm.assertEq(vault.claimable(_keyOf(Asset(L1, BASE, AssetKind.Fungible), 0), address(_account)), AMOUNT);
    }

    function _force(ScriptedVenue.Answer answer) private {
        (bytes32 id, SwapPreimage memory preimage,) = lockAndProve();
        venue.answerWith(answer, 0, "");
        command(SwapCommand.Execute, abi.encode(preimage), true);
        assertOutcome(id, SwapOutcome.Cancelled);
        assertUntouched(1_000_000);
    }

    function _expectBounded(bytes memory data, uint256 gasLimit, bytes4 selector) private {
        (bool success, bytes memory reason) = address(swap).call{gas: gasLimit}(data);
        vm.assertFalse(success);
        vm.assertEq(bytes4(reason), selector);
        // Selector, id, offset, length, and what was copied.
        vm.assertLe(reason.length, 4 + 0x60 + 256);
    }

    function _expectNoDearer(ScriptedVenue.Answer small, ScriptedVenue.Answer bomb) private {
        (, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        bytes memory data = abi.encodeCall(swap.execute, (preimage, proof));
        VenueOrder memory order = _orderOf(data);
        venue.answerWith(small, 0, "");
        uint256 most = _costOf(data, order) + OVERHEAD;
        venue.answerWith(bomb, 0, "");
        for (uint256 size = MEGABYTE; size <= 10 * MEGABYTE; size += 9 * MEGABYTE) {
            venue.setBombSize(size);
            vm.assertLt(_costOf(data, order), most);
        }
    }

    /// @dev What the venue is told. From here on all that is called has been called before.
    function _orderOf(bytes memory data) private returns (VenueOrder memory order) {
        uint256 snapshot = vm.snapshotState();
        perform(data);
        order = venue.lastOrder();
        vm.revertToState(snapshot);
        _gasOf(address(venue), abi.encodeCall(venue.execute, (order)));
    }

    /// @return Gas of an execution that fails for the venue's answer, less what the venue itself spends.
    function _costOf(bytes memory data, VenueOrder memory order) private returns (uint256) {
        return _gasOf(address(swap), data) - _gasOf(address(venue), abi.encodeCall(venue.execute, (order)));
    }

    /// @dev Leaves nothing behind.
    function _gasOf(address target, bytes memory data) private returns (uint256 used) {
        uint256 snapshot = vm.snapshotState();
        uint256 before = gasleft();
        callWithoutCopy(target, data);
        used = before - gasleft();
        vm.revertToState(snapshot);
    }

    /// @dev Whatever the account answers, it costs who pays it no more than a refusal and what a payment is given. What it has
    /// not taken it claims for bob.
    function _expectClaim(bytes memory data, Asset memory asset, uint256 tokenId, uint256 amount) private {
        bytes32 key = _keyOf(asset, tokenId);
        uint256 most = _expectOwed(data, key, true, 0, amount) + PAY_GAS + OVERHEAD;
        vm.assertLt(_expectOwed(data, key, false, AFFORDABLE, 0), most);
        vm.assertLt(_expectOwed(data, key, true, AFFORDABLE, amount), most);
        vm.assertLt(_expectOwed(data, key, true, 10 * MEGABYTE, amount), most);
        vm.assertLt(_expectOwed(data, key, false, 10 * MEGABYTE, amount), most);
        _account.answerWith(true, 10 * MEGABYTE);
        perform(data);
        _account.claim(vault, asset, tokenId, bob);
        vm.assertEq(vault.claimable(key, address(_account)), 0);
    }

    /// @return used Gas of the step, which leaves nothing behind.
    function _expectOwed(bytes memory data, bytes32 key, bool reverts, uint256 size, uint256 owed)
        private
        returns (uint256 used)
    {
        uint256 snapshot = vm.snapshotState();
        _account.answerWith(reverts, size);
        uint256 before = gasleft();
        bool success = callWithoutCopy(address(swap), data);
        used = before - gasleft();
        vm.assertTrue(success);
        vm.assertEq(vault.claimable(key, address(_account)), owed);
        vm.revertToState(snapshot);
    }

    function _keyOf(Asset memory asset, uint256 tokenId) private pure returns (bytes32) {
        return AssetIds.ledgerKey(asset, tokenId);
    }
}
