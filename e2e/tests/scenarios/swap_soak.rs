//! A short run of `make soak-swaps`.

use std::collections::BTreeSet;

use causeway_e2e::{
    binary,
    soak::swaps::{Kind, Settings, run},
};
use eyre::{Result, ensure};

const SEED: u64 = 4;

#[tokio::test(flavor = "multi_thread")]
async fn swaps_under_faults_are_exchanged_exactly_or_returned_in_full() -> Result<()> {
    let settings = Settings {
        causeway: binary::built()?.to_owned(),
        swaps: 24,
        seed: SEED,
        stops: 0,
    };
    let kinds = run(&settings).await?;
    ensure!(kinds == BTreeSet::from(Kind::ALL), "only {kinds:?}");
    Ok(())
}
