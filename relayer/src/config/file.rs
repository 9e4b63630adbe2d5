//! The configuration as it stands in the file: every key, with its default. Units stand in the names of keys.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use alloy::primitives::Address;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::secret::{RpcUrl, Secret};
use super::swap::SwapSection;

/// Configuration of `causeway`.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfigFile {
    /// What holds for the whole network.
    #[serde(default)]
    pub network: NetworkSection,
    /// Where the relayer keeps what it knows.
    pub store: StoreSection,
    /// The relayer's own HTTP interface.
    #[serde(default)]
    pub api: ApiSection,
    /// Logging.
    #[serde(default)]
    pub log: LogSection,
    /// The settlement layer.
    pub l1: L1Section,
    /// The chains of the network, by a name of your choice.
    pub chains: BTreeMap<String, ChainSection>,
    /// The relay role: delivers messages between the chains.
    pub relay: Option<RelaySection>,
    /// The operator role, by chain name: seals and settles batches of chains without a pipeline of their own.
    #[serde(default)]
    pub operators: BTreeMap<String, OperatorSection>,
    /// The attester service, by chain name: signs batches for operators on other machines.
    #[serde(default)]
    pub attesters: BTreeMap<String, AttesterSection>,
    /// The watch of the supply: compares what stands on the chains with the ledger on L1.
    pub supply: Option<SupplySection>,
    /// The coordinator of swaps: takes the steps of every swap between the chains of the relay role.
    pub swap: Option<SwapSection>,
    /// Keys, by a name of your choice.
    #[serde(default)]
    pub signers: BTreeMap<String, SignerSection>,
}

/// What holds for the whole network.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NetworkSection {
    /// Whether this is a network of throw-away local chains; allows plaintext keys.
    #[serde(default)]
    pub devnet: bool,
    /// Contract addresses that are the same on every chain; a chain's own `contracts` take precedence.
    #[serde(default)]
    pub contracts: ChainContractsSection,
}

/// Where the relayer keeps what it knows.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StoreSection {
    /// Directory; relative to the configuration file. It may be deleted: it is rebuilt from the chains.
    pub path: PathBuf,
}

/// The relayer's own HTTP interface.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiSection {
    /// Address and port. Anything but loopback needs `token_file`.
    #[serde(default = "default_listen")]
    #[schemars(with = "String")]
    pub listen: SocketAddr,
    /// File that holds the bearer token. Without it, a token is made in the store's directory and only writes need it.
    pub token_file: Option<PathBuf>,
}

impl Default for ApiSection {
    fn default() -> Self {
        Self {
            listen: default_listen(),
            token_file: None,
        }
    }
}

/// Logging.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogSection {
    /// How lines look.
    #[serde(default)]
    pub format: LogFormat,
    /// Which lines are written, as in `RUST_LOG`: `info`, `causeway_relayer=debug,warn`.
    #[serde(default = "default_filter")]
    pub filter: String,
}

impl Default for LogSection {
    fn default() -> Self {
        Self {
            format: LogFormat::default(),
            filter: default_filter(),
        }
    }
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Pretty,
    /// One JSON object per line.
    Json,
}

/// The settlement layer.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct L1Section {
    /// EIP-155 chain id; every RPC must answer it.
    pub chain_id: u64,
    /// JSON-RPC endpoints, in order of preference.
    pub rpc_urls: Vec<RpcUrl>,
    /// How many endpoints must give the same answer to a read that moves money; more than half of them by default.
    pub rpc_agreement: Option<usize>,
    /// Longest time for one call, in milliseconds.
    #[serde(default = "default_deadline")]
    pub rpc_deadline_ms: u64,
    /// When a block counts as final.
    #[serde(default)]
    pub finality: FinalitySection,
    /// Pause between two looks at the chain, in milliseconds.
    #[serde(default = "default_poll")]
    pub poll_interval_ms: u64,
    /// Block from which on the network's events are read: that of the deployment.
    #[serde(default)]
    pub start_block: u64,
    /// Most blocks asked for in one `eth_getLogs`.
    #[serde(default = "default_page")]
    pub log_page_blocks: u64,
    /// Most that a unit of gas, or of blob gas, may cost, in gwei: above it transactions wait. One that cancels another may
    /// cost twice as much.
    #[serde(default = "default_max_fee")]
    pub max_fee_gwei: u64,
    /// Addresses of the network's contracts on L1.
    pub contracts: L1ContractsSection,
}

/// Addresses of the network's contracts on L1.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct L1ContractsSection {
    /// `BatchSettlement`.
    #[schemars(with = "String")]
    pub settlement: Address,
    /// `MessageRoot`.
    #[schemars(with = "String")]
    pub message_root: Address,
    /// `PriorityQueue`.
    #[schemars(with = "String")]
    pub priority_queue: Address,
    /// `ChainRegistry`.
    #[schemars(with = "String")]
    pub chain_registry: Address,
    /// `VerifierRegistry`.
    #[schemars(with = "String")]
    pub verifier_registry: Address,
    /// `AssetLedger`.
    #[schemars(with = "String")]
    pub asset_ledger: Address,
    /// `SharedBridge`.
    #[schemars(with = "String")]
    pub shared_bridge: Address,
    /// `SwapRegistry`.
    #[schemars(with = "String")]
    pub swap_registry: Address,
    /// `AccessManager` that governs the contracts on L1.
    #[schemars(with = "String")]
    pub authority: Address,
}

/// A chain of the network.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChainSection {
    /// EIP-155 chain id; every RPC must answer it.
    pub chain_id: u64,
    /// JSON-RPC endpoints, in order of preference.
    pub rpc_urls: Vec<RpcUrl>,
    /// How many endpoints must give the same answer to a read that moves money; more than half of them by default.
    pub rpc_agreement: Option<usize>,
    /// Longest time for one call, in milliseconds.
    #[serde(default = "default_deadline")]
    pub rpc_deadline_ms: u64,
    /// When a block counts as final.
    #[serde(default)]
    pub finality: FinalitySection,
    /// Pause between two looks at the chain, in milliseconds.
    #[serde(default = "default_poll")]
    pub poll_interval_ms: u64,
    /// Block from which on messages are read: that of the deployment.
    #[serde(default)]
    pub start_block: u64,
    /// Most blocks asked for in one `eth_getLogs`.
    #[serde(default = "default_page")]
    pub log_page_blocks: u64,
    /// Most that a unit of gas, or of blob gas, may cost, in gwei: above it transactions wait. One that cancels another may
    /// cost twice as much.
    #[serde(default = "default_max_fee")]
    pub max_fee_gwei: u64,
    /// Contract addresses where they differ from `network.contracts`.
    #[serde(default)]
    pub contracts: ChainContractsSection,
}

/// Addresses of the network's contracts on a chain.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChainContractsSection {
    /// `MessageOutbox`.
    #[schemars(with = "Option<String>")]
    pub outbox: Option<Address>,
    /// `PriorityInbox`.
    #[schemars(with = "Option<String>")]
    pub inbox: Option<Address>,
    /// `InteropCenter`.
    #[schemars(with = "Option<String>")]
    pub center: Option<Address>,
    /// `InteropHandler`, which keeps the imported roots too.
    #[schemars(with = "Option<String>")]
    pub handler: Option<Address>,
    /// `AssetVault`.
    #[schemars(with = "Option<String>")]
    pub vault: Option<Address>,
    /// `AtomicSwap`.
    #[schemars(with = "Option<String>")]
    pub swap: Option<Address>,
    /// `AccessManager` that governs the contracts of the chain.
    #[schemars(with = "Option<String>")]
    pub authority: Option<Address>,
}

/// When a block counts as final: `"finalized"`, or `{ depth = 12 }` for so many blocks below the head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(untagged, expecting = "expected \"finalized\" or { depth = <blocks> }")]
pub enum FinalitySection {
    /// The node's `finalized` tag.
    Tag(FinalityTag),
    /// Blocks below the head.
    Depth(FinalityDepth),
}

impl Default for FinalitySection {
    fn default() -> Self {
        Self::Tag(FinalityTag::Finalized)
    }
}

/// The node decides what is final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FinalityTag {
    /// The tag `finalized`.
    Finalized,
}

/// A block is final once so many stand on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FinalityDepth {
    /// Blocks below the head; 0 takes the head itself for final.
    pub depth: u64,
}

/// The relay role.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RelaySection {
    /// Name of the signer that pays for deliveries.
    pub signer: String,
    /// Routes to serve; every pair of chains where the list is empty.
    #[serde(default)]
    pub routes: Vec<RouteSection>,
    /// Most messages in one delivery transaction, 1 to 32.
    #[serde(default = "default_batch_size")]
    pub batch_size: usize,
    /// Most gas one delivery transaction may take.
    #[serde(default = "default_max_gas")]
    pub max_delivery_gas: u64,
    /// Most delivery transactions of one chain that wait for a block at the same time.
    #[serde(default = "default_in_flight")]
    pub max_in_flight: usize,
    /// Whether transfers that did not arrive before their deadline are sent back, from every chain that the relay delivers
    /// to. Costs gas there, as deliveries do.
    #[serde(default = "default_true")]
    pub return_expired: bool,
    /// Whether transfers that the limits of a token's issuer held are paid once they are due, on every chain that the relay
    /// delivers to.
    #[serde(default = "default_true")]
    pub release_held: bool,
    /// Has L1 pay withdrawals, and whatever was delayed or held there. Not done where this is missing: gas on L1 is dear,
    /// and whoever withdraws can see to it.
    pub withdrawals: Option<WithdrawalsSection>,
}

/// Payment of withdrawals on L1.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawalsSection {
    /// Name of the signer that pays for it on L1; one that no operator uses.
    pub signer: String,
}

/// A route.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RouteSection {
    /// Name of the source chain.
    pub from: String,
    /// Name of the destination chain.
    pub to: String,
}

/// The operator role for one chain.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OperatorSection {
    /// Name of the signer that settles on L1, imports roots and consumes the priority queue.
    pub signer: String,
    /// Names of the signers in this process that attest to batches.
    #[serde(default)]
    pub attesters: Vec<String>,
    /// Attesters on other machines.
    #[serde(default)]
    pub remote_attesters: Vec<RemoteAttesterSection>,
    /// A batch is sealed once it has so many blocks.
    #[serde(default = "default_seal_blocks")]
    pub seal_after_blocks: u64,
    /// A batch that holds anything is sealed after so many seconds.
    #[serde(default = "default_seal_seconds")]
    pub seal_after_seconds: u64,
    /// A batch is sealed once it holds so many messages.
    #[serde(default = "default_seal_messages")]
    pub seal_after_messages: u64,
    /// Seconds between two imports of L1's root at least.
    #[serde(default = "default_import_interval")]
    pub import_interval_seconds: u64,
    /// How the batch's transactions are made available.
    pub data_availability: DataAvailabilitySection,
}

/// An attester on another machine.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoteAttesterSection {
    /// Account whose attestations the verifier accepts.
    #[schemars(with = "String")]
    pub address: Address,
    /// Where its interface listens.
    pub url: RpcUrl,
    /// File that holds the bearer token of its interface, where that asks for one.
    pub token_file: Option<PathBuf>,
}

/// The attester service for one chain.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttesterSection {
    /// Name of the signer that attests.
    pub signer: String,
}

/// The watch of the supply: compares what stands on the chains with the ledger on L1.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SupplySection {
    /// Seconds between two looks.
    #[serde(default = "default_supply_interval")]
    pub interval_seconds: u64,
    /// Name of the signer that pauses new transfers everywhere when the figures drift apart. Without it, nothing is paused.
    pub pauser: Option<String>,
    /// Most fungible assets that are watched.
    #[serde(default = "default_max_assets")]
    pub max_assets: usize,
}

/// How a batch's transactions are made available.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DataAvailabilitySection {
    /// Not at all: a hash only.
    Validium,
    /// As calldata on L1.
    Calldata,
    /// As blobs on L1.
    Blobs,
}

/// A key: `keystore` with `password_file`, or `private_key_file`, or `private_key_env`, or, on a devnet,
/// `dev_private_key`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignerSection {
    /// Encrypted JSON keystore.
    pub keystore: Option<PathBuf>,
    /// File that holds the keystore's password.
    pub password_file: Option<PathBuf>,
    /// File that holds the key in hex.
    pub private_key_file: Option<PathBuf>,
    /// Environment variable that holds the key in hex.
    pub private_key_env: Option<String>,
    /// The key in hex; only on a devnet.
    pub dev_private_key: Option<Secret>,
}

fn default_listen() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 7370))
}

fn default_filter() -> String {
    "info".to_owned()
}

fn default_deadline() -> u64 {
    10_000
}

fn default_poll() -> u64 {
    2_000
}

fn default_page() -> u64 {
    2_000
}

fn default_max_fee() -> u64 {
    500
}

fn default_in_flight() -> usize {
    8
}

pub(super) fn default_true() -> bool {
    true
}

fn default_batch_size() -> usize {
    32
}

fn default_max_gas() -> u64 {
    10_000_000
}

fn default_seal_blocks() -> u64 {
    100
}

fn default_seal_seconds() -> u64 {
    60
}

fn default_import_interval() -> u64 {
    30
}

fn default_supply_interval() -> u64 {
    30
}

fn default_max_assets() -> usize {
    1_000
}

fn default_seal_messages() -> u64 {
    256
}
