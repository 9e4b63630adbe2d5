use std::sync::Arc;

use alloy::primitives::{Bytes, U256};
use causeway_bindings::{
    DataAvailability, IAccessManaged, ISwapRegistry, PublicInputDomain, attestation_domain,
};

use super::*;
use crate::{
    chain::{
        CallRequest,
        fake::{Answers, FakeChain},
    },
    operator::{data::BlockData, read::OperatedContracts},
};

const CHAIN: ChainId = 271;
/// When L1 froze the chain.
const SINCE: UnixSeconds = 500;
const OPERATOR: Address = Address::repeat_byte(0x77);
const STRANGER: Address = Address::repeat_byte(0x78);
const QUEUE: Address = Address::with_last_byte(10);
const REGISTRY: Address = Address::with_last_byte(11);
const MANAGER: Address = Address::with_last_byte(12);
const CONTRACTS: OperatedContracts = OperatedContracts {
    outbox: Address::with_last_byte(1),
    inbox: Address::with_last_byte(2),
    handler: Address::with_last_byte(3),
    vault: Address::with_last_byte(4),
    swap: Address::with_last_byte(5),
};

/// What L1 and the chain say: four operations in the queue, three tombstones to bury, one operator.
struct World;

impl Answers for World {
    fn call(&self, request: &CallRequest, _block: u64) -> Option<Result<Bytes, Bytes>> {
        let data = &request.data;
        let answer = if request.to == QUEUE {
            queue(data)?
        } else if request.to == REGISTRY {
            ISwapRegistry::outstandingTombstonesCall::abi_decode(data).ok()?;
            ISwapRegistry::outstandingTombstonesCall::abi_encode_returns(&tombstones(&[1, 2, 3]))
        } else if request.to == MANAGER {
            let question = IAccessManager::canCallCall::abi_decode(data).ok()?;
            let answer = IAccessManager::canCallReturn {
                immediate: question.caller == OPERATOR,
                delay: 0,
            };
            IAccessManager::canCallCall::abi_encode_returns(&answer)
        } else {
            IAccessManaged::authorityCall::abi_decode(data).ok()?;
            IAccessManaged::authorityCall::abi_encode_returns(&MANAGER)
        };
        Some(Ok(answer.into()))
    }

    fn balance(&self, _account: Address, _block: u64) -> U256 {
        U256::ZERO
    }
}

fn queue(data: &[u8]) -> Option<Vec<u8>> {
    if IPriorityQueue::tailCall::abi_decode(data).is_ok() {
        return Some(IPriorityQueue::tailCall::abi_encode_returns(&4));
    }
    let call = IPriorityQueue::rollingHashCall::abi_decode(data).ok()?;
    let hash = rolled(B256::ZERO, &operations(0..call.consumed));
    Some(IPriorityQueue::rollingHashCall::abi_encode_returns(&hash))
}

fn operations(nonces: std::ops::Range<u64>) -> Vec<PriorityOperation> {
    let operation = |nonce| PriorityOperation {
        version: 1,
        chainId: U256::from(CHAIN),
        nonce,
        sender: STRANGER,
        to: STRANGER,
        gasLimit: 100_000,
        expiresAt: 9,
        data: Bytes::new(),
    };
    nonces.map(operation).collect()
}

fn tombstones(ids: &[u8]) -> Vec<Tombstone> {
    let tombstone = |id: &u8| Tombstone {
        source: U256::from(CHAIN),
        swapId: B256::repeat_byte(*id),
    };
    ids.iter().map(tombstone).collect()
}

fn consume(operations: Vec<PriorityOperation>) -> SystemTransaction {
    let call = IPriorityInbox::processOperationsCall { operations };
    by_operator(CONTRACTS.inbox, call.abi_encode())
}

fn bury(ids: &[u8]) -> SystemTransaction {
    let tombstones = tombstones(ids);
    by_operator(
        CONTRACTS.swap,
        IAtomicSwap::buryCall { tombstones }.abi_encode(),
    )
}

fn by_operator(to: Address, data: Vec<u8>) -> SystemTransaction {
    SystemTransaction {
        from: OPERATOR,
        nonce: 0,
        to,
        value: U256::ZERO,
        gas_limit: 1,
        max_fee_per_gas: 1,
        max_priority_fee_per_gas: 1,
        data: data.into(),
    }
}

async fn check(is_frozen: bool, transactions: &[SystemTransaction]) -> Result<(), UnsignedError> {
    let transactions = transactions.iter().map(SystemTransaction::encode);
    check_raw(is_frozen, transactions.collect()).await
}

async fn check_raw(is_frozen: bool, transactions: Vec<Bytes>) -> Result<(), UnsignedError> {
    check_at(is_frozen, SINCE, transactions).await
}

async fn check_at(
    is_frozen: bool,
    timestamp: UnixSeconds,
    transactions: Vec<Bytes>,
) -> Result<(), UnsignedError> {
    let chain = FakeChain::new(CHAIN, 0);
    chain.set_answers(Arc::new(World));
    let binding = Binding {
        public_input: PublicInputDomain::new(1, STRANGER),
        queue_input: PublicInputDomain::queue_only(1, STRANGER),
        attestation: attestation_domain(1, STRANGER),
        settlement: STRANGER,
        priority_queue: QUEUE,
        swap_registry: REGISTRY,
        contracts: CONTRACTS,
        mode: DataAvailability::Validium,
    };
    let authority = Authority {
        l1: &chain,
        chain: &chain,
        binding: &binding,
        before: 0,
        frozen_since: is_frozen.then_some(SINCE),
    };
    let block = BlockData {
        number: 4,
        timestamp,
        beneficiary: Address::ZERO,
        gas_limit: 0,
        base_fee_per_gas: 0,
        prev_randao: B256::ZERO,
        transactions,
    };
    let data = BatchData {
        chain: CHAIN,
        blocks: vec![block],
    };
    check_unsigned(&authority, &data).await
}

async fn refused(is_frozen: bool, transactions: &[SystemTransaction]) -> String {
    let refused = check(is_frozen, transactions).await.unwrap_err();
    assert!(
        matches!(refused, UnsignedError::Refused { .. }),
        "{refused}"
    );
    refused.to_string()
}

#[tokio::test]
async fn a_frozen_chain_does_without_signatures_what_it_owes_l1() {
    let recovery = [
        bury(&[1, 2]),
        bury(&[3]),
        consume(operations(0..2)),
        consume(operations(2..4)),
    ];
    check(true, &recovery).await.unwrap();
    check(true, &[consume(operations(1..3))]).await.unwrap();
    check(true, &[consume(vec![]), bury(&[])]).await.unwrap();
}

#[tokio::test]
async fn nobody_turns_the_clock_back() {
    let bury = vec![bury(&[1]).encode()];
    check_at(true, SINCE, bury.clone()).await.unwrap();
    let early = check_at(true, SINCE - 1, bury).await.unwrap_err();
    assert!(
        early.to_string().contains("before L1 froze the chain"),
        "{early}"
    );
    let signed = vec![Bytes::from_static(&[2, 1])];
    check_at(true, SINCE - 1, signed).await.unwrap();
}

#[tokio::test]
async fn a_live_chain_does_nothing_without_a_signature() {
    let said = refused(false, &[consume(operations(0..2))]).await;
    assert!(
        said.starts_with(
            "chain 271: transaction 0 of block 4 has no signature, and its chain is live"
        ),
        "{said}"
    );
    check_raw(false, vec![Bytes::from_static(&[2, 1])])
        .await
        .unwrap();
}

#[tokio::test]
async fn nothing_else_is_done_without_a_signature() {
    let mut other = operations(0..2);
    other[1].to = OPERATOR;
    let mut gap = operations(0..3);
    gap.remove(1);
    let mut swapped = operations(0..2);
    swapped.reverse();
    let stranger = SystemTransaction {
        from: STRANGER,
        ..bury(&[1])
    };
    let value = SystemTransaction {
        value: U256::ONE,
        ..bury(&[1])
    };
    let unknown = by_operator(CONTRACTS.inbox, vec![1, 2, 3, 4]);
    let longer = SystemTransaction {
        data: [bury(&[1]).data.as_ref(), &[0; 7]].concat().into(),
        ..by_operator(CONTRACTS.vault, vec![])
    };
    let cases = [
        ("its operations", vec![consume(other)]),
        ("its operations", vec![consume(gap)]),
        ("its operations", vec![consume(swapped)]),
        ("its operations", vec![consume(operations(3..5))]),
        ("it buries other swaps", vec![bury(&[2])]),
        ("it buries other swaps", vec![bury(&[1, 3])]),
        ("it buries other swaps", vec![bury(&[1, 2, 3, 4])]),
        ("it buries other swaps", vec![bury(&[1]), bury(&[1])]),
        ("its sender", vec![stranger]),
        ("carries value", vec![value]),
        ("neither consumes", vec![unknown]),
        ("its sender", vec![longer]),
    ];
    for (reason, transactions) in cases {
        let said = refused(true, &transactions).await;
        assert!(said.contains(reason), "{reason}: {said}");
    }
    let damaged = check_raw(true, vec![Bytes::from_static(&[0x7d, 1])]).await;
    assert!(damaged.unwrap_err().to_string().contains("is damaged"));
}
