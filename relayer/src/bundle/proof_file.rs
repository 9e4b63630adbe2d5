//! A proof in a file: that a bundle's message stands under a message root of L1.

use std::path::Path;

use alloy::primitives::{B256, U256};
use causeway_bindings::{BundleDelivery, InclusionProof};
use causeway_proofs::Dialect;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    bundle_file::BundleFile,
    file::{self, FileError, FileFault, MAX_PROOF_FILE},
};
use crate::model::ChainId;

/// Version of proof files.
pub const PROOF_SCHEMA: &str = "causeway.proof/v1";

/// The proof of a bundle's message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleProof {
    /// The bundle.
    pub id: B256,
    /// Chain it was sent on.
    pub source: ChainId,
    /// Batch of that chain that holds it.
    pub batch: u64,
    /// Index of its leaf in the batch's log tree.
    pub leaf_index: u64,
    /// Settlement layer whose root it leads to.
    pub settlement_chain: ChainId,
    /// Block of that root.
    pub settlement_block: u64,
    /// The root.
    pub root: B256,
    /// The proof's words, as the contracts read them.
    pub path: Vec<B256>,
}

/// A proof as it stands in a file.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Document {
    schema: String,
    bundle_hash: B256,
    source_chain_id: ChainId,
    batch_number: u64,
    leaf_index: u64,
    settlement_chain_id: ChainId,
    settlement_block: u64,
    root: B256,
    path: Vec<B256>,
}

impl BundleProof {
    /// Reads a file. What it claims is not checked, but its words form a proof that leads to the block it names.
    ///
    /// # Errors
    /// The file, the field and what is wrong with it.
    pub fn read(path: &Path) -> Result<Self, FileError> {
        let document = file::read(path, MAX_PROOF_FILE)?;
        Self::checked(document).map_err(|fault| fault.within(path))
    }

    /// Reads the text of a file.
    pub fn from_json(text: &str) -> Result<Self, FileFault> {
        Self::checked(file::parse(text.as_bytes())?)
    }

    /// Writes the file.
    pub fn write(&self, path: &Path) -> Result<(), FileError> {
        file::write(path, &self.to_json())
    }

    /// The content of the file.
    pub fn to_json(&self) -> Value {
        json!({
            "schema": PROOF_SCHEMA,
            "bundle_hash": self.id,
            "source_chain_id": self.source,
            "batch_number": self.batch,
            "leaf_index": self.leaf_index,
            "settlement_chain_id": self.settlement_chain,
            "settlement_block": self.settlement_block,
            "root": self.root,
            "path": self.path,
        })
    }

    /// The delivery as the handler takes it.
    pub fn delivery(&self, bundle: &BundleFile) -> BundleDelivery {
        BundleDelivery {
            bundle: bundle.bundle.clone(),
            sender: bundle.center,
            proof: self.inclusion(),
        }
    }

    /// The proof as the contracts take it.
    pub fn inclusion(&self) -> InclusionProof {
        InclusionProof {
            chainId: U256::from(self.source),
            batchNumber: U256::from(self.batch),
            leafIndex: U256::from(self.leaf_index),
            txNumberInBatch: 0,
            path: self.path.clone(),
        }
    }

    fn checked(document: Document) -> Result<Self, FileFault> {
        file::check_schema(&document.schema, PROOF_SCHEMA)?;
        let proof = Self {
            id: document.bundle_hash,
            source: document.source_chain_id,
            batch: document.batch_number,
            leaf_index: document.leaf_index,
            settlement_chain: document.settlement_chain_id,
            settlement_block: document.settlement_block,
            root: document.root,
            path: document.path,
        };
        proof.check_words()?;
        Ok(proof)
    }

    fn check_words(&self) -> Result<(), FileFault> {
        let words = causeway_proofs::InclusionProof::read(&self.path, Dialect::V32)
            .map_err(|error| FileFault::new(format!("path[{}]", error.word), error.fault))?;
        let ends = "it ends at the batch; one that leads to a message root is needed";
        let hop = words
            .aggregation
            .ok_or_else(|| FileFault::new("path", ends))?;
        let leads_to = [
            (
                "settlement_chain_id",
                self.settlement_chain,
                hop.settlement_chain_id,
            ),
            (
                "settlement_block",
                self.settlement_block,
                hop.settlement_block,
            ),
        ];
        match leads_to.into_iter().find(|(_, told, found)| told != found) {
            Some((field, told, found)) => Err(FileFault::new(
                field,
                format!("{told}, but the path says {found}"),
            )),
            None => Ok(()),
        }
    }
}
