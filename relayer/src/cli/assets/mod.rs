//! `causeway transfer`, `causeway withdraw` and `causeway deposit`.

mod back;
mod claim;
mod finish;
mod report;
mod send;

use std::path::Path;
use std::time::Duration;

use alloy::primitives::{Address, B256, Bytes, U256};
use causeway_bindings::{AssetKind, ETHER};
use clap::{Args, Subcommand, ValueEnum};

use super::exit::Failure;
use super::network::{find_place, open, seconds};
use super::output::Output;
use crate::assets::{Status, status, trace};
use crate::bundle::Network;
use crate::chain::{Clock, SystemClock};
use crate::config::Config;

use report::Followed;
pub(super) use send::{make, simulate};

/// Pause between two looks at a transfer that is waited for.
const PAUSE: Duration = Duration::from_secs(1);

/// Commands about transfers of assets.
#[derive(Debug, Subcommand)]
pub(super) enum TransferCommand {
    /// Send an asset to another chain, or to or from L1
    Send(SendArgs),
    /// Say where a transfer stands
    Status(StatusArgs),
    /// Send back what did not arrive before its deadline
    Return(FinishArgs),
    /// Claim what could not be paid when it arrived, or say what can be claimed
    Claim(ClaimArgs),
    /// Have paid what the rules of a token's issuer held, once it is due
    Release(ReleaseArgs),
}

/// Commands about transfers from a chain to L1.
#[derive(Debug, Subcommand)]
pub(super) enum WithdrawCommand {
    /// Have L1 pay a withdrawal that was settled
    Finalize(FinishArgs),
}

/// Commands about transfers from L1 to a chain.
#[derive(Debug, Subcommand)]
pub(super) enum DepositCommand {
    /// Have L1 give back a deposit that its chain refused
    Recover(RecoverArgs),
}

/// What kind of token it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    /// Ether or ERC-20: units alike
    Fungible,
    /// ERC-721: every token its own
    Nft,
    /// ERC-1155: many tokens in one contract
    Multi,
}

impl From<Kind> for AssetKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Fungible => Self::Fungible,
            Kind::Nft => Self::NonFungible,
            Kind::Multi => Self::MultiToken,
        }
    }
}

/// Arguments of `transfer send`.
#[derive(Debug, Args)]
pub(super) struct SendArgs {
    /// Chain that it leaves: name, id, or l1
    #[arg(long, value_name = "CHAIN")]
    from: String,
    /// Chain that it goes to: name, id, or l1
    #[arg(long, value_name = "CHAIN")]
    to: String,
    /// Token on the chain that it leaves; `base` for what the chain's fees are paid in
    #[arg(long, value_name = "ADDRESS", value_parser = token)]
    token: Address,
    /// What kind of token it is
    #[arg(long, value_enum, default_value_t = Kind::Fungible)]
    kind: Kind,
    /// Which token of an ERC-721 or ERC-1155 contract
    #[arg(long, value_name = "ID", required_if_eq_any = [("kind", "nft"), ("kind", "multi")])]
    token_id: Option<U256>,
    /// How much, in whole tokens: 1.5; of an ERC-721 token there is 1
    #[arg(
        long,
        value_name = "AMOUNT",
        required = false,
        default_value_if("kind", "nft", "1")
    )]
    amount: String,
    /// Account on the other chain; by default that of --call, or the signer's own
    #[arg(long, value_name = "ADDRESS")]
    recipient: Option<Address>,
    /// If it has not arrived within so many seconds, it can be sent back
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    within: Option<Duration>,
    /// Contract on the other chain that is called once the asset is there; all of it arrives, or nothing
    #[arg(long, value_name = "ADDRESS")]
    call: Option<Address>,
    /// What the contract of --call is handed, in hex
    #[arg(long, value_name = "HEX", default_value = "0x", requires = "call")]
    data: Bytes,
    /// Gas that a deposit from L1 gets on its chain; what is left of it is not paid back
    #[arg(long, value_name = "GAS", default_value_t = 2_000_000)]
    deposit_gas: u64,
    /// Allow vault or bridge all ERC-1155 tokens of the contract, where that is needed
    #[arg(long)]
    approve_all: bool,
    #[command(flatten)]
    sending: SendingArgs,
    /// Wait until it has arrived, for at most so many seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    wait: Option<Duration>,
}

/// Who sends, and how.
#[derive(Debug, Args)]
struct SendingArgs {
    /// Name of the signer that pays
    #[arg(long, value_name = "NAME")]
    signer: String,
    /// Simulate it, print the transaction, and send nothing
    #[arg(long)]
    dry_run: bool,
    /// Longest time to wait until a transaction is in a block, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "120", value_parser = seconds)]
    timeout: Duration,
}

/// Arguments of `transfer status`.
#[derive(Debug, Args)]
pub(super) struct StatusArgs {
    /// Chain that it left: name, id, or l1
    #[arg(long, value_name = "CHAIN")]
    from: String,
    /// Transaction that sent it
    #[arg(long, value_name = "HASH")]
    tx: B256,
    /// Wait until it has arrived, for at most so many seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    wait: Option<Duration>,
}

/// Arguments of `withdraw finalize` and `transfer return`.
#[derive(Debug, Args)]
pub(super) struct FinishArgs {
    /// Chain that it left: name or id
    #[arg(long, value_name = "CHAIN")]
    from: String,
    /// Transaction that sent it
    #[arg(long, value_name = "HASH")]
    tx: B256,
    #[command(flatten)]
    sending: SendingArgs,
}

/// Arguments of `transfer release`.
#[derive(Debug, Args)]
pub(super) struct ReleaseArgs {
    /// Chain that it left: name, id, or l1
    #[arg(long, value_name = "CHAIN")]
    from: String,
    /// Transaction that sent it
    #[arg(long, value_name = "HASH")]
    tx: B256,
    #[command(flatten)]
    sending: SendingArgs,
}

/// Arguments of `transfer claim`.
#[derive(Debug, Args)]
pub(super) struct ClaimArgs {
    /// Chain on which it arrived: name, id, or l1
    #[arg(long, value_name = "CHAIN")]
    on: String,
    /// The asset by its home: the chain it was born on and the token there; ether is l1:base
    #[arg(long, value_name = "CHAIN:TOKEN")]
    asset: String,
    /// What kind of token it is
    #[arg(long, value_enum, default_value_t = Kind::Fungible)]
    kind: Kind,
    /// Which token of an ERC-721 or ERC-1155 contract
    #[arg(long, value_name = "ID", required_if_eq_any = [("kind", "nft"), ("kind", "multi")])]
    token_id: Option<U256>,
    /// Who is to be paid; by default the owner of the claim
    #[arg(long, value_name = "ADDRESS")]
    recipient: Option<Address>,
    /// Owner of the claim, to say what it can claim and how it does, and send nothing
    #[arg(long, value_name = "ADDRESS", conflicts_with = "signer")]
    owner: Option<Address>,
    /// Name of the signer that claims, and pays for it
    #[arg(long, value_name = "NAME", required_unless_present = "owner")]
    signer: Option<String>,
    /// Say what can be claimed, and send nothing
    #[arg(long)]
    dry_run: bool,
    /// Longest time to wait until a transaction is in a block, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "120", value_parser = seconds)]
    timeout: Duration,
}

/// Arguments of `deposit recover`.
#[derive(Debug, Args)]
pub(super) struct RecoverArgs {
    /// Transaction on L1 that made the deposit
    #[arg(long, value_name = "HASH")]
    tx: B256,
    #[command(flatten)]
    sending: SendingArgs,
}

pub(super) fn token(text: &str) -> Result<Address, String> {
    if text.eq_ignore_ascii_case("base") {
        return Ok(ETHER);
    }
    text.parse()
        .map_err(|_| "neither an address nor `base`".to_owned())
}

pub(super) async fn transfer(
    path: &Path,
    command: TransferCommand,
    output: Output,
) -> Result<(), Failure> {
    let config = Config::load(path)?;
    match command {
        TransferCommand::Send(args) => send::run(&config, args, output).await,
        TransferCommand::Status(args) => show(&config, args, output).await,
        TransferCommand::Return(args) => back::send_back(&config, args, output).await,
        TransferCommand::Claim(args) => claim::run(&config, args, output).await,
        TransferCommand::Release(args) => back::release(&config, args, output).await,
    }
}

pub(super) async fn withdraw(
    path: &Path,
    command: WithdrawCommand,
    output: Output,
) -> Result<(), Failure> {
    let WithdrawCommand::Finalize(args) = command;
    finish::finalize(&Config::load(path)?, args, output).await
}

pub(super) async fn deposit(
    path: &Path,
    command: DepositCommand,
    output: Output,
) -> Result<(), Failure> {
    let DepositCommand::Recover(args) = command;
    finish::recover(&Config::load(path)?, args, output).await
}

async fn show(config: &Config, args: StatusArgs, output: Output) -> Result<(), Failure> {
    let from = find_place(config, &args.from)?;
    let network = open(config, &[config.l1.evm.chain_id, from]).await?;
    let sent = trace(&network, from, args.tx).await?;
    let status = wait_for(&network, &sent, args.wait).await?;
    output.print(&Followed::new(from, args.tx, status))
}

/// Looks at a transfer until it has arrived or come back, or until patience ends.
async fn wait_for(
    network: &Network,
    sent: &crate::assets::Sent,
    patience: Option<Duration>,
) -> Result<Status, Failure> {
    let clock = SystemClock;
    let started = clock.now();
    loop {
        let now = status(network, sent).await?;
        let waited = clock.now().saturating_sub(started);
        if now.is_over() || patience.is_none_or(|patience| waited >= patience.as_secs()) {
            return Ok(now);
        }
        clock.sleep(PAUSE).await;
    }
}
