// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IInteropCenter} from "../../src/interfaces/IInteropCenter.sol";
import {Erc7930} from "../../src/libraries/Erc7930.sol";
import {InteropCallStarter} from "../../src/types/Bundles.sol";
import {InteropTest} from "../base/InteropTest.sol";

/// @notice ATK-53: what has nowhere to go is refused at the source: nothing is sent, no event says so, no state changes.
contract ATK53DestinationsTest is InteropTest {
    address private _to = makeAddr("recipient");

    function test_ATK53_accepts_openDestination() external {
        bytes32 before = center.commitment();
        vm.prank(sender);
        center.sendMessage(Erc7930.format(DESTINATION, _to), "data", none());
        vm.assertNotEq(center.commitment(), before);
    }

    function test_ATK53_refuses_thisChain() external {
        _refuse(SOURCE);
    }

    function test_ATK53_refuses_L1() external {
        _refuse(L1);
    }

    function testFuzz_ATK53_refuses_unknownChain(uint256 chainId) external {
        vm.assume(chainId != DESTINATION && chainId != 0);
        _refuse(chainId);
    }

    /// @dev A frozen or departed chain is closed by governance and can be opened again.
    function test_ATK53_refuses_closedDestination() external {
        vm.startPrank(governance);
        center.setDestination(DESTINATION, 0);
        vm.stopPrank();
        _refuse(DESTINATION);
        vm.prank(governance);
        center.setDestination(DESTINATION, BASE_TOKEN);
        center.sendMessage(Erc7930.format(DESTINATION, _to), "data", none());
    }

    /// @dev Not even governance opens them.
    function test_ATK53_refuses_openingThisChainOrL1() external {
        uint256[2] memory chainIds = [SOURCE, L1];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IInteropCenter.InteropCenterUnknownDestination.selector, chainIds[i])
            );
            vm.prank(governance);
            center.setDestination(chainIds[i], BASE_TOKEN);
            _refuse(chainIds[i]);
        }
    }

    /// @dev One call of a bundle goes elsewhere: the whole bundle stays.
    function testFuzz_ATK53_refuses_bundleWithACallForAnotherChain(uint256 chainId, uint256 which) external {
        vm.assume(chainId != DESTINATION && chainId != 0);
        InteropCallStarter[] memory calls = starters(_to, 4, 32);
        calls[which % 4].to = Erc7930.format(chainId, _to);
        bytes32 before = center.commitment();
        vm.expectRevert(
            abi.encodeWithSelector(IInteropCenter.InteropCenterForeignRecipient.selector, DESTINATION, chainId)
        );
        center.sendBundle(chainAddress(DESTINATION), calls, none());
        vm.assertEq(center.commitment(), before);
    }

    function _refuse(uint256 chainId) private {
        bytes32 before = center.commitment();
        bytes memory refusal = abi.encodeWithSelector(IInteropCenter.InteropCenterUnknownDestination.selector, chainId);
        InteropCallStarter[] memory calls = starters(_to, 1, 32);
        vm.recordLogs();
        vm.expectRevert(refusal);
        center.sendMessage(Erc7930.format(chainId, _to), "data", none());
        vm.expectRevert(refusal);
        center.sendBundle(chainAddress(chainId), calls, none());
        vm.assertEq(center.commitment(), before);
        vm.assertEq(vm.getRecordedLogs().length, 0);
    }
}
