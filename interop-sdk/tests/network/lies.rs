//! RPCs that hide or invent, chains that import false roots, and reorganisations.

use std::time::Duration;

use alloy::{primitives::B256, sol_types::SolEvent};
use interop_sdk::{
    ErrorCode, Stage, Status,
    bindings::{IMessageOutbox::L1MessageSent, IMessageRoot::BatchRootAppended},
};

use crate::world::World;

#[tokio::test]
async fn a_hidden_message_of_the_batch_is_noticed() {
    let mut world = World::new();
    let sent = world.send(b"mine").await;
    let other = world.send(b"another's").await;
    let l1_block = world.settle();
    world.import(l1_block);
    let hidden = other.transaction();
    world
        .source
        .hide(move |log| log.transaction_hash == Some(hidden));
    let error = sent.prove().await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::RootMismatch);
    assert!(
        error.to_string().contains("batch 1 of chain 271"),
        "{error}"
    );

    world.source.hide(|_| false);
    assert_eq!(sent.prove().await.unwrap().simulate().await.unwrap(), None);
}

#[tokio::test]
async fn an_invented_message_is_noticed() {
    let mut world = World::new();
    let sent = world.send(b"mine").await;
    // In a block of the batch, but not among the leaves that were settled.
    let invented = L1MessageSent {
        sender: Default::default(),
        hash: B256::ZERO,
        message: Default::default(),
    };
    let outbox = sent.message().sender;
    world
        .source
        .mine(vec![(outbox, invented.encode_log_data())]);
    let l1_block = world.settle();
    world.import(l1_block);
    assert_eq!(
        sent.prove().await.unwrap_err().code(),
        ErrorCode::RootMismatch
    );
}

#[tokio::test]
async fn a_hidden_batch_is_noticed_and_read_again() {
    let mut world = World::new();
    let sent = world.send(b"first").await;
    world.settle();
    world.send(b"second").await;
    let hidden = world.settle();
    let last = world.settle();
    world.import(last);
    world.l1.hide(move |log| {
        log.block_number == Some(hidden) && log.topic0() == Some(&BatchRootAppended::SIGNATURE_HASH)
    });
    assert_eq!(sent.prove().await.unwrap_err().code(), ErrorCode::History);

    world.l1.hide(|_| false);
    assert_eq!(sent.prove().await.unwrap().simulate().await.unwrap(), None);
}

#[tokio::test]
async fn the_newest_batch_hidden_is_noticed_and_read_again() {
    let mut world = World::new();
    let sent = world.send(b"first").await;
    world.settle();
    world.send(b"second").await;
    let hidden = world.settle();
    world.import(hidden);
    world.l1.hide(move |log| log.block_number == Some(hidden));
    assert_eq!(
        sent.prove().await.unwrap_err().code(),
        ErrorCode::RootMismatch
    );

    world.l1.hide(|_| false);
    assert_eq!(sent.prove().await.unwrap().simulate().await.unwrap(), None);
}

#[tokio::test]
async fn a_false_root_at_the_destination_serves_nobody() {
    let mut world = World::new();
    let sent = world.send(b"hello").await;
    let l1_block = world.settle();
    world.import_root(l1_block, B256::repeat_byte(0xee));
    assert_eq!(
        sent.prove().await.unwrap_err().code(),
        ErrorCode::UnknownRoot
    );
    assert_eq!(
        sent.status().await.unwrap_err().code(),
        ErrorCode::UnknownRoot
    );

    // A true one beside it does.
    let later = world.settle();
    world.import(later);
    world.import_root(l1_block, B256::repeat_byte(0xee));
    assert_eq!(sent.prove().await.unwrap().root().l1_block, later);
}

#[tokio::test]
async fn a_reorganised_source_shows() {
    let mut world = World::new();
    let sent = world.send(b"hello").await;
    world.source.drop_from(sent.message().block);
    assert_eq!(
        sent.status().await.unwrap(),
        Status::Sent,
        "the block is only late, as far as anyone knows"
    );
    world.source.mine(vec![]);
    assert_eq!(sent.status().await.unwrap(), Status::Removed);
    let error = sent
        .wait(Stage::Delivered, Duration::from_secs(5))
        .await
        .unwrap_err();
    assert_eq!(error.code(), ErrorCode::Removed);
}

#[tokio::test]
async fn a_reorganised_l1_is_read_again() {
    let mut world = World::new();
    let sent = world.send(b"hello").await;
    let before = world.settle();
    assert_eq!(
        sent.settlement().await.unwrap().expect("settled").l1_block,
        before
    );

    world.reorganise_last_batch(before, 3);
    assert_eq!(sent.settlement().await.unwrap(), None);

    let after = world.settle();
    assert_eq!(after, before + 3);
    assert_eq!(
        sent.settlement().await.unwrap().expect("settled").l1_block,
        after
    );
    world.import(after);
    assert_eq!(sent.prove().await.unwrap().simulate().await.unwrap(), None);
    assert!(sent.verify_on_l1().await.unwrap());
}

#[tokio::test]
async fn events_that_come_late_are_read_again() {
    let mut world = World::new();
    let sent = world.send(b"hello").await;
    let l1_block = world.settle();
    world.l1.hide(move |log| log.block_number == Some(l1_block));
    assert_eq!(sent.status().await.unwrap(), Status::InBatch);

    world.l1.hide(|_| false);
    world.l1.mine(vec![]);
    assert!(matches!(sent.status().await.unwrap(), Status::Settled(_)));
}
