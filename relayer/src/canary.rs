//! Looks at each chain the way a stage would, and says when the relayer is blind: the head does not answer, or logs that
//! are known to be there are not. Also tells the metrics what only the chain knows.

use std::sync::Arc;
use std::time::Duration;

use alloy::primitives::utils::format_ether;
use alloy::primitives::{Address, U256};
use tokio_util::sync::CancellationToken;

use crate::chain::{ChainError, ChainReader, Clock, Finality};
use crate::metrics::Metrics;
use crate::progress::Progress;
use crate::store::{Reader, StoreError};

/// The stage's name in logs and metrics.
pub const STAGE: &str = "canary";

/// Blocks below the cursor that are searched for a known log.
const LOOK_BACK: u64 = 10_000;

/// What the stage works with.
pub struct CanaryContext {
    /// The store.
    pub store: Arc<dyn Reader>,
    /// The chain.
    pub chain: Arc<dyn ChainReader>,
    /// Where its messages leave it; none on L1.
    pub outbox: Option<Address>,
    /// Accounts whose balance is told, by the signer's name.
    pub accounts: Vec<(String, Address)>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Where progress is told.
    pub progress: Arc<Progress>,
    /// Metrics.
    pub metrics: Arc<Metrics>,
    /// Time between two looks.
    pub interval: Duration,
}

/// Why the relayer does not see.
#[derive(Debug, thiserror::Error)]
pub enum CanaryError {
    /// The chain does not answer.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The store refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The RPC hides a log that it has shown before.
    #[error(
        "the RPC no longer shows the messages of block {block}; allow eth_getLogs for {outbox} to this account"
    )]
    Blind {
        /// The block.
        block: u64,
        /// The contract.
        outbox: Address,
    },
}

impl CanaryError {
    /// Whether another look may succeed without a change.
    pub fn retry(&self) -> bool {
        match self {
            Self::Chain(error) => error.retry(),
            Self::Blind { .. } => true,
            Self::Store(_) => false,
        }
    }

    /// Short name for metrics.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Chain(error) => error.label(),
            Self::Store(_) => "store",
            Self::Blind { .. } => "blind",
        }
    }
}

/// Looks until shutdown. Only an error of the store ends it.
pub async fn run(ctx: CanaryContext, shutdown: CancellationToken) -> Result<(), CanaryError> {
    let chain = ctx.chain.chain_id();
    while !shutdown.is_cancelled() {
        match ctx.look().await {
            Ok(head) => ctx.progress.advanced(STAGE, chain, head, ctx.clock.now()),
            Err(CanaryError::Store(error)) => return Err(error.into()),
            Err(error) => {
                tracing::warn!(stage = STAGE, chain, %error, "blind");
                ctx.progress.failed(
                    STAGE,
                    chain,
                    error.label(),
                    error.to_string(),
                    ctx.clock.now(),
                );
            }
        }
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = ctx.clock.sleep(ctx.interval) => {}
        }
    }
    Ok(())
}

impl CanaryContext {
    async fn look(&self) -> Result<u64, CanaryError> {
        let head = self.chain.head(Finality::Latest).await?.number;
        self.metrics.set_head(self.chain.chain_id(), head);
        self.check_known_log().await?;
        for (signer, account) in &self.accounts {
            let balance = self.chain.balance(*account).await?;
            self.metrics
                .set_balance(self.chain.chain_id(), signer, ether(balance));
        }
        Ok(head)
    }

    /// Asks again for a log that was seen before. Only final blocks count: others may have been reorged away.
    async fn check_known_log(&self) -> Result<(), CanaryError> {
        let Some(outbox) = self.outbox else {
            return Ok(());
        };
        let chain = self.chain.chain_id();
        let Some(cursor) = self.store.cursor(chain)? else {
            return Ok(());
        };
        let last = self
            .chain
            .head(Finality::Final)
            .await?
            .number
            .min(cursor.number);
        let known = self
            .store
            .leaves(chain, last.saturating_sub(LOOK_BACK), last)?;
        let Some(block) = known.last().map(|leaf| leaf.block) else {
            return Ok(());
        };
        let page = self.chain.logs(block, block, &[outbox]).await?;
        if page.logs.is_empty() {
            Err(CanaryError::Blind { block, outbox })
        } else {
            Ok(())
        }
    }
}

/// An amount of wei in ether, for a gauge.
fn ether(wei: U256) -> f64 {
    format_ether(wei).parse().unwrap_or(f64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn balances_are_told_in_ether() {
        assert!((ether(U256::from(1_500_000_000_000_000_000_u64)) - 1.5).abs() < 1e-9);
        assert!(ether(U256::MAX).is_finite());
    }
}
