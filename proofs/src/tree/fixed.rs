//! The log tree of a batch: fixed depth, padded with the empty leaf.

use alloc::vec::Vec;
use alloy_primitives::B256;

use super::padded::PaddedTree;
use crate::{L2Log, LOG_TREE_DEPTH, hash::EMPTY_LOG_CASCADE, keccak::Backend};

/// The log tree of a batch, 14 levels deep.
pub type LogTree = FixedTree<LOG_TREE_DEPTH>;

/// A log tree of `DEPTH` levels, at most 16, padded with [`EMPTY_LOG_LEAF`](crate::hash::EMPTY_LOG_LEAF).
///
/// Building hashes every node once. After that a path costs no hash, and [`push`](Self::push) costs `DEPTH` of them.
#[derive(Clone, Debug)]
pub struct FixedTree<const DEPTH: usize>(PaddedTree);

/// The tree has no room for another leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a log tree of depth {depth} holds {} leaves; put the rest into the next batch", 1u64 << .depth)]
pub struct TreeFull {
    /// Depth of the tree.
    pub depth: usize,
}

impl<const DEPTH: usize> FixedTree<DEPTH> {
    /// How many leaves fit.
    pub const CAPACITY: usize = {
        assert!(DEPTH < EMPTY_LOG_CASCADE.len());
        1 << DEPTH
    };

    /// Builds the tree over leaves in order.
    ///
    /// # Errors
    /// More leaves than [`CAPACITY`](Self::CAPACITY).
    pub fn from_leaves(leaves: Vec<B256>) -> Result<Self, TreeFull> {
        Self::check_room(leaves.len())?;
        Ok(Self::build(Backend::best(), leaves))
    }

    /// Hashes logs to leaves and builds the tree over them.
    ///
    /// # Errors
    /// More logs than [`CAPACITY`](Self::CAPACITY).
    pub fn from_logs(logs: &[L2Log]) -> Result<Self, TreeFull> {
        Self::from_logs_with(Backend::best(), logs)
    }

    /// [`from_logs`](Self::from_logs) on a chosen backend, which changes nothing but the speed.
    ///
    /// # Errors
    /// More logs than [`CAPACITY`](Self::CAPACITY).
    pub fn from_logs_with(backend: Backend, logs: &[L2Log]) -> Result<Self, TreeFull> {
        Self::check_room(logs.len())?;
        Ok(Self::build(backend, L2Log::leaves_with(backend, logs)))
    }

    fn check_room(leaves: usize) -> Result<(), TreeFull> {
        if leaves <= Self::CAPACITY {
            Ok(())
        } else {
            Err(TreeFull { depth: DEPTH })
        }
    }

    fn build(backend: Backend, leaves: Vec<B256>) -> Self {
        Self(PaddedTree::new(backend, leaves, DEPTH, &EMPTY_LOG_CASCADE))
    }

    /// Appends a leaf and brings the tree up to date.
    ///
    /// # Errors
    /// The tree is full; it stays as it was.
    pub fn push(&mut self, leaf: B256) -> Result<(), TreeFull> {
        Self::check_room(self.leaves().len() + 1)?;
        self.0.push(leaf);
        Ok(())
    }

    /// The leaves appended so far, padding left out.
    pub fn leaves(&self) -> &[B256] {
        self.0.leaves()
    }

    /// Root of the tree, padding included.
    pub fn root(&self) -> B256 {
        self.0.root()
    }

    /// Siblings of the leaf from the bottom up, or `None` past the last leaf: padding has no path.
    pub fn path(&self, index: usize) -> Option<[B256; DEPTH]> {
        if index >= self.leaves().len() {
            return None;
        }
        Some(core::array::from_fn(|level| self.0.sibling(level, index)))
    }
}

impl<const DEPTH: usize> Default for FixedTree<DEPTH> {
    fn default() -> Self {
        const { assert!(Self::CAPACITY > 0) };
        Self::build(Backend::Scalar, Vec::new())
    }
}
