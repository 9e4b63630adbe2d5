use std::collections::{BTreeMap, BTreeSet};

use alloy::primitives::{Address, B256, Bytes, U256};
use alloy::sol_types::SolValue;
use causeway_bindings::{
    Asset, AssetKind, SwapHeader, SwapPayload, SwapPreimage, payload_commitment,
};
use proptest::prelude::*;

use super::*;
use crate::model::TxPoint;

const SOURCE: u64 = 271;
const DESTINATION: u64 = 272;
const L1: u64 = 1;

fn slot(decision: Option<Decision>, closed: Option<ClosedOn>) -> Option<SlotFact> {
    Some(SlotFact {
        decision,
        by_l1: false,
        closed,
        is_forced: false,
        is_close_forced: false,
        changed_at: 5,
    })
}

fn facts(lock: LockFact, slot: Option<SlotFact>) -> SwapFacts {
    SwapFacts {
        lock,
        slot,
        ..SwapFacts::default()
    }
}

#[test]
fn the_stage_is_a_function_of_the_facts() {
    use Decision::{Cancelled, Executed};
    use LockFact as L;
    let pending = facts(L::Locked, slot(None, None));
    let executed = facts(L::Locked, slot(Some(Executed), None));
    let cancelled = facts(L::Locked, slot(Some(Cancelled), None));
    let outcome = |outcome| SwapFacts {
        outcome: Some(outcome),
        ..pending
    };
    let rows = [
        (facts(L::None, None), SwapStage::LockIntended),
        (facts(L::Locked, None), SwapStage::Locked),
        (pending, SwapStage::Settled),
        (
            SwapFacts {
                importable: true,
                ..pending
            },
            SwapStage::Executable,
        ),
        (outcome(Executed), SwapStage::Executed),
        (outcome(Cancelled), SwapStage::Cancelled),
        (executed, SwapStage::DecidedExecuted),
        (cancelled, SwapStage::DecidedCancelled),
        (
            SwapFacts {
                payable: true,
                ..executed
            },
            SwapStage::Redeemable,
        ),
        (
            SwapFacts {
                payable: true,
                ..cancelled
            },
            SwapStage::Refundable,
        ),
        (
            SwapFacts {
                lock: L::Redeemed,
                ..executed
            },
            SwapStage::Redeeming,
        ),
        (
            SwapFacts {
                lock: L::Refunded,
                ..cancelled
            },
            SwapStage::Refunding,
        ),
        (
            facts(L::Redeemed, slot(Some(Executed), Some(ClosedOn::Source))),
            SwapStage::Redeemed,
        ),
        (
            facts(L::Refunded, slot(Some(Cancelled), Some(ClosedOn::Source))),
            SwapStage::Refunded,
        ),
        (
            facts(L::Locked, slot(Some(Executed), Some(ClosedOn::L1))),
            SwapStage::ClosedByL1,
        ),
        (
            facts(L::ClosedByL1, slot(Some(Cancelled), Some(ClosedOn::L1))),
            SwapStage::ClosedByL1,
        ),
    ];
    for (facts, expected) in rows {
        assert_eq!(facts.stage(BeforeLock::LockIntended), expected, "{facts:?}");
    }
    let met: BTreeSet<_> = rows.iter().map(|(_, stage)| *stage).collect();
    let unlocked = [
        SwapStage::Proposed,
        SwapStage::Quoted,
        SwapStage::Accepted,
        SwapStage::Withdrawn,
    ];
    assert_eq!(
        met.len() + unlocked.len(),
        SwapStage::ALL.len(),
        "every stage has a row"
    );
}

#[test]
fn preparations_count_only_until_there_is_a_lock() {
    use BeforeLock as B;
    for (before, stage) in [
        (B::Proposed, SwapStage::Proposed),
        (B::Quoted, SwapStage::Quoted),
        (B::Accepted, SwapStage::Accepted),
        (B::LockIntended, SwapStage::LockIntended),
        (B::Withdrawn, SwapStage::Withdrawn),
    ] {
        assert_eq!(SwapFacts::default().stage(before), stage);
        assert_eq!(
            facts(LockFact::Locked, None).stage(before),
            SwapStage::Locked
        );
    }
}

/// What the destination did counts once L1 knows the lock; a destination that speaks earlier proves nothing.
#[test]
fn an_outcome_before_the_slot_changes_nothing() {
    let early = SwapFacts {
        outcome: Some(Decision::Executed),
        importable: true,
        ..facts(LockFact::Locked, None)
    };
    assert_eq!(early.stage(BeforeLock::LockIntended), SwapStage::Locked);
}

#[test]
fn names_of_stages_read_back() {
    let labels: BTreeSet<_> = SwapStage::ALL.iter().map(|stage| stage.label()).collect();
    assert_eq!(labels.len(), SwapStage::ALL.len());
    for stage in SwapStage::ALL {
        assert_eq!(stage.label().parse(), Ok(stage));
    }
    assert!("done".parse::<SwapStage>().is_err());
}

fn decision() -> impl Strategy<Value = Decision> {
    prop_oneof![Just(Decision::Executed), Just(Decision::Cancelled)]
}

fn any_facts() -> impl Strategy<Value = SwapFacts> {
    let lock = prop_oneof![
        Just(LockFact::None),
        Just(LockFact::Locked),
        Just(LockFact::Redeemed),
        Just(LockFact::Refunded),
        Just(LockFact::ClosedByL1)
    ];
    let closed = prop_oneof![Just(ClosedOn::Source), Just(ClosedOn::L1)];
    let found = prop::option::of((prop::option::of(decision()), prop::option::of(closed)));
    let outcome = prop::option::of(decision());
    (lock, found, outcome, any::<bool>(), any::<bool>()).prop_map(
        |(lock, found, outcome, importable, payable)| SwapFacts {
            lock,
            slot: found.and_then(|(decision, closed)| slot(decision, closed)),
            outcome,
            importable,
            payable,
        },
    )
}

fn any_stage() -> impl Strategy<Value = SwapStage> {
    prop::sample::select(SwapStage::ALL.to_vec())
}

proptest! {
    /// INV-05: whatever the chains say afterwards, a swap that is over stays what it is.
    #[test]
    fn inv05_a_terminal_stage_never_changes(said in prop::collection::vec(any_facts(), 1..40)) {
        let mut record = SwapRecord::new(B256::ZERO, SOURCE, DESTINATION, 0);
        let mut over = None;
        for (now, facts) in (1..).zip(said) {
            let before = record.clone();
            if record.observe(&facts, now).is_err() {
                prop_assert_eq!(&record, &before, "a contradiction changes nothing");
            }
            if let Some(stage) = over {
                prop_assert_eq!(record.stage, stage);
            }
            over = over.or(record.stage.is_terminal().then_some(record.stage));
        }
    }

    #[test]
    fn what_is_decided_is_not_decided_otherwise(from in any_stage(), to in any_stage()) {
        let turns = from.decision().is_some() && to.decision().is_some() && from.decision() != to.decision();
        let contradicts = from != to && (from.is_terminal() || turns);
        prop_assert_eq!(from.to(to).is_err(), contradicts);
        prop_assert_eq!(from.to(from), Ok(Move::Stays));
    }

    /// A relayer that takes over derives the stage from the same sightings.
    #[test]
    fn a_stage_does_not_depend_on_the_way_to_it(said in prop::collection::vec(any_facts(), 1..12)) {
        let mut record = SwapRecord::new(B256::ZERO, SOURCE, DESTINATION, 0);
        for (now, facts) in (1..).zip(&said) {
            if record.observe(facts, now).is_ok() {
                prop_assert_eq!(record.stage, facts.stage(BeforeLock::Proposed));
            }
        }
    }
}

fn at(block: u64) -> TxPoint {
    TxPoint {
        block,
        block_hash: B256::repeat_byte(1),
        timestamp: 100 + block,
        tx: B256::repeat_byte(2),
    }
}

fn seen_all() -> SwapSightings {
    SwapSightings {
        lock: Some(LockPoint {
            at: at(10),
            leaf: B256::ZERO,
        }),
        receipts: BTreeMap::from([(
            DESTINATION,
            ReceiptPoint {
                decision: Decision::Executed,
                output: Bytes::from_static(b"output"),
                at: at(20),
                leaf: B256::ZERO,
            },
        )]),
        payments: BTreeMap::from([(
            SOURCE,
            PaymentPoint {
                payment: Payment::Redeemed,
                at: at(30),
            },
        )]),
        slots: BTreeMap::from([(
            SOURCE,
            SlotPoint {
                opened: Some(at(11)),
                decided: Some(DecidedPoint {
                    decision: Decision::Executed,
                    by_l1: false,
                    at: at(21),
                }),
                closed: Some((SOURCE, at(31))),
                forced: vec![(DESTINATION, at(15))],
            },
        )]),
    }
}

#[test]
fn a_reorg_takes_back_what_stood_in_its_blocks_and_nothing_else() {
    let left = |chain, common| {
        let mut seen = seen_all();
        let changed = if chain == L1 {
            seen.drop_above_on_l1(common)
        } else {
            seen.drop_above(SOURCE, chain, common)
        };
        let record = SwapRecord {
            seen,
            ..SwapRecord::new(B256::ZERO, SOURCE, DESTINATION, 0)
        };
        (
            changed,
            record.facts(true, false).stage(BeforeLock::LockIntended),
        )
    };
    let rows = [
        ((SOURCE, 30), (false, SwapStage::Redeemed)),
        ((SOURCE, 29), (true, SwapStage::Redeemed)),
        ((DESTINATION, 20), (false, SwapStage::Redeemed)),
        ((L1, 30), (true, SwapStage::Redeeming)),
        ((L1, 20), (true, SwapStage::Executed)),
        ((L1, 10), (true, SwapStage::Locked)),
    ];
    for ((chain, common), expected) in rows {
        assert_eq!(left(chain, common), expected, "{chain} above {common}");
    }
    let mut seen = seen_all();
    let slot = SlotPoint {
        opened: Some(at(11)),
        ..SlotPoint::default()
    };
    seen.slots = BTreeMap::from([(SOURCE, slot)]);
    seen.payments.clear();
    assert!(seen.drop_above(SOURCE, DESTINATION, 19));
    let record = SwapRecord {
        seen,
        ..SwapRecord::new(B256::ZERO, SOURCE, DESTINATION, 0)
    };
    assert_eq!(
        record.facts(true, false).stage(BeforeLock::LockIntended),
        SwapStage::Executable
    );
}

#[test]
fn the_slot_says_when_it_changed_and_who_was_asked() {
    let record = SwapRecord {
        seen: seen_all(),
        ..SwapRecord::new(B256::ZERO, SOURCE, DESTINATION, 0)
    };
    let slot = record.facts(true, true).slot.expect("open");
    assert_eq!(
        (slot.changed_at, slot.is_forced, slot.is_close_forced),
        (131, true, false)
    );
    assert_eq!(slot.closed, Some(ClosedOn::Source));
}

#[test]
fn what_is_private_is_not_in_debug_output() {
    let payload = SwapPayload {
        transfer: Bytes::from_static(b"transfer"),
        venue: Address::ZERO,
        venueData: Bytes::from_static(b"who trades what"),
        wanted: Asset {
            originChainId: U256::ONE,
            originToken: Address::ZERO,
            kind: AssetKind::Fungible,
        },
        wantedTokenId: U256::ZERO,
        minReturned: U256::ONE,
        beneficiary: Address::ZERO,
        l1Recipient: Address::ZERO,
        counterparty: Address::ZERO,
    };
    let (salt, payload) = (B256::repeat_byte(0xab), Bytes::from(payload.abi_encode()));
    let header = SwapHeader {
        payloadCommitment: payload_commitment(salt, &payload),
        sourceChainId: U256::from(SOURCE),
        destinationChainId: U256::from(DESTINATION),
        ..SwapHeader::default()
    };
    let preimage = SwapPreimage {
        header,
        salt,
        payload,
    };
    assert!(preimage.is_committed());
    let mut record = SwapRecord::intended(&preimage, SwapNames::default(), 7);
    record.seen = seen_all();
    let text = format!("{record:?}");
    for private in [
        "abababab",
        &alloy::hex::encode("who trades"),
        &alloy::hex::encode("output"),
    ] {
        assert!(!text.contains(private), "{text}");
    }
    let secret = record.secret.expect("kept");
    assert_eq!(secret.header(), Some(preimage.header.clone()));
    assert_eq!(
        secret.payload().expect("reads").venueData.as_ref(),
        b"who trades what"
    );
    assert_eq!(record.id, preimage.id());
}

#[test]
fn a_uetr_is_a_version_4_uuid_in_lower_case() {
    let good = "2f3c8a52-6f0e-4b9d-9d0e-3f6a0c1b7e55";
    assert_eq!(
        good.parse::<Uetr>().map(|uetr| uetr.to_string()),
        Ok(good.to_owned())
    );
    for bad in [
        "",
        "2F3C8A52-6F0E-4B9D-9D0E-3F6A0C1B7E55",
        "2f3c8a52-6f0e-1b9d-9d0e-3f6a0c1b7e55",
        "2f3c8a52-6f0e-4b9d-cd0e-3f6a0c1b7e55",
        "2f3c8a526f0e4b9d9d0e3f6a0c1b7e55",
        "2f3c8a52-6f0e-4b9d-9d0e-3f6a0c1b7e5",
        "2f3c8a52-6f0e-4b9d-9d0e-3f6a0c1b7e5é",
    ] {
        assert!(bad.parse::<Uetr>().is_err(), "{bad}");
    }
}

#[test]
fn an_end_to_end_id_has_the_characters_of_iso_20022() {
    for good in [
        "a",
        "GOLD/2026-11-21:0001",
        "with space (ok).,'+?",
        &"x".repeat(35),
    ] {
        assert!(good.parse::<EndToEndId>().is_ok(), "{good}");
    }
    for bad in [
        "",
        &"x".repeat(36),
        "/a",
        "a/",
        "a//b",
        " a",
        "a ",
        "é",
        "a_b",
        "a\nb",
    ] {
        assert!(bad.parse::<EndToEndId>().is_err(), "{bad}");
    }
    for (key, fits) in [
        ("", false),
        ("a b", false),
        ("k1", true),
        (&"k".repeat(256)[..], false),
    ] {
        assert_eq!(SwapName::key(key).is_ok(), fits, "{key}");
    }
}

/// Another chain may say what it likes: it is neither end of the swap.
#[test]
fn inv10_what_other_chains_say_of_a_swap_does_not_count() {
    let mut seen = seen_all();
    seen.receipts = seen
        .receipts
        .into_values()
        .map(|receipt| (273, receipt))
        .collect();
    seen.payments = seen
        .payments
        .into_values()
        .map(|paid| (273, paid))
        .collect();
    seen.slots = seen.slots.into_values().map(|slot| (273, slot)).collect();
    let record = SwapRecord {
        seen,
        ..SwapRecord::new(B256::ZERO, SOURCE, DESTINATION, 0)
    };
    let facts = record.facts(true, true);
    assert_eq!(
        (facts.slot, facts.outcome, facts.lock),
        (None, None, LockFact::Locked)
    );
}

#[test]
fn a_new_uetr_is_one_and_never_the_same() {
    let [one, other] = [Uetr::random(), Uetr::random()];
    assert_ne!(one, other);
    for uetr in [one, other] {
        assert_eq!(uetr.to_string().parse::<Uetr>(), Ok(uetr));
    }
}
