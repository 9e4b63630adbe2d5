// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {ITradeVenue} from "../../../../src/interfaces/ITradeVenue.sol";
import {SwapIds} from "../../../../src/libraries/SwapIds.sol";
import {TradeVenue} from "../../../../src/swap/venues/TradeVenue.sol";
import {VenueTokens} from "../../../../src/swap/venues/VenueTokens.sol";
import {AssetKind} from "../../../../src/types/Assets.sol";
import {SwapOutcome, SwapPayload, SwapPreimage, VenueOrder} from "../../../../src/types/Swaps.sol";
import {TradeAgreement, TradeStatus, VenueAsset} from "../../../../src/types/Venues.sol";
import {VenueTest} from "../../../base/VenueTest.sol";
import {EtherRefuser} from "../../../mocks/EtherRefuser.sol";
import {BlacklistToken, FalseToken, FeeToken, HookedToken} from "../../../mocks/HostileTokens.sol";

/// @notice Burns all the gas that a payment brings.
contract GasBurner {
    receive() external payable {
        while (true) {}
    }
}

contract TradeVenueTest is VenueTest {
    TradeVenue private _venue;
    TradeAgreement private _agreement;
    address private _vaultOfBank = makeAddr("recipient");

    function setUp() public override {
        super.setUp();
        _venue = new TradeVenue(address(swap));
        dollars.mint(bob, 1_000);
        deeds.mint(bob, 8);
        coins.mint(bob, 9, 1_000);
        vm.deal(bob, 1_000);
        _allow(bob);
        _agreement.sourceChainId = SOURCE;
        (_agreement.initiator, _agreement.counterparty, _agreement.recipient) = (alice, bob, _vaultOfBank);
        _agreement.given = VenueAsset(address(gold), AssetKind.Fungible, 0, 100);
        _agreement.locked = VenueAsset(address(dollars), AssetKind.Fungible, 0, 45);
        (_agreement.deadline, _agreement.salt) = (DEADLINE, "salt");
    }

    function test_constructor_reverts_whenSwapIsZero() external {
        vm.expectRevert(ITradeVenue.TradeVenueZeroAddress.selector);
        new TradeVenue(address(0));
    }

    function test_lock_takesTheCounterpartysSide() external {
        bytes32 id = keccak256(abi.encode(keccak256("Causeway.TradeAgreement.v1"), _agreement));
        vm.assertEq(_venue.idOf(_agreement), id);
        vm.expectEmit(address(_venue));
        emit ITradeVenue.TradeLocked(id, bob, alice, _agreement);
        vm.assertEq(_lock(), id);
        vm.assertEq(dollars.balanceOf(address(_venue)), 45);
        _expectStatus(TradeStatus.Locked);
        _expectOwed(_agreement.locked, 45);
    }

    function test_lock_reverts_whenCallerIsNotTheCounterparty() external {
        vm.expectRevert(abi.encodeWithSelector(ITradeVenue.TradeVenueNotCounterparty.selector, alice, bob));
        vm.prank(alice);
        _venue.lock(_agreement);
    }

    function test_lock_reverts_whenTheAgreementIsIncomplete() external {
        TradeAgreement memory good = _agreement;
        address[3] memory recipients = [address(0), address(_venue), address(swap)];
        for (uint256 i = 0; i < 3; ++i) {
            _agreement.recipient = recipients[i];
            _expectBadAgreement();
        }
        _agreement = good;
        _agreement.initiator = address(0);
        _expectBadAgreement();
        VenueAsset[6] memory bad = [
            VenueAsset(address(dollars), AssetKind.Fungible, 0, 0),
            VenueAsset(address(dollars), AssetKind.Fungible, 1, 45),
            VenueAsset(address(deeds), AssetKind.NonFungible, 8, 2),
            VenueAsset(address(coins), AssetKind.MultiToken, 9, 0),
            VenueAsset(BASE, AssetKind.MultiToken, 0, 45),
            VenueAsset(BASE, AssetKind.NonFungible, 0, 1)
        ];
        for (uint256 i = 0; i < 6; ++i) {
            _agreement = good;
            _agreement.locked = bad[i];
            _expectBadAgreement();
            (_agreement.locked, _agreement.given) = (good.locked, bad[i]);
            _expectBadAgreement();
        }
        _agreement = good;
        _lock();
    }

    function test_lock_untilTheDeadline() external {
        vm.warp(DEADLINE + 1);
        bytes32 id = _venue.idOf(_agreement);
        vm.expectRevert(abi.encodeWithSelector(ITradeVenue.TradeVenueTooLate.selector, id, DEADLINE, DEADLINE + 1));
        vm.prank(bob);
        _venue.lock(_agreement);
        vm.warp(DEADLINE);
        _lock();
    }

    function test_lock_reverts_whenTheValueIsWrong() external {
        vm.startPrank(bob);
        vm.expectRevert(abi.encodeWithSelector(ITradeVenue.TradeVenueWrongValue.selector, 0, 1));
        _venue.lock{value: 1}(_agreement);
        _agreement.locked = VenueAsset(BASE, AssetKind.Fungible, 0, 45);
        vm.expectRevert(abi.encodeWithSelector(ITradeVenue.TradeVenueWrongValue.selector, 45, 44));
        _venue.lock{value: 44}(_agreement);
        vm.stopPrank();
    }

    function test_ATK10_lock_reverts_whenTheTokenIsNot() external {
        deeds.mint(bob, 1);
        VenueAsset[3] memory wrong = [
            VenueAsset(stranger, AssetKind.Fungible, 0, 45),
            // One unit of an ERC-721 token would be taken as its token 1.
            VenueAsset(address(deeds), AssetKind.Fungible, 0, 1),
            VenueAsset(address(dollars), AssetKind.NonFungible, 45, 1)
        ];
        for (uint256 i = 0; i < 3; ++i) {
            _agreement.locked = wrong[i];
            vm.expectRevert(abi.encodeWithSelector(ITradeVenue.TradeVenueWrongKind.selector, wrong[i].token));
            vm.prank(bob);
            _venue.lock(_agreement);
        }
    }

    function test_ATK35_lock_reverts_whenTheTokenTakesFees() external {
        FeeToken fee = new FeeToken(bob);
        vm.prank(bob);
        fee.approve(address(_venue), 100);
        fee.turn(true);
        _agreement.locked = VenueAsset(address(fee), AssetKind.Fungible, 0, 100);
        vm.expectRevert(abi.encodeWithSelector(ITradeVenue.TradeVenueNotExact.selector, address(fee), 100, 90));
        vm.prank(bob);
        _venue.lock(_agreement);
        fee.turn(false);
        _lock();
    }

    function test_execute_handsBothSidesOver() external {
        bytes32 id = _lock();
        vm.expectEmit(address(_venue));
        emit ITradeVenue.TradeExecuted(id, SWAP_ID);
        vm.assertEq(swap.run(_venue, _order()), 45);
        vm.assertEq(gold.balanceOf(_vaultOfBank), 100);
        _expectStatus(TradeStatus.Executed);
        _expectOwed(_agreement.locked, 0);
        _expectOwed(_agreement.given, 0);
    }

    /// @dev Every kind against every kind.
    function test_execute_tradesEveryKind() external {
        VenueAsset[4] memory given = [
            VenueAsset(BASE, AssetKind.Fungible, 0, 10),
            VenueAsset(address(gold), AssetKind.Fungible, 0, 10),
            VenueAsset(address(deeds), AssetKind.NonFungible, DEED, 1),
            VenueAsset(address(coins), AssetKind.MultiToken, COIN, 10)
        ];
        VenueAsset[4] memory locked = [
            VenueAsset(BASE, AssetKind.Fungible, 0, 20),
            VenueAsset(address(dollars), AssetKind.Fungible, 0, 20),
            VenueAsset(address(deeds), AssetKind.NonFungible, 8, 1),
            VenueAsset(address(coins), AssetKind.MultiToken, 9, 20)
        ];
        for (uint256 i = 0; i < 16; ++i) {
            uint256 state = vm.snapshotState();
            (_agreement.given, _agreement.locked) = (given[i / 4], locked[i % 4]);
            _lock();
            vm.assertEq(swap.run(_venue, _order()), _agreement.locked.amount);
            uint256 received = VenueTokens.heldBy(_agreement.given, _vaultOfBank);
            vm.assertEq(received, _agreement.given.amount);
            vm.assertEq(VenueTokens.heldBy(_agreement.given, address(_venue)), 0);
            vm.assertEq(VenueTokens.heldBy(_agreement.locked, address(_venue)), 0);
            vm.revertToState(state);
        }
    }

    function test_withdraw_returnsEveryKind() external {
        VenueAsset[4] memory locked = [
            VenueAsset(BASE, AssetKind.Fungible, 0, 20),
            VenueAsset(address(dollars), AssetKind.Fungible, 0, 20),
            VenueAsset(address(deeds), AssetKind.NonFungible, 8, 1),
            VenueAsset(address(coins), AssetKind.MultiToken, 9, 20)
        ];
        for (uint256 i = 0; i < 4; ++i) {
            vm.warp(NOW);
            _agreement.locked = locked[i];
            uint256 before = VenueTokens.heldBy(locked[i], bob);
            bytes32 id = _lock();
            vm.warp(DEADLINE + 1);
            vm.expectEmit(address(_venue));
            emit ITradeVenue.TradeWithdrawn(id);
            vm.prank(stranger);
            _venue.withdraw(_agreement);
            vm.assertEq(VenueTokens.heldBy(locked[i], bob), before);
            _expectStatus(TradeStatus.Withdrawn);
            _expectOwed(locked[i], 0);
        }
    }

    function test_execute_reverts_whenCallerIsNotTheSwap() external {
        _lock();
        VenueOrder memory order = _order();
        gold.mint(address(_venue), 100);
        vm.expectRevert(abi.encodeWithSelector(ITradeVenue.TradeVenueNotSwap.selector, bob, address(swap)));
        vm.prank(bob);
        _venue.execute(order);
    }

    /// @dev All steps from all states: each is possible from one.
    function test_ATK40_steps_happenOnce() external {
        VenueOrder memory order = _order();
        _expectWrongStatus(TradeStatus.Locked, TradeStatus.None);
        swap.run(_venue, order);
        _lock();
        _expectWrongStatus(TradeStatus.None, TradeStatus.Locked);
        vm.prank(bob);
        _venue.lock(_agreement);

        uint256 state = vm.snapshotState();
        swap.run(_venue, order);
        _expectWrongStatus(TradeStatus.Locked, TradeStatus.Executed);
        swap.run(_venue, order);
        _expectWrongStatus(TradeStatus.None, TradeStatus.Executed);
        vm.prank(bob);
        _venue.lock(_agreement);
        vm.warp(DEADLINE + 1);
        _expectWrongStatus(TradeStatus.Locked, TradeStatus.Executed);
        _venue.withdraw(_agreement);

        vm.revertToState(state);
        SwapPreimage memory preimage = _preimage(_agreement);
        _setOutcome(preimage, SwapOutcome.Cancelled);
        _venue.withdrawCancelled(_agreement, preimage);
        _expectWrongStatus(TradeStatus.Locked, TradeStatus.Withdrawn);
        swap.run(_venue, order);
        _expectWrongStatus(TradeStatus.None, TradeStatus.Withdrawn);
        vm.prank(bob);
        _venue.lock(_agreement);
        _expectWrongStatus(TradeStatus.Locked, TradeStatus.Withdrawn);
        _venue.withdrawCancelled(_agreement, preimage);
        vm.warp(DEADLINE + 1);
        _expectWrongStatus(TradeStatus.Locked, TradeStatus.Withdrawn);
        _venue.withdraw(_agreement);
    }

    function test_execute_reverts_whenTheOrderIsAnother() external {
        bytes32 id = _lock();
        coins.mint(address(swap), 9, 100);
        for (uint256 i = 0; i < 12; ++i) {
            VenueOrder memory order = _order();
            if (i == 0) order.sourceChainId = SOURCE + 1;
            if (i == 1) order.sender = stranger;
            if (i == 2) order.counterparty = stranger;
            if (i == 3) order.tokenIn = address(dollars);
            if (i == 4) order.kindIn = AssetKind.MultiToken;
            if (i == 5) order.tokenIdIn = 1;
            if (i == 6) order.amountIn = 99;
            if (i == 7) order.amountIn = 101;
            if (i == 8) order.tokenOut = address(gold);
            if (i == 9) (order.tokenOut, order.kindOut) = (address(coins), AssetKind.MultiToken);
            if (i == 10) order.tokenIdOut = 1;
            if (i == 11) order.minAmountOut = 46;
            vm.expectRevert(abi.encodeWithSelector(ITradeVenue.TradeVenueWrongOrder.selector, id));
            swap.runWithoutInput(_venue, order);
        }
        VenueOrder memory good = _order();
        good.counterparty = bob;
        swap.run(_venue, good);
    }

    /// @dev While an order can be executed, the locked side stays; and so never both happen.
    function test_execute_reverts_whenTheOrderOutlivesTheAgreement() external {
        bytes32 id = _lock();
        VenueOrder memory order = _order();
        order.deadline = DEADLINE + 1;
        vm.expectRevert(
            abi.encodeWithSelector(ITradeVenue.TradeVenueDeadlineTooLate.selector, id, DEADLINE, DEADLINE + 1)
        );
        swap.run(_venue, order);
    }

    function testFuzz_executeAndWithdraw_neverBoth(uint64 time) external {
        uint256 moment = bound(time, NOW, 2 * uint256(DEADLINE));
        bytes32 id = _lock();
        vm.warp(moment);
        if (moment <= DEADLINE) {
            vm.expectRevert(abi.encodeWithSelector(ITradeVenue.TradeVenueNotExpired.selector, id, DEADLINE, moment));
            _venue.withdraw(_agreement);
            swap.run(_venue, _order());
        } else {
            VenueOrder memory order = _order();
            vm.expectRevert(abi.encodeWithSelector(ITradeVenue.TradeVenueTooLate.selector, id, DEADLINE, moment));
            swap.run(_venue, order);
            _venue.withdraw(_agreement);
        }
    }

    /// @dev One party's lock is never another's input.
    function test_ATK12_execute_reverts_whenTheInputIsNotThere() external {
        _lock();
        // Somebody else has locked as much gold as the order says it brings.
        TradeAgreement memory other = _agreement;
        gold.mint(bob, 100);
        (other.locked, other.given, other.salt) = (_agreement.given, _agreement.locked, "other");
        vm.prank(bob);
        _venue.lock(other);
        VenueOrder memory order = _order();
        vm.expectRevert(abi.encodeWithSelector(ITradeVenue.TradeVenueShortfall.selector, address(gold), 200, 100));
        swap.runWithoutInput(_venue, order);
        swap.run(_venue, order);
        vm.assertEq(gold.balanceOf(address(_venue)), 100);
    }

    function test_execute_notesAClaim_whenTheRecipientRefuses() external {
        _agreement.recipient = address(new EtherRefuser());
        _agreement.given = VenueAsset(BASE, AssetKind.Fungible, 0, 60);
        _lock();
        bytes32 key = VenueTokens.keyOf(_agreement.given);
        vm.expectEmit(address(_venue));
        emit ITradeVenue.TradeClaimAdded(key, _agreement.recipient, 60);
        vm.assertEq(swap.run(_venue, _order()), 45);
        vm.assertEq(_venue.claimable(key, _agreement.recipient), 60);
        _expectOwed(_agreement.given, 60);

        vm.startPrank(_agreement.recipient);
        vm.expectRevert(abi.encodeWithSelector(ITradeVenue.TradeVenueNotPaid.selector, BASE, _agreement.recipient, 60));
        _venue.claim(BASE, AssetKind.Fungible, 0, _agreement.recipient);
        address[2] memory nobodies = [address(0), address(_venue)];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ITradeVenue.TradeVenueBadRecipient.selector, nobodies[i]));
            _venue.claim(BASE, AssetKind.Fungible, 0, nobodies[i]);
        }
        vm.expectEmit(address(_venue));
        emit ITradeVenue.TradeClaimPaid(key, _agreement.recipient, stranger, 60);
        _venue.claim(BASE, AssetKind.Fungible, 0, stranger);
        vm.assertEq(stranger.balance, 60);
        _expectOwed(_agreement.given, 0);
        vm.expectRevert(
            abi.encodeWithSelector(ITradeVenue.TradeVenueNothingToClaim.selector, key, _agreement.recipient)
        );
        _venue.claim(BASE, AssetKind.Fungible, 0, stranger);
        vm.stopPrank();
    }

    function test_ATK35_withdraw_notesAClaim_whenTheCounterpartyIsBlacklisted() external {
        BlacklistToken token = new BlacklistToken(bob);
        vm.prank(bob);
        token.approve(address(_venue), 45);
        _agreement.locked = VenueAsset(address(token), AssetKind.Fungible, 0, 45);
        _lock();
        token.list(bob, true);
        vm.warp(DEADLINE + 1);
        _venue.withdraw(_agreement);
        vm.assertEq(_venue.claimable(VenueTokens.keyOf(_agreement.locked), bob), 45);
        vm.prank(bob);
        _venue.claim(address(token), AssetKind.Fungible, 0, stranger);
        vm.assertEq(token.balanceOf(stranger), 45);
    }

    function test_ATK35_execute_notesAClaim_whenTheInputSaysItDidNotMove() external {
        FalseToken liar = new FalseToken(address(swap));
        _agreement.given = VenueAsset(address(liar), AssetKind.Fungible, 0, 100);
        _lock();
        vm.prank(address(swap));
        liar.transfer(address(_venue), 100);
        liar.turn(true);
        swap.runWithoutInput(_venue, _order());
        vm.assertEq(_venue.claimable(VenueTokens.keyOf(_agreement.given), _vaultOfBank), 100);
        liar.turn(false);
        vm.prank(_vaultOfBank);
        _venue.claim(address(liar), AssetKind.Fungible, 0, _vaultOfBank);
        vm.assertEq(liar.balanceOf(_vaultOfBank), 100);
    }

    function test_ATK35_execute_reverts_whenAPaymentArrivesInPart() external {
        FeeToken fee = new FeeToken(bob);
        vm.prank(bob);
        fee.approve(address(_venue), 100);
        _agreement.locked = VenueAsset(address(fee), AssetKind.Fungible, 0, 100);
        _lock();
        fee.turn(true);
        VenueOrder memory order = _order();
        vm.expectRevert(abi.encodeWithSelector(ITradeVenue.TradeVenueNotExact.selector, address(fee), 100, 90));
        swap.run(_venue, order);
        fee.turn(false);
        swap.run(_venue, order);
    }

    function test_execute_reverts_whenTheLockedSideCannotBePaid() external {
        BlacklistToken token = new BlacklistToken(bob);
        vm.prank(bob);
        token.approve(address(_venue), 45);
        _agreement.locked = VenueAsset(address(token), AssetKind.Fungible, 0, 45);
        _lock();
        token.list(address(swap), true);
        VenueOrder memory order = _order();
        vm.expectRevert(
            abi.encodeWithSelector(ITradeVenue.TradeVenueNotPaid.selector, address(token), address(swap), 45)
        );
        swap.run(_venue, order);
    }

    /// @dev No amount of gas turns a payment that would succeed into a claim.
    function test_ATK37_execute_paysOrReverts_atAnyGas() external {
        _lock();
        VenueOrder memory order = _order();
        bool executed = false;
        for (uint256 gasLimit = 20_000; gasLimit < 800_000; gasLimit += 10_000) {
            uint256 state = vm.snapshotState();
            (bool success,) = address(swap).call{gas: gasLimit}(abi.encodeCall(swap.run, (_venue, order)));
            if (success) {
                vm.assertEq(gold.balanceOf(_vaultOfBank), 100);
                executed = true;
            }
            vm.revertToState(state);
        }
        vm.assertTrue(executed);
    }

    function test_ATK37_withdraw_reverts_whenGasIsLow() external {
        _agreement.locked = VenueAsset(BASE, AssetKind.Fungible, 0, 45);
        _lock();
        vm.warp(DEADLINE + 1);
        vm.expectPartialRevert(ITradeVenue.TradeVenueGasTooLow.selector);
        _venue.withdraw{gas: 240_000}(_agreement);
        _venue.withdraw{gas: 400_000}(_agreement);
        vm.assertEq(bob.balance, 1_000);
    }

    function test_ATK37_execute_isNotStopped_byARecipientThatBurnsGas() external {
        _agreement.recipient = address(new GasBurner());
        _agreement.given = VenueAsset(BASE, AssetKind.Fungible, 0, 60);
        _lock();
        swap.run{gas: 800_000}(_venue, _order());
        vm.assertEq(_venue.claimable(VenueTokens.keyOf(_agreement.given), _agreement.recipient), 60);
    }

    function test_withdrawCancelled_paysBackBeforeTheDeadline() external {
        _lock();
        SwapPreimage memory preimage = _preimage(_agreement);
        _setOutcome(preimage, SwapOutcome.Cancelled);
        vm.prank(stranger);
        _venue.withdrawCancelled(_agreement, preimage);
        vm.assertEq(dollars.balanceOf(bob), 1_000);
        _expectStatus(TradeStatus.Withdrawn);
    }

    function test_withdrawCancelled_reverts_whenTheSwapIsNotCancelled() external {
        _lock();
        SwapPreimage memory preimage = _preimage(_agreement);
        SwapOutcome[2] memory outcomes = [SwapOutcome.Pending, SwapOutcome.Executed];
        for (uint256 i = 0; i < 2; ++i) {
            _setOutcome(preimage, outcomes[i]);
            vm.expectRevert(
                abi.encodeWithSelector(ITradeVenue.TradeVenueNotCancelled.selector, SwapIds.swapId(preimage.header))
            );
            _venue.withdrawCancelled(_agreement, preimage);
        }
    }

    /// @dev The counterparty locks swaps of its own, or shows another's, to get out early.
    function test_ATK12_withdrawCancelled_reverts_whenTheSwapIsAnother() external {
        bytes32 id = _lock();
        for (uint256 i = 0; i < 6; ++i) {
            TradeAgreement memory named = _agreement;
            if (i == 0) named.salt = "other";
            SwapPreimage memory preimage = _preimage(named);
            if (i == 1) preimage.header.sender = bob;
            if (i == 2) preimage.header.sourceChainId = SOURCE + 1;
            if (i == 3) preimage.salt = "other";
            if (i == 4) preimage.payload = bytes.concat(preimage.payload, bytes1(0));
            if (i == 5) {
                SwapPayload memory payload = abi.decode(preimage.payload, (SwapPayload));
                payload.venue = stranger;
                preimage.payload = abi.encode(payload);
                preimage.header.payloadCommitment = SwapIds.commitment(preimage.salt, preimage.payload);
            }
            _setOutcome(preimage, SwapOutcome.Cancelled);
            bytes32 swapId = SwapIds.swapId(preimage.header);
            vm.expectRevert(abi.encodeWithSelector(ITradeVenue.TradeVenueWrongSwap.selector, id, swapId));
            _venue.withdrawCancelled(_agreement, preimage);
        }
        _expectStatus(TradeStatus.Locked);
    }

    function test_ATK39_nothingCanBeReentered() external {
        HookedToken hooked = new HookedToken(bob);
        vm.prank(bob);
        hooked.approve(address(_venue), 1_000);
        _agreement.locked = VenueAsset(address(hooked), AssetKind.Fungible, 0, 45);
        SwapPreimage memory preimage = _preimage(_agreement);
        _setOutcome(preimage, SwapOutcome.Cancelled);
        bytes[5] memory calls = [
            abi.encodeCall(_venue.lock, (_agreement)),
            abi.encodeCall(_venue.execute, (_order())),
            abi.encodeCall(_venue.withdraw, (_agreement)),
            abi.encodeCall(_venue.withdrawCancelled, (_agreement, preimage)),
            abi.encodeCall(_venue.claim, (address(hooked), AssetKind.Fungible, 0, bob))
        ];
        hooked.turn(true);
        for (uint256 i = 0; i < 5; ++i) {
            _agreement.salt = bytes32(i);
            hooked.hook(address(_venue), calls[i]);
            _lock();
            if (i % 2 == 0) swap.run(_venue, _order());
            vm.assertEq(hooked.successes(), 0);
            vm.assertEq(hooked.calls(), i % 2 == 0 ? 4 : 2);
            vm.assertEq(hooked.lastAnswer(), abi.encodeWithSignature("ReentrancyGuardReentrantCall()"));
        }
    }

    /// @dev Two agreements of the same content are two, and each returns what is its own.
    function testFuzz_trades_areKeptApart(uint64 first, uint64 second, bool withdrawsFirst) external {
        dollars.mint(bob, uint256(first) + second + 2);
        _agreement.locked.amount = uint256(first) + 1;
        _lock();
        TradeAgreement memory one = _agreement;
        (_agreement.salt, _agreement.locked.amount) = ("two", uint256(second) + 1);
        _lock();
        if (withdrawsFirst) {
            vm.warp(DEADLINE + 1);
            _venue.withdraw(one);
        } else {
            vm.assertEq(swap.run(_venue, _order()), uint256(second) + 1);
            vm.warp(DEADLINE + 1);
            _agreement = one;
        }
        uint256 left = _agreement.locked.amount;
        vm.assertEq(dollars.balanceOf(address(_venue)), left);
        _expectOwed(_agreement.locked, left);
        _venue.withdraw(_agreement);
        vm.assertEq(dollars.balanceOf(address(_venue)), 0);
    }

    function _allow(address account) private {
        vm.startPrank(account);
        gold.approve(address(_venue), type(uint256).max);
        dollars.approve(address(_venue), type(uint256).max);
        deeds.setApprovalForAll(address(_venue), true);
        coins.setApprovalForAll(address(_venue), true);
        vm.stopPrank();
    }

    function _lock() private returns (bytes32) {
        uint256 value = _agreement.locked.token == BASE ? _agreement.locked.amount : 0;
        vm.prank(bob);
        return _venue.lock{value: value}(_agreement);
    }

    function _order() private view returns (VenueOrder memory order) {
        order = goldForDollars(abi.encode(_agreement));
        setInput(order, _agreement.given);
        setOutput(order, _agreement.locked);
    }

    /// @dev A swap of the initiator's that names `named`.
    function _preimage(TradeAgreement memory named) private view returns (SwapPreimage memory preimage) {
        SwapPayload memory payload;
        (payload.venue, payload.venueData) = (address(_venue), abi.encode(named));
        (preimage.salt, preimage.payload) = ("secret", abi.encode(payload));
        (preimage.header.sender, preimage.header.sourceChainId) = (alice, SOURCE);
        preimage.header.payloadCommitment = SwapIds.commitment(preimage.salt, preimage.payload);
    }

    function _setOutcome(SwapPreimage memory preimage, SwapOutcome outcome) private {
        swap.setOutcome(preimage.header.sourceChainId, SwapIds.swapId(preimage.header), outcome);
    }

    function _expectBadAgreement() private {
        bytes32 id = _venue.idOf(_agreement);
        vm.expectRevert(abi.encodeWithSelector(ITradeVenue.TradeVenueBadAgreement.selector, id));
        vm.prank(bob);
        _venue.lock(_agreement);
    }

    function _expectWrongStatus(TradeStatus expected, TradeStatus actual) private {
        bytes32 id = _venue.idOf(_agreement);
        vm.expectRevert(abi.encodeWithSelector(ITradeVenue.TradeVenueWrongStatus.selector, id, expected, actual));
    }

    function _expectStatus(TradeStatus status) private view {
        vm.assertEq(uint8(_venue.statusOf(_venue.idOf(_agreement))), uint8(status));
    }

    function _expectOwed(VenueAsset memory what, uint256 amount) private view {
        vm.assertEq(_venue.owed(VenueTokens.keyOf(what)), amount);
    }
}
