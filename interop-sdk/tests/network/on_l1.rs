//! Withdrawals and deposits: what the SDK concludes from the shared bridge and from the status of operations.

use std::time::Duration;

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::{SolCall, SolError, SolEvent},
};
use interop_sdk::{
    Deposit, DepositStatus, ErrorCode, Tokens, Withdrawal, WithdrawalStatus,
    bindings::{IPriorityQueue, ISharedBridge, PriorityOperation},
};

use crate::{
    transferring::{OWNER, TOKEN, five},
    world::{L1, PRIORITY_QUEUE, SHARED_BRIDGE, SOURCE, VAULT, World},
};

const AT_ONCE: Duration = Duration::ZERO;
const UNTIL: u64 = 1_900;

async fn withdraw(world: &mut World) -> Withdrawal {
    let message = world.send_to_l1(VAULT, b"five coins").await;
    let source = world.network.chain(SOURCE).unwrap();
    let found = source.withdrawals_of(message.transaction).await.unwrap();
    let [withdrawal] = found.as_slice() else {
        panic!("{} withdrawals", found.len());
    };
    withdrawal.clone()
}

/// How the bridge answers those who prove, and those who release what is proven.
fn bridge(world: &World, proof: Result<(), Vec<u8>>, release: Result<(), Vec<u8>>) {
    let l1 = &world.l1;
    l1.answer(
        SHARED_BRIDGE,
        move |call: ISharedBridge::finalizeWithdrawalCall| {
            assert_eq!(call.proof.chainId, U256::from(SOURCE));
            assert_eq!(call.message, Bytes::from_static(b"five coins"));
            proof.clone()?;
            Ok(ISharedBridge::finalizeWithdrawalReturn {})
        },
    );
    l1.answer(
        SHARED_BRIDGE,
        move |_: ISharedBridge::releaseWithdrawalCall| {
            release.clone()?;
            Ok(ISharedBridge::releaseWithdrawalReturn {})
        },
    );
}

fn already() -> Vec<u8> {
    let (chain, hash) = (U256::from(SOURCE), B256::ZERO);
    ISharedBridge::SharedBridgeAlreadyFinalized {
        chainId: chain,
        messageHash: hash,
    }
    .abi_encode()
}

fn too_early() -> Vec<u8> {
    ISharedBridge::SharedBridgeTooEarly {
        payableAt: U256::from(UNTIL),
        timestamp: U256::from(1),
    }
    .abi_encode()
}

#[tokio::test]
async fn a_withdrawal_is_sent_then_payable_then_delayed_then_paid() {
    let mut world = World::new();
    let withdrawal = withdraw(&mut world).await;
    let status = async || withdrawal.status().await.unwrap();
    assert_eq!(status().await, WithdrawalStatus::Sent);
    world.settle();
    bridge(&world, Ok(()), Ok(()));
    assert_eq!(status().await, WithdrawalStatus::Payable);
    bridge(&world, Err(already()), Err(too_early()));
    let until = U256::from(UNTIL);
    assert_eq!(status().await, WithdrawalStatus::Delayed { until });
    bridge(&world, Err(already()), Ok(()));
    assert_eq!(status().await, WithdrawalStatus::Payable, "it is due");
    bridge(&world, Err(already()), Err(already()));
    assert_eq!(status().await, WithdrawalStatus::Paid);
}

#[tokio::test]
async fn what_cannot_be_paid_yet_says_why() {
    let mut world = World::new();
    let withdrawal = withdraw(&mut world).await;
    let on_l1 = world.l1.provider();
    let finalize = async || withdrawal.finalize(&on_l1, AT_ONCE).await;
    let unsettled = finalize().await.unwrap_err();
    assert_eq!(unsettled.code(), ErrorCode::NotSettled);
    world.settle();
    bridge(&world, Err(already()), Err(too_early()));
    let delayed = finalize().await.unwrap_err();
    assert_eq!(delayed.code(), ErrorCode::Delayed);
    assert!(delayed.to_string().contains("1900"), "{delayed}");
    let zero = B256::ZERO;
    let unproven = ISharedBridge::SharedBridgeUnproven { messageHash: zero };
    bridge(&world, Err(unproven.abi_encode()), Ok(()));
    let refused = finalize().await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Reverted);
    bridge(&world, Err(already()), Err(already()));
    assert_eq!(finalize().await.unwrap(), None, "somebody else was faster");
}

#[tokio::test]
async fn a_reorganised_withdrawal_is_gone() {
    let mut world = World::new();
    let withdrawal = withdraw(&mut world).await;
    world.source.drop_from(withdrawal.message().block);
    world.source.mine(vec![]);
    let status = withdrawal.status().await.unwrap();
    assert_eq!(status, WithdrawalStatus::Removed);
}

/// The vault's word only: anybody may hand anything to the outbox.
#[tokio::test]
async fn messages_of_other_accounts_are_no_withdrawals() {
    let mut world = World::new();
    let message = world.send_to_l1(OWNER, b"five coins").await;
    let source = world.network.chain(SOURCE).unwrap();
    let found = source.withdrawals_of(message.transaction).await.unwrap();
    assert!(found.is_empty());
}

fn operation() -> PriorityOperation {
    PriorityOperation {
        version: 1,
        chainId: U256::from(SOURCE),
        nonce: 4,
        sender: SHARED_BRIDGE,
        to: VAULT,
        gasLimit: 30_000,
        expiresAt: UNTIL,
        data: Bytes::from_static(b"five coins"),
    }
}

async fn deposit(world: &World) -> Deposit {
    let operation = operation();
    let hash = operation.operation_hash();
    let requested = ISharedBridge::DepositRequested {
        chainId: operation.chainId,
        operationHash: hash,
        sender: OWNER,
        key: B256::ZERO,
        amount: U256::from(5),
    };
    let queued = IPriorityQueue::PriorityOperationRequested {
        chainId: operation.chainId,
        nonce: U256::from(operation.nonce),
        operationHash: hash,
        operation,
    };
    let transaction = world.l1.mine(vec![
        (PRIORITY_QUEUE, queued.encode_log_data()),
        (SHARED_BRIDGE, requested.encode_log_data()),
    ]);
    let found = world.network.deposits_of(transaction).await.unwrap();
    let [deposit] = found.as_slice() else {
        panic!("{} deposits", found.len());
    };
    assert_eq!((deposit.chain_id(), deposit.hash()), (SOURCE, hash));
    deposit.clone()
}

#[tokio::test]
async fn a_deposit_that_its_chain_takes_has_arrived() {
    let mut world = World::new();
    let deposit = deposit(&world).await;
    assert_eq!(deposit.status().await.unwrap(), DepositStatus::Queued);
    let error = deposit.wait(AT_ONCE).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::DepositQueued);
    world.consume_operation(B256::repeat_byte(9), false);
    assert_eq!(deposit.status().await.unwrap(), DepositStatus::Queued);

    world.consume_operation(deposit.hash(), true);
    let status = deposit.wait(AT_ONCE).await.unwrap();
    assert!(matches!(status, DepositStatus::Arrived(there) if there.block == world.source.head()));
    let on_l1 = world.l1.provider();
    let error = deposit.recover(&on_l1, AT_ONCE).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::DepositArrived);
}

#[tokio::test]
async fn a_deposit_that_its_chain_refuses_is_given_back_once_that_is_settled() {
    let mut world = World::new();
    let deposit = deposit(&world).await;
    world.consume_operation(deposit.hash(), false);
    let status = async || deposit.status().await.unwrap();
    assert!(matches!(status().await, DepositStatus::Refused(_)));
    let on_l1 = world.l1.provider();
    let error = deposit.recover(&on_l1, AT_ONCE).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::NotSettled);

    world.settle();
    world.l1.answer(
        SHARED_BRIDGE,
        |call: ISharedBridge::claimFailedDepositCall| {
            assert_eq!(call.operation, operation());
            assert_eq!(call.proof.chainId, U256::from(SOURCE));
            Ok(ISharedBridge::claimFailedDepositReturn {})
        },
    );
    assert!(matches!(status().await, DepositStatus::Recoverable(_)));
    world
        .l1
        .answer(SHARED_BRIDGE, |_: ISharedBridge::claimFailedDepositCall| {
            let hash = operation().operation_hash();
            let forgotten = ISharedBridge::SharedBridgeUnknownDeposit {
                operationHash: hash,
            };
            Err(forgotten.abi_encode())
        });
    assert!(matches!(status().await, DepositStatus::Recovered(_)));
    assert_eq!(deposit.recover(&on_l1, AT_ONCE).await.unwrap(), None);
}

#[tokio::test]
async fn vault_and_bridge_are_asked_for_exactly_that() {
    let world = World::new();
    let source = world.network.chain(SOURCE).unwrap();
    let request = source.withdraw(OWNER, five()).prepare().unwrap();
    assert_eq!(request.to, Some(VAULT.into()));
    let input = request.input.input().expect("input");
    let asked = interop_sdk::bindings::IAssetVault::transferCall::abi_decode(input).unwrap();
    assert_eq!(asked.request.destinationChainId, U256::from(L1));
    assert_eq!(
        (asked.request.token, asked.request.recipient),
        (TOKEN, OWNER)
    );

    let ether = Tokens::base(U256::from(5));
    let deposit = world.network.deposit((SOURCE, OWNER), ether);
    let request = deposit.clone().gas_limit(40_000).prepare().unwrap();
    assert_eq!(request.to, Some(SHARED_BRIDGE.into()));
    assert_eq!(request.value, Some(U256::from(5)));
    let input = request.input.input().expect("input");
    let asked = ISharedBridge::depositCall::abi_decode(input).unwrap();
    assert_eq!(asked.gasLimit, 40_000);
    assert_eq!(asked.request.destinationChainId, U256::from(SOURCE));
    let nowhere = world.network.deposit((L1, Address::ZERO), ether);
    assert_eq!(
        nowhere.prepare().unwrap_err().code(),
        ErrorCode::UnknownChain
    );
}
