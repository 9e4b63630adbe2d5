// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC7802} from "@openzeppelin/contracts/interfaces/draft-IERC7802.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IAssetVault} from "../../src/interfaces/IAssetVault.sol";
import {IBaseTokenHolder} from "../../src/interfaces/IBaseTokenHolder.sol";
import {IBridgedERC1155} from "../../src/interfaces/IBridgedERC1155.sol";
import {IBridgedERC721} from "../../src/interfaces/IBridgedERC721.sol";
import {IBridgedToken} from "../../src/interfaces/IBridgedToken.sol";
import {IAssetRules} from "../../src/interfaces/IAssetRules.sol";
import {IRepresentations} from "../../src/interfaces/IRepresentations.sol";
import {ISharedBridge} from "../../src/interfaces/ISharedBridge.sol";
import {AssetIds} from "../../src/libraries/AssetIds.sol";
import {Erc7930} from "../../src/libraries/Erc7930.sol";
import {LogLeaf} from "../../src/libraries/LogLeaf.sol";
import {Asset, AssetKind, AssetMetadata, AssetTransfer} from "../../src/types/Assets.sol";
import {InclusionProof} from "../../src/types/Messages.sol";
import {PriorityOperation} from "../../src/types/PriorityOperations.sol";
import {NetworkTest} from "../base/NetworkTest.sol";
import {Transfers} from "../base/Transfers.sol";

/// @notice Has representations of its own made, as a vault does.
contract StrangeCustody {
    IRepresentations private immutable REPRESENTATIONS;
    mapping(AssetKind => address) public sharedImplementation;

    constructor(IRepresentations representations) {
        REPRESENTATIONS = representations;
    }

    function create(bytes32 id, AssetKind kind, AssetMetadata calldata metadata) external returns (address) {
        sharedImplementation[kind] = REPRESENTATIONS.implement(kind);
        return REPRESENTATIONS.create(id, kind, metadata);
    }
}

/// @notice ATK-12: a public function that pays and forgot to ask who speaks. Every way in that ends in paying, minting or
/// unlocking is tried by a stranger, with ids nobody has seen and a source of his choice.
contract ATK12ForgedReleasesTest is NetworkTest {
    struct Entry {
        address target;
        bytes4 selector;
    }

    /// @dev More than any call needs; what is drawn may be read as lengths.
    uint256 private constant CALL_GAS = 2_000_000;

    address private _bob = makeAddr("bob");
    /// @dev Every function of every contract that is deployed and changes state, the access managers' aside.
    Entry[] private _entries;

    function setUp() external {
        deployNetwork();
        fund(CHAIN, ETHER, 5 ether, _bob);
        string[] memory contracts = deployedContracts();
        for (uint256 i = 0; i < contracts.length; ++i) {
            if (equal(contracts[i], "AccessManager")) continue;
            AbiFunction[] memory functions = functionsOf(contracts[i]);
            for (uint256 j = 0; j < functions.length; ++j) {
                if (!changesState(functions[j])) continue;
                _entries.push(Entry(deployed[contracts[i]], selectorOf(functions[j])));
            }
        }
        vm.assertGt(_entries.length, 60);
    }

    /// @dev Walks the ABI: whatever a stranger calls, with words of his own drawn from the seed, he is not paid.
    function testFuzz_ATK12_everyFunction_paysNoStranger(bytes32 seed) external {
        bytes32 before = _assets();
        for (uint256 i = 0; i < 2 * _entries.length; ++i) {
            vm.chainId(i % 2 == 0 ? L1_CHAIN_ID : CHAIN);
            bytes memory call = _callOf(_entries[i / 2].selector, seed);
            vm.prank(stranger);
            // Some do something, such as sending a message of his own.
            (bool success,) = _entries[i / 2].target.call{gas: CALL_GAS}(call);
            success;
        }
        vm.assertEq(_assets(), before);
    }

    /// @dev The chain's vault takes what the chain's gateways hand over, and those name the vault of another chain.
    function testFuzz_ATK12_vault_refuses_forgedSources(bytes32 id, uint256 chainId, address from, uint128 amount)
        external
    {
        vm.chainId(CHAIN);
        vm.assume(from != vault && from != address(sharedBridge));
        AssetTransfer memory forged = Transfers.units(assetOfL1(ETHER), bound(amount, 1, 5 ether), stranger, stranger);
        bytes memory payload = Transfers.encode(forged);
        vm.expectRevert(abi.encodeWithSelector(IAssetVault.AssetVaultNotGateway.selector, stranger));
        vm.prank(stranger);
        assetVault.receiveMessage(id, Erc7930.format(L1_CHAIN_ID, address(sharedBridge)), payload);
        address[2] memory gateways = [address(handler), address(inbox)];
        for (uint256 i = 0; i < 2; ++i) {
            bytes memory source = Erc7930.format(chainId, from);
            vm.expectRevert(abi.encodeWithSelector(IAssetVault.AssetVaultWrongSender.selector, source));
            vm.prank(gateways[i]);
            assetVault.receiveMessage(id, source, payload);
        }
        vm.assertEq(stranger.balance, 0);
        vm.prank(address(inbox));
        assetVault.receiveMessage(id, Erc7930.format(L1_CHAIN_ID, address(sharedBridge)), payload);
        vm.assertEq(stranger.balance, forged.amount);
    }

    /// @dev L1's bridge takes what a proof leads to.
    function testFuzz_ATK12_bridge_refuses_forgedProofs(bytes32 salt, address from, InclusionProof calldata random)
        external
    {
        vm.assume(from != vault);
        AssetTransfer memory what = Transfers.units(assetOfL1(ETHER), 5 ether, stranger, stranger);
        bytes memory message = Transfers.withdrawal(salt, what);
        vm.startPrank(stranger);
        vm.expectRevert();
        sharedBridge.finalizeWithdrawal(random, message);
        vm.expectRevert(abi.encodeWithSelector(ISharedBridge.SharedBridgeUnproven.selector, keccak256(message)));
        sharedBridge.releaseWithdrawal(CHAIN, message);
        vm.stopPrank();
        // A message that was really sent, by anybody but the vault.
        InclusionProof memory proof = settleLeaf(CHAIN, LogLeaf.message(0, from, keccak256(message)), nothing());
        vm.expectRevert(abi.encodeWithSelector(ISharedBridge.SharedBridgeUnproven.selector, keccak256(message)));
        sharedBridge.finalizeWithdrawal(proof, message);
        (message, proof) = withdraw(CHAIN, what, salt);
        sharedBridge.finalizeWithdrawal(proof, message);
        vm.assertEq(stranger.balance, 5 ether);
    }

    /// @dev A deposit that nobody made, or that somebody made without the bridge, did not fail.
    function testFuzz_ATK12_bridge_refuses_forgedDeposits(PriorityOperation calldata random) external {
        InclusionProof memory proof = settleLeaf(CHAIN, LogLeaf.status(keccak256(abi.encode(random)), false), nothing());
        _expectUnknown(random, proof);

        AssetTransfer memory what = Transfers.units(assetOfL1(ETHER), 5 ether, stranger, stranger);
        vm.recordLogs();
        vm.prank(stranger);
        priorityQueue.request(CHAIN, vault, DEPOSIT_GAS, Transfers.encode(what));
        PriorityOperation memory own = operationIn(vm.getRecordedLogs());
        bytes32 failed = LogLeaf.status(keccak256(abi.encode(own)), false);
        _expectUnknown(own, settleLeaf(CHAIN, failed, nothing()));

        PriorityOperation memory real = deposit(Transfers.fungible(CHAIN, ETHER, 1 ether, _bob), _bob);
        failed = LogLeaf.status(keccak256(abi.encode(real)), false);
        proof = settleLeaf(CHAIN, failed, nothing());
        vm.prank(stranger);
        sharedBridge.claimFailedDeposit(real, proof);
        vm.assertEq(_bob.balance, 1 ether);
    }

    /// @dev Nothing is owed, nothing was cancelled, and nobody but the center has calls worded.
    function testFuzz_ATK12_vault_refuses_claimsOfNothing(
        uint256 chainId,
        address token,
        uint8 kind,
        uint256 tokenId,
        bytes calldata bundle
    ) external {
        Asset memory asset = Asset(chainId, token, AssetKind(kind % 3));
        vm.startPrank(stranger);
        vm.expectRevert();
        sharedBridge.claim(asset, tokenId, stranger);
        vm.chainId(CHAIN);
        vm.expectRevert();
        assetVault.claim(asset, tokenId, stranger);
        bytes32 hash = keccak256(abi.encode(L1_CHAIN_ID, bundle));
        vm.expectRevert(abi.encodeWithSelector(IAssetVault.AssetVaultNotCancelled.selector, hash, tokenId));
        assetVault.returnCancelled(L1_CHAIN_ID, bundle, tokenId);
        vm.expectRevert(abi.encodeWithSelector(IAssetVault.AssetVaultNotGateway.selector, stranger));
        assetVault.initiateIndirectCall(CHAIN, _bob, bundle);
        vm.stopPrank();
    }

    function testFuzz_ATK12_tokens_refuse_strangers(address caller, uint256 amount) external {
        IBaseTokenHolder holder = assetVault.BASE_TOKEN_HOLDER();
        vm.assume(caller != vault);
        bytes memory refusal = abi.encodeWithSelector(IBridgedToken.BridgedTokenNotVault.selector, caller, vault);
        address[3] memory tokens = [deployed["BridgedERC20"], deployed["BridgedERC721"], deployed["BridgedERC1155"]];
        vm.startPrank(caller);
        vm.expectRevert(refusal);
        IERC7802(tokens[0]).crosschainMint(caller, amount);
        vm.expectRevert(refusal);
        IERC7802(tokens[0]).crosschainBurn(_bob, amount);
        vm.expectRevert(refusal);
        IBridgedERC721(tokens[1]).crosschainMint(caller, amount, "");
        vm.expectRevert(refusal);
        IBridgedERC721(tokens[1]).crosschainBurn(_bob, amount);
        vm.expectRevert(refusal);
        IBridgedERC1155(tokens[2]).crosschainMint(caller, amount, 1, "");
        vm.expectRevert(refusal);
        IBridgedERC1155(tokens[2]).crosschainBurn(_bob, amount, 1);
        vm.expectRevert(abi.encodeWithSelector(IBaseTokenHolder.BaseTokenHolderNotVault.selector, caller, vault));
        holder.pay(caller, amount, 30_000);
        vm.stopPrank();
        vm.prank(vault);
        IERC7802(tokens[0]).crosschainMint(_bob, 5);
        vm.assertEq(IERC20(tokens[0]).balanceOf(_bob), 5);
    }

    /// @dev Anyone may have a token made for an asset. It obeys whoever asked, and is not the one that the vault knows.
    function testFuzz_ATK12_representations_ofStrangers_areNotTheVaults(bytes32 id, uint8 kind) external {
        AssetMetadata memory metadata = AssetMetadata("Fake", "FAKE", 18, address(0), address(0));
        AssetKind which = AssetKind(kind % 3);
        StrangeCustody custody = new StrangeCustody(chainRepresentations);
        address fake = custody.create(id, which, metadata);
        vm.assertEq(IBridgedToken(fake).VAULT(), address(custody));
        vm.assertEq(assetVault.tokenOf(id), address(0));
        vm.prank(vault);
        address token = chainRepresentations.create(id, which, metadata);
        vm.assertEq(IBridgedToken(token).VAULT(), vault);
        vm.assertNotEq(token, fake);
    }

    /// @dev What waits by its issuer's rules is what arrived; nothing that a stranger words is.
    function testFuzz_ATK12_release_refuses_whatNeverArrived(uint256 chainId, uint256 index, bytes calldata random)
        external
    {
        bytes memory forged = Transfers.encode(Transfers.units(assetOfL1(ETHER), 5 ether, stranger, stranger));
        vm.startPrank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IAssetRules.AssetRulesNothingHeld.selector, address(0), chainId, index));
        sharedBridge.release(chainId, index, forged);
        vm.expectRevert();
        sharedBridge.release(chainId, index, random);
        vm.chainId(CHAIN);
        vm.expectRevert(abi.encodeWithSelector(IAssetRules.AssetRulesNothingHeld.selector, address(0), chainId, index));
        assetVault.release(chainId, index, forged);
        vm.expectRevert();
        assetVault.release(chainId, index, random);
        vm.stopPrank();
    }

    function _expectUnknown(PriorityOperation memory operation, InclusionProof memory proof) private {
        bytes32 hash = keccak256(abi.encode(operation));
        vm.expectRevert(abi.encodeWithSelector(ISharedBridge.SharedBridgeUnknownDeposit.selector, hash));
        sharedBridge.claimFailedDeposit(operation, proof);
    }

    /// @dev Words that a thief would try, in an order drawn from `seed`.
    function _callOf(bytes4 selector, bytes32 seed) private view returns (bytes memory call) {
        uint256[8] memory words = [
            uint256(uint160(stranger)),
            uint256(uint160(_bob)),
            uint256(uint160(ETHER)),
            1 ether,
            0,
            CHAIN,
            L1_CHAIN_ID,
            uint256(uint160(vault))
        ];
        call = bytes.concat(selector);
        for (uint256 i = 0; i < 16; ++i) {
            call = bytes.concat(call, bytes32(words[uint256(keccak256(abi.encode(seed, selector, i))) % 8]));
        }
    }

    /// @dev What everybody has, and what the ledger says of it.
    function _assets() private view returns (bytes32) {
        bytes32 key = keyOfL1(ETHER);
        uint256[2] memory ether_ = [stranger.balance, address(sharedBridge).balance];
        return keccak256(
            abi.encode(
                ether_,
                deployed["BaseTokenHolder"].balance,
                IERC20(deployed["BridgedERC20"]).totalSupply(),
                IERC20(deployed["BridgedERC721"]).balanceOf(_bob),
                ledger.balance(CHAIN, key),
                ledger.pending(L1_CHAIN_ID, CHAIN, key),
                ledger.pending(CHAIN, L1_CHAIN_ID, key),
                ledger.issued(key),
                sharedBridge.claimable(key, stranger),
                assetVault.claimable(AssetIds.assetId(L1_CHAIN_ID, ETHER), stranger)
            )
        );
    }
}
