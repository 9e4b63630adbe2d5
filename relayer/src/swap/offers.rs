//! Whether a venue has what is wanted, by what it says itself. Pure; it is read by [`venues`](super::venues).

use alloy::primitives::{Address, U256};
use causeway_bindings::{AssetKind, QuoteStatus, TradeAgreement, TradeStatus, VenueAsset};

use super::{
    checks::{DestinationFigures, Refusal},
    terms::{Terms, VenueKind},
};

/// A quote at its venue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuoteFigures {
    /// The venue's word.
    pub status: QuoteStatus,
    /// What the bank has of what it pays in.
    pub balance: U256,
    /// What the venue may take of that.
    pub allowance: U256,
}

/// A pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolFigures {
    /// The two tokens that it trades.
    pub tokens: [Address; 2],
    /// What it would give now for what is given.
    pub gives: U256,
}

/// An agreement at a venue for delivery versus payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TradeFigures {
    /// The agreement that the terms name, if they name one.
    pub agreement: Option<Box<TradeAgreement>>,
    /// Where it stands.
    pub status: TradeStatus,
}

/// What a venue offers, by what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offer {
    /// It says nothing that is understood here: only executing it tells.
    Unsaid,
    /// A bank's quote.
    Quote(QuoteFigures),
    /// What is in a pool.
    Pool(PoolFigures),
    /// What the counterparty has locked.
    Trade(TradeFigures),
}

/// What the venue's own word has against the terms.
pub fn against(terms: &Terms, destination: &DestinationFigures) -> Option<Refusal> {
    if terms.venue.kind == VenueKind::Quote {
        return of_quote(terms, destination);
    }
    match &destination.offer {
        Offer::Pool(pool) => of_pool(terms, destination, pool),
        Offer::Trade(trade) => of_trade(terms, destination, trade),
        Offer::Unsaid | Offer::Quote(_) => None,
    }
}

/// The first that is so.
fn first(misfits: &[(bool, &'static str)]) -> Option<&'static str> {
    let found = misfits.iter().find(|(is_so, _)| *is_so);
    found.map(|(_, misfit)| *misfit)
}

fn of_quote(terms: &Terms, destination: &DestinationFigures) -> Option<Refusal> {
    let Some(quote) = &terms.quote else {
        return Some(Refusal::OtherQuote("there is none"));
    };
    let tokens = (destination.given_token, destination.wanted_token);
    let misfit = first(&[
        (
            tokens.0.is_some_and(|token| token != quote.token_in),
            "it takes another token than the one that stands for what is given",
        ),
        (
            tokens.1.is_some_and(|token| token != quote.token_out),
            "it pays in another token than the wanted one",
        ),
        (
            quote.amount_out < terms.wanted.minimum,
            "it pays less than the least that must come back",
        ),
        (
            terms.counterparty.is_some_and(|party| party != quote.bank),
            "it is of another bank than the counterparty",
        ),
    ]);
    if let Some(misfit) = misfit {
        return Some(Refusal::OtherQuote(misfit));
    }
    let Offer::Quote(figures) = &destination.offer else {
        return None;
    };
    match figures.status {
        QuoteStatus::Good => None,
        QuoteStatus::Unfunded => Some(Refusal::Inventory {
            balance: figures.balance,
            allowance: figures.allowance,
            amount: quote.amount_out.0,
        }),
        status => Some(Refusal::Quote(status)),
    }
}

fn of_pool(terms: &Terms, destination: &DestinationFigures, pool: &PoolFigures) -> Option<Refusal> {
    let venue = terms.venue.address;
    let is_traded =
        |token: Option<Address>| token.is_some_and(|token| pool.tokens.contains(&token));
    let (given, wanted) = (destination.given_token, destination.wanted_token);
    let is_pair = is_traded(given) && is_traded(wanted) && given != wanted;
    // That nothing stands for what is wanted is another reason.
    if wanted.is_some() && !is_pair {
        let [one, other] = pool.tokens;
        return Some(Refusal::OtherPool { venue, one, other });
    }
    if terms.counterparty.is_some_and(|party| party != venue) {
        return Some(Refusal::PoolIsNobody(venue));
    }
    let minimum = terms.wanted.minimum.0;
    (pool.gives < minimum).then_some(Refusal::Shallow {
        gives: pool.gives,
        minimum,
    })
}

fn of_trade(
    terms: &Terms,
    destination: &DestinationFigures,
    trade: &TradeFigures,
) -> Option<Refusal> {
    let Some(agreement) = &trade.agreement else {
        return Some(Refusal::OtherAgreement("venue.data is no agreement"));
    };
    let tokens = [destination.given_token, destination.wanted_token];
    let misfit = misfit_of_trade(terms, tokens, agreement);
    if let Some(misfit) = misfit {
        return Some(Refusal::OtherAgreement(misfit));
    }
    let is_locked = trade.status == TradeStatus::Locked;
    (!is_locked).then_some(Refusal::Agreement(trade.status))
}

/// What of an agreement does not fit the terms; `tokens` stand for what is given and for what is wanted, where they are known.
pub(crate) fn misfit_of_trade(
    terms: &Terms,
    [given, wanted]: [Option<Address>; 2],
    agreement: &TradeAgreement,
) -> Option<&'static str> {
    first(&of_parties(terms, agreement))
        .or_else(|| first(&of_given(terms, given, &agreement.given)))
        .or_else(|| first(&of_locked(terms, wanted, &agreement.locked)))
}

fn of_parties(terms: &Terms, agreement: &TradeAgreement) -> [(bool, &'static str); 4] {
    let party = agreement.counterparty;
    [
        (
            agreement.sourceChainId != U256::from(terms.source),
            "sourceChainId is another chain than the source",
        ),
        (
            agreement.initiator != terms.sender,
            "initiator is another account than the sender",
        ),
        (
            terms.counterparty.is_some_and(|named| named != party),
            "counterparty is another account than the terms name",
        ),
        (
            agreement.deadline < terms.deadline,
            "deadline is earlier than that of the swap",
        ),
    ]
}

fn of_given(terms: &Terms, token: Option<Address>, side: &VenueAsset) -> [(bool, &'static str); 3] {
    let given = &terms.given;
    [
        (
            token.is_some_and(|token| token != side.token),
            "given.token is not the one that stands for what is given",
        ),
        (
            (side.kind, side.tokenId) != (AssetKind::from(given.kind), given.token_id.0),
            "given.kind or given.tokenId is another",
        ),
        (
            side.amount != given.amount.0,
            "given.amount is not what is given",
        ),
    ]
}

fn of_locked(
    terms: &Terms,
    token: Option<Address>,
    side: &VenueAsset,
) -> [(bool, &'static str); 3] {
    let wanted = &terms.wanted;
    [
        (
            token.is_some_and(|token| token != side.token),
            "locked.token is not the one that stands for what is wanted",
        ),
        (
            (side.kind, side.tokenId) != (AssetKind::from(wanted.kind), wanted.token_id.0),
            "locked.kind or locked.tokenId is another",
        ),
        (
            side.amount < wanted.minimum.0,
            "locked.amount is less than the least that must come back",
        ),
    ]
}
