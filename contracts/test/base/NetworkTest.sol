// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {Roles} from "../../src/access/Roles.sol";
import {AssetVault} from "../../src/assets/AssetVault.sol";
import {Representations} from "../../src/assets/Representations.sol";
import {AssetIds} from "../../src/libraries/AssetIds.sol";
import {InteropCenter} from "../../src/messaging/InteropCenter.sol";
import {InteropHandler} from "../../src/messaging/InteropHandler.sol";
import {PriorityInbox} from "../../src/messaging/PriorityInbox.sol";
import {SwapDeployer} from "../../src/swap/SwapDeployer.sol";
import {AdapterVenue} from "../../src/swap/venues/AdapterVenue.sol";
import {PoolVenue} from "../../src/swap/venues/PoolVenue.sol";
import {QuoteVenue} from "../../src/swap/venues/QuoteVenue.sol";
import {TradeVenue} from "../../src/swap/venues/TradeVenue.sol";
import {AssetKind, AssetMetadata} from "../../src/types/Assets.sol";
import {PriorityOperation} from "../../src/types/PriorityOperations.sol";
import {PlainERC20} from "../mocks/PlainTokens.sol";
import {AbiReader} from "./AbiReader.sol";
import {BridgeTest} from "./BridgeTest.sol";

/// @notice Everything that is deployed: L1, and one chain beside it, with the vault and the bridge that know each other.
/// `vm.chainId` says on which of the two what is called stands.
abstract contract NetworkTest is BridgeTest, AbiReader {
    /// @dev A small id, so that it may stand where a length is read.
    uint256 internal constant CHAIN = 5;
    /// @dev More than will ever be on the chain.
    uint256 internal constant GENESIS_BASE_TOKENS = 1_000_000 ether;

    /// @dev The vault's address has to be known to L1 before the vault exists.
    uint64 private constant VAULT_NONCE = 1_000_000;

    AccessManager internal chainManager;
    InteropCenter internal center;
    PriorityInbox internal inbox;
    InteropHandler internal handler;
    Representations internal chainRepresentations;
    AssetVault internal assetVault;

    /// @dev By the name of the contract; of tokens one of each kind.
    mapping(string name => address) internal deployed;

    function deployNetwork() internal {
        vault = vm.computeCreateAddress(address(this), VAULT_NONCE);
        deployL1();
        addChain(CHAIN);
        _deployChain();
        _grantRolesOnChain();
        _nameContracts();
    }

    /// @notice The chain's operator consumes an operation of L1.
    function processOnChain(PriorityOperation memory operation) internal {
        PriorityOperation[] memory operations = new PriorityOperation[](1);
        operations[0] = operation;
        vm.chainId(CHAIN);
        vm.prank(operator, operator);
        inbox.processOperations(operations);
        vm.chainId(L1_CHAIN_ID);
    }

    function _deployChain() private {
        chainManager = AccessManager(vm.deployCode("AccessManager.sol:AccessManager", abi.encode(address(this))));
        center = new InteropCenter(address(chainManager), L1_CHAIN_ID);
        inbox = PriorityInbox(center.PRIORITY_INBOX());
        handler = new InteropHandler(address(chainManager), L1_CHAIN_ID, address(center));
        chainRepresentations = new Representations();
        SwapDeployer swapDeployer = new SwapDeployer();
        deployed["SwapDeployer"] = address(swapDeployer);
        vm.setNonce(address(this), VAULT_NONCE);
        assetVault = new AssetVault(
            address(chainManager),
            address(chainRepresentations),
            address(center),
            address(handler),
            L1_CHAIN_ID,
            address(sharedBridge),
            address(swapDeployer),
            address(swapRegistry)
        );
        bytes memory arguments = abi.encode(
            address(chainManager), vault, address(center), address(handler), L1_CHAIN_ID, address(swapRegistry)
        );
        swapDeployer.deploy(arguments);
        vm.assertEq(address(assetVault), vault);
        vm.deal(address(assetVault.BASE_TOKEN_HOLDER()), GENESIS_BASE_TOKENS);
    }

    function _grantRolesOnChain() private {
        (uint64 role, bytes4[] memory selectors) = Roles.interopCenter();
        chainManager.setTargetFunctionRole(address(center), selectors, role);
        (role, selectors) = Roles.interopHandler();
        chainManager.setTargetFunctionRole(address(handler), selectors, role);
        (role, selectors) = Roles.interopRootStorage();
        chainManager.setTargetFunctionRole(address(handler), selectors, role);
        (role, selectors) = Roles.priorityInbox();
        chainManager.setTargetFunctionRole(address(inbox), selectors, role);
        (role, selectors) = Roles.priorityInboxFilter();
        chainManager.setTargetFunctionRole(address(inbox), selectors, role);
        (role, selectors) = Roles.atomicSwap();
        chainManager.setTargetFunctionRole(assetVault.SWAP(), selectors, role);
        (role, selectors) = Roles.assetVault();
        chainManager.setTargetFunctionRole(address(assetVault), selectors, role);
        (role, selectors) = Roles.assetCustody();
        chainManager.setTargetFunctionRole(address(assetVault), selectors, role);
        chainManager.grantRole(Roles.GOVERNANCE, governance, 0);
        chainManager.grantRole(Roles.OPERATOR, operator, 0);
        chainManager.grantRole(Roles.PAUSER, pauser, 0);
    }

    function _nameContracts() private {
        deployed["AccessManager"] = address(manager);
        deployed["AssetLedger"] = address(ledger);
        deployed["AttestationVerifier"] = address(verifier);
        deployed["BatchSettlement"] = address(settlement);
        deployed["ChainRegistry"] = address(chainRegistry);
        deployed["MessageRoot"] = address(messageRoot);
        deployed["PriorityQueue"] = address(priorityQueue);
        deployed["SharedBridge"] = address(sharedBridge);
        deployed["SwapRegistry"] = address(swapRegistry);
        deployed["VerifierRegistry"] = address(verifierRegistry);
        deployed["AssetVault"] = address(assetVault);
        deployed["AtomicSwap"] = assetVault.SWAP();
        deployed["BaseTokenHolder"] = address(assetVault.BASE_TOKEN_HOLDER());
        deployed["InteropCenter"] = address(center);
        deployed["InteropHandler"] = address(handler);
        deployed["PriorityInbox"] = address(inbox);
        deployed["Representations"] = address(chainRepresentations);
        string[3] memory implementers = ["ERC20Implementer", "ERC721Implementer", "ERC1155Implementer"];
        for (uint256 i = 0; i < 3; ++i) {
            deployed[implementers[i]] = vm.computeCreateAddress(address(chainRepresentations), i + 1);
        }
        deployed["AssetRules"] = address(assetVault.RULES());
        deployed["BridgedERC20"] = _represent(AssetKind.Fungible);
        deployed["RepresentationProxy"] = deployed["BridgedERC20"];
        deployed["BridgedERC721"] = _represent(AssetKind.NonFungible);
        deployed["BridgedERC1155"] = _represent(AssetKind.MultiToken);
        _deployVenues();
    }

    /// @dev They know the swap contract and nothing else of the network.
    function _deployVenues() private {
        address chainSwap = assetVault.SWAP();
        AdapterVenue adapter = new AdapterVenue(chainSwap);
        deployed["AdapterVenue"] = address(adapter);
        deployed["AdapterRunner"] = adapter.RUNNER();
        deployed["PoolVenue"] = address(new PoolVenue(address(new PlainERC20(18)), address(new PlainERC20(6)), 30));
        deployed["QuoteVenue"] = address(new QuoteVenue(chainSwap));
        deployed["TradeVenue"] = address(new TradeVenue(chainSwap));
    }

    /// @dev A token of L1 on the chain, as the vault would create it.
    function _represent(AssetKind kind) private returns (address) {
        bytes32 id = AssetIds.assetId(L1_CHAIN_ID, address(uint160(uint256(keccak256(abi.encode("token", kind))))));
        vm.prank(vault);
        return chainRepresentations.create(id, kind, AssetMetadata("Token", "TKN", 18, address(0), address(0)));
    }
}
