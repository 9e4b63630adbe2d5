// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {AssetKind} from "../types/Assets.sol";

/// @notice Outgoing: from this chain to another. Incoming: from another to this one.
enum Direction {
    Outgoing,
    Incoming
}

/// @title What issuers decide about their assets on a chain
/// @notice Limits and pauses per token, other chain and direction, by parties that are told apart: the issuer appoints, the
/// limiter sets limits, the pauser pauses and does nothing else. While nobody is appointed, the issuer acts for both.
/// What leaves is refused; what arrives is never refused or lost: it waits.
interface IAssetRules {
    /// @notice The issuer of the token is `issuer` now.
    event IssuerSet(address indexed token, address indexed issuer);
    /// @notice `proposed` may become the issuer of the token.
    event IssuerProposed(address indexed token, address indexed proposed);
    /// @notice Who may limit and who may pause the token; 0 for the issuer.
    event PartiesAppointed(address indexed token, address limiter, address pauser);
    /// @notice At most `capacity` units pass at once, and `refillPerSecond` more each second. A capacity of 0 ends the limit.
    event RouteLimitSet(
        address indexed token,
        uint256 indexed chainId,
        Direction indexed direction,
        uint256 capacity,
        uint256 refillPerSecond
    );
    /// @notice The route is paused in both directions, or open again.
    event RoutePausedSet(address indexed token, uint256 indexed chainId, bool paused);
    /// @notice The token of this chain is to be represented by `representation` on another; 0 for the default one.
    event RepresentationNamed(address indexed token, uint256 indexed chainId, address representation);
    /// @notice The token's owner lets it stand for an asset of another chain.
    event RepresentationOffered(address indexed token, bytes32 indexed assetId);
    /// @notice What arrived waits, until `payableAt` and until the route is not paused.
    /// @param transfer The transfer, spelled as in `AssetTransfers`; needed for its release.
    event TransferHeld(
        address indexed token, uint256 indexed chainId, uint256 indexed index, uint256 payableAt, bytes transfer
    );

    /// @notice Only the vault, or on L1 the shared bridge, may do this.
    error AssetRulesNotCustody(address caller);
    /// @notice Only the token's issuer may do this.
    error AssetRulesNotIssuer(address token, address caller);
    /// @notice Only the account that the issuer has proposed may become the issuer.
    error AssetRulesNotProposed(address token, address caller);
    /// @notice Only the token's limiter sets limits.
    error AssetRulesNotLimiter(address token, address caller);
    /// @notice Only the token's pauser pauses it.
    error AssetRulesNotPauser(address token, address caller);
    /// @notice Only the token's owner may offer it.
    error AssetRulesNotOwner(address token, address caller);
    /// @notice The token is to stand for an asset of another chain, so it does not leave as one of this chain.
    error AssetRulesOffered(address token, bytes32 assetId);
    /// @notice A limit that never frees anything would keep what exceeds it for ever.
    error AssetRulesNoRefill(uint256 capacity);
    /// @notice The issuer has paused transfers of the token to that chain.
    error AssetRulesRoutePaused(address token, uint256 chainId);
    /// @notice More than `available` does not leave for that chain now.
    error AssetRulesLimitExceeded(address token, uint256 chainId, uint256 amount, uint256 available);
    /// @notice The token lets the account neither send nor receive it (ERC-7943).
    error AssetRulesCannotTransact(address token, address account);
    /// @notice The token does not allow this transfer (ERC-7943).
    error AssetRulesCannotTransfer(address token, address from, uint256 tokenId, uint256 amount);
    /// @notice No such transfer waits.
    error AssetRulesNothingHeld(address token, uint256 chainId, uint256 index);
    /// @notice The transfer waits until then.
    error AssetRulesTooEarly(uint256 payableAt, uint256 timestamp);

    // The issuer and those it appoints.

    /// @notice Proposes another issuer; the issuer only.
    function proposeIssuer(address token, address proposed) external;

    /// @notice Becomes the issuer; who was proposed only.
    function acceptIssuer(address token) external;

    /// @notice Appoints who limits and who pauses, 0 for the issuer itself; the issuer only.
    function appoint(address token, address limiter, address pauser) external;

    /// @notice Sets what may pass of the token; the limiter only. What has passed before is forgotten.
    function setRouteLimit(
        address token,
        uint256 otherChainId,
        Direction direction,
        uint256 capacity,
        uint256 refillPerSecond
    ) external;

    /// @notice Stops the token's route to and from another chain; the pauser only.
    function pauseRoute(address token, uint256 otherChainId) external;

    /// @notice Opens it again; the issuer only.
    function unpauseRoute(address token, uint256 otherChainId) external;

    /// @notice Names the token that stands for this one on another chain; the issuer only, at home. It counts from the next
    /// announcement on, where no other representation stands yet.
    function nameRepresentation(address token, uint256 otherChainId, address representation) external;

    /// @notice Lets a token of this chain stand for an asset of another; the token's owner only. Both sides have to want it.
    function offerRepresentation(address token, bytes32 assetId) external;

    /// @notice Asks a token again whether it is regulated (ERC-7943); anyone may call.
    function inspect(address token, AssetKind kind) external;

    // The custody.

    /// @notice A token of this chain is used for the first time; the custody only.
    /// @return isRuled Whether there are rules for it.
    function registerHome(address token, AssetKind kind) external returns (bool isRuled);

    /// @notice A token stands for an asset of another chain from now on; the custody only.
    /// @param issuer Its issuer as its home says; 0 for none.
    /// @return isRuled Whether there are rules for it.
    function registerForeign(address token, AssetKind kind, address issuer) external returns (bool isRuled);

    /// @notice Refuses what the rules do not let leave; the custody only.
    /// @param isLocked Whether the token moves to the custody, rather than being burned.
    function checkOutgoing(
        address token,
        AssetKind kind,
        uint256 chainId,
        uint256 tokenId,
        uint256 amount,
        address from,
        address recipient,
        bool isLocked
    ) external;

    /// @notice Counts what arrives, and keeps what has to wait; the custody only.
    /// @return isHeld Whether it has to wait.
    function takeIncoming(address token, uint256 chainId, uint256 amount, bytes calldata transfer)
        external
        returns (bool isHeld);

    /// @notice Forgets what has waited long enough; the custody only.
    function takeHeld(address token, uint256 chainId, uint256 index, bytes calldata transfer) external;

    // Views.

    /// @notice Reverts with `AssetCustodyWrongKind` unless the token is of the kind that it says it is (ERC-165); one that
    /// says nothing is fungible. So nobody who is first to name a token decides that.
    function checkKind(address token, AssetKind kind) external view;

    /// @return Who decides about the token here: whom the last issuer has made it, or whom its home names, or at home the
    /// token's owner.
    function issuerOf(address token) external view returns (address);

    /// @return What another chain is told about a token of this one: `abi.encode(AssetMetadata)`.
    function describe(address token, AssetKind kind, uint256 otherChainId) external view returns (bytes memory);

    /// @return Who was proposed as the next issuer.
    function proposedIssuer(address token) external view returns (address);

    /// @return limiter Who sets limits.
    /// @return pauser Who pauses.
    function partiesOf(address token) external view returns (address limiter, address pauser);

    /// @return Whether the token's route is paused.
    function isPaused(address token, uint256 otherChainId) external view returns (bool);

    /// @return What may pass now; the highest number where there is no limit.
    function available(address token, uint256 otherChainId, Direction direction) external view returns (uint256);

    /// @return capacity What may pass at once, in units of the token; 0 for no limit.
    /// @return refillPerSecond What may pass again each second.
    function routeLimit(address token, uint256 otherChainId, Direction direction)
        external
        view
        returns (uint256 capacity, uint256 refillPerSecond);

    /// @return Token that is to stand for this one on another chain; 0 for the default one.
    function representationOn(address token, uint256 otherChainId) external view returns (address);

    /// @return Asset that the token may stand for.
    function offeredFor(address token) external view returns (bytes32);
}
