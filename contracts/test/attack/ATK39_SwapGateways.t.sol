// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

import {IAssetCustody} from "../../src/interfaces/IAssetCustody.sol";
import {IAtomicSwap} from "../../src/interfaces/IAtomicSwap.sol";
import {IMessageOutbox} from "../../src/interfaces/IMessageOutbox.sol";
import {AssetIds} from "../../src/libraries/AssetIds.sol";
import {Erc7930} from "../../src/libraries/Erc7930.sol";
import {Asset, AssetKind, TransferRequest} from "../../src/types/Assets.sol";
import {BundleDelivery, BundleStatus, InteropCallStarter} from "../../src/types/Bundles.sol";
import {InclusionProof} from "../../src/types/Messages.sol";
import {LockStatus, SwapOutcome, SwapPreimage, SwapTerms} from "../../src/types/Swaps.sol";
import {SwapTest} from "../base/SwapTest.sol";
import {Transfers} from "../base/Transfers.sol";
import {Vm} from "../base/Vm.sol";
import {CallingAccount} from "../mocks/CallingBack.sol";
import {HookedToken, PausableToken} from "../mocks/HostileTokens.sol";
import {PlainERC20} from "../mocks/PlainTokens.sol";
import {RecordingRecipient} from "../mocks/Recipients.sol";
import {ScriptedVenue} from "../mocks/ScriptedVenue.sol";
import {Witness} from "../mocks/Witness.sol";

/// @notice ATK-39, INV01: a venue that is being called goes to the vault, the handler and the center, which let it in as they
/// let in anyone. What is locked, owed and handed out is exact afterwards, and the swap is executed once with what it asked for.
contract ATK39SwapGatewaysTest is SwapTest {
    uint256 private constant ALL_CASH = 1_000_000;
    uint256 private constant SENT = 25;
    /// @dev What stands on the source for tokens that are locked here.
    uint256 private constant ABROAD = 500;

    RecordingRecipient private _recipient;
    Witness private _witness;

    function setUp() public override {
        super.setUp();
        (_recipient, _witness) = (new RecordingRecipient(), new Witness());
        vm.prank(address(venue));
        cash.approve(address(vault), type(uint256).max);
    }

    /// @dev Cash of its own, while the swap waits for some of it.
    function test_ATK39_venueMaySendThroughTheVault() external {
        (bytes32 id,) =
            _executeWith(address(vault), abi.encodeCall(vault.transfer, (_request(address(cash), SENT, bob))));
        _expectExchanged(id, WANTED + SENT, ALL_CASH - WANTED - SENT, AMOUNT);
    }

    /// @dev The input, which is its own once it was handed over, with that of the swap before. What was swapped stays swapped.
    function test_ATK39_venueMaySendTheInputAway() external {
        _expectExchanged(_executed(), WANTED, ALL_CASH - WANTED, AMOUNT);
        bytes memory data = abi.encodeCall(vault.transfer, (_request(bridgedOf(address(gold)), 2 * AMOUNT, bob)));
        (bytes32 id, bytes memory bundle) = _executeWith(address(vault), data);
        _expectExchanged(id, 2 * WANTED, ALL_CASH - 2 * WANTED, 0);
        vm.assertEq(vault.locked(address(gold)), 2 * AMOUNT);
        handler.executeBundle(settleOn(DESTINATION, SOURCE, bundle));
        vm.assertEq(vault.locked(address(gold)), 0);
        vm.assertEq(gold.balanceOf(bob), 2 * AMOUNT);
    }

    /// @dev Cash that the vault owes it, paid to the swap contract in its stead: there it counts as any other.
    function test_ATK39_venueMayPayWithAClaim() external {
        PausableToken notes = new PausableToken(alice);
        _owe(notes, WANTED);
        SwapTerms memory what = terms();
        what.wanted.originToken = address(notes);
        venue.answerWith(ScriptedVenue.Answer.Selector, -int256(WANTED), "");
        bytes memory data = abi.encodeCall(IAssetCustody.claim, (what.wanted, 0, address(swap)));
        (bytes32 id,) = _executeWith(what, address(vault), data);
        assertOutcome(id, SwapOutcome.Executed);
        vm.assertEq(vault.claimable(AssetIds.ledgerKey(what.wanted, 0), address(venue)), 0);
        // What the claim has taken out, the swap has brought back.
        vm.assertEq(vault.locked(address(notes)), ABROAD);
        vm.assertEq(notes.balanceOf(address(vault)), ABROAD);
        vm.assertEq(notes.balanceOf(address(swap)), 0);
    }

    /// @dev Nobody claims what is another's from there either.
    function test_ATK39_venueCannotClaim_whatIsOwedToAnother() external {
        PausableToken notes = new PausableToken(alice);
        _owe(notes, WANTED);
        ScriptedVenue other = new ScriptedVenue();
        cash.mint(address(other), WANTED);
        Asset memory asset = Asset(DESTINATION, address(notes), AssetKind.Fungible);
        SwapTerms memory what = terms();
        what.venue = address(other);
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve(what);
        other.callBack(address(vault), abi.encodeCall(IAssetCustody.claim, (asset, 0, address(other))));
        swap.execute(preimage, proof);
        vm.assertTrue(other.called());
        vm.assertEq(bytes4(other.lastAnswer()), IAssetCustody.AssetCustodyNothingToClaim.selector);
        assertOutcome(id, SwapOutcome.Executed);
        vm.assertEq(vault.claimable(AssetIds.ledgerKey(asset, 0), address(venue)), WANTED);
        vm.assertEq(vault.locked(address(notes)), ABROAD);
    }

    /// @dev Cash that comes home to somebody else in the middle of it.
    function test_ATK39_venueMayDeliverABundle() external {
        BundleDelivery memory delivery = _homecoming(bob);
        (bytes32 id,) = _executeWith(address(handler), abi.encodeCall(handler.executeBundle, (delivery)));
        _expectDelivered(delivery);
        vm.assertEq(cash.balanceOf(bob), WANTED);
        _expectExchanged(id, ABROAD, ALL_CASH - WANTED, AMOUNT);
    }

    /// @dev Cash that somebody sent to the swap contract, which nobody else could ever get out: it may serve as the output. Its
    /// sender has lost it, and no one else has.
    function test_ATK39_venueMayPayWithATransferToTheSwapContract() external {
        BundleDelivery memory delivery = _homecoming(address(swap));
        venue.answerWith(ScriptedVenue.Answer.Selector, -int256(WANTED), "");
        (bytes32 id,) = _executeWith(address(handler), abi.encodeCall(handler.executeBundle, (delivery)));
        _expectDelivered(delivery);
        _expectExchanged(id, ABROAD, ALL_CASH, AMOUNT);
    }

    /// @dev As a message, and as a transfer that the center has the vault word.
    function test_ATK39_venueMaySendABundle() external {
        InteropCallStarter[] memory calls = new InteropCallStarter[](2);
        calls[0] = InteropCallStarter(Erc7930.format(0, address(_recipient)), "data", none());
        calls[1] = InteropCallStarter(
            Erc7930.format(0, address(vault)),
            abi.encode(_request(address(cash), SENT, bob)),
            listOf(wordAttribute("indirectCall(uint256)", 0))
        );
        bytes memory data = abi.encodeCall(center.sendBundle, (chainAddress(SOURCE), calls, none()));
        (bytes32 id, bytes memory bundle) = _executeWith(address(center), data);
        _expectExchanged(id, WANTED + SENT, ALL_CASH - WANTED - SENT, AMOUNT);

        // Both messages have left, and neither is the other's.
        handler.executeBundle(settleOn(DESTINATION, SOURCE, bundle));
        vm.assertEq(_recipient.count(), 1);
        vm.assertEq(PlainERC20(_abroad(address(cash))).balanceOf(bob), SENT);
    }

    /// @dev All that a venue did there is undone with the swap that it fails.
    function test_ATK39_nothingStays_whenTheVenueReverts() external {
        BundleDelivery memory delivery = _homecoming(bob);
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        venue.callBack(address(handler), abi.encodeCall(handler.executeBundle, (delivery)));
        venue.answerWith(ScriptedVenue.Answer.Revert, 0, "");
        vm.expectPartialRevert(IAtomicSwap.AtomicSwapVenueReverted.selector);
        swap.execute(preimage, proof);
        assertOutcome(id, SwapOutcome.Pending);
        vm.assertEq(uint256(handler.bundleStatus(bundleHashOf(delivery.bundle))), uint256(BundleStatus.Unreceived));
        vm.assertEq(cash.balanceOf(bob), 0);
        vm.assertEq(vault.locked(address(cash)), ABROAD);
        vm.assertEq(cash.balanceOf(address(venue)), ALL_CASH);
    }

    // What others read meanwhile.

    /// @dev While the venue is called the decision is that of after, and what the vault keeps is that of before.
    function test_ATK39_aVenueSeesTheDecision_andNoOutputYet() external {
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        venue.callBack(address(_witness), _look(cash, id));
        swap.execute(preimage, proof);
        Witness.Sight[] memory seen = _witness.sights();
        vm.assertEq(seen.length, 1);
        vm.assertEq(
            abi.encode(seen[0]), abi.encode(Witness.Sight(SwapOutcome.Executed, LockStatus.Locked, 0, 0, 0, ALL_CASH))
        );
    }

    /// @dev A wanted token that calls out before and after each of its two movements. What the vault calls locked is counted
    /// before the token moves: for that moment it says more than it has, and never less.
    function test_ATK39_aWantedTokenSeesWhatIsLocked_beforeItArrives() external {
        HookedToken token = new HookedToken(address(venue));
        SwapTerms memory what = terms();
        what.wanted.originToken = address(token);
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve(what);
        token.hook(address(_witness), _look(token, id));
        token.turn(true);
        swap.execute(preimage, proof);
        Witness.Sight[] memory seen = _witness.sights();
        uint256[4][4] memory expected = [
            [uint256(0), 0, 0, 1_000],
            [uint256(0), 0, WANTED, 1_000 - WANTED],
            [WANTED, 0, WANTED, 1_000 - WANTED],
            [WANTED, WANTED, 0, 1_000 - WANTED]
        ];
        vm.assertEq(seen.length, 4);
        for (uint256 i = 0; i < 4; ++i) {
            uint256[4] memory amounts = expected[i];
            Witness.Sight memory sight =
                Witness.Sight(SwapOutcome.Executed, LockStatus.Locked, amounts[0], amounts[1], amounts[2], amounts[3]);
            vm.assertEq(abi.encode(seen[i]), abi.encode(sight));
        }
    }

    /// @dev Who is paid sees all of it as it will stay.
    function test_ATK39_aBeneficiarySeesThePaymentDone() external {
        CallingAccount account = new CallingAccount();
        SwapTerms memory what = terms();
        (what.wanted, what.beneficiary) = (Asset(L1, BASE, AssetKind.Fungible), address(account));
        vm.deal(address(venue), WANTED);
        (bytes32 id, bytes memory redemption) = executed(what);
        account.hook(address(_witness), _look(gold, id));
        perform(redemption);
        Witness.Sight[] memory seen = _witness.sights();
        vm.assertEq(seen.length, 1);
        vm.assertEq(
            abi.encode(seen[0]),
            abi.encode(Witness.Sight(SwapOutcome.Executed, LockStatus.Redeemed, AMOUNT, AMOUNT, 0, 0))
        );
        vm.assertEq(account.successes(), 1);
    }

    /// @dev What is locked is counted off before the token moves, so that for a moment the vault has more than it says.
    function test_ATK39_aRefundedTokenSeesItUnlocked_beforeItLeaves() external {
        HookedToken token = new HookedToken(alice);
        vm.prank(alice);
        token.approve(address(vault), AMOUNT);
        SwapTerms memory what = terms();
        what.token = address(token);
        (bytes32 id, bytes memory refund) = cancelled(what);
        token.hook(address(_witness), _look(token, id));
        token.turn(true);
        perform(refund);
        Witness.Sight[] memory seen = _witness.sights();
        vm.assertEq(seen.length, 2);
        for (uint256 i = 0; i < 2; ++i) {
            Witness.Sight memory sight =
                Witness.Sight(SwapOutcome.Pending, LockStatus.Refunded, 0, i == 0 ? AMOUNT : 0, 0, 0);
            vm.assertEq(abi.encode(seen[i]), abi.encode(sight));
        }
    }

    function _executeWith(address target, bytes memory data) private returns (bytes32 id, bytes memory bundle) {
        return _executeWith(terms(), target, data);
    }

    /// @dev The venue makes the call, and it succeeds; `bundle` is what it has sent, if anything.
    function _executeWith(SwapTerms memory what, address target, bytes memory data)
        private
        returns (bytes32 id, bytes memory bundle)
    {
        SwapPreimage memory preimage;
        InclusionProof memory proof;
        (id, preimage, proof) = lockAndProve(what);
        venue.callBack(target, data);
        vm.recordLogs();
        swap.execute(preimage, proof);
        vm.assertTrue(venue.succeeded(), "let in");
        bundle = _bundleIn(vm.getRecordedLogs());
    }

    function _executed() private returns (bytes32 id) {
        SwapPreimage memory preimage;
        InclusionProof memory proof;
        (id, preimage, proof) = lockAndProve();
        swap.execute(preimage, proof);
    }

    /// @dev The vault owes the venue some of what was abroad and came home while the token stood still.
    function _owe(PausableToken token, uint256 amount) private {
        _sendAbroad(address(token));
        vm.chainId(DESTINATION);
        token.turn(true);
        Asset memory asset = Asset(DESTINATION, address(token), AssetKind.Fungible);
        receiveFromVault(SOURCE, Transfers.units(asset, amount, alice, address(venue)));
        token.turn(false);
        vm.assertEq(vault.claimable(AssetIds.ledgerKey(asset, 0), address(venue)), amount);
    }

    /// @dev Cash that was abroad is on its way home.
    function _homecoming(address to) private returns (BundleDelivery memory) {
        cash.mint(alice, ABROAD);
        _sendAbroad(address(cash));
        return sendOnly(SOURCE, Transfers.fungible(DESTINATION, _abroad(address(cash)), WANTED, to), alice);
    }

    function _sendAbroad(address token) private {
        vm.prank(alice);
        PlainERC20(token).approve(address(vault), ABROAD);
        cross(DESTINATION, _request(token, ABROAD, alice), alice);
    }

    /// @dev Gold on this chain is what swaps have brought, and nothing is between two chairs.
    function _expectExchanged(bytes32 id, uint256 lockedCash, uint256 ofTheVenue, uint256 goldHere) private view {
        assertOutcome(id, SwapOutcome.Executed);
        vm.assertEq(vault.locked(address(cash)), lockedCash, "locked");
        vm.assertEq(cash.balanceOf(address(vault)), lockedCash, "kept");
        vm.assertEq(cash.balanceOf(address(venue)), ofTheVenue, "left");
        vm.assertEq(PlainERC20(bridgedOf(address(gold))).totalSupply(), goldHere, "gold");
        vm.assertEq(PlainERC20(bridgedOf(address(gold))).balanceOf(address(venue)), goldHere, "the venue's gold");
        vm.assertEq(cash.balanceOf(address(swap)), 0, "nothing stays");
        vm.assertEq(cash.allowance(address(swap), address(vault)), 0, "no allowance");
    }

    function _expectDelivered(BundleDelivery memory delivery) private view {
        vm.assertEq(uint256(handler.bundleStatus(bundleHashOf(delivery.bundle))), uint256(BundleStatus.FullyExecuted));
    }

    function _look(ERC20 token, bytes32 id) private view returns (bytes memory) {
        return abi.encodeCall(_witness.look, (swap, vault, token, address(venue), SOURCE, id));
    }

    /// @dev What stands on the source for a token of the destination.
    function _abroad(address token) private view returns (address) {
        return vault.tokenOf(AssetIds.assetId(DESTINATION, token));
    }

    /// @dev The bundle that the center has sent, next to the receipt of the swap.
    function _bundleIn(Vm.Log[] memory logs) private view returns (bytes memory bundle) {
        bytes32 from = bytes32(uint256(uint160(address(center))));
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IMessageOutbox.L1MessageSent.selector || logs[i].topics[1] != from) continue;
            bundle = bundleIn(abi.decode(logs[i].data, (bytes)));
        }
    }

    function _request(address token, uint256 amount, address to) private pure returns (TransferRequest memory) {
        return Transfers.fungible(SOURCE, token, amount, to);
    }
}
