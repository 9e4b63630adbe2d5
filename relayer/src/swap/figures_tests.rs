use alloy::{
    primitives::{B256, Bytes, address},
    sol_types::{SolCall, SolError, SolValue},
};
use causeway_bindings::{
    Asset, AssetMetadata, AssetTransfer, IPoolVenue, IQuoteVenue, ITradeVenue, QuoteStatus,
    SwapPreimage, TradeAgreement, TradeStatus, swap_id,
};

use super::super::{
    bench::{Bench, DESTINATION, SOURCE},
    checks::refusals,
    offers::{PoolFigures, QuoteFigures, TradeFigures},
    orders::tests::lockable,
    terms::{Units, VenueKind},
    venues::blank,
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
    let quote = Offer::Quote(QuoteFigures {
        status: QuoteStatus::Good,
        balance: U256::from(1_003),
        allowance: U256::from(1_004),
    });
    assert_eq!(
        found.destination,
        DestinationFigures {
            now: GENESIS_TIME + 1,
            has_venue: true,
            given_token: Some(Address::with_last_byte(9)),
            wanted_token: Some(Address::with_last_byte(7)),
            offer: quote,
            failure: None,
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

/// [`lockable`], at a venue that takes no quotes and is told this.
fn elsewhere(data: Bytes) -> (Bench, Terms) {
    let bench = healthy(&lockable());
    let mut terms = lockable();
    (terms.venue.kind, terms.venue.data, terms.quote) = (VenueKind::Other, data, None);
    (bench, terms)
}

async fn offered(bench: &Bench, terms: &Terms) -> Offer {
    read(bench, terms, PAYER).await.destination.offer
}

#[tokio::test]
async fn a_pool_is_known_by_its_two_tokens() {
    let (bench, terms) = elsewhere(Bytes::new());
    let venue = terms.venue.address;
    assert_eq!(offered(&bench, &terms).await, Offer::Unsaid, "all zeros");
    let [one, other] = [7, 9].map(Address::with_last_byte);
    bench.tell(DESTINATION, venue, &IPoolVenue::TOKEN0Call {}, &one);
    bench.tell(DESTINATION, venue, &IPoolVenue::TOKEN1Call {}, &other);
    let gives = IPoolVenue::amountOutOfCall {
        tokenIn: other,
        amountIn: terms.given.amount.0,
    };
    bench.tell(DESTINATION, venue, &gives, &U256::from(96));
    let pool = |gives| {
        let tokens = [one, other];
        let gives = U256::from::<u64>(gives);
        Offer::Pool(PoolFigures { tokens, gives })
    };
    assert_eq!(offered(&bench, &terms).await, pool(96));
    // It keeps no more of a token.
    bench.refuse(DESTINATION, venue, &gives, vec![1]);
    assert_eq!(offered(&bench, &terms).await, pool(0));
    bench.refuse(DESTINATION, venue, &IPoolVenue::TOKEN1Call {}, Vec::new());
    assert_eq!(offered(&bench, &terms).await, Offer::Unsaid);
}

#[tokio::test]
async fn a_trade_is_known_by_the_name_of_its_agreement() {
    let agreement = TradeAgreement {
        deadline: 5,
        ..blank()
    };
    let (bench, mut terms) = elsewhere(agreement.abi_encode().into());
    let venue = terms.venue.address;
    assert_eq!(offered(&bench, &terms).await, Offer::Unsaid);
    let names = |agreement: &TradeAgreement| {
        let call = ITradeVenue::idOfCall {
            agreement: agreement.clone(),
        };
        bench.tell(DESTINATION, venue, &call, &agreement.id());
    };
    names(&agreement);
    let status = ITradeVenue::statusOfCall { id: agreement.id() };
    bench.tell(DESTINATION, venue, &status, &TradeStatus::Locked);
    let trade = |agreement: Option<TradeAgreement>, status| {
        let agreement = agreement.map(Box::new);
        Offer::Trade(TradeFigures { agreement, status })
    };
    let found = offered(&bench, &terms).await;
    assert_eq!(found, trade(Some(agreement), TradeStatus::Locked));
    // Told something else, it is a venue for trades all the same.
    terms.venue.data = Bytes::from_static(b"no agreement");
    names(&blank());
    let found = offered(&bench, &terms).await;
    assert_eq!(found, trade(None, TradeStatus::None));
}

/// What the contract is asked to execute is what the terms have the source lock.
fn tried(bench: &Bench) -> SwapPreimage {
    let calls = bench.asked(DESTINATION);
    let mut trials = calls.iter().filter_map(|call| {
        let trial = IAtomicSwap::executeForcedCall::abi_decode(&call.data).ok()?;
        assert_eq!((call.from, call.to), (SWAP, SWAP), "by itself alone");
        Some(trial.preimage)
    });
    trials.next_back().unwrap()
}

#[tokio::test]
async fn the_terms_are_tried_as_the_source_would_lock_them() {
    let (bench, terms) = elsewhere(Bytes::from_static(b"what to call"));
    assert_eq!(read(&bench, &terms, PAYER).await.destination.failure, None);
    let preimage = tried(&bench);
    assert!(preimage.is_committed());
    let header = &preimage.header;
    assert_eq!(header.sourceChainId, U256::from(SOURCE));
    assert_eq!(header.destinationChainId, U256::from(DESTINATION));
    assert_eq!(
        (header.sender, header.deadline),
        (terms.sender, terms.deadline)
    );
    assert_eq!(
        (header.minGas, header.refundTo),
        (terms.min_gas, terms.refund_to)
    );
    let payload = preimage.read_payload().unwrap();
    let lock = terms.to_lock().unwrap();
    assert_eq!(
        (payload.venue, payload.venueData),
        (lock.venue, lock.venueData)
    );
    assert_eq!(
        (payload.wanted, payload.minReturned),
        (lock.wanted, lock.minReturned)
    );
    assert_eq!(payload.wantedTokenId, lock.wantedTokenId);
    assert_eq!(payload.beneficiary, lock.beneficiary);
    assert_eq!(payload.l1Recipient, lock.l1Recipient);
    assert_eq!(payload.counterparty, lock.counterparty);
    let transfer = AssetTransfer::decode(&payload.transfer).unwrap();
    assert_eq!(
        (transfer.asset, transfer.amount),
        (given(), terms.given.amount.0)
    );
    assert_eq!(
        (transfer.sender, transfer.recipient),
        (terms.sender, lock.venue)
    );
    assert!(transfer.metadata.is_empty(), "the destination knows it");

    let trial = IAtomicSwap::executeForcedCall { preimage };
    let reason = IPoolVenue::PoolVenueTooLittle {
        amount: U256::from(94),
        minAmount: U256::from(95),
    };
    let reverted = IAtomicSwap::AtomicSwapVenueReverted {
        swapId: swap_id(&trial.preimage.header),
        reason: reason.abi_encode().into(),
    };
    bench.refuse(DESTINATION, SWAP, &trial, reverted.abi_encode());
    let found = read(&bench, &terms, PAYER).await;
    let failure = found.destination.failure.as_deref().unwrap();
    assert!(failure.contains("PoolVenueTooLittle"), "{failure}");
    let labels = refusals(&terms, &found);
    assert_eq!(labels[0].label(), "execution");
}

/// The first transfer of an asset makes its token, so it is tried with what that says.
#[tokio::test]
async fn an_asset_that_was_never_there_is_tried_with_its_name() {
    let (bench, terms) = elsewhere(Bytes::new());
    let token_of = IAssetCustody::tokenOfCall {
        assetId: given().id(),
    };
    bench.tell(DESTINATION, VAULT, &token_of, &Address::ZERO);
    let metadata = Bytes::from(
        AssetMetadata {
            name: "Gold".to_owned(),
            ..AssetMetadata::default()
        }
        .abi_encode(),
    );
    let describe = IAssetRules::describeCall {
        token: terms.given.token,
        kind: AssetKind::Fungible,
        otherChainId: U256::from(DESTINATION),
    };
    bench.tell(SOURCE, RULES[0], &describe, &metadata);
    read(&bench, &terms, PAYER).await;
    let payload = tried(&bench).read_payload().unwrap();
    let transfer = AssetTransfer::decode(&payload.transfer).unwrap();
    assert_eq!(transfer.metadata, metadata);
}

#[tokio::test]
async fn what_no_vault_can_move_is_not_tried() {
    let (bench, mut terms) = elsewhere(Bytes::new());
    terms.given.amount = Units(U256::from(1) << 128);
    let found = read(&bench, &terms, PAYER).await.destination.failure;
    assert_eq!(found.as_deref(), Some("no vault moves so large an amount"));
    // There is nothing to try without a quote; that it is missing is another reason.
    terms.venue.kind = VenueKind::Quote;
    assert_eq!(read(&bench, &terms, PAYER).await.destination.failure, None);
}
