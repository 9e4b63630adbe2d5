//! The slow and obvious twin: recursion over whole subtrees, nothing kept, nothing shared with the crate but `B256`.

use alloy_primitives::{B256, U256, keccak256};
use causeway_proofs::{Aggregation, Dialect, InclusionProof, SettledBatch};

pub(crate) fn concat_hash(words: &[B256]) -> B256 {
    keccak256(words.concat())
}

pub(crate) fn number(value: u64) -> B256 {
    U256::from(value).into()
}

/// Root of a tree of `height` levels over `leaves`, padded with `empty`.
pub(crate) fn root(leaves: &[B256], height: usize, empty: B256) -> B256 {
    if height == 0 {
        return leaves.first().copied().unwrap_or(empty);
    }
    let (left, right) = halves(leaves, height);
    concat_hash(&[
        root(left, height - 1, empty),
        root(right, height - 1, empty),
    ])
}

/// Siblings of leaf `index`, from the bottom up.
pub(crate) fn path(leaves: &[B256], index: usize, height: usize, empty: B256) -> Vec<B256> {
    if height == 0 {
        return vec![];
    }
    let (left, right) = halves(leaves, height);
    let half = 1 << (height - 1);
    let (mut below, sibling) = if index < half {
        (path(left, index, height - 1, empty), right)
    } else {
        (path(right, index - half, height - 1, empty), left)
    };
    below.push(root(sibling, height - 1, empty));
    below
}

fn halves(leaves: &[B256], height: usize) -> (&[B256], &[B256]) {
    leaves.split_at(leaves.len().min(1 << (height - 1)))
}

/// `ceil(log2(count))`, counted up.
pub(crate) fn height(count: usize) -> usize {
    (0..).find(|height| 1 << height >= count).unwrap()
}

pub(crate) fn empty_log() -> B256 {
    keccak256([0; 88])
}

pub(crate) fn empty_entry() -> B256 {
    keccak256([0; 96])
}

pub(crate) fn growing_root(leaves: &[B256]) -> B256 {
    if leaves.is_empty() {
        return B256::ZERO;
    }
    root(leaves, height(leaves.len()), empty_entry())
}

pub(crate) fn growing_path(leaves: &[B256], index: usize) -> Vec<B256> {
    path(leaves, index, height(leaves.len()), empty_entry())
}

/// Climbs from a leaf, one sibling per level.
pub(crate) fn climb(leaf: B256, index: u64, path: &[B256]) -> B256 {
    match path {
        [] => leaf,
        [sibling, rest @ ..] => {
            let pair = if index.is_multiple_of(2) {
                [leaf, *sibling]
            } else {
                [*sibling, leaf]
            };
            climb(concat_hash(&pair), index / 2, rest)
        }
    }
}

pub(crate) fn chain_batch_root(
    dialect: Dialect,
    logs_root: B256,
    multichain: B256,
    imt: [B256; 2],
) -> B256 {
    match dialect {
        Dialect::V31 => concat_hash(&[logs_root, multichain]),
        Dialect::V32 => {
            let [zero, [begin, end]] = [[B256::ZERO; 2], imt];
            let leaves = [logs_root, multichain, begin, end, zero[0], zero[1]];
            root(&leaves, 3, B256::ZERO)
        }
    }
}

pub(crate) fn batch_leaf(dialect: Dialect, batch: &SettledBatch) -> B256 {
    let mut words = vec![
        keccak256("zkSync:BatchLeaf"),
        batch.chain_batch_root,
        number(batch.batch_number),
    ];
    if dialect == Dialect::V32 {
        words.push(number(batch.timestamp));
    }
    concat_hash(&words)
}

pub(crate) fn chain_id_leaf(chain_root: B256, chain_id: u64) -> B256 {
    concat_hash(&[
        keccak256("zkSync:ChainIdLeaf"),
        chain_root,
        number(chain_id),
    ])
}

/// Writes a proof as words, number by number.
pub(crate) fn encode(proof: &InclusionProof) -> Vec<B256> {
    let is_final = proof.aggregation.is_none();
    let hop = proof.aggregation.as_ref();
    let batch_len = hop.map_or(0, |hop| hop.batch_path.len());
    let mut words = vec![metadata(proof.log_path.len(), batch_len, is_final)];
    words.extend(&proof.log_path);
    if let Some(hop) = hop {
        words.extend(encode_hop(hop));
    }
    words
}

fn encode_hop(hop: &Aggregation) -> Vec<B256> {
    let block = U256::from(hop.settlement_block) << 128;
    let mut words: Vec<_> = hop.l1_timestamp.iter().copied().map(number).collect();
    words.push(number(hop.batch_mask));
    words.extend(&hop.batch_path);
    words.push(B256::from(block | U256::from(hop.shared_mask)));
    words.push(number(hop.settlement_chain_id));
    words.push(metadata(hop.shared_path.len(), 0, true));
    words.extend(&hop.shared_path);
    words
}

fn metadata(log_len: usize, batch_len: usize, is_final: bool) -> B256 {
    let bytes = [1, log_len as u8, batch_len as u8, is_final.into()];
    B256::right_padding_from(&bytes)
}

/// A message root that keeps its events and computes everything from them.
#[derive(Debug)]
pub(crate) struct MessageRoot {
    pub(crate) dialect: Dialect,
    pub(crate) settlement_chain_id: u64,
    /// Chain id and block of registration, in order.
    pub(crate) registrations: Vec<(u64, u64)>,
    pub(crate) batches: Vec<SettledBatch>,
}

impl MessageRoot {
    fn chains(&self, block: u64) -> Vec<u64> {
        let registered = self.registrations.iter().filter(|(_, at)| *at <= block);
        std::iter::once(self.settlement_chain_id)
            .chain(registered.map(|(chain_id, _)| *chain_id))
            .collect()
    }

    fn batch_leaves(&self, chain_id: u64, block: u64) -> Vec<B256> {
        self.batches
            .iter()
            .filter(|batch| batch.chain_id == chain_id && batch.block <= block)
            .map(|batch| batch_leaf(self.dialect, batch))
            .collect()
    }

    fn chain_leaves(&self, block: u64) -> Vec<B256> {
        let chains = self.chains(block).into_iter();
        chains
            .map(|id| chain_id_leaf(growing_root(&self.batch_leaves(id, block)), id))
            .collect()
    }

    pub(crate) fn root(&self, block: u64) -> B256 {
        growing_root(&self.chain_leaves(block))
    }

    /// The aggregation part of a proof, or `None` if the batch was not there at that block.
    pub(crate) fn aggregation(
        &self,
        chain_id: u64,
        batch_number: u64,
        block: u64,
    ) -> Option<Aggregation> {
        let is_it = |batch: &&SettledBatch| batch.chain_id == chain_id;
        let of_chain: Vec<_> = self.batches.iter().filter(is_it).collect();
        let index = of_chain
            .iter()
            .position(|batch| batch.batch_number == batch_number && batch.block <= block)?;
        let shared_mask = self.chains(block).iter().position(|id| *id == chain_id)?;
        let timestamped = self.dialect == Dialect::V32;
        Some(Aggregation {
            l1_timestamp: timestamped.then_some(of_chain[index].timestamp),
            batch_mask: index as u64,
            batch_path: growing_path(&self.batch_leaves(chain_id, block), index),
            settlement_block: block,
            shared_mask: shared_mask as u64,
            settlement_chain_id: self.settlement_chain_id,
            shared_path: growing_path(&self.chain_leaves(block), shared_mask),
        })
    }
}
