//! Proof words for the three ways a contract takes them.

use alloy::primitives::B256;
use causeway_proofs::{Aggregation, Dialect, Format, InclusionProof, MalformedProof};

/// Byte of the metadata word that holds the length of the log part.
const LOG_PATH_LEN: usize = 1;

/// From a leaf to an imported root.
pub fn inclusion_words(
    log_path: Vec<B256>,
    aggregation: Aggregation,
) -> Result<Vec<B256>, MalformedProof> {
    InclusionProof::in_message_root(Dialect::V32, log_path, aggregation).encode()
}

/// From a leaf to the root of its batch, for batches that the contract has recorded.
pub fn final_words(log_path: Vec<B256>) -> Result<Vec<B256>, MalformedProof> {
    InclusionProof::in_batch(Dialect::V32, log_path).encode()
}

/// From a batch root to an imported root: the words of any of the batch's messages, without the log part.
pub fn batch_words(aggregation: Aggregation) -> Result<Vec<B256>, MalformedProof> {
    let log_path_len = Format::from(Dialect::V32).log_path_len();
    let whole = inclusion_words(vec![B256::ZERO; log_path_len], aggregation)?;
    let mut words = whole.into_iter();
    let mut metadata = words.next().unwrap_or_default();
    if let Some(length) = metadata.get_mut(LOG_PATH_LEN) {
        *length = 0;
    }
    Ok(std::iter::once(metadata)
        .chain(words.skip(log_path_len))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aggregation() -> Aggregation {
        Aggregation {
            l1_timestamp: Some(9),
            batch_mask: 2,
            batch_path: vec![B256::repeat_byte(1); 3],
            settlement_block: 40,
            shared_mask: 1,
            settlement_chain_id: 1,
            shared_path: vec![B256::repeat_byte(2); 2],
        }
    }

    #[test]
    fn a_batch_proof_is_a_message_proof_without_its_log_part() {
        let message =
            inclusion_words(vec![B256::repeat_byte(7); 17], aggregation()).expect("words");
        let batch = batch_words(aggregation()).expect("words");
        assert_eq!(batch[0].0[..4], [1, 0, 3, 0]);
        assert_eq!(message[0].0[..4], [1, 17, 3, 0]);
        assert_eq!(batch[1..], message[18..]);
    }
}
