//! A batch's data: all that a stranger needs to replay the batch's blocks, compressed.
//!
//! `0x01 ‖ zstd(rlp([chainId, [block, ...]]))`, a block being `[number, timestamp, beneficiary, gasLimit, baseFee,
//! prevRandao, [transaction, ...]]` with EIP-2718 transactions as byte strings; one that
//! nobody signed is a [`SystemTransaction`](crate::chain::SystemTransaction).

use std::io::Read;

use alloy::primitives::{Address, B256, Bytes};
use alloy_rlp::{Decodable, Encodable, RlpDecodable, RlpEncodable};

use crate::{chain::FullBlock, model::ChainId};

const VERSION: u8 = 1;

/// Most bytes that a batch's data may unpack to. A batch is sealed long before.
pub const MAX_UNPACKED: u64 = 64 * 1024 * 1024;

const COMPRESSION_LEVEL: i32 = 9;

/// The transactions of a batch and what their blocks fix.
#[derive(Clone, Debug, PartialEq, Eq, RlpEncodable, RlpDecodable)]
pub struct BatchData {
    /// Chain the blocks belong to.
    pub chain: ChainId,
    /// Blocks of the batch, in order.
    pub blocks: Vec<BlockData>,
}

/// What a block's execution depends on.
#[derive(Clone, Debug, PartialEq, Eq, RlpEncodable, RlpDecodable)]
pub struct BlockData {
    /// Block number.
    pub number: u64,
    /// Timestamp, in seconds.
    pub timestamp: u64,
    /// Fee recipient.
    pub beneficiary: Address,
    /// Gas limit.
    pub gas_limit: u64,
    /// Base fee, in wei.
    pub base_fee_per_gas: u64,
    /// Randomness that contracts see.
    pub prev_randao: B256,
    /// EIP-2718 transactions, and those that nobody signed.
    pub transactions: Vec<Bytes>,
}

/// Why data cannot be packed or unpacked.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// Written by another version.
    #[error("batch data has version {0:?}; this release reads version {VERSION}")]
    UnknownVersion(Option<u8>),
    /// The compressed stream is damaged.
    #[error("batch data cannot be decompressed: {0}")]
    Compression(#[from] std::io::Error),
    /// It unpacks to more than a batch may hold.
    #[error("batch data unpacks to more than {MAX_UNPACKED} bytes")]
    TooLarge,
    /// The structure is damaged.
    #[error("batch data is damaged: {0}")]
    Structure(#[from] alloy_rlp::Error),
    /// Bytes are left over.
    #[error("batch data has {0} bytes too many")]
    TrailingBytes(usize),
}

impl From<FullBlock> for BlockData {
    fn from(full: FullBlock) -> Self {
        Self {
            number: full.block.number,
            timestamp: full.block.timestamp,
            beneficiary: full.beneficiary,
            gas_limit: full.gas_limit,
            base_fee_per_gas: full.base_fee_per_gas,
            prev_randao: full.prev_randao,
            transactions: full.transactions,
        }
    }
}

impl BatchData {
    /// Packs the data.
    pub fn encode(&self) -> Result<Bytes, DataError> {
        let mut unpacked = Vec::with_capacity(self.length());
        Encodable::encode(self, &mut unpacked);
        let mut packed = vec![VERSION];
        packed.extend(zstd::bulk::compress(&unpacked, COMPRESSION_LEVEL)?);
        Ok(packed.into())
    }

    /// Unpacks data from anywhere; its size is bounded whatever it claims.
    pub fn decode(packed: &[u8]) -> Result<Self, DataError> {
        let (version, compressed) = packed
            .split_first()
            .ok_or(DataError::UnknownVersion(None))?;
        if *version != VERSION {
            return Err(DataError::UnknownVersion(Some(*version)));
        }
        let unpacked = decompress(compressed)?;
        let mut rest = unpacked.as_slice();
        let data = Decodable::decode(&mut rest)?;
        if rest.is_empty() {
            Ok(data)
        } else {
            Err(DataError::TrailingBytes(rest.len()))
        }
    }
}

fn decompress(compressed: &[u8]) -> Result<Vec<u8>, DataError> {
    let mut unpacked = Vec::new();
    let limit = MAX_UNPACKED.saturating_add(1);
    zstd::Decoder::new(compressed)?
        .take(limit)
        .read_to_end(&mut unpacked)?;
    if unpacked.len() as u64 > MAX_UNPACKED {
        Err(DataError::TooLarge)
    } else {
        Ok(unpacked)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn block() -> impl Strategy<Value = BlockData> {
        let transactions = prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..5);
        (
            any::<u64>(),
            any::<u64>(),
            any::<[u8; 20]>(),
            any::<u64>(),
            any::<u64>(),
            any::<[u8; 32]>(),
            transactions,
        )
            .prop_map(
                |(
                    number,
                    timestamp,
                    beneficiary,
                    gas_limit,
                    base_fee_per_gas,
                    randao,
                    transactions,
                )| BlockData {
                    number,
                    timestamp,
                    beneficiary: beneficiary.into(),
                    gas_limit,
                    base_fee_per_gas,
                    prev_randao: randao.into(),
                    transactions: transactions.into_iter().map(Bytes::from).collect(),
                },
            )
    }

    fn data() -> impl Strategy<Value = BatchData> {
        (any::<u64>(), prop::collection::vec(block(), 0..6))
            .prop_map(|(chain, blocks)| BatchData { chain, blocks })
    }

    proptest! {
        #[test]
        fn what_is_packed_unpacks_to_the_same(data in data()) {
            prop_assert_eq!(BatchData::decode(&data.encode().unwrap()).unwrap(), data);
        }

        #[test]
        fn data_that_was_cut_is_refused(data in data(), at in any::<prop::sample::Index>()) {
            let packed = data.encode().unwrap();
            prop_assert!(BatchData::decode(&packed[..at.index(packed.len())]).is_err());
        }

        #[test]
        fn no_other_bytes_unpack_to_the_same(
            data in data(), at in any::<prop::sample::Index>(), bit in 0..8_u8,
        ) {
            let mut unpacked = alloy_rlp::encode(&data);
            let at = at.index(unpacked.len());
            unpacked[at] ^= 1 << bit;
            prop_assert!(BatchData::decode(&pack(&unpacked)).map_or(true, |other| other != data));
        }

        #[test]
        fn noise_is_refused_without_a_panic(noise in prop::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(BatchData::decode(&noise).is_err());
        }
    }

    fn pack(unpacked: &[u8]) -> Vec<u8> {
        let mut packed = vec![VERSION];
        packed.extend(zstd::bulk::compress(unpacked, 1).unwrap());
        packed
    }

    #[test]
    fn another_version_is_refused() {
        assert!(matches!(
            BatchData::decode(&[]),
            Err(DataError::UnknownVersion(None))
        ));
        assert!(matches!(
            BatchData::decode(&[2, 0]),
            Err(DataError::UnknownVersion(Some(2)))
        ));
    }

    #[test]
    fn a_decompression_bomb_is_refused() {
        let bomb = pack(&vec![0; MAX_UNPACKED as usize + 1]);
        assert!(bomb.len() < 100_000);
        assert!(matches!(BatchData::decode(&bomb), Err(DataError::TooLarge)));
    }

    #[test]
    fn bytes_left_over_are_refused() {
        let mut unpacked = alloy_rlp::encode(BatchData {
            chain: 1,
            blocks: vec![],
        });
        unpacked.push(0);
        assert!(matches!(
            BatchData::decode(&pack(&unpacked)),
            Err(DataError::TrailingBytes(1))
        ));
    }
}
