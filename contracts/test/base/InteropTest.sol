// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {Roles} from "../../src/access/Roles.sol";
import {Erc7930} from "../../src/libraries/Erc7930.sol";
import {LogLeaf} from "../../src/libraries/LogLeaf.sol";
import {InteropCenter} from "../../src/messaging/InteropCenter.sol";
import {InteropHandler} from "../../src/messaging/InteropHandler.sol";
import {PriorityInbox} from "../../src/messaging/PriorityInbox.sol";
import {BundleDelivery, InteropBundle, InteropCallStarter} from "../../src/types/Bundles.sol";
import {BatchProof, InclusionProof, RootImport} from "../../src/types/Messages.sol";
import {SentMessage} from "./SentMessage.sol";
import {Test} from "./Test.sol";
import {Placement, TreeBuilder} from "./TreeBuilder.sol";
import {Vm} from "./Vm.sol";

/// @notice The contracts of a chain, and the way of a bundle through them. They stand at the same addresses on every
/// chain, so one set of them plays every chain: `vm.chainId` says which.
abstract contract InteropTest is Test {
    uint256 internal constant L1 = 31_337;
    uint256 internal constant SOURCE = 271;
    uint256 internal constant DESTINATION = 506;
    bytes32 internal constant BASE_TOKEN = keccak256("asset id of the base token of the destination");
    /// @dev Depths of the trees that a bundle is proven in: 14 levels of batches, 5 of chains.
    uint256 internal constant BATCH_DEPTH = 14;
    uint256 internal constant SHARED_DEPTH = 5;

    AccessManager internal manager;
    InteropCenter internal center;
    PriorityInbox internal inbox;
    InteropHandler internal handler;

    address internal governance = makeAddr("governance");
    address internal operator = makeAddr("operator");
    address internal sender = makeAddr("sender");
    address internal relayer = makeAddr("relayer");

    uint256 private _settledBatches;

    function setUp() public virtual {
        vm.roll(1000);
        vm.warp(1_800_000_000);
        vm.chainId(SOURCE);
        manager = AccessManager(vm.deployCode("AccessManager.sol:AccessManager", abi.encode(address(this))));
        center = new InteropCenter(address(manager), L1);
        inbox = PriorityInbox(center.PRIORITY_INBOX());
        handler = new InteropHandler(address(manager), L1, address(center));
        _grantRoles();
        vm.prank(governance);
        center.setDestination(DESTINATION, BASE_TOKEN);
    }

    // Sending, on the source chain.

    /// @notice Sends one message from `sender`.
    /// @return bundle What crosses, without the leading 0x01.
    function sendMessage(address to, bytes memory payload, bytes[] memory attributes)
        internal
        returns (bytes memory bundle)
    {
        _openSource();
        vm.prank(sender);
        center.sendMessage(Erc7930.format(DESTINATION, to), payload, attributes);
        return _closeSource();
    }

    /// @notice Sends a bundle from `sender`.
    /// @return bundle What crosses, without the leading 0x01.
    function sendBundle(InteropCallStarter[] memory calls, bytes[] memory bundleAttributes)
        internal
        returns (bytes memory bundle)
    {
        _openSource();
        vm.prank(sender);
        center.sendBundle(chainAddress(DESTINATION), calls, bundleAttributes);
        return _closeSource();
    }

    /// @notice `count` calls of one recipient, with the payload of the benchmarks and no attributes.
    function starters(address to, uint256 count, uint256 payloadSize)
        internal
        pure
        returns (InteropCallStarter[] memory calls)
    {
        calls = new InteropCallStarter[](count);
        for (uint256 i = 0; i < count; ++i) {
            calls[i] = InteropCallStarter(Erc7930.format(0, to), payloadOf(payloadSize), new bytes[](0));
        }
    }

    /// @notice The payload of the benchmarks: byte i is 1 + (37 i mod 255).
    function payloadOf(uint256 size) internal pure returns (bytes memory payload) {
        payload = new bytes(size);
        for (uint256 i = 0; i < size; ++i) {
            payload[i] = bytes1(uint8(1 + (37 * i) % 255));
        }
    }

    /// @notice A call that costs its caller nothing but the call itself: neither `data` nor the answer is copied.
    function callWithoutCopy(address target, bytes memory data) internal returns (bool success) {
        assembly ("memory-safe") {
            success := call(gas(), target, 0, add(data, 0x20), mload(data), 0, 0)
        }
    }

    /// @notice No attributes.
    function none() internal pure returns (bytes[] memory) {
        return new bytes[](0);
    }

    /// @notice A list of one.
    function listOf(bytes memory item) internal pure returns (bytes[] memory list) {
        list = new bytes[](1);
        list[0] = item;
    }

    /// @notice A list with one more at its end.
    function append(bytes[] memory list, bytes memory item) internal pure returns (bytes[] memory longer) {
        longer = new bytes[](list.length + 1);
        for (uint256 i = 0; i < list.length; ++i) {
            longer[i] = list[i];
        }
        longer[list.length] = item;
    }

    /// @notice The first four bytes of an attribute; zeros stand for those it lacks.
    function selectorOf(bytes memory attribute) internal pure returns (bytes4) {
        // casting to 'bytes4' is safe because only the selector is asked for
        // forge-lint: disable-next-line(unsafe-typecast)
        return bytes4(attribute);
    }

    /// @notice An attribute whose argument is a number.
    function wordAttribute(string memory signature, uint256 value) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(bytes4(keccak256(bytes(signature))), value);
    }

    /// @notice An attribute whose argument is an ERC-7930 address.
    function accountAttribute(string memory signature, bytes memory spelling) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(bytes4(keccak256(bytes(signature))), spelling);
    }

    /// @notice ERC-7930 spelling of a chain without an account.
    function chainAddress(uint256 chainId) internal pure returns (bytes memory spelling) {
        // That of account 0, with the account's length set to 0 and the account cut off.
        spelling = Erc7930.format(chainId, address(0));
        spelling[spelling.length - 21] = 0;
        assembly ("memory-safe") {
            mstore(spelling, sub(mload(spelling), 20))
        }
    }

    /// @notice The message in the only `L1MessageSent` of these logs.
    function messageIn(Vm.Log[] memory logs) internal pure returns (bytes memory) {
        return SentMessage.inLogs(logs);
    }

    /// @notice The bundle that a message holds.
    function bundleIn(bytes memory message) internal pure returns (bytes memory) {
        return SentMessage.bundleIn(message);
    }

    // Settling and delivering, on the destination chain.

    /// @notice Settles a batch of `SOURCE` that holds these bundles among other leaves; the destination imports the root.
    /// @return deliveries One per bundle, each with a proof that leads to the imported root.
    function settle(bytes[] memory bundles) internal returns (BundleDelivery[] memory deliveries) {
        (deliveries,) = settleFrom(SOURCE, address(center), bundles);
    }

    /// @notice As `settle`, for one bundle.
    function settle(bytes memory bundle) internal returns (BundleDelivery memory) {
        bytes[] memory bundles = new bytes[](1);
        bundles[0] = bundle;
        return settle(bundles)[0];
    }

    /// @notice As `settle`, for bundles of any chain and any account that handed them to the outbox.
    /// @return deliveries One per bundle.
    /// @return batch Proof of the batch that holds them.
    function settleFrom(uint256 chainId, address from, bytes[] memory bundles)
        internal
        returns (BundleDelivery[] memory deliveries, BatchProof memory batch)
    {
        bytes32[] memory leaves = _leavesOf(from, bundles);
        Placement memory placement = TreeBuilder.randomPlacement(
            chainId, ++_settledBatches, L1, 10_000 + _settledBatches, BATCH_DEPTH, SHARED_DEPTH
        );
        _import(placement, TreeBuilder.sharedRoot(placement, leaves));
        batch = TreeBuilder.batchProof(placement, TreeBuilder.batchRoot(chainId, leaves));
        deliveries = new BundleDelivery[](bundles.length);
        for (uint256 i = 0; i < bundles.length; ++i) {
            deliveries[i] = BundleDelivery(bundles[i], from, TreeBuilder.inclusionProof(placement, leaves, i));
        }
    }

    /// @notice Settles a batch of a chain that holds a message of an account; the chain that is chosen imports the root.
    function settleMessage(uint256 chainId, address from, bytes memory message)
        internal
        returns (InclusionProof memory)
    {
        bytes32[] memory leaves = new bytes32[](3);
        leaves[0] = keccak256("a leaf of something else");
        leaves[1] = LogLeaf.message(0, from, keccak256(message));
        leaves[2] = keccak256("another leaf of something else");
        Placement memory placement = TreeBuilder.randomPlacement(
            chainId, ++_settledBatches, L1, 10_000 + _settledBatches, BATCH_DEPTH, SHARED_DEPTH
        );
        _import(placement, TreeBuilder.sharedRoot(placement, leaves));
        return TreeBuilder.inclusionProof(placement, leaves, 1);
    }

    /// @notice As `settle`, with final proofs: they lead to the root of the batch, which must be recorded first.
    function settleFinal(bytes[] memory bundles)
        internal
        returns (BundleDelivery[] memory deliveries, BatchProof memory batch)
    {
        return settleFinalFrom(SOURCE, address(center), bundles);
    }

    /// @notice As `settleFrom`, with final proofs.
    function settleFinalFrom(uint256 chainId, address from, bytes[] memory bundles)
        internal
        returns (BundleDelivery[] memory deliveries, BatchProof memory batch)
    {
        (deliveries, batch) = settleFrom(chainId, from, bundles);
        bytes32[] memory leaves = _leavesOf(from, bundles);
        for (uint256 i = 0; i < bundles.length; ++i) {
            deliveries[i].proof = TreeBuilder.finalProof(chainId, batch.batchNumber, leaves, i);
        }
    }

    /// @notice `keccak256(abi.encode(chainId, bundle))`.
    function bundleHashOf(uint256 chainId, bytes memory bundle) internal pure returns (bytes32) {
        return keccak256(abi.encode(chainId, bundle));
    }

    /// @notice Hash of a bundle of `SOURCE`.
    function bundleHashOf(bytes memory bundle) internal pure returns (bytes32) {
        return bundleHashOf(SOURCE, bundle);
    }

    function decodeBundle(bytes memory bundle) internal pure returns (InteropBundle memory) {
        return abi.decode(bundle, (InteropBundle));
    }

    function _openSource() private {
        vm.chainId(SOURCE);
        vm.recordLogs();
    }

    function _closeSource() private returns (bytes memory bundle) {
        bundle = bundleIn(messageIn(vm.getRecordedLogs()));
        vm.chainId(DESTINATION);
    }

    /// @dev The leaves of the bundles, and three of others behind them.
    function _leavesOf(address from, bytes[] memory bundles) private pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](bundles.length + 3);
        for (uint256 i = 0; i < bundles.length; ++i) {
            leaves[i] = LogLeaf.message(0, from, keccak256(bytes.concat(hex"01", bundles[i])));
        }
        for (uint256 i = bundles.length; i < leaves.length; ++i) {
            leaves[i] = keccak256(abi.encode("another leaf", i));
        }
    }

    function _import(Placement memory placement, bytes32 root) private {
        RootImport[] memory imports = new RootImport[](1);
        imports[0] = RootImport(placement.settlementChainId, placement.settlementBlock, placement.l1Timestamp, root);
        vm.prank(operator);
        handler.importRoots(imports);
    }

    function _grantRoles() private {
        manager.grantRole(Roles.GOVERNANCE, governance, 0);
        manager.grantRole(Roles.OPERATOR, operator, 0);
        (uint64 role, bytes4[] memory selectors) = Roles.interopCenter();
        manager.setTargetFunctionRole(address(center), selectors, role);
        (role, selectors) = Roles.interopHandler();
        manager.setTargetFunctionRole(address(handler), selectors, role);
        (role, selectors) = Roles.interopRootStorage();
        manager.setTargetFunctionRole(address(handler), selectors, role);
        (role, selectors) = Roles.priorityInbox();
        manager.setTargetFunctionRole(address(inbox), selectors, role);
        (role, selectors) = Roles.priorityInboxFilter();
        manager.setTargetFunctionRole(address(inbox), selectors, role);
    }
}
