// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

/// @notice The ledger written as a list of what happened, with every figure summed anew: the twin that `AssetLedger` is
/// compared with.
contract NaiveLedger {
    struct Move {
        bytes32 key;
        uint256 home;
        uint256 source;
        uint256 destination;
        bool arrives;
        uint256 amount;
        bool bySwap;
    }

    /// @dev What swaps hold stands at no chain.
    uint256 private constant SWAPS = 0;

    Move[] private _moves;

    function send(bytes32 key, uint256 home, uint256 source, uint256 destination, uint256 amount) external {
        _moves.push(Move(key, home, source, destination, false, amount, false));
    }

    function arrive(bytes32 key, uint256 home, uint256 source, uint256 destination, uint256 amount) external {
        _moves.push(Move(key, home, source, destination, true, amount, false));
    }

    /// @notice Swaps hold what `chain` had.
    function hold(bytes32 key, uint256 home, uint256 chain, uint256 amount) external {
        _moves.push(Move(key, home, chain, SWAPS, false, amount, true));
    }

    /// @notice `chain` has what swaps held.
    function release(bytes32 key, uint256 home, uint256 chain, uint256 amount) external {
        _moves.push(Move(key, home, SWAPS, chain, true, amount, true));
    }

    /// @notice What a chain that is not the home has: all that arrived there less all that it sent.
    function balance(uint256 chain, bytes32 key) external view returns (uint256 sum) {
        for (uint256 i = 0; i < _moves.length; ++i) {
            Move storage move = _moves[i];
            if (move.key != key || move.home == chain) continue;
            if (move.arrives && move.destination == chain) sum += move.amount;
            if (!move.arrives && move.source == chain) sum -= move.amount;
        }
    }

    /// @notice All that was sent on a route less all that arrived by it.
    function pending(uint256 source, uint256 destination, bytes32 key) external view returns (uint256 sum) {
        for (uint256 i = 0; i < _moves.length; ++i) {
            Move storage move = _moves[i];
            if (move.key != key || move.bySwap || move.source != source || move.destination != destination) continue;
            sum = move.arrives ? sum - move.amount : sum + move.amount;
        }
    }

    /// @notice All that swaps took less all that they gave back.
    function held(bytes32 key) external view returns (uint256 sum) {
        for (uint256 i = 0; i < _moves.length; ++i) {
            Move storage move = _moves[i];
            if (move.key != key || !move.bySwap) continue;
            sum = move.arrives ? sum - move.amount : sum + move.amount;
        }
    }

    /// @notice All that its home sent less all that came home.
    function issued(bytes32 key) external view returns (uint256 sum) {
        for (uint256 i = 0; i < _moves.length; ++i) {
            Move storage move = _moves[i];
            if (move.key != key) continue;
            if (!move.arrives && move.source == move.home) sum += move.amount;
            if (move.arrives && move.destination == move.home) sum -= move.amount;
        }
    }
}
