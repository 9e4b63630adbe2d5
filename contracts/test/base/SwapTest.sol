// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IAtomicSwap} from "../../src/interfaces/IAtomicSwap.sol";
import {IMessageOutbox} from "../../src/interfaces/IMessageOutbox.sol";
import {AssetIds} from "../../src/libraries/AssetIds.sol";
import {AssetTransfers} from "../../src/libraries/AssetTransfers.sol";
import {Erc7930} from "../../src/libraries/Erc7930.sol";
import {SwapIds} from "../../src/libraries/SwapIds.sol";
import {Asset, AssetKind, AssetTransfer} from "../../src/types/Assets.sol";
import {InclusionProof} from "../../src/types/Messages.sol";
import {PriorityOperation} from "../../src/types/PriorityOperations.sol";
import {
    LockStatus,
    SwapCommand,
    SwapEffect,
    SwapHeader,
    SwapLeg,
    SwapOutcome,
    SwapPayload,
    SwapPreimage,
    SwapTerms
} from "../../src/types/Swaps.sol";
import {PlainERC20} from "../mocks/PlainTokens.sol";
import {ScriptedVenue} from "../mocks/ScriptedVenue.sol";
import {VaultTest} from "./VaultTest.sol";
import {Vm} from "./Vm.sol";

/// @notice Swaps of gold, at home on `SOURCE`, for cash, at home on `DESTINATION`. One swap contract and one vault are both
/// ends: they stand at one address on all chains, and `vm.chainId` says on which.
abstract contract SwapTest is VaultTest {
    uint256 internal constant AMOUNT = 100;
    uint256 internal constant WANTED = 40;
    bytes32 internal constant SALT = keccak256("a salt");
    uint64 internal constant SYSTEM_GAS = 10_000_000;

    PlainERC20 internal gold;
    PlainERC20 internal cash;
    ScriptedVenue internal venue;
    address internal carol = makeAddr("carol");
    address internal bank = makeAddr("bank");

    function setUp() public virtual override {
        super.setUp();
        gold = new PlainERC20(18);
        cash = new PlainERC20(6);
        venue = new ScriptedVenue();
        gold.mint(alice, 1_000_000);
        cash.mint(address(venue), 1_000_000);
        vm.prank(alice);
        gold.approve(address(vault), type(uint256).max);
    }

    // What is asked for.

    function goldAsset() internal view returns (Asset memory) {
        return Asset(SOURCE, address(gold), AssetKind.Fungible);
    }

    function cashAsset() internal view returns (Asset memory) {
        return Asset(DESTINATION, address(cash), AssetKind.Fungible);
    }

    function terms() internal view returns (SwapTerms memory) {
        return SwapTerms({
            destinationChainId: DESTINATION,
            token: address(gold),
            kind: AssetKind.Fungible,
            tokenId: 0,
            amount: AMOUNT,
            venue: address(venue),
            venueData: "a quote",
            wanted: cashAsset(),
            wantedTokenId: 0,
            minReturned: WANTED,
            beneficiary: bob,
            refundTo: carol,
            l1Recipient: bank,
            counterparty: bank,
            deadline: uint64(block.timestamp + 1 hours),
            minGas: 200_000
        });
    }

    // The steps.

    function lock(SwapTerms memory what) internal returns (bytes32 swapId, SwapPreimage memory preimage) {
        vm.chainId(SOURCE);
        uint256 value = what.token == BASE ? what.amount : 0;
        vm.deal(alice, alice.balance + value);
        vm.recordLogs();
        vm.prank(alice);
        swapId = swap.lock{value: value}(what, SALT);
        preimage = _lockedIn(vm.getRecordedLogs());
    }

    /// @notice Locks what `terms` says; from here on the chain is the destination, with the proof of the lock.
    function lockAndProve() internal returns (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) {
        return lockAndProve(terms());
    }

    function lockAndProve(SwapTerms memory what)
        internal
        returns (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof)
    {
        (id, preimage) = lock(what);
        proof = proveLock(preimage.header);
    }

    function proveLock(SwapHeader memory header) internal returns (InclusionProof memory) {
        vm.chainId(header.destinationChainId);
        return settleMessage(header.sourceChainId, address(swap), SwapIds.lockMessage(header));
    }

    /// @notice Executes; from here on the chain is the source, with the proof of the receipt.
    function executeAndProve(SwapPreimage memory preimage, InclusionProof memory proof)
        internal
        returns (bytes memory output, InclusionProof memory receipt)
    {
        swap.execute(preimage, proof);
        output = outputOf(preimage, WANTED);
        receipt = proveReceipt(preimage.header, SwapOutcome.Executed, output);
    }

    /// @notice Locks and executes. From here on the chain is the source, where `redemption` is the call that redeems.
    function executed(SwapTerms memory what) internal returns (bytes32 id, bytes memory redemption) {
        SwapPreimage memory preimage;
        InclusionProof memory proof;
        (id, preimage, proof) = lockAndProve(what);
        vm.recordLogs();
        swap.execute(preimage, proof);
        bytes memory output = receiptOutput(vm.getRecordedLogs());
        InclusionProof memory receipt = proveReceipt(preimage.header, SwapOutcome.Executed, output);
        redemption = abi.encodeCall(swap.redeem, (preimage, output, receipt));
    }

    /// @notice Locks, and proves to the source that it was cancelled, where `refund` is the call that refunds.
    function cancelled(SwapTerms memory what) internal returns (bytes32 id, bytes memory refund) {
        SwapPreimage memory preimage;
        (id, preimage) = lock(what);
        InclusionProof memory receipt = proveReceipt(preimage.header, SwapOutcome.Cancelled, "");
        refund = abi.encodeCall(swap.refund, (preimage, receipt));
    }

    /// @notice The call of a step, which succeeds.
    function perform(bytes memory step) internal {
        vm.assertTrue(callWithoutCopy(address(swap), step));
    }

    function proveReceipt(SwapHeader memory header, SwapOutcome outcome, bytes memory output)
        internal
        returns (InclusionProof memory)
    {
        vm.chainId(SOURCE);
        bytes memory message = SwapIds.receiptMessage(header.sourceChainId, SwapIds.swapId(header), outcome, output);
        return settleMessage(header.destinationChainId, address(swap), message);
    }

    /// @notice What the destination takes of cash for the first time.
    function outputOf(SwapPreimage memory preimage, uint256 amount) internal view returns (bytes memory) {
        SwapPayload memory payload = abi.decode(preimage.payload, (SwapPayload));
        AssetTransfer memory what;
        (what.asset, what.tokenId, what.amount) = (payload.wanted, payload.wantedTokenId, amount);
        (what.sender, what.recipient) = (address(swap), payload.beneficiary);
        if (payload.wanted.originToken == address(cash)) {
            what.metadata = vault.RULES().describe(address(cash), AssetKind.Fungible, SOURCE);
        }
        return AssetTransfers.encode(what);
    }

    /// @notice The output in the receipt that was sent.
    function receiptOutput(Vm.Log[] memory logs) internal view returns (bytes memory output) {
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IMessageOutbox.L1MessageSent.selector) continue;
            if (logs[i].topics[1] != bytes32(uint256(uint160(address(swap))))) continue;
            bytes memory message = abi.decode(logs[i].data, (bytes));
            vm.assertEq(message[0], bytes1(0x02));
            (,,, output) = abi.decode(this.tailOf(message), (uint256, bytes32, SwapOutcome, bytes));
        }
    }

    function tailOf(bytes calldata message) external pure returns (bytes calldata) {
        return message[1:];
    }

    /// @notice The payload with another transfer.
    function withTransfer(bytes memory payload, bytes memory transfer) internal pure returns (bytes memory) {
        SwapPayload memory other = abi.decode(payload, (SwapPayload));
        other.transfer = transfer;
        return abi.encode(other);
    }

    // L1.

    function commandOf(SwapCommand what, bytes memory data) internal view returns (PriorityOperation memory) {
        PriorityOperation memory operation = operationOf(l1Swaps, address(swap), abi.encode(what, data));
        (operation.version, operation.gasLimit) = (2, SYSTEM_GAS);
        return operation;
    }

    /// @notice The chain obeys L1, or reports that it did not.
    function command(SwapCommand what, bytes memory data, bool succeeds) internal {
        expectStatus(commandOf(what, data), succeeds);
    }

    // What is expected.

    function expectEffect(SwapEffect memory effect) internal {
        vm.expectEmit(address(swap));
        emit IAtomicSwap.SwapEffected(effect.swapId, effect);
    }

    function leg(Asset memory asset, uint256 amount) internal pure returns (SwapLeg memory) {
        return SwapLeg(asset, 0, amount);
    }

    function noLeg() internal pure returns (SwapLeg memory empty) {}

    function assertOutcome(bytes32 id, SwapOutcome outcome) internal view {
        vm.assertEq(uint256(swap.outcomeOf(SOURCE, id)), uint256(outcome));
    }

    function assertLock(bytes32 id, LockStatus status) internal view {
        vm.assertEq(uint256(swap.lockStatus(id)), uint256(status));
    }

    /// @notice Nothing but the venue's cash was moved, and the swap contract has nothing.
    function assertUntouched(uint256 venueCash) internal view {
        address token = vault.tokenOf(AssetIds.assetId(SOURCE, address(gold)));
        if (token != address(0)) vm.assertEq(PlainERC20(token).totalSupply(), 0);
        vm.assertEq(cash.balanceOf(address(venue)), venueCash);
        vm.assertEq(cash.balanceOf(address(swap)), 0);
    }

    /// @notice The swap registry of L1, as gateways spell it.
    function registrySpelling() internal view returns (bytes memory) {
        return Erc7930.format(L1, l1Swaps);
    }

    function refusal(bytes4 selector, bytes32 id) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(selector, id);
    }

    function _lockedIn(Vm.Log[] memory logs) private pure returns (SwapPreimage memory preimage) {
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IAtomicSwap.SwapLocked.selector) continue;
            (preimage.header, preimage.salt, preimage.payload) = abi.decode(logs[i].data, (SwapHeader, bytes32, bytes));
        }
    }
}
