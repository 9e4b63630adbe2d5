// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IInteropHandler} from "../../src/interfaces/IInteropHandler.sol";
import {BundleDelivery, BundleStatus} from "../../src/types/Bundles.sol";
import {BatchProof} from "../../src/types/Messages.sol";
import {InteropTest} from "../base/InteropTest.sol";
import {RecordingRecipient} from "../mocks/Recipients.sol";

/// @notice ATK-07: a bundle is redeemed once, however its proof is spelled. What bars the second time hangs on the
/// bundle's content alone.
contract ATK07ProofEncodingsTest is InteropTest {
    RecordingRecipient private _recipient;
    bytes private _bundle;
    BundleDelivery private _delivery;

    function setUp() public override {
        super.setUp();
        _recipient = new RecordingRecipient();
        _bundle = sendMessage(address(_recipient), "data", none());
        _delivery = settle(_bundle);
    }

    /// @dev Any change to any word of the proof: at most one of the two forms redeems, and one of them does.
    /// forge-config: long.fuzz.runs = 1000000
    function testFuzz_ATK07_redeemsOnce_whenProofWordsChange(uint256 word, bytes32 change, bool changedFirst) external {
        vm.assume(change != 0);
        BundleDelivery memory changed = _delivery;
        changed.proof.path[bound(word, 0, changed.proof.path.length - 1)] ^= change;
        _redeemBoth(changed, changedFirst);
    }

    function testFuzz_ATK07_redeemsOnce_whenPositionsChange(
        uint256 batchNumber,
        uint256 leafIndex,
        uint16 txNumber,
        bool changedFirst
    ) external {
        BundleDelivery memory changed = _delivery;
        (changed.proof.batchNumber, changed.proof.leafIndex) = (batchNumber, leafIndex);
        changed.proof.txNumberInBatch = txNumber;
        _redeemBoth(changed, changedFirst);
    }

    function testFuzz_ATK07_redeemsOnce_whenWordsAreAdded(uint256 place, bytes32[] calldata extra, bool changedFirst)
        external
    {
        vm.assume(extra.length != 0);
        BundleDelivery memory changed = _delivery;
        changed.proof.path = _insert(changed.proof.path, bound(place, 0, changed.proof.path.length), extra);
        _redeemBoth(changed, changedFirst);
    }

    /// @dev Valid proofs all of them: of the batch, of the recorded batch, and of a second batch with the same message.
    function testFuzz_ATK07_redeemsOnce_throughEveryValidProof(uint256 first) external {
        (BundleDelivery[] memory finals, BatchProof memory batch) = settleFinal(listOf(_bundle));
        handler.recordBatch(batch);
        BundleDelivery[3] memory forms = [_delivery, finals[0], settle(_bundle)];
        handler.executeBundle(forms[first % 3]);
        vm.assertEq(_recipient.count(), 1);
        for (uint256 i = 0; i < 3; ++i) {
            _expectRedeemed();
            handler.executeBundle(forms[i]);
            _expectRedeemed();
            handler.verifyBundle(forms[i]);
        }
        vm.assertEq(_recipient.count(), 1);
    }

    /// @dev Bytes that ABI decoders skip, behind and between the arguments.
    function testFuzz_ATK07_redeemsOnce_whenCalldataHasExtraBytes(bytes calldata tail) external {
        bytes memory call = abi.encodeCall(handler.executeBundle, (_delivery));
        (bool success,) = address(handler).call(bytes.concat(call, tail));
        vm.assertTrue(success);
        (success,) = address(handler).call(bytes.concat(call, tail));
        vm.assertFalse(success);
        (success,) = address(handler).call(call);
        vm.assertFalse(success);
        vm.assertEq(_recipient.count(), 1);
    }

    function _redeemBoth(BundleDelivery memory changed, bool changedFirst) private {
        (bool first, bool second) = changedFirst ? (_try(changed), _try(_delivery)) : (_try(_delivery), _try(changed));
        vm.assertTrue(changedFirst ? second || first : first, "the valid form redeems, unless the other did");
        vm.assertFalse(first && second, "redeemed twice");
        vm.assertEq(_recipient.count(), 1);
        vm.assertEq(uint256(handler.bundleStatus(bundleHashOf(_bundle))), uint256(BundleStatus.FullyExecuted));
    }

    function _try(BundleDelivery memory delivery) private returns (bool success) {
        (success,) = address(handler).call(abi.encodeCall(handler.executeBundle, (delivery)));
    }

    function _expectRedeemed() private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IInteropHandler.InteropHandlerWrongStatus.selector, bundleHashOf(_bundle), BundleStatus.FullyExecuted
            )
        );
    }

    function _insert(bytes32[] memory words, uint256 place, bytes32[] calldata extra)
        private
        pure
        returns (bytes32[] memory longer)
    {
        longer = new bytes32[](words.length + extra.length);
        for (uint256 i = 0; i < longer.length; ++i) {
            if (i < place) longer[i] = words[i];
            else if (i < place + extra.length) longer[i] = extra[i - place];
            else longer[i] = words[i - extra.length];
        }
    }
}
