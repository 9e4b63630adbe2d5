//! Changes to message records, made against what the store holds at that moment.

use alloy::primitives::B256;

use super::DeliverContext;
use crate::{
    model::{MessageEvent, MessageRecord, UnixSeconds, trace_id},
    store::{Change, Reader, StoreError},
};

impl DeliverContext {
    /// Applies to each message what `event` makes of its record; a message that has moved on in the meantime is left.
    pub(super) fn apply(
        &self,
        ids: &[B256],
        mut event: impl FnMut(&MessageRecord) -> Option<MessageEvent>,
    ) -> Result<usize, StoreError> {
        let now = self.clock.now();
        let mut applied = 0;
        self.store.transact(&mut |reader| {
            let changes = changes(reader, ids, now, &mut event)?;
            applied = changes.len();
            Ok(changes)
        })?;
        Ok(applied)
    }
}

/// The changes by which each message goes through what `event` makes of its record.
pub(super) fn changes(
    reader: &dyn Reader,
    ids: &[B256],
    now: UnixSeconds,
    event: &mut dyn FnMut(&MessageRecord) -> Option<MessageEvent>,
) -> Result<Vec<Change>, StoreError> {
    let mut changes = Vec::new();
    for id in ids {
        let Some(mut record) = reader.message(*id)? else {
            continue;
        };
        let Some(event) = event(&record) else {
            continue;
        };
        match record.apply(event, now) {
            Ok(()) => changes.push(Change::PutMessage(Box::new(record))),
            Err(refused) => {
                tracing::debug!(trace = trace_id(refused.id), %refused, "the message has moved on")
            }
        }
    }
    Ok(changes)
}
