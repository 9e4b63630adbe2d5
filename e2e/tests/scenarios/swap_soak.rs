//! A short run of `make soak-swaps`.

use causeway_e2e::{
    binary,
    soak::swaps::{Settings, run},
};
use eyre::Result;

/// Draws some of every kind.
const SEED: u64 = 4;

#[tokio::test(flavor = "multi_thread")]
async fn swaps_under_faults_are_exchanged_exactly_or_returned_in_full() -> Result<()> {
    let settings = Settings {
        causeway: binary::built()?.to_owned(),
        swaps: 24,
        seed: SEED,
        stops: 0,
    };
    run(&settings).await
}
