// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ISwapDeployer} from "../interfaces/ISwapDeployer.sol";
import {AtomicSwap} from "./AtomicSwap.sol";

/// @title Creates atomic swap contracts
/// @notice A vault could not hold their code as well, and creating both in one transaction takes more gas than one may use.
contract SwapDeployer is ISwapDeployer {
    /// @inheritdoc ISwapDeployer
    function deploy(bytes calldata arguments) external returns (address swap) {
        bytes memory initCode = _initCode(arguments);
        assembly ("memory-safe") {
            swap := create2(0, add(initCode, 0x20), mload(initCode), 0)
        }
        require(swap != address(0), SwapDeployerNotCreated());
    }

    /// @inheritdoc ISwapDeployer
    function initCodeHash(bytes calldata arguments) external pure returns (bytes32) {
        return keccak256(_initCode(arguments));
    }

    /// @dev The code has just been put at the end of the memory in use, so the arguments go behind it.
    function _initCode(bytes calldata arguments) private pure returns (bytes memory initCode) {
        initCode = type(AtomicSwap).creationCode;
        assembly ("memory-safe") {
            let end := add(add(initCode, 0x20), mload(initCode))
            calldatacopy(end, arguments.offset, arguments.length)
            mstore(initCode, add(mload(initCode), arguments.length))
            mstore(0x40, and(add(add(end, arguments.length), 0x1f), not(0x1f)))
        }
    }
}
