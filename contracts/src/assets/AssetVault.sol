// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC7786Recipient} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";
import {Create2} from "@openzeppelin/contracts/utils/Create2.sol";

import {IAssetVault} from "../interfaces/IAssetVault.sol";
import {IBaseTokenHolder} from "../interfaces/IBaseTokenHolder.sol";
import {IIndirectSender} from "../interfaces/IIndirectSender.sol";
import {IInteropCenter} from "../interfaces/IInteropCenter.sol";
import {IInteropHandler} from "../interfaces/IInteropHandler.sol";
import {IMessageOutbox} from "../interfaces/IMessageOutbox.sol";
import {IPriorityInbox} from "../interfaces/IPriorityInbox.sol";
import {ISwapDeployer} from "../interfaces/ISwapDeployer.sol";
import {IVersioned} from "../interfaces/IVersioned.sol";
import {AssetTransfers} from "../libraries/AssetTransfers.sol";
import {BundleIds} from "../libraries/BundleIds.sol";
import {Erc7930} from "../libraries/Erc7930.sol";
import {AssetKind, AssetTransfer, TransferRequest} from "../types/Assets.sol";
import {CallStatus} from "../types/Bundles.sol";
import {AssetCustody} from "./AssetCustody.sol";
import {BaseTokenHolder} from "./BaseTokenHolder.sol";
import {SendMessage} from "./SendMessage.sol";

/// @title The assets of a chain
/// @notice Stands at the same address on every chain, so that a vault knows the others by their address. All it ever sends
/// is an `AssetTransfer` of its own making: a message whose sender is the vault is the vault's word.
contract AssetVault is IAssetVault, IIndirectSender, IERC7786Recipient, IVersioned, AssetCustody {
    bytes1 private constant WITHDRAWAL_VERSION = 0x01;
    /// @dev Size of `abi.encode(TransferRequest)`.
    uint256 private constant REQUEST_SIZE = 0xe0;

    /// @inheritdoc IAssetVault
    /// @dev A block is settled whole, in one transaction of L1, which must fit into the 2^24 gas of EIP-7825, and what L1 writes can
    /// cost more than what is done here. So much, 16 more for an operation of L1, the ends of swaps, and the deposits that one
    /// transaction consumes fit, with all else that a block of 30 million gas can hold.
    uint256 public constant MAX_PER_BLOCK = 48;

    /// @inheritdoc IAssetVault
    /// @dev Counted apart, so that transfers do not crowd out what locked swaps are owed.
    uint256 public constant MAX_ENDS_PER_BLOCK = 48;

    IInteropCenter private immutable CENTER;
    IInteropHandler private immutable HANDLER;
    IPriorityInbox private immutable INBOX;
    uint256 private immutable L1_CHAIN_ID;
    address private immutable L1_BRIDGE;

    /// @inheritdoc IAssetVault
    IBaseTokenHolder public immutable BASE_TOKEN_HOLDER;

    /// @inheritdoc IAssetVault
    address public immutable SWAP;

    mapping(bytes32 receiveId => bool) private _returned;

    /// @param authority Access manager of this chain.
    /// @param representations Creates the tokens that stand for those of other chains.
    /// @param center Interop center, which is the outbox too.
    /// @param handler Interop handler.
    /// @param l1ChainId Chain id of the network's L1.
    /// @param l1Bridge Shared bridge on L1.
    /// @param swapDeployer Creates the atomic swap contract, before or after this.
    /// @param l1Swaps Swap registry on L1.
    constructor(
        address authority,
        address representations,
        address center,
        address handler,
        uint256 l1ChainId,
        address l1Bridge,
        address swapDeployer,
        address l1Swaps
    ) AssetCustody(authority, representations) {
        require(
            center != address(0) && handler != address(0) && l1Bridge != address(0) && l1ChainId != 0,
            AssetCustodyZeroAddress()
        );
        CENTER = IInteropCenter(center);
        HANDLER = IInteropHandler(handler);
        INBOX = IPriorityInbox(IMessageOutbox(center).PRIORITY_INBOX());
        L1_CHAIN_ID = l1ChainId;
        L1_BRIDGE = l1Bridge;
        BASE_TOKEN_HOLDER = new BaseTokenHolder();
        bytes memory arguments = abi.encode(authority, address(this), center, handler, l1ChainId, l1Swaps);
        SWAP = Create2.computeAddress(0, ISwapDeployer(swapDeployer).initCodeHash(arguments), swapDeployer);
    }

    /// @inheritdoc IAssetVault
    function transfer(TransferRequest calldata request) external payable nonReentrant returns (bytes32 sendId) {
        return _sendTaken(request);
    }

    /// @inheritdoc IAssetVault
    function transferWithPermit(TransferRequest calldata request, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
        nonReentrant
        returns (bytes32 sendId)
    {
        _permit(request, deadline, v, r, s);
        return _sendTaken(request);
    }

    /// @inheritdoc IIndirectSender
    /// @dev `data` is `abi.encode(TransferRequest)`. What a swap gives for what it has taken is no new transfer: it is never
    /// paused.
    function initiateIndirectCall(uint256 destinationChainId, address sender, bytes calldata data)
        external
        payable
        nonReentrant
        returns (bytes memory payload)
    {
        bool isSwap = msg.sender == SWAP;
        require(isSwap || msg.sender == address(CENTER), AssetVaultNotGateway(msg.sender));
        TransferRequest calldata request = _requestIn(data);
        require(
            request.destinationChainId == destinationChainId,
            AssetVaultWrongDestination(destinationChainId, request.destinationChainId)
        );
        if (!isSwap || sender != msg.sender) {
            _requireOpen();
            _countMove();
        }
        return AssetTransfers.encode(_take(request, sender, isSwap ? 0 : destinationChainId));
    }

    /// @inheritdoc IAssetVault
    function announce(address token, AssetKind kind, uint256 destinationChainId) external returns (bytes32 sendId) {
        return _send(destinationChainId, _announce(token, kind, destinationChainId), 0);
    }

    /// @inheritdoc IERC7786Recipient
    function receiveMessage(bytes32, bytes calldata sender, bytes calldata payload)
        external
        payable
        nonReentrant
        returns (bytes4)
    {
        (Erc7930.Kind kind, uint256 chainId, address account) = Erc7930.parse(sender);
        bool isSwap = msg.sender == SWAP;
        bool isTrusted;
        if (isSwap || msg.sender == address(HANDLER)) {
            isTrusted = chainId != L1_CHAIN_ID && account == address(this);
        } else {
            require(msg.sender == address(INBOX), AssetVaultNotGateway(msg.sender));
            isTrusted = chainId == L1_CHAIN_ID && account == L1_BRIDGE;
        }
        require(kind == Erc7930.Kind.ChainAndAccount && isTrusted, AssetVaultWrongSender(sender));
        (bool canonical, AssetTransfer memory arrived) = AssetTransfers.decode(payload);
        require(canonical, AssetVaultMalformedTransfer(payload));
        if (isSwap) _countEnd();
        else if (msg.sender == address(HANDLER)) _countMove();
        _give(arrived, chainId, isSwap ? 0 : chainId);
        return IERC7786Recipient.receiveMessage.selector;
    }

    /// @inheritdoc IAssetVault
    function returnCancelled(uint256 sourceChainId, bytes calldata text, uint256 callIndex) external nonReentrant {
        (bytes32 bundleHash,) = BundleIds.hashes(sourceChainId, text);
        // A bundle that was never proven has no call that was cancelled, so what follows reads the word of its center.
        require(
            HANDLER.callStatus(bundleHash, callIndex) == CallStatus.Cancelled,
            AssetVaultNotCancelled(bundleHash, callIndex)
        );
        bytes32 receiveId = BundleIds.receiveId(bundleHash, callIndex);
        require(!_returned[receiveId], AssetVaultAlreadyReturned(bundleHash, callIndex));
        _returned[receiveId] = true;

        _countMove();
        AssetTransfer memory given = _transferOf(bundleHash, text, callIndex);
        _emitIn(given, sourceChainId);
        _emitOut(given, sourceChainId);
        emit TransferReturned(bundleHash, callIndex);
        (given.recipient, given.metadata) = (given.sender, "");
        _send(sourceChainId, given, 0);
    }

    /// @inheritdoc IAssetVault
    function countCancellation() external {
        require(msg.sender == SWAP, AssetVaultNotGateway(msg.sender));
        _countEnd();
    }

    /// @inheritdoc IVersioned
    function version() external pure returns (uint256) {
        return 1;
    }

    /// @dev Or anyone could, for the price of a block, have the chain make one that can never be settled.
    function _countMove() private {
        (uint64 moves,) = _countInBlock(1, 0);
        require(moves <= MAX_PER_BLOCK || INBOX.takeRoom(), AssetVaultBlockFull(MAX_PER_BLOCK));
    }

    /// @dev As `_countMove`, of swaps that are executed, cancelled, redeemed or refunded.
    function _countEnd() private {
        (, uint64 ends) = _countInBlock(0, 1);
        require(ends <= MAX_ENDS_PER_BLOCK || INBOX.takeRoom(), AssetVaultBlockFull(MAX_ENDS_PER_BLOCK));
    }

    function _sendTaken(TransferRequest calldata request) private returns (bytes32 sendId) {
        _requireOpen();
        _countMove();
        uint256 chainId = request.destinationChainId;
        return _send(chainId, _take(request, msg.sender, chainId), request.deliverBefore);
    }

    /// @dev Both are contracts of this network.
    function _send(uint256 chainId, AssetTransfer memory what, uint256 deliverBefore) private returns (bytes32) {
        if (chainId == L1_CHAIN_ID) {
            require(deliverBefore == 0, AssetVaultNoDeadlineToL1(deliverBefore));
            IMessageOutbox outbox = IMessageOutbox(address(CENTER));
            return outbox.sendToL1(bytes.concat(WITHDRAWAL_VERSION, outbox.commitment(), AssetTransfers.encode(what)));
        }
        return SendMessage.send(CENTER, chainId, address(this), what, deliverBefore);
    }

    /// @dev The transfer that a call of a bundle made. A bundle that was proven is its center's own, so its conditions are in
    /// order.
    function _transferOf(bytes32 bundleHash, bytes calldata text, uint256 callIndex)
        private
        view
        returns (AssetTransfer memory given)
    {
        (address from, address to, uint256 start, uint256 end) = HANDLER.locateCall(text, callIndex);
        require(to == address(this) && from == address(this), AssetVaultNotATransfer(bundleHash, callIndex));
        bool canonical;
        (canonical, given) = AssetTransfers.decode(text[start:end]);
        require(canonical, AssetVaultNotATransfer(bundleHash, callIndex));
    }

    /// @dev `abi.encode(TransferRequest)`, read where it stands. Each field is checked when it is read.
    function _requestIn(bytes calldata data) private pure returns (TransferRequest calldata request) {
        require(data.length == REQUEST_SIZE, AssetVaultMalformedRequest(data));
        assembly ("memory-safe") {
            request := data.offset
        }
    }

    function _baseChainId() internal view override returns (uint256) {
        return L1_CHAIN_ID;
    }

    function _takeBase(uint256 amount) internal override {
        // The holder takes everything and calls nobody.
        (bool taken,) = address(BASE_TOKEN_HOLDER).call{value: amount}("");
        assert(taken);
    }

    function _payBase(address to, uint256 amount, uint256 gasLimit) internal override returns (bool) {
        return BASE_TOKEN_HOLDER.pay(to, amount, gasLimit);
    }
}
