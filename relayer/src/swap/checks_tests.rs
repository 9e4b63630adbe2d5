use alloy::primitives::{Address, U256};
use causeway_bindings::{AssetKind, QuoteStatus, TradeAgreement, VenueAsset};

use super::super::{
    offers::{PoolFigures, QuoteFigures, TradeFigures},
    terms::{Units, VenueKind, tests::terms},
};
use super::*;

/// Figures under which the terms can be locked: the deadline is an hour away.
pub(crate) fn figures() -> Figures {
    let now = terms().deadline - 3_600;
    let purse = |chain| Purse {
        chain,
        account: Address::with_last_byte(1),
        balance: U256::from(10),
        needed: U256::from(10),
    };
    Figures {
        purses: [10, 20, 1].map(purse).to_vec(),
        routes: vec![Route {
            chain: 10,
            token: Address::with_last_byte(6),
            other: 20,
            is_paused: false,
            available: U256::MAX,
            needed: U256::MAX,
        }],
        source: SourceFigures {
            is_open: true,
            is_told_frozen: false,
            longest: 30 * 86_400,
            most_gas: 500_000,
            now,
            balance: U256::MAX,
            is_allowed: true,
        },
        destination: DestinationFigures {
            now,
            has_venue: true,
            given_token: Some(Address::with_last_byte(9)),
            wanted_token: Some(Address::with_last_byte(7)),
            offer: quoted(QuoteStatus::Good),
            failure: None,
        },
        l1: L1Figures {
            now,
            lag: 768,
            frozen: None,
        },
    }
}

fn quoted(status: QuoteStatus) -> Offer {
    Offer::Quote(QuoteFigures {
        status,
        balance: U256::from(100),
        allowance: U256::from(100),
    })
}

type Change = fn(&mut Terms, &mut Figures);

#[test]
fn terms_in_order_can_be_locked() {
    assert_eq!(refusals(&terms(), &figures()), []);
    let (mut terms, mut figures) = (terms(), figures());
    // The first transfer makes the given token: until then there is none to compare.
    figures.destination.given_token = None;
    assert_eq!(refusals(&terms, &figures), []);
    terms.counterparty = None;
    assert_eq!(refusals(&terms, &figures), []);
    // Exactly in time.
    let until = terms.deadline;
    figures.l1.now = until - figures.l1.lag - MARGIN;
    assert_eq!(refusals(&terms, &figures), []);
    figures.l1.now += 1;
    let expected = Refusal::TooSoon {
        until,
        earliest: until + 1,
    };
    assert_eq!(refusals(&terms, &figures), [expected]);
}

/// Each figure that is short is one reason, by its name, and says what to do.
#[test]
fn every_shortage_is_refused_by_its_name() {
    let cases: [(Change, &str, &str); 22] = [
        (
            |_, f| f.purses[0].balance = U256::ONE,
            "gas_money",
            "chain 10",
        ),
        (
            |_, f| f.purses[1].balance = U256::ONE,
            "gas_money",
            "chain 20",
        ),
        (
            |_, f| f.purses[2].balance = U256::ONE,
            "gas_money",
            "chain 1:",
        ),
        (|_, f| f.source.balance -= U256::ONE, "balance", "give less"),
        (|_, f| f.source.is_allowed = false, "allowance", "--approve"),
        (|_, f| f.source.is_open = false, "not_open", "chain 20"),
        (|_, f| f.source.is_told_frozen = true, "frozen", "chain 20"),
        (|_, f| f.l1.frozen = Some(10), "frozen", "chain 10"),
        (
            |_, f| f.source.longest = 3_599,
            "deadline_too_late",
            "an earlier one",
        ),
        (|_, f| f.l1.lag = 3_600, "deadline_too_soon", "a later one"),
        (
            |_, f| f.destination.now += 3_000,
            "deadline_too_soon",
            "a later one",
        ),
        (
            |t, _| t.quote.as_mut().unwrap().expiry -= 3_000,
            "deadline_too_soon",
            "expiry",
        ),
        (|t, _| t.min_gas += 1, "too_much_gas", "demand less"),
        (
            |_, f| (f.destination.has_venue, f.destination.offer) = (false, Offer::Unsaid),
            "no_venue",
            "venue.address",
        ),
        (
            |_, f| f.destination.wanted_token = None,
            "no_wanted_token",
            "announce",
        ),
        (|_, f| f.routes[0].is_paused = true, "route", "paused"),
        (
            |_, f| f.routes[0].available = U256::ONE,
            "route",
            "open for 1 units",
        ),
        (|t, _| t.quote = None, "other_quote", "there is none"),
        (
            |_, f| f.destination.given_token = Some(Address::ZERO),
            "other_quote",
            "takes another token",
        ),
        (
            |_, f| f.destination.wanted_token = Some(Address::ZERO),
            "other_quote",
            "pays in another token",
        ),
        (
            |t, _| t.wanted.minimum.0 = U256::from(101),
            "other_quote",
            "pays less",
        ),
        (
            |t, _| t.counterparty = Some(Address::ZERO),
            "other_quote",
            "another bank",
        ),
    ];
    for (change, label, words) in cases {
        let (mut terms, mut figures) = (terms(), figures());
        change(&mut terms, &mut figures);
        let found = refusals(&terms, &figures);
        let [refusal] = found.as_slice() else {
            panic!("{label}: {found:?}");
        };
        assert_eq!(refusal.label(), label, "{refusal}");
        assert!(REASONS.contains(&label), "{label}");
        assert!(refusal.to_string().contains(words), "{refusal}");
    }
}

#[test]
fn what_the_venue_says_of_a_quote_is_told() {
    let cases = [
        (QuoteStatus::Malformed, "quote", "malformed"),
        (QuoteStatus::Expired, "quote", "expired"),
        (QuoteStatus::Used, "quote", "used"),
        (QuoteStatus::Revoked, "quote", "revoked"),
        (QuoteStatus::Unsigned, "quote", "changed the terms"),
        (QuoteStatus::Unfunded, "inventory", "has 100 units"),
    ];
    for (status, label, words) in cases {
        let mut figures = figures();
        figures.destination.offer = quoted(status);
        let found = refusals(&terms(), &figures);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].label(), label);
        assert!(found[0].to_string().contains(words), "{}", found[0]);
    }
}

/// Terms for a venue that takes no quotes, and the figures of one that offers this.
fn elsewhere(offer: Offer) -> (Terms, Figures) {
    let mut terms = terms();
    terms.venue.kind = VenueKind::Other;
    terms.quote = None;
    let mut figures = figures();
    figures.destination.offer = offer;
    (terms, figures)
}

fn only(terms: &Terms, figures: &Figures) -> Refusal {
    let found = refusals(terms, figures);
    let [refusal] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert!(REASONS.contains(&refusal.label()), "{refusal}");
    refusal.clone()
}

fn require_refused(terms: &Terms, figures: &Figures, label: &str, words: &str) {
    let refusal = only(terms, figures);
    assert_eq!(refusal.label(), label, "{refusal}");
    assert!(refusal.to_string().contains(words), "{refusal}");
}

/// A venue that says nothing is tried, and asked for no quote.
#[test]
fn any_venue_must_execute_the_terms_now() {
    let (terms, mut figures) = elsewhere(Offer::Unsaid);
    assert_eq!(refusals(&terms, &figures), []);
    figures.destination.failure = Some("the venue reverted: empty".to_owned());
    require_refused(&terms, &figures, "execution", "the venue reverted: empty");
    // Whatever is known to keep it from being executed says more.
    figures.routes[0].is_paused = true;
    require_refused(&terms, &figures, "route", "paused");
    figures.routes[0].is_paused = false;
    figures.destination.wanted_token = None;
    require_refused(&terms, &figures, "no_wanted_token", "announce");
    // What the source lacks does not, nor does the time that is left.
    figures.destination.wanted_token = Some(Address::with_last_byte(7));
    figures.source.is_open = false;
    figures.l1.lag = 3_600;
    let labels = refusals(&terms, &figures);
    let labels: Vec<_> = labels.iter().map(Refusal::label).collect();
    assert_eq!(labels, ["not_open", "deadline_too_soon", "execution"]);
}

#[test]
fn a_good_quote_must_execute_too() {
    let mut figures = figures();
    figures.destination.failure = Some("the token is paused".to_owned());
    require_refused(&terms(), &figures, "execution", "the token is paused");
}

fn pool(tokens: [u8; 2], gives: u64) -> Offer {
    Offer::Pool(PoolFigures {
        tokens: tokens.map(Address::with_last_byte),
        gives: U256::from(gives),
    })
}

#[test]
fn a_pool_must_trade_the_two_tokens_and_give_enough() {
    for tokens in [[9, 7], [7, 9]] {
        let (mut terms, mut figures) = elsewhere(pool(tokens, 95));
        terms.counterparty = None;
        assert_eq!(refusals(&terms, &figures), []);
        terms.counterparty = Some(terms.venue.address);
        assert_eq!(refusals(&terms, &figures), []);
        terms.counterparty = Some(Address::with_last_byte(5));
        require_refused(&terms, &figures, "other_pool", "leave the counterparty out");
        terms.counterparty = None;
        figures.destination.offer = pool(tokens, 94);
        let words = "would give 94 units for it now, and 95 must come back; want less";
        require_refused(&terms, &figures, "inventory", words);
    }
}

#[test]
fn a_pool_of_other_tokens_is_refused() {
    for tokens in [[9, 6], [6, 7], [1, 2]] {
        let (mut terms, figures) = elsewhere(pool(tokens, 1_000));
        terms.counterparty = None;
        require_refused(&terms, &figures, "other_pool", "name the pool of those two");
    }
    let (mut terms, mut figures) = elsewhere(pool([9, 7], 1_000));
    terms.counterparty = None;
    // The pool has no token that does not exist yet, and trades none for itself.
    figures.destination.given_token = None;
    require_refused(&terms, &figures, "other_pool", "name the pool");
    figures.destination.given_token = figures.destination.wanted_token;
    require_refused(&terms, &figures, "other_pool", "name the pool");
}

/// What the terms need.
fn agreement() -> TradeAgreement {
    let terms = terms();
    let side = |token, amount| VenueAsset {
        token: Address::with_last_byte(token),
        kind: AssetKind::Fungible,
        tokenId: U256::ZERO,
        amount,
    };
    TradeAgreement {
        sourceChainId: U256::from(terms.source),
        initiator: terms.sender,
        given: side(9, terms.given.amount.0),
        counterparty: Address::with_last_byte(5),
        locked: side(7, terms.wanted.minimum.0),
        recipient: Address::with_last_byte(11),
        deadline: terms.deadline,
        salt: Default::default(),
    }
}

fn trade(agreement: Option<TradeAgreement>, status: TradeStatus) -> Offer {
    let agreement = agreement.map(Box::new);
    Offer::Trade(TradeFigures { agreement, status })
}

#[test]
fn an_agreement_that_is_locked_as_the_terms_need_it_can_be_taken() {
    let locked = |agreement| elsewhere(trade(Some(agreement), TradeStatus::Locked));
    let (mut terms, mut figures) = locked(agreement());
    assert_eq!(refusals(&terms, &figures), []);
    terms.counterparty = None;
    assert_eq!(refusals(&terms, &figures), []);
    // Which token the first transfer makes cannot be compared; executing it tells.
    figures.destination.given_token = None;
    assert_eq!(refusals(&terms, &figures), []);
    // More than is wanted, and for longer.
    let mut generous = agreement();
    generous.locked.amount += U256::ONE;
    generous.deadline += 1;
    let (terms, figures) = locked(generous);
    assert_eq!(refusals(&terms, &figures), []);
}

/// Each part of an agreement that is another than the venue would take is named.
#[test]
fn an_agreement_that_does_not_fit_is_refused_by_its_part() {
    type Spoil = fn(&mut TradeAgreement);
    let cases: [(Spoil, &str); 12] = [
        (|a| a.sourceChainId += U256::ONE, "sourceChainId"),
        (|a| a.initiator = Address::ZERO, "initiator"),
        (|a| a.counterparty = Address::ZERO, "counterparty"),
        (|a| a.deadline -= 1, "deadline is earlier"),
        (|a| a.given.token = Address::ZERO, "given.token"),
        (|a| a.given.kind = AssetKind::MultiToken, "given.kind"),
        (|a| a.given.tokenId = U256::ONE, "given.tokenId"),
        (|a| a.given.amount -= U256::ONE, "given.amount"),
        (|a| a.locked.token = Address::ZERO, "locked.token"),
        (|a| a.locked.kind = AssetKind::NonFungible, "locked.kind"),
        (|a| a.locked.tokenId = U256::ONE, "locked.tokenId"),
        (|a| a.locked.amount -= U256::ONE, "locked.amount"),
    ];
    for (spoil, words) in cases {
        let mut spoilt = agreement();
        spoil(&mut spoilt);
        // Nobody has locked one that others made up; what is wrong about it says more.
        let (terms, figures) = elsewhere(trade(Some(spoilt), TradeStatus::None));
        require_refused(&terms, &figures, "other_agreement", words);
    }
    let (terms, figures) = elsewhere(trade(None, TradeStatus::None));
    let words = "venue.data is no agreement";
    require_refused(&terms, &figures, "other_agreement", words);
}

/// What must be given exactly is neither less nor more.
#[test]
fn an_agreement_on_more_than_is_given_is_refused() {
    let (mut terms, figures) = elsewhere(trade(Some(agreement()), TradeStatus::Locked));
    terms.given.amount = Units(U256::MAX - U256::ONE);
    require_refused(&terms, &figures, "other_agreement", "given.amount");
}

#[test]
fn an_agreement_whose_other_side_is_not_there_is_refused() {
    let cases = [
        (TradeStatus::None, "not locked; have the counterparty lock"),
        (TradeStatus::Executed, "executed; agree on one with another"),
        (TradeStatus::Withdrawn, "withdrawn; agree on one with"),
    ];
    for (status, words) in cases {
        let (terms, figures) = elsewhere(trade(Some(agreement()), status));
        require_refused(&terms, &figures, "agreement", words);
    }
}

#[test]
fn all_that_speaks_against_it_is_said_at_once() {
    let mut figures = figures();
    figures.source.is_open = false;
    figures.l1.frozen = Some(20);
    figures.destination.wanted_token = None;
    let labels: Vec<_> = refusals(&terms(), &figures)
        .iter()
        .map(Refusal::label)
        .collect();
    assert_eq!(labels, ["not_open", "frozen", "no_wanted_token"]);
}
