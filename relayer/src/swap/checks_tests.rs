use alloy::primitives::{Address, U256};
use causeway_bindings::QuoteStatus;

use super::super::terms::tests::terms;
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
            quote: Some(QuoteFigures {
                status: QuoteStatus::Good,
                balance: U256::from(100),
                allowance: U256::from(100),
            }),
        },
        l1: L1Figures {
            now,
            lag: 768,
            frozen: None,
        },
    }
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
            |_, f| (f.destination.has_venue, f.destination.quote) = (false, None),
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
        figures.destination.quote.as_mut().unwrap().status = status;
        let found = refusals(&terms(), &figures);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].label(), label);
        assert!(found[0].to_string().contains(words), "{}", found[0]);
    }
}

/// A venue that takes no quotes is not asked for one.
#[test]
fn another_venue_needs_no_quote() {
    let mut terms = terms();
    terms.venue.kind = VenueKind::Other;
    terms.quote = None;
    let mut figures = figures();
    figures.destination.quote = None;
    assert_eq!(refusals(&terms, &figures), []);
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
