//! Two banks swap, with whatever may go wrong, and it ends in the exact exchange or in a full return. Hours that the
//! contracts give a chain are skipped: the clocks of all chains are advanced.

use alloy::{
    primitives::U256,
    providers::{Provider, ext::AnvilApi},
    sol_types::SolError,
};
use causeway_bindings::{IAtomicSwap, IBatchSettlement, IPriorityQueue, LockStatus, SwapOutcome};
use causeway_e2e::{
    censor::Censor,
    clock::advance,
    config::Config,
    devnet::{Devnet, port_of},
    holder::Holder,
    relayer::Relayer,
    swaps::{BANK, End, Locked, Market, QUOTED},
    wait::until,
};
use eyre::{Result, ensure};
use serde_json::Value;

use crate::support::{LIMIT, devnet, executed_head};

/// What the contracts give a chain before it is forced, before its queue expires, and to come back, in seconds.
pub(crate) const AN_HOUR: u64 = 3_600;
/// More than all of these together: whatever goes wrong, the deadline is not what ends the swap.
pub(crate) const A_DAY: u64 = 24 * AN_HOUR;

/// The customer locks; the rest is done by the coordinator.
#[tokio::test(flavor = "multi_thread")]
async fn a_swap_is_executed_and_redeemed_by_the_coordinator() -> Result<()> {
    let devnet = devnet(2, "both").await?;
    let market = market(&devnet, "a", "b").await?;
    let swap = market.lock(A_DAY).await?;
    market.wait_until_closed(&swap).await?;
    market.require_settled(&swap, End::Exchanged, 0).await?;
    devnet.stop().await
}

/// A venue that gives one unit too little is refused, again and again; past the deadline the gold is back.
#[tokio::test(flavor = "multi_thread")]
async fn what_returns_too_little_is_refunded() -> Result<()> {
    let devnet = devnet(2, "none").await?;
    let relayer = running(&devnet, "both", 0, Ok).await?;
    let market = market(&devnet, "a", "b").await?;
    let too_little = QUOTED - 1;
    let swap = market.lock_for(too_little, AN_HOUR / 2).await?;
    until("the coordinator is refused", LIMIT, async || {
        let waits = status(&relayer, &swap).await?["waits_for"].to_string();
        Ok(waits.contains("execute") && waits.contains("TooLittle"))
    })
    .await?;
    let standing = market.standing(&swap).await?;
    ensure!(standing.outcome == SwapOutcome::Pending, "{standing:?}");
    advance(&devnet, AN_HOUR / 2).await?;
    market.wait_until_closed(&swap).await?;
    market
        .require_settled(&swap, End::Returned, too_little)
        .await?;
    stop(devnet, [relayer]).await
}

/// Nobody executes it in time, so nobody can any more.
#[tokio::test(flavor = "multi_thread")]
async fn past_its_deadline_a_swap_is_refunded() -> Result<()> {
    let devnet = devnet(2, "none").await?;
    let mut relayer = running(&devnet, "both", 0, Ok).await?;
    let market = market(&devnet, "a", "b").await?;
    relayer.stop().await?;
    let swap = market.lock(AN_HOUR / 2).await?;
    advance(&devnet, AN_HOUR / 2).await?;
    relayer.start_and_wait().await?;
    market.wait_until_closed(&swap).await?;
    market.require_settled(&swap, End::Returned, 0).await?;
    stop(devnet, [relayer]).await
}

/// The destination settles, and loses every transaction of the coordinator. It cannot lose what L1 asks for.
#[tokio::test(flavor = "multi_thread")]
async fn a_destination_that_ignores_a_swap_is_forced_to_execute_it() -> Result<()> {
    let devnet = devnet(2, "none").await?;
    let operators = running(&devnet, "operator", 0, Ok).await?;
    let b = devnet.chain("b")?;
    let censor = Censor::start(devnet.spare_port(9), port_of(devnet.rpc(b.id())?)?).await?;
    let mut open = running(&devnet, "relay", 1, Ok).await?;
    let market = market(&devnet, "a", "b").await?;
    open.stop().await?;
    let url = censor.url();
    let ignored = running(&devnet, "relay", 2, |config| {
        config.set("chains.b.rpc_urls", vec![url])
    })
    .await?;
    let swap = market.lock(A_DAY).await?;
    until("the execution is lost", LIMIT, async || {
        Ok(censor.lost() > 0)
    })
    .await?;
    advance(&devnet, AN_HOUR).await?;
    let standing = market.wait_until_closed(&swap).await?;
    ensure!(standing.slot.isForced, "{standing:?}");
    market.require_settled(&swap, End::Exchanged, 0).await?;
    stop(devnet, [operators, ignored]).await
}

/// The operator of a chain whose data only it has stops for good. L1 freezes the chain and cancels; the gold is back. When
/// the operator returns, it must bury the swap, and nobody can execute it.
#[tokio::test(flavor = "multi_thread")]
async fn a_destination_that_stopped_for_good_keeps_nothing() -> Result<()> {
    let devnet = devnet(3, "none").await?;
    let mut others = running(&devnet, "both", 0, |config| config.without("operators.c")).await?;
    let mut operator = running(&devnet, "operator", 1, only_operator_c).await?;
    let market = market(&devnet, "a", "c").await?;
    settle(&devnet, "c").await?;
    operator.stop().await?;
    let swap = market.lock(A_DAY).await?;
    until_l1_cancels(&devnet, &market, &swap).await?;
    market.require_settled(&swap, End::ReturnedByL1, 0).await?;

    others.stop().await?;
    let returned = return_c(&devnet).await?;
    require_cancelled_there(&market, &swap).await?;
    market.require_settled(&swap, End::Returned, 0).await?;
    stop(devnet, returned).await
}

/// The customer's chain stops for good once the bank has its gold: the customer has the coin on L1.
#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_stopped_for_good_is_paid_for_on_l1() -> Result<()> {
    let devnet = devnet(3, "none").await?;
    let others = running(&devnet, "both", 0, |config| config.without("operators.c")).await?;
    let mut operator = running(&devnet, "operator", 1, only_operator_c).await?;
    let market = market(&devnet, "c", "b").await?;
    make_coin_known_on_l1(&devnet, &market).await?;
    let swap = market.lock(A_DAY).await?;
    market
        .wait(&swap, "L1 knows of it", |standing| standing.slot.isKnown)
        .await?;
    operator.stop().await?;
    market
        .wait(&swap, "L1 knows that it was executed", |standing| {
            standing.slot.outcome == SwapOutcome::Executed
        })
        .await?;
    advance(&devnet, AN_HOUR).await?;
    until("the chain is asked to pay", LIMIT, async || {
        let queue = IPriorityQueue::new(
            devnet.network().l1_contracts().priority_queue,
            devnet.network().l1_provider(),
        );
        let chain = U256::from(market.source.chain_id);
        Ok(queue.head(chain).call().await? < queue.tail(chain).call().await?)
    })
    .await?;
    advance(&devnet, AN_HOUR).await?;
    until("the chain is frozen", LIMIT, async || {
        Ok(frozen_at(&devnet, "c").await? != 0)
    })
    .await?;
    advance(&devnet, AN_HOUR).await?;
    let standing = market.wait_until_closed(&swap).await?;
    ensure!(standing.lock == LockStatus::Locked, "{standing:?}");
    market.require_settled(&swap, End::ClaimedOnL1, 1).await?;
    stop(devnet, [others, operator]).await
}

/// Two coordinators want the same of every swap. Each step happens once.
#[tokio::test(flavor = "multi_thread")]
async fn coordinators_that_compete_harm_nobody() -> Result<()> {
    let devnet = devnet(2, "none").await?;
    let operators = running(&devnet, "operator", 0, Ok).await?;
    let first = running(&devnet, "relay", 1, Ok).await?;
    let second = running(&devnet, "relay", 2, second).await?;
    let market = market(&devnet, "a", "b").await?;
    let swap = market.lock(A_DAY).await?;
    market.wait_until_closed(&swap).await?;
    market.require_settled(&swap, End::Exchanged, 0).await?;
    for relayer in [&first, &second] {
        until("both know that it is over", LIMIT, async || {
            Ok(status(relayer, &swap).await?["stage"] == "redeemed")
        })
        .await?;
    }
    stop(devnet, [operators, first, second]).await
}

/// A relayer is killed once the swap is executed; another, which has seen nothing of it, brings it to its end.
#[tokio::test(flavor = "multi_thread")]
async fn a_relayer_that_is_killed_midway_is_taken_over() -> Result<()> {
    let devnet = devnet(2, "none").await?;
    let operators = running(&devnet, "operator", 0, Ok).await?;
    let mut first = running(&devnet, "relay", 1, Ok).await?;
    let market = market(&devnet, "a", "b").await?;
    let swap = market.lock(A_DAY).await?;
    market
        .wait(&swap, "it is executed", |standing| {
            standing.outcome == SwapOutcome::Executed
        })
        .await?;
    ensure!(first.kill().await?, "it ran");
    let standing = market.standing(&swap).await?;
    ensure!(standing.lock == LockStatus::Locked, "{standing:?}");
    let second = running(&devnet, "relay", 2, second).await?;
    market.wait_until_closed(&swap).await?;
    market.require_settled(&swap, End::Exchanged, 0).await?;
    stop(devnet, [operators, second]).await
}

pub(crate) async fn market<'a>(devnet: &'a Devnet, from: &str, to: &str) -> Result<Market<'a>> {
    Market::open(devnet, &devnet.chain(from)?, &devnet.chain(to)?).await
}

/// L1 knows what coin is once some has come there.
pub(crate) async fn make_coin_known_on_l1(devnet: &Devnet, market: &Market<'_>) -> Result<()> {
    let bank = Holder::new(devnet, BANK)?;
    let some = format!("--token {} --amount 0.000001", market.coin.address());
    let sent = bank.send("b", "L1", &some).await?;
    bank.wait(&sent, "ready", LIMIT).await?;
    bank.finalize(&sent).await?;
    Ok(())
}

pub(crate) async fn running(
    devnet: &Devnet,
    role: &'static str,
    index: u16,
    change: impl FnOnce(Config) -> Result<Config>,
) -> Result<Relayer> {
    let mut relayer = Relayer::new(devnet, role, index, change)?;
    relayer.start_and_wait().await?;
    Ok(relayer)
}

pub(crate) fn only_operator_c(config: Config) -> Result<Config> {
    config.without("operators.a")?.without("operators.b")
}

/// What a second relayer beside the first must have of its own.
fn second(config: Config) -> Result<Config> {
    config
        .set("relay.signer", "relay-2")?
        .set("swap.signer", "coordinator-2")
}

/// Lets time pass until L1 has frozen the destination, whose operator is gone, cancelled the swap, and had it refunded.
pub(crate) async fn until_l1_cancels(
    devnet: &Devnet,
    market: &Market<'_>,
    swap: &Locked,
) -> Result<()> {
    market
        .wait(swap, "L1 knows of it", |standing| standing.slot.isKnown)
        .await?;
    advance(devnet, AN_HOUR).await?;
    market
        .wait(swap, "the chain is asked", |standing| {
            standing.slot.isForced
        })
        .await?;
    advance(devnet, AN_HOUR).await?;
    until("the chain is frozen", LIMIT, async || {
        Ok(frozen_at(devnet, &market.destination.name).await? != 0)
    })
    .await?;
    advance(devnet, AN_HOUR).await?;
    market.wait_until_closed(swap).await.map(drop)
}

/// The operator of chain c returns, to what L1 knows of it, and everybody else after it.
pub(crate) async fn return_c(devnet: &Devnet) -> Result<[Relayer; 2]> {
    roll_back(devnet, "c").await?;
    // What sent to the chain remembers nonces that are unused again.
    let operator = running(devnet, "operator", 2, only_operator_c).await?;
    until("the chain is back", LIMIT, async || {
        Ok(frozen_at(devnet, "c").await? == 0)
    })
    .await?;
    let others = running(devnet, "both", 3, |config| config.without("operators.c")).await?;
    Ok([others, operator])
}

/// Requires that the destination has cancelled the swap, or knows that L1 has: nobody can execute it any more.
pub(crate) async fn require_cancelled_there(market: &Market<'_>, swap: &Locked) -> Result<()> {
    let refused = market.refused_execution(swap).await?;
    let decided = IAtomicSwap::AtomicSwapDecided {
        swapId: swap.id,
        outcome: SwapOutcome::Cancelled,
    };
    ensure!(refused == decided.abi_encode(), "{refused}");
    Ok(())
}

/// What a relayer says of a swap.
pub(crate) async fn status(relayer: &Relayer, swap: &Locked) -> Result<Value> {
    let answer = relayer.get(&format!("/v1/swaps/{}", swap.id)).await?;
    ensure!(answer.status == 200, "{answer:?}");
    Ok(serde_json::from_str(&answer.body)?)
}

pub(crate) async fn frozen_at(devnet: &Devnet, chain: &str) -> Result<u64> {
    let network = devnet.network();
    let settlement =
        IBatchSettlement::new(network.l1_contracts().settlement, network.l1_provider());
    let chain = U256::from(devnet.chain(chain)?.id());
    Ok(settlement.frozenAt(chain).call().await?)
}

/// Has a chain settle all that it has so far.
pub(crate) async fn settle(devnet: &Devnet, chain: &str) -> Result<()> {
    let chain = devnet.chain(chain)?;
    let wallet = devnet.wallet("dave", chain.id())?;
    let sent = chain.send_to_l1(b"settle".to_vec(), &wallet).await?;
    until("the chain settles", LIMIT, async || {
        Ok(sent.settlement().await?.is_some())
    })
    .await
}

/// Takes a chain back to what L1 has executed of it: a frozen chain settles its queue and nothing else.
pub(crate) async fn roll_back(devnet: &Devnet, chain: &str) -> Result<()> {
    let chain = devnet.chain(chain)?;
    let settled = executed_head(devnet.network(), &chain).await?.lastBlock;
    let provider = chain.provider()?;
    let newest = provider.get_block_number().await?;
    provider.anvil_rollback(Some(newest - settled)).await?;
    Ok(())
}

pub(crate) async fn stop<const N: usize>(devnet: Devnet, relayers: [Relayer; N]) -> Result<()> {
    for mut relayer in relayers {
        relayer.stop().await?;
    }
    devnet.stop().await
}
