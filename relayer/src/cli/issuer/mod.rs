//! `causeway token`: what issuers decide about their tokens.

mod apply;
mod list;
mod report;
mod words;

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use alloy::primitives::Address;
use clap::{Args, Subcommand};

use super::exit::{Exit, Failure};
use super::network::{open, seconds};
use super::output::{Output, print_line};
use crate::bundle::Network;
use crate::config::Config;
use crate::tokens::{
    Desired, Difference, IssuerError, Remedy, TOKEN_TEMPLATE, TokenFile, compare, decimals, read,
    risks,
};
use crate::view::ChainNames;

use report::{Checked, Planned};

/// Commands about what issuers decide.
#[derive(Debug, Subcommand)]
pub(super) enum IssuerCommand {
    /// Write a commented token file to start from
    Init(InitArgs),
    /// List the transactions that lead to what a token file says
    Plan(FileArgs),
    /// Make them, as far as there are keys
    Apply(ApplyArgs),
    /// Fail where a chain has something else than a token file says
    Check(FileArgs),
    /// Write a signed token list for wallets
    List(ListArgs),
    /// Say whether a token list is signed, and whether the chains agree with it
    VerifyList(VerifyListArgs),
}

/// Arguments of `token init`.
#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// File to write
    #[arg(long, value_name = "FILE", default_value = "token.toml")]
    file: PathBuf,
    /// Print it instead of writing the file
    #[arg(long)]
    stdout: bool,
}

/// A token file.
#[derive(Debug, Args)]
pub(super) struct FileArgs {
    /// Token file
    #[arg(long, value_name = "FILE", default_value = "token.toml")]
    file: PathBuf,
    #[command(flatten)]
    announcing: AnnouncingArgs,
}

/// How a token is announced.
#[derive(Clone, Copy, Debug, Args)]
struct AnnouncingArgs {
    /// Gas that an announcement from L1 gets on its chain
    #[arg(long, value_name = "GAS", default_value_t = 2_000_000)]
    announce_gas: u64,
}

/// Arguments of `token apply`.
#[derive(Debug, Args)]
pub(super) struct ApplyArgs {
    #[command(flatten)]
    file: FileArgs,
    /// Name of a signer; once per account that has to act. The first one makes what anyone may
    #[arg(long, value_name = "NAME", required = true)]
    signer: Vec<String>,
    /// Longest time to wait until a transaction is in a block, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "120", value_parser = seconds)]
    timeout: Duration,
    /// Longest time to wait for announcements to arrive, in seconds; run the command again to go on later
    #[arg(long, value_name = "SECONDS", default_value = "120", value_parser = seconds)]
    wait: Duration,
}

/// Arguments of `token list`.
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Token file; once per token. Nobody else's tokens get on the list
    #[arg(long, value_name = "FILE", default_value = "token.toml")]
    file: Vec<PathBuf>,
    /// Name of the signer that signs the list
    #[arg(long, value_name = "NAME")]
    signer: String,
    /// Name of the list
    #[arg(long, value_name = "NAME", default_value = "Causeway")]
    name: String,
    /// Version of the list: the first number grows when a token is removed, the second when one is added
    #[arg(long, value_name = "VERSION", default_value = "1.0.0", value_parser = list::version)]
    list_version: crate::tokens::ListVersion,
    /// File to write; its signature goes beside it, under the same name with .sig
    #[arg(long, value_name = "FILE", default_value = "tokens.json")]
    out: PathBuf,
}

/// Arguments of `token verify-list`.
#[derive(Debug, Args)]
pub(super) struct VerifyListArgs {
    /// Token list; its signature stands beside it, under the same name with .sig
    #[arg(value_name = "FILE")]
    list: PathBuf,
    /// Account that has to have signed it
    #[arg(long, value_name = "ADDRESS")]
    signer: Address,
}

pub(super) async fn run(
    path: &Path,
    command: IssuerCommand,
    output: Output,
) -> Result<(), Failure> {
    if let IssuerCommand::Init(args) = command {
        return init(&args);
    }
    let config = Config::load(path)?;
    match command {
        IssuerCommand::Init(_) => Ok(()),
        IssuerCommand::Plan(args) => plan(&config, &args, output).await,
        IssuerCommand::Apply(args) => apply::run(&config, args, output).await,
        IssuerCommand::Check(args) => check(&config, &args, output).await,
        IssuerCommand::List(args) => list::write(&config, args, output).await,
        IssuerCommand::VerifyList(args) => list::verify(&config, args, output).await,
    }
}

/// Never overwrites a token file.
fn init(args: &InitArgs) -> Result<(), Failure> {
    if args.stdout {
        return print_line(TOKEN_TEMPLATE.trim_end());
    }
    let file = args.file.display();
    let fail = |what: String| Failure::new(Exit::BadFile, format!("{file}: {what}"));
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&args.file)
        .and_then(|mut file| file.write_all(TOKEN_TEMPLATE.as_bytes()))
        .map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => {
                fail("is there already; remove it, or name another file with --file".to_owned())
            }
            _ => fail(format!("cannot be written: {error}")),
        })?;
    print_line(&format!(
        "wrote {file}; put your token in, then run `causeway token plan`"
    ))
}

/// What a token file wants, and the network it is about.
struct Wanted {
    names: ChainNames,
    network: Network,
    desired: Desired,
    announce_gas: u64,
}

impl Wanted {
    async fn open(config: &Config, args: &FileArgs) -> Result<Self, Failure> {
        let names = ChainNames::from(config);
        let file = TokenFile::read(&args.file, &names, config.l1.evm.chain_id)
            .map_err(IssuerError::from)?;
        let network = open(config, &file.chains()).await?;
        let decimals = decimals(&network, file.token()).await?;
        let desired = file.desired(decimals).map_err(IssuerError::from)?;
        Ok(Self {
            names,
            network,
            desired,
            announce_gas: args.announcing.announce_gas,
        })
    }

    /// Where the chains differ from it now.
    async fn differences(&self) -> Result<Vec<Difference>, Failure> {
        let state = read(&self.network, &self.desired).await?;
        Ok(compare(&self.desired, &state))
    }
}

async fn plan(config: &Config, args: &FileArgs, output: Output) -> Result<(), Failure> {
    let wanted = Wanted::open(config, args).await?;
    let state = read(&wanted.network, &wanted.desired).await?;
    let differences = compare(&wanted.desired, &state);
    let risks = risks(&wanted.network, &wanted.desired, &state).await?;
    output.print(&Planned::new(&wanted, &differences, &risks))?;
    refuse_impossible(&wanted, &differences)
}

async fn check(config: &Config, args: &FileArgs, output: Output) -> Result<(), Failure> {
    let wanted = Wanted::open(config, args).await?;
    let differences = wanted.differences().await?;
    output.print(&Checked::new(&wanted, &differences))?;
    match differences.len() {
        0 => Ok(()),
        count => {
            let file = args.file.display();
            let text = format!(
                "what is wanted in {file} is not so in {count} place(s); `causeway token plan` lists what leads there"
            );
            Err(Failure::new(Exit::CheckFailed, text))
        }
    }
}

/// What nobody can do is said with what to change instead.
fn refuse_impossible(wanted: &Wanted, differences: &[Difference]) -> Result<(), Failure> {
    let impossible = differences.iter().filter_map(|difference| {
        let Remedy::Nobody(advice) = &difference.remedy else {
            return None;
        };
        let chain = wanted.names.name(difference.chain);
        let what = words::subject(difference.subject, &wanted.names);
        Some(format!("{chain}: {what} cannot be as wanted: {advice}"))
    });
    let lines: Vec<_> = impossible.collect();
    match lines.is_empty() {
        true => Ok(()),
        false => Err(Failure::new(Exit::CheckFailed, lines.join("\n"))),
    }
}
