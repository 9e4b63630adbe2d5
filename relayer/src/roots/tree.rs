//! The log tree of one batch.

use alloy::primitives::B256;
use causeway_proofs::{ChainBatch, Dialect, LogTree};

use super::RootsError;
use crate::{
    model::{LeafPoint, SettledBatch},
    store::Reader,
};

/// A log tree that was compared with the batch root that L1 executed.
#[derive(Debug)]
pub struct BatchTree {
    logs: LogTree,
    batch: ChainBatch,
    points: Vec<LeafPoint>,
}

impl BatchTree {
    /// Rebuilds the tree from the leaves in the store.
    ///
    /// # Errors
    /// Its root is not the one that L1 executed.
    pub fn rebuild(store: &dyn Reader, settled: &SettledBatch) -> Result<Self, RootsError> {
        let points = store.leaves(settled.chain, settled.first_block, settled.last_block)?;
        Self::from_points(points, settled)
    }

    /// Builds the tree from all leaves of the batch, in order.
    ///
    /// # Errors
    /// Its root is not the one that L1 executed.
    pub fn from_points(points: Vec<LeafPoint>, settled: &SettledBatch) -> Result<Self, RootsError> {
        let wrong = |actual| RootsError::WrongBatchRoot {
            chain: settled.chain,
            batch: settled.number,
            expected: settled.chain_batch_root,
            actual,
        };
        let leaves = points.iter().map(|point| point.leaf).collect();
        // A chain's outbox cannot emit more leaves than a tree holds and still settle.
        let logs = LogTree::from_leaves(leaves).map_err(|_| wrong(B256::ZERO))?;
        let batch = ChainBatch::new(Dialect::V32, settled.chain, &logs);
        if batch.root() != settled.chain_batch_root {
            return Err(wrong(batch.root()));
        }
        Ok(Self {
            logs,
            batch,
            points,
        })
    }

    /// The batch root.
    pub fn root(&self) -> B256 {
        self.batch.root()
    }

    /// The leaves, in order.
    pub fn points(&self) -> &[LeafPoint] {
        &self.points
    }

    /// A leaf and its siblings up to the batch root; `None` past the last leaf.
    pub fn leaf_path(&self, index: u64) -> Option<(B256, Vec<B256>)> {
        let index = usize::try_from(index).ok()?;
        Some((
            self.points.get(index)?.leaf,
            self.batch.path(&self.logs, index)?,
        ))
    }
}
