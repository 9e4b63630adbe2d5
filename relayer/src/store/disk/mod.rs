//! The store on disk, in redb: one file, one writer, one `fdatasync` per commit.

mod read;
mod swaps;
mod tables;
mod view;
mod write;

use std::fs::DirBuilder;
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use redb::{Database, DatabaseError, ReadOnlyDatabase, ReadableDatabase, WriteTransaction};

use super::StoreError;
use crate::model::ChainId;

/// Format of the tables and keys. Raised when they change; an older store is rebuilt from the chains.
pub const FORMAT: u64 = 2;

/// Name of the database in the store's directory.
pub const STORE_FILE: &str = "causeway.redb";

/// Memory for pages of the database, in bytes. What is hot fits: the queues, the newest leaves and messages.
const CACHE_BYTES: usize = 64 * 1024 * 1024;

/// The store with the right to write; one process at a time has it.
pub type DiskStore = Disk<Database>;

/// The store for reading, while no other process writes.
pub type StoreSnapshot = Disk<ReadOnlyDatabase>;

/// A redb database with our tables.
pub struct Disk<D> {
    database: D,
    place: Place,
    l1: ChainId,
}

/// Where the database is; turns what redb says into what to do.
#[derive(Clone)]
pub(super) struct Place(PathBuf);

impl Place {
    fn name(&self) -> String {
        self.0.display().to_string()
    }

    pub(super) fn error(&self, source: impl Into<redb::Error>) -> StoreError {
        let path = self.name();
        match source.into() {
            redb::Error::DatabaseAlreadyOpen => StoreError::Locked { path },
            redb::Error::Io(error) if error.kind() == ErrorKind::StorageFull => {
                StoreError::DiskFull { path }
            }
            redb::Error::Io(error) if error.kind() == ErrorKind::NotFound => {
                StoreError::Missing { path }
            }
            redb::Error::Io(error) if error.kind() == ErrorKind::PermissionDenied => {
                StoreError::Unopenable {
                    path,
                    reason: error.to_string(),
                }
            }
            other => StoreError::Database {
                path,
                source: Box::new(other),
            },
        }
    }
}

impl DiskStore {
    /// Opens the store in `directory`, making it if need be, for the network whose L1 is `l1`.
    pub fn open(directory: &Path, l1: ChainId) -> Result<Self, StoreError> {
        let place = Place(directory.join(STORE_FILE));
        // What is private of swaps stands in it: nobody but its owner may look.
        let made = DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory);
        made.map_err(|error| StoreError::Unopenable {
            path: place.name(),
            reason: error.to_string(),
        })?;
        let database = builder()
            .create(&place.0)
            .map_err(|error| place.error(error))?;
        Self::prepare(database, place, l1)
    }

    fn prepare(database: Database, place: Place, l1: ChainId) -> Result<Self, StoreError> {
        let transaction = database.begin_write().map_err(|error| place.error(error))?;
        create_tables(&transaction).map_err(|error| place.error(error))?;
        stamp(&transaction, &place, l1)?;
        transaction.commit().map_err(|error| place.error(error))?;
        Ok(Self {
            database,
            place,
            l1,
        })
    }
}

impl StoreSnapshot {
    /// Opens the store in `directory` for reading. Repairs it first where its last writer was killed.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        let place = Place(directory.join(STORE_FILE));
        let database = match builder().open_read_only(&place.0) {
            Err(DatabaseError::RepairAborted) => {
                drop(
                    builder()
                        .open(&place.0)
                        .map_err(|error| place.error(error))?,
                );
                builder().open_read_only(&place.0)
            }
            other => other,
        }
        .map_err(|error| place.error(error))?;
        let transaction = database.begin_read().map_err(|error| place.error(error))?;
        let meta = transaction
            .open_table(tables::META)
            .map_err(|error| place.error(error))?;
        let value = |key| {
            Ok(meta
                .get(key)
                .map_err(|error| place.error(error))?
                .map_or(0, |guard| guard.value()))
        };
        check_format(&place, value(tables::META_FORMAT)?)?;
        let l1 = value(tables::META_L1)?;
        drop(meta);
        Ok(Self {
            database,
            place,
            l1,
        })
    }
}

impl<D> Disk<D> {
    /// L1 of the network that the store is for.
    pub fn l1(&self) -> ChainId {
        self.l1
    }
}

fn builder() -> redb::Builder {
    let mut builder = redb::Builder::new();
    builder.set_cache_size(CACHE_BYTES);
    builder
}

fn create_tables(transaction: &WriteTransaction) -> Result<(), redb::TableError> {
    transaction.open_table(tables::META)?;
    transaction.open_table(tables::MESSAGES)?;
    transaction.open_table(tables::QUEUE)?;
    transaction.open_table(tables::STAGE_COUNTS)?;
    transaction.open_table(tables::LEAVES)?;
    transaction.open_table(tables::BLOCKS)?;
    transaction.open_table(tables::APPENDS)?;
    transaction.open_table(tables::BATCHES)?;
    transaction.open_table(tables::BATCH_ENDS)?;
    transaction.open_table(tables::IMPORTS)?;
    transaction.open_table(tables::EXECUTIONS)?;
    transaction.open_table(tables::EXECUTION_BLOCKS)?;
    transaction.open_table(tables::INTENTS)?;
    transaction.open_table(tables::OPEN_INTENTS)?;
    transaction.open_table(tables::ERRANDS)?;
    transaction.open_table(tables::DUE_ERRANDS)?;
    transaction.open_table(tables::SWAPS)?;
    transaction.open_table(tables::SWAP_NAMES)?;
    transaction.open_table(tables::DUE_SWAPS)?;
    transaction.open_table(tables::ORDERS)?;
    Ok(())
}

/// Writes format and network into a new store, checks them in an old one.
fn stamp(transaction: &WriteTransaction, place: &Place, l1: ChainId) -> Result<(), StoreError> {
    let mut meta = transaction
        .open_table(tables::META)
        .map_err(|error| place.error(error))?;
    let mut entry = |key: &'static str, value: u64| -> Result<u64, redb::StorageError> {
        use redb::ReadableTable;
        let found = meta.get(key)?.map(|guard| guard.value());
        match found {
            Some(found) => Ok(found),
            None => meta.insert(key, value).map(|_| value),
        }
    };
    let format = entry(tables::META_FORMAT, FORMAT).map_err(|error| place.error(error))?;
    check_format(place, format)?;
    let found = entry(tables::META_L1, l1).map_err(|error| place.error(error))?;
    if found == l1 {
        Ok(())
    } else {
        Err(StoreError::WrongNetwork {
            path: place.name(),
            found,
            expected: l1,
        })
    }
}

fn check_format(place: &Place, found: u64) -> Result<(), StoreError> {
    if found == FORMAT {
        Ok(())
    } else {
        Err(StoreError::WrongFormat {
            path: place.name(),
            found,
            expected: FORMAT,
        })
    }
}

#[cfg(test)]
#[path = "disk_tests.rs"]
mod tests;
