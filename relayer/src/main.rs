//! The `causeway` binary: parses, runs the command, and ends with its exit code.

use std::process::ExitCode;

use causeway_relayer::cli::{self, Cli};
use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let json = cli.wants_json();
    match cli::run(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{}", failure.text(json));
            failure.exit.into()
        }
    }
}
