// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {SwapCommand, SwapOutcome, SwapPreimage} from "../../src/types/Swaps.sol";
import {InclusionProof} from "../../src/types/Messages.sol";
import {SwapTest} from "../base/SwapTest.sol";

/// @notice ATK-37: whoever submits chooses the gas. With any of it a swap is executed in full or not touched at all; nobody
/// cancels one by bringing too little.
contract ATK37SwapGasTest is SwapTest {
    uint256 private constant MOST = 3_000_000;
    uint256 private constant STEP = 10_007;

    function test_ATK37_execute_isAllOrNothing_withAnyGas() external {
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        uint256 executed = 0;
        for (uint256 gasLimit = 0; gasLimit < MOST; gasLimit += STEP) {
            uint256 snapshot = vm.snapshotState();
            bytes memory data = abi.encodeCall(swap.execute, (preimage, proof));
            executed += _tryWith(address(this), gasLimit, data, id) ? 1 : 0;
            vm.revertToState(snapshot);
        }
        vm.assertGt(executed, 100);
    }

    function testFuzz_ATK37_execute_isAllOrNothing_withAnyGas(uint256 gasLimit, uint64 minGas) external {
        (bytes32 id, SwapPreimage memory preimage, InclusionProof memory proof) = lockAndProve();
        preimage.header.minGas = uint64(bound(minGas, 0, swap.MAX_MIN_GAS()));
        id = keccak256(abi.encode(keccak256("Causeway.Swap.v1"), preimage.header));
        proof = proveLock(preimage.header);
        _tryWith(address(this), bound(gasLimit, 0, 10_000_000), abi.encodeCall(swap.execute, (preimage, proof)), id);
        if (venue.gasSeen() != 0) vm.assertGe(venue.gasSeen(), preimage.header.minGas);
    }

    /// @dev As the inbox would, had L1 asked with less than it does.
    function test_ATK37_forcedExecution_isNeverCancelled_forWantOfGas() external {
        (bytes32 id, SwapPreimage memory preimage,) = lockAndProve();
        swap.stage(preimage);
        bytes[2] memory commands = [
            abi.encode(SwapCommand.Execute, abi.encode(preimage)),
            abi.encode(SwapCommand.Resolve, abi.encode(SOURCE, id))
        ];
        uint256 executed = 0;
        for (uint256 gasLimit = 0; gasLimit < 2 * MOST; gasLimit += 5 * STEP) {
            for (uint256 i = 0; i < 2; ++i) {
                uint256 snapshot = vm.snapshotState();
                bytes memory data = abi.encodeCall(swap.receiveMessage, (0, registrySpelling(), commands[i]));
                executed += _tryWith(address(inbox), gasLimit, data, id) ? 1 : 0;
                vm.revertToState(snapshot);
            }
        }
        vm.assertGt(executed, 20);
    }

    function testFuzz_ATK37_forcedExecution_isNeverCancelled_forWantOfGas(uint256 gasLimit) external {
        (bytes32 id, SwapPreimage memory preimage,) = lockAndProve();
        bytes memory command = abi.encode(SwapCommand.Execute, abi.encode(preimage));
        bytes memory data = abi.encodeCall(swap.receiveMessage, (0, registrySpelling(), command));
        _tryWith(address(inbox), bound(gasLimit, 0, 10_000_000), data, id);
    }

    /// @return Whether it was executed.
    function _tryWith(address caller, uint256 gasLimit, bytes memory data, bytes32 id) private returns (bool) {
        vm.prank(caller);
        (bool success,) = address(swap).call{gas: gasLimit}(data);
        assertOutcome(id, success ? SwapOutcome.Executed : SwapOutcome.Pending);
        vm.assertEq(vault.locked(address(cash)), success ? WANTED : 0);
        vm.assertEq(cash.balanceOf(address(venue)), success ? 1_000_000 - WANTED : 1_000_000);
        return success;
    }
}
