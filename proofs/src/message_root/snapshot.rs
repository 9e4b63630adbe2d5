//! The message root as it was after one block.

use alloc::{borrow::Cow, vec::Vec};
use alloy_primitives::B256;

use super::{MessageRoot, NotProvable};
use crate::{Aggregation, InclusionProof, SharedTree};

/// The message root as of one block of the settlement layer, ready to prove against.
#[derive(Clone, Debug)]
pub struct Snapshot<'a> {
    source: &'a MessageRoot,
    block: u64,
    shared: Cow<'a, SharedTree>,
}

impl<'a> Snapshot<'a> {
    pub(super) fn new(source: &'a MessageRoot, block: u64, shared: Cow<'a, SharedTree>) -> Self {
        Self {
            source,
            block,
            shared,
        }
    }

    /// The block, as it goes into proofs.
    pub fn block(&self) -> u64 {
        self.block
    }

    /// The message root after that block.
    pub fn root(&self) -> B256 {
        self.shared.root()
    }

    /// True if the batch was settled by then, so that its messages can be proven here.
    pub fn contains(&self, chain_id: u64, batch_number: u64) -> bool {
        self.aggregation(chain_id, batch_number).is_ok()
    }

    /// A proof to this root for a log of a batch, given the log's path inside it
    /// ([`ChainBatch::path`](crate::ChainBatch::path)).
    ///
    /// # Errors
    /// The chain or the batch was not there yet.
    pub fn prove(
        &self,
        chain_id: u64,
        batch_number: u64,
        log_path: Vec<B256>,
    ) -> Result<InclusionProof, NotProvable> {
        let aggregation = self.aggregation(chain_id, batch_number)?;
        let proof = InclusionProof::in_message_root(self.source.dialect(), log_path, aggregation);
        proof.check()?;
        Ok(proof)
    }

    /// The part of a proof that all logs of a batch share: the way from its chain batch root to this root.
    ///
    /// # Errors
    /// The chain or the batch was not there yet.
    pub fn aggregation(
        &self,
        chain_id: u64,
        batch_number: u64,
    ) -> Result<Aggregation, NotProvable> {
        let block = self.block;
        let unsettled = NotProvable::BatchNotSettled {
            chain_id,
            batch_number,
            block,
        };
        let (shared_mask, shared_path) = self
            .shared_path(chain_id)
            .ok_or(NotProvable::ChainNotRegistered { chain_id, block })?;
        let chain = &self.source.chains[shared_mask];
        let batch_mask = chain.index_of(batch_number).ok_or(unsettled)?;
        let batch_path = chain
            .tree()
            .path_at(batch_mask, chain.count_at(block))
            .ok_or(unsettled)?;
        let timestamped = self.source.dialect().has_timestamp();
        Ok(Aggregation {
            l1_timestamp: chain.timestamp_at(batch_mask).filter(|_| timestamped),
            batch_mask: batch_mask as u64,
            batch_path,
            settlement_block: block,
            shared_mask: shared_mask as u64,
            settlement_chain_id: self.source.settlement_chain_id(),
            shared_path,
        })
    }

    fn shared_path(&self, chain_id: u64) -> Option<(usize, Vec<B256>)> {
        let index = self.source.chain_index(chain_id)?;
        Some((index, self.shared.path(index)?))
    }
}
