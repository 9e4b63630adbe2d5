//! Proofs from before the metadata word: a bare list of siblings, tied to the root of one log tree.
//!
//! Nothing else in this crate reads them. A caller that must accept one says so by calling in here, and names the depth
//! of the log tree, which a bare path does not carry.

use alloy_primitives::B256;

use crate::hash::{self, EMPTY_LOG_LEAF};

/// Why a bare path was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LegacyPathError {
    /// The path does not have one sibling per level.
    #[error("the bare path has {found} siblings; a log tree of depth {depth} needs {depth}")]
    Length {
        /// Depth of the log tree.
        depth: usize,
        /// Siblings given.
        found: usize,
    },
    /// The index names no leaf of the tree.
    #[error("leaf index {index} lies outside a log tree of depth {depth}")]
    LeafIndex {
        /// Index given.
        index: u64,
        /// Depth of the log tree.
        depth: usize,
    },
    /// The leaf is the padding of log trees.
    #[error("the empty leaf is never a member of a log tree")]
    EmptyLeaf,
}

/// Folds a leaf up a bare path of a log tree of `depth` levels, and returns the logs root it leads to.
///
/// # Errors
/// See [`LegacyPathError`].
pub fn fold_bare_path(
    depth: usize,
    leaf_index: u64,
    leaf: B256,
    path: &[B256],
) -> Result<B256, LegacyPathError> {
    if path.len() != depth {
        let found = path.len();
        return Err(LegacyPathError::Length { depth, found });
    }
    if !hash::index_fits(leaf_index, depth) {
        let index = leaf_index;
        return Err(LegacyPathError::LeafIndex { index, depth });
    }
    if leaf == EMPTY_LOG_LEAF {
        return Err(LegacyPathError::EmptyLeaf);
    }
    Ok(hash::fold(leaf, leaf_index, path))
}
