//! The command line: one file per group of commands. Results go to standard output, as a table or as JSON; everything
//! else goes to standard error.

mod assets;
mod bundle;
mod completions;
mod config;
mod dev;
mod doctor;
mod exit;
mod issuer;
mod msg;
mod network;
mod operator;
mod output;
mod run;
mod signing;
mod source;
mod swap;
mod token;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

pub use exit::{Exit, Failure};
use output::Output;

/// Moves messages between chains that settle on one L1.
#[derive(Debug, Parser)]
#[command(
    name = "causeway",
    version,
    max_term_width = 100,
    arg_required_else_help = true
)]
pub struct Cli {
    /// Configuration file
    #[arg(
        long,
        global = true,
        env = "CAUSEWAY_CONFIG",
        default_value = "causeway.toml",
        value_name = "FILE"
    )]
    config: PathBuf,

    /// How results are printed
    #[arg(long, global = true, value_enum, default_value_t = Output::Table, value_name = "FORMAT")]
    output: Output,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start a network of local chains with contracts, operators and a relayer
    Dev(dev::DevArgs),
    /// Run the relay and operator roles that the configuration has
    Run(run::RunArgs),
    /// Check the configuration against the chains: RPCs, contracts, clocks, keys, balances, permissions
    Doctor(doctor::DoctorArgs),
    /// Write, check and show configurations
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Look at messages, and have held ones tried again
    #[command(subcommand)]
    Msg(msg::MsgCommand),
    /// Take a bundle through its steps by hand: extract, prove, verify, execute
    #[command(subcommand)]
    Bundle(bundle::BundleCommand),
    /// Send assets between chains, and follow them
    #[command(subcommand)]
    Transfer(assets::TransferCommand),
    /// Finish what was sent from a chain to L1
    #[command(subcommand)]
    Withdraw(assets::WithdrawCommand),
    /// Get back what was sent from L1 and refused
    #[command(subcommand)]
    Deposit(assets::DepositCommand),
    /// Trade an asset on one chain for another on a second one, all of it or nothing
    #[command(subcommand)]
    Swap(swap::SwapCommand),
    /// Look at tokens, say what is wanted of them over the network, and have it so
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Bring a chain back whose operator is gone
    #[command(subcommand)]
    Operator(operator::OperatorCommand),
    /// Print a completion script for a shell
    Completions(completions::CompletionsArgs),
}

/// What a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Role {
    /// Delivers messages
    Relay,
    /// Seals and settles batches
    Operator,
    /// Both
    Both,
}

impl From<Role> for crate::app::Roles {
    fn from(role: Role) -> Self {
        match role {
            Role::Relay => Self {
                relay: true,
                operator: false,
            },
            Role::Operator => Self {
                relay: false,
                operator: true,
            },
            Role::Both => Self {
                relay: true,
                operator: true,
            },
        }
    }
}

/// Runs a command. What it prints on failure is printed by the caller.
pub async fn run(cli: Cli) -> Result<(), Failure> {
    let Cli {
        config,
        output,
        command,
    } = cli;
    match command {
        Command::Dev(args) => dev::run(args).await,
        Command::Run(args) => run::run(&config, &args).await,
        Command::Doctor(args) => doctor::run(&config, &args, output).await,
        Command::Config(command) => config::run(&config, command, output),
        Command::Msg(command) => msg::run(&config, command, output).await,
        Command::Bundle(command) => bundle::run(&config, command, output).await,
        Command::Transfer(command) => assets::transfer(&config, command, output).await,
        Command::Withdraw(command) => assets::withdraw(&config, command, output).await,
        Command::Deposit(command) => assets::deposit(&config, command, output).await,
        Command::Swap(command) => swap::run(&config, command, output).await,
        Command::Token(command) => token::run(&config, command, output).await,
        Command::Operator(command) => operator::run(&config, command, output).await,
        Command::Completions(args) => completions::run(&args),
    }
}

impl Cli {
    /// Whether failures are told as JSON too.
    pub fn wants_json(&self) -> bool {
        self.output == Output::Json
    }
}

#[cfg(test)]
#[path = "cli_tests.rs"]
mod tests;
