// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IInteropHandler} from "../../src/interfaces/IInteropHandler.sol";
import {SwapIds} from "../../src/libraries/SwapIds.sol";
import {BundleDelivery, BundleStatus, CallStatus} from "../../src/types/Bundles.sol";
import {InclusionProof} from "../../src/types/Messages.sol";
import {SwapOutcome, SwapPreimage} from "../../src/types/Swaps.sol";
import {SwapTest} from "../base/SwapTest.sol";

/// @notice ATK-42: somebody settles a part of a swap by itself. Its message starts as a bundle does, but the handler has no
/// center of that name, and takes it for no bundle where governance would have named it one.
contract ATK42SwapIsNoBundleTest is SwapTest {
    bytes32 private _id;
    SwapPreimage private _preimage;
    BundleDelivery private _delivery;

    function setUp() public override {
        super.setUp();
        InclusionProof memory proof;
        (_id, _preimage, proof) = lockAndProve();
        _delivery = BundleDelivery(abi.encode(_preimage.header), address(swap), proof);
        vm.assertEq(SwapIds.lockMessage(_preimage.header), bytes.concat(hex"01", _delivery.bundle));
    }

    function test_ATK42_handler_refusesASwap() external {
        _expectRefused(
            abi.encodeWithSelector(IInteropHandler.InteropHandlerWrongCenter.selector, SOURCE, address(swap))
        );
        _expectUnbundled();
    }

    function test_ATK42_handler_refusesASwap_ofACenterOfItsName() external {
        vm.prank(governance);
        handler.setCenterOverride(SOURCE, address(swap));
        bytes32 hash = bundleHashOf(_delivery.bundle);
        _expectRefused(abi.encodeWithSelector(IInteropHandler.InteropHandlerMalformedBundle.selector, hash));
        _expectUnbundled();
    }

    function test_ATK42_handler_refusesASwap_thatIsDecided() external {
        vm.warp(_preimage.header.deadline + 1);
        swap.cancel(_preimage.header, _delivery.proof);
        _expectRefused(
            abi.encodeWithSelector(IInteropHandler.InteropHandlerWrongCenter.selector, SOURCE, address(swap))
        );
        assertOutcome(_id, SwapOutcome.Cancelled);
    }

    /// @dev Nor does a bundle that the swap contract never sent pass for a swap.
    function testFuzz_ATK42_swap_refusesBundles(bytes calldata payload) external {
        BundleDelivery memory delivery = settle(sendMessage(address(swap), payload, none()));
        vm.expectRevert();
        handler.executeBundle(delivery);
        assertOutcome(_id, SwapOutcome.Pending);
    }

    function _expectRefused(bytes memory reason) private {
        vm.expectRevert(reason);
        handler.verifyBundle(_delivery);
        vm.expectRevert(reason);
        handler.executeBundle(_delivery);
        vm.expectRevert(reason);
        handler.cancelExpired(_delivery);
    }

    function _expectUnbundled() private {
        bytes32 hash = bundleHashOf(_delivery.bundle);
        vm.expectRevert(
            abi.encodeWithSelector(IInteropHandler.InteropHandlerWrongStatus.selector, hash, BundleStatus.Unreceived)
        );
        handler.unbundleBundle(SOURCE, _delivery.bundle, new CallStatus[](1));
        assertOutcome(_id, SwapOutcome.Pending);
        swap.execute(_preimage, _delivery.proof);
        assertOutcome(_id, SwapOutcome.Executed);
    }
}
