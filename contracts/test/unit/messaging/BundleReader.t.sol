// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {BundleReader} from "../../../src/libraries/BundleReader.sol";
import {ConditionalPayload, InteropBundle, InteropCall} from "../../../src/types/Bundles.sol";
import {Test} from "../../base/Test.sol";

/// @notice The compiler's own encoder and decoder are the reference.
contract BundleReaderTest is Test {
    // What is canonical is read, and says the same.

    function testFuzz_read_takesWhatTheCompilerEncodes(InteropBundle calldata bundle) external view {
        bytes memory text = abi.encode(bundle);
        (bool canonical, bytes memory again) = this.read(text);
        vm.assertTrue(canonical);
        vm.assertEq(again, text);
    }

    function testFuzz_readConditions_takesWhatTheCompilerEncodes(ConditionalPayload calldata conditional)
        external
        view
    {
        bytes memory text = abi.encode(conditional);
        (bool canonical, bytes memory again) = this.readConditions(text);
        vm.assertTrue(canonical);
        vm.assertEq(again, text);
    }

    // Whatever is read encodes to the very text it was read from: there is no second encoding.

    function testFuzz_read_takesOneEncodingOnly_whenBytesChange(
        InteropBundle calldata bundle,
        uint256 index,
        bytes1 change
    ) external view {
        vm.assume(change != 0);
        bytes memory text = abi.encode(bundle);
        text[bound(index, 0, text.length - 1)] ^= change;
        _requireCanonical(text);
    }

    function testFuzz_read_takesOneEncodingOnly_whenWordsChange(
        InteropBundle calldata bundle,
        uint256[4] calldata places,
        uint256[4] calldata values
    ) external view {
        bytes memory text = abi.encode(bundle);
        uint256 words = text.length / 32;
        for (uint256 i = 0; i < 4; ++i) {
            // Small values make offsets and lengths that lead to other parts of the text.
            uint256 value = values[i] % 2 == 0 ? values[i] : values[i] % (text.length + 64);
            uint256 place = bound(places[i], 1, words) * 32;
            assembly ("memory-safe") {
                mstore(add(text, place), value)
            }
        }
        _requireCanonical(text);
    }

    function testFuzz_read_refuses_whenBytesAreLeftOver(InteropBundle calldata bundle, bytes calldata tail)
        external
        view
    {
        vm.assume(tail.length != 0);
        _refuse(bytes.concat(abi.encode(bundle), tail));
    }

    function testFuzz_read_refuses_whenCutShort(InteropBundle calldata bundle, uint256 length) external view {
        bytes memory text = abi.encode(bundle);
        length = bound(length, 0, text.length - 1);
        assembly ("memory-safe") {
            mstore(text, length)
        }
        _refuse(text);
    }

    /// @dev The call's data stands behind the bundle, where the proof does not reach.
    function test_read_refuses_whenAPartStandsOutsideOfTheText() external view {
        InteropBundle memory bundle;
        bundle.calls = new InteropCall[](1);
        bytes memory text = abi.encode(bundle);
        (bool canonical,) = this.read(text);
        vm.assertTrue(canonical, "as encoded");
        // Word 15 is the offset of the call's data from the start of the call, at word 10.
        uint256 outside = text.length - 10 * 32;
        assembly ("memory-safe") {
            mstore(add(text, 0x200), outside)
        }
        _refuse(text);
    }

    function testFuzz_read_refuses_whenPaddingIsDirty(bytes1 dirt, uint256 length, uint256 index) external view {
        vm.assume(dirt != 0);
        InteropBundle memory bundle;
        bundle.calls = new InteropCall[](1);
        length = bound(length, 1, 31);
        bundle.calls[0].data = new bytes(length);
        bytes memory text = abi.encode(bundle);
        // Words 0 to 9 lead to the call, six are its own, one is the length of its data.
        text[17 * 32 + bound(index, length, 31)] = dirt;
        _refuse(text);
    }

    function testFuzz_read_refusesOtherBytes(bytes calldata text) external view {
        _refuse(text);
    }

    function testFuzz_readConditions_takesOneEncodingOnly(
        ConditionalPayload calldata conditional,
        uint256 place,
        uint256 value,
        bytes calldata tail
    ) external view {
        bytes memory text = abi.encode(conditional);
        place = bound(place, 1, text.length / 32) * 32;
        value = value % 2 == 0 ? value : value % (text.length + 64);
        assembly ("memory-safe") {
            mstore(add(text, place), value)
        }
        (bool canonical, bytes memory again) = this.readConditions(text);
        if (canonical) vm.assertEq(again, text);
        if (tail.length == 0) return;
        (canonical,) = this.readConditions(bytes.concat(abi.encode(conditional), tail));
        vm.assertFalse(canonical);
    }

    /// @return canonical What the reader says.
    /// @return again The bundle it gives, encoded by the compiler.
    function read(bytes calldata text) external pure returns (bool canonical, bytes memory again) {
        InteropBundle calldata bundle;
        (canonical, bundle) = BundleReader.read(text);
        if (canonical) again = abi.encode(bundle);
    }

    /// @return canonical What the reader says.
    /// @return again The conditions it gives, encoded by the compiler.
    function readConditions(bytes calldata text) external pure returns (bool canonical, bytes memory again) {
        ConditionalPayload calldata conditional;
        (canonical, conditional) = BundleReader.readConditions(text);
        if (canonical) again = abi.encode(conditional);
    }

    function _requireCanonical(bytes memory text) private view {
        (bool canonical, bytes memory again) = this.read(text);
        if (canonical) vm.assertEq(again, text);
    }

    function _refuse(bytes memory text) private view {
        (bool canonical,) = this.read(text);
        vm.assertFalse(canonical);
    }
}
