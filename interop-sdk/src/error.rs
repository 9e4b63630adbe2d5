//! What can go wrong, with a stable code and what to do about it.

use std::time::Duration;

use alloy::{
    contract,
    primitives::{Address, B256, Bytes, U256},
    transports::TransportError,
};
use causeway_bindings::{AssetKind, describe_revert};
use causeway_proofs::{MalformedProof, MessageRootError, NotProvable, TreeFull, VerifyError};

use crate::{Approval, ErrorCode, Stage, Status, Tokens, assets::kind_name};

/// Everything that the SDK's calls may fail with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The description of the network cannot be read.
    #[error("network file ({place}): {problem}")]
    NetworkFile {
        /// File or part of it.
        place: String,
        /// What is wrong.
        problem: String,
    },
    /// The network has no such chain.
    #[error("chain {chain_id} is not part of the network; it has {known:?}")]
    UnknownChain {
        /// Chain asked for.
        chain_id: u64,
        /// Chains that the network has.
        known: Vec<u64>,
    },
    /// The RPC is that of another chain.
    #[error("the RPC of chain {expected} answers with chain id {actual}")]
    WrongChain {
        /// Chain id in the description of the network.
        expected: u64,
        /// Chain id of the RPC.
        actual: u64,
    },
    /// A contract of the network is not there.
    #[error("no {contract} at {address} on chain {chain_id}: there is no code")]
    NoCode {
        /// Chain.
        chain_id: u64,
        /// Which contract.
        contract: &'static str,
        /// Where it should be.
        address: Address,
    },
    /// A contract belongs to another release.
    #[error("the {contract} on chain {chain_id} is of protocol version {actual}, not {expected}")]
    UnknownVersion {
        /// Chain.
        chain_id: u64,
        /// Which contract.
        contract: &'static str,
        /// Version that this SDK knows.
        expected: u64,
        /// Version of the contract.
        actual: U256,
    },
    /// The RPC cannot be reached, or refuses a request.
    #[error("chain {chain_id}, {what}: {source}")]
    Rpc {
        /// Chain.
        chain_id: u64,
        /// What was asked for.
        what: &'static str,
        /// The RPC's answer.
        source: Box<TransportError>,
    },
    /// The RPC's answer makes no sense.
    #[error("chain {chain_id}, {what}: {problem}")]
    BadAnswer {
        /// Chain.
        chain_id: u64,
        /// What was asked for.
        what: &'static str,
        /// What is wrong with the answer.
        problem: String,
    },
    /// A contract refused what was asked for.
    #[error("chain {chain_id} refuses {what}: {}", describe_revert(.data))]
    Reverted {
        /// Chain.
        chain_id: u64,
        /// What was asked for.
        what: &'static str,
        /// Revert data.
        data: Bytes,
    },
    /// A transaction was mined and failed.
    #[error("{what} failed on chain {chain_id} in transaction {transaction}")]
    TransactionFailed {
        /// Chain.
        chain_id: u64,
        /// What the transaction was for.
        what: &'static str,
        /// Its hash.
        transaction: B256,
    },
    /// A transaction was sent and is in no block yet.
    #[error("transaction {transaction} on chain {chain_id}, for {what}, is in no block yet")]
    TransactionPending {
        /// Chain.
        chain_id: u64,
        /// What the transaction is for.
        what: &'static str,
        /// Its hash.
        transaction: B256,
    },
    /// The transaction sent no message.
    #[error("transaction {transaction} on chain {chain_id} sent no message")]
    NoMessage {
        /// Chain.
        chain_id: u64,
        /// The transaction.
        transaction: B256,
    },
    /// The block with the message is no longer part of its chain.
    #[error("block {block} of chain {chain_id}, which held the message, was reorganised away")]
    Removed {
        /// Source chain.
        chain_id: u64,
        /// Block that held the message.
        block: u64,
    },
    /// The message's batch has not settled yet.
    #[error("block {block} of chain {chain_id} is in no batch that L1 has executed")]
    NotSettled {
        /// Source chain.
        chain_id: u64,
        /// Block of the message.
        block: u64,
    },
    /// The destination has not imported a root that covers the message's batch.
    #[error("chain {chain_id} has imported no root of L1 block {l1_block} or later")]
    NotRooted {
        /// Destination chain.
        chain_id: u64,
        /// L1 block in which the batch was executed.
        l1_block: u64,
    },
    /// What an RPC says does not lead to the root on L1.
    #[error("{what}: rebuilt as {rebuilt}, known as {known}")]
    RootMismatch {
        /// Which root.
        what: String,
        /// Root of what the RPC's logs say.
        rebuilt: B256,
        /// Root that is known elsewhere.
        known: B256,
    },
    /// L1's own history does not know the root.
    #[error("L1 does not know {root} as its message root after block {block}")]
    UnknownRoot {
        /// L1 block.
        block: u64,
        /// The root.
        root: B256,
    },
    /// The message is not among the logs of its batch.
    #[error("the logs of batch {batch_number} of chain {chain_id} do not hold the message")]
    NotInBatch {
        /// Source chain.
        chain_id: u64,
        /// Batch.
        batch_number: u64,
    },
    /// Events of L1 do not follow from each other.
    #[error("the events of the message root do not follow from each other: {0}")]
    History(#[from] MessageRootError),
    /// No proof can be built.
    #[error(transparent)]
    NotProvable(#[from] NotProvable),
    /// More logs than a batch can hold.
    #[error(transparent)]
    TreeFull(#[from] TreeFull),
    /// A proof that was just built is malformed.
    #[error(transparent)]
    Malformed(#[from] MalformedProof),
    /// A proof that was just built does not verify.
    #[error(transparent)]
    Unverified(#[from] VerifyError),
    /// The account has too little of a token.
    #[error(
        "account {account} has {balance} on chain {chain_id}, which is too little for {needed}"
    )]
    InsufficientBalance {
        /// Chain.
        chain_id: u64,
        /// The account.
        account: Address,
        /// What it has, in the token's smallest unit.
        balance: U256,
        /// What it needs.
        needed: Box<Tokens>,
    },
    /// The custody may not take the tokens.
    #[error("account {account} has to call on chain {chain_id} first: {approval}")]
    NotApproved {
        /// Chain.
        chain_id: u64,
        /// Whose tokens they are.
        account: Address,
        /// What is missing.
        approval: Box<Approval>,
    },
    /// There is no token of that kind.
    #[error(
        "{token} on chain {chain_id} is no token of that kind: it has no code, or does not answer like one"
    )]
    NotAToken {
        /// Chain.
        chain_id: u64,
        /// The address.
        token: Address,
    },
    /// The token is of another kind.
    #[error("{token} on chain {chain_id} is an {}, not an {}", kind_name(*.actual), kind_name(*.asked))]
    WrongKind {
        /// Chain.
        chain_id: u64,
        /// The token.
        token: Address,
        /// Its kind.
        actual: AssetKind,
        /// The kind it was taken for.
        asked: AssetKind,
    },
    /// The token takes no permits.
    #[error("{token} on chain {chain_id} takes no permits (ERC-2612)")]
    NoPermits {
        /// Chain.
        chain_id: u64,
        /// The token.
        token: Address,
    },
    /// The token refuses the permit.
    #[error(
        "{token} on chain {chain_id} refuses the permit, and only {allowed} of {amount} is allowed"
    )]
    PermitRefused {
        /// Chain.
        chain_id: u64,
        /// The token.
        token: Address,
        /// What may be taken, in the token's smallest unit.
        allowed: U256,
        /// What is to be taken.
        amount: U256,
    },
    /// The signer does not sign.
    #[error("the signer of {account} does not sign: {problem}")]
    NotSigned {
        /// Whose signature is missing.
        account: Address,
        /// What the signer says.
        problem: String,
    },
    /// No transfers leave the chain now.
    #[error("new transfers from chain {chain_id} are paused")]
    TransfersPaused {
        /// Chain.
        chain_id: u64,
    },
    /// The token's issuer has paused the way to that chain.
    #[error(
        "the issuer of {token} on chain {chain_id} has paused transfers to chain {destination}"
    )]
    RoutePaused {
        /// Chain.
        chain_id: u64,
        /// The token.
        token: Address,
        /// Where it was to go.
        destination: U256,
    },
    /// The limit of the token's issuer does not allow so much now.
    #[error(
        "of {token}, {available} may leave chain {chain_id} for chain {destination} now, not {amount}"
    )]
    LimitExceeded {
        /// Chain.
        chain_id: u64,
        /// The token.
        token: Address,
        /// Where it was to go.
        destination: U256,
        /// How much, in the token's smallest unit.
        amount: U256,
        /// How much may leave now.
        available: U256,
    },
    /// A regulated token bars an account.
    #[error("{token} on chain {chain_id} lets {account} neither send nor receive (ERC-7943)")]
    CannotTransact {
        /// Chain.
        chain_id: u64,
        /// The token.
        token: Address,
        /// The account.
        account: Address,
    },
    /// A regulated token does not allow this transfer.
    #[error("{token} on chain {chain_id} does not let {account} make this transfer (ERC-7943)")]
    CannotTransfer {
        /// Chain.
        chain_id: u64,
        /// The token.
        token: Address,
        /// Who wants to send.
        account: Address,
    },
    /// The withdrawal exceeds the outflow limit of L1.
    #[error("the withdrawal exceeds the outflow limit and is paid from timestamp {until} on")]
    Delayed {
        /// When it can be paid, in seconds.
        until: U256,
    },
    /// The chain has not taken the deposit yet.
    #[error(
        "chain {chain_id} has not run operation {operation} yet; it must before timestamp {expires_at}"
    )]
    DepositQueued {
        /// Chain that the deposit goes to.
        chain_id: u64,
        /// Hash of the operation.
        operation: B256,
        /// In seconds.
        expires_at: u64,
    },
    /// The chain has taken the deposit.
    #[error(
        "chain {chain_id} took the deposit in transaction {transaction}, so it is not given back"
    )]
    DepositArrived {
        /// Chain that the deposit went to.
        chain_id: u64,
        /// Transaction of the chain.
        transaction: B256,
    },
    /// The stage waited for did not come in time.
    #[error("not {stage:?} within {limit:?}; last seen: {last}")]
    Timeout {
        /// Stage waited for.
        stage: Stage,
        /// How long.
        limit: Duration,
        /// Where the message stood last.
        last: Box<Status>,
    },
}

impl Error {
    /// The stable name of the error.
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::NetworkFile { .. } => ErrorCode::NetworkFile,
            Self::UnknownChain { .. } => ErrorCode::UnknownChain,
            Self::WrongChain { .. } => ErrorCode::WrongChain,
            Self::NoCode { .. } => ErrorCode::NoCode,
            Self::UnknownVersion { .. } => ErrorCode::UnknownVersion,
            Self::Rpc { .. } => ErrorCode::Rpc,
            Self::BadAnswer { .. } => ErrorCode::BadAnswer,
            Self::Reverted { .. } => ErrorCode::Reverted,
            Self::TransactionFailed { .. } => ErrorCode::TransactionFailed,
            Self::TransactionPending { .. } => ErrorCode::TransactionPending,
            Self::NoMessage { .. } => ErrorCode::NoMessage,
            Self::Removed { .. } => ErrorCode::Removed,
            Self::NotSettled { .. } => ErrorCode::NotSettled,
            Self::NotRooted { .. } => ErrorCode::NotRooted,
            Self::RootMismatch { .. } => ErrorCode::RootMismatch,
            Self::UnknownRoot { .. } => ErrorCode::UnknownRoot,
            Self::NotInBatch { .. } => ErrorCode::NotInBatch,
            Self::History(_) => ErrorCode::History,
            Self::NotProvable(_) => ErrorCode::NotProvable,
            Self::TreeFull(_) => ErrorCode::TreeFull,
            Self::Malformed(_) => ErrorCode::Malformed,
            Self::Unverified(_) => ErrorCode::Unverified,
            Self::InsufficientBalance { .. } => ErrorCode::InsufficientBalance,
            Self::NotApproved { .. } => ErrorCode::NotApproved,
            Self::NotAToken { .. } => ErrorCode::NotAToken,
            Self::WrongKind { .. } => ErrorCode::WrongKind,
            Self::NoPermits { .. } => ErrorCode::NoPermits,
            Self::PermitRefused { .. } => ErrorCode::PermitRefused,
            Self::NotSigned { .. } => ErrorCode::NotSigned,
            Self::TransfersPaused { .. } => ErrorCode::TransfersPaused,
            Self::RoutePaused { .. } => ErrorCode::RoutePaused,
            Self::LimitExceeded { .. } => ErrorCode::LimitExceeded,
            Self::CannotTransact { .. } => ErrorCode::CannotTransact,
            Self::CannotTransfer { .. } => ErrorCode::CannotTransfer,
            Self::Delayed { .. } => ErrorCode::Delayed,
            Self::DepositQueued { .. } => ErrorCode::DepositQueued,
            Self::DepositArrived { .. } => ErrorCode::DepositArrived,
            Self::Timeout { .. } => ErrorCode::Timeout,
        }
    }

    /// What to do about it.
    pub const fn help(&self) -> &'static str {
        self.code().help()
    }

    /// True if the same call may succeed later without anything being changed.
    pub const fn is_temporary(&self) -> bool {
        matches!(
            self,
            Self::Rpc { .. }
                | Self::NotSettled { .. }
                | Self::NotRooted { .. }
                | Self::RootMismatch { .. }
                | Self::UnknownRoot { .. }
                | Self::History(_)
                | Self::NotProvable(_)
                | Self::LimitExceeded { .. }
                | Self::Delayed { .. }
                | Self::DepositQueued { .. }
                | Self::Timeout { .. }
        )
    }
}

/// Puts the chain and the purpose of a request to its failure.
pub(crate) trait At<T> {
    /// `what` names the request.
    fn at(self, chain_id: u64, what: &'static str) -> Result<T, Error>;
}

impl<T> At<T> for Result<T, TransportError> {
    fn at(self, chain_id: u64, what: &'static str) -> Result<T, Error> {
        self.map_err(|source| {
            match source
                .as_error_resp()
                .and_then(|answer| answer.as_revert_data())
            {
                Some(data) => Error::Reverted {
                    chain_id,
                    what,
                    data,
                },
                None => Error::Rpc {
                    chain_id,
                    what,
                    source: Box::new(source),
                },
            }
        })
    }
}

impl<T> At<T> for Result<T, contract::Error> {
    fn at(self, chain_id: u64, what: &'static str) -> Result<T, Error> {
        self.or_else(|failure| match failure {
            contract::Error::TransportError(source) => Err(source).at(chain_id, what),
            other => Err(Error::BadAnswer {
                chain_id,
                what,
                problem: other.to_string(),
            }),
        })
    }
}

/// A number that a chain gave as 256 bits and that must fit into 64.
pub(crate) fn small(number: U256, chain_id: u64, what: &'static str) -> Result<u64, Error> {
    u64::try_from(number).map_err(|_| Error::BadAnswer {
        chain_id,
        what,
        problem: format!("{number} does not fit into 64 bits"),
    })
}
