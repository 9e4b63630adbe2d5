//! `causeway config`.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

use clap::{Args, Subcommand};
use serde_json::json;

use super::exit::{Exit, Failure};
use super::output::{Output, print_line, to_json};
use crate::config::{Config, ConfigFile, TEMPLATE};

/// Commands about configurations.
#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Write a commented configuration to start from
    Init(InitArgs),
    /// Check the configuration without asking any chain
    Validate,
    /// Print the configuration with its defaults, secrets left out
    Show,
    /// Print the JSON Schema of configurations
    Schema,
}

/// Arguments of `config init`.
#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// Print it instead of writing the file
    #[arg(long)]
    stdout: bool,
}

pub(super) fn run(path: &Path, command: ConfigCommand, output: Output) -> Result<(), Failure> {
    match command {
        ConfigCommand::Init(args) if args.stdout => print_line(TEMPLATE.trim_end()),
        ConfigCommand::Init(_) => init(path),
        ConfigCommand::Validate => validate(path, output),
        ConfigCommand::Show => show(path, output),
        ConfigCommand::Schema => print_line(&to_json(&ConfigFile::schema())?),
    }
}

/// Never overwrites a configuration.
fn init(path: &Path) -> Result<(), Failure> {
    let fail = |what: String| Failure::new(Exit::BadFile, format!("{}: {what}", path.display()));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => {
                fail("is there already; remove it, or name another file with --config".to_owned())
            }
            _ => fail(format!("cannot be written: {error}")),
        })?;
    file.write_all(TEMPLATE.as_bytes())
        .map_err(|error| fail(format!("cannot be written: {error}")))?;
    print_line(&format!(
        "wrote {}; put your chains in, then run `causeway config validate`",
        path.display()
    ))
}

fn validate(path: &Path, output: Output) -> Result<(), Failure> {
    let config = Config::load(path)?;
    let operators = config.operators.len();
    match output {
        Output::Json => print_line(&to_json(&json!({
            "schema": "causeway.config-check/v1",
            "valid": true,
            "chains": config.chains.len(),
            "relay": config.relay.is_some(),
            "operators": operators,
        }))?),
        Output::Table => print_line(&format!(
            "{} is valid: {} chains, {}, {operators} operated; `causeway doctor` checks it against the chains",
            path.display(),
            config.chains.len(),
            if config.relay.is_some() {
                "relayed"
            } else {
                "not relayed"
            },
        )),
    }
}

fn show(path: &Path, output: Output) -> Result<(), Failure> {
    let file = ConfigFile::load(path)?;
    match output {
        Output::Json => print_line(&to_json(&file)?),
        Output::Table => {
            let text = file
                .shown()
                .map_err(|error| Failure::new(Exit::Unexpected, error.to_string()))?;
            print_line(text.trim_end())
        }
    }
}
