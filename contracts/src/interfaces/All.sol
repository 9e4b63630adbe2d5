// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

// Every interface of the network in one file: the Rust bindings are generated from its flattened form, see `make bindings`.

import {IAdapterRunner} from "./IAdapterRunner.sol";
import {IAdapterVenue} from "./IAdapterVenue.sol";
import {IAssetCustody} from "./IAssetCustody.sol";
import {IAssetLedger} from "./IAssetLedger.sol";
import {IAssetRules} from "./IAssetRules.sol";
import {IAssetVault} from "./IAssetVault.sol";
import {IAtomicSwap} from "./IAtomicSwap.sol";
import {IAttestationVerifier} from "./IAttestationVerifier.sol";
import {IBaseTokenHolder} from "./IBaseTokenHolder.sol";
import {IBatchSettlement} from "./IBatchSettlement.sol";
import {IBridgedERC1155} from "./IBridgedERC1155.sol";
import {IBridgedERC721} from "./IBridgedERC721.sol";
import {IBridgedToken} from "./IBridgedToken.sol";
import {IChainRegistry} from "./IChainRegistry.sol";
import {IERC7943} from "./IERC7943.sol";
import {IERC7943MultiToken} from "./IERC7943MultiToken.sol";
import {IImplementer} from "./IImplementer.sol";
import {IIndirectSender} from "./IIndirectSender.sol";
import {IInteropCenter} from "./IInteropCenter.sol";
import {IInteropHandler} from "./IInteropHandler.sol";
import {IInteropRootStorage} from "./IInteropRootStorage.sol";
import {IMessageOutbox} from "./IMessageOutbox.sol";
import {IMessageRoot} from "./IMessageRoot.sol";
import {IMessageVerifier} from "./IMessageVerifier.sol";
import {IOperationFilter} from "./IOperationFilter.sol";
import {IPoolVenue} from "./IPoolVenue.sol";
import {IPriorityInbox} from "./IPriorityInbox.sol";
import {IPriorityQueue} from "./IPriorityQueue.sol";
import {IQuoteVenue} from "./IQuoteVenue.sol";
import {IRepresentations} from "./IRepresentations.sol";
import {ISharedBridge} from "./ISharedBridge.sol";
import {ISwapDeployer} from "./ISwapDeployer.sol";
import {ISwapRegistry} from "./ISwapRegistry.sol";
import {ISwapVenue} from "./ISwapVenue.sol";
import {ITradeVenue} from "./ITradeVenue.sol";
import {IVerifier} from "./IVerifier.sol";
import {IVerifierRegistry} from "./IVerifierRegistry.sol";
import {IVersioned} from "./IVersioned.sol";
