// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IInteropCenter} from "../../src/interfaces/IInteropCenter.sol";
import {IInteropHandler} from "../../src/interfaces/IInteropHandler.sol";
import {Erc7930} from "../../src/libraries/Erc7930.sol";
import {BundleDelivery, BundleStatus, InteropBundle} from "../../src/types/Bundles.sol";
import {InteropTest} from "../base/InteropTest.sol";
import {RecordingRecipient} from "../mocks/Recipients.sol";

/// @notice ATK-34: one meaning, one encoding. A center that is not ours could hand over any bytes; the handler runs only
/// those that `abi.encode` gives for what they say, so it and whoever reads the bytes elsewhere agree on them.
contract ATK34BundleEncodingsTest is InteropTest {
    RecordingRecipient private _recipient;
    bytes private _bundle;

    function setUp() public override {
        super.setUp();
        _recipient = new RecordingRecipient();
        _bundle = sendMessage(address(_recipient), "data", none());
    }

    function test_ATK34_accepts_theCanonicalEncoding() external {
        vm.assertEq(_bundle, abi.encode(decodeBundle(_bundle)));
        handler.executeBundle(settle(_bundle));
        vm.assertEq(_recipient.count(), 1);
    }

    /// @dev The bytes are proven; only their spelling is wrong.
    function testFuzz_ATK34_refuses_trailingBytes(bytes calldata tail) external {
        vm.assume(tail.length != 0);
        _refuseMalformed(bytes.concat(_bundle, tail));
    }

    /// @dev Upper bits of addresses, versions and flags that a lenient decoder would cut off.
    function testFuzz_ATK34_refuses_dirtyBits(uint256 which, uint256 position) external {
        // Word, first and last byte that must be 0: bundle version, shadow account, to, from, fixed fee.
        uint256[3][5] memory clean = [
            [uint256(1), 1, 31], [uint256(11), 0, 30], [uint256(12), 0, 11], [uint256(13), 0, 11], [uint256(20), 0, 30]
        ];
        uint256[3] memory place = clean[which % 5];
        bytes memory dirty = _bundle;
        dirty[place[0] * 32 + bound(position, place[1], place[2])] = 0x01;
        _refuseMalformed(dirty);
    }

    /// @dev Executor and unbundler share one place: both offsets are right for a lenient decoder.
    function test_ATK34_refuses_overlappingParts() external {
        bytes memory overlapping = _bundle;
        // Words 18 to 20 are the head of the attributes: offset of the executor, of the unbundler, the fixed fee.
        bytes32 executorOffset;
        assembly ("memory-safe") {
            executorOffset := mload(add(overlapping, add(0x20, mul(18, 0x20))))
            mstore(add(overlapping, add(0x20, mul(19, 0x20))), executorOffset)
        }
        InteropBundle memory lenient = decodeBundle(overlapping);
        vm.assertEq(lenient.attributes.unbundlerAddress, lenient.attributes.executionAddress);
        _refuseMalformed(overlapping);
    }

    /// @dev What is proven and what is run are the same bytes: a call's data that stands behind them is not.
    /// forge-config: long.fuzz.runs = 1000000
    function testFuzz_ATK34_refuses_anyChangedWord_orRunsWhatItSays(uint256 place, bytes32 value) external {
        bytes memory changed = _bundle;
        place = bound(place, 1, changed.length / 32) * 32;
        assembly ("memory-safe") {
            mstore(add(changed, place), value)
        }
        BundleDelivery memory delivery = settle(changed);
        try handler.executeBundle(delivery) {
            vm.assertEq(changed, abi.encode(decodeBundle(changed)));
        } catch {
            vm.assertEq(uint256(handler.bundleStatus(bundleHashOf(changed))), uint256(BundleStatus.Unreceived));
        }
    }

    /// @dev At the source: a recipient has one spelling.
    function testFuzz_ATK34_refuses_otherSpellingsOfARecipient(uint256 zeros, bytes calldata tail) external {
        zeros = bound(zeros, 1, 29);
        bytes memory padded =
            abi.encodePacked(hex"00010000", bytes32(2 + zeros)[31], new bytes(zeros), hex"01fa14", address(_recipient));
        _refuseAddress(padded);
        vm.assume(tail.length != 0);
        _refuseAddress(bytes.concat(Erc7930.format(DESTINATION, address(_recipient)), tail));
    }

    function _refuseAddress(bytes memory recipient) private {
        vm.chainId(SOURCE);
        vm.expectRevert(abi.encodeWithSelector(IInteropCenter.InteropCenterMalformedAddress.selector, recipient));
        center.sendMessage(recipient, "data", none());
    }

    function _refuseMalformed(bytes memory bundle) private {
        BundleDelivery memory delivery = settle(bundle);
        vm.expectRevert(
            abi.encodeWithSelector(IInteropHandler.InteropHandlerMalformedBundle.selector, bundleHashOf(bundle))
        );
        handler.executeBundle(delivery);
        vm.assertEq(_recipient.count(), 0);
    }
}
