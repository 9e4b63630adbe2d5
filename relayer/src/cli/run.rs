//! `causeway run`.

use std::path::Path;

use clap::Args;
use tokio_util::sync::CancellationToken;

use super::Role;
use super::exit::{Exit, Failure};
use crate::config::{Config, LogFormat};
use crate::{app, telemetry};

/// Arguments of `run`.
#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// What to do; by default, whatever the configuration has a section for
    #[arg(long, value_enum)]
    role: Option<Role>,

    /// Write log lines as JSON, whatever log.format says
    #[arg(long)]
    json_logs: bool,
}

pub(super) async fn run(path: &Path, args: &RunArgs) -> Result<(), Failure> {
    let config = Config::load(path)?;
    let mut log = config.log.clone();
    if args.json_logs {
        log.format = LogFormat::Json;
    }
    telemetry::init(&log)?;
    let configured = app::Roles {
        relay: config.relay.is_some(),
        operator: !config.operators.is_empty(),
    };
    let roles = args.role.map_or(configured, app::Roles::from);
    Ok(app::run(&config, roles, stopped_by_signal()?).await?)
}

/// Cancelled by the first SIGINT or SIGTERM.
pub(super) fn stopped_by_signal() -> Result<CancellationToken, Failure> {
    let signal =
        app::stop_signal().map_err(|error| Failure::new(Exit::Unexpected, error.to_string()))?;
    let shutdown = CancellationToken::new();
    let stop = shutdown.clone();
    tokio::spawn(async move {
        signal.await;
        tracing::info!("asked to stop; finishing what is under way");
        stop.cancel();
    });
    Ok(shutdown)
}
