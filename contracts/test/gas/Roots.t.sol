// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {Roles} from "../../src/access/Roles.sol";
import {LogLeaf} from "../../src/libraries/LogLeaf.sol";
import {InteropHandler} from "../../src/messaging/InteropHandler.sol";
import {InteropRootStorage} from "../../src/roots/InteropRootStorage.sol";
import {MessageRoot} from "../../src/roots/MessageRoot.sol";
import {BatchProof, InclusionProof, Message, RootImport} from "../../src/types/Messages.sol";
import {Test} from "../base/Test.sol";
import {Placement, TreeBuilder} from "../base/TreeBuilder.sol";

/// @notice What roots and proofs cost. Every recorded call is a transaction of its own; run with `--isolate`. Rows that
/// say "exec" leave out the transaction's 21,000 and its calldata, at 4 and 16 a byte.
abstract contract RootsGasTest is Test {
    string internal constant GROUP = "roots";
    uint256 internal constant L1 = 9;
    uint256 internal constant FIRST_BLOCK = 1000;
    uint256 internal constant FIRST_TIME = 1_800_000_000;

    address internal operator = makeAddr("operator");
    InteropRootStorage internal rootStorage;

    function setUp() public virtual {
        vm.roll(FIRST_BLOCK);
        vm.warp(FIRST_TIME);
        AccessManager manager =
            AccessManager(vm.deployCode("AccessManager.sol:AccessManager", abi.encode(address(this))));
        rootStorage = new InteropHandler(address(manager), L1, address(this));
        (uint64 role, bytes4[] memory selectors) = Roles.interopRootStorage();
        manager.setTargetFunctionRole(address(rootStorage), selectors, role);
        manager.grantRole(role, operator, 0);
    }

    function importRoots(RootImport[] memory imports) internal {
        vm.prank(operator);
        rootStorage.importRoots(imports);
    }

    /// @notice Records a row, which must stay within its limit.
    function row(string memory name, int256 exec, int256 limit) internal {
        vm.snapshotValue(GROUP, name, exec < 0 ? 0 : uint256(exec));
        vm.assertTrue(exec <= limit, name);
    }

    /// @notice What the last call used beyond the base cost of a transaction. Without `--isolate` it has paid no such
    /// cost, and the answer is below 0.
    function execOfLastCall(bytes memory data) internal view returns (int256) {
        int256 base = 21_000;
        for (uint256 i = 0; i < data.length; ++i) {
            base += data[i] == 0 ? int256(4) : int256(16);
        }
        return gasOfLastCall() - base;
    }

    function gasOfLastCall() internal view returns (int256) {
        return int256(uint256(vm.lastCallGas().gasTotalUsed));
    }
}

/// @notice Verification on a chain: 14 levels of logs and 3 above them, 14 of batches, 5 of chains.
contract VerificationGas is RootsGasTest {
    uint256 private constant CHAIN = 271;
    uint256 private constant BATCH = 7;
    uint256 private constant INDEX = 77;

    bytes32[] private _leaves;
    Message private _message;
    BatchProof private _batch;

    function setUp() public override {
        super.setUp();
        _message = Message(0, makeAddr("sender"), _payload());
        _leaves = TreeBuilder.randomWords(1, 200);
        _leaves[INDEX] = LogLeaf.message(0, _message.sender, keccak256(_message.data));
        RootImport[] memory imports = new RootImport[](1);
        imports[0] = RootImport(L1, FIRST_BLOCK, FIRST_TIME, TreeBuilder.sharedRoot(_placement(), _leaves));
        importRoots(imports);
        _batch = TreeBuilder.batchProof(_placement(), TreeBuilder.batchRoot(CHAIN, _leaves));
    }

    function test_settled() external {
        _recordViews(TreeBuilder.inclusionProof(_placement(), _leaves, INDEX), "14+14+5 levels", 16_000, 16_000);
    }

    function test_recorded() external {
        rootStorage.recordBatch(_batch);
        vm.snapshotGasLastCall(GROUP, "recordBatch");
        // The handler's other functions, which come before this one in its dispatch, add to the limit; the message adds
        // its own hash and that of its leaf.
        _recordViews(TreeBuilder.finalProof(CHAIN, BATCH, _leaves, INDEX), "batch known", 5_200, 6_200);
    }

    /// @dev A view is called as one: its gas is that of its own frame, where everything is cold.
    function _recordViews(InclusionProof memory proof, string memory what, int256 leafLimit, int256 messageLimit)
        private
    {
        bytes32 leaf = _leaves[INDEX];
        vm.assertTrue(rootStorage.verifyLeaf(proof, leaf));
        row(string.concat("V1 verifyLeaf, ", what, ", exec"), gasOfLastCall(), leafLimit);
        this.recordVerifyMessage(proof, what, messageLimit);
    }

    /// @dev In a transaction of its own, so that the slots are cold again.
    function recordVerifyMessage(InclusionProof memory proof, string memory what, int256 limit) external {
        Message memory message = _message;
        vm.assertTrue(rootStorage.verifyMessage(proof, message));
        row(string.concat("V1 verifyMessage, ", what, ", exec"), gasOfLastCall(), limit);
    }

    function _placement() private pure returns (Placement memory) {
        return TreeBuilder.randomPlacement(CHAIN, BATCH, L1, FIRST_BLOCK, 14, 5);
    }

    /// @dev Byte `i` is `1 + (37 * i mod 255)`.
    function _payload() private pure returns (bytes memory data) {
        data = new bytes(32);
        for (uint256 i = 0; i < data.length; ++i) {
            data[i] = bytes1(uint8(1 + 37 * i % 255));
        }
    }
}

/// @notice The import of roots on a chain. "First round" is before the ring is full, once in a chain's life.
contract ImportGas is RootsGasTest {
    function test_importOne() external {
        // The first import of all also sets `importsHash`.
        _import(FIRST_BLOCK, 1);
        uint256 capacity = rootStorage.CAPACITY();
        row("R1 importRoots 1, first round, exec", _import(FIRST_BLOCK + 1, 1), 42_000);
        row("R1 importRoots 1, exec", _import(FIRST_BLOCK + 1 + capacity, 1), 25_000);
    }

    function test_importTen() external {
        _import(FIRST_BLOCK, 1);
        uint256 capacity = rootStorage.CAPACITY();
        row("R1 importRoots 10, first round, exec each", _import(FIRST_BLOCK + 1, 10) / 10, 27_000);
        row("R1 importRoots 10, exec each", _import(FIRST_BLOCK + 1 + capacity, 10) / 10, 23_000);
    }

    function _import(uint256 firstBlock, uint256 count) private returns (int256 exec) {
        RootImport[] memory imports = new RootImport[](count);
        for (uint256 i = 0; i < count; ++i) {
            uint256 number = firstBlock + i;
            imports[i] = RootImport(L1, number, FIRST_TIME + 12 * number, keccak256(abi.encode(number)));
        }
        importRoots(imports);
        return execOfLastCall(abi.encodeCall(rootStorage.importRoots, (imports)));
    }
}

/// @notice Stands for the settlement contract while the batches before the measured one are appended.
contract Appender {
    /// @dev Batches `from..=to` of a chain.
    function append(MessageRoot messageRoot, uint256 chainId, uint256 from, uint256 to) external {
        for (uint256 number = from; number <= to; ++number) {
            messageRoot.appendBatch(chainId, number, keccak256(abi.encode(chainId, number)));
        }
    }
}

/// @notice Appending a batch on L1: 20 chains, a chain tree of 14 levels. The cost depends on how many of those levels have
/// a left sibling: half of them on average over a chain's life. Of the 104,500 gas of that row, 21,900 are the
/// transaction and its calldata, 22,100 the fresh slot of the block's root, 15,000 three slots rewritten (a side of the
/// chain tree, a leaf and a node of the shared tree), 35,700 seventeen slots read (7 sides, 8 siblings, the chain's index,
/// the size of the shared tree), 2,500 the event, and 7,300 some 50 hashes and everything else.
contract AppendGas is Test {
    uint256 private constant CHAINS = 20;
    uint256 private constant FIRST_CHAIN = 1001;
    /// @dev The 12th chain. All but the 20th cost the same.
    uint256 private constant CHAIN = 1012;

    Appender private _settlement = new Appender();
    MessageRoot private _messageRoot;
    uint256 private _appended = 1;

    function setUp() external {
        vm.roll(1000);
        vm.warp(1_800_000_000);
        _messageRoot = new MessageRoot(address(this), address(_settlement));
        for (uint256 i = 0; i < CHAINS; ++i) {
            _messageRoot.addChain(FIRST_CHAIN + i);
            _settlement.append(_messageRoot, FIRST_CHAIN + i, 1, 1);
        }
        _appendUpTo(0x2000);
    }

    function test_fewestLeftSiblings() external {
        _record(0x2000, "1 of 14 levels with a left sibling", 92_000);
    }

    function test_halfOfTheLeftSiblings() external {
        _record(0x2aaa, "7 of 14 levels with a left sibling", 105_000);
    }

    function test_mostLeftSiblings() external {
        _record(0x3ffe, "13 of 14 levels with a left sibling", 117_000);
    }

    /// @dev Appends the batch that becomes leaf `position`.
    function _record(uint256 position, string memory name, uint256 limit) private {
        _appendUpTo(position);
        vm.roll(1001);
        vm.prank(address(_settlement));
        _messageRoot.appendBatch(CHAIN, position + 1, keccak256("batch"));
        uint256 used = vm.snapshotGasLastCall("roots", string.concat("R2 appendBatch, 20 chains, ", name));
        vm.assertLe(used, limit, name);
    }

    function _appendUpTo(uint256 number) private {
        // So many fit into a block.
        while (_appended < number) {
            uint256 to = _appended + 2000 < number ? _appended + 2000 : number;
            _settlement.append(_messageRoot, CHAIN, _appended + 1, to);
            _appended = to;
        }
    }
}
