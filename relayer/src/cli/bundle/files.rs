//! The files that pass between the steps.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::Value;

use crate::bundle::{BundleProof, FileFault, SentBundle};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::to_json;

/// A bundle and its proof.
#[derive(Debug, Args)]
pub(super) struct FilesArgs {
    /// Bundle file
    #[arg(long, value_name = "FILE", default_value = "bundle.json")]
    bundle: PathBuf,
    /// Proof file
    #[arg(long, value_name = "FILE", default_value = "proof.json")]
    proof: PathBuf,
}

impl FilesArgs {
    pub(super) fn read(&self) -> Result<(SentBundle, BundleProof), Failure> {
        let bundle = read_bundle(&self.bundle)?;
        let proof = BundleProof::from_json(&read_text(&self.proof)?)
            .map_err(|fault| bad_file(&self.proof, &fault))?;
        if bundle.id != proof.id {
            let text = format!(
                "{} is of bundle {}, {} of bundle {}",
                self.proof.display(),
                proof.id,
                self.bundle.display(),
                bundle.id
            );
            return Err(Failure::new(Exit::BadFile, text));
        }
        Ok((bundle, proof))
    }
}

pub(super) fn read_bundle(file: &Path) -> Result<SentBundle, Failure> {
    SentBundle::from_json(&read_text(file)?).map_err(|fault| bad_file(file, &fault))
}

fn read_text(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|error| {
        Failure::new(
            Exit::BadFile,
            format!("{}: cannot be read: {error}", file.display()),
        )
    })
}

fn bad_file(file: &Path, fault: &FileFault) -> Failure {
    Failure::new(Exit::BadFile, format!("{}: {fault}", file.display()))
}

pub(super) fn write(file: &Path, content: &Value) -> Result<(), Failure> {
    std::fs::write(file, format!("{}\n", to_json(content)?)).map_err(|error| {
        Failure::new(
            Exit::BadFile,
            format!("{}: cannot be written: {error}", file.display()),
        )
    })
}
