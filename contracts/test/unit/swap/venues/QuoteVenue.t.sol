// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IQuoteVenue} from "../../../../src/interfaces/IQuoteVenue.sol";
import {QuoteVenue} from "../../../../src/swap/venues/QuoteVenue.sol";
import {AssetKind} from "../../../../src/types/Assets.sol";
import {VenueOrder} from "../../../../src/types/Swaps.sol";
import {Quote, QuoteStatus, VenueAsset} from "../../../../src/types/Venues.sol";
import {VenueTest} from "../../../base/VenueTest.sol";
import {EtherRefuser} from "../../../mocks/EtherRefuser.sol";
import {BlacklistToken, FalseToken, FeeToken, HookedToken, SilentToken} from "../../../mocks/HostileTokens.sol";

/// @notice A bank's wallet that is a contract: signs what it was told to, or answers as it was told to.
contract ContractBank is IERC1271 {
    bytes32 private _signed;
    bytes private _answer;

    function allow(IERC20 token, address spender, bytes32 signed) external {
        token.approve(spender, type(uint256).max);
        _signed = signed;
    }

    function answerWith(bytes calldata answer) external {
        _answer = answer;
    }

    function isValidSignature(bytes32 hash, bytes calldata) external view returns (bytes4) {
        bytes memory answer = _answer;
        if (answer.length == 0) return hash == _signed ? IERC1271.isValidSignature.selector : bytes4(0);
        assembly {
            return(add(answer, 0x20), mload(answer))
        }
    }
}

contract QuoteVenueTest is VenueTest {
    uint256 private constant CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    QuoteVenue private _venue;
    Account private _bank;
    Quote private _quote;
    address private _vaultOfBank = makeAddr("recipient");

    function setUp() public override {
        super.setUp();
        _venue = new QuoteVenue(address(swap));
        _bank = makeAccount("bank");
        dollars.mint(_bank.addr, 1_000);
        vm.prank(_bank.addr);
        dollars.approve(address(_venue), type(uint256).max);
        _quote = Quote({
            bank: _bank.addr,
            takerChainId: SOURCE,
            taker: alice,
            tokenIn: address(gold),
            kindIn: AssetKind.Fungible,
            tokenIdIn: 0,
            amountIn: 100,
            tokenOut: address(dollars),
            amountOut: 45,
            recipient: _vaultOfBank,
            expiry: NOW + 10,
            epoch: 0,
            nonce: 300
        });
    }

    function test_constructor_reverts_whenSwapIsZero() external {
        vm.expectRevert(IQuoteVenue.QuoteVenueZeroAddress.selector);
        new QuoteVenue(address(0));
    }

    function test_execute_paysBothSides() external {
        VenueOrder memory order = _order();
        vm.expectEmit(address(_venue));
        emit IQuoteVenue.QuoteTaken(_bank.addr, 300, SWAP_ID, _venue.hashOf(_quote));
        vm.assertEq(swap.run(_venue, order), 45);
        vm.assertEq(gold.balanceOf(_vaultOfBank), 100);
        vm.assertEq(dollars.balanceOf(_bank.addr), 955);
        vm.assertEq(gold.balanceOf(address(_venue)) + dollars.balanceOf(address(_venue)), 0);
        vm.assertTrue(_venue.isUsed(_bank.addr, 300));
        vm.assertFalse(_venue.isUsed(_bank.addr, 301));
    }

    /// @dev The hash by hand, from the words of EIP-712.
    function test_hashOf_isTheTypedDataHash() external view {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Causeway QuoteVenue"),
                keccak256("1"),
                block.chainid,
                address(_venue)
            )
        );
        bytes32 typeHash = keccak256(
            "Quote(address bank,uint256 takerChainId,address taker,address tokenIn,uint8 kindIn,uint256 tokenIdIn,uint256 amountIn,address tokenOut,uint256 amountOut,address recipient,uint64 expiry,uint256 epoch,uint256 nonce)"
        );
        bytes memory first = abi.encode(
            typeHash, _quote.bank, _quote.takerChainId, _quote.taker, _quote.tokenIn, uint8(_quote.kindIn), uint256(0)
        );
        bytes memory second = abi.encode(
            _quote.amountIn,
            _quote.tokenOut,
            _quote.amountOut,
            _quote.recipient,
            _quote.expiry,
            uint256(0),
            uint256(300)
        );
        bytes32 content = keccak256(bytes.concat(first, second));
        vm.assertEq(_venue.hashOf(_quote), keccak256(abi.encodePacked(hex"1901", domain, content)));
    }

    function test_execute_takesEveryKindOfInput() external {
        (_quote.tokenIn, _quote.amountIn) = (BASE, 60);
        swap.run(_venue, _order());
        vm.assertEq(_vaultOfBank.balance, 60);
        (_quote.tokenIn, _quote.kindIn, _quote.tokenIdIn) = (address(deeds), AssetKind.NonFungible, DEED);
        (_quote.amountIn, _quote.nonce) = (1, 1);
        swap.run(_venue, _order());
        vm.assertEq(deeds.ownerOf(DEED), _vaultOfBank);
        (_quote.tokenIn, _quote.kindIn, _quote.tokenIdIn) = (address(coins), AssetKind.MultiToken, COIN);
        (_quote.amountIn, _quote.nonce) = (20, 2);
        swap.run(_venue, _order());
        vm.assertEq(coins.balanceOf(_vaultOfBank, COIN), 20);
    }

    function test_execute_reverts_whenCallerIsNotTheSwap() external {
        VenueOrder memory order = _order();
        vm.expectRevert(abi.encodeWithSelector(IQuoteVenue.QuoteVenueNotSwap.selector, stranger, address(swap)));
        vm.prank(stranger);
        _venue.execute(order);
    }

    function test_ATK40_execute_takesAQuoteOnce() external {
        swap.run(_venue, _order());
        _expectRefused(QuoteStatus.Used);
        // Another nonce of the same word is not touched.
        _quote.nonce = 301;
        swap.run(_venue, _order());
    }

    function test_cancel_voidsTheNonce() external {
        vm.expectEmit(address(_venue));
        emit IQuoteVenue.QuoteCancelled(_bank.addr, 300);
        vm.prank(_bank.addr);
        _venue.cancel(300);
        _expectRefused(QuoteStatus.Used);
    }

    function test_cancel_ofAnotherAccount_hasNoEffect() external {
        vm.startPrank(stranger);
        _venue.cancel(300);
        _venue.revokeAll();
        vm.stopPrank();
        swap.run(_venue, _order());
    }

    function test_revokeAll_voidsWhatWasSignedBefore() external {
        vm.expectEmit(address(_venue));
        emit IQuoteVenue.QuotesRevoked(_bank.addr, 1);
        vm.prank(_bank.addr);
        vm.assertEq(_venue.revokeAll(), 1);
        _expectRefused(QuoteStatus.Revoked);
        _quote.epoch = 1;
        swap.run(_venue, _order());
    }

    function test_execute_untilTheExpiry() external {
        vm.warp(_quote.expiry + 1);
        _expectRefused(QuoteStatus.Expired);
        vm.warp(_quote.expiry);
        swap.run(_venue, _order());
    }

    function test_execute_reverts_whenUnfunded() external {
        vm.prank(_bank.addr);
        dollars.approve(address(_venue), 44);
        _expectRefused(QuoteStatus.Unfunded);
        vm.startPrank(_bank.addr);
        dollars.approve(address(_venue), 45);
        dollars.transfer(stranger, 956);
        vm.stopPrank();
        _expectRefused(QuoteStatus.Unfunded);
        dollars.mint(_bank.addr, 1);
        swap.run(_venue, _order());
    }

    function test_check_saysUnfunded_whenThereIsNoToken() external {
        _quote.tokenOut = stranger;
        vm.assertEq(uint8(_venue.check(_quote, _sign())), uint8(QuoteStatus.Unfunded));
    }

    function test_execute_reverts_whenMalformed() external {
        address[3] memory recipients = [address(0), address(_venue), address(swap)];
        for (uint256 i = 0; i < 3; ++i) {
            _quote.recipient = recipients[i];
            _expectRefused(QuoteStatus.Malformed);
        }
        _quote.recipient = _vaultOfBank;
        _quote.amountOut = 0;
        VenueOrder memory order = _order();
        order.minAmountOut = 0;
        _expectRefused(order, QuoteStatus.Malformed);
        (_quote.amountOut, _quote.amountIn) = (45, 0);
        _expectRefused(QuoteStatus.Malformed);
    }

    function test_execute_reverts_whenTakerIsAnother() external {
        VenueOrder memory order = _order();
        order.sender = bob;
        _expectNotTaker(order);
        order = _order();
        order.sourceChainId = SOURCE + 1;
        _expectNotTaker(order);
        // Without a taker anyone is; without a chain, from anywhere.
        _quote.taker = address(0);
        order = _order();
        order.sender = bob;
        swap.run(_venue, order);
        (_quote.takerChainId, _quote.nonce) = (0, 1);
        order = _order();
        (order.sender, order.sourceChainId) = (bob, 99);
        swap.run(_venue, order);
    }

    function test_execute_reverts_whenCounterpartyIsAnother() external {
        VenueOrder memory order = _order();
        order.counterparty = bob;
        vm.expectRevert(abi.encodeWithSelector(IQuoteVenue.QuoteVenueWrongCounterparty.selector, _bank.addr, bob));
        swap.run(_venue, order);
        order.counterparty = _bank.addr;
        swap.run(_venue, order);
    }

    /// @dev No part of a quote can be taken: not less, and not more.
    function test_execute_reverts_whenInputIsAnother() external {
        coins.mint(address(swap), 8, 500);
        VenueAsset[4] memory others = [
            VenueAsset(address(gold), AssetKind.Fungible, 0, 99),
            VenueAsset(address(gold), AssetKind.Fungible, 0, 101),
            VenueAsset(BASE, AssetKind.Fungible, 0, 100),
            VenueAsset(address(coins), AssetKind.MultiToken, COIN, 100)
        ];
        for (uint256 i = 0; i < 4; ++i) {
            VenueOrder memory order = _order();
            setInput(order, others[i]);
            _expectWrongInput(order);
        }
        (_quote.tokenIn, _quote.kindIn, _quote.tokenIdIn) = (address(coins), AssetKind.MultiToken, COIN);
        VenueOrder memory other = _order();
        other.tokenIdIn = 8;
        _expectWrongInput(other);
    }

    function test_execute_reverts_whenOutputIsAnother() external {
        VenueOrder memory order = _order();
        order.tokenOut = address(gold);
        bytes memory reason = abi.encodeWithSelector(IQuoteVenue.QuoteVenueWrongOutput.selector, _venue.hashOf(_quote));
        vm.expectRevert(reason);
        swap.run(_venue, order);
        order = _order();
        order.kindOut = AssetKind.MultiToken;
        order.tokenOut = address(coins);
        vm.expectRevert(reason);
        swap.run(_venue, order);
    }

    function test_execute_reverts_whenItGivesTooLittle() external {
        VenueOrder memory order = _order();
        order.minAmountOut = 46;
        vm.expectRevert(abi.encodeWithSelector(IQuoteVenue.QuoteVenueTooLittle.selector, 45, 46));
        swap.run(_venue, order);
        order.minAmountOut = 45;
        swap.run(_venue, order);
    }

    function test_ATK35_execute_reverts_whenRecipientIsNotPaid() external {
        _quote.recipient = address(new EtherRefuser());
        (_quote.tokenIn, _quote.amountIn) = (BASE, 60);
        VenueOrder memory order = _order();
        _expectNotExact(order, BASE, _quote.recipient, 60, 0);
    }

    function test_ATK35_execute_reverts_whenTokensTakeFees() external {
        FeeToken fee = new FeeToken(address(swap));
        _quote.tokenIn = address(fee);
        VenueOrder memory order = _order();
        vm.prank(address(swap));
        fee.transfer(address(_venue), 100);
        fee.turn(true);
        bytes memory reason =
            abi.encodeWithSelector(IQuoteVenue.QuoteVenueNotExact.selector, address(fee), _vaultOfBank, 100, 90);
        vm.expectRevert(reason);
        swap.runWithoutInput(_venue, order);

        FeeToken feeOut = new FeeToken(_bank.addr);
        vm.prank(_bank.addr);
        feeOut.approve(address(_venue), 45);
        feeOut.turn(true);
        (_quote.tokenIn, _quote.tokenOut) = (address(gold), address(feeOut));
        order = _order();
        _expectNotExact(order, address(feeOut), address(swap), 45, 41);
    }

    function test_ATK35_execute_handlesTokensThatAnswerOddly() external {
        SilentToken silent = new SilentToken(_bank.addr);
        vm.prank(_bank.addr);
        silent.approve(address(_venue), 45);
        _quote.tokenOut = address(silent);
        swap.run(_venue, _order());
        vm.assertEq(silent.balanceOf(address(swap)), 45);

        FalseToken liar = new FalseToken(_bank.addr);
        vm.prank(_bank.addr);
        liar.approve(address(_venue), 45);
        liar.turn(true);
        (_quote.tokenOut, _quote.nonce) = (address(liar), 1);
        VenueOrder memory order = _order();
        vm.expectRevert(abi.encodeWithSignature("SafeERC20FailedOperation(address)", address(liar)));
        swap.run(_venue, order);
    }

    function test_ATK35_execute_reverts_whenTheBankIsBlacklisted() external {
        BlacklistToken token = new BlacklistToken(_bank.addr);
        vm.prank(_bank.addr);
        token.approve(address(_venue), 45);
        token.list(_bank.addr, true);
        _quote.tokenOut = address(token);
        VenueOrder memory order = _order();
        vm.expectRevert(abi.encodeWithSelector(BlacklistToken.BlacklistTokenListed.selector, _bank.addr));
        swap.run(_venue, order);
    }

    function test_ATK39_execute_cannotBeReentered() external {
        HookedToken hooked = new HookedToken(_bank.addr);
        vm.prank(_bank.addr);
        hooked.approve(address(_venue), 90);
        _quote.tokenOut = address(hooked);
        VenueOrder memory order = _order();
        hooked.hook(address(swap), abi.encodeCall(swap.run, (_venue, order)));
        hooked.turn(true);
        swap.run(_venue, order);
        vm.assertEq(hooked.successes(), 0);
        vm.assertEq(hooked.calls(), 2);
        vm.assertEq(hooked.lastAnswer(), abi.encodeWithSignature("ReentrancyGuardReentrantCall()"));
        vm.assertTrue(_venue.isUsed(_bank.addr, _quote.nonce));
    }

    /// @dev The allowance pays what its owner signed, to the swap contract, and nothing else.
    function test_ATK22_allowance_paysSignedQuotesOnly() external {
        _bank = makeAccount("attacker");
        Quote memory forged = _quote;
        VenueOrder memory order = goldForDollars(abi.encode(forged, signDigest(_bank.key, _venue.hashOf(forged))));
        _expectRefused(order, QuoteStatus.Unsigned);
        // The attacker's own signature spends the attacker's own allowance, which is none.
        _quote.bank = _bank.addr;
        _expectRefused(QuoteStatus.Unfunded);
        vm.assertEq(dollars.balanceOf(forged.bank), 1_000);
    }

    function testFuzz_ATK55_execute_refusesEveryChangedQuote(uint8 field, uint256 value) external view {
        bytes memory signature = _sign();
        Quote memory changed = _change(_quote, field % 12, value);
        vm.assume(keccak256(abi.encode(changed)) != keccak256(abi.encode(_quote)));
        vm.assertNotEq(uint8(_venue.check(changed, signature)), uint8(QuoteStatus.Good));
        vm.assertEq(uint8(_venue.check(_quote, signature)), uint8(QuoteStatus.Good));
    }

    function test_ATK55_execute_refusesHighS() external {
        bytes memory signature = _sign();
        (bytes32 r, bytes32 s) = abi.decode(signature, (bytes32, bytes32));
        uint8 v = uint8(signature[64]) == 27 ? 28 : 27;
        bytes32 high = bytes32(CURVE_ORDER - uint256(s));
        vm.assertEq(ecrecover(_venue.hashOf(_quote), v, r, high), _bank.addr);
        _expectUnsigned(abi.encodePacked(r, high, v));
    }

    function testFuzz_ATK55_execute_refusesAnyOtherV(uint8 v) external {
        bytes memory signature = _sign();
        vm.assume(v != uint8(signature[64]));
        signature[64] = bytes1(v);
        _expectUnsigned(signature);
    }

    function test_ATK55_execute_refusesCompactSignatures() external {
        (bytes32 r, bytes32 vs) = vm.signCompact(_bank.key, _venue.hashOf(_quote));
        _expectUnsigned(abi.encodePacked(r, vs));
    }

    function testFuzz_ATK55_execute_refusesZeroSigner(bytes32 r, bytes32 s) external {
        _quote.bank = address(0);
        _expectUnsigned(abi.encodePacked(r, s, uint8(0)));
        _expectUnsigned("");
    }

    function test_ATK55_execute_refusesAnotherDeployment() external {
        QuoteVenue twin = new QuoteVenue(address(swap));
        vm.assertEq(uint8(twin.check(_quote, _sign())), uint8(QuoteStatus.Unsigned));
        bytes memory signature = _sign();
        vm.chainId(block.chainid + 1);
        vm.assertEq(uint8(_venue.check(_quote, signature)), uint8(QuoteStatus.Unsigned));
    }

    function test_execute_takesTheWordOfAContract() external {
        ContractBank bank = _contractBank();
        bank.allow(dollars, address(_venue), _venue.hashOf(_quote));
        vm.assertEq(swap.run(_venue, goldForDollars(abi.encode(_quote, bytes("any")))), 45);
        _quote.nonce = 1;
        _expectRefused(goldForDollars(abi.encode(_quote, bytes("any"))), QuoteStatus.Unsigned);
    }

    function test_ATK55_execute_refusesGarbageOfAContract() external {
        ContractBank bank = _contractBank();
        bank.allow(dollars, address(_venue), 0);
        bytes4 magic = IERC1271.isValidSignature.selector;
        bytes[4] memory answers =
            [abi.encodePacked(magic), bytes.concat(magic, new bytes(27), hex"01"), abi.encode(1), new bytes(10_000)];
        for (uint256 i = 0; i < 4; ++i) {
            bank.answerWith(answers[i]);
            _expectUnsigned("any");
        }
        bank.answerWith(abi.encode(magic));
        vm.assertEq(uint8(_venue.check(_quote, "any")), uint8(QuoteStatus.Good));
    }

    function _contractBank() private returns (ContractBank bank) {
        bank = new ContractBank();
        dollars.mint(address(bank), 45);
        _quote.bank = address(bank);
    }

    function _sign() private view returns (bytes memory) {
        return signDigest(_bank.key, _venue.hashOf(_quote));
    }

    function _order() private view returns (VenueOrder memory order) {
        order = goldForDollars(abi.encode(_quote, _sign()));
        setInput(order, VenueAsset(_quote.tokenIn, _quote.kindIn, _quote.tokenIdIn, _quote.amountIn));
        order.tokenOut = _quote.tokenOut;
    }

    function _expectUnsigned(bytes memory signature) private {
        VenueOrder memory order = _order();
        order.data = abi.encode(_quote, signature);
        _expectRefused(order, QuoteStatus.Unsigned);
    }

    function _expectRefused(QuoteStatus status) private {
        vm.assertEq(uint8(_venue.check(_quote, _sign())), uint8(status));
        _expectRefused(_order(), status);
    }

    function _expectRefused(VenueOrder memory order, QuoteStatus status) private {
        (Quote memory quote,) = abi.decode(order.data, (Quote, bytes));
        bytes32 quoteHash = _venue.hashOf(quote);
        vm.expectRevert(abi.encodeWithSelector(IQuoteVenue.QuoteVenueRefused.selector, quoteHash, status));
        swap.run(_venue, order);
    }

    function _expectWrongInput(VenueOrder memory order) private {
        vm.expectRevert(abi.encodeWithSelector(IQuoteVenue.QuoteVenueWrongInput.selector, _venue.hashOf(_quote)));
        swap.run(_venue, order);
    }

    function _expectNotTaker(VenueOrder memory order) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IQuoteVenue.QuoteVenueNotTaker.selector, SOURCE, alice, order.sourceChainId, order.sender
            )
        );
        swap.run(_venue, order);
    }

    function _expectNotExact(VenueOrder memory order, address token, address to, uint256 amount, uint256 arrived)
        private
    {
        vm.expectRevert(abi.encodeWithSelector(IQuoteVenue.QuoteVenueNotExact.selector, token, to, amount, arrived));
        swap.run(_venue, order);
    }

    function _change(Quote memory quote, uint256 field, uint256 value) private pure returns (Quote memory changed) {
        changed = abi.decode(abi.encode(quote), (Quote));
        address account = address(uint160(value));
        if (field == 0) changed.bank = account;
        if (field == 1) changed.takerChainId = value;
        if (field == 2) changed.taker = account;
        if (field == 3) changed.tokenIn = account;
        if (field == 4) changed.kindIn = AssetKind(value % 3);
        if (field == 5) changed.tokenIdIn = value;
        if (field == 6) changed.amountIn = value;
        if (field == 7) changed.amountOut = value;
        if (field == 8) changed.recipient = account;
        if (field == 9) changed.expiry = uint64(value);
        if (field == 10) changed.epoch = value;
        if (field == 11) changed.nonce = value;
    }
}
