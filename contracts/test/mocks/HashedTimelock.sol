// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @notice A hashed timelock as lean as it can be, for comparing gas: a lock is one word, claimed with the secret before the
/// timeout, or refunded after it.
contract HashedTimelock {
    using SafeERC20 for IERC20;

    struct Lock {
        address token;
        uint256 amount;
        address from;
        address to;
        bytes32 secretHash;
        uint256 timeout;
    }

    mapping(bytes32 id => bool) private _locked;

    event Locked(bytes32 indexed id, Lock lock);
    event Claimed(bytes32 indexed id, bytes32 secret);
    event Refunded(bytes32 indexed id);

    error HashedTimelockWrongState();
    error HashedTimelockWrongTime();

    function open(Lock calldata lock) external {
        bytes32 id = keccak256(abi.encode(lock));
        require(!_locked[id] && lock.from == msg.sender, HashedTimelockWrongState());
        _locked[id] = true;
        emit Locked(id, lock);
        IERC20(lock.token).safeTransferFrom(msg.sender, address(this), lock.amount);
    }

    function claim(Lock calldata lock, bytes32 secret) external {
        require(block.timestamp <= lock.timeout, HashedTimelockWrongTime());
        require(keccak256(abi.encode(secret)) == lock.secretHash, HashedTimelockWrongState());
        emit Claimed(_close(lock), secret);
        IERC20(lock.token).safeTransfer(lock.to, lock.amount);
    }

    function refund(Lock calldata lock) external {
        require(block.timestamp > lock.timeout, HashedTimelockWrongTime());
        emit Refunded(_close(lock));
        IERC20(lock.token).safeTransfer(lock.from, lock.amount);
    }

    function _close(Lock calldata lock) private returns (bytes32 id) {
        id = keccak256(abi.encode(lock));
        require(_locked[id], HashedTimelockWrongState());
        delete _locked[id];
    }
}
