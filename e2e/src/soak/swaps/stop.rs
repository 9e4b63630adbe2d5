//! A chain stops, for as long as it takes until L1 has decided all its swaps in its stead, and returns.

use std::time::{Duration, Instant};

use alloy::primitives::U256;
use causeway_bindings::{IBatchSettlement, IPriorityQueue};
use eyre::{Result, bail};
use tokio::time::sleep;

use super::{
    faults::{Faults, STOPPED},
    offer::Where,
    run::Run,
};
use crate::{devnet::Devnet, wait::until};

/// Swaps that may be open then, beside these: each is asked for through the chain's queue, and that is to fit a batch.
const QUIET: usize = 30;
/// Swaps that are locked on the chain just before it stops, and elsewhere just after.
const BEFORE: usize = 10;
const AFTER: usize = 20;
/// Seconds that are skipped at a time: less than an operation may wait in a queue, so that no other chain is frozen.
const STEP: u64 = 1_900;
/// How long something may come of it before the next.
const PAUSE: Duration = Duration::from_secs(10);
const LIMIT: Duration = Duration::from_secs(600);
/// Has tokens and sends nothing else during the run.
const SENDER: &str = "admin";

pub(super) async fn stop(
    devnet: &Devnet,
    run: &mut Run<'_>,
    faults: &mut Faults<'_>,
) -> Result<()> {
    let chain = devnet.chain(STOPPED)?;
    let id = chain.id();
    run.settle_down(QUIET).await?;
    run.lock(BEFORE, Where::From(id)).await?;
    run.bury().await?;
    // What nobody else has of it is lost with it; what customers and banks locked is to be known on L1.
    let wallet = devnet.shared_wallet(SENDER, id)?;
    let sent = chain.send_to_l1(b"settle".to_vec(), &wallet).await?;
    until("the chain settles", LIMIT, async || {
        Ok(sent.settlement().await?.is_some())
    })
    .await?;
    faults.stop_operator().await?;
    println!("         the operator of {STOPPED} is gone");
    let decided = async {
        run.lock(AFTER, Where::Without(id)).await?;
        run.bury().await?;
        decide(devnet, run, id).await
    };
    faults.meanwhile(decided).await?;
    println!("         L1 has decided all swaps of {STOPPED} that it can");
    let head = settlement(devnet)
        .executedHead(U256::from(id))
        .call()
        .await?;
    faults.return_operator(head.lastBlock).await?;
    until("the chain is back", LIMIT, async || {
        Ok(!is_frozen(devnet, id).await?)
    })
    .await?;
    println!("         {STOPPED} is back");
    faults.start_relayers().await
}

/// Lets time pass until L1 has frozen the chain and decided.
async fn decide(devnet: &Devnet, run: &mut Run<'_>, chain: u64) -> Result<()> {
    let begun = Instant::now();
    let mut skipped = Instant::now();
    // A chain under a reorg gives all sorts of answers; the next look asks again.
    while !(is_frozen(devnet, chain).await.unwrap_or(false) && run.are_free_of(chain).await?) {
        if begun.elapsed() > LIMIT {
            bail!("L1 has not decided within {LIMIT:?}:{}", run.still_open());
        }
        let is_time = skipped.elapsed() > PAUSE;
        if is_time && queues_are_empty(devnet, chain).await.unwrap_or(false) {
            run.clock.skip(STEP).await?;
            skipped = Instant::now();
        }
        sleep(Duration::from_secs(1)).await;
    }
    Ok(())
}

async fn queues_are_empty(devnet: &Devnet, but: u64) -> Result<bool> {
    let network = devnet.network();
    let queue = IPriorityQueue::new(network.l1_contracts().priority_queue, network.l1_provider());
    for chain in network.chains().filter(|chain| chain.id() != but) {
        let id = U256::from(chain.id());
        if queue.head(id).call().await? != queue.tail(id).call().await? {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn is_frozen(devnet: &Devnet, chain: u64) -> Result<bool> {
    let frozen_at = settlement(devnet)
        .frozenAt(U256::from(chain))
        .call()
        .await?;
    Ok(frozen_at != 0)
}

fn settlement(
    devnet: &Devnet,
) -> IBatchSettlement::IBatchSettlementInstance<&alloy::providers::DynProvider> {
    let network = devnet.network();
    IBatchSettlement::new(network.l1_contracts().settlement, network.l1_provider())
}
