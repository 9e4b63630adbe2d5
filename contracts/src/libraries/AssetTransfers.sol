// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {Asset, AssetKind, AssetTransfer} from "../types/Assets.sol";

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
    uint8 private constant VERSION = 0x01;
    /// @dev What stands before the token id, or before the length of the metadata.
    uint256 private constant HEAD = 86;
    uint256 private constant LENGTH = 2;

    /// @notice The spelling of a transfer. Reverts where a field does not fit.
    function encode(AssetTransfer memory what) internal pure returns (bytes memory text) {
        bytes29 asset = packAsset(what.asset);
        uint128 amount = SafeCast.toUint128(what.amount);
        uint16 length = SafeCast.toUint16(what.metadata.length);
        if (what.asset.kind == AssetKind.Fungible) {
            return abi.encodePacked(VERSION, asset, amount, what.sender, what.recipient, length, what.metadata);
        }
        bytes memory head = abi.encodePacked(VERSION, asset, amount, what.sender, what.recipient, what.tokenId);
        return abi.encodePacked(head, length, what.metadata, what.tokenUri);
    }

    /// @notice Kind, home and token of an asset: 1, 8 and 20 bytes.
    function packAsset(Asset memory asset) internal pure returns (bytes29) {
        uint256 kindAndHome = uint256(asset.kind) << 224 | uint256(SafeCast.toUint64(asset.originChainId)) << 160;
        // casting to 'uint232' is safe because the kind is a byte
        // forge-lint: disable-next-line(unsafe-typecast)
        return bytes29(uint232(kindAndHome | uint160(asset.originToken)));
    }

    /// @notice Counterparty and amount of a movement: 8 and 16 bytes.
    function packMovement(uint256 chainId, uint256 amount) internal pure returns (bytes24) {
        uint256 packed = uint256(SafeCast.toUint64(chainId)) << 128 | SafeCast.toUint128(amount);
        // casting to 'uint192' is safe because of the two before
        // forge-lint: disable-next-line(unsafe-typecast)
        return bytes24(uint192(packed));
    }

    /// @notice Reads a spelling.
    /// @return canonical Whether it is one; nothing of `what` may be used otherwise.
    function decode(bytes calldata text) internal pure returns (bool canonical, AssetTransfer memory what) {
        (uint256 asset, uint256 rest) = (_wordAt(text, 0), _wordAt(text, 30));
        uint256 kind = asset >> 240 & 0xff;
        if (asset >> 248 != VERSION || kind > uint256(type(AssetKind).max)) return (false, what);
        uint256 cursor = kind == uint256(AssetKind.Fungible) ? HEAD : HEAD + 0x20;
        uint256 tail = cursor + LENGTH + (_wordAt(text, cursor) >> 240);
        if (text.length < tail || (kind == uint256(AssetKind.Fungible) && text.length != tail)) return (false, what);

        // Each shift leaves no more than the type holds.
        // forge-lint: disable-start(unsafe-typecast)
        what.asset = Asset(uint64(asset >> 176), address(uint160(asset >> 16)), AssetKind(kind));
        what.amount = rest >> 128;
        what.sender = address(uint160(_wordAt(text, 46) >> 96));
        what.recipient = address(uint160(_wordAt(text, 66) >> 96));
        // forge-lint: disable-end(unsafe-typecast)
        if (kind != uint256(AssetKind.Fungible)) what.tokenId = _wordAt(text, HEAD);
        // Most transfers have neither, and an empty slice is not for free.
        if (tail != cursor + LENGTH) what.metadata = text[cursor + LENGTH:tail];
        if (tail != text.length) what.tokenUri = string(text[tail:]);
        canonical = true;
    }

    function _wordAt(bytes calldata text, uint256 index) private pure returns (uint256 word) {
        // What is read beyond the text is not used: its length is compared first.
        assembly ("memory-safe") {
            word := calldataload(add(text.offset, index))
        }
    }
}
