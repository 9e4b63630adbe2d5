// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IAssetCustody} from "../../src/interfaces/IAssetCustody.sol";
import {IAssetVault} from "../../src/interfaces/IAssetVault.sol";
import {IBaseTokenHolder} from "../../src/interfaces/IBaseTokenHolder.sol";
import {IMessageOutbox} from "../../src/interfaces/IMessageOutbox.sol";
import {Erc7930} from "../../src/libraries/Erc7930.sol";
import {LogLeaf} from "../../src/libraries/LogLeaf.sol";
import {TransferRequest} from "../../src/types/Assets.sol";
import {InclusionProof} from "../../src/types/Messages.sol";
import {PriorityOperation} from "../../src/types/PriorityOperations.sol";
import {NetworkTest} from "../base/NetworkTest.sol";
import {Transfers} from "../base/Transfers.sol";
import {Vm} from "../base/Vm.sol";

/// @notice Runs the code of others as its own.
contract Borrower {
    function borrow(address code, bytes calldata call) external payable returns (bool success, bytes memory answer) {
        return code.delegatecall(call);
    }

    receive() external payable {}
}

/// @notice ATK-21: base tokens that come out of nothing. What circulates on a chain is what the ledger has for it, and nothing
/// that is done to ether behind the contracts' back changes either.
contract ATK21BaseTokenTest is NetworkTest {
    /// @dev `selfdestruct(calldataload(0))`.
    bytes private constant SELFDESTRUCT_TO_ARGUMENT = hex"5f35ff";

    address private _bob = makeAddr("bob");

    function setUp() external {
        deployNetwork();
    }

    /// @dev In, out, refused and forced, in any order: the two figures move together.
    function testFuzz_ATK21_supplyIsWhatTheLedgerHas(uint256[10] calldata steps) external {
        for (uint256 i = 0; i < steps.length; ++i) {
            uint256 amount = bound(steps[i] >> 2, 1, 10 ether);
            if (steps[i] & 3 == 0) _forceEverywhere();
            else if (steps[i] & 3 == 1 || _bob.balance < amount) _arrive(amount);
            else _leave(amount);
            vm.assertEq(_circulating(), ledger.balance(CHAIN, keyOfL1(ETHER)));
            (uint256 kept, uint256 owed) = sharedBridge.solvency(ETHER);
            vm.assertEq(owed, ledger.issued(keyOfL1(ETHER)));
            vm.assertGe(kept, owed);
        }
    }

    /// @dev A contract that gives its ether to itself as it goes destroys or keeps it, and makes none.
    function test_ATK21_selfdestructToItself_makesNothing() external {
        _arrive(3 ether);
        address bomb = makeAddr("bomb");
        vm.etch(bomb, SELFDESTRUCT_TO_ARGUMENT);
        vm.deal(bomb, 1 ether);
        uint256 before = _state();
        (bool gone,) = bomb.call(abi.encode(bomb));
        vm.assertTrue(gone);
        vm.assertLe(bomb.balance, 1 ether);
        vm.assertEq(_state(), before);
    }

    /// @dev What is forced upon the vault does not count as sent with a transfer, or as kept for one.
    function test_ATK21_forcedEther_isNobodys() external {
        _arrive(3 ether);
        uint256 before = _state();
        _forceEverywhere();
        vm.assertEq(_state(), before);
        vm.chainId(CHAIN);
        TransferRequest memory request = Transfers.fungible(L1_CHAIN_ID, ETHER, 1 ether, stranger);
        vm.expectRevert(abi.encodeWithSelector(IAssetCustody.AssetCustodyWrongValue.selector, 1 ether, 0));
        vm.prank(stranger);
        assetVault.transfer(request);
        vm.chainId(L1_CHAIN_ID);
        request.destinationChainId = CHAIN;
        vm.expectRevert(abi.encodeWithSelector(IAssetCustody.AssetCustodyWrongValue.selector, 1 ether, 0));
        vm.prank(stranger);
        sharedBridge.deposit(request, DEPOSIT_GAS);
        vm.assertEq(_state(), before);
        _leave(3 ether);
        vm.assertEq(ledger.issued(keyOfL1(ETHER)), 0);
    }

    /// @dev Borrowed code speaks for the borrower: the holder does not pay him, and his message is not the vault's.
    function test_ATK21_delegatecall_speaksForTheBorrower() external {
        _arrive(3 ether);
        Borrower borrower = new Borrower();
        vm.deal(address(borrower), 1 ether);
        uint256 before = _state();
        vm.chainId(CHAIN);
        TransferRequest memory request = Transfers.fungible(L1_CHAIN_ID, ETHER, 1 ether, stranger);
        vm.recordLogs();
        (bool success,) =
            borrower.borrow{value: 1 ether}(address(assetVault), abi.encodeCall(assetVault.transfer, (request)));
        // It gave its ether away, and said so in its own name.
        vm.assertTrue(success);
        bytes memory message = _messageOf(address(borrower), vm.getRecordedLogs());
        vm.chainId(L1_CHAIN_ID);
        InclusionProof memory proof =
            settleLeaf(CHAIN, LogLeaf.message(0, address(borrower), keccak256(message)), nothing());
        vm.expectRevert();
        sharedBridge.finalizeWithdrawal(proof, message);

        vm.chainId(CHAIN);
        IBaseTokenHolder holder = assetVault.BASE_TOKEN_HOLDER();
        (success,) = borrower.borrow(address(holder), abi.encodeCall(IBaseTokenHolder.pay, (stranger, 1 ether, 30_000)));
        vm.assertFalse(success);
        bytes memory word = Transfers.encode(Transfers.units(assetOfL1(ETHER), 1 ether, stranger, stranger));
        bytes memory source = Erc7930.format(L1_CHAIN_ID, address(sharedBridge));
        bytes memory answer;
        (success, answer) =
            borrower.borrow(address(assetVault), abi.encodeCall(assetVault.receiveMessage, (bytes32(0), source, word)));
        vm.assertFalse(success);
        vm.assertEq(answer, abi.encodeWithSelector(IAssetVault.AssetVaultNotGateway.selector, address(this)));
        vm.assertEq(stranger.balance, 0);
        vm.assertEq(_state() - before, 1 ether, "what the borrower gave away is out of circulation");
    }

    /// @dev A deposit arrives and is reported.
    function _arrive(uint256 amount) private {
        PriorityOperation memory operation = deposit(Transfers.fungible(CHAIN, ETHER, amount, _bob), stranger);
        processOnChain(operation);
        report(CHAIN, Transfers.entry(assetOfL1(ETHER), 0, L1_CHAIN_ID, CHAIN, amount));
    }

    /// @dev Bob withdraws, which is reported and paid.
    function _leave(uint256 amount) private {
        vm.chainId(CHAIN);
        vm.recordLogs();
        vm.prank(_bob);
        assetVault.transfer{value: amount}(Transfers.fungible(L1_CHAIN_ID, ETHER, amount, stranger));
        bytes memory message = _messageOf(vault, vm.getRecordedLogs());
        vm.chainId(L1_CHAIN_ID);
        InclusionProof memory proof = settleLeaf(
            CHAIN,
            LogLeaf.message(0, vault, keccak256(message)),
            Transfers.entry(assetOfL1(ETHER), 0, CHAIN, L1_CHAIN_ID, amount)
        );
        uint256 before = stranger.balance;
        sharedBridge.finalizeWithdrawal(proof, message);
        vm.assertEq(stranger.balance, before + amount);
    }

    /// @dev New ether, upon all who take none of it knowingly. The holder's does not circulate, so it is left out.
    function _forceEverywhere() private {
        address[7] memory targets = [
            vault,
            address(sharedBridge),
            address(ledger),
            address(center),
            address(handler),
            address(inbox),
            address(settlement)
        ];
        for (uint256 i = 0; i < targets.length; ++i) {
            vm.deal(address(this), 1 ether);
            uint256 before = targets[i].balance;
            _explode(1 ether, targets[i]);
            vm.assertEq(targets[i].balance, before + 1 ether);
        }
    }

    /// @dev A contract that is created with `value`, gives it to `to` as it goes, and asks nobody.
    function _explode(uint256 value, address to) private {
        bytes memory code = abi.encodePacked(hex"73", to, hex"ff");
        assembly ("memory-safe") {
            pop(create(value, add(code, 0x20), mload(code)))
        }
    }

    function _messageOf(address sender, Vm.Log[] memory logs) private pure returns (bytes memory message) {
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IMessageOutbox.L1MessageSent.selector) continue;
            vm.assertEq(address(uint160(uint256(logs[i].topics[1]))), sender);
            message = abi.decode(logs[i].data, (bytes));
        }
        vm.assertNotEq(message.length, 0);
    }

    /// @dev What has left the holder.
    function _circulating() private view returns (uint256) {
        return GENESIS_BASE_TOKENS - address(assetVault.BASE_TOKEN_HOLDER()).balance;
    }

    /// @dev What the books say, added up: of the ledger, of the bridge and of the holder.
    function _state() private view returns (uint256) {
        bytes32 key = keyOfL1(ETHER);
        (, uint256 owed) = sharedBridge.solvency(ETHER);
        return ledger.issued(key) + ledger.balance(CHAIN, key) + ledger.pending(L1_CHAIN_ID, CHAIN, key) + owed
            + address(assetVault.BASE_TOKEN_HOLDER()).balance;
    }
}
