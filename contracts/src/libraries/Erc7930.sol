// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// @title Interoperable addresses (ERC-7930) of EVM chains, in their one canonical spelling
/// @notice `0x0001 | 0x0000 | refLen | chain id, big-endian and minimal | addrLen | address`. OpenZeppelin's parser
/// takes leading zeros and trailing bytes, so that one address has many spellings; this one refuses them. There is no
/// chain 0: chain id 0 stands for an address without a chain.
library Erc7930 {
    /// @notice What a spelling holds.
    enum Kind {
        Malformed,
        Chain,
        Account,
        ChainAndAccount
    }

    /// @dev Version 1, chain type EVM.
    uint256 private constant PREFIX = 0x00010000;

    /// @notice Reads a spelling.
    /// @return kind What it holds; the other values mean nothing when it is `Malformed`.
    /// @return chainId Chain, 0 when the spelling has none.
    /// @return account Account, 0 when the spelling has none.
    function parse(bytes calldata spelling) internal pure returns (Kind kind, uint256 chainId, address account) {
        // Reads beyond the end of the spelling are harmless: the lengths are compared with its own in the end.
        assembly ("memory-safe") {
            let head := calldataload(spelling.offset)
            let tail := calldataload(add(spelling.offset, 5))
            let chainLength := byte(4, head)
            chainId := shr(sub(256, shl(3, chainLength)), tail)
            tail := calldataload(add(spelling.offset, add(5, chainLength)))
            let accountLength := byte(0, tail)
            account := shr(96, shl(8, tail))

            let hasChain := iszero(iszero(chainLength))
            let hasAccount := eq(accountLength, 20)
            account := mul(account, hasAccount)
            // A chain id is minimal when it needs every byte; of more than 32 bytes it is read as 0.
            let chainIsFine := eq(chainLength, sub(32, shr(3, clz(chainId))))
            let accountIsFine := or(hasAccount, iszero(accountLength))
            let frameIsFine :=
                and(eq(shr(224, head), PREFIX), eq(spelling.length, add(6, add(chainLength, accountLength))))
            kind := mul(and(and(chainIsFine, accountIsFine), frameIsFine), or(hasChain, shl(1, hasAccount)))
        }
    }

    /// @notice Spelling of an account.
    /// @param chainId Its chain, 0 for none.
    function format(uint256 chainId, address account) internal pure returns (bytes memory spelling) {
        assembly ("memory-safe") {
            spelling := mload(0x40)
        }
        uint256 start;
        assembly ("memory-safe") {
            start := spelling
        }
        uint256 end = write(start, chainId, account);
        assembly ("memory-safe") {
            mstore(0x40, end)
        }
    }

    /// @notice Writes the spelling of an account to memory as ABI bytes: length, text, zeros to the next full word.
    /// @dev Touches up to 0x80 bytes from `position` on, which must be free memory or the caller's.
    /// @param chainId The account's chain, 0 for none.
    /// @return end Where the next full word starts.
    function write(uint256 position, uint256 chainId, address account) internal pure returns (uint256 end) {
        assembly ("memory-safe") {
            let chainLength := sub(32, shr(3, clz(chainId)))
            let length := add(26, chainLength)
            mstore(position, length)
            position := add(position, 0x20)
            mstore(add(position, 0x20), 0)
            mstore(position, shl(216, or(shl(8, PREFIX), chainLength)))
            // An absent chain shifts by 256, which gives 0.
            mstore(add(position, 5), shl(sub(256, shl(3, chainLength)), chainId))
            mstore(add(position, add(5, chainLength)), or(shl(248, 20), shr(8, shl(96, account))))
            end := add(position, and(add(length, 0x1f), not(0x1f)))
        }
    }
}
