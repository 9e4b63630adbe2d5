// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {IAssetCustody} from "../../../src/interfaces/IAssetCustody.sol";
import {IAssetRules} from "../../../src/interfaces/IAssetRules.sol";
import {IAtomicSwap} from "../../../src/interfaces/IAtomicSwap.sol";
import {IMessageOutbox} from "../../../src/interfaces/IMessageOutbox.sol";
import {AssetIds} from "../../../src/libraries/AssetIds.sol";
import {AssetTransfers} from "../../../src/libraries/AssetTransfers.sol";
import {Erc7930} from "../../../src/libraries/Erc7930.sol";
import {SwapIds} from "../../../src/libraries/SwapIds.sol";
import {AtomicSwap} from "../../../src/swap/AtomicSwap.sol";
import {Asset, AssetKind, AssetMetadata, AssetTransfer, TransferRequest} from "../../../src/types/Assets.sol";
import {InclusionProof} from "../../../src/types/Messages.sol";
import {
    SwapChange,
    SwapCommand,
    SwapEffect,
    SwapLeg,
    SwapOutcome,
    SwapPreimage,
    SwapTerms,
    Tombstone,
    VenueOrder
} from "../../../src/types/Swaps.sol";
import {SwapTest} from "../../base/SwapTest.sol";
import {Transfers} from "../../base/Transfers.sol";
import {OwnRepresentation} from "../../mocks/IssuedTokens.sol";
import {IssuedERC20, PlainERC1155, PlainERC20, PlainERC721} from "../../mocks/PlainTokens.sol";
import {ScriptedVenue} from "../../mocks/ScriptedVenue.sol";

contract SwapDestinationTest is SwapTest {
    // Execute.

    function testFuzz_execute_exchangesAndReports(uint128 amount, uint128 least, uint64 extra) external {
        SwapTerms memory what = terms();
        (what.amount, what.minReturned) = (bound(amount, 1, 1_000_000), bound(least, 1, 500_000));
        uint256 returned = what.minReturned + bound(extra, 0, 500_000);
        venue.answerWith(ScriptedVenue.Answer.Selector, int256(returned - what.minReturned), "");
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve(what);
        bytes memory output = outputOf(preimage, returned);
        bytes memory receipt = SwapIds.receiptMessage(SOURCE, id, SwapOutcome.Executed, output);
        vm.expectEmit(address(vault));
        emit IAssetCustody.AssetIn(
            AssetTransfers.packAsset(goldAsset()), 0, AssetTransfers.packMovement(0, what.amount)
        );
        vm.expectEmit(address(vault));
        emit IAssetCustody.AssetOut(AssetTransfers.packAsset(cashAsset()), 0, AssetTransfers.packMovement(0, returned));
        vm.expectEmit(address(center));
        emit IMessageOutbox.L1MessageSent(address(swap), keccak256(receipt), receipt);
        SwapLeg memory back = leg(cashAsset(), returned);
        expectEffect(SwapEffect(SwapChange.Executed, SOURCE, DESTINATION, id, leg(goldAsset(), what.amount), back));
        vm.prank(relayer);
        swap.execute(preimage, proof);

        assertOutcome(id, SwapOutcome.Executed);
        vm.assertEq(PlainERC20(bridgedOf(address(gold))).balanceOf(address(venue)), what.amount);
        vm.assertEq(vault.locked(address(cash)), returned);
        vm.assertEq(cash.balanceOf(address(swap)), 0);
        vm.assertEq(cash.allowance(address(swap), address(vault)), 0);
        _expectDecided(id, SwapOutcome.Executed);
        swap.execute(preimage, proof);
    }

    function test_execute_tellsTheVenueEverything() external {
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        swap.execute(preimage, proof);
        VenueOrder memory order = venue.lastOrder();
        vm.assertEq(
            abi.encode(order),
            abi.encode(
                VenueOrder(
                    id,
                    SOURCE,
                    alice,
                    bank,
                    bridgedOf(address(gold)),
                    AssetKind.Fungible,
                    0,
                    AMOUNT,
                    address(cash),
                    AssetKind.Fungible,
                    0,
                    WANTED,
                    preimage.header.deadline,
                    "a quote"
                )
            )
        );
        vm.assertGe(venue.gasSeen(), preimage.header.minGas);
    }

    /// @dev Both legs in every kind: base tokens, home and foreign.
    function test_execute_exchangesEveryKind() external {
        PlainERC721 deeds = new PlainERC721();
        PlainERC1155 coins = new PlainERC1155();
        deeds.mint(alice, 7);
        coins.mint(alice, 3, 50);
        vm.startPrank(alice);
        deeds.approve(address(vault), 7);
        coins.setApprovalForAll(address(vault), true);
        vm.stopPrank();
        SwapTerms memory what = terms();
        (what.token, what.kind, what.tokenId, what.amount) = (address(deeds), AssetKind.NonFungible, 7, 1);
        (what.wanted, what.minReturned) = (Asset(L1, BASE, AssetKind.Fungible), 2 ether);
        vm.deal(address(venue), 2 ether);
        _swapFully(what);
        vm.assertEq(PlainERC721(bridgedOf(address(deeds))).ownerOf(7), address(venue));
        vm.assertEq(bob.balance, 2 ether);

        (what.token, what.kind, what.tokenId, what.amount) = (address(coins), AssetKind.MultiToken, 3, 20);
        PlainERC721 works = new PlainERC721();
        works.mint(address(venue), 9);
        what.wanted = Asset(DESTINATION, address(works), AssetKind.NonFungible);
        (what.wantedTokenId, what.minReturned) = (9, 1);
        _swapFully(what);
        vm.assertEq(PlainERC1155(bridgedOf(address(coins))).balanceOf(address(venue), 3), 20);
        address token = vault.tokenOf(AssetIds.assetId(DESTINATION, address(works)));
        vm.assertEq(PlainERC721(token).ownerOf(9), bob);

        (what.token, what.kind, what.tokenId, what.amount) = (BASE, AssetKind.Fungible, 0, 5 ether);
        PlainERC1155 points = new PlainERC1155();
        points.mint(address(venue), 4, 60);
        what.wanted = Asset(DESTINATION, address(points), AssetKind.MultiToken);
        (what.wantedTokenId, what.minReturned) = (4, 60);
        _swapFully(what);
        vm.assertEq(address(venue).balance, 5 ether);
        token = vault.tokenOf(AssetIds.assetId(DESTINATION, address(points)));
        vm.assertEq(PlainERC1155(token).balanceOf(bob, 4), 60);
        vm.assertFalse(points.isApprovedForAll(address(swap), address(vault)));
    }

    /// @dev A swap that was cancelled leaves nothing untold: the next one of the same asset brings its token.
    function test_execute_needsNoEarlierSwap() external {
        (, SwapPreimage memory first,) = lockAndProve();
        command(SwapCommand.Resolve, abi.encode(SOURCE, SwapIds.swapId(first.header)), true);
        (bytes32 id, SwapPreimage memory second, InclusionProof memory proof) = lockAndProve();
        swap.execute(second, proof);
        assertOutcome(id, SwapOutcome.Executed);
    }

    /// @dev Gold that came over before goes home, for gold's own asset is wanted of the source.
    function test_execute_returnsARepresentation() external {
        cross(SOURCE, _request(DESTINATION, address(gold), 500, address(venue)), alice);
        SwapTerms memory what = terms();
        (what.token, what.amount, what.wanted) = (BASE, 1 ether, goldAsset());
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve(what);
        swap.execute(preimage, proof);
        assertOutcome(id, SwapOutcome.Executed);
        vm.assertEq(PlainERC20(bridgedOf(address(gold))).totalSupply(), 500 - WANTED);
        bytes memory output = outputOf(preimage, WANTED);
        swap.redeem(preimage, output, proveReceipt(preimage.header, SwapOutcome.Executed, output));
        vm.assertEq(gold.balanceOf(bob), WANTED);
    }

    function test_execute_reverts_whenHeaderIsNotOfHere() external {
        (, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        for (uint256 i = 0; i < 6; ++i) {
            SwapPreimage memory other = abi.decode(abi.encode(preimage), (SwapPreimage));
            if (i == 0) other.header.version = 2;
            if (i == 1) other.header.class = 2;
            if (i == 2) other.header.destinationChainId = THIRD;
            if (i == 3) other.header.sourceChainId = DESTINATION;
            if (i == 4) other.header.sourceCenter = alice;
            if (i == 5) other.header.destinationHandler = alice;
            bytes32 id = SwapIds.swapId(other.header);
            vm.expectRevert(refusal(IAtomicSwap.AtomicSwapWrongHeader.selector, id));
            swap.execute(other, proof);
            vm.expectRevert(refusal(IAtomicSwap.AtomicSwapWrongHeader.selector, id));
            swap.cancel(other.header, proof);
            vm.expectRevert(refusal(IAtomicSwap.AtomicSwapWrongHeader.selector, id));
            swap.stage(other);
        }
    }

    function test_execute_reverts_whenUnproven() external {
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        proof.leafIndex = 0;
        vm.expectRevert(refusal(IAtomicSwap.AtomicSwapUnproven.selector, id));
        swap.execute(preimage, proof);
        proof.chainId = THIRD;
        vm.expectRevert(refusal(IAtomicSwap.AtomicSwapUnproven.selector, id));
        swap.execute(preimage, proof);
        assertOutcome(id, SwapOutcome.Pending);
    }

    function testFuzz_execute_reverts_whenPayloadIsAnother(uint256 index, uint8 change) external {
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        vm.assume(change != 0);
        preimage.payload[index % preimage.payload.length] ^= bytes1(change);
        vm.expectRevert(refusal(IAtomicSwap.AtomicSwapWrongPayload.selector, id));
        swap.execute(preimage, proof);
        vm.expectRevert(refusal(IAtomicSwap.AtomicSwapWrongPayload.selector, id));
        swap.stage(preimage);
    }

    /// @dev A broken source commits to anything. No part may lie outside of the payload.
    function testFuzz_execute_reverts_whenPayloadIsMalformed(uint256 word, uint256 value) external {
        (, SwapPreimage memory preimage) = lock(terms());
        uint256[4] memory structural = [uint256(0), 1, 3, 12];
        uint256 place = structural[word % 4] * 0x20;
        bytes memory payload = preimage.payload;
        bytes32 old;
        assembly ("memory-safe") {
            let spot := add(add(payload, 0x20), place)
            old := mload(spot)
            mstore(spot, value)
        }
        vm.assume(value != uint256(old));
        preimage.header.payloadCommitment = SwapIds.commitment(preimage.salt, payload);
        InclusionProof memory proof = proveLock(preimage.header);
        bytes32 id = SwapIds.swapId(preimage.header);
        vm.expectRevert(refusal(IAtomicSwap.AtomicSwapWrongPayload.selector, id));
        swap.execute(preimage, proof);
    }

    function testFuzz_execute_reverts_afterTheDeadline(uint64 late) external {
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        uint64 deadline = preimage.header.deadline;
        vm.warp(uint256(deadline) + bound(late, 1, 365 days));
        vm.expectRevert(abi.encodeWithSelector(IAtomicSwap.AtomicSwapTooLate.selector, id, deadline, block.timestamp));
        swap.execute(preimage, proof);
        vm.warp(deadline);
        swap.execute(preimage, proof);
    }

    function testFuzz_execute_reverts_whenVenueReturnsTooLittle(uint256 returned) external {
        returned = bound(returned, 0, WANTED - 1);
        venue.answerWith(ScriptedVenue.Answer.Selector, int256(returned) - int256(WANTED), "");
        bytes32 id = _expectFailure(
            abi.encodeWithSelector(IAtomicSwap.AtomicSwapTooLittle.selector, _nextId(terms()), WANTED, returned)
        );
        assertOutcome(id, SwapOutcome.Pending);
        assertUntouched(1_000_000);
    }

    function testFuzz_execute_reverts_whenVenueReverts(bytes calldata reason) external {
        venue.answerWith(ScriptedVenue.Answer.Revert, 0, reason);
        bytes memory copied = reason.length > 256 ? bytes(reason[:256]) : reason;
        _expectFailure(abi.encodeWithSelector(IAtomicSwap.AtomicSwapVenueReverted.selector, _nextId(terms()), copied));
        assertUntouched(1_000_000);
    }

    function test_execute_reverts_whenVenueAnswersOtherwise() external {
        bytes32 id = _nextId(terms());
        venue.answerWith(ScriptedVenue.Answer.OtherWord, 0, "");
        _expectFailure(
            abi.encodeWithSelector(IAtomicSwap.AtomicSwapVenueRefused.selector, id, abi.encode(bytes4(0x12345678)))
        );
        venue.answerWith(ScriptedVenue.Answer.Nothing, 0, "");
        _expectFailure(abi.encodeWithSelector(IAtomicSwap.AtomicSwapVenueRefused.selector, id, bytes("")));
        // Somebody without code answers nothing either.
        SwapTerms memory what = terms();
        what.venue = bank;
        bytes memory reason =
            abi.encodeWithSelector(IAtomicSwap.AtomicSwapVenueRefused.selector, _nextId(what), bytes(""));
        _expectFailure(what, reason);
        assertUntouched(1_000_000);
    }

    /// @dev The same once more, when the venue behaves.
    function test_execute_canBeTriedAgain() external {
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        venue.answerWith(ScriptedVenue.Answer.Revert, 0, "not now");
        vm.expectPartialRevert(IAtomicSwap.AtomicSwapVenueReverted.selector);
        swap.execute(preimage, proof);
        venue.answerWith(ScriptedVenue.Answer.Selector, 0, "");
        swap.execute(preimage, proof);
        assertOutcome(id, SwapOutcome.Executed);
    }

    function test_execute_reverts_whenWantedAssetHasNoTokenHere() external {
        Asset[4] memory unknown = [
            Asset(THIRD, address(gold), AssetKind.Fungible),
            Asset(DESTINATION, bank, AssetKind.Fungible),
            Asset(DESTINATION, BASE, AssetKind.Fungible),
            Asset(L1, BASE, AssetKind.MultiToken)
        ];
        for (uint256 i = 0; i < 4; ++i) {
            SwapTerms memory what = terms();
            what.wanted = unknown[i];
            _expectFailure(what, abi.encodeWithSelector(IAtomicSwap.AtomicSwapUnknownAsset.selector, unknown[i]));
        }
    }

    /// @dev A representation is not at home here: the source would pay out nothing for it.
    function test_execute_reverts_whenWantedTokenStandsForAnother() external {
        cross(SOURCE, _request(DESTINATION, address(gold), 500, address(venue)), alice);
        SwapTerms memory what = terms();
        what.wanted = Asset(DESTINATION, bridgedOf(address(gold)), AssetKind.Fungible);
        _expectFailure(what, abi.encodeWithSelector(IAtomicSwap.AtomicSwapUnknownAsset.selector, what.wanted));
    }

    /// @dev INV-07: the receipt would name the other asset, for which the source pays out nothing.
    function test_INV07_execute_reverts_whenVenueMakesTheWantedTokenStandForAnother() external {
        Asset memory other = Asset(THIRD, makeAddr("foreign"), AssetKind.Fungible);
        OwnRepresentation own = new OwnRepresentation(bank, address(vault));
        IAssetRules rules = vault.RULES();
        vm.prank(bank);
        rules.offerRepresentation(address(own), AssetIds.assetId(THIRD, other.originToken));
        venue.callBack(address(this), abi.encodeCall(this.represent, (other, address(own))));
        SwapTerms memory what = terms();
        what.wanted = Asset(DESTINATION, address(own), AssetKind.Fungible);
        _expectFailure(what, abi.encodeWithSelector(IAtomicSwap.AtomicSwapUnknownAsset.selector, what.wanted));
    }

    /// @dev What a venue delivers of a third chain while it is called: an issuer's token, and some of it for itself.
    function represent(Asset calldata asset, address token) external {
        bytes memory metadata = abi.encode(AssetMetadata("Foreign", "FRN", 18, bank, token));
        receiveFromVault(THIRD, AssetTransfer(asset, 0, 0, address(0), address(0), metadata, ""));
        receiveFromVault(THIRD, Transfers.units(asset, WANTED, bank, msg.sender));
    }

    /// @dev A venue that cannot be paid would have a claim, and has returned nothing for it yet.
    function test_execute_reverts_whenInputIsNotHandedOver() external {
        PlainERC1155 coins = new PlainERC1155();
        coins.mint(alice, 3, 50);
        vm.prank(alice);
        coins.setApprovalForAll(address(vault), true);
        SwapTerms memory what = terms();
        (what.token, what.kind, what.tokenId, what.amount) = (address(coins), AssetKind.MultiToken, 3, 20);
        what.venue = address(cash);
        _expectFailure(what, abi.encodeWithSelector(IAtomicSwap.AtomicSwapNotHandedOver.selector, _nextId(what), 20, 0));
    }

    /// @dev The first transfer of an asset makes its issuer's own token stand for it, which the venue may have had before.
    function test_execute_measures_whatIsHandedOver_whenTheTokenWasThereBefore() external {
        OwnRepresentation own = new OwnRepresentation(bank, address(vault));
        SwapTerms memory what = _ofIssued(own);
        vm.prank(bank);
        own.mint(address(venue), what.amount);
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve(what);
        swap.execute(preimage, proof);
        assertOutcome(id, SwapOutcome.Executed);
        vm.assertEq(own.balanceOf(address(venue)), 2 * what.amount);
        vm.assertEq(venue.lastOrder().tokenIn, address(own));
    }

    /// @dev Gold of an issuer that has named `own` on the destination, for cash.
    function _ofIssued(OwnRepresentation own) private returns (SwapTerms memory what) {
        IssuedERC20 bond = new IssuedERC20(bank);
        bond.mint(alice, 100);
        IAssetRules rules = vault.RULES();
        vm.startPrank(bank);
        rules.nameRepresentation(address(bond), DESTINATION, address(own));
        rules.offerRepresentation(address(own), AssetIds.assetId(SOURCE, address(bond)));
        vm.stopPrank();
        vm.prank(alice);
        bond.approve(address(vault), 100);
        what = terms();
        (what.token, what.amount) = (address(bond), 100);
    }

    function test_execute_reverts_whenSomethingOfNothingIsLocked() external {
        (, SwapPreimage memory preimage) = lock(terms());
        AssetTransfer memory given = AssetTransfer(goldAsset(), 0, 0, alice, address(venue), "", "");
        (bytes32 id, InclusionProof memory proof) = _relock(preimage, given);
        vm.expectRevert(abi.encodeWithSelector(IAtomicSwap.AtomicSwapNotHandedOver.selector, id, 0, 0));
        swap.execute(preimage, proof);
        given.recipient = alice;
        (id, proof) = _relock(preimage, given);
        vm.expectRevert(refusal(IAtomicSwap.AtomicSwapWrongPayload.selector, id));
        swap.execute(preimage, proof);
    }

    // Cancel.

    function test_cancel_needsTheHeaderAlone() external {
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        vm.warp(preimage.header.deadline + 1);
        bytes memory receipt = SwapIds.receiptMessage(SOURCE, id, SwapOutcome.Cancelled, "");
        vm.expectEmit(address(center));
        emit IMessageOutbox.L1MessageSent(address(swap), keccak256(receipt), receipt);
        expectEffect(SwapEffect(SwapChange.Cancelled, SOURCE, DESTINATION, id, noLeg(), noLeg()));
        vm.prank(relayer);
        swap.cancel(preimage.header, proof);
        assertOutcome(id, SwapOutcome.Cancelled);
        _expectDecided(id, SwapOutcome.Cancelled);
        swap.cancel(preimage.header, proof);
        vm.warp(preimage.header.deadline);
        _expectDecided(id, SwapOutcome.Cancelled);
        swap.execute(preimage, proof);
    }

    function testFuzz_cancel_reverts_beforeTheDeadlineIsOver(uint64 early) external {
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        uint64 deadline = preimage.header.deadline;
        vm.warp(deadline - bound(early, 0, 30 days));
        vm.expectRevert(
            abi.encodeWithSelector(IAtomicSwap.AtomicSwapNotExpired.selector, id, deadline, block.timestamp)
        );
        swap.cancel(preimage.header, proof);
    }

    function test_cancel_reverts_whenUnproven() external {
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        vm.warp(preimage.header.deadline + 1);
        proof.path[1] = 0;
        vm.expectRevert();
        swap.cancel(preimage.header, proof);
        proof = settleMessage(SOURCE, address(swap), SwapIds.receiptMessage(SOURCE, id, SwapOutcome.Cancelled, ""));
        vm.expectRevert(refusal(IAtomicSwap.AtomicSwapUnproven.selector, id));
        swap.cancel(preimage.header, proof);
    }

    // Forced.

    function test_resolve_executesWhatIsStaged() external {
        (bytes32 id, SwapPreimage memory preimage,) = lockAndProve();
        vm.expectEmit(address(swap));
        emit IAtomicSwap.SwapStaged(id);
        vm.prank(relayer);
        swap.stage(preimage);
        command(SwapCommand.Resolve, abi.encode(SOURCE, id), true);
        assertOutcome(id, SwapOutcome.Executed);
        vm.assertEq(vault.locked(address(cash)), WANTED);
        command(SwapCommand.Resolve, abi.encode(SOURCE, id), true);
        assertOutcome(id, SwapOutcome.Executed);
        _expectDecided(id, SwapOutcome.Executed);
        swap.stage(preimage);
    }

    function test_resolve_cancels_whenNothingIsStaged() external {
        (bytes32 id,,) = lockAndProve();
        expectEffect(SwapEffect(SwapChange.Cancelled, SOURCE, DESTINATION, id, noLeg(), noLeg()));
        command(SwapCommand.Resolve, abi.encode(SOURCE, id), true);
        assertOutcome(id, SwapOutcome.Cancelled);
        command(SwapCommand.Resolve, abi.encode(SOURCE, id), true);
    }

    /// @dev What L1 asks about another chain's swap of the same id is another swap.
    function test_resolve_leavesTheSwapAlone_whenSourceIsAnother() external {
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        swap.stage(preimage);
        command(SwapCommand.Resolve, abi.encode(THIRD, id), true);
        vm.assertEq(uint256(swap.outcomeOf(THIRD, id)), uint256(SwapOutcome.Cancelled));
        assertOutcome(id, SwapOutcome.Pending);
        swap.execute(preimage, proof);
    }

    function test_executeCommand_executesWithoutAProof() external {
        (bytes32 id, SwapPreimage memory preimage,) = lockAndProve();
        command(SwapCommand.Execute, abi.encode(preimage), true);
        assertOutcome(id, SwapOutcome.Executed);
        command(SwapCommand.Execute, abi.encode(preimage), true);
        vm.assertEq(vault.locked(address(cash)), WANTED);
    }

    function testFuzz_executeCommand_cancelsAndSaysWhy_whenItFails(bytes calldata reason) external {
        (bytes32 id, SwapPreimage memory preimage,) = lockAndProve();
        venue.answerWith(ScriptedVenue.Answer.Revert, 0, reason[:reason.length > 100 ? 100 : reason.length]);
        bytes memory why = abi.encodeWithSelector(IAtomicSwap.AtomicSwapVenueReverted.selector, id, venue.reason());
        vm.expectEmit(address(swap));
        emit IAtomicSwap.SwapForcedFailed(id, why);
        command(SwapCommand.Execute, abi.encode(preimage), true);
        assertOutcome(id, SwapOutcome.Cancelled);
        assertUntouched(1_000_000);
    }

    function test_executeCommand_cancels_afterTheDeadline() external {
        (bytes32 id, SwapPreimage memory preimage,) = lockAndProve();
        vm.warp(preimage.header.deadline + 1);
        command(SwapCommand.Execute, abi.encode(preimage), true);
        assertOutcome(id, SwapOutcome.Cancelled);
    }

    /// @dev Whoever gives L1 another payload does not cancel by that.
    function test_executeCommand_fails_whenPreimageIsAnother() external {
        (bytes32 id, SwapPreimage memory preimage,) = lockAndProve();
        preimage.payload[100] ^= 0x01;
        command(SwapCommand.Execute, abi.encode(preimage), false);
        preimage.payload[100] ^= 0x01;
        preimage.header.destinationChainId = THIRD;
        command(SwapCommand.Execute, abi.encode(preimage), false);
        command(SwapCommand.Execute, "malformed", false);
        assertOutcome(id, SwapOutcome.Pending);
    }

    function testFuzz_receiveMessage_failsMalformedCommands(bytes calldata data) external {
        vm.assume(data.length < 32 || uint256(bytes32(data)) > 4);
        expectStatus(operationOf(l1Swaps, address(swap), data), false);
    }

    function testFuzz_receiveMessage_reverts_whenNotOfTheRegistry(address caller, uint64 chainId, address from)
        external
    {
        vm.assume(caller != address(inbox) && from != l1Swaps && chainId != L1);
        bytes memory data = abi.encode(SwapCommand.Destination, abi.encode(DESTINATION, true));
        _expectNotRegistry(caller, registrySpelling(), data);
        _expectNotRegistry(address(inbox), Erc7930.format(L1, from), data);
        _expectNotRegistry(address(inbox), Erc7930.format(chainId, l1Swaps), data);
        _expectNotRegistry(address(inbox), "", data);
        vm.assertFalse(swap.isFrozenDestination(DESTINATION));
    }

    function testFuzz_forcedFunctions_revert_whenCallerIsAnother(address caller) external {
        vm.assume(caller != address(swap));
        (, SwapPreimage memory preimage,) = lockAndProve();
        vm.startPrank(caller);
        vm.expectRevert(abi.encodeWithSelector(IAtomicSwap.AtomicSwapNotSelf.selector, caller));
        swap.executeForced(preimage);
        vm.expectRevert(abi.encodeWithSelector(IAtomicSwap.AtomicSwapNotSelf.selector, caller));
        swap.resolveForced(preimage);
        vm.stopPrank();
    }

    /// @dev The largest swap that can be locked, with the most gas that it can ask for, fits into an operation.
    function test_resolve_hasGasForTheLargestSwap() external {
        SwapTerms memory what = terms();
        what.minGas = swap.MAX_MIN_GAS();
        (, SwapPreimage memory preimage) = lock(what);
        uint256 rest = swap.MAX_PAYLOAD() - preimage.payload.length;
        // The data of the first stands in one word.
        what.venueData = new bytes(32 + rest / 32 * 32);
        (bytes32 id, SwapPreimage memory largest,) = lockAndProve(what);
        vm.assertGt(largest.payload.length, swap.MAX_PAYLOAD() - 600);
        swap.stage(largest);
        command(SwapCommand.Resolve, abi.encode(SOURCE, id), true);
        assertOutcome(id, SwapOutcome.Executed);
        vm.assertGe(venue.gasSeen(), what.minGas);
    }

    function test_stage_reverts_whenTooLarge() external {
        (, SwapPreimage memory preimage,) = lockAndProve();
        preimage.payload = new bytes(4_128);
        vm.expectRevert(
            abi.encodeWithSelector(IAtomicSwap.AtomicSwapPayloadTooLarge.selector, 4_128, swap.MAX_PAYLOAD())
        );
        swap.stage(preimage);
    }

    // Bury.

    function test_bury_cancels_withoutAReceipt() external {
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        swap.stage(preimage);
        bytes32 before = center.commitment();
        expectEffect(SwapEffect(SwapChange.Buried, SOURCE, DESTINATION, id, noLeg(), noLeg()));
        vm.prank(operator);
        swap.bury(_tombstone(id));
        vm.assertEq(center.commitment(), before);
        _expectDecided(id, SwapOutcome.Cancelled);
        swap.execute(preimage, proof);
        command(SwapCommand.Resolve, abi.encode(SOURCE, id), true);
        assertOutcome(id, SwapOutcome.Cancelled);
    }

    function test_bury_reverts_whenExecutedHere() external {
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        swap.execute(preimage, proof);
        vm.expectRevert(refusal(IAtomicSwap.AtomicSwapCannotBury.selector, id));
        vm.prank(operator);
        swap.bury(_tombstone(id));
    }

    function testFuzz_bury_reverts_whenCallerIsNotTheOperator(address caller) external {
        vm.assume(caller != operator && caller != address(manager));
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
        vm.prank(caller);
        swap.bury(new Tombstone[](0));
    }

    // What it takes.

    function test_receive_reverts_whenNothingExecutes() external {
        vm.deal(alice, 1 ether);
        vm.prank(alice);
        (bool success, bytes memory reason) = address(swap).call{value: 1 ether}("");
        vm.assertFalse(success);
        vm.assertEq(reason, abi.encodeWithSelector(IAtomicSwap.AtomicSwapNotExecuting.selector));
        vm.expectRevert(IAtomicSwap.AtomicSwapNotExecuting.selector);
        swap.onERC721Received(alice, alice, 1, "");
        vm.expectRevert(IAtomicSwap.AtomicSwapNotExecuting.selector);
        swap.onERC1155Received(alice, alice, 1, 1, "");
    }

    function test_constructor_reverts_whenAnArgumentIsMissing() external {
        address[5] memory parts = [address(manager), address(vault), address(center), address(handler), l1Swaps];
        for (uint256 i = 0; i < 5; ++i) {
            address kept = parts[i];
            parts[i] = address(0);
            vm.expectRevert();
            new AtomicSwap(parts[0], parts[1], parts[2], parts[3], L1, parts[4]);
            parts[i] = kept;
        }
        vm.expectRevert(IAtomicSwap.AtomicSwapZeroAddress.selector);
        new AtomicSwap(parts[0], parts[1], parts[2], parts[3], 0, parts[4]);
    }

    function _expectNotRegistry(address caller, bytes memory spelling, bytes memory data) private {
        vm.expectRevert(abi.encodeWithSelector(IAtomicSwap.AtomicSwapNotRegistry.selector, caller, spelling));
        vm.prank(caller);
        swap.receiveMessage(0, spelling, data);
    }

    function _expectDecided(bytes32 id, SwapOutcome outcome) private {
        vm.expectRevert(abi.encodeWithSelector(IAtomicSwap.AtomicSwapDecided.selector, id, outcome));
    }

    function _expectFailure(bytes memory reason) private returns (bytes32) {
        return _expectFailure(terms(), reason);
    }

    /// @dev Each in a state of its own, so that the id is known before.
    function _expectFailure(SwapTerms memory what, bytes memory reason) private returns (bytes32 id) {
        uint256 snapshot = vm.snapshotState();
        SwapPreimage memory preimage;
        InclusionProof memory proof;
        (id, preimage, proof) = lockAndProve(what);
        vm.expectRevert(reason);
        swap.execute(preimage, proof);
        assertOutcome(id, SwapOutcome.Pending);
        vm.revertToState(snapshot);
    }

    function _nextId(SwapTerms memory what) private returns (bytes32 id) {
        uint256 snapshot = vm.snapshotState();
        (id,) = lock(what);
        vm.revertToState(snapshot);
    }

    function _swapFully(SwapTerms memory what) private {
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve(what);
        vm.recordLogs();
        swap.execute(preimage, proof);
        assertOutcome(id, SwapOutcome.Executed);
        bytes memory output = receiptOutput(vm.getRecordedLogs());
        swap.redeem(preimage, output, proveReceipt(preimage.header, SwapOutcome.Executed, output));
    }

    function _relock(SwapPreimage memory preimage, AssetTransfer memory given)
        private
        returns (bytes32 id, InclusionProof memory proof)
    {
        preimage.payload = withTransfer(preimage.payload, AssetTransfers.encode(given));
        preimage.header.payloadCommitment = SwapIds.commitment(preimage.salt, preimage.payload);
        return (SwapIds.swapId(preimage.header), proveLock(preimage.header));
    }

    function _tombstone(bytes32 id) private pure returns (Tombstone[] memory tombstones) {
        tombstones = new Tombstone[](1);
        tombstones[0] = Tombstone(SOURCE, id);
    }

    function _request(uint256 destination, address token, uint256 amount, address to)
        private
        pure
        returns (TransferRequest memory)
    {
        return TransferRequest(destination, token, AssetKind.Fungible, 0, amount, to, 0);
    }
}
