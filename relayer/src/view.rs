//! Messages as the interface and the command line show them. The field names are part of the interface: they change
//! only together with [`MESSAGES_SCHEMA`].

use std::collections::BTreeMap;

use alloy::primitives::{Address, B256};
use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::model::{ChainId, MessageRecord, UnixSeconds, explain};

/// Version of the message views.
pub const MESSAGES_SCHEMA: &str = "causeway.messages/v1";

/// What people call the chains.
#[derive(Clone, Debug, Default)]
pub struct ChainNames(BTreeMap<ChainId, String>);

impl ChainNames {
    /// Names from id to name.
    pub fn new(names: impl IntoIterator<Item = (ChainId, String)>) -> Self {
        Self(names.into_iter().collect())
    }

    /// The chain's name, or its id where it has none.
    pub fn name(&self, chain: ChainId) -> String {
        self.0
            .get(&chain)
            .cloned()
            .unwrap_or_else(|| chain.to_string())
    }

    /// The chain that a word names, by name or id.
    pub fn find(&self, word: &str) -> Option<ChainId> {
        let named = self
            .0
            .iter()
            .find(|(_, name)| name.as_str() == word)
            .map(|(id, _)| *id);
        named.or_else(|| word.parse().ok())
    }

    /// All names, by id.
    pub fn all(&self) -> impl Iterator<Item = (ChainId, &str)> {
        self.0.iter().map(|(id, name)| (*id, name.as_str()))
    }
}

impl From<&Config> for ChainNames {
    fn from(config: &Config) -> Self {
        let chains = config
            .chains
            .values()
            .map(|chain| (chain.evm.chain_id, chain.name.clone()));
        Self::new(chains.chain([(config.l1.evm.chain_id, "L1".to_owned())]))
    }
}

/// A chain, by name and id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainView {
    /// EIP-155 id.
    pub chain_id: ChainId,
    /// Name in the configuration, or the id.
    pub name: String,
}

/// Something that happened to a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MilestoneView {
    /// `sent`, `settled`, `root_imported` or `delivered`.
    pub kind: String,
    /// On which chain.
    pub chain: ChainView,
    /// Block number.
    pub block: u64,
    /// Block timestamp, in seconds since the epoch.
    pub timestamp: UnixSeconds,
    /// Transaction.
    pub tx: B256,
}

/// Why a message is where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplanationView {
    /// Name of the cause.
    pub cause: String,
    /// The cause in words.
    pub text: String,
    /// Since when, in seconds since the epoch.
    pub since: UnixSeconds,
    /// Who can act.
    pub who: String,
    /// What to do next.
    pub next: String,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageView {
    /// Bundle hash.
    pub id: B256,
    /// Trace id in the logs.
    pub trace: String,
    /// Chain it was sent on.
    pub source: ChainView,
    /// Chain it is for.
    pub destination: ChainView,
    /// Account that sent it.
    pub sender: Address,
    /// Interop center that sent it.
    pub center: Address,
    /// How many calls it holds.
    pub calls: u64,
    /// How far it has come.
    pub stage: String,
    /// Since when, in seconds since the epoch.
    pub since: UnixSeconds,
    /// Deliveries tried so far.
    pub attempts: u32,
    /// When it is tried again, in seconds since the epoch, where it is held.
    pub retry_at: Option<UnixSeconds>,
    /// Number of its batch, once it is settled.
    pub batch: Option<u64>,
    /// Its timeline, oldest first.
    pub milestones: Vec<MilestoneView>,
    /// Why it is where it is.
    pub explanation: ExplanationView,
}

/// A page of messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessagePage {
    /// [`MESSAGES_SCHEMA`].
    pub schema: String,
    /// The messages, in the order of ids.
    pub messages: Vec<MessageView>,
    /// Where the next page starts: give it as `after`.
    pub next: Option<B256>,
}

impl MessageView {
    /// Shows a message.
    pub fn new(message: &MessageRecord, names: &ChainNames) -> Self {
        let chain = |chain_id| ChainView {
            chain_id,
            name: names.name(chain_id),
        };
        let explanation = explain(message);
        let milestones = message.milestones.iter().map(|milestone| MilestoneView {
            kind: milestone.kind.label().to_owned(),
            chain: chain(milestone.chain),
            block: milestone.at.block,
            timestamp: milestone.at.timestamp,
            tx: milestone.at.tx,
        });
        Self {
            id: message.id,
            trace: message.trace(),
            source: chain(message.source),
            destination: chain(message.destination),
            sender: message.sender,
            center: message.center,
            calls: message.calls,
            stage: message.stage.label().to_owned(),
            since: message.since,
            attempts: message.attempts,
            retry_at: message.retry_at,
            batch: message.batch.map(|batch| batch.number),
            milestones: milestones.collect(),
            explanation: ExplanationView {
                cause: explanation.cause.to_owned(),
                text: explanation.text,
                since: explanation.since,
                who: explanation.who.describe(),
                next: explanation.next,
            },
        }
    }
}

impl MessagePage {
    /// A page of what a listing of at most `limit` messages gave.
    pub fn new(messages: &[MessageRecord], limit: usize, names: &ChainNames) -> Self {
        let full = messages.len() >= limit;
        Self {
            schema: MESSAGES_SCHEMA.to_owned(),
            messages: messages
                .iter()
                .map(|message| MessageView::new(message, names))
                .collect(),
            next: messages.last().filter(|_| full).map(|message| message.id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Stage;
    use crate::store::samples;

    fn names() -> ChainNames {
        ChainNames::new([(10, "alpha".to_owned())])
    }

    #[test]
    fn the_view_of_a_message_is_pinned() {
        let view = MessageView::new(&samples::message(1, 10, 20, Stage::Held, 500), &names());
        insta::assert_snapshot!(serde_json::to_string_pretty(&view).unwrap());
    }

    #[test]
    fn a_full_page_says_where_the_next_one_starts() {
        let messages: Vec<_> = (1..4)
            .map(|id| samples::message(id, 10, 20, Stage::Seen, 5))
            .collect();
        assert_eq!(
            MessagePage::new(&messages, 3, &names()).next,
            Some(B256::repeat_byte(3))
        );
        assert_eq!(MessagePage::new(&messages, 4, &names()).next, None);
    }

    #[test]
    fn chains_are_found_by_name_and_id() {
        assert_eq!(names().find("alpha"), Some(10));
        assert_eq!(names().find("20"), Some(20));
        assert_eq!(names().find("beta"), None);
    }
}
