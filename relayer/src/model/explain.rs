//! Why a message is where it is: one cause of a closed list, since when, who can act, and what to do next.

use super::{ChainId, HoldReason, MessageRecord, Stage, UnixSeconds};

/// The cause, who can act on it, and what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// Name of the cause; the documentation has a section of this name.
    pub cause: &'static str,
    /// The cause in words, with what is known of it.
    pub text: String,
    /// Since when, in seconds since the epoch.
    pub since: UnixSeconds,
    /// Who can act on it.
    pub who: Actor,
    /// What to do next; a command where there is one.
    pub next: String,
}

/// Who can act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Nothing needs doing.
    Nobody,
    /// This relayer, by itself.
    Relayer,
    /// Who operates the relayer.
    RelayerOperator,
    /// Who operates this chain.
    ChainOperator(ChainId),
    /// Who sent the message, or wrote the sending contract.
    Sender,
    /// Who wrote the receiving contract.
    Recipient,
    /// The account that the bundle names as its executor.
    Executor,
    /// The account that the bundle names as its unbundler.
    Unbundler,
}

impl Actor {
    /// Name in output.
    pub fn describe(self) -> String {
        match self {
            Self::Nobody => "nobody needs to".to_owned(),
            Self::Relayer => "the relayer, by itself".to_owned(),
            Self::RelayerOperator => "the operator of this relayer".to_owned(),
            Self::ChainOperator(chain) => format!("the operator of chain {chain}"),
            Self::Sender => "the sender".to_owned(),
            Self::Recipient => "the author of the recipient contract".to_owned(),
            Self::Executor => "the executor that the bundle names".to_owned(),
            Self::Unbundler => "the unbundler that the bundle names".to_owned(),
        }
    }
}

/// Names of all causes.
pub const CAUSES: [&str; 22] = [
    "waiting_for_settlement",
    "waiting_for_root",
    "proving",
    "waiting_for_delivery",
    "in_flight",
    "waiting_for_finality",
    "delivered",
    "recipient_reverts",
    "recipient_missing",
    "wrong_return_value",
    "too_early",
    "too_late",
    "not_executor",
    "unbundled",
    "unknown_destination",
    "root_mismatch",
    "malformed",
    "gas_too_high",
    "other",
    "destination_frozen",
    "removed",
    "outcome_unknown",
];

/// Explains where a message stands.
pub fn explain(message: &MessageRecord) -> Explanation {
    let since = message.since;
    let cause = |cause, text: String, who, next: String| Explanation {
        cause,
        text,
        since,
        who,
        next,
    };
    match message.stage {
        Stage::Seen if message.batch.is_none() => cause(
            "waiting_for_settlement",
            format!(
                "sent on chain {}; the batch that holds it is not yet executed on L1",
                message.source
            ),
            Actor::ChainOperator(message.source),
            format!(
                "wait for the next batch, or check the operator of chain {}: causeway doctor",
                message.source
            ),
        ),
        Stage::Seen => cause(
            "waiting_for_root",
            format!(
                "{}; chain {} has not imported a root that covers it",
                settled_in(message),
                message.destination
            ),
            Actor::ChainOperator(message.destination),
            format!(
                "wait for the next import, or check the operator of chain {}: causeway doctor",
                message.destination
            ),
        ),
        Stage::Rooted => cause(
            "proving",
            "a root that covers it is imported; its proof is being built".to_owned(),
            Actor::Relayer,
            "wait; if it stays, check that the relayer is ready: causeway doctor".to_owned(),
        ),
        Stage::Proven => cause(
            "waiting_for_delivery",
            "proven; it goes with the next delivery".to_owned(),
            Actor::Relayer,
            "wait; if it stays, check the relayer's balance on the destination: causeway doctor"
                .to_owned(),
        ),
        Stage::Submitted => cause(
            "in_flight",
            format!(
                "delivery {} is broadcast and not yet in a block",
                message.attempts
            ),
            Actor::Relayer,
            "wait; the relayer raises the fees by itself".to_owned(),
        ),
        Stage::Included => cause(
            "waiting_for_finality",
            "executed in a block that is not final yet".to_owned(),
            Actor::Nobody,
            "wait until the block is final".to_owned(),
        ),
        Stage::Final => cause(
            "delivered",
            "executed in a final block".to_owned(),
            Actor::Nobody,
            format!(
                "nothing; see its transactions: causeway msg show {}",
                message.id
            ),
        ),
        Stage::Held | Stage::Failed => held(message),
        Stage::Removed => cause(
            "removed",
            format!(
                "the block of chain {} that sent it was reorged away",
                message.source
            ),
            Actor::Sender,
            "send it again, if its transaction does not come back by itself".to_owned(),
        ),
        Stage::Unknown => cause(
            "outcome_unknown",
            "the relayer cannot tell whether its delivery went through, and asks the chain"
                .to_owned(),
            Actor::Relayer,
            format!(
                "wait, or have it delivered again, which cannot execute it twice: {}",
                retry(message)
            ),
        ),
    }
}

fn settled_in(message: &MessageRecord) -> String {
    message.batch.map_or_else(
        || "settled on L1".to_owned(),
        |batch| {
            format!(
                "settled on L1 in batch {} of chain {}",
                batch.number, message.source
            )
        },
    )
}

fn retry(message: &MessageRecord) -> String {
    format!("causeway msg retry {}", message.id)
}

fn held(message: &MessageRecord) -> Explanation {
    let Some(reason) = &message.hold else {
        let other = HoldReason::Other {
            reason: "no reason is recorded".to_owned(),
        };
        return held_for(message, &other);
    };
    held_for(message, reason)
}

fn held_for(message: &MessageRecord, reason: &HoldReason) -> Explanation {
    let (who, next) = remedy(message, reason);
    Explanation {
        cause: reason.label(),
        text: reason.to_string(),
        since: message.since,
        who,
        next,
    }
}

fn remedy(message: &MessageRecord, reason: &HoldReason) -> (Actor, String) {
    let retry = retry(message);
    match reason {
        HoldReason::RecipientReverts { .. } => (
            Actor::Recipient,
            format!("make the recipient accept the call, then {retry}"),
        ),
        HoldReason::RecipientMissing { recipient, .. } => (
            Actor::Recipient,
            format!("deploy the recipient at {recipient}, then {retry}"),
        ),
        HoldReason::WrongReturnValue { .. } => (
            Actor::Recipient,
            format!(
                "make receiveMessage return its selector 0x2432ef26, or have the bundle unbundled; then {retry}"
            ),
        ),
        HoldReason::TooEarly { deliver_after } => (
            Actor::Nobody,
            format!(
                "wait: it is delivered by itself once the destination's clock passes {deliver_after}"
            ),
        ),
        HoldReason::TooLate { .. } => (
            Actor::Unbundler,
            "have the unbundler cancel the call with unbundleBundle on the destination; assets go back by themselves, or with causeway transfer return"
                .to_owned(),
        ),
        HoldReason::NotExecutor { .. } => (
            Actor::Executor,
            format!(
                "execute it with the executor's key: causeway bundle proof --id {} --out proof.json, then causeway bundle execute",
                message.id
            ),
        ),
        HoldReason::Unbundled => (
            Actor::Unbundler,
            "nothing: its unbundler settles the calls that are left, and assets of those that are cancelled go back".to_owned(),
        ),
        HoldReason::UnknownDestination { chain } => (
            Actor::RelayerOperator,
            format!(
                "add chain {chain} to the configuration and restart, or leave it to another relayer"
            ),
        ),
        HoldReason::RootMismatch { .. } => (
            Actor::RelayerOperator,
            format!(
                "check the RPCs of chain {} against another source, since one of them or the batch is false; then {retry}",
                message.source
            ),
        ),
        HoldReason::Malformed { .. } => (
            Actor::Sender,
            "send a well-formed bundle; this one can never be executed".to_owned(),
        ),
        HoldReason::GasTooHigh { .. } => (
            Actor::RelayerOperator,
            format!(
                "raise relay.max_delivery_gas if the destination's blocks hold as much, restart, then {retry}"
            ),
        ),
        HoldReason::Other { .. } => (
            Actor::RelayerOperator,
            format!("read what the chain answered, then {retry}"),
        ),
        HoldReason::DestinationFrozen { chain, .. } => (
            Actor::ChainOperator(*chain),
            "wait: it is delivered by itself once the chain has settled its queue and is live again"
                .to_owned(),
        ),
    }
}

#[cfg(test)]
#[path = "explain_tests.rs"]
mod tests;
