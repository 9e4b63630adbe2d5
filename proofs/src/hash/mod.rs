//! The hashes of the format: tree nodes, aggregation leaves, and the constants they start from.

mod empty;

pub use empty::{EMPTY_ENTRY_CASCADE, EMPTY_LOG_CASCADE};

use alloy_primitives::{B256, b256, keccak256};

/// Leaf of a log of 88 zero bytes: pads log trees and is never a member of one.
pub const EMPTY_LOG_LEAF: B256 = EMPTY_LOG_CASCADE[0];

/// `keccak256` of 96 zero bytes: pads chain trees and the shared tree.
pub const EMPTY_ENTRY: B256 = EMPTY_ENTRY_CASCADE[0];

/// Root of a growing tree without leaves.
pub const EMPTY_TREE_ROOT: B256 = B256::ZERO;

/// Root of the four unused zero leaves of a v32 chain batch root.
pub const RESERVED: B256 =
    b256!("0xb4c11951957c6f8f642c4af61cd6b24640fec6dc7fc607ee8206a99e92410d30");

/// `keccak256("zkSync:BatchLeaf")`, the first word of every batch leaf.
pub const BATCH_LEAF_TAG: B256 =
    b256!("0xd82fec4a37cbdc47f1e5cc4ad64deacf34a48e6f7c61fa5b68fd58e543259cf4");

/// `keccak256("zkSync:ChainIdLeaf")`, the first word of every chain-id leaf.
pub const CHAIN_ID_LEAF_TAG: B256 =
    b256!("0x39bc69363bb9e26cf14240de4e22569e95cf175cfbcf1ade1a47a253b4bf7f61");

/// A tree node: `keccak256(left ‖ right)`.
#[inline]
pub fn node(left: &B256, right: &B256) -> B256 {
    words([left, right])
}

/// The v32 leaf of a batch in its chain's tree, which binds the timestamp of the settlement block (seconds).
pub fn batch_leaf_v32(chain_batch_root: &B256, batch_number: u64, l1_timestamp: u64) -> B256 {
    words([
        &BATCH_LEAF_TAG,
        chain_batch_root,
        &word(batch_number),
        &word(l1_timestamp),
    ])
}

/// The v31 leaf of a batch in its chain's tree.
pub fn batch_leaf_v31(chain_batch_root: &B256, batch_number: u64) -> B256 {
    words([&BATCH_LEAF_TAG, chain_batch_root, &word(batch_number)])
}

/// The leaf of a chain in the shared tree. `chain_root` is the root of the chain's tree, zero while it is empty.
pub fn chain_id_leaf(chain_root: &B256, chain_id: u64) -> B256 {
    words([&CHAIN_ID_LEAF_TAG, chain_root, &word(chain_id)])
}

/// The multichain root of a chain on which no other chain settles: the shared tree with only its own, empty, entry.
pub fn empty_multichain_root(chain_id: u64) -> B256 {
    chain_id_leaf(&EMPTY_TREE_ROOT, chain_id)
}

/// The chain batch root of v31: logs root and multichain root side by side.
pub fn chain_batch_root_v31(logs_root: &B256, multichain_root: &B256) -> B256 {
    node(logs_root, multichain_root)
}

/// The chain batch root of v32: eight fixed leaves, the last four of them zero.
pub fn chain_batch_root_v32(
    logs_root: &B256,
    multichain_root: &B256,
    imt_begin: &B256,
    imt_end: &B256,
) -> B256 {
    let roots = node(logs_root, multichain_root);
    let commitments = node(imt_begin, imt_end);
    node(&node(&roots, &commitments), &RESERVED)
}

/// Folds a leaf up a path; bit `l` of `index` says whether the running hash is the right child at level `l`.
pub(crate) fn fold(leaf: B256, index: u64, path: &[B256]) -> B256 {
    let mut index = index;
    path.iter().fold(leaf, |hash, sibling| {
        let is_right = index & 1 == 1;
        index >>= 1;
        if is_right {
            node(sibling, &hash)
        } else {
            node(&hash, sibling)
        }
    })
}

/// True if `index` names a leaf of a tree with `levels` levels, that is, has no bit above them.
pub(crate) fn index_fits(index: u64, levels: usize) -> bool {
    levels >= 64 || index >> levels == 0
}

/// A number as a big-endian 32-byte word.
pub(crate) fn word(number: u64) -> B256 {
    let mut word = B256::ZERO;
    word[24..].copy_from_slice(&number.to_be_bytes());
    word
}

fn words<const N: usize>(parts: [&B256; N]) -> B256 {
    let bytes: [[u8; 32]; N] = parts.map(|part| part.0);
    keccak256(bytes.as_flattened())
}
