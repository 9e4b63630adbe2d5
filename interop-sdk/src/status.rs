//! Where a message stands, and what keeps it there.

use std::fmt;

use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::SolInterface,
};
use causeway_bindings::{
    CallStatus, IInteropHandler::IInteropHandlerErrors as Refusal, describe_revert,
};

use crate::{ImportedRoot, Settlement};

/// The stages of a message, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// In a block of the source chain.
    Sent,
    /// In a batch that is committed on L1.
    InBatch,
    /// In a batch that L1 has executed.
    Settled,
    /// Under a root that the destination has imported: it can be proven there.
    Rooted,
    /// Settled at the destination: all calls ran, or the unbundler has dealt with them.
    Delivered,
}

/// Where a message stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// In a block of the source chain.
    Sent,
    /// In a batch that is committed on L1 but not executed.
    InBatch,
    /// L1 has executed its batch.
    Settled(Settlement),
    /// The destination has imported a root that covers it, and a delivery would go through.
    Rooted {
        /// Where L1 executed its batch.
        settlement: Settlement,
        /// The root.
        root: ImportedRoot,
    },
    /// The destination has imported a root that covers it, but a delivery would be refused now.
    Held {
        /// Where L1 executed its batch.
        settlement: Settlement,
        /// The root.
        root: ImportedRoot,
        /// What is in the way.
        reason: Held,
    },
    /// All calls ran.
    Delivered,
    /// The unbundler settles the calls one by one.
    Unbundled(Vec<CallStatus>),
    /// The block that held it was reorganised away.
    Removed,
}

impl Status {
    /// The stage reached; `None` for a message that was reorganised away.
    pub const fn stage(&self) -> Option<Stage> {
        match self {
            Self::Sent => Some(Stage::Sent),
            Self::InBatch => Some(Stage::InBatch),
            Self::Settled(_) => Some(Stage::Settled),
            Self::Rooted { .. } | Self::Held { .. } => Some(Stage::Rooted),
            Self::Delivered | Self::Unbundled(_) => Some(Stage::Delivered),
            Self::Removed => None,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sent => f.write_str("sent, not in a batch yet"),
            Self::InBatch => f.write_str("in a committed batch"),
            Self::Settled(batch) => {
                write!(
                    f,
                    "settled in batch {} by L1 block {}",
                    batch.batch_number, batch.l1_block
                )
            }
            Self::Rooted { root, .. } => write!(f, "rooted under L1 block {}", root.l1_block),
            Self::Held { reason, .. } => write!(f, "held: {reason}"),
            Self::Delivered => f.write_str("delivered"),
            Self::Unbundled(calls) => {
                let open = calls
                    .iter()
                    .filter(|call| **call == CallStatus::Unprocessed)
                    .count();
                write!(f, "unbundled, {open} of {} calls still open", calls.len())
            }
            Self::Removed => f.write_str("removed by a reorganisation of its chain"),
        }
    }
}

/// Why a delivery would be refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Held {
    /// The recipient reverted. The delivery can be tried again.
    #[error("call {call} reverted: {}", describe_revert(.reason))]
    RecipientReverted {
        /// Index of the call.
        call: U256,
        /// At most 256 bytes of its revert data.
        reason: Bytes,
    },
    /// The recipient has no code on the destination.
    #[error("the recipient of call {call}, {recipient}, has no code on the destination")]
    RecipientMissing {
        /// Index of the call.
        call: U256,
        /// The recipient.
        recipient: Address,
    },
    /// The recipient did not return the ERC-7786 selector.
    #[error(
        "the recipient of call {call} returned {returned}, not the selector of `receiveMessage`"
    )]
    WrongReturnValue {
        /// Index of the call.
        call: U256,
        /// What it returned.
        returned: Bytes,
    },
    /// `deliverBefore` has passed: only the unbundler can still settle the calls.
    #[error("call {call} had to run before {deliver_before}")]
    TooLate {
        /// Index of the call.
        call: U256,
        /// The limit, in seconds.
        deliver_before: U256,
    },
    /// `deliverAfter` has not come yet.
    #[error("call {call} may run from {deliver_after} on")]
    TooEarly {
        /// Index of the call.
        call: U256,
        /// The first timestamp, in seconds.
        deliver_after: U256,
    },
    /// A call asks for more gas than the destination gives to a simulation.
    #[error("call {call} asks for {min_gas_limit} gas, and {available} are there")]
    GasTooLow {
        /// Index of the call.
        call: U256,
        /// What its recipient must be given.
        min_gas_limit: U256,
        /// What the delivery has left at that point.
        available: U256,
    },
    /// The handler refuses the bundle for another reason.
    #[error("{}", describe_revert(.0))]
    Refused(Bytes),
}

impl Held {
    /// Reads what the handler reverted with.
    pub fn from_revert(data: Bytes) -> Self {
        match Refusal::abi_decode(&data) {
            Ok(Refusal::InteropHandlerCallReverted(refusal)) => Self::RecipientReverted {
                call: refusal.callIndex,
                reason: refusal.reason,
            },
            Ok(Refusal::InteropHandlerRecipientMissing(refusal)) => Self::RecipientMissing {
                call: refusal.callIndex,
                recipient: refusal.recipient,
            },
            Ok(Refusal::InteropHandlerWrongReturnValue(refusal)) => Self::WrongReturnValue {
                call: refusal.callIndex,
                returned: refusal.returned,
            },
            Ok(Refusal::InteropHandlerTooLate(refusal)) => Self::TooLate {
                call: refusal.callIndex,
                deliver_before: refusal.deliverBefore,
            },
            Ok(Refusal::InteropHandlerTooEarly(refusal)) => Self::TooEarly {
                call: refusal.callIndex,
                deliver_after: refusal.deliverAfter,
            },
            Ok(Refusal::InteropHandlerGasTooLow(refusal)) => Self::GasTooLow {
                call: refusal.callIndex,
                min_gas_limit: refusal.minGasLimit,
                available: refusal.available,
            },
            _ => Self::Refused(data),
        }
    }
}
