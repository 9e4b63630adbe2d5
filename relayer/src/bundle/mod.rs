//! Bundles by hand: out of a source transaction into a file, a proof for it, its verification, and its delivery.
//! The files are JSON; a fault in one names the word and what is wrong with it.

mod extract;
mod file;
mod prove;
mod read;

use alloy::primitives::{Address, B256, Bytes};
use alloy::sol_types::SolCall;
use causeway_bindings::{BundleDelivery, IInteropHandler, InclusionProof};
use causeway_proofs::{Anchor, Dialect, L2Log, VerifyError, verify_message};

use crate::model::ChainId;

pub use extract::{ExtractError, extract};
pub use file::{BUNDLE_SCHEMA, PROOF_SCHEMA};
pub use prove::{Anchored, ProveError, Prover};
pub use read::FileFault;

/// A bundle that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentBundle {
    /// `keccak256(abi.encode(source_chain_id, bundle))`.
    pub id: B256,
    /// Chain it was sent on.
    pub source: ChainId,
    /// Chain it is for.
    pub destination: ChainId,
    /// Interop center that sent it.
    pub center: Address,
    /// Block that holds it.
    pub block: u64,
    /// Transaction that sent it.
    pub tx: B256,
    /// The bundle, without the leading 0x01.
    pub content: Bytes,
}

impl SentBundle {
    /// Its leaf in the log tree of its batch.
    pub fn leaf(&self) -> B256 {
        let message = [
            &[causeway_bindings::BUNDLE_MESSAGE_PREFIX],
            self.content.as_ref(),
        ]
        .concat();
        L2Log::message(self.center, 0, &message).leaf()
    }
}

/// The proof of a bundle's message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleProof {
    /// The bundle.
    pub id: B256,
    /// Chain it was sent on.
    pub source: ChainId,
    /// Batch that holds it.
    pub batch: u64,
    /// Index of its leaf in the log tree.
    pub leaf_index: u64,
    /// Settlement layer whose root it leads to.
    pub settlement_chain: ChainId,
    /// Block of that root.
    pub settlement_block: u64,
    /// The root.
    pub root: B256,
    /// Proof words.
    pub path: Vec<B256>,
}

impl BundleProof {
    /// Folds the bundle up the proof and compares with `root`, which the caller trusts.
    ///
    /// # Errors
    /// The proof is malformed, or leads elsewhere.
    pub fn verify(&self, bundle: &SentBundle, root: B256) -> Result<Anchor, VerifyError> {
        let leaf = bundle.leaf();
        verify_message(
            Dialect::V32,
            self.source,
            self.batch,
            self.leaf_index,
            leaf,
            &self.path,
            |_, _| Some(root),
        )
    }

    /// The proof as contracts take it.
    pub fn inclusion(&self) -> InclusionProof {
        use alloy::primitives::U256;
        InclusionProof {
            chainId: U256::from(self.source),
            batchNumber: U256::from(self.batch),
            leafIndex: U256::from(self.leaf_index),
            txNumberInBatch: 0,
            path: self.path.clone(),
        }
    }

    /// Calldata of `executeBundle`.
    pub fn delivery_calldata(&self, bundle: &SentBundle) -> Bytes {
        let delivery = BundleDelivery {
            bundle: bundle.content.clone(),
            sender: bundle.center,
            proof: self.inclusion(),
        };
        IInteropHandler::executeBundleCall { delivery }
            .abi_encode()
            .into()
    }
}

#[cfg(test)]
#[path = "bundle_tests.rs"]
mod tests;
