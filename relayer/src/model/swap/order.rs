//! An order that waits for its lock: all that it takes to make it, after a restart too.

use std::fmt;

use alloy::primitives::B256;
use serde::{Deserialize, Serialize};

use crate::model::UnixSeconds;

/// An order whose lock is not certain yet. Terms and salt are never shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwapOrder {
    /// Its swap.
    pub id: B256,
    /// The terms, as their file has them.
    pub terms: String,
    /// What nobody can guess.
    pub salt: B256,
    /// When it was accepted.
    pub accepted_at: UnixSeconds,
}

impl fmt::Debug for SwapOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SwapOrder")
            .field("id", &self.id)
            .field("accepted_at", &self.accepted_at)
            .finish_non_exhaustive()
    }
}
