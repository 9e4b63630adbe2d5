//! The off-chain twin of the message root of a settlement layer.

mod chain;
mod error;
mod snapshot;

pub use error::{MessageRootError, NotProvable};
pub use snapshot::Snapshot;

use alloc::{borrow::Cow, collections::BTreeMap, vec::Vec};
use alloy_primitives::B256;

use crate::{Dialect, SharedTree, hash};
use chain::Chain;

/// A batch as the settlement layer took it into its message root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettledBatch {
    /// Chain of the batch.
    pub chain_id: u64,
    /// Number of the batch. The first one of a chain may be any, each further one is the next.
    pub batch_number: u64,
    /// Its chain batch root.
    pub chain_batch_root: B256,
    /// Block of the settlement layer that took it in.
    pub block: u64,
    /// Timestamp of that block in seconds; v31 leaves do not bind it.
    pub timestamp: u64,
}

/// The message root of a settlement layer, rebuilt from its events, with its whole history.
///
/// Feed it the events in the order of the settlement layer. Index 0 of the shared tree is the settlement layer itself,
/// with an empty chain tree; the others follow in order of registration. A root or a proof can be had as of any block
/// ([`snapshot`](Self::snapshot)), and a reorganisation is undone with [`rewind`](Self::rewind).
///
/// Memory: 112 bytes per batch (64 for nodes of the chain tree, 48 for the history), at most twice that with the slack
/// of growing vectors, plus some hundred bytes per chain.
#[derive(Clone, Debug)]
pub struct MessageRoot {
    dialect: Dialect,
    /// In order of registration; entry 0 is the settlement layer.
    chains: Vec<Chain>,
    index_by_id: BTreeMap<u64, usize>,
    shared: SharedTree,
    last_block: u64,
}

impl MessageRoot {
    /// The message root before anything was registered: only the settlement layer's own, empty, entry.
    pub fn new(dialect: Dialect, settlement_chain_id: u64) -> Self {
        let own = Chain::new(settlement_chain_id, 0);
        Self {
            dialect,
            shared: SharedTree::from_leaves([own.empty_leaf()].into()),
            chains: [own].into(),
            index_by_id: [(settlement_chain_id, 0)].into(),
            last_block: 0,
        }
    }

    /// Registers a chain, as of `block`, and returns its index in the shared tree.
    ///
    /// # Errors
    /// The chain is known already, or `block` lies before an event that was applied. Nothing changes then.
    pub fn register_chain(&mut self, chain_id: u64, block: u64) -> Result<usize, MessageRootError> {
        if self.index_by_id.contains_key(&chain_id) {
            return Err(MessageRootError::AlreadyRegistered { chain_id });
        }
        self.advance(block)?;
        let chain = Chain::new(chain_id, block);
        let index = self.shared.push(chain.empty_leaf());
        self.index_by_id.insert(chain_id, index);
        self.chains.push(chain);
        Ok(index)
    }

    /// Appends a batch to its chain's tree and returns its index there, the batch mask of its proofs.
    ///
    /// # Errors
    /// The chain is not registered or is the settlement layer, the batch is not the next one, or its block lies before
    /// an event that was applied. Nothing changes then.
    pub fn append_batch(&mut self, batch: SettledBatch) -> Result<usize, MessageRootError> {
        let index = self.settling_index(batch.chain_id)?;
        self.chains[index].check_next(batch.batch_number)?;
        self.advance(batch.block)?;
        let leaf = self.batch_leaf(&batch);
        let chain = &mut self.chains[index];
        let chain_id_leaf = chain.append(&batch, leaf);
        self.shared.set(index, chain_id_leaf);
        Ok(chain.batch_count() - 1)
    }

    /// The root after everything applied so far.
    pub fn root(&self) -> B256 {
        self.shared.root()
    }

    /// Dialect of the batch leaves and of the proofs made here.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Chain id of the settlement layer.
    pub fn settlement_chain_id(&self) -> u64 {
        self.chains[0].id()
    }

    /// Block of the newest event applied; 0 before the first.
    pub fn last_block(&self) -> u64 {
        self.last_block
    }

    /// Index of a chain in the shared tree.
    pub fn chain_index(&self, chain_id: u64) -> Option<usize> {
        self.index_by_id.get(&chain_id).copied()
    }

    /// Number of the newest batch of a chain; `None` if it has none or is unknown.
    pub fn last_batch(&self, chain_id: u64) -> Option<u64> {
        self.chain(chain_id)?.last_batch()
    }

    /// Block in which a batch was taken in.
    pub fn block_of(&self, chain_id: u64, batch_number: u64) -> Option<u64> {
        self.chain(chain_id)?.block_of(batch_number)
    }

    /// The state after the last event of `block`, or of the last block before it that had one.
    ///
    /// For the newest block this costs nothing. For an earlier one it collects one leaf per chain and hashes the shared
    /// tree over them; keep the snapshot to prove many messages against the same root.
    pub fn snapshot(&self, block: u64) -> Snapshot<'_> {
        let shared = if block >= self.last_block {
            Cow::Borrowed(&self.shared)
        } else {
            Cow::Owned(self.shared_at(block))
        };
        Snapshot::new(self, block, shared)
    }

    /// Undoes every event after `block`, for a reorganisation of the settlement layer.
    pub fn rewind(&mut self, block: u64) {
        if block >= self.last_block {
            return;
        }
        self.shared = self.shared_at(block);
        for chain in self.chains.drain(self.shared.leaves().len()..) {
            self.index_by_id.remove(&chain.id());
        }
        self.chains.iter_mut().for_each(|chain| chain.rewind(block));
        self.last_block = block;
    }

    fn chain(&self, chain_id: u64) -> Option<&Chain> {
        self.chain_index(chain_id).map(|index| &self.chains[index])
    }

    fn settling_index(&self, chain_id: u64) -> Result<usize, MessageRootError> {
        match self.chain_index(chain_id) {
            None => Err(MessageRootError::UnknownChain { chain_id }),
            Some(0) => Err(MessageRootError::SettlementLayer { chain_id }),
            Some(index) => Ok(index),
        }
    }

    fn advance(&mut self, block: u64) -> Result<(), MessageRootError> {
        if block < self.last_block {
            let last = self.last_block;
            return Err(MessageRootError::BlockWentBack { last, block });
        }
        self.last_block = block;
        Ok(())
    }

    fn batch_leaf(&self, batch: &SettledBatch) -> B256 {
        let (root, number) = (&batch.chain_batch_root, batch.batch_number);
        match self.dialect {
            Dialect::V31 => hash::batch_leaf_v31(root, number),
            Dialect::V32 => hash::batch_leaf_v32(root, number, batch.timestamp),
        }
    }

    fn shared_at(&self, block: u64) -> SharedTree {
        let registered = self
            .chains
            .partition_point(|chain| chain.registered_at() <= block);
        let leaves = self.chains[..registered]
            .iter()
            .map(|chain| chain.leaf_at(block));
        SharedTree::from_leaves(leaves.collect())
    }
}
