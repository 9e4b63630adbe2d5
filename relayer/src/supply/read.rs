//! Reads where the units of something are. L1 is read at one final block, and each chain at the last of its blocks that
//! L1 had executed there, so that the ledger and the chains speak of the same moment.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use alloy::{
    primitives::{Address, B256, U256},
    sol_types::{SolCall, SolError},
};
use causeway_bindings::{
    Asset, AssetKind, ETHER, IAssetCustody, IAssetLedger, IAssetRules, IAssetVault,
    IBatchSettlement, IERC20, IERC721, IERC1155, ISharedBridge,
};

use futures::future::{join_all, try_join_all};

use super::{
    SupplyError,
    events::{HeldTransfer, Representation, minted},
    figures::{LedgerFigures, Place, Route, Stock, Supply, Unit},
    tally::{News, Sources, Tally},
};
use crate::{
    chain::{CallRequest, ChainError, ChainReader, Finality, ViewError, view},
    model::ChainId,
};

/// Questions about transfers that wait, asked of a chain at once.
const HELD_AT_ONCE: usize = 16;

/// A chain and the contract that keeps its assets.
#[derive(Clone)]
pub struct Custodian {
    /// Reads the chain.
    pub reader: Arc<dyn ChainReader>,
    /// Vault of a chain, or shared bridge of L1.
    pub custody: Address,
    /// First block with logs.
    pub start_block: u64,
    /// Most blocks of logs read at once.
    pub page: u64,
}

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

struct Seen {
    at: Custodian,
    tally: Tally,
    /// Tokens that stand for assets here; once there is one, it stays.
    tokens: BTreeMap<B256, Address>,
    holder: Option<Holder>,
}

/// The contract that pays a chain's base token out.
#[derive(Clone, Copy, Debug)]
struct Holder {
    address: Address,
    endowed: U256,
}

impl Seen {
    fn new(at: Custodian, on_l1: Option<(Address, Address)>) -> Self {
        let sources = Sources {
            custody: at.custody,
            rules: None,
            on_l1,
        };
        Self {
            tally: Tally::new(sources, at.start_block, at.page),
            at,
            tokens: BTreeMap::new(),
            holder: None,
        }
    }

    fn chain(&self) -> ChainId {
        self.at.reader.chain_id()
    }

    /// Sums up all blocks up to this one.
    async fn read_to(&mut self, block: u64, news: &mut News) -> Result<(), SupplyError> {
        if self.tally.rules().is_none() {
            let call = IAssetCustody::RULESCall {};
            let rules = view(self.at.reader.as_ref(), self.at.custody, &call, None).await?;
            self.tally.set_rules(rules);
        }
        self.tally
            .read_to(self.at.reader.as_ref(), block, news)
            .await
    }

    async fn ask<C: SolCall>(
        &self,
        contract: Address,
        call: &C,
        block: u64,
    ) -> Result<C::Return, SupplyError> {
        Ok(view(self.at.reader.as_ref(), contract, call, Some(block)).await?)
    }

    /// The answer of somebody's token, which may give none, whatever the reason: the node itself answers.
    async fn ask_token<C: SolCall>(
        &self,
        token: Address,
        call: &C,
        block: u64,
    ) -> Result<Option<C::Return>, SupplyError> {
        match view(self.at.reader.as_ref(), token, call, Some(block)).await {
            Ok(answer) => Ok(Some(answer)),
            Err(ViewError::Chain(
                error @ (ChainError::Unreachable { .. } | ChainError::Disagreement { .. }),
            )) => Err(error.into()),
            Err(_) => Ok(None),
        }
    }
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
        let genesis = self.joined.get(&chain).copied();
        let genesis = genesis.ok_or(SupplyError::NotRegistered { chain })?;
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

/// Finds the base token holder, and what it had in the block that the chain starts from.
async fn find_holder(at: &Custodian, genesis: u64) -> Result<Holder, SupplyError> {
    let call = IAssetVault::BASE_TOKEN_HOLDERCall {};
    let address = view(at.reader.as_ref(), at.custody, &call, None).await?;
    let endowed = at.reader.balance_at(address, genesis).await?;
    Ok(Holder { address, endowed })
}

async fn read_place(
    seen: &mut Seen,
    l1: ChainId,
    unit: &Unit,
    block: u64,
) -> Result<Place, SupplyError> {
    let chain = seen.chain();
    let stock = if unit.is_ether_of(l1) {
        match seen.holder {
            Some(holder) => Stock::PaidOut {
                endowed: holder.endowed,
                left: seen.at.reader.balance_at(holder.address, block).await?,
            },
            None => read_ether(seen, block).await?,
        }
    } else if unit.home() == chain {
        read_home(seen, unit, block).await?
    } else {
        read_elsewhere(seen, unit, block).await?
    };
    let key = unit.key();
    Ok(Place {
        block,
        stock,
        claimable: seen.tally.claimable(key),
        delayed: seen.tally.delayed(key),
        held: read_held(seen, key, block).await?,
    })
}

async fn read_ether(seen: &Seen, block: u64) -> Result<Stock, SupplyError> {
    let call = ISharedBridge::solvencyCall { token: ETHER };
    let solvency = seen.ask(seen.at.custody, &call, block).await?;
    Ok(Stock::Locked {
        locked: solvency.owed,
        kept: Some(solvency.kept),
    })
}

async fn read_home(seen: &Seen, unit: &Unit, block: u64) -> Result<Stock, SupplyError> {
    let (token, custody) = (unit.asset.originToken, seen.at.custody);
    let id = unit.token_id;
    Ok(match unit.asset.kind {
        AssetKind::NonFungible => {
            let owner = seen
                .ask_token(token, &IERC721::ownerOfCall { tokenId: id }, block)
                .await?;
            Stock::Kept(U256::from(owner == Some(custody)))
        }
        AssetKind::MultiToken => {
            let call = IERC1155::balanceOfCall {
                account: custody,
                id,
            };
            let kept = seen.ask_token(token, &call, block).await?;
            Stock::Kept(kept.unwrap_or_default())
        }
        AssetKind::Fungible | AssetKind::__Invalid => {
            let call = IAssetCustody::lockedCall { token };
            let locked = seen.ask(custody, &call, block).await?;
            let call = IERC20::balanceOfCall { account: custody };
            let kept = seen.ask_token(token, &call, block).await?;
            Stock::Locked { locked, kept }
        }
    })
}

/// What waits because of the issuer's rules. That one was released leaves no log, so the rules are asked about each.
async fn read_held(seen: &mut Seen, key: B256, block: u64) -> Result<U256, SupplyError> {
    let Some(rules) = seen.tally.rules() else {
        return Ok(U256::ZERO);
    };
    let held: Vec<HeldTransfer> = seen.tally.held(key).cloned().collect();
    let (mut total, mut released) = (U256::ZERO, BTreeSet::new());
    for some in held.chunks(HELD_AT_ONCE) {
        let asked = some
            .iter()
            .map(|held| is_waiting(&seen.at, rules, held, block));
        for (held, waits) in some.iter().zip(try_join_all(asked).await?) {
            if waits {
                total = total.saturating_add(held.amount);
            } else {
                released.insert(held.index);
            }
        }
    }
    seen.tally.forget_held(&released);
    Ok(total)
}

/// Asks as the custody would when it releases the transfer: only one that is not there any more is nothing that waits.
async fn is_waiting(
    at: &Custodian,
    rules: Address,
    held: &HeldTransfer,
    block: u64,
) -> Result<bool, SupplyError> {
    let call = IAssetRules::takeHeldCall {
        token: held.token,
        chainId: held.source,
        index: held.index,
        transfer: held.text.clone(),
    };
    let request = CallRequest {
        from: at.custody,
        to: rules,
        data: call.abi_encode().into(),
        value: U256::ZERO,
        gas: None,
    };
    let gone = IAssetRules::AssetRulesNothingHeld::SELECTOR;
    match at.reader.call_at(&request, block).await {
        Ok(_) => Ok(true),
        Err(ChainError::Reverted { data, .. }) => Ok(!data.starts_with(&gone)),
        Err(error) => Err(error.into()),
    }
}

/// What stands for the asset on a chain that is not its home; nothing minted where nothing does.
async fn read_elsewhere(seen: &mut Seen, unit: &Unit, block: u64) -> Result<Stock, SupplyError> {
    let Some(token) = representation(seen, &unit.asset, block).await? else {
        return Ok(Stock::Minted(U256::ZERO));
    };
    let representation = Representation {
        token,
        asset_id: unit.asset.id(),
    };
    if seen.tally.is_issuers_own(representation) {
        let call = IERC20::totalSupplyCall {};
        return Ok(Stock::IssuersOwn {
            crossed: seen.tally.crossed(unit.key()),
            supply: seen.ask_token(token, &call, block).await?,
        });
    }
    Ok(Stock::Minted(read_minted(seen, token, unit, block).await?))
}

/// What was minted and not burned of a token of the vault's making.
async fn read_minted(
    seen: &Seen,
    token: Address,
    unit: &Unit,
    block: u64,
) -> Result<U256, SupplyError> {
    match unit.asset.kind {
        AssetKind::NonFungible => {
            let call = IERC721::ownerOfCall {
                tokenId: unit.token_id,
            };
            match seen.ask(token, &call, block).await {
                Ok(_) => Ok(U256::ONE),
                Err(SupplyError::View(ViewError::Chain(ChainError::Reverted { .. }))) => {
                    Ok(U256::ZERO)
                }
                Err(error) => Err(error),
            }
        }
        AssetKind::MultiToken => count_minted(seen, token, unit.token_id, block).await,
        AssetKind::Fungible | AssetKind::__Invalid => {
            seen.ask(token, &IERC20::totalSupplyCall {}, block).await
        }
    }
}

async fn representation(
    seen: &mut Seen,
    asset: &Asset,
    block: u64,
) -> Result<Option<Address>, SupplyError> {
    let id = asset.id();
    if let Some(token) = seen.tokens.get(&id) {
        return Ok(Some(*token));
    }
    let call = IAssetCustody::tokenOfCall { assetId: id };
    let token = seen.ask(seen.at.custody, &call, block).await?;
    if token.is_zero() {
        return Ok(None);
    }
    seen.tokens.insert(id, token);
    Ok(Some(token))
}

/// ERC-1155 has no question for how many of a token there are: its logs tell.
async fn count_minted(
    seen: &Seen,
    token: Address,
    token_id: U256,
    block: u64,
) -> Result<U256, SupplyError> {
    let (reader, page) = (seen.at.reader.as_ref(), seen.at.page.max(1));
    let (mut added, mut taken) = (U256::ZERO, U256::ZERO);
    let mut first = seen.at.start_block;
    while first <= block {
        let last = first.saturating_add(page.saturating_sub(1)).min(block);
        for log in &reader.logs(first, last, &[token]).await?.logs {
            let change = minted(log, token_id);
            let (more, less) =
                change.map_err(|error| ViewError::undecodable(reader.chain_id(), token, &error))?;
            added = added.saturating_add(more);
            taken = taken.saturating_add(less);
        }
        first = last.saturating_add(1);
    }
    Ok(added.saturating_sub(taken))
}
