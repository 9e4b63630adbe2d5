//! Verification against a root that the caller already trusts.

use alloy_primitives::B256;

use crate::{Format, InclusionProof, MalformedProof, Source};

/// The root that a verified proof leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Chain id of the settlement layer.
    pub chain_id: u64,
    /// Block of the settlement layer.
    pub block: u64,
    /// Its message root at that block.
    pub root: B256,
}

/// Why a proof was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The words are not a proof of the expected format.
    #[error(transparent)]
    Malformed(#[from] MalformedProof),
    /// The index names no leaf of a log tree.
    #[error("leaf index {index} lies outside a log tree of depth {depth}")]
    LeafIndex {
        /// Index given.
        index: u64,
        /// Depth of the log tree.
        depth: usize,
    },
    /// The leaf is the padding of log trees.
    #[error("the empty leaf is never a member of a batch")]
    EmptyLeaf,
    /// A proof to a message root was expected, and this one ends at the batch.
    #[error("the proof ends at the chain batch root; a proof to a message root is needed here")]
    EndsAtBatch,
    /// A proof to a chain batch root was expected, and this one goes on.
    #[error("the proof leads on to a message root; one that ends at the batch is needed here")]
    LeadsPastBatch,
    /// No root is known for the block that the proof names.
    #[error("no root of chain {chain_id} at block {block} is known; import it first")]
    UnknownRoot {
        /// Chain id of the settlement layer.
        chain_id: u64,
        /// Block of the settlement layer.
        block: u64,
    },
    /// The known root is zero, which stands for "never set" and is not a root.
    #[error("the known root is zero, which is never a root")]
    ZeroRoot,
    /// The proof leads to another root than the known one.
    #[error("the proof leads to root {folded}, the known root is {known}")]
    RootMismatch {
        /// Root that the proof leads to.
        folded: B256,
        /// Root that the caller knows.
        known: B256,
    },
}

/// Verifies that `leaf` is log `leaf_index` of batch `batch_number` of chain `chain_id`, under an imported message root.
///
/// `root_of(settlement_chain_id, block)` returns the message root that the caller imported, or `None`.
///
/// # Errors
/// See [`VerifyError`]. An error says nothing about absence: a refused proof is no proof of non-membership.
pub fn verify_message(
    format: impl Into<Format>,
    chain_id: u64,
    batch_number: u64,
    leaf_index: u64,
    leaf: B256,
    words: &[B256],
    root_of: impl FnOnce(u64, u64) -> Option<B256>,
) -> Result<Anchor, VerifyError> {
    let source = Source {
        chain_id,
        batch_number,
        leaf_index,
    };
    let proof = InclusionProof::read(words, format)?;
    let hop = proof
        .fold(source, leaf)?
        .hop
        .ok_or(VerifyError::EndsAtBatch)?;
    let anchor = Anchor {
        chain_id: hop.settlement_chain_id,
        block: hop.settlement_block,
        root: hop.root,
    };
    let known = root_of(anchor.chain_id, anchor.block).ok_or(VerifyError::UnknownRoot {
        chain_id: anchor.chain_id,
        block: anchor.block,
    })?;
    compare(anchor.root, known)?;
    Ok(anchor)
}

/// Verifies a final proof: that `leaf` is log `leaf_index` of the batch with this chain batch root.
///
/// # Errors
/// See [`VerifyError`].
pub fn verify_in_batch(
    format: impl Into<Format>,
    leaf_index: u64,
    leaf: B256,
    words: &[B256],
    chain_batch_root: B256,
) -> Result<(), VerifyError> {
    let proof = InclusionProof::read(words, format)?;
    if proof.aggregation.is_some() {
        return Err(VerifyError::LeadsPastBatch);
    }
    let source = Source {
        chain_id: 0,
        batch_number: 0,
        leaf_index,
    };
    compare(proof.fold(source, leaf)?.chain_batch_root, chain_batch_root)
}

fn compare(folded: B256, known: B256) -> Result<(), VerifyError> {
    if known == B256::ZERO {
        return Err(VerifyError::ZeroRoot);
    }
    if folded != known {
        return Err(VerifyError::RootMismatch { folded, known });
    }
    Ok(())
}
