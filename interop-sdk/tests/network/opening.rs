//! What is checked before a network is used.

use alloy::primitives::{Address, U256};
use interop_sdk::{ErrorCode, Network, bindings::IVersioned};

use crate::{
    fake_chain::FakeChain,
    world::{DESTINATION, L1, World, chain_entry, l1_entry},
};

fn install(chain: &FakeChain, contracts: &[Address], version: u64) {
    for address in contracts {
        chain.answer(*address, move |_: IVersioned::versionCall| {
            Ok(U256::from(version))
        });
    }
}

fn on_l1() -> [Address; 7] {
    let contracts = l1_entry().contracts;
    [
        contracts.settlement,
        contracts.message_root,
        contracts.priority_queue,
        contracts.chain_registry,
        contracts.asset_ledger,
        contracts.shared_bridge,
        contracts.swap_registry,
    ]
}

fn on_chain() -> [Address; 5] {
    let contracts = chain_entry("", 0).contracts;
    [
        contracts.outbox,
        contracts.center,
        contracts.handler,
        contracts.vault,
        contracts.swap,
    ]
}

fn installed() -> World {
    let world = World::new();
    install(&world.l1, &on_l1(), 1);
    install(&world.source, &on_chain(), 1);
    install(&world.destination, &on_chain(), 1);
    world
}

#[tokio::test]
async fn a_network_as_described_is_accepted() {
    installed().network.check().await.unwrap();
}

#[tokio::test]
async fn a_missing_contract_is_named() {
    let world = World::new();
    install(&world.l1, &on_l1(), 1);
    install(&world.source, &on_chain(), 1);
    let error = world.network.check().await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::NoCode);
    assert!(error.to_string().contains("on chain 272"), "{error}");
}

#[tokio::test]
async fn contracts_of_another_release_are_refused() {
    let world = installed();
    install(&world.destination, &on_chain()[2..3], 2);
    let error = world.network.check().await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::UnknownVersion);
    assert!(
        error
            .to_string()
            .contains("interop handler on chain 272 is of protocol version 2, not 1"),
        "{error}"
    );
}

#[tokio::test]
async fn the_rpc_of_another_chain_is_refused() {
    let world = installed();
    let crossed = Network::builder(l1_entry(), world.l1.provider())
        .chain(chain_entry("B", DESTINATION), world.source.provider())
        .build();
    let error = crossed.check().await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::WrongChain);
    assert_eq!(
        error.to_string(),
        "the RPC of chain 272 answers with chain id 271"
    );

    let crossed = Network::builder(l1_entry(), world.source.provider()).build();
    assert_eq!(crossed.l1_chain_id(), L1);
    assert_eq!(
        crossed.check().await.unwrap_err().code(),
        ErrorCode::WrongChain
    );
}
