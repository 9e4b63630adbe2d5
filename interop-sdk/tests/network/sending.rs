//! What the builders hand to wallets.

use alloy::{
    primitives::{Address, U256},
    sol_types::SolCall,
};
use interop_sdk::{
    Attribute, ErrorCode, InteropAddress,
    bindings::IInteropCenter::{sendBundleCall, sendMessageCall},
};

use crate::world::{DESTINATION, SOURCE, World};

#[tokio::test]
async fn a_message_is_one_call_of_the_interop_center() {
    let world = World::new();
    let source = world.network.chain_named("A").expect("chain A");
    let [to, executor] = [Address::with_last_byte(1), Address::with_last_byte(2)];
    let request = source
        .message((DESTINATION, to), b"payload".to_vec())
        .min_gas(70_000)
        .deliver_before(20)
        .deliver_after(10)
        .executor((DESTINATION, executor))
        .unbundler((DESTINATION, to))
        .prepare()
        .unwrap();
    assert_eq!(request.to, Some(source.contracts().unwrap().center.into()));
    let call = sendMessageCall::abi_decode(request.input.input().expect("input")).unwrap();
    assert_eq!(
        call.recipient,
        InteropAddress::new(DESTINATION, to).encode()
    );
    assert_eq!(call.payload.as_ref(), b"payload");
    let attributes: Vec<_> = call
        .attributes
        .iter()
        .map(|bytes| Attribute::decode(bytes).unwrap())
        .collect();
    let expected = [
        Attribute::MinGasLimit(U256::from(70_000)),
        Attribute::DeliverBefore(U256::from(20)),
        Attribute::DeliverAfter(U256::from(10)),
        Attribute::ExecutionAddress(InteropAddress::new(DESTINATION, executor)),
        Attribute::UnbundlerAddress(InteropAddress::new(DESTINATION, to)),
    ];
    assert_eq!(attributes, expected);
}

#[tokio::test]
async fn a_bundle_keeps_the_order_of_its_calls() {
    let world = World::new();
    let [first, second] = [Address::with_last_byte(1), Address::with_last_byte(2)];
    let gas = Attribute::MinGasLimit(U256::from(9));
    let request = world
        .network
        .chain(SOURCE)
        .unwrap()
        .bundle(DESTINATION)
        .call(first, b"one".to_vec())
        .call_with(second, b"two".to_vec(), std::slice::from_ref(&gas))
        .unbundler(InteropAddress::account_only(first))
        .prepare()
        .unwrap();
    let call = sendBundleCall::abi_decode(request.input.input().expect("input")).unwrap();
    assert_eq!(
        call.destinationChain,
        InteropAddress::chain(DESTINATION).encode()
    );
    let recipients: Vec<_> = call
        .calls
        .iter()
        .map(|call| InteropAddress::decode(&call.to).unwrap())
        .collect();
    assert_eq!(
        recipients,
        [
            InteropAddress::new(DESTINATION, first),
            InteropAddress::new(DESTINATION, second)
        ]
    );
    assert_eq!(call.calls[0].callAttributes.len(), 0);
    assert_eq!(call.calls[1].callAttributes, [gas.encode()]);
    assert_eq!(call.bundleAttributes.len(), 1);
}

#[tokio::test]
async fn a_provider_of_another_chain_sends_nothing() {
    let world = World::new();
    let message = world
        .network
        .chain(SOURCE)
        .unwrap()
        .message((DESTINATION, Address::ZERO), b"x".to_vec());
    let error = message
        .send(&world.destination.provider())
        .await
        .unwrap_err();
    assert_eq!(error.code(), ErrorCode::WrongChain);
    assert_eq!(world.destination.head(), 0);
}

#[tokio::test]
async fn chains_outside_of_the_network_are_refused_with_those_inside() {
    let world = World::new();
    let error = world.network.chain(999).unwrap_err();
    assert_eq!(error.code(), ErrorCode::UnknownChain);
    assert!(error.to_string().contains("[271, 272]"), "{error}");
    let ids: Vec<_> = world.network.chains().map(|chain| chain.id()).collect();
    assert_eq!(ids, [SOURCE, DESTINATION]);
}

#[tokio::test]
async fn a_transaction_without_message_is_named() {
    let world = World::new();
    let transaction = world.source.mine(vec![]);
    let error = world
        .network
        .chain(SOURCE)
        .unwrap()
        .messages_of(transaction)
        .await
        .unwrap_err();
    assert_eq!(error.code(), ErrorCode::NoMessage);
}
