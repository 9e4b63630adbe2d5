use std::collections::BTreeSet;

use alloy::primitives::{Address, B256, Bytes};

use super::*;
use crate::model::BatchPosition;
use crate::store::samples;

fn reasons() -> Vec<HoldReason> {
    vec![
        HoldReason::RecipientReverts {
            call: 1,
            reason: "Paused()".to_owned(),
        },
        HoldReason::RecipientMissing {
            call: 0,
            recipient: Address::repeat_byte(1),
        },
        HoldReason::WrongReturnValue { call: 2 },
        HoldReason::TooEarly {
            deliver_after: 1_800_000_000,
        },
        HoldReason::TooLate {
            deliver_before: 1_700_000_000,
        },
        HoldReason::NotExecutor {
            executor: Bytes::from_static(&[0, 1]),
        },
        HoldReason::Unbundled,
        HoldReason::UnknownDestination { chain: 99 },
        HoldReason::RootMismatch {
            batch: 7,
            expected: B256::repeat_byte(1),
            actual: B256::repeat_byte(2),
        },
        HoldReason::Malformed {
            reason: "too short".to_owned(),
        },
        HoldReason::GasTooHigh {
            needed: 40_000_000,
            limit: 30_000_000,
        },
        HoldReason::Other {
            reason: "execution reverted".to_owned(),
        },
        HoldReason::DestinationFrozen {
            chain: 272,
            frozen_at: 1_800_000_000,
        },
    ]
}

/// A message for each cause.
fn messages() -> Vec<MessageRecord> {
    let message = |stage| samples::message(1, 10, 20, stage, 500);
    let mut unsettled = message(Stage::Seen);
    unsettled.batch = None;
    let mut settled = message(Stage::Seen);
    settled.batch = Some(BatchPosition {
        number: 4,
        leaf_index: 0,
    });
    let mut all = vec![unsettled, settled];
    let plain = [
        Stage::Rooted,
        Stage::Proven,
        Stage::Submitted,
        Stage::Included,
        Stage::Final,
        Stage::Removed,
        Stage::Unknown,
    ];
    all.extend(plain.map(message));
    all.extend(reasons().into_iter().map(|reason| MessageRecord {
        hold: Some(reason),
        ..message(Stage::Held)
    }));
    all
}

#[test]
fn each_cause_has_words_an_actor_and_a_next_step() {
    let lines: Vec<String> = messages()
        .iter()
        .map(|message| {
            let it = explain(message);
            assert_eq!(it.since, 500);
            format!(
                "{}: {}\n  who:  {}\n  next: {}",
                it.cause,
                it.text,
                it.who.describe(),
                it.next
            )
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn the_list_of_causes_is_closed_and_whole() {
    let found: BTreeSet<_> = messages()
        .iter()
        .map(|message| explain(message).cause)
        .collect();
    assert_eq!(found, BTreeSet::from(CAUSES));
}

#[test]
fn each_cause_has_its_section_in_the_documentation() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reference/causes.md");
    let page = std::fs::read_to_string(path).unwrap();
    let sections: BTreeSet<_> = page
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .collect();
    assert_eq!(sections, BTreeSet::from(CAUSES));
}

#[test]
fn a_failure_is_explained_like_the_hold_of_the_same_reason() {
    for reason in reasons() {
        let mut message = samples::message(1, 10, 20, Stage::Failed, 500);
        message.hold = Some(reason.clone());
        assert_eq!(explain(&message).cause, reason.label());
    }
}
