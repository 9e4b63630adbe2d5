//! What a reorg takes back.

use std::collections::BTreeSet;

use alloy::primitives::B256;

use crate::{
    model::{
        AppendedBatch, ChainId, MessageEvent, MessageRecord, MilestoneKind, Stage, UnixSeconds,
    },
    store::{Change, Reader, StoreError},
};

use super::{chain::settle, l1, swaps};

/// Stages in which a message may stand on an imported root.
const ON_A_ROOT: [Stage; 6] = [
    Stage::Rooted,
    Stage::Proven,
    Stage::Submitted,
    Stage::Included,
    Stage::Held,
    Stage::Unknown,
];

/// Forgets what stood in blocks of `chain` above `common`, and puts every message and swap back to what still holds.
pub(super) fn changes(
    reader: &dyn Reader,
    chain: ChainId,
    common: u64,
    is_l1: bool,
    now: UnixSeconds,
) -> Result<Vec<Change>, StoreError> {
    let mut changes = vec![Change::DropAbove(chain, common)];
    let ids = if is_l1 {
        settled_above(reader, common)?
    } else {
        touched(reader, chain, common)?
    };
    for id in ids {
        let Some(mut record) = reader.message(id)? else {
            continue;
        };
        let Some(lost) = earliest_lost(&record, chain, common) else {
            continue;
        };
        if let Err(refused) = record.apply(MessageEvent::Reorged { lost }, now) {
            tracing::debug!(trace = crate::model::trace_id(refused.id), %refused, "nothing to take back");
            continue;
        }
        // What another chain executed stays executed, even where the way there is gone.
        if let Some(execution) = reader
            .execution(id)?
            .filter(|execution| execution.chain != chain)
        {
            settle(&mut record, &execution, now);
        }
        changes.push(Change::PutMessage(Box::new(record)));
    }
    changes.extend(swaps::reorged(reader, (chain, is_l1), common, now)?);
    Ok(changes)
}

/// The first milestone of the message that stood in a block that is gone.
fn earliest_lost(record: &MessageRecord, chain: ChainId, common: u64) -> Option<MilestoneKind> {
    let gone = record
        .milestones
        .iter()
        .filter(|milestone| milestone.chain == chain && milestone.at.block > common);
    gone.map(|milestone| milestone.kind).min()
}

/// Messages that may have a milestone in a block that is gone.
fn touched(reader: &dyn Reader, chain: ChainId, common: u64) -> Result<BTreeSet<B256>, StoreError> {
    let mut ids = BTreeSet::new();
    let first = common.saturating_add(1);
    ids.extend(
        reader
            .leaves(chain, first, u64::MAX)?
            .into_iter()
            .filter_map(|leaf| leaf.message),
    );
    ids.extend(
        reader
            .executions_above(chain, common)?
            .into_iter()
            .map(|execution| execution.message),
    );
    for stage in ON_A_ROOT {
        ids.extend(reader.queue(chain, stage, usize::MAX)?);
    }
    Ok(ids)
}

/// Messages of batches that L1 executed above `common`.
fn settled_above(reader: &dyn Reader, common: u64) -> Result<BTreeSet<B256>, StoreError> {
    let mut ids = BTreeSet::new();
    for (_, append) in reader.appends(l1::first_position(common.saturating_add(1)), usize::MAX)? {
        let AppendedBatch::Batch { chain, number, .. } = append else {
            continue;
        };
        let Some(batch) = reader.batch(chain, number)? else {
            continue;
        };
        let leaves = reader.leaves(chain, batch.first_block, batch.last_block)?;
        ids.extend(leaves.into_iter().filter_map(|leaf| leaf.message));
    }
    Ok(ids)
}
