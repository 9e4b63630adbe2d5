//! The figures that a leg is judged by, read from the chains.

use alloy::primitives::{Address, U256};
use causeway_bindings::{
    AssetKind, Direction, ETHER, IAssetCustody, IAssetRules, IAtomicSwap, IBatchSettlement, IERC20,
    IERC721, IERC1155, IInteropCenter,
};

use super::{
    checks::{DestinationFigures, Figures, L1Figures, Purse, Route, SourceFigures},
    offers::Offer,
    quote::token_on,
    terms::Terms,
    trial::failure,
    venues::offer,
};
use crate::{
    assets::{AssetError, Custody, Order, approvals},
    bundle::{ChainPlace, Network, StepError, ask},
    chain::{ChainReader, Finality},
    model::{ChainId, UnixSeconds},
};

/// Gas that a lock may take.
const LOCK_GAS: u64 = 1_000_000;
/// Gas that paying out may take on the source.
const PAY_GAS: u64 = 1_000_000;
/// Gas that executing may take, what the venue demands aside.
const EXECUTE_GAS: u64 = 2_000_000;
/// Gas that forcing, freezing and cancelling may take on L1.
const L1_GAS: u64 = 1_000_000;

/// Where the contracts stand that the network does not know of.
#[derive(Clone, Copy, Debug)]
pub struct Places {
    /// `AtomicSwap` on every chain.
    pub swap: Address,
    /// `BatchSettlement` on L1.
    pub settlement: Address,
}

/// Reads what the terms are judged by. `payer` pays for the steps after the lock.
pub async fn figures(
    network: &Network,
    places: Places,
    terms: &Terms,
    payer: Address,
) -> Result<Figures, AssetError> {
    let source = network.chain(terms.source)?;
    let destination = network.chain(terms.destination)?;
    let on_destination = on_destination(network, destination, places, terms).await?;
    Ok(Figures {
        purses: purses(network, terms, payer).await?,
        routes: routes(source, destination, terms, &on_destination).await?,
        source: on_source(network, source, places, terms).await?,
        destination: on_destination,
        l1: on_l1(network, places, terms).await?,
    })
}

async fn purses(
    network: &Network,
    terms: &Terms,
    payer: Address,
) -> Result<Vec<Purse>, AssetError> {
    let source = network.chain(terms.source)?.reader.as_ref();
    let destination = network.chain(terms.destination)?.reader.as_ref();
    let given = if terms.gives_base() {
        terms.given.amount.0
    } else {
        U256::ZERO
    };
    let (lock, pay) = if terms.sender == payer {
        (LOCK_GAS.saturating_add(PAY_GAS), None)
    } else {
        (LOCK_GAS, Some(PAY_GAS))
    };
    let execute = EXECUTE_GAS.saturating_add(terms.min_gas);
    let mut purses = vec![purse(source, terms.sender, lock, given).await?];
    if let Some(gas) = pay {
        purses.push(purse(source, payer, gas, U256::ZERO).await?);
    }
    purses.push(purse(destination, payer, execute, U256::ZERO).await?);
    purses.push(purse(network.l1.reader.as_ref(), payer, L1_GAS, U256::ZERO).await?);
    Ok(purses)
}

async fn purse(
    reader: &dyn ChainReader,
    account: Address,
    gas: u64,
    given: U256,
) -> Result<Purse, AssetError> {
    let price = U256::from(reader.fees().await?.max_fee_per_gas);
    Ok(Purse {
        chain: reader.chain_id(),
        account,
        balance: reader.balance(account).await?,
        needed: price.saturating_mul(U256::from(gas)).saturating_add(given),
    })
}

async fn on_source(
    network: &Network,
    place: &ChainPlace,
    places: Places,
    terms: &Terms,
) -> Result<SourceFigures, AssetError> {
    let reader = place.reader.as_ref();
    let chain_id = U256::from(terms.destination);
    let open = IInteropCenter::destinationBaseTokenCall { chainId: chain_id };
    let frozen = IAtomicSwap::isFrozenDestinationCall { chainId: chain_id };
    let longest = ask(reader, places.swap, &IAtomicSwap::MAX_DURATIONCall {}).await?;
    let balance = balance(reader, terms).await?;
    Ok(SourceFigures {
        is_open: !ask(reader, place.center, &open).await?.is_zero(),
        is_told_frozen: ask(reader, places.swap, &frozen).await?,
        longest: longest.saturating_to(),
        most_gas: ask(reader, places.swap, &IAtomicSwap::MAX_MIN_GASCall {}).await?,
        now: now(reader).await?,
        balance,
        // What is not there cannot be allowed either; one reason is enough.
        is_allowed: balance < terms.given.amount.0 || is_allowed(network, terms).await?,
    })
}

async fn now(reader: &dyn ChainReader) -> Result<UnixSeconds, AssetError> {
    Ok(reader.head(Finality::Latest).await?.timestamp)
}

/// Whether the vault may take what is given.
async fn is_allowed(network: &Network, terms: &Terms) -> Result<bool, AssetError> {
    let custody = Custody::of(network, terms.source)?;
    match approvals(custody, &order(terms, false), terms.sender).await {
        Ok(missing) => Ok(missing.is_empty()),
        Err(AssetError::ApprovalForAllNeeded { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// What the vault is asked to take, as an order of a transfer.
pub fn order(terms: &Terms, approve_all: bool) -> Order {
    Order {
        from: terms.source,
        to: terms.destination,
        token: terms.given.token,
        kind: terms.given.kind.into(),
        token_id: terms.given.token_id.0,
        amount: terms.given.amount.0,
        recipient: terms.venue.address,
        deliver_before: 0,
        deposit_gas: 0,
        approve_all,
        inner: None,
    }
}

/// What the account has of what it gives.
async fn balance(reader: &dyn ChainReader, terms: &Terms) -> Result<U256, AssetError> {
    let (token, account) = (terms.given.token, terms.sender);
    let id = terms.given.token_id.0;
    if token == ETHER {
        return Ok(reader.balance(account).await?);
    }
    Ok(match terms.given.kind.into() {
        AssetKind::NonFungible => {
            let owner = ask(reader, token, &IERC721::ownerOfCall { tokenId: id }).await?;
            U256::from(owner == account)
        }
        AssetKind::MultiToken => {
            ask(reader, token, &IERC1155::balanceOfCall { account, id }).await?
        }
        _ => ask(reader, token, &IERC20::balanceOfCall { account }).await?,
    })
}

async fn on_destination(
    network: &Network,
    place: &ChainPlace,
    places: Places,
    terms: &Terms,
) -> Result<DestinationFigures, AssetError> {
    let reader = place.reader.as_ref();
    let given = given_asset(network, terms).await?;
    let given_token = token_on(network, terms.destination, &given).await?;
    let has_venue = !reader.code(terms.venue.address).await?.is_empty();
    let offer = if has_venue {
        offer(reader, terms, given_token).await?
    } else {
        Offer::Unsaid
    };
    Ok(DestinationFigures {
        now: now(reader).await?,
        has_venue,
        given_token,
        wanted_token: token_on(network, terms.destination, &terms.wanted.asset()).await?,
        offer,
        failure: failure(network, places.swap, terms, &given, given_token).await?,
    })
}

/// The asset that is given.
pub async fn given_asset(
    network: &Network,
    terms: &Terms,
) -> Result<causeway_bindings::Asset, StepError> {
    let place = network.chain(terms.source)?;
    let question = IAssetCustody::assetOfCall {
        token: terms.given.token,
        kind: terms.given.kind.into(),
    };
    ask(place.reader.as_ref(), place.vault, &question).await
}

/// What issuers let through: the given asset out of the source and into the destination, the wanted one back.
async fn routes(
    source: &ChainPlace,
    destination: &ChainPlace,
    terms: &Terms,
    figures: &DestinationFigures,
) -> Result<Vec<Route>, AssetError> {
    let (amount, least) = (terms.given.amount.0, terms.wanted.minimum.0);
    let given = Some(terms.given.token);
    let (to, back) = (terms.destination, terms.source);
    let asked = [
        (source, given, to, Direction::Outgoing, amount),
        (
            destination,
            figures.given_token,
            back,
            Direction::Incoming,
            amount,
        ),
        (
            destination,
            figures.wanted_token,
            back,
            Direction::Outgoing,
            least,
        ),
    ];
    let mut routes = Vec::new();
    for (place, token, other, direction, needed) in asked {
        if let Some(token) = token {
            routes.push(route(place, token, other, direction, needed).await?);
        }
    }
    Ok(routes)
}

async fn route(
    place: &ChainPlace,
    token: Address,
    other: ChainId,
    direction: Direction,
    needed: U256,
) -> Result<Route, AssetError> {
    let reader = place.reader.as_ref();
    let rules = ask(reader, place.vault, &IAssetCustody::RULESCall {}).await?;
    let other_chain = U256::from(other);
    let paused = IAssetRules::isPausedCall {
        token,
        otherChainId: other_chain,
    };
    let available = IAssetRules::availableCall {
        token,
        otherChainId: other_chain,
        direction,
    };
    Ok(Route {
        chain: place.id(),
        token,
        other,
        is_paused: ask(reader, rules, &paused).await?,
        available: ask(reader, rules, &available).await?,
        needed,
    })
}

async fn on_l1(network: &Network, places: Places, terms: &Terms) -> Result<L1Figures, AssetError> {
    let reader = network.l1.reader.as_ref();
    let latest = now(reader).await?;
    let last = reader.head(Finality::Final).await?.timestamp;
    let mut frozen = None;
    for chain in [terms.source, terms.destination] {
        let question = IBatchSettlement::frozenAtCall {
            chainId: U256::from(chain),
        };
        if ask(reader, places.settlement, &question).await? != 0 {
            frozen = Some(chain);
        }
    }
    Ok(L1Figures {
        now: latest,
        lag: latest.saturating_sub(last),
        frozen,
    })
}

#[cfg(test)]
#[path = "figures_tests.rs"]
pub(crate) mod tests;
