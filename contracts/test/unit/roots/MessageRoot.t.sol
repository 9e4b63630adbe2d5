// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IMessageRoot} from "../../../src/interfaces/IMessageRoot.sol";
import {MessageRoot} from "../../../src/roots/MessageRoot.sol";
import {NaiveTrees} from "../../base/NaiveTrees.sol";
import {Test} from "../../base/Test.sol";

contract MessageRootTest is Test {
    address private _registry = makeAddr("registry");
    address private _settlement = makeAddr("settlement");
    MessageRoot private _messageRoot;

    /// @dev L1's clock. The optimizer may read `block.timestamp` once for a whole test.
    uint256 private _block = 1000;
    uint256 private _time = 1_800_000_000;

    /// @dev The twin: leaves of every chain's tree, in the order of the chains. Chain 0 is L1.
    uint256[] private _chainIds;
    mapping(uint256 chainId => bytes32[]) private _batchLeaves;

    function setUp() external {
        _passTime(0);
        _messageRoot = new MessageRoot(_registry, _settlement);
        _chainIds.push(block.chainid);
    }

    function test_constructor_startsWithL1Alone() external {
        bytes32 root = NaiveTrees.chainIdLeaf(0, block.chainid);
        vm.assertEq(_messageRoot.root(), root);
        vm.assertEq(_messageRoot.chainCount(), 1);
        vm.assertEq(_messageRoot.chainIndex(block.chainid), 0);
        vm.assertEq(_messageRoot.version(), 1);
        vm.assertTrue(_messageRoot.isHistoricalRoot(1000, 1_800_000_000, root));

        vm.expectEmit();
        emit IMessageRoot.ChainAdded(block.chainid, 0, root);
        new MessageRoot(_registry, _settlement);
    }

    function test_constructor_reverts_whenAnAddressIsZero() external {
        vm.expectRevert(IMessageRoot.MessageRootZeroAddress.selector);
        new MessageRoot(address(0), _settlement);
        vm.expectRevert(IMessageRoot.MessageRootZeroAddress.selector);
        new MessageRoot(_registry, address(0));
    }

    /// @dev Chains join and batches land in any order, over blocks; the root is always that of trees built anew.
    function testFuzz_root_equalsTheNaiveOne(uint256 seed, uint256 steps) external {
        steps = bound(steps, 1, 80);
        for (uint256 step = 0; step < steps; ++step) {
            uint256 random = uint256(keccak256(abi.encode(seed, step)));
            _passTime(random % 3);
            if (_chainIds.length == 1 || random >> 16 & 3 == 0) _addChain(1000 + step);
            else _append(_chainIds[1 + (random >> 32) % (_chainIds.length - 1)], bytes32(random));
            vm.assertTrue(_messageRoot.isHistoricalRoot(_block, _time, _naiveRoot()), "root after the step");
        }
        vm.assertEq(_messageRoot.root(), _naiveRoot());
        vm.assertEq(_messageRoot.chainCount(), _chainIds.length);
    }

    function testFuzz_addChain_putsTheChainAtTheEnd(uint256 chainId, uint256 others) external {
        others = bound(others, 0, 40);
        vm.assume(chainId != block.chainid && (chainId < 1000 || chainId > 1040));
        for (uint256 i = 0; i < others; ++i) {
            _addChain(1000 + i);
        }
        _chainIds.push(chainId);

        vm.expectEmit(address(_messageRoot));
        emit IMessageRoot.ChainAdded(chainId, others + 1, _naiveRoot());
        vm.prank(_registry);
        _messageRoot.addChain(chainId);

        vm.assertEq(_messageRoot.chainIndex(chainId), others + 1);
        vm.assertEq(_messageRoot.chainCount(), others + 2);
    }

    function testFuzz_addChain_reverts_whenTheChainIsKnown(uint256 chainId) external {
        vm.assume(chainId != block.chainid);
        _addChain(chainId);
        uint256[2] memory known = [chainId, block.chainid];
        for (uint256 i = 0; i < known.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IMessageRoot.MessageRootChainKnown.selector, known[i]));
            vm.prank(_registry);
            _messageRoot.addChain(known[i]);
        }
    }

    function testFuzz_addChain_reverts_whenCallerIsNotTheRegistry(address caller) external {
        vm.assume(caller != _registry);
        vm.expectRevert(abi.encodeWithSelector(IMessageRoot.MessageRootNotAuthorized.selector, caller, _registry));
        vm.prank(caller);
        _messageRoot.addChain(7);
    }

    function testFuzz_appendBatch_emitsTheNewRoot(uint256 batches, bytes32 batchRoot) external {
        vm.assume(batchRoot != 0);
        _addChain(7);
        batches = bound(batches, 0, 40);
        for (uint256 i = 0; i < batches; ++i) {
            _append(7, keccak256(abi.encode(i)));
        }
        _batchLeaves[7].push(NaiveTrees.batchLeaf(batchRoot, batches + 1, _time));

        vm.expectEmit(address(_messageRoot));
        emit IMessageRoot.BatchRootAppended(7, batches + 1, batchRoot, batches, _time, _naiveRoot());
        vm.prank(_settlement);
        _messageRoot.appendBatch(7, batches + 1, batchRoot);
    }

    function testFuzz_appendBatch_reverts_whenCallerIsNotTheSettlement(address caller) external {
        vm.assume(caller != _settlement);
        _addChain(7);
        vm.expectRevert(abi.encodeWithSelector(IMessageRoot.MessageRootNotAuthorized.selector, caller, _settlement));
        vm.prank(caller);
        _messageRoot.appendBatch(7, 1, keccak256("batch"));
    }

    function testFuzz_appendBatch_reverts_whenTheChainIsUnknown(uint256 chainId) external {
        vm.assume(chainId != 7);
        _addChain(7);
        vm.expectRevert(abi.encodeWithSelector(IMessageRoot.MessageRootChainUnknown.selector, chainId));
        vm.prank(_settlement);
        _messageRoot.appendBatch(chainId, 1, keccak256("batch"));
    }

    function test_appendBatch_reverts_whenTheChainIsL1() external {
        vm.expectRevert(abi.encodeWithSelector(IMessageRoot.MessageRootChainUnknown.selector, block.chainid));
        vm.prank(_settlement);
        _messageRoot.appendBatch(block.chainid, 1, keccak256("batch"));
    }

    function testFuzz_appendBatch_reverts_whenTheBatchRootIsZero(uint256 batchNumber) external {
        _addChain(7);
        vm.expectRevert(abi.encodeWithSelector(IMessageRoot.MessageRootZeroBatchRoot.selector, 7, batchNumber));
        vm.prank(_settlement);
        _messageRoot.appendBatch(7, batchNumber, 0);
    }

    function test_historicalRoot_keepsTheLastRootOfEachBlock() external {
        _addChain(7);
        bytes32 first = _append(7, keccak256("1"));
        bytes32 second = _append(7, keccak256("2"));
        uint256 time = _time;
        _passTime(1);
        bytes32 third = _append(7, keccak256("3"));

        vm.assertFalse(_messageRoot.isHistoricalRoot(1000, time, first), "only until the block ends");
        vm.assertTrue(_messageRoot.isHistoricalRoot(1000, time, second));
        vm.assertTrue(_messageRoot.isHistoricalRoot(1001, _time, third));
        vm.assertEq(_messageRoot.historicalRoot(1000), keccak256(abi.encode(time, second)));
        vm.assertEq(_messageRoot.historicalRoot(1002), bytes32(0));
    }

    function testFuzz_isHistoricalRoot_isFalse_whenAnythingDiffers(uint256 which, uint256 difference) external {
        vm.assume(difference != 0);
        _addChain(7);
        bytes32 root = _append(7, keccak256("1"));
        uint256[3] memory answer = [_block, _time, uint256(root)];
        vm.assertTrue(_messageRoot.isHistoricalRoot(answer[0], answer[1], bytes32(answer[2])));

        answer[which % 3] ^= difference;
        vm.assertFalse(_messageRoot.isHistoricalRoot(answer[0], answer[1], bytes32(answer[2])));
    }

    function testFuzz_isHistoricalRoot_isFalse_whenTheRootIsZero(uint256 number, uint256 time) external view {
        vm.assertFalse(_messageRoot.isHistoricalRoot(number, time, 0));
    }

    function testFuzz_chainIndex_reverts_whenTheChainIsUnknown(uint256 chainId) external {
        vm.assume(chainId != block.chainid);
        vm.expectRevert(abi.encodeWithSelector(IMessageRoot.MessageRootChainUnknown.selector, chainId));
        _messageRoot.chainIndex(chainId);
    }

    function _passTime(uint256 blocks) private {
        _block += blocks;
        _time += 12 * blocks;
        vm.roll(_block);
        vm.warp(_time);
    }

    function _addChain(uint256 chainId) private {
        vm.prank(_registry);
        _messageRoot.addChain(chainId);
        _chainIds.push(chainId);
    }

    function _append(uint256 chainId, bytes32 batchRoot) private returns (bytes32 root) {
        uint256 number = _batchLeaves[chainId].length + 1;
        vm.prank(_settlement);
        _messageRoot.appendBatch(chainId, number, batchRoot);
        _batchLeaves[chainId].push(NaiveTrees.batchLeaf(batchRoot, number, _time));
        return _naiveRoot();
    }

    function _naiveRoot() private view returns (bytes32) {
        bytes32[] memory leaves = new bytes32[](_chainIds.length);
        for (uint256 i = 0; i < leaves.length; ++i) {
            bytes32 chainRoot = NaiveTrees.growingRoot(_batchLeaves[_chainIds[i]]);
            leaves[i] = NaiveTrees.chainIdLeaf(chainRoot, _chainIds[i]);
        }
        return NaiveTrees.growingRoot(leaves);
    }
}
