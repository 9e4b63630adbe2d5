//! Why something with a token's rules cannot be done, and what to do about it.

use alloy::primitives::Address;

use super::{file::TokenFileError, list::ListError};
use crate::{bundle::StepError, chain::ChainError, model::ChainId};

/// Why something with a token's rules cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum IssuerError {
    /// The token file is not taken.
    #[error(transparent)]
    File(#[from] TokenFileError),
    /// The token list is not taken.
    #[error(transparent)]
    List(#[from] ListError),
    /// A chain cannot be read.
    #[error(transparent)]
    Step(#[from] StepError),
    /// There is no contract.
    #[error("chain {chain}: there is no contract at {token}; correct the chain or the address")]
    NoToken {
        /// The chain.
        chain: ChainId,
        /// The address.
        token: Address,
    },
    /// The token does not say what it is called.
    #[error(
        "chain {chain}: {token} has no name, symbol or decimals, which a list needs; leave the token out"
    )]
    Silent {
        /// The chain.
        chain: ChainId,
        /// The token.
        token: Address,
    },
    /// The token is of another kind.
    #[error(
        "chain {chain}: {token} is not of the kind that the file says ({reason}); correct token.kind"
    )]
    OtherKind {
        /// The chain.
        chain: ChainId,
        /// The token.
        token: Address,
        /// What the contract says.
        reason: String,
    },
    /// The token stands for one of another chain.
    #[error(
        "chain {chain}: {token} stands for a token of chain {home}; name that one as token.home and token.address"
    )]
    NotHome {
        /// The chain.
        chain: ChainId,
        /// The token.
        token: Address,
        /// Its home.
        home: ChainId,
    },
}

impl From<ChainError> for IssuerError {
    fn from(error: ChainError) -> Self {
        Self::Step(error.into())
    }
}
