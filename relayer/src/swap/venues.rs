//! Reads what a venue offers. What it is, it says itself: nobody has to be believed.

use alloy::{
    primitives::{Address, B256, U256},
    sol_types::SolCall,
};
use causeway_bindings::{
    AssetKind, IERC20, IPoolVenue, IQuoteVenue, ITradeVenue, TradeAgreement, VenueAsset,
};

use super::{
    offers::{Offer, PoolFigures, QuoteFigures, TradeFigures},
    terms::{SignedQuote, Terms, VenueKind},
};
use crate::{
    bundle::{StepError, ask},
    chain::{ChainError, ChainReader},
};

/// What the contract at the venue's address offers.
///
/// # Errors
/// The chain cannot be read.
pub(super) async fn offer(
    reader: &dyn ChainReader,
    terms: &Terms,
    given_token: Option<Address>,
) -> Result<Offer, StepError> {
    match (terms.venue.kind, &terms.quote) {
        (VenueKind::Quote, Some(quote)) => {
            let found = of_quote(reader, terms, quote).await?;
            return Ok(Offer::Quote(found));
        }
        (VenueKind::Quote, None) => return Ok(Offer::Unsaid),
        (VenueKind::Other, _) => {}
    }
    if let Some(trade) = of_trade(reader, terms).await? {
        return Ok(Offer::Trade(trade));
    }
    let pool = of_pool(reader, terms, given_token).await?;
    Ok(pool.map_or(Offer::Unsaid, Offer::Pool))
}

async fn of_quote(
    reader: &dyn ChainReader,
    terms: &Terms,
    quote: &SignedQuote,
) -> Result<QuoteFigures, StepError> {
    let venue = terms.venue.address;
    let check = IQuoteVenue::checkCall {
        quote: terms.quoted(quote),
        signature: quote.signature.clone(),
    };
    let (account, owner) = (quote.bank, quote.bank);
    let allowance = IERC20::allowanceCall {
        owner,
        spender: venue,
    };
    let token = quote.token_out;
    Ok(QuoteFigures {
        status: ask(reader, venue, &check).await?,
        balance: ask(reader, token, &IERC20::balanceOfCall { account }).await?,
        allowance: ask(reader, token, &allowance).await?,
    })
}

/// What a venue for delivery versus payment has of the agreement that the terms name. No other venue names an agreement as it does.
pub(crate) async fn of_trade(
    reader: &dyn ChainReader,
    terms: &Terms,
) -> Result<Option<TradeFigures>, StepError> {
    let venue = terms.venue.address;
    let named = TradeAgreement::decode(&terms.venue.data).ok();
    let agreement = named.clone().unwrap_or_else(blank);
    let id = agreement.id();
    let question = ITradeVenue::idOfCall { agreement };
    if probe(reader, venue, &question).await? != Some(id) {
        return Ok(None);
    }
    Ok(Some(TradeFigures {
        agreement: named.map(Box::new),
        status: ask(reader, venue, &ITradeVenue::statusOfCall { id }).await?,
    }))
}

/// An agreement of nobody on nothing, to see whether the venue knows agreements at all.
pub(crate) fn blank() -> TradeAgreement {
    let nothing = VenueAsset {
        token: Address::ZERO,
        kind: AssetKind::Fungible,
        tokenId: U256::ZERO,
        amount: U256::ZERO,
    };
    TradeAgreement {
        sourceChainId: U256::ZERO,
        initiator: Address::ZERO,
        given: nothing.clone(),
        counterparty: Address::ZERO,
        locked: nothing,
        recipient: Address::ZERO,
        deadline: 0,
        salt: B256::ZERO,
    }
}

async fn of_pool(
    reader: &dyn ChainReader,
    terms: &Terms,
    given_token: Option<Address>,
) -> Result<Option<PoolFigures>, StepError> {
    let venue = terms.venue.address;
    let one = probe(reader, venue, &IPoolVenue::TOKEN0Call {}).await?;
    let other = probe(reader, venue, &IPoolVenue::TOKEN1Call {}).await?;
    let (Some(one), Some(other)) = (one, other) else {
        return Ok(None);
    };
    // A pool has two; a contract that answers everything with nothing has none.
    if one == other {
        return Ok(None);
    }
    let question = IPoolVenue::amountOutOfCall {
        tokenIn: given_token.unwrap_or_default(),
        amountIn: terms.given.amount.0,
    };
    // It refuses what it does not trade, or could not keep.
    let gives = probe(reader, venue, &question).await?;
    Ok(Some(PoolFigures {
        tokens: [one, other],
        gives: gives.unwrap_or(U256::ZERO),
    }))
}

/// What a contract answers, if it knows the question.
pub(super) async fn probe<C: SolCall + Sync>(
    reader: &dyn ChainReader,
    contract: Address,
    call: &C,
) -> Result<Option<C::Return>, StepError> {
    match ask(reader, contract, call).await {
        Ok(answer) => Ok(Some(answer)),
        Err(StepError::NotOurContract { .. } | StepError::Chain(ChainError::Reverted { .. })) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
