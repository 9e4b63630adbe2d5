// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Roles} from "../../src/access/Roles.sol";
import {AssetCustody} from "../../src/assets/AssetCustody.sol";
import {AssetVault} from "../../src/assets/AssetVault.sol";
import {IPriorityInbox} from "../../src/interfaces/IPriorityInbox.sol";
import {LogLeaf} from "../../src/libraries/LogLeaf.sol";
import {InteropCenter} from "../../src/messaging/InteropCenter.sol";
import {InteropHandler} from "../../src/messaging/InteropHandler.sol";
import {PriorityInbox} from "../../src/messaging/PriorityInbox.sol";
import {SwapDeployer} from "../../src/swap/SwapDeployer.sol";
import {LedgerEntry, TransferRequest} from "../../src/types/Assets.sol";
import {Batch} from "../../src/types/Batches.sol";
import {BundleDelivery, InteropBundle} from "../../src/types/Bundles.sol";
import {InclusionProof, RootImport} from "../../src/types/Messages.sol";
import {PriorityOperation} from "../../src/types/PriorityOperations.sol";
import {SwapEffect} from "../../src/types/Swaps.sol";
import {BridgeTest} from "./BridgeTest.sol";
import {SentMessage} from "./SentMessage.sol";
import {Transfers} from "./Transfers.sol";
import {Placement, TreeBuilder} from "./TreeBuilder.sol";
import {Vm} from "./Vm.sol";

/// @notice Deploys one vault, whose address is known before.
contract VaultDeployer {
    function deploy(
        address manager,
        address representations,
        address center,
        address handler,
        uint256 l1ChainId,
        address bridge,
        address swapDeployer,
        address l1Swaps
    ) external returns (AssetVault) {
        return new AssetVault(manager, representations, center, handler, l1ChainId, bridge, swapDeployer, l1Swaps);
    }
}

/// @notice L1 with everything on it, and chains with contracts of their own, in one EVM: `vm.chainId` says where a call
/// happens. On real chains center and vault stand at one address everywhere; here no two can, so what crosses is renamed on
/// its way (`carry`), and a handler is told of the other centers.
abstract contract AssetNetwork is BridgeTest {
    struct Chain {
        InteropCenter center;
        PriorityInbox inbox;
        InteropHandler handler;
        AssetVault vault;
    }

    /// @notice Where something stands that a chain said: which of its batches, and which leaf of that.
    struct Spot {
        uint256 chainId;
        uint256 batch;
        uint256 leaf;
    }

    uint256 internal constant A = 271;
    uint256 internal constant B = 272;
    uint256 internal constant GENESIS_BASE = 1_000_000 ether;
    /// @dev Enough for a deposit that creates the token which it pays.
    uint64 internal constant AMPLE_GAS = 1_000_000;

    mapping(uint256 chainId => Chain) internal chains;
    /// @dev What a chain has done since its last batch.
    mapping(uint256 chainId => LedgerEntry[]) internal unreported;
    mapping(uint256 chainId => bytes32[]) private _openLeaves;
    mapping(uint256 chainId => uint64) private _openOperations;
    /// @dev What L1 has executed.
    mapping(uint256 chainId => bytes32[][]) private _leaves;
    mapping(uint256 chainId => Placement[]) private _placements;
    mapping(uint256 chainId => bytes32[]) private _roots;

    // Setting up.

    function deployNetwork() internal {
        VaultDeployer deployer = new VaultDeployer();
        // L1 knows one address for all vaults: that of A's.
        vault = vm.computeCreateAddress(address(deployer), 1);
        deployL1();
        manager.grantRole(Roles.OPERATOR, operator, 0);
        _deployChain(A, deployer);
        _deployChain(B, deployer);
        vm.assertEq(address(chains[A].vault), vault);
        vm.startPrank(governance);
        chains[A].handler.setCenterOverride(B, address(chains[B].center));
        chains[B].handler.setCenterOverride(A, address(chains[A].center));
        vm.stopPrank();
        openRoute(A, B);
        openRoute(B, A);
        vm.chainId(L1_CHAIN_ID);
        addChain(A);
        addChain(B);
    }

    function openRoute(uint256 source, uint256 destination) internal {
        vm.chainId(source);
        vm.prank(governance);
        chains[source].center.setDestination(destination, keccak256("base token"));
    }

    /// @notice Who keeps assets at a place: the shared bridge on L1, the vault elsewhere.
    function custody(uint256 place) internal view returns (AssetCustody) {
        return place == L1_CHAIN_ID ? AssetCustody(sharedBridge) : AssetCustody(chains[place].vault);
    }

    // Sending.

    /// @notice Has `from` send from a chain to another, or to L1.
    /// @return text The bundle as its destination reads it, or the message to L1.
    function transferFrom(uint256 source, address from, TransferRequest memory request)
        internal
        returns (bytes memory text)
    {
        vm.chainId(source);
        uint256 value = request.token == ETHER ? request.amount : 0;
        vm.recordLogs();
        vm.prank(from);
        chains[source].vault.transfer{value: value}(request);
        return sentBy(source, request.destinationChainId);
    }

    /// @notice What the chain has just sent, see `transferFrom`.
    function sentBy(uint256 source, uint256 destination) internal returns (bytes memory text) {
        bytes memory message = SentMessage.inLogs(vm.getRecordedLogs());
        if (destination == L1_CHAIN_ID) return message;
        return carry(source, destination, SentMessage.bundleIn(message));
    }

    /// @notice Has `from` deposit on L1.
    function depositFrom(address from, TransferRequest memory request, uint64 gasLimit)
        internal
        returns (PriorityOperation memory operation)
    {
        vm.chainId(L1_CHAIN_ID);
        uint256 value = request.token == ETHER ? request.amount : 0;
        vm.recordLogs();
        vm.prank(from);
        sharedBridge.deposit{value: value}(request, gasLimit);
        return operationIn(vm.getRecordedLogs());
    }

    /// @notice The bundle with the names that vaults have at its destination.
    function carry(uint256 source, uint256 destination, bytes memory text) internal view returns (bytes memory) {
        InteropBundle memory bundle = abi.decode(text, (InteropBundle));
        (address from, address to) = (address(chains[source].vault), address(chains[destination].vault));
        for (uint256 i = 0; i < bundle.calls.length; ++i) {
            if (bundle.calls[i].from == from) bundle.calls[i].from = to;
            if (bundle.calls[i].to == from) bundle.calls[i].to = to;
        }
        return abi.encode(bundle);
    }

    // Settling.

    /// @notice Puts a bundle of the chain into its next batch.
    function noteBundle(uint256 chainId, bytes memory text) internal returns (Spot memory) {
        return note(chainId, bundleLeaf(address(chains[chainId].center), text));
    }

    /// @notice Puts a withdrawal of the chain into its next batch.
    function noteWithdrawal(uint256 chainId, bytes memory message) internal returns (Spot memory) {
        return note(chainId, withdrawalLeaf(message));
    }

    function note(uint256 chainId, bytes32 leaf) internal returns (Spot memory spot) {
        spot = Spot(chainId, _leaves[chainId].length, _openLeaves[chainId].length);
        _openLeaves[chainId].push(leaf);
    }

    function bundleLeaf(address center, bytes memory text) internal pure returns (bytes32) {
        return LogLeaf.message(0, center, keccak256(bytes.concat(hex"01", text)));
    }

    function withdrawalLeaf(bytes memory message) internal view returns (bytes32) {
        return LogLeaf.message(0, vault, keccak256(message));
    }

    /// @notice Runs a deposit on its chain, and puts its outcome into the next batch.
    /// @return success Whether it arrived.
    /// @return spot Where that stands.
    /// @return logs What the chain emitted meanwhile.
    function processOperation(PriorityOperation memory operation)
        internal
        returns (bool success, Spot memory spot, Vm.Log[] memory logs)
    {
        uint256 chainId = operation.chainId;
        bytes32 operationHash = keccak256(abi.encode(operation));
        PriorityOperation[] memory operations = new PriorityOperation[](1);
        operations[0] = operation;
        operations[0].to = address(chains[chainId].vault);
        vm.chainId(chainId);
        vm.recordLogs();
        vm.prank(operator, operator);
        chains[chainId].inbox.processOperations(operations);
        logs = vm.getRecordedLogs();
        success = _succeeded(logs);
        spot = note(chainId, LogLeaf.status(operationHash, success));
        ++_openOperations[chainId];
    }

    /// @notice Settles what the chain has done since its last batch.
    function settleChain(uint256 chainId) internal returns (bool success) {
        if (_openLeaves[chainId].length == 0) _openLeaves[chainId].push(keccak256("a leaf of something else"));
        uint64 operations = _openOperations[chainId];
        success = trySettle(chainId, _openLeaves[chainId], unreported[chainId], operations);
        delete _openLeaves[chainId];
        delete unreported[chainId];
        delete _openOperations[chainId];
    }

    /// @notice Settles a batch with these leaves and this report, in a block of its own; false if L1 refuses it.
    function trySettle(uint256 chainId, bytes32[] memory leaves, LedgerEntry[] memory entries, uint64 operations)
        internal
        returns (bool success)
    {
        vm.chainId(L1_CHAIN_ID);
        nextBlock();
        Batch memory batch = nextBatch(chainId);
        batch.priorityOpsCount = operations;
        batch.priorityOpsHash =
            priorityQueue.checkConsumption(chainId, settlement.committedHead(chainId).priorityOpsConsumed + operations);
        batch.chainBatchRoot = TreeBuilder.batchRoot(chainId, leaves);
        batch.ledgerDeltaHash = Transfers.hash(entries);
        bytes memory proof = proofFor(chainId, batch);
        vm.prank(operator);
        try settlement.settleBatch(chainId, batch, "", proof, new RootImport[](0), entries, new SwapEffect[](0)) {
            _keep(chainId, batch, leaves);
            return true;
        } catch {
            return false;
        }
    }

    /// @dev What the chain's verifier is given.
    function proofFor(uint256 chainId, Batch memory batch) internal view virtual returns (bytes memory) {
        return attest(chainId, batch);
    }

    function isSettled(Spot memory spot) internal view returns (bool) {
        return spot.batch < _leaves[spot.chainId].length;
    }

    function proofOf(Spot memory spot) internal view returns (InclusionProof memory) {
        return
            TreeBuilder.inclusionProof(
                _placements[spot.chainId][spot.batch], _leaves[spot.chainId][spot.batch], spot.leaf
            );
    }

    // Arriving.

    /// @notice The delivery of a settled bundle to a chain, which imports the root for it. Leaves `vm.chainId` there.
    function deliveryTo(uint256 destination, address center, bytes memory text, Spot memory spot)
        internal
        returns (BundleDelivery memory)
    {
        Placement storage placement = _placements[spot.chainId][spot.batch];
        RootImport[] memory imports = new RootImport[](1);
        imports[0] =
            RootImport(L1_CHAIN_ID, placement.settlementBlock, placement.l1Timestamp, _roots[spot.chainId][spot.batch]);
        vm.chainId(destination);
        vm.prank(operator);
        chains[destination].handler.importRoots(imports);
        return BundleDelivery(text, center, proofOf(spot));
    }

    function _keep(uint256 chainId, Batch memory batch, bytes32[] memory leaves) private {
        _leaves[chainId].push(leaves);
        _placements[chainId].push(placeBatch(chainId, batch));
        _roots[chainId].push(messageRoot.root());
    }

    function _succeeded(Vm.Log[] memory logs) private pure returns (bool success) {
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IPriorityInbox.PriorityOperationProcessed.selector) continue;
            (success,) = abi.decode(logs[i].data, (bool, bytes));
        }
    }

    function _deployChain(uint256 chainId, VaultDeployer deployer) private {
        vm.chainId(chainId);
        Chain storage chain = chains[chainId];
        chain.center = new InteropCenter(address(manager), L1_CHAIN_ID);
        chain.inbox = PriorityInbox(chain.center.PRIORITY_INBOX());
        chain.handler = new InteropHandler(address(manager), L1_CHAIN_ID, address(chain.center));
        chain.vault = deployer.deploy(
            address(manager),
            address(representations),
            address(chain.center),
            address(chain.handler),
            L1_CHAIN_ID,
            address(sharedBridge),
            address(new SwapDeployer()),
            address(swapRegistry)
        );
        vm.deal(address(chain.vault.BASE_TOKEN_HOLDER()), GENESIS_BASE);
        (uint64 role, bytes4[] memory selectors) = Roles.interopCenter();
        manager.setTargetFunctionRole(address(chain.center), selectors, role);
        (role, selectors) = Roles.interopHandler();
        manager.setTargetFunctionRole(address(chain.handler), selectors, role);
        (role, selectors) = Roles.interopRootStorage();
        manager.setTargetFunctionRole(address(chain.handler), selectors, role);
        (role, selectors) = Roles.priorityInbox();
        manager.setTargetFunctionRole(address(chain.inbox), selectors, role);
        (role, selectors) = Roles.priorityInboxFilter();
        manager.setTargetFunctionRole(address(chain.inbox), selectors, role);
        (role, selectors) = Roles.atomicSwap();
        manager.setTargetFunctionRole(chain.vault.SWAP(), selectors, role);
        (role, selectors) = Roles.assetCustody();
        manager.setTargetFunctionRole(address(chain.vault), selectors, role);
        (role, selectors) = Roles.assetVault();
        manager.setTargetFunctionRole(address(chain.vault), selectors, role);
    }
}
