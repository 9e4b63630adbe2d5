//! The prover: which batch is next to be checked, and which messages wait for which root.

use std::collections::BTreeMap;

use alloy::primitives::B256;

use super::{ProveContext, ProveSettings};
use crate::{
    model::{
        BatchPosition, ChainId, HoldReason, ImportedRoot, MessageEvent, MessageRecord, Milestone,
        MilestoneKind, SettledBatch, Stage, TxPoint, UnixSeconds, trace_id,
    },
    roots::{BatchTree, RootsError},
    store::{Change, Reader, StoreError},
};

/// Messages read or changed at once.
const PAGE: usize = 512;
/// First batch of a chain.
const FIRST_BATCH: u64 = 1;

/// What follows from the store and is kept at hand, so that a pass costs nothing per message that waits.
#[derive(Debug, Default)]
pub(super) struct Prover {
    /// Next batch to check, by chain.
    next: BTreeMap<ChainId, u64>,
    /// Messages of checked batches that wait for a root, by destination and L1 block of the batch.
    waiting: BTreeMap<(ChainId, u64), Vec<B256>>,
}

impl Prover {
    /// Finds out from the store what is to do.
    pub(super) fn from_store(
        store: &dyn Reader,
        settings: &ProveSettings,
    ) -> Result<Self, StoreError> {
        let mut prover = Self::default();
        for chain in &settings.chains {
            let next = first_unread_batch(store, *chain)?;
            prover.next.insert(*chain, next);
        }
        for chain in &settings.chains {
            for stage in [Stage::Seen, Stage::Held, Stage::Included] {
                prover.take_up(store, *chain, stage)?;
            }
        }
        Ok(prover)
    }

    fn take_up(
        &mut self,
        store: &dyn Reader,
        destination: ChainId,
        stage: Stage,
    ) -> Result<(), StoreError> {
        for id in store.queue(destination, stage, usize::MAX)? {
            let Some(record) = store.message(id)? else {
                continue;
            };
            let settled = match (record.batch, record.milestone(MilestoneKind::Sent)) {
                (Some(position), _) => store.batch(record.source, position.number)?,
                (None, Some(sent)) => store.batch_of_block(record.source, sent.at.block)?,
                (None, None) => None,
            };
            self.place(&record, settled);
        }
        Ok(())
    }

    fn place(&mut self, record: &MessageRecord, settled: Option<SettledBatch>) {
        let Some(settled) = settled else { return };
        if record.batch.is_some() {
            self.wait(record, &settled);
        } else if let Some(next) = self.next.get_mut(&record.source) {
            *next = settled.number.min(*next);
        }
    }

    fn wait(&mut self, record: &MessageRecord, settled: &SettledBatch) {
        let done = matches!(record.stage, Stage::Failed | Stage::Removed);
        if !done && record.milestone(MilestoneKind::RootImported).is_none() {
            self.waiting
                .entry((record.destination, settled.l1_block.number))
                .or_default()
                .push(record.id);
        }
    }

    /// Checks the batches of a chain that L1 executed, in order, and notes on their messages where they stand.
    pub(super) fn settle(&mut self, ctx: &ProveContext, chain: ChainId) -> Result<(), RootsError> {
        loop {
            let number = self.next.get(&chain).copied().unwrap_or(FIRST_BATCH);
            let Some(batch) = ctx.store.batch(chain, number)? else {
                return Ok(());
            };
            let read_to = ctx.store.cursor(chain)?.map_or(0, |cursor| cursor.number);
            if read_to < batch.last_block {
                return Ok(());
            }
            match ctx.roots.tree(ctx.store.as_ref(), &batch) {
                Ok(tree) => self.note_settled(ctx, &batch, &tree)?,
                Err(error) => {
                    halt(ctx, &batch, &error)?;
                    return Err(error);
                }
            }
            self.next.insert(chain, number.saturating_add(1));
        }
    }

    fn note_settled(
        &mut self,
        ctx: &ProveContext,
        batch: &SettledBatch,
        tree: &BatchTree,
    ) -> Result<(), StoreError> {
        let now = ctx.clock.now();
        let mut settled = Vec::new();
        ctx.store.transact(&mut |reader| {
            settled.clear();
            for (index, point) in (0_u64..).zip(tree.points()) {
                let Some(id) = point.message else { continue };
                let Some(mut record) = reader.message(id)? else {
                    continue;
                };
                if note_batch(&mut record, ctx.settings.l1, batch, index, now) {
                    settled.push(record);
                }
            }
            Ok(settled
                .iter()
                .map(|record| Change::PutMessage(Box::new(record.clone())))
                .collect())
        })?;
        settled.iter().for_each(|record| self.wait(record, batch));
        Ok(())
    }

    /// Moves the messages on whose batch a root imported by `destination` covers. Returns how many can be delivered.
    pub(super) fn prove(
        &mut self,
        ctx: &ProveContext,
        destination: ChainId,
    ) -> Result<usize, RootsError> {
        let Some(import) = ctx.store.last_import(destination)? else {
            return Ok(0);
        };
        if ctx.roots.synced_to() < Some(import.l1_block) {
            return Ok(0);
        }
        ctx.roots.check_import(&import)?;
        let mut proven = prove_messages(ctx, &ctx.store.queue(destination, Stage::Rooted, PAGE)?)?;
        for key in self.covered(destination, &import) {
            let ids = self.waiting.remove(&key).unwrap_or_default();
            for page in ids.chunks(PAGE) {
                proven = proven.saturating_add(prove_messages(ctx, page)?);
            }
        }
        Ok(proven)
    }

    fn covered(&self, destination: ChainId, import: &ImportedRoot) -> Vec<(ChainId, u64)> {
        let range = (destination, 0)..=(destination, import.l1_block);
        self.waiting.range(range).map(|(key, _)| *key).collect()
    }
}

/// The first batch with blocks of the chain that were not read yet: of those before it, every message is in the store.
fn first_unread_batch(store: &dyn Reader, chain: ChainId) -> Result<u64, StoreError> {
    let unread = store
        .cursor(chain)?
        .map_or(0, |cursor| cursor.number.saturating_add(1));
    match store.last_batch(chain)? {
        Some(last) if last.last_block < unread => Ok(last.number.saturating_add(1)),
        _ => Ok(store
            .batch_of_block(chain, unread)?
            .map_or(FIRST_BATCH, |batch| batch.number)),
    }
}

/// Notes the message's batch; false where nothing changes.
fn note_batch(
    record: &mut MessageRecord,
    l1: ChainId,
    batch: &SettledBatch,
    leaf_index: u64,
    now: UnixSeconds,
) -> bool {
    let halted = matches!(record.hold, Some(HoldReason::RootMismatch { .. }));
    if halted && let Err(refused) = record.apply(MessageEvent::Retry, now) {
        tracing::debug!(trace = trace_id(refused.id), %refused, "not released");
    }
    let position = BatchPosition {
        number: batch.number,
        leaf_index,
    };
    let milestone = Milestone {
        kind: MilestoneKind::Settled,
        chain: l1,
        at: TxPoint {
            block: batch.l1_block.number,
            block_hash: batch.l1_block.hash,
            timestamp: batch.l1_block.timestamp,
            tx: batch.l1_tx,
        },
    };
    match record.apply(MessageEvent::Settled(position, milestone), now) {
        Ok(()) => true,
        Err(refused) => {
            tracing::debug!(trace = trace_id(refused.id), %refused, "not settled");
            halted
        }
    }
}

/// Holds the messages of a batch whose logs are not what L1 settled.
fn halt(ctx: &ProveContext, batch: &SettledBatch, error: &RootsError) -> Result<(), StoreError> {
    let RootsError::WrongBatchRoot {
        batch: number,
        expected,
        actual,
        ..
    } = error
    else {
        return Ok(());
    };
    let reason = HoldReason::RootMismatch {
        batch: *number,
        expected: *expected,
        actual: *actual,
    };
    let now = ctx.clock.now();
    ctx.store.transact(&mut |reader| {
        let mut changes = Vec::new();
        for point in reader.leaves(batch.chain, batch.first_block, batch.last_block)? {
            let Some(id) = point.message else { continue };
            let Some(mut record) = reader.message(id)? else {
                continue;
            };
            let held = record.hold.as_ref() == Some(&reason);
            if !held
                && record
                    .apply(MessageEvent::Held(reason.clone(), None), now)
                    .is_ok()
            {
                changes.push(Change::PutMessage(Box::new(record)));
            }
        }
        Ok(changes)
    })
}

/// Moves messages on to `Proven` whose batch a root at their destination covers.
fn prove_messages(ctx: &ProveContext, ids: &[B256]) -> Result<usize, StoreError> {
    if ids.is_empty() {
        return Ok(0);
    }
    let now = ctx.clock.now();
    let mut proven = 0_usize;
    ctx.store.transact(&mut |reader| {
        proven = 0;
        let mut changes = Vec::new();
        for id in ids {
            let Some(mut record) = reader.message(*id)? else {
                continue;
            };
            let Some(import) = covering_import(reader, &record)? else {
                continue;
            };
            let before = record.clone();
            advance(&mut record, &import, now);
            if record != before {
                proven = proven.saturating_add(usize::from(record.stage == Stage::Proven));
                changes.push(Change::PutMessage(Box::new(record)));
            }
        }
        Ok(changes)
    })?;
    Ok(proven)
}

fn covering_import(
    reader: &dyn Reader,
    record: &MessageRecord,
) -> Result<Option<ImportedRoot>, StoreError> {
    let Some(position) = record.batch else {
        return Ok(None);
    };
    let Some(batch) = reader.batch(record.source, position.number)? else {
        return Ok(None);
    };
    reader.import_covering(record.destination, batch.l1_block.number)
}

/// Notes the root, and that the message can be delivered where nothing else stands in its way.
fn advance(record: &mut MessageRecord, import: &ImportedRoot, now: UnixSeconds) {
    let at = TxPoint {
        block: import.at.number,
        block_hash: import.at.hash,
        timestamp: import.at.timestamp,
        tx: import.tx,
    };
    let rooted = Milestone {
        kind: MilestoneKind::RootImported,
        chain: import.chain,
        at,
    };
    for event in [MessageEvent::Rooted(rooted), MessageEvent::Proven] {
        if let Err(refused) = record.apply(event, now) {
            tracing::debug!(trace = trace_id(refused.id), %refused, "not needed");
        }
    }
}
