// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC7786Recipient} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";

import {Roles} from "../../src/access/Roles.sol";
import {IInteropCenter} from "../../src/interfaces/IInteropCenter.sol";
import {IInteropHandler} from "../../src/interfaces/IInteropHandler.sol";
import {IInteropRootStorage} from "../../src/interfaces/IInteropRootStorage.sol";
import {Erc7930} from "../../src/libraries/Erc7930.sol";
import {BundleDelivery} from "../../src/types/Bundles.sol";
import {RootImport} from "../../src/types/Messages.sol";
import {PriorityOperation} from "../../src/types/PriorityOperations.sol";
import {InteropTest} from "../base/InteropTest.sol";
import {CatchAllRecipient} from "../mocks/Recipients.sol";

/// @notice ATK-09: a message cannot reach a privileged function. The handler calls `receiveMessage` and nothing else,
/// and none of the network's contracts has that function.
contract ATK09MessageTargetsTest is InteropTest {
    /// @dev A recipient that would take anything sees one selector, with the payload as its last argument.
    function testFuzz_ATK09_callsReceiveMessageOnly(bytes calldata payload, address from) external {
        CatchAllRecipient recipient = new CatchAllRecipient();
        sender = from;
        bytes memory bundle = sendMessage(address(recipient), payload, none());
        handler.executeBundle(settle(bundle));
        bytes32 id = keccak256(abi.encodePacked(bundleHashOf(bundle), uint256(0)));
        vm.assertEq(recipient.calls(), 1);
        vm.assertEq(
            recipient.lastCall(),
            abi.encodeCall(IERC7786Recipient.receiveMessage, (id, Erc7930.format(SOURCE, from), payload))
        );
    }

    function testFuzz_ATK09_refuses_contractsOfTheNetworkAsTargets(uint256 which, bytes calldata payload) external {
        _refuse(_targets()[which % 5], payload);
    }

    /// @dev The payload is the calldata of a privileged function. The handler even holds every role.
    function test_ATK09_refuses_privilegedCallsAsPayload() external {
        manager.grantRole(Roles.GOVERNANCE, address(handler), 0);
        manager.grantRole(Roles.OPERATOR, address(handler), 0);
        manager.grantRole(0, address(handler), 0);
        bytes[5] memory payloads = [
            abi.encodeCall(manager.grantRole, (0, sender, 0)),
            abi.encodeCall(IInteropCenter.setDestination, (7, bytes32(uint256(1)))),
            abi.encodeCall(IInteropHandler.setCenterOverride, (SOURCE, sender)),
            abi.encodeCall(IInteropRootStorage.importRoots, (new RootImport[](0))),
            abi.encodeCall(inbox.processOperations, (new PriorityOperation[](0)))
        ];
        for (uint256 i = 0; i < 5; ++i) {
            for (uint256 j = 0; j < 5; ++j) {
                _refuse(_targets()[i], payloads[j]);
            }
        }
        (bool isAdmin,) = manager.hasRole(0, sender);
        vm.assertFalse(isAdmin);
        vm.assertEq(center.destinationBaseToken(7), 0);
        vm.assertEq(handler.centerOverride(SOURCE), address(0));
    }

    /// @dev Precompiles answer, but not with the selector; accounts without code answer nothing.
    function testFuzz_ATK09_refuses_targetsThatAreNoRecipients(uint8 precompile, bytes calldata payload) external {
        BundleDelivery memory delivery = settle(sendMessage(address(uint160(precompile)), payload, none()));
        vm.expectRevert();
        handler.executeBundle(delivery);
    }

    function _refuse(address target, bytes memory payload) private {
        BundleDelivery memory delivery = settle(sendMessage(target, payload, none()));
        vm.expectRevert(abi.encodeWithSelector(IInteropHandler.InteropHandlerCallReverted.selector, 0, bytes("")));
        handler.executeBundle(delivery);
    }

    function _targets() private view returns (address[5] memory) {
        return [address(manager), address(center), address(handler), address(rootStorage), address(inbox)];
    }
}
