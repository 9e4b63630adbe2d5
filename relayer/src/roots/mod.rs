//! The message root of L1 and the log trees of batches, rebuilt from what was watched, and the proofs read from them.
//!
//! Nothing rebuilt is used before it was compared: each append with the shared root that L1 emitted for it, each log tree
//! with the batch root that L1 executed, each imported root with the rebuilt one of its block.

mod checked;
#[cfg(test)]
mod tests;
mod tree;
mod words;

pub use checked::CheckedRoot;
pub use tree::BatchTree;
pub use words::{batch_words, final_words, inclusion_words};

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use alloy::primitives::B256;
use causeway_proofs::{Aggregation, MessageRootError, NotProvable};

use crate::{
    model::{AppendedBatch, ChainId, ImportedRoot, SettledBatch},
    store::{Reader, StoreError},
};

/// Appends read from the store at once.
const PAGE: usize = 4_096;
/// Log trees kept in memory; a tree takes up to a megabyte.
const KEPT_TREES: usize = 64;

/// Why nothing can be proven now.
#[derive(Debug, thiserror::Error)]
pub enum RootsError {
    /// The store refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The logs of L1 do not fit together.
    #[error(
        "the message root cannot be rebuilt from L1's logs: {0}; some logs are missing, check L1's RPC and rebuild the store"
    )]
    Inconsistent(#[from] MessageRootError),
    /// L1's logs give another root than L1 emitted.
    #[error(
        "after L1 block {block} the rebuilt message root is {rebuilt}, L1 emitted {emitted}; nothing is proven until they agree"
    )]
    WrongMessageRoot {
        /// L1 block.
        block: u64,
        /// What the logs give.
        rebuilt: B256,
        /// What L1 emitted.
        emitted: B256,
    },
    /// A chain imported a root that never was.
    #[error(
        "chain {chain} imported {imported} as the root of L1 block {block}, which is {rebuilt}; nothing is proven against it"
    )]
    FalseImport {
        /// The chain.
        chain: ChainId,
        /// L1 block.
        block: u64,
        /// What it imported.
        imported: B256,
        /// What the root is.
        rebuilt: B256,
    },
    /// The batch does not lead to that root.
    #[error(transparent)]
    NotProvable(#[from] NotProvable),
    /// A log tree rebuilt from a chain's logs is not the one that L1 executed.
    #[error(
        "batch {batch} of chain {chain}: the logs give root {actual}, L1 executed {expected}; the chain's messages are halted"
    )]
    WrongBatchRoot {
        /// The chain.
        chain: ChainId,
        /// Batch number.
        batch: u64,
        /// What L1 has.
        expected: B256,
        /// What the logs give.
        actual: B256,
    },
}

impl RootsError {
    /// Whether nothing can be proven to a destination, rather than one batch.
    pub fn concerns_all(&self) -> bool {
        match self {
            Self::Store(_)
            | Self::Inconsistent(_)
            | Self::WrongMessageRoot { .. }
            | Self::FalseImport { .. } => true,
            Self::NotProvable(_) | Self::WrongBatchRoot { .. } => false,
        }
    }

    /// Short name for metrics.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Store(_) => "store",
            Self::Inconsistent(_) => "l1_logs_inconsistent",
            Self::WrongMessageRoot { .. } => "wrong_message_root",
            Self::FalseImport { .. } => "false_import",
            Self::NotProvable(_) => "not_provable",
            Self::WrongBatchRoot { .. } => "root_mismatch",
        }
    }
}

/// The rebuilt roots, shared by all stages.
pub struct Roots {
    l1: ChainId,
    twin: Mutex<Twin>,
    trees: Mutex<BTreeMap<(ChainId, u64), Arc<BatchTree>>>,
}

struct Twin {
    root: CheckedRoot,
    /// The newest append in it; if the store holds another at that place, L1 was reorganised.
    last: Option<(u64, AppendedBatch)>,
    /// L1 block up to which it holds every append.
    synced_to: Option<u64>,
}

impl Twin {
    fn new(l1: ChainId) -> Self {
        Self {
            root: CheckedRoot::new(l1),
            last: None,
            synced_to: None,
        }
    }
}

impl Roots {
    /// Empty; [`sync`](Self::sync) fills it.
    pub fn new(l1: ChainId) -> Self {
        Self {
            l1,
            twin: Mutex::new(Twin::new(l1)),
            trees: Mutex::default(),
        }
    }

    /// L1 block up to which everything is taken in. Roots of later blocks are not known here yet.
    pub fn synced_to(&self) -> Option<u64> {
        self.twin().synced_to
    }

    /// Takes in the appends that the store has gained.
    ///
    /// # Errors
    /// The first append that does not fit. It is not taken in, and neither is any after it.
    pub fn sync(&self, store: &dyn Reader) -> Result<(), RootsError> {
        let mut twin = self.twin();
        // Before the appends: those of later blocks may be in the store by now, but need not be all.
        let read_to = store.cursor(self.l1)?.map(|block| block.number);
        self.undo_reorg(&mut twin, store)?;
        loop {
            let from = twin
                .last
                .map_or(0, |(position, _)| position.saturating_add(1));
            let page = store.appends(from, PAGE)?;
            if page.is_empty() {
                twin.synced_to = read_to;
                return Ok(());
            }
            for (position, append) in page {
                if let Err(error) = twin.root.take_in(append) {
                    *twin = Twin::new(self.l1);
                    return Err(error);
                }
                twin.last = Some((position, append));
            }
        }
    }

    /// The part of a proof from a batch to an imported root.
    ///
    /// # Errors
    /// The imported root is not that of its block, or the batch came after it.
    pub fn aggregation(
        &self,
        import: &ImportedRoot,
        chain: ChainId,
        batch: u64,
    ) -> Result<Aggregation, RootsError> {
        let twin = self.twin();
        let snapshot = twin.root.snapshot(import.l1_block);
        check_import(import, snapshot.root())?;
        Ok(snapshot.aggregation(chain, batch)?)
    }

    /// Compares an imported root with the rebuilt one.
    ///
    /// # Errors
    /// They differ.
    pub fn check_import(&self, import: &ImportedRoot) -> Result<(), RootsError> {
        check_import(import, self.twin().root.snapshot(import.l1_block).root())
    }

    /// The log tree of an executed batch.
    ///
    /// # Errors
    /// The logs in the store give another root than L1 executed.
    pub fn tree(
        &self,
        store: &dyn Reader,
        batch: &SettledBatch,
    ) -> Result<Arc<BatchTree>, RootsError> {
        let key = (batch.chain, batch.number);
        if let Some(tree) = self
            .trees()
            .get(&key)
            .filter(|tree| tree.root() == batch.chain_batch_root)
        {
            return Ok(tree.clone());
        }
        let tree = Arc::new(BatchTree::rebuild(store, batch)?);
        let mut trees = self.trees();
        while trees.len() >= KEPT_TREES {
            trees.pop_first();
        }
        trees.insert(key, tree.clone());
        Ok(tree)
    }

    fn undo_reorg(&self, twin: &mut Twin, store: &dyn Reader) -> Result<(), RootsError> {
        if let Some((position, append)) = twin.last {
            let stored = store.appends(position, 1)?;
            if stored.first() != Some(&(position, append)) {
                *twin = Twin::new(self.l1);
            }
        }
        Ok(())
    }

    fn twin(&self) -> MutexGuard<'_, Twin> {
        self.twin.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn trees(&self) -> MutexGuard<'_, BTreeMap<(ChainId, u64), Arc<BatchTree>>> {
        self.trees.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn check_import(import: &ImportedRoot, rebuilt: B256) -> Result<(), RootsError> {
    if rebuilt == import.root {
        return Ok(());
    }
    Err(RootsError::FalseImport {
        chain: import.chain,
        block: import.l1_block,
        imported: import.root,
        rebuilt,
    })
}
