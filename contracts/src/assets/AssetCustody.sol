// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC7802} from "@openzeppelin/contracts/interfaces/draft-IERC7802.sol";
import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {IERC1155MetadataURI} from "@openzeppelin/contracts/token/ERC1155/extensions/IERC1155MetadataURI.sol";
import {ERC1155Holder} from "@openzeppelin/contracts/token/ERC1155/utils/ERC1155Holder.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC721Metadata} from "@openzeppelin/contracts/token/ERC721/extensions/IERC721Metadata.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IAssetCustody} from "../interfaces/IAssetCustody.sol";
import {IBridgedERC1155} from "../interfaces/IBridgedERC1155.sol";
import {IBridgedERC721} from "../interfaces/IBridgedERC721.sol";
import {IRepresentations} from "../interfaces/IRepresentations.sol";
import {AssetIds} from "../libraries/AssetIds.sol";
import {BoundedCall} from "../libraries/BoundedCall.sol";
import {TokenMetadata} from "../libraries/TokenMetadata.sol";
import {Asset, AssetKind, AssetMetadata, AssetTransfer, TransferRequest} from "../types/Assets.sol";

/// @title How assets are kept, on a chain and on L1 alike
/// @notice A token is locked where it was born, and minted and burned elsewhere. All state is written before a token or a
/// recipient is called, and none of them can call back in.
abstract contract AssetCustody is IAssetCustody, AccessManaged, ERC1155Holder, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @dev A token that was born here.
    struct HomeToken {
        uint128 locked;
        AssetKind kind;
        bool known;
    }

    /// @dev Gas that paying out gets. Whoever delivers must bring it, so that nobody can turn a payment into a claim.
    uint256 private constant PAY_GAS = 300_000;
    uint256 private constant CALL_RESERVE = 10_000;

    IRepresentations internal immutable REPRESENTATIONS;

    mapping(address token => HomeToken) private _home;
    mapping(address token => Asset) private _foreign;
    /// @inheritdoc IAssetCustody
    mapping(bytes32 assetId => address token) public tokenOf;
    mapping(address token => mapping(uint256 chainId => bool)) private _announced;
    /// @inheritdoc IAssetCustody
    mapping(bytes32 key => mapping(address owner => uint256)) public claimable;
    /// @dev URIs of tokens that are claimed before they are minted.
    mapping(bytes32 key => string) private _claimedUri;
    bool private _paused;

    constructor(address authority, address representations) AccessManaged(authority) {
        require(authority != address(0) && representations != address(0), AssetCustodyZeroAddress());
        REPRESENTATIONS = IRepresentations(representations);
    }

    /// @inheritdoc IAssetCustody
    function claim(Asset calldata asset, uint256 tokenId, address to) external nonReentrant {
        require(to != address(0), AssetCustodyZeroRecipient());
        bytes32 key = AssetIds.ledgerKey(asset, tokenId);
        uint256 amount = claimable[key][msg.sender];
        require(amount != 0, AssetCustodyNothingToClaim(key, msg.sender));
        delete claimable[key][msg.sender];
        emit ClaimPaid(key, msg.sender, to, amount);
        bool paid = _pay(asset, tokenId, amount, to, _claimedUri[key]);
        require(paid, AssetCustodyNotPaid(key, to, amount));
    }

    /// @inheritdoc IAssetCustody
    function pause() external restricted {
        _paused = true;
        emit PausedSet(true);
    }

    /// @inheritdoc IAssetCustody
    function unpause() external restricted {
        _paused = false;
        emit PausedSet(false);
    }

    /// @inheritdoc IAssetCustody
    function locked(address token) external view returns (uint256) {
        return _home[token].locked;
    }

    /// @inheritdoc IAssetCustody
    function assetOf(address token, AssetKind kind) public view returns (Asset memory asset) {
        if (token == AssetIds.BASE_TOKEN) return _baseAsset();
        asset = _foreign[token];
        if (asset.originChainId == 0) return Asset(block.chainid, token, kind);
        require(asset.kind == kind, AssetCustodyWrongKind(token, asset.kind, kind));
    }

    /// @dev Takes what `from` wants to send, and says it in the words of a transfer.
    function _take(TransferRequest memory request, address from) internal returns (AssetTransfer memory transfer) {
        require(!_paused, AssetCustodyPaused());
        require(request.recipient != address(0), AssetCustodyZeroRecipient());
        _checkAmount(request.kind, request.tokenId, request.amount);
        bool isBase = request.token == AssetIds.BASE_TOKEN;
        uint256 value = isBase ? request.amount : 0;
        require(msg.value == value, AssetCustodyWrongValue(value, msg.value));
        require(isBase || request.token.code.length != 0, AssetCustodyNoToken(request.token));

        transfer.asset = assetOf(request.token, request.kind);
        require(
            transfer.asset.kind == request.kind, AssetCustodyWrongKind(request.token, transfer.asset.kind, request.kind)
        );
        (transfer.tokenId, transfer.amount) = (request.tokenId, request.amount);
        (transfer.sender, transfer.recipient) = (from, request.recipient);
        if (isBase) _takeBase(request.amount);
        else _takeToken(transfer, request.token, from);
        transfer.metadata = _announcement(transfer.asset, request.token, request.destinationChainId);
        transfer.tokenUri = _uriOf(request.token, request.kind, request.tokenId);
        emit AssetOut(transfer.asset, request.tokenId, request.amount, request.destinationChainId, from);
    }

    /// @dev Pays a transfer that arrived, or notes a claim. An amount of 0 only announces the asset.
    function _give(AssetTransfer memory transfer, uint256 sourceChainId) internal {
        if (transfer.metadata.length != 0) _learn(transfer.asset, transfer.metadata, sourceChainId);
        uint256 amount = transfer.amount;
        if (amount == 0) return;
        _checkAmount(transfer.asset.kind, transfer.tokenId, amount);
        emit AssetIn(transfer.asset, transfer.tokenId, amount, sourceChainId, transfer.recipient);
        if (_pay(transfer.asset, transfer.tokenId, amount, transfer.recipient, transfer.tokenUri)) return;
        bytes32 key = AssetIds.ledgerKey(transfer.asset, transfer.tokenId);
        claimable[key][transfer.recipient] += amount;
        if (bytes(transfer.tokenUri).length != 0) _claimedUri[key] = transfer.tokenUri;
        emit ClaimAdded(key, transfer.recipient, amount);
    }

    /// @dev What another chain is told about a token of this one, once per chain; empty for tokens of other chains.
    function _announcement(Asset memory asset, address token, uint256 chainId) internal returns (bytes memory) {
        if (asset.originChainId != block.chainid || _announced[token][chainId]) return "";
        _announced[token][chainId] = true;
        return _describe(asset.kind, token);
    }

    function _describe(AssetKind kind, address token) internal view returns (bytes memory) {
        AssetMetadata memory metadata;
        if (token == AssetIds.BASE_TOKEN) {
            (metadata.name, metadata.symbol, metadata.decimals) = ("Ether", "ETH", 18);
        } else {
            (metadata.name, metadata.symbol) = (TokenMetadata.name(token), TokenMetadata.symbol(token));
            if (kind == AssetKind.Fungible) metadata.decimals = TokenMetadata.decimals(token);
            metadata.issuer = TokenMetadata.account(token, abi.encodeCall(Ownable.owner, ()));
        }
        return abi.encode(metadata);
    }

    /// @dev The asset behind this chain's base token.
    function _baseAsset() internal view virtual returns (Asset memory);

    /// @dev Puts base tokens that came as value away.
    function _takeBase(uint256 amount) internal virtual;

    /// @dev Pays base tokens; false if the recipient does not take them.
    function _payBase(address to, uint256 amount, uint256 gasLimit) internal virtual returns (bool);

    /// @dev Only an asset's home says what it is called; what other chains say of it is passed over.
    function _learn(Asset memory asset, bytes memory metadata, uint256 sourceChainId) private {
        bytes32 id = AssetIds.assetId(asset.originChainId, asset.originToken);
        if (sourceChainId != asset.originChainId || tokenOf[id] != address(0) || _isBase(asset)) return;
        address token = REPRESENTATIONS.create(id, asset.kind, abi.decode(metadata, (AssetMetadata)));
        tokenOf[id] = token;
        _foreign[token] = asset;
        emit AssetRegistered(id, token, asset);
    }

    function _takeToken(AssetTransfer memory transfer, address token, address from) private {
        AssetKind kind = transfer.asset.kind;
        if (transfer.asset.originChainId == block.chainid) _lock(token, kind, transfer.tokenId, transfer.amount, from);
        else _burn(token, kind, transfer.tokenId, transfer.amount, from);
    }

    /// @dev The difference that a token makes is measured, whatever the token says about it.
    function _lock(address token, AssetKind kind, uint256 tokenId, uint256 amount, address from) private {
        HomeToken memory home = _home[token];
        if (!home.known) {
            (home.known, home.kind) = (true, kind);
            emit AssetRegistered(AssetIds.assetId(block.chainid, token), token, Asset(block.chainid, token, kind));
        }
        require(home.kind == kind, AssetCustodyWrongKind(token, home.kind, kind));
        uint256 before = _held(token, kind, tokenId);
        if (kind == AssetKind.Fungible) {
            require(before >= home.locked, AssetCustodyShortfall(token, home.locked, before));
            // casting to 'uint128' is safe because `_checkAmount` has bounded the amount
            // forge-lint: disable-next-line(unsafe-typecast)
            home.locked += uint128(amount);
        }
        _home[token] = home;
        if (kind == AssetKind.Fungible) IERC20(token).safeTransferFrom(from, address(this), amount);
        else if (kind == AssetKind.NonFungible) IERC721(token).transferFrom(from, address(this), tokenId);
        else IERC1155(token).safeTransferFrom(from, address(this), tokenId, amount, "");
        uint256 moved = _held(token, kind, tokenId) - before;
        require(moved == amount, AssetCustodyNotExact(token, amount, moved));
    }

    function _burn(address token, AssetKind kind, uint256 tokenId, uint256 amount, address from) private {
        if (kind == AssetKind.Fungible) IERC7802(token).crosschainBurn(from, amount);
        else if (kind == AssetKind.NonFungible) IBridgedERC721(token).crosschainBurn(from, tokenId);
        else IBridgedERC1155(token).crosschainBurn(from, tokenId, amount);
    }

    /// @dev Pays what arrived or was claimed; false if that cannot be done now, with nothing changed.
    function _pay(Asset memory asset, uint256 tokenId, uint256 amount, address to, string memory uri)
        private
        returns (bool)
    {
        require(BoundedCall.canForward(PAY_GAS, CALL_RESERVE), AssetCustodyGasTooLow(PAY_GAS + CALL_RESERVE, gasleft()));
        if (_isBase(asset)) return _payBase(to, amount, PAY_GAS);
        if (asset.originChainId == block.chainid) return _unlock(asset, tokenId, amount, to);
        address token = tokenOf[AssetIds.assetId(asset.originChainId, asset.originToken)];
        if (token == address(0)) return false;
        require(_foreign[token].kind == asset.kind, AssetCustodyWrongKind(token, _foreign[token].kind, asset.kind));
        return _callToken(token, _mintCall(asset.kind, tokenId, amount, to, uri));
    }

    function _unlock(Asset memory asset, uint256 tokenId, uint256 amount, address to) private returns (bool paid) {
        address token = asset.originToken;
        HomeToken memory home = _home[token];
        require(home.known && home.kind == asset.kind, AssetCustodyWrongKind(token, home.kind, asset.kind));
        uint128 before = home.locked;
        if (asset.kind == AssetKind.Fungible) {
            require(before >= amount, AssetCustodyShortfall(token, before, amount));
            // casting to 'uint128' is safe because of the comparison
            // forge-lint: disable-next-line(unsafe-typecast)
            _home[token].locked = before - uint128(amount);
        }
        paid = _callToken(token, _transferCall(asset.kind, tokenId, amount, to));
        if (!paid) _home[token].locked = before;
    }

    /// @dev Success is what SafeERC20 takes for it: no revert, and an answer of nothing or of `true`.
    function _callToken(address token, bytes memory data) private returns (bool) {
        if (token.code.length == 0) return false;
        (bool success, bytes memory answer) = BoundedCall.call(token, PAY_GAS, data);
        return success && (answer.length == 0 || (answer.length >= 0x20 && bytes32(answer) == bytes32(uint256(1))));
    }

    function _checkAmount(AssetKind kind, uint256 tokenId, uint256 amount) private pure {
        uint256 most = kind == AssetKind.NonFungible ? 1 : type(uint128).max;
        require(amount != 0 && amount <= most, AssetCustodyBadAmount(kind, amount));
        require(kind != AssetKind.Fungible || tokenId == 0, AssetCustodyBadTokenId(tokenId));
    }

    function _held(address token, AssetKind kind, uint256 tokenId) private view returns (uint256) {
        if (kind == AssetKind.Fungible) return IERC20(token).balanceOf(address(this));
        if (kind == AssetKind.MultiToken) return IERC1155(token).balanceOf(address(this), tokenId);
        return IERC721(token).ownerOf(tokenId) == address(this) ? 1 : 0;
    }

    function _uriOf(address token, AssetKind kind, uint256 tokenId) private view returns (string memory) {
        if (kind == AssetKind.Fungible) return "";
        bytes memory question = kind == AssetKind.NonFungible
            ? abi.encodeCall(IERC721Metadata.tokenURI, (tokenId))
            : abi.encodeCall(IERC1155MetadataURI.uri, (tokenId));
        return TokenMetadata.text(token, question);
    }

    function _isBase(Asset memory asset) private view returns (bool) {
        Asset memory base = _baseAsset();
        return asset.originToken == base.originToken && asset.originChainId == base.originChainId;
    }

    function _transferCall(AssetKind kind, uint256 tokenId, uint256 amount, address to)
        private
        view
        returns (bytes memory)
    {
        if (kind == AssetKind.Fungible) return abi.encodeCall(IERC20.transfer, (to, amount));
        if (kind == AssetKind.NonFungible) return abi.encodeCall(IERC721.transferFrom, (address(this), to, tokenId));
        return abi.encodeCall(IERC1155.safeTransferFrom, (address(this), to, tokenId, amount, ""));
    }

    function _mintCall(AssetKind kind, uint256 tokenId, uint256 amount, address to, string memory uri)
        private
        pure
        returns (bytes memory)
    {
        if (kind == AssetKind.Fungible) return abi.encodeCall(IERC7802.crosschainMint, (to, amount));
        if (kind == AssetKind.NonFungible) return abi.encodeCall(IBridgedERC721.crosschainMint, (to, tokenId, uri));
        return abi.encodeCall(IBridgedERC1155.crosschainMint, (to, tokenId, amount, uri));
    }
}
