// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {AssetTransfers} from "../../src/libraries/AssetTransfers.sol";
import {Asset, AssetKind, AssetMetadata, AssetTransfer, LedgerEntry, TransferRequest} from "../../src/types/Assets.sol";

/// @notice What users ask for and what vaults tell each other, in the encoding of docs/protocol.md "Assets". The one place
/// of the tests that knows it.
library Transfers {
    // What users ask for.

    function fungible(uint256 destination, address token, uint256 amount, address recipient)
        internal
        pure
        returns (TransferRequest memory)
    {
        return request(destination, token, AssetKind.Fungible, 0, amount, recipient);
    }

    function request(
        uint256 destination,
        address token,
        AssetKind kind,
        uint256 tokenId,
        uint256 amount,
        address recipient
    ) internal pure returns (TransferRequest memory) {
        return TransferRequest(destination, token, kind, tokenId, amount, recipient, 0);
    }

    // What vaults tell each other.

    /// @notice `amount` units of a fungible asset.
    function units(Asset memory asset, uint256 amount, address from, address to)
        internal
        pure
        returns (AssetTransfer memory)
    {
        return AssetTransfer(asset, 0, amount, from, to, "", "");
    }

    /// @notice What the home of an asset says of it.
    function announcement(Asset memory asset, string memory name, uint8 decimals)
        internal
        pure
        returns (AssetTransfer memory)
    {
        bytes memory metadata = abi.encode(AssetMetadata(name, name, decimals, address(0), address(0)));
        return AssetTransfer(asset, 0, 0, address(0), address(0), metadata, "");
    }

    function encode(AssetTransfer memory what) internal pure returns (bytes memory) {
        return AssetTransfers.encode(what);
    }

    /// @notice The message of a vault to L1.
    function withdrawal(bytes32 salt, AssetTransfer memory what) internal pure returns (bytes memory) {
        return bytes.concat(bytes1(0x01), salt, encode(what));
    }

    // What chains report to the ledger.

    function entry(Asset memory asset, uint256 tokenId, uint256 source, uint256 destination, uint256 amount)
        internal
        pure
        returns (LedgerEntry[] memory entries)
    {
        entries = new LedgerEntry[](1);
        entries[0] = LedgerEntry(asset, tokenId, source, destination, amount);
    }

    /// @notice What a batch commits to.
    function hash(LedgerEntry[] memory entries) internal pure returns (bytes32) {
        return entries.length == 0 ? bytes32(0) : keccak256(abi.encode(uint8(1), entries));
    }
}
