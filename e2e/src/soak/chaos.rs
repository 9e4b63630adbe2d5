//! What goes wrong meanwhile: processes that are killed, and blocks that are taken back.

use std::time::Duration;

use alloy::providers::{DynProvider, Provider, ext::AnvilApi};
use eyre::{Result, ensure};
use fastrand::Rng;
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use crate::{config::Config, devnet::Devnet, relayer::Relayer};

/// Blocks on top of one that count as final in the run.
const FINAL: u64 = 6;
/// Blocks that one reorg takes back: never a final one.
const DEPTH: std::ops::RangeInclusive<u64> = 1..=5;
/// How long a process lives, in milliseconds.
const LIFE: std::ops::Range<u64> = 3_000..20_000;
/// How long it is away, in milliseconds.
const ABSENCE: std::ops::Range<u64> = 0..3_000;

const FIRST_START: Duration = Duration::from_secs(180);

/// Starts a process for which no block is final that a reorg of the run may take back, and waits until it works.
pub async fn start(
    devnet: &Devnet,
    role: &'static str,
    port: u16,
    change: impl FnOnce(Config) -> Result<Config>,
) -> Result<Relayer> {
    let change = |config| change(patient(devnet, config)?);
    let mut process = Relayer::new(devnet, role, port, change)?;
    process.start()?;
    process.wait_until_ready(FIRST_START).await?;
    Ok(process)
}

/// Kills the process again and again, until there is peace, and says how often.
pub async fn kill(
    process: &mut Relayer,
    mut random: Rng,
    mut peace: watch::Receiver<bool>,
) -> Result<usize> {
    let mut kills = 0;
    loop {
        let life = Duration::from_millis(random.u64(LIFE));
        if timeout(life, peace.wait_for(|peace| *peace)).await.is_ok() {
            return Ok(kills);
        }
        let log = process.log();
        ensure!(process.kill().await?, "a process ended by itself:\n{log}");
        sleep(Duration::from_millis(random.u64(ABSENCE))).await;
        process.start()?;
        kills += 1;
    }
}

fn patient(devnet: &Devnet, config: Config) -> Result<Config> {
    let chains = devnet
        .file()
        .chains
        .iter()
        .map(|chain| format!("chains.{}", chain.name));
    chains
        .chain(["l1".to_owned()])
        .try_fold(config, |config, place| {
            let depth = toml::Table::from_iter([("depth".to_owned(), (FINAL as i64).into())]);
            config.set(&format!("{place}.finality"), depth)
        })
}

/// Takes some of the newest blocks of a chain back. What was in them is gone until it is sent again.
pub async fn reorg(chain: &DynProvider, random: &mut Rng, now: u64) -> Result<u64> {
    let depth = random.u64(DEPTH);
    take_back(chain, depth).await?;
    // Where a block was due in the same moment, anvil may lack one afterwards; then that and what stands on it goes too.
    while let Some(depth) = depth_of_gap(chain).await? {
        take_back(chain, depth).await?;
    }
    // Its clock went back with the blocks.
    chain.anvil_set_time(now).await?;
    Ok(depth)
}

async fn take_back(chain: &DynProvider, depth: u64) -> Result<()> {
    let nothing_mined: [u64; 0] = [];
    chain
        .raw_request::<_, ()>("anvil_reorg".into(), (depth, nothing_mined))
        .await?;
    Ok(())
}

/// How many blocks, down to one that is missing, would have to go.
async fn depth_of_gap(chain: &DynProvider) -> Result<Option<u64>> {
    let newest = chain.get_block_number().await?;
    for number in newest.saturating_sub(2 * FINAL)..=newest {
        if chain.get_block_by_number(number.into()).await?.is_none() {
            return Ok(Some(newest + 1 - number));
        }
    }
    Ok(None)
}
