// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IAssetCustody} from "../../src/interfaces/IAssetCustody.sol";
import {IAssetVault} from "../../src/interfaces/IAssetVault.sol";
import {ISharedBridge} from "../../src/interfaces/ISharedBridge.sol";
import {AssetIds} from "../../src/libraries/AssetIds.sol";
import {Asset, AssetKind, LedgerEntry, TransferRequest} from "../../src/types/Assets.sol";
import {BundleDelivery} from "../../src/types/Bundles.sol";
import {PriorityOperation} from "../../src/types/PriorityOperations.sol";
import {AssetNetwork} from "../base/AssetNetwork.sol";
import {
    BlacklistToken,
    DecimalsToken,
    FalseToken,
    FeeToken,
    HookedToken,
    HugeToken,
    PausableToken,
    RebasingToken,
    SilentToken
} from "../mocks/HostileTokens.sol";
import {PlainToken} from "../mocks/PlainToken.sol";

/// @notice Tokens that do not behave, on every route: deposit, lock, mint, return and unlock, withdrawal, recovery of a
/// failed deposit, return of a cancelled transfer. One is refused at the source, with nothing changed, or what is credited
/// is what was received. Who cannot be paid has a claim, and holds up nobody.
contract ATK35HostileTokensTest is AssetNetwork {
    /// @notice What is settled and on its way home: 40 of L1 to Bob, a deposit of 30 that failed, 40 of A to Bob, and 10
    /// of Alice's whose transfer was cancelled.
    struct WaysHome {
        bytes withdrawal;
        Spot withdrawalSpot;
        PriorityOperation failed;
        Spot failedSpot;
        bytes sentHome;
        Spot sentHomeSpot;
        bytes returned;
        Spot returnedSpot;
    }

    address private _alice = makeAddr("alice");
    address private _bob = makeAddr("bob");
    address private _carol = makeAddr("carol");
    address private _token;

    function setUp() external {
        deployNetwork();
    }

    // One by one.

    function test_ATK35_plainToken_goesEveryWay() external {
        _take(address(new PlainToken(_alice)));
        _expectExactEverywhere();
    }

    function test_ATK35_feeOnTransfer_isRefused() external {
        FeeToken token = new FeeToken(_alice);
        _take(address(token));
        token.turn(true);
        _expectRefused(abi.encodeWithSelector(IAssetCustody.AssetCustodyNotExact.selector, token, 100, 90));
        token.turn(false);
        _expectExactEverywhere();
    }

    /// @dev It began to take its fee later: what leaves is what was locked, and the fee is the recipient's.
    function test_ATK35_feeOnTransfer_isBorneByTheRecipient_whenItCameLater() external {
        FeeToken token = new FeeToken(_alice);
        _take(address(token));
        WaysHome memory ways = _prepareWaysHome();
        token.turn(true);
        _goHome(ways);
        vm.assertEq(token.balanceOf(_bob), 72);
        _expectKept(60, 60);
    }

    function test_ATK35_rebasingUp_isRefused_whileItChanges() external {
        RebasingToken token = new RebasingToken(_alice, 200);
        _take(address(token));
        token.turn(true);
        _expectRefused(abi.encodeWithSelector(IAssetCustody.AssetCustodyNotExact.selector, token, 100, 200));
        token.turn(false);
        _expectExactEverywhere();
    }

    /// @dev What it grew by belongs to nobody here, and what was locked is paid.
    function test_ATK35_rebasingUp_paysWhatWasLocked() external {
        RebasingToken token = new RebasingToken(_alice, 200);
        _take(address(token));
        WaysHome memory ways = _prepareWaysHome();
        token.rebase(200);
        uint256 before = token.balanceOf(_alice);
        _goHome(ways);
        vm.assertEq(token.balanceOf(_bob), 80);
        vm.assertEq(token.balanceOf(_alice), before + 40);
        vm.assertEq(custody(A).locked(address(token)), 60);
        vm.assertGe(token.balanceOf(address(custody(A))), 60);
    }

    function test_ATK35_rebasingDown_isRefused_onceLessStandsHereThanIsLocked() external {
        RebasingToken token = new RebasingToken(_alice, 50);
        _take(address(token));
        token.turn(true);
        _expectRefused(abi.encodeWithSelector(IAssetCustody.AssetCustodyNotExact.selector, token, 100, 50));
        token.turn(false);
        WaysHome memory ways = _prepareWaysHome();
        token.rebase(50);
        // 130 are locked on L1, 110 on A.
        _expectDepositRefused(abi.encodeWithSelector(IAssetCustody.AssetCustodyShortfall.selector, token, 130, 65), 100);
        _expectTransferRefused(
            abi.encodeWithSelector(IAssetCustody.AssetCustodyShortfall.selector, token, 110, 55), 100
        );
        // Who comes first is paid; who comes when nothing is left has a claim.
        _goHome(ways);
        vm.assertEq(token.balanceOf(_bob), 80);
        vm.assertEq(sharedBridge.claimable(_key(L1_CHAIN_ID), _alice), 30);
        token.rebase(100);
        _claim(L1_CHAIN_ID, _alice, 30);
        vm.assertEq(token.balanceOf(_carol), 30);
    }

    /// @dev On the way in and on the way out, into every function that moves assets.
    function test_ATK35_hooks_cannotComeBackIn() external {
        HookedToken token = new HookedToken(_alice);
        _take(address(token));
        token.turn(true);
        TransferRequest memory request = _request(A, address(token), 100);
        _expectHookRefused(token, L1_CHAIN_ID, abi.encodeCall(ISharedBridge.deposit, (request, AMPLE_GAS)));
        Asset memory asset = Asset(A, address(token), AssetKind.Fungible);
        _expectHookRefused(token, A, abi.encodeCall(IAssetVault.transfer, (request)));
        _expectHookRefused(token, A, abi.encodeCall(IAssetCustody.claim, (asset, 0, _carol)));
        _expectHookRefused(token, A, abi.encodeCall(IAssetVault.returnCancelled, (B, "", 0)));
        token.hook(address(1), "");
        _expectExactEverywhere();
    }

    /// @dev The hook tries to have the same paid twice.
    function test_ATK35_hooks_cannotBePaidTwice() external {
        HookedToken token = new HookedToken(_alice);
        _take(address(token));
        WaysHome memory ways = _prepareWaysHome();
        token.turn(true);
        token.hook(
            address(sharedBridge),
            abi.encodeCall(ISharedBridge.finalizeWithdrawal, (proofOf(ways.withdrawalSpot), ways.withdrawal))
        );
        _goHome(ways);
        vm.assertEq(token.successes(), 0);
        vm.assertGt(token.calls(), 0);
        _expectPaid();
    }

    function test_ATK35_noReturnValue_goesEveryWay() external {
        _take(address(new SilentToken(_alice)));
        _expectExactEverywhere();
    }

    function test_ATK35_returnsFalse_isRefused_orBecomesAClaim() external {
        FalseToken token = new FalseToken(_alice);
        _take(address(token));
        token.turn(true);
        _expectRefused(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, token));
        token.turn(false);
        WaysHome memory ways = _prepareWaysHome();
        token.turn(true);
        _expectClaims(ways);
        token.turn(false);
        _expectClaimsPaid();
    }

    function test_ATK35_hugeReturnData_goesEveryWay() external {
        _take(address(new HugeToken(_alice)));
        _expectExactEverywhere();
        vm.assertEq(_representation(A, B).name(), "", "nothing of that length is carried");
    }

    function test_ATK35_blacklist_isRefused_orBecomesAClaimForAnother() external {
        BlacklistToken token = new BlacklistToken(_alice);
        _take(address(token));
        token.list(_alice, true);
        _expectRefused(abi.encodeWithSelector(BlacklistToken.BlacklistTokenListed.selector, _alice));
        token.list(_alice, false);
        WaysHome memory ways = _prepareWaysHome();
        token.list(_alice, true);
        token.list(_bob, true);
        _expectClaims(ways);
        // They stay on the list: their claims go to somebody else.
        _expectClaimsPaid();
    }

    function test_ATK35_paused_isRefused_orBecomesAClaim() external {
        PausableToken token = new PausableToken(_alice);
        _take(address(token));
        token.turn(true);
        _expectRefused(abi.encodeWithSelector(PausableToken.PausableTokenPaused.selector));
        token.turn(false);
        WaysHome memory ways = _prepareWaysHome();
        token.turn(true);
        _expectClaims(ways);
        token.turn(false);
        _expectClaimsPaid();
    }

    function test_ATK35_decimals_areCarriedOrLeftOut() external {
        _take(address(new DecimalsToken(_alice, 300)));
        _expectExactEverywhere();
        vm.assertEq(_representation(A, B).decimals(), 0, "more than a byte");
        _take(address(new DecimalsToken(_alice, 0)));
        _expectExactEverywhere();
        vm.assertEq(_representation(A, B).decimals(), 0);
        _take(address(new DecimalsToken(_alice, 255)));
        _expectExactEverywhere();
        vm.assertEq(_representation(A, B).decimals(), 255);
    }

    /// @dev Amounts are units of the token: what it calls them later changes nothing.
    function test_ATK35_upgradedToken_keepsItsUnits() external {
        DecimalsToken token = new DecimalsToken(_alice, 6);
        _take(address(token));
        WaysHome memory ways = _prepareWaysHome();
        token.setDecimals(18);
        _goHome(ways);
        _expectPaid();
        vm.assertEq(_representation(A, B).decimals(), 6);
        // Other code under the same address is a token that was never trusted anyway.
        vm.etch(address(token), address(new FeeToken(_alice)).code);
        FeeToken(address(token)).turn(true);
        _expectRefused(abi.encodeWithSelector(IAssetCustody.AssetCustodyNotExact.selector, token, 100, 90));
        FeeToken(address(token)).turn(false);
        _expectExactEverywhere();
    }

    function test_ATK35_tokenWithoutCode_isRefused_orBecomesAClaim() external {
        PlainToken token = new PlainToken(_alice);
        bytes memory code = address(token).code;
        _take(address(token));
        vm.etch(address(token), "");
        _expectRefused(abi.encodeWithSelector(IAssetCustody.AssetCustodyNoToken.selector, token));
        vm.etch(address(token), code);
        WaysHome memory ways = _prepareWaysHome();
        vm.etch(address(token), "");
        _expectClaims(ways);
        vm.etch(address(token), code);
        _expectClaimsPaid();
    }

    // The routes.

    /// @dev From now on this token is meant. Alice has 1,000 of it.
    function _take(address token) private {
        _token = token;
        vm.startPrank(_alice);
        (bool ofBridge,) = token.call(abi.encodeCall(IERC20.approve, (address(sharedBridge), type(uint256).max)));
        (bool ofVault,) = token.call(abi.encodeCall(IERC20.approve, (address(custody(A)), type(uint256).max)));
        vm.stopPrank();
        vm.assertTrue(ofBridge && ofVault);
    }

    /// @dev Every route, with the figures on both sides.
    function _expectExactEverywhere() private {
        (uint256 alice, uint256 bob) = (_balance(_alice), _balance(_bob));
        (uint256 onL1, uint256 onA) = (_balance(address(sharedBridge)), _balance(address(custody(A))));
        uint256[3] memory minted = _minted();
        WaysHome memory ways = _prepareWaysHome();
        vm.assertEq(_balance(_alice), alice - 240, "taken: 100 and 30 on L1, 100 and 10 on A");
        vm.assertEq(_balance(address(sharedBridge)), onL1 + 130, "received on L1");
        vm.assertEq(_balance(address(custody(A))), onA + 110, "received on A");
        uint256[3] memory later = _minted();
        vm.assertEq(later[0], minted[0] + 60, "minted on A, and 40 burned");
        vm.assertEq(later[1], minted[1] + 40, "minted on B, and 60 burned");
        vm.assertEq(later[2], minted[2] + 20, "minted on L1");
        _goHome(ways);
        vm.assertEq(_balance(_bob), bob + 80, "paid on L1 and on A");
        vm.assertEq(_balance(_alice), alice - 200, "30 and 10 came back");
    }

    /// @dev What Bob has on A and on B, and Carol on L1.
    function _minted() private view returns (uint256[3] memory) {
        return [
            _supplyOf(_representation(L1_CHAIN_ID, A), _bob),
            _supplyOf(_representation(A, B), _bob),
            _supplyOf(_representation(A, L1_CHAIN_ID), _carol)
        ];
    }

    /// @dev All that there is of a representation, which is in one hand.
    function _supplyOf(IERC20 token, address owner) private view returns (uint256 supply) {
        if (address(token) == address(0)) return 0;
        supply = token.totalSupply();
        vm.assertEq(token.balanceOf(owner), supply);
    }

    function _prepareWaysHome() private returns (WaysHome memory ways) {
        _depositAndArrive(100);
        _lockAndArrive(100);
        _withdrawFromB();
        ways.failed = depositFrom(_alice, _request(A, _token, 30), 100_000);
        bool success;
        (success, ways.failedSpot,) = processOperation(ways.failed);
        vm.assertFalse(success, "100,000 gas pay nobody");
        ways.withdrawal = transferFrom(A, _bob, _request(L1_CHAIN_ID, address(_representation(L1_CHAIN_ID, A)), 40));
        ways.withdrawalSpot = noteWithdrawal(A, ways.withdrawal);
        _report(A, L1_CHAIN_ID, A, L1_CHAIN_ID, 40);
        ways.sentHome = transferFrom(B, _bob, _request(A, address(_representation(A, B)), 40));
        ways.sentHomeSpot = noteBundle(B, ways.sentHome);
        _report(B, A, B, A, 40);
        (ways.returned, ways.returnedSpot) = _sendAndCancel();
        _settleBoth();
    }

    /// @dev From L1 to Bob on A.
    function _depositAndArrive(uint256 amount) private {
        (bool success,,) = processOperation(depositFrom(_alice, _request(A, _token, amount), AMPLE_GAS));
        vm.assertTrue(success);
        _report(A, L1_CHAIN_ID, L1_CHAIN_ID, A, amount);
        vm.assertTrue(settleChain(A));
    }

    /// @dev From A to Bob on B.
    function _lockAndArrive(uint256 amount) private {
        bytes memory text = transferFrom(A, _alice, _request(B, _token, amount));
        Spot memory spot = noteBundle(A, text);
        _report(A, A, A, B, amount);
        vm.assertTrue(settleChain(A));
        _execute(A, B, text, spot);
        _report(B, A, A, B, amount);
    }

    /// @dev 20 from Bob on B to Carol on L1.
    function _withdrawFromB() private {
        TransferRequest memory onward = _request(L1_CHAIN_ID, address(_representation(A, B)), 20);
        onward.recipient = _carol;
        bytes memory message = transferFrom(B, _bob, onward);
        Spot memory spot = noteWithdrawal(B, message);
        _report(B, A, B, L1_CHAIN_ID, 20);
        _announceOnL1();
        vm.assertTrue(settleChain(B));
        vm.chainId(L1_CHAIN_ID);
        sharedBridge.finalizeWithdrawal(proofOf(spot), message);
    }

    /// @dev A tells L1 what the token is called.
    function _announceOnL1() private {
        vm.chainId(A);
        vm.recordLogs();
        chains[A].vault.announce(_token, AssetKind.Fungible, L1_CHAIN_ID);
        bytes memory message = sentBy(A, L1_CHAIN_ID);
        Spot memory spot = noteWithdrawal(A, message);
        vm.assertTrue(settleChain(A));
        vm.chainId(L1_CHAIN_ID);
        sharedBridge.finalizeWithdrawal(proofOf(spot), message);
    }

    /// @dev 10 from A to B, too late, and given up there.
    function _sendAndCancel() private returns (bytes memory returned, Spot memory returnedSpot) {
        TransferRequest memory request = _request(B, _token, 10);
        request.deliverBefore = block.timestamp + 1;
        bytes memory text = transferFrom(A, _alice, request);
        Spot memory spot = noteBundle(A, text);
        _report(A, A, A, B, 10);
        vm.assertTrue(settleChain(A));
        vm.warp(request.deliverBefore + 1);
        BundleDelivery memory delivery = deliveryTo(B, address(chains[A].center), text, spot);
        chains[B].handler.cancelExpired(delivery);
        vm.recordLogs();
        chains[B].vault.returnCancelled(A, text, 0);
        returned = sentBy(B, A);
        returnedSpot = noteBundle(B, returned);
        _report(B, A, A, B, 10);
        _report(B, A, B, A, 10);
    }

    /// @dev Everything that is on its way home arrives, paid or not, and settles.
    function _goHome(WaysHome memory ways) private {
        vm.chainId(L1_CHAIN_ID);
        sharedBridge.finalizeWithdrawal(proofOf(ways.withdrawalSpot), ways.withdrawal);
        sharedBridge.claimFailedDeposit(ways.failed, proofOf(ways.failedSpot));
        _execute(B, A, ways.sentHome, ways.sentHomeSpot);
        _execute(B, A, ways.returned, ways.returnedSpot);
        _report(A, A, B, A, 50);
        _settleBoth();
    }

    function _execute(uint256 source, uint256 destination, bytes memory text, Spot memory spot) private {
        BundleDelivery memory delivery = deliveryTo(destination, address(chains[source].center), text, spot);
        chains[destination].handler.executeBundle(delivery);
    }

    function _settleBoth() private {
        vm.assertTrue(settleChain(A));
        vm.assertTrue(settleChain(B));
    }

    function _report(uint256 chainId, uint256 home, uint256 source, uint256 destination, uint256 amount) private {
        unreported[chainId].push(LedgerEntry(_asset(home), 0, source, destination, amount));
    }

    // What is expected of them.

    function _expectRefused(bytes memory reason) private {
        _expectDepositRefused(reason, 100);
        _expectTransferRefused(reason, 100);
    }

    function _expectDepositRefused(bytes memory reason, uint256 amount) private {
        bytes32 before = _state();
        TransferRequest memory request = _request(A, _token, amount);
        vm.chainId(L1_CHAIN_ID);
        vm.expectRevert(reason);
        vm.prank(_alice);
        sharedBridge.deposit(request, AMPLE_GAS);
        vm.assertEq(_state(), before, "nothing has changed");
    }

    function _expectTransferRefused(bytes memory reason, uint256 amount) private {
        bytes32 before = _state();
        TransferRequest memory request = _request(B, _token, amount);
        vm.chainId(A);
        vm.expectRevert(reason);
        vm.prank(_alice);
        chains[A].vault.transfer(request);
        vm.assertEq(_state(), before, "nothing has changed");
    }

    /// @dev Nobody can be paid: all have claims, and another token goes home meanwhile.
    function _expectClaims(WaysHome memory ways) private {
        _goHome(ways);
        vm.assertEq(sharedBridge.claimable(_key(L1_CHAIN_ID), _bob), 40);
        vm.assertEq(sharedBridge.claimable(_key(L1_CHAIN_ID), _alice), 30);
        vm.assertEq(custody(A).claimable(_key(A), _bob), 40);
        vm.assertEq(custody(A).claimable(_key(A), _alice), 10);
        vm.assertEq(sharedBridge.locked(_token), 130, "claims are still locked");
        vm.assertEq(custody(A).locked(_token), 110);
        address hostile = _token;
        _take(address(new PlainToken(_alice)));
        _expectExactEverywhere();
        _token = hostile;
    }

    /// @dev Each claim, paid to somebody else.
    function _expectClaimsPaid() private {
        _claim(L1_CHAIN_ID, _bob, 40);
        _claim(L1_CHAIN_ID, _alice, 30);
        _claim(A, _bob, 40);
        _claim(A, _alice, 10);
        vm.assertEq(_balance(_carol), 120);
        _expectKept(60, 60);
    }

    function _claim(uint256 place, address owner, uint256 amount) private {
        vm.chainId(place);
        uint256 before = _balance(_carol);
        IAssetCustody keeper = custody(place);
        bytes32 key = _key(place);
        vm.expectRevert(abi.encodeWithSelector(IAssetCustody.AssetCustodyNothingToClaim.selector, key, _carol));
        vm.prank(_carol);
        keeper.claim(_asset(place), 0, _carol);
        vm.prank(owner);
        keeper.claim(_asset(place), 0, _carol);
        vm.assertEq(_balance(_carol), before + amount);
        vm.assertEq(keeper.claimable(key, owner), 0);
    }

    function _expectPaid() private view {
        vm.assertEq(_balance(_bob), 80);
        vm.assertEq(_balance(_alice), 800);
        _expectKept(60, 60);
    }

    function _expectKept(uint256 onL1, uint256 onA) private view {
        vm.assertEq(_balance(address(sharedBridge)), onL1, "kept on L1");
        vm.assertEq(sharedBridge.locked(_token), onL1, "locked on L1");
        vm.assertEq(_balance(address(custody(A))), onA, "kept on A");
        vm.assertEq(custody(A).locked(_token), onA, "locked on A");
    }

    /// @dev While the token is taken it calls back, and is told that it may not.
    function _expectHookRefused(HookedToken token, uint256 place, bytes memory data) private {
        token.hook(address(custody(place)), data);
        uint256 before = token.balanceOf(_alice);
        if (place == L1_CHAIN_ID) _depositAndArrive(2);
        else _lockAndArrive(2);
        vm.assertEq(token.balanceOf(_alice), before - 2);
        vm.assertEq(token.calls(), 2);
        vm.assertEq(token.successes(), 0);
        vm.assertEq(
            token.lastAnswer(), abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)
        );
    }

    /// @dev All that a refused transfer could have changed.
    function _state() private view returns (bytes32) {
        return keccak256(
            abi.encode(
                sharedBridge.locked(_token),
                custody(A).locked(_token),
                ledger.pending(L1_CHAIN_ID, A, _key(L1_CHAIN_ID)),
                priorityQueue.tail(A),
                chains[A].center.commitment(),
                _token.code.length == 0 ? 0 : _balance(_alice)
            )
        );
    }

    function _balance(address account) private view returns (uint256) {
        return IERC20(_token).balanceOf(account);
    }

    function _representation(uint256 home, uint256 place) private view returns (IERC20Metadata) {
        return IERC20Metadata(custody(place).tokenOf(AssetIds.assetId(home, _token)));
    }

    function _asset(uint256 home) private view returns (Asset memory) {
        return Asset(home, _token, AssetKind.Fungible);
    }

    function _key(uint256 home) private view returns (bytes32) {
        return AssetIds.assetId(home, _token);
    }

    function _request(uint256 destination, address token, uint256 amount)
        private
        view
        returns (TransferRequest memory)
    {
        return TransferRequest(destination, token, AssetKind.Fungible, 0, amount, _bob, 0);
    }
}
