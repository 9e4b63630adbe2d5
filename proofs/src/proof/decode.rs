//! Strict reading of proof words: one spelling per proof, every word used.

use alloy_primitives::B256;

use super::{
    Aggregation, Fault, InclusionProof, MalformedProof, Quantity,
    layout::{METADATA, VERSION},
};
use crate::Format;

impl InclusionProof {
    /// Reads a proof from its words.
    ///
    /// # Errors
    /// The first word that does not fit the format, and why.
    pub fn decode(words: &[B256], format: impl Into<Format>) -> Result<Self, MalformedProof> {
        InclusionProof::read(words, format).map(|proof| proof.to_owned_paths())
    }
}

impl<'a> InclusionProof<&'a [B256]> {
    /// Reads a proof from its words without copying or allocating.
    ///
    /// # Errors
    /// The first word that does not fit the format, and why.
    pub fn read(words: &'a [B256], format: impl Into<Format>) -> Result<Self, MalformedProof> {
        let format = format.into();
        let mut reader = Reader {
            words,
            next: METADATA,
        };
        let metadata = reader.metadata()?;
        metadata.check_log_path(format.log_path_len())?;
        let log_path = reader.path(metadata.log_path_len)?;
        let aggregation = if metadata.is_final {
            None
        } else {
            Some(reader.aggregation(format, metadata.batch_path_len)?)
        };
        reader.end()?;
        let proof = Self {
            format,
            log_path,
            aggregation,
        };
        proof.check()?;
        Ok(proof)
    }

    /// Copies the paths out of the words they were read from.
    pub fn to_owned_paths(&self) -> InclusionProof {
        InclusionProof {
            format: self.format,
            log_path: self.log_path.to_vec(),
            aggregation: self.aggregation.as_ref().map(|hop| Aggregation {
                l1_timestamp: hop.l1_timestamp,
                batch_mask: hop.batch_mask,
                batch_path: hop.batch_path.to_vec(),
                settlement_block: hop.settlement_block,
                shared_mask: hop.shared_mask,
                settlement_chain_id: hop.settlement_chain_id,
                shared_path: hop.shared_path.to_vec(),
            }),
        }
    }
}

/// A metadata word, with its own index for errors.
struct Metadata {
    word: usize,
    log_path_len: usize,
    batch_path_len: usize,
    is_final: bool,
}

impl Metadata {
    fn read(bytes: &B256, word: usize) -> Result<Self, MalformedProof> {
        let [version, log_path_len, batch_path_len, flag, ref tail @ ..] = bytes.0;
        if version != VERSION {
            return Fault::UnknownVersion { found: version }.at(word);
        }
        if tail.iter().any(|byte| *byte != 0) {
            return Fault::MetadataTail.at(word);
        }
        if flag > 1 {
            return Fault::FinalFlag { found: flag }.at(word);
        }
        let is_final = flag == 1;
        if is_final && batch_path_len != 0 {
            let found = batch_path_len.into();
            return Fault::BatchPathInFinal { found }.at(word);
        }
        Ok(Self {
            word,
            log_path_len: log_path_len.into(),
            batch_path_len: batch_path_len.into(),
            is_final,
        })
    }

    fn check_log_path(&self, expected: usize) -> Result<(), MalformedProof> {
        let found = self.log_path_len;
        if found == expected {
            Ok(())
        } else {
            Fault::LogPathLength { expected, found }.at(self.word)
        }
    }
}

/// Takes words off the front, and knows the index of the next one.
struct Reader<'a> {
    words: &'a [B256],
    next: usize,
}

impl<'a> Reader<'a> {
    fn aggregation(
        &mut self,
        format: Format,
        batch_path_len: usize,
    ) -> Result<Aggregation<&'a [B256]>, MalformedProof> {
        let l1_timestamp = match format.dialect().has_timestamp() {
            true => Some(self.number(Quantity::L1Timestamp)?),
            false => None,
        };
        let batch_mask = self.number(Quantity::BatchMask)?;
        let batch_path = self.path(batch_path_len)?;
        let (settlement_block, shared_mask) = self.settlement()?;
        let settlement_chain_id = self.number(Quantity::SettlementChainId)?;
        let nested = self.metadata()?;
        if !nested.is_final {
            return Fault::NestedNotFinal.at(nested.word);
        }
        let shared_path = self.path(nested.log_path_len)?;
        Ok(Aggregation {
            l1_timestamp,
            batch_mask,
            batch_path,
            settlement_block,
            shared_mask,
            settlement_chain_id,
            shared_path,
        })
    }

    fn metadata(&mut self) -> Result<Metadata, MalformedProof> {
        let word = self.next;
        Metadata::read(self.word()?, word)
    }

    fn word(&mut self) -> Result<&'a B256, MalformedProof> {
        let index = self.next;
        let Some(word) = self.words.get(index) else {
            return Fault::Missing.at(index);
        };
        self.next += 1;
        Ok(word)
    }

    fn path(&mut self, len: usize) -> Result<&'a [B256], MalformedProof> {
        let end = self.next + len;
        let Some(path) = self.words.get(self.next..end) else {
            return Fault::Missing.at(self.words.len());
        };
        self.next = end;
        Ok(path)
    }

    fn number(&mut self, quantity: Quantity) -> Result<u64, MalformedProof> {
        let index = self.next;
        let word = self.word()?;
        number(&word[..], quantity, index)
    }

    /// The word `settlementBlock << 128 | sharedMask`.
    fn settlement(&mut self) -> Result<(u64, u64), MalformedProof> {
        let index = self.next;
        let (block, mask) = self.word()?.split_at(16);
        Ok((
            number(block, Quantity::SettlementBlock, index)?,
            number(mask, Quantity::SharedMask, index)?,
        ))
    }

    fn end(&self) -> Result<(), MalformedProof> {
        match self.words.len() - self.next {
            0 => Ok(()),
            extra => Fault::LeftOver { extra }.at(self.next),
        }
    }
}

/// A big-endian number, which must fit 64 bits.
fn number(bytes: &[u8], quantity: Quantity, word: usize) -> Result<u64, MalformedProof> {
    match bytes.split_last_chunk::<8>() {
        Some((high, low)) if high.iter().all(|byte| *byte == 0) => Ok(u64::from_be_bytes(*low)),
        _ => Fault::NumberTooLarge { quantity }.at(word),
    }
}
