//! What a vault is asked for, and what becomes of its refusals.

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::{Revert, SolCall, SolError, SolValue},
};
use interop_sdk::{
    Attribute, ErrorCode, InteropAddress, Quote, Tokens, TransferBuilder,
    bindings::{
        Asset, AssetKind, IAssetCustody, IAssetRules, IAssetVault, IERC20, IERC721, IInteropCenter,
        TransferRequest,
    },
};

use crate::{
    fake_chain::{GAS, GAS_PRICE},
    world::{CENTER, DESTINATION, L1, SOURCE, VAULT, World},
};

pub(crate) const TOKEN: Address = Address::with_last_byte(0x70);
pub(crate) const OWNER: Address = Address::with_last_byte(0x0a);
const RECIPIENT: Address = Address::with_last_byte(0xee);
const SHOP: Address = Address::with_last_byte(0x5e);

type ToChain = TransferBuilder<interop_sdk::ToChain>;

pub(crate) fn transfer(world: &World, tokens: Tokens) -> ToChain {
    let source = world.network.chain(SOURCE).expect("the source");
    source.transfer((DESTINATION, RECIPIENT), tokens)
}

pub(crate) fn five() -> Tokens {
    Tokens::fungible(TOKEN, U256::from(5))
}

/// A vault that takes everything.
fn willing(world: &World) {
    world
        .source
        .answer(VAULT, |_: IAssetVault::transferCall| Ok(B256::ZERO));
}

/// A vault that refuses everything.
fn refuse(world: &World, error: impl SolError) {
    let data = error.abi_encode();
    world
        .source
        .answer(VAULT, move |_: IAssetVault::transferCall| Err(data.clone()));
}

/// A token of the source with a balance of everybody, and an allowance of the vault.
pub(crate) fn erc20(world: &World, balance: u64, allowed: u64) {
    let source = &world.source;
    source.answer(TOKEN, move |_: IERC20::balanceOfCall| {
        Ok(U256::from(balance))
    });
    source.answer(TOKEN, move |call: IERC20::allowanceCall| {
        let is_asked = (call.owner, call.spender) == (OWNER, VAULT);
        Ok(U256::from(if is_asked { allowed } else { 0 }))
    });
    at_home(world, SOURCE);
}

/// Where the vault of the source takes tokens to be from.
pub(crate) fn at_home(world: &World, home: u64) {
    world
        .source
        .answer(VAULT, move |call: IAssetCustody::assetOfCall| {
            Ok(Asset {
                originChainId: U256::from(home),
                originToken: call.token,
                kind: call.kind,
            })
        });
}

#[tokio::test]
async fn the_vault_is_asked_for_exactly_that() {
    let world = World::new();
    let (id, amount) = (U256::from(3), U256::from(5));
    let one = U256::from(1);
    for (tokens, kind, token_id, amount, value) in [
        (five(), AssetKind::Fungible, U256::ZERO, amount, U256::ZERO),
        (
            Tokens::non_fungible(TOKEN, id),
            AssetKind::NonFungible,
            id,
            one,
            U256::ZERO,
        ),
        (
            Tokens::multi_token(TOKEN, id, amount),
            AssetKind::MultiToken,
            id,
            amount,
            U256::ZERO,
        ),
        (
            Tokens::base(amount),
            AssetKind::Fungible,
            U256::ZERO,
            amount,
            amount,
        ),
    ] {
        let request = transfer(&world, tokens)
            .deliver_before(1_800)
            .prepare()
            .unwrap();
        assert_eq!(request.to, Some(VAULT.into()), "{tokens}");
        assert_eq!(request.value, Some(value), "{tokens}");
        let input = request.input.input().expect("input");
        let asked = IAssetVault::transferCall::abi_decode(input).unwrap();
        let expected = TransferRequest {
            destinationChainId: U256::from(DESTINATION),
            token: tokens.address,
            kind,
            tokenId: token_id,
            amount,
            recipient: RECIPIENT,
            deliverBefore: U256::from(1_800),
        };
        assert_eq!(asked.request, expected, "{tokens}");
    }
}

#[tokio::test]
async fn what_the_vault_takes_has_a_price() {
    let world = World::new();
    willing(&world);
    let transfer = transfer(&world, five());
    let calldata = transfer.prepare().unwrap().input.input().unwrap().len();
    let quote = transfer.quote(OWNER).await.unwrap();
    let expected = Quote {
        gas: GAS,
        gas_price: GAS_PRICE.into(),
        calldata,
    };
    assert_eq!(quote, expected);
}

#[tokio::test]
async fn refusals_of_vaults_and_issuers_have_names() {
    let world = World::new();
    let (token, amount) = (TOKEN, U256::from(5));
    let chain_id = U256::from(DESTINATION);
    let refused = async || transfer(&world, five()).quote(OWNER).await.unwrap_err();

    refuse(&world, IAssetCustody::AssetCustodyPaused {});
    assert_eq!(refused().await.code(), ErrorCode::TransfersPaused);

    refuse(&world, IAssetCustody::AssetCustodyNoToken { token });
    assert_eq!(refused().await.code(), ErrorCode::NotAToken);

    // The vault expects the kind that the token has.
    let wrong = IAssetCustody::AssetCustodyWrongKind {
        token,
        expected: AssetKind::NonFungible,
        actual: AssetKind::Fungible,
    };
    refuse(&world, wrong);
    let error = refused().await;
    assert_eq!(error.code(), ErrorCode::WrongKind);
    let text = error.to_string();
    assert!(text.ends_with("is an ERC-721, not an ERC-20"), "{text}");

    refuse(
        &world,
        IAssetRules::AssetRulesRoutePaused {
            token,
            chainId: chain_id,
        },
    );
    assert_eq!(refused().await.code(), ErrorCode::RoutePaused);

    let limit = IAssetRules::AssetRulesLimitExceeded {
        token,
        chainId: chain_id,
        amount,
        available: U256::from(4),
    };
    refuse(&world, limit);
    let error = refused().await;
    assert_eq!(error.code(), ErrorCode::LimitExceeded);
    assert!(error.is_temporary());
    assert!(
        error.to_string().contains("4 may leave chain 271"),
        "{error}"
    );

    let account = RECIPIENT;
    refuse(
        &world,
        IAssetRules::AssetRulesCannotTransact { token, account },
    );
    let error = refused().await;
    assert_eq!(error.code(), ErrorCode::CannotTransact);
    assert!(error.to_string().contains(&account.to_string()), "{error}");

    let frozen = IAssetRules::AssetRulesCannotTransfer {
        token,
        from: OWNER,
        tokenId: U256::ZERO,
        amount,
    };
    refuse(&world, frozen);
    assert_eq!(refused().await.code(), ErrorCode::CannotTransfer);
}

/// Every token words its refusals in its own way.
#[tokio::test]
async fn what_the_sender_lacks_is_looked_up() {
    let world = World::new();
    refuse(&world, Revert::from("SafeMath: subtraction overflow"));
    let refused = async || transfer(&world, five()).quote(OWNER).await.unwrap_err();

    assert_eq!(refused().await.code(), ErrorCode::NotAToken, "no code");

    erc20(&world, 4, 0);
    let error = refused().await;
    assert_eq!(error.code(), ErrorCode::InsufficientBalance);
    let text = error.to_string();
    assert!(text.contains(&format!("{OWNER} has 4")), "{text}");
    assert!(text.ends_with(&format!("5 of {TOKEN}")), "{text}");

    erc20(&world, 5, 3);
    let error = refused().await;
    assert_eq!(error.code(), ErrorCode::NotApproved);
    let text = error.to_string();
    assert!(text.contains(&format!("approve({VAULT}, 5)")), "{text}");

    erc20(&world, 5, 5);
    let error = refused().await;
    assert_eq!(error.code(), ErrorCode::Reverted, "nothing is missing");
    assert!(error.to_string().contains("SafeMath"), "{error}");
}

#[tokio::test]
async fn a_token_of_somebody_else_or_of_nobody_is_too_little() {
    let world = World::new();
    refuse(&world, Revert::from("no"));
    at_home(&world, SOURCE);
    let one = Tokens::non_fungible(TOKEN, U256::from(3));
    let refused = async || transfer(&world, one).quote(OWNER).await.unwrap_err();
    world
        .source
        .answer(TOKEN, |_: IERC721::ownerOfCall| Ok(RECIPIENT));
    assert_eq!(refused().await.code(), ErrorCode::InsufficientBalance);
    world.source.answer(TOKEN, |call: IERC721::ownerOfCall| {
        let missing = IERC721::ERC721NonexistentToken {
            tokenId: call.tokenId,
        };
        Err(missing.abi_encode())
    });
    assert_eq!(refused().await.code(), ErrorCode::InsufficientBalance);
}

/// A node refuses a value that is not there before the vault sees it.
#[tokio::test]
async fn base_tokens_are_counted_too() {
    let world = World::new();
    willing(&world);
    let base = transfer(&world, Tokens::base(U256::from(5)));
    world.source.fund(OWNER, U256::from(4));
    let error = base.quote(OWNER).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::InsufficientBalance);
    assert!(error.to_string().contains("of the base token"), "{error}");
    world.source.fund(OWNER, U256::from(5));
    base.quote(OWNER).await.unwrap();
}

#[tokio::test]
async fn nothing_is_sent_where_nobody_could_follow_it() {
    let world = World::new();
    let source = world.network.chain(SOURCE).unwrap();
    for destination in [L1, 999] {
        let transfer = source.transfer((destination, RECIPIENT), five());
        let error = transfer.prepare().unwrap_err();
        assert_eq!(error.code(), ErrorCode::UnknownChain, "{destination}");
    }
    let error = transfer(&world, five())
        .send(&world.destination.provider())
        .await
        .unwrap_err();
    assert_eq!(error.code(), ErrorCode::WrongChain);
}

#[tokio::test]
async fn a_bundle_carries_tokens_in_the_words_of_the_vault() {
    let world = World::new();
    let source = world.network.chain(SOURCE).unwrap();
    let base = Tokens::base(U256::from(2));
    let before = Attribute::DeliverBefore(U256::from(9));
    let request = source
        .bundle(DESTINATION)
        .transfer(SHOP, five())
        .transfer_with(RECIPIENT, base, std::slice::from_ref(&before))
        .call(SHOP, b"buy".to_vec())
        .prepare()
        .unwrap();
    assert_eq!(request.to, Some(CENTER.into()));
    assert_eq!(request.value, Some(U256::from(2)));
    let input = request.input.input().expect("input");
    let bundle = IInteropCenter::sendBundleCall::abi_decode(input).unwrap();
    let [tokens, base, call] = bundle.calls.as_slice() else {
        panic!("{} calls", bundle.calls.len());
    };
    let to_vault = InteropAddress::new(DESTINATION, VAULT).encode();
    let words = |data: &Bytes| TransferRequest::abi_decode(data).expect("a request");

    assert_eq!(tokens.to, to_vault);
    assert_eq!(
        tokens.data.len(),
        0xe0,
        "what the vault takes for a request"
    );
    let asked = words(&tokens.data);
    assert_eq!((asked.token, asked.recipient), (TOKEN, SHOP));
    assert_eq!(asked.destinationChainId, U256::from(DESTINATION));
    let indirect = |value| Attribute::IndirectCall(U256::from(value)).encode();
    assert_eq!(tokens.callAttributes, [indirect(0)]);

    assert_eq!(base.to, to_vault);
    assert_eq!(words(&base.data).recipient, RECIPIENT);
    assert_eq!(base.callAttributes, [before.encode(), indirect(2)]);

    assert_eq!(call.to, InteropAddress::new(DESTINATION, SHOP).encode());
    assert_eq!(call.data, Bytes::from_static(b"buy"));
    assert!(call.callAttributes.is_empty());
}

/// Each part alone would do; together they are too much.
#[tokio::test]
async fn the_parts_of_a_bundle_are_counted_together() {
    let world = World::new();
    world
        .source
        .answer(CENTER, |_: IInteropCenter::sendBundleCall| {
            Err(Revert::from("no").abi_encode())
        });
    let source = world.network.chain(SOURCE).unwrap();
    let bundle = source
        .bundle(DESTINATION)
        .transfer(SHOP, five())
        .transfer(RECIPIENT, five());
    erc20(&world, 9, 10);
    let error = bundle.quote(OWNER).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::InsufficientBalance);
    erc20(&world, 10, 9);
    let error = bundle.quote(OWNER).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::NotApproved);
    erc20(&world, 10, 10);
    let error = bundle.quote(OWNER).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::Reverted);
}
