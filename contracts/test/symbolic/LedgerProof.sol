// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {LedgerBook} from "../../src/assets/LedgerBook.sol";
import {Asset, LedgerEntry} from "../../src/types/Assets.sol";

/// @notice What `make prove-ledger` proves of the ledger's arithmetic: for any key, any chains, any amounts and any number
/// of moves in any order, what is issued is the sum over all chains of what they have, over all routes of what is on its way, and
/// of what swaps hold; an asset's home has nothing of it, and a move changes nothing but the route and the chain it names.
/// @dev By induction: the book opens empty, and each move, from any state in which that holds, leads to one in which it
/// holds. A sum over a mapping cannot be written down, so it is kept as it changes: a move is measured at the places it
/// names, and shown to leave any other place, and any other key, as it was. Sums are modulo 2^256, which loses nothing: a
/// move changes both sides by the same amount, and the book itself refuses what would wrap around.
contract LedgerProof is LedgerBook {
    /// @dev Any place, and any route, but those that a move names.
    struct Elsewhere {
        uint256 chainId;
        uint256 source;
        uint256 destination;
    }

    bytes32 private _key;
    uint256 private _home;
    /// @dev Sum of `balance` of `_key` over all chains, of `pending` over all routes, and of `held`.
    uint256 private _sum;

    constructor(bytes32 key, uint256 home, uint256 source, uint256 destination) {
        (_key, _home) = (key, home);
        assert(_holds());
        assert(balance[source][key] == 0 && pending[source][destination][key] == 0 && held[key] == 0);
    }

    /// @param key Of which `_key` may be one.
    function send(
        bytes32 key,
        uint256 home,
        uint256 source,
        uint256 destination,
        uint256 amount,
        Elsewhere calldata other
    ) external {
        require(_isPossible(key, home) && _holds() && source != destination);
        require(other.chainId != source && (other.source != source || other.destination != destination));
        (uint256 had, uint256 waited, uint256 swaps) = _at(other);
        (uint256 gains, uint256 loses) = (pending[source][destination][_key], balance[source][_key]);
        _send(key, home, source, destination, amount);
        unchecked {
            _sum += (pending[source][destination][_key] - gains) - (loses - balance[source][_key]);
        }
        assert(_holds());
        assert(balance[other.chainId][_key] == had);
        assert(pending[other.source][other.destination][_key] == waited && held[_key] == swaps);
    }

    function arrive(
        bytes32 key,
        uint256 home,
        uint256 source,
        uint256 destination,
        uint256 amount,
        Elsewhere calldata other
    ) external {
        require(_isPossible(key, home) && _holds() && source != destination);
        require(other.chainId != destination && (other.source != source || other.destination != destination));
        (uint256 had, uint256 waited, uint256 swaps) = _at(other);
        (uint256 gains, uint256 loses) = (balance[destination][_key], pending[source][destination][_key]);
        _arrive(key, home, source, destination, amount);
        unchecked {
            _sum += (balance[destination][_key] - gains) - (loses - pending[source][destination][_key]);
        }
        assert(_holds());
        assert(balance[other.chainId][_key] == had);
        assert(pending[other.source][other.destination][_key] == waited && held[_key] == swaps);
    }

    function takeBack(
        bytes32 key,
        uint256 home,
        uint256 source,
        uint256 destination,
        uint256 amount,
        Elsewhere calldata other
    ) external {
        require(_isPossible(key, home) && _holds() && source != destination);
        require(other.chainId != source && (other.source != source || other.destination != destination));
        (uint256 had, uint256 waited, uint256 swaps) = _at(other);
        (uint256 gains, uint256 loses) = (balance[source][_key], pending[source][destination][_key]);
        _takeBack(key, home, source, destination, amount);
        unchecked {
            _sum += (balance[source][_key] - gains) - (loses - pending[source][destination][_key]);
        }
        assert(_holds());
        assert(balance[other.chainId][_key] == had);
        assert(pending[other.source][other.destination][_key] == waited && held[_key] == swaps);
    }

    function hold(bytes32 key, uint256 home, uint256 chainId, uint256 amount, Elsewhere calldata other) external {
        require(_isPossible(key, home) && _holds() && other.chainId != chainId);
        (uint256 had, uint256 waited, uint256 gains) = _at(other);
        uint256 loses = balance[chainId][_key];
        _hold(key, home, chainId, amount);
        unchecked {
            _sum += (held[_key] - gains) - (loses - balance[chainId][_key]);
        }
        assert(_holds());
        assert(balance[other.chainId][_key] == had);
        assert(pending[other.source][other.destination][_key] == waited);
    }

    function release(bytes32 key, uint256 home, uint256 chainId, uint256 amount, Elsewhere calldata other) external {
        require(_isPossible(key, home) && _holds() && other.chainId != chainId);
        (uint256 had, uint256 waited, uint256 loses) = _at(other);
        uint256 gains = balance[chainId][_key];
        _release(key, home, chainId, amount);
        unchecked {
            _sum += (balance[chainId][_key] - gains) - (loses - held[_key]);
        }
        assert(_holds());
        assert(balance[other.chainId][_key] == had);
        assert(pending[other.source][other.destination][_key] == waited);
    }

    /// @dev A key is a hash of its home, and so has one.
    function _isPossible(bytes32 key, uint256 home) private view returns (bool) {
        return key != _key || home == _home;
    }

    /// @dev What is proven.
    function _holds() private view returns (bool) {
        return issued[_key] == _sum && balance[_home][_key] == 0;
    }

    function _at(Elsewhere calldata other) private view returns (uint256 had, uint256 waited, uint256 swaps) {
        return (balance[other.chainId][_key], pending[other.source][other.destination][_key], held[_key]);
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

    function hold(Asset calldata, uint256, uint256, uint256) external pure {
        revert();
    }

    function release(Asset calldata, uint256, uint256, uint256) external pure {
        revert();
    }
}
