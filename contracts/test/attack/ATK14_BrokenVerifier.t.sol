// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {IERC1155MetadataURI} from "@openzeppelin/contracts/token/ERC1155/extensions/IERC1155MetadataURI.sol";

import {IAssetLedger} from "../../src/interfaces/IAssetLedger.sol";
import {ISharedBridge} from "../../src/interfaces/ISharedBridge.sol";
import {AssetIds} from "../../src/libraries/AssetIds.sol";
import {LogLeaf} from "../../src/libraries/LogLeaf.sol";
import {AttestationVerifier} from "../../src/settlement/verifiers/AttestationVerifier.sol";
import {Asset, AssetKind, AssetTransfer, LedgerEntry} from "../../src/types/Assets.sol";
import {Batch} from "../../src/types/Batches.sol";
import {InclusionProof, RootImport} from "../../src/types/Messages.sol";
import {PriorityOperation} from "../../src/types/PriorityOperations.sol";
import {SwapEffect} from "../../src/types/Swaps.sol";
import {BridgeTest} from "../base/BridgeTest.sol";
import {Transfers} from "../base/Transfers.sol";
import {VaultTest} from "../base/VaultTest.sol";
import {PlainERC20, PlainERC721} from "../mocks/PlainTokens.sol";
import {AlwaysTrueVerifier} from "../mocks/Verifiers.sol";

/// @notice ATK-14: the verifier of one chain accepts everything, so its operator settles whatever he likes. What he can take
/// is what the ledger has for that chain and on its way to it; all other chains stay whole.
contract ATK14BrokenVerifierTest is BridgeTest {
    uint256 private constant BROKEN = 271;
    uint256 private constant HONEST = 272;

    address private _attacker = makeAddr("attacker");
    address private _bob = makeAddr("bob");
    PlainERC20 private _token;
    Account[] private _nobody;
    uint256 private _salt;

    function setUp() external {
        deployL1();
        addChain(BROKEN);
        addChain(HONEST);
        _breakVerifier();
        _token = new PlainERC20(18);
        _token.mint(_bob, 1_000);
        vm.prank(_bob);
        _token.approve(address(sharedBridge), type(uint256).max);
    }

    /// @dev What another chain has reported for its own users is not there for a message of this one.
    function test_ATK14_forgedWithdrawal_cannotTakeWhatAnotherChainSent() external {
        fund(HONEST, ETHER, 5 ether, _bob);
        (bytes memory honest, InclusionProof memory honestProof) = withdraw(HONEST, _to(_bob, ETHER, 5 ether), "salt");
        (bytes memory forged, InclusionProof memory forgedProof) =
            settleMessage(BROKEN, _to(_attacker, ETHER, 5 ether), "salt", nothing());
        vm.expectRevert(
            abi.encodeWithSelector(
                IAssetLedger.AssetLedgerPendingTooLow.selector, BROKEN, L1_CHAIN_ID, keyOfL1(ETHER), 0, 5 ether
            )
        );
        sharedBridge.finalizeWithdrawal(forgedProof, forged);
        vm.assertEq(_attacker.balance, 0);
        sharedBridge.finalizeWithdrawal(honestProof, honest);
        vm.assertEq(_bob.balance, 5 ether);
    }

    /// @dev Whatever it tries, in whatever order, with ether and with a token: the loss is what it had and what was on its
    /// way there, and the users of the other chain are paid in full.
    function testFuzz_ATK14_lossIsBounded(uint96[4] calldata has, uint256[12] calldata tries) external {
        address[2] memory tokens = [ETHER, address(_token)];
        uint256[2] memory bounds;
        for (uint256 i = 0; i < 2; ++i) {
            uint256 balance = bound(has[2 * i], 1, 300);
            uint256 pending = bound(has[2 * i + 1], 1, 100);
            bounds[i] = balance + pending;
            fund(BROKEN, tokens[i], balance, _bob);
            deposit(Transfers.fungible(BROKEN, tokens[i], pending, _bob), _bob);
            fund(HONEST, tokens[i], 500, _bob);
        }
        for (uint256 i = 0; i < tries.length; ++i) {
            _tryToSteal(tokens[tries[i] & 1], tries[i] >> 1);
        }
        _takeAllThatIsLeft(tokens);
        vm.assertEq(_attacker.balance, bounds[0], "no more than that, and no less: the bound is exact");
        vm.assertEq(_token.balanceOf(_attacker), bounds[1]);
        uint256[2] memory before = [_bob.balance, _token.balanceOf(_bob)];
        for (uint256 i = 0; i < 2; ++i) {
            (bytes memory message, InclusionProof memory proof) =
                withdraw(HONEST, _to(_bob, tokens[i], 500), bytes32(i));
            sharedBridge.finalizeWithdrawal(proof, message);
        }
        vm.assertEq(_bob.balance, before[0] + 500);
        vm.assertEq(_token.balanceOf(_bob), before[1] + 500);
    }

    /// @dev Batches of the broken chain that report what it cannot have moved never execute.
    function test_ATK14_reports_cannotExceedWhatTheChainHas() external {
        fund(BROKEN, ETHER, 3 ether, _bob);
        fund(HONEST, ETHER, 5 ether, _bob);
        Asset memory ether_ = assetOfL1(ETHER);
        bytes32 key = keyOfL1(ETHER);
        bytes memory tooLow =
            abi.encodeWithSelector(IAssetLedger.AssetLedgerBalanceTooLow.selector, BROKEN, key, 3 ether, 4 ether);
        _expectNotSettled(Transfers.entry(ether_, 0, BROKEN, L1_CHAIN_ID, 4 ether), tooLow);
        _expectNotSettled(Transfers.entry(ether_, 0, BROKEN, HONEST, 4 ether), tooLow);
        _expectNotSettled(
            Transfers.entry(ether_, 0, L1_CHAIN_ID, BROKEN, 1 ether),
            abi.encodeWithSelector(IAssetLedger.AssetLedgerPendingTooLow.selector, L1_CHAIN_ID, BROKEN, key, 0, 1 ether)
        );
        Asset memory ofHonest = Asset(HONEST, makeAddr("token of the honest chain"), AssetKind.Fungible);
        _expectNotSettled(
            Transfers.entry(ofHonest, 0, BROKEN, L1_CHAIN_ID, 1),
            abi.encodeWithSelector(
                IAssetLedger.AssetLedgerBalanceTooLow.selector, BROKEN, AssetIds.ledgerKey(ofHonest, 0), 0, 1
            )
        );
        report(BROKEN, Transfers.entry(ether_, 0, BROKEN, L1_CHAIN_ID, 3 ether));
        vm.assertEq(ledger.pending(BROKEN, L1_CHAIN_ID, key), 3 ether);
    }

    /// @dev It says that deposits failed: those of another chain it cannot, and one that arrived it cannot pay twice.
    function test_ATK14_falseFailures_giveNothingBackTwice() external {
        PriorityOperation memory elsewhere = deposit(Transfers.fungible(HONEST, ETHER, 2 ether, _bob), _bob);
        PriorityOperation memory arrived = deposit(Transfers.fungible(BROKEN, ETHER, 3 ether, _bob), _bob);
        report(BROKEN, Transfers.entry(assetOfL1(ETHER), 0, L1_CHAIN_ID, BROKEN, 3 ether));
        bytes32 hash = keccak256(abi.encode(elsewhere));
        InclusionProof memory proof = settleLeaf(BROKEN, LogLeaf.status(hash, false), nothing());
        vm.expectRevert(abi.encodeWithSelector(ISharedBridge.SharedBridgeUnproven.selector, hash));
        sharedBridge.claimFailedDeposit(elsewhere, proof);

        proof = settleLeaf(BROKEN, LogLeaf.status(keccak256(abi.encode(arrived)), false), nothing());
        vm.expectRevert(
            abi.encodeWithSelector(
                IAssetLedger.AssetLedgerPendingTooLow.selector, L1_CHAIN_ID, BROKEN, keyOfL1(ETHER), 0, 3 ether
            )
        );
        sharedBridge.claimFailedDeposit(arrived, proof);

        proof = settleLeaf(HONEST, LogLeaf.status(hash, false), nothing());
        sharedBridge.claimFailedDeposit(elsewhere, proof);
        vm.assertEq(_bob.balance, 2 ether);
    }

    /// @dev Tokens with parts that are not alike are counted one by one.
    function test_ATK14_singleTokens_ofOtherChainsStayWhole() external {
        PlainERC721 deeds = new PlainERC721();
        _depositDeed(deeds, 1, BROKEN);
        _depositDeed(deeds, 2, HONEST);
        Asset memory asset = Asset(L1_CHAIN_ID, address(deeds), AssetKind.NonFungible);
        bytes memory refusal = abi.encodeWithSelector(
            IAssetLedger.AssetLedgerBalanceTooLow.selector, BROKEN, AssetIds.ledgerKey(asset, 2), 0, 1
        );
        _expectNotSettled(Transfers.entry(asset, 2, BROKEN, L1_CHAIN_ID, 1), refusal);
        AssetTransfer memory what = Transfers.units(asset, 1, _attacker, _attacker);
        what.tokenId = 2;
        (bytes memory message, InclusionProof memory proof) = settleMessage(BROKEN, what, "salt", nothing());
        vm.expectRevert();
        sharedBridge.finalizeWithdrawal(proof, message);
        vm.assertEq(deeds.ownerOf(2), address(sharedBridge));
        what.tokenId = 1;
        (message, proof) = withdraw(BROKEN, what, "salt");
        sharedBridge.finalizeWithdrawal(proof, message);
        vm.assertEq(deeds.ownerOf(1), _attacker);
    }

    /// @dev Where governance has set a limit, what is stolen leaves slowly, and stops once the verifier is replaced.
    function test_ATK14_outflowLimit_boundsTheSpeed() external {
        fund(BROKEN, ETHER, 100 ether, _bob);
        vm.prank(governance);
        sharedBridge.setOutflowLimit(BROKEN, keyOfL1(ETHER), 10 ether, 0.01 ether);
        for (uint256 i = 0; i < 9; ++i) {
            (bytes memory message, InclusionProof memory proof) =
                withdraw(BROKEN, _to(_attacker, ETHER, 10 ether), bytes32(i));
            sharedBridge.finalizeWithdrawal(proof, message);
        }
        vm.assertEq(_attacker.balance, 10 ether, "the bucket; what became free meanwhile is not enough for more");
        vm.prank(governance);
        chainRegistry.setVerifier(BROKEN, address(verifier));
        Batch memory batch = batchWith(BROKEN, "leaf", nothing());
        vm.expectRevert();
        vm.prank(operator);
        settlement.settleBatch(BROKEN, batch, "", "no signatures", new RootImport[](0), nothing(), new SwapEffect[](0));
    }

    /// @dev One attempt: an arrival, or a withdrawal that is reported or is not.
    function _tryToSteal(address token, uint256 seed) private {
        uint256 amount = 1 + (seed >> 8) % 300;
        Asset memory asset = assetOfL1(token);
        if (seed % 3 == 0) _trySettle("leaf", Transfers.entry(asset, 0, L1_CHAIN_ID, BROKEN, amount));
        else if (seed % 3 == 1) _tryWithdraw(token, amount, nothing());
        else _tryWithdraw(token, amount, Transfers.entry(asset, 0, BROKEN, L1_CHAIN_ID, amount));
    }

    function _tryWithdraw(address token, uint256 amount, LedgerEntry[] memory entries) private {
        bytes memory message = Transfers.withdrawal(bytes32(++_salt), _to(_attacker, token, amount));
        (bool settled, bytes memory answer) = _trySettle(LogLeaf.message(0, vault, keccak256(message)), entries);
        if (!settled) return;
        try sharedBridge.finalizeWithdrawal(abi.decode(answer, (InclusionProof)), message) {} catch {}
    }

    /// @dev Settles in a call of its own, so that what is refused leaves no trace in the tests' books either.
    function _trySettle(bytes32 leaf, LedgerEntry[] memory entries) private returns (bool, bytes memory) {
        return address(this).call(abi.encodeCall(this.settleBroken, (leaf, entries)));
    }

    function settleBroken(bytes32 leaf, LedgerEntry[] calldata entries) external returns (InclusionProof memory) {
        return settleLeaf(BROKEN, leaf, entries);
    }

    /// @dev What the attempts have left of the bound is there to be taken.
    function _takeAllThatIsLeft(address[2] memory tokens) private {
        for (uint256 i = 0; i < 2; ++i) {
            bytes32 key = keyOfL1(tokens[i]);
            uint256 pending = ledger.pending(L1_CHAIN_ID, BROKEN, key);
            if (pending != 0) report(BROKEN, Transfers.entry(assetOfL1(tokens[i]), 0, L1_CHAIN_ID, BROKEN, pending));
            uint256 balance = ledger.balance(BROKEN, key);
            if (balance == 0) continue;
            _tryWithdraw(tokens[i], balance, Transfers.entry(assetOfL1(tokens[i]), 0, BROKEN, L1_CHAIN_ID, balance));
        }
    }

    function _expectNotSettled(LedgerEntry[] memory entries, bytes memory reason) private {
        Batch memory batch = batchWith(BROKEN, "leaf", entries);
        vm.expectRevert(reason);
        vm.prank(operator);
        settlement.settleBatch(BROKEN, batch, "", "anything", new RootImport[](0), entries, new SwapEffect[](0));
    }

    function _depositDeed(PlainERC721 deeds, uint256 tokenId, uint256 chainId) private {
        deeds.mint(_bob, tokenId);
        vm.prank(_bob);
        deeds.approve(address(sharedBridge), tokenId);
        deposit(Transfers.request(chainId, address(deeds), AssetKind.NonFungible, tokenId, 1, _bob), _bob);
        Asset memory asset = Asset(L1_CHAIN_ID, address(deeds), AssetKind.NonFungible);
        report(chainId, Transfers.entry(asset, tokenId, L1_CHAIN_ID, chainId, 1));
    }

    function _to(address to, address token, uint256 amount) private pure returns (AssetTransfer memory) {
        return Transfers.units(assetOfL1(token), amount, to, to);
    }

    /// @dev A verifier like any other is accepted, and turns out to be unsound.
    function _breakVerifier() private {
        AttestationVerifier unsound = newAttestationVerifier(_nobody, "nobody", 1, 1);
        acceptVerifier(unsound, _nobody);
        vm.prank(governance);
        chainRegistry.setVerifier(BROKEN, address(unsound));
        vm.etch(address(unsound), address(new AlwaysTrueVerifier()).code);
    }
}

/// @notice What the message of such a chain may say of tokens that are not its own, where it has some of them.
contract ATK14DescriptionsTest is VaultTest {
    Asset private _coins = Asset(L1, address(0xc0), AssetKind.MultiToken);

    /// @dev One unit of a token does not let a chain say what everybody's units show.
    function test_ATK14_uri_isTheHomesToChange() external {
        receiveFromBridge(Transfers.announcement(_coins, "Coins", 0), true);
        _receive(L1, "ipfs://real");
        _receive(DESTINATION, "ipfs://forged");
        vm.assertEq(_uri(), "ipfs://real");
        _receive(L1, "ipfs://newer");
        vm.assertEq(_uri(), "ipfs://newer");
        vm.assertEq(IERC1155(vault.tokenOf(_id())).balanceOf(bob, 3), 15);
    }

    /// @dev Where its home has sent none of it yet, it shows what it came with, until the home has its say.
    function test_ATK14_uri_comesAlong_whereNoneIsKnown() external {
        receiveFromBridge(Transfers.announcement(_coins, "Coins", 0), true);
        _receive(DESTINATION, "ipfs://first");
        vm.assertEq(_uri(), "ipfs://first");
        _receive(THIRD, "ipfs://second");
        vm.assertEq(_uri(), "ipfs://first");
        _receive(L1, "ipfs://real");
        vm.assertEq(_uri(), "ipfs://real");
    }

    /// @dev Nor may it say so by way of a claim.
    function test_ATK14_uri_isTheHomesToChange_whenItIsClaimed() external {
        _receive(L1, "ipfs://real");
        _receive(DESTINATION, "ipfs://forged");
        receiveFromBridge(Transfers.announcement(_coins, "Coins", 0), true);
        vm.prank(bob);
        vault.claim(_coins, 3, bob);
        vm.assertEq(_uri(), "ipfs://real");
        vm.assertEq(IERC1155(vault.tokenOf(_id())).balanceOf(bob, 3), 10);
    }

    /// @dev What was claimed first and paid last does not take the place of what the home said meanwhile.
    function test_ATK14_uri_isTheHomesToChange_whenTheClaimIsPaidLast() external {
        _receive(DESTINATION, "ipfs://forged");
        receiveFromBridge(Transfers.announcement(_coins, "Coins", 0), true);
        _receive(L1, "ipfs://real");
        vm.prank(bob);
        vault.claim(_coins, 3, bob);
        vm.assertEq(_uri(), "ipfs://real");
        vm.assertEq(IERC1155(vault.tokenOf(_id())).balanceOf(bob, 3), 10);
    }

    function _receive(uint256 source, string memory uri) private {
        AssetTransfer memory what = Transfers.units(_coins, 5, alice, bob);
        (what.tokenId, what.tokenUri) = (3, uri);
        if (source == L1) receiveFromBridge(what, true);
        else receiveFromVault(source, what);
    }

    function _uri() private view returns (string memory) {
        return IERC1155MetadataURI(vault.tokenOf(_id())).uri(3);
    }

    function _id() private view returns (bytes32) {
        return AssetIds.assetId(L1, _coins.originToken);
    }
}
