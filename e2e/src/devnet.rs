//! `causeway dev` as a process, and what its files say.

use std::{
    net::Ipv4Addr,
    path::{Path, PathBuf},
    time::Duration,
};

use alloy::{
    network::EthereumWallet,
    providers::{DynProvider, Provider, ProviderBuilder},
    signers::local::PrivateKeySigner,
    transports::http::reqwest::Url,
};
use eyre::{OptionExt, Result, WrapErr, ensure};
use interop_sdk::{Chain, Network, NetworkFile};
use tempfile::TempDir;

use crate::{
    config::Config, descendants::Descendants, ports::PortBlock, process::Process, wait::eventually,
};

/// How long a network may take to start, on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(90);
const STOP_LIMIT: Duration = Duration::from_secs(30);
const ATTEMPTS: usize = 3;

/// Port of its API, behind those of the chains.
const API_PORT: u16 = 10;

/// What a network is started with.
#[derive(Clone, Debug)]
pub struct DevnetSettings {
    /// The program.
    pub causeway: PathBuf,
    /// Chains beside L1.
    pub chains: u16,
    /// What runs beside the chains: `operator`, `relay`, `both` or `none`.
    pub role: &'static str,
    /// Further arguments of `causeway dev`.
    pub arguments: Vec<String>,
}

/// A running network of local chains. Dropping it kills it; the chains end with it.
#[derive(Debug)]
pub struct Devnet {
    process: Process,
    causeway: PathBuf,
    ports: PortBlock,
    directory: TempDir,
    file: NetworkFile,
    network: Network,
}

impl Devnet {
    /// Starts a network and waits until it is ready.
    pub async fn start(settings: &DevnetSettings) -> Result<Self> {
        let mut attempt = 1;
        loop {
            match Self::try_start(settings).await {
                // Somebody who does not know our locks may have taken a port since we looked.
                Err(failure) if attempt < ATTEMPTS && format!("{failure:#}").contains("in use") => {
                    attempt += 1
                }
                outcome => return outcome,
            }
        }
    }

    async fn try_start(settings: &DevnetSettings) -> Result<Self> {
        let ports = PortBlock::reserve()?;
        let directory = TempDir::with_prefix("causeway-e2e-")?;
        let mut arguments = vec![
            "dev".to_owned(),
            format!("--chains={}", settings.chains),
            format!("--role={}", settings.role),
            format!("--dir={}", directory.path().display()),
            format!("--base-port={}", ports.port(0)),
            format!("--api-port={}", ports.port(API_PORT)),
        ];
        arguments.extend_from_slice(&settings.arguments);
        let log = directory.path().join("dev.log");
        let mut process = Process::start("causeway dev", &settings.causeway, arguments, &log)?;
        process
            .wait_for_line("ready", START_LIMIT, |line| line.trim() == "ready")
            .await?;
        let file = NetworkFile::read(directory.path().join("network.json"))?;
        let network = Network::from_file(&file)?;
        network.check().await?;
        Ok(Self {
            process,
            causeway: settings.causeway.clone(),
            ports,
            directory,
            file,
            network,
        })
    }

    /// The network, as a dapp developer sees it.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The network file.
    pub fn file(&self) -> &NetworkFile {
        &self.file
    }

    /// The program that runs it.
    pub fn causeway(&self) -> &Path {
        &self.causeway
    }

    /// A chain by name.
    pub fn chain(&self, name: &str) -> Result<Chain> {
        self.network
            .chain_named(name)
            .ok_or_else(|| eyre::eyre!("the network has no chain {name}"))
    }

    /// The process.
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// Where the network keeps its files.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The configuration that `causeway dev` wrote.
    pub fn config(&self) -> Result<Config> {
        Config::read(&self.config_path())
    }

    /// Path of that configuration.
    pub fn config_path(&self) -> PathBuf {
        self.directory().join("causeway.toml")
    }

    /// A port for another process of the scenario, counted from 0.
    pub fn spare_port(&self, index: u16) -> u16 {
        self.ports.port(PortBlock::SIZE - 1 - index)
    }

    /// The key of a funded account.
    pub fn signer(&self, account: &str) -> Result<PrivateKeySigner> {
        let entry = self
            .file
            .accounts
            .iter()
            .find(|entry| entry.name == account);
        let entry = entry.ok_or_else(|| eyre::eyre!("the network has no account {account}"))?;
        Ok(entry.signer()?)
    }

    /// A provider of a chain, or of L1, that signs for a funded account. Each counts the account's nonces for itself, so
    /// one account is used through one of them at a time.
    pub fn wallet(&self, account: &str, chain_id: u64) -> Result<DynProvider> {
        let builder = ProviderBuilder::new().with_cached_nonce_management();
        let (wallet, url) = self.access(account, chain_id)?;
        Ok(builder.wallet(wallet).connect_http(url).erased())
    }

    /// [`wallet`](Self::wallet) of an account that sends by other means too, one transaction after another: it asks the
    /// chain for every nonce.
    pub fn shared_wallet(&self, account: &str, chain_id: u64) -> Result<DynProvider> {
        let builder = ProviderBuilder::new().with_simple_nonce_management();
        let (wallet, url) = self.access(account, chain_id)?;
        Ok(builder.wallet(wallet).connect_http(url).erased())
    }

    fn access(&self, account: &str, chain_id: u64) -> Result<(EthereumWallet, Url)> {
        let url = self.rpc(chain_id)?.parse();
        let url = url.wrap_err("RPC of the network file")?;
        Ok((EthereumWallet::new(self.signer(account)?), url))
    }

    /// RPC of a chain, or of L1.
    pub fn rpc(&self, chain_id: u64) -> Result<&str> {
        if chain_id == self.file.l1.chain_id {
            return Ok(&self.file.l1.rpc);
        }
        let chain = self
            .file
            .chains
            .iter()
            .find(|chain| chain.chain_id == chain_id);
        Ok(&chain.ok_or_eyre("no such chain")?.rpc)
    }

    /// Kills the node of a chain. It comes back by nothing but a rebuild.
    pub async fn lose_node(&self, chain_id: u64) -> Result<()> {
        let port = format!("--port {} ", port_of(self.rpc(chain_id)?)?);
        let is_node = |command: &str| !command.starts_with("sh ") && command.contains(&port);
        let nodes = Descendants::of(self.process.id())?.like(is_node);
        ensure!(nodes.left()?.len() == 1, "{nodes:?}");
        nodes.kill(STOP_LIMIT).await
    }

    /// Stops it as an init system does, and requires that no process is left behind.
    pub async fn stop(self) -> Result<()> {
        self.process.stop(STOP_LIMIT).await
    }

    /// Stops it as Ctrl-C does, and requires that no process is left behind.
    pub async fn interrupt(self) -> Result<()> {
        self.process
            .stop_with(rustix::process::Signal::INT, STOP_LIMIT)
            .await
    }

    /// Kills it without warning, and requires that its chains end by themselves.
    pub async fn kill(self) -> Result<()> {
        self.process.kill(STOP_LIMIT).await
    }

    /// Waits until nothing listens on the RPC ports.
    pub async fn ports_are_free(ports: &[u16]) -> Result<()> {
        eventually("ports are free", STOP_LIMIT, async || {
            let free = ports.iter().all(|port| crate::ports::is_free(*port));
            Ok(free.then_some(()))
        })
        .await
    }
}

/// The port of a local RPC URL.
pub fn port_of(rpc: &str) -> Result<u16> {
    let prefix = format!("http://{}:", Ipv4Addr::LOCALHOST);
    let port = rpc.strip_prefix(&prefix).ok_or_eyre("a local RPC")?;
    Ok(port.trim_end_matches('/').parse()?)
}
