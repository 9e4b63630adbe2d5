// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IInteropRootStorage} from "../../../src/interfaces/IInteropRootStorage.sol";
import {InteropHandler} from "../../../src/messaging/InteropHandler.sol";
import {InteropRootStorage} from "../../../src/roots/InteropRootStorage.sol";
import {RootImport} from "../../../src/types/Messages.sol";
import {Test} from "../../base/Test.sol";

/// @notice The imported roots, as part of the interop handler.
contract InteropRootStorageTest is Test {
    uint256 private constant L1 = 9;

    address private _operator = makeAddr("operator");
    InteropRootStorage private _roots;

    function setUp() external {
        AccessManager manager = new AccessManager(address(this));
        _roots = new InteropHandler(address(manager), L1, address(this));
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = IInteropRootStorage.importRoots.selector;
        manager.setTargetFunctionRole(address(_roots), selectors, 1);
        manager.grantRole(1, _operator, 0);
    }

    function testFuzz_importRoots_keepsTheRoot(uint256 blockNumber, uint256 timestamp, bytes32 root) external {
        vm.assume(root != 0);
        RootImport memory imported = RootImport(L1, blockNumber, timestamp, root);

        vm.expectEmit(address(_roots));
        emit IInteropRootStorage.InteropRootImported(L1, blockNumber, timestamp, root);
        _import(imported);

        vm.assertTrue(_roots.isImported(L1, blockNumber, root));
        vm.assertFalse(_roots.isImported(L1 + 1, blockNumber, root));
        unchecked {
            vm.assertFalse(_roots.isImported(L1, blockNumber + 1, root));
            vm.assertFalse(_roots.isImported(L1, blockNumber + _roots.CAPACITY(), root));
        }
        vm.assertFalse(_roots.isImported(L1, blockNumber, ~root));
    }

    function testFuzz_importRoots_foldsEveryImportIntoTheHash(RootImport[] memory imports, uint256 split) external {
        for (uint256 i = 0; i < imports.length; ++i) {
            imports[i].settlementChainId = L1;
            if (imports[i].root == 0) imports[i].root = bytes32(uint256(1));
        }
        bytes32 expected = 0;
        for (uint256 i = 0; i < imports.length; ++i) {
            expected = keccak256(
                bytes.concat(
                    expected,
                    bytes32(imports[i].settlementChainId),
                    bytes32(imports[i].blockNumber),
                    bytes32(imports[i].timestamp),
                    imports[i].root
                )
            );
        }

        split = bound(split, 0, imports.length);
        vm.startPrank(_operator);
        _roots.importRoots(_slice(imports, 0, split));
        _roots.importRoots(_slice(imports, split, imports.length));

        vm.assertEq(_roots.importsHash(), expected);
    }

    function testFuzz_importRoots_replacesTheRootOneRoundEarlier(uint64 blockNumber, bytes32 older, bytes32 newer)
        external
    {
        vm.assume(older != 0 && newer != 0);
        uint256 next = uint256(blockNumber) + _roots.CAPACITY();
        _import(RootImport(L1, blockNumber, 1, older));
        _import(RootImport(L1, next - 1, 2, newer));
        vm.assertTrue(_roots.isImported(L1, blockNumber, older), "kept while younger than CAPACITY blocks");

        _import(RootImport(L1, next, 3, newer));
        vm.assertFalse(_roots.isImported(L1, blockNumber, older));
        vm.assertTrue(_roots.isImported(L1, next, newer));
    }

    function testFuzz_importRoots_reverts_whenRootIsZero(uint256 blockNumber) external {
        vm.expectRevert(abi.encodeWithSelector(IInteropRootStorage.InteropRootStorageZeroRoot.selector, blockNumber));
        _import(RootImport(L1, blockNumber, 1, 0));
    }

    function testFuzz_importRoots_reverts_whenSettlementChainIsNotL1(uint256 chainId, bytes32 root) external {
        vm.assume(chainId != L1 && root != 0);
        vm.expectRevert(
            abi.encodeWithSelector(IInteropRootStorage.InteropRootStorageWrongSettlementChain.selector, L1, chainId)
        );
        _import(RootImport(chainId, 1, 1, root));
    }

    function testFuzz_importRoots_reverts_whenCallerIsNotTheOperator(address caller) external {
        vm.assume(caller != _operator);
        RootImport[] memory imports = new RootImport[](1);
        imports[0] = RootImport(L1, 1, 1, keccak256("root"));
        vm.prank(caller);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
        _roots.importRoots(imports);
    }

    function testFuzz_importRoots_keepsNothing_whenOneOfThemIsBad(bytes32 root) external {
        vm.assume(root != 0);
        RootImport[] memory imports = new RootImport[](2);
        imports[0] = RootImport(L1, 1, 1, root);
        imports[1] = RootImport(L1, 2, 2, 0);
        vm.prank(_operator);
        vm.expectRevert(abi.encodeWithSelector(IInteropRootStorage.InteropRootStorageZeroRoot.selector, 2));
        _roots.importRoots(imports);

        vm.assertFalse(_roots.isImported(L1, 1, root));
        vm.assertEq(_roots.importsHash(), bytes32(0));
    }

    function test_constructor_reverts_whenAnArgumentIsZero() external {
        vm.expectRevert(IInteropRootStorage.InteropRootStorageZeroAuthority.selector);
        new InteropHandler(address(0), L1, address(this));
        vm.expectRevert(IInteropRootStorage.InteropRootStorageZeroL1ChainId.selector);
        new InteropHandler(address(this), 0, address(this));
    }

    function testFuzz_setAuthority_reverts_whoeverCalls(address other) external {
        AccessManager manager = AccessManager(_roots.authority());
        address another = address(new AccessManager(address(this)));
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, manager));
        manager.updateAuthority(address(_roots), another);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, other));
        vm.prank(other);
        _roots.setAuthority(another);
        vm.assertEq(_roots.authority(), address(manager));
    }

    function test_views_returnWhatTheContractWasBuiltWith() external view {
        vm.assertEq(_roots.L1_CHAIN_ID(), L1);
        vm.assertEq(_roots.importsHash(), bytes32(0));
    }

    function _import(RootImport memory imported) private {
        RootImport[] memory imports = new RootImport[](1);
        imports[0] = imported;
        vm.prank(_operator);
        _roots.importRoots(imports);
    }

    function _slice(RootImport[] memory all, uint256 from, uint256 to) private pure returns (RootImport[] memory part) {
        part = new RootImport[](to - from);
        for (uint256 i = from; i < to; ++i) {
            part[i - from] = all[i];
        }
    }
}
