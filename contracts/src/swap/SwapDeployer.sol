// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ISwapDeployer} from "../interfaces/ISwapDeployer.sol";
import {AtomicSwap} from "./AtomicSwap.sol";

/// @title Creates atomic swap contracts
/// @notice A vault could not hold their code as well, and creating both in one transaction takes more gas than one may use.
contract SwapDeployer is ISwapDeployer {
    /// @dev What a contract is created with tells it apart from others already.
    uint256 private constant SALT = 0;

    /// @inheritdoc ISwapDeployer
    function deploy(bytes calldata arguments) external returns (address swap) {
        bytes memory initCode = _initCode(arguments);
        assembly ("memory-safe") {
            swap := create2(0, add(initCode, 0x20), mload(initCode), SALT)
        }
        require(swap != address(0), SwapDeployerNotCreated());
    }

    /// @inheritdoc ISwapDeployer
    /// @dev `keccak256(0xff ‖ this ‖ salt ‖ keccak256(initCode))` of EIP-1014, in free memory, which is not claimed. Written so
    /// because there is room for little beside the code of what is created.
    function addressOf(bytes calldata arguments) external view returns (address swap) {
        bytes memory initCode = _initCode(arguments);
        assembly ("memory-safe") {
            let codeHash := keccak256(add(initCode, 0x20), mload(initCode))
            let start := mload(0x40)
            mstore(start, or(shl(248, 0xff), shl(88, address())))
            mstore(add(start, 0x15), SALT)
            mstore(add(start, 0x35), codeHash)
            swap := shr(96, shl(96, keccak256(start, 0x55)))
        }
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
