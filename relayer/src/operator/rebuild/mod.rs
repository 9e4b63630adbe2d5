//! Rebuilds a chain from what L1 has of it. Nobody else is trusted: the genesis is the one whose hash L1 has, the data is
//! what L1 has or commits to, and after every batch the hash of the node's block must be the one that L1 settled.

mod error;
mod follow;
mod genesis;
mod history;
mod replay;
mod source;

pub use error::RebuildError;
pub use follow::follow;
pub use genesis::{CaptureError, Genesis, GenesisError};
pub use history::{Executed, History};
pub use replay::Target;
pub use source::DataSource;

use alloy::primitives::{B256, Bytes};

use super::data::BatchData;
use crate::chain::SYSTEM_TYPE;

/// What was read, and made where there is a node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rebuilt {
    /// Batches.
    pub batches: u64,
    /// Blocks in them.
    pub blocks: u64,
    /// Transactions in the blocks.
    pub transactions: u64,
    /// Transactions of these that nobody signed.
    pub system_transactions: u64,
    /// Bytes of packed data.
    pub data_bytes: u64,
    /// Newest block of the node; without one, the last block that L1 settled.
    pub head: u64,
    /// Hash of the last block that L1 settled.
    pub settled_hash: B256,
    /// Number of that block.
    pub settled: u64,
}

impl Rebuilt {
    fn add(&mut self, data: &BatchData, bytes: u64) {
        let transactions = data.blocks.iter().flat_map(|block| &block.transactions);
        let is_system = |raw: &&Bytes| raw.first() == Some(&SYSTEM_TYPE);
        self.batches = self.batches.saturating_add(1);
        self.blocks = self.blocks.saturating_add(data.blocks.len() as u64);
        self.transactions = self
            .transactions
            .saturating_add(transactions.clone().count() as u64);
        self.system_transactions = self
            .system_transactions
            .saturating_add(transactions.filter(is_system).count() as u64);
        self.data_bytes = self.data_bytes.saturating_add(bytes);
    }
}

/// Requires the genesis of L1, reads the data of every batch, and replays the batches that the node does not have yet.
/// Without a node, that the data is right shows only as far as it can be decoded and L1 commits to it. `progress` hears of
/// every batch that is done.
pub async fn rebuild(
    source: &DataSource<'_>,
    genesis: &Genesis,
    target: Option<&Target<'_>>,
    progress: &(dyn Fn(&Executed) + Sync),
) -> Result<Rebuilt, RebuildError> {
    let history = source.history;
    let chain = history.chain;
    genesis
        .check(chain, history.genesis, history.genesis_block)
        .map_err(|source| RebuildError::Genesis { chain, source })?;
    let (settled, settled_hash) = history.settled();
    let mut head = match target {
        Some(target) => Some(target.take_over(genesis, history).await?),
        None => None,
    };
    let mut rebuilt = Rebuilt {
        settled,
        settled_hash,
        ..Rebuilt::default()
    };
    for batch in &history.batches {
        if head.is_some_and(|head| head >= batch.last_block) {
            continue;
        }
        let unpacked = source.read(batch).await?;
        if let (Some(target), Some(at)) = (target, head) {
            target.replay(batch, &unpacked.data, at).await?;
            head = Some(batch.last_block);
        }
        rebuilt.add(&unpacked.data, unpacked.packed_bytes);
        progress(batch);
    }
    rebuilt.head = head.unwrap_or(settled);
    Ok(rebuilt)
}
