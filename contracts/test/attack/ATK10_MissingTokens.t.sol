// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

import {IAssetCustody} from "../../src/interfaces/IAssetCustody.sol";
import {AssetTransfers} from "../../src/libraries/AssetTransfers.sol";
import {Erc7930} from "../../src/libraries/Erc7930.sol";
import {AssetIds} from "../../src/libraries/AssetIds.sol";
import {Asset, AssetKind, TransferRequest} from "../../src/types/Assets.sol";
import {InteropCallStarter} from "../../src/types/Bundles.sol";
import {Transfers} from "../base/Transfers.sol";
import {BridgeTest} from "../base/BridgeTest.sol";
import {VaultTest} from "../base/VaultTest.sol";
import {Vm} from "../base/Vm.sol";
import {PlainERC20} from "../mocks/PlainTokens.sol";

/// @notice Says that it moved something, and does not.
contract LyingToken is ERC20 {
    constructor() ERC20("Lie", "LIE") {}

    function transferFrom(address, address, uint256) public pure override returns (bool) {
        return true;
    }
}

/// @notice ATK-10: a token that is not there. A call to an account without code succeeds, so nothing may be credited, and no
/// event may say that anything was taken, unless the balance here has grown by just that.
contract ATK10MissingTokensTest is VaultTest {
    PlainERC20 private _token;

    function setUp() public override {
        super.setUp();
        _token = new PlainERC20(18);
        _token.mint(alice, 100);
        vm.prank(alice);
        _token.approve(address(vault), 100);
    }

    /// @dev The event, what is locked, and the difference of the balance are the same figure.
    function testFuzz_ATK10_accepts_tokenWithCode(uint256 amount) external {
        amount = bound(amount, 1, 100);
        Asset memory asset = Asset(SOURCE, address(_token), AssetKind.Fungible);
        vm.expectEmit(address(vault));
        emit IAssetCustody.AssetOut(
            AssetTransfers.packAsset(asset), 0, AssetTransfers.packMovement(DESTINATION, amount)
        );
        vm.prank(alice);
        vault.transfer(Transfers.fungible(DESTINATION, address(_token), amount, bob));
        vm.assertEq(_token.balanceOf(address(vault)), amount);
        vm.assertEq(vault.locked(address(_token)), amount);
    }

    function test_ATK10_refuses_addressZero() external {
        _refuse(address(0), abi.encodeWithSelector(IAssetCustody.AssetCustodyNoToken.selector, address(0)));
    }

    /// @dev Accounts of people, accounts that nobody has, precompiles.
    function testFuzz_ATK10_refuses_addressWithoutCode(address token) external {
        vm.assume(token.code.length == 0 && token != BASE);
        _refuse(token, abi.encodeWithSelector(IAssetCustody.AssetCustodyNoToken.selector, token));
    }

    function test_ATK10_refuses_precompiles() external {
        for (uint160 i = 2; i <= 0x11; ++i) {
            _refuse(address(i), abi.encodeWithSelector(IAssetCustody.AssetCustodyNoToken.selector, address(i)));
        }
    }

    /// @dev It was there, and some of it has crossed.
    function test_ATK10_refuses_tokenThatIsGone() external {
        cross(SOURCE, Transfers.fungible(DESTINATION, address(_token), 60, bob), alice);
        address bridged = bridgedOf(address(_token));
        vm.chainId(SOURCE);
        vm.etch(address(_token), "");
        _refuse(address(_token), "");

        // Coming home it is not counted as paid: the recipient may claim it, should it ever stand there again.
        bytes32 key = AssetIds.assetId(SOURCE, address(_token));
        cross(DESTINATION, Transfers.fungible(SOURCE, bridged, 25, bob), bob);
        vm.assertEq(vault.claimable(key, bob), 25);
        Asset memory asset = Asset(SOURCE, address(_token), AssetKind.Fungible);
        vm.expectRevert(abi.encodeWithSelector(IAssetCustody.AssetCustodyNotPaid.selector, key, bob, 25));
        vm.prank(bob);
        vault.claim(asset, 0, bob);
        vm.assertEq(vault.locked(address(_token)), 60);
        vm.etch(address(_token), address(new PlainERC20(18)).code);
        vm.prank(bob);
        vault.claim(asset, 0, bob);
        vm.assertEq(_token.balanceOf(bob), 25);
    }

    /// @dev The representation is gone: nothing of it can be burned, and so nothing is unlocked elsewhere.
    function test_ATK10_refuses_representationThatIsGone() external {
        cross(SOURCE, Transfers.fungible(DESTINATION, address(_token), 60, bob), alice);
        address bridged = bridgedOf(address(_token));
        vm.etch(bridged, "");
        bytes32 before = center.commitment();
        vm.expectRevert();
        vm.prank(bob);
        vault.transfer(Transfers.fungible(SOURCE, bridged, 25, bob));
        vm.assertEq(center.commitment(), before);
        vm.assertEq(vault.locked(address(_token)), 60);
    }

    function test_ATK10_refuses_tokenThatMovesNothing() external {
        address token = address(new LyingToken());
        _refuse(token, abi.encodeWithSelector(IAssetCustody.AssetCustodyNotExact.selector, token, 5, 0));
        vm.assertEq(vault.locked(token), 0);
    }

    /// @dev Contracts that are no tokens, those of the network among them.
    function test_ATK10_refuses_contractsThatAreNoTokens() external {
        address[7] memory others = [
            address(vault),
            address(center),
            address(handler),
            address(inbox),
            address(manager),
            address(representations),
            address(vault.BASE_TOKEN_HOLDER())
        ];
        for (uint256 i = 0; i < others.length; ++i) {
            _refuse(others[i], "");
        }
    }

    /// @dev As a token of any kind, through every entry that takes one. An empty `reason` stands for any.
    function _refuse(address token, bytes memory reason) private {
        bytes32 before = center.commitment();
        for (uint8 kind = 0; kind < 3; ++kind) {
            TransferRequest memory request =
                Transfers.request(DESTINATION, token, AssetKind(kind), 0, kind == 1 ? 1 : 5, bob);
            // What lies says it of fungible tokens.
            bytes memory expected = kind == 0 ? reason : bytes("");
            bytes memory call = abi.encodeCall(vault.transfer, (request));
            _expectNothing(address(vault), call, expected);
            call = abi.encodeCall(vault.transferWithPermit, (request, block.timestamp, 27, "r", "s"));
            _expectNothing(address(vault), call, "");
            InteropCallStarter[] memory calls = new InteropCallStarter[](1);
            calls[0] = InteropCallStarter(
                Erc7930.format(0, address(vault)),
                abi.encode(request),
                listOf(wordAttribute("indirectCall(uint256)", 0))
            );
            call = abi.encodeCall(center.sendBundle, (chainAddress(DESTINATION), calls, none()));
            _expectNothing(address(center), call, expected);
        }
        vm.assertEq(center.commitment(), before);
    }

    function _expectNothing(address target, bytes memory call, bytes memory reason) private {
        vm.recordLogs();
        vm.prank(alice);
        (bool success, bytes memory answer) = target.call(call);
        vm.assertFalse(success);
        if (reason.length != 0) vm.assertEq(answer, reason);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            // Even those of a call that reverts are recorded.
            vm.assertNotEq(logs[i].topics[0], IAssetCustody.AssetOut.selector, "no event without assets");
        }
    }
}

/// @notice The same on L1, where the incident was: a deposit of a token that is not there.
contract ATK10MissingTokensOnL1Test is BridgeTest {
    uint256 private constant CHAIN = 271;

    function setUp() external {
        deployL1();
        addChain(CHAIN);
    }

    function testFuzz_ATK10_deposit_refuses_tokenWithoutCode(address token, uint256 amount) external {
        vm.assume(token.code.length == 0 && token != ETHER);
        amount = bound(amount, 1, type(uint128).max);
        uint64 tail = priorityQueue.tail(CHAIN);
        address[2] memory missing = [token, address(0)];
        for (uint256 i = 0; i < 2; ++i) {
            bytes memory refusal = abi.encodeWithSelector(IAssetCustody.AssetCustodyNoToken.selector, missing[i]);
            vm.startPrank(stranger);
            vm.expectRevert(refusal);
            sharedBridge.deposit(Transfers.fungible(CHAIN, missing[i], amount, stranger), DEPOSIT_GAS);
            vm.expectRevert(refusal);
            sharedBridge.announce(missing[i], AssetKind.Fungible, CHAIN, DEPOSIT_GAS);
            vm.stopPrank();
        }
        vm.assertEq(priorityQueue.tail(CHAIN), tail, "nothing is on its way");
        vm.assertEq(ledger.issued(keyOfL1(token)), 0);

        PlainERC20 real = new PlainERC20(18);
        real.mint(stranger, amount);
        vm.prank(stranger);
        real.approve(address(sharedBridge), amount);
        deposit(Transfers.fungible(CHAIN, address(real), amount, stranger), stranger);
        vm.assertEq(ledger.pending(L1_CHAIN_ID, CHAIN, keyOfL1(address(real))), amount);
        vm.assertEq(real.balanceOf(address(sharedBridge)), amount);
    }

    /// @dev Ether that is said to come, and does not.
    function testFuzz_ATK10_deposit_refuses_etherThatDoesNotCome(uint128 amount, uint128 sent) external {
        vm.assume(amount != 0 && amount != sent);
        vm.deal(stranger, uint256(sent) + amount);
        vm.startPrank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IAssetCustody.AssetCustodyWrongValue.selector, amount, sent));
        sharedBridge.deposit{value: sent}(Transfers.fungible(CHAIN, ETHER, amount, stranger), DEPOSIT_GAS);
        vm.assertEq(ledger.issued(keyOfL1(ETHER)), 0);
        sharedBridge.deposit{value: amount}(Transfers.fungible(CHAIN, ETHER, amount, stranger), DEPOSIT_GAS);
        vm.stopPrank();
        vm.assertEq(ledger.issued(keyOfL1(ETHER)), amount);
    }
}
