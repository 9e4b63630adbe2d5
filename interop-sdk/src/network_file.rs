//! The JSON file that describes a network.

use std::{fmt, fs, path::Path};

use alloy::{
    primitives::{Address, B256},
    signers::local::PrivateKeySigner,
};
use serde::{Deserialize, Serialize};

use crate::Error;

/// A network as `causeway dev` and operators describe it.
///
/// ```
/// use interop_sdk::NetworkFile;
///
/// let text = r#"{
///   "l1": { "chain_id": 31337, "rpc": "http://127.0.0.1:8545", "contracts": {
///     "settlement":        "0x0000000000000000000000000000000000000001",
///     "message_root":      "0x0000000000000000000000000000000000000002",
///     "priority_queue":    "0x0000000000000000000000000000000000000003",
///     "chain_registry":    "0x0000000000000000000000000000000000000004",
///     "verifier_registry": "0x0000000000000000000000000000000000000005",
///     "asset_ledger":      "0x0000000000000000000000000000000000000006",
///     "shared_bridge":     "0x0000000000000000000000000000000000000007",
///     "swap_registry":     "0x0000000000000000000000000000000000000009",
///     "authority":         "0x0000000000000000000000000000000000000008" } },
///   "chains": [ { "name": "A", "chain_id": 271, "rpc": "http://127.0.0.1:8546", "contracts": {
///     "outbox":            "0x0000000000000000000000000000000000000011",
///     "inbox":             "0x0000000000000000000000000000000000000012",
///     "center":            "0x0000000000000000000000000000000000000013",
///     "handler":           "0x0000000000000000000000000000000000000014",
///     "vault":             "0x0000000000000000000000000000000000000015",
///     "swap":              "0x0000000000000000000000000000000000000017",
///     "authority":         "0x0000000000000000000000000000000000000016" } } ]
/// }"#;
/// let file = NetworkFile::from_json(text)?;
/// assert_eq!(file.chains[0].name, "A");
/// # Ok::<(), interop_sdk::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkFile {
    /// The settlement layer.
    pub l1: L1Entry,
    /// The chains.
    pub chains: Vec<ChainEntry>,
    /// Funded accounts with their keys; on development networks only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<AccountEntry>,
}

/// The settlement layer of a network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct L1Entry {
    /// Chain id.
    pub chain_id: u64,
    /// URL of its RPC.
    pub rpc: String,
    /// First block that may hold events of the network.
    #[serde(default)]
    pub from_block: u64,
    /// Contracts of the network.
    pub contracts: L1Contracts,
}

/// A chain of a network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainEntry {
    /// Name for people.
    pub name: String,
    /// Chain id.
    pub chain_id: u64,
    /// URL of its RPC.
    pub rpc: String,
    /// First block that may hold events of the network.
    #[serde(default)]
    pub from_block: u64,
    /// Contracts of the network.
    pub contracts: ChainContracts,
}

/// A funded account of a development network.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountEntry {
    /// Name for people.
    pub name: String,
    /// Address.
    pub address: Address,
    /// Its private key.
    pub private_key: B256,
}

/// Contracts of a network on L1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct L1Contracts {
    /// `IBatchSettlement`.
    pub settlement: Address,
    /// `IMessageRoot`, which verifies messages too.
    pub message_root: Address,
    /// `IPriorityQueue`.
    pub priority_queue: Address,
    /// `IChainRegistry`.
    pub chain_registry: Address,
    /// `IVerifierRegistry`.
    pub verifier_registry: Address,
    /// `IAssetLedger`.
    pub asset_ledger: Address,
    /// `ISharedBridge`.
    pub shared_bridge: Address,
    /// `ISwapRegistry`.
    pub swap_registry: Address,
    /// Access manager.
    pub authority: Address,
}

/// Contracts of a network on each of its chains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainContracts {
    /// `IMessageOutbox`.
    pub outbox: Address,
    /// `IPriorityInbox`.
    pub inbox: Address,
    /// `IInteropCenter`.
    pub center: Address,
    /// `IInteropHandler`, and `IInteropRootStorage` too.
    pub handler: Address,
    /// `IAssetVault`.
    pub vault: Address,
    /// `IAtomicSwap`.
    pub swap: Address,
    /// Access manager.
    pub authority: Address,
}

impl NetworkFile {
    /// Reads the file at `path`.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let place = || path.display().to_string();
        let text = fs::read_to_string(path).map_err(|problem| Error::NetworkFile {
            place: place(),
            problem: problem.to_string(),
        })?;
        Self::parse(&text, place)
    }

    /// Reads the text of such a file.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        Self::parse(text, || "text".to_owned())
    }

    fn parse(text: &str, place: impl FnOnce() -> String) -> Result<Self, Error> {
        serde_json::from_str(text).map_err(|problem| Error::NetworkFile {
            place: place(),
            problem: problem.to_string(),
        })
    }

    /// The chain with this name.
    pub fn chain_named(&self, name: &str) -> Option<&ChainEntry> {
        self.chains.iter().find(|chain| chain.name == name)
    }
}

impl AccountEntry {
    /// A signer with the account's key.
    pub fn signer(&self) -> Result<PrivateKeySigner, Error> {
        PrivateKeySigner::from_bytes(&self.private_key).map_err(|problem| Error::NetworkFile {
            place: format!("account {}", self.name),
            problem: problem.to_string(),
        })
    }
}

impl fmt::Debug for AccountEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountEntry")
            .field("name", &self.name)
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}
