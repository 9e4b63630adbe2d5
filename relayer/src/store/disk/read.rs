//! Reads, each from one view.

use std::collections::BTreeMap;
use std::ops::Bound;

use alloy::primitives::{Address, B256};
use redb::ReadableTable;

use super::tables::{
    APPENDS, BATCH_ENDS, BATCHES, BLOCKS, DUE_ERRANDS, ERRANDS, EXECUTION_BLOCKS, EXECUTIONS,
    IMPORTS, INTENTS, LEAVES, MESSAGES, OPEN_INTENTS, ORDERS, QUEUE, STAGE_COUNTS, SWAPS,
};
use super::view::{Tables, View};
use crate::model::{
    AppendedBatch, BlockRef, ChainId, Errand, Execution, ImportedRoot, Intent, LeafPoint,
    MessageRecord, SettledBatch, Stage, Task, UnixSeconds,
    swap::{SwapOrder, SwapRecord},
};
use crate::store::codec::{decode, stage_code, stage_of};
use crate::store::{
    ErrandKind, MessageFilter, Reader, RouteStage, StoreError, SwapFilter, SwapPlace,
};

/// The last key of an id.
pub(super) const LAST_ID: [u8; 32] = [u8::MAX; 32];

/// Up to so many messages are found through the queues of their stage; more are met soon enough in a scan.
const FEW: u64 = 20_000;

impl<T: Tables> View<'_, T> {
    /// Ids of the messages in the filter's stage and to its destination, ascending, where they are few.
    fn few_in_stage(&self, filter: &MessageFilter) -> Result<Option<Vec<B256>>, StoreError> {
        let Some(stage) = filter.stage else {
            return Ok(None);
        };
        let mut destinations = BTreeMap::<ChainId, u64>::new();
        for ((_, destination, of), count) in self.stage_counts()? {
            if of == stage
                && filter
                    .destination
                    .is_none_or(|wanted| wanted == destination)
            {
                let sum = destinations.entry(destination).or_default();
                *sum = sum.saturating_add(count);
            }
        }
        if destinations
            .values()
            .fold(0_u64, |sum, count| sum.saturating_add(*count))
            > FEW
        {
            return Ok(None);
        }
        let mut ids = Vec::new();
        for destination in destinations.into_keys() {
            ids.extend(self.queue(destination, stage, usize::MAX)?);
        }
        ids.sort_unstable();
        Ok(Some(ids))
    }

    fn pick(
        &self,
        ids: Vec<B256>,
        filter: &MessageFilter,
    ) -> Result<Vec<MessageRecord>, StoreError> {
        let mut found = Vec::new();
        for id in ids
            .into_iter()
            .filter(|id| filter.after.is_none_or(|after| *id > after))
        {
            if found.len() >= filter.effective_limit() {
                break;
            }
            found.extend(self.message(id)?.filter(|message| filter.matches(message)));
        }
        Ok(found)
    }

    fn scan(&self, filter: &MessageFilter) -> Result<Vec<MessageRecord>, StoreError> {
        let table = self.table(MESSAGES)?;
        let after = filter.after.map(|id| id.0);
        let from = after.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
        let mut found = Vec::new();
        for entry in table
            .range::<&[u8; 32]>((from, Bound::Unbounded))
            .map_err(|error| self.place.error(error))?
        {
            if found.len() >= filter.effective_limit() {
                break;
            }
            let (key, value) = entry.map_err(|error| self.place.error(error))?;
            let message: MessageRecord =
                decode("messages", &B256::from(key.value()), value.value())?;
            if filter.matches(&message) {
                found.push(message);
            }
        }
        Ok(found)
    }
}

impl<T: Tables> Reader for View<'_, T> {
    fn message(&self, id: B256) -> Result<Option<MessageRecord>, StoreError> {
        self.get(MESSAGES, "messages", &id.0)
    }

    fn messages(&self, filter: &MessageFilter) -> Result<Vec<MessageRecord>, StoreError> {
        match self.few_in_stage(filter)? {
            Some(ids) => self.pick(ids, filter),
            None => self.scan(filter),
        }
    }

    fn queue(
        &self,
        destination: ChainId,
        stage: Stage,
        limit: usize,
    ) -> Result<Vec<B256>, StoreError> {
        let table = self.table(QUEUE)?;
        let code = stage_code(stage);
        let keys = (destination, code, 0, &[0; 32])..=(destination, code, u64::MAX, &LAST_ID);
        let entries = table.range(keys).map_err(|error| self.place.error(error))?;
        entries
            .take(limit)
            .map(|entry| {
                let (key, _) = entry.map_err(|error| self.place.error(error))?;
                let (_, _, _, id) = key.value();
                Ok(B256::from(id))
            })
            .collect()
    }

    fn stage_counts(&self) -> Result<Vec<(RouteStage, u64)>, StoreError> {
        let table = self.table(STAGE_COUNTS)?;
        let entries = table.iter().map_err(|error| self.place.error(error))?;
        entries
            .map(|entry| {
                let (key, count) = entry.map_err(|error| self.place.error(error))?;
                let (source, destination, code) = key.value();
                Ok((
                    (source, destination, stage_of("stage_counts", code)?),
                    count.value(),
                ))
            })
            .collect()
    }

    fn cursor(&self, chain: ChainId) -> Result<Option<BlockRef>, StoreError> {
        self.last(BLOCKS, "blocks", (chain, 0)..=(chain, u64::MAX))
    }

    fn block_at_or_below(
        &self,
        chain: ChainId,
        number: u64,
    ) -> Result<Option<BlockRef>, StoreError> {
        self.last(BLOCKS, "blocks", (chain, 0)..=(chain, number))
    }

    fn leaves(&self, chain: ChainId, first: u64, last: u64) -> Result<Vec<LeafPoint>, StoreError> {
        if first > last {
            return Ok(Vec::new());
        }
        self.range(
            LEAVES,
            "leaves",
            (chain, first, 0)..=(chain, last, u64::MAX),
            usize::MAX,
        )
    }

    fn appends(&self, from: u64, limit: usize) -> Result<Vec<(u64, AppendedBatch)>, StoreError> {
        let table = self.table(APPENDS)?;
        let entries = table
            .range(from..)
            .map_err(|error| self.place.error(error))?;
        entries
            .take(limit)
            .map(|entry| {
                let (key, value) = entry.map_err(|error| self.place.error(error))?;
                Ok((key.value(), decode("appends", &key.value(), value.value())?))
            })
            .collect()
    }

    fn batch(&self, chain: ChainId, number: u64) -> Result<Option<SettledBatch>, StoreError> {
        self.get(BATCHES, "batches", (chain, number))
    }

    fn batch_of_block(
        &self,
        chain: ChainId,
        block: u64,
    ) -> Result<Option<SettledBatch>, StoreError> {
        let ends = self.table(BATCH_ENDS)?;
        let keys = (chain, block, 0)..=(chain, u64::MAX, u64::MAX);
        let first = ends
            .range(keys)
            .map_err(|error| self.place.error(error))?
            .next();
        let Some(entry) = first else { return Ok(None) };
        let (key, ()) = entry
            .map(|(key, _)| (key, ()))
            .map_err(|error| self.place.error(error))?;
        let (_, _, number) = key.value();
        let batch: Option<SettledBatch> = self.get(BATCHES, "batches", (chain, number))?;
        Ok(batch.filter(|batch| batch.first_block <= block))
    }

    fn last_batch(&self, chain: ChainId) -> Result<Option<SettledBatch>, StoreError> {
        self.last(BATCHES, "batches", (chain, 0)..=(chain, u64::MAX))
    }

    fn last_import(&self, chain: ChainId) -> Result<Option<ImportedRoot>, StoreError> {
        self.last(IMPORTS, "imports", (chain, 0)..=(chain, u64::MAX))
    }

    fn import_covering(
        &self,
        chain: ChainId,
        l1_block: u64,
    ) -> Result<Option<ImportedRoot>, StoreError> {
        let found = self.range(IMPORTS, "imports", (chain, l1_block)..=(chain, u64::MAX), 1)?;
        Ok(found.into_iter().next())
    }

    fn execution(&self, message: B256) -> Result<Option<Execution>, StoreError> {
        self.get(EXECUTIONS, "executions", &message.0)
    }

    fn executions_above(&self, chain: ChainId, block: u64) -> Result<Vec<Execution>, StoreError> {
        let Some(from) = block.checked_add(1) else {
            return Ok(Vec::new());
        };
        let places = self.table(EXECUTION_BLOCKS)?;
        let keys = (chain, from, &[0; 32])..=(chain, u64::MAX, &LAST_ID);
        let mut executions = Vec::new();
        for entry in places
            .range(keys)
            .map_err(|error| self.place.error(error))?
        {
            let (key, _) = entry.map_err(|error| self.place.error(error))?;
            let (_, _, id) = key.value();
            executions.extend(self.get::<_, Execution>(EXECUTIONS, "executions", id)?);
        }
        Ok(executions)
    }

    fn open_intents(&self, chain: ChainId, signer: Address) -> Result<Vec<Intent>, StoreError> {
        let open = self.table(OPEN_INTENTS)?;
        let account = &signer.0.0;
        let keys = (chain, account, 0)..=(chain, account, u64::MAX);
        let mut intents = Vec::new();
        for entry in open.range(keys).map_err(|error| self.place.error(error))? {
            let (key, _) = entry.map_err(|error| self.place.error(error))?;
            intents.extend(self.get::<_, Intent>(INTENTS, "intents", key.value())?);
        }
        Ok(intents)
    }

    fn intent(
        &self,
        chain: ChainId,
        signer: Address,
        nonce: u64,
    ) -> Result<Option<Intent>, StoreError> {
        self.get(INTENTS, "intents", (chain, &signer.0.0, nonce))
    }

    fn errand(&self, chain: ChainId, id: B256) -> Result<Option<Errand>, StoreError> {
        self.get(ERRANDS, "errands", (chain, &id.0))
    }

    fn due_errands(
        &self,
        chain: ChainId,
        now: UnixSeconds,
        limit: usize,
    ) -> Result<Vec<Errand>, StoreError> {
        let due = self.table(DUE_ERRANDS)?;
        let keys = (chain, 0, &[0; 32])..=(chain, now, &LAST_ID);
        let mut errands = Vec::new();
        for entry in due
            .range(keys)
            .map_err(|error| self.place.error(error))?
            .take(limit)
        {
            let (key, _) = entry.map_err(|error| self.place.error(error))?;
            let (_, _, id) = key.value();
            errands.extend(self.errand(chain, B256::from(id))?);
        }
        Ok(errands)
    }

    fn errand_counts(&self) -> Result<Vec<(ErrandKind, u64)>, StoreError> {
        let due = self.table(DUE_ERRANDS)?;
        let mut counts = BTreeMap::<_, u64>::new();
        for entry in due.iter().map_err(|error| self.place.error(error))? {
            let (key, label) = entry.map_err(|error| self.place.error(error))?;
            let (chain, _, _) = key.value();
            let known = Task::LABELS.into_iter().find(|name| *name == label.value());
            if let Some(label) = known {
                let count = counts.entry((chain, label)).or_default();
                *count = count.saturating_add(1);
            }
        }
        Ok(counts.into_iter().collect())
    }

    fn swap(&self, id: B256) -> Result<Option<SwapRecord>, StoreError> {
        self.get(SWAPS, "swaps", &id.0)
    }

    fn swaps(&self, filter: &SwapFilter) -> Result<Vec<SwapRecord>, StoreError> {
        self.list_swaps(filter)
    }

    fn due_swaps(&self, now: UnixSeconds, limit: usize) -> Result<Vec<B256>, StoreError> {
        self.list_due_swaps(now, limit)
    }

    fn swap_counts(&self) -> Result<Vec<(SwapPlace, u64)>, StoreError> {
        self.count_swaps()
    }

    fn order(&self, swap: B256) -> Result<Option<SwapOrder>, StoreError> {
        self.get(ORDERS, "orders", &swap.0)
    }

    fn orders(&self) -> Result<Vec<SwapOrder>, StoreError> {
        let keys = &[0; 32]..=&LAST_ID;
        self.range::<_, &[u8; 32], _>(ORDERS, "orders", keys, usize::MAX)
    }
}
