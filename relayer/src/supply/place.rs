//! Reads what stands on one chain, at one of its blocks.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use alloy::{
    primitives::{Address, B256, U256},
    sol_types::{SolCall, SolError},
};
use causeway_bindings::{
    Asset, AssetKind, ETHER, IAssetCustody, IAssetRules, IAssetVault, IERC20, IERC721, IERC1155,
    ISharedBridge,
};
use futures::future::try_join_all;

use super::{
    SupplyError,
    events::{HeldTransfer, Representation, minted},
    figures::{Place, Stock, Unit},
    tally::{News, Sources, Tally},
};
use crate::{
    chain::{CallRequest, ChainError, ChainReader, ViewError, view},
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

/// A chain as it was seen so far.
pub(super) struct Seen {
    pub(super) at: Custodian,
    pub(super) tally: Tally,
    /// Tokens that stand for assets here; once there is one, it stays.
    tokens: BTreeMap<B256, Address>,
    pub(super) holder: Option<Holder>,
}

/// The contract that pays a chain's base token out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Holder {
    address: Address,
    endowed: U256,
}

impl Seen {
    pub(super) fn new(at: Custodian, on_l1: Option<(Address, Address)>) -> Self {
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

    pub(super) fn chain(&self) -> ChainId {
        self.at.reader.chain_id()
    }

    /// Sums up all blocks up to this one.
    pub(super) async fn read_to(&mut self, block: u64, news: &mut News) -> Result<(), SupplyError> {
        if self.tally.rules().is_none() {
            let call = IAssetCustody::RULESCall {};
            let rules = view(self.at.reader.as_ref(), self.at.custody, &call, None).await?;
            self.tally.set_rules(rules);
        }
        self.tally
            .read_to(self.at.reader.as_ref(), block, news)
            .await
    }

    pub(super) async fn ask<C: SolCall>(
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

/// Finds the base token holder, and what it had in the block that the chain starts from.
pub(super) async fn find_holder(at: &Custodian, genesis: u64) -> Result<Holder, SupplyError> {
    let call = IAssetVault::BASE_TOKEN_HOLDERCall {};
    let address = view(at.reader.as_ref(), at.custody, &call, None).await?;
    let endowed = at.reader.balance_at(address, genesis).await?;
    Ok(Holder { address, endowed })
}

pub(super) async fn read_place(
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
