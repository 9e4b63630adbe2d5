//! Folding a leaf up a proof, to the batch root and on to the message root.

use alloy_primitives::B256;

use super::{Aggregation, InclusionProof};
use crate::{
    VerifyError,
    hash::{self, EMPTY_LOG_LEAF},
};

/// Where the caller says the leaf comes from. The proof holds neither number, so a proof cannot choose its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// Chain that emitted the log.
    pub chain_id: u64,
    /// Batch of that chain that holds the log.
    pub batch_number: u64,
    /// Index of the log in the batch.
    pub leaf_index: u64,
}

/// Every hash that a proof leads through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Folded {
    /// Chain batch root of the source batch.
    pub chain_batch_root: B256,
    /// The aggregation hop; `None` for a final proof.
    pub hop: Option<FoldedHop>,
}

/// The hashes of the aggregation hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoldedHop {
    /// Leaf of the batch in the chain tree.
    pub batch_leaf: B256,
    /// Root of the chain tree.
    pub chain_root: B256,
    /// Leaf of the chain in the shared tree.
    pub chain_id_leaf: B256,
    /// Chain id of the settlement layer.
    pub settlement_chain_id: u64,
    /// Block of the settlement layer whose message root this should be.
    pub settlement_block: u64,
    /// The message root that the proof leads to.
    pub root: B256,
}

impl<P: AsRef<[B256]>> InclusionProof<P> {
    /// Computes every hash on the way from `leaf`. It proves nothing until the last one is compared with a known root.
    ///
    /// # Errors
    /// The proof is malformed, the leaf is the empty leaf, or the index lies outside the log tree.
    pub fn fold(&self, source: Source, leaf: B256) -> Result<Folded, VerifyError> {
        self.check()?;
        let depth = self.format.log_depth();
        if !hash::index_fits(source.leaf_index, depth) {
            let index = source.leaf_index;
            return Err(VerifyError::LeafIndex { index, depth });
        }
        if leaf == EMPTY_LOG_LEAF {
            return Err(VerifyError::EmptyLeaf);
        }
        let chain_batch_root = hash::fold(leaf, source.leaf_index, self.log_path.as_ref());
        let hop = self.aggregation.as_ref();
        Ok(Folded {
            chain_batch_root,
            hop: hop.map(|hop| hop.fold(source, &chain_batch_root)),
        })
    }
}

impl<P: AsRef<[B256]>> Aggregation<P> {
    fn fold(&self, source: Source, chain_batch_root: &B256) -> FoldedHop {
        let batch_leaf = match self.l1_timestamp {
            Some(time) => hash::batch_leaf_v32(chain_batch_root, source.batch_number, time),
            None => hash::batch_leaf_v31(chain_batch_root, source.batch_number),
        };
        let chain_root = hash::fold(batch_leaf, self.batch_mask, self.batch_path.as_ref());
        let chain_id_leaf = hash::chain_id_leaf(&chain_root, source.chain_id);
        FoldedHop {
            batch_leaf,
            chain_root,
            chain_id_leaf,
            settlement_chain_id: self.settlement_chain_id,
            settlement_block: self.settlement_block,
            root: hash::fold(chain_id_leaf, self.shared_mask, self.shared_path.as_ref()),
        }
    }
}
