// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {LedgerBook} from "../../src/assets/LedgerBook.sol";
import {Asset, LedgerEntry} from "../../src/types/Assets.sol";

/// @notice What `make prove-ledger` proves of the ledger's arithmetic: for any key, any chains, any amounts and any number
/// of moves in any order, what is issued is the sum over all chains of what they have and what is on its way to them, and
/// an asset's home has nothing of it.
/// @dev By induction: the book opens empty, and each move, from any state in which that holds, leads to one in which it
/// holds. A sum over a mapping cannot be written down, so it is kept as it changes: a move is measured at the places it
/// names, and shown to leave any other place, and any other key, as it was. Sums are modulo 2^256, which loses nothing: a
/// move changes both sides by the same amount, and the book itself refuses what would wrap around.
contract LedgerProof is LedgerBook {
    bytes32 private _key;
    uint256 private _home;
    /// @dev Sum of `balance` and `pending` of `_key` over all chains.
    uint256 private _sum;

    constructor(bytes32 key, uint256 home, uint256 chainId) {
        (_key, _home) = (key, home);
        assert(issued[key] == _sum && balance[home][key] == 0);
        assert(balance[chainId][key] == 0 && pending[chainId][key] == 0);
    }

    /// @param key Of which `_key` may be one; a key is a hash of its home, and so has one.
    /// @param other Any place but those that the move names.
    function send(bytes32 key, uint256 home, uint256 from, uint256 to, uint256 amount, uint256 other) external {
        require(issued[_key] == _sum && balance[_home][_key] == 0 && (key != _key || home == _home));
        require(other != from && other != to && from != to);
        (uint256 had, uint256 waited) = (balance[other][_key], pending[other][_key]);
        (uint256 gains, uint256 loses) = (pending[to][_key], balance[from][_key]);
        (uint256 hadThere, uint256 waitedHere) = (balance[to][_key], pending[from][_key]);
        _send(key, home, from, to, amount);
        unchecked {
            _sum += (pending[to][_key] - gains) - (loses - balance[from][_key]);
        }
        assert(issued[_key] == _sum);
        assert(balance[_home][_key] == 0);
        assert(balance[to][_key] == hadThere && pending[from][_key] == waitedHere);
        assert(balance[other][_key] == had && pending[other][_key] == waited);
    }

    function arrive(bytes32 key, uint256 home, uint256 chainId, uint256 amount, uint256 other) external {
        require(issued[_key] == _sum && balance[_home][_key] == 0 && (key != _key || home == _home));
        require(other != chainId);
        (uint256 had, uint256 waited) = (balance[other][_key], pending[other][_key]);
        (uint256 gains, uint256 loses) = (balance[chainId][_key], pending[chainId][_key]);
        _arrive(key, home, chainId, amount);
        unchecked {
            _sum += (balance[chainId][_key] - gains) - (loses - pending[chainId][_key]);
        }
        assert(issued[_key] == _sum);
        assert(balance[_home][_key] == 0);
        assert(balance[other][_key] == had && pending[other][_key] == waited);
    }

    function takeBack(bytes32 key, uint256 home, uint256 chainId, uint256 amount, uint256 other) external {
        require(issued[_key] == _sum && balance[_home][_key] == 0 && (key != _key || home == _home));
        require(other != chainId && other != block.chainid && chainId != block.chainid);
        (uint256 had, uint256 waited) = (balance[other][_key], pending[other][_key]);
        (uint256 gains, uint256 loses) = (balance[block.chainid][_key], pending[chainId][_key]);
        (uint256 hadThere, uint256 waitedHere) = (balance[chainId][_key], pending[block.chainid][_key]);
        _takeBack(key, home, chainId, amount);
        unchecked {
            _sum += (balance[block.chainid][_key] - gains) - (loses - pending[chainId][_key]);
        }
        assert(issued[_key] == _sum);
        assert(balance[_home][_key] == 0);
        assert(balance[chainId][_key] == hadThere && pending[block.chainid][_key] == waitedHere);
        assert(balance[other][_key] == had && pending[other][_key] == waited);
    }

    // The rest of the ledger, which is no arithmetic of this book.

    function applyBatch(uint256, LedgerEntry[] calldata) external pure {
        revert();
    }

    function recordDeposit(Asset calldata, uint256, uint256, uint256) external pure {
        revert();
    }

    function recordWithdrawal(Asset calldata, uint256, uint256, uint256) external pure {
        revert();
    }

    function recordFailedDeposit(Asset calldata, uint256, uint256, uint256) external pure {
        revert();
    }

    function withdrawable(uint256, bytes32) external pure returns (uint256) {
        revert();
    }
}
