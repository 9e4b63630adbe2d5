//! Why nothing can be said about a supply.

use alloy::primitives::{Address, B256};

use crate::{
    chain::{ChainError, ViewError},
    model::ChainId,
    send::SendError,
    store::StoreError,
};

/// Why a supply cannot be told, or new transfers not be stopped.
#[derive(Debug, thiserror::Error)]
pub enum SupplyError {
    /// A contract did not answer.
    #[error(transparent)]
    View(#[from] ViewError),
    /// A transaction cannot be sent.
    #[error(transparent)]
    Send(#[from] SendError),
    /// The store refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something was paid that had never arrived.
    #[error(
        "chain {chain}: the logs pay out what they never took; set start_block to the block in which the contracts were deployed"
    )]
    StartTooLate {
        /// The chain.
        chain: ChainId,
    },
    /// L1 does not know the chain.
    #[error("chain {chain} is not registered on L1; register it, or remove it here")]
    NotRegistered {
        /// The chain.
        chain: ChainId,
    },
    /// The block that registered the chain may still be reorged away.
    #[error(
        "chain {chain} is registered in a block of L1 that is not final yet; it is watched once that is"
    )]
    NotFinal {
        /// The chain.
        chain: ChainId,
    },
    /// The configuration does not name the chain.
    #[error("there is no chain {chain} in the configuration; add it under [chains.<name>]")]
    NotConfigured {
        /// The chain.
        chain: ChainId,
    },
    /// More assets are in use than are watched.
    #[error("{known} assets are in use and {most} are watched; raise supply.max_assets")]
    TooManyAssets {
        /// In use.
        known: usize,
        /// Watched.
        most: usize,
    },
    /// The pauser may not pause.
    #[error(
        "chain {chain}: {signer} may not pause {custody} ({reason}); grant it the role of a pauser"
    )]
    NotAPauser {
        /// The chain.
        chain: ChainId,
        /// The account.
        signer: Address,
        /// Vault or bridge.
        custody: Address,
        /// What the contract said.
        reason: String,
    },
    /// The transaction that should have stopped new transfers failed.
    #[error("chain {chain}: transaction {tx} should have paused {custody}, and reverted")]
    PauseReverted {
        /// The chain.
        chain: ChainId,
        /// Vault or bridge.
        custody: Address,
        /// The transaction.
        tx: B256,
    },
}

impl From<ChainError> for SupplyError {
    fn from(error: ChainError) -> Self {
        Self::View(error.into())
    }
}

impl SupplyError {
    /// Whether the same may be told later without a change by people.
    pub fn retry(&self) -> bool {
        match self {
            Self::View(ViewError::Chain(error)) => error.retry(),
            Self::Send(error) => error.retry(),
            Self::NotFinal { .. } => true,
            _ => false,
        }
    }

    /// Short name for metrics.
    pub fn label(&self) -> &'static str {
        match self {
            Self::View(ViewError::Chain(error)) => error.label(),
            Self::View(ViewError::NotOurContract { .. }) => "not_our_contract",
            Self::Send(error) => error.label(),
            Self::Store(_) => "store",
            Self::StartTooLate { .. } => "start_too_late",
            Self::NotRegistered { .. } => "not_registered",
            Self::NotFinal { .. } => "not_final",
            Self::NotConfigured { .. } => "not_configured",
            Self::TooManyAssets { .. } => "too_many_assets",
            Self::NotAPauser { .. } => "not_a_pauser",
            Self::PauseReverted { .. } => "pause_reverted",
        }
    }
}
