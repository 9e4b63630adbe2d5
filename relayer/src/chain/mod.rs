//! The ports through which the relayer sees chains and time. Nothing outside of this room knows alloy's providers.

mod clock;
pub mod events;
mod evm;
#[cfg(test)]
pub(crate) mod fake;
mod logs;
mod outcome;
mod replay;
mod rpc;
mod system;
mod view;
mod wire;

pub use clock::SystemClock;
pub use evm::{EvmChain, EvmSettings, FinalityRule};
pub use replay::{BlockFields, ReplayNode};
pub use rpc::RpcSettings;
pub use system::{SYSTEM_TYPE, SystemTransaction};
pub use view::{ViewError, view};

use std::time::Duration;

use alloy::primitives::{Address, B256, Bytes, U256};
use async_trait::async_trait;

use crate::model::{BlockRef, ChainId, UnixSeconds};

/// Which block a read is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finality {
    /// The newest block.
    Latest,
    /// The newest block that counts as final under the chain's configuration (tag `finalized`, or a depth).
    Final,
}

/// A log, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainLog {
    /// Contract that emitted it.
    pub address: Address,
    /// Topics.
    pub topics: Vec<B256>,
    /// Data.
    pub data: Bytes,
    /// Block it stands in.
    pub block: BlockRef,
    /// Transaction.
    pub tx: B256,
    /// Index in the block.
    pub log_index: u64,
}

/// The logs of a range of blocks with the blocks that frame it, all of one view of the chain: whoever keeps
/// `last` as its cursor sees a reorg when the next page's `parent` is another block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogPage {
    /// The block before the range; `None` where the range starts at block 0.
    pub parent: Option<BlockRef>,
    /// The last block of the range.
    pub last: BlockRef,
    /// The logs, in chain order.
    pub logs: Vec<ChainLog>,
}

/// A call or transaction without a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRequest {
    /// Account that calls.
    pub from: Address,
    /// Contract called.
    pub to: Address,
    /// Calldata.
    pub data: Bytes,
    /// Value, in wei.
    pub value: U256,
    /// Gas limit, or as much as the node gives.
    pub gas: Option<u64>,
}

/// What a receipt tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TxReceipt {
    /// Transaction hash.
    pub tx: B256,
    /// Block it stands in.
    pub block: u64,
    /// Hash of that block.
    pub block_hash: B256,
    /// Whether it succeeded.
    pub success: bool,
    /// Gas used.
    pub gas_used: u64,
}

/// Fees to offer now, in wei.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fees {
    /// Fee cap.
    pub max_fee_per_gas: u128,
    /// Tip.
    pub max_priority_fee_per_gas: u128,
}

/// A block with what data availability needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FullBlock {
    /// Number, hash, timestamp.
    pub block: BlockRef,
    /// Hash of the block before.
    pub parent_hash: B256,
    /// State root.
    pub state_root: B256,
    /// Fee recipient.
    pub beneficiary: Address,
    /// Gas limit.
    pub gas_limit: u64,
    /// Base fee, in wei.
    pub base_fee_per_gas: u64,
    /// Randomness of the beacon chain.
    pub prev_randao: B256,
    /// Transactions, EIP-2718 encoded, in order; an unsigned one as a [`SystemTransaction`].
    pub transactions: Vec<Bytes>,
}

/// Why a read or write failed. A transaction's own fault never counts against the provider.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ChainError {
    /// The provider did not answer in time, or the connection failed.
    #[error("chain {chain}: {provider} cannot be reached: {reason}")]
    Unreachable {
        /// Chain.
        chain: ChainId,
        /// Provider, without credentials.
        provider: String,
        /// What happened.
        reason: String,
    },
    /// The provider answered with an error that is its own.
    #[error("chain {chain}: {provider} answered: {reason}")]
    Provider {
        /// Chain.
        chain: ChainId,
        /// Provider, without credentials.
        provider: String,
        /// What it said.
        reason: String,
    },
    /// Providers disagree; nothing is done until they agree.
    #[error("chain {chain}: providers disagree on {what}")]
    Disagreement {
        /// Chain.
        chain: ChainId,
        /// On what.
        what: String,
    },
    /// The call reverts.
    #[error("chain {chain}: call reverts")]
    Reverted {
        /// Chain.
        chain: ChainId,
        /// Revert data.
        data: Bytes,
    },
    /// The transaction is refused before it reaches a pool.
    #[error("chain {chain}: transaction refused: {reason}")]
    Refused {
        /// Chain.
        chain: ChainId,
        /// Which fault.
        fault: TxFault,
        /// What the node said.
        reason: String,
    },
}

/// Faults of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TxFault {
    /// The nonce is used.
    NonceTooLow,
    /// The node has this very transaction.
    AlreadyKnown,
    /// A replacement must offer more.
    Underpriced,
    /// The account cannot pay.
    InsufficientFunds,
    /// Anything else.
    Other,
}

impl TxFault {
    /// Whether a transaction with this fault is in no pool, whatever is done about its fees.
    pub fn keeps_it_out(self) -> bool {
        match self {
            Self::NonceTooLow | Self::InsufficientFunds | Self::Other => true,
            Self::AlreadyKnown | Self::Underpriced => false,
        }
    }
}

impl ChainError {
    /// Whether the same request may succeed later without a change.
    pub fn retry(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Provider { .. } | Self::Disagreement { .. } => true,
            Self::Reverted { .. } | Self::Refused { .. } => false,
        }
    }

    /// Short name for metrics.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "unreachable",
            Self::Provider { .. } => "provider",
            Self::Disagreement { .. } => "disagreement",
            Self::Reverted { .. } => "reverted",
            Self::Refused { .. } => "refused",
        }
    }
}

/// Reads of one chain. An implementation bounds each call's time.
#[async_trait]
pub trait ChainReader: Send + Sync {
    /// Chain id, as configured and checked at start.
    fn chain_id(&self) -> ChainId;
    /// Newest block of the given finality.
    async fn head(&self, finality: Finality) -> Result<BlockRef, ChainError>;
    /// Block by number, `None` above the head.
    async fn block(&self, number: u64) -> Result<Option<BlockRef>, ChainError>;
    /// Block with its transactions.
    async fn full_block(&self, number: u64) -> Result<Option<FullBlock>, ChainError>;
    /// Logs of these contracts in blocks `from..=to`. Splits the range as the provider needs it; an error where block
    /// `to` is not there yet.
    async fn logs(&self, from: u64, to: u64, addresses: &[Address]) -> Result<LogPage, ChainError>;
    /// Result of a call at the newest block.
    async fn call(&self, request: &CallRequest) -> Result<Bytes, ChainError>;
    /// Result of a call at a block.
    async fn call_at(&self, request: &CallRequest, block: u64) -> Result<Bytes, ChainError>;
    /// Gas that the call needs.
    async fn estimate_gas(&self, request: &CallRequest) -> Result<u64, ChainError>;
    /// Code at an address; empty where there is none.
    async fn code(&self, address: Address) -> Result<Bytes, ChainError>;
    /// Balance, in wei.
    async fn balance(&self, address: Address) -> Result<U256, ChainError>;
    /// Balance at a block, in wei.
    async fn balance_at(&self, address: Address, block: u64) -> Result<U256, ChainError>;
    /// Number of transactions of the account, in blocks or with the pool's.
    async fn nonce(&self, address: Address, pending: bool) -> Result<u64, ChainError>;
    /// Fees to offer now; never uses `eth_feeHistory`.
    async fn fees(&self) -> Result<Fees, ChainError>;
    /// Price of blob gas now, in wei; only chains with blobs know one.
    async fn blob_base_fee(&self) -> Result<u128, ChainError>;
    /// Receipt, `None` where the node knows none. `None` alone never proves that it was not mined.
    async fn receipt(&self, tx: B256) -> Result<Option<TxReceipt>, ChainError>;
}

/// Writes to one chain.
#[async_trait]
pub trait ChainWriter: Send + Sync {
    /// Broadcasts a signed transaction, EIP-2718 encoded (blob transactions in network form).
    async fn broadcast(&self, raw: &[u8]) -> Result<B256, ChainError>;
}

/// Time.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> UnixSeconds;
    /// Waits.
    async fn sleep(&self, duration: Duration);
}
