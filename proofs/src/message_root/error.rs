//! What the message root refuses.

use crate::MalformedProof;

/// An event that does not fit the state so far. The state stays as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageRootError {
    /// The chain was registered before.
    #[error("chain {chain_id} is registered already")]
    AlreadyRegistered {
        /// Chain id.
        chain_id: u64,
    },
    /// The chain was never registered.
    #[error("chain {chain_id} is not registered; apply its registration first")]
    UnknownChain {
        /// Chain id.
        chain_id: u64,
    },
    /// The settlement layer has an entry of its own, but settles no batch there.
    #[error("chain {chain_id} is the settlement layer, whose own tree stays empty")]
    SettlementLayer {
        /// Chain id.
        chain_id: u64,
    },
    /// A batch is missing or comes twice.
    #[error(
        "batch {found} of chain {chain_id} does not follow batch {last}; apply batches in order"
    )]
    BatchOutOfOrder {
        /// Chain id.
        chain_id: u64,
        /// Newest batch of the chain.
        last: u64,
        /// Batch that came.
        found: u64,
    },
    /// An event of an earlier block came after one of a later block.
    #[error("block {block} comes after block {last}; rewind first if the chain was reorganised")]
    BlockWentBack {
        /// Newest block applied.
        last: u64,
        /// Block that came.
        block: u64,
    },
}

/// Why there is no proof for a batch in a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotProvable {
    /// The chain was not registered at that block.
    #[error("chain {chain_id} was not registered at block {block}")]
    ChainNotRegistered {
        /// Chain id.
        chain_id: u64,
        /// Block of the snapshot.
        block: u64,
    },
    /// The batch was not settled at that block.
    #[error("batch {batch_number} of chain {chain_id} was not settled at block {block}")]
    BatchNotSettled {
        /// Chain id.
        chain_id: u64,
        /// Batch number.
        batch_number: u64,
        /// Block of the snapshot.
        block: u64,
    },
    /// The path inside the batch does not have the length that the dialect fixes.
    #[error(transparent)]
    Malformed(#[from] MalformedProof),
}
