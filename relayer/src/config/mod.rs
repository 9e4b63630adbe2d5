//! Configuration: TOML on disk -> [`ConfigFile`] -> checked [`Config`]. A fault names file, line, column and what to
//! change; secrets redact themselves.

mod check;
mod check_roles;
mod error;
mod file;
mod parse;
mod secret;
mod signer;
mod swap;
mod template;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use alloy::primitives::Address;

use crate::chain::EvmSettings;
use crate::model::ChainId;

pub(crate) use error::lines;
pub use error::{ConfigError, Place, Problem};
pub use file::{
    ConfigFile, DataAvailabilitySection as DataAvailability, L1ContractsSection as L1Contracts,
    LogFormat, LogSection,
};
pub(crate) use parse::Source;
pub use secret::{REDACTED, RpcUrl, Secret};
pub use signer::SignerSource;
#[cfg(test)]
pub(crate) use signer::{KEYSTORE, KEYSTORE_PASSWORD};
pub use swap::SwapConfig;
pub use template::TEMPLATE;

/// A configuration that has passed every check that can be made without a chain.
#[derive(Clone, Debug)]
pub struct Config {
    /// Whether this is a network of throw-away local chains.
    pub devnet: bool,
    /// Directory of the store.
    pub store: PathBuf,
    /// The relayer's own HTTP interface.
    pub api: ApiConfig,
    /// Logging.
    pub log: LogSection,
    /// The settlement layer.
    pub l1: L1Config,
    /// The chains, by name.
    pub chains: BTreeMap<String, ChainConfig>,
    /// The relay role, if it is configured.
    pub relay: Option<RelayConfig>,
    /// The operator role, by chain name.
    pub operators: BTreeMap<String, OperatorConfig>,
    /// The attester service, by chain name.
    pub attesters: BTreeMap<String, AttesterConfig>,
    /// The watch of the supply, if it is configured.
    pub supply: Option<SupplyConfig>,
    /// The coordinator of swaps, if it is configured.
    pub swap: Option<SwapConfig>,
    /// Keys, by name.
    pub signers: BTreeMap<String, SignerSource>,
}

/// The relayer's own HTTP interface.
#[derive(Clone, Debug)]
pub struct ApiConfig {
    /// Where it listens.
    pub listen: SocketAddr,
    /// File that holds the bearer token, where the operator names one.
    pub token_file: Option<PathBuf>,
}

/// How the events of a chain are read.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// Pause between two looks at the chain.
    pub poll_interval: Duration,
    /// Block from which on events are read.
    pub start_block: u64,
    /// Most blocks asked for at once.
    pub log_page_blocks: u64,
}

/// The settlement layer.
#[derive(Clone, Debug)]
pub struct L1Config {
    /// How it is reached.
    pub evm: EvmSettings,
    /// How its events are read.
    pub reading: Reading,
    /// Most that a unit of gas may cost, in wei.
    pub max_fee_per_gas: u128,
    /// The network's contracts on it.
    pub contracts: L1Contracts,
}

/// A chain of the network.
#[derive(Clone, Debug)]
pub struct ChainConfig {
    /// Its name.
    pub name: String,
    /// How it is reached.
    pub evm: EvmSettings,
    /// How its events are read.
    pub reading: Reading,
    /// Most that a unit of gas may cost, in wei.
    pub max_fee_per_gas: u128,
    /// The network's contracts on it.
    pub contracts: ChainContracts,
}

/// Addresses of the network's contracts on a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainContracts {
    /// `MessageOutbox`.
    pub outbox: Address,
    /// `PriorityInbox`.
    pub inbox: Address,
    /// `InteropCenter`.
    pub center: Address,
    /// `InteropHandler`, which keeps the imported roots too.
    pub handler: Address,
    /// `AssetVault`.
    pub vault: Address,
    /// `AtomicSwap`.
    pub swap: Address,
    /// `AccessManager`.
    pub authority: Address,
}

/// The relay role.
#[derive(Clone, Debug)]
pub struct RelayConfig {
    /// Name of its signer.
    pub signer: String,
    /// Routes to serve, as (source, destination).
    pub routes: Vec<(ChainId, ChainId)>,
    /// Most messages in one delivery transaction.
    pub batch_size: usize,
    /// Most gas for one delivery transaction.
    pub max_delivery_gas: u64,
    /// Most delivery transactions of one chain that wait for a block at the same time.
    pub max_in_flight: usize,
    /// Whether expired transfers are sent back.
    pub return_expired: bool,
    /// Whether held transfers are released.
    pub release_held: bool,
    /// Name of the signer that has L1 pay withdrawals, if that is done.
    pub withdrawals: Option<String>,
}

/// The operator role for one chain.
#[derive(Clone, Debug)]
pub struct OperatorConfig {
    /// The chain.
    pub chain: ChainId,
    /// Name of its signer.
    pub signer: String,
    /// Names of the signers in this process that attest.
    pub attesters: Vec<String>,
    /// Attesters on other machines.
    pub remote_attesters: Vec<RemoteAttesterConfig>,
    /// Blocks after which a batch is sealed.
    pub seal_after_blocks: u64,
    /// Time after which a batch that holds anything is sealed.
    pub seal_after: Duration,
    /// Messages after which a batch is sealed.
    pub seal_after_messages: u64,
    /// Seconds between two imports of L1's root at least.
    pub import_interval_seconds: u64,
    /// How the batch's transactions are made available.
    pub data_availability: DataAvailability,
}

/// An attester on another machine.
#[derive(Clone, Debug)]
pub struct RemoteAttesterConfig {
    /// Account whose attestations the verifier accepts.
    pub address: Address,
    /// Where its interface listens.
    pub url: RpcUrl,
    /// File that holds the bearer token of its interface.
    pub token_file: Option<PathBuf>,
}

/// The attester service for one chain.
#[derive(Clone, Debug)]
pub struct AttesterConfig {
    /// The chain.
    pub chain: ChainId,
    /// Name of the signer that attests.
    pub signer: String,
}

/// The watch of the supply.
#[derive(Clone, Debug)]
pub struct SupplyConfig {
    /// Time between two looks.
    pub interval: Duration,
    /// Name of the signer that pauses new transfers.
    pub pauser: Option<String>,
    /// Most fungible assets that are watched.
    pub max_assets: usize,
}

impl Config {
    /// Reads and checks the configuration at `path`.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let name = path.display().to_string();
        let text = read(path)?;
        let directory = path.parent().unwrap_or(Path::new(""));
        Self::from_text(&name, &text, directory)
    }

    /// Checks the text of a configuration. Relative paths in it start from `directory`.
    pub fn from_text(name: &str, text: &str, directory: &Path) -> Result<Self, ConfigError> {
        let source = Source { name, text };
        let file = keys(&source)?;
        check::check(&source, &file, directory)
    }

    /// The chain of this id.
    pub fn chain(&self, id: ChainId) -> Option<&ChainConfig> {
        self.chains.values().find(|chain| chain.evm.chain_id == id)
    }

    /// Most that a unit of gas may cost on L1 or a chain, in wei.
    pub fn max_fee_per_gas(&self, id: ChainId) -> Option<u128> {
        if id == self.l1.evm.chain_id {
            return Some(self.l1.max_fee_per_gas);
        }
        self.chain(id).map(|chain| chain.max_fee_per_gas)
    }

    /// What people call the chain of this id.
    pub fn chain_name(&self, id: ChainId) -> String {
        if id == self.l1.evm.chain_id {
            return "L1".to_owned();
        }
        self.chain(id)
            .map_or_else(|| id.to_string(), |chain| chain.name.clone())
    }
}

impl ConfigFile {
    /// Reads the keys of the configuration at `path`, with defaults filled in, and checks nothing else.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = read(path)?;
        keys(&Source {
            name: &path.display().to_string(),
            text: &text,
        })
    }

    /// JSON Schema of the configuration file.
    pub fn schema() -> serde_json::Value {
        schemars::schema_for!(Self).to_value()
    }

    /// The configuration as TOML, secrets redacted.
    pub fn shown(&self) -> Result<String, toml::ser::Error> {
        toml::to_string_pretty(self)
    }
}

impl From<DataAvailability> for causeway_bindings::DataAvailability {
    fn from(mode: DataAvailability) -> Self {
        match mode {
            DataAvailability::Validium => Self::Validium,
            DataAvailability::Calldata => Self::Calldata,
            DataAvailability::Blobs => Self::Blobs,
        }
    }
}

fn keys(source: &Source<'_>) -> Result<ConfigFile, ConfigError> {
    let help = "see `causeway config schema` for the keys and their types";
    source
        .parse(help)
        .map_err(|problem| source.invalid(vec![problem]))
}

fn read(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|error| ConfigError::Unreadable {
        file: path.display().to_string(),
        reason: error.to_string(),
    })
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
