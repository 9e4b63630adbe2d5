//! `causeway operator`: what a chain starts from, and how it is rebuilt from L1 and brought back.

mod follow;
mod recover;

use std::path::{Path, PathBuf};
use std::time::Duration;

use alloy::primitives::{Address, B256};
use clap::{Args, Subcommand};
use serde::Serialize;

use crate::chain::{ChainError, EvmChain, EvmSettings, FinalityRule, ReplayNode, RpcSettings};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Output, Report, fields};
use crate::model::ChainId;
use crate::operator::rebuild::{
    CaptureError, DataSource, Executed, Genesis, History, RebuildError, Rebuilt, Target, rebuild,
};

/// Longest time for one call.
const DEADLINE: Duration = Duration::from_secs(30);

/// Commands for those who bring a chain back.
#[derive(Debug, Subcommand)]
pub(super) enum OperatorCommand {
    /// Rebuild a chain on an empty node from what L1 has of it
    Rebuild(RebuildArgs),
    /// Bring back a chain that L1 has frozen: settle its queue from a rebuilt node, without its operator's key
    Recover(recover::RecoverArgs),
    /// Write down what a chain starts from, before it is registered
    Genesis(GenesisArgs),
}

/// Arguments of `operator rebuild`.
#[derive(Debug, Args)]
pub(super) struct RebuildArgs {
    /// Id of the chain
    #[arg(long, value_name = "ID")]
    chain: ChainId,
    /// RPC of L1
    #[arg(long, value_name = "URL")]
    l1: String,
    /// The settlement contract on L1
    #[arg(long, value_name = "ADDRESS")]
    settlement: Address,
    /// What the chain started from; L1 has the hash of its block
    #[arg(long, value_name = "FILE")]
    genesis: PathBuf,
    /// RPC of the node: a fresh `anvil --chain-id ID --accounts 0 --order fifo --no-mining`, or one that was interrupted
    #[arg(long, value_name = "URL", required_unless_present = "check_only")]
    node: Option<String>,
    /// RPC of another node of the chain: make and check its newer blocks too, until interrupted; for those who attest to them
    #[arg(long, value_name = "URL", requires = "node")]
    follow: Option<String>,
    /// Read and check what L1 has, and leave nodes alone
    #[arg(long, conflicts_with = "node")]
    check_only: bool,
    /// Folder with batch data that L1 does not keep: BATCH.data, or BATCH.blobs
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// L1 block from which the chain's events are read
    #[arg(long, default_value_t = 0, value_name = "BLOCK")]
    l1_from_block: u64,
}

/// Arguments of `operator genesis`.
#[derive(Debug, Args)]
pub(super) struct GenesisArgs {
    /// RPC of the chain's node, which must be able to dump its state, as anvil is
    #[arg(long, value_name = "URL")]
    node: String,
    /// File to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(super) async fn run(
    config: &Path,
    command: OperatorCommand,
    output: Output,
) -> Result<(), Failure> {
    match command {
        OperatorCommand::Recover(args) => recover::run(config, args, output).await,
        OperatorCommand::Rebuild(args) => run_rebuild(args, output).await,
        OperatorCommand::Genesis(args) => run_genesis(&args, output).await,
    }
}

async fn run_rebuild(args: RebuildArgs, output: Output) -> Result<(), Failure> {
    let genesis = Genesis::read(&args.genesis).map_err(|error| in_file(&args.genesis, error))?;
    let l1 = open(&args.l1, None).await?;
    let history = History::read(&l1, args.settlement, args.chain, args.l1_from_block).await?;
    let source = DataSource {
        l1: &l1,
        history: &history,
        files: args.data.as_deref(),
    };
    let batches = history.batches.len();
    let progress = |batch: &Executed| {
        tell(&format!(
            "batch {} of {batches}: blocks {} to {}",
            batch.number, batch.first_block, batch.last_block
        ));
    };
    let Some(url) = &args.node else {
        let checked = rebuild(&source, &genesis, None, &progress).await?;
        return output.print(&RebuildReport::new(&args, batches as u64, &checked));
    };
    let reader = open(url, Some(args.chain)).await?;
    let node = ReplayNode::new(args.chain, url)?;
    let target = Target {
        node: &node,
        reader: &reader,
    };
    let rebuilt = rebuild(&source, &genesis, Some(&target), &progress).await?;
    output.print(&RebuildReport::new(&args, batches as u64, &rebuilt))?;
    match &args.follow {
        Some(other) => follow::run(&target, other, batches as u64, rebuilt.head).await,
        None => Ok(()),
    }
}

async fn run_genesis(args: &GenesisArgs, output: Output) -> Result<(), Failure> {
    let chain = identify(&args.node).await?;
    let node = ReplayNode::new(chain, &args.node)?;
    let genesis = Genesis::capture(chain, &node).await?;
    let text = genesis.text().map_err(|error| in_file(&args.out, error))?;
    std::fs::write(&args.out, text).map_err(|error| in_file(&args.out, error))?;
    output.print(&GenesisReport {
        schema: "causeway.operator_genesis/v1",
        chain,
        block: genesis.header.number,
        state_commitment: genesis.header.hash_slow(),
        timestamp: genesis.header.timestamp,
        accounts: genesis.accounts.len(),
        file: args.out.display().to_string(),
    })
}

/// Progress is for people, so it goes to standard error.
fn tell(line: &str) {
    eprintln!("{line}");
}

/// A chain by its URL alone; of this id, or of whichever it has.
async fn open(url: &str, chain: Option<ChainId>) -> Result<EvmChain, Failure> {
    let chain_id = match chain {
        Some(chain) => chain,
        None => identify(url).await?,
    };
    Ok(evm(url, chain_id)?)
}

async fn identify(url: &str) -> Result<ChainId, Failure> {
    let answers = evm(url, 0)?.identify().await;
    match answers.into_iter().next() {
        Some((_, answer)) => Ok(answer?),
        None => Err(Failure::new(Exit::Usage, "an RPC URL is missing")),
    }
}

fn evm(url: &str, chain_id: ChainId) -> Result<EvmChain, ChainError> {
    EvmChain::new(&EvmSettings {
        chain_id,
        rpc: RpcSettings {
            urls: vec![url.to_owned()],
            agreement: 1,
            deadline: DEADLINE,
        },
        finality: FinalityRule::Depth(0),
    })
}

fn in_file(path: &Path, error: impl std::fmt::Display) -> Failure {
    Failure::new(Exit::BadFile, format!("{}: {error}", path.display()))
}

#[derive(Serialize)]
struct RebuildReport {
    schema: &'static str,
    chain: ChainId,
    /// `checked`, or `rebuilt`: the node holds every block that L1 has settled, with the hashes that L1 has.
    state: &'static str,
    /// What L1 has executed.
    executed_batches: u64,
    settled_block: u64,
    settled_hash: B256,
    /// What was read now.
    batches: u64,
    blocks: u64,
    transactions: u64,
    system_transactions: u64,
    data_bytes: u64,
    /// Newest block of the node.
    node_block: Option<u64>,
}

impl RebuildReport {
    fn new(args: &RebuildArgs, executed_batches: u64, rebuilt: &Rebuilt) -> Self {
        let is_rebuilt = args.node.is_some();
        Self {
            schema: "causeway.operator_rebuild/v1",
            chain: args.chain,
            state: if is_rebuilt { "rebuilt" } else { "checked" },
            executed_batches,
            settled_block: rebuilt.settled,
            settled_hash: rebuilt.settled_hash,
            batches: rebuilt.batches,
            blocks: rebuilt.blocks,
            transactions: rebuilt.transactions,
            system_transactions: rebuilt.system_transactions,
            data_bytes: rebuilt.data_bytes,
            node_block: is_rebuilt.then_some(rebuilt.head),
        }
    }
}

impl Report for RebuildReport {
    fn table(&self) -> String {
        let node = self.node_block.map_or_else(
            || "left alone; that the data leads to these hashes shows a rebuild only".to_owned(),
            |block| {
                format!(
                    "at block {block}, with L1's hash at block {}",
                    self.settled_block
                )
            },
        );
        fields(&[
            ("chain", self.chain.to_string()),
            (
                "settled",
                format!(
                    "{} batches up to block {}",
                    self.executed_batches, self.settled_block
                ),
            ),
            ("hash", self.settled_hash.to_string()),
            (
                "read",
                format!(
                    "{} batches: {} blocks, {} transactions ({} without a signature), {} bytes",
                    self.batches,
                    self.blocks,
                    self.transactions,
                    self.system_transactions,
                    self.data_bytes
                ),
            ),
            ("node", node),
        ])
    }
}

#[derive(Serialize)]
struct GenesisReport {
    schema: &'static str,
    chain: ChainId,
    block: u64,
    state_commitment: B256,
    timestamp: u64,
    accounts: usize,
    file: String,
}

impl Report for GenesisReport {
    fn table(&self) -> String {
        fields(&[
            ("chain", self.chain.to_string()),
            ("genesisBlock", self.block.to_string()),
            ("genesisStateCommitment", self.state_commitment.to_string()),
            ("genesisTimestamp", self.timestamp.to_string()),
            ("accounts", self.accounts.to_string()),
            ("file", self.file.clone()),
        ])
    }
}

impl From<RebuildError> for Failure {
    fn from(error: RebuildError) -> Self {
        let exit = match &error {
            RebuildError::Read(_) => Exit::Unreachable,
            RebuildError::NotRegistered { .. } | RebuildError::MissingData { .. } => Exit::NotFound,
            RebuildError::Genesis { .. } => Exit::BadFile,
            RebuildError::Node(_) | RebuildError::Parted { .. } => Exit::Refused,
            RebuildError::BrokenHistory(_)
            | RebuildError::WrongData { .. }
            | RebuildError::Refused { .. }
            | RebuildError::OtherBlock { .. }
            | RebuildError::OtherHash { .. }
            | RebuildError::OtherCopy { .. } => Exit::CheckFailed,
        };
        Self::new(exit, error.to_string())
    }
}

impl From<CaptureError> for Failure {
    fn from(error: CaptureError) -> Self {
        match error {
            CaptureError::Node(error) => error.into(),
            CaptureError::Damaged { .. } | CaptureError::Restless { .. } => {
                Self::new(Exit::CheckFailed, error.to_string())
            }
        }
    }
}
