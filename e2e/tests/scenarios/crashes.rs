//! Processes that are killed at random points and started again.

use std::{env, time::Duration};

use causeway_e2e::{burst, devnet::Devnet, recipient::Recipients, relayer::Relayer};
use eyre::{Result, ensure};
use fastrand::Rng;
use interop_sdk::SentMessage;
use tokio::time::sleep;

use crate::support::{LIMIT, devnet};

/// Each life of the process begins with a wave of messages, so that every kill finds work under way.
const WAVE: usize = 10;

/// A life lasts so long, in milliseconds: from before the store is open to after the first deliveries.
const LIFE: std::ops::Range<u64> = 100..3_500;

#[tokio::test(flavor = "multi_thread")]
async fn a_relayer_killed_at_random_loses_and_repeats_nothing() -> Result<()> {
    let devnet = devnet(3, "operator").await?;
    let relayer = Relayer::new(&devnet, "relay", 0, Ok)?;
    kill_again_and_again(devnet, relayer, 20).await
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_killed_at_random_settle_every_batch_once() -> Result<()> {
    let devnet = devnet(3, "relay").await?;
    let operators = Relayer::new(&devnet, "operator", 0, Ok)?;
    kill_again_and_again(devnet, operators, 10).await
}

async fn kill_again_and_again(devnet: Devnet, mut process: Relayer, kills: usize) -> Result<()> {
    let seed = seed()?;
    let mut random = Rng::with_seed(seed);
    let recipients = Recipients::deploy(&devnet, "bob").await?;
    let mut sent: Vec<SentMessage> = Vec::new();
    for kill in 1..=kills {
        process.start()?;
        sent.extend(burst::send(&devnet, &recipients, "alice", WAVE).await?);
        let life = Duration::from_millis(random.u64(LIFE));
        sleep(life).await;
        let was_running = process.kill().await?;
        ensure!(
            was_running,
            "the process ended by itself:\n{}",
            process.log()
        );
        let arrived = recipients.arrived(&sent).await?;
        println!(
            "seed {seed}, kill {kill} after {life:?}: {arrived} of {} arrived",
            sent.len()
        );
    }
    process.start()?;
    recipients.wait_for(&sent, LIMIT).await?;
    recipients.require_exactly_once(&sent).await?;
    process.wait_until_ready(LIMIT).await?;
    process.stop().await?;
    devnet.stop().await
}

/// `CAUSEWAY_SEED`, to repeat a run, or a new one.
pub(crate) fn seed() -> Result<u64> {
    match env::var("CAUSEWAY_SEED") {
        Ok(seed) => Ok(seed.parse()?),
        Err(_) => Ok(fastrand::u64(..)),
    }
}
