// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ERC165Checker} from "@openzeppelin/contracts/utils/introspection/ERC165Checker.sol";

import {IAssetCustody} from "../interfaces/IAssetCustody.sol";
import {Direction, IAssetRules} from "../interfaces/IAssetRules.sol";
import {IERC7943} from "../interfaces/IERC7943.sol";
import {IERC7943MultiToken} from "../interfaces/IERC7943MultiToken.sol";
import {OutflowLimit} from "../libraries/OutflowLimit.sol";
import {TokenMetadata} from "../libraries/TokenMetadata.sol";
import {AssetKind, AssetMetadata} from "../types/Assets.sol";

/// @title What issuers decide about their assets on a chain
/// @notice Created by the custody, which asks here about tokens that have rules, and about no others.
contract AssetRules is IAssetRules {
    using ERC165Checker for address;
    using OutflowLimit for OutflowLimit.Bucket;

    /// @dev Whether a token is regulated, and by which text of ERC-7943.
    enum Regulation {
        None,
        Final,
        Draft
    }

    struct Parties {
        address issuer;
        address proposed;
        address limiter;
        address pauser;
    }

    IAssetCustody private immutable CUSTODY;

    mapping(address token => Parties) private _parties;
    mapping(address token => mapping(uint256 chainId => mapping(Direction => OutflowLimit.Bucket))) private _limits;
    /// @inheritdoc IAssetRules
    mapping(address token => mapping(uint256 chainId => bool)) public isPaused;
    /// @inheritdoc IAssetRules
    mapping(address token => mapping(uint256 chainId => address)) public representationOn;
    /// @inheritdoc IAssetRules
    mapping(address token => bytes32 assetId) public offeredFor;
    mapping(address token => mapping(AssetKind => Regulation)) private _regulation;
    /// @dev Tokens that have had rules.
    mapping(address token => bool) private _isRuled;
    /// @dev When it may be paid, by `_heldId`.
    mapping(bytes32 id => uint256 payableAt) private _held;
    uint256 private _heldCount;

    modifier onlyCustody() {
        require(msg.sender == address(CUSTODY), AssetRulesNotCustody(msg.sender));
        _;
    }

    modifier onlyIssuer(address token) {
        require(_isIssuer(token), AssetRulesNotIssuer(token, msg.sender));
        _;
    }

    constructor() {
        CUSTODY = IAssetCustody(msg.sender);
    }

    /// @inheritdoc IAssetRules
    function proposeIssuer(address token, address proposed) external onlyIssuer(token) {
        _parties[token].proposed = proposed;
        emit IssuerProposed(token, proposed);
    }

    /// @inheritdoc IAssetRules
    function acceptIssuer(address token) external {
        Parties storage parties = _parties[token];
        require(msg.sender == parties.proposed, AssetRulesNotProposed(token, msg.sender));
        delete parties.proposed;
        _setIssuer(token, msg.sender);
    }

    /// @inheritdoc IAssetRules
    function appoint(address token, address limiter, address pauser) external onlyIssuer(token) {
        (_parties[token].limiter, _parties[token].pauser) = (limiter, pauser);
        emit PartiesAppointed(token, limiter, pauser);
    }

    /// @inheritdoc IAssetRules
    function setRouteLimit(
        address token,
        uint256 otherChainId,
        Direction direction,
        uint256 capacity,
        uint256 refillPerSecond
    ) external {
        require(_acts(_parties[token].limiter, token), AssetRulesNotLimiter(token, msg.sender));
        require(capacity == 0 || refillPerSecond != 0, AssetRulesNoRefill(capacity));
        _limits[token][otherChainId][direction] = OutflowLimit.Bucket(capacity, refillPerSecond, 0, block.timestamp);
        emit RouteLimitSet(token, otherChainId, direction, capacity, refillPerSecond);
        _markRuled(token);
    }

    /// @inheritdoc IAssetRules
    function pauseRoute(address token, uint256 otherChainId) external {
        require(_acts(_parties[token].pauser, token), AssetRulesNotPauser(token, msg.sender));
        isPaused[token][otherChainId] = true;
        emit RoutePausedSet(token, otherChainId, true);
        _markRuled(token);
    }

    /// @inheritdoc IAssetRules
    function unpauseRoute(address token, uint256 otherChainId) external onlyIssuer(token) {
        isPaused[token][otherChainId] = false;
        emit RoutePausedSet(token, otherChainId, false);
    }

    /// @inheritdoc IAssetRules
    function nameRepresentation(address token, uint256 otherChainId, address representation)
        external
        onlyIssuer(token)
    {
        representationOn[token][otherChainId] = representation;
        emit RepresentationNamed(token, otherChainId, representation);
    }

    /// @inheritdoc IAssetRules
    function offerRepresentation(address token, bytes32 assetId) external {
        require(msg.sender == _ownerOf(token), AssetRulesNotOwner(token, msg.sender));
        offeredFor[token] = assetId;
        emit RepresentationOffered(token, assetId);
    }

    /// @inheritdoc IAssetRules
    function inspect(address token, AssetKind kind) external {
        if (_inspect(token, kind)) _markRuled(token);
    }

    /// @inheritdoc IAssetRules
    function registerHome(address token, AssetKind kind) external onlyCustody returns (bool isRuled) {
        bytes32 offered = offeredFor[token];
        require(offered == 0, AssetRulesOffered(token, offered));
        checkKind(token, kind);
        return _inspect(token, kind) || _isRuled[token];
    }

    /// @inheritdoc IAssetRules
    function registerForeign(address token, AssetKind kind, address issuer)
        external
        onlyCustody
        returns (bool isRuled)
    {
        if (issuer != address(0)) _setIssuer(token, issuer);
        return _inspect(token, kind) || _isRuled[token];
    }

    /// @inheritdoc IAssetRules
    function checkOutgoing(
        address token,
        AssetKind kind,
        uint256 chainId,
        uint256 tokenId,
        uint256 amount,
        address from,
        address recipient,
        bool isLocked
    ) external onlyCustody {
        require(!isPaused[token][chainId], AssetRulesRoutePaused(token, chainId));
        uint256 most = available(token, chainId, Direction.Outgoing);
        require(amount <= most, AssetRulesLimitExceeded(token, chainId, amount, most));
        _limits[token][chainId][Direction.Outgoing].take(amount);

        Regulation regulation = _regulation[token][kind];
        if (regulation == Regulation.None) return;
        require(_maySend(regulation, token, from), AssetRulesCannotTransact(token, from));
        require(_mayReceive(regulation, token, recipient), AssetRulesCannotTransact(token, recipient));
        require(
            !isLocked || _mayMove(token, kind, from, tokenId, amount),
            AssetRulesCannotTransfer(token, from, tokenId, amount)
        );
    }

    /// @inheritdoc IAssetRules
    function takeIncoming(address token, uint256 chainId, uint256 amount, bytes calldata transfer)
        external
        onlyCustody
        returns (bool isHeld)
    {
        uint256 payableAt = _limits[token][chainId][Direction.Incoming].take(amount);
        if (payableAt <= block.timestamp && !isPaused[token][chainId]) return false;
        uint256 index = _heldCount++;
        _held[_heldId(token, chainId, index, transfer)] = payableAt;
        emit TransferHeld(token, chainId, index, payableAt, transfer);
        return true;
    }

    /// @inheritdoc IAssetRules
    function takeHeld(address token, uint256 chainId, uint256 index, bytes calldata transfer) external onlyCustody {
        bytes32 id = _heldId(token, chainId, index, transfer);
        uint256 payableAt = _held[id];
        require(payableAt != 0, AssetRulesNothingHeld(token, chainId, index));
        require(block.timestamp >= payableAt, AssetRulesTooEarly(payableAt, block.timestamp));
        require(!isPaused[token][chainId], AssetRulesRoutePaused(token, chainId));
        delete _held[id];
    }

    /// @inheritdoc IAssetRules
    function describe(address token, AssetKind kind, uint256 otherChainId) external view returns (bytes memory) {
        AssetMetadata memory metadata;
        (metadata.name, metadata.symbol) = (TokenMetadata.name(token), TokenMetadata.symbol(token));
        if (kind == AssetKind.Fungible) metadata.decimals = TokenMetadata.decimals(token);
        metadata.issuer = issuerOf(token);
        metadata.representation = representationOn[token][otherChainId];
        return abi.encode(metadata);
    }

    /// @inheritdoc IAssetRules
    function proposedIssuer(address token) external view returns (address) {
        return _parties[token].proposed;
    }

    /// @inheritdoc IAssetRules
    function partiesOf(address token) external view returns (address limiter, address pauser) {
        Parties storage parties = _parties[token];
        address issuer = issuerOf(token);
        limiter = parties.limiter == address(0) ? issuer : parties.limiter;
        pauser = parties.pauser == address(0) ? issuer : parties.pauser;
    }

    /// @inheritdoc IAssetRules
    function checkKind(address token, AssetKind kind) public view {
        AssetKind expected = _kindOf(token);
        require(expected == kind, IAssetCustody.AssetCustodyWrongKind(token, expected, kind));
    }

    /// @inheritdoc IAssetRules
    function routeLimit(address token, uint256 otherChainId, Direction direction)
        external
        view
        returns (uint256 capacity, uint256 refillPerSecond)
    {
        OutflowLimit.Bucket storage limit = _limits[token][otherChainId][direction];
        return (limit.capacity, limit.refillPerSecond);
    }

    /// @inheritdoc IAssetRules
    function issuerOf(address token) public view returns (address) {
        address issuer = _parties[token].issuer;
        if (issuer != address(0) || CUSTODY.isForeign(token)) return issuer;
        return _ownerOf(token);
    }

    /// @inheritdoc IAssetRules
    function available(address token, uint256 otherChainId, Direction direction) public view returns (uint256) {
        return _limits[token][otherChainId][direction].available();
    }

    function _setIssuer(address token, address issuer) private {
        _parties[token].issuer = issuer;
        emit IssuerSet(token, issuer);
    }

    function _markRuled(address token) private {
        _isRuled[token] = true;
        CUSTODY.setRuled(token);
    }

    /// @dev A token that is asked for another kind than its own says nothing about its own.
    function _inspect(address token, AssetKind kind) private returns (bool) {
        Regulation regulation = Regulation.None;
        (bytes4 finalId, bytes4 draftId) = _interfaceIds(kind);
        if (token.supportsInterface(finalId)) regulation = Regulation.Final;
        else if (token.supportsInterface(draftId)) regulation = Regulation.Draft;
        if (regulation != _regulation[token][kind]) _regulation[token][kind] = regulation;
        return regulation != Regulation.None;
    }

    /// @dev ERC-721 and ERC-1155 tokens have to say so (ERC-165). An ERC-20 token says nothing.
    function _kindOf(address token) private view returns (AssetKind) {
        if (!token.supportsERC165()) return AssetKind.Fungible;
        if (token.supportsERC165InterfaceUnchecked(type(IERC721).interfaceId)) return AssetKind.NonFungible;
        bool isMany = token.supportsERC165InterfaceUnchecked(type(IERC1155).interfaceId);
        return isMany ? AssetKind.MultiToken : AssetKind.Fungible;
    }

    /// @dev Nobody is issuer, and nobody is appointed, where the account is 0.
    function _acts(address appointed, address token) private view returns (bool) {
        return appointed == address(0) ? _isIssuer(token) : msg.sender == appointed;
    }

    function _isIssuer(address token) private view returns (bool) {
        return msg.sender == issuerOf(token);
    }

    function _ownerOf(address token) private view returns (address) {
        return TokenMetadata.account(token, abi.encodeCall(Ownable.owner, ()));
    }

    function _maySend(Regulation regulation, address token, address account) private view returns (bool) {
        if (regulation == Regulation.Draft) return IERC7943(token).canTransact(account);
        return IERC7943(token).canSend(account);
    }

    function _mayReceive(Regulation regulation, address token, address account) private view returns (bool) {
        if (regulation == Regulation.Draft) return IERC7943(token).canTransact(account);
        return IERC7943(token).canReceive(account);
    }

    function _mayMove(address token, AssetKind kind, address from, uint256 tokenId, uint256 amount)
        private
        view
        returns (bool)
    {
        address to = address(CUSTODY);
        if (kind == AssetKind.MultiToken) return IERC7943MultiToken(token).canTransfer(from, to, tokenId, amount);
        return IERC7943(token).canTransfer(from, to, kind == AssetKind.Fungible ? amount : tokenId);
    }

    function _heldId(address token, uint256 chainId, uint256 index, bytes calldata transfer)
        private
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(token, chainId, index, keccak256(transfer)));
    }

    /// @dev ERC-165 ids of ERC-7943 for a kind, in its final text and in the drafts with `canTransact`.
    function _interfaceIds(AssetKind kind) private pure returns (bytes4 finalId, bytes4 draftId) {
        if (kind == AssetKind.Fungible) return (0x3edbb4c4, 0x29388973);
        if (kind == AssetKind.NonFungible) return (0xbf1ef5fe, 0xa8fdc849);
        return (0x41c4fbad, 0x5627c61a);
    }
}
