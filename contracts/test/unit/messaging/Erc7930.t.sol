// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {InteroperableAddress} from "@openzeppelin/contracts/utils/draft-InteroperableAddress.sol";

import {Erc7930} from "../../../src/libraries/Erc7930.sol";
import {Test} from "../../base/Test.sol";

contract Erc7930Test is Test {
    function testFuzz_format_equalsOpenZeppelin(uint256 chainId, address account) external pure {
        chainId = bound(chainId, 1, type(uint256).max);
        vm.assertEq(Erc7930.format(chainId, account), InteroperableAddress.formatEvmV1(chainId, account));
        vm.assertEq(Erc7930.format(0, account), InteroperableAddress.formatEvmV1(account));
    }

    /// @dev Every length of chain id, which a uniform fuzzer would hardly find.
    function testFuzz_format_equalsOpenZeppelin_forEveryLength(uint256 seed, address account) external view {
        for (uint256 bits = 1; bits <= 256; ++bits) {
            uint256 chainId = (seed >> (256 - bits)) | (1 << (bits - 1));
            vm.assertEq(Erc7930.format(chainId, account), InteroperableAddress.formatEvmV1(chainId, account));
            _expect(Erc7930.format(chainId, account), Erc7930.Kind.ChainAndAccount, chainId, account);
            _expect(InteroperableAddress.formatEvmV1(chainId), Erc7930.Kind.Chain, chainId, address(0));
        }
    }

    function testFuzz_format_staysInItsOwnMemory(uint256 chainId, address account, bytes calldata next) external pure {
        bytes memory spelling = Erc7930.format(chainId, account);
        bytes32 before = keccak256(spelling);
        bytes memory copy = next;
        vm.assertEq(copy, next);
        vm.assertEq(keccak256(spelling), before);
    }

    function testFuzz_parse_readsAccountWithoutChain(address account) external view {
        _expect(Erc7930.format(0, account), Erc7930.Kind.Account, 0, account);
    }

    function testFuzz_parse_refuses_whenBytesAreLeftOver(uint256 chainId, address account, bytes calldata tail)
        external
        view
    {
        vm.assume(tail.length != 0);
        _refuse(bytes.concat(Erc7930.format(chainId, account), tail));
    }

    function testFuzz_parse_refuses_whenCutShort(uint256 chainId, address account, uint256 length) external view {
        bytes memory spelling = Erc7930.format(chainId, account);
        length = bound(length, 0, spelling.length - 1);
        _refuse(_slice(spelling, length));
    }

    function testFuzz_parse_refuses_whenChainHasLeadingZero(uint256 chainId, address account) external view {
        chainId = bound(chainId, 0, type(uint248).max);
        bytes memory chain = bytes.concat(hex"00", _minimal(chainId));
        _refuse(InteroperableAddress.formatV1(0x0000, chain, abi.encodePacked(account)));
        _refuse(InteroperableAddress.formatV1(0x0000, chain, ""));
    }

    function testFuzz_parse_refuses_whenChainIsLongerThanAWord(bytes calldata chain, address account) external view {
        vm.assume(chain.length > 32 && chain.length < 256 && chain[0] != 0);
        _refuse(InteroperableAddress.formatV1(0x0000, chain, abi.encodePacked(account)));
    }

    function testFuzz_parse_refuses_whenAccountIsNot20Bytes(uint256 chainId, bytes calldata account) external view {
        vm.assume(account.length != 20 && account.length != 0 && account.length < 256);
        _refuse(InteroperableAddress.formatV1(0x0000, _minimal(bound(chainId, 1, type(uint256).max)), account));
    }

    function testFuzz_parse_refuses_whenVersionOrChainTypeDiffers(uint32 prefix, uint256 chainId, address account)
        external
        view
    {
        vm.assume(prefix != 0x00010000);
        bytes memory spelling = Erc7930.format(chainId, account);
        for (uint256 i = 0; i < 4; ++i) {
            spelling[i] = bytes4(prefix)[i];
        }
        _refuse(spelling);
    }

    function test_parse_refuses_whenThereIsNeitherChainNorAccount() external view {
        _refuse(hex"000100000000");
        _refuse("");
    }

    /// @dev What ours takes, OpenZeppelin reads the same way, and there is no second spelling of it.
    function testFuzz_parse_takesOnlyTheCanonicalSpelling(bytes calldata spelling) external pure {
        _requireCanonical(spelling);
    }

    /// @dev The same, near valid spellings.
    function testFuzz_parse_takesOnlyTheCanonicalSpelling_whenOneByteChanges(
        uint256 chainId,
        address account,
        uint256 index,
        bytes1 change
    ) external view {
        bytes memory spelling = Erc7930.format(chainId, account);
        spelling[bound(index, 0, spelling.length - 1)] ^= change;
        this.requireCanonical(spelling);
    }

    function requireCanonical(bytes calldata spelling) external pure {
        _requireCanonical(spelling);
    }

    function parse(bytes calldata spelling) external pure returns (Erc7930.Kind, uint256, address) {
        return Erc7930.parse(spelling);
    }

    function _requireCanonical(bytes calldata spelling) private pure {
        (Erc7930.Kind kind, uint256 chainId, address account) = Erc7930.parse(spelling);
        if (kind == Erc7930.Kind.Malformed) return;
        (bool known, uint256 theirChain, address theirAccount) = InteroperableAddress.tryParseEvmV1Calldata(spelling);
        vm.assertTrue(known);
        vm.assertEq(chainId, theirChain);
        vm.assertEq(account, theirAccount);
        if (kind == Erc7930.Kind.Chain) vm.assertEq(spelling, InteroperableAddress.formatEvmV1(chainId));
        else vm.assertEq(spelling, Erc7930.format(chainId, account));
    }

    function _expect(bytes memory spelling, Erc7930.Kind kind, uint256 chainId, address account) private view {
        (Erc7930.Kind k, uint256 c, address a) = this.parse(spelling);
        vm.assertEq(uint256(k), uint256(kind));
        vm.assertEq(c, chainId);
        vm.assertEq(a, account);
    }

    function _refuse(bytes memory spelling) private view {
        (Erc7930.Kind kind,,) = this.parse(spelling);
        vm.assertEq(uint256(kind), uint256(Erc7930.Kind.Malformed));
    }

    /// @dev Big-endian without leading zeros.
    function _minimal(uint256 value) private pure returns (bytes memory chain) {
        while (value != 0) {
            chain = bytes.concat(bytes32(value)[31], chain);
            value >>= 8;
        }
    }

    function _slice(bytes memory data, uint256 length) private pure returns (bytes memory head) {
        head = new bytes(length);
        for (uint256 i = 0; i < length; ++i) {
            head[i] = data[i];
        }
    }
}
