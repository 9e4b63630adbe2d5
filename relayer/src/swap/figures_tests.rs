use alloy::primitives::{B256, address};
use causeway_bindings::{Asset, QuoteStatus};

use super::super::{
    bench::{Bench, DESTINATION, SOURCE},
    checks::refusals,
    orders::tests::lockable,
    terms::Units,
};
use super::*;
use crate::{
    chain::fake::{CENTER, GENESIS_TIME, L1, VAULT},
    harness::{L1_CONTRACTS, SWAP},
};

const RULES: [Address; 2] = [
    address!("0x00000000000000000000000000000000000000d1"),
    address!("0x00000000000000000000000000000000000000d2"),
];
const PAYER: Address = address!("0x00000000000000000000000000000000000000d3");
pub(crate) const PLACES: Places = Places {
    swap: SWAP,
    settlement: L1_CONTRACTS.settlement,
};

fn given() -> Asset {
    Asset {
        originChainId: U256::from(SOURCE),
        originToken: Address::with_last_byte(6),
        kind: AssetKind::Fungible,
    }
}

/// Chains on which nothing speaks against the terms; each figure is another number.
pub(crate) fn healthy(terms: &Terms) -> Bench {
    let bench = Bench::new();
    let quote = terms.quote.clone().unwrap();
    let (token, sender, bank) = (terms.given.token, terms.sender, quote.bank);
    let there = U256::from(DESTINATION);
    let open = IInteropCenter::destinationBaseTokenCall { chainId: there };
    bench.tell(SOURCE, CENTER, &open, &B256::repeat_byte(1));
    bench.tell(
        SOURCE,
        SWAP,
        &IAtomicSwap::MAX_DURATIONCall {},
        &U256::from(86_400),
    );
    bench.tell(SOURCE, SWAP, &IAtomicSwap::MAX_MIN_GASCall {}, &600_000);
    let asset_of = IAssetCustody::assetOfCall {
        token,
        kind: AssetKind::Fungible,
    };
    bench.tell(SOURCE, VAULT, &asset_of, &given());
    let account = sender;
    bench.tell(
        SOURCE,
        token,
        &IERC20::balanceOfCall { account },
        &U256::from(1_001),
    );
    let allowance = IERC20::allowanceCall {
        owner: sender,
        spender: VAULT,
    };
    bench.tell(SOURCE, token, &allowance, &U256::from(1_002));

    let token_of = IAssetCustody::tokenOfCall {
        assetId: given().id(),
    };
    bench.tell(DESTINATION, VAULT, &token_of, &quote.token_in);
    let check = IQuoteVenue::checkCall {
        quote: terms.quoted(&quote),
        signature: quote.signature.clone(),
    };
    bench.tell(DESTINATION, terms.venue.address, &check, &QuoteStatus::Good);
    let account = bank;
    let paid = quote.token_out;
    bench.tell(
        DESTINATION,
        paid,
        &IERC20::balanceOfCall { account },
        &U256::from(1_003),
    );
    let allowance = IERC20::allowanceCall {
        owner: bank,
        spender: terms.venue.address,
    };
    bench.tell(DESTINATION, paid, &allowance, &U256::from(1_004));

    for (chain, rules) in [SOURCE, DESTINATION].into_iter().zip(RULES) {
        bench.tell(chain, VAULT, &IAssetCustody::RULESCall {}, &rules);
    }
    let open = |chain, rules, token, other: u64, direction, amount: u64| {
        let call = IAssetRules::availableCall {
            token,
            otherChainId: U256::from(other),
            direction,
        };
        bench.tell(chain, rules, &call, &U256::from(amount));
    };
    open(
        SOURCE,
        RULES[0],
        token,
        DESTINATION,
        Direction::Outgoing,
        1_005,
    );
    open(
        DESTINATION,
        RULES[1],
        quote.token_in,
        SOURCE,
        Direction::Incoming,
        1_006,
    );
    open(
        DESTINATION,
        RULES[1],
        paid,
        SOURCE,
        Direction::Outgoing,
        1_007,
    );
    bench
}

async fn read(bench: &Bench, terms: &Terms, payer: Address) -> Figures {
    figures(&bench.network(), PLACES, terms, payer)
        .await
        .unwrap()
}

#[tokio::test]
async fn each_figure_is_read_where_it_stands() {
    let terms = lockable();
    let bench = healthy(&terms);
    for _ in 0..5 {
        bench.chain(L1).mine();
    }
    bench.chain(DESTINATION).mine();
    let found = read(&bench, &terms, PAYER).await;
    assert_eq!(refusals(&terms, &found), []);
    assert_eq!(
        found.source,
        SourceFigures {
            is_open: true,
            is_told_frozen: false,
            longest: 86_400,
            most_gas: 600_000,
            now: GENESIS_TIME,
            balance: U256::from(1_001),
            is_allowed: true,
        }
    );
    let quote = QuoteFigures {
        status: QuoteStatus::Good,
        balance: U256::from(1_003),
        allowance: U256::from(1_004),
    };
    assert_eq!(
        found.destination,
        DestinationFigures {
            now: GENESIS_TIME + 1,
            has_venue: true,
            given_token: Some(Address::with_last_byte(9)),
            wanted_token: Some(Address::with_last_byte(7)),
            quote: Some(quote),
        }
    );
    assert_eq!(
        found.l1,
        L1Figures {
            now: GENESIS_TIME + 5,
            lag: 2,
            frozen: None,
        }
    );
    let routes: Vec<_> = found
        .routes
        .iter()
        .map(|route| (route.chain, route.other, route.available, route.needed))
        .collect();
    let units = U256::from::<u64>;
    assert_eq!(
        routes,
        [
            (SOURCE, DESTINATION, units(1_005), units(7)),
            (DESTINATION, SOURCE, units(1_006), units(7)),
            (DESTINATION, SOURCE, units(1_007), units(95)),
        ]
    );
}

#[tokio::test]
async fn whoever_takes_a_step_must_be_able_to_pay_for_it() {
    let mut terms = lockable();
    let bench = healthy(&terms);
    let places = |figures: &Figures| -> Vec<_> {
        let purses = figures.purses.iter();
        purses.map(|purse| (purse.chain, purse.account)).collect()
    };
    let sender = terms.sender;
    let apart = read(&bench, &terms, PAYER).await;
    assert_eq!(
        places(&apart),
        [
            (SOURCE, sender),
            (SOURCE, PAYER),
            (DESTINATION, PAYER),
            (L1, PAYER)
        ]
    );
    let alone = read(&bench, &terms, sender).await;
    assert_eq!(
        places(&alone),
        [(SOURCE, sender), (DESTINATION, sender), (L1, sender)]
    );
    let needed = |figures: &Figures| figures.purses[0].needed;
    assert_eq!(needed(&alone), needed(&apart) + apart.purses[1].needed);
    // What is given of the base token is not there for gas.
    terms.given.token = ETHER;
    terms.given.amount = Units(U256::from(1_000_000));
    let based = read(&bench, &terms, PAYER).await;
    assert_eq!(needed(&based), needed(&apart) + U256::from(1_000_000));
    assert_eq!(based.source.balance, U256::MAX, "of the base token itself");
}

type Spoil = fn(&Bench, &Terms);

/// Each contract's word alone is enough to refuse.
#[tokio::test]
async fn what_a_contract_says_against_it_counts() {
    let cases: [(&str, Spoil); 6] = [
        ("frozen", |bench, _| {
            let call = IBatchSettlement::frozenAtCall {
                chainId: U256::from(DESTINATION),
            };
            bench.tell(L1, PLACES.settlement, &call, &5);
        }),
        ("frozen", |bench, _| {
            let call = IAtomicSwap::isFrozenDestinationCall {
                chainId: U256::from(DESTINATION),
            };
            bench.tell(SOURCE, SWAP, &call, &true);
        }),
        ("allowance", |bench, terms| {
            let call = IERC20::allowanceCall {
                owner: terms.sender,
                spender: VAULT,
            };
            bench.tell(SOURCE, terms.given.token, &call, &U256::from(6));
        }),
        ("balance", |bench, terms| {
            let call = IERC20::balanceOfCall {
                account: terms.sender,
            };
            bench.tell(SOURCE, terms.given.token, &call, &U256::from(6));
        }),
        ("route", |bench, terms| {
            let call = IAssetRules::isPausedCall {
                token: terms.given.token,
                otherChainId: U256::from(DESTINATION),
            };
            bench.tell(SOURCE, RULES[0], &call, &true);
        }),
        ("quote", |bench, terms| {
            let quote = terms.quote.clone().unwrap();
            let call = IQuoteVenue::checkCall {
                quote: terms.quoted(&quote),
                signature: quote.signature,
            };
            bench.tell(DESTINATION, terms.venue.address, &call, &QuoteStatus::Used);
        }),
    ];
    for (label, spoil) in cases {
        let terms = lockable();
        let bench = healthy(&terms);
        spoil(&bench, &terms);
        let found = refusals(&terms, &read(&bench, &terms, PAYER).await);
        let labels: Vec<_> = found.iter().map(|refusal| refusal.label()).collect();
        assert_eq!(labels, [label]);
    }
}

/// An asset that was never there has no token yet, and no rules.
#[tokio::test]
async fn what_has_no_token_yet_is_not_asked_about() {
    let terms = lockable();
    let bench = healthy(&terms);
    let token_of = IAssetCustody::tokenOfCall {
        assetId: given().id(),
    };
    bench.tell(DESTINATION, VAULT, &token_of, &Address::ZERO);
    let found = read(&bench, &terms, PAYER).await;
    assert_eq!(found.destination.given_token, None);
    assert_eq!(found.routes.len(), 2);
    assert_eq!(refusals(&terms, &found), []);
}
