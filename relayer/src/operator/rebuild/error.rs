//! Why a chain cannot be rebuilt.

use alloy::primitives::{Address, B256};

use crate::{chain::ChainError, model::ChainId, operator::read::ReadError};

use super::genesis::GenesisError;

/// Why a chain cannot be rebuilt, or is not rebuilt yet.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// L1 or the node could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// L1 does not know the chain.
    #[error(
        "L1 has not registered chain {chain} at settlement contract {settlement}, or its node does not give logs that old; check --chain, --settlement and --l1"
    )]
    NotRegistered {
        /// The chain.
        chain: ChainId,
        /// The settlement contract.
        settlement: Address,
    },
    /// The events do not lead to the head.
    #[error(
        "the events that the L1 node gives do not lead to the head it gives: {0}; use a node that keeps all logs, or try again after a reorg"
    )]
    BrokenHistory(String),
    /// The genesis file is not the chain's.
    #[error("the genesis file is not that of chain {chain}: {source}")]
    Genesis {
        /// The chain.
        chain: ChainId,
        /// What is wrong.
        source: GenesisError,
    },
    /// The data is nowhere.
    #[error("batch {batch}: {reason}")]
    MissingData {
        /// The batch.
        batch: u64,
        /// Where it is not, and where it may be.
        reason: String,
    },
    /// The data is not the batch's.
    #[error("batch {batch}: {reason}")]
    WrongData {
        /// The batch.
        batch: u64,
        /// What is wrong.
        reason: String,
    },
    /// The node is not fit for it.
    #[error("the node cannot be used: {0}")]
    Node(String),
    /// The node does not take a block.
    #[error("batch {batch}: the node refuses {what} of block {block}: {source}")]
    Refused {
        /// The batch.
        batch: u64,
        /// The block.
        block: u64,
        /// What it refuses.
        what: String,
        /// What it said.
        source: ChainError,
    },
    /// The node made another block than the data describes.
    #[error("batch {batch}: the node's block {block} differs from the batch's data: {differences}")]
    OtherBlock {
        /// The batch.
        batch: u64,
        /// The block.
        block: u64,
        /// Names and values.
        differences: String,
    },
    /// The node's blocks lead elsewhere than L1 has settled.
    #[error(
        "batch {batch}: the node's block {block} has hash {actual}, L1 settled {expected}; the data, or the way the node executes it, is not the chain's"
    )]
    OtherHash {
        /// The batch.
        batch: u64,
        /// Its last block.
        block: u64,
        /// Hash on L1.
        expected: B256,
        /// Hash on the node.
        actual: B256,
    },
    /// Another node's blocks are not what their transactions lead to.
    #[error(
        "block {block} has hash {expected} on the node that is followed, and its transactions lead to {actual} here; do not attest to it: that node is wrong, or of another version"
    )]
    OtherCopy {
        /// The block.
        block: u64,
        /// Hash on the other node.
        expected: B256,
        /// Hash on this one.
        actual: B256,
    },
    /// Another node has gone back, or gone another way.
    #[error(
        "block {block} is {own} here and {other} on the node that is followed, which has been rolled back; rebuild the chain on an empty node and follow it again"
    )]
    Parted {
        /// The newest block here.
        block: u64,
        /// Its hash here.
        own: B256,
        /// Its hash there.
        other: String,
    },
}

impl From<ChainError> for RebuildError {
    fn from(error: ChainError) -> Self {
        Self::Read(error.into())
    }
}
