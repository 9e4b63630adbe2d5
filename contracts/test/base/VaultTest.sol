// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Roles} from "../../src/access/Roles.sol";
import {AssetVault} from "../../src/assets/AssetVault.sol";
import {Representations} from "../../src/assets/Representations.sol";
import {IMessageOutbox} from "../../src/interfaces/IMessageOutbox.sol";
import {AssetIds} from "../../src/libraries/AssetIds.sol";
import {Erc7930} from "../../src/libraries/Erc7930.sol";
import {AssetTransfer, TransferRequest} from "../../src/types/Assets.sol";
import {BundleDelivery} from "../../src/types/Bundles.sol";
import {PriorityOperation} from "../../src/types/PriorityOperations.sol";
import {AtomicSwap} from "../../src/swap/AtomicSwap.sol";
import {SwapDeployer} from "../../src/swap/SwapDeployer.sol";
import {InteropTest} from "./InteropTest.sol";
import {Transfers} from "./Transfers.sol";

/// @notice Three chains in one EVM: the vault stands at one address on all of them, and its state is told apart by the
/// chain ids in its keys. A token that is at home on one of them is thus at home there alone.
abstract contract VaultTest is InteropTest {
    uint256 internal constant THIRD = 507;
    address internal constant BASE = AssetIds.BASE_TOKEN;
    uint256 internal constant GENESIS_BASE_TOKENS = 1_000_000 ether;
    uint64 private constant OPERATION_GAS = 1_000_000;

    Representations internal representations;
    AssetVault internal vault;
    AtomicSwap internal swap;
    address internal l1Swaps = makeAddr("l1Swaps");
    address internal l1Bridge = makeAddr("l1Bridge");
    address internal alice = makeAddr("alice");
    address internal bob = makeAddr("bob");

    function setUp() public virtual override {
        super.setUp();
        representations = new Representations();
        SwapDeployer swapDeployer = new SwapDeployer();
        vault = new AssetVault(
            address(manager),
            address(representations),
            address(center),
            address(handler),
            L1,
            l1Bridge,
            address(swapDeployer),
            l1Swaps
        );
        bytes memory arguments =
            abi.encode(address(manager), address(vault), address(center), address(handler), L1, l1Swaps);
        swap = AtomicSwap(payable(swapDeployer.deploy(arguments)));
        vm.assertEq(address(swap), vault.SWAP());
        vm.deal(address(vault.BASE_TOKEN_HOLDER()), GENESIS_BASE_TOKENS);
        (uint64 role, bytes4[] memory selectors) = Roles.assetVault();
        manager.setTargetFunctionRole(address(vault), selectors, role);
        (role, selectors) = Roles.assetCustody();
        manager.setTargetFunctionRole(address(vault), selectors, role);
        (role, selectors) = Roles.atomicSwap();
        manager.setTargetFunctionRole(address(swap), selectors, role);
        vm.chainId(DESTINATION);
        vm.startPrank(governance);
        center.setDestination(THIRD, BASE_TOKEN);
        vm.chainId(THIRD);
        center.setDestination(SOURCE, BASE_TOKEN);
        vm.stopPrank();
        vm.chainId(SOURCE);
    }

    /// @notice `from` sends; the bundle is settled, and a relayer executes it on the destination.
    function cross(uint256 source, TransferRequest memory request, address from) internal {
        BundleDelivery memory delivery = sendOnly(source, request, from);
        vm.prank(relayer);
        handler.executeBundle(delivery);
    }

    /// @notice As `cross`, up to the delivery. Base tokens come with the call.
    function sendOnly(uint256 source, TransferRequest memory request, address from)
        internal
        returns (BundleDelivery memory)
    {
        vm.chainId(source);
        uint256 value = request.token == BASE ? request.amount : 0;
        vm.deal(from, from.balance + value);
        vm.recordLogs();
        vm.prank(from);
        vault.transfer{value: value}(request);
        return settleOn(source, request.destinationChainId, bundleJustSent());
    }

    /// @notice Settles a bundle of `source` and imports the root on `destination`, which is the chain from here on.
    function settleOn(uint256 source, uint256 destination, bytes memory bundle)
        internal
        returns (BundleDelivery memory)
    {
        vm.chainId(destination);
        bytes[] memory bundles = new bytes[](1);
        bundles[0] = bundle;
        (BundleDelivery[] memory deliveries,) = settleFrom(source, address(center), bundles);
        return deliveries[0];
    }

    /// @notice The bundle in the only message since `vm.recordLogs`.
    function bundleJustSent() internal returns (bytes memory) {
        return bundleIn(messageIn(vm.getRecordedLogs()));
    }

    /// @notice A message of the vault of `source`, as the handler of this chain hands it over.
    function receiveFromVault(uint256 source, AssetTransfer memory what) internal {
        vm.prank(address(handler));
        vault.receiveMessage(0, Erc7930.format(source, address(vault)), Transfers.encode(what));
    }

    /// @notice An operation of L1 that this chain consumes.
    function receiveFromL1(address from, address to, bytes memory data) internal returns (PriorityOperation memory) {
        return process(operationOf(from, to, data));
    }

    /// @notice As `receiveFromL1`, of the shared bridge for the vault; `succeeds` says what the chain reports of it.
    function receiveFromBridge(AssetTransfer memory what, bool succeeds) internal {
        expectStatus(operationOf(l1Bridge, address(vault), Transfers.encode(what)), succeeds);
    }

    /// @notice The chain consumes the operation, and reports this.
    function expectStatus(PriorityOperation memory operation, bool success) internal {
        vm.expectEmit(address(center));
        emit IMessageOutbox.OperationStatus(keccak256(abi.encode(operation)), success);
        process(operation);
    }

    /// @notice The operation that this chain would consume next.
    function operationOf(address from, address to, bytes memory data) internal view returns (PriorityOperation memory) {
        return PriorityOperation(
            1, block.chainid, uint64(inbox.processedCount()), from, to, OPERATION_GAS, uint64(block.timestamp + 1), data
        );
    }

    function process(PriorityOperation memory operation) internal returns (PriorityOperation memory) {
        PriorityOperation[] memory operations = new PriorityOperation[](1);
        operations[0] = operation;
        vm.prank(operator, operator);
        inbox.processOperations(operations);
        return operation;
    }

    /// @notice The token that stands on other chains for one of `SOURCE`.
    function bridgedOf(address token) internal view returns (address) {
        return vault.tokenOf(AssetIds.assetId(SOURCE, token));
    }
}
