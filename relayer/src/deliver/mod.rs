//! Delivers proven messages to one destination: tries each in a simulation, sends them in batches, follows them until
//! they are final. What the store says is the truth; a restart loses nothing but a few simulations.

mod build;
mod confirm;
mod cycle;
mod diagnose;
mod plan;
mod record;

use std::{sync::Arc, time::Duration};

use alloy::primitives::Address;
use tokio_util::sync::CancellationToken;

use crate::{
    chain::{ChainError, ChainReader, Clock},
    model::ChainId,
    progress::Progress,
    roots::{Roots, RootsError},
    send::{SendError, Sender},
    standing::Standings,
    store::{Store, StoreError},
    wake::Wake,
};
use cycle::Courier;

pub use plan::BatchLimits;

/// The stage's name in logs and metrics.
pub const STAGE: &str = "deliver";

/// How messages are delivered to a chain.
#[derive(Clone, Debug)]
pub struct DeliverSettings {
    /// The settlement layer.
    pub l1: ChainId,
    /// Interop handler of the destination.
    pub handler: Address,
    /// Limits of one transaction.
    pub limits: BatchLimits,
    /// Most transactions that wait to be included at the same time.
    pub max_in_flight: usize,
    /// Most simulations that run at the same time.
    pub simulations: usize,
    /// How often to look without being woken.
    pub interval: Duration,
}

/// What the stage works with.
pub struct DeliverContext {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The destination.
    pub chain: Arc<dyn ChainReader>,
    /// Sends on the destination.
    pub sender: Arc<Sender>,
    /// The rebuilt roots.
    pub roots: Arc<Roots>,
    /// Which chains L1 has frozen.
    pub standings: Arc<Standings>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Where progress is told.
    pub progress: Arc<Progress>,
    /// Wakes this stage.
    pub wake: Arc<Wake>,
    /// Stages to wake when held messages are released.
    pub wakes: Vec<Arc<Wake>>,
    /// Settings.
    pub settings: DeliverSettings,
}

/// Why a cycle ended early. The next one starts from the store again.
#[derive(Debug, thiserror::Error)]
pub enum DeliverError {
    /// The store refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The destination cannot be read.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// Nothing can be sent.
    #[error(transparent)]
    Send(SendError),
    /// Nothing can be proven.
    #[error(transparent)]
    Roots(RootsError),
    /// A proof that was just built does not hold. It is not sent.
    #[error("the proof of message {message} does not hold: {reason}; report this with the store")]
    Proof {
        /// Bundle hash.
        message: alloy::primitives::B256,
        /// What is wrong.
        reason: String,
    },
}

impl From<SendError> for DeliverError {
    fn from(error: SendError) -> Self {
        match error {
            SendError::Store(error) => Self::Store(error),
            other => Self::Send(other),
        }
    }
}

impl From<RootsError> for DeliverError {
    fn from(error: RootsError) -> Self {
        match error {
            RootsError::Store(error) => Self::Store(error),
            other => Self::Roots(other),
        }
    }
}

impl DeliverError {
    /// Whether the next cycle may succeed without a change.
    pub fn retry(&self) -> bool {
        match self {
            Self::Chain(error) => error.retry(),
            Self::Send(error) => error.retry(),
            Self::Store(_) | Self::Roots(_) | Self::Proof { .. } => false,
        }
    }

    /// Whether no message can be delivered, rather than one.
    fn stops_the_route(&self) -> bool {
        match self {
            Self::Roots(error) => error.concerns_all(),
            Self::Store(_) | Self::Chain(_) | Self::Send(_) => true,
            Self::Proof { .. } => false,
        }
    }

    /// Short name for metrics.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Chain(error) => error.label(),
            Self::Send(error) => error.label(),
            Self::Store(_) => "store",
            Self::Roots(error) => error.label(),
            Self::Proof { .. } => "proof",
        }
    }
}

/// Delivers until shutdown. Errors are told to `progress` and tried again; only the store's end the stage.
pub async fn run(ctx: DeliverContext, shutdown: CancellationToken) -> Result<(), DeliverError> {
    let chain = ctx.chain.chain_id();
    let mut courier = Courier::from_store(&ctx)?;
    loop {
        match courier.cycle(&ctx).await {
            Ok(()) => {
                let read_to = ctx.store.cursor(chain)?.map_or(0, |cursor| cursor.number);
                ctx.progress
                    .advanced(STAGE, chain, read_to, ctx.clock.now());
            }
            Err(DeliverError::Store(error)) => return Err(error.into()),
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
