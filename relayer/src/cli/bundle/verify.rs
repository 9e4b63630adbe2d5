//! `causeway bundle verify`.

use std::path::Path;

use alloy::primitives::{Address, B256, Bytes};
use alloy::sol_types::SolCall;
use causeway_bindings::{BUNDLE_MESSAGE_PREFIX, IMessageVerifier, Message, describe_revert};
use clap::Args;
use serde::Serialize;

use super::files::FilesArgs;
use super::unknown_chain;
use crate::app::Chains;
use crate::bundle::{BundleProof, SentBundle};
use crate::chain::{CallRequest, ChainError, ChainReader};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Output, Report, fields};
use crate::config::Config;
use crate::view::ChainNames;

/// Arguments of `bundle verify`.
#[derive(Debug, Args)]
pub(in crate::cli) struct VerifyArgs {
    #[command(flatten)]
    files: FilesArgs,
    /// Message root that you trust; no chain is asked
    #[arg(
        long,
        value_name = "HASH",
        required_unless_present = "on",
        conflicts_with = "on"
    )]
    root: Option<B256>,
    /// Chain to ask, by name or id; `L1` for the settlement layer
    #[arg(long, value_name = "CHAIN")]
    on: Option<String>,
}

pub(super) async fn verify_bundle(
    path: &Path,
    args: VerifyArgs,
    output: Output,
) -> Result<(), Failure> {
    let (bundle, proof) = args.files.read()?;
    let report = match (args.root, args.on) {
        (Some(root), _) => verify_offline(&bundle, &proof, root),
        (None, Some(chain)) => verify_online(&Config::load(path)?, &bundle, &proof, &chain).await?,
        (None, None) => {
            return Err(Failure::new(
                Exit::Usage,
                "name a root with --root, or a chain with --on",
            ));
        }
    };
    output.print(&report)?;
    if report.valid {
        Ok(())
    } else {
        Err(Failure::new(Exit::CheckFailed, report.text))
    }
}

fn verify_offline(bundle: &SentBundle, proof: &BundleProof, root: B256) -> Verification {
    match proof.verify(bundle, root) {
        Ok(anchor) => Verification::new(
            bundle,
            true,
            format!(
                "it was sent: the proof leads to root {root} of block {} of chain {}",
                anchor.block, anchor.chain_id
            ),
        ),
        Err(error) => Verification::new(bundle, false, error.to_string()),
    }
}

/// Asks the chain's verifier: `MessageRoot` on L1, `InteropRootStorage` on a chain.
async fn verify_online(
    config: &Config,
    bundle: &SentBundle,
    proof: &BundleProof,
    chain: &str,
) -> Result<Verification, Failure> {
    let names = ChainNames::from(config);
    let id = names
        .find(chain)
        .ok_or_else(|| unknown_chain(&names, chain))?;
    let verifier = if id == config.l1.evm.chain_id {
        config.l1.contracts.message_root
    } else {
        config
            .chain(id)
            .ok_or_else(|| unknown_chain(&names, chain))?
            .contracts
            .root_storage
    };
    let chains = Chains::open(config)?;
    let reader = chains.get(id).ok_or_else(|| unknown_chain(&names, chain))?;
    let data: Bytes = [&[BUNDLE_MESSAGE_PREFIX], bundle.content.as_ref()]
        .concat()
        .into();
    let message = Message {
        txNumberInBatch: 0,
        sender: bundle.center,
        data,
    };
    let question = IMessageVerifier::verifyMessageCall {
        proof: proof.inclusion(),
        message,
    };
    let call = CallRequest {
        from: Address::ZERO,
        to: verifier,
        data: question.abi_encode().into(),
        gas: None,
    };
    let answer = match reader.call(&call).await {
        Ok(answer) => answer,
        Err(ChainError::Reverted { data, .. }) => {
            return Ok(Verification::new(
                bundle,
                false,
                format!(
                    "{} refuses the proof: {}",
                    names.name(id),
                    describe_revert(&data)
                ),
            ));
        }
        Err(error) => return Err(error.into()),
    };
    match IMessageVerifier::verifyMessageCall::abi_decode_returns(&answer) {
        Ok(true) => Ok(Verification::new(
            bundle,
            true,
            format!("{} confirms that it was sent", names.name(id)),
        )),
        Ok(false) => {
            let text = format!(
                "{} does not know the root of L1 block {} that the proof leads to",
                names.name(id),
                proof.settlement_block
            );
            Ok(Verification::new(bundle, false, text))
        }
        Err(_) => Err(Failure::new(
            Exit::Refused,
            format!(
                "{verifier} on {} is no message verifier; correct the configuration",
                names.name(id)
            ),
        )),
    }
}

#[derive(Serialize)]
struct Verification {
    schema: &'static str,
    bundle_hash: B256,
    valid: bool,
    text: String,
}

impl Verification {
    fn new(bundle: &SentBundle, valid: bool, text: String) -> Self {
        Self {
            schema: "causeway.verification/v1",
            bundle_hash: bundle.id,
            valid,
            text,
        }
    }
}

impl Report for Verification {
    fn table(&self) -> String {
        let verdict = if self.valid { "valid" } else { "NOT VALID" };
        fields(&[
            ("bundle", self.bundle_hash.to_string()),
            ("proof", verdict.to_owned()),
            ("because", self.text.clone()),
        ])
    }
}
