// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {Roles} from "../../src/access/Roles.sol";
import {AssetLedger} from "../../src/assets/AssetLedger.sol";
import {Representations} from "../../src/assets/Representations.sol";
import {SharedBridge} from "../../src/assets/SharedBridge.sol";
import {MessageRoot} from "../../src/roots/MessageRoot.sol";
import {BatchSettlement} from "../../src/settlement/BatchSettlement.sol";
import {ChainRegistry} from "../../src/settlement/ChainRegistry.sol";
import {PriorityQueue} from "../../src/settlement/PriorityQueue.sol";
import {AttestationVerifier} from "../../src/settlement/verifiers/AttestationVerifier.sol";
import {VerifierRegistry} from "../../src/settlement/verifiers/VerifierRegistry.sol";
import {SwapRegistry} from "../../src/swap/SwapRegistry.sol";
import {LedgerEntry} from "../../src/types/Assets.sol";
import {Batch, ChainHead, DataAvailability} from "../../src/types/Batches.sol";
import {ChainConfig} from "../../src/types/Chains.sol";
import {RootImport} from "../../src/types/Messages.sol";
import {SwapEffect} from "../../src/types/Swaps.sol";
import {Test} from "./Test.sol";

/// @notice The whole of L1 as it is deployed, real contracts only, with a 2-of-3 attestation verifier. Call `deployL1`
/// in `setUp`, `registerChain` for each chain, then `nextBatch`, `attest` and `settle`.
abstract contract L1Fixture is Test {
    uint256 internal constant L1_CHAIN_ID = 1;
    uint256 internal constant START_BLOCK = 1000;
    uint64 internal constant START_TIME = 1_800_000_000;
    uint64 internal constant PRIORITY_EXPIRY = 1 days;
    uint64 internal constant GENESIS_BLOCK = 4;
    uint64 internal constant GENESIS_TIME = START_TIME - 1 hours;
    uint256 internal constant THRESHOLD = 2;

    AccessManager internal manager;
    VerifierRegistry internal verifierRegistry;
    ChainRegistry internal chainRegistry;
    MessageRoot internal messageRoot;
    PriorityQueue internal priorityQueue;
    BatchSettlement internal settlement;
    AttestationVerifier internal verifier;
    AssetLedger internal ledger;
    SharedBridge internal sharedBridge;
    Representations internal representations;
    SwapRegistry internal swapRegistry;

    address internal governance = makeAddr("governance");
    address internal pauser = makeAddr("pauser");
    address internal operator = makeAddr("operator");
    address internal stranger = makeAddr("stranger");
    /// @dev Where the vault of every chain stands.
    address internal vault = makeAddr("vault");
    /// @dev Where the atomic swap contract of every chain stands.
    address internal swap = makeAddr("swap");
    address internal bridge;

    /// @dev Attesters of `verifier`, ascending by address.
    Account[] internal attesters;

    /// @dev Deploys and wires L1. The test contract stays admin of the AccessManager.
    function deployL1() internal {
        vm.chainId(L1_CHAIN_ID);
        vm.roll(START_BLOCK);
        vm.warp(START_TIME);
        _deployContracts();
        _grantRoles();
        verifier = newAttestationVerifier(attesters, "attester", 3, THRESHOLD);
        acceptVerifier(verifier, attesters);
    }

    function genesisState(uint256 chainId) internal pure returns (bytes32) {
        return keccak256(abi.encode("genesis", chainId));
    }

    function registerChain(uint256 chainId) internal {
        registerChain(chainId, DataAvailability.Validium);
    }

    function registerChain(uint256 chainId, DataAvailability mode) internal {
        ChainConfig memory config =
            ChainConfig({operator: operator, verifier: address(verifier), dataAvailability: mode});
        vm.prank(governance);
        chainRegistry.registerChain(chainId, config, genesisState(chainId), GENESIS_BLOCK, GENESIS_TIME);
    }

    /// @dev A verifier whose attesters are derived from `name`; `accounts` receives them, ascending by address.
    function newAttestationVerifier(Account[] storage accounts, string memory name, uint256 count, uint256 threshold)
        internal
        returns (AttestationVerifier)
    {
        address[] memory signers = new address[](count);
        for (uint256 i = 0; i < count; ++i) {
            Account memory account = makeAccount(string.concat(name, vm.toString(i)));
            accounts.push(account);
            for (uint256 j = i; j > 0 && accounts[j - 1].addr > account.addr; --j) {
                accounts[j] = accounts[j - 1];
                accounts[j - 1] = account;
            }
        }
        for (uint256 i = 0; i < count; ++i) {
            signers[i] = accounts[i].addr;
        }
        return new AttestationVerifier(signers, threshold);
    }

    /// @dev Has governance accept `accepted`, on a sample that its attesters sign.
    function acceptVerifier(AttestationVerifier accepted, Account[] storage accounts) internal {
        bytes32 sample = keccak256("sample");
        bytes memory proof = signatures(accounts, accepted.threshold(), accepted.attestationDigest(sample));
        vm.prank(governance);
        verifierRegistry.acceptVerifier(address(accepted), sample, proof);
    }

    /// @dev Signatures over `digest` of the first `count` accounts.
    function signatures(Account[] storage accounts, uint256 count, bytes32 digest)
        internal
        view
        returns (bytes memory proof)
    {
        for (uint256 i = 0; i < count; ++i) {
            proof = bytes.concat(proof, signDigest(accounts[i].key, digest));
        }
    }

    /// @dev A batch of one block that may follow the last committed one, and consumes no priority operation.
    function nextBatch(uint256 chainId) internal view returns (Batch memory) {
        uint64 consumed = settlement.committedHead(chainId).priorityOpsConsumed;
        return batchAfter(chainId, priorityQueue.checkConsumption(chainId, consumed));
    }

    /// @dev As `nextBatch`, claiming these operations, whatever has expired.
    function batchAfter(uint256 chainId, bytes32 operations) internal view returns (Batch memory batch) {
        ChainHead memory head = settlement.committedHead(chainId);
        batch.number = head.batchNumber + 1;
        batch.prevStateCommitment = head.stateCommitment;
        batch.newStateCommitment = keccak256(abi.encode("state", chainId, batch.number));
        batch.firstBlock = head.lastBlock + 1;
        batch.lastBlock = head.lastBlock + 1;
        batch.firstTimestamp = uint64(block.timestamp);
        batch.lastTimestamp = uint64(block.timestamp);
        batch.chainBatchRoot = keccak256(abi.encode("root", chainId, batch.number));
        batch.priorityOpsHash = operations;
        batch.dependencyRootsHash = head.dependencyRootsHash;
        batch.daCommitment = keccak256(abi.encode("data", chainId, batch.number));
    }

    /// @dev What the chain's attesters sign for `batch`, as a proof.
    function attest(uint256 chainId, Batch memory batch) internal view returns (bytes memory) {
        bytes32 digest = verifier.attestationDigest(settlement.publicInput(chainId, batch));
        return signatures(attesters, THRESHOLD, digest);
    }

    /// @dev Settles `batch` in one call, with no data and no dependencies.
    function settle(uint256 chainId, Batch memory batch) internal {
        bytes memory proof = attest(chainId, batch);
        vm.prank(operator);
        settlement.settleBatch(
            chainId, batch, "", proof, new RootImport[](0), new LedgerEntry[](0), new SwapEffect[](0)
        );
    }

    /// @dev Settles a batch whose root is `chainBatchRoot`.
    function settleRoot(uint256 chainId, bytes32 chainBatchRoot) internal returns (Batch memory batch) {
        batch = nextBatch(chainId);
        batch.chainBatchRoot = chainBatchRoot;
        settle(chainId, batch);
    }

    /// @dev The hash after importing `dependency`, docs/protocol.md "Root import".
    function foldImport(bytes32 rolling, RootImport memory dependency) internal pure returns (bytes32) {
        return keccak256(
            abi.encodePacked(
                rolling, dependency.settlementChainId, dependency.blockNumber, dependency.timestamp, dependency.root
            )
        );
    }

    /// @dev The message root as it stands, as a chain would import it.
    function currentRoot() internal view returns (RootImport memory) {
        return RootImport({
            settlementChainId: block.chainid,
            blockNumber: block.number,
            timestamp: block.timestamp,
            root: messageRoot.root()
        });
    }

    /// @dev L1 moves on by one block of 12 seconds.
    function nextBlock() internal {
        vm.roll(block.number + 1);
        vm.warp(block.timestamp + 12);
    }

    /// @dev The seven contracts that know each other are told their addresses before they exist.
    function _deployContracts() private {
        manager = AccessManager(vm.deployCode("AccessManager.sol:AccessManager", abi.encode(address(this))));
        verifierRegistry = new VerifierRegistry(address(manager));
        uint256 nonce = vm.getNonce(address(this));
        address registryAddress = vm.computeCreateAddress(address(this), nonce);
        address rootAddress = vm.computeCreateAddress(address(this), nonce + 1);
        address queueAddress = vm.computeCreateAddress(address(this), nonce + 2);
        address settlementAddress = vm.computeCreateAddress(address(this), nonce + 3);

        chainRegistry = new ChainRegistry(address(manager), address(verifierRegistry), settlementAddress, rootAddress);
        messageRoot = new MessageRoot(registryAddress, settlementAddress);
        address swapsAddress = vm.computeCreateAddress(address(this), nonce + 7);
        priorityQueue = new PriorityQueue(registryAddress, settlementAddress, PRIORITY_EXPIRY, swapsAddress);
        address ledgerAddress = vm.computeCreateAddress(address(this), nonce + 4);
        settlement = new BatchSettlement(registryAddress, rootAddress, queueAddress, ledgerAddress, swapsAddress);
        bridge = vm.computeCreateAddress(address(this), nonce + 6);
        ledger = new AssetLedger(registryAddress, settlementAddress, bridge, swapsAddress);
        representations = new Representations();
        sharedBridge = new SharedBridge(
            address(manager), address(representations), ledgerAddress, queueAddress, rootAddress, vault, swapsAddress
        );
        swapRegistry = new SwapRegistry(
            address(manager), registryAddress, settlementAddress, ledgerAddress, queueAddress, bridge, swap
        );
        vm.assertEq(address(sharedBridge), bridge);
        vm.assertEq(address(settlement), settlementAddress);
        vm.assertEq(address(ledger), ledgerAddress);
        vm.assertEq(address(swapRegistry), swapsAddress);
    }

    /// @dev Governance acts without delay here; the timelock has its own test.
    function _grantRoles() private {
        (uint64 role, bytes4[] memory selectors) = Roles.verifierRegistry();
        manager.setTargetFunctionRole(address(verifierRegistry), selectors, role);
        (role, selectors) = Roles.chainRegistry();
        manager.setTargetFunctionRole(address(chainRegistry), selectors, role);
        (role, selectors) = Roles.sharedBridge();
        manager.setTargetFunctionRole(address(sharedBridge), selectors, role);
        (role, selectors) = Roles.swapRegistry();
        manager.setTargetFunctionRole(address(swapRegistry), selectors, role);
        (role, selectors) = Roles.assetCustody();
        manager.setTargetFunctionRole(address(sharedBridge), selectors, role);
        manager.grantRole(Roles.GOVERNANCE, governance, 0);
        manager.grantRole(Roles.PAUSER, pauser, 0);
    }
}
