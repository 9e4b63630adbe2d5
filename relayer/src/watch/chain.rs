//! A page of a chain's logs as changes.

use std::collections::{BTreeMap, BTreeSet};

use alloy::primitives::{Address, B256, Bytes, U256};
use causeway_bindings::{InteropBundle, bundle_hash};

use super::errands;
use crate::{
    chain::{
        ChainLog, LogPage,
        events::{ChainContracts, ChainEvent, EventError, decode_chain_event},
    },
    model::{
        BlockRef, ChainId, Errand, Execution, HoldReason, ImportedRoot, LeafPoint, MessageEvent,
        MessageRecord, Milestone, MilestoneKind, Outcome, Stage, TxPoint, UnixSeconds,
    },
    store::{Change, Reader, StoreError},
};

/// What a page says, before it is held against the store.
#[derive(Debug, Default)]
pub(super) struct ChainPage {
    chain: ChainId,
    blocks: BTreeMap<u64, BlockRef>,
    leaves: Vec<LeafPoint>,
    /// Messages as they would be recorded if nothing was known of them.
    sent: Vec<MessageRecord>,
    executions: Vec<Execution>,
    imports: Vec<ImportedRoot>,
    /// Messages to L1: account that sent it, block, leaf, message.
    others: Vec<(Address, u64, B256, Bytes)>,
    withdrawals: Vec<Errand>,
}

impl ChainPage {
    pub(super) fn decode(
        chain: ChainId,
        l1: ChainId,
        contracts: &ChainContracts,
        center: Address,
        page: &LogPage,
    ) -> Result<Self, EventError> {
        let mut found = Self {
            chain,
            ..Self::default()
        };
        for log in &page.logs {
            if let Some(event) = decode_chain_event(contracts, log)? {
                found.take_in(event, log, l1, center);
                found.blocks.insert(log.block.number, log.block);
            }
        }
        found.blocks.insert(page.last.number, page.last);
        Ok(found)
    }

    /// Notes what the chain's vault has sent to L1.
    pub(super) fn note_withdrawals(
        &mut self,
        l1: ChainId,
        vault: Option<Address>,
        now: UnixSeconds,
    ) {
        let of_vault = self
            .others
            .iter()
            .filter(|(sender, ..)| Some(*sender) == vault);
        self.withdrawals = of_vault
            .filter_map(|(_, block, leaf, message)| {
                errands::withdrawal((self.chain, l1), *block, *leaf, message, now)
            })
            .collect();
    }

    /// All changes of the page, its cursor included. `vault` is given where ways back are noted.
    pub(super) fn changes(
        &self,
        reader: &dyn Reader,
        destinations: &BTreeSet<ChainId>,
        vault: Option<Address>,
        now: UnixSeconds,
    ) -> Result<Vec<Change>, StoreError> {
        let mut messages = BTreeMap::new();
        for sent in &self.sent {
            if let Some(record) = first_sight(reader, sent, destinations, now)? {
                messages.insert(record.id, record);
            }
        }
        for execution in &self.executions {
            let known = match messages.remove(&execution.message) {
                Some(record) => Some(record),
                None => reader.message(execution.message)?,
            };
            if let Some(mut record) = known {
                settle(&mut record, execution, now);
                messages.insert(record.id, record);
            }
        }
        let mut changes = errands::fresh(reader, &self.withdrawals)?;
        for record in messages.values() {
            if let Some(vault) = vault.filter(|_| destinations.contains(&record.destination)) {
                changes.extend(errands::way_back(reader, vault, record, now)?);
            }
        }
        if !self.leaves.is_empty() {
            changes.push(Change::PutLeaves(self.chain, self.leaves.clone()));
        }
        changes.extend(self.imports.iter().map(|import| Change::PutImport(*import)));
        changes.extend(
            self.executions
                .iter()
                .map(|execution| Change::PutExecution(*execution)),
        );
        changes.extend(
            messages
                .into_values()
                .map(|record| Change::PutMessage(Box::new(record))),
        );
        changes.extend(
            self.blocks
                .values()
                .map(|block| Change::PutBlock(self.chain, *block)),
        );
        Ok(changes)
    }

    fn take_in(&mut self, event: ChainEvent, log: &ChainLog, l1: ChainId, center: Address) {
        match event {
            ChainEvent::Message { sender, data, leaf } => {
                let record = (sender == center)
                    .then(|| self.message(&data, log, center))
                    .flatten();
                self.leaf(log, leaf, record.as_ref().map(|record| record.id));
                self.sent.extend(record);
                if sender != center {
                    self.others.push((sender, log.block.number, leaf, data));
                }
            }
            ChainEvent::OperationStatus { leaf } => self.leaf(log, leaf, None),
            ChainEvent::Settled { bundle, outcome } => self.executions.push(Execution {
                chain: self.chain,
                message: bundle,
                outcome,
                at: point(log),
            }),
            ChainEvent::RootImported {
                settlement_chain,
                block,
                root,
            } if settlement_chain == l1 => {
                self.imports.push(ImportedRoot {
                    chain: self.chain,
                    l1_block: block,
                    root,
                    at: log.block,
                    tx: log.tx,
                });
            }
            ChainEvent::RootImported { .. } => {}
        }
    }

    fn leaf(&mut self, log: &ChainLog, leaf: B256, message: Option<B256>) {
        self.leaves.push(LeafPoint {
            block: log.block.number,
            log_index: log.log_index,
            leaf,
            message,
        });
    }

    /// The record of a message that the center sent; `None`, with a warning, where it is no bundle of this release.
    fn message(&self, data: &[u8], log: &ChainLog, center: Address) -> Option<MessageRecord> {
        let bundle = match InteropBundle::decode_message(data) {
            Ok(bundle) => bundle,
            Err(error) => {
                tracing::warn!(chain = self.chain, tx = %log.tx, %error, "the center sent a message that is no bundle");
                return None;
            }
        };
        let bytes = data.get(1..)?;
        Some(MessageRecord {
            id: bundle_hash(U256::from(self.chain), bytes),
            source: self.chain,
            destination: bundle.destinationChainId.saturating_to(),
            center,
            sender: bundle
                .calls
                .first()
                .map(|call| call.from)
                .unwrap_or_default(),
            bundle: bytes.to_vec().into(),
            calls: u64::try_from(bundle.calls.len()).unwrap_or(u64::MAX),
            log_index: log.log_index,
            batch: None,
            stage: Stage::Seen,
            hold: None,
            since: log.block.timestamp,
            attempts: 0,
            retry_at: None,
            milestones: vec![Milestone {
                kind: MilestoneKind::Sent,
                chain: self.chain,
                at: point(log),
            }],
        })
    }
}

pub(super) fn point(log: &ChainLog) -> TxPoint {
    TxPoint {
        block: log.block.number,
        block_hash: log.block.hash,
        timestamp: log.block.timestamp,
        tx: log.tx,
    }
}

/// The record of a message seen in a block; `None` where it is known and nothing changes.
fn first_sight(
    reader: &dyn Reader,
    sent: &MessageRecord,
    destinations: &BTreeSet<ChainId>,
    now: UnixSeconds,
) -> Result<Option<MessageRecord>, StoreError> {
    let known = reader.message(sent.id)?;
    if known.is_some_and(|known| known.stage != Stage::Removed) {
        return Ok(None);
    }
    let mut record = MessageRecord {
        since: now,
        ..sent.clone()
    };
    if let Some(execution) = reader.execution(record.id)? {
        settle(&mut record, &execution, now);
    } else if !destinations.contains(&record.destination) {
        let reason = HoldReason::UnknownDestination {
            chain: record.destination,
        };
        note(&mut record, MessageEvent::Held(reason, None), now);
    }
    Ok(Some(record))
}

/// Records on the message what its destination made of it.
pub(super) fn settle(record: &mut MessageRecord, execution: &Execution, now: UnixSeconds) {
    let event = match execution.outcome {
        Outcome::Executed => {
            let kind = MilestoneKind::Delivered;
            MessageEvent::Executed(Milestone {
                kind,
                chain: execution.chain,
                at: execution.at,
            })
        }
        Outcome::Unbundled => MessageEvent::Failed(HoldReason::Unbundled),
    };
    note(record, event, now);
}

/// A page that is read a second time repeats what is known; the record then stays as it is.
fn note(record: &mut MessageRecord, event: MessageEvent, now: UnixSeconds) {
    if let Err(refused) = record.apply(event, now) {
        tracing::debug!(trace = crate::model::trace_id(refused.id), %refused, "nothing new");
    }
}
