//! What is locked could be executed at that moment, whatever the venue is: otherwise `swap accept` refuses, and nothing is locked.

use alloy::{
    primitives::{Bytes, U256},
    sol_types::SolValue,
};
use causeway_bindings::LockStatus;
use causeway_e2e::{
    devnet::Devnet,
    orders::{Agreed, At, Counter, accept, allow, only_lock, propose, takes_orders},
    swaps::{CUSTOMER, DECIMALS, Desk, GIVEN, Market, QUOTED},
    tokens::Token,
};
use eyre::{Result, ensure};

use crate::{
    support::devnet,
    swaps::{A_DAY, market, running, stop},
};

/// Exit code of a check that failed.
const REFUSED: i32 = 12;

/// The pool would give too little, and the gold stays where it is. The bank adds to it, and the same terms are exchanged.
#[tokio::test(flavor = "multi_thread")]
async fn a_pool_is_taken_once_it_is_deep_enough() -> Result<()> {
    let devnet = devnet(2, "both").await?;
    let market = market(&devnet, "a", "b").await?;
    market.send_gold(100).await?;
    let pool = market.open_pool().await?;
    market.fill_pool(pool, GIVEN / 3).await?;
    let at = At::other(&market, pool, Bytes::new());
    let agreed = propose(&devnet, &market, "pool.toml", A_DAY, at).await?;
    let gives = "inventory: the pool would give 133";
    require_refused(&devnet, &market, &agreed, &[gives, "a deeper pool"]).await?;
    market.fill_pool(pool, GIVEN).await?;
    require_exchanged(&devnet, &market, &agreed).await?;
    devnet.stop().await
}

/// The bank has agreed, and not locked its side. It does, and the same terms are exchanged; nothing can be locked for them again.
#[tokio::test(flavor = "multi_thread")]
async fn a_trade_is_taken_once_its_other_side_is_locked() -> Result<()> {
    let devnet = devnet(2, "both").await?;
    let market = market(&devnet, "a", "b").await?;
    let desk = Desk::open(&market).await?;
    let agreement = desk.terms(2 * A_DAY).await?;
    let told = |data: Vec<u8>| At::other(&market, desk.venue(), data.into());
    let at = told(agreement.abi_encode());
    let agreed = propose(&devnet, &market, "trade.toml", A_DAY, at.clone()).await?;
    let words = ["agreement: the venue calls the agreement not locked"];
    require_refused(&devnet, &market, &agreed, &words).await?;

    let mut dearer = agreement.clone();
    dearer.given.amount += U256::ONE;
    desk.agree_on(dearer.clone()).await?;
    let other = told(dearer.abi_encode());
    let other = propose(&devnet, &market, "dearer.toml", A_DAY, other).await?;
    let words = ["other_agreement: ", "given.amount is not what is given"];
    require_refused(&devnet, &market, &other, &words).await?;

    desk.agree_on(agreement).await?;
    require_exchanged(&devnet, &market, &agreed).await?;
    let again = propose(&devnet, &market, "again.toml", A_DAY, at).await?;
    let ended = accept(&devnet, &again, &[]).await?;
    let words = "agreement: the venue calls the agreement executed";
    ended.require_failure(REFUSED, &[words])?;
    devnet.stop().await
}

/// Of a venue that says nothing of what it has, the execution is tried: with an asset, too, that the destination has never
/// seen. A relayer that takes orders tries the same.
#[tokio::test(flavor = "multi_thread")]
async fn any_other_venue_is_tried_before_anything_is_locked() -> Result<()> {
    let devnet = devnet(2, "none").await?;
    let operators = running(&devnet, "operator", 0, Ok).await?;
    let relayer = running(&devnet, "relay", 1, takes_orders).await?;
    let market = market(&devnet, "a", "b").await?;
    allow(&devnet, &market, 1).await?;
    let stingy = market.open_fixed(QUOTED - 1).await?;
    market.pay_coin(stingy, QUOTED - 1).await?;
    let at = At::other(&market, stingy, Bytes::new());
    let agreed = propose(&devnet, &market, "stingy.toml", A_DAY, at).await?;
    let words = ["execution: executing it on chain", "AtomicSwapTooLittle"];
    require_refused(&devnet, &market, &agreed, &words).await?;
    let counter = Counter::of(&relayer.config_path())?;
    let refused = counter.order("order-1", &agreed.body).await?;
    let reason = refused.body["reasons"][0]["reason"].as_str();
    ensure!(
        (refused.status, reason) == (422, Some("execution")),
        "{refused:?}"
    );

    let fixed = market.open_fixed(QUOTED).await?;
    let silver = Token::erc20(
        &devnet,
        CUSTOMER,
        market.source.chain_id,
        ["Silver", "SLV"],
        DECIMALS,
    );
    let silver = silver.await?;
    let customer = devnet.signer(CUSTOMER)?.address();
    silver.mint(customer, U256::from(GIVEN)).await?;
    let at = At {
        give: silver.address(),
        ..At::other(&market, fixed, Bytes::new())
    };
    let agreed = propose(&devnet, &market, "fixed.toml", A_DAY, at).await?;
    let words = ["execution: ", "the venue reverted"];
    require_refused(&devnet, &market, &agreed, &words).await?;
    market.pay_coin(fixed, QUOTED).await?;
    accept(&devnet, &agreed, &["--dry-run"])
        .await?
        .require_success()?;
    require_exchanged(&devnet, &market, &agreed).await?;
    stop(devnet, [operators, relayer]).await
}

/// Neither is anything locked, nor is the vault allowed anything.
async fn require_refused(
    devnet: &Devnet,
    market: &Market<'_>,
    agreed: &Agreed,
    words: &[&str],
) -> Result<()> {
    let ended = accept(devnet, agreed, &[]).await?;
    ended.require_failure(REFUSED, words)?;
    ensure!(market.locks().await?.is_empty(), "nothing is locked");
    Ok(())
}

async fn require_exchanged(devnet: &Devnet, market: &Market<'_>, agreed: &Agreed) -> Result<()> {
    accept(devnet, agreed, &[]).await?.require_success()?;
    let swap = only_lock(market).await?;
    let standing = market.wait_until_closed(&swap).await?;
    ensure!(standing.lock == LockStatus::Redeemed, "{standing:?}");
    Ok(())
}
