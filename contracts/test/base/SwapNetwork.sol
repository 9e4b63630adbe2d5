// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {Roles} from "../../src/access/Roles.sol";
import {AssetVault} from "../../src/assets/AssetVault.sol";
import {Representations} from "../../src/assets/Representations.sol";
import {IAtomicSwap} from "../../src/interfaces/IAtomicSwap.sol";
import {IMessageOutbox} from "../../src/interfaces/IMessageOutbox.sol";
import {IPriorityQueue} from "../../src/interfaces/IPriorityQueue.sol";
import {Erc7930} from "../../src/libraries/Erc7930.sol";
import {LogLeaf} from "../../src/libraries/LogLeaf.sol";
import {InteropCenter} from "../../src/messaging/InteropCenter.sol";
import {InteropHandler} from "../../src/messaging/InteropHandler.sol";
import {AtomicSwap} from "../../src/swap/AtomicSwap.sol";
import {SwapDeployer} from "../../src/swap/SwapDeployer.sol";
import {LedgerEntry} from "../../src/types/Assets.sol";
import {Batch} from "../../src/types/Batches.sol";
import {InclusionProof, RootImport} from "../../src/types/Messages.sol";
import {PriorityOperation} from "../../src/types/PriorityOperations.sol";
import {SwapEffect} from "../../src/types/Swaps.sol";
import {BridgeTest} from "./BridgeTest.sol";
import {Placement, TreeBuilder} from "./TreeBuilder.sol";
import {Vm} from "./Vm.sol";

/// @notice L1 as it is deployed, and two chains. Their contracts stand at one address on both, as they must, so one set of
/// them plays both: `vm.chainId` says which, and their state is told apart by the chain ids in its keys. So a chain can be
/// frozen only when it has nothing that is not settled, which would have to be undone.
abstract contract SwapNetwork is BridgeTest {
    uint256 internal constant A = 271;
    uint256 internal constant B = 272;
    /// @dev Of operations of the system.
    uint256 private constant SYSTEM_GAS = 10_000_000;
    /// @dev Contracts of L1 and of the chains name each other, so their addresses are known before.
    uint64 private constant L1_NONCE = 1_000_000;
    uint64 private constant VAULT_NONCE = 2_000_000;

    InteropCenter internal center;
    InteropHandler internal handler;
    AssetVault internal chainVault;
    AtomicSwap internal atomicSwap;

    /// @dev How many operations of its queue a chain has consumed at its head.
    mapping(uint256 chainId => uint64) internal consumed;
    mapping(uint256 chainId => PriorityOperation[]) internal queue;
    /// @dev What a chain has done since its last batch.
    mapping(uint256 chainId => bytes32[]) private _leaves;
    mapping(uint256 chainId => SwapEffect[]) private _effects;
    /// @dev Of what is settled; the chains have imported the roots.
    mapping(uint256 chainId => mapping(bytes32 leaf => InclusionProof)) private _proofs;

    function deployNetwork() internal {
        // L1 begins then, and roles that were granted later would not be granted yet.
        vm.warp(START_TIME);
        AccessManager chainManager =
            AccessManager(vm.deployCode("AccessManager.sol:AccessManager", abi.encode(address(this))));
        center = new InteropCenter(address(chainManager), L1_CHAIN_ID);
        handler = new InteropHandler(address(chainManager), L1_CHAIN_ID, address(center));
        SwapDeployer deployer = new SwapDeployer();
        address l1Swaps = vm.computeCreateAddress(address(this), L1_NONCE + 9);
        vault = vm.computeCreateAddress(address(this), VAULT_NONCE);
        bytes memory arguments =
            abi.encode(address(chainManager), vault, address(center), address(handler), L1_CHAIN_ID, l1Swaps);
        swap = vm.computeCreate2Address(0, deployer.initCodeHash(arguments), address(deployer));

        vm.setNonce(address(this), L1_NONCE);
        deployL1();
        vm.assertEq(address(swapRegistry), l1Swaps);
        address chainRepresentations = address(new Representations());
        vm.setNonce(address(this), VAULT_NONCE);
        chainVault = new AssetVault(
            address(chainManager),
            chainRepresentations,
            address(center),
            address(handler),
            L1_CHAIN_ID,
            bridge,
            address(deployer),
            l1Swaps
        );
        atomicSwap = AtomicSwap(payable(deployer.deploy(arguments)));
        vm.assertEq(address(atomicSwap), swap);
        _grantOnChains(chainManager);
        addChain(A);
        addChain(B);
    }

    function otherThan(uint256 chainId) internal pure returns (uint256) {
        return chainId == A ? B : A;
    }

    function isFrozen(uint256 chainId) internal view returns (bool) {
        return settlement.frozenAt(chainId) != 0;
    }

    // On chains.

    /// @notice A transaction on a chain, and what it leaves for the chain's next batch.
    function perform(uint256 chainId, address from, address target, bytes memory data)
        internal
        returns (bool success, Vm.Log[] memory logs)
    {
        vm.chainId(chainId);
        vm.recordLogs();
        vm.prank(from);
        (success,) = target.call{gas: SYSTEM_GAS}(data);
        logs = vm.getRecordedLogs();
        for (uint256 i = 0; success && i < logs.length; ++i) {
            _note(chainId, logs[i]);
        }
        vm.chainId(L1_CHAIN_ID);
    }

    /// @notice The chain consumes what is next in its queue, whether or not that succeeds. An inbox counts for its chain alone,
    /// and this one would have to for two: so operations of the system come from it without it.
    function consumeNext(uint256 chainId) internal returns (bool success) {
        PriorityOperation memory operation = queue[chainId][consumed[chainId]++];
        if (operation.to != swap) return true;
        bytes memory sender = Erc7930.format(L1_CHAIN_ID, operation.sender);
        bytes memory data =
            abi.encodeCall(atomicSwap.receiveMessage, (keccak256(abi.encode(operation)), sender, operation.data));
        (success,) = perform(chainId, center.PRIORITY_INBOX(), swap, data);
    }

    /// @notice How many operations of its queue the chain has not consumed.
    function waiting(uint256 chainId) internal view returns (uint256) {
        return queue[chainId].length - consumed[chainId];
    }

    // On L1.

    function performOnL1(address target, bytes memory data) internal returns (bool success) {
        vm.recordLogs();
        (success,) = target.call(data);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; success && i < logs.length; ++i) {
            if (logs[i].topics[0] != IPriorityQueue.PriorityOperationRequested.selector) continue;
            PriorityOperation memory operation = abi.decode(logs[i].data, (PriorityOperation));
            queue[operation.chainId].push(operation);
        }
    }

    /// @notice L1 executes a batch with all that the chain has done, and both chains import the root after it.
    function settleChain(uint256 chainId) internal returns (bool success) {
        nextBlock();
        if (_leaves[chainId].length == 0) _leaves[chainId].push(keccak256("nothing"));
        bytes32[] memory leaves = _leaves[chainId];
        SwapEffect[] memory effects = _effects[chainId];
        Batch memory batch = batchAfter(chainId, priorityQueue.rollingHash(chainId, consumed[chainId]));
        batch.priorityOpsCount = consumed[chainId] - priorityQueue.head(chainId);
        batch.chainBatchRoot = TreeBuilder.batchRoot(chainId, leaves);
        if (effects.length != 0) batch.swapEffectsHash = keccak256(abi.encode(uint8(1), effects));
        bytes memory proof = attest(chainId, batch);
        bytes memory data = abi.encodeCall(
            settlement.settleBatch, (chainId, batch, "", proof, new RootImport[](0), new LedgerEntry[](0), effects)
        );
        vm.prank(operator);
        (success,) = address(settlement).call(data);
        if (!success) return false;
        _import(chainId, placeBatch(chainId, batch), leaves);
        delete _leaves[chainId];
        delete _effects[chainId];
    }

    /// @notice The proof of a message of the chain's swap contract; before it is settled, one that proves nothing.
    function proofOf(uint256 chainId, bytes memory message) internal view returns (InclusionProof memory) {
        return proofOf(chainId, swap, message);
    }

    /// @notice As above, of any of its contracts.
    function proofOf(uint256 chainId, address from, bytes memory message)
        internal
        view
        returns (InclusionProof memory proof)
    {
        proof = _proofs[chainId][_leafOf(from, message)];
        proof.chainId = chainId;
    }

    function isSettled(uint256 chainId, bytes memory message) internal view returns (bool) {
        return _proofs[chainId][_leafOf(swap, message)].chainId != 0;
    }

    /// @dev What the swap contract of a chain has said.
    function _hear(uint256 chainId, bytes memory message) internal virtual;

    /// @dev What it has done.
    function _see(SwapEffect memory effect) internal virtual;

    function _note(uint256 chainId, Vm.Log memory entry) private {
        if (entry.emitter == address(center) && entry.topics[0] == IMessageOutbox.L1MessageSent.selector) {
            bytes memory message = abi.decode(entry.data, (bytes));
            address from = address(uint160(uint256(entry.topics[1])));
            _leaves[chainId].push(_leafOf(from, message));
            if (from == swap) _hear(chainId, message);
        } else if (entry.emitter == swap && entry.topics[0] == IAtomicSwap.SwapEffected.selector) {
            SwapEffect memory effect = abi.decode(entry.data, (SwapEffect));
            _effects[chainId].push(effect);
            _see(effect);
        }
    }

    function _import(uint256 chainId, Placement memory placement, bytes32[] memory leaves) private {
        RootImport[] memory imports = new RootImport[](1);
        imports[0] = currentRoot();
        vm.chainId(chainId);
        vm.prank(operator);
        handler.importRoots(imports);
        vm.chainId(L1_CHAIN_ID);
        for (uint256 i = 0; i < leaves.length; ++i) {
            _proofs[chainId][leaves[i]] = TreeBuilder.inclusionProof(placement, leaves, i);
        }
    }

    function _leafOf(address from, bytes memory message) private pure returns (bytes32) {
        return LogLeaf.message(0, from, keccak256(message));
    }

    function _grantOnChains(AccessManager chainManager) private {
        (uint64 role, bytes4[] memory selectors) = Roles.interopCenter();
        chainManager.setTargetFunctionRole(address(center), selectors, role);
        (role, selectors) = Roles.interopRootStorage();
        chainManager.setTargetFunctionRole(address(handler), selectors, role);
        (role, selectors) = Roles.atomicSwap();
        chainManager.setTargetFunctionRole(swap, selectors, role);
        chainManager.grantRole(Roles.GOVERNANCE, governance, 0);
        chainManager.grantRole(Roles.OPERATOR, operator, 0);
        vm.startPrank(governance);
        center.setDestination(A, keccak256("base token of A"));
        center.setDestination(B, keccak256("base token of B"));
        vm.stopPrank();
    }
}
