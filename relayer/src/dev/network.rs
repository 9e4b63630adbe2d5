//! A local network: its processes, its contracts, and the file that describes it to SDK users.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use alloy::primitives::{Address, B256};
use causeway_bindings::DataAvailability;
use futures::future::try_join_all;
use serde::Serialize;

use crate::model::ChainId;

use super::{
    accounts::{Account, Accounts, MAX_CHAINS},
    anvil::{Anvil, AnvilError, AnvilSettings, find_anvil},
    config_file::{CONFIG_FILE, STORE, Wishes, config_text},
    deploy::{DeployError, Deployed, Target, deploy},
};

/// Chain id of L1 in local networks.
pub const L1_CHAIN_ID: ChainId = 9;

const FIRST_CHAIN_ID: ChainId = 271;

/// Name of the file that describes the network.
pub const NETWORK_FILE: &str = "network.json";

/// What a local network is started with.
#[derive(Clone, Debug)]
pub struct NetworkSettings {
    /// Number of chains beside L1.
    pub chains: u32,
    /// Port of L1; the chains take the ports after it.
    pub base_port: u16,
    /// Time between two blocks, on every chain.
    pub block_time: Duration,
    /// The anvil binary, or the one that is found.
    pub anvil: Option<PathBuf>,
    /// Seconds until a priority operation expires.
    pub priority_expiry_seconds: u64,
    /// What else the configuration says.
    pub wishes: Wishes,
    /// Directory for everything the network writes. It is created.
    pub directory: PathBuf,
}

/// Why a network does not start.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// Too many chains, or none.
    #[error("a local network has 1 to {MAX_CHAINS} chains, not {0}")]
    ChainCount(u32),
    /// The ports do not suffice.
    #[error("there are not enough ports above {0}; choose a lower --base-port")]
    Ports(u16),
    /// A local chain does not run.
    #[error(transparent)]
    Anvil(#[from] AnvilError),
    /// The contracts do not stand.
    #[error(transparent)]
    Deploy(#[from] DeployError),
    /// The accounts cannot be derived.
    #[error("the development accounts cannot be derived: {0}")]
    Accounts(#[from] alloy::signers::local::LocalSignerError),
    /// A file cannot be written.
    #[error("{path}: {reason}")]
    File {
        /// The file.
        path: String,
        /// What happened.
        reason: String,
    },
}

/// A running network. Dropping it ends its processes.
#[derive(Debug)]
pub struct LocalNetwork {
    /// L1.
    pub l1: Target,
    /// The chains, by name.
    pub chains: Vec<(String, Target)>,
    /// What stands where.
    pub deployed: Deployed,
    /// Funded accounts.
    pub accounts: Accounts,
    /// Where the network writes.
    pub directory: PathBuf,
    processes: Vec<Anvil>,
}

impl LocalNetwork {
    /// Starts the processes and deploys the contracts.
    pub async fn start(settings: &NetworkSettings) -> Result<Self, NetworkError> {
        if !(1..=MAX_CHAINS).contains(&settings.chains) {
            return Err(NetworkError::ChainCount(settings.chains));
        }
        fs::create_dir_all(&settings.directory)
            .map_err(|error| file_error(&settings.directory, &error))?;
        let accounts = Accounts::derive(settings.chains)?;
        let processes = start_processes(settings).await?;
        forget_earlier_network(&settings.directory)?;
        let mut targets = processes
            .iter()
            .zip(data_modes())
            .map(|(process, data_availability)| Target {
                chain: process.chain,
                url: process.url(),
                data_availability,
            });
        let l1 = targets.next().ok_or(NetworkError::ChainCount(0))?;
        let chains: Vec<Target> = targets.collect();
        let deployed = deploy(&l1, &chains, &accounts, settings.priority_expiry_seconds).await?;
        let chains = chains
            .into_iter()
            .zip(0..)
            .map(|(target, index)| (chain_name(index), target))
            .collect();
        let network = Self {
            l1,
            chains,
            deployed,
            accounts,
            directory: settings.directory.clone(),
            processes,
        };
        network.write_files(&settings.wishes)?;
        Ok(network)
    }

    /// Ends all processes and waits for them.
    pub async fn stop(self) {
        for process in self.processes {
            process.stop().await;
        }
    }

    fn write_files(&self, wishes: &Wishes) -> Result<(), NetworkError> {
        let description = serde_json::to_string_pretty(&self.description());
        let description = description.map_err(|error| NetworkError::File {
            path: NETWORK_FILE.to_owned(),
            reason: error.to_string(),
        })?;
        let files = [
            (NETWORK_FILE, description),
            (CONFIG_FILE, config_text(self, wishes)?),
        ];
        for (name, text) in files {
            self.write(name, &text)?;
        }
        for ((name, _), genesis) in self.chains.iter().zip(&self.deployed.genesis) {
            let file = genesis_file(name);
            let text = genesis.text().map_err(|error| NetworkError::File {
                path: file.clone(),
                reason: error.to_string(),
            })?;
            self.write(&file, &text)?;
        }
        Ok(())
    }

    fn write(&self, name: &str, text: &str) -> Result<(), NetworkError> {
        let path = self.directory.join(name);
        fs::write(&path, text).map_err(|error| file_error(&path, &error))
    }

    fn description(&self) -> NetworkFile {
        let l1 = &self.deployed.l1;
        let chain = &self.deployed.chain;
        let contracts = ChainContracts {
            outbox: chain.outbox(),
            inbox: chain.inbox,
            center: chain.center.address,
            handler: chain.handler.address,
            vault: chain.vault.address,
            swap: chain.swap.address,
            authority: chain.authority.address,
        };
        NetworkFile {
            l1: L1Entry {
                chain_id: self.l1.chain,
                rpc: self.l1.url.clone(),
                contracts: L1Contracts {
                    settlement: l1.settlement.address,
                    message_root: l1.message_root.address,
                    priority_queue: l1.priority_queue.address,
                    chain_registry: l1.chain_registry.address,
                    verifier_registry: l1.verifier_registry.address,
                    asset_ledger: l1.asset_ledger.address,
                    shared_bridge: l1.shared_bridge.address,
                    swap_registry: l1.swap_registry.address,
                    authority: l1.authority.address,
                },
            },
            chains: self
                .chains
                .iter()
                .map(|(name, target)| ChainEntry {
                    name: name.clone(),
                    chain_id: target.chain,
                    rpc: target.url.clone(),
                    contracts,
                })
                .collect(),
            accounts: self.accounts.all().map(AccountEntry::from).collect(),
        }
    }
}

/// The chains of an earlier network in this directory are gone, and what its store says of them would be taken for the
/// truth about the new ones: the same accounts send the same messages. Only a directory that we wrote is touched.
fn forget_earlier_network(directory: &Path) -> Result<(), NetworkError> {
    let store = directory.join(STORE);
    if !directory.join(NETWORK_FILE).exists() || !store.exists() {
        return Ok(());
    }
    fs::remove_dir_all(&store).map_err(|error| file_error(&store, &error))
}

async fn start_processes(settings: &NetworkSettings) -> Result<Vec<Anvil>, NetworkError> {
    let binary = find_anvil(settings.anvil.as_deref())?;
    let ids = std::iter::once(L1_CHAIN_ID)
        .chain(FIRST_CHAIN_ID..)
        .take(settings.chains.saturating_add(1) as usize);
    let mut all = Vec::new();
    for (chain, offset) in ids.zip(0_u16..) {
        let port = settings
            .base_port
            .checked_add(offset)
            .ok_or(NetworkError::Ports(settings.base_port))?;
        all.push(AnvilSettings {
            binary: binary.clone(),
            chain,
            port,
            block_time: settings.block_time,
            log_file: settings.directory.join(format!("anvil-{chain}.log")),
        });
    }
    Ok(try_join_all(all.iter().map(Anvil::start)).await?)
}

/// L1 first, whose mode means nothing, then the chains: each mode runs for real once there are three.
fn data_modes() -> impl Iterator<Item = DataAvailability> {
    let modes = [
        DataAvailability::Calldata,
        DataAvailability::Blobs,
        DataAvailability::Validium,
    ];
    std::iter::once(DataAvailability::Validium).chain(modes.into_iter().cycle())
}

/// `a`, `b`, ... `z`, then `chain-27` and so on.
fn chain_name(index: u8) -> String {
    match b'a'.checked_add(index) {
        Some(letter @ b'a'..=b'z') => char::from(letter).to_string(),
        _ => format!("chain-{}", u16::from(index).saturating_add(1)),
    }
}

/// What a chain started from, as `causeway operator rebuild` takes it.
fn genesis_file(chain: &str) -> String {
    format!("genesis-{chain}.json")
}

fn file_error(path: &Path, error: &std::io::Error) -> NetworkError {
    NetworkError::File {
        path: path.display().to_string(),
        reason: error.to_string(),
    }
}

#[derive(Serialize)]
struct NetworkFile {
    l1: L1Entry,
    chains: Vec<ChainEntry>,
    accounts: Vec<AccountEntry>,
}

#[derive(Serialize)]
struct L1Entry {
    chain_id: ChainId,
    rpc: String,
    contracts: L1Contracts,
}

#[derive(Serialize)]
struct L1Contracts {
    settlement: Address,
    message_root: Address,
    priority_queue: Address,
    chain_registry: Address,
    verifier_registry: Address,
    asset_ledger: Address,
    shared_bridge: Address,
    swap_registry: Address,
    authority: Address,
}

#[derive(Serialize)]
struct ChainEntry {
    name: String,
    chain_id: ChainId,
    rpc: String,
    contracts: ChainContracts,
}

#[derive(Clone, Copy, Serialize)]
struct ChainContracts {
    outbox: Address,
    inbox: Address,
    center: Address,
    handler: Address,
    vault: Address,
    swap: Address,
    authority: Address,
}

/// The one place where a private key is written out: a development account of a well-known mnemonic.
#[derive(Serialize)]
struct AccountEntry {
    name: String,
    address: Address,
    private_key: B256,
}

impl From<&Account> for AccountEntry {
    fn from(account: &Account) -> Self {
        Self {
            name: account.name.clone(),
            address: account.signer.address(),
            private_key: account.signer.to_bytes(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_have_names_and_every_data_mode_is_used() {
        assert_eq!(
            (chain_name(0), chain_name(25), chain_name(26)),
            ("a".into(), "z".into(), "chain-27".into())
        );
        let modes: Vec<_> = data_modes().skip(1).take(4).collect();
        let expected = [
            DataAvailability::Calldata,
            DataAvailability::Blobs,
            DataAvailability::Validium,
            DataAvailability::Calldata,
        ];
        assert_eq!(modes, expected);
    }

    #[test]
    fn only_the_store_of_an_earlier_network_is_forgotten() {
        let dir = tempfile::tempdir().unwrap();
        let store = dir.path().join(STORE);
        fs::create_dir(&store).unwrap();
        forget_earlier_network(dir.path()).unwrap();
        assert!(store.exists(), "a directory of somebody else");
        fs::write(dir.path().join(NETWORK_FILE), "{}").unwrap();
        forget_earlier_network(dir.path()).unwrap();
        assert!(!store.exists());
    }

    #[tokio::test]
    async fn the_number_of_chains_is_bounded() {
        for chains in [0, MAX_CHAINS + 1] {
            let settings = NetworkSettings {
                chains,
                base_port: 1,
                block_time: Duration::from_secs(1),
                anvil: None,
                priority_expiry_seconds: 3_600,
                wishes: Wishes {
                    api_port: 1,
                    log_filter: "info".into(),
                },
                directory: PathBuf::from("unused"),
            };
            assert!(
                matches!(LocalNetwork::start(&settings).await, Err(NetworkError::ChainCount(n)) if n == chains)
            );
        }
    }
}
