//! Sends transactions for every stage: one sender per chain and signing key, so that nonces have one writer.
//!
//! A transaction is durable before it is broadcast, keeps its nonce for good, and is broadcast again until its nonce is
//! used: the same bytes when the pools forget them, higher fees as time passes. What became of it is decided from
//! receipts and finality, never from an error text or from a missing receipt alone.

mod fees;
mod follow;
mod plan;
mod rollback;
mod sender;
mod sign;
#[cfg(test)]
mod tests;
mod versions;

pub use fees::FeeCaps;
pub use follow::{Fate, follow, send_and_follow};
pub use sender::Sender;
pub use sign::Signer;

use alloy::{
    eips::eip7594::BlobTransactionSidecarEip7594,
    primitives::{Address, Bytes, U256},
};

use crate::{
    chain::{ChainError, TxFault},
    model::{IntentKind, UnixSeconds},
    store::StoreError,
};

/// Times of a transaction's life, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SendTimes {
    /// The same bytes are broadcast again after this time: the pools may have dropped them.
    pub rebroadcast_after: UnixSeconds,
    /// Fees are raised after this time.
    pub raise_after: UnixSeconds,
    /// A transaction that stands at the fee cap gives up its nonce after this time.
    pub cancel_after: UnixSeconds,
}

/// How a sender behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SendSettings {
    /// Times of a transaction's life.
    pub times: SendTimes,
    /// Limits on fees.
    pub caps: FeeCaps,
}

impl SendSettings {
    /// Settings for a chain where a unit of gas, or of blob gas, may cost so much, in wei. A transaction that cancels
    /// another may cost twice as much: under the same cap it could be stuck like the one it is to replace.
    pub fn capped(max_fee_per_gas: u128) -> Self {
        Self {
            times: SendTimes {
                rebroadcast_after: 12,
                raise_after: 36,
                cancel_after: 900,
            },
            caps: FeeCaps {
                max_fee_per_gas,
                cancel_max_fee_per_gas: max_fee_per_gas.saturating_mul(2),
                max_fee_per_blob_gas: max_fee_per_gas,
            },
        }
    }
}

/// A transaction to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendRequest {
    /// What for.
    pub kind: IntentKind,
    /// Recipient contract.
    pub to: Address,
    /// Calldata.
    pub calldata: Bytes,
    /// Value, in wei; 0 for all that the relayer sends by itself.
    pub value: U256,
    /// Gas limit.
    pub gas_limit: u64,
    /// Blobs to carry along, with their cell proofs; most transactions have none.
    pub blobs: Option<BlobTransactionSidecarEip7594>,
}

/// Why a transaction was not sent, or what became of it is not known now.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The chain cannot be read.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The store refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Every node refused the transaction; its nonce is free again.
    #[error("chain {chain} refuses the transaction of {signer}: {reason}{}", advice(*.fault))]
    Refused {
        /// The chain.
        chain: u64,
        /// The account.
        signer: Address,
        /// Which fault.
        fault: TxFault,
        /// What the nodes said.
        reason: String,
    },
    /// The signer did not sign.
    #[error("the signer did not sign: {reason}")]
    Signer {
        /// What it said.
        reason: String,
    },
    /// A stored transaction does not read back.
    #[error(
        "a stored transaction is damaged: {reason}; delete the store and let it be rebuilt from the chains"
    )]
    Damaged {
        /// What is wrong.
        reason: String,
    },
}

fn advice(fault: TxFault) -> &'static str {
    match fault {
        TxFault::InsufficientFunds => "; fund the account",
        TxFault::NonceTooLow => "; somebody else uses the key, which must have one user only",
        TxFault::AlreadyKnown | TxFault::Underpriced | TxFault::Other => "",
    }
}

impl SendError {
    /// Whether the same request may succeed later without a change.
    pub fn retry(&self) -> bool {
        match self {
            Self::Chain(error) => error.retry(),
            Self::Refused { fault, .. } => *fault != TxFault::Other,
            Self::Signer { .. } => true,
            Self::Store(_) | Self::Damaged { .. } => false,
        }
    }

    /// Short name for metrics.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Chain(error) => error.label(),
            Self::Store(_) => "store",
            Self::Refused {
                fault: TxFault::InsufficientFunds,
                ..
            } => "insufficient_funds",
            Self::Refused { .. } => "refused",
            Self::Signer { .. } => "signer",
            Self::Damaged { .. } => "damaged",
        }
    }
}
