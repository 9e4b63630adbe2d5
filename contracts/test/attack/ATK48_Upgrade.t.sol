// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {Roles} from "../../src/access/Roles.sol";
import {AssetVault} from "../../src/assets/AssetVault.sol";
import {IAssetRules} from "../../src/interfaces/IAssetRules.sol";
import {InteropCenter} from "../../src/messaging/InteropCenter.sol";
import {InteropHandler} from "../../src/messaging/InteropHandler.sol";
import {AttestationVerifier} from "../../src/settlement/verifiers/AttestationVerifier.sol";
import {SwapDeployer} from "../../src/swap/SwapDeployer.sol";
import {Asset, AssetKind, AssetTransfer, LedgerEntry, TransferRequest} from "../../src/types/Assets.sol";
import {Batch} from "../../src/types/Batches.sol";
import {BundleDelivery} from "../../src/types/Bundles.sol";
import {InclusionProof, RootImport} from "../../src/types/Messages.sol";
import {LockStatus, SwapChange, SwapCommand, SwapEffect, SwapOutcome, SwapPreimage} from "../../src/types/Swaps.sol";
import {RegistryTest} from "../base/RegistryTest.sol";
import {SwapTest} from "../base/SwapTest.sol";
import {Transfers} from "../base/Transfers.sol";
import {IssuedERC20, PlainERC20} from "../mocks/PlainTokens.sol";

/// @notice ATK-48, on the chains: 1,100 messages and swaps are in flight, a hundred in each state, while a new version of everything
/// is deployed beside the old one, the code of the tokens is replaced and the operator's role is handed over. All of them resolve.
contract ATK48UpgradeTest is SwapTest {
    enum State {
        Locked,
        Proven,
        Staged,
        Executed,
        ReceiptProven,
        Expired,
        Cancelled,
        Refundable,
        TransferSent,
        TransferProven,
        TransferHeld
    }

    struct InFlight {
        State state;
        bytes32 id;
        bytes what;
    }

    uint256 private constant EACH = 100;
    uint256 private constant STATES = uint256(type(State).max) + 1;

    InFlight[] private _inFlight;
    address private _reader = makeAddr("reader");
    IssuedERC20 private _bond;

    /// @dev All bonds are on the destination, and their issuer has stopped the way back.
    function setUp() public override {
        super.setUp();
        _bond = new IssuedERC20(alice);
        _bond.mint(alice, 7 * EACH);
        vm.prank(alice);
        _bond.approve(address(vault), type(uint256).max);
        cross(SOURCE, TransferRequest(DESTINATION, address(_bond), AssetKind.Fungible, 0, 7 * EACH, bob, 0), alice);
        vm.chainId(SOURCE);
        IAssetRules rules = vault.RULES();
        vm.prank(alice);
        rules.pauseRoute(address(_bond), DESTINATION);
    }

    function test_ATK48_everythingInFlight_resolvesAfterAnUpgrade() external {
        vm.pauseGasMetering();
        for (uint256 i = 0; i < EACH * STATES; ++i) {
            this.bring(State(i % STATES));
        }
        vm.assertEq(_inFlight.length, 1_100);
        _upgrade();
        // Those that wait for their deadline come last.
        for (uint256 i = 0; i < _inFlight.length; ++i) {
            if (_inFlight[i].state != State.Expired) this.resolve(i);
        }
        vm.warp(block.timestamp + 1 days);
        for (uint256 i = uint256(State.Expired); i < _inFlight.length; i += STATES) {
            this.resolve(i);
        }
        _expectAllThere();
    }

    /// @notice Brings one more into the state. A call of its own, so that its memory is its own.
    function bring(State state) external {
        // One block takes fewer than there are.
        vm.roll(block.number + 1);
        if (state == State.TransferHeld) return _bringHeld();
        if (state >= State.TransferSent) return _bringTransfer(state);
        (bytes32 id, SwapPreimage memory preimage) = lock(terms());
        InclusionProof memory proof;
        bytes memory output;
        if (state != State.Locked && state != State.Refundable) proof = proveLock(preimage.header);
        vm.chainId(DESTINATION);
        if (state == State.Staged) swap.stage(preimage);
        if (state == State.Executed || state == State.ReceiptProven) {
            vm.recordLogs();
            swap.execute(preimage, proof);
            output = receiptOutput(vm.getRecordedLogs());
        }
        if (state == State.Cancelled) command(SwapCommand.Resolve, abi.encode(SOURCE, id), true);
        if (state == State.ReceiptProven) proof = proveReceipt(preimage.header, SwapOutcome.Executed, output);
        vm.chainId(SOURCE);
        if (state == State.Refundable) command(SwapCommand.Refundable, abi.encode(id), true);
        _inFlight.push(InFlight(state, id, abi.encode(preimage, proof, output)));
    }

    /// @notice Lets it go on from where it was.
    function resolve(uint256 index) external {
        vm.roll(block.number + 1);
        InFlight memory one = _inFlight[index];
        if (one.state == State.TransferHeld) return _release(one);
        if (one.state >= State.TransferSent) return _deliver(one);
        (SwapPreimage memory preimage, InclusionProof memory proof, bytes memory output) =
            abi.decode(one.what, (SwapPreimage, InclusionProof, bytes));
        vm.chainId(DESTINATION);
        if (one.state == State.Locked) proof = proveLock(preimage.header);
        if (one.state == State.Locked || one.state == State.Proven) output = _execute(preimage, proof);
        if (one.state == State.Staged) output = _resolveStaged(one.id);
        if (one.state == State.Expired) swap.cancel(preimage.header, proof);
        bool comesBack = one.state == State.Expired || one.state == State.Cancelled || one.state == State.Refundable;
        if (one.state != State.ReceiptProven && one.state != State.Refundable) {
            SwapOutcome outcome = comesBack ? SwapOutcome.Cancelled : SwapOutcome.Executed;
            proof = proveReceipt(preimage.header, outcome, output);
        }
        vm.chainId(SOURCE);
        if (comesBack) swap.refund(preimage, proof);
        else swap.redeem(preimage, output, proof);
        assertLock(one.id, comesBack ? LockStatus.Refunded : LockStatus.Redeemed);
    }

    function _bringTransfer(State state) private {
        vm.chainId(SOURCE);
        vm.recordLogs();
        vm.prank(alice);
        vault.transfer(TransferRequest(DESTINATION, address(gold), AssetKind.Fungible, 0, 7, _reader, 0));
        bytes memory bundle = bundleJustSent();
        bytes memory what = state == State.TransferSent ? bundle : abi.encode(settleOn(SOURCE, DESTINATION, bundle));
        _inFlight.push(InFlight(state, 0, what));
    }

    function _bringHeld() private {
        vm.chainId(SOURCE);
        Asset memory bond = Asset(SOURCE, address(_bond), AssetKind.Fungible);
        AssetTransfer memory what = Transfers.units(bond, 7, bob, _reader);
        receiveFromVault(DESTINATION, what);
        uint256 index = _inFlight.length / STATES;
        _inFlight.push(InFlight(State.TransferHeld, bytes32(index), Transfers.encode(what)));
    }

    function _release(InFlight memory one) private {
        vm.chainId(SOURCE);
        vault.release(DESTINATION, uint256(one.id), one.what);
    }

    function _deliver(InFlight memory one) private {
        BundleDelivery memory delivery = one.state == State.TransferSent
            ? settleOn(SOURCE, DESTINATION, one.what)
            : abi.decode(one.what, (BundleDelivery));
        vm.chainId(DESTINATION);
        vm.prank(relayer);
        handler.executeBundle(delivery);
    }

    function _execute(SwapPreimage memory preimage, InclusionProof memory proof) private returns (bytes memory) {
        vm.recordLogs();
        vm.prank(relayer);
        swap.execute(preimage, proof);
        return receiptOutput(vm.getRecordedLogs());
    }

    function _resolveStaged(bytes32 id) private returns (bytes memory) {
        vm.recordLogs();
        process(commandOf(SwapCommand.Resolve, abi.encode(SOURCE, id)));
        assertOutcome(id, SwapOutcome.Executed);
        return receiptOutput(vm.getRecordedLogs());
    }

    /// @dev As this network upgrades: a new version stands beside the old one, whose messages are taken as ever.
    function _upgrade() private {
        InteropCenter newCenter = new InteropCenter(address(manager), L1);
        InteropHandler newHandler = new InteropHandler(address(manager), L1, address(newCenter));
        new AssetVault(
            address(manager),
            address(representations),
            address(newCenter),
            address(newHandler),
            L1,
            l1Bridge,
            address(new SwapDeployer()),
            makeAddr("new registry of swaps")
        );
        vm.startPrank(governance);
        handler.setCenterOverride(SOURCE, address(newCenter));
        handler.setCenterOverride(DESTINATION, address(newCenter));
        vault.upgradeRepresentations(AssetKind.Fungible, _copyOf(vault.sharedImplementation(AssetKind.Fungible)));
        vm.stopPrank();
        vm.chainId(SOURCE);
        IAssetRules rules = vault.RULES();
        vm.prank(alice);
        rules.unpauseRoute(address(_bond), DESTINATION);
        address before = operator;
        operator = makeAddr("the next operator");
        manager.revokeRole(Roles.OPERATOR, before);
        manager.grantRole(Roles.OPERATOR, operator, 0);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, before));
        vm.prank(before);
        handler.importRoots(new RootImport[](0));
    }

    /// @dev The same code at another address.
    function _copyOf(address implementation) private returns (address copy) {
        copy = makeAddr("the next code of tokens");
        vm.etch(copy, implementation.code);
    }

    /// @dev INV-01: five states of a swap exchange, three return, and all of a transfer arrive.
    function _expectAllThere() private view {
        PlainERC20 token = PlainERC20(bridgedOf(address(gold)));
        vm.assertEq(token.balanceOf(address(venue)), 5 * EACH * AMOUNT);
        vm.assertEq(token.balanceOf(_reader), 2 * EACH * 7);
        vm.assertEq(_bond.balanceOf(_reader), EACH * 7);
        vm.assertEq(vault.locked(address(_bond)), 0);
        vm.assertEq(gold.balanceOf(carol), 3 * EACH * AMOUNT);
        vm.assertEq(vault.locked(address(gold)), 5 * EACH * AMOUNT + 2 * EACH * 7);
        vm.assertEq(vault.locked(address(cash)), 5 * EACH * WANTED);
    }
}

/// @notice ATK-48, on L1: 1,000 swaps are in every state of a slot while both chains get another verifier and another operator.
contract ATK48UpgradeOnL1Test is RegistryTest {
    uint160 private constant SWAPS = 1_000;
    uint160 private constant AT_ONCE = 50;

    Account[] private _nextAttesters;

    function setUp() external {
        deploySwaps();
        bookArrival(given, C, A, SWAPS * 100);
    }

    function test_ATK48_everySlot_closesAfterAnUpgrade() external {
        vm.pauseGasMetering();
        _reportAll(SwapChange.Opened, 0);
        _reportAll(SwapChange.Executed, 1);
        _reportAll(SwapChange.Cancelled, 2);
        _upgrade();
        _reportAll(SwapChange.Executed, 0);
        _reportAll(SwapChange.Redeemed, 0);
        _reportAll(SwapChange.Redeemed, 1);
        _reportAll(SwapChange.Refunded, 2);
        for (uint160 i = 0; i < SWAPS; ++i) {
            use(locked(), address(i + 1));
            vm.assertTrue(slot().isClosed);
        }
        expectHeld(given, 0);
        expectHeld(wanted, 0);
        expectIdentity(given);
        expectIdentity(wanted);
    }

    /// @dev What all swaps go through, or every third of them only.
    function _reportAll(SwapChange change, uint160 third) private {
        uint160 step = change == SwapChange.Opened ? 1 : 3;
        for (uint160 first = third; first < SWAPS; first += step * AT_ONCE) {
            this.settleSome(change, first, step);
        }
    }

    /// @notice One batch. A call of its own, so that its memory is its own.
    function settleSome(SwapChange change, uint160 first, uint160 step) external {
        uint160 left = (SWAPS - first + step - 1) / step;
        SwapEffect[] memory effects = new SwapEffect[](left < AT_ONCE ? left : AT_ONCE);
        for (uint160 i = 0; i < effects.length; ++i) {
            use(locked(), address(first + step * i + 1));
            effects[i] = effect(change);
        }
        uint256 chainId = speakerOf(change);
        nextBlock();
        Batch memory batch = nextBatch(chainId);
        batch.swapEffectsHash = keccak256(abi.encode(uint8(1), effects));
        bytes memory proof = attest(chainId, batch);
        vm.prank(operator);
        settlement.settleBatch(chainId, batch, "", proof, new RootImport[](0), new LedgerEntry[](0), effects);
    }

    function _upgrade() private {
        AttestationVerifier next = newAttestationVerifier(_nextAttesters, "next attester", 3, THRESHOLD);
        acceptVerifier(next, _nextAttesters);
        address nextOperator = makeAddr("the next operator");
        for (uint256 chainId = A; chainId <= B; ++chainId) {
            vm.prank(governance);
            chainRegistry.setVerifier(chainId, address(next));
            vm.prank(operator);
            chainRegistry.proposeOperator(chainId, nextOperator);
            vm.prank(nextOperator);
            chainRegistry.acceptOperator(chainId);
        }
        operator = nextOperator;
        verifier = next;
        for (uint256 i = 0; i < attesters.length; ++i) {
            attesters[i] = _nextAttesters[i];
        }
    }
}
