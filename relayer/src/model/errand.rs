//! What anyone may do on a chain so that assets come to where they belong. Each is done at most once, by the word of its
//! contract, whoever does it.

use alloy::primitives::{B256, Bytes, keccak256};
use alloy::sol_types::SolValue;
use serde::{Deserialize, Serialize};

use super::{ChainId, UnixSeconds};

/// What there is to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Task {
    /// Gives up a bundle whose deadline is over, and sends the assets of its cancelled calls back. The bundle is known by
    /// the errand's id.
    Return,
    /// Pays what has waited because of its issuer's rules.
    Release {
        /// Chain it came from.
        source: ChainId,
        /// Its number among what the rules held.
        index: u64,
        /// The transfer, as its vault spelled it.
        transfer: Bytes,
    },
    /// Has L1 pay a withdrawal. It is known by the errand's id, the hash of its message.
    Withdraw {
        /// Chain it left.
        source: ChainId,
        /// Block it was sent in.
        block: u64,
        /// Its leaf.
        leaf: B256,
        /// The message.
        message: Bytes,
    },
}

impl Task {
    /// All names.
    pub const LABELS: [&'static str; 3] = ["return", "release", "withdraw"];

    /// Name in output and metrics.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Return => "return",
            Self::Release { .. } => "release",
            Self::Withdraw { .. } => "withdraw",
        }
    }
}

/// A transaction that an errand takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ErrandStep {
    /// The bundle is given up.
    Cancel,
    /// The assets of a cancelled call go back.
    Return,
    /// What was held is paid.
    Release,
    /// A withdrawal is proven, and paid unless it is delayed.
    Finalize,
    /// A delayed withdrawal is paid.
    Pay,
}

impl ErrandStep {
    /// Name in output and metrics.
    pub fn label(self) -> &'static str {
        match self {
            Self::Cancel => "cancel",
            Self::Return => "return",
            Self::Release => "release",
            Self::Finalize => "finalize",
            Self::Pay => "pay",
        }
    }
}

/// Something to do, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Errand {
    /// Chain it is done on.
    pub chain: ChainId,
    /// Bundle hash, message hash, or [`held_id`].
    pub id: B256,
    /// What there is to do.
    pub task: Task,
    /// When to look at it next.
    pub due: UnixSeconds,
    /// Transactions sent so far.
    pub attempts: u32,
    /// Head at which nothing was left to do; it is over once that block is final.
    pub done_at: Option<u64>,
}

impl Errand {
    /// One that nobody has looked at.
    pub fn new(chain: ChainId, id: B256, task: Task, due: UnixSeconds) -> Self {
        Self {
            chain,
            id,
            task,
            due,
            attempts: 0,
            done_at: None,
        }
    }
}

/// Names what the rules of a chain hold.
pub fn held_id(source: ChainId, index: u64, transfer: &[u8]) -> B256 {
    keccak256((source, index, keccak256(transfer)).abi_encode())
}
