//! The files that pass between the steps.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::Value;

use crate::bundle::{BundleProof, FileFault, SentBundle};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::to_json;

/// Most bytes of a file: several times those of the largest message, in hex.
const LARGEST_FILE: u64 = 1 << 20;

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

/// Reads a file that may come from anyone, so not more of it than a bundle or a proof can have.
fn read_text(file: &Path) -> Result<String, Failure> {
    let refuse = |reason: String| {
        let text = format!("{}: cannot be read: {reason}", file.display());
        Failure::new(Exit::BadFile, text)
    };
    let mut text = String::new();
    File::open(file)
        .and_then(|file| {
            file.take(LARGEST_FILE.saturating_add(1))
                .read_to_string(&mut text)
        })
        .map_err(|error| refuse(error.to_string()))?;
    if text.len() as u64 > LARGEST_FILE {
        return Err(refuse(format!(
            "it is larger than {LARGEST_FILE} bytes, which no bundle and no proof is"
        )));
    }
    Ok(text)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_larger_than_any_bundle_is_not_read() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("bundle.json");
        std::fs::write(&file, vec![b' '; LARGEST_FILE as usize + 1]).unwrap();
        let failure = read_bundle(&file).unwrap_err();
        assert!(
            failure.message.contains("larger than 1048576 bytes"),
            "{}",
            failure.message
        );
        std::fs::write(&file, "{}").unwrap();
        let failure = read_bundle(&file).unwrap_err();
        assert!(!failure.message.contains("larger"), "{}", failure.message);
    }
}
