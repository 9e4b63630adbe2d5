//! The parts of the tour in which two banks swap. Everything after the lock is done by the coordinator.

use std::time::{Duration, Instant};

use alloy::primitives::U256;
use causeway_bindings::IBatchSettlement;
use causeway_e2e::{
    clock::advance,
    devnet::Devnet,
    swaps::{BANK, CUSTOMER, DECIMALS, End, GIVEN, Locked, Market, QUOTED, Standing},
    wait::until,
};
use eyre::Result;

use crate::{
    print,
    roles::{DOOMED, Roles},
};

const LIMIT: Duration = Duration::from_secs(120);
/// What the contracts give a chain before it is asked by L1, to answer, and to come back once it is frozen, in seconds.
const AN_HOUR: u64 = 3_600;
const A_DAY: u64 = 24 * AN_HOUR;

/// Gold of a for coin of b.
pub(crate) async fn exchange(devnet: &Devnet) -> Result<String> {
    let started = Instant::now();
    let market = open(devnet, "b", started).await?;
    let swap = lock(&market, started).await?;
    market.wait_until_closed(&swap).await?;
    print::timeline(&market.timeline(&swap).await?);
    market.require_settled(&swap, End::Exchanged, 0).await?;
    let (gold, coin) = (gold_text(), coin_text());
    print::progress(
        started.elapsed(),
        &format!("{BANK} has {gold} on b, {CUSTOMER} {coin} on a; a, b and L1 agree"),
    );
    Ok(format!("{gold} for {coin}, exactly"))
}

/// The same with a chain whose operator is killed.
pub(crate) async fn dead_operator(devnet: &Devnet, roles: &mut Roles) -> Result<String> {
    let started = Instant::now();
    let market = open(devnet, DOOMED, started).await?;
    roles.kill_operator().await?;
    print::progress(
        started.elapsed(),
        &format!("the operator of {DOOMED} is killed: it settles and imports nothing any more"),
    );
    let swap = lock(&market, started).await?;
    market
        .wait(&swap, "L1 knows of it", |standing| standing.slot.isKnown)
        .await?;
    skip(devnet, "nobody executes it", started).await?;
    let is_forced = |standing: &Standing| standing.slot.isForced;
    market.wait(&swap, "it is asked", is_forced).await?;
    print::progress(
        started.elapsed(),
        &format!("L1 asks {DOOMED} for it, through its queue"),
    );
    skip(devnet, "what L1 asked for has expired", started).await?;
    until("the chain is frozen", LIMIT, async || {
        is_frozen(devnet, &market).await
    })
    .await?;
    print::progress(started.elapsed(), &format!("L1 has frozen {DOOMED}"));
    skip(devnet, "it has not come back", started).await?;
    market.wait_until_closed(&swap).await?;
    print::timeline(&market.timeline(&swap).await?);
    market.require_settled(&swap, End::ReturnedByL1, 0).await?;
    let gold = gold_text();
    print::progress(
        started.elapsed(),
        &format!("{CUSTOMER} has {gold} on a again, {BANK} all of its coin"),
    );
    Ok(format!("{gold} are back on a, exactly"))
}

async fn open<'a>(devnet: &'a Devnet, on: &str, started: Instant) -> Result<Market<'a>> {
    let market = Market::open(devnet, &devnet.chain("a")?, &devnet.chain(on)?).await?;
    print::progress(
        started.elapsed(),
        &format!(
            "gold of {CUSTOMER} on a, coin of {BANK} on {on}, and a venue there for its quotes"
        ),
    );
    Ok(market)
}

async fn lock(market: &Market<'_>, started: Instant) -> Result<Locked> {
    let swap = market.lock(A_DAY).await?;
    print::progress(
        started.elapsed(),
        &format!(
            "{CUSTOMER} locks {} at a quote of {}: {}",
            gold_text(),
            coin_text(),
            swap.id
        ),
    );
    Ok(swap)
}

async fn skip(devnet: &Devnet, meanwhile: &str, started: Instant) -> Result<()> {
    advance(devnet, AN_HOUR).await?;
    print::progress(
        started.elapsed(),
        &format!("the clocks of all chains are put forward an hour: {meanwhile}"),
    );
    Ok(())
}

async fn is_frozen(devnet: &Devnet, market: &Market<'_>) -> Result<bool> {
    let network = devnet.network();
    let settlement =
        IBatchSettlement::new(network.l1_contracts().settlement, network.l1_provider());
    let chain = U256::from(market.destination.chain_id);
    Ok(settlement.frozenAt(chain).call().await? != 0)
}

fn gold_text() -> String {
    format!("{} gold", print::units(U256::from(GIVEN), DECIMALS))
}

fn coin_text() -> String {
    format!("{} coin", print::units(U256::from(QUOTED), DECIMALS))
}
