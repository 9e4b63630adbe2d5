// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {AssetLedger} from "../../../src/assets/AssetLedger.sol";
import {IAssetLedger} from "../../../src/interfaces/IAssetLedger.sol";
import {AssetIds} from "../../../src/libraries/AssetIds.sol";
import {Asset, AssetKind, LedgerEntry} from "../../../src/types/Assets.sol";
import {L1Fixture} from "../../base/L1Fixture.sol";
import {NaiveLedger} from "../../base/NaiveLedger.sol";

contract AssetLedgerTest is L1Fixture {
    uint256 private constant A = 271;
    uint256 private constant B = 272;
    uint256 private constant C = 273;
    uint256 private constant STRANGE = 999;

    address private _token = makeAddr("token");
    NaiveLedger private _twin = new NaiveLedger();

    function setUp() external {
        deployL1();
        registerChain(A);
        registerChain(B);
        registerChain(C);
    }

    /// @dev The id of the format for ether of chain 1.
    function test_assetId_isThatOfTheFormat_forEther() external pure {
        vm.assertEq(
            AssetIds.assetId(1, AssetIds.BASE_TOKEN), 0x05e1c3ae4b9732444ae25217ac7666e46fa365fee1768de00c9fcb65532b7609
        );
    }

    function test_applyBatch_movesADepositOnwardAndHome() external {
        Asset memory asset = _asset(L1_CHAIN_ID);
        bytes32 key = _key(asset);
        vm.prank(bridge);
        ledger.recordDeposit(asset, 0, A, 100);
        _expect(key, 100, [uint256(0), 0, 0], [uint256(100), 0, 0]);
        _apply(A, _one(asset, L1_CHAIN_ID, A, 100));
        _expect(key, 100, [uint256(100), 0, 0], [uint256(0), 0, 0]);
        _apply(A, _one(asset, A, B, 60));
        _expect(key, 100, [uint256(40), 0, 0], [uint256(0), 60, 0]);
        _apply(B, _one(asset, A, B, 60));
        _apply(B, _one(asset, B, L1_CHAIN_ID, 60));
        vm.assertEq(ledger.pending(B, L1_CHAIN_ID, key), 60);
        vm.prank(bridge);
        ledger.recordWithdrawal(asset, 0, B, 60);
        _expect(key, 40, [uint256(40), 0, 0], [uint256(0), 0, 0]);
        vm.assertEq(ledger.balance(L1_CHAIN_ID, key), 0, "its home has no balance of it");
    }

    function test_applyBatch_issuesAndRetires_whenTheChainIsHome() external {
        Asset memory asset = _asset(A);
        bytes32 key = _key(asset);
        _apply(A, _one(asset, A, B, 70));
        _apply(B, _one(asset, A, B, 70));
        _apply(B, _one(asset, B, A, 30));
        _expect(key, 70, [uint256(0), 40, 0], [uint256(30), 0, 0]);
        _apply(A, _one(asset, B, A, 30));
        _expect(key, 40, [uint256(0), 40, 0], [uint256(0), 0, 0]);
    }

    /// @dev In one batch: what arrived may be sent on.
    function test_applyBatch_sendsOnWhatArrived_inOneBatch() external {
        Asset memory asset = _asset(A);
        _apply(A, _one(asset, A, B, 5));
        LedgerEntry[] memory entries = new LedgerEntry[](2);
        entries[0] = LedgerEntry(asset, 0, A, B, 5);
        entries[1] = LedgerEntry(asset, 0, B, C, 5);
        _apply(B, entries);
        _expect(_key(asset), 5, [uint256(0), 0, 0], [uint256(0), 0, 5]);
    }

    function test_recordFailedDeposit_givesItBack() external {
        Asset memory ofL1 = _asset(L1_CHAIN_ID);
        vm.startPrank(bridge);
        ledger.recordDeposit(ofL1, 0, A, 9);
        ledger.recordFailedDeposit(ofL1, 0, A, 9);
        vm.stopPrank();
        _expect(_key(ofL1), 0, [uint256(0), 0, 0], [uint256(0), 0, 0]);

        Asset memory ofA = _asset(A);
        _apply(A, _one(ofA, A, L1_CHAIN_ID, 8));
        vm.startPrank(bridge);
        ledger.recordWithdrawal(ofA, 0, A, 8);
        ledger.recordDeposit(ofA, 0, B, 8);
        ledger.recordFailedDeposit(ofA, 0, B, 8);
        vm.stopPrank();
        vm.assertEq(ledger.balance(L1_CHAIN_ID, _key(ofA)), 8);
        vm.assertEq(ledger.issued(_key(ofA)), 8);
    }

    /// @dev ATK-14: its verifier accepts everything; what the chain does not have, it cannot send.
    function testFuzz_ATK14_applyBatch_reverts_whenAChainSpendsMoreThanItHas(uint256 has, uint256 more) external {
        has = bound(has, 0, type(uint128).max);
        uint256 spends = bound(more, has + 1, type(uint256).max);
        Asset memory asset = _asset(L1_CHAIN_ID);
        if (has != 0) {
            vm.prank(bridge);
            ledger.recordDeposit(asset, 0, A, has);
            _apply(A, _one(asset, L1_CHAIN_ID, A, has));
        }
        _expectRefused(
            A,
            _one(asset, A, B, spends),
            abi.encodeWithSelector(IAssetLedger.AssetLedgerBalanceTooLow.selector, A, _key(asset), has, spends)
        );
        if (has != 0) _apply(A, _one(asset, A, B, has));
    }

    /// @dev ATK-14: nor can it say that something arrived which nobody sent.
    function testFuzz_ATK14_applyBatch_reverts_whenMoreArrivesThanWasSent(uint128 sent, uint256 more) external {
        vm.assume(sent != 0);
        uint256 arrives = bound(more, uint256(sent) + 1, type(uint256).max);
        Asset memory asset = _asset(A);
        _apply(A, _one(asset, A, B, sent));
        _expectRefused(
            B,
            _one(asset, A, B, arrives),
            abi.encodeWithSelector(IAssetLedger.AssetLedgerPendingTooLow.selector, A, B, _key(asset), sent, arrives)
        );
        // Nor somewhere else.
        _expectRefused(
            C,
            _one(asset, A, C, sent),
            abi.encodeWithSelector(IAssetLedger.AssetLedgerPendingTooLow.selector, A, C, _key(asset), 0, sent)
        );
        _apply(B, _one(asset, A, B, sent));
    }

    /// @dev ATK-14: what one chain has on its way does not pay for what another made a chain believe.
    function testFuzz_ATK14_applyBatch_reverts_whenItArrivesFromAnotherThanTheSender(uint128 sent) external {
        vm.assume(sent != 0);
        Asset memory asset = _asset(A);
        _apply(A, _one(asset, A, C, sent));
        _expectRefused(
            C,
            _one(asset, B, C, sent),
            abi.encodeWithSelector(IAssetLedger.AssetLedgerPendingTooLow.selector, B, C, _key(asset), 0, sent)
        );
        _apply(C, _one(asset, A, C, sent));
    }

    /// @dev ATK-14: a chain speaks for itself alone.
    function testFuzz_ATK14_applyBatch_reverts_whenTheRouteIsNotTheChains(uint256 source, uint256 destination)
        external
    {
        bool isOwn = source != destination && (source == A || destination == A);
        if (isOwn) destination = source;
        _expectRefused(
            A,
            _one(_asset(A), source, destination, 1),
            abi.encodeWithSelector(IAssetLedger.AssetLedgerForeignEntry.selector, A, source, destination)
        );
    }

    /// @dev ATK-14, INV-10: what one chain sent to L1, another cannot say it sent.
    function testFuzz_ATK14_recordWithdrawal_reverts_whenAnotherChainSentIt(uint128 sent, uint256 amount) external {
        vm.assume(sent != 0);
        amount = bound(amount, 1, sent);
        Asset memory asset = _asset(A);
        _apply(A, _one(asset, A, L1_CHAIN_ID, sent));
        vm.assertEq(ledger.pending(A, L1_CHAIN_ID, _key(asset)), sent);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAssetLedger.AssetLedgerPendingTooLow.selector, B, L1_CHAIN_ID, _key(asset), 0, amount
            )
        );
        vm.prank(bridge);
        ledger.recordWithdrawal(asset, 0, B, amount);
        vm.prank(bridge);
        ledger.recordWithdrawal(asset, 0, A, amount);
        vm.assertEq(ledger.pending(A, L1_CHAIN_ID, _key(asset)), sent - amount);
    }

    /// @dev ATK-14: another chain's token cannot be issued, nor one under a kind or an id that is not its own.
    function testFuzz_ATK14_applyBatch_reverts_whenTheAssetIsAnothers(uint8 kind, uint256 tokenId) external {
        Asset memory asset = _asset(L1_CHAIN_ID);
        vm.prank(bridge);
        ledger.recordDeposit(asset, 0, A, 10);
        _apply(A, _one(asset, L1_CHAIN_ID, A, 10));

        Asset memory forged = asset;
        forged.kind = AssetKind(bound(kind, 1, 2));
        LedgerEntry[] memory entries = new LedgerEntry[](1);
        entries[0] = LedgerEntry(forged, tokenId, A, B, 1);
        _expectRefused(
            A,
            entries,
            abi.encodeWithSelector(
                IAssetLedger.AssetLedgerBalanceTooLow.selector, A, AssetIds.ledgerKey(forged, tokenId), 0, 1
            )
        );
        Asset memory ofB = _asset(B);
        _expectRefused(
            A,
            _one(ofB, A, C, 1),
            abi.encodeWithSelector(IAssetLedger.AssetLedgerBalanceTooLow.selector, A, _key(ofB), 0, 1)
        );
    }

    /// @dev ATK-52: nothing wraps around, whatever a chain issues of its own.
    function testFuzz_ATK52_applyBatch_reverts_whenASumOverflows(uint256 first) external {
        first = bound(first, 1, type(uint256).max);
        Asset memory asset = _asset(A);
        _apply(A, _one(asset, A, B, first));
        LedgerEntry[] memory entries = _one(asset, A, B, type(uint256).max - first + 1);
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x11));
        vm.prank(address(settlement));
        ledger.applyBatch(A, entries);
        if (first != type(uint256).max) _apply(A, _one(asset, A, B, type(uint256).max - first));
    }

    function test_ATK52_applyBatch_reverts_whenNothingMoves() external {
        Asset memory asset = _asset(A);
        bytes memory reason = abi.encodeWithSelector(IAssetLedger.AssetLedgerZeroAmount.selector, _key(asset));
        _expectRefused(A, _one(asset, B, A, 0), reason);
        _expectRefused(A, _one(asset, A, B, 0), reason);
        _apply(A, _one(asset, A, B, 1));
    }

    /// @dev ATK-53: money never leaves for nowhere.
    function test_ATK53_applyBatch_reverts_whenTheDestinationIsUnknown() external {
        Asset memory asset = _asset(A);
        bytes memory reason = abi.encodeWithSelector(IAssetLedger.AssetLedgerUnknownChain.selector, STRANGE);
        _expectRefused(A, _one(asset, A, STRANGE, 1), reason);
        Asset memory ofL1 = _asset(L1_CHAIN_ID);
        vm.expectRevert(reason);
        vm.prank(bridge);
        ledger.recordDeposit(ofL1, 0, STRANGE, 1);
        vm.expectRevert(abi.encodeWithSelector(IAssetLedger.AssetLedgerUnknownChain.selector, L1_CHAIN_ID));
        vm.prank(bridge);
        ledger.recordDeposit(ofL1, 0, L1_CHAIN_ID, 1);
    }

    /// @dev ATK-12: every way to change the ledger, by anyone else.
    function testFuzz_ATK12_everything_reverts_whenTheCallerIsNotTheOne(address caller) external {
        vm.assume(caller != address(settlement) && caller != bridge && caller != address(swapRegistry));
        Asset memory asset = _asset(L1_CHAIN_ID);
        LedgerEntry[] memory entries = _one(asset, A, B, 1);
        bytes memory notBridge = abi.encodeWithSelector(IAssetLedger.AssetLedgerNotBridge.selector, caller, bridge);
        vm.startPrank(caller);
        vm.expectRevert(
            abi.encodeWithSelector(IAssetLedger.AssetLedgerNotSettlement.selector, caller, address(settlement))
        );
        ledger.applyBatch(A, entries);
        vm.expectRevert(notBridge);
        ledger.recordDeposit(asset, 0, A, 1);
        vm.expectRevert(notBridge);
        ledger.recordWithdrawal(asset, 0, A, 1);
        vm.expectRevert(notBridge);
        ledger.recordFailedDeposit(asset, 0, A, 1);
        bytes memory notSwaps =
            abi.encodeWithSelector(IAssetLedger.AssetLedgerNotSwaps.selector, caller, address(swapRegistry));
        vm.expectRevert(notSwaps);
        ledger.hold(asset, 0, A, 1);
        vm.expectRevert(notSwaps);
        ledger.release(asset, 0, A, 1);
        vm.stopPrank();
    }

    /// @dev What a chain had is held by nobody's balance, and another chain may get it.
    function test_hold_movesFromOneChainToAnother() external {
        Asset memory asset = _asset(A);
        bytes32 key = _key(asset);
        _apply(A, _one(asset, A, B, 70));
        _apply(B, _one(asset, A, B, 70));
        vm.startPrank(address(swapRegistry));
        vm.expectEmit(address(ledger));
        emit IAssetLedger.AssetHeld(key, B, 30);
        ledger.hold(asset, 0, B, 30);
        _expect(key, 70, [uint256(0), 40, 0], [uint256(0), 0, 0]);
        vm.assertEq(ledger.held(key), 30);
        vm.expectEmit(address(ledger));
        emit IAssetLedger.AssetReleased(key, C, 20);
        ledger.release(asset, 0, C, 20);
        vm.stopPrank();
        _expect(key, 70, [uint256(0), 40, 20], [uint256(0), 0, 0]);
        vm.assertEq(ledger.held(key), 10);
    }

    function test_hold_issuesAtHome_andReleaseRetires() external {
        Asset memory asset = _asset(A);
        bytes32 key = _key(asset);
        vm.startPrank(address(swapRegistry));
        ledger.hold(asset, 0, A, 9);
        _expect(key, 9, [uint256(0), 0, 0], [uint256(0), 0, 0]);
        vm.assertEq(ledger.held(key), 9);
        ledger.release(asset, 0, A, 9);
        vm.stopPrank();
        _expect(key, 0, [uint256(0), 0, 0], [uint256(0), 0, 0]);
        vm.assertEq(ledger.held(key), 0);
    }

    /// @dev L1 is a chain like any other: what its bridge pays out is its balance, or retired if L1 is the home.
    function test_release_toL1() external {
        (Asset memory ofA, Asset memory ofL1) = (_asset(A), _asset(L1_CHAIN_ID));
        vm.startPrank(address(swapRegistry));
        ledger.hold(ofA, 0, A, 9);
        ledger.release(ofA, 0, L1_CHAIN_ID, 9);
        vm.assertEq(ledger.balance(L1_CHAIN_ID, _key(ofA)), 9);
        ledger.hold(ofL1, 0, L1_CHAIN_ID, 9);
        ledger.release(ofL1, 0, L1_CHAIN_ID, 9);
        vm.stopPrank();
        vm.assertEq(ledger.balance(L1_CHAIN_ID, _key(ofL1)), 0);
        vm.assertEq(ledger.issued(_key(ofL1)), 0);
    }

    function testFuzz_hold_reverts_whenTheChainHasLess(uint256 has, uint256 amount) external {
        has = bound(has, 1, type(uint256).max - 1);
        amount = bound(amount, has + 1, type(uint256).max);
        Asset memory asset = _asset(A);
        _apply(A, _one(asset, A, B, has));
        _apply(B, _one(asset, A, B, has));
        vm.expectRevert(
            abi.encodeWithSelector(IAssetLedger.AssetLedgerBalanceTooLow.selector, B, _key(asset), has, amount)
        );
        vm.prank(address(swapRegistry));
        ledger.hold(asset, 0, B, amount);
    }

    /// @dev What is on its way is not what swaps hold, though it is the same asset.
    function testFuzz_release_reverts_whenSwapsHoldLess(uint256 holds, uint256 amount) external {
        holds = bound(holds, 1, type(uint256).max - 1);
        amount = bound(amount, holds + 1, type(uint256).max);
        Asset memory asset = _asset(A);
        _apply(A, _one(asset, A, B, type(uint256).max - holds));
        vm.startPrank(address(swapRegistry));
        ledger.hold(asset, 0, A, holds);
        vm.expectRevert(abi.encodeWithSelector(IAssetLedger.AssetLedgerHeldTooLow.selector, _key(asset), holds, amount));
        ledger.release(asset, 0, A, amount);
        vm.stopPrank();
    }

    function test_ATK52_hold_reverts_whenNothingMoves() external {
        Asset memory asset = _asset(A);
        bytes memory reason = abi.encodeWithSelector(IAssetLedger.AssetLedgerZeroAmount.selector, _key(asset));
        vm.startPrank(address(swapRegistry));
        vm.expectRevert(reason);
        ledger.hold(asset, 0, A, 0);
        vm.expectRevert(reason);
        ledger.release(asset, 0, A, 0);
        vm.stopPrank();
    }

    /// @dev INV-01, INV-06: any moves, allowed or not, leave the ledger equal to its twin and the identity intact.
    function testFuzz_INV01_identityHolds_afterAnyMoves(uint256[32] calldata moves) external {
        for (uint256 i = 0; i < moves.length; ++i) {
            _tryMove(moves[i]);
        }
        for (uint256 home = 0; home < 4; ++home) {
            bytes32 key = _key(_asset(_place(home)));
            uint256 sum;
            for (uint256 i = 0; i < 4; ++i) {
                uint256 chain = _place(i);
                vm.assertEq(ledger.balance(chain, key), _twin.balance(chain, key));
                sum += ledger.balance(chain, key) + _pendingFor(chain, key);
                for (uint256 j = 0; j < 4; ++j) {
                    vm.assertEq(ledger.pending(chain, _place(j), key), _twin.pending(chain, _place(j), key));
                }
            }
            vm.assertEq(ledger.issued(key), _twin.issued(key));
            vm.assertEq(ledger.held(key), _twin.held(key));
            sum += ledger.held(key);
            vm.assertEq(ledger.issued(key), sum, "INV-01");
        }
    }

    function test_constructor_reverts_whenAnAddressIsMissing() external {
        for (uint256 missing = 0; missing < 4; ++missing) {
            vm.expectRevert(abi.encodeWithSelector(IAssetLedger.AssetLedgerZeroAddress.selector));
            new AssetLedger(
                missing == 0 ? address(0) : stranger,
                missing == 1 ? address(0) : stranger,
                missing == 2 ? address(0) : stranger,
                missing == 3 ? address(0) : stranger
            );
        }
        vm.assertEq(ledger.version(), 1);
    }

    /// @dev A move drawn from `seed`: one of four assets, on any route, reported by anybody. What the ledger takes, the twin
    /// notes.
    function _tryMove(uint256 seed) private {
        if (seed >> 255 == 1) return _trySwap(seed);
        (uint256 home, uint256 source, uint256 destination) =
            (_place(seed & 3), _place(seed >> 2 & 3), _place(seed >> 4 & 3));
        uint256 reporter = seed & 0xc0 == 0 ? _place(seed >> 8 & 3) : seed & 0x40 == 0 ? source : destination;
        Asset memory asset = _asset(home);
        uint256 amount = (seed >> 16) % 50;
        bytes memory call;
        if (reporter != L1_CHAIN_ID) {
            call = abi.encodeCall(ledger.applyBatch, (reporter, _one(asset, source, destination, amount)));
        } else if (destination == L1_CHAIN_ID) {
            call = abi.encodeCall(ledger.recordWithdrawal, (asset, 0, source, amount));
        } else {
            call = abi.encodeCall(ledger.recordDeposit, (asset, 0, destination, amount));
            source = L1_CHAIN_ID;
        }

        vm.prank(reporter == L1_CHAIN_ID ? bridge : address(settlement));
        (bool taken,) = address(ledger).call(call);
        if (!taken) return;
        if (reporter == destination) _twin.arrive(_key(asset), home, source, destination, amount);
        else _twin.send(_key(asset), home, source, destination, amount);
    }

    /// @dev As `_tryMove`: swaps take or give back.
    function _trySwap(uint256 seed) private {
        (uint256 home, uint256 chain, uint256 amount) = (_place(seed & 3), _place(seed >> 2 & 3), (seed >> 16) % 50);
        bool holds = seed & 0x10 == 0;
        Asset memory asset = _asset(home);
        bytes memory call = holds
            ? abi.encodeCall(ledger.hold, (asset, 0, chain, amount))
            : abi.encodeCall(ledger.release, (asset, 0, chain, amount));
        vm.prank(address(swapRegistry));
        (bool taken,) = address(ledger).call(call);
        if (!taken) return;
        if (holds) _twin.hold(_key(asset), home, chain, amount);
        else _twin.release(_key(asset), home, chain, amount);
    }

    function _place(uint256 index) private pure returns (uint256) {
        return index == 0 ? L1_CHAIN_ID : A + index - 1;
    }

    function _asset(uint256 home) private view returns (Asset memory) {
        return Asset({originChainId: home, originToken: _token, kind: AssetKind.Fungible});
    }

    function _key(Asset memory asset) private pure returns (bytes32) {
        return AssetIds.assetId(asset.originChainId, asset.originToken);
    }

    function _one(Asset memory asset, uint256 source, uint256 destination, uint256 amount)
        private
        pure
        returns (LedgerEntry[] memory entries)
    {
        entries = new LedgerEntry[](1);
        entries[0] = LedgerEntry(asset, 0, source, destination, amount);
    }

    function _apply(uint256 chainId, LedgerEntry[] memory entries) private {
        vm.prank(address(settlement));
        ledger.applyBatch(chainId, entries);
    }

    function _expectRefused(uint256 chainId, LedgerEntry[] memory entries, bytes memory reason) private {
        vm.expectRevert(reason);
        _apply(chainId, entries);
    }

    /// @dev What is issued, and what A, B and C have and wait for.
    function _expect(bytes32 key, uint256 issued, uint256[3] memory balances, uint256[3] memory pending) private view {
        vm.assertEq(ledger.issued(key), issued, "issued");
        for (uint256 i = 0; i < 3; ++i) {
            vm.assertEq(ledger.balance(A + i, key), balances[i], "balance");
            vm.assertEq(_pendingFor(A + i, key), pending[i], "pending");
        }
    }

    function _pendingFor(uint256 chain, bytes32 key) private view returns (uint256 sum) {
        for (uint256 i = 0; i < 4; ++i) {
            sum += ledger.pending(_place(i), chain, key);
        }
    }
}
