//! The message root, rebuilt append by append.

use causeway_proofs::{Dialect, MessageRoot, SettledBatch, Snapshot};

use super::RootsError;
use crate::model::{AppendedBatch, ChainId};

/// The message root of L1, compared after every append with what L1 emitted for it.
#[derive(Debug)]
pub struct CheckedRoot {
    l1: ChainId,
    root: MessageRoot,
}

impl CheckedRoot {
    /// The root before the first append.
    pub fn new(l1: ChainId) -> Self {
        let root = MessageRoot::new(Dialect::V32, l1);
        Self { l1, root }
    }

    /// Takes in the next append of L1.
    ///
    /// # Errors
    /// The append does not fit, or gives another root than L1 emitted. Nothing may be proven with this value then.
    pub fn take_in(&mut self, append: AppendedBatch) -> Result<(), RootsError> {
        let (block, emitted) = match append {
            AppendedBatch::Chain {
                chain, block, root, ..
            } => {
                // L1's own leaf is there from the start.
                if chain != self.l1 {
                    self.root.register_chain(chain, block.number)?;
                }
                (block.number, root)
            }
            AppendedBatch::Batch {
                chain,
                number,
                chain_batch_root,
                block,
                root,
                ..
            } => {
                self.root.append_batch(SettledBatch {
                    chain_id: chain,
                    batch_number: number,
                    chain_batch_root,
                    block: block.number,
                    timestamp: block.timestamp,
                })?;
                (block.number, root)
            }
        };
        let rebuilt = self.root.root();
        if rebuilt == emitted {
            return Ok(());
        }
        Err(RootsError::WrongMessageRoot {
            block,
            rebuilt,
            emitted,
        })
    }

    /// The root as it was after an L1 block.
    pub fn snapshot(&self, block: u64) -> Snapshot<'_> {
        self.root.snapshot(block)
    }
}
