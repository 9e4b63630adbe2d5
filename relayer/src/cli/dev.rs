//! `causeway dev`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::pin;
use std::time::Duration;

use clap::{Args, ValueEnum};
use tokio_util::sync::CancellationToken;

use super::Role;
use super::exit::{Exit, Failure};
use super::output::{print_line, table};
use super::run::stopped_by_signal;
use super::source::is_ready;
use crate::app::{self, Roles};
use crate::chain::{Clock, SystemClock};
use crate::config::Config;
use crate::dev::anvil::AnvilError;
use crate::dev::config_file::{CONFIG_FILE, Wishes};
use crate::dev::network::{LocalNetwork, NETWORK_FILE, NetworkError, NetworkSettings};
use crate::telemetry;

/// The line that is printed once the network can be used; scripts wait for it.
const READY: &str = "ready";

/// Time between two looks at whether every stage gets on.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Arguments of `dev`.
#[derive(Debug, Args)]
pub(super) struct DevArgs {
    /// Number of chains beside L1
    #[arg(long, default_value_t = 3)]
    chains: u32,
    /// Directory for everything that is written; a new one each time by default
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Roles to run in this process
    #[arg(long, value_enum, default_value_t = DevRole::Both)]
    role: DevRole,
    /// Port of L1; the chains take the ports after it
    #[arg(long, default_value_t = 9545)]
    base_port: u16,
    /// Port of the relayer's interface
    #[arg(long, default_value_t = 7370)]
    api_port: u16,
    /// Time between two blocks of every chain, in milliseconds
    #[arg(long, default_value_t = 500, value_name = "MS")]
    block_time_ms: u64,
    /// The anvil binary; found by itself by default
    #[arg(long, value_name = "FILE")]
    anvil: Option<PathBuf>,
    /// Seconds until a priority operation expires
    #[arg(long, default_value_t = 3_600, value_name = "SECONDS")]
    priority_expiry_seconds: u64,
    /// Which log lines are written
    #[arg(long, default_value = "warn", value_name = "FILTER")]
    log: String,
}

/// What runs beside the chains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum DevRole {
    /// A relayer
    Relay,
    /// The operators
    Operator,
    /// A relayer and the operators
    Both,
    /// Nothing: roles run elsewhere, with the configuration that is written
    None,
}

impl DevRole {
    fn roles(self) -> Option<Roles> {
        match self {
            Self::Relay => Some(Role::Relay.into()),
            Self::Operator => Some(Role::Operator.into()),
            Self::Both => Some(Role::Both.into()),
            Self::None => None,
        }
    }
}

pub(super) async fn run(args: DevArgs) -> Result<(), Failure> {
    let shutdown = stopped_by_signal()?;
    let settings = args.network();
    let network = tokio::select! {
        network = LocalNetwork::start(&settings) => network?,
        () = shutdown.cancelled() => return Ok(()),
    };
    let result = serve(&network, args.role, shutdown).await;
    network.stop().await;
    result
}

async fn serve(
    network: &LocalNetwork,
    role: DevRole,
    shutdown: CancellationToken,
) -> Result<(), Failure> {
    let config = Config::load(&network.directory.join(CONFIG_FILE))?;
    telemetry::init(&config.log)?;
    print_line(&overview(network, &config))?;
    let Some(roles) = role.roles() else {
        print_line(READY)?;
        shutdown.cancelled().await;
        return Ok(());
    };
    let mut app = pin!(app::run(&config, roles, shutdown));
    tokio::select! {
        ran = &mut app => return Ok(ran?),
        announced = announce(config.api.listen) => announced?,
    }
    Ok(app.await?)
}

/// Says so once every stage gets on.
async fn announce(listen: SocketAddr) -> Result<(), Failure> {
    while !is_ready(listen).await? {
        SystemClock.sleep(LOOK_AGAIN).await;
    }
    print_line(READY)
}

impl DevArgs {
    fn network(&self) -> NetworkSettings {
        let own = || std::env::temp_dir().join(format!("causeway-dev-{}", std::process::id()));
        NetworkSettings {
            chains: self.chains,
            base_port: self.base_port,
            block_time: Duration::from_millis(self.block_time_ms),
            anvil: self.anvil.clone(),
            priority_expiry_seconds: self.priority_expiry_seconds,
            wishes: Wishes {
                api_port: self.api_port,
                log_filter: self.log.clone(),
            },
            directory: self.dir.clone().unwrap_or_else(own),
        }
    }
}

/// What somebody needs who wants to try the network.
fn overview(network: &LocalNetwork, config: &Config) -> String {
    let l1 = ("L1".to_owned(), &network.l1);
    let chains = std::iter::once(l1).chain(
        network
            .chains
            .iter()
            .map(|(name, target)| (name.clone(), target)),
    );
    let chains =
        chains.map(|(name, target)| vec![name, target.chain.to_string(), target.url.clone()]);
    let accounts = network.accounts.users.iter();
    let accounts = accounts.map(|account| {
        vec![
            account.name.clone(),
            account.signer.address().to_string(),
            account.signer.to_bytes().to_string(),
        ]
    });
    let directory = network.directory.display();
    [
        table(&["chain", "id", "rpc"], chains),
        table(
            &[
                "account",
                "address",
                "private key (worthless: a well-known development key)",
            ],
            accounts,
        ),
        format!("interface  http://{}", config.api.listen),
        format!("network    {directory}/{NETWORK_FILE}"),
        format!("try        causeway --config {directory}/{CONFIG_FILE} msg list"),
        "stop       Ctrl-C".to_owned(),
    ]
    .join("\n")
}

impl From<NetworkError> for Failure {
    fn from(error: NetworkError) -> Self {
        let exit = match &error {
            NetworkError::ChainCount(_) | NetworkError::Ports(_) => Exit::Usage,
            NetworkError::Anvil(error) => exit_of(error),
            NetworkError::Deploy(_) | NetworkError::Accounts(_) => Exit::Unexpected,
            NetworkError::File { .. } => Exit::BadFile,
        };
        Self::new(exit, error.to_string())
    }
}

fn exit_of(error: &AnvilError) -> Exit {
    match error {
        AnvilError::Missing { .. } => Exit::MissingTool,
        AnvilError::PortInUse { .. } => Exit::PortInUse,
        AnvilError::NotStarted { .. } => Exit::Unexpected,
    }
}
