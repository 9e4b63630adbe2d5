// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC7802} from "@openzeppelin/contracts/interfaces/draft-IERC7802.sol";
import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {ERC1155Holder} from "@openzeppelin/contracts/token/ERC1155/utils/ERC1155Holder.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IAssetCustody} from "../interfaces/IAssetCustody.sol";
import {IAssetRules} from "../interfaces/IAssetRules.sol";
import {IBridgedERC1155} from "../interfaces/IBridgedERC1155.sol";
import {IBridgedERC721} from "../interfaces/IBridgedERC721.sol";
import {IRepresentations} from "../interfaces/IRepresentations.sol";
import {AssetIds} from "../libraries/AssetIds.sol";
import {AssetTransfers} from "../libraries/AssetTransfers.sol";
import {BoundedCall} from "../libraries/BoundedCall.sol";
import {TokenMetadata} from "../libraries/TokenMetadata.sol";
import {TokenRecord} from "../libraries/TokenRecord.sol";
import {Asset, AssetKind, AssetMetadata, AssetTransfer, TransferRequest} from "../types/Assets.sol";
import {AssetGate} from "./AssetGate.sol";
import {AssetRules} from "./AssetRules.sol";
import {TokenCalls} from "./TokenCalls.sol";

/// @title How assets are kept, on a chain and on L1 alike
/// @notice A token is locked where it was born, and minted and burned elsewhere. All state is written before a token or a
/// recipient is called, and none of them can call back in.
abstract contract AssetCustody is IAssetCustody, AssetGate, AccessManaged, ERC1155Holder, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using TokenRecord for uint256;

    /// @dev Gas that paying out gets. Whoever delivers must bring it, so that nobody can turn a payment into a claim.
    uint256 private constant PAY_GAS = 300_000;
    /// @dev On top of that, for each word of the URI that is stored with a token.
    uint256 private constant URI_WORD_GAS = 25_000;
    /// @dev Gas spent between the check of the gas and the first instruction of who is paid: storage, cold accounts, value, and
    /// what a call through the holder of base tokens keeps.
    uint256 private constant CALL_RESERVE = 50_000;

    /// @inheritdoc IAssetCustody
    IAssetRules public immutable RULES;

    IRepresentations internal immutable REPRESENTATIONS;

    /// @dev See `TokenRecord`.
    mapping(address token => uint256 record) private _tokens;
    /// @dev Representations, by the assets they stand for.
    mapping(bytes32 assetId => uint256 record) private _representations;
    mapping(address token => mapping(uint256 chainId => bool)) private _announced;
    /// @inheritdoc IAssetCustody
    mapping(bytes32 key => mapping(address owner => uint256)) public claimable;
    /// @dev Of a representation of the issuer's own: what was minted here less what was burned here. The issuer may mint more,
    /// which must not leave: the ledger does not have it, so the chain could settle no more.
    mapping(address token => uint256) private _crossed;
    /// @dev URIs of tokens that are claimed before they are minted.
    mapping(bytes32 key => string) private _claimedUri;
    /// @dev By kind.
    address[3] private _implementations;

    constructor(address authority, address representations) AccessManaged(authority) {
        require(authority != address(0) && representations != address(0), AssetCustodyZeroAddress());
        RULES = new AssetRules();
        REPRESENTATIONS = IRepresentations(representations);
        for (uint256 i = 0; i < _implementations.length; ++i) {
            _implementations[i] = REPRESENTATIONS.implement(AssetKind(i));
        }
    }

    /// @inheritdoc IAssetCustody
    function claim(Asset calldata asset, uint256 tokenId, address to) external nonReentrant {
        require(to != address(0), AssetCustodyZeroRecipient());
        bytes32 key = AssetIds.ledgerKey(asset, tokenId);
        uint256 amount = claimable[key][msg.sender];
        require(amount != 0, AssetCustodyNothingToClaim(key, msg.sender));
        delete claimable[key][msg.sender];
        emit ClaimPaid(key, msg.sender, to, amount);
        AssetTransfer memory what;
        (what.asset, what.tokenId, what.amount, what.recipient) = (asset, tokenId, amount, to);
        (address token, uint256 record) = _resolve(what.asset);
        if (bytes(_shownUri(what, token)).length == 0) what.tokenUri = _claimedUri[key];
        bool paid = _pay(what, token, record);
        require(paid, AssetCustodyNotPaid(key, to, amount));
    }

    /// @inheritdoc IAssetCustody
    function release(uint256 sourceChainId, uint256 index, bytes calldata text) external nonReentrant {
        (bool canonical, AssetTransfer memory held) = AssetTransfers.decode(text);
        require(canonical, AssetCustodyMalformedTransfer(text));
        (address token, uint256 record) = _resolve(held.asset);
        RULES.takeHeld(token, sourceChainId, index, text);
        _payOrNote(held, token, record, sourceChainId);
    }

    /// @inheritdoc IAssetCustody
    function setRuled(address token) external {
        require(msg.sender == address(RULES), AssetCustodyNotRules(msg.sender));
        uint256 record = _tokens[token];
        // One that is not known yet is asked about when it is.
        if (record == 0) return;
        _tokens[token] = record.withRules();
        if (!record.isForeign()) return;
        bytes32 id = AssetIds.assetId(record.chainId(), record.account());
        _representations[id] = _representations[id].withRules();
    }

    /// @inheritdoc IAssetCustody
    function pause() external restricted {
        _setPaused(true);
        emit PausedSet(true);
    }

    /// @inheritdoc IAssetCustody
    function unpause() external restricted {
        _setPaused(false);
        emit PausedSet(false);
    }

    /// @inheritdoc IAssetCustody
    function upgradeRepresentations(AssetKind kind, address newImplementation) external restricted {
        require(newImplementation.code.length != 0, AssetCustodyNoToken(newImplementation));
        _implementations[uint256(kind)] = newImplementation;
        emit RepresentationsUpgraded(kind, newImplementation);
    }

    /// @inheritdoc IAssetCustody
    function sharedImplementation(AssetKind kind) external view returns (address) {
        return _implementations[uint256(kind)];
    }

    /// @inheritdoc IAssetCustody
    function locked(address token) public view returns (uint256) {
        uint256 record = _tokens[token];
        return record.isForeign() ? 0 : record.locked();
    }

    /// @inheritdoc IAssetCustody
    function isForeign(address token) external view returns (bool) {
        return _tokens[token].isForeign();
    }

    /// @inheritdoc IAssetCustody
    function tokenOf(bytes32 assetId) external view returns (address) {
        return _representations[assetId].account();
    }

    /// @inheritdoc IAssetCustody
    function assetOf(address token, AssetKind kind) public view returns (Asset memory) {
        if (token == AssetIds.BASE_TOKEN) return Asset(_baseChainId(), token, AssetKind.Fungible);
        uint256 record = _tokens[token];
        if (!record.isForeign()) return Asset(block.chainid, token, kind);
        _requireKind(token, record, kind);
        return Asset(record.chainId(), record.account(), kind);
    }

    /// @dev A permit that somebody has used already has given the allowance.
    function _permit(TransferRequest calldata request, uint256 deadline, uint8 v, bytes32 r, bytes32 s) internal {
        require(request.token.code.length != 0, AssetCustodyNoToken(request.token));
        bytes memory data =
            abi.encodeCall(IERC20Permit.permit, (msg.sender, address(this), request.amount, deadline, v, r, s));
        (bool granted,) = BoundedCall.call(request.token, gasleft(), data);
        if (granted) return;
        uint256 allowance = IERC20(request.token).allowance(msg.sender, address(this));
        require(allowance >= request.amount, AssetCustodyNotPermitted(request.token, allowance, request.amount));
    }

    /// @dev Takes what `from` wants to send, and says it in the words of a transfer.
    /// @param counterparty Who has it meanwhile, as `AssetOut` says it: the destination, or 0 for a swap.
    function _take(TransferRequest calldata request, address from, uint256 counterparty)
        internal
        returns (AssetTransfer memory taken)
    {
        (address token, AssetKind kind) = (request.token, request.kind);
        (taken.tokenId, taken.amount) = (request.tokenId, request.amount);
        (taken.sender, taken.recipient) = (from, request.recipient);
        require(taken.recipient != address(0), AssetCustodyZeroRecipient());
        _checkAmount(kind, taken.tokenId, taken.amount);
        uint256 value = token == AssetIds.BASE_TOKEN ? taken.amount : 0;
        require(msg.value == value, AssetCustodyWrongValue(value, msg.value));

        uint256 chainId = request.destinationChainId;
        if (token == AssetIds.BASE_TOKEN) {
            require(kind == AssetKind.Fungible, AssetCustodyWrongKind(token, AssetKind.Fungible, kind));
            taken.asset = Asset(_baseChainId(), token, kind);
            _takeBase(taken.amount);
        } else {
            _takeToken(taken, token, kind, chainId, counterparty != 0);
        }
        _emitOut(taken, counterparty);
    }

    /// @dev Pays a transfer that arrived, or notes a claim. An amount of 0 only announces the asset.
    /// @param counterparty Who had it until now, as `AssetIn` says it: the source, or 0 for a swap.
    function _give(AssetTransfer memory transfer, uint256 sourceChainId, uint256 counterparty) internal {
        if (transfer.metadata.length != 0) _learn(transfer.asset, transfer.metadata, sourceChainId);
        uint256 amount = transfer.amount;
        if (amount == 0) return;
        _checkAmount(transfer.asset.kind, transfer.tokenId, amount);
        _emitIn(transfer, counterparty);
        (address token, uint256 record) = _resolve(transfer.asset);
        if (record.isRuled()) {
            transfer.metadata = "";
            if (RULES.takeIncoming(token, sourceChainId, amount, AssetTransfers.encode(transfer))) return;
        }
        _payOrNote(transfer, token, record, sourceChainId);
    }

    /// @dev What anyone may have this chain say of a token that is at home here.
    function _announce(address token, AssetKind kind, uint256 chainId)
        internal
        view
        returns (AssetTransfer memory announcement)
    {
        uint256 record = _tokens[token];
        bool isElsewhere = token == AssetIds.BASE_TOKEN || record.isForeign();
        require(!isElsewhere, AssetCustodyNotHome(token));
        require(token.code.length != 0, AssetCustodyNoToken(token));
        if (record != 0) {
            _requireKind(token, record, kind);
        } else {
            RULES.checkKind(token, kind);
            // What is no token yet, such as a proxy with nothing behind it, may become one of another kind.
            if (kind == AssetKind.Fungible) TokenCalls.balance(token);
        }
        announcement.asset = Asset(block.chainid, token, kind);
        announcement.metadata = RULES.describe(token, kind, chainId);
    }

    function _emitOut(AssetTransfer memory what, uint256 chainId) internal {
        _emit(AssetOut.selector, what, chainId);
    }

    function _emitIn(AssetTransfer memory what, uint256 chainId) internal {
        _emit(AssetIn.selector, what, chainId);
    }

    /// @dev Home of the asset behind this chain's base token.
    function _baseChainId() internal view virtual returns (uint256);

    /// @dev Puts base tokens that came as value away.
    function _takeBase(uint256 amount) internal virtual;

    /// @dev Pays base tokens; false if the recipient does not take them.
    function _payBase(address to, uint256 amount, uint256 gasLimit) internal virtual returns (bool);

    /// @dev `AssetOut` or `AssetIn`, which hold the same.
    function _emit(bytes32 topic, AssetTransfer memory what, uint256 chainId) private {
        bytes29 asset = AssetTransfers.packAsset(what.asset);
        bytes24 movement = AssetTransfers.packMovement(chainId, what.amount);
        uint256 tokenId = what.tokenId;
        // Free memory serves as scratch space and is not claimed.
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, asset)
            mstore(add(start, 0x20), tokenId)
            mstore(add(start, 0x40), movement)
            log1(start, 0x60, topic)
        }
    }

    /// @dev What arrived is paid, or becomes a claim.
    function _payOrNote(AssetTransfer memory what, address token, uint256 record, uint256 sourceChainId) private {
        // A chain that is in order sends none that is longer; each claim would have to bring gas for it.
        bool isTooLong = bytes(what.tokenUri).length > TokenMetadata.MAX_TEXT;
        if (isTooLong || _isUriPassedOver(what, token, sourceChainId)) what.tokenUri = "";
        if (_pay(what, token, record)) return;
        bytes32 key = AssetIds.ledgerKey(what.asset, what.tokenId);
        claimable[key][what.recipient] += what.amount;
        if (bytes(what.tokenUri).length != 0) _claimedUri[key] = what.tokenUri;
        emit ClaimAdded(key, what.recipient, what.amount);
    }

    /// @dev Only an asset's home says what it is called; what other chains say of it is passed over. A representation of the
    /// issuer's own counts once its owner has offered it for this asset: otherwise a chain could take a token for its own.
    function _learn(Asset memory asset, bytes memory metadata, uint256 sourceChainId) private {
        bytes32 id = AssetIds.assetId(asset.originChainId, asset.originToken);
        if (sourceChainId != asset.originChainId || _representations[id] != 0 || _isBase(asset)) return;
        AssetMetadata memory told = abi.decode(metadata, (AssetMetadata));
        address token = told.representation;
        bool isBrought = token != address(0) && asset.kind == AssetKind.Fungible;
        if (!isBrought) {
            token = REPRESENTATIONS.create(id, asset.kind, told);
        } else if (RULES.offeredFor(token) != id || _tokens[token] != 0) {
            emit RepresentationAwaited(id, token);
            return;
        }
        _stand(id, token, asset, isBrought, told.issuer);
    }

    /// @dev From here on `token` stands for `asset`.
    function _stand(bytes32 id, address token, Asset memory asset, bool isBrought, address issuer) private {
        uint64 chainId = SafeCast.toUint64(asset.originChainId);
        uint256 byAsset = TokenRecord.foreign(asset.kind, chainId, token);
        uint256 byToken = TokenRecord.foreign(asset.kind, chainId, asset.originToken);
        if (isBrought) (byAsset, byToken) = (byAsset.withBrought(), byToken.withBrought());
        if (RULES.registerForeign(token, asset.kind, issuer)) {
            (byAsset, byToken) = (byAsset.withRules(), byToken.withRules());
        }
        (_representations[id], _tokens[token]) = (byAsset, byToken);
        emit AssetRegistered(id, token, asset);
    }

    /// @param isSent Whether it will arrive. What a swap takes may never do, so by that nobody was told.
    function _takeToken(AssetTransfer memory taken, address token, AssetKind kind, uint256 chainId, bool isSent)
        private
    {
        uint256 record = _tokens[token];
        if (record == 0) record = _register(token, kind);
        _requireKind(token, record, kind);
        if (record.isRuled()) _checkRules(taken, token, kind, chainId, !record.isForeign());
        if (record.isForeign()) {
            taken.asset = Asset(record.chainId(), record.account(), kind);
            if (record.isBrought()) _burnMeasured(token, taken.amount, taken.sender);
            else _burn(token, kind, taken.tokenId, taken.amount, taken.sender);
        } else {
            Asset memory asset = taken.asset;
            (asset.originChainId, asset.originToken, asset.kind) = (block.chainid, token, kind);
            if (!_isTold(record, token, chainId)) {
                taken.metadata = RULES.describe(token, kind, chainId);
                if (isSent) record = _noteTold(record, token, chainId);
            }
            if (kind == AssetKind.Fungible) return _lock(record, token, taken);
            _lockItem(record, token, kind, taken);
        }
        if (kind != AssetKind.Fungible) taken.tokenUri = TokenCalls.uri(token, kind, taken.tokenId);
    }

    /// @dev A token that is sent for the first time, and does not stand for another, is at home here.
    function _register(address token, AssetKind kind) private returns (uint256) {
        require(token.code.length != 0, AssetCustodyNoToken(token));
        emit AssetRegistered(AssetIds.assetId(block.chainid, token), token, Asset(block.chainid, token, kind));
        uint256 record = TokenRecord.home(kind);
        return RULES.registerHome(token, kind) ? record.withRules() : record;
    }

    function _checkRules(AssetTransfer memory taken, address token, AssetKind kind, uint256 chainId, bool isLocked)
        private
    {
        (address from, address recipient) = (taken.sender, taken.recipient);
        RULES.checkOutgoing(token, kind, chainId, taken.tokenId, taken.amount, from, recipient, isLocked);
    }

    /// @dev Each chain is told once. The record keeps the last one, so that most transfers need not look further.
    function _isTold(uint256 record, address token, uint256 chainId) private view returns (bool) {
        return record.chainId() == chainId || _announced[token][chainId];
    }

    function _noteTold(uint256 record, address token, uint256 chainId) private returns (uint256) {
        _announced[token][chainId] = true;
        return record.withChain(chainId);
    }

    /// @dev The difference that a token makes is measured, whatever the token says about it.
    function _lock(uint256 record, address token, AssetTransfer memory taken) private {
        (uint256 lockedBefore, uint256 amount) = (record.locked(), taken.amount);
        uint256 before = TokenCalls.balance(token);
        require(before >= lockedBefore, AssetCustodyShortfall(token, lockedBefore, before));
        _tokens[token] = record.withLocked(SafeCast.toUint128(lockedBefore + amount));
        IERC20(token).safeTransferFrom(taken.sender, address(this), amount);
        _requireExact(token, amount, TokenCalls.balance(token) - before);
    }

    /// @dev As `_lock`, for tokens with ids.
    function _lockItem(uint256 record, address token, AssetKind kind, AssetTransfer memory taken) private {
        (uint256 tokenId, address from) = (taken.tokenId, taken.sender);
        uint256 before = _heldItems(token, kind, tokenId);
        _tokens[token] = record;
        if (kind == AssetKind.NonFungible) IERC721(token).transferFrom(from, address(this), tokenId);
        else IERC1155(token).safeTransferFrom(from, address(this), tokenId, taken.amount, "");
        _requireExact(token, taken.amount, _heldItems(token, kind, tokenId) - before);
    }

    function _burn(address token, AssetKind kind, uint256 tokenId, uint256 amount, address from) private {
        if (kind == AssetKind.Fungible) IERC7802(token).crosschainBurn(from, amount);
        else if (kind == AssetKind.NonFungible) IBridgedERC721(token).crosschainBurn(from, tokenId);
        else IBridgedERC1155(token).crosschainBurn(from, tokenId, amount);
    }

    /// @dev A token that is not of our making may say anything.
    function _burnMeasured(address token, uint256 amount, address from) private {
        uint256 crossed = _crossed[token];
        require(crossed >= amount, AssetCustodyNotCrossed(token, crossed, amount));
        _crossed[token] = crossed - amount;
        uint256 before = IERC20(token).balanceOf(from);
        IERC7802(token).crosschainBurn(from, amount);
        _requireExact(token, amount, before - IERC20(token).balanceOf(from));
    }

    /// @dev The token that stands for an asset here, and what is known of it; nothing for the base token.
    function _resolve(Asset memory asset) private view returns (address token, uint256 record) {
        if (_isBase(asset)) return (address(0), 0);
        if (asset.originChainId == block.chainid) {
            token = asset.originToken;
            return (token, _tokens[token]);
        }
        record = _representations[AssetIds.assetId(asset.originChainId, asset.originToken)];
        token = record.account();
    }

    /// @dev Pays what arrived or was claimed; false if that cannot be done now, with nothing changed.
    function _pay(AssetTransfer memory what, address token, uint256 record) private returns (bool paid) {
        uint256 gasLimit = PAY_GAS + URI_WORD_GAS * ((bytes(what.tokenUri).length + 0x1f) / 0x20);
        if (!BoundedCall.canForward(gasLimit, CALL_RESERVE)) {
            revert AssetCustodyGasTooLow(gasLimit + CALL_RESERVE, gasleft());
        }
        if (_isBase(what.asset)) return _payBase(what.recipient, what.amount, gasLimit);
        AssetKind kind = what.asset.kind;
        if (what.asset.originChainId == block.chainid) {
            require(record != 0 && !record.isForeign(), AssetCustodyNotHome(token));
            _requireKind(token, record, kind);
            return _unlock(what, token, record, gasLimit);
        }
        if (record == 0) return false;
        _requireKind(token, record, kind);
        bool isBrought = record.isBrought();
        if (isBrought) _crossed[token] += what.amount;
        paid = _callToken(token, gasLimit, TokenCalls.mint(kind, what));
        if (isBrought && !paid) _crossed[token] -= what.amount;
    }

    function _unlock(AssetTransfer memory what, address token, uint256 record, uint256 gasLimit)
        private
        returns (bool paid)
    {
        AssetKind kind = what.asset.kind;
        uint256 before = record.locked();
        if (kind == AssetKind.Fungible) {
            require(before >= what.amount, AssetCustodyShortfall(token, before, what.amount));
            _tokens[token] = record.withLocked(before - what.amount);
        }
        paid = _callToken(token, gasLimit, TokenCalls.handOver(kind, what));
        // The record is read again: the token's issuer may have set rules when it was called.
        if (!paid) _tokens[token] = _tokens[token].withLocked(before);
    }

    /// @dev Success is what SafeERC20 takes for it: no revert, and an answer of nothing or of `true`.
    function _callToken(address token, uint256 gasLimit, bytes memory data) private returns (bool) {
        if (token.code.length == 0) return false;
        (bool success, bytes memory answer) = BoundedCall.call(token, gasLimit, data);
        if (!success || answer.length == 0) return success;
        return answer.length >= 0x20 && abi.decode(answer, (uint256)) == 1;
    }

    function _checkAmount(AssetKind kind, uint256 tokenId, uint256 amount) private pure {
        bool isFungible = kind == AssetKind.Fungible;
        uint256 most = !isFungible && kind == AssetKind.NonFungible ? 1 : type(uint128).max;
        if (amount == 0 || amount > most) revert AssetCustodyBadAmount(kind, amount);
        if (isFungible && tokenId != 0) revert AssetCustodyBadTokenId(tokenId);
    }

    function _requireKind(address token, uint256 record, AssetKind kind) private pure {
        if (!record.isOf(kind)) revert AssetCustodyWrongKind(token, record.kind(), kind);
    }

    function _requireExact(address token, uint256 amount, uint256 moved) private pure {
        require(moved == amount, AssetCustodyNotExact(token, amount, moved));
    }

    function _heldItems(address token, AssetKind kind, uint256 tokenId) private view returns (uint256) {
        if (kind == AssetKind.MultiToken) return IERC1155(token).balanceOf(address(this), tokenId);
        return IERC721(token).ownerOf(tokenId) == address(this) ? 1 : 0;
    }

    /// @dev Only an asset's home says what its tokens show; what another chain says counts where nothing is known.
    function _isUriPassedOver(AssetTransfer memory what, address token, uint256 sourceChainId)
        private
        view
        returns (bool)
    {
        if (bytes(what.tokenUri).length == 0 || sourceChainId == what.asset.originChainId) return false;
        if (bytes(_shownUri(what, token)).length != 0) return true;
        return bytes(_claimedUri[AssetIds.ledgerKey(what.asset, what.tokenId)]).length != 0;
    }

    /// @dev The URI that the representation has; empty where there is none.
    function _shownUri(AssetTransfer memory what, address token) private view returns (string memory) {
        bool hasNone = token == address(0) || what.asset.kind == AssetKind.Fungible;
        return hasNone ? "" : TokenCalls.uri(token, what.asset.kind, what.tokenId);
    }

    function _isBase(Asset memory asset) private view returns (bool) {
        return asset.originToken == AssetIds.BASE_TOKEN && asset.originChainId == _baseChainId();
    }
}
