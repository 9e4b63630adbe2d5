//! What `causeway bundle` prints, and how it fails.

use std::path::PathBuf;

use alloy::primitives::{Address, B256, Bytes};
use serde::Serialize;

use crate::bundle::{
    BundleFile, BundleProof, FileError, Outcome, StepError, Verification, calldata, gas_limit,
};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Report, fields, table};
use crate::config::Config;

/// A file was written.
#[derive(Serialize)]
pub(super) struct Written {
    schema: &'static str,
    file: PathBuf,
    bundle_hash: B256,
    text: String,
    note: Option<&'static str>,
}

impl Written {
    pub(super) fn bundle(file: PathBuf, bundle: &BundleFile) -> Self {
        let (calls, from, to) = (
            bundle.calls.len(),
            bundle.source_chain_id,
            bundle.destination_chain_id,
        );
        let text = format!(
            "{calls} calls from chain {from} to chain {to}, sent in block {}",
            bundle.sent.block
        );
        Self {
            schema: "causeway.written/v1",
            file,
            bundle_hash: bundle.bundle_hash,
            text,
            note: None,
        }
    }

    pub(super) fn proof(file: PathBuf, proof: &BundleProof, note: Option<&'static str>) -> Self {
        let text = format!(
            "batch {} of chain {}, message root {} of L1 block {}",
            proof.batch, proof.source, proof.root, proof.settlement_block
        );
        Self {
            schema: "causeway.written/v1",
            file,
            bundle_hash: proof.id,
            text,
            note,
        }
    }
}

impl Report for Written {
    fn table(&self) -> String {
        let mut rows = vec![
            ("wrote", self.file.display().to_string()),
            ("bundle", self.bundle_hash.to_string()),
            ("holds", self.text.clone()),
        ];
        rows.extend(self.note.map(|note| ("note", note.to_owned())));
        fields(&rows)
    }
}

/// What a proof shows.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Verified(pub(super) Verification);

impl Report for Verified {
    fn table(&self) -> String {
        let verification = &self.0;
        let verdict = match (verification.holds(), verification.is_anchored()) {
            (false, _) => "NOT VALID",
            (true, true) => "valid",
            (true, false) => "the files fit together; whether L1 ever had the root was not checked",
        };
        let head = fields(&[
            ("bundle", verification.bundle_hash.to_string()),
            ("verdict", verdict.to_owned()),
            ("batch root", verification.chain_batch_root.to_string()),
            (
                "message root",
                format!(
                    "{} of L1 block {}",
                    verification.root, verification.l1_block
                ),
            ),
        ]);
        let rows = verification.checks.iter().map(|check| {
            let outcome = match check.outcome {
                Outcome::Passed => "passed",
                Outcome::Failed => "FAILED",
                Outcome::NotChecked => "not checked",
            };
            vec![
                check.name.to_owned(),
                outcome.to_owned(),
                check.detail.clone(),
            ]
        });
        format!("{head}\n{}", table(&["check", "outcome", "detail"], rows))
    }
}

/// A delivery, made or planned.
#[derive(Serialize)]
pub(super) struct Execution {
    schema: &'static str,
    bundle_hash: B256,
    chain: String,
    outcome: &'static str,
    from: Address,
    to: Address,
    gas_limit: Option<u64>,
    calldata: Bytes,
    tx: Option<B256>,
    block: Option<u64>,
}

impl Execution {
    pub(super) fn new(
        config: &Config,
        bundle: &BundleFile,
        proof: &BundleProof,
        from: Address,
        to: Address,
    ) -> Self {
        Self {
            schema: "causeway.execution/v1",
            bundle_hash: bundle.bundle_hash,
            chain: config.chain_name(bundle.destination_chain_id),
            outcome: "would_execute",
            from,
            to,
            gas_limit: None,
            calldata: calldata(bundle, proof),
            tx: None,
            block: None,
        }
    }

    pub(super) fn set_gas(&mut self, gas: u64) {
        self.gas_limit = Some(gas_limit(gas));
    }

    pub(super) fn already(self) -> Self {
        Self {
            outcome: "already_executed",
            ..self
        }
    }

    pub(super) fn executed(self, tx: B256, block: Option<u64>) -> Self {
        Self {
            outcome: "executed",
            tx: Some(tx),
            block,
            ..self
        }
    }
}

impl Report for Execution {
    fn table(&self) -> String {
        let outcome = match self.outcome {
            "would_execute" => "would be executed; this is a dry run, nothing was sent",
            "already_executed" => "was executed before; nothing was sent",
            _ => "executed",
        };
        let mut rows = vec![
            ("bundle", self.bundle_hash.to_string()),
            ("on", self.chain.clone()),
            ("outcome", outcome.to_owned()),
            ("from", self.from.to_string()),
            ("to", self.to.to_string()),
            ("calldata", format!("{} bytes", self.calldata.len())),
        ];
        rows.extend(self.gas_limit.map(|limit| ("gas limit", limit.to_string())));
        rows.extend(self.tx.map(|tx| ("transaction", tx.to_string())));
        rows.extend(self.block.map(|block| ("block", block.to_string())));
        fields(&rows)
    }
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        Self::new(Exit::BadFile, error.to_string())
    }
}

impl From<StepError> for Failure {
    fn from(error: StepError) -> Self {
        let exit = match error {
            StepError::File(error) => return error.into(),
            StepError::Chain(error) => return error.into(),
            StepError::Send(error) => return error.into(),
            StepError::Event(_)
            | StepError::NotOurContract { .. }
            | StepError::NotConfirmed { .. } => Exit::Refused,
            StepError::UnknownChain(_) | StepError::NotFound { .. } => Exit::NotFound,
            StepError::SeveralBundles { .. } => Exit::Usage,
            StepError::Reorganised(_) => Exit::Unreachable,
            StepError::Built(_) => Exit::Unexpected,
            StepError::Roots(_)
            | StepError::NotABundle { .. }
            | StepError::NotSettled { .. }
            | StepError::NotInBatch { .. }
            | StepError::NotImported { .. }
            | StepError::BeforeBatch { .. }
            | StepError::AboveHead { .. }
            | StepError::Unchanged { .. }
            | StepError::Unproven(_) => Exit::CheckFailed,
            StepError::Unbundled(_)
            | StepError::WouldRevert(_)
            | StepError::Reverted { .. }
            | StepError::Replaced { .. }
            | StepError::NotIncluded { .. } => Exit::NotExecuted,
        };
        Self::new(exit, error.to_string())
    }
}
