//! `make soak-assets`: random transfers of all kinds of assets between L1 and four chains, while processes are killed and
//! blocks taken back. In the end the supply of every asset must be exact, by `causeway token supply`, and everybody must
//! have what the run's own book says. `TRANSFERS` says how many, `SEED` repeats what was drawn. Exits with 0 only if all
//! of it holds.

mod action;
mod errands;
mod report;
mod run;
mod world;

use std::{process::ExitCode, time::Instant};

use causeway_e2e::{
    binary::beside_this_program,
    devnet::{Devnet, DevnetSettings},
    soak::{chaos, given, wire::Wire},
};
use eyre::{Result, ensure};
use fastrand::Rng;
use tokio::{sync::watch, try_join};

use crate::{
    report::{Figures, Supplies},
    run::Run,
    world::{ERRANDS, USERS, World},
};

const TRANSFERS: usize = 10_000;
const CHAINS: u16 = 4;

#[tokio::main]
async fn main() -> ExitCode {
    match soak().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nThe run failed: {failure:#}");
            ExitCode::FAILURE
        }
    }
}

async fn soak() -> Result<()> {
    let transfers = given("TRANSFERS")?.unwrap_or(TRANSFERS);
    let seed = given("SEED")?.unwrap_or_else(|| fastrand::u64(..));
    println!("{transfers} transfers over {CHAINS} chains and L1; SEED={seed} draws the same again");
    let devnet = Devnet::start(&DevnetSettings {
        causeway: beside_this_program()?,
        chains: CHAINS,
        role: "none",
        arguments: vec![],
    })
    .await?;
    let outcome = over(&devnet, transfers, Rng::with_seed(seed)).await;
    if outcome.is_err() {
        eprintln!("{}", devnet.process().tail());
    }
    let stopped = devnet.stop().await;
    outcome.and(stopped)
}

async fn over(devnet: &Devnet, transfers: usize, mut random: Rng) -> Result<()> {
    let mut operators = chaos::start(devnet, "operator", 0, Ok).await?;
    let mut relayer = chaos::start(devnet, "relay", 1, Ok).await?;
    let wire = Wire::new(devnet, &[&USERS[..], &[ERRANDS]].concat())?;
    let mut run = Run::prepare(World::build(devnet).await?, wire).await?;
    println!("every user has a stake on every chain");

    let started = Instant::now();
    let (peace, told) = watch::channel(false);
    let [fate, other_fate] = [random.fork(), random.fork()];
    let sending = async {
        run.transfer(transfers, &mut random).await?;
        peace.send_replace(true);
        Ok(started.elapsed())
    };
    let (sending, kills_of_operators, kills_of_relayer) = try_join!(
        sending,
        chaos::kill(&mut operators, fate, told.clone()),
        chaos::kill(&mut relayer, other_fate, told)
    )?;
    println!("all are sent; from now on nothing is killed or taken back");
    run.settle().await?;

    let figures = Figures {
        transfers,
        kills_of_relayer,
        kills_of_operators,
        sending,
        whole: started.elapsed(),
    };
    let supplies = Supplies::read(&run, &relayer).await?;
    report::print(&run, &figures, &supplies);
    run.check().await?;
    let differences = run.differences().await?;
    ensure!(
        differences.is_empty(),
        "the chains say something else than the book:{}",
        run.lines(&differences)
    );
    supplies.require_exact()?;
    relayer.stop().await?;
    operators.stop().await?;
    println!("\nEvery sum is exact, and everybody has what the book says.");
    Ok(())
}
