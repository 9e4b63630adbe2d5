//! What a transaction sees, whether it reads or is the one that writes.

use std::borrow::Borrow;
use std::ops::RangeBounds;

use redb::{
    Key, ReadOnlyTable, ReadTransaction, ReadableDatabase, ReadableTable, Table, TableDefinition,
    TableError, Value, WriteTransaction,
};
use serde::de::DeserializeOwned;

use super::{Disk, Place};
use crate::store::StoreError;
use crate::store::codec::decode;
use crate::store::forward::forward_reader;

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
    pub(super) fn table<K: Key + 'static, V: Value + 'static>(
        &self,
        definition: TableDefinition<'_, K, V>,
    ) -> Result<T::Table<'_, K, V>, StoreError> {
        self.tables
            .open(definition)
            .map_err(|error| self.place.error(error))
    }

    pub(super) fn get<K: Key + 'static, R: DeserializeOwned>(
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
    pub(super) fn range<'k, K, R, A>(
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
    pub(super) fn last<'k, K, R, A>(
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
