// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IAssetCustody} from "../interfaces/IAssetCustody.sol";

/// @title What lets assets through: the pause, and the counts of a block
/// @dev All of it is one word, which each transfer reads anyway.
abstract contract AssetGate {
    bool private _paused;
    /// @dev The newest block that something was counted in, and the counts.
    uint64 private _countedBlock;
    uint64 private _movesOfBlock;
    uint64 private _endsOfBlock;

    /// @dev Takes the same gas whether it is the first time or not: what a wallet estimates must do wherever in a block the
    /// transaction comes.
    /// @param moved Added to the moves of this block, and `ended` to the ends of swaps.
    /// @return moves How many this block holds, as `ends`.
    function _countInBlock(uint64 moved, uint64 ended) internal returns (uint64 moves, uint64 ends) {
        (uint64 last, uint64 movesBefore, uint64 endsBefore) = (_countedBlock, _movesOfBlock, _endsOfBlock);
        assembly ("memory-safe") {
            let isSame := eq(last, number())
            moves := add(mul(movesBefore, isSame), moved)
            ends := add(mul(endsBefore, isSame), ended)
        }
        (_countedBlock, _movesOfBlock, _endsOfBlock) = (uint64(block.number), moves, ends);
    }

    function _setPaused(bool paused) internal {
        _paused = paused;
    }

    function _requireOpen() internal view {
        require(!_paused, IAssetCustody.AssetCustodyPaused());
    }
}
