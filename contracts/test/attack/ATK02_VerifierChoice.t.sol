// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IBatchSettlement} from "../../src/interfaces/IBatchSettlement.sol";
import {IChainRegistry} from "../../src/interfaces/IChainRegistry.sol";
import {LedgerEntry} from "../../src/types/Assets.sol";
import {Batch} from "../../src/types/Batches.sol";
import {RootImport} from "../../src/types/Messages.sol";
import {SwapEffect} from "../../src/types/Swaps.sol";
import {AbiReader} from "../base/AbiReader.sol";
import {L1Fixture} from "../base/L1Fixture.sol";
import {AlwaysTrueVerifier, OnesVerifier} from "../mocks/Verifiers.sol";

/// @notice ATK-02: who settles or proves does not choose what checks it. Verifier, queue and message root come from the
/// deployment and from governance; no argument names one.
contract ATK02VerifierChoiceTest is L1Fixture, AbiReader {
    uint256 private constant CHAIN = 271;
    /// @dev A ledger entry says which token moved, and the batch commits to it.
    string private constant LEDGER_ENTRIES = "((uint256,address,uint8),uint256,uint256,uint256,uint256)[]";
    /// @dev So is what it did to swaps.
    string private constant SWAP_EFFECTS = "(uint8,uint256,uint256,bytes32,((uint256,address,uint8),uint256,uint256),"
        "((uint256,address,uint8),uint256,uint256))[]";

    Batch private _batch;

    function setUp() external {
        deployL1();
        registerChain(CHAIN);
        _batch = nextBatch(CHAIN);
    }

    function test_ATK02_accepts_theVerifierOfTheRegistry() external {
        bytes memory proof = attest(CHAIN, _batch);
        vm.expectCall(address(verifier), "", 1);
        _settle(proof);
        vm.assertEq(settlement.executedHead(CHAIN).batchNumber, 1);
    }

    /// @dev The batch is a tuple of numbers and hashes, so the only types in these signatures are these.
    function test_ATK02_noArgumentNamesAContract() external view {
        _assertTakesNoAddress("BatchSettlement");
        _assertTakesNoAddress("MessageRoot");
        _assertTakesNoAddress("IInteropRootStorage");
        _assertTakesNoAddress("IMessageVerifier");
    }

    function test_ATK02_refuses_verifierThatGovernanceDidNotAccept() external {
        address spoofed = address(new AlwaysTrueVerifier());
        vm.expectRevert(abi.encodeWithSelector(IChainRegistry.ChainRegistryVerifierNotAccepted.selector, spoofed));
        vm.prank(governance);
        chainRegistry.setVerifier(CHAIN, spoofed);
    }

    function testFuzz_ATK02_refuses_anyProofButTheVerifiers(bytes calldata proof) external {
        bytes32 input = settlement.publicInput(CHAIN, _batch);
        vm.expectRevert(abi.encodeWithSelector(IBatchSettlement.BatchSettlementProofRejected.selector, 1, input));
        _settle(proof);
    }

    function test_ATK02_refuses_verifierWithoutCode() external {
        bytes memory proof = attest(CHAIN, _batch);
        vm.etch(address(verifier), "");
        vm.expectRevert(bytes(""));
        _settle(proof);
        _assertUntouched();
    }

    /// @dev A word of ones is neither true nor false.
    function test_ATK02_refuses_answerOfOnes() external {
        bytes memory proof = attest(CHAIN, _batch);
        vm.etch(address(verifier), address(new OnesVerifier()).code);
        vm.expectRevert(bytes(""));
        _settle(proof);
        _assertUntouched();
    }

    function _settle(bytes memory proof) private {
        vm.prank(operator);
        settlement.settleBatch(CHAIN, _batch, "", proof, new RootImport[](0), new LedgerEntry[](0), new SwapEffect[](0));
    }

    function _assertUntouched() private view {
        vm.assertEq(settlement.executedHead(CHAIN).batchNumber, 0);
        vm.assertEq(settlement.executedHead(CHAIN).stateCommitment, genesisState(CHAIN));
    }

    /// @dev Two exceptions: the sender that a message names is content, and the access manager replaces itself.
    function _assertTakesNoAddress(string memory name) private view {
        AbiFunction[] memory functions = functionsOf(name);
        for (uint256 i = 0; i < functions.length; ++i) {
            if (equal(functions[i].name, "verifyMessage") || equal(functions[i].name, "setAuthority")) continue;
            string memory signature = vm.replace(functions[i].signature, SWAP_EFFECTS, "");
            signature = vm.replace(signature, LEDGER_ENTRIES, "");
            vm.assertFalse(_mentions(bytes(signature), "address"), signature);
        }
    }

    function _mentions(bytes memory text, bytes memory word) private pure returns (bool) {
        for (uint256 start = 0; start + word.length <= text.length; ++start) {
            uint256 matched = 0;
            while (matched < word.length && text[start + matched] == word[matched]) ++matched;
            if (matched == word.length) return true;
        }
        return false;
    }
}
