//! The simulation itself: a token crosses, and the sums agree.

use alloy::primitives::U256;
use causeway_bindings::{
    AssetKind, BundleDelivery, BundleStatus, IAssetCustody, IAssetVault, IInteropHandler,
    TransferRequest,
};
use causeway_simulation::{Settings, Token, World, account, balance_of};

const A: u64 = 271;
const B: u64 = 272;

#[test]
fn a_token_crosses_and_its_representation_is_paid() {
    let mut world = World::new(&Settings::default());
    let alice = account("alice");
    let vault = world.contracts.vault.address;
    let handler = world.contracts.handler.address;
    let token = Token::create(&mut world.chain(A).node, "GOLD", alice, vault);

    let place = world.chain(A).next_place();
    let transfer = IAssetVault::transferCall {
        request: TransferRequest {
            destinationChainId: U256::from(B),
            token: token.address,
            kind: AssetKind::Fungible,
            tokenId: U256::ZERO,
            amount: U256::from(70),
            recipient: alice,
            deliverBefore: U256::ZERO,
        },
    };
    let sent = world.chain(A).call(alice, vault, &transfer).unwrap();
    let message = sent
        .events::<causeway_bindings::IMessageOutbox::L1MessageSent>()
        .next()
        .unwrap();
    world.settle(A).unwrap();
    let root = world.l1.root_of(place);
    world.chain(B).import(root).unwrap();
    let delivery = BundleDelivery {
        bundle: message.message.slice(1..),
        sender: world.contracts.center.address,
        proof: world.l1.prove(place),
    };
    let execute = IInteropHandler::executeBundleCall {
        delivery: delivery.clone(),
    };
    world.chain(B).call(alice, handler, &execute).unwrap();
    let twice = world.chain(B).call(alice, handler, &execute).err().unwrap();
    let error: IInteropHandler::InteropHandlerWrongStatus = twice.reason().unwrap();
    assert_eq!(error.status, BundleStatus::FullyExecuted);

    let call = IAssetCustody::tokenOfCall {
        assetId: token.asset().id(),
    };
    let represented = world.chain(B).node.view(vault, &call).unwrap();
    let arrived = balance_of(&mut world.chain(B).node, represented, alice);
    assert_eq!(arrived, U256::from(70));
    world.settle(B).unwrap();
    assert_eq!(world.head(B).batchNumber, 1);
}

#[test]
fn a_false_root_cannot_settle() {
    let mut world = World::new(&Settings::default());
    let alice = account("alice");
    let vault = world.contracts.vault.address;
    let token = Token::create(&mut world.chain(A).node, "GOLD", alice, vault);
    assert_eq!(token.home, A);
    let place = world.chain(A).next_place();
    world.settle(A).unwrap();
    let mut root = world.l1.root_of(place);
    root.root = alloy::primitives::keccak256("another");
    world.chain(B).import(root.clone()).unwrap();
    let refused = world.settle(B).unwrap_err();
    let error: causeway_bindings::IBatchSettlement::BatchSettlementUnknownRoot =
        refused.reason().unwrap();
    assert_eq!(error.root, root.root);
}
