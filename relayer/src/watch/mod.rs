//! Logs of one chain, or of L1, into the store: page by page behind a cursor, each page in one commit, reorgs undone.

mod chain;
mod errands;
mod l1;
mod reorg;
mod scan;
mod swaps;
#[cfg(test)]
mod tests;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use alloy::primitives::Address;
use tokio_util::sync::CancellationToken;

use crate::{
    chain::{
        ChainError, ChainReader, Clock, Finality,
        events::{ChainContracts, EventError, L1Contracts},
    },
    model::ChainId,
    progress::Progress,
    store::{Store, StoreError},
    wake::Wake,
};

/// The stage's name in logs and metrics.
pub const STAGE: &str = "watch";

/// Which errands and swaps are noted, on a chain and in messages that leave it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Noted {
    /// Vault of every chain. What bundles with a deadline carry between vaults is to come back.
    pub returns: Option<Address>,
    /// Rules of issuers on the chain. What they hold is to be released.
    pub releases: Option<Address>,
    /// Vault of the chain. What it sends to L1 is to be paid there.
    pub withdrawals: Option<Address>,
    /// Atomic swap contract of the chain. Its swaps are coordinated.
    pub swaps: Option<Address>,
}

/// What is watched.
#[derive(Clone, Debug)]
pub enum Watched {
    /// A chain of the network: its messages, what it executes, the roots it imports.
    Chain {
        /// Its contracts.
        contracts: ChainContracts,
        /// Interop centers whose messages are bundles: the network's, or the chain's own.
        center: Address,
        /// The settlement layer whose roots it imports.
        l1: ChainId,
        /// Chains that messages can be delivered to.
        destinations: Arc<BTreeSet<ChainId>>,
        /// Errands that are noted.
        noted: Noted,
    },
    /// L1: appends to the message root, executed batches. Only final blocks are read.
    L1 {
        /// Its contracts.
        contracts: L1Contracts,
        /// Rules of issuers on L1, if what they hold is to be released.
        rules: Option<Address>,
        /// Registry of swaps, if they are coordinated.
        swaps: Option<Address>,
    },
}

impl Watched {
    fn addresses(&self) -> Vec<Address> {
        match self {
            Self::Chain {
                contracts, noted, ..
            } => contracts
                .addresses()
                .into_iter()
                .chain(noted.releases)
                .chain(noted.swaps)
                .collect(),
            Self::L1 {
                contracts,
                rules,
                swaps,
            } => contracts
                .addresses()
                .into_iter()
                .chain(*rules)
                .chain(*swaps)
                .collect(),
        }
    }

    fn follows(&self) -> Finality {
        match self {
            Self::Chain { .. } => Finality::Latest,
            Self::L1 { .. } => Finality::Final,
        }
    }
}

/// How a chain is watched.
#[derive(Clone, Debug)]
pub struct WatchSettings {
    /// What to look for.
    pub watched: Watched,
    /// First block to read: that of the contracts' deployment, or any before it.
    pub start_block: u64,
    /// Most blocks read at once.
    pub page: u64,
    /// How often to look.
    pub interval: Duration,
}

/// What the stage works with.
pub struct WatchContext {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The chain.
    pub chain: Arc<dyn ChainReader>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Where progress is told.
    pub progress: Arc<Progress>,
    /// Wakes this stage before its next look is due.
    pub wake: Arc<Wake>,
    /// Stages to wake when something new is stored.
    pub wakes: Vec<Arc<Wake>>,
    /// Settings.
    pub settings: WatchSettings,
}

/// Why a look at the chain failed. The next one starts where this one did.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// The chain cannot be read.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The store refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A contract emitted what it should not.
    #[error(transparent)]
    Event(#[from] EventError),
}

impl WatchError {
    /// Whether the next look may succeed without a change.
    pub fn retry(&self) -> bool {
        match self {
            Self::Chain(error) => error.retry(),
            Self::Store(_) | Self::Event(_) => false,
        }
    }

    /// Short name for metrics.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Chain(error) => error.label(),
            Self::Store(_) => "store",
            Self::Event(_) => "event",
        }
    }
}

/// Watches until shutdown. Errors are told to `progress` and tried again; only the store's end the stage.
pub async fn run(ctx: WatchContext, shutdown: CancellationToken) -> Result<(), WatchError> {
    let chain = ctx.chain.chain_id();
    loop {
        match ctx.look().await {
            Ok(block) => ctx.progress.advanced(STAGE, chain, block, ctx.clock.now()),
            Err(WatchError::Store(error)) => return Err(error.into()),
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
        if !ctx
            .wake
            .wait(ctx.clock.as_ref(), ctx.settings.interval, &shutdown)
            .await
        {
            return Ok(());
        }
    }
}
