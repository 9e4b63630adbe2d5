// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC7786Recipient} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";
import {IERC1155Receiver} from "@openzeppelin/contracts/token/ERC1155/IERC1155Receiver.sol";
import {IERC721Receiver} from "@openzeppelin/contracts/token/ERC721/IERC721Receiver.sol";

import {IAtomicSwap} from "../interfaces/IAtomicSwap.sol";
import {IMessageOutbox} from "../interfaces/IMessageOutbox.sol";
import {IVersioned} from "../interfaces/IVersioned.sol";
import {Erc7930} from "../libraries/Erc7930.sol";
import {SwapChange, SwapCommand, Tombstone} from "../types/Swaps.sol";
import {SwapCore} from "./SwapCore.sol";
import {SwapDestination} from "./SwapDestination.sol";
import {SwapSource} from "./SwapSource.sol";

/// @title The swap of two assets over two chains
/// @notice Stands at the same address on every chain and is both ends of a swap. It holds nothing between two calls: what
/// swaps hold, the vault keeps.
contract AtomicSwap is SwapSource, SwapDestination, AccessManaged, IERC7786Recipient, IVersioned {
    address private immutable INBOX;
    address private immutable L1_SWAPS;

    /// @param authority Access manager of this chain.
    /// @param vault The vault, which knows this contract for its atomic swap contract.
    /// @param center Interop center, which is the outbox too.
    /// @param handler Interop handler.
    /// @param l1ChainId Chain id of the network's L1.
    /// @param l1Swaps Swap registry on L1.
    constructor(address authority, address vault, address center, address handler, uint256 l1ChainId, address l1Swaps)
        AccessManaged(authority)
        SwapCore(vault, center, handler, l1ChainId)
    {
        require(authority != address(0) && l1Swaps != address(0), AtomicSwapZeroAddress());
        INBOX = IMessageOutbox(center).PRIORITY_INBOX();
        L1_SWAPS = l1Swaps;
    }

    /// @notice Base tokens come from venues, while a swap executes.
    receive() external payable {
        _requireExecuting();
    }

    /// @inheritdoc IERC7786Recipient
    function receiveMessage(bytes32, bytes calldata sender, bytes calldata payload)
        external
        payable
        nonReentrant
        returns (bytes4)
    {
        (Erc7930.Kind kind, uint256 chainId, address account) = Erc7930.parse(sender);
        bool isRegistry = msg.sender == INBOX && kind == Erc7930.Kind.ChainAndAccount && chainId == L1_CHAIN_ID
            && account == L1_SWAPS;
        require(isRegistry, AtomicSwapNotRegistry(msg.sender, sender));
        (SwapCommand command, bytes memory data) = abi.decode(payload, (SwapCommand, bytes));
        _obey(command, data);
        return IERC7786Recipient.receiveMessage.selector;
    }

    /// @inheritdoc IAtomicSwap
    function bury(Tombstone[] calldata tombstones) external nonReentrant restricted {
        for (uint256 i = 0; i < tombstones.length; ++i) {
            (uint256 source, bytes32 swapId) = (tombstones[i].source, tombstones[i].swapId);
            bool isLock = source == block.chainid;
            if (isLock) _buryLock(swapId);
            else _buryOutcome(source, swapId);
            // A lock does not say where it goes to.
            uint256 destination = isLock ? 0 : block.chainid;
            _emitEffect(SwapChange.Buried, source, destination, swapId, _emptyLeg(), _emptyLeg());
        }
    }

    /// @notice As base tokens.
    function onERC721Received(address, address, uint256, bytes calldata) external view returns (bytes4) {
        _requireExecuting();
        return IERC721Receiver.onERC721Received.selector;
    }

    /// @notice As base tokens. Tokens come one at a time.
    function onERC1155Received(address, address, uint256, uint256, bytes calldata) external view returns (bytes4) {
        _requireExecuting();
        return IERC1155Receiver.onERC1155Received.selector;
    }

    /// @inheritdoc IVersioned
    function version() external pure returns (uint256) {
        return 1;
    }

    function _requireExecuting() private view {
        require(_reentrancyGuardEntered(), AtomicSwapNotExecuting());
    }

    function _obey(SwapCommand command, bytes memory data) private {
        if (command == SwapCommand.Resolve) {
            (uint256 source, bytes32 swapId) = abi.decode(data, (uint256, bytes32));
            _resolve(source, swapId);
        } else if (command == SwapCommand.Execute) {
            _callSelf(IAtomicSwap.resolveForced.selector, data);
        } else if (command == SwapCommand.Refundable) {
            _setRefundable(abi.decode(data, (bytes32)));
        } else if (command == SwapCommand.Close) {
            _callSelf(IAtomicSwap.closeForced.selector, data);
        } else {
            (uint256 chainId, bool isFrozen) = abi.decode(data, (uint256, bool));
            _setFrozen(chainId, isFrozen);
        }
    }
}
