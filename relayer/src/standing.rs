//! Which chains L1 has frozen, as last seen: known to every stage that sends to them.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use crate::model::{ChainId, UnixSeconds};

/// When L1 froze chains that are frozen. A chain that nobody has told about counts as live.
#[derive(Debug, Default)]
pub struct Standings(Mutex<BTreeMap<ChainId, UnixSeconds>>);

impl Standings {
    /// L1 froze the chain then; `None` where it is live.
    pub fn set(&self, chain: ChainId, frozen_at: Option<UnixSeconds>) {
        let mut frozen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match frozen_at {
            Some(time) => frozen.insert(chain, time),
            None => frozen.remove(&chain),
        };
    }

    /// When L1 froze the chain; `None` while it is live.
    pub fn frozen_at(&self, chain: ChainId) -> Option<UnixSeconds> {
        let frozen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        frozen.get(&chain).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_is_frozen_until_it_is_live_again() {
        let standings = Standings::default();
        assert_eq!(standings.frozen_at(271), None);
        standings.set(271, Some(9));
        assert_eq!(standings.frozen_at(271), Some(9));
        assert_eq!(standings.frozen_at(272), None);
        standings.set(271, None);
        assert_eq!(standings.frozen_at(271), None);
    }
}
