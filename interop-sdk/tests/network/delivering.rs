//! What becomes of a delivery.

use alloy::primitives::Address;
use interop_sdk::{Delivered, ErrorCode, bindings::IInteropHandler};

use crate::world::World;

#[tokio::test]
async fn that_someone_else_was_faster_counts_as_success() {
    let mut world = World::new();
    let sent = world.send(b"hello").await;
    let l1_block = world.settle();
    world.import(l1_block);
    let delivery = sent.prove().await.unwrap();

    world.execute(sent.bundle_hash());
    let status = interop_sdk::bindings::BundleStatus::FullyExecuted;
    world.refuse(IInteropHandler::InteropHandlerWrongStatus {
        bundleHash: sent.bundle_hash(),
        status,
    });
    let outcome = delivery
        .deliver(&world.destination.provider())
        .await
        .unwrap();
    assert_eq!(outcome, Delivered::ByOther);
}

#[tokio::test]
async fn a_refused_delivery_says_why_and_sends_nothing() {
    let mut world = World::new();
    let sent = world.send(b"hello").await;
    let l1_block = world.settle();
    world.import(l1_block);
    let delivery = sent.prove().await.unwrap();
    let head = world.destination.head();

    let recipient = Address::with_last_byte(3);
    world.refuse(IInteropHandler::InteropHandlerRecipientMissing {
        callIndex: Default::default(),
        recipient,
    });
    let error = delivery
        .deliver(&world.destination.provider())
        .await
        .unwrap_err();
    assert_eq!(error.code(), ErrorCode::Reverted);
    assert!(
        error.to_string().contains("InteropHandlerRecipientMissing"),
        "{error}"
    );
    assert_eq!(world.destination.head(), head);

    let error = delivery
        .deliver(&world.source.provider())
        .await
        .unwrap_err();
    assert_eq!(error.code(), ErrorCode::WrongChain);
}

#[tokio::test]
async fn a_delivery_is_bound_to_its_message() {
    let mut world = World::new();
    let sent = world.send(b"mine").await;
    let other = world.send(b"another's").await;
    let l1_block = world.settle();
    world.import(l1_block);
    let [mine, others] = [sent.prove().await.unwrap(), other.prove().await.unwrap()];
    assert_ne!(mine.call().proof.leafIndex, others.call().proof.leafIndex);
    assert_eq!(mine.call().bundle, sent.bundle().encode());
    assert_eq!(mine.message().bundle_hash(), sent.bundle_hash());
    assert_eq!(mine.call().sender, sent.message().sender);
}
