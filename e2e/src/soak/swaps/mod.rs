//! Swaps of all kinds between three chains and in all directions, many at a time, while processes are killed, blocks taken
//! back, RPCs cut off and transactions lost, deadlines passed, and a chain stopped until L1 decides in its stead. In the end
//! each swap must be the exact exchange or a full return, in the eyes of both chains and of L1, and everybody must have what
//! the run's own book says.

mod audit;
mod ends;
mod exchange;
mod faults;
mod offer;
mod report;
mod run;
mod stop;
mod time;

pub use offer::Kind;

use std::{collections::BTreeSet, path::PathBuf};

use eyre::{Result, ensure};
use fastrand::Rng;

use self::{
    exchange::{Exchange, TRADERS},
    faults::Faults,
    run::Run,
    time::Clock,
};
use super::wire::Wire;
use crate::devnet::{Devnet, DevnetSettings};

/// Three, so that every way the data of a chain can be published is there.
const CHAINS: u16 = 3;

/// What to run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The program.
    pub causeway: PathBuf,
    /// Swaps to lock, beside those that are locked around the stop of a chain.
    pub swaps: usize,
    /// What everything is drawn from.
    pub seed: u64,
    /// How often a chain stops until L1 has decided in its stead, and returns.
    pub stops: usize,
}

/// Runs it on a network of its own, and requires all that must hold. Returns the kinds of swaps that were locked.
pub async fn run(settings: &Settings) -> Result<BTreeSet<Kind>> {
    let Settings {
        swaps, seed, stops, ..
    } = settings;
    println!("{swaps} swaps, {stops} stops of a chain; SEED={seed} draws the same again");
    let devnet = Devnet::start(&DevnetSettings {
        causeway: settings.causeway.clone(),
        chains: CHAINS,
        role: "none",
        arguments: vec![],
    })
    .await?;
    let outcome = over(&devnet, settings).await;
    if outcome.is_err() {
        eprintln!("{}", devnet.process().tail());
    }
    let stopped = devnet.stop().await;
    outcome.and_then(|kinds| stopped.map(|()| kinds))
}

async fn over(devnet: &Devnet, settings: &Settings) -> Result<BTreeSet<Kind>> {
    let mut random = Rng::with_seed(settings.seed);
    let clock = Clock::new(devnet);
    let mut faults = Faults::start(devnet, clock.clone(), random.fork()).await?;
    let wire = Wire::new(devnet, &TRADERS)?;
    let mut run = Run::new(Exchange::new(devnet)?, wire, random, clock);
    let outcome = through(devnet, settings, &mut run, &mut faults).await;
    if outcome.is_err() {
        eprintln!("{}", faults.logs());
    }
    outcome.map(|()| run.kinds())
}

async fn through(
    devnet: &Devnet,
    settings: &Settings,
    run: &mut Run<'_>,
    faults: &mut Faults<'_>,
) -> Result<()> {
    run.prepare(settings.stops > 0).await?;
    let part = settings.swaps / (settings.stops + 1);
    for rest in (0..=settings.stops).rev() {
        let count = if rest == 0 {
            settings.swaps - part * settings.stops
        } else {
            part
        };
        faults
            .meanwhile(run.trade(count, offer::Where::Anywhere))
            .await?;
        if rest > 0 {
            stop::stop(devnet, run, faults).await?;
        }
    }
    run.finish(devnet).await?;
    let ends = run.ends();
    let table = run.figures(&ends, faults).await?.table();
    println!("{table}");
    let wrong = run.wrong(&ends);
    ensure!(
        wrong.is_empty(),
        "SEED={}: {} swaps ended otherwise:{}",
        settings.seed,
        wrong.len(),
        wrong.concat()
    );
    run.check_holdings(&ends).await?;
    faults.stop().await?;
    Ok(())
}
