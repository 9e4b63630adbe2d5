//! Building and signing transactions, EIP-1559 and EIP-4844.

use std::sync::Arc;

use alloy::{
    consensus::{
        EthereumTxEnvelope, SignableTransaction, Signed, Transaction, TxEip1559, TxEip4844,
        TxEip4844WithSidecar,
    },
    eips::{
        eip2718::{Decodable2718, Encodable2718},
        eip7594::BlobTransactionSidecarEip7594,
    },
    network::TxSigner,
    primitives::{Address, B256, Bytes, Signature, TxKind, U256},
};

use super::{SendError, fees::Offer};
use crate::{chain::Fees, model::ChainId};

/// Signs transactions: a key, a keystore, or a remote signer.
pub type Signer = Arc<dyn TxSigner<Signature> + Send + Sync>;

type Envelope = EthereumTxEnvelope<TxEip4844WithSidecar<BlobTransactionSidecarEip7594>>;

/// A transaction before its signature.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) chain: ChainId,
    pub(super) nonce: u64,
    pub(super) to: Address,
    pub(super) calldata: Bytes,
    pub(super) value: U256,
    pub(super) gas_limit: u64,
    pub(super) offer: Offer,
    pub(super) sidecar: Option<BlobTransactionSidecarEip7594>,
}

/// A signed transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SignedTx {
    pub(super) hash: B256,
    /// EIP-2718 encoded; blob transactions in network form, with their blobs.
    pub(super) raw: Bytes,
}

impl Draft {
    pub(super) async fn sign(self, signer: &Signer) -> Result<SignedTx, SendError> {
        match self.sidecar.clone() {
            None => {
                let envelope = Envelope::Eip1559(signed(self.plain(), signer).await?);
                Ok(encoded(&envelope))
            }
            Some(sidecar) => {
                let hashes = sidecar.versioned_hashes().collect();
                let with_sidecar = self.with_blobs(hashes).with_sidecar(sidecar);
                Ok(encoded(&Envelope::Eip4844(
                    signed(with_sidecar, signer).await?,
                )))
            }
        }
    }

    /// The draft of a transaction that was signed before, so that it can be signed again with other fees.
    pub(super) fn of(raw: &[u8]) -> Result<Self, SendError> {
        let damaged = |reason: String| SendError::Damaged { reason };
        let envelope =
            Envelope::decode_2718_exact(raw).map_err(|error| damaged(error.to_string()))?;
        let sidecar = match &envelope {
            Envelope::Eip4844(signed) => Some(signed.tx().sidecar.clone()),
            _ => None,
        };
        Ok(Self {
            chain: envelope
                .chain_id()
                .ok_or_else(|| damaged("it names no chain".to_owned()))?,
            nonce: envelope.nonce(),
            to: envelope
                .to()
                .ok_or_else(|| damaged("it creates a contract".to_owned()))?,
            calldata: envelope.input().clone(),
            value: envelope.value(),
            gas_limit: envelope.gas_limit(),
            offer: Offer {
                gas: Fees {
                    max_fee_per_gas: envelope.max_fee_per_gas(),
                    max_priority_fee_per_gas: envelope
                        .max_priority_fee_per_gas()
                        .unwrap_or_default(),
                },
                blob: envelope.max_fee_per_blob_gas().unwrap_or_default(),
            },
            sidecar,
        })
    }

    fn plain(self) -> TxEip1559 {
        TxEip1559 {
            chain_id: self.chain,
            nonce: self.nonce,
            gas_limit: self.gas_limit,
            max_fee_per_gas: self.offer.gas.max_fee_per_gas,
            max_priority_fee_per_gas: self.offer.gas.max_priority_fee_per_gas,
            to: TxKind::Call(self.to),
            value: self.value,
            access_list: Default::default(),
            input: self.calldata,
        }
    }

    fn with_blobs(self, blob_versioned_hashes: Vec<B256>) -> TxEip4844 {
        TxEip4844 {
            chain_id: self.chain,
            nonce: self.nonce,
            gas_limit: self.gas_limit,
            max_fee_per_gas: self.offer.gas.max_fee_per_gas,
            max_priority_fee_per_gas: self.offer.gas.max_priority_fee_per_gas,
            to: self.to,
            value: self.value,
            access_list: Default::default(),
            blob_versioned_hashes,
            max_fee_per_blob_gas: self.offer.blob,
            input: self.calldata,
        }
    }
}

async fn signed<T>(mut tx: T, signer: &Signer) -> Result<Signed<T>, SendError>
where
    T: SignableTransaction<Signature> + Send,
{
    let signature = signer
        .sign_transaction(&mut tx)
        .await
        .map_err(|error| SendError::Signer {
            reason: error.to_string(),
        })?;
    Ok(tx.into_signed(signature))
}

fn encoded(envelope: &Envelope) -> SignedTx {
    SignedTx {
        hash: *envelope.hash(),
        raw: envelope.encoded_2718().into(),
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, fs, path::Path};

    use alloy::{
        consensus::transaction::SignerRecoverable, eips::eip4844::Blob,
        signers::local::PrivateKeySigner,
    };
    use tokio::task::JoinSet;

    use super::*;
    use crate::config::{KEYSTORE, KEYSTORE_PASSWORD, SignerSource};

    /// How often the keystore is opened, as by a relayer that was killed in between.
    const OPENINGS: u64 = 4;

    fn draft(blobs: usize) -> Draft {
        let blobs = vec![Blob::ZERO; blobs];
        Draft {
            chain: 31337,
            nonce: 7,
            to: Address::repeat_byte(1),
            calldata: Bytes::from_static(b"data"),
            value: U256::from(5),
            gas_limit: 100_000,
            offer: Offer {
                gas: Fees {
                    max_fee_per_gas: 20,
                    max_priority_fee_per_gas: 2,
                },
                blob: 3,
            },
            sidecar: (!blobs.is_empty())
                .then(|| BlobTransactionSidecarEip7594::try_from_blobs(blobs).expect("sidecar")),
        }
    }

    #[tokio::test]
    async fn a_transaction_can_be_signed_again_with_other_fees() {
        let key = PrivateKeySigner::random();
        let signer: Signer = Arc::new(key.clone());
        for blobs in [0, 1] {
            let first = draft(blobs).sign(&signer).await.expect("signed");
            let mut again = Draft::of(&first.raw).expect("reads back");
            assert_eq!(
                again.clone().sign(&signer).await.expect("signed").raw,
                first.raw
            );
            again.offer.gas.max_fee_per_gas = 40;
            let second = again.sign(&signer).await.expect("signed");
            assert_ne!(second.hash, first.hash);
            let envelope = Envelope::decode_2718_exact(&second.raw).expect("decodes");
            assert_eq!(envelope.recover_signer().expect("signer"), key.address());
            assert_eq!((envelope.nonce(), envelope.max_fee_per_gas()), (7, 40));
            assert_eq!(
                envelope.blob_versioned_hashes().map_or(0, <[B256]>::len),
                blobs
            );
        }
    }

    fn open_keystore(directory: &Path) -> Signer {
        let (keystore, password_file) = (directory.join("key.json"), directory.join("password"));
        fs::write(&keystore, KEYSTORE).expect("written");
        fs::write(&password_file, KEYSTORE_PASSWORD).expect("written");
        let source = SignerSource::Keystore {
            keystore,
            password_file,
        };
        Arc::new(source.load("relay").expect("opens"))
    }

    async fn r_of(signer: &Signer, nonce: u64) -> U256 {
        let message = Draft { nonce, ..draft(0) };
        let signed = message.sign(signer).await.expect("signed");
        let envelope = Envelope::decode_2718_exact(&signed.raw).expect("decodes");
        envelope.signature().r()
    }

    /// 10,000 messages; `make test-long` signs 100,000. The nonce k follows from key and message (RFC 6979): another opening of
    /// the keystore repeats it for the same message, and nothing repeats it for another one.
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn atk23_no_two_messages_are_signed_with_one_nonce() {
        let messages: u64 = std::env::var("SIGNATURES").map_or(10_000, |count| {
            count.parse().expect("SIGNATURES is a number")
        });
        let mut openings = JoinSet::new();
        for opening in 0..OPENINGS {
            openings.spawn(async move {
                let directory = tempfile::tempdir().expect("a directory");
                let signer = open_keystore(directory.path());
                let mut all = vec![r_of(&signer, 0).await];
                for nonce in (opening + 1..=messages).step_by(OPENINGS as usize) {
                    all.push(r_of(&signer, nonce).await);
                }
                all
            });
        }
        let all = openings.join_all().await.concat();
        assert_eq!(all.len() as u64, messages + OPENINGS);
        let distinct: HashSet<_> = all.iter().collect();
        // The first message was signed by each opening.
        assert_eq!(distinct.len() as u64, messages + 1);
    }

    #[test]
    fn damaged_bytes_are_refused() {
        assert!(matches!(
            Draft::of(&[2, 1, 0]),
            Err(SendError::Damaged { .. })
        ));
    }
}
