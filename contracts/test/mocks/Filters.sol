// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IOperationFilter} from "../../src/interfaces/IOperationFilter.sol";
import {PriorityOperation} from "../../src/types/PriorityOperations.sol";

/// @notice Allows what one account asks for.
contract AccountFilter is IOperationFilter {
    address private immutable ALLOWED;

    constructor(address allowed) {
        ALLOWED = allowed;
    }

    function isAllowed(PriorityOperation calldata operation) external view returns (bool) {
        return operation.sender == ALLOWED;
    }
}

/// @notice Answers everything with given bytes, or burns all its gas.
contract RawFilter {
    bytes private _answer;
    bool private _burns;

    constructor(bytes memory answer, bool burns) {
        (_answer, _burns) = (answer, burns);
    }

    fallback() external {
        uint256 sum;
        while (_burns) ++sum;
        bytes memory answer = _answer;
        assembly {
            return(add(answer, 0x20), mload(answer))
        }
    }
}
