//! Looks at each chain the way a stage would, and says when the relayer is blind: the head does not answer, or logs that
//! are known to be there are not. Also tells the metrics what only the chain knows, and all stages whether L1 has frozen it.

use std::sync::Arc;
use std::time::Duration;

use alloy::primitives::utils::format_ether;
use alloy::primitives::{Address, U256};
use tokio_util::sync::CancellationToken;

use crate::chain::{ChainError, ChainReader, Clock, Finality};
use crate::metrics::Metrics;
use crate::model::UnixSeconds;
use crate::operator::freeze::frozen_since;
use crate::operator::read::ReadError;
use crate::progress::Progress;
use crate::standing::Standings;
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
    /// Where L1 says whether it is frozen; none for L1 itself.
    pub settlement: Option<Settlement>,
    /// Where that is told.
    pub standings: Arc<Standings>,
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

/// The settlement contract of L1.
#[derive(Clone)]
pub struct Settlement {
    /// Reads L1.
    pub l1: Arc<dyn ChainReader>,
    /// The contract.
    pub contract: Address,
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
    /// The settlement contract could not be read.
    #[error(transparent)]
    Read(ReadError),
    /// L1 has frozen the chain.
    #[error(
        "L1 froze the chain at {frozen_at}, because it let an operation of its queue expire; deliveries to it are held until its operator has brought it back"
    )]
    Frozen {
        /// When, in seconds.
        frozen_at: UnixSeconds,
    },
}

impl From<ReadError> for CanaryError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Chain(error) => Self::Chain(error),
            other => Self::Read(other),
        }
    }
}

impl CanaryError {
    /// Whether another look may succeed without a change.
    pub fn retry(&self) -> bool {
        match self {
            Self::Chain(error) => error.retry(),
            Self::Blind { .. } | Self::Frozen { .. } => true,
            Self::Store(_) | Self::Read(_) => false,
        }
    }

    /// Short name for metrics.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Chain(error) => error.label(),
            Self::Store(_) => "store",
            Self::Blind { .. } => "blind",
            Self::Read(_) => "read",
            Self::Frozen { .. } => "frozen",
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
                ctx.progress.complain(
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
        // First: a frozen chain may not answer any more.
        let frozen_at = self.standing().await?;
        let head = self.chain.head(Finality::Latest).await?.number;
        self.metrics.set_head(self.chain.chain_id(), head);
        self.check_known_log().await?;
        for (signer, account) in &self.accounts {
            let balance = self.chain.balance(*account).await?;
            self.metrics
                .set_balance(self.chain.chain_id(), signer, ether(balance));
        }
        match frozen_at {
            Some(frozen_at) => Err(CanaryError::Frozen { frozen_at }),
            None => Ok(head),
        }
    }

    /// When L1 froze the chain, told to everybody.
    async fn standing(&self) -> Result<Option<UnixSeconds>, CanaryError> {
        let Some(settlement) = &self.settlement else {
            return Ok(None);
        };
        let chain = self.chain.chain_id();
        let frozen_at = frozen_since(settlement.l1.as_ref(), settlement.contract, chain).await?;
        self.standings.set(chain, frozen_at);
        self.metrics.set_frozen(chain, frozen_at.is_some());
        Ok(frozen_at)
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
    use alloy::primitives::Bytes;
    use alloy::sol_types::SolValue;

    use super::*;
    use crate::chain::CallRequest;
    use crate::chain::fake::{Answers, FakeChain, FakeClock, L1};
    use crate::store::memory::MemoryStore;
    use crate::view::ChainNames;

    /// L1 says that every chain was frozen then.
    struct FrozenAt(UnixSeconds);

    impl Answers for FrozenAt {
        fn call(&self, _request: &CallRequest, _block: u64) -> Option<Result<Bytes, Bytes>> {
            Some(Ok(U256::from(self.0).abi_encode().into()))
        }

        fn balance(&self, _account: Address, _block: u64) -> U256 {
            U256::ZERO
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_frozen_chain_is_told_to_all_even_when_it_is_down() {
        let (l1, chain) = (FakeChain::new(L1, 0), FakeChain::new(271, 0));
        let (l1, chain) = (Arc::new(l1), Arc::new(chain));
        let store: Arc<dyn Reader> = Arc::new(MemoryStore::new(L1));
        let progress = Arc::new(Progress::default());
        let metrics = Metrics::new(store.clone(), progress.clone(), ChainNames::default());
        let canary = CanaryContext {
            store,
            chain: chain.clone(),
            outbox: None,
            settlement: Some(Settlement {
                l1: l1.clone(),
                contract: Address::ZERO,
            }),
            standings: Arc::default(),
            accounts: Vec::new(),
            clock: Arc::new(FakeClock::new()),
            progress,
            metrics: Arc::new(metrics),
            interval: Duration::ZERO,
        };
        let gauge = |value: u8| format!("causeway_chain_frozen{{chain=\"271\"}} {value}\n");
        let told = || {
            (
                canary.standings.frozen_at(271),
                canary.metrics.text().unwrap(),
            )
        };

        l1.set_answers(Arc::new(FrozenAt(9)));
        let complaint = canary.look().await.unwrap_err();
        assert!(matches!(complaint, CanaryError::Frozen { frozen_at: 9 }));
        chain.fault(|faults| faults.down = true);
        assert!(matches!(
            canary.look().await.unwrap_err(),
            CanaryError::Chain(_)
        ));
        let (frozen_at, text) = told();
        assert_eq!(frozen_at, Some(9));
        assert!(text.contains(&gauge(1)), "{text}");

        l1.set_answers(Arc::new(FrozenAt(0)));
        chain.fault(|faults| faults.down = false);
        canary.look().await.unwrap();
        let (frozen_at, text) = told();
        assert_eq!(frozen_at, None);
        assert!(text.contains(&gauge(0)), "{text}");
    }

    #[test]
    fn balances_are_told_in_ether() {
        assert!((ether(U256::from(1_500_000_000_000_000_000_u64)) - 1.5).abs() < 1e-9);
        assert!(ether(U256::MAX).is_finite());
    }
}
