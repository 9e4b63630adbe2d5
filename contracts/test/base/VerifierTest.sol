// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IMessageVerifier} from "../../src/interfaces/IMessageVerifier.sol";
import {AggregationLeaves} from "../../src/libraries/AggregationLeaves.sol";
import {InteropHandler} from "../../src/messaging/InteropHandler.sol";
import {InteropRootStorage} from "../../src/roots/InteropRootStorage.sol";
import {MessageRoot} from "../../src/roots/MessageRoot.sol";
import {RootImport} from "../../src/types/Messages.sol";
import {Test} from "./Test.sol";
import {Placement, TreeBuilder} from "./TreeBuilder.sol";

/// @notice Base of the tests about proofs. They run twice: on a chain, against a root it imported, and on L1, against
/// the history of the message root.
abstract contract VerifierTest is Test {
    uint256 internal constant CHAIN = 271;
    uint256 internal constant FIRST_BLOCK = 1000;
    uint256 internal constant FIRST_TIME = 1_800_000_000;

    IMessageVerifier internal verifier;

    /// @notice Deploys the verifier.
    function deployVerifier() internal virtual;

    /// @notice Makes a batch of `CHAIN` with these log leaves known to the verifier.
    function makeKnown(bytes32[] memory leaves) internal virtual returns (Placement memory);

    /// @notice What every `setUp` starts with.
    function startVerifier() internal {
        vm.roll(FIRST_BLOCK);
        vm.warp(FIRST_TIME);
        deployVerifier();
    }
}

/// @notice A chain that imported the root. Its trees have production depth.
abstract contract OnChain is VerifierTest {
    InteropRootStorage internal rootStorage;

    function deployVerifier() internal override {
        rootStorage = new InteropHandler(address(new AccessManager(address(this))), block.chainid, address(this));
        verifier = rootStorage;
    }

    function makeKnown(bytes32[] memory leaves) internal override returns (Placement memory placement) {
        placement = TreeBuilder.randomPlacement(CHAIN, 7, block.chainid, FIRST_BLOCK, 14, 5);
        importRoot(placement, TreeBuilder.sharedRoot(placement, leaves));
    }

    /// @notice Imports `root` as that of the placement's block.
    function importRoot(Placement memory placement, bytes32 root) internal {
        RootImport[] memory imports = new RootImport[](1);
        imports[0] = RootImport(placement.settlementChainId, placement.settlementBlock, placement.l1Timestamp, root);
        rootStorage.importRoots(imports);
    }
}

/// @notice L1, where the batch is the 13th of its chain and other chains stand beside it. The message root takes this
/// test for its registry and its settlement contract.
abstract contract OnL1 is VerifierTest {
    uint256 private constant BATCHES = 13;
    uint256 private constant CHAINS = 5;

    MessageRoot internal messageRoot;
    bytes32 private _chainRoot;

    function deployVerifier() internal override {
        messageRoot = new MessageRoot(address(this), address(this));
        verifier = messageRoot;
    }

    function makeKnown(bytes32[] memory leaves) internal override returns (Placement memory placement) {
        for (uint256 i = 0; i < CHAINS; ++i) {
            messageRoot.addChain(CHAIN + i);
        }
        bytes32[] memory batchLeaves = new bytes32[](BATCHES);
        for (uint256 number = 1; number <= BATCHES; ++number) {
            bytes32 root = number == BATCHES ? TreeBuilder.batchRoot(CHAIN, leaves) : keccak256(abi.encode(number));
            vm.roll(FIRST_BLOCK + number);
            vm.warp(FIRST_TIME + 12 * number);
            messageRoot.appendBatch(CHAIN, number, root);
            batchLeaves[number - 1] = AggregationLeaves.batchLeaf(root, number, FIRST_TIME + 12 * number);
        }
        _chainRoot = TreeBuilder.growingRoot(batchLeaves);
        placement = Placement({
            chainId: CHAIN,
            batchNumber: BATCHES,
            l1Timestamp: FIRST_TIME + 12 * BATCHES,
            settlementChainId: block.chainid,
            settlementBlock: FIRST_BLOCK + BATCHES,
            batchIndex: BATCHES - 1,
            batchSiblings: TreeBuilder.growingSiblings(batchLeaves, BATCHES - 1),
            sharedIndex: 1,
            sharedSiblings: TreeBuilder.growingSiblings(sharedLeaves(), 1)
        });
    }

    /// @notice Leaves of the shared tree: L1, `CHAIN`, and chains without a batch.
    function sharedLeaves() internal view returns (bytes32[] memory leaves) {
        leaves = new bytes32[](1 + CHAINS);
        leaves[0] = AggregationLeaves.chainIdLeaf(0, block.chainid);
        leaves[1] = AggregationLeaves.chainIdLeaf(_chainRoot, CHAIN);
        for (uint256 i = 2; i < leaves.length; ++i) {
            leaves[i] = AggregationLeaves.chainIdLeaf(0, CHAIN + i - 1);
        }
    }
}
