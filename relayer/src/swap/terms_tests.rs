use alloy::sol_types::SolValue;

use super::*;

/// Terms with a quote, whose signature is nobody's.
pub(crate) fn terms() -> Terms {
    let account = Address::with_last_byte;
    Terms {
        schema: TERMS_SCHEMA.to_owned(),
        uetr: "2f3c8a52-6f0e-4b9d-9d0e-3f6a0c1b7e55".parse().unwrap(),
        end_to_end_id: Some("TRADE 7".parse().unwrap()),
        source: 10,
        destination: 20,
        deadline: 1_800_000_000,
        min_gas: 500_000,
        sender: account(1),
        beneficiary: account(2),
        refund_to: account(3),
        l1_recipient: account(4),
        counterparty: Some(account(5)),
        proposal: None,
        given: Given {
            token: account(6),
            kind: TokenKind::Fungible,
            token_id: Units::default(),
            amount: Units(U256::MAX),
        },
        wanted: Wanted {
            home: 20,
            token: account(7),
            kind: TokenKind::Fungible,
            token_id: Units::default(),
            minimum: Units(U256::from(95)),
        },
        venue: Venue {
            kind: VenueKind::Quote,
            address: account(8),
            data: Bytes::new(),
        },
        quote: Some(SignedQuote {
            bank: account(5),
            token_in: account(9),
            token_out: account(7),
            amount_out: Units(U256::from(100)),
            recipient: account(5),
            expiry: 1_800_000_000,
            epoch: Units::default(),
            nonce: Units(U256::from(77)),
            signature: Bytes::from_static(&[1; 65]),
        }),
    }
}

#[test]
fn a_file_reads_back_as_it_was_written() {
    let terms = terms();
    let toml = terms.to_toml().unwrap();
    assert_eq!(Terms::read(&toml).unwrap(), terms, "{toml}");
    let json = serde_json::to_string_pretty(&terms).unwrap();
    assert_eq!(Terms::read(&json).unwrap(), terms);
    assert!(
        toml.contains(&format!("amount = \"{}\"", U256::MAX)),
        "{toml}"
    );
}

#[test]
fn what_says_nothing_is_refused() {
    type Change = fn(&mut Terms);
    let cases: [(Change, &str); 7] = [
        (|terms| terms.schema = "v9".to_owned(), "schema is `v9`"),
        (|terms| terms.destination = 10, "one chain, 10"),
        (
            |terms| terms.given.amount = Units::default(),
            "given.amount is 0",
        ),
        (
            |terms| terms.wanted.minimum = Units::default(),
            "wanted.minimum is 0",
        ),
        (
            |terms| terms.refund_to = Address::ZERO,
            "refund_to is the zero",
        ),
        (|terms| terms.sender = Address::ZERO, "sender is the zero"),
        (
            |terms| terms.venue.address = Address::ZERO,
            "venue.address is the zero",
        ),
    ];
    for (change, expected) in cases {
        let mut terms = terms();
        change(&mut terms);
        let error = Terms::read(&terms.to_toml().unwrap())
            .unwrap_err()
            .to_string();
        assert!(error.contains(expected), "{error}");
    }
    let text = terms().to_toml().unwrap();
    for (from, to) in [
        ("amount = \"", "amount = \"-"),
        ("kind = \"fungible\"", "kind = \"gold\""),
        ("deadline", "dead_line"),
    ] {
        let error = Terms::read(&text.replacen(from, to, 1)).unwrap_err();
        assert!(matches!(error, TermsError::Malformed(_)), "{error}");
    }
}

#[test]
fn what_no_token_or_venue_could_fulfil_is_refused() {
    type Change = fn(&mut Terms);
    let one = Units(U256::ONE);
    let cases: [(Change, &str); 7] = [
        (
            |terms| terms.given.token_id = Units(U256::ONE),
            "given: a fungible token has no token_id",
        ),
        (
            |terms| terms.given.kind = TokenKind::Nft,
            "given: of an ERC-721 token there is 1",
        ),
        (
            |terms| (terms.given.kind, terms.given.token) = (TokenKind::Multi, ETHER),
            "given: the base token is fungible",
        ),
        (
            |terms| terms.wanted.token_id = Units(U256::ONE),
            "wanted: a fungible token",
        ),
        (
            |terms| terms.wanted.kind = TokenKind::Multi,
            "pays in ERC-20 tokens",
        ),
        (|terms| terms.wanted.token = ETHER, "pays in ERC-20 tokens"),
        (
            |terms| terms.venue.data = Bytes::from_static(b"x"),
            "is told the quote alone",
        ),
    ];
    for (change, expected) in cases {
        let mut terms = terms();
        change(&mut terms);
        let error = terms.check().unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    let mut items = terms();
    items.venue.kind = VenueKind::Other;
    items.quote = None;
    (items.given.kind, items.given.amount) = (TokenKind::Nft, one);
    (items.wanted.kind, items.wanted.token_id) = (TokenKind::Multi, one);
    items.check().unwrap();
}

#[test]
fn a_lock_binds_all_of_the_terms() {
    let terms = terms();
    let lock = terms.to_lock().unwrap();
    let (quote, signature) = <(Quote, Bytes)>::abi_decode_params(&lock.venueData).unwrap();
    assert_eq!(
        (quote.taker, quote.takerChainId),
        (terms.sender, U256::from(10))
    );
    assert_eq!((quote.amountIn, signature.len()), (lock.amount, 65));
    assert_eq!(
        (lock.minReturned, lock.counterparty, lock.deadline),
        (U256::from(95), Address::with_last_byte(5), terms.deadline)
    );

    let mut bare = terms.clone();
    bare.quote = None;
    assert_eq!(bare.to_lock(), Err(TermsError::NoQuote));
    bare.venue.kind = VenueKind::Other;
    bare.venue.data = Bytes::from_static(b"call");
    assert_eq!(&bare.to_lock().unwrap().venueData[..], b"call");
    bare.quote = terms.quote;
    assert_eq!(bare.to_lock(), Err(TermsError::ForeignQuote));
}

#[test]
fn other_terms_are_another_order() {
    let one = terms();
    let mut other = one.clone();
    assert_eq!(one.order_hash(), other.order_hash());
    other.wanted.minimum = Units(U256::from(94));
    assert_ne!(one.order_hash(), other.order_hash());
}
