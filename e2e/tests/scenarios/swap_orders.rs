//! Swaps that banks agree on with `causeway`, and order on the command line or over HTTP: one order is one lock.

use causeway_bindings::{LockStatus, SwapOutcome};
use causeway_e2e::{
    censor::Censor,
    clock::advance,
    config::Config,
    devnet::{Devnet, port_of},
    holder::Holder,
    orders::{Counter, accept, agree, allow, id_in, only_lock, takes_orders},
    relayer::Relayer,
    swaps::{End, Market},
    wait::until,
};
use eyre::{Result, ensure};

use crate::{
    support::{LIMIT, devnet},
    swaps::{A_DAY, AN_HOUR, market, running, stop},
};

/// Pays for what people ask for on the command line.
const HELPER: &str = "erin";

/// Agreed on and locked by hand; the relayer that runs does the rest, and knows what the banks call it.
#[tokio::test(flavor = "multi_thread")]
async fn a_swap_agreed_on_the_command_line_is_exchanged_and_found_by_its_names() -> Result<()> {
    let devnet = devnet(2, "both").await?;
    let market = market(&devnet, "a", "b").await?;
    let agreed = agree(&devnet, &market, "swap.toml", A_DAY).await?;
    let counter = Counter::of(&devnet.config_path())?;
    let token = counter.token_file.display().to_string();
    let tell = ["--relayer", counter.url(), "--relayer-token", &token];
    let accepted = accept(&devnet, &agreed, &tell)
        .await?
        .require_success()?
        .json()?;
    ensure!(accepted["names"]["is_told"] == true, "{accepted}");
    let again = accept(&devnet, &agreed, &tell)
        .await?
        .require_success()?
        .json()?;
    ensure!(
        again["was_made"] == true && again["id"] == accepted["id"],
        "{again}"
    );

    let swap = only_lock(&market).await?;
    ensure!(swap.id == id_in(&accepted)?, "{accepted}");
    for query in [
        format!("uetr={}", agreed.uetr),
        "end_to_end_id=GOLD%207".to_owned(),
    ] {
        let page = counter.get(&format!("/v1/swaps?{query}")).await?.body;
        ensure!(id_in(&page["swaps"][0])? == swap.id, "{page}");
    }
    market.wait_until_closed(&swap).await?;
    market.require_settled(&swap, End::Exchanged, 0).await?;
    let place = format!("/v1/swaps/{}", agreed.uetr);
    until("the relayer has it redeemed", LIMIT, async || {
        let shown = counter.get(&place).await?.body;
        Ok(shown["explanation"]["cause"] == "redeemed")
    })
    .await?;
    devnet.stop().await
}

/// The lock does not reach the source, and the relayer is killed. Started again, it locks what it had accepted, once.
#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_locked_once_however_often_it_is_posted() -> Result<()> {
    let devnet = devnet(2, "none").await?;
    let operators = running(&devnet, "operator", 0, Ok).await?;
    let mut relayer = running(&devnet, "relay", 1, takes_orders).await?;
    let market = market(&devnet, "a", "b").await?;
    allow(&devnet, &market, 1).await?;
    let agreed = agree(&devnet, &market, "swap.toml", A_DAY).await?;
    let a = devnet.rpc(devnet.chain("a")?.id())?.to_owned();
    let censor = Censor::start(devnet.spare_port(9), port_of(&a)?).await?;
    relayer.stop().await?;
    reach_a_by(&relayer, censor.url())?;
    relayer.start_and_wait().await?;

    let counter = Counter::of(&relayer.config_path())?;
    let first = counter.order("order-7", &agreed.body).await?;
    ensure!(first.status == 202, "{first:?}");
    let again = counter.order("order-7", &agreed.body).await?;
    ensure!(again == first, "{again:?} after {first:?}");
    let mut other = agreed.body.clone();
    other["min_gas"] = 400_000.into();
    let refused = counter.order("order-7", &other).await?;
    ensure!(
        (refused.status, refused.body["code"].as_str()) == (409, Some("key_used")),
        "{refused:?}"
    );
    let taken = counter.order("order-8", &agreed.body).await?;
    ensure!(
        (taken.status, taken.body["code"].as_str()) == (409, Some("uetr_taken")),
        "{taken:?}"
    );
    until("the lock is lost", LIMIT, async || Ok(censor.lost() > 0)).await?;
    ensure!(relayer.kill().await?, "it ran");
    ensure!(market.locks().await?.is_empty(), "nothing is locked");

    reach_a_by(&relayer, a)?;
    relayer.start_and_wait().await?;
    until("it is locked", LIMIT, async || {
        Ok(!market.locks().await?.is_empty())
    })
    .await?;
    ensure!(
        counter.order("order-7", &agreed.body).await? == first,
        "the same answer"
    );
    let swap = only_lock(&market).await?;
    market.wait_until_closed(&swap).await?;
    market.require_settled(&swap, End::Exchanged, 0).await?;
    let place = first.location.unwrap_or_default();
    until("the relayer has it redeemed", LIMIT, async || {
        Ok(counter.get(&place).await?.body["stage"] == "redeemed")
    })
    .await?;
    only_lock(&market).await?;
    stop(devnet, [operators, relayer]).await
}

/// Nobody executes the swap, nor pays. A person has L1 do both, and it is exchanged.
#[tokio::test(flavor = "multi_thread")]
async fn a_swap_that_everybody_ignores_is_forced_by_hand() -> Result<()> {
    let (devnet, operators) = without_relayer().await?;
    let market = market_of(&devnet).await?;
    let agreed = agree(&devnet, &market, "swap.toml", A_DAY).await?;
    accept(&devnet, &agreed, &[]).await?.require_success()?;
    let swap = only_lock(&market).await?;
    market
        .wait(&swap, "L1 knows of it", |standing| standing.slot.isKnown)
        .await?;
    let helper = Holder::new(&devnet, HELPER)?;
    let id = swap.id.to_string();
    let force = ["swap", "force", &id, "--publish", "--signer", HELPER];
    let early = helper.command(&force).await?;
    early.require_failure(12, &["can be forced from", "in "])?;
    advance(&devnet, AN_HOUR).await?;
    helper.command(&force).await?.require_success()?;
    market
        .wait(&swap, "it is executed, for good", |standing| {
            standing.slot.outcome == SwapOutcome::Executed
        })
        .await?;
    let late = helper.command(&["swap", "cancel", &id]).await?;
    late.require_failure(12, &["was executed"])?;
    advance(&devnet, AN_HOUR).await?;
    helper.command(&force).await?.require_success()?;
    market.wait_until_closed(&swap).await?;
    market.require_settled(&swap, End::Exchanged, 0).await?;
    stop(devnet, [operators]).await
}

/// Nobody executes the swap, and no relayer cancels it: the customer does, after the deadline, and has its gold back.
#[tokio::test(flavor = "multi_thread")]
async fn a_swap_that_nobody_executed_is_cancelled_by_hand() -> Result<()> {
    let (devnet, operators) = without_relayer().await?;
    let market = market_of(&devnet).await?;
    let agreed = agree(&devnet, &market, "swap.toml", AN_HOUR / 2).await?;
    accept(&devnet, &agreed, &[]).await?.require_success()?;
    let swap = only_lock(&market).await?;
    let helper = Holder::new(&devnet, HELPER)?;
    let id = swap.id.to_string();
    let cancel = [
        "swap", "cancel", &id, "--signer", HELPER, "--output", "json",
    ];
    let early = helper.command(&cancel).await?;
    early.require_failure(12, &["can be cancelled from", "swap force"])?;
    advance(&devnet, AN_HOUR / 2 + 1).await?;
    let mut taken = Vec::new();
    until("the gold is back", LIMIT, async || {
        let said = helper.command(&cancel).await?.require_success()?.json()?;
        let steps = said["steps"].as_array().into_iter().flatten();
        taken.extend(steps.map(|made| made["step"].to_string()));
        Ok(said["is_over"] == true)
    })
    .await?;
    ensure!(taken == ["\"cancel\"", "\"refund\""], "{taken:?}");
    let standing = market.wait_until_closed(&swap).await?;
    ensure!(standing.lock == LockStatus::Refunded, "{standing:?}");
    helper.command(&cancel).await?.require_success()?;
    market.require_settled(&swap, End::Returned, 0).await?;
    stop(devnet, [operators]).await
}

async fn without_relayer() -> Result<(Devnet, Relayer)> {
    let devnet = devnet(2, "none").await?;
    let operators = running(&devnet, "operator", 0, Ok).await?;
    Ok((devnet, operators))
}

/// A market whose relayer is gone once the market is open, and coin known to the customer's chain: what L1 has it pay of an
/// asset that it has never seen would be a claim.
async fn market_of(devnet: &Devnet) -> Result<Market<'_>> {
    let mut open = running(devnet, "relay", 1, Ok).await?;
    let market = market(devnet, "a", "b").await?;
    market.coin.announce(devnet, market.source.chain_id).await?;
    open.stop().await?;
    Ok(market)
}

fn reach_a_by(relayer: &Relayer, url: String) -> Result<()> {
    let path = relayer.config_path();
    Config::read(&path)?
        .set("chains.a.rpc_urls", vec![url])?
        .write(&path)
}
