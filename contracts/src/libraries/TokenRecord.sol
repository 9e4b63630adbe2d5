// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {AssetKind} from "../types/Assets.sol";

/// @title What a vault knows of a token, in one word
/// @notice 0 for a token it has not seen. Bits 0 to 7: kind, plus 1. Bits 8 to 15: flags. Bits 32 to 95: a chain. Bits 96 to
/// 255: an amount or an account. Of a token that was born here they are the chain that was last told what the token is called,
/// and the amount that is locked. Of a representation they are its origin: chain and token. Kept by asset, the account is
/// the representation.
library TokenRecord {
    uint256 private constant FOREIGN = 1 << 8;
    uint256 private constant RULED = 1 << 9;
    uint256 private constant BROUGHT = 1 << 10;
    uint256 private constant CHAIN_SHIFT = 32;
    uint256 private constant ACCOUNT_SHIFT = 96;
    uint256 private constant BELOW_ACCOUNT = (1 << ACCOUNT_SHIFT) - 1;

    /// @notice Record of a token that was born here.
    function home(AssetKind kind_) internal pure returns (uint256) {
        return uint256(kind_) + 1;
    }

    /// @notice Record of a representation, or that of an asset with its representation as the account.
    function foreign(AssetKind kind_, uint64 chainId_, address account_) internal pure returns (uint256) {
        return home(kind_) | FOREIGN | uint256(chainId_) << CHAIN_SHIFT | uint256(uint160(account_)) << ACCOUNT_SHIFT;
    }

    /// @notice The record with another chain that was told last.
    function withChain(uint256 record, uint256 chainId_) internal pure returns (uint256) {
        uint256 mask = uint256(type(uint64).max) << CHAIN_SHIFT;
        return record & ~mask | chainId_ << CHAIN_SHIFT & mask;
    }

    /// @notice The record with another amount locked, which is below 2^160.
    function withLocked(uint256 record, uint256 amount) internal pure returns (uint256) {
        return record & BELOW_ACCOUNT | amount << ACCOUNT_SHIFT;
    }

    /// @notice The record of a token that has rules, see `AssetRules`.
    function withRules(uint256 record) internal pure returns (uint256) {
        return record | RULED;
    }

    /// @notice The record of a representation that its issuer has brought.
    function withBrought(uint256 record) internal pure returns (uint256) {
        return record | BROUGHT;
    }

    function isRuled(uint256 record) internal pure returns (bool) {
        return record & RULED != 0;
    }

    function isBrought(uint256 record) internal pure returns (bool) {
        return record & BROUGHT != 0;
    }

    function isForeign(uint256 record) internal pure returns (bool) {
        return record & FOREIGN != 0;
    }

    /// @notice Whether the record is of a token of that kind.
    function isOf(uint256 record, AssetKind kind_) internal pure returns (bool) {
        return record & 0xff == uint256(kind_) + 1;
    }

    /// @notice Kind of a token; not for record 0.
    function kind(uint256 record) internal pure returns (AssetKind) {
        return AssetKind((record & 0xff) - 1);
    }

    function chainId(uint256 record) internal pure returns (uint256) {
        return record >> CHAIN_SHIFT & type(uint64).max;
    }

    function locked(uint256 record) internal pure returns (uint256) {
        return record >> ACCOUNT_SHIFT;
    }

    function account(uint256 record) internal pure returns (address) {
        // casting to 'uint160' is safe because 160 bits are left
        // forge-lint: disable-next-line(unsafe-typecast)
        return address(uint160(record >> ACCOUNT_SHIFT));
    }
}
