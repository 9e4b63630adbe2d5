// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC7786Recipient} from "@openzeppelin/contracts/interfaces/draft-IERC7786.sol";

import {Erc7930} from "../../src/libraries/Erc7930.sol";
import {BundleDelivery, BundleStatus, CallStatus, InteropCallStarter} from "../../src/types/Bundles.sol";
import {BatchProof} from "../../src/types/Messages.sol";
import {InteropTest} from "../base/InteropTest.sol";
import {InvariantTest} from "../base/InvariantTest.sol";

/// @notice Counts how often each call reached it; can be shut for a while.
contract TallyRecipient is IERC7786Recipient {
    mapping(bytes32 receiveId => uint256) public tally;
    bool private _shut;

    error TallyRecipientShut();

    function setShut(bool shut) external {
        _shut = shut;
    }

    function receiveMessage(bytes32 receiveId, bytes calldata, bytes calldata) external payable returns (bytes4) {
        require(!_shut, TallyRecipientShut());
        ++tally[receiveId];
        return IERC7786Recipient.receiveMessage.selector;
    }
}

/// @notice Senders, relayers and unbundlers at once: sends bundles and tries everything on all of them, in any order.
contract MessagingActor is InteropTest {
    struct Sent {
        bytes bundle;
        bytes32 hash;
        uint256 calls;
    }

    /// @notice The last state of a bundle that an action left behind.
    struct Seen {
        BundleStatus status;
        CallStatus[] calls;
    }

    TallyRecipient private _open = new TallyRecipient();
    TallyRecipient private _fickle = new TallyRecipient();
    Sent[] private _sent;
    mapping(bytes32 bundleHash => Seen) private _seen;

    /// @notice Whether a terminal state ever changed.
    bool public changedTerminalState;

    // Actions. Each may fail; what it leaves behind is compared with what was there before.

    function sendOne(uint256 seed) external {
        if (_sent.length == 20) return;
        InteropCallStarter[] memory calls = starters(address(_open), 1 + seed % 4, seed % 70);
        for (uint256 i = 0; i < calls.length; ++i) {
            if (seed >> i & 1 == 1) calls[i].to = Erc7930.format(DESTINATION, address(_fickle));
        }
        bytes memory bundle = sendBundle(calls, none());
        _sent.push(Sent(bundle, bundleHashOf(bundle), calls.length));
    }

    function execute(uint256 which) external {
        if (_sent.length == 0) return;
        Sent storage sent = _sent[which % _sent.length];
        _try(abi.encodeCall(handler.executeBundle, (settle(sent.bundle))), relayer);
    }

    /// @dev Four bundles of which some may be the same, and some delivered before.
    function executeMany(uint256 seed, bool recordFirst) external {
        if (_sent.length == 0) return;
        bytes[] memory bundles = new bytes[](4);
        for (uint256 i = 0; i < 4; ++i) {
            bundles[i] = _sent[(seed >> (8 * i)) % _sent.length].bundle;
        }
        (BundleDelivery[] memory deliveries, BatchProof memory batch) = settleFinal(bundles);
        BatchProof[] memory batches = new BatchProof[](recordFirst ? 1 : 0);
        if (recordFirst) batches[0] = batch;
        _try(abi.encodeCall(handler.executeBundles, (batches, deliveries)), relayer);
    }

    function verify(uint256 which) external {
        if (_sent.length == 0) return;
        Sent storage sent = _sent[which % _sent.length];
        _try(abi.encodeCall(handler.verifyBundle, (settle(sent.bundle))), relayer);
    }

    function unbundle(uint256 which, uint256 seed, bool byStranger) external {
        if (_sent.length == 0) return;
        Sent storage sent = _sent[which % _sent.length];
        CallStatus[] memory statuses = new CallStatus[](sent.calls);
        for (uint256 i = 0; i < sent.calls; ++i) {
            statuses[i] = CallStatus((seed >> (8 * i)) % 3);
        }
        bytes memory call = abi.encodeCall(handler.unbundleBundle, (SOURCE, sent.bundle, statuses));
        _try(call, byStranger ? relayer : sender);
    }

    function shut(bool closed) external {
        _fickle.setShut(closed);
    }

    // What holds.

    function sentCount() external view returns (uint256) {
        return _sent.length;
    }

    /// @notice Whether every call of a bundle ran as often as its status says: once when executed, else never.
    function ranAsRecorded(uint256 which) external view returns (bool) {
        Sent storage sent = _sent[which];
        for (uint256 i = 0; i < sent.calls; ++i) {
            bytes32 id = keccak256(abi.encodePacked(sent.hash, i));
            uint256 runs = _open.tally(id) + _fickle.tally(id);
            if (runs != (handler.callStatus(sent.hash, i) == CallStatus.Executed ? 1 : 0)) return false;
        }
        return true;
    }

    /// @notice Whether all calls of a fully executed bundle ran, and none of one that nobody settled.
    function ranAllOrNone(uint256 which) external view returns (bool) {
        Sent storage sent = _sent[which];
        BundleStatus status = handler.bundleStatus(sent.hash);
        if (status == BundleStatus.Unbundled) return true;
        CallStatus expected = status == BundleStatus.FullyExecuted ? CallStatus.Executed : CallStatus.Unprocessed;
        for (uint256 i = 0; i < sent.calls; ++i) {
            if (handler.callStatus(sent.hash, i) != expected) return false;
        }
        return true;
    }

    function _try(bytes memory call, address caller) private {
        vm.chainId(DESTINATION);
        vm.prank(caller);
        callWithoutCopy(address(handler), call);
        for (uint256 i = 0; i < _sent.length; ++i) {
            _compare(_sent[i]);
        }
    }

    function _compare(Sent storage sent) private {
        Seen storage seen = _seen[sent.hash];
        BundleStatus status = handler.bundleStatus(sent.hash);
        // Statuses only ever move on, and the last two are final.
        if (status < seen.status || (seen.status >= BundleStatus.FullyExecuted && status != seen.status)) {
            changedTerminalState = true;
        }
        seen.status = status;
        for (uint256 i = 0; i < sent.calls; ++i) {
            CallStatus current = handler.callStatus(sent.hash, i);
            if (seen.calls.length == i) seen.calls.push(current);
            if (seen.calls[i] != CallStatus.Unprocessed && seen.calls[i] != current) changedTerminalState = true;
            seen.calls[i] = current;
        }
    }
}

/// @notice Docs: docs/invariants.md.
contract MessagingInvariantTest is InvariantTest {
    MessagingActor private _actor;

    function setUp() external {
        _actor = new MessagingActor();
        _actor.setUp();
        bytes4[] memory selectors = new bytes4[](6);
        selectors[0] = MessagingActor.sendOne.selector;
        selectors[1] = MessagingActor.execute.selector;
        selectors[2] = MessagingActor.executeMany.selector;
        selectors[3] = MessagingActor.verify.selector;
        selectors[4] = MessagingActor.unbundle.selector;
        selectors[5] = MessagingActor.shut.selector;
        targetActor(address(_actor), selectors);
    }

    function invariant_INV02_everyCallRunsAtMostOnce() external view {
        for (uint256 i = 0; i < _actor.sentCount(); ++i) {
            vm.assertTrue(_actor.ranAsRecorded(i));
        }
    }

    function invariant_INV03_aDeliveryRunsWhollyOrNotAtAll() external view {
        for (uint256 i = 0; i < _actor.sentCount(); ++i) {
            vm.assertTrue(_actor.ranAllOrNone(i));
        }
    }

    function invariant_INV05_terminalStatesNeverChange() external view {
        vm.assertFalse(_actor.changedTerminalState());
    }
}
