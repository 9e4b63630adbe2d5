//! Inclusion proofs: their structure, their words, and what they fold to.

mod decode;
mod encode;
mod fault;
mod fold;
mod layout;

pub use fault::{Fault, MalformedProof, Quantity};
pub use fold::{Folded, FoldedHop, Source};

use alloc::vec::Vec;
use alloy_primitives::B256;

use crate::Format;

/// The proof that a log belongs to a batch and, with [`aggregation`](Self::aggregation), the batch to a message root.
///
/// `P` holds a path: `Vec<B256>` for a proof that owns its siblings, `&[B256]` for one read in place, see
/// [`read`](InclusionProof::read).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InclusionProof<P = Vec<B256>> {
    /// Dialect and log-tree depth, which fix the path lengths.
    pub format: Format,
    /// Siblings from the log leaf to the chain batch root: 17 in v32, 15 in v31.
    pub log_path: P,
    /// The way from the chain batch root to a message root. `None` makes the proof final: it ends at the batch.
    pub aggregation: Option<Aggregation<P>>,
}

/// The way from a chain batch root to the message root of the settlement layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aggregation<P = Vec<B256>> {
    /// Timestamp (seconds) of the settlement block that took the batch in: `Some` in v32, `None` in v31.
    pub l1_timestamp: Option<u64>,
    /// Index of the batch leaf in the chain tree.
    pub batch_mask: u64,
    /// Siblings from the batch leaf to the chain root, at most 32.
    pub batch_path: P,
    /// Block of the settlement layer whose message root the proof leads to.
    pub settlement_block: u64,
    /// Index of the chain in the shared tree.
    pub shared_mask: u64,
    /// Chain id of the settlement layer.
    pub settlement_chain_id: u64,
    /// Siblings from the chain-id leaf to the message root, at most 32: the nested proof.
    pub shared_path: P,
}

impl<P: AsRef<[B256]>> InclusionProof<P> {
    /// A final proof, which ends at the chain batch root.
    pub fn in_batch(format: impl Into<Format>, log_path: P) -> Self {
        Self {
            format: format.into(),
            log_path,
            aggregation: None,
        }
    }

    /// A proof that leads on to a message root.
    pub fn in_message_root(
        format: impl Into<Format>,
        log_path: P,
        aggregation: Aggregation<P>,
    ) -> Self {
        Self {
            format: format.into(),
            log_path,
            aggregation: Some(aggregation),
        }
    }
}
