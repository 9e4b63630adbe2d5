//! Sums over the logs of one chain, kept up block by block: what no contract keeps a sum of. Only blocks that L1 has
//! executed, or that are final on L1, are added, so nothing added is ever taken back.

use std::collections::BTreeMap;

use alloy::primitives::{Address, B256, U256};
use causeway_bindings::Asset;

use super::{
    SupplyError,
    events::{SupplyEvent, custody_event, ledger_event, registry_event},
};
use crate::{
    chain::{ChainLog, ChainReader, Finality, ViewError},
    model::ChainId,
};

/// Contracts whose logs are summed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sources {
    /// Vault of a chain, or shared bridge of L1.
    pub(super) custody: Address,
    /// Ledger and chain registry, on L1.
    pub(super) on_l1: Option<(Address, Address)>,
}

impl Sources {
    fn addresses(&self) -> Vec<Address> {
        let on_l1 = self.on_l1.into_iter();
        let on_l1 = on_l1.flat_map(|(ledger, registry)| [ledger, registry]);
        std::iter::once(self.custody).chain(on_l1).collect()
    }
}

/// The sums.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    sources: Sources,
    next: u64,
    page: u64,
    claimable: Sums,
    held_back: Sums,
    paused: bool,
}

/// What a stretch of blocks brought that is not summed up.
#[derive(Debug, Default)]
pub(super) struct News {
    /// Chains that joined, with the block each starts from.
    pub(super) chains: Vec<(ChainId, u64)>,
    /// Assets that a custody met.
    pub(super) assets: Vec<Asset>,
}

/// Amounts by key, without those that are 0.
#[derive(Clone, Debug, Default)]
struct Sums(BTreeMap<B256, U256>);

impl Sums {
    fn of(&self, key: B256) -> U256 {
        self.0.get(&key).copied().unwrap_or_default()
    }

    fn add(&mut self, key: B256, amount: U256) {
        let sum = self.of(key).saturating_add(amount);
        self.set(key, sum);
    }

    /// False where there is less than that.
    fn take(&mut self, key: B256, amount: U256) -> bool {
        let rest = self.of(key).checked_sub(amount);
        if let Some(rest) = rest {
            self.set(key, rest);
        }
        rest.is_some()
    }

    fn set(&mut self, key: B256, amount: U256) {
        if amount.is_zero() {
            self.0.remove(&key);
        } else {
            self.0.insert(key, amount);
        }
    }
}

impl Tally {
    /// Nothing is read yet; the first block to read is `start`.
    pub(super) fn new(sources: Sources, start: u64, page: u64) -> Self {
        Self {
            sources,
            next: start,
            page: page.max(1),
            claimable: Sums::default(),
            held_back: Sums::default(),
            paused: false,
        }
    }

    /// What arrived and could not be paid.
    pub(super) fn claimable(&self, key: B256) -> U256 {
        self.claimable.of(key)
    }

    /// What the ledger has booked as arrived and the custody has not given yet.
    pub(super) fn held_back(&self, key: B256) -> U256 {
        self.held_back.of(key)
    }

    /// Whether new transfers are stopped, by the newest block of `reader`, which may be one that is not added yet.
    pub(super) async fn is_paused(&self, reader: &dyn ChainReader) -> Result<bool, SupplyError> {
        let head = reader.head(Finality::Latest).await?.number;
        if head < self.next {
            return Ok(self.paused);
        }
        let page = reader
            .logs(self.next, head, &[self.sources.custody])
            .await?;
        let mut paused = self.paused;
        for log in &page.logs {
            if let Some(SupplyEvent::Paused(now)) = self.event(reader.chain_id(), log)? {
                paused = now;
            }
        }
        Ok(paused)
    }

    /// Adds all blocks up to this one, page by page; a page that does not read is added another time.
    pub(super) async fn read_to(
        &mut self,
        reader: &dyn ChainReader,
        block: u64,
        news: &mut News,
    ) -> Result<(), SupplyError> {
        let addresses = self.sources.addresses();
        while self.next <= block {
            let last = self
                .next
                .saturating_add(self.page.saturating_sub(1))
                .min(block);
            let page = reader.logs(self.next, last, &addresses).await?;
            let mut after = self.clone();
            for log in &page.logs {
                if let Some(event) = self.event(reader.chain_id(), log)? {
                    after.add(reader.chain_id(), event, news)?;
                }
            }
            after.next = last.saturating_add(1);
            *self = after;
        }
        Ok(())
    }

    fn event(&self, chain: ChainId, log: &ChainLog) -> Result<Option<SupplyEvent>, SupplyError> {
        let event = match self.sources.on_l1 {
            Some((ledger, _)) if log.address == ledger => ledger_event(chain, log),
            Some((_, registry)) if log.address == registry => registry_event(log),
            _ => custody_event(log),
        };
        event.map_err(|error| ViewError::undecodable(chain, log.address, &error).into())
    }

    fn add(
        &mut self,
        chain: ChainId,
        event: SupplyEvent,
        news: &mut News,
    ) -> Result<(), SupplyError> {
        let is_l1 = self.sources.on_l1.is_some();
        let fits = match event {
            SupplyEvent::Joined(joined, genesis) => {
                news.chains.push((joined, genesis));
                true
            }
            SupplyEvent::Asset(asset) => {
                news.assets.push(asset);
                true
            }
            SupplyEvent::ClaimAdded(key, amount) => {
                self.claimable.add(key, amount);
                true
            }
            SupplyEvent::ClaimPaid(key, amount) => self.claimable.take(key, amount),
            SupplyEvent::Booked(at, key, amount) => {
                if at == chain {
                    self.held_back.add(key, amount);
                }
                true
            }
            SupplyEvent::Given(key, amount) => !is_l1 || self.held_back.take(key, amount),
            SupplyEvent::Paused(paused) => {
                self.paused = paused;
                true
            }
        };
        if fits {
            Ok(())
        } else {
            Err(SupplyError::StartTooLate { chain })
        }
    }
}
