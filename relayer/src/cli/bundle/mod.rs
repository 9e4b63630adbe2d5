//! `causeway bundle`.

mod execute;
mod extract;
mod files;
mod verify;

use std::path::Path;

use clap::Subcommand;

use super::exit::{Exit, Failure};
use super::output::Output;
use crate::config::{ChainConfig, Config};
use crate::view::ChainNames;

/// Commands about single bundles.
#[derive(Debug, Subcommand)]
pub(super) enum BundleCommand {
    /// Write the bundle that a transaction sent to a file
    Extract(extract::ExtractArgs),
    /// Write the proof of a bundle to a file
    Proof(extract::ProofArgs),
    /// Verify a proof: without a chain against a root you trust, or by asking a chain
    Verify(verify::VerifyArgs),
    /// Deliver a bundle with its proof
    Execute(execute::ExecuteArgs),
}

pub(super) async fn run(
    path: &Path,
    command: BundleCommand,
    output: Output,
) -> Result<(), Failure> {
    match command {
        BundleCommand::Extract(args) => {
            extract::extract_bundle(&Config::load(path)?, args, output).await
        }
        BundleCommand::Proof(args) => {
            extract::prove_bundle(&Config::load(path)?, args, output).await
        }
        BundleCommand::Verify(args) => verify::verify_bundle(path, args, output).await,
        BundleCommand::Execute(args) => {
            execute::execute_bundle(&Config::load(path)?, args, output).await
        }
    }
}

fn unknown_chain(names: &ChainNames, word: &str) -> Failure {
    let known: Vec<_> = names.all().map(|(_, name)| name).collect();
    Failure::new(
        Exit::NotFound,
        format!(
            "there is no chain `{word}`; name an id or one of {}",
            known.join(", ")
        ),
    )
}

fn find_chain<'a>(config: &'a Config, word: &str) -> Result<&'a ChainConfig, Failure> {
    let names = ChainNames::from(config);
    names
        .find(word)
        .and_then(|id| config.chain(id))
        .ok_or_else(|| unknown_chain(&names, word))
}
