// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";

import {BridgedERC20} from "../../src/assets/representations/BridgedERC20.sol";
import {AssetIds} from "../../src/libraries/AssetIds.sol";
import {Asset, AssetKind} from "../../src/types/Assets.sol";
import {BridgeTest} from "../base/BridgeTest.sol";
import {Transfers} from "../base/Transfers.sol";
import {VaultTest} from "../base/VaultTest.sol";
import {PlainERC20} from "../mocks/PlainTokens.sol";

/// @notice Answers `decimals` with any word.
contract OddDecimals is ERC20 {
    uint256 private _word;

    constructor(uint256 word) ERC20("Odd", "ODD") {
        _word = word;
        _mint(msg.sender, 100);
    }

    function decimals() public view override returns (uint8) {
        uint256 word = _word;
        assembly {
            mstore(0x00, word)
            return(0x00, 0x20)
        }
    }
}

/// @notice ATK-36: units of one side taken for units of the other. Amounts are units of the origin token everywhere and are
/// never scaled; how many decimals they are shown with is said once, by the token's home.
contract ATK36DecimalsTest is VaultTest {
    /// @dev Burned on one side, minted on the other, whatever the token shows.
    function testFuzz_ATK36_amounts_areNeverScaled(uint8 decimals, uint256 amount) external {
        PlainERC20 token = _tokenOfAlice(decimals);
        amount = bound(amount, 1, type(uint128).max);
        cross(SOURCE, Transfers.fungible(DESTINATION, address(token), amount, bob), alice);
        IERC20Metadata bridged = IERC20Metadata(bridgedOf(address(token)));
        vm.assertEq(bridged.decimals(), decimals);
        vm.assertEq(bridged.balanceOf(bob), amount);
        vm.assertEq(vault.locked(address(token)), amount);
        cross(DESTINATION, Transfers.fungible(THIRD, address(bridged), amount, bob), bob);
        vm.assertEq(bridged.balanceOf(bob), amount, "mint(burn(x)) == x");
        vm.assertEq(bridged.totalSupply(), amount);
        cross(THIRD, Transfers.fungible(SOURCE, address(bridged), amount, bob), bob);
        vm.assertEq(token.balanceOf(bob), amount);
        vm.assertEq(bridged.totalSupply(), 0);
        vm.assertEq(vault.locked(address(token)), 0);
    }

    /// @dev In parts of any size, nothing is lost to rounding.
    function testFuzz_ATK36_parts_addUp(uint256[5] calldata parts) external {
        PlainERC20 token = _tokenOfAlice(6);
        uint256 sum;
        for (uint256 i = 0; i < 5; ++i) {
            uint256 amount = bound(parts[i], 1, 1e30);
            sum += amount;
            cross(SOURCE, Transfers.fungible(DESTINATION, address(token), amount, bob), alice);
        }
        address bridged = bridgedOf(address(token));
        vm.assertEq(IERC20Metadata(bridged).balanceOf(bob), sum);
        cross(DESTINATION, Transfers.fungible(SOURCE, bridged, sum, bob), bob);
        vm.assertEq(token.balanceOf(bob), sum);
    }

    /// @dev The token shows other decimals one day: what was said stands, and amounts are the same as ever.
    function testFuzz_ATK36_decimals_areSaidOnce(uint8 first, uint8 later) external {
        PlainERC20 token = _tokenOfAlice(first);
        cross(SOURCE, Transfers.fungible(DESTINATION, address(token), 50, bob), alice);
        IERC20Metadata bridged = IERC20Metadata(bridgedOf(address(token)));
        token.setDecimals(later);
        vm.chainId(SOURCE);
        vm.recordLogs();
        vault.announce(address(token), AssetKind.Fungible, DESTINATION);
        handler.executeBundle(settleOn(SOURCE, DESTINATION, bundleJustSent()));
        cross(SOURCE, Transfers.fungible(DESTINATION, address(token), 50, bob), alice);
        vm.assertEq(bridgedOf(address(token)), address(bridged));
        vm.assertEq(bridged.decimals(), first);
        vm.assertEq(bridged.balanceOf(bob), 100);
    }

    /// @dev Neither the home of an asset nor anybody else renames a representation that stands.
    function testFuzz_ATK36_metadata_isImmutable(uint8 decimals, string calldata name) external {
        Asset memory asset = Asset(THIRD, makeAddr("token of the third chain"), AssetKind.Fungible);
        bytes32 id = AssetIds.assetId(THIRD, asset.originToken);
        // Another chain's word does not count, before or after.
        receiveFromVault(DESTINATION, Transfers.announcement(asset, name, decimals));
        vm.assertEq(vault.tokenOf(id), address(0));
        receiveFromVault(THIRD, Transfers.announcement(asset, "Gold", 6));
        receiveFromVault(THIRD, Transfers.announcement(asset, name, decimals));
        receiveFromVault(DESTINATION, Transfers.announcement(asset, name, decimals));
        BridgedERC20 token = BridgedERC20(vault.tokenOf(id));
        vm.expectRevert(abi.encodeWithSelector(Initializable.InvalidInitialization.selector));
        vm.prank(address(vault));
        token.initialize(name, name, decimals);
        vm.assertEq(token.name(), "Gold");
        vm.assertEq(token.symbol(), "Gold");
        vm.assertEq(token.decimals(), 6);
    }

    /// @dev A word that is no `uint8` is no answer, and none is shown as 0; the amounts are the same.
    function testFuzz_ATK36_oddDecimals_areNone(uint256 word) external {
        ERC20 token = new OddDecimals(word);
        token.approve(address(vault), 100);
        cross(SOURCE, Transfers.fungible(DESTINATION, address(token), 100, bob), address(this));
        IERC20Metadata bridged = IERC20Metadata(bridgedOf(address(token)));
        vm.assertEq(bridged.decimals(), word <= type(uint8).max ? word : 0);
        vm.assertEq(bridged.balanceOf(bob), 100);
    }

    function _tokenOfAlice(uint8 decimals) private returns (PlainERC20 token) {
        token = new PlainERC20(decimals);
        token.mint(alice, type(uint128).max);
        vm.prank(alice);
        token.approve(address(vault), type(uint256).max);
    }
}

/// @notice The ledger of L1 counts units too, and has never heard of decimals.
contract ATK36LedgerUnitsTest is BridgeTest {
    uint256 private constant A = 271;
    uint256 private constant B = 272;

    function testFuzz_ATK36_ledger_countsUnits(uint8 decimals, uint256 amount) external {
        deployL1();
        addChain(A);
        addChain(B);
        amount = bound(amount, 1, type(uint128).max);
        PlainERC20 token = new PlainERC20(decimals);
        token.mint(stranger, amount);
        vm.prank(stranger);
        token.approve(address(sharedBridge), amount);
        bytes32 key = keyOfL1(address(token));
        fund(A, address(token), amount, stranger);
        vm.assertEq(ledger.balance(A, key), amount);
        report(A, Transfers.entry(assetOfL1(address(token)), 0, A, B, amount));
        vm.assertEq(ledger.pending(A, B, key), amount);
        report(B, Transfers.entry(assetOfL1(address(token)), 0, A, B, amount));
        vm.assertEq(ledger.balance(B, key), amount);
        vm.assertEq(ledger.issued(key), amount);
        vm.assertEq(token.balanceOf(address(sharedBridge)), amount);
    }
}
