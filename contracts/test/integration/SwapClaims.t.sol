// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {AssetCustody} from "../../src/assets/AssetCustody.sol";
import {IAssetCustody} from "../../src/interfaces/IAssetCustody.sol";
import {IAtomicSwap} from "../../src/interfaces/IAtomicSwap.sol";
import {IMessageOutbox} from "../../src/interfaces/IMessageOutbox.sol";
import {AssetIds} from "../../src/libraries/AssetIds.sol";
import {SwapIds} from "../../src/libraries/SwapIds.sol";
import {Asset, AssetKind} from "../../src/types/Assets.sol";
import {InclusionProof} from "../../src/types/Messages.sol";
import {LockStatus, SwapEffect, SwapHeader, SwapOutcome, SwapPreimage, SwapTerms} from "../../src/types/Swaps.sol";
import {SwapNetwork} from "../base/SwapNetwork.sol";
import {Vm} from "../base/Vm.sol";
import {PlainERC20} from "../mocks/PlainTokens.sol";
import {ScriptedVenue} from "../mocks/ScriptedVenue.sol";

/// @notice Gold of A for cash of B, which neither A nor L1 has seen. What L1 forces or pays says nothing of what a token is called, so
/// it makes none: the payment is a claim, and is paid as soon as the token is there.
contract SwapClaimsTest is SwapNetwork {
    uint256 private constant AMOUNT = 100;
    uint256 private constant WANTED = 40;

    address private _alice = makeAddr("alice");
    address private _bank = makeAddr("bank");
    address private _account = makeAddr("an account of the bank");
    PlainERC20 private _gold;
    PlainERC20 private _cash;
    ScriptedVenue private _venue;
    bytes32 private _key;
    bytes private _receipt;

    function setUp() external {
        deployNetwork();
        (_gold, _cash, _venue) = (new PlainERC20(18), new PlainERC20(6), new ScriptedVenue());
        _gold.mint(_alice, 2 * AMOUNT);
        _cash.mint(address(_venue), 2 * WANTED);
        _key = AssetIds.assetId(B, address(_cash));
    }

    function test_INV06_forcedRedeem_ofAnAssetThatTheSourceNeverSaw_endsAsAClaimThatIsPaid() external {
        (SwapPreimage memory preimage, bytes memory output) = _executed();
        bytes memory forced = abi.encodeCall(swapRegistry.forceClose, (preimage, output));
        vm.assertTrue(performOnL1(address(swapRegistry), forced));
        vm.assertTrue(consumeNext(A) && settleChain(A));
        bytes32 id = SwapIds.swapId(preimage.header);
        vm.assertEq(uint256(atomicSwap.lockStatus(id)), uint256(LockStatus.Redeemed));
        vm.assertTrue(swapRegistry.slotOf(A, id).isClosed);
        _expectOwed(A, chainVault);

        // The payment of another swap, with its receipt, says what cash is called.
        (preimage, output) = _executed();
        InclusionProof memory proof = proofOf(B, _receipt);
        (bool success,) = perform(A, stranger, swap, abi.encodeCall(atomicSwap.redeem, (preimage, output, proof)));
        vm.assertTrue(success && settleChain(A));
        vm.assertEq(PlainERC20(chainVault.tokenOf(_key)).balanceOf(_bank), WANTED);
        _expectPaid(A, chainVault);
        vm.assertEq(ledger.balance(A, _key), 2 * WANTED);
    }

    function test_INV06_l1Claim_ofAnAssetThatL1NeverSaw_endsAsAClaimThatIsPaid() external {
        (SwapPreimage memory preimage, bytes memory output) = _executed();
        priorityQueue.request(A, stranger, 100_000, "");
        vm.warp(block.timestamp + PRIORITY_EXPIRY);
        settlement.freeze(A);
        vm.warp(block.timestamp + 1 hours);
        swapRegistry.l1Claim(preimage, output);
        _expectOwed(L1_CHAIN_ID, sharedBridge);

        // Anybody has its home announce it.
        bytes memory announce = abi.encodeCall(chainVault.announce, (address(_cash), AssetKind.Fungible, L1_CHAIN_ID));
        (bool success, Vm.Log[] memory logs) = perform(B, stranger, vault, announce);
        vm.assertTrue(success && settleChain(B));
        bytes memory message = _messageIn(logs, vault);
        sharedBridge.finalizeWithdrawal(proofOf(B, vault, message), message);
        _expectPaid(L1_CHAIN_ID, sharedBridge);
        vm.assertEq(ledger.balance(L1_CHAIN_ID, _key), WANTED);
    }

    /// @dev There is no token yet, so nobody can be paid.
    function _expectOwed(uint256 place, AssetCustody custody) private {
        vm.assertEq(custody.tokenOf(_key), address(0));
        vm.assertEq(custody.claimable(_key, _bank), WANTED);
        vm.assertEq(ledger.balance(place, _key), WANTED);
        vm.assertEq(ledger.held(_key), 0);
        vm.assertFalse(_claim(place, custody, _bank));
    }

    /// @dev To the owner of the claim alone, and once.
    function _expectPaid(uint256 place, AssetCustody custody) private {
        vm.assertFalse(_claim(place, custody, stranger));
        vm.assertTrue(_claim(place, custody, _bank));
        vm.assertEq(PlainERC20(custody.tokenOf(_key)).balanceOf(_account), WANTED);
        vm.assertEq(custody.claimable(_key, _bank), 0);
        vm.assertFalse(_claim(place, custody, _bank));
    }

    function _claim(uint256 place, AssetCustody custody, address owner) private returns (bool success) {
        bytes memory data = abi.encodeCall(IAssetCustody.claim, (_cashAsset(), 0, _account));
        (success,) = perform(place, owner, address(custody), data);
    }

    /// @dev A swap that both chains have settled as executed, and whose source can be forced.
    function _executed() private returns (SwapPreimage memory preimage, bytes memory output) {
        preimage = _locked();
        vm.assertTrue(settleChain(A));
        InclusionProof memory proof = proofOf(A, SwapIds.lockMessage(preimage.header));
        (bool success,) = perform(B, stranger, swap, abi.encodeCall(atomicSwap.execute, (preimage, proof)));
        vm.assertTrue(success && settleChain(B));
        (,,, output) = abi.decode(this.tailOf(_receipt), (uint256, bytes32, SwapOutcome, bytes));
        vm.warp(block.timestamp + 1 hours);
    }

    function _locked() private returns (SwapPreimage memory preimage) {
        SwapTerms memory terms;
        (terms.destinationChainId, terms.token, terms.amount) = (B, address(_gold), AMOUNT);
        (terms.venue, terms.wanted, terms.minReturned) = (address(_venue), _cashAsset(), WANTED);
        (terms.beneficiary, terms.refundTo, terms.l1Recipient) = (_bank, _alice, _bank);
        (terms.deadline, terms.minGas) = (uint64(block.timestamp + 1 hours), 100_000);
        vm.prank(_alice);
        _gold.approve(vault, AMOUNT);
        (bool success, Vm.Log[] memory logs) =
            perform(A, _alice, swap, abi.encodeCall(atomicSwap.lock, (terms, "salt")));
        vm.assertTrue(success);
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IAtomicSwap.SwapLocked.selector) continue;
            (preimage.header, preimage.salt, preimage.payload) = abi.decode(logs[i].data, (SwapHeader, bytes32, bytes));
        }
    }

    function _cashAsset() private view returns (Asset memory) {
        return Asset(B, address(_cash), AssetKind.Fungible);
    }

    function _messageIn(Vm.Log[] memory logs, address from) private pure returns (bytes memory message) {
        for (uint256 i = 0; i < logs.length; ++i) {
            bool isMessage = logs[i].topics[0] == IMessageOutbox.L1MessageSent.selector;
            if (isMessage && logs[i].topics[1] == bytes32(uint256(uint160(from)))) {
                message = abi.decode(logs[i].data, (bytes));
            }
        }
    }

    function tailOf(bytes calldata message) external pure returns (bytes calldata) {
        return message[1:];
    }

    function _hear(uint256 chainId, bytes memory message) internal override {
        if (chainId == B) _receipt = message;
    }

    function _see(SwapEffect memory) internal override {}
}
