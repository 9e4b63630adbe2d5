//! From settled batches and imported roots to messages that can be proven.

mod pass;

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use crate::{
    chain::Clock,
    model::ChainId,
    progress::Progress,
    roots::{Roots, RootsError},
    store::{Store, StoreError},
    wake::Wake,
};
use pass::Prover;

/// The stage's name in logs and metrics.
pub const STAGE: &str = "prove";

/// Which chains there are.
#[derive(Clone, Debug)]
pub struct ProveSettings {
    /// The settlement layer.
    pub l1: ChainId,
    /// The network's chains.
    pub chains: Vec<ChainId>,
    /// How often to look without being woken.
    pub interval: Duration,
}

/// What the stage works with.
pub struct ProveContext {
    /// The store.
    pub store: Arc<dyn Store>,
    /// The rebuilt roots.
    pub roots: Arc<Roots>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Where progress is told.
    pub progress: Arc<Progress>,
    /// Wakes this stage.
    pub wake: Arc<Wake>,
    /// Stages to wake when messages can be delivered.
    pub wakes: Vec<Arc<Wake>>,
    /// Settings.
    pub settings: ProveSettings,
}

/// What ends the stage; everything else halts one chain and is told to `progress`.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// The store refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ProveError {
    /// Whether another try may succeed without a change.
    pub fn retry(&self) -> bool {
        match self {
            Self::Store(_) => false,
        }
    }

    /// Short name for metrics.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Store(_) => "store",
        }
    }
}

/// Proves until shutdown.
pub async fn run(ctx: ProveContext, shutdown: CancellationToken) -> Result<(), ProveError> {
    let mut prover = None;
    let mut reorgs = ctx.wake.reorgs();
    loop {
        let seen = ctx.wake.reorgs();
        if seen != reorgs {
            (reorgs, prover) = (seen, None);
        }
        let current = match prover.take() {
            Some(current) => current,
            None => Prover::from_store(ctx.store.as_ref(), &ctx.settings)?,
        };
        prover = Some(ctx.pass(current)?);
        if !ctx
            .wake
            .wait(ctx.clock.as_ref(), ctx.settings.interval, &shutdown)
            .await
        {
            return Ok(());
        }
    }
}

impl ProveContext {
    /// One look at the store. A route that cannot go on is reported and does not stop the others.
    fn pass(&self, mut prover: Prover) -> Result<Prover, ProveError> {
        let l1 = self.settings.l1;
        if let Err(error) = self.roots.sync(self.store.as_ref()) {
            self.report(l1, Err(error))?;
            return Ok(prover);
        }
        self.report(l1, Ok(()))?;
        let mut proven = 0_usize;
        for chain in &self.settings.chains {
            let settled = prover.settle(self, *chain);
            let imported = prover.prove(self, *chain);
            proven = proven.saturating_add(*imported.as_ref().unwrap_or(&0));
            self.report(*chain, settled.and(imported.map(|_| ())))?;
        }
        if proven > 0 {
            tracing::info!(stage = STAGE, proven, "messages can be delivered");
            self.wakes.iter().for_each(|wake| wake.wake());
        }
        Ok(prover)
    }

    fn report(&self, chain: ChainId, outcome: Result<(), RootsError>) -> Result<(), ProveError> {
        let now = self.clock.now();
        match outcome {
            Ok(()) => self.progress.advanced(STAGE, chain, 0, now),
            Err(RootsError::Store(error)) => return Err(error.into()),
            Err(error) => {
                self.progress
                    .complain(STAGE, chain, error.label(), error.to_string(), now);
            }
        }
        Ok(())
    }
}
