// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {InvariantTest} from "./InvariantTest.sol";
import {Test} from "./Test.sol";

/// @notice The test base itself: the helpers keep their promises, and the runner fuzzes.
contract BaseTest is Test {
    function testFuzz_bound_staysInsideTheRange(uint256 value, uint256 a, uint256 b) external pure {
        (uint256 min, uint256 max) = a < b ? (a, b) : (b, a);
        uint256 bounded = bound(value, min, max);
        vm.assertGe(bounded, min);
        vm.assertLe(bounded, max);
    }

    function testFuzz_bound_returnsTheValue_whenInside(uint256 value, uint256 below, uint256 above) external pure {
        uint256 min = bound(below, 0, value);
        uint256 max = bound(above, value, type(uint256).max);
        vm.assertEq(bound(value, min, max), value);
    }

    function testFuzz_signDigest_recoversToTheAccount(string calldata name, bytes32 digest) external {
        vm.assume(bytes(name).length != 0);
        Account memory account = makeAccount(name);
        bytes memory signature = signDigest(account.key, digest);
        vm.assertEq(signature.length, 65);
        (bytes32 r, bytes32 s) = abi.decode(signature, (bytes32, bytes32));
        vm.assertEq(ecrecover(digest, uint8(signature[64]), r, s), account.addr);
    }
}

/// @notice A counter that only grows when it is called with an odd number.
contract OddCounter {
    uint256 public count;
    uint256 public calls;

    function add(uint256 value) external {
        ++calls;
        if (value % 2 == 1) ++count;
    }

    function notATarget() external pure {
        revert("the fuzzer left its targets");
    }
}

/// @notice The fuzzer calls what `targetActor` names and nothing else: any other call would revert and fail the run.
contract InvariantBaseTest is InvariantTest {
    OddCounter private _counter;

    function setUp() external {
        _counter = new OddCounter();
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = OddCounter.add.selector;
        targetActor(address(_counter), selectors);
    }

    function invariant_countNeverExceedsCalls() external view {
        vm.assertLe(_counter.count(), _counter.calls());
    }
}
