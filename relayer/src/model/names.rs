//! Names of stages and reasons, as they stand in output, metrics and arguments, and the trace id.

use std::fmt;
use std::str::FromStr;

use alloy::hex;

use super::{HoldReason, MessageId, MessageRecord, MilestoneKind, Stage};

impl Stage {
    /// Every stage, in the order of a message's life.
    pub const ALL: [Self; 10] = [
        Self::Seen,
        Self::Rooted,
        Self::Proven,
        Self::Submitted,
        Self::Included,
        Self::Final,
        Self::Held,
        Self::Failed,
        Self::Removed,
        Self::Unknown,
    ];

    /// Name in output and metrics.
    pub fn label(self) -> &'static str {
        match self {
            Self::Seen => "seen",
            Self::Rooted => "rooted",
            Self::Proven => "proven",
            Self::Submitted => "submitted",
            Self::Included => "included",
            Self::Final => "final",
            Self::Held => "held",
            Self::Failed => "failed",
            Self::Removed => "removed",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.label())
    }
}

/// The word names no stage.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no stage; use one of seen, rooted, proven, submitted, included, final, held, failed, removed, unknown"
)]
pub struct UnknownStage(pub String);

impl FromStr for Stage {
    type Err = UnknownStage;

    fn from_str(word: &str) -> Result<Self, UnknownStage> {
        Self::ALL
            .into_iter()
            .find(|stage| stage.label() == word)
            .ok_or_else(|| UnknownStage(word.to_owned()))
    }
}

impl MilestoneKind {
    /// Name in output and metrics.
    pub fn label(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Settled => "settled",
            Self::RootImported => "root_imported",
            Self::Delivered => "delivered",
        }
    }
}

impl HoldReason {
    /// Name in output and metrics, and of its page in the documentation.
    pub fn label(&self) -> &'static str {
        match self {
            Self::RecipientReverts { .. } => "recipient_reverts",
            Self::RecipientMissing { .. } => "recipient_missing",
            Self::WrongReturnValue { .. } => "wrong_return_value",
            Self::TooEarly { .. } => "too_early",
            Self::TooLate { .. } => "too_late",
            Self::NotExecutor { .. } => "not_executor",
            Self::Unbundled => "unbundled",
            Self::UnknownDestination { .. } => "unknown_destination",
            Self::RootMismatch { .. } => "root_mismatch",
            Self::Malformed { .. } => "malformed",
            Self::GasTooHigh { .. } => "gas_too_high",
            Self::Other { .. } => "other",
            Self::DestinationFrozen { .. } => "destination_frozen",
        }
    }
}

impl fmt::Display for HoldReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RecipientReverts { call, reason } => {
                write!(f, "the recipient of call {call} reverts: {reason}")
            }
            Self::RecipientMissing { call, recipient } => {
                write!(f, "the recipient of call {call}, {recipient}, has no code")
            }
            Self::WrongReturnValue { call } => {
                write!(
                    f,
                    "the recipient of call {call} does not return the selector of receiveMessage"
                )
            }
            Self::TooEarly { deliver_after } => {
                write!(f, "it may only be executed after {deliver_after}")
            }
            Self::TooLate { deliver_before } => {
                write!(f, "it had to be executed before {deliver_before}")
            }
            Self::NotExecutor { executor } => write!(f, "only {executor} may execute it"),
            Self::Unbundled => f.write_str("its unbundler settles its calls one by one"),
            Self::UnknownDestination { chain } => {
                write!(f, "chain {chain} is not in the relayer's configuration")
            }
            Self::RootMismatch {
                batch,
                expected,
                actual,
            } => write!(
                f,
                "the logs of batch {batch} give the root {actual}, and L1 settled {expected}; the route is halted"
            ),
            Self::Malformed { reason } => write!(f, "the bundle cannot be decoded: {reason}"),
            Self::GasTooHigh { needed, limit } => {
                write!(f, "it needs {needed} gas, and the limit is {limit}")
            }
            Self::Other { reason } => write!(f, "the chain answered: {reason}"),
            Self::DestinationFrozen { chain, frozen_at } => write!(
                f,
                "L1 froze chain {chain} at {frozen_at}, because it let an operation of its queue expire"
            ),
        }
    }
}

/// The trace id of a message: the first 16 bytes of its bundle hash, in hex. It stands in the field `trace` of every
/// log line about the message.
pub fn trace_id(id: MessageId) -> String {
    hex::encode(id.iter().take(16).copied().collect::<Vec<u8>>())
}

impl MessageRecord {
    /// See [`trace_id`].
    pub fn trace(&self) -> String {
        trace_id(self.id)
    }
}

#[cfg(test)]
mod tests {
    use alloy::primitives::b256;

    use super::*;

    #[test]
    fn every_stage_reads_back_from_its_name() {
        for stage in Stage::ALL {
            assert_eq!(stage.label().parse(), Ok(stage));
        }
        assert_eq!(
            "Seen".parse::<Stage>(),
            Err(UnknownStage("Seen".to_owned()))
        );
    }

    #[test]
    fn the_trace_id_is_the_first_half_of_the_bundle_hash() {
        let id = b256!("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
        assert_eq!(trace_id(id), "000102030405060708090a0b0c0d0e0f");
    }
}
