//! `causeway bundle extract` and `proof`: the steps that write a file.

use std::path::PathBuf;

use alloy::primitives::B256;
use clap::Args;
use serde::Serialize;

use super::files::{read_bundle, write};
use super::find_chain;
use crate::bundle::{Anchored, ExtractError, SentBundle, extract};
use crate::chain::EvmChain;
use crate::chain::events::ChainContracts;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Output, Report};
use crate::cli::source::{Source, prove};
use crate::config::{ChainConfig, Config};

/// Arguments of `bundle extract`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ExtractArgs {
    /// Chain it was sent on, by name or id; not needed with --id alone
    #[arg(long, value_name = "CHAIN", requires = "tx")]
    from: Option<String>,
    /// Transaction that sent it
    #[arg(long, value_name = "HASH", requires = "from")]
    tx: Option<B256>,
    /// Bundle hash: picks one of several in a transaction, or names a message that the relayer knows
    #[arg(long, value_name = "HASH", required_unless_present = "tx")]
    id: Option<B256>,
    /// File to write
    #[arg(long, value_name = "FILE", default_value = "bundle.json")]
    out: PathBuf,
}

/// Arguments of `bundle proof`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ProofArgs {
    /// Bundle hash
    #[arg(
        long,
        value_name = "HASH",
        required_unless_present = "bundle",
        conflicts_with = "bundle"
    )]
    id: Option<B256>,
    /// Bundle file
    #[arg(long, value_name = "FILE")]
    bundle: Option<PathBuf>,
    /// Prove it for verification on L1 instead of its destination
    #[arg(long)]
    on_l1: bool,
    /// File to write
    #[arg(long, value_name = "FILE", default_value = "proof.json")]
    out: PathBuf,
}

pub(super) async fn extract_bundle(
    config: &Config,
    args: ExtractArgs,
    output: Output,
) -> Result<(), Failure> {
    let (chain, tx) = match (args.from, args.tx, args.id) {
        (Some(from), Some(tx), _) => (find_chain(config, &from)?, tx),
        (_, _, Some(id)) => origin(config, id).await?,
        _ => {
            return Err(Failure::new(
                Exit::Usage,
                "name the bundle with --id, or with --from and --tx",
            ));
        }
    };
    let reader = EvmChain::new(&chain.evm)?;
    let contracts = ChainContracts {
        outbox: chain.contracts.outbox,
        handler: chain.contracts.handler,
        root_storage: chain.contracts.root_storage,
    };
    let found = extract(&reader, &contracts, chain.contracts.center, tx).await?;
    let bundle = pick(found, args.id, tx)?;
    write(&args.out, &bundle.to_json())?;
    output.print(&Written {
        schema: "causeway.written/v1",
        file: args.out,
        bundle_hash: bundle.id,
    })
}

/// Where the relayer has seen the message.
async fn origin(config: &Config, id: B256) -> Result<(&ChainConfig, B256), Failure> {
    let message = Source::open(config).await?.show(id).await?;
    let chain = find_chain(config, &message.source.chain_id.to_string())?;
    let sent = message
        .milestones
        .iter()
        .find(|milestone| milestone.kind == "sent");
    let sent = sent.ok_or_else(|| {
        Failure::new(
            Exit::NotFound,
            format!("the transaction that sent {id} is not known"),
        )
    })?;
    Ok((chain, sent.tx))
}

fn pick(found: Vec<SentBundle>, id: Option<B256>, tx: B256) -> Result<SentBundle, Failure> {
    let ids = found
        .iter()
        .map(|bundle| bundle.id.to_string())
        .collect::<Vec<_>>()
        .join(", ");
    let mut fitting = found
        .into_iter()
        .filter(|bundle| id.is_none_or(|id| id == bundle.id));
    match (fitting.next(), fitting.next()) {
        (Some(bundle), None) => Ok(bundle),
        (None, _) if ids.is_empty() => Err(Failure::new(
            Exit::NotFound,
            format!("transaction {tx} sent no bundle through the interop center"),
        )),
        (None, _) => Err(Failure::new(
            Exit::NotFound,
            format!("transaction {tx} sent other bundles: {ids}"),
        )),
        (Some(_), Some(_)) => Err(Failure::new(
            Exit::Usage,
            format!("transaction {tx} sent several bundles; pick one with --id: {ids}"),
        )),
    }
}

pub(super) async fn prove_bundle(
    config: &Config,
    args: ProofArgs,
    output: Output,
) -> Result<(), Failure> {
    let id = match (args.id, &args.bundle) {
        (Some(id), _) => id,
        (None, Some(file)) => read_bundle(file)?.id,
        (None, None) => {
            return Err(Failure::new(
                Exit::Usage,
                "name the bundle with --id or --bundle",
            ));
        }
    };
    let anchored = if args.on_l1 {
        Anchored::OnL1
    } else {
        Anchored::AtDestination
    };
    let proof = prove(config, id, anchored).await?;
    write(&args.out, &proof.to_json())?;
    output.print(&Written {
        schema: "causeway.written/v1",
        file: args.out,
        bundle_hash: id,
    })
}

impl From<ExtractError> for Failure {
    fn from(error: ExtractError) -> Self {
        match error {
            ExtractError::Chain(error) => error.into(),
            ExtractError::Event(_) => Self::new(Exit::Refused, error.to_string()),
            ExtractError::UnknownTransaction { .. } | ExtractError::Reverted { .. } => {
                Self::new(Exit::NotFound, error.to_string())
            }
        }
    }
}

#[derive(Serialize)]
struct Written {
    schema: &'static str,
    file: PathBuf,
    bundle_hash: B256,
}

impl Report for Written {
    fn table(&self) -> String {
        format!(
            "wrote {} for bundle {}",
            self.file.display(),
            self.bundle_hash
        )
    }
}
