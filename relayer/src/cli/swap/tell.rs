//! Tells a running relayer what a swap is called that was locked here: no chain has its names.

use std::path::PathBuf;
use std::time::Duration;

use alloy::primitives::B256;
use clap::Args;
use serde::Serialize;

use crate::chain::{Clock, SystemClock};
use crate::cli::exit::{Exit, Failure};
use crate::cli::source::Api;
use crate::config::Config;
use crate::model::swap::SwapNames;

/// Longest time until a relayer has read the block of a lock, in seconds.
const READS_WITHIN: u64 = 30;
/// Pause between two attempts.
const PAUSE: Duration = Duration::from_millis(500);

/// Which relayer is told.
#[derive(Debug, Args)]
pub(in crate::cli) struct TellArgs {
    /// Relayer that is told UETR and end-to-end id, so that they can be searched there; by default that of this configuration, if it
    /// is running
    #[arg(long, value_name = "URL")]
    relayer: Option<String>,
    /// File with the token of that relayer
    #[arg(long, value_name = "FILE", requires = "relayer")]
    relayer_token: Option<PathBuf>,
}

/// Whether a relayer knows the names.
#[derive(Debug, Serialize)]
pub(super) struct Told {
    /// Which.
    pub(super) relayer: Option<String>,
    /// Whether it has taken them.
    pub(super) is_told: bool,
    /// Why not.
    pub(super) reason: Option<String>,
}

/// Tells it. That it cannot be told takes nothing back.
pub(super) async fn tell(
    config: &Config,
    args: &TellArgs,
    id: B256,
    names: &SwapNames,
) -> Result<Told, Failure> {
    let api = match &args.relayer {
        Some(url) => Some(Api::at(url, args.relayer_token.as_deref())?),
        // One that does not follow swaps never sees the lock.
        None if config.swap.is_none() => None,
        None => Api::find(config).await?,
    };
    let Some(api) = api else {
        return Ok(Told {
            relayer: None,
            is_told: false,
            reason: None,
        });
    };
    let started = SystemClock.now();
    let outcome = loop {
        let outcome = api.name(id, names).await;
        let waited = SystemClock.now().saturating_sub(started);
        match &outcome {
            Err(failure) if failure.exit == Exit::NotFound && waited < READS_WITHIN => {
                SystemClock.sleep(PAUSE).await;
            }
            Ok(_) | Err(_) => break outcome,
        }
    };
    let reason = outcome.err().map(|failure| failure.message);
    Ok(Told {
        relayer: Some(api.url().to_owned()),
        is_told: reason.is_none(),
        reason,
    })
}

impl Told {
    /// In a few words.
    pub(super) fn line(&self) -> String {
        match (&self.relayer, &self.reason) {
            (None, _) => "no relayer runs here; tell one with --relayer".to_owned(),
            (Some(url), None) => format!("{url} knows them"),
            (Some(url), Some(reason)) => {
                format!("{url} was not told: {reason}; run the command again")
            }
        }
    }
}
