//! The protocol of atomic swaps as a state machine: two swaps over three chains and L1, searched state by state.
//!
//! [`Protocol`] is the machine. A [`Setting`] says which two swaps run, what may go wrong and how often; [`Rules`] says which
//! rules of the protocol are in force. With all of them the [`properties`] hold in every state that can be reached; without
//! one of them, each of the [`weakenings`](variant::WEAKENINGS) reaches a state that violates the property it names.
//!
//! # What the machine leaves out
//!
//! - Amounts, payloads and proofs. A proof exists exactly where what it proves is in L1's executed state.
//! - When a venue refuses. A forced execution that fails is [`Action::Consume`] with `executes: false`, possible at any time.
//! - The order of blocks within a batch: a batch holds all that its chain has done since the last one. Burials in parts.
//! - Lengths of time. A clock is a flag that may be raised at any moment: the destination's deadline, a queue that has expired,
//!   a grace that is over. No two of them have anything to do with each other.
//! - Importing roots before paying out: a source pays as soon as L1 is final. Importing the lock is an action.
//! - Assets that L1 cannot issue, whose swaps cannot be claimed there.
//!
//! # Time on L1, and reorgs
//!
//! What L1 does is final at once, unless [`Action::Fork`] came before: from then on L1's transactions are not final, chains
//! see the state before the fork, and [`Action::Finalize`] or [`Action::Reorg`] ends it. A transaction that waits for
//! finality and is not taken back differs from one that is final at once only in that others act later, which is a run of its
//! own.

pub mod actions;
mod guards;
pub mod properties;
pub mod report;
pub mod run;
pub mod setting;
mod settlement;
pub mod state;
mod step;
pub mod traces;
pub mod variant;
pub mod words;

pub use actions::Action;
pub use setting::{Protocol, Setting};
pub use state::State;
pub use variant::Rules;
