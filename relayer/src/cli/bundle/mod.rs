//! `causeway bundle`.

mod execute;
mod report;

use std::path::{Path, PathBuf};
use std::time::Duration;

use alloy::primitives::B256;
use clap::{Args, Subcommand};

use super::exit::{Exit, Failure};
use super::network::{find_chain, open};
use super::output::Output;
use super::source::{self, Source};
use crate::bundle::{
    Anchored, BundleFile, BundleProof, ProveAt, Wanted, extract, prove, verify, verify_online,
};
use crate::config::{ChainConfig, Config};

use report::{Verified, Written};

/// Commands about single bundles.
#[derive(Debug, Subcommand)]
pub(super) enum BundleCommand {
    /// Write a bundle that was sent to a file
    Extract(ExtractArgs),
    /// Write the proof of a bundle to a file
    Proof(ProofArgs),
    /// Say what a proof shows, and what was not checked
    Verify(VerifyArgs),
    /// Deliver a bundle with its proof
    Execute(ExecuteArgs),
}

/// Arguments of `bundle extract`.
#[derive(Debug, Args)]
pub(super) struct ExtractArgs {
    /// Chain it was sent on, by name or id; without it, the relayer is asked where it saw --id
    #[arg(long, value_name = "CHAIN", required_unless_present = "id")]
    from: Option<String>,
    /// Transaction that sent it
    #[arg(
        long,
        value_name = "HASH",
        requires = "from",
        required_unless_present = "id"
    )]
    tx: Option<B256>,
    /// Bundle hash
    #[arg(long, value_name = "HASH")]
    id: Option<B256>,
    /// Look from this block on; by default from the chain's start_block
    #[arg(long, value_name = "BLOCK", requires = "from")]
    from_block: Option<u64>,
    /// File to write
    #[arg(long, value_name = "FILE", default_value = "bundle.json")]
    out: PathBuf,
}

/// Arguments of `bundle proof`.
#[derive(Debug, Args)]
pub(super) struct ProofArgs {
    /// Bundle file; the proof is built from the logs of the chains
    #[arg(long, value_name = "FILE", default_value = "bundle.json")]
    bundle: PathBuf,
    /// Bundle hash instead of a file; the relayer, or its store, is asked for the proof
    #[arg(long, value_name = "HASH", conflicts_with_all = ["bundle", "l1_block"])]
    id: Option<B256>,
    /// Prove it for verification on L1 instead of its destination
    #[arg(long, visible_alias = "for-l1")]
    on_l1: bool,
    /// Prove it against the root of this L1 block; by default against the newest that the destination has imported
    #[arg(long, value_name = "BLOCK", conflicts_with = "on_l1")]
    l1_block: Option<u64>,
    /// File to write
    #[arg(long, value_name = "FILE", default_value = "proof.json")]
    out: PathBuf,
}

/// A bundle and its proof.
#[derive(Debug, Args)]
struct FilesArgs {
    /// Bundle file
    #[arg(long, value_name = "FILE", default_value = "bundle.json")]
    bundle: PathBuf,
    /// Proof file
    #[arg(long, value_name = "FILE", default_value = "proof.json")]
    proof: PathBuf,
}

/// Arguments of `bundle verify`.
#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    #[command(flatten)]
    files: FilesArgs,
    /// Message root that you trust; no chain is asked
    #[arg(long, value_name = "HASH")]
    root: Option<B256>,
    /// Ask no chain, and say only whether the files fit together
    #[arg(long)]
    offline: bool,
}

/// Arguments of `bundle execute`.
#[derive(Debug, Args)]
pub(super) struct ExecuteArgs {
    #[command(flatten)]
    files: FilesArgs,
    /// Name of the signer that pays
    #[arg(long, value_name = "NAME")]
    signer: String,
    /// Simulate it, print the transaction, and send nothing
    #[arg(long)]
    dry_run: bool,
    /// Longest time to wait until the transaction is in a block, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "120", value_parser = crate::cli::network::seconds)]
    timeout: Duration,
}

pub(super) async fn run(
    path: &Path,
    command: BundleCommand,
    output: Output,
) -> Result<(), Failure> {
    match command {
        BundleCommand::Extract(args) => extract_bundle(&Config::load(path)?, args, output).await,
        BundleCommand::Proof(args) => prove_bundle(&Config::load(path)?, args, output).await,
        BundleCommand::Verify(args) => verify_bundle(path, args, output).await,
        BundleCommand::Execute(args) => execute::run(&Config::load(path)?, args, output).await,
    }
}

async fn extract_bundle(config: &Config, args: ExtractArgs, output: Output) -> Result<(), Failure> {
    let wanted = Wanted {
        tx: args.tx,
        id: args.id,
        from_block: args.from_block,
    };
    let (chain, wanted) = match (args.from, args.id) {
        (Some(from), _) => (find_chain(config, &from)?, wanted),
        (None, Some(id)) => {
            let (chain, tx) = origin(config, id).await?;
            (
                chain,
                Wanted {
                    tx: Some(tx),
                    ..wanted
                },
            )
        }
        (None, None) => {
            return Err(Failure::new(
                Exit::Usage,
                "name the bundle with --id, or with --from and --tx",
            ));
        }
    };
    let network = open(config, &[chain.evm.chain_id]).await?;
    let bundle = extract(network.chain(chain.evm.chain_id)?, wanted).await?;
    bundle.write(&args.out)?;
    output.print(&Written::bundle(args.out, &bundle))
}

/// Where the relayer has seen the message.
async fn origin(config: &Config, id: B256) -> Result<(&ChainConfig, B256), Failure> {
    let message = Source::open(config).await?.show(id).await?;
    let chain = find_chain(config, &message.source.chain_id.to_string())?;
    let sent = message
        .milestones
        .iter()
        .find(|milestone| milestone.kind == "sent");
    let unknown = || {
        Failure::new(
            Exit::NotFound,
            format!("the transaction that sent {id} is not known"),
        )
    };
    Ok((chain, sent.ok_or_else(unknown)?.tx))
}

async fn prove_bundle(config: &Config, args: ProofArgs, output: Output) -> Result<(), Failure> {
    let (proof, note) = match args.id {
        Some(id) => {
            let anchored = if args.on_l1 {
                Anchored::OnL1
            } else {
                Anchored::AtDestination
            };
            (source::prove(config, id, anchored).await?, None)
        }
        None => prove_file(config, &args).await?,
    };
    proof.write(&args.out)?;
    output.print(&Written::proof(args.out, &proof, note))
}

async fn prove_file(
    config: &Config,
    args: &ProofArgs,
) -> Result<(BundleProof, Option<&'static str>), Failure> {
    let bundle = BundleFile::read(&args.bundle)?;
    let at = match args.l1_block {
        Some(block) => ProveAt::L1Block(block),
        None if args.on_l1 => ProveAt::Execution,
        None => ProveAt::Imported,
    };
    let l1 = config.l1.evm.chain_id;
    let network = open(
        config,
        &[l1, bundle.source_chain_id, bundle.destination_chain_id],
    )
    .await?;
    let proven = prove(&network, &bundle, at).await?;
    let unsure = "the L1 block is not final yet: if it is reorganised away, prove again";
    Ok((proven.proof, (!proven.is_final).then_some(unsure)))
}

async fn verify_bundle(path: &Path, args: VerifyArgs, output: Output) -> Result<(), Failure> {
    let (bundle, proof) = args.files.read()?;
    let mut verification =
        verify(&bundle, &proof, args.root).map_err(|fault| fault.within(&args.files.proof))?;
    if args.root.is_none() && !args.offline {
        let config = Config::load(path)?;
        let network = open(
            &config,
            &[config.l1.evm.chain_id, bundle.destination_chain_id],
        )
        .await?;
        verify_online(&network, &bundle, &proof, &mut verification).await?;
    }
    let failure = verification.failure().map(|check| check.detail.clone());
    output.print(&Verified(verification))?;
    failure.map_or(Ok(()), |detail| {
        Err(Failure::new(Exit::CheckFailed, detail))
    })
}

impl FilesArgs {
    fn read(&self) -> Result<(BundleFile, BundleProof), Failure> {
        Ok((
            BundleFile::read(&self.bundle)?,
            BundleProof::read(&self.proof)?,
        ))
    }
}
