//! What became of deliveries.

use std::collections::{BTreeMap, BTreeSet};

use alloy::primitives::B256;

use super::{DeliverContext, DeliverError, cycle::Courier, diagnose::Release};
use crate::{
    chain::Finality,
    model::{
        HoldReason, Intent, IntentKind, IntentState, MessageEvent, MessageRecord, MilestoneKind,
        Stage,
    },
    store::{Change, StoreError},
};

/// Messages looked at in one cycle.
const WINDOW: usize = 4_096;
/// A message sent so often without effect is held for a while.
const HOLD_AFTER: u32 = 3;

/// What to think of a submitted message that the destination has not executed, as far as was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Its transaction is under way, or its block not read yet.
    Wait,
    /// Its transaction ended without executing it.
    Dropped,
    /// No open transaction holds it: it is dropped once everything up to the present head is read.
    Orphan,
}

/// `transaction` is the open transaction that holds the message, `read_to` the last block that was read.
pub(super) fn fate(transaction: Option<IntentState>, read_to: u64) -> Fate {
    match transaction {
        None => Fate::Orphan,
        Some(IntentState::Pending) => Fate::Wait,
        Some(
            IntentState::Included { success: false, .. } | IntentState::Final { success: false },
        ) => Fate::Dropped,
        Some(IntentState::Included { block, .. }) if block <= read_to => Fate::Dropped,
        Some(IntentState::Included { .. }) => Fate::Wait,
        Some(IntentState::Final { .. } | IntentState::Replaced) => Fate::Orphan,
    }
}

impl Courier {
    /// Takes note of what became of transactions and messages under way.
    pub(super) async fn confirm(&mut self, ctx: &DeliverContext) -> Result<(), DeliverError> {
        for intent in ctx.sender.tick().await? {
            self.take_back(ctx, &intent)?;
        }
        self.finalize(ctx).await?;
        self.drop_ended(ctx).await
    }

    /// Messages of a transaction that never ran go back to the queue, and it does not count against them.
    fn take_back(&self, ctx: &DeliverContext, intent: &Intent) -> Result<(), StoreError> {
        if let (IntentKind::Deliver { messages }, IntentState::Replaced) =
            (&intent.kind, intent.state)
        {
            self.release_blameless(ctx, messages)?;
        }
        Ok(())
    }

    /// Messages executed in blocks that are final now.
    async fn finalize(&self, ctx: &DeliverContext) -> Result<(), DeliverError> {
        let chain = ctx.chain.chain_id();
        let included = ctx.store.queue(chain, Stage::Included, WINDOW)?;
        if included.is_empty() {
            return Ok(());
        }
        let settled = ctx.chain.head(Finality::Final).await?.number;
        ctx.apply(&included, |record| {
            is_final(record, settled).then_some(MessageEvent::Finalized)
        })?;
        Ok(())
    }

    /// Messages whose transaction ended without executing them.
    async fn drop_ended(&mut self, ctx: &DeliverContext) -> Result<(), DeliverError> {
        let chain = ctx.chain.chain_id();
        let submitted: BTreeSet<B256> = ctx
            .store
            .queue(chain, Stage::Submitted, WINDOW)?
            .into_iter()
            .collect();
        self.orphans.retain(|id, _| submitted.contains(id));
        if submitted.is_empty() {
            return Ok(());
        }
        let transactions = by_message(&ctx.sender.open()?);
        let read_to = ctx.store.cursor(chain)?.map_or(0, |cursor| cursor.number);
        let mut dropped = Vec::new();
        let mut orphans = Vec::new();
        for id in submitted {
            match fate(transactions.get(&id).copied(), read_to) {
                Fate::Wait => {}
                Fate::Dropped => dropped.push(id),
                Fate::Orphan => orphans.push(id),
            }
        }
        dropped.extend(self.read_past(ctx, orphans, read_to).await?);
        self.drop_messages(ctx, &dropped)
    }

    /// Those orphans for which everything was read up to the head at which they were noticed.
    async fn read_past(
        &mut self,
        ctx: &DeliverContext,
        orphans: Vec<B256>,
        read_to: u64,
    ) -> Result<Vec<B256>, DeliverError> {
        if orphans.iter().any(|id| !self.orphans.contains_key(id)) {
            let head = ctx.chain.head(Finality::Latest).await?.number;
            for id in &orphans {
                self.orphans.entry(*id).or_insert(head);
            }
        }
        Ok(orphans
            .into_iter()
            .filter(|id| self.orphans.get(id).is_some_and(|head| *head <= read_to))
            .collect())
    }

    fn drop_messages(&mut self, ctx: &DeliverContext, ids: &[B256]) -> Result<(), DeliverError> {
        if ids.is_empty() {
            return Ok(());
        }
        tracing::info!(
            stage = super::STAGE,
            chain = ctx.chain.chain_id(),
            count = ids.len(),
            "deliveries without effect"
        );
        let now = ctx.clock.now();
        let mut held = Vec::new();
        ctx.apply(ids, |record| {
            if record.attempts < HOLD_AFTER {
                return Some(MessageEvent::DeliveryDropped);
            }
            let reason = format!(
                "delivered {} times without effect, though each simulation succeeded",
                record.attempts
            );
            let again = Release::Backoff.time(sent_at(record), now);
            held.extend(again.map(|time| (time, record.id)));
            Some(MessageEvent::Held(HoldReason::Other { reason }, again))
        })?;
        self.held.extend(held.into_iter().map(std::cmp::Reverse));
        Ok(())
    }

    /// Puts messages back whose transaction was never executed, through no fault of theirs.
    pub(super) fn release_blameless(
        &self,
        ctx: &DeliverContext,
        ids: &[B256],
    ) -> Result<(), StoreError> {
        let now = ctx.clock.now();
        ctx.store.transact(&mut |reader| {
            let mut changes = super::record::changes(reader, ids, now, &mut |_| {
                Some(MessageEvent::DeliveryDropped)
            })?;
            for change in &mut changes {
                if let Change::PutMessage(record) = change {
                    record.attempts = record.attempts.saturating_sub(1);
                }
            }
            Ok(changes)
        })
    }
}

/// When the message was sent, by its chain's clock.
pub(super) fn sent_at(record: &MessageRecord) -> u64 {
    record
        .milestone(MilestoneKind::Sent)
        .map_or(record.since, |sent| sent.at.timestamp)
}

fn is_final(record: &MessageRecord, settled: u64) -> bool {
    record
        .milestone(MilestoneKind::Delivered)
        .is_some_and(|delivered| delivered.at.block <= settled)
}

fn by_message(open: &[Intent]) -> BTreeMap<B256, IntentState> {
    let mut states = BTreeMap::new();
    for intent in open {
        if let IntentKind::Deliver { messages } = &intent.kind {
            states.extend(messages.iter().map(|id| (*id, intent.state)));
        }
    }
    states
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fates() {
        let included = |block, success| {
            Some(IntentState::Included {
                block,
                hash: B256::ZERO,
                success,
            })
        };
        let cases = [
            (None, Fate::Orphan),
            (Some(IntentState::Pending), Fate::Wait),
            (included(11, true), Fate::Wait),
            (included(10, true), Fate::Dropped),
            (included(11, false), Fate::Dropped),
            (Some(IntentState::Final { success: false }), Fate::Dropped),
            (Some(IntentState::Final { success: true }), Fate::Orphan),
            (Some(IntentState::Replaced), Fate::Orphan),
        ];
        for (transaction, expected) in cases {
            assert_eq!(fate(transaction, 10), expected, "{transaction:?}");
        }
    }
}
