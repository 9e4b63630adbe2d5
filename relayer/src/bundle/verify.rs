//! Third step: what a proof shows, and what it does not. Nothing here asks a chain.

use alloy::primitives::B256;
use causeway_proofs::{Dialect, FoldedHop, InclusionProof, Source, VerifyError};
use serde::Serialize;

use super::{bundle_file::BundleFile, file::FileFault, proof_file::BundleProof};

/// Version of verification results.
pub const VERIFICATION_SCHEMA: &str = "causeway.verification/v1";

/// What became of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It holds.
    Passed,
    /// It does not hold.
    Failed,
    /// Nothing was at hand to check it with.
    NotChecked,
}

/// One thing that was checked, or was not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Short name.
    pub name: &'static str,
    /// What became of it.
    pub outcome: Outcome,
    /// What exactly.
    pub detail: String,
}

/// What is known of a proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// [`VERIFICATION_SCHEMA`].
    pub schema: &'static str,
    /// The bundle.
    pub bundle_hash: B256,
    /// Root of the batch, computed from the proof.
    pub chain_batch_root: B256,
    /// L1 block that the proof names.
    pub l1_block: u64,
    /// Message root, computed from the proof.
    pub root: B256,
    /// All checks.
    pub checks: Vec<Check>,
}

/// Name of the check that somebody vouches for the root.
pub(super) const ROOT_KNOWN: &str = "root_known";
/// Name of the check that the message came from the interop center.
pub(super) const CENTER: &str = "center";

impl Verification {
    /// Whether nothing speaks against the proof.
    pub fn holds(&self) -> bool {
        self.checks
            .iter()
            .all(|check| check.outcome != Outcome::Failed)
    }

    /// Whether, besides, somebody other than the files vouches for the root.
    pub fn is_anchored(&self) -> bool {
        let known = |check: &Check| check.name == ROOT_KNOWN && check.outcome == Outcome::Passed;
        self.holds() && self.checks.iter().any(known)
    }

    /// The first check that failed.
    pub fn failure(&self) -> Option<&Check> {
        self.checks
            .iter()
            .find(|check| check.outcome == Outcome::Failed)
    }

    /// Records a check in place of the one of the same name.
    pub(super) fn record(&mut self, check: Check) {
        self.checks.retain(|other| other.name != check.name);
        self.checks.push(check);
    }
}

impl Check {
    pub(super) fn new(name: &'static str, outcome: Outcome, detail: impl Into<String>) -> Self {
        Self {
            name,
            outcome,
            detail: detail.into(),
        }
    }

    fn equal<T: PartialEq + std::fmt::Display>(
        name: &'static str,
        what: &str,
        found: T,
        expected: T,
    ) -> Self {
        if found == expected {
            Self::new(name, Outcome::Passed, format!("{what}: {found}"))
        } else {
            Self::new(
                name,
                Outcome::Failed,
                format!("{what}: the proof leads to {found}, not to {expected}"),
            )
        }
    }
}

/// Recomputes everything that the files hold, and compares the message root with `trusted`, where the caller knows it.
///
/// # Errors
/// The proof's words are no proof: which word, and why.
pub fn verify(
    bundle: &BundleFile,
    proof: &BundleProof,
    trusted: Option<B256>,
) -> Result<Verification, FileFault> {
    let (chain_batch_root, hop) = fold(bundle, proof)?;
    let checks = vec![
        Check::new(
            "bundle",
            Outcome::Passed,
            "hash and calls of the bundle file are those of its bytes",
        ),
        Check::equal(
            "proof_of_bundle",
            "bundle proven",
            proof.id,
            bundle.bundle_hash,
        ),
        Check::equal(
            "source_chain",
            "source chain",
            proof.source,
            bundle.source_chain_id,
        ),
        Check::equal(
            "l1_chain",
            "chain id of L1",
            hop.settlement_chain_id,
            proof.settlement_chain,
        ),
        Check::equal(
            "l1_block",
            "L1 block",
            hop.settlement_block,
            proof.settlement_block,
        ),
        Check::equal("root", "message root", hop.root, proof.root),
        root_known(&hop, trusted),
        Check::new(
            CENTER,
            Outcome::NotChecked,
            format!(
                "the message is one of {}; whether that is the interop center was not asked",
                bundle.center
            ),
        ),
    ];
    Ok(Verification {
        schema: VERIFICATION_SCHEMA,
        bundle_hash: bundle.bundle_hash,
        chain_batch_root,
        l1_block: hop.settlement_block,
        root: hop.root,
        checks,
    })
}

fn root_known(hop: &FoldedHop, trusted: Option<B256>) -> Check {
    match trusted {
        Some(root) => Check::equal(ROOT_KNOWN, "message root that you gave", hop.root, root),
        None => Check::new(
            ROOT_KNOWN,
            Outcome::NotChecked,
            format!(
                "nothing but the files vouches for {} as the message root of L1 block {}",
                hop.root, hop.settlement_block
            ),
        ),
    }
}

fn fold(bundle: &BundleFile, proof: &BundleProof) -> Result<(B256, FoldedHop), FileFault> {
    let fault = |field: &str, error: VerifyError| FileFault::new(field, error);
    let words = InclusionProof::read(&proof.path, Dialect::V32)
        .map_err(|error| fault("path", error.into()))?;
    let source = Source {
        chain_id: proof.source,
        batch_number: proof.batch,
        leaf_index: proof.leaf_index,
    };
    let folded = words
        .fold(source, bundle.leaf())
        .map_err(|error| match error {
            VerifyError::LeafIndex { .. } => fault("leaf_index", error),
            _ => fault("path", error),
        })?;
    let hop = folded
        .hop
        .ok_or_else(|| fault("path", VerifyError::EndsAtBatch))?;
    Ok((folded.chain_batch_root, hop))
}
