// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {InteropCallStarter} from "../types/Bundles.sol";

/// @title The gateway through which a chain's accounts send (ERC-7786)
interface IInteropCenter {
    /// @notice ERC-7786. One per call; for call `i` of a bundle `sendId = keccak256(bundleHash ‖ i)`, which is also the
    /// `receiveId` its recipient sees.
    event MessageSent(
        bytes32 indexed sendId, bytes sender, bytes receiver, bytes payload, uint256 value, bytes[] attributes
    );
    /// @notice A destination was opened, with the asset id of its base token, or closed with 0.
    event DestinationSet(uint256 indexed chainId, bytes32 baseTokenAssetId);

    /// @notice ERC-7786.
    error UnsupportedAttribute(bytes4 selector);
    /// @notice The same attribute stands twice.
    error InteropCenterDuplicateAttribute(bytes4 selector);
    /// @notice The attribute's argument is not one canonical ABI word or byte string, or not a valid ERC-7930 address.
    error InteropCenterMalformedAttribute(bytes attribute);
    /// @notice The destination is this chain, L1, or a chain the network does not deliver to.
    error InteropCenterUnknownDestination(uint256 chainId);
    /// @notice The recipient's chain is not the bundle's destination.
    error InteropCenterForeignRecipient(uint256 expected, uint256 actual);
    /// @notice The address is not an ERC-7930 address of an EVM chain in its one canonical spelling.
    error InteropCenterMalformedAddress(bytes interoperableAddress);
    /// @notice Messages carry no native value.
    error InteropCenterValueNotCarried(uint256 value);
    /// @notice The indirect calls of the bundle ask for another value than came along.
    error InteropCenterWrongValue(uint256 expected, uint256 actual);
    /// @notice The recipient of an indirect call gave no payload for it.
    error InteropCenterNothingWorded(uint256 callIndex, address recipient);
    /// @notice A bundle holds 1 to `MAX_CALLS` calls.
    error InteropCenterCallCount(uint256 count, uint256 limit);

    /// @notice ERC-7786: sends one message, as a bundle of one call.
    /// @param recipient ERC-7930 address of the recipient, its chain included.
    /// @param payload Handed to the recipient's `receiveMessage`.
    /// @param attributes Call and bundle attributes.
    /// @return sendId Equals the `receiveId` at the destination.
    function sendMessage(bytes calldata recipient, bytes calldata payload, bytes[] calldata attributes)
        external
        payable
        returns (bytes32 sendId);

    /// @notice Sends calls that are executed together.
    /// @param destinationChain ERC-7930 address with a chain and no account.
    /// @param calls 1 to `MAX_CALLS` calls.
    /// @param bundleAttributes `executionAddress` and `unbundlerAddress`.
    /// @return bundleHash `keccak256(abi.encode(sourceChainId, bundleBytes))`.
    function sendBundle(
        bytes calldata destinationChain,
        InteropCallStarter[] calldata calls,
        bytes[] calldata bundleAttributes
    ) external payable returns (bytes32 bundleHash);

    /// @notice Opens `chainId` as a destination, or closes it; governance of the chain only.
    /// @param baseTokenAssetId Asset id of the destination's base token; 0 closes the destination.
    function setDestination(uint256 chainId, bytes32 baseTokenAssetId) external;

    /// @return Whether `sendMessage` takes the attribute.
    function supportsAttribute(bytes4 selector) external view returns (bool);

    /// @return Asset id of the base token of `chainId`, 0 where the chain is no destination.
    function destinationBaseToken(uint256 chainId) external view returns (bytes32);

    /// @return The outbox that this center sends through. The center of this project is its own outbox.
    function OUTBOX() external view returns (address);

    /// @return Most calls in one bundle.
    function MAX_CALLS() external view returns (uint256);
}
