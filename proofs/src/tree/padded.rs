//! A tree whose every occupied node is kept: reads hash nothing, an update hashes one path.

use alloc::vec::Vec;
use alloy_primitives::B256;

use crate::{
    hash,
    keccak::{self, Backend},
};

/// `levels[l][i]` is node `i` of level `l`; nodes past the end of a level are the empty subtree of that level.
#[derive(Clone, Debug)]
pub(super) struct PaddedTree {
    levels: Vec<Vec<B256>>,
    empty: &'static [B256],
}

impl PaddedTree {
    pub(super) fn new(
        backend: Backend,
        leaves: Vec<B256>,
        height: usize,
        empty: &'static [B256],
    ) -> Self {
        let mut levels = Vec::with_capacity(height + 1);
        levels.push(leaves);
        for level in 0..height {
            let parents = parents_of(backend, &levels[level], &empty[level]);
            levels.push(parents);
        }
        Self { levels, empty }
    }

    pub(super) fn leaves(&self) -> &[B256] {
        &self.levels[0]
    }

    pub(super) fn height(&self) -> usize {
        self.levels.len() - 1
    }

    pub(super) fn root(&self) -> B256 {
        self.node(self.height(), 0)
    }

    /// The sibling, at `level`, of the node that covers leaf `index`.
    pub(super) fn sibling(&self, level: usize, index: usize) -> B256 {
        self.node(level, (index >> level) ^ 1)
    }

    /// Appends a leaf; the caller has made sure that the height suffices.
    pub(super) fn push(&mut self, leaf: B256) {
        let index = self.leaves().len();
        self.levels[0].push(leaf);
        self.rehash(index);
    }

    /// Replaces a leaf that exists.
    pub(super) fn set(&mut self, index: usize, leaf: B256) {
        self.levels[0][index] = leaf;
        self.rehash(index);
    }

    /// Adds a level on top; the next change of a leaf fills it.
    pub(super) fn raise(&mut self) {
        self.levels.push(Vec::new());
    }

    fn node(&self, level: usize, index: usize) -> B256 {
        self.levels[level]
            .get(index)
            .copied()
            .unwrap_or(self.empty[level])
    }

    fn rehash(&mut self, leaf_index: usize) {
        for level in 0..self.height() {
            let left = (leaf_index >> level) & !1;
            let parent = hash::node(&self.node(level, left), &self.node(level, left + 1));
            let parents = &mut self.levels[level + 1];
            match parents.get_mut(left / 2) {
                Some(slot) => *slot = parent,
                None => parents.push(parent),
            }
        }
    }
}

fn parents_of(backend: Backend, children: &[B256], empty: &B256) -> Vec<B256> {
    let mut parents = Vec::with_capacity(children.len().div_ceil(2));
    keccak::hash_nodes(backend, children, &mut parents);
    if let [last] = children.as_chunks::<2>().1 {
        parents.push(hash::node(last, empty));
    }
    parents
}
