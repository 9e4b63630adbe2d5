//! Helps assets on that would stay where they are otherwise: expired transfers go back, what was held or delayed is paid,
//! withdrawals are proven to L1. All of it anyone may do; somebody else having done it is success.
//!
//! What is left to do is asked of the contracts each time, in a simulation. So a restart loses nothing, and nothing is
//! sent twice: an errand whose transaction is open is left alone.

mod cycle;
mod error;
mod steps;
#[cfg(test)]
mod tests;
mod verdict;

use std::{sync::Arc, time::Duration};

use alloy::primitives::Address;
use tokio_util::sync::CancellationToken;

use crate::{
    bundle::Prover,
    chain::{ChainReader, Clock},
    progress::Progress,
    send::Sender,
    store::Store,
    wake::Wake,
};

pub use error::ErrandError;

/// The stage's name in logs and metrics.
pub const STAGE: &str = "errands";

/// How errands of a chain are done.
#[derive(Clone, Copy, Debug)]
pub struct ErrandSettings {
    /// Interop handler of the chain; L1 has none.
    pub handler: Option<Address>,
    /// Vault of the chain, or the shared bridge of L1.
    pub custody: Address,
    /// Whether nobody else looks after the sender's transactions.
    pub follows: bool,
    /// Most transactions of errands that wait to be included at the same time.
    pub max_in_flight: usize,
    /// How often to look.
    pub interval: Duration,
}

/// What the stage works with.
pub struct ErrandContext {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The chain.
    pub chain: Arc<dyn ChainReader>,
    /// Sends on it.
    pub sender: Arc<Sender>,
    /// Proves bundles and withdrawals.
    pub prover: Arc<Prover>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Where progress is told.
    pub progress: Arc<Progress>,
    /// Settings.
    pub settings: ErrandSettings,
}

/// Does errands until shutdown. Errors are told to `progress` and tried again; only the store's end the stage.
pub async fn run(ctx: ErrandContext, shutdown: CancellationToken) -> Result<(), ErrandError> {
    let chain = ctx.chain.chain_id();
    let wake = Wake::default();
    loop {
        match ctx.cycle().await {
            Ok(()) => {
                let read_to = ctx.store.cursor(chain)?.map_or(0, |cursor| cursor.number);
                ctx.progress
                    .advanced(STAGE, chain, read_to, ctx.clock.now());
            }
            Err(ErrandError::Store(error)) => return Err(error.into()),
            Err(error) => {
                ctx.progress.complain(
                    STAGE,
                    chain,
                    error.label(),
                    error.to_string(),
                    ctx.clock.now(),
                );
            }
        }
        if !wake
            .wait(ctx.clock.as_ref(), ctx.settings.interval, &shutdown)
            .await
        {
            return Ok(());
        }
    }
}
