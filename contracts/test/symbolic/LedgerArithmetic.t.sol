// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {LedgerBook} from "../../src/assets/LedgerBook.sol";
import {Asset, LedgerEntry} from "../../src/types/Assets.sol";
import {Test} from "../base/Test.sol";

/// @notice The ledger's arithmetic, for anyone to move.
contract OpenBook is LedgerBook {
    function dispatch(bytes32 key, uint256 home, uint256 source, uint256 destination, uint256 amount) external {
        _send(key, home, source, destination, amount);
    }

    function arrive(bytes32 key, uint256 home, uint256 source, uint256 destination, uint256 amount) external {
        _arrive(key, home, source, destination, amount);
    }

    function takeBack(bytes32 key, uint256 home, uint256 source, uint256 destination, uint256 amount) external {
        _takeBack(key, home, source, destination, amount);
    }

    function keep(bytes32 key, uint256 home, uint256 chainId, uint256 amount) external {
        _hold(key, home, chainId, amount);
    }

    function giveBack(bytes32 key, uint256 home, uint256 chainId, uint256 amount) external {
        _release(key, home, chainId, amount);
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

/// @notice The one cheatcode of Halmos that is needed here; https://github.com/a16z/halmos-cheatcodes.
interface SymbolicVm {
    function enableSymbolicStorage(address account) external;
}

/// @notice What `make test-symbolic` has Halmos check on bytecode, from any book, for any key, home, route and amount: a move
/// takes place exactly where no figure runs below 0 or above 2^256 - 1; then it changes the figures it names by the amount,
/// and no other figure; else it changes nothing. `LedgerProof` says what follows for sums.
contract LedgerArithmeticTest is Test {
    struct Move {
        bytes32 key;
        uint256 home;
        uint256 source;
        uint256 destination;
        uint256 amount;
    }

    /// @notice Any other figures of the book.
    struct Elsewhere {
        bytes32 key;
        uint256 chainId;
        uint256 source;
        uint256 destination;
    }

    struct Figures {
        uint256 issued;
        uint256 ofSource;
        uint256 ofDestination;
        uint256 underway;
        uint256 held;
        uint256 otherIssued;
        uint256 otherBalance;
        uint256 otherPending;
        uint256 otherHeld;
    }

    SymbolicVm private constant SVM = SymbolicVm(address(uint160(uint256(keccak256("svm cheat code")))));

    OpenBook private _book;

    function setUp() external {
        _book = new OpenBook();
        SVM.enableSymbolicStorage(address(_book));
    }

    function check_send(Move calldata move, Elsewhere calldata other) external {
        _assumeApart(move, other);
        Figures memory was = _figures(move, other);
        bool isHome = move.home == move.source;
        bool covered = isHome ? _fits(was.issued, move.amount) : was.ofSource >= move.amount;
        bool moved =
            _try(abi.encodeCall(OpenBook.dispatch, (move.key, move.home, move.source, move.destination, move.amount)));
        assert(moved == (covered && _fits(was.underway, move.amount)));
        if (moved && isHome) was.issued += move.amount;
        if (moved && !isHome) was.ofSource -= move.amount;
        if (moved) was.underway += move.amount;
        _assertFigures(move, other, was);
    }

    function check_arrive(Move calldata move, Elsewhere calldata other) external {
        _assumeApart(move, other);
        Figures memory was = _figures(move, other);
        bool isHome = move.home == move.destination;
        bool covered = isHome ? was.issued >= move.amount : _fits(was.ofDestination, move.amount);
        bool moved =
            _try(abi.encodeCall(OpenBook.arrive, (move.key, move.home, move.source, move.destination, move.amount)));
        assert(moved == (covered && was.underway >= move.amount));
        if (moved && isHome) was.issued -= move.amount;
        if (moved && !isHome) was.ofDestination += move.amount;
        if (moved) was.underway -= move.amount;
        _assertFigures(move, other, was);
    }

    function check_takeBack(Move calldata move, Elsewhere calldata other) external {
        _assumeApart(move, other);
        Figures memory was = _figures(move, other);
        bool isHome = move.home == move.source;
        bool covered = isHome ? was.issued >= move.amount : _fits(was.ofSource, move.amount);
        bool moved =
            _try(abi.encodeCall(OpenBook.takeBack, (move.key, move.home, move.source, move.destination, move.amount)));
        assert(moved == (covered && was.underway >= move.amount));
        if (moved && isHome) was.issued -= move.amount;
        if (moved && !isHome) was.ofSource += move.amount;
        if (moved) was.underway -= move.amount;
        _assertFigures(move, other, was);
    }

    /// @dev By the source of the move.
    function check_hold(Move calldata move, Elsewhere calldata other) external {
        _assumeApart(move, other);
        Figures memory was = _figures(move, other);
        bool isHome = move.home == move.source;
        bool covered = isHome ? _fits(was.issued, move.amount) : was.ofSource >= move.amount;
        bool moved = _try(abi.encodeCall(OpenBook.keep, (move.key, move.home, move.source, move.amount)));
        assert(moved == (covered && _fits(was.held, move.amount)));
        if (moved && isHome) was.issued += move.amount;
        if (moved && !isHome) was.ofSource -= move.amount;
        if (moved) was.held += move.amount;
        _assertFigures(move, other, was);
    }

    /// @dev To the destination of the move.
    function check_release(Move calldata move, Elsewhere calldata other) external {
        _assumeApart(move, other);
        Figures memory was = _figures(move, other);
        bool isHome = move.home == move.destination;
        bool covered = isHome ? was.issued >= move.amount : _fits(was.ofDestination, move.amount);
        bool moved = _try(abi.encodeCall(OpenBook.giveBack, (move.key, move.home, move.destination, move.amount)));
        assert(moved == (covered && was.held >= move.amount));
        if (moved && isHome) was.issued -= move.amount;
        if (moved && !isHome) was.ofDestination += move.amount;
        if (moved) was.held -= move.amount;
        _assertFigures(move, other, was);
    }

    /// @notice What was sent can always be taken back, and then nothing has happened.
    function check_takeBack_undoesSend(Move calldata move, Elsewhere calldata other) external {
        _assumeApart(move, other);
        Figures memory was = _figures(move, other);
        if (!_try(abi.encodeCall(OpenBook.dispatch, (move.key, move.home, move.source, move.destination, move.amount))))
        {
            return;
        }
        assert(
            _try(abi.encodeCall(OpenBook.takeBack, (move.key, move.home, move.source, move.destination, move.amount)))
        );
        _assertFigures(move, other, was);
    }

    function _assumeApart(Move calldata move, Elsewhere calldata other) private pure {
        vm.assume(move.source != move.destination);
        bool isOtherKey = other.key != move.key;
        vm.assume(isOtherKey || (other.chainId != move.source && other.chainId != move.destination));
        vm.assume(isOtherKey || other.source != move.source || other.destination != move.destination);
    }

    function _try(bytes memory data) private returns (bool success) {
        (success,) = address(_book).call(data);
    }

    function _fits(uint256 figure, uint256 amount) private pure returns (bool) {
        return amount <= type(uint256).max - figure;
    }

    function _figures(Move calldata move, Elsewhere calldata other) private view returns (Figures memory) {
        return Figures({
            issued: _book.issued(move.key),
            ofSource: _book.balance(move.source, move.key),
            ofDestination: _book.balance(move.destination, move.key),
            underway: _book.pending(move.source, move.destination, move.key),
            held: _book.held(move.key),
            otherIssued: _book.issued(other.key),
            otherBalance: _book.balance(other.chainId, other.key),
            otherPending: _book.pending(other.source, other.destination, other.key),
            otherHeld: _book.held(other.key)
        });
    }

    function _assertFigures(Move calldata move, Elsewhere calldata other, Figures memory expected) private view {
        Figures memory are = _figures(move, other);
        assert(are.issued == expected.issued);
        assert(are.ofSource == expected.ofSource);
        assert(are.ofDestination == expected.ofDestination);
        assert(are.underway == expected.underway);
        assert(are.held == expected.held);
        assert(other.key == move.key || are.otherIssued == expected.otherIssued);
        assert(are.otherBalance == expected.otherBalance);
        assert(are.otherPending == expected.otherPending);
        assert(other.key == move.key || are.otherHeld == expected.otherHeld);
    }
}
