// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {AssetIds} from "../../src/libraries/AssetIds.sol";
import {SwapIds} from "../../src/libraries/SwapIds.sol";
import {
    SwapCommand,
    SwapEffect,
    SwapLeg,
    SwapOutcome,
    SwapPayload,
    SwapPreimage,
    Tombstone
} from "../../src/types/Swaps.sol";
import {Test} from "../base/Test.sol";

/// @notice `swaps.json`, written by the Rust crate: ids, messages, commands and reports have one spelling in both languages.
contract SwapVectorsTest is Test {
    /// @dev In the alphabetical order of the fields, as JSON objects are decoded.
    struct Receipt {
        bytes message;
        SwapOutcome outcome;
        bytes output;
        uint256 source;
        bytes32 swapId;
    }

    struct Leg {
        bytes encoded;
        bytes32 hash;
        bytes32 ledgerKey;
    }

    string private _json;

    function setUp() external {
        _json = vm.readFile("test/vectors/swaps.json");
    }

    function test_swap_isNamedAndCommittedAlike() external view {
        bytes memory encoded = vm.parseJsonBytes(_json, "$.swap.preimage");
        SwapPreimage memory preimage = abi.decode(encoded, (SwapPreimage));
        vm.assertEq(abi.encode(preimage), encoded);
        vm.assertEq(SwapIds.swapId(preimage.header), _word("$.swap.swapId"));
        vm.assertEq(SwapIds.commitment(preimage.salt, preimage.payload), _word("$.swap.commitment"));
        vm.assertEq(preimage.header.payloadCommitment, _word("$.swap.commitment"));
        vm.assertEq(SwapIds.lockMessage(preimage.header), vm.parseJsonBytes(_json, "$.swap.lockMessage"));
        SwapPayload memory payload = abi.decode(preimage.payload, (SwapPayload));
        vm.assertEq(abi.encode(payload), preimage.payload);
        vm.assertEq(payload.minReturned, 1000);
    }

    function test_receiptMessage_isSpelledAlike() external view {
        Receipt[] memory receipts = abi.decode(vm.parseJson(_json, "$.receipts"), (Receipt[]));
        vm.assertEq(receipts.length, 2);
        for (uint256 i = 0; i < receipts.length; ++i) {
            Receipt memory receipt = receipts[i];
            bytes memory message =
                SwapIds.receiptMessage(receipt.source, receipt.swapId, receipt.outcome, receipt.output);
            vm.assertEq(message, receipt.message);
        }
    }

    function test_legHash_isThatOfTheLedgersKey() external view {
        Leg[] memory legs = abi.decode(vm.parseJson(_json, "$.legs"), (Leg[]));
        vm.assertEq(legs.length, 2);
        for (uint256 i = 0; i < legs.length; ++i) {
            SwapLeg memory leg = abi.decode(legs[i].encoded, (SwapLeg));
            vm.assertEq(SwapIds.legHash(leg), legs[i].hash);
            vm.assertEq(AssetIds.ledgerKey(leg.asset, leg.tokenId), legs[i].ledgerKey);
        }
    }

    function test_effects_areHashedAlike() external view {
        bytes memory encoded = vm.parseJsonBytes(_json, "$.effects.encoded");
        SwapEffect[] memory effects = abi.decode(encoded, (SwapEffect[]));
        vm.assertEq(effects.length, 6);
        vm.assertEq(abi.encode(effects), encoded);
        vm.assertEq(keccak256(abi.encode(uint8(1), effects)), _word("$.effects.hash"));
    }

    function test_commands_areSpelledAlike() external view {
        bytes[] memory commands = vm.parseJsonBytesArray(_json, "$.commands");
        vm.assertEq(commands.length, 5);
        for (uint256 i = 0; i < commands.length; ++i) {
            (SwapCommand command, bytes memory body) = abi.decode(commands[i], (SwapCommand, bytes));
            vm.assertEq(uint256(command), i);
            vm.assertEq(abi.encode(command, body), commands[i]);
            vm.assertEq(_again(command, body), body);
        }
    }

    function test_queueInput_hasADomainOfItsOwn() external view {
        uint256 l1ChainId = vm.parseJsonUint(_json, "$.queueInput.l1ChainId");
        address settlement = vm.parseJsonAddress(_json, "$.queueInput.settlement");
        bytes32 domain = keccak256(abi.encode(keccak256("Causeway.QueueInput.v1"), l1ChainId, settlement));
        vm.assertEq(domain, _word("$.queueInput.domain"));
    }

    /// @dev What a command says, decoded and encoded again.
    function _again(SwapCommand command, bytes memory body) private pure returns (bytes memory) {
        if (command == SwapCommand.Resolve) {
            Tombstone memory named = abi.decode(body, (Tombstone));
            return abi.encode(named.source, named.swapId);
        }
        if (command == SwapCommand.Execute) return abi.encode(abi.decode(body, (SwapPreimage)));
        if (command == SwapCommand.Refundable) return abi.encode(abi.decode(body, (bytes32)));
        if (command == SwapCommand.Close) {
            (SwapPreimage memory preimage, SwapOutcome outcome, bytes memory output) =
                abi.decode(body, (SwapPreimage, SwapOutcome, bytes));
            return abi.encode(preimage, outcome, output);
        }
        (uint256 chainId, bool isFrozen) = abi.decode(body, (uint256, bool));
        return abi.encode(chainId, isFrozen);
    }

    function _word(string memory path) private view returns (bytes32) {
        return vm.parseJsonBytes32(_json, path);
    }
}
