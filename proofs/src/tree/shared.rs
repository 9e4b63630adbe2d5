//! The shared tree: one leaf per chain, updated whenever a batch of that chain settles.

use alloc::vec::Vec;
use alloy_primitives::B256;

use super::{growing_height, padded::PaddedTree};
use crate::{
    hash::{EMPTY_ENTRY_CASCADE, EMPTY_TREE_ROOT},
    keccak::Backend,
};

/// A growing tree whose leaves can be updated; empty places hold [`EMPTY_ENTRY`](crate::hash::EMPTY_ENTRY).
///
/// Reading a root or a path hashes nothing. An update hashes one path.
#[derive(Clone, Debug)]
pub struct SharedTree(PaddedTree);

impl SharedTree {
    /// Builds the tree over leaves in order.
    pub fn from_leaves(leaves: Vec<B256>) -> Self {
        let height = growing_height(leaves.len());
        Self(PaddedTree::new(
            Backend::best(),
            leaves,
            height,
            &EMPTY_ENTRY_CASCADE,
        ))
    }

    /// The leaves, in order of registration.
    pub fn leaves(&self) -> &[B256] {
        self.0.leaves()
    }

    /// Appends a leaf and returns its index; the tree gains a level when it has outgrown the present height.
    pub fn push(&mut self, leaf: B256) -> usize {
        let index = self.leaves().len();
        if growing_height(index + 1) > self.0.height() {
            self.0.raise();
        }
        self.0.push(leaf);
        index
    }

    /// Replaces a leaf and returns true, or returns false if there is none at `index`.
    pub fn set(&mut self, index: usize, leaf: B256) -> bool {
        let exists = index < self.leaves().len();
        if exists {
            self.0.set(index, leaf);
        }
        exists
    }

    /// Root of the tree; zero while it is empty.
    pub fn root(&self) -> B256 {
        if self.leaves().is_empty() {
            EMPTY_TREE_ROOT
        } else {
            self.0.root()
        }
    }

    /// Siblings of the leaf from the bottom up, or `None` past the last leaf.
    pub fn path(&self, index: usize) -> Option<Vec<B256>> {
        (index < self.leaves().len()).then(|| {
            (0..self.0.height())
                .map(|level| self.0.sibling(level, index))
                .collect()
        })
    }
}
