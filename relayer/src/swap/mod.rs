//! Coordinates swaps: sees what the chains say of each, and takes the step that is due, whoever locked it. All of it
//! anyone may do; somebody else having done it is success.
//!
//! What is due follows from what was seen and from the contracts' own word, each time anew. So a restart loses nothing,
//! another relayer can take over at any point, and nothing is sent twice: a step whose transaction is open is left alone.

#[cfg(test)]
pub(crate) mod bench;
mod bind;
pub mod checks;
mod cycle;
pub mod explain;
pub mod figures;
pub mod lock;
#[cfg(test)]
mod model_tests;
pub mod offers;
mod once;
pub mod orders;
pub mod plan;
pub mod proposal;
pub mod quote;
pub mod steps;
pub mod terms;
#[cfg(test)]
mod tests;
pub mod trace;
mod trial;
pub(crate) mod venues;
mod verdict;
pub mod view;
mod world;

pub use bind::{BindError, bind};

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use alloy::primitives::Address;
use tokio_util::sync::CancellationToken;

use crate::{
    bundle::Prover,
    chain::{ChainReader, Clock},
    errands::ErrandError,
    model::ChainId,
    progress::Progress,
    send::Sender,
    store::Store,
    wake::Wake,
};

/// The stage's name in logs and metrics.
pub const STAGE: &str = "swaps";

/// A chain, or L1, with who sends there.
#[derive(Clone)]
pub struct Side {
    /// The chain.
    pub reader: Arc<dyn ChainReader>,
    /// Sends on it; nobody else uses its key.
    pub sender: Arc<Sender>,
}

/// Where the contracts stand, and what is allowed.
#[derive(Clone, Debug)]
pub struct SwapSettings {
    /// `AtomicSwap` on every chain.
    pub contract: Address,
    /// `SwapRegistry` on L1.
    pub registry: Address,
    /// `BatchSettlement` on L1.
    pub settlement: Address,
    /// `PriorityQueue` on L1.
    pub queue: Address,
    /// What may be done without being asked.
    pub policy: plan::Policy,
    /// How often to look.
    pub interval: Duration,
    /// Accounts whose swaps are looked after; those of everybody where there is none.
    pub parties: BTreeSet<Address>,
}

/// What the stage works with.
pub struct SwapContext {
    /// The store.
    pub store: Arc<dyn Store>,
    /// L1.
    pub l1: Side,
    /// The chains.
    pub chains: BTreeMap<ChainId, Side>,
    /// Proves locks and receipts.
    pub prover: Arc<Prover>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Where progress is told.
    pub progress: Arc<Progress>,
    /// Settings.
    pub settings: SwapSettings,
}

/// Coordinates until shutdown. Errors are told to `progress` and tried again; only the store's end the stage.
pub async fn run(ctx: SwapContext, shutdown: CancellationToken) -> Result<(), ErrandError> {
    let l1 = ctx.l1.reader.chain_id();
    let wake = Wake::default();
    loop {
        match ctx.cycle().await {
            Ok(()) => {
                let read_to = ctx.store.cursor(l1)?.map_or(0, |cursor| cursor.number);
                ctx.progress.advanced(STAGE, l1, read_to, ctx.clock.now());
            }
            Err(ErrandError::Store(error)) => return Err(error.into()),
            Err(error) => {
                ctx.progress
                    .complain(STAGE, l1, error.label(), error.to_string(), ctx.clock.now());
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
