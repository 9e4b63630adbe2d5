// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {ChainBatchRoot} from "../../src/libraries/ChainBatchRoot.sol";
import {InclusionProofs} from "../../src/libraries/InclusionProofs.sol";
import {LogLeaf} from "../../src/libraries/LogLeaf.sol";
import {MessageVerifier} from "../../src/roots/MessageVerifier.sol";
import {BatchProof, InclusionProof} from "../../src/types/Messages.sol";
import {Test} from "../base/Test.sol";
import {Placement, TreeBuilder} from "../base/TreeBuilder.sol";

/// @notice A verifier that knows one root and nothing else.
contract VerifierOfOneRoot is MessageVerifier {
    uint256 private immutable CHAIN_ID;
    uint256 private immutable BLOCK_NUMBER;
    bytes32 private immutable ROOT;

    constructor(uint256 chainId, uint256 blockNumber, bytes32 root) {
        (CHAIN_ID, BLOCK_NUMBER, ROOT) = (chainId, blockNumber, root);
    }

    function _isKnownRoot(InclusionProofs.SettledRoot memory settled) internal view override returns (bool) {
        return settled.settlementChainId == CHAIN_ID && settled.blockNumber == BLOCK_NUMBER && settled.root == ROOT;
    }
}

/// @notice `proofs.json`, written by the Rust crate: both languages accept and refuse the same proofs.
contract ProofVectorsTest is Test {
    /// @dev In the alphabetical order of the fields, as JSON objects are decoded.
    struct Case {
        uint256 batchNumber;
        uint256 chainId;
        string fault;
        bool isFinal;
        uint256 knownBlock;
        uint256 knownChainId;
        bytes32 knownRoot;
        bytes32 leaf;
        uint256 leafIndex;
        string name;
        bytes32[] words;
    }

    struct BatchRootCase {
        uint256 chainId;
        bytes32 logsRoot;
        bytes32 root;
    }

    struct LogCase {
        bool isService;
        bytes32 key;
        bytes32 leaf;
        address sender;
        uint256 shard;
        uint256 txNumber;
        bytes32 value;
    }

    string private _json;

    function setUp() external {
        _json = vm.readFile("test/vectors/proofs.json");
    }

    function test_cases_areAcceptedAndRefusedAlike() external {
        Case[] memory cases = abi.decode(vm.parseJson(_json, ".cases"), (Case[]));
        uint256 accepted = 0;
        for (uint256 i = 0; i < cases.length; ++i) {
            bool expected = bytes(cases[i].fault).length == 0;
            vm.assertEq(_isAccepted(cases[i]), expected, cases[i].name);
            if (expected) ++accepted;
        }
        vm.assertGt(accepted, 50);
        vm.assertGt(cases.length - accepted, 150);
    }

    function test_chainBatchRoots_areEqual() external view {
        BatchRootCase[] memory cases = abi.decode(vm.parseJson(_json, ".chainBatchRoots"), (BatchRootCase[]));
        vm.assertGt(cases.length, 0);
        for (uint256 i = 0; i < cases.length; ++i) {
            vm.assertEq(ChainBatchRoot.root(cases[i].logsRoot, cases[i].chainId), cases[i].root);
        }
    }

    function test_logs_haveEqualLeaves() external view {
        LogCase[] memory logs = abi.decode(vm.parseJson(_json, ".logs"), (LogCase[]));
        uint256 ours = 0;
        for (uint256 i = 0; i < logs.length; ++i) {
            LogCase memory log = logs[i];
            if (log.sender != address(0x8008) || uint256(log.key) >> 160 != 0) continue;
            ++ours;
            bytes32 leaf = LogLeaf.message(uint16(log.txNumber), address(uint160(uint256(log.key))), log.value);
            vm.assertEq(leaf, log.leaf);
        }
        vm.assertGt(ours, 0);
    }

    function _isAccepted(Case memory c) private returns (bool) {
        VerifierOfOneRoot verifier =
            c.isFinal ? _knowingTheBatch(c) : new VerifierOfOneRoot(c.knownChainId, c.knownBlock, c.knownRoot);
        InclusionProof memory proof = InclusionProof(c.chainId, c.batchNumber, c.leafIndex, 0, c.words);
        try verifier.verifyLeaf(proof, c.leaf) returns (bool answer) {
            return answer;
        } catch {
            return false;
        }
    }

    /// @dev The batch root is recorded through a proof of the batch, in trees with nothing else in them.
    function _knowingTheBatch(Case memory c) private returns (VerifierOfOneRoot verifier) {
        Placement memory placement = TreeBuilder.randomPlacement(c.chainId, c.batchNumber, 1, 1, 0, 0);
        verifier = new VerifierOfOneRoot(1, 1, TreeBuilder.sharedRoot(placement, c.knownRoot));
        BatchProof memory proof = TreeBuilder.batchProof(placement, c.knownRoot);
        if (c.knownRoot != 0) verifier.recordBatch(proof);
    }
}
