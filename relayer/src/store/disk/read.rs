//! Reads, each from one snapshot.

use std::borrow::Borrow;
use std::ops::{Bound, RangeBounds};

use alloy::primitives::{Address, B256};
use redb::{
    Key, ReadOnlyTable, ReadTransaction, ReadableDatabase, ReadableTable, Table, TableDefinition,
    TableError, Value, WriteTransaction,
};
use serde::de::DeserializeOwned;

use super::tables::{
    APPENDS, BATCH_ENDS, BATCHES, BLOCKS, EXECUTION_BLOCKS, EXECUTIONS, IMPORTS, INTENTS, LEAVES,
    MESSAGES, OPEN_INTENTS, QUEUE, STAGE_COUNTS,
};
use super::{Disk, Place};
use crate::model::{
    AppendedBatch, BlockRef, ChainId, Execution, ImportedRoot, Intent, LeafPoint, MessageRecord,
    SettledBatch, Stage,
};
use crate::store::codec::{decode, stage_code, stage_of};
use crate::store::forward::forward_reader;
use crate::store::{MessageFilter, Reader, RouteStage, StoreError};

/// The last key of an id.
const LAST_ID: [u8; 32] = [u8::MAX; 32];

/// A transaction that tables can be opened in: one that reads, or the one that is writing.
pub(super) trait Tables: Send + Sync {
    /// The table as this transaction gives it.
    type Table<'a, K: Key + 'static, V: Value + 'static>: ReadableTable<K, V>
    where
        Self: 'a;

    fn open<K: Key + 'static, V: Value + 'static>(
        &self,
        definition: TableDefinition<'_, K, V>,
    ) -> Result<Self::Table<'_, K, V>, TableError>;
}

impl Tables for ReadTransaction {
    type Table<'a, K: Key + 'static, V: Value + 'static> = ReadOnlyTable<K, V>;

    fn open<K: Key + 'static, V: Value + 'static>(
        &self,
        definition: TableDefinition<'_, K, V>,
    ) -> Result<ReadOnlyTable<K, V>, TableError> {
        self.open_table(definition)
    }
}

impl Tables for WriteTransaction {
    type Table<'a, K: Key + 'static, V: Value + 'static> = Table<'a, K, V>;

    fn open<K: Key + 'static, V: Value + 'static>(
        &self,
        definition: TableDefinition<'_, K, V>,
    ) -> Result<Table<'_, K, V>, TableError> {
        self.open_table(definition)
    }
}

impl<D: ReadableDatabase + Send + Sync> Disk<D> {
    fn snapshot(&self) -> Result<Snapshot<'_>, StoreError> {
        let transaction = self
            .database
            .begin_read()
            .map_err(|error| self.place.error(error))?;
        Ok(Snapshot {
            transaction,
            place: &self.place,
        })
    }
}

/// What was committed when it was made.
struct Snapshot<'a> {
    transaction: ReadTransaction,
    place: &'a Place,
}

impl Snapshot<'_> {
    fn view(&self) -> View<'_, ReadTransaction> {
        View {
            tables: &self.transaction,
            place: self.place,
        }
    }
}

forward_reader! { impl<D: DatabaseToRead> for Disk<D>, |store| store.snapshot()?.view() }

/// A database that any thread may read.
pub trait DatabaseToRead: ReadableDatabase + Send + Sync {}
impl<D: ReadableDatabase + Send + Sync> DatabaseToRead for D {}

/// The records as a transaction sees them. A table is closed again before the next is opened twice.
pub(super) struct View<'a, T> {
    pub(super) tables: &'a T,
    pub(super) place: &'a Place,
}

impl<T: Tables> View<'_, T> {
    fn table<K: Key + 'static, V: Value + 'static>(
        &self,
        definition: TableDefinition<'_, K, V>,
    ) -> Result<T::Table<'_, K, V>, StoreError> {
        self.tables
            .open(definition)
            .map_err(|error| self.place.error(error))
    }

    fn get<K: Key + 'static, R: DeserializeOwned>(
        &self,
        definition: TableDefinition<'_, K, &'static [u8]>,
        name: &'static str,
        key: K::SelfType<'_>,
    ) -> Result<Option<R>, StoreError> {
        let table = self.table(definition)?;
        let label = format!("{key:?}");
        let found = table.get(key).map_err(|error| self.place.error(error))?;
        found
            .map(|guard| decode(name, &label, guard.value()))
            .transpose()
    }

    /// The records of a range of keys, at most `limit`.
    fn range<'k, K, R, A>(
        &self,
        definition: TableDefinition<'_, K, &'static [u8]>,
        name: &'static str,
        keys: impl RangeBounds<R> + 'k,
        limit: usize,
    ) -> Result<Vec<A>, StoreError>
    where
        K: Key + 'static,
        R: Borrow<K::SelfType<'k>> + 'k,
        A: DeserializeOwned,
    {
        let table = self.table(definition)?;
        let entries = table.range(keys).map_err(|error| self.place.error(error))?;
        entries
            .take(limit)
            .map(|entry| {
                let (key, value) = entry.map_err(|error| self.place.error(error))?;
                decode(name, &key.value(), value.value())
            })
            .collect()
    }

    /// The record of the last key in a range.
    fn last<'k, K, R, A>(
        &self,
        definition: TableDefinition<'_, K, &'static [u8]>,
        name: &'static str,
        keys: impl RangeBounds<R> + 'k,
    ) -> Result<Option<A>, StoreError>
    where
        K: Key + 'static,
        R: Borrow<K::SelfType<'k>> + 'k,
        A: DeserializeOwned,
    {
        let table = self.table(definition)?;
        let last = table
            .range(keys)
            .map_err(|error| self.place.error(error))?
            .next_back();
        let Some(entry) = last else { return Ok(None) };
        let (key, value) = entry.map_err(|error| self.place.error(error))?;
        decode(name, &key.value(), value.value()).map(Some)
    }
}

impl<T: Tables> Reader for View<'_, T> {
    fn message(&self, id: B256) -> Result<Option<MessageRecord>, StoreError> {
        self.get(MESSAGES, "messages", &id.0)
    }

    fn messages(&self, filter: &MessageFilter) -> Result<Vec<MessageRecord>, StoreError> {
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
}
