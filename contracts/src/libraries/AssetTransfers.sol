// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {Asset, AssetKind, AssetTransfer, AssetTransferDoesNotFit} from "../types/Assets.sol";

/// @title How an `AssetTransfer` is spelled between vaults
/// @notice Packed, big-endian, in this order; `abi.encode` would take five times as many bytes, each of which is logged twice,
/// hashed twice and delivered as calldata.
///
/// | bytes | what |
/// |--:|---|
/// | 1 | version, 0x01 |
/// | 1 | kind: 0 fungible, 1 ERC-721, 2 ERC-1155 |
/// | 8 | chain id of the asset's home |
/// | 20 | the token there |
/// | 16 | amount |
/// | 20 | sender |
/// | 20 | recipient |
/// | 32 | token id; not there for a fungible asset |
/// | 2 | length of the metadata |
/// | that | metadata |
/// | rest | URI of the token; nothing for a fungible asset |
///
/// An EVM chain id is below 2^63 (EIP-2294), so 8 bytes hold it. A transfer has one spelling, and every other text is refused.
library AssetTransfers {
    uint256 private constant VERSION = 0x01;
    /// @dev What stands before the token id, or before the length of the metadata.
    uint256 private constant HEAD = 86;
    uint256 private constant LENGTH = 2;

    /// @notice The spelling of a transfer. Reverts where a field does not fit.
    function encode(AssetTransfer memory what) internal pure returns (bytes memory text) {
        uint256 start;
        assembly ("memory-safe") {
            text := mload(0x40)
            start := text
        }
        uint256 end = write(start, what);
        assembly ("memory-safe") {
            mstore(0x40, end)
        }
    }

    /// @notice Writes the spelling of a transfer to memory as ABI bytes: length, text, zeros to the next full word. Reverts
    /// where a field does not fit.
    /// @dev Touches up to one word more, which must be free memory or the caller's.
    /// @return end Where the next full word starts.
    function write(uint256 position, AssetTransfer memory what) internal pure returns (uint256 end) {
        bytes29 asset = packAsset(what.asset);
        uint256 amount = what.amount;
        bytes memory metadata = what.metadata;
        require(amount <= type(uint128).max && metadata.length <= type(uint16).max, AssetTransferDoesNotFit());
        // Every field is written over the zeros that the one before it has left.
        assembly ("memory-safe") {
            let isFungible := iszero(byte(0, asset))
            let start := add(position, 0x20)
            mstore(start, or(shl(248, VERSION), shr(8, asset)))
            mstore(add(start, 30), shl(128, amount))
            mstore(add(start, 46), shl(96, mload(add(what, 0x60))))
            mstore(add(start, 66), shl(96, mload(add(what, 0x80))))
            let cursor := add(start, HEAD)
            if iszero(isFungible) {
                mstore(cursor, mload(add(what, 0x20)))
                cursor := add(cursor, 0x20)
            }
            let length := mload(metadata)
            mstore(cursor, shl(240, length))
            cursor := add(cursor, LENGTH)
            mcopy(cursor, add(metadata, 0x20), length)
            cursor := add(cursor, length)
            if iszero(isFungible) {
                let tokenUri := mload(add(what, 0xc0))
                length := mload(tokenUri)
                mcopy(cursor, add(tokenUri, 0x20), length)
                cursor := add(cursor, length)
            }
            mstore(position, sub(cursor, start))
            mstore(cursor, 0)
            end := add(start, and(add(sub(cursor, start), 0x1f), not(0x1f)))
        }
    }

    /// @notice Kind, home and token of an asset: 1, 8 and 20 bytes.
    function packAsset(Asset memory asset) internal pure returns (bytes29 packed) {
        require(asset.originChainId <= type(uint64).max, AssetTransferDoesNotFit());
        assembly ("memory-safe") {
            let home := or(shl(224, mload(add(asset, 0x40))), shl(160, mload(asset)))
            packed := shl(24, or(home, mload(add(asset, 0x20))))
        }
    }

    /// @notice Counterparty and amount of a movement: 8 and 16 bytes.
    function packMovement(uint256 chainId, uint256 amount) internal pure returns (bytes24) {
        require(chainId <= type(uint64).max && amount <= type(uint128).max, AssetTransferDoesNotFit());
        return bytes24(bytes32(chainId << 192 | amount << 64));
    }

    /// @notice Reads a spelling.
    /// @return canonical Whether it is one; nothing of `what` may be used otherwise.
    function decode(bytes calldata text) internal pure returns (bool canonical, AssetTransfer memory what) {
        uint256 head = _wordAt(text, 0);
        bool isFungible = head >> 240 == VERSION << 8;
        uint256 cursor = isFungible ? HEAD : HEAD + 0x20;
        uint256 metadataStart;
        uint256 tail;
        // All are small.
        unchecked {
            metadataStart = cursor + LENGTH;
            tail = metadataStart + (_wordAt(text, cursor) >> 240);
        }
        if (isFungible) canonical = text.length == tail;
        else canonical = _isOfItems(head) && text.length >= tail;
        if (!canonical) return (false, what);

        // Kind, chain id and token, then the rest of the head. Shifts leave no more than each type holds.
        Asset memory asset = what.asset;
        uint256 tokenId = isFungible ? 0 : _wordAt(text, HEAD);
        assembly ("memory-safe") {
            mstore(asset, and(shr(176, head), 0xffffffffffffffff))
            mstore(add(asset, 0x20), shr(96, shl(80, head)))
            mstore(add(asset, 0x40), byte(1, head))
            mstore(add(what, 0x20), tokenId)
            mstore(add(what, 0x40), shr(128, calldataload(add(text.offset, 30))))
            mstore(add(what, 0x60), shr(96, calldataload(add(text.offset, 46))))
            mstore(add(what, 0x80), shr(96, calldataload(add(text.offset, 66))))
        }
        // Most transfers have neither, and an empty slice is not for free.
        if (tail != metadataStart) what.metadata = text[metadataStart:tail];
        if (tail != text.length) what.tokenUri = string(text[tail:]);
    }

    /// @dev Whether version and kind are those of a token with ids.
    function _isOfItems(uint256 head) private pure returns (bool) {
        uint256 kind = head >> 240 & 0xff;
        return
            head >> 248 == VERSION && (kind == uint256(AssetKind.NonFungible) || kind == uint256(AssetKind.MultiToken));
    }

    function _wordAt(bytes calldata text, uint256 index) private pure returns (uint256 word) {
        // What is read beyond the text is not used: its length is compared first.
        assembly ("memory-safe") {
            word := calldataload(add(text.offset, index))
        }
    }
}
