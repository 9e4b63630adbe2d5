//! One chain in the message root: its tree, and what its leaf in the shared tree was at any block.

use alloc::vec::Vec;
use alloy_primitives::B256;

use super::{MessageRootError, SettledBatch};
use crate::{
    GrowingTree,
    hash::{self, EMPTY_TREE_ROOT},
};

/// What one batch added.
#[derive(Clone, Copy, Debug)]
struct Entry {
    block: u64,
    timestamp: u64,
    /// The chain's leaf in the shared tree from this batch on.
    chain_id_leaf: B256,
}

#[derive(Clone, Debug)]
pub(super) struct Chain {
    id: u64,
    registered_at: u64,
    /// Number of the first batch; meaningless while there is none.
    first_batch: u64,
    tree: GrowingTree,
    history: Vec<Entry>,
}

impl Chain {
    pub(super) fn new(id: u64, registered_at: u64) -> Self {
        Self {
            id,
            registered_at,
            first_batch: 0,
            tree: GrowingTree::default(),
            history: Vec::new(),
        }
    }

    pub(super) fn id(&self) -> u64 {
        self.id
    }

    pub(super) fn registered_at(&self) -> u64 {
        self.registered_at
    }

    pub(super) fn tree(&self) -> &GrowingTree {
        &self.tree
    }

    pub(super) fn batch_count(&self) -> usize {
        self.history.len()
    }

    pub(super) fn last_batch(&self) -> Option<u64> {
        let count = self.history.len() as u64;
        count.checked_sub(1).map(|last| self.first_batch + last)
    }

    /// The chain's leaf while it has no batch.
    pub(super) fn empty_leaf(&self) -> B256 {
        hash::chain_id_leaf(&EMPTY_TREE_ROOT, self.id)
    }

    pub(super) fn check_next(&self, found: u64) -> Result<(), MessageRootError> {
        let expected = self
            .last_batch()
            .map_or(Some(found), |last| last.checked_add(1));
        if expected == Some(found) {
            return Ok(());
        }
        Err(MessageRootError::BatchOutOfOrder {
            chain_id: self.id,
            last: self.last_batch().unwrap_or_default(),
            found,
        })
    }

    /// Appends a batch that [`check_next`](Self::check_next) accepts, and returns the chain's new leaf.
    pub(super) fn append(&mut self, batch: &SettledBatch, leaf: B256) -> B256 {
        if self.history.is_empty() {
            self.first_batch = batch.batch_number;
        }
        self.tree.push(leaf);
        let chain_id_leaf = hash::chain_id_leaf(&self.tree.root(), self.id);
        self.history.push(Entry {
            block: batch.block,
            timestamp: batch.timestamp,
            chain_id_leaf,
        });
        chain_id_leaf
    }

    /// Index of a batch in the chain's tree.
    pub(super) fn index_of(&self, batch_number: u64) -> Option<usize> {
        let index = usize::try_from(batch_number.checked_sub(self.first_batch)?).ok()?;
        (index < self.history.len()).then_some(index)
    }

    pub(super) fn block_of(&self, batch_number: u64) -> Option<u64> {
        Some(self.history[self.index_of(batch_number)?].block)
    }

    pub(super) fn timestamp_at(&self, index: usize) -> Option<u64> {
        self.history.get(index).map(|entry| entry.timestamp)
    }

    /// How many batches the chain had after `block`.
    ///
    /// Looks first where the border would be if batches came evenly: a snapshot asks this of every chain, and each step
    /// of a plain binary search is a cache miss.
    pub(super) fn count_at(&self, block: u64) -> usize {
        let len = self.history.len();
        let guess = self.guess_count_at(block);
        let mut reach = 2;
        loop {
            let (low, high) = (guess.saturating_sub(reach), len.min(guess + reach));
            let starts_before = low == 0 || self.history[low - 1].block <= block;
            let ends_after = high == len || self.history[high].block > block;
            if starts_before && ends_after {
                let window = &self.history[low..high];
                return low + window.partition_point(|entry| entry.block <= block);
            }
            reach *= 8;
        }
    }

    fn guess_count_at(&self, block: u64) -> usize {
        let [first, .., last] = self.history.as_slice() else {
            return 0;
        };
        let elapsed = block.clamp(first.block, last.block) - first.block;
        let span = (last.block - first.block).max(1);
        let guess = u128::from(elapsed) * self.history.len() as u128 / u128::from(span);
        guess as usize
    }

    /// The chain's leaf in the shared tree after `block`.
    pub(super) fn leaf_at(&self, block: u64) -> B256 {
        match self.history[..self.count_at(block)].last() {
            Some(entry) => entry.chain_id_leaf,
            None => self.empty_leaf(),
        }
    }

    /// Drops every batch after `block`.
    pub(super) fn rewind(&mut self, block: u64) {
        let count = self.count_at(block);
        self.history.truncate(count);
        self.tree.truncate(count);
    }
}
