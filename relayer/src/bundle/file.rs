//! The two files, `bundle.json` and `proof.json`.

use causeway_bindings::{InteropBundle, bundle_hash};
use causeway_proofs::{Dialect, InclusionProof};
use serde_json::{Value, json};

use super::read::{FileFault, Words, fault};
use super::{BundleProof, SentBundle};
use alloy::primitives::U256;

/// Version of bundle files.
pub const BUNDLE_SCHEMA: &str = "causeway.bundle/v1";

/// Version of proof files.
pub const PROOF_SCHEMA: &str = "causeway.proof/v1";

impl SentBundle {
    /// The content of `bundle.json`.
    pub fn to_json(&self) -> Value {
        json!({
            "schema": BUNDLE_SCHEMA,
            "bundle_hash": self.id,
            "source_chain_id": self.source,
            "destination_chain_id": self.destination,
            "center": self.center,
            "block": self.block,
            "tx": self.tx,
            "bundle": self.content,
        })
    }

    /// Reads `bundle.json`. What it says of the bundle must be what the bundle itself says.
    pub fn from_json(text: &str) -> Result<Self, FileFault> {
        let mut words = Words::parse(text, BUNDLE_SCHEMA)?;
        let bundle = Self {
            id: words.hash("bundle_hash")?,
            source: words.number("source_chain_id")?,
            destination: words.number("destination_chain_id")?,
            center: words.address("center")?,
            block: words.number("block")?,
            tx: words.hash("tx")?,
            content: words.bytes("bundle")?,
        };
        words.end()?;
        bundle.check()?;
        Ok(bundle)
    }

    fn check(&self) -> Result<(), FileFault> {
        let content = InteropBundle::decode(&self.content)
            .map_err(|error| fault("bundle", error.to_string()))?;
        let told = [
            ("source_chain_id", self.source, content.sourceChainId),
            (
                "destination_chain_id",
                self.destination,
                content.destinationChainId,
            ),
        ];
        for (word, told, found) in told {
            if U256::from(told) != found {
                return Err(fault(
                    word,
                    format!("it is {told}, the bundle itself says {found}"),
                ));
            }
        }
        let id = bundle_hash(U256::from(self.source), &self.content);
        if id == self.id {
            Ok(())
        } else {
            Err(fault(
                "bundle_hash",
                format!("it is {}, the bundle's content gives {id}", self.id),
            ))
        }
    }
}

impl BundleProof {
    /// The content of `proof.json`.
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

    /// Reads `proof.json`. The proof words must form a proof, and one that leads where the file says.
    pub fn from_json(text: &str) -> Result<Self, FileFault> {
        let mut words = Words::parse(text, PROOF_SCHEMA)?;
        let proof = Self {
            id: words.hash("bundle_hash")?,
            source: words.number("source_chain_id")?,
            batch: words.number("batch_number")?,
            leaf_index: words.number("leaf_index")?,
            settlement_chain: words.number("settlement_chain_id")?,
            settlement_block: words.number("settlement_block")?,
            root: words.hash("root")?,
            path: words.hashes("path")?,
        };
        words.end()?;
        proof.check()?;
        Ok(proof)
    }

    fn check(&self) -> Result<(), FileFault> {
        let proof = InclusionProof::read(&self.path, Dialect::V32)
            .map_err(|error| fault(&format!("path[{}]", error.word), error.fault.to_string()))?;
        let Some(aggregation) = proof.aggregation else {
            return Err(fault(
                "path",
                "it ends at the batch; one that leads to a message root is needed",
            ));
        };
        let told = [
            (
                "settlement_chain_id",
                self.settlement_chain,
                aggregation.settlement_chain_id,
            ),
            (
                "settlement_block",
                self.settlement_block,
                aggregation.settlement_block,
            ),
        ];
        for (word, told, found) in told {
            if told != found {
                return Err(fault(word, format!("it is {told}, the path says {found}")));
            }
        }
        Ok(())
    }
}
