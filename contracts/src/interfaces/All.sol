// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

// Every interface of the network in one file: the Rust bindings are generated from its flattened form, see `make bindings`.

import {IAssetLedger} from "./IAssetLedger.sol";
import {IAttestationVerifier} from "./IAttestationVerifier.sol";
import {IBatchSettlement} from "./IBatchSettlement.sol";
import {IChainRegistry} from "./IChainRegistry.sol";
import {IInteropCenter} from "./IInteropCenter.sol";
import {IInteropHandler} from "./IInteropHandler.sol";
import {IInteropRootStorage} from "./IInteropRootStorage.sol";
import {IMessageOutbox} from "./IMessageOutbox.sol";
import {IMessageRoot} from "./IMessageRoot.sol";
import {IMessageVerifier} from "./IMessageVerifier.sol";
import {IPriorityInbox} from "./IPriorityInbox.sol";
import {IPriorityQueue} from "./IPriorityQueue.sol";
import {IVerifier} from "./IVerifier.sol";
import {IVerifierRegistry} from "./IVerifierRegistry.sol";
import {IVersioned} from "./IVersioned.sol";
