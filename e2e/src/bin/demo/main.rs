//! `make demo`: a tour through a network of local chains, in which every step is checked on the chains. Exits with 0 only
//! if all of it happened, with 1 if something did not, and with 130 if it was interrupted.

mod assets;
mod print;
mod roles;
mod swaps;
mod tour;

use std::{env, path::PathBuf, process::ExitCode, time::Instant};

use causeway_e2e::{
    binary::beside_this_program,
    devnet::{Devnet, DevnetSettings},
};
use eyre::{Result, bail};
use tokio::{select, signal::ctrl_c};

use crate::roles::Roles;

const USAGE: &str = "usage: causeway-demo [path of causeway]";

#[tokio::main]
async fn main() -> ExitCode {
    let started = Instant::now();
    match show().await {
        Ok(Outcome::Complete) => {
            println!(
                "\nAll of it happened, in {:.0} s.",
                started.elapsed().as_secs_f64()
            );
            ExitCode::SUCCESS
        }
        Ok(Outcome::Interrupted) => {
            println!("\nInterrupted; everything is stopped.");
            ExitCode::from(130)
        }
        Err(failure) => {
            eprintln!("\nThe demo failed: {failure:#}");
            ExitCode::FAILURE
        }
    }
}

enum Outcome {
    Complete,
    Interrupted,
}

async fn show() -> Result<Outcome> {
    let settings = DevnetSettings {
        causeway: program()?,
        chains: 3,
        role: "none",
        arguments: vec![],
    };
    println!(
        "Causeway: messages, assets and swaps between chains that settle to one L1. All of it runs on this machine and is\n\
         checked on its chains; it takes about three minutes.\n"
    );
    let devnet = select! {
        started = tour::start(&settings) => started?,
        _ = ctrl_c() => return Ok(Outcome::Interrupted),
    };
    let mut roles = Roles::new(&devnet)?;
    let outcome = select! {
        toured = tour::run(&devnet, &mut roles) => toured.map(|()| Outcome::Complete),
        _ = ctrl_c() => Ok(Outcome::Interrupted),
    };
    stop(devnet, roles, outcome).await
}

/// Stops the network whatever happened, and tells first of what went wrong first.
async fn stop(devnet: Devnet, roles: Roles, outcome: Result<Outcome>) -> Result<Outcome> {
    if outcome.is_err() {
        eprintln!("{}\n{}", devnet.process().tail(), roles.log());
    }
    let roles = roles.stop().await;
    let stopped = devnet.stop().await;
    let outcome = outcome?;
    roles?;
    stopped?;
    Ok(outcome)
}

fn program() -> Result<PathBuf> {
    let mut arguments = env::args_os().skip(1);
    match (arguments.next(), arguments.next()) {
        (None, _) => beside_this_program(),
        (Some(path), None) if !path.to_string_lossy().starts_with('-') => Ok(path.into()),
        _ => bail!("{USAGE}"),
    }
}
