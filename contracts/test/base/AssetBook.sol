// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {ERC1155} from "@openzeppelin/contracts/token/ERC1155/ERC1155.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

import {AssetIds} from "../../src/libraries/AssetIds.sol";
import {Asset, AssetKind, LedgerEntry} from "../../src/types/Assets.sol";
import {IssuedERC1155, IssuedERC20, PlainERC20, PlainERC721} from "../mocks/PlainTokens.sol";
import {AssetNetwork} from "./AssetNetwork.sol";

/// @notice A contract that takes neither ether nor ERC-1155 tokens.
contract Wall {}

/// @notice Sells for whatever it is sent; shut, it sells nothing.
contract Counter {
    bool public isShut;
    uint256 public sold;

    function setShut(bool shut) external {
        isShut = shut;
    }

    function receiveMessage(bytes32, bytes calldata, bytes calldata) external returns (bytes4) {
        require(!isShut, "shut");
        ++sold;
        return 0x2432ef26;
    }
}

/// @notice Everybody's assets in a network, twice: as contracts have them, and as they must be if each transfer did
/// exactly what its sender was told. Nothing of the second is read from what the contracts send or emit.
abstract contract AssetBook is AssetNetwork {
    /// @notice What is counted as one: a fungible asset, or one token of another.
    struct Unit {
        uint256 home;
        address token;
        AssetKind kind;
        uint256 tokenId;
    }

    uint256 internal constant X = 666;
    uint256 internal constant ETHER_UNIT = 0;
    uint256 internal constant UNITS = 7;
    /// @dev Of the last unit, whose home is X, anything may be issued at any time.
    uint256 internal constant BROKEN = 6;
    uint256 internal constant FUNDS = 1_000_000;

    Unit[] internal units;
    address[] internal people;
    address internal wall;
    Counter internal counter;
    address internal attacker = makeAddr("attacker");
    address internal issuer = makeAddr("issuer");

    /// @dev What a person must have of a unit at a place.
    mapping(uint256 unit => mapping(uint256 place => mapping(address person => uint256))) internal held;
    mapping(uint256 unit => mapping(uint256 place => mapping(address person => uint256))) internal claims;
    /// @dev Sent and not arrived, given back or handed to X.
    mapping(uint256 unit => uint256) internal underway;
    /// @dev Arrived, and waiting for what its issuer lets pass.
    mapping(uint256 unit => uint256) internal waiting;
    /// @dev What was sent to X, and what came out of it.
    mapping(uint256 unit => uint256) internal intoX;
    mapping(uint256 unit => uint256) internal outOfX;
    /// @dev Places that know what a token is called.
    mapping(address token => mapping(uint256 place => bool)) internal isKnown;
    /// @dev What the ledger must say, by key: of those units, and of assets that X has made up.
    mapping(bytes32 key => mapping(uint256 chainId => uint256)) internal bookBalance;
    mapping(bytes32 key => mapping(uint256 source => mapping(uint256 destination => uint256))) internal bookPending;
    /// @dev What X has reported as sent, and what others have reported as arrived from there.
    mapping(bytes32 key => mapping(uint256 destination => uint256)) internal saidByX;
    mapping(bytes32 key => mapping(uint256 destination => uint256)) internal believedOfX;

    function openBook() internal {
        wall = address(new Wall());
        counter = new Counter();
        people.push(makeAddr("alice"));
        people.push(makeAddr("bob"));
        people.push(wall);
        people.push(attacker);
        people.push(address(counter));
        _addUnits();
        _fund();
    }

    function assetOf(uint256 unit) internal view returns (Asset memory) {
        Unit storage u = units[unit];
        return Asset(u.home, u.token, u.kind);
    }

    function keyOf(uint256 unit) internal view returns (bytes32) {
        return AssetIds.ledgerKey(assetOf(unit), units[unit].tokenId);
    }

    /// @notice The token that stands for a unit at a place; 0 if none does.
    function tokenAt(uint256 unit, uint256 place) internal view returns (address) {
        Unit storage u = units[unit];
        if (unit == ETHER_UNIT || u.home == place) return u.token;
        return custody(place).tokenOf(AssetIds.assetId(u.home, u.token));
    }

    /// @notice Where honest people are.
    function places() internal pure returns (uint256[3] memory) {
        return [L1_CHAIN_ID, A, B];
    }

    function ledgerPlaces() internal pure returns (uint256[4] memory) {
        return [L1_CHAIN_ID, A, B, X];
    }

    /// @notice Units whose token has an issuer.
    function issued() internal pure returns (uint256[3] memory) {
        return [uint256(1), 2, 5];
    }

    // As it must be.

    function bookOut(uint256 unit, uint256 place, address person, uint256 amount) internal {
        held[unit][place][person] -= amount;
    }

    function bookIn(uint256 unit, uint256 place, address person, uint256 amount) internal {
        if (canBePaid(unit, place, person)) held[unit][place][person] += amount;
        else claims[unit][place][person] += amount;
    }

    /// @notice Whether a person can be paid, or has a claim instead.
    function canBePaid(uint256 unit, uint256 place, address person) internal view returns (bool) {
        Unit storage u = units[unit];
        if (person == wall || person == address(counter)) {
            if (unit == ETHER_UNIT || u.kind == AssetKind.MultiToken) return false;
        }
        return unit == ETHER_UNIT || u.home == place || isKnown[u.token][place];
    }

    /// @notice Books what a batch reports; false, with nothing booked, if its chain cannot have moved that.
    function bookBatch(uint256 chainId, LedgerEntry[] memory entries) internal returns (bool isSound) {
        try this.bookOrRevert(chainId, entries) {
            return true;
        } catch {
            return false;
        }
    }

    function bookOrRevert(uint256 chainId, LedgerEntry[] calldata entries) external {
        require(msg.sender == address(this));
        for (uint256 i = 0; i < entries.length; ++i) {
            LedgerEntry calldata entry = entries[i];
            require(entry.amount != 0 && (entry.source == chainId) != (entry.destination == chainId));
            (bytes32 key, uint256 home) = (AssetIds.ledgerKey(entry.asset, entry.tokenId), entry.asset.originChainId);
            if (entry.destination == chainId) bookArrival(key, home, entry.source, chainId, entry.amount);
            else bookSending(key, home, chainId, entry.destination, entry.amount);
        }
    }

    function bookSending(bytes32 key, uint256 home, uint256 source, uint256 destination, uint256 amount) internal {
        require(destination == L1_CHAIN_ID || destination == A || destination == B || destination == X);
        if (home != source) bookBalance[key][source] -= amount;
        bookPending[key][source][destination] += amount;
        if (source == X) saidByX[key][destination] += amount;
    }

    function bookArrival(bytes32 key, uint256 home, uint256 source, uint256 destination, uint256 amount) internal {
        bookPending[key][source][destination] -= amount;
        if (home != destination) bookBalance[key][destination] += amount;
        if (source == X) believedOfX[key][destination] += amount;
    }

    function bookTakenBack(uint256 unit, uint256 destination, uint256 amount) internal {
        bytes32 key = keyOf(unit);
        bookPending[key][L1_CHAIN_ID][destination] -= amount;
        if (units[unit].home != L1_CHAIN_ID) bookBalance[key][L1_CHAIN_ID] += amount;
    }

    // As it is.

    /// @dev Of ether, which the places of one EVM share, all that a person has.
    function actuallyHeld(uint256 unit, uint256 place, address person) internal view returns (uint256) {
        return unit == ETHER_UNIT ? person.balance : _balance(unit, tokenAt(unit, place), person);
    }

    function mustHold(uint256 unit, uint256 place, address person) internal view returns (uint256) {
        mapping(uint256 => mapping(address => uint256)) storage byPlace = held[unit];
        return unit == ETHER_UNIT
            ? byPlace[L1_CHAIN_ID][person] + byPlace[A][person] + byPlace[B][person]
            : byPlace[place][person];
    }

    /// @notice What keeps a unit at its home for those who have it elsewhere.
    function actuallyKept(uint256 unit) internal view returns (uint256) {
        Unit storage u = units[unit];
        address keeper = address(custody(u.home));
        return unit == ETHER_UNIT ? keeper.balance : _balance(unit, u.token, keeper);
    }

    function _balance(uint256 unit, address token, address person) private view returns (uint256) {
        Unit storage u = units[unit];
        if (token == address(0)) return 0;
        if (u.kind == AssetKind.Fungible) return ERC20(token).balanceOf(person);
        if (u.kind == AssetKind.MultiToken) return ERC1155(token).balanceOf(person, u.tokenId);
        try ERC721(token).ownerOf(u.tokenId) returns (address owner) {
            return owner == person ? 1 : 0;
        } catch {
            return 0;
        }
    }

    // What holds.

    /// @notice INV-01 on the ledger: what is issued is somewhere, of every unit.
    function assertLedgerIsConserved() external view {
        uint256[4] memory all = ledgerPlaces();
        for (uint256 unit = 0; unit < UNITS; ++unit) {
            bytes32 key = keyOf(unit);
            uint256 sum;
            for (uint256 i = 0; i < 4; ++i) {
                sum += ledger.balance(all[i], key);
                for (uint256 j = 0; j < 4; ++j) {
                    sum += ledger.pending(all[i], all[j], key);
                }
            }
            vm.assertEq(ledger.issued(key), sum, "issued == balances + pending");
            vm.assertEq(ledger.balance(units[unit].home, key), 0, "its home has no balance");
        }
    }

    /// @notice INV-10 on the ledger: each route has what its two ends have said and done, and no other end has touched it.
    /// What others take for sent by X, X has sent.
    function assertRoutesAreTheirOwn() external view {
        uint256[4] memory all = ledgerPlaces();
        for (uint256 unit = 0; unit < UNITS; ++unit) {
            bytes32 key = keyOf(unit);
            for (uint256 i = 0; i < 4; ++i) {
                vm.assertEq(ledger.balance(all[i], key), bookBalance[key][all[i]], "balance");
                vm.assertLe(believedOfX[key][all[i]], saidByX[key][all[i]], "believed of X <= said by X");
                for (uint256 j = 0; j < 4; ++j) {
                    uint256 pending = ledger.pending(all[i], all[j], key);
                    vm.assertEq(pending, bookPending[key][all[i]][all[j]], "pending");
                }
            }
        }
    }

    /// @notice INV-01 on the custodies: the home keeps as much as there is outside of it, claims, what waits and X included.
    function assertValueIsConserved() external view {
        for (uint256 unit = 0; unit < UNITS - 1; ++unit) {
            uint256 outside = underway[unit] + waiting[unit] + intoX[unit] - outOfX[unit];
            uint256 home = units[unit].home;
            for (uint256 i = 0; i < 3; ++i) {
                uint256 place = places()[i];
                outside += _claimed(unit, place);
                if (place != home) outside += _supply(unit, place);
            }
            vm.assertEq(actuallyKept(unit), outside, "kept == outside");
            if (units[unit].kind == AssetKind.Fungible && unit != ETHER_UNIT) {
                vm.assertEq(custody(home).locked(units[unit].token), outside, "locked == outside");
            }
        }
        (uint256 kept, uint256 owed) = sharedBridge.solvency(ETHER);
        vm.assertGe(kept, owed, "solvent");
    }

    /// @notice INV-07: everybody has what the transfers said, of what they said, and nothing else.
    function assertEverybodyHasWhatIsTheirs() external view {
        for (uint256 unit = 0; unit < UNITS; ++unit) {
            for (uint256 i = 0; i < 3; ++i) {
                uint256 place = places()[i];
                for (uint256 j = 0; j < people.length; ++j) {
                    address person = people[j];
                    vm.assertEq(actuallyHeld(unit, place, person), mustHold(unit, place, person), "held");
                    uint256 claimable = custody(place).claimable(keyOf(unit), person);
                    vm.assertEq(claimable, claims[unit][place][person], "claimable");
                }
            }
        }
    }

    /// @notice INV-06: nobody together has more than there was before anything was sent.
    function assertNothingIsReleasedWithoutADebit() external view {
        for (uint256 unit = 0; unit < UNITS - 1; ++unit) {
            uint256 total;
            for (uint256 i = 0; i < 3; ++i) {
                uint256 place = places()[i];
                total += _claimed(unit, place);
                if (unit == ETHER_UNIT && i != 0) continue;
                for (uint256 j = 0; j < people.length; ++j) {
                    total += actuallyHeld(unit, place, people[j]);
                }
            }
            vm.assertLe(total, _issuedAtFirst(unit), "released <= debited");
        }
    }

    /// @notice INV-10: no more comes out of X than was sent there, and the ledger has the rest.
    function assertLossIsBoundedToX() external view {
        for (uint256 unit = 0; unit < UNITS - 1; ++unit) {
            vm.assertLe(outOfX[unit], intoX[unit], "out of X <= into X");
            bytes32 key = keyOf(unit);
            uint256 left = ledger.balance(X, key);
            for (uint256 i = 0; i < 3; ++i) {
                left += ledger.pending(places()[i], X, key);
            }
            vm.assertLe(left, intoX[unit] - outOfX[unit], "what X can still spend");
        }
    }

    function _claimed(uint256 unit, uint256 place) private view returns (uint256 sum) {
        bytes32 key = keyOf(unit);
        for (uint256 i = 0; i < people.length; ++i) {
            sum += custody(place).claimable(key, people[i]);
        }
    }

    /// @dev All of a unit that is in circulation at a place which is not its home.
    function _supply(uint256 unit, uint256 place) private view returns (uint256 sum) {
        if (unit == ETHER_UNIT) return GENESIS_BASE - address(chains[place].vault.BASE_TOKEN_HOLDER()).balance;
        address token = tokenAt(unit, place);
        if (token == address(0)) return 0;
        if (units[unit].kind == AssetKind.Fungible) return ERC20(token).totalSupply();
        for (uint256 i = 0; i < people.length; ++i) {
            sum += _balance(unit, token, people[i]);
        }
    }

    function _issuedAtFirst(uint256 unit) private view returns (uint256) {
        AssetKind kind = units[unit].kind;
        return kind == AssetKind.NonFungible ? 1 : 2 * FUNDS;
    }

    function _addUnits() private {
        units.push(Unit(L1_CHAIN_ID, ETHER, AssetKind.Fungible, 0));
        units.push(Unit(L1_CHAIN_ID, address(new IssuedERC20(issuer)), AssetKind.Fungible, 0));
        units.push(Unit(A, address(new IssuedERC20(issuer)), AssetKind.Fungible, 0));
        address deed = address(new PlainERC721());
        units.push(Unit(B, deed, AssetKind.NonFungible, 1));
        units.push(Unit(B, deed, AssetKind.NonFungible, 2));
        units.push(Unit(B, address(new IssuedERC1155(issuer)), AssetKind.MultiToken, 3));
        units.push(Unit(X, makeAddr("token of X"), AssetKind.Fungible, 0));
    }

    /// @dev Alice and Bob have the same of everything, but for the deeds, of which each has one.
    function _fund() private {
        for (uint256 unit = 0; unit < UNITS - 1; ++unit) {
            Unit storage u = units[unit];
            for (uint256 i = 0; i < 2; ++i) {
                address person = people[i];
                if (u.kind == AssetKind.NonFungible && i + 1 != u.tokenId) continue;
                uint256 amount = u.kind == AssetKind.NonFungible ? 1 : FUNDS;
                if (unit == ETHER_UNIT) vm.deal(person, amount);
                else if (u.kind == AssetKind.Fungible) PlainERC20(u.token).mint(person, amount);
                else if (u.kind == AssetKind.NonFungible) PlainERC721(u.token).mint(person, u.tokenId);
                else IssuedERC1155(u.token).mint(person, u.tokenId, amount);
                held[unit][u.home][person] = amount;
            }
            if (unit != ETHER_UNIT) _approveForAll(u);
        }
    }

    function _approveForAll(Unit storage u) private {
        address keeper = address(custody(u.home));
        for (uint256 i = 0; i < people.length; ++i) {
            vm.prank(people[i]);
            if (u.kind == AssetKind.Fungible) ERC20(u.token).approve(keeper, type(uint256).max);
            else ERC721(u.token).setApprovalForAll(keeper, true);
        }
    }
}
