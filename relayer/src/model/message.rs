//! A message's life, as a state machine without I/O.

use alloy::primitives::{Address, B256, Bytes};
use serde::{Deserialize, Serialize};

use super::{ChainId, UnixSeconds};

/// A transaction in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TxPoint {
    /// Block number.
    pub block: u64,
    /// Block hash.
    pub block_hash: B256,
    /// Block timestamp.
    pub timestamp: UnixSeconds,
    /// Transaction hash.
    pub tx: B256,
}

/// Where a message stands among the batches of its chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchPosition {
    /// Batch number.
    pub number: u64,
    /// Index of the leaf in the batch's log tree.
    pub leaf_index: u64,
}

/// How far a message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Stage {
    /// Seen on its source chain.
    Seen,
    /// Its batch is settled and a root that covers it is imported at the destination.
    Rooted,
    /// Its proof is built and checked.
    Proven,
    /// A delivery is durable and broadcast.
    Submitted,
    /// Executed in a block that may still be reorged away.
    Included,
    /// Executed in a final block.
    Final,
    /// Not deliverable now; the record says why.
    Held,
    /// Can never be delivered; the record says why.
    Failed,
    /// Its source block was reorged away.
    Removed,
    /// The relayer cannot tell; it must look at the chain.
    Unknown,
}

/// Why a message is held or failed: a closed list, each with a page in the documentation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HoldReason {
    /// The recipient reverts; the decoded reason.
    RecipientReverts {
        /// Index of the call.
        call: u64,
        /// Revert reason, decoded as far as possible.
        reason: String,
    },
    /// The recipient has no code.
    RecipientMissing {
        /// Index of the call.
        call: u64,
        /// The address.
        recipient: Address,
    },
    /// The recipient does not return the ERC-7786 selector.
    WrongReturnValue {
        /// Index of the call.
        call: u64,
    },
    /// The call may only run from this time on.
    TooEarly {
        /// Seconds since the epoch.
        deliver_after: UnixSeconds,
    },
    /// The call's deadline is past; only its unbundler can settle it.
    TooLate {
        /// Seconds since the epoch.
        deliver_before: UnixSeconds,
    },
    /// Only this account may execute the bundle.
    NotExecutor {
        /// ERC-7930 address.
        executor: Bytes,
    },
    /// The bundle was unbundled by its unbundler.
    Unbundled,
    /// The destination is no chain of this relayer's configuration.
    UnknownDestination {
        /// The destination.
        chain: ChainId,
    },
    /// The log tree rebuilt from the chain's logs is not the one L1 settled. The route is halted.
    RootMismatch {
        /// Batch number.
        batch: u64,
        /// What L1 has.
        expected: B256,
        /// What the logs give.
        actual: B256,
    },
    /// The bundle cannot be decoded.
    Malformed {
        /// What is wrong.
        reason: String,
    },
    /// The delivery needs more gas than a block of the destination holds or than the configuration allows.
    GasTooHigh {
        /// Gas needed.
        needed: u64,
        /// The limit.
        limit: u64,
    },
    /// Something the relayer does not know; the text says what the chain answered.
    Other {
        /// What the chain answered.
        reason: String,
    },
    /// L1 has frozen the destination, which loses what it does meanwhile.
    DestinationFrozen {
        /// The destination.
        chain: ChainId,
        /// When L1 froze it, in seconds.
        frozen_at: UnixSeconds,
    },
}

/// What happened to a message, for its timeline. Each builds on the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum MilestoneKind {
    /// Sent on the source chain.
    Sent,
    /// Its batch was executed on L1.
    Settled,
    /// A covering root was imported at the destination.
    RootImported,
    /// Delivered.
    Delivered,
}

/// One line of a message's timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Milestone {
    /// What happened.
    pub kind: MilestoneKind,
    /// On which chain.
    pub chain: ChainId,
    /// In which transaction.
    pub at: TxPoint,
}

/// All the relayer knows about one message (a bundle of one or more calls).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageRecord {
    /// Bundle hash. Its first 16 bytes are the trace id in every log line about the message.
    pub id: B256,
    /// Chain it was sent on.
    pub source: ChainId,
    /// Chain it is for.
    pub destination: ChainId,
    /// Interop center that sent it.
    pub center: Address,
    /// Account that sent it.
    pub sender: Address,
    /// The bundle, without the leading 0x01.
    pub bundle: Bytes,
    /// Number of calls in it.
    pub calls: u64,
    /// Index of its leaf's log in the source block.
    pub log_index: u64,
    /// Its batch, once known.
    pub batch: Option<BatchPosition>,
    /// How far it has come.
    pub stage: Stage,
    /// Why it is held or failed.
    pub hold: Option<HoldReason>,
    /// When its stage last changed.
    pub since: UnixSeconds,
    /// Deliveries tried so far.
    pub attempts: u32,
    /// When to try again, where it is held.
    pub retry_at: Option<UnixSeconds>,
    /// Its timeline, oldest first.
    pub milestones: Vec<Milestone>,
}

/// What the stages report about a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MessageEvent {
    /// Its batch was executed on L1.
    Settled(BatchPosition, Milestone),
    /// A covering root is imported at the destination.
    Rooted(Milestone),
    /// Its proof is built.
    Proven,
    /// A delivery is durable.
    Submitted,
    /// The destination executed it.
    Executed(Milestone),
    /// The block that executed it is final.
    Finalized,
    /// It cannot be delivered now.
    Held(HoldReason, Option<UnixSeconds>),
    /// It can never be delivered.
    Failed(HoldReason),
    /// A block that it stood on was reorged away; go back to what still holds.
    Reorged {
        /// Earliest milestone that is gone, and with it all later ones.
        lost: MilestoneKind,
    },
    /// The operator asks to try again now, or the time to do so has come.
    Retry,
    /// A delivery ended without executing it.
    DeliveryDropped,
    /// Nobody can tell what has become of its delivery; the chain must be asked.
    OutcomeUnknown,
}

/// The event does not fit the stage.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("message {id} cannot go from {from:?} on {event}")]
pub struct TransitionError {
    /// The message.
    pub id: B256,
    /// Its stage.
    pub from: Stage,
    /// Name of the event.
    pub event: &'static str,
}
