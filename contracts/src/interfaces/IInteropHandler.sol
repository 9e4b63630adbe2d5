// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {BundleDelivery, BundleStatus, CallStatus} from "../types/Bundles.sol";
import {BatchProof} from "../types/Messages.sol";

/// @title Where bundles of other chains are executed
/// @notice A bundle is executed at most once, whoever submits it and however it is proven: its status hangs on the hash
/// of its content. A call that reverts reverts the whole delivery, which can be tried again.
interface IInteropHandler {
    /// @notice The bundle is proven; its calls may now be settled one by one.
    event BundleVerified(bytes32 indexed bundleHash);
    /// @notice All calls of the bundle ran.
    event BundleExecuted(bytes32 indexed bundleHash);
    /// @notice The unbundler settled calls of the bundle.
    event BundleUnbundled(bytes32 indexed bundleHash);
    /// @notice A call of an unbundled bundle was settled.
    event CallProcessed(bytes32 indexed bundleHash, uint256 indexed callIndex, CallStatus status);
    /// @notice A delivery of a batch of deliveries did not go through; the others are not affected. `reason` holds at
    /// most the first 256 bytes of the revert data.
    event DeliveryFailed(bytes32 indexed bundleHash, bytes reason);
    /// @notice Bundles of `chainId` are taken from `center` as well as from the network's constant; 0 ends that.
    event CenterOverrideSet(uint256 indexed chainId, address center);

    /// @notice There is no interop center at address 0.
    error InteropHandlerZeroCenter();
    /// @notice The proof leads to no root this chain knows.
    error InteropHandlerUnproven(bytes32 bundleHash);
    /// @notice The message was not sent by an interop center of its chain.
    error InteropHandlerWrongCenter(uint256 chainId, address sender);
    /// @notice The bundle is for another chain.
    error InteropHandlerWrongDestination(uint256 expected, uint256 actual);
    /// @notice The proof is of another chain than the bundle says it comes from.
    error InteropHandlerWrongSource(uint256 expected, uint256 actual);
    /// @notice The bundle or the call has a format that this handler does not know.
    error InteropHandlerUnknownVersion(bytes1 version);
    /// @notice The bundle is not in the one canonical ABI encoding.
    error InteropHandlerMalformedBundle(bytes32 bundleHash);
    /// @notice The data of a call of version 0x02 is not in the one canonical ABI encoding.
    error InteropHandlerMalformedCall(uint256 callIndex);
    /// @notice A bundle holds 1 to 100 calls.
    error InteropHandlerCallCount(uint256 count, uint256 limit);
    /// @notice The bundle's status does not allow this.
    error InteropHandlerWrongStatus(bytes32 bundleHash, BundleStatus status);
    /// @notice The call was settled before.
    error InteropHandlerCallSettled(bytes32 bundleHash, uint256 callIndex, CallStatus status);
    /// @notice One status per call is needed.
    error InteropHandlerStatusCount(uint256 expected, uint256 actual);
    /// @notice The bundle names another executor.
    error InteropHandlerNotExecutor(address caller, bytes executionAddress);
    /// @notice The bundle names another unbundler.
    error InteropHandlerNotUnbundler(address caller, bytes unbundlerAddress);
    /// @notice The recipient of call `callIndex` has no code on this chain.
    error InteropHandlerRecipientMissing(uint256 callIndex, address recipient);
    /// @notice The recipient of call `callIndex` reverted; `reason` holds at most 256 bytes of its revert data.
    error InteropHandlerCallReverted(uint256 callIndex, bytes reason);
    /// @notice The recipient did not return the ERC-7786 selector.
    error InteropHandlerWrongReturnValue(uint256 callIndex, bytes returned);
    /// @notice The delivery carries too little gas to give the call the `minGasLimit` it asks for.
    error InteropHandlerGasTooLow(uint256 callIndex, uint256 minGasLimit, uint256 available);
    /// @notice The call may run no later than at `deliverBefore`.
    error InteropHandlerTooLate(uint256 callIndex, uint256 deliverBefore, uint256 timestamp);
    /// @notice The call may run only from `deliverAfter` on.
    error InteropHandlerTooEarly(uint256 callIndex, uint256 deliverAfter, uint256 timestamp);
    /// @notice Every open call of the bundle may still run.
    error InteropHandlerNotExpired(bytes32 bundleHash);
    /// @notice The call carries native value, which this handler does not pay out.
    error InteropHandlerValueNotCarried(uint256 callIndex, uint256 value);
    /// @notice Only the handler calls this, on itself.
    error InteropHandlerNotSelf(address caller);

    /// @notice Proves and executes a bundle. Reverts as a whole when any call does.
    /// @param delivery The bundle (without the leading 0x01), the center that sent it, and its proof.
    function executeBundle(BundleDelivery calldata delivery) external;

    /// @notice Records batch roots, then executes bundles. A delivery that fails leaves the others in place and emits
    /// `DeliveryFailed`; one that was made before is passed over without an event. Each delivery gets an equal share of
    /// the gas left, so that none can starve those after it; what it does not use goes to them.
    function executeBundles(BatchProof[] calldata batches, BundleDelivery[] calldata deliveries) external;

    /// @notice One delivery of `executeBundles`; the handler itself only.
    function executeBundleFor(BundleDelivery calldata delivery, address executor) external;

    /// @notice Proves a bundle without executing it, so that its unbundler can settle its calls.
    function verifyBundle(BundleDelivery calldata delivery) external;

    /// @notice Settles calls of a verified bundle one by one; its unbundler only.
    /// @param sourceChainId Chain the bundle was sent on.
    /// @param bundle The bundle, without the leading 0x01.
    /// @param statuses One per call: `Executed` runs it, `Cancelled` bars it for good, `Unprocessed` leaves it.
    function unbundleBundle(uint256 sourceChainId, bytes calldata bundle, CallStatus[] calldata statuses) external;

    /// @notice Gives up a bundle of which a call can run no more because its `deliverBefore` is over: every call that is
    /// still open is cancelled for good. Anyone may call; no recipient is called.
    function cancelExpired(BundleDelivery calldata delivery) external;

    /// @notice Registers the interop center of a chain that has its own; governance of the chain only.
    function setCenterOverride(uint256 chainId, address center) external;

    /// @return Status of the bundle.
    function bundleStatus(bytes32 bundleHash) external view returns (BundleStatus);

    /// @return Status of one of its calls.
    function callStatus(bytes32 bundleHash, uint256 callIndex) external view returns (CallStatus);

    /// @notice Reads a call of a bundle. Whether the bundle was proven is another question.
    /// @param bundle The bundle, without the leading 0x01.
    /// @return from Sender of the call; 0 where there is no such call.
    /// @return to Recipient of the call.
    /// @return start Where its payload starts in `bundle`, past any conditions.
    /// @return end Where its payload ends.
    function locateCall(bytes calldata bundle, uint256 callIndex)
        external
        pure
        returns (address from, address to, uint256 start, uint256 end);

    /// @return center Interop center of a chain that has its own, 0 for any other.
    function centerOverride(uint256 chainId) external view returns (address center);

    /// @return The interop center that stands at this address on every chain of the network.
    function CENTER() external view returns (address);
}
