// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {IBatchSettlement} from "../../../src/interfaces/IBatchSettlement.sol";
import {IChainRegistry} from "../../../src/interfaces/IChainRegistry.sol";
import {ChainRegistry} from "../../../src/settlement/ChainRegistry.sol";
import {AttestationVerifier} from "../../../src/settlement/verifiers/AttestationVerifier.sol";
import {ChainHead, DataAvailability} from "../../../src/types/Batches.sol";
import {ChainConfig} from "../../../src/types/Chains.sol";
import {L1Fixture} from "../../base/L1Fixture.sol";

contract ChainRegistryTest is L1Fixture {
    uint256 private constant CHAIN = 271;
    bytes32 private constant GENESIS = keccak256("genesis");

    Account[] private _others;

    function setUp() external {
        deployL1();
    }

    function testFuzz_registerChain_opensTheChain(
        uint64 chainId,
        address chainOperator,
        uint8 mode,
        bytes32 genesis,
        uint48 lastBlock,
        uint64 timestamp
    ) external {
        vm.assume(chainId != 0 && chainId != L1_CHAIN_ID && chainOperator != address(0) && genesis != 0);
        timestamp = uint64(bound(timestamp, 0, block.timestamp + settlement.MAX_CLOCK_AHEAD()));
        ChainConfig memory config = ChainConfig({
            operator: chainOperator, verifier: address(verifier), dataAvailability: DataAvailability(mode % 3)
        });
        vm.assertFalse(chainRegistry.isRegistered(chainId));
        vm.expectEmit(address(chainRegistry));
        emit IChainRegistry.ChainRegistered(chainId, config, genesis, lastBlock);
        vm.expectEmit(address(settlement));
        emit IBatchSettlement.ChainOpened(chainId, genesis, lastBlock);
        vm.prank(governance);
        chainRegistry.registerChain(chainId, config, genesis, lastBlock, timestamp);

        vm.assertTrue(chainRegistry.isRegistered(chainId));
        vm.assertEq(abi.encode(chainRegistry.chainConfig(chainId)), abi.encode(config));
        ChainHead memory expected;
        expected.stateCommitment = genesis;
        expected.lastBlock = lastBlock;
        expected.lastTimestamp = timestamp;
        vm.assertEq(abi.encode(settlement.executedHead(chainId)), abi.encode(expected));
        vm.assertEq(abi.encode(settlement.committedHead(chainId)), abi.encode(expected));
        vm.assertEq(messageRoot.chainCount(), 2);
        vm.assertEq(messageRoot.chainIndex(chainId), 1);
    }

    function testFuzz_registerChain_reverts_whenCalledByAStranger(address caller) external {
        vm.assume(caller != governance);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
        vm.prank(caller);
        chainRegistry.registerChain(CHAIN, _config(), GENESIS, 0, 0);
    }

    function testFuzz_registerChain_reverts_whenTheIdTakesMoreThan64Bits(uint256 id) external {
        id = bound(id, uint256(type(uint64).max) + 1, type(uint256).max);
        _expectRegisterRevert(
            id, _config(), GENESIS, abi.encodeWithSelector(IChainRegistry.ChainRegistryBadChainId.selector, id)
        );
    }

    function test_registerChain_reverts_whenTheIdIsZeroOrL1() external {
        _expectRegisterRevert(
            0, _config(), GENESIS, abi.encodeWithSelector(IChainRegistry.ChainRegistryBadChainId.selector, 0)
        );
        _expectRegisterRevert(
            L1_CHAIN_ID,
            _config(),
            GENESIS,
            abi.encodeWithSelector(IChainRegistry.ChainRegistryBadChainId.selector, L1_CHAIN_ID)
        );
    }

    function test_registerChain_reverts_whenTheChainIsKnown() external {
        registerChain(CHAIN);
        _expectRegisterRevert(
            CHAIN, _config(), GENESIS, abi.encodeWithSelector(IChainRegistry.ChainRegistryChainKnown.selector, CHAIN)
        );
    }

    function test_registerChain_reverts_whenThereIsNoOperator() external {
        ChainConfig memory config = _config();
        config.operator = address(0);
        _expectRegisterRevert(
            CHAIN, config, GENESIS, abi.encodeWithSelector(IChainRegistry.ChainRegistryZeroOperator.selector, CHAIN)
        );
    }

    function test_registerChain_reverts_whenThereIsNoGenesis() external {
        _expectRegisterRevert(
            CHAIN, _config(), 0, abi.encodeWithSelector(IChainRegistry.ChainRegistryZeroGenesis.selector, CHAIN)
        );
    }

    function testFuzz_registerChain_reverts_whenTheVerifierIsNotAccepted(address unknown) external {
        vm.assume(unknown != address(verifier));
        ChainConfig memory config = _config();
        config.verifier = unknown;
        _expectRegisterRevert(
            CHAIN,
            config,
            GENESIS,
            abi.encodeWithSelector(IChainRegistry.ChainRegistryVerifierNotAccepted.selector, unknown)
        );
    }

    function testFuzz_registerChain_reverts_whenGenesisIsInTheFuture(uint64 timestamp) external {
        uint256 latest = block.timestamp + settlement.MAX_CLOCK_AHEAD();
        timestamp = uint64(bound(timestamp, latest + 1, type(uint64).max));
        vm.expectRevert(
            abi.encodeWithSelector(
                IBatchSettlement.BatchSettlementWrongTimestamps.selector, 0, latest, timestamp, timestamp
            )
        );
        vm.prank(governance);
        chainRegistry.registerChain(CHAIN, _config(), GENESIS, 0, timestamp);
    }

    function testFuzz_operator_changesInTwoSteps(address successor) external {
        vm.assume(successor != address(0) && successor != operator);
        registerChain(CHAIN);
        vm.expectEmit(address(chainRegistry));
        emit IChainRegistry.OperatorProposed(CHAIN, successor);
        vm.prank(operator);
        chainRegistry.proposeOperator(CHAIN, successor);
        vm.assertEq(chainRegistry.chainConfig(CHAIN).operator, operator);

        vm.expectEmit(address(chainRegistry));
        emit IChainRegistry.OperatorChanged(CHAIN, operator, successor);
        vm.prank(successor);
        chainRegistry.acceptOperator(CHAIN);
        vm.assertEq(chainRegistry.chainConfig(CHAIN).operator, successor);

        // The proposal is used up, and the old operator has no rights left.
        _expectNotOperator(successor);
        chainRegistry.acceptOperator(CHAIN);
        _expectNotOperator(operator);
        chainRegistry.proposeOperator(CHAIN, operator);
    }

    function test_proposeOperator_withdraws_whenZero() external {
        registerChain(CHAIN);
        vm.startPrank(operator);
        chainRegistry.proposeOperator(CHAIN, stranger);
        chainRegistry.proposeOperator(CHAIN, address(0));
        vm.stopPrank();
        _expectNotOperator(stranger);
        chainRegistry.acceptOperator(CHAIN);
    }

    function testFuzz_operator_cannotBeTakenByAStranger(address caller) external {
        vm.assume(caller != operator && caller != address(0));
        registerChain(CHAIN);
        _expectNotOperator(caller);
        chainRegistry.proposeOperator(CHAIN, caller);
        _expectNotOperator(caller);
        chainRegistry.acceptOperator(CHAIN);
    }

    function test_setVerifier_changesTheVerifier() external {
        registerChain(CHAIN);
        AttestationVerifier other = newAttestationVerifier(_others, "other", 1, 1);
        acceptVerifier(other, _others);
        vm.expectEmit(address(chainRegistry));
        emit IChainRegistry.VerifierChanged(CHAIN, address(verifier), address(other));
        vm.prank(governance);
        chainRegistry.setVerifier(CHAIN, address(other));
        vm.assertEq(chainRegistry.chainConfig(CHAIN).verifier, address(other));
    }

    function testFuzz_setVerifier_reverts_whenNotAccepted(address unknown) external {
        vm.assume(unknown != address(verifier));
        registerChain(CHAIN);
        vm.expectRevert(abi.encodeWithSelector(IChainRegistry.ChainRegistryVerifierNotAccepted.selector, unknown));
        vm.prank(governance);
        chainRegistry.setVerifier(CHAIN, unknown);
    }

    function testFuzz_setVerifier_reverts_whenCalledByAStranger(address caller) external {
        vm.assume(caller != governance);
        registerChain(CHAIN);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
        vm.prank(caller);
        chainRegistry.setVerifier(CHAIN, address(verifier));
    }

    function testFuzz_unknownChain_reverts(uint256 chainId) external {
        bytes memory unknown = abi.encodeWithSelector(IChainRegistry.ChainRegistryChainUnknown.selector, chainId);
        vm.expectRevert(unknown);
        chainRegistry.chainConfig(chainId);
        vm.expectRevert(unknown);
        chainRegistry.proposeOperator(chainId, stranger);
        vm.expectRevert(unknown);
        chainRegistry.acceptOperator(chainId);
        vm.expectRevert(unknown);
        vm.prank(governance);
        chainRegistry.setVerifier(chainId, address(verifier));
    }

    function test_constructor_reverts_whenAnAddressIsMissing() external {
        for (uint256 missing = 0; missing < 4; ++missing) {
            vm.expectRevert(abi.encodeWithSelector(IChainRegistry.ChainRegistryZeroAddress.selector));
            new ChainRegistry(
                missing == 0 ? address(0) : stranger,
                missing == 1 ? address(0) : stranger,
                missing == 2 ? address(0) : stranger,
                missing == 3 ? address(0) : stranger
            );
        }
        vm.assertEq(chainRegistry.version(), 1);
    }

    function _config() private view returns (ChainConfig memory) {
        return
            ChainConfig({operator: operator, verifier: address(verifier), dataAvailability: DataAvailability.Validium});
    }

    function _expectRegisterRevert(uint256 chainId, ChainConfig memory config, bytes32 genesis, bytes memory reason)
        private
    {
        vm.expectRevert(reason);
        vm.prank(governance);
        chainRegistry.registerChain(chainId, config, genesis, 0, 0);
    }

    function _expectNotOperator(address caller) private {
        vm.expectRevert(abi.encodeWithSelector(IChainRegistry.ChainRegistryNotOperator.selector, CHAIN, caller));
        vm.prank(caller);
    }
}
