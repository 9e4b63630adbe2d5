//! Many Keccak-256 hashes of equal length at once.

use alloc::vec::Vec;
use alloy_primitives::{B256, keccak256};

use crate::{L2Log, hash};

/// Hashes each pair of `children` to its node and appends the nodes to `parents`. An odd last child is left out.
pub fn hash_nodes(children: &[B256], parents: &mut Vec<B256>) {
    parents.extend(
        children
            .as_chunks::<2>()
            .0
            .iter()
            .map(|[left, right]| hash::node(left, right)),
    );
}

/// Hashes packed logs to their leaves.
pub fn hash_logs(encoded: &[[u8; L2Log::ENCODED_LEN]]) -> Vec<B256> {
    encoded.iter().map(keccak256).collect()
}
