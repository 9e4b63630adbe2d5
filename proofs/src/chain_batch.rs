//! The chain batch root: what one batch of one chain commits to.

use alloc::vec::Vec;
use alloy_primitives::B256;

use crate::{
    Dialect, LOG_TREE_DEPTH, LogTree,
    hash::{self, EMPTY_ENTRY},
};

/// The parts of a chain batch root.
///
/// It is also the place where the path of a log is completed: the siblings inside the log tree, then those between the
/// logs root and the chain batch root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainBatch {
    /// Dialect of the chain.
    pub dialect: Dialect,
    /// Root of the batch's log tree.
    pub logs_root: B256,
    /// Root of the shared tree of the chains that settle on this one.
    pub multichain_root: B256,
    /// Root of the commitment tree before the batch; v31 has none and ignores it.
    pub imt_begin: B256,
    /// Root of the commitment tree after the batch; v31 has none and ignores it.
    pub imt_end: B256,
}

impl ChainBatch {
    /// A batch of a chain on which no chain settles and whose commitment trees are unused.
    pub fn new(dialect: Dialect, chain_id: u64, logs: &LogTree) -> Self {
        Self {
            dialect,
            logs_root: logs.root(),
            multichain_root: hash::empty_multichain_root(chain_id),
            imt_begin: EMPTY_ENTRY,
            imt_end: EMPTY_ENTRY,
        }
    }

    /// The chain batch root.
    pub fn root(&self) -> B256 {
        match self.dialect {
            Dialect::V31 => hash::chain_batch_root_v31(&self.logs_root, &self.multichain_root),
            Dialect::V32 => hash::chain_batch_root_v32(
                &self.logs_root,
                &self.multichain_root,
                &self.imt_begin,
                &self.imt_end,
            ),
        }
    }

    /// All siblings from a log leaf to the chain batch root, or `None` past the last log.
    ///
    /// `logs` is the tree whose root is [`logs_root`](Self::logs_root).
    pub fn path(&self, logs: &LogTree, leaf_index: usize) -> Option<Vec<B256>> {
        let log_path = logs.path(leaf_index)?;
        let mut path = Vec::with_capacity(LOG_TREE_DEPTH + self.dialect.batch_root_levels());
        path.extend_from_slice(&log_path);
        path.push(self.multichain_root);
        if self.dialect == Dialect::V32 {
            path.push(hash::node(&self.imt_begin, &self.imt_end));
            path.push(hash::RESERVED);
        }
        Some(path)
    }
}
