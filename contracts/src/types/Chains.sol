// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {DataAvailability} from "./Batches.sol";

/// @notice How L1 knows a chain.
/// @param operator Account that may commit, settle and revert the chain's batches.
/// @param verifier Verifier of the chain's batches, one the verifier registry has accepted.
/// @param dataAvailability How the chain publishes its transactions; fixed for good.
struct ChainConfig {
    address operator;
    address verifier;
    DataAvailability dataAvailability;
}
