// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {InclusionProof} from "../../src/types/Messages.sol";

/// @notice Believes every proof, and takes every root.
contract CredulousHandler {
    fallback() external {}

    function verifyLeaf(InclusionProof calldata, bytes32) external pure returns (bool) {
        return true;
    }
}
