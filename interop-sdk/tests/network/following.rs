//! The way of a message, as the SDK sees it.

use std::time::Duration;

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::{Revert, SolError},
};
use interop_sdk::{CallStatus, ErrorCode, Held, Stage, Status, bindings::IInteropHandler};

use crate::world::{DESTINATION, SOURCE, World, timestamp};

const SOON: Duration = Duration::from_millis(20);

#[tokio::test]
async fn a_message_goes_through_every_stage() {
    let mut world = World::new();
    let sent = world.send(b"hello").await;
    assert_eq!((sent.source(), sent.destination()), (SOURCE, DESTINATION));
    assert_eq!(sent.status().await.unwrap(), Status::Sent);

    world.commit();
    assert_eq!(sent.status().await.unwrap(), Status::InBatch);

    let l1_block = world.settle();
    let settlement = sent.settlement().await.unwrap().expect("settled");
    assert_eq!(
        (settlement.batch_number, settlement.l1_block),
        (1, l1_block)
    );
    assert_eq!(settlement.l1_timestamp, timestamp(l1_block));
    assert_eq!(sent.status().await.unwrap(), Status::Settled(settlement));

    world.import(l1_block);
    let Status::Rooted {
        settlement: under,
        root,
    } = sent.status().await.unwrap()
    else {
        panic!("not rooted");
    };
    assert_eq!((under, root.l1_block), (settlement, l1_block));
    assert_eq!(sent.executions().await.unwrap(), []);

    let transaction = world.execute(sent.bundle_hash());
    assert_eq!(sent.status().await.unwrap(), Status::Delivered);
    assert_eq!(
        sent.wait(Stage::Settled, SOON).await.unwrap(),
        Status::Delivered
    );
    let executions = sent.executions().await.unwrap();
    assert_eq!(
        executions
            .iter()
            .map(|execution| execution.transaction)
            .collect::<Vec<_>>(),
        [transaction]
    );
}

#[tokio::test]
async fn proofs_of_all_messages_verify_against_any_later_root() {
    let mut world = World::new();
    let mut sent = Vec::new();
    for batch in 0..5 {
        for _ in 0..=batch {
            sent.push(world.send(b"message").await);
        }
        world.consume_operation(B256::repeat_byte(batch), batch % 2 == 0);
        world.settle();
    }
    let last = world.settle();
    world.import(last);
    for message in &sent {
        let delivery = message.prove().await.unwrap();
        assert_eq!(delivery.simulate().await.unwrap(), None);
        assert_eq!(delivery.root().l1_block, last);
        assert!(message.verify_on_l1().await.unwrap());
    }
}

#[tokio::test]
async fn messages_of_other_accounts_are_verified_on_l1() {
    let mut world = World::new();
    let sender = Address::with_last_byte(0x77);
    let message = world.send_to_l1(sender, b"\x01 looks like a bundle").await;
    assert_eq!(message.sender, sender);
    assert_eq!(
        message.verify_on_l1().await.unwrap_err().code(),
        ErrorCode::NotSettled
    );
    world.settle();
    assert!(message.verify_on_l1().await.unwrap());
    let proof = message.prove_for_l1().await.unwrap();
    assert_eq!(proof.leafIndex, U256::ZERO);

    let bundles = world
        .network
        .chain(SOURCE)
        .unwrap()
        .messages_of(message.transaction)
        .await
        .unwrap();
    assert!(bundles.is_empty(), "only the interop center sends bundles");
}

#[tokio::test]
async fn a_root_that_is_older_than_the_batch_does_not_serve() {
    let mut world = World::new();
    let first = world.send(b"first").await;
    let early = world.settle();
    let second = world.send(b"second").await;
    world.settle();
    world.import(early);
    assert!(matches!(
        first.status().await.unwrap(),
        Status::Rooted { .. }
    ));
    assert!(matches!(second.status().await.unwrap(), Status::Settled(_)));
    assert_eq!(
        second.prove().await.unwrap_err().code(),
        ErrorCode::NotRooted
    );
}

#[tokio::test]
async fn a_root_that_the_destination_dropped_does_not_serve() {
    let mut world = World::new();
    let sent = world.send(b"hello").await;
    let first = world.settle();
    let second = world.settle();
    world.import(first);
    world.import(second);
    world.forget_import(second);
    assert_eq!(sent.prove().await.unwrap().root().l1_block, first);
    world.forget_import(first);
    assert_eq!(sent.prove().await.unwrap_err().code(), ErrorCode::NotRooted);
}

async fn held(world: &World, sent: &interop_sdk::SentMessage, error: impl SolError) -> Held {
    world.refuse(error);
    match sent.status().await.unwrap() {
        Status::Held { reason, .. } => reason,
        other => panic!("not held but {other}"),
    }
}

#[tokio::test]
async fn a_held_message_says_why() {
    let mut world = World::new();
    let sent = world.send(b"hello").await;
    let l1_block = world.settle();
    world.import(l1_block);
    let [call, number] = [U256::ZERO, U256::from(5)];

    let reason = Bytes::from(Revert::from("account is frozen").abi_encode());
    let error = IInteropHandler::InteropHandlerCallReverted {
        callIndex: call,
        reason: reason.clone(),
    };
    let found = held(&world, &sent, error).await;
    assert_eq!(found.to_string(), "call 0 reverted: account is frozen");
    assert_eq!(found, Held::RecipientReverted { call, reason });

    let recipient = Address::with_last_byte(9);
    let error = IInteropHandler::InteropHandlerRecipientMissing {
        callIndex: call,
        recipient,
    };
    assert_eq!(
        held(&world, &sent, error).await,
        Held::RecipientMissing { call, recipient }
    );

    let error = IInteropHandler::InteropHandlerTooLate {
        callIndex: call,
        deliverBefore: number,
        timestamp: number,
    };
    assert_eq!(
        held(&world, &sent, error).await,
        Held::TooLate {
            call,
            deliver_before: number
        }
    );

    let error = IInteropHandler::InteropHandlerTooEarly {
        callIndex: call,
        deliverAfter: number,
        timestamp: number,
    };
    assert_eq!(
        held(&world, &sent, error).await,
        Held::TooEarly {
            call,
            deliver_after: number
        }
    );

    let error = IInteropHandler::InteropHandlerWrongReturnValue {
        callIndex: call,
        returned: Bytes::new(),
    };
    assert_eq!(
        held(&world, &sent, error).await,
        Held::WrongReturnValue {
            call,
            returned: Bytes::new()
        }
    );

    let error = IInteropHandler::InteropHandlerGasTooLow {
        callIndex: call,
        minGasLimit: number,
        available: call,
    };
    let expected = Held::GasTooLow {
        call,
        min_gas_limit: number,
        available: call,
    };
    assert_eq!(held(&world, &sent, error).await, expected);

    let error = IInteropHandler::InteropHandlerNotExecutor {
        caller: recipient,
        executionAddress: Bytes::new(),
    };
    assert!(matches!(held(&world, &sent, error).await, Held::Refused(_)));
    assert_eq!(sent.status().await.unwrap().stage(), Some(Stage::Rooted));
}

#[tokio::test]
async fn an_unbundled_message_shows_its_calls() {
    let mut world = World::new();
    let sent = world.send(b"hello").await;
    world.unbundle(sent.bundle_hash(), vec![CallStatus::Unprocessed]);
    let status = sent.status().await.unwrap();
    assert_eq!(status.to_string(), "unbundled, 1 of 1 calls still open");
    assert_eq!(status, Status::Unbundled(vec![CallStatus::Unprocessed]));
}

#[tokio::test]
async fn waiting_ends_in_time_and_says_what_is_missing() {
    let mut world = World::new();
    let sent = world.send(b"hello").await;
    let error = sent.wait(Stage::Delivered, SOON).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::Timeout);
    assert!(
        error.to_string().contains("sent, not in a batch yet"),
        "{error}"
    );
    assert!(error.is_temporary());
}

#[tokio::test]
async fn waiting_outlives_an_rpc_that_is_away() {
    let mut world = World::new();
    let sent = world.send(b"hello").await;
    world.settle();
    world.l1.set_down(true);
    let (l1, waited) = (world.l1.clone(), sent.clone());
    let waiting =
        tokio::spawn(async move { waited.wait(Stage::Settled, Duration::from_secs(10)).await });
    tokio::time::sleep(SOON).await;
    assert!(!waiting.is_finished());
    l1.set_down(false);
    assert!(matches!(
        waiting.await.unwrap().unwrap(),
        Status::Settled(_)
    ));

    world.l1.set_down(true);
    assert_eq!(
        sent.wait(Stage::Delivered, SOON).await.unwrap_err().code(),
        ErrorCode::Rpc
    );
}

#[tokio::test]
async fn providers_with_small_pages_serve_too() {
    let mut world = World::new();
    for chain in [&world.l1, &world.source, &world.destination] {
        chain.limit_pages(2);
    }
    let sent = world.send(b"hello").await;
    for _ in 0..40 {
        world.source.mine(vec![]);
        world.l1.mine(vec![]);
    }
    let l1_block = world.settle();
    world.import(l1_block);
    for _ in 0..40 {
        world.destination.mine(vec![]);
    }
    assert!(matches!(
        sent.status().await.unwrap(),
        Status::Rooted { .. }
    ));
}
