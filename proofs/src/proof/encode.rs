//! Writing a proof as words.

use alloc::{vec, vec::Vec};
use alloy_primitives::B256;

use super::{Aggregation, InclusionProof, MalformedProof, layout::VERSION};
use crate::hash::word;

impl<P: AsRef<[B256]>> InclusionProof<P> {
    /// Writes the proof as the words that contracts read.
    ///
    /// # Errors
    /// The structure breaks a rule of the format, so that no verifier would accept its words.
    pub fn encode(&self) -> Result<Vec<B256>, MalformedProof> {
        self.check()?;
        let log_path = self.log_path.as_ref();
        let Some(hop) = &self.aggregation else {
            let mut words = vec![metadata(log_path.len(), 0, true)];
            words.extend_from_slice(log_path);
            return Ok(words);
        };
        let mut words = vec![metadata(
            log_path.len(),
            hop.batch_path.as_ref().len(),
            false,
        )];
        words.extend_from_slice(log_path);
        hop.append_to(&mut words);
        Ok(words)
    }
}

impl<P: AsRef<[B256]>> Aggregation<P> {
    fn append_to(&self, words: &mut Vec<B256>) {
        let shared_path = self.shared_path.as_ref();
        words.extend(self.l1_timestamp.map(word));
        words.push(word(self.batch_mask));
        words.extend_from_slice(self.batch_path.as_ref());
        words.push(settlement(self.settlement_block, self.shared_mask));
        words.push(word(self.settlement_chain_id));
        words.push(metadata(shared_path.len(), 0, true));
        words.extend_from_slice(shared_path);
    }
}

/// The lengths are checked before: all are far below 256.
fn metadata(log_path_len: usize, batch_path_len: usize, is_final: bool) -> B256 {
    let mut bytes = B256::ZERO;
    bytes[..4].copy_from_slice(&[
        VERSION,
        log_path_len as u8,
        batch_path_len as u8,
        is_final.into(),
    ]);
    bytes
}

fn settlement(block: u64, shared_mask: u64) -> B256 {
    let mut bytes = word(shared_mask);
    bytes[8..16].copy_from_slice(&block.to_be_bytes());
    bytes
}
