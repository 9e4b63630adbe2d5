// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {AssetTransfers} from "../../../src/libraries/AssetTransfers.sol";
import {Asset, AssetKind, AssetTransfer, AssetTransferDoesNotFit} from "../../../src/types/Assets.sol";
import {Test} from "../../base/Test.sol";

contract AssetTransfersTest is Test {
    /// @dev `AssetTransfer` as the fuzzer can draw it: it knows no enums.
    struct Draw {
        uint64 chainId;
        address token;
        uint8 kind;
        uint256 tokenId;
        uint128 amount;
        address sender;
        address recipient;
        bytes metadata;
        string tokenUri;
    }

    function encode(AssetTransfer calldata what) external pure returns (bytes memory) {
        return AssetTransfers.encode(what);
    }

    function decode(bytes calldata text) external pure returns (bool, AssetTransfer memory) {
        return AssetTransfers.decode(text);
    }

    function test_encode_isTheLayoutOfTheDocuments() external view {
        AssetTransfer memory what = _sample(AssetKind.Fungible);
        bytes memory head = abi.encodePacked(
            hex"0100",
            uint64(271),
            address(0x1111111111111111111111111111111111111111),
            uint128(5),
            address(0x2222222222222222222222222222222222222222),
            address(0x3333333333333333333333333333333333333333)
        );
        vm.assertEq(this.encode(what), bytes.concat(head, hex"0000"));
        what.metadata = hex"abcdef";
        vm.assertEq(this.encode(what), bytes.concat(head, hex"0003abcdef"));
        (what.asset.kind, what.tokenId, what.tokenUri) = (AssetKind.MultiToken, 9, "ipfs://x");
        head[1] = 0x02;
        vm.assertEq(this.encode(what), bytes.concat(head, bytes32(uint256(9)), hex"0003abcdef", "ipfs://x"));
    }

    function testFuzz_decode_givesBackWhatWasEncoded(Draw memory draw) external view {
        AssetTransfer memory what = _transferOf(draw);
        (bool canonical, AssetTransfer memory read) = this.decode(this.encode(what));
        vm.assertTrue(canonical);
        vm.assertEq(abi.encode(read), abi.encode(what));
    }

    /// @dev One spelling each: what is taken is what `encode` would write.
    function testFuzz_decode_takesOnlyWhatEncodeWrites(bytes memory text, uint8 kind, uint8 length) external view {
        if (text.length > 1) (text[0], text[1]) = (0x01, bytes1(kind % 4));
        uint256 position = kind % 4 == 0 ? 86 : 118;
        if (text.length > position + 1) (text[position], text[position + 1]) = (0x00, bytes1(length));
        (bool canonical, AssetTransfer memory read) = this.decode(text);
        if (canonical) vm.assertEq(this.encode(read), text);
    }

    function testFuzz_decode_refuses_whatIsCutOff(Draw memory draw, uint256 cut) external view {
        draw.kind = 0;
        AssetTransfer memory what = _transferOf(draw);
        bytes memory text = this.encode(what);
        _expectRefused(_resized(text, bound(cut, 0, text.length - 1)));
        what.asset.kind = AssetKind.NonFungible;
        text = this.encode(what);
        _expectRefused(_resized(text, bound(cut, 0, text.length - 1)));
    }

    function test_decode_refuses_whatIsLeftOver() external view {
        bytes memory text = this.encode(_sample(AssetKind.Fungible));
        _expectRefused(bytes.concat(text, hex"00"));
        _expectRefused(bytes.concat(text, new bytes(32)));
        _expectRefused("");
    }

    function testFuzz_decode_refuses_otherVersionsAndKinds(uint8 version, uint8 kind) external view {
        bytes memory text = this.encode(_sample(AssetKind.Fungible));
        (text[0], text[1]) = (bytes1(version), bytes1(kind));
        (bool canonical,) = this.decode(text);
        // As another kind the text lacks its token id.
        vm.assertEq(canonical, version == 1 && kind == 0);
    }

    function testFuzz_encode_reverts_whenAFieldDoesNotFit(uint256 excess) external {
        AssetTransfer memory what = _sample(AssetKind.Fungible);
        what.asset.originChainId = bound(excess, uint256(type(uint64).max) + 1, type(uint256).max);
        vm.expectRevert(AssetTransferDoesNotFit.selector);
        this.encode(what);
        what = _sample(AssetKind.Fungible);
        what.amount = bound(excess, uint256(type(uint128).max) + 1, type(uint256).max);
        vm.expectRevert(AssetTransferDoesNotFit.selector);
        this.encode(what);
        what = _sample(AssetKind.Fungible);
        what.metadata = new bytes(uint256(type(uint16).max) + 1);
        vm.expectRevert(AssetTransferDoesNotFit.selector);
        this.encode(what);
    }

    function testFuzz_packs_whatOperatorsRead(uint64 chainId, address token, uint8 kind, uint128 amount) external pure {
        AssetKind one = AssetKind(kind % 3);
        bytes29 asset = AssetTransfers.packAsset(Asset(chainId, token, one));
        vm.assertEq(abi.encodePacked(asset), abi.encodePacked(uint8(one), chainId, token));
        bytes24 movement = AssetTransfers.packMovement(chainId, amount);
        vm.assertEq(abi.encodePacked(movement), abi.encodePacked(chainId, amount));
    }

    function _expectRefused(bytes memory text) private view {
        (bool canonical,) = this.decode(text);
        vm.assertFalse(canonical);
    }

    function _sample(AssetKind kind) private pure returns (AssetTransfer memory) {
        return AssetTransfer({
            asset: Asset(271, 0x1111111111111111111111111111111111111111, kind),
            tokenId: 0,
            amount: 5,
            sender: 0x2222222222222222222222222222222222222222,
            recipient: 0x3333333333333333333333333333333333333333,
            metadata: "",
            tokenUri: ""
        });
    }

    function _transferOf(Draw memory draw) private pure returns (AssetTransfer memory what) {
        AssetKind kind = AssetKind(draw.kind % 3);
        what.asset = Asset(draw.chainId, draw.token, kind);
        (what.amount, what.sender, what.recipient) = (draw.amount, draw.sender, draw.recipient);
        what.metadata = draw.metadata;
        if (kind != AssetKind.Fungible) (what.tokenId, what.tokenUri) = (draw.tokenId, draw.tokenUri);
    }

    function _resized(bytes memory text, uint256 size) private pure returns (bytes memory shorter) {
        shorter = new bytes(size);
        for (uint256 i = 0; i < size; ++i) {
            shorter[i] = text[i];
        }
    }
}
