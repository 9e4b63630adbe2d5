//! Reads where the units of something are. L1 is read at one final block, and each chain at the last of its blocks that
//! L1 had executed there, so that the ledger and the chains speak of the same moment.

use std::collections::BTreeMap;

use alloy::primitives::{Address, B256, U256};
use causeway_bindings::{
    Asset, AssetKind, ETHER, IAssetCustody, IAssetLedger, IBatchSettlement, IChainRegistry,
};
use futures::future::{join_all, try_join_all};

use super::{
    SupplyError,
    figures::{LedgerFigures, Route, Supply, Unit},
    place::{Custodian, Seen, find_holder, read_place},
    tally::News,
};
use crate::{
    chain::{Finality, view},
    model::ChainId,
};

/// What of L1 is read beside the shared bridge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Books {
    /// Asset ledger.
    pub ledger: Address,
    /// Batch settlement.
    pub settlement: Address,
    /// Chain registry.
    pub registry: Address,
}

/// A moment, as a final block of L1 and a block of every chain that was executed there.
#[derive(Debug)]
pub struct Moment {
    /// The block of L1.
    pub l1_block: u64,
    /// Of every chain that is configured: its block, or why it is not seen.
    pub chains: BTreeMap<ChainId, Result<u64, SupplyError>>,
}

/// What was seen of a unit.
#[derive(Debug)]
pub struct Sight {
    /// Where it is.
    pub supply: Supply,
    /// Chains that could not be asked.
    pub unseen: Vec<(ChainId, SupplyError)>,
}

/// Sees all chains. What it has summed up stays in memory, so that a further look reads what is new.
pub struct Observer {
    l1: Seen,
    l1_block: u64,
    books: Books,
    chains: BTreeMap<ChainId, Seen>,
    /// Chains of the network, with the block that each starts from.
    joined: BTreeMap<ChainId, u64>,
    assets: BTreeMap<B256, Asset>,
    max_assets: usize,
    unwatched: usize,
}

impl Observer {
    /// Nothing is read yet. Of the fungible assets in use, the first `max_assets` are kept in mind.
    pub fn new(l1: Custodian, books: Books, chains: Vec<Custodian>, max_assets: usize) -> Self {
        let chains = chains
            .into_iter()
            .map(|at| (at.reader.chain_id(), Seen::new(at, None)));
        let mut observer = Self {
            chains: chains.collect(),
            l1: Seen::new(l1, Some((books.ledger, books.registry))),
            l1_block: 0,
            books,
            joined: BTreeMap::new(),
            assets: BTreeMap::new(),
            max_assets: max_assets.max(1),
            unwatched: 0,
        };
        observer.meet(Unit::ether(observer.l1.chain()).asset);
        observer
    }

    /// L1.
    pub fn l1_chain(&self) -> ChainId {
        self.l1.chain()
    }

    /// The fungible assets in use so far, by their ids.
    pub fn assets(&self) -> &BTreeMap<B256, Asset> {
        &self.assets
    }

    /// What is counted of the fungible assets in use so far.
    pub fn units(&self) -> impl Iterator<Item = Unit> {
        self.assets.values().cloned().map(Unit::fungible)
    }

    /// Whether there are more than are kept in mind.
    pub fn check_room(&self) -> Result<(), SupplyError> {
        match self.unwatched {
            0 => Ok(()),
            more => Err(SupplyError::TooManyAssets {
                known: self.assets.len().saturating_add(more),
                most: self.max_assets,
            }),
        }
    }

    /// Goes to the newest final block of L1, and there to the block of each chain that was executed last.
    ///
    /// # Errors
    /// L1 cannot be read. A chain that cannot is told in the moment.
    pub async fn advance(&mut self) -> Result<Moment, SupplyError> {
        // A node that is behind another says nothing about blocks that are summed up already.
        let head = self.l1.at.reader.head(Finality::Final).await?.number;
        self.l1_block = self.l1_block.max(head);
        let l1_block = self.l1_block;
        let mut news = News::default();
        let read = self.l1.read_to(l1_block, &mut news).await;
        self.learn(news);
        read?;
        let ids: Vec<ChainId> = self.chains.keys().copied().collect();
        let mut chains = BTreeMap::new();
        for chain in ids {
            chains.insert(chain, self.advance_chain(chain, l1_block).await);
        }
        Ok(Moment { l1_block, chains })
    }

    async fn advance_chain(&mut self, chain: ChainId, l1_block: u64) -> Result<u64, SupplyError> {
        let Some(genesis) = self.joined.get(&chain).copied() else {
            return Err(self.not_joined(chain).await?);
        };
        let call = IBatchSettlement::executedHeadCall {
            chainId: U256::from(chain),
        };
        let head = self.l1.ask(self.books.settlement, &call, l1_block).await?;
        let mut news = News::default();
        let seen = self
            .chains
            .get_mut(&chain)
            .ok_or(SupplyError::NotConfigured { chain })?;
        if seen.holder.is_none() {
            seen.holder = Some(find_holder(&seen.at, genesis).await?);
        }
        let read = seen.read_to(head.lastBlock, &mut news).await;
        self.learn(news);
        read.map(|()| head.lastBlock)
    }

    /// Why final blocks of L1 do not know a chain.
    async fn not_joined(&self, chain: ChainId) -> Result<SupplyError, SupplyError> {
        let call = IChainRegistry::isRegisteredCall {
            chainId: U256::from(chain),
        };
        let l1 = self.l1.at.reader.as_ref();
        Ok(match view(l1, self.books.registry, &call, None).await? {
            true => SupplyError::NotFinal { chain },
            false => SupplyError::NotRegistered { chain },
        })
    }

    fn learn(&mut self, news: News) {
        self.joined.extend(news.chains);
        for asset in news.assets {
            self.meet(asset);
        }
    }

    fn meet(&mut self, asset: Asset) {
        let id = asset.ledger_key(U256::ZERO);
        if asset.kind != AssetKind::Fungible || self.assets.contains_key(&id) {
            return;
        }
        if self.assets.len() < self.max_assets {
            self.assets.insert(id, asset);
        } else {
            self.unwatched = self.unwatched.saturating_add(1);
        }
    }

    /// The asset behind a token of a chain.
    pub async fn resolve(
        &self,
        chain: ChainId,
        token: Address,
        kind: AssetKind,
    ) -> Result<Asset, SupplyError> {
        if token == ETHER {
            return Ok(Unit::ether(self.l1.chain()).asset);
        }
        let seen = self.seen(chain)?;
        let call = IAssetCustody::assetOfCall { token, kind };
        Ok(view(seen.at.reader.as_ref(), seen.at.custody, &call, None).await?)
    }

    /// Where all units are at that moment. Chains that are not seen are left out.
    ///
    /// # Errors
    /// L1 cannot be read.
    pub async fn read(&mut self, unit: &Unit, moment: &Moment) -> Result<Sight, SupplyError> {
        let l1 = self.l1.chain();
        let ledger = self.read_ledger(unit.key(), moment.l1_block).await?;
        let at_l1 = read_place(&mut self.l1, l1, unit, moment.l1_block).await?;
        let reads = self.chains.iter_mut().filter_map(|(chain, seen)| {
            let block = *moment.chains.get(chain)?.as_ref().ok()?;
            Some(async move { (*chain, read_place(seen, l1, unit, block).await) })
        });
        let mut places = BTreeMap::from([(l1, at_l1)]);
        let mut unseen = Vec::new();
        for (chain, place) in join_all(reads).await {
            match place {
                Ok(place) => {
                    places.insert(chain, place);
                }
                Err(error) => unseen.push((chain, error)),
            }
        }
        let supply = Supply {
            home: unit.home(),
            l1,
            is_ether: unit.is_ether_of(l1),
            ledger,
            places,
        };
        Ok(Sight { supply, unseen })
    }

    async fn read_ledger(&self, key: B256, block: u64) -> Result<LedgerFigures, SupplyError> {
        let issued = IAssetLedger::issuedCall { key };
        let issued = self.l1.ask(self.books.ledger, &issued, block).await?;
        let held = IAssetLedger::heldCall { key };
        let network = self.joined.keys().copied().chain([self.l1.chain()]);
        let reads = network.map(|chain| async move {
            let call = IAssetLedger::balanceCall {
                chainId: U256::from(chain),
                key,
            };
            let balance = self.l1.ask(self.books.ledger, &call, block).await?;
            Ok::<_, SupplyError>((chain, balance))
        });
        let balances = try_join_all(reads).await?;
        Ok(LedgerFigures {
            issued,
            balances: balances.into_iter().collect(),
            pending: self.read_pending(key, block).await?,
            held: self.l1.ask(self.books.ledger, &held, block).await?,
        })
    }

    /// What is on its way, where the ledger's logs leave anything; what its state has elsewhere breaks the identity.
    async fn read_pending(
        &self,
        key: B256,
        block: u64,
    ) -> Result<BTreeMap<Route, U256>, SupplyError> {
        let reads = self
            .l1
            .tally
            .routes(key)
            .into_iter()
            .map(|route| async move {
                let call = IAssetLedger::pendingCall {
                    source: U256::from(route.source),
                    destination: U256::from(route.destination),
                    key,
                };
                let amount = self.l1.ask(self.books.ledger, &call, block).await?;
                Ok::<_, SupplyError>((route, amount))
            });
        Ok(try_join_all(reads).await?.into_iter().collect())
    }

    /// Whether new transfers of the chain are stopped now.
    pub async fn is_paused(&self, chain: ChainId) -> Result<bool, SupplyError> {
        let seen = self.seen(chain)?;
        seen.tally.is_paused(seen.at.reader.as_ref()).await
    }

    fn seen(&self, chain: ChainId) -> Result<&Seen, SupplyError> {
        if chain == self.l1.chain() {
            return Ok(&self.l1);
        }
        let seen = self.chains.get(&chain);
        seen.ok_or(SupplyError::NotConfigured { chain })
    }
}
