//! `make soak-swaps`: swaps of all kinds between three chains under faults of all kinds. `SWAPS` says how many, `SEED` repeats
//! what was drawn, `STOPS` how often a chain stops until L1 decides in its stead. Exits with 0 only if every one of them ended
//! in the exact exchange or in a full return, both chains and L1 agree, and everybody has what follows.

use std::process::ExitCode;

use causeway_e2e::{
    binary::beside_this_program,
    soak::{
        given,
        swaps::{Settings, run},
    },
};
use eyre::Result;

const SWAPS: usize = 1_000;
const STOPS: usize = 2;

#[tokio::main]
async fn main() -> ExitCode {
    match soak().await {
        Ok(()) => {
            println!("Every swap was exchanged exactly or returned in full.");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("\nThe run failed: {failure:#}");
            ExitCode::FAILURE
        }
    }
}

async fn soak() -> Result<()> {
    run(&Settings {
        causeway: beside_this_program()?,
        swaps: given("SWAPS")?.unwrap_or(SWAPS),
        seed: given("SEED")?.unwrap_or_else(|| fastrand::u64(..)),
        stops: given("STOPS")?.unwrap_or(STOPS),
    })
    .await
    .map(drop)
}
