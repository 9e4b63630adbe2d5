//! A transaction the relayer means to send. It is durable before it is broadcast.

use alloy::primitives::{Address, B256, Bytes};
use serde::{Deserialize, Serialize};

use super::{ChainId, ErrandStep, UnixSeconds, swap::SwapStep};

/// Why a transaction is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum IntentKind {
    /// Delivers these bundles.
    Deliver {
        /// Bundle hashes, in the order of the call.
        messages: Vec<B256>,
    },
    /// Settles a batch on L1.
    Settle {
        /// Chain of the batch.
        chain: ChainId,
        /// Batch number.
        batch: u64,
    },
    /// Imports roots of these L1 blocks.
    ImportRoots {
        /// L1 block numbers, ascending.
        l1_blocks: Vec<u64>,
    },
    /// Consumes priority operations, from this nonce on.
    ConsumePriority {
        /// First nonce.
        first: u64,
        /// How many.
        count: u64,
    },
    /// Fills a nonce that nothing else will use.
    Cancel,
    /// Stops new transfers of assets.
    Pause,
    /// A step that a person asked for on the command line.
    ByHand {
        /// Which step.
        step: String,
    },
    /// A step of an errand.
    Errand {
        /// The errand.
        id: B256,
        /// Which step.
        step: ErrandStep,
    },
    /// Buries what L1 decided about swaps while the chain was frozen.
    Bury {
        /// How many.
        count: u64,
    },
    /// A step of a swap.
    Swap {
        /// The swap.
        id: B256,
        /// Which step.
        step: SwapStep,
    },
    /// Fills the nonce of a step of a swap, of which an older version may still come into a block.
    SwapGivenUp {
        /// The swap.
        id: B256,
        /// Which step.
        step: SwapStep,
    },
}

impl IntentKind {
    /// Whether it does nothing but use a nonce.
    pub fn is_cancel(&self) -> bool {
        matches!(self, Self::Cancel | Self::SwapGivenUp { .. })
    }

    /// What a transaction becomes that gives way to an empty one.
    pub fn given_up(&self) -> Self {
        match self {
            Self::Swap { id, step } => Self::SwapGivenUp {
                id: *id,
                step: *step,
            },
            Self::SwapGivenUp { .. } => self.clone(),
            _ => Self::Cancel,
        }
    }
}

/// Where a transaction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum IntentState {
    /// Durable, perhaps broadcast.
    Pending,
    /// In a block that may still be reorged away.
    Included {
        /// Block number.
        block: u64,
        /// Block hash.
        hash: B256,
        /// Whether it succeeded.
        success: bool,
    },
    /// In a final block.
    Final {
        /// Whether it succeeded.
        success: bool,
    },
    /// Another transaction of the same nonce is final.
    Replaced,
}

/// One signed transaction. Replacements of the same nonce keep the older hashes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// Chain it is sent to.
    pub chain: ChainId,
    /// Account that signs it.
    pub signer: Address,
    /// Its nonce.
    pub nonce: u64,
    /// What for.
    pub kind: IntentKind,
    /// Recipient contract.
    pub to: Address,
    /// Calldata.
    pub calldata: Bytes,
    /// Gas limit.
    pub gas_limit: u64,
    /// Hashes of all versions broadcast so far, the newest last.
    pub hashes: Vec<B256>,
    /// Newest signed version, EIP-2718 encoded.
    pub raw: Bytes,
    /// Fee cap of the newest version, in wei.
    pub max_fee_per_gas: u128,
    /// Priority fee of the newest version, in wei.
    pub max_priority_fee_per_gas: u128,
    /// When it was first written.
    pub created_at: UnixSeconds,
    /// When the newest version was signed.
    pub bumped_at: UnixSeconds,
    /// Where it stands.
    pub state: IntentState,
}

impl IntentState {
    /// Whether the chain may still change what has become of it.
    pub fn is_open(self) -> bool {
        match self {
            Self::Pending | Self::Included { .. } => true,
            Self::Final { .. } | Self::Replaced => false,
        }
    }
}
