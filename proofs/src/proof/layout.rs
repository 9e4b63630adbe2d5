//! Where each part of a proof stands, and the rules its parts obey.
//!
//! ```text
//! [0]  metadata     [..] log path      final: end
//! [..] l1Timestamp (v32)   [..] batchMask   [..] batch path
//! [..] settlementBlock << 128 | sharedMask  [..] settlementChainId
//! [..] nested metadata     [..] shared path
//! ```

use alloy_primitives::B256;

use super::{Aggregation, Fault, InclusionProof, MalformedProof, Quantity};
use crate::{MAX_GROWING_HEIGHT, hash};

/// The one metadata version there is.
pub(super) const VERSION: u8 = 1;

/// Index of the metadata word.
pub(super) const METADATA: usize = 0;

/// Word indices of the aggregation part, as far as rules refer to them.
pub(super) struct Layout {
    pub(super) timestamp: usize,
    pub(super) batch_mask: usize,
    pub(super) settlement: usize,
    pub(super) nested_metadata: usize,
}

impl Layout {
    pub(super) fn new(log_path_len: usize, has_timestamp: bool, batch_path_len: usize) -> Self {
        let timestamp = METADATA + 1 + log_path_len;
        let batch_mask = timestamp + usize::from(has_timestamp);
        let settlement = batch_mask + 1 + batch_path_len;
        Self {
            timestamp,
            batch_mask,
            settlement,
            nested_metadata: settlement + 2,
        }
    }
}

impl<P: AsRef<[B256]>> InclusionProof<P> {
    /// Checks everything about the structure that does not depend on hashes.
    pub(crate) fn check(&self) -> Result<(), MalformedProof> {
        let expected = self.format.log_path_len();
        let found = self.log_path.as_ref().len();
        if found != expected {
            return Fault::LogPathLength { expected, found }.at(METADATA);
        }
        self.aggregation
            .as_ref()
            .map_or(Ok(()), |hop| self.check_hop(hop))
    }

    fn check_hop(&self, hop: &Aggregation<P>) -> Result<(), MalformedProof> {
        let has_timestamp = self.format.dialect().has_timestamp();
        let (batch_path, shared_path) = (hop.batch_path.as_ref(), hop.shared_path.as_ref());
        let at = Layout::new(self.format.log_path_len(), has_timestamp, batch_path.len());
        if hop.l1_timestamp.is_some() != has_timestamp {
            return Fault::TimestampOfOtherDialect.at(at.timestamp);
        }
        check_height(batch_path, METADATA)?;
        check_height(shared_path, at.nested_metadata)?;
        check_index(
            Quantity::BatchMask,
            hop.batch_mask,
            batch_path,
            at.batch_mask,
        )?;
        check_index(
            Quantity::SharedMask,
            hop.shared_mask,
            shared_path,
            at.settlement,
        )
    }
}

fn check_height(path: &[B256], metadata_word: usize) -> Result<(), MalformedProof> {
    if path.len() <= MAX_GROWING_HEIGHT {
        return Ok(());
    }
    Fault::PathTooLong {
        limit: MAX_GROWING_HEIGHT,
        found: path.len(),
    }
    .at(metadata_word)
}

fn check_index(
    quantity: Quantity,
    index: u64,
    path: &[B256],
    word: usize,
) -> Result<(), MalformedProof> {
    let levels = path.len();
    if hash::index_fits(index, levels) {
        return Ok(());
    }
    Fault::IndexOutsideTree {
        quantity,
        index,
        levels,
    }
    .at(word)
}

impl Fault {
    pub(super) fn at<T>(self, word: usize) -> Result<T, MalformedProof> {
        Err(MalformedProof { word, fault: self })
    }
}
