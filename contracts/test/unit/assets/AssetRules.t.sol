// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {AssetVault} from "../../../src/assets/AssetVault.sol";
import {Representations} from "../../../src/assets/Representations.sol";
import {IAssetCustody} from "../../../src/interfaces/IAssetCustody.sol";
import {Direction, IAssetRules} from "../../../src/interfaces/IAssetRules.sol";
import {AssetIds} from "../../../src/libraries/AssetIds.sol";
import {AssetTransfers} from "../../../src/libraries/AssetTransfers.sol";
import {Erc7930} from "../../../src/libraries/Erc7930.sol";
import {SwapDeployer} from "../../../src/swap/SwapDeployer.sol";
import {Asset, AssetKind, AssetMetadata, AssetTransfer, TransferRequest} from "../../../src/types/Assets.sol";
import {InteropTest} from "../../base/InteropTest.sol";
import {OwnRepresentation} from "../../mocks/IssuedTokens.sol";

contract Bond is ERC20, Ownable {
    constructor(address issuer, address holder) ERC20("Bond", "BND") Ownable(issuer) {
        _mint(holder, 1_000_000);
    }
}

/// @notice Asks its lists, and says so as ERC-7943 wants it said; by its final text, or by the drafts.
contract RegulatedBond is ERC20 {
    bytes4 private immutable INTERFACE;
    bool public isRegulated = true;
    mapping(address account => bool) public isBlocked;
    uint256 public most = type(uint256).max;

    constructor(address holder, bytes4 interfaceId) ERC20("Regulated bond", "RBND") {
        INTERFACE = interfaceId;
        _mint(holder, 1_000_000);
    }

    function setRegulated(bool regulated) external {
        isRegulated = regulated;
    }

    function setBlocked(address account, bool blocked) external {
        isBlocked[account] = blocked;
    }

    function setMost(uint256 amount) external {
        most = amount;
    }

    function supportsInterface(bytes4 interfaceId) external view returns (bool) {
        return interfaceId == 0x01ffc9a7 || (isRegulated && interfaceId == INTERFACE);
    }

    function canSend(address account) external view returns (bool) {
        return INTERFACE == 0x3edbb4c4 && !isBlocked[account];
    }

    function canReceive(address account) external view returns (bool) {
        return INTERFACE == 0x3edbb4c4 && !isBlocked[account];
    }

    function canTransact(address account) external view returns (bool) {
        return INTERFACE == 0x29388973 && !isBlocked[account];
    }

    function canTransfer(address, address, uint256 amount) external view returns (bool) {
        return amount <= most;
    }
}

contract AssetRulesTest is InteropTest {
    uint256 private constant THIRD = 507;
    uint256 private constant FOURTH = 508;

    AssetVault private _vault;
    IAssetRules private _rules;
    Bond private _bond;
    address private _issuer = makeAddr("issuer");
    address private _limiter = makeAddr("limiter");
    address private _pauser = makeAddr("pauser");
    address private _alice = makeAddr("alice");
    address private _bob = makeAddr("bob");

    function setUp() public override {
        super.setUp();
        Representations representations = new Representations();
        _vault = new AssetVault(
            address(manager),
            address(representations),
            address(center),
            address(handler),
            L1,
            makeAddr("l1Bridge"),
            address(new SwapDeployer()),
            makeAddr("l1Swaps")
        );
        _rules = _vault.RULES();
        vm.prank(governance);
        center.setDestination(THIRD, BASE_TOKEN);
        _bond = new Bond(_issuer, _alice);
        vm.startPrank(_alice);
        _bond.approve(address(_vault), type(uint256).max);
        vm.stopPrank();
        vm.startPrank(_issuer);
        _rules.appoint(address(_bond), _limiter, _pauser);
        vm.stopPrank();
    }

    // Limits.

    function test_setRouteLimit_refusesWhatExceedsIt_onThatRouteAlone() external {
        _limit(address(_bond), Direction.Outgoing, 100, 10);
        _send(address(_bond), DESTINATION, 60);
        _expectExceeded(address(_bond), 41, 40);
        _send(address(_bond), THIRD, 500);
        _send(address(_bond), DESTINATION, 40);
        vm.warp(block.timestamp + 3);
        vm.assertEq(_rules.available(address(_bond), DESTINATION, Direction.Outgoing), 30);
        _expectExceeded(address(_bond), 31, 30);
        _send(address(_bond), DESTINATION, 30);
        _limit(address(_bond), Direction.Outgoing, 0, 0);
        _send(address(_bond), DESTINATION, 5_000);
    }

    /// @dev Set before the token was ever used, or after.
    function test_setRouteLimit_counts_whenTheTokenIsKnownAlready() external {
        _send(address(_bond), DESTINATION, 60);
        _limit(address(_bond), Direction.Outgoing, 100, 10);
        _expectExceeded(address(_bond), 101, 100);
        _send(address(_bond), DESTINATION, 100);
    }

    function test_setRouteLimit_holdsWhatArrives_untilItFits() external {
        _send(address(_bond), DESTINATION, 1_000);
        _limit(address(_bond), Direction.Incoming, 100, 10);
        _receive(DESTINATION, _bondTransfer(80));
        vm.assertEq(_bond.balanceOf(_bob), 80, "within the limit");
        bytes memory text = _receive(DESTINATION, _bondTransfer(50));
        vm.assertEq(_bond.balanceOf(_bob), 80, "30 too many");
        vm.assertEq(_vault.locked(address(_bond)), 920);
        uint256 payableAt = block.timestamp + 3;
        vm.expectRevert(abi.encodeWithSelector(IAssetRules.AssetRulesTooEarly.selector, payableAt, block.timestamp));
        _vault.release(DESTINATION, 0, text);
        vm.warp(payableAt);
        _vault.release(DESTINATION, 0, text);
        vm.assertEq(_bond.balanceOf(_bob), 130);
        vm.assertEq(_vault.locked(address(_bond)), 870);
        _expectNothingHeld(DESTINATION, 0, text);
    }

    /// @dev Neither another chain, nor another index, nor another text.
    function test_release_paysNothingElse() external {
        _send(address(_bond), DESTINATION, 1_000);
        _limit(address(_bond), Direction.Incoming, 10, 1);
        bytes memory text = _receive(DESTINATION, _bondTransfer(20));
        vm.warp(block.timestamp + 1 hours);
        _expectNothingHeld(THIRD, 0, text);
        _expectNothingHeld(DESTINATION, 1, text);
        _expectNothingHeld(DESTINATION, 0, AssetTransfers.encode(_bondTransfer(21)));
        vm.expectRevert(abi.encodeWithSelector(IAssetCustody.AssetCustodyMalformedTransfer.selector, hex"02"));
        _vault.release(DESTINATION, 0, hex"02");
        _vault.release(DESTINATION, 0, text);
        vm.assertEq(_bond.balanceOf(_bob), 20);
    }

    /// @dev What has waited and cannot be paid is a claim, as anything else that arrives.
    function test_release_notesAClaim_whenTheRecipientCannotBePaid() external {
        RegulatedBond bond = new RegulatedBond(_alice, 0x3edbb4c4);
        Asset memory asset = Asset(THIRD, address(bond), AssetKind.Fungible);
        address token = _announce(asset, _issuer, address(0));
        vm.prank(_issuer);
        _rules.setRouteLimit(token, THIRD, Direction.Incoming, 1, 1);
        // The zero address takes no tokens.
        bytes memory text = _receive(THIRD, AssetTransfer(asset, 0, 7, _alice, address(0), "", ""));
        vm.warp(block.timestamp + 1 hours);
        _vault.release(THIRD, 0, text);
        vm.assertEq(_vault.claimable(AssetIds.ledgerKey(asset, 0), address(0)), 7);
    }

    function testFuzz_setRouteLimit_holdsTheSum_whateverArrives(uint64[8] memory amounts, uint16[8] memory pauses)
        external
    {
        uint256 sum;
        for (uint256 i = 0; i < amounts.length; ++i) {
            amounts[i] = uint64(bound(amounts[i], 1, 100_000));
            sum += amounts[i];
        }
        _send(address(_bond), DESTINATION, sum);
        _limit(address(_bond), Direction.Incoming, 50_000, 100);
        uint256 start = block.timestamp;
        for (uint256 i = 0; i < amounts.length; ++i) {
            _receive(DESTINATION, _bondTransfer(amounts[i]));
            uint256 most = 50_000 + 100 * (block.timestamp - start);
            vm.assertLe(_bond.balanceOf(_bob), most, "no more than the bucket holds");
            vm.assertEq(_bond.balanceOf(address(_vault)), _vault.locked(address(_bond)), "what waits is kept");
            vm.warp(block.timestamp + pauses[i]);
        }
    }

    // Pauses.

    function test_pauseRoute_refusesWhatLeaves_andHoldsWhatArrives() external {
        _send(address(_bond), DESTINATION, 100);
        vm.prank(_pauser);
        _rules.pauseRoute(address(_bond), DESTINATION);
        bytes memory paused =
            abi.encodeWithSelector(IAssetRules.AssetRulesRoutePaused.selector, address(_bond), DESTINATION);
        TransferRequest memory request = _request(address(_bond), DESTINATION, 1);
        vm.expectRevert(paused);
        vm.prank(_alice);
        _vault.transfer(request);
        _send(address(_bond), THIRD, 1);

        bytes memory text = _receive(DESTINATION, _bondTransfer(30));
        vm.assertEq(_bond.balanceOf(_bob), 0);
        vm.expectRevert(paused);
        _vault.release(DESTINATION, 0, text);
        vm.prank(_issuer);
        _rules.unpauseRoute(address(_bond), DESTINATION);
        _vault.release(DESTINATION, 0, text);
        vm.assertEq(_bond.balanceOf(_bob), 30);
        _send(address(_bond), DESTINATION, 1);
    }

    // Who may do what.

    function testFuzz_everything_reverts_whenTheCallerIsNotTheOne(address caller) external {
        address token = address(_bond);
        vm.assume(caller != _issuer && caller != _limiter && caller != _pauser && caller != address(_vault));
        vm.assume(caller != address(0));
        vm.startPrank(caller);
        bytes memory notIssuer = abi.encodeWithSelector(IAssetRules.AssetRulesNotIssuer.selector, token, caller);
        vm.expectRevert(notIssuer);
        _rules.proposeIssuer(token, caller);
        vm.expectRevert(notIssuer);
        _rules.appoint(token, caller, caller);
        vm.expectRevert(notIssuer);
        _rules.unpauseRoute(token, DESTINATION);
        vm.expectRevert(notIssuer);
        _rules.nameRepresentation(token, DESTINATION, caller);
        vm.expectRevert(abi.encodeWithSelector(IAssetRules.AssetRulesNotProposed.selector, token, caller));
        _rules.acceptIssuer(token);
        vm.expectRevert(abi.encodeWithSelector(IAssetRules.AssetRulesNotLimiter.selector, token, caller));
        _rules.setRouteLimit(token, DESTINATION, Direction.Outgoing, 1, 1);
        vm.expectRevert(abi.encodeWithSelector(IAssetRules.AssetRulesNotPauser.selector, token, caller));
        _rules.pauseRoute(token, DESTINATION);
        vm.expectRevert(abi.encodeWithSelector(IAssetRules.AssetRulesNotOwner.selector, token, caller));
        _rules.offerRepresentation(token, bytes32(uint256(1)));
        vm.stopPrank();
    }

    function testFuzz_custodyAlone_reverts_whenTheCallerIsNotTheCustody(address caller) external {
        vm.assume(caller != address(_vault) && caller != address(_rules));
        bytes memory notCustody = abi.encodeWithSelector(IAssetRules.AssetRulesNotCustody.selector, caller);
        address token = address(_bond);
        vm.startPrank(caller);
        vm.expectRevert(notCustody);
        _rules.registerHome(token, AssetKind.Fungible);
        vm.expectRevert(notCustody);
        _rules.registerForeign(token, AssetKind.Fungible, caller);
        vm.expectRevert(notCustody);
        _rules.checkOutgoing(token, AssetKind.Fungible, THIRD, 0, 1, caller, caller, true);
        vm.expectRevert(notCustody);
        _rules.takeIncoming(token, THIRD, 1, "");
        vm.expectRevert(notCustody);
        _rules.takeHeld(token, THIRD, 0, "");
        vm.expectRevert(abi.encodeWithSelector(IAssetCustody.AssetCustodyNotRules.selector, caller));
        _vault.setRuled(token);
        vm.stopPrank();
    }

    /// @dev One who limits does not pause, one who pauses does not limit, and the issuer has handed both away.
    function test_appoint_tellsTheRolesApart() external {
        address token = address(_bond);
        vm.expectRevert(abi.encodeWithSelector(IAssetRules.AssetRulesNotLimiter.selector, token, _pauser));
        vm.prank(_pauser);
        _rules.setRouteLimit(token, DESTINATION, Direction.Outgoing, 1, 1);
        vm.expectRevert(abi.encodeWithSelector(IAssetRules.AssetRulesNotLimiter.selector, token, _issuer));
        vm.prank(_issuer);
        _rules.setRouteLimit(token, DESTINATION, Direction.Outgoing, 1, 1);
        vm.expectRevert(abi.encodeWithSelector(IAssetRules.AssetRulesNotPauser.selector, token, _limiter));
        vm.prank(_limiter);
        _rules.pauseRoute(token, DESTINATION);
        vm.prank(_pauser);
        _rules.pauseRoute(token, DESTINATION);
        vm.expectRevert(abi.encodeWithSelector(IAssetRules.AssetRulesNotIssuer.selector, token, _pauser));
        vm.prank(_pauser);
        _rules.unpauseRoute(token, DESTINATION);
        vm.startPrank(_issuer);
        _rules.appoint(token, address(0), address(0));
        (address limiter, address pauser) = _rules.partiesOf(token);
        vm.assertEq(limiter, _issuer);
        vm.assertEq(pauser, _issuer);
        _rules.setRouteLimit(token, DESTINATION, Direction.Outgoing, 1, 1);
        _rules.pauseRoute(token, THIRD);
        vm.stopPrank();
    }

    function test_setRouteLimit_reverts_whenItNeverRefills() external {
        vm.expectRevert(abi.encodeWithSelector(IAssetRules.AssetRulesNoRefill.selector, 5));
        vm.prank(_limiter);
        _rules.setRouteLimit(address(_bond), DESTINATION, Direction.Incoming, 5, 0);
    }

    function test_proposeIssuer_takesTwoSteps() external {
        address token = address(_bond);
        vm.assertEq(_rules.issuerOf(token), _issuer);
        vm.prank(_issuer);
        _rules.proposeIssuer(token, _bob);
        vm.assertEq(_rules.issuerOf(token), _issuer, "not before it is accepted");
        vm.assertEq(_rules.proposedIssuer(token), _bob);
        vm.prank(_bob);
        _rules.acceptIssuer(token);
        vm.assertEq(_rules.issuerOf(token), _bob);
        vm.assertEq(_rules.proposedIssuer(token), address(0));
        vm.expectRevert(abi.encodeWithSelector(IAssetRules.AssetRulesNotIssuer.selector, token, _issuer));
        vm.prank(_issuer);
        _rules.appoint(token, _issuer, _issuer);
        vm.expectRevert(abi.encodeWithSelector(IAssetRules.AssetRulesNotProposed.selector, token, _bob));
        vm.prank(_bob);
        _rules.acceptIssuer(token);
    }

    /// @dev A token without an owner has no issuer, and nobody is nobody's equal.
    function test_issuerOf_isNobody_whenTheTokenHasNoOwner() external {
        RegulatedBond bond = new RegulatedBond(_alice, 0);
        vm.assertEq(_rules.issuerOf(address(bond)), address(0));
        vm.expectRevert(abi.encodeWithSelector(IAssetRules.AssetRulesNotIssuer.selector, address(bond), address(this)));
        _rules.appoint(address(bond), address(this), address(this));
    }

    /// @dev On another chain the issuer is whom the home names, whatever the representation says.
    function test_issuerOf_isWhomTheHomeNames_abroad() external {
        Asset memory asset = Asset(THIRD, makeAddr("foreign"), AssetKind.Fungible);
        address token = _announce(asset, _bob, address(0));
        vm.assertEq(_rules.issuerOf(token), _bob);
        _receive(THIRD, AssetTransfer(asset, 0, 100, _bob, _alice, "", ""));
        vm.prank(_bob);
        _rules.setRouteLimit(token, DESTINATION, Direction.Outgoing, 10, 1);
        _expectExceeded(token, 11, 10);
        _send(token, DESTINATION, 10);
        vm.prank(_bob);
        _rules.setRouteLimit(token, THIRD, Direction.Incoming, 10, 1);
        _receive(THIRD, AssetTransfer(asset, 0, 11, _bob, _alice, "", ""));
        vm.assertEq(IERC20(token).balanceOf(_alice), 90);
    }

    function test_transfer_tellsTheOtherChainWhoTheIssuerIs() external {
        vm.prank(_issuer);
        _rules.nameRepresentation(address(_bond), DESTINATION, _bob);
        AssetMetadata memory told =
            abi.decode(_rules.describe(address(_bond), AssetKind.Fungible, DESTINATION), (AssetMetadata));
        vm.assertEq(told.issuer, _issuer);
        vm.assertEq(told.representation, _bob);
        told = abi.decode(_rules.describe(address(_bond), AssetKind.Fungible, THIRD), (AssetMetadata));
        vm.assertEq(told.representation, address(0));
    }

    // A representation of the issuer's own.

    function test_offerRepresentation_hasTheIssuersTokenMintedAndBurned() external {
        (Asset memory asset, OwnRepresentation own) = _brought();
        vm.assertEq(_announce(asset, _issuer, address(own)), address(own));
        _receive(THIRD, AssetTransfer(asset, 0, 100, _bob, _alice, "", ""));
        vm.assertEq(own.balanceOf(_alice), 100);
        _send(address(own), THIRD, 40);
        vm.assertEq(own.balanceOf(_alice), 60);
        own.keep(1);
        TransferRequest memory request = _request(address(own), THIRD, 10);
        vm.expectRevert(abi.encodeWithSelector(IAssetCustody.AssetCustodyNotExact.selector, address(own), 10, 9));
        vm.prank(_alice);
        _vault.transfer(request);
    }

    /// @dev INV-06: what an issuer mints by itself never left its home, and the ledger has none of it. Were it sent, no batch of
    /// this chain could settle.
    function testFuzz_INV06_transfer_reverts_whenMoreLeavesThanCame(uint64 came, uint64 minted, uint64 leaves)
        external
    {
        vm.assume(came != 0 && leaves != 0);
        (Asset memory asset, OwnRepresentation own) = _brought();
        _announce(asset, _issuer, address(own));
        _receive(THIRD, AssetTransfer(asset, 0, came, _bob, _alice, "", ""));
        vm.prank(_issuer);
        own.mint(_alice, uint256(minted) + leaves);
        TransferRequest memory request = _request(address(own), THIRD, leaves);
        bytes memory refusal =
            abi.encodeWithSelector(IAssetCustody.AssetCustodyNotCrossed.selector, address(own), came, leaves);
        if (leaves > came) vm.expectRevert(refusal);
        vm.prank(_alice);
        _vault.transfer(request);
        if (leaves > came || leaves == came) return;
        request.amount = uint256(came) - leaves + 1;
        vm.expectRevert(
            abi.encodeWithSelector(
                IAssetCustody.AssetCustodyNotCrossed.selector, address(own), came - leaves, request.amount
            )
        );
        vm.prank(_alice);
        _vault.transfer(request);
    }

    /// @dev A chain that names a token which nobody has offered gets nothing; what arrives waits as a claim.
    function test_offerRepresentation_isNeeded_beforeATokenIsTaken() external {
        Asset memory asset = Asset(THIRD, makeAddr("foreign"), AssetKind.Fungible);
        OwnRepresentation own = new OwnRepresentation(_issuer, address(_vault));
        vm.assertEq(_announce(asset, _bob, address(own)), address(0), "not offered");
        bytes32 id = AssetIds.assetId(THIRD, asset.originToken);
        _receive(THIRD, AssetTransfer(asset, 0, 5, _bob, _alice, "", ""));
        vm.assertEq(_vault.claimable(id, _alice), 5);
        vm.prank(_issuer);
        _rules.offerRepresentation(address(own), keccak256("another asset"));
        vm.assertEq(_announce(asset, _bob, address(own)), address(0), "offered for another asset");
        vm.prank(_issuer);
        _rules.offerRepresentation(address(own), id);
        vm.assertEq(_announce(asset, _bob, address(own)), address(own));
        vm.prank(_alice);
        _vault.claim(asset, 0, _alice);
        vm.assertEq(own.balanceOf(_alice), 5);
    }

    function test_offerRepresentation_keepsTheTokenFromLeavingAsOneOfThisChain() external {
        vm.prank(_issuer);
        _rules.offerRepresentation(address(_bond), keccak256("an asset"));
        TransferRequest memory request = _request(address(_bond), THIRD, 1);
        vm.expectRevert(
            abi.encodeWithSelector(IAssetRules.AssetRulesOffered.selector, address(_bond), keccak256("an asset"))
        );
        vm.prank(_alice);
        _vault.transfer(request);
    }

    /// @dev Nor may one that has left stand for another asset: its units would be minted here.
    function test_offerRepresentation_isTooLate_whenTheTokenIsInUse() external {
        _send(address(_bond), DESTINATION, 1);
        Asset memory asset = Asset(THIRD, makeAddr("foreign"), AssetKind.Fungible);
        vm.prank(_issuer);
        _rules.offerRepresentation(address(_bond), AssetIds.assetId(THIRD, asset.originToken));
        vm.assertEq(_announce(asset, _issuer, address(_bond)), address(0));
        _send(address(_bond), DESTINATION, 1);
    }

    // Regulated tokens.

    function test_checkOutgoing_asksARegulatedToken() external {
        _checkRegulated(new RegulatedBond(_alice, 0x3edbb4c4));
        _checkRegulated(new RegulatedBond(_alice, 0x29388973));
    }

    function test_inspect_noticesWhatATokenHasBecome() external {
        RegulatedBond bond = new RegulatedBond(_alice, 0x3edbb4c4);
        vm.prank(_alice);
        bond.approve(address(_vault), 1_000);
        bond.setRegulated(false);
        bond.setBlocked(_alice, true);
        _send(address(bond), DESTINATION, 1);
        bond.setRegulated(true);
        _rules.inspect(address(bond), AssetKind.NonFungible);
        _send(address(bond), DESTINATION, 1);
        _rules.inspect(address(bond), AssetKind.Fungible);
        _expectCannotTransact(bond, _alice, 1);
        _rules.inspect(address(bond), AssetKind.NonFungible);
        _expectCannotTransact(bond, _alice, 1);
        bond.setRegulated(false);
        _rules.inspect(address(bond), AssetKind.Fungible);
        _send(address(bond), DESTINATION, 1);
    }

    function _checkRegulated(RegulatedBond bond) private {
        vm.prank(_alice);
        bond.approve(address(_vault), 1_000);
        _send(address(bond), DESTINATION, 5);
        bond.setBlocked(_alice, true);
        _expectCannotTransact(bond, _alice, 5);
        bond.setBlocked(_alice, false);
        bond.setBlocked(_bob, true);
        _expectCannotTransact(bond, _bob, 5);
        bond.setBlocked(_bob, false);
        bond.setMost(4);
        TransferRequest memory request = _request(address(bond), DESTINATION, 5);
        vm.expectRevert(
            abi.encodeWithSelector(IAssetRules.AssetRulesCannotTransfer.selector, address(bond), _alice, 0, 5)
        );
        vm.prank(_alice);
        _vault.transfer(request);
        _send(address(bond), DESTINATION, 4);
    }

    function _expectCannotTransact(RegulatedBond bond, address account, uint256 amount) private {
        TransferRequest memory request = _request(address(bond), DESTINATION, amount);
        vm.expectRevert(abi.encodeWithSelector(IAssetRules.AssetRulesCannotTransact.selector, address(bond), account));
        vm.prank(_alice);
        _vault.transfer(request);
    }

    function _expectExceeded(address token, uint256 amount, uint256 available) private {
        TransferRequest memory request = _request(token, DESTINATION, amount);
        vm.expectRevert(
            abi.encodeWithSelector(IAssetRules.AssetRulesLimitExceeded.selector, token, DESTINATION, amount, available)
        );
        vm.prank(_alice);
        _vault.transfer(request);
    }

    function _expectNothingHeld(uint256 chainId, uint256 index, bytes memory text) private {
        vm.expectRevert(
            abi.encodeWithSelector(IAssetRules.AssetRulesNothingHeld.selector, address(_bond), chainId, index)
        );
        _vault.release(chainId, index, text);
    }

    function _limit(address token, Direction direction, uint256 capacity, uint256 refill) private {
        vm.prank(_limiter);
        _rules.setRouteLimit(token, DESTINATION, direction, capacity, refill);
    }

    function _send(address token, uint256 chainId, uint256 amount) private {
        TransferRequest memory request = _request(token, chainId, amount);
        vm.prank(_alice);
        _vault.transfer(request);
    }

    function _request(address token, uint256 chainId, uint256 amount) private view returns (TransferRequest memory) {
        return TransferRequest(chainId, token, AssetKind.Fungible, 0, amount, _bob, 0);
    }

    function _bondTransfer(uint256 amount) private view returns (AssetTransfer memory) {
        Asset memory asset = Asset(SOURCE, address(_bond), AssetKind.Fungible);
        return AssetTransfer(asset, 0, amount, _alice, _bob, "", "");
    }

    /// @dev A token of the issuer's own, offered for an asset of `THIRD`.
    function _brought() private returns (Asset memory asset, OwnRepresentation own) {
        asset = Asset(THIRD, makeAddr("foreign"), AssetKind.Fungible);
        own = new OwnRepresentation(_issuer, address(_vault));
        vm.prank(_issuer);
        _rules.offerRepresentation(address(own), AssetIds.assetId(THIRD, asset.originToken));
    }

    /// @dev The home of an asset says what it is called, who issued it and what is to stand for it here.
    function _announce(Asset memory asset, address issuer, address representation) private returns (address token) {
        bytes memory metadata = abi.encode(AssetMetadata("Foreign", "FRN", 18, issuer, representation));
        _receive(asset.originChainId, AssetTransfer(asset, 0, 0, address(0), address(0), metadata, ""));
        return _vault.tokenOf(AssetIds.assetId(asset.originChainId, asset.originToken));
    }

    /// @dev A message of the vault of another chain, as the handler hands it over.
    function _receive(uint256 source, AssetTransfer memory what) private returns (bytes memory text) {
        text = AssetTransfers.encode(what);
        bytes memory from = Erc7930.format(source, address(_vault));
        vm.prank(address(handler));
        _vault.receiveMessage(0, from, text);
    }
}
