//! Blocks, batches and roots as they are read from the chains.

use alloy::primitives::B256;
use serde::{Deserialize, Serialize};

use super::{ChainId, TxPoint, UnixSeconds};

/// A block of a chain, identified by number and hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockRef {
    /// Block number.
    pub number: u64,
    /// Block hash.
    pub hash: B256,
    /// Block timestamp.
    pub timestamp: UnixSeconds,
}

/// A leaf of a chain's log, in the order the outbox emitted it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeafPoint {
    /// Block the leaf was emitted in.
    pub block: u64,
    /// Index of the log in that block.
    pub log_index: u64,
    /// The leaf hash.
    pub leaf: B256,
    /// Bundle hash where the leaf is a message of the interop center.
    pub message: Option<B256>,
}

/// A batch that L1 executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettledBatch {
    /// Chain the batch belongs to.
    pub chain: ChainId,
    /// Batch number.
    pub number: u64,
    /// First block of the chain in the batch.
    pub first_block: u64,
    /// Last block of the chain in the batch.
    pub last_block: u64,
    /// Root over the batch's log tree, as L1 has it.
    pub chain_batch_root: B256,
    /// L1 block and transaction that executed it.
    pub l1_block: BlockRef,
    /// L1 transaction that executed it.
    pub l1_tx: B256,
}

/// An append to the message root on L1, in L1 order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AppendedBatch {
    /// A chain joined the shared tree.
    Chain {
        /// The chain.
        chain: ChainId,
        /// Its index in the shared tree.
        index: u64,
        /// L1 block.
        block: BlockRef,
        /// Shared root after the change, as L1 emitted it.
        root: B256,
    },
    /// A batch root joined its chain's tree.
    Batch {
        /// The chain.
        chain: ChainId,
        /// Batch number.
        number: u64,
        /// The batch root.
        chain_batch_root: B256,
        /// Index of the batch in the chain's tree.
        index_in_chain: u64,
        /// L1 block.
        block: BlockRef,
        /// Shared root after the change, as L1 emitted it.
        root: B256,
    },
}

/// A root of L1 that a chain imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedRoot {
    /// Chain that imported it.
    pub chain: ChainId,
    /// L1 block whose root it is.
    pub l1_block: u64,
    /// The root.
    pub root: B256,
    /// Where the import happened.
    pub at: BlockRef,
    /// Transaction of the import.
    pub tx: B256,
}

/// What became of a bundle at its destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// All of its calls ran.
    Executed,
    /// Its unbundler settled it call by call.
    Unbundled,
}

/// A bundle that its destination settled, whoever delivered it. It may be known before the bundle itself is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Execution {
    /// Chain that executed it.
    pub chain: ChainId,
    /// Bundle hash.
    pub message: B256,
    /// How it ended.
    pub outcome: Outcome,
    /// Where.
    pub at: TxPoint,
}
