//! The chain tree: append-only, and readable as it was at any earlier number of leaves.

use alloc::{vec, vec::Vec};
use alloy_primitives::B256;

use super::growing_height;
use crate::hash::{self, EMPTY_ENTRY_CASCADE, EMPTY_TREE_ROOT};

/// An append-only tree of height `ceil(log2(leaves))`; empty places hold [`EMPTY_ENTRY`](crate::hash::EMPTY_ENTRY).
///
/// Only complete subtrees are kept. They never change, so the tree at any earlier leaf count can still be read: at most
/// one node per level, the one at its right edge, is hashed again. Memory is under 64 bytes per leaf plus the slack of
/// growing vectors. More than `2^32` leaves (256 GiB) are not supported.
#[derive(Clone, Debug)]
pub struct GrowingTree {
    /// `complete[l][i]` is the root of leaves `i * 2^l .. (i + 1) * 2^l`, all of which exist.
    complete: Vec<Vec<B256>>,
}

impl Default for GrowingTree {
    fn default() -> Self {
        Self {
            complete: vec![Vec::new()],
        }
    }
}

impl FromIterator<B256> for GrowingTree {
    fn from_iter<I: IntoIterator<Item = B256>>(leaves: I) -> Self {
        let mut tree = Self::default();
        leaves.into_iter().for_each(|leaf| tree.push(leaf));
        tree
    }
}

impl GrowingTree {
    /// The leaves in order.
    pub fn leaves(&self) -> &[B256] {
        &self.complete[0]
    }

    /// Appends a leaf; costs one hash on average.
    pub fn push(&mut self, leaf: B256) {
        let mut completed = leaf;
        for level in 0.. {
            if level == self.complete.len() {
                self.complete.push(Vec::new());
            }
            let nodes = &mut self.complete[level];
            nodes.push(completed);
            match nodes.as_slice() {
                [.., left, right] if nodes.len().is_multiple_of(2) => {
                    completed = hash::node(left, right)
                }
                _ => return,
            }
        }
    }

    /// Drops all leaves from `count` on.
    pub fn truncate(&mut self, count: usize) {
        for (level, nodes) in self.complete.iter_mut().enumerate() {
            nodes.truncate(count >> level);
        }
    }

    /// Root over all leaves; zero while there is none.
    pub fn root(&self) -> B256 {
        self.edge_root(self.leaves().len())
    }

    /// Root as it was when the tree had `count` leaves, or `None` if it never had that many.
    pub fn root_at(&self, count: usize) -> Option<B256> {
        (count <= self.leaves().len()).then(|| self.edge_root(count))
    }

    /// Siblings of leaf `index` from the bottom up, in the tree as it is now.
    pub fn path(&self, index: usize) -> Option<Vec<B256>> {
        self.path_at(index, self.leaves().len())
    }

    /// Siblings of leaf `index` as they were when the tree had `count` leaves.
    ///
    /// Returns `None` if the tree never had that many leaves, or the leaf was not among them.
    pub fn path_at(&self, index: usize, count: usize) -> Option<Vec<B256>> {
        if index >= count || count > self.leaves().len() {
            return None;
        }
        let mut edge = None;
        let mut path = Vec::with_capacity(growing_height(count));
        for level in 0..growing_height(count) {
            path.push(self.node_at(level, (index >> level) ^ 1, count, edge));
            edge = self.edge_above(level, count, edge);
        }
        Some(path)
    }

    fn edge_root(&self, count: usize) -> B256 {
        if count == 0 {
            return EMPTY_TREE_ROOT;
        }
        let height = growing_height(count);
        let edge = (0..height).fold(None, |edge, level| self.edge_above(level, count, edge));
        self.node_at(height, 0, count, edge)
    }

    /// Node `index` of `level` in the tree of `count` leaves, whose incomplete node of that level, if any, is `edge`.
    fn node_at(&self, level: usize, index: usize, count: usize, edge: Option<B256>) -> B256 {
        let complete = count >> level;
        if index < complete {
            self.complete[level][index]
        } else {
            edge.filter(|_| index == complete)
                .unwrap_or(EMPTY_ENTRY_CASCADE[level])
        }
    }

    /// The incomplete node one level up: there is one if this level has an incomplete or an unpaired node.
    fn edge_above(&self, level: usize, count: usize, edge: Option<B256>) -> Option<B256> {
        let complete = count >> level;
        if complete.is_multiple_of(2) && edge.is_none() {
            return None;
        }
        let left = complete & !1;
        Some(hash::node(
            &self.node_at(level, left, count, edge),
            &self.node_at(level, left + 1, count, edge),
        ))
    }
}
