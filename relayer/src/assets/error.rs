//! Why something with assets cannot be done now, and what to do about it.

use alloy::primitives::{Address, B256};

use crate::{bundle::StepError, chain::ChainError, model::ChainId, send::SendError};

/// Why something with assets cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum AssetError {
    /// A chain cannot be read, or a proof not be built.
    #[error(transparent)]
    Step(#[from] StepError),
    /// A transaction was not sent, or cannot be followed.
    #[error(transparent)]
    Send(#[from] SendError),
    /// The chain does not know the transaction.
    #[error(
        "chain {chain} shows no receipt of transaction {tx}; correct the chain or the hash, or wait for its block"
    )]
    UnknownTransaction {
        /// The chain.
        chain: ChainId,
        /// The transaction.
        tx: B256,
    },
    /// The transaction sent no asset.
    #[error("transaction {tx} on chain {chain} sent nothing through {custody}")]
    NothingSent {
        /// The chain.
        chain: ChainId,
        /// The transaction.
        tx: B256,
        /// Vault or bridge.
        custody: Address,
    },
    /// The transaction sent several times.
    #[error(
        "transaction {tx} on chain {chain} sent {count} times; only transactions that send once can be followed"
    )]
    SentSeveralTimes {
        /// The chain.
        chain: ChainId,
        /// The transaction.
        tx: B256,
        /// How often.
        count: usize,
    },
    /// The transaction is of another kind.
    #[error("transaction {tx} made no {wanted} but a {found}")]
    OtherKind {
        /// The transaction.
        tx: B256,
        /// What it should have made.
        wanted: &'static str,
        /// What it made.
        found: &'static str,
    },
    /// The token cannot be allowed for one transfer alone.
    #[error(
        "{custody} may not take ERC-1155 tokens of {token}, which can only be allowed all together; allow that with --approve-all"
    )]
    ApprovalForAllNeeded {
        /// The token.
        token: Address,
        /// Vault or bridge.
        custody: Address,
    },
    /// The contract does not answer like a token of that kind.
    #[error(
        "chain {chain}: {token} does not answer like a token of that kind; correct its address or its kind"
    )]
    NotAToken {
        /// The chain.
        chain: ChainId,
        /// The address.
        token: Address,
    },
    /// An amount is no amount of the token.
    #[error("{text} is no amount of a token with {decimals} decimals: {reason}")]
    BadAmount {
        /// What was given.
        text: String,
        /// Decimals of the token.
        decimals: u8,
        /// What is wrong.
        reason: String,
    },
    /// The contract would refuse.
    #[error("{step} would revert: {reason}")]
    WouldRevert {
        /// Which step.
        step: &'static str,
        /// The decoded reason.
        reason: String,
    },
    /// It cannot be done yet.
    #[error("{what} is {stage}: {detail}")]
    NotReady {
        /// What.
        what: &'static str,
        /// Where it stands.
        stage: &'static str,
        /// What is missing.
        detail: String,
    },
}

impl From<ChainError> for AssetError {
    fn from(error: ChainError) -> Self {
        Self::Step(error.into())
    }
}
