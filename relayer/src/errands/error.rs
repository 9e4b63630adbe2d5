//! Why a cycle ended early. The next one starts from the store again.

use crate::{
    bundle::{ProveError, StepError},
    chain::ChainError,
    send::SendError,
    store::StoreError,
};

/// Why errands cannot be done now.
#[derive(Debug, thiserror::Error)]
pub enum ErrandError {
    /// The store refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The chain cannot be read.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// Nothing can be sent.
    #[error(transparent)]
    Send(SendError),
    /// Nothing can be proven.
    #[error(transparent)]
    Prove(ProveError),
    /// A contract does not answer as its interface says.
    #[error(transparent)]
    Step(StepError),
}

impl From<SendError> for ErrandError {
    fn from(error: SendError) -> Self {
        match error {
            SendError::Store(error) => Self::Store(error),
            other => Self::Send(other),
        }
    }
}

impl From<ProveError> for ErrandError {
    fn from(error: ProveError) -> Self {
        match error {
            ProveError::Store(error) => Self::Store(error),
            other => Self::Prove(other),
        }
    }
}

impl From<StepError> for ErrandError {
    fn from(error: StepError) -> Self {
        match error {
            StepError::Chain(error) => Self::Chain(error),
            other => Self::Step(other),
        }
    }
}

impl ErrandError {
    /// Whether the next cycle may succeed without a change.
    pub fn retry(&self) -> bool {
        match self {
            Self::Chain(error) => error.retry(),
            Self::Send(error) => error.retry(),
            Self::Store(_) | Self::Prove(_) | Self::Step(_) => false,
        }
    }

    /// Short name for metrics.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Chain(error) => error.label(),
            Self::Send(error) => error.label(),
            Self::Store(_) => "store",
            Self::Prove(_) => "proof",
            Self::Step(_) => "contract",
        }
    }
}
