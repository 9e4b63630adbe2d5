//! Swaps: written with the names and the due time under which they are found.

use std::collections::BTreeMap;
use std::ops::Bound;

use alloy::primitives::B256;
use redb::ReadableTable;

use super::read::LAST_ID;
use super::tables::{DUE_SWAPS, ORDERS, SWAP_NAMES, SWAPS};
use super::view::{Tables, View};
use super::write::{Writing, table};
use crate::model::UnixSeconds;
use crate::model::swap::{SwapName, SwapOrder, SwapRecord, SwapStage};
use crate::store::codec::{decode, encode};
use crate::store::{Reader, StoreError, SwapFilter, SwapPlace};

/// A name as it stands in keys.
fn key_of(name: &SwapName) -> (u8, String) {
    match name {
        SwapName::Uetr(uetr) => (0, uetr.to_string()),
        SwapName::EndToEnd(id) => (1, id.to_string()),
        SwapName::Key(key) => (2, key.clone()),
    }
}

impl Writing<'_> {
    pub(super) fn put_swap(&self, swap: &SwapRecord) -> Result<(), StoreError> {
        let id = &swap.id.0;
        self.drop_swap(swap.id)?;
        let bytes = encode("swaps", &swap.id, swap)?;
        let mut swaps = table!(self, SWAPS);
        self.storage(swaps.insert(id, bytes.as_slice()))?;
        let mut names = table!(self, SWAP_NAMES);
        for (kind, name) in swap.all_names().iter().map(key_of) {
            self.storage(names.insert((kind, name.as_str(), id), ()))?;
        }
        if !swap.stage.is_terminal() {
            let mut due = table!(self, DUE_SWAPS);
            let place = (swap.source, swap.destination, swap.stage.label());
            self.storage(due.insert((swap.due, id), place))?;
        }
        Ok(())
    }

    pub(super) fn drop_swap(&self, id: B256) -> Result<(), StoreError> {
        let mut swaps = table!(self, SWAPS);
        let Some(old) = self.storage(swaps.remove(&id.0))? else {
            return Ok(());
        };
        let old: SwapRecord = decode("swaps", &id, old.value())?;
        let mut names = table!(self, SWAP_NAMES);
        for (kind, name) in old.all_names().iter().map(key_of) {
            self.storage(names.remove((kind, name.as_str(), &id.0)))?;
        }
        let mut due = table!(self, DUE_SWAPS);
        self.storage(due.remove((old.due, &id.0)))?;
        Ok(())
    }
}

impl Writing<'_> {
    pub(super) fn put_order(&self, order: &SwapOrder) -> Result<(), StoreError> {
        let bytes = encode("orders", &order.id, order)?;
        let mut orders = table!(self, ORDERS);
        self.storage(orders.insert(&order.id.0, bytes.as_slice()))?;
        Ok(())
    }

    pub(super) fn drop_order(&self, id: B256) -> Result<(), StoreError> {
        let mut orders = table!(self, ORDERS);
        self.storage(orders.remove(&id.0))?;
        Ok(())
    }
}

impl<T: Tables> View<'_, T> {
    pub(super) fn list_swaps(&self, filter: &SwapFilter) -> Result<Vec<SwapRecord>, StoreError> {
        match filter.names.first() {
            Some(name) => self.named_swaps(name, filter),
            None => self.scan_swaps(filter),
        }
    }

    fn named_swaps(
        &self,
        name: &SwapName,
        filter: &SwapFilter,
    ) -> Result<Vec<SwapRecord>, StoreError> {
        let (kind, name) = key_of(name);
        let names = self.table(SWAP_NAMES)?;
        let first = filter.after.unwrap_or_default().0;
        let keys = (kind, name.as_str(), &first)..=(kind, name.as_str(), &LAST_ID);
        let mut found = Vec::new();
        for entry in names.range(keys).map_err(|error| self.place.error(error))? {
            if found.len() >= filter.effective_limit() {
                break;
            }
            let (key, _) = entry.map_err(|error| self.place.error(error))?;
            let (_, _, id) = key.value();
            let id = B256::from(id);
            let swap = self.swap(id)?.filter(|swap| filter.matches(swap));
            found.extend(swap.filter(|_| filter.after != Some(id)));
        }
        Ok(found)
    }

    fn scan_swaps(&self, filter: &SwapFilter) -> Result<Vec<SwapRecord>, StoreError> {
        let table = self.table(SWAPS)?;
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
            let swap: SwapRecord = decode("swaps", &B256::from(key.value()), value.value())?;
            if filter.matches(&swap) {
                found.push(swap);
            }
        }
        Ok(found)
    }

    pub(super) fn list_due_swaps(
        &self,
        now: UnixSeconds,
        limit: usize,
    ) -> Result<Vec<B256>, StoreError> {
        let due = self.table(DUE_SWAPS)?;
        let keys = (0, &[0; 32])..=(now, &LAST_ID);
        let entries = due.range(keys).map_err(|error| self.place.error(error))?;
        entries
            .take(limit)
            .map(|entry| {
                let (key, _) = entry.map_err(|error| self.place.error(error))?;
                Ok(B256::from(key.value().1))
            })
            .collect()
    }

    pub(super) fn count_swaps(&self) -> Result<Vec<(SwapPlace, u64)>, StoreError> {
        let due = self.table(DUE_SWAPS)?;
        let mut counts = BTreeMap::<SwapPlace, u64>::new();
        for entry in due.iter().map_err(|error| self.place.error(error))? {
            let (_, place) = entry.map_err(|error| self.place.error(error))?;
            let (source, destination, label) = place.value();
            if let Ok(stage) = label.parse::<SwapStage>() {
                let count = counts.entry((source, destination, stage)).or_default();
                *count = count.saturating_add(1);
            }
        }
        Ok(counts.into_iter().collect())
    }
}
