use alloy::primitives::{Address, B256, Bytes};
use proptest::prelude::*;

use super::*;
use crate::model::TxPoint;

const NOW: UnixSeconds = 1_000;
const LATER: UnixSeconds = 2_000;

fn milestone(kind: MilestoneKind) -> Milestone {
    let at = TxPoint {
        block: 7,
        block_hash: B256::repeat_byte(7),
        timestamp: 900,
        tx: B256::repeat_byte(8),
    };
    Milestone { kind, chain: 1, at }
}

fn position() -> BatchPosition {
    BatchPosition {
        number: 3,
        leaf_index: 5,
    }
}

/// A record in `stage`, with the facts that a message in that stage has.
fn record(stage: Stage) -> MessageRecord {
    let settled = !matches!(stage, Stage::Seen | Stage::Removed);
    let mut milestones = vec![milestone(MilestoneKind::Sent)];
    if settled {
        milestones.push(milestone(MilestoneKind::Settled));
        milestones.push(milestone(MilestoneKind::RootImported));
    }
    if matches!(stage, Stage::Included | Stage::Final) {
        milestones.push(milestone(MilestoneKind::Delivered));
    }
    MessageRecord {
        id: B256::repeat_byte(1),
        source: 1,
        destination: 2,
        center: Address::repeat_byte(3),
        sender: Address::repeat_byte(4),
        bundle: Bytes::from_static(&[1, 2, 3]),
        calls: 1,
        log_index: 0,
        batch: settled.then(position),
        stage,
        hold: matches!(stage, Stage::Held | Stage::Failed).then_some(HoldReason::Unbundled),
        since: NOW,
        attempts: 0,
        retry_at: (stage == Stage::Held).then_some(NOW),
        milestones,
    }
}

fn events() -> Vec<MessageEvent> {
    vec![
        MessageEvent::Settled(position(), milestone(MilestoneKind::Settled)),
        MessageEvent::Rooted(milestone(MilestoneKind::RootImported)),
        MessageEvent::Proven,
        MessageEvent::Submitted,
        MessageEvent::Executed(milestone(MilestoneKind::Delivered)),
        MessageEvent::Finalized,
        MessageEvent::Held(HoldReason::WrongReturnValue { call: 0 }, Some(LATER)),
        MessageEvent::Failed(HoldReason::Unbundled),
        MessageEvent::Reorged {
            lost: MilestoneKind::Sent,
        },
        MessageEvent::Reorged {
            lost: MilestoneKind::Settled,
        },
        MessageEvent::Reorged {
            lost: MilestoneKind::RootImported,
        },
        MessageEvent::Reorged {
            lost: MilestoneKind::Delivered,
        },
        MessageEvent::Retry,
        MessageEvent::DeliveryDropped,
        MessageEvent::OutcomeUnknown,
    ]
}

/// One row per stage, one column per event of `events()`: the stage after it, or `-` where it is refused.
const TABLE: [(Stage, &str); 10] = [
    //                 settle root   proven submit execut final held failed r.sent  r.settl r.root r.deliv retry dropped unknown
    (
        Stage::Seen,
        "seen   -      -      -      included - held failed removed seen seen seen     -      -      -",
    ),
    (
        Stage::Rooted,
        "rooted -      proven -      included - held failed removed seen seen rooted   -      -      -",
    ),
    (
        Stage::Proven,
        "proven -      -      submitted included - held failed removed seen seen proven -     -      -",
    ),
    (
        Stage::Submitted,
        "submitted -   -      -      included - held failed removed seen seen submitted -  rooted unknown",
    ),
    (
        Stage::Included,
        "included included -  -      included final - - removed seen seen rooted       -      -      -",
    ),
    (
        Stage::Final,
        "final  final  -      -      -        -     - - removed seen seen rooted       -      -      -",
    ),
    (
        Stage::Held,
        "held   held   -      -      included - held failed removed seen seen rooted   rooted -      -",
    ),
    (
        Stage::Failed,
        "failed failed -      -      included - - -        removed seen seen rooted    -      -      -",
    ),
    (Stage::Removed, "- - - - - - - - - - - - - - -"),
    (
        Stage::Unknown,
        "unknown unknown - -     included - held failed removed seen seen rooted       rooted rooted -",
    ),
];

#[test]
fn every_stage_and_event_do_what_the_table_says() {
    for (from, row) in TABLE {
        let expected: Vec<&str> = row.split_whitespace().collect();
        assert_eq!(expected.len(), events().len(), "row of {from}");
        for (event, expected) in events().into_iter().zip(expected) {
            let mut after = record(from);
            let result = after.apply(event.clone(), LATER);
            let actual = if result.is_ok() {
                after.stage.label()
            } else {
                "-"
            };
            assert_eq!(actual, expected, "{from} on {event:?}");
        }
    }
}

#[test]
fn a_seen_message_becomes_rooted_only_once_its_batch_is_known() {
    let mut message = record(Stage::Seen);
    let rooted = MessageEvent::Rooted(milestone(MilestoneKind::RootImported));
    assert!(message.apply(rooted.clone(), LATER).is_err());
    message
        .apply(
            MessageEvent::Settled(position(), milestone(MilestoneKind::Settled)),
            LATER,
        )
        .unwrap();
    message.apply(rooted, LATER).unwrap();
    assert_eq!(
        (message.stage, message.batch, message.since),
        (Stage::Rooted, Some(position()), LATER)
    );
}

#[test]
fn a_second_batch_for_a_message_is_refused_until_the_first_is_reorged_away() {
    let mut message = record(Stage::Rooted);
    let other = BatchPosition {
        number: 4,
        leaf_index: 0,
    };
    let settled = MessageEvent::Settled(other, milestone(MilestoneKind::Settled));
    let error = message.apply(settled.clone(), LATER).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "message {} cannot go from Rooted on Settled in another batch",
            message.id
        )
    );
    message
        .apply(
            MessageEvent::Reorged {
                lost: MilestoneKind::Settled,
            },
            LATER,
        )
        .unwrap();
    message.apply(settled, LATER).unwrap();
    assert_eq!(message.batch, Some(other));
}

#[test]
fn a_lost_root_keeps_the_batch_and_a_lost_batch_does_not() {
    let mut message = record(Stage::Included);
    message
        .apply(
            MessageEvent::Reorged {
                lost: MilestoneKind::RootImported,
            },
            LATER,
        )
        .unwrap();
    assert_eq!(message.batch, Some(position()));
    assert_eq!(message.milestones.len(), 2);
    message
        .apply(
            MessageEvent::Reorged {
                lost: MilestoneKind::Settled,
            },
            LATER,
        )
        .unwrap();
    assert_eq!(message.batch, None);
    assert_eq!(message.milestones, vec![milestone(MilestoneKind::Sent)]);
}

#[test]
fn a_hold_keeps_its_time_while_its_reason_stays() {
    let mut message = record(Stage::Held);
    message
        .apply(
            MessageEvent::Held(HoldReason::Unbundled, Some(LATER)),
            LATER,
        )
        .unwrap();
    assert_eq!((message.since, message.retry_at), (NOW, Some(LATER)));
    message
        .apply(
            MessageEvent::Held(HoldReason::WrongReturnValue { call: 1 }, None),
            LATER,
        )
        .unwrap();
    assert_eq!((message.since, message.retry_at), (LATER, None));
    message.apply(MessageEvent::Retry, LATER).unwrap();
    assert_eq!(
        (message.stage, message.hold, message.retry_at),
        (Stage::Rooted, None, None)
    );
}

#[test]
fn each_submission_counts_as_an_attempt() {
    let mut message = record(Stage::Proven);
    message.apply(MessageEvent::Submitted, LATER).unwrap();
    message.apply(MessageEvent::DeliveryDropped, LATER).unwrap();
    message.apply(MessageEvent::Proven, LATER).unwrap();
    message.apply(MessageEvent::Submitted, LATER).unwrap();
    assert_eq!(message.attempts, 2);
}

fn any_events() -> impl Strategy<Value = Vec<MessageEvent>> {
    let all = events();
    prop::collection::vec(
        (0..all.len()).prop_map(move |index| all[index].clone()),
        0..60,
    )
}

proptest! {
    #[test]
    fn whatever_happens_the_record_stays_consistent(events in any_events()) {
        let mut message = record(Stage::Seen);
        for (step, event) in events.into_iter().enumerate() {
            let before = message.clone();
            let outcome = message.apply(event.clone(), NOW + step as u64);
            let reorged = matches!(event, MessageEvent::Reorged { .. });
            if outcome.is_err() {
                prop_assert_eq!(&message, &before, "a refused event changes nothing");
            }
            if matches!(before.stage, Stage::Final | Stage::Removed) && !reorged {
                prop_assert_eq!(message.stage, before.stage, "only a reorg leaves a final stage");
            }
            if before.stage == Stage::Failed && message.stage != Stage::Failed {
                prop_assert!(reorged || matches!(event, MessageEvent::Executed(_)));
            }
            let delivered = matches!(message.stage, Stage::Included | Stage::Final);
            prop_assert_eq!(delivered, message.milestone(MilestoneKind::Delivered).is_some());
            prop_assert_eq!(message.hold.is_some(), matches!(message.stage, Stage::Held | Stage::Failed));
            prop_assert!(message.retry_at.is_none() || message.stage == Stage::Held);
            prop_assert!(message.milestones.is_sorted_by(|a, b| a.kind < b.kind));
            prop_assert_eq!(message.batch.is_some(), message.milestone(MilestoneKind::Settled).is_some());
            let rooted = matches!(message.stage, Stage::Rooted | Stage::Proven | Stage::Submitted);
            prop_assert!(!rooted || message.grounded_stage() == Stage::Rooted);
        }
    }
}
