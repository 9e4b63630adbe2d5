//! Where a batch's data comes from: the transaction on L1 that brought it, or a file where L1 keeps none.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
    slice,
};

use alloy::{
    consensus::{SidecarCoder, Transaction, TxEnvelope},
    eips::{
        eip2718::Decodable2718,
        eip4844::{BYTES_PER_BLOB, Blob, builder::SimpleCoder},
    },
    primitives::{B256, Bytes},
};
use causeway_bindings::{DataAvailability, calldata_commitment};

use crate::{
    chain::ChainReader,
    model::ChainId,
    operator::{data::BatchData, publish::publication, read::read_full_block},
};

use super::{
    error::RebuildError,
    history::{Brought, Executed, History, brought},
};

/// Reads the data of a chain's batches.
pub struct DataSource<'a> {
    /// L1.
    pub l1: &'a dyn ChainReader,
    /// The chain's history.
    pub history: &'a History,
    /// Folder with the data that L1 does not keep: `<batch>.data` as an operator packs it, `<batch>.blobs` as the blobs of
    /// its transaction, one after another.
    pub files: Option<&'a Path>,
}

/// A batch's data and how many bytes it has packed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpacked {
    /// The data.
    pub data: BatchData,
    /// Bytes.
    pub packed_bytes: u64,
}

/// What L1 has of a batch.
enum OnL1 {
    /// The data.
    Data(Brought),
    /// The data's commitment, which is that of blobs or of data that L1 never saw.
    Commitment(B256, DataAvailability),
    /// Another contract called.
    Nothing,
}

impl DataSource<'_> {
    /// The data of a batch. It fits what the batch commits to where L1 says that, and always its chain and blocks; that
    /// it is the right one, the hash of the last block shows after the replay.
    pub async fn read(&self, batch: &Executed) -> Result<Unpacked, RebuildError> {
        let (packed, found) = match self.on_l1(batch).await? {
            OnL1::Data(brought) => {
                let found = calldata_commitment(&brought.data);
                (brought.data, Some((brought.commitment, found)))
            }
            OnL1::Commitment(commitment, mode) => {
                let packed = self.kept_file(batch, keeps_none(mode))?;
                let published = publication(mode, &packed).await;
                let found = published.map_err(|error| wrong(batch, error.to_string()))?;
                (packed, Some((commitment, found.commitment)))
            }
            OnL1::Nothing => (self.kept_file(batch, THROUGH_A_CONTRACT)?, None),
        };
        unpack(self.history.chain, batch, &packed, found)
    }

    async fn on_l1(&self, batch: &Executed) -> Result<OnL1, RebuildError> {
        let place = batch.brought;
        let block = read_full_block(self.l1, place.block.number).await?;
        if block.block.hash != place.block.hash {
            return Err(RebuildError::BrokenHistory(format!(
                "block {} was replaced meanwhile",
                place.block.number
            )));
        }
        let mut envelopes = block
            .transactions
            .iter()
            .filter_map(|raw| TxEnvelope::decode_2718(&mut raw.as_ref()).ok());
        let Some(envelope) = envelopes.find(|envelope| *envelope.tx_hash() == place.tx) else {
            return Err(RebuildError::BrokenHistory(format!(
                "block {} does not hold transaction {}",
                place.block.number, place.tx
            )));
        };
        let call = (envelope.to() == Some(self.history.settlement))
            .then(|| brought(self.history.chain, batch, envelope.input()));
        Ok(match call.flatten() {
            None => OnL1::Nothing,
            Some(brought) if !brought.data.is_empty() => OnL1::Data(brought),
            Some(brought) => {
                let mode = match envelope.blob_versioned_hashes() {
                    Some(hashes) if !hashes.is_empty() => DataAvailability::Blobs,
                    _ => DataAvailability::Validium,
                };
                OnL1::Commitment(brought.commitment, mode)
            }
        })
    }

    fn kept_file(&self, batch: &Executed, why: &str) -> Result<Bytes, RebuildError> {
        let number = batch.number;
        let missing = |files: String| RebuildError::MissingData {
            batch: number,
            reason: format!("{why} (transaction {} on L1); {files}", batch.brought.tx),
        };
        let Some(folder) = self.files else {
            return Err(missing("give a folder that has it with --data".to_owned()));
        };
        if let Some(packed) = read_file(batch, &folder.join(format!("{number}.data")))? {
            return Ok(packed);
        }
        match read_file(batch, &folder.join(format!("{number}.blobs")))? {
            Some(blobs) => from_blobs(&blobs).ok_or_else(|| {
                wrong(
                    batch,
                    format!("{number}.blobs holds no whole blobs of batch data"),
                )
            }),
            None => Err(missing(format!(
                "{} has neither {number}.data nor {number}.blobs",
                folder.display()
            ))),
        }
    }
}

/// The data, if it has the commitment it must have (`committed` holds the one on L1 and the data's own), and the blocks.
fn unpack(
    chain: ChainId,
    batch: &Executed,
    packed: &[u8],
    committed: Option<(B256, B256)>,
) -> Result<Unpacked, RebuildError> {
    if let Some((expected, actual)) = committed.filter(|(expected, actual)| expected != actual) {
        let reason = format!("its data has commitment {actual}, L1 has {expected}");
        return Err(wrong(batch, reason));
    }
    let data = BatchData::decode(packed).map_err(|error| wrong(batch, error.to_string()))?;
    if data.chain != chain {
        return Err(wrong(batch, format!("its data is of chain {}", data.chain)));
    }
    let numbers = data.blocks.iter().map(|block| block.number);
    if !numbers.eq(batch.first_block..=batch.last_block) {
        let (first, last) = (batch.first_block, batch.last_block);
        let reason =
            format!("its data does not hold blocks {first} to {last}, each once and in order");
        return Err(wrong(batch, reason));
    }
    Ok(Unpacked {
        data,
        packed_bytes: packed.len() as u64,
    })
}

const THROUGH_A_CONTRACT: &str =
    "another contract called the settlement, so its data does not stand in the transaction itself";

fn keeps_none(mode: DataAvailability) -> &'static str {
    match mode {
        DataAvailability::Blobs => {
            "its data was published in blobs, which L1's nodes keep for some weeks; an archive of blobs may have them"
        }
        _ => "its data was not given to L1; only the chain's members have it",
    }
}

fn read_file(batch: &Executed, path: &PathBuf) -> Result<Option<Bytes>, RebuildError> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes.into())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(RebuildError::MissingData {
            batch: batch.number,
            reason: format!("{}: {error}", path.display()),
        }),
    }
}

/// The data that blobs hold, one after another.
fn from_blobs(bytes: &[u8]) -> Option<Bytes> {
    let chunks = bytes.chunks_exact(BYTES_PER_BLOB);
    if !chunks.remainder().is_empty() {
        return None;
    }
    let mut blobs = Vec::new();
    for chunk in chunks {
        // Copied in place: a blob is too large to be handed over stack frames.
        blobs.extend_from_slice(slice::from_ref(<&Blob>::try_from(chunk).ok()?));
    }
    let parts = SimpleCoder::default().decode_all(&blobs)?;
    Some(parts.concat().into())
}

fn wrong(batch: &Executed, reason: String) -> RebuildError {
    RebuildError::WrongData {
        batch: batch.number,
        reason,
    }
}

#[cfg(test)]
mod tests {
    use alloy::{consensus::SidecarBuilder, primitives::Address};

    use super::*;
    use crate::{
        model::BlockRef,
        operator::{data::BlockData, rebuild::history::Place},
    };

    const CHAIN: ChainId = 271;

    fn batch() -> Executed {
        Executed {
            number: 1,
            first_block: 5,
            last_block: 7,
            state: B256::repeat_byte(1),
            brought: Place {
                block: BlockRef {
                    number: 9,
                    hash: B256::ZERO,
                    timestamp: 9,
                },
                tx: B256::ZERO,
            },
        }
    }

    fn data(chain: ChainId, numbers: &[u64]) -> BatchData {
        let block = |number: &u64| BlockData {
            number: *number,
            timestamp: *number,
            beneficiary: Address::ZERO,
            gas_limit: 30_000_000,
            base_fee_per_gas: 7,
            prev_randao: B256::ZERO,
            transactions: vec![],
        };
        BatchData {
            chain,
            blocks: numbers.iter().map(block).collect(),
        }
    }

    fn refusal(packed: &[u8], committed: Option<(B256, B256)>) -> String {
        let error = unpack(CHAIN, &batch(), packed, committed).unwrap_err();
        assert!(
            matches!(error, RebuildError::WrongData { batch: 1, .. }),
            "{error}"
        );
        error.to_string()
    }

    #[test]
    fn data_of_the_batch_is_taken() {
        let data = data(CHAIN, &[5, 6, 7]);
        let packed = data.encode().unwrap();
        let hash = calldata_commitment(&packed);
        let unpacked = unpack(CHAIN, &batch(), &packed, Some((hash, hash))).unwrap();
        assert_eq!(unpacked.data, data);
        assert_eq!(unpacked.packed_bytes, packed.len() as u64);
    }

    #[test]
    fn data_of_another_commitment_chain_or_span_is_refused() {
        let good = data(CHAIN, &[5, 6, 7]).encode().unwrap();
        let (mine, other) = (calldata_commitment(&good), B256::ZERO);
        assert!(refusal(&good, Some((other, mine))).contains("L1 has 0x0000"));
        assert!(refusal(b"nonsense", None).contains("version"));
        assert!(refusal(&good[..good.len() - 1], None).contains("decompressed"));
        let foreign = data(272, &[5, 6, 7]).encode().unwrap();
        assert!(refusal(&foreign, None).contains("of chain 272"));
        for numbers in [
            &[5, 6][..],
            &[6, 7],
            &[5, 7, 6],
            &[5, 6, 7, 8],
            &[5, 5, 6, 7],
            &[],
        ] {
            let packed = data(CHAIN, numbers).encode().unwrap();
            assert!(
                refusal(&packed, None).contains("blocks 5 to 7"),
                "{numbers:?}"
            );
        }
    }

    #[test]
    fn whole_blobs_give_back_what_was_put_into_them() {
        let data: Vec<u8> = (0..200_000_u32).map(|byte| byte as u8).collect();
        let blobs = SidecarBuilder::<SimpleCoder>::from_slice(&data).take();
        let mut bytes = blobs.iter().fold(Vec::new(), |mut bytes, blob| {
            bytes.extend_from_slice(blob.as_slice());
            bytes
        });
        assert_eq!(from_blobs(&bytes), Some(Bytes::from(data)));
        bytes.pop();
        assert_eq!(from_blobs(&bytes), None);
    }
}
