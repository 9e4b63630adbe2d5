//! Why a round of the operator did not end well.

use crate::{
    chain::ChainError,
    model::{ChainId, UnixSeconds},
    send::SendError,
    store::StoreError,
};

use super::{
    attest::AttestError, data::DataError, derive::DeriveError, publish::PublishError,
    read::ReadError,
};

/// Why a round did not end well. The next one tries again; nothing is lost meanwhile.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// A chain could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A transaction could not be sent.
    #[error(transparent)]
    Send(#[from] SendError),
    /// The store refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The chain's logs and state do not fit, or do not fit L1.
    #[error(transparent)]
    Derive(#[from] DeriveError),
    /// The batch data cannot be packed.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The batch data cannot be published.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// The batch is not attested.
    #[error(transparent)]
    Attest(#[from] AttestError),
    /// L1 has frozen the chain, whose node holds what L1 will not take.
    #[error(
        "chain {chain}: L1 froze it at {since} because it let an operation of its queue expire, and takes nothing from it but its queue; after block {block} {found}. Stop this process, roll the node back to block {block} (`debug_setHead`; `anvil_rollback` of anvil) with an empty pool, let nobody but this operator in, and start again: the operator buries, consumes and settles, and the chain is live"
    )]
    Frozen {
        /// The chain.
        chain: ChainId,
        /// When L1 froze it, in seconds.
        since: UnixSeconds,
        /// Last block that L1 has executed.
        block: u64,
        /// What stands after it.
        found: String,
    },
    /// L1 refuses the batch.
    #[error("chain {chain}: L1 refuses batch {batch}: {reason}")]
    Rejected {
        /// The chain.
        chain: ChainId,
        /// Batch number.
        batch: u64,
        /// The decoded reason.
        reason: String,
    },
}

impl From<ChainError> for OperatorError {
    fn from(error: ChainError) -> Self {
        Self::Read(error.into())
    }
}

impl OperatorError {
    /// Whether the same round may end well later without a change by people.
    pub fn retry(&self) -> bool {
        match self {
            Self::Read(ReadError::Chain(error)) => error.retry(),
            Self::Read(ReadError::MissingBlock { .. }) | Self::Attest(_) => true,
            Self::Send(error) => error.retry(),
            Self::Read(ReadError::NotOurContract { .. })
            | Self::Store(_)
            | Self::Derive(_)
            | Self::Data(_)
            | Self::Publish(_)
            | Self::Frozen { .. }
            | Self::Rejected { .. } => false,
        }
    }

    /// Short name for metrics.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Read(_) => "read",
            Self::Send(_) => "send",
            Self::Store(_) => "store",
            Self::Derive(_) => "derive",
            Self::Data(_) => "data",
            Self::Publish(_) => "publish",
            Self::Attest(_) => "attest",
            Self::Frozen { .. } => "frozen",
            Self::Rejected { .. } => "rejected",
        }
    }
}
