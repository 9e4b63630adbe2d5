//! Sums over the logs of one chain, kept up block by block: what no contract keeps a sum of. Only blocks that L1 has
//! executed, or that are final on L1, are added, so nothing added is ever taken back.

use std::collections::{BTreeMap, BTreeSet};

use alloy::primitives::{Address, B256, U256};
use causeway_bindings::{Asset, AssetKind};

use super::{
    SupplyError,
    events::{
        HeldTransfer, Representation, SupplyEvent, custody_event, ledger_event, registry_event,
        rules_event,
    },
    figures::{Route, Unit},
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
    /// The issuers' rules, once it is known where they are.
    pub(super) rules: Option<Address>,
    /// Ledger and chain registry, on L1.
    pub(super) on_l1: Option<(Address, Address)>,
}

impl Sources {
    fn addresses(&self) -> Vec<Address> {
        let on_l1 = self.on_l1.into_iter();
        let on_l1 = on_l1.flat_map(|(ledger, registry)| [ledger, registry]);
        let all = std::iter::once(self.custody).chain(self.rules);
        all.chain(on_l1).collect()
    }
}

/// The sums.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    sources: Sources,
    next: u64,
    page: u64,
    claimable: Sums<B256>,
    delayed: Sums<B256>,
    /// By ledger key first, so that the routes of one stand together.
    pending: Sums<(B256, Route)>,
    held: Vec<HeldTransfer>,
    offered: BTreeSet<Representation>,
    /// Fungible assets of other chains: what arrived, and what left.
    came: Sums<B256>,
    left: Sums<B256>,
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
#[derive(Clone, Debug)]
struct Sums<K>(BTreeMap<K, U256>);

impl<K> Default for Sums<K> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord> Sums<K> {
    fn of(&self, key: &K) -> U256 {
        self.0.get(key).copied().unwrap_or_default()
    }

    fn add(&mut self, key: K, amount: U256) {
        let sum = self.of(&key).saturating_add(amount);
        self.set(key, sum);
    }

    /// False where there is less than that.
    fn take(&mut self, key: K, amount: U256) -> bool {
        let rest = self.of(&key).checked_sub(amount);
        if let Some(rest) = rest {
            self.set(key, rest);
        }
        rest.is_some()
    }

    fn set(&mut self, key: K, amount: U256) {
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
            delayed: Sums::default(),
            pending: Sums::default(),
            held: Vec::new(),
            offered: BTreeSet::new(),
            came: Sums::default(),
            left: Sums::default(),
            paused: false,
        }
    }

    /// The issuers' rules, once it is known where they are.
    pub(super) fn rules(&self) -> Option<Address> {
        self.sources.rules
    }

    /// The issuers' rules are there; before anything is read.
    pub(super) fn set_rules(&mut self, rules: Address) {
        self.sources.rules = Some(rules);
    }

    /// What arrived and could not be paid.
    pub(super) fn claimable(&self, key: B256) -> U256 {
        self.claimable.of(&key)
    }

    /// What the ledger has booked as arrived and the custody has not taken in yet.
    pub(super) fn delayed(&self, key: B256) -> U256 {
        self.delayed.of(&key)
    }

    /// Routes that the ledger's logs leave something on.
    pub(super) fn routes(&self, key: B256) -> Vec<Route> {
        let from = (key, Route::FIRST);
        let rest = self.pending.0.range(from..);
        let own = rest.take_while(|((other, _), _)| *other == key);
        own.map(|((_, route), _)| *route).collect()
    }

    /// Transfers that wait because of their issuer's rules, and those that did and of which nobody has asked since.
    pub(super) fn held(&self, key: B256) -> impl Iterator<Item = &HeldTransfer> {
        self.held.iter().filter(move |held| held.key == key)
    }

    /// These transfers wait no longer.
    pub(super) fn forget_held(&mut self, released: &BTreeSet<U256>) {
        self.held.retain(|held| !released.contains(&held.index));
    }

    /// Whether a token that stands for an asset is its issuer's own: those of the vault's making have no owner who could
    /// offer them.
    pub(super) fn is_issuers_own(&self, representation: Representation) -> bool {
        self.offered.contains(&representation)
    }

    /// What arrived less what left of a fungible asset of another chain.
    pub(super) fn crossed(&self, key: B256) -> U256 {
        self.came.of(&key).saturating_sub(self.left.of(&key))
    }

    /// Whether new transfers are stopped, by the newest block of `reader`, which may be one that is not added yet.
    pub(super) async fn is_paused(&self, reader: &dyn ChainReader) -> Result<bool, SupplyError> {
        let head = reader.head(Finality::Latest).await?.number;
        let (mut paused, mut next) = (self.paused, self.next);
        while next <= head {
            let last = self.last_of_page(next, head);
            let page = reader.logs(next, last, &[self.sources.custody]).await?;
            for log in &page.logs {
                if let Some(SupplyEvent::Paused(now)) = self.event(reader.chain_id(), log)? {
                    paused = now;
                }
            }
            next = last.saturating_add(1);
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
            let last = self.last_of_page(self.next, block);
            let page = reader.logs(self.next, last, &addresses).await?;
            let mut events = Vec::new();
            for log in &page.logs {
                events.extend(self.event(reader.chain_id(), log)?);
            }
            if events.is_empty() {
                self.next = last.saturating_add(1);
                continue;
            }
            let mut after = self.clone();
            for event in events {
                after.add(reader.chain_id(), event, news)?;
            }
            after.next = last.saturating_add(1);
            *self = after;
        }
        Ok(())
    }

    fn last_of_page(&self, first: u64, end: u64) -> u64 {
        first.saturating_add(self.page.saturating_sub(1)).min(end)
    }

    fn event(&self, chain: ChainId, log: &ChainLog) -> Result<Option<SupplyEvent>, SupplyError> {
        let event = match self.sources.on_l1 {
            Some((ledger, _)) if log.address == ledger => ledger_event(log),
            Some((_, registry)) if log.address == registry => registry_event(log),
            _ if Some(log.address) == self.sources.rules => rules_event(log),
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
        let mut fits = true;
        match event {
            SupplyEvent::Joined(joined, genesis) => news.chains.push((joined, genesis)),
            SupplyEvent::Asset(asset) => news.assets.push(asset),
            SupplyEvent::ClaimAdded(key, amount) => self.claimable.add(key, amount),
            SupplyEvent::ClaimPaid(key, amount) => fits = self.claimable.take(key, amount),
            SupplyEvent::Sent(route, key, amount) => self.pending.add((key, route), amount),
            SupplyEvent::Arrived(route, key, amount) => {
                fits = self.pending.take((key, route), amount);
                self.book(chain, route.destination, key, amount);
            }
            SupplyEvent::TakenBack(route, key, amount) => {
                fits = self.pending.take((key, route), amount);
                self.book(chain, route.source, key, amount);
            }
            SupplyEvent::Released(to, key, amount) => self.book(chain, to, key, amount),
            SupplyEvent::In(unit, amount) => {
                let is_l1 = self.sources.on_l1.is_some();
                fits = !is_l1 || self.delayed.take(unit.key(), amount);
                if crosses(&unit, chain) {
                    self.came.add(unit.key(), amount);
                }
            }
            SupplyEvent::Out(unit, amount) => {
                if crosses(&unit, chain) {
                    self.left.add(unit.key(), amount);
                }
            }
            SupplyEvent::Held(held) => self.held.push(held),
            SupplyEvent::Offered(representation) => {
                self.offered.insert(representation);
            }
            SupplyEvent::Paused(paused) => self.paused = paused,
        }
        if fits {
            Ok(())
        } else {
            Err(SupplyError::StartTooLate { chain })
        }
    }

    /// The ledger is on L1, and so is what L1 takes in, once it does.
    fn book(&mut self, l1: ChainId, at: ChainId, key: B256, amount: U256) {
        if at == l1 {
            self.delayed.add(key, amount);
        }
    }
}

fn crosses(unit: &Unit, chain: ChainId) -> bool {
    unit.asset.kind == AssetKind::Fungible && unit.home() != chain
}
