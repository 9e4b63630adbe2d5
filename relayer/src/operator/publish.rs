//! How a batch's data reaches L1, and what the batch commits to.

use alloy::{
    consensus::SidecarBuilder,
    eips::{eip4844::builder::SimpleCoder, eip7594::BlobTransactionSidecarEip7594},
    primitives::{B256, Bytes},
};
use causeway_bindings::{DataAvailability, blobs_commitment, calldata_commitment};

/// Most blobs that one transaction may carry.
pub const MAX_BLOBS: usize = 6;

/// A batch's data in the form its chain publishes it.
#[derive(Clone, Debug)]
pub struct Publication {
    /// What the batch commits to.
    pub commitment: B256,
    /// The `data` argument of the settlement call.
    pub calldata: Bytes,
    /// Blobs that the transaction carries.
    pub blobs: Option<BlobTransactionSidecarEip7594>,
}

/// Why data cannot be published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The KZG library refused.
    #[error("batch data cannot be put into blobs: {0}")]
    Kzg(String),
    /// More blobs than a transaction carries.
    #[error(
        "batch data needs {needed} blobs, a transaction carries {MAX_BLOBS}; lower seal_after_blocks or max_data_bytes"
    )]
    TooManyBlobs {
        /// How many it needs.
        needed: usize,
    },
    /// The contract has a mode this release does not know.
    #[error("the chain has a data availability mode that this release does not know; update it")]
    UnknownMode,
}

/// Prepares packed batch data for L1. KZG takes long, so it runs where it keeps no other task waiting.
pub async fn publication(
    mode: DataAvailability,
    data: &Bytes,
) -> Result<Publication, PublishError> {
    let data = data.clone();
    tokio::task::spawn_blocking(move || prepare(mode, &data))
        .await
        .map_err(|error| PublishError::Kzg(error.to_string()))?
}

fn prepare(mode: DataAvailability, data: &Bytes) -> Result<Publication, PublishError> {
    match mode {
        DataAvailability::Validium => Ok(Publication {
            commitment: calldata_commitment(data),
            calldata: Bytes::new(),
            blobs: None,
        }),
        DataAvailability::Calldata => Ok(Publication {
            commitment: calldata_commitment(data),
            calldata: data.clone(),
            blobs: None,
        }),
        DataAvailability::Blobs => in_blobs(data),
        DataAvailability::__Invalid => Err(PublishError::UnknownMode),
    }
}

fn in_blobs(data: &[u8]) -> Result<Publication, PublishError> {
    let builder = SidecarBuilder::<SimpleCoder>::from_slice(data);
    let sidecar = builder
        .build_7594()
        .map_err(|error| PublishError::Kzg(error.to_string()))?;
    let hashes: Vec<B256> = sidecar.versioned_hashes().collect();
    if hashes.len() > MAX_BLOBS {
        return Err(PublishError::TooManyBlobs {
            needed: hashes.len(),
        });
    }
    Ok(Publication {
        commitment: blobs_commitment(&hashes),
        calldata: Bytes::new(),
        blobs: Some(sidecar),
    })
}

#[cfg(test)]
mod tests {
    use alloy::{consensus::SidecarCoder, primitives::keccak256};

    use super::*;

    #[test]
    fn calldata_is_given_to_l1_and_validium_data_is_not() {
        let data = Bytes::from_static(b"batch");
        let calldata = prepare(DataAvailability::Calldata, &data).unwrap();
        assert_eq!(
            (calldata.commitment, calldata.calldata),
            (keccak256(b"batch"), data.clone())
        );
        let validium = prepare(DataAvailability::Validium, &data).unwrap();
        assert_eq!(
            (validium.commitment, validium.calldata),
            (keccak256(b"batch"), Bytes::new())
        );
    }

    #[test]
    fn blobs_hold_the_data_and_are_bound_by_their_hashes() {
        let data = Bytes::from(
            (0..200_000_u32)
                .map(|i| (i % 251) as u8)
                .collect::<Vec<_>>(),
        );
        let published = prepare(DataAvailability::Blobs, &data).unwrap();
        let sidecar = published.blobs.unwrap();
        assert_eq!(sidecar.blobs.len(), 2);
        assert_eq!(
            SimpleCoder::default()
                .decode_all(&sidecar.blobs)
                .unwrap()
                .concat(),
            data.to_vec()
        );
        let hashes: Vec<_> = sidecar.versioned_hashes().collect();
        assert_eq!(published.commitment, blobs_commitment(&hashes));
        assert!(published.calldata.is_empty());
    }

    #[test]
    fn data_beyond_a_transactions_blobs_is_refused() {
        let data = Bytes::from(vec![1; 131_072 * MAX_BLOBS]);
        let error = prepare(DataAvailability::Blobs, &data).unwrap_err();
        assert!(
            matches!(error, PublishError::TooManyBlobs { needed: 7 }),
            "{error}"
        );
    }
}
