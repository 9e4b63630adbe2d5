//! What the relayer knows about messages, batches and roots: plain values and pure transitions, no I/O.

mod batch;
mod errand;
mod explain;
mod intent;
mod message;
mod names;
pub mod swap;
mod transition;

pub use batch::{
    AppendedBatch, BlockRef, Execution, ImportedRoot, LeafPoint, Outcome, SettledBatch,
};
pub use errand::{Errand, ErrandStep, Task, held_id};
pub use explain::{Actor, CAUSES, Explanation, explain};
pub use intent::{Intent, IntentKind, IntentState};
pub use message::{
    BatchPosition, HoldReason, MessageEvent, MessageRecord, Milestone, MilestoneKind, Stage,
    TransitionError, TxPoint,
};
pub use names::{UnknownStage, trace_id};

/// A message is known by its bundle hash.
pub type MessageId = alloy::primitives::B256;

/// EIP-155 chain id.
pub type ChainId = u64;

/// Seconds since the Unix epoch.
pub type UnixSeconds = u64;
