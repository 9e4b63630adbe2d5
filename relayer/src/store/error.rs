//! What can go wrong in the store, and what to do about it.

/// What went wrong in the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused.
    #[error("store at {path}: {source}")]
    Database {
        /// Path of the database.
        path: String,
        /// What it said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Another process has it open.
    #[error(
        "store at {path} is in use by another process; stop that one, or name another path under [store]"
    )]
    Locked {
        /// Path of the database.
        path: String,
    },
    /// The disk has no room left.
    #[error(
        "store at {path}: no space left on the disk; free some and start again, nothing acknowledged is lost"
    )]
    DiskFull {
        /// Path of the database.
        path: String,
    },
    /// The directory or file cannot be opened.
    #[error("store at {path} cannot be opened: {reason}")]
    Unopenable {
        /// Path of the database.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// There is no store at this place.
    #[error(
        "there is no store at {path}; start `causeway run` once, or name the right path under [store]"
    )]
    Missing {
        /// Path of the database.
        path: String,
    },
    /// Written by a release with another format.
    #[error(
        "store at {path} has format {found}, this release reads format {expected}; delete the store and let it be \
         rebuilt from the chains, or run the release that wrote it"
    )]
    WrongFormat {
        /// Path of the database.
        path: String,
        /// Format found.
        found: u64,
        /// Format of this release.
        expected: u64,
    },
    /// Written for another network.
    #[error(
        "store at {path} belongs to a network whose L1 is chain {found}, the configuration says {expected}; name \
         another path under [store], or correct l1.chain_id"
    )]
    WrongNetwork {
        /// Path of the database.
        path: String,
        /// L1 of the store.
        found: u64,
        /// L1 of the configuration.
        expected: u64,
    },
    /// A record was written by another version, or is damaged.
    #[error(
        "store: {table} record {key} cannot be read: {reason}; delete the store and let it be rebuilt from the chains"
    )]
    Codec {
        /// Table of the record.
        table: &'static str,
        /// Its key.
        key: String,
        /// What is wrong.
        reason: String,
    },
}

impl StoreError {
    /// Whether the same request may succeed later without a change: never, a store that failed must be opened anew.
    pub fn retry(&self) -> bool {
        false
    }

    /// Short name for metrics.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Database { .. } => "database",
            Self::Locked { .. } => "locked",
            Self::DiskFull { .. } => "disk_full",
            Self::Unopenable { .. } => "unopenable",
            Self::Missing { .. } => "missing",
            Self::WrongFormat { .. } => "wrong_format",
            Self::WrongNetwork { .. } => "wrong_network",
            Self::Codec { .. } => "codec",
        }
    }
}
