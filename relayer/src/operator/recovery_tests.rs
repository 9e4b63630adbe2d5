use std::sync::Arc;

use alloy::primitives::Bytes;
use alloy::sol_types::SolCall;
use async_trait::async_trait;
use causeway_bindings::{
    IBatchSettlement, ISwapRegistry, PublicInputDomain, Tombstone, attestation_domain,
};

use super::*;
use crate::{
    chain::{
        CallRequest,
        fake::{Answers, FakeChain, FakeClock, L1},
    },
    harness::signer,
    model::{Intent, IntentKind},
    operator::{
        OperatorSettings,
        attest::{AttestError, Binding},
        hand::{Hand, Kinds},
        imports::ImportPolicy,
        read::OperatedContracts,
        seal::SealPolicy,
    },
    progress::Progress,
    send::{SendError, SendRequest, SendSettings, Sender},
    store::memory::MemoryStore,
};

const CHAIN: ChainId = 271;
const OPERATOR: Address = Address::repeat_byte(1);
const STRANGER: Address = Address::repeat_byte(2);
const SETTLEMENT: Address = Address::repeat_byte(3);
const QUEUE: Address = Address::repeat_byte(4);
const REGISTRY: Address = Address::repeat_byte(5);
/// Last block that L1 has executed.
const SETTLED: u64 = 2;

fn registration(mode: DataAvailability) -> Registration {
    Registration {
        operator: OPERATOR,
        verifier: Address::ZERO,
        mode,
        attesters: (10..13).map(Address::with_last_byte).collect(),
        threshold: 2,
    }
}

/// Nobody's attestation is needed.
fn open_to_all() -> Registration {
    Registration {
        threshold: 0,
        ..registration(DataAvailability::Calldata)
    }
}

fn attesters(last: &[u8]) -> Vec<Address> {
    last.iter().copied().map(Address::with_last_byte).collect()
}

/// What L1 says: one swap to bury, three operations in the queue, of which it has executed one.
struct World {
    frozen_at: UnixSeconds,
    state: B256,
}

impl Answers for World {
    fn call(&self, request: &CallRequest, _block: u64) -> Option<Result<Bytes, Bytes>> {
        let data = &request.data;
        let answer = if IBatchSettlement::frozenAtCall::abi_decode(data).is_ok() {
            IBatchSettlement::frozenAtCall::abi_encode_returns(&self.frozen_at)
        } else if IBatchSettlement::executedHeadCall::abi_decode(data).is_ok() {
            IBatchSettlement::executedHeadCall::abi_encode_returns(&ChainHead {
                stateCommitment: self.state,
                dependencyRootsHash: B256::ZERO,
                batchNumber: 1,
                lastBlock: SETTLED,
                lastTimestamp: 0,
                priorityOpsConsumed: 1,
            })
        } else if IPriorityQueue::tailCall::abi_decode(data).is_ok() {
            IPriorityQueue::tailCall::abi_encode_returns(&4)
        } else {
            ISwapRegistry::outstandingTombstonesCall::abi_decode(data).ok()?;
            let tombstone = Tombstone {
                source: U256::from(CHAIN),
                swapId: B256::ZERO,
            };
            ISwapRegistry::outstandingTombstonesCall::abi_encode_returns(&vec![tombstone])
        };
        Some(Ok(answer.into()))
    }

    fn balance(&self, _account: Address, _block: u64) -> U256 {
        U256::ZERO
    }
}

/// Does nothing, and has always something under way.
struct Idle;

#[async_trait]
impl Hand for Idle {
    async fn submit(&self, _request: SendRequest) -> Result<(), SendError> {
        Ok(())
    }

    async fn follow(&self) -> Result<Vec<Intent>, SendError> {
        Ok(Vec::new())
    }

    fn is_pending(&self, wanted: Kinds) -> Result<bool, SendError> {
        Ok(wanted(&IntentKind::Bury { count: 1 }))
    }

    async fn let_go(&self, _stays: Kinds) -> Result<usize, SendError> {
        Ok(0)
    }
}

/// A node with three blocks, of which L1 has settled two, and an L1 that `change` makes say something else.
fn context(change: impl FnOnce(&mut World)) -> OperatorContext {
    let node = Arc::new(FakeChain::new(CHAIN, 0));
    let settled: Vec<_> = (0..3).map(|_| node.mine()).collect();
    let mut world = World {
        frozen_at: 5,
        state: settled[1].hash,
    };
    assert_eq!(settled[1].number, SETTLED);
    change(&mut world);
    let l1 = Arc::new(FakeChain::new(L1, 0));
    l1.mine();
    l1.set_answers(Arc::new(world));
    let clock = Arc::new(FakeClock::new());
    let store = Arc::new(MemoryStore::new(L1));
    let l1_sender = Sender::new(
        l1.clone(),
        l1.clone(),
        store,
        clock.clone(),
        signer(1),
        SendSettings::capped(100),
    );
    OperatorContext {
        settings: settings(),
        l1,
        chain: node,
        l1_sender: Arc::new(l1_sender),
        hand: Arc::new(Idle),
        attesters: Vec::new(),
        clock,
        progress: Arc::new(Progress::default()),
    }
}

fn settings() -> OperatorSettings {
    let contract = Address::with_last_byte;
    OperatorSettings {
        chain: CHAIN,
        l1_chain: L1,
        binding: Binding {
            public_input: PublicInputDomain::new(L1, SETTLEMENT),
            queue_input: PublicInputDomain::queue_only(L1, SETTLEMENT),
            attestation: attestation_domain(L1, STRANGER),
            settlement: SETTLEMENT,
            priority_queue: QUEUE,
            swap_registry: REGISTRY,
            contracts: OperatedContracts {
                outbox: contract(1),
                inbox: contract(2),
                handler: contract(3),
                vault: contract(4),
                swap: contract(5),
            },
            mode: DataAvailability::Calldata,
        },
        message_root: contract(6),
        l1_start_block: 0,
        seal: SealPolicy {
            after_blocks: 1,
            after_seconds: 1,
            after_leaves: 1,
            max_data_bytes: 1,
        },
        imports: ImportPolicy {
            interval_seconds: 1,
        },
        threshold: 2,
        poll: Duration::from_secs(1),
    }
}

#[tokio::test]
async fn what_is_owed_is_known_before_anything_is_done() {
    let survey = survey(&context(|_| {}), &open_to_all()).await.unwrap();
    assert_eq!((survey.since, survey.node_block), (5, 3));
    assert_eq!((survey.burials, survey.operations), (1, 3));
    assert_eq!(survey.head.lastBlock, SETTLED);
}

#[tokio::test]
async fn what_is_missing_is_said_before_anything_is_done() {
    type Change = fn(&mut World);
    let cases: [(Change, &str); 3] = [
        (|world| world.frozen_at = 0, "L1 has not frozen it"),
        (
            |world| world.state = B256::ZERO,
            "causeway operator rebuild",
        ),
        (|_| {}, "its attesters"),
    ];
    for (change, said) in cases {
        let registration = match said {
            "its attesters" => registration(DataAvailability::Calldata),
            _ => open_to_all(),
        };
        let error = survey(&context(change), &registration).await.unwrap_err();
        assert!(error.to_string().contains(said), "{said}: {error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_chain_that_is_live_needs_nothing() {
    let live = context(|world| world.frozen_at = 0);
    let sight = recover(live, Duration::ZERO, &|_| {}).await.unwrap();
    assert_eq!((sight.head.batchNumber, sight.node_block), (1, 3));
}

#[tokio::test(start_paused = true)]
async fn patience_ends_where_nothing_comes_of_it() {
    let patience = Duration::from_secs(30);
    let error = recover(context(|_| {}), patience, &|_| {})
        .await
        .unwrap_err();
    assert!(
        matches!(error, RecoveryError::Slow { seconds: 30 }),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_batch_of_somebody_else_ends_it() {
    let other = context(|world| world.state = B256::repeat_byte(9));
    let error = recover(other, Duration::MAX, &|_| {}).await.unwrap_err();
    assert!(matches!(
        error,
        RecoveryError::NotRebuilt { block: SETTLED, .. }
    ));
}

#[test]
fn only_its_operator_brings_a_validium_back() {
    let check = |mode, account| {
        check_terms(CHAIN, &registration(mode), account, &attesters(&[10, 11])).is_ok()
    };
    for mode in [DataAvailability::Calldata, DataAvailability::Blobs] {
        assert!(check(mode, STRANGER) && check(mode, OPERATOR));
    }
    assert!(check(DataAvailability::Validium, OPERATOR));
    assert!(!check(DataAvailability::Validium, STRANGER));
}

#[test]
fn attesters_count_that_l1_knows() {
    let check = |last: &[u8]| {
        let registration = registration(DataAvailability::Calldata);
        check_terms(CHAIN, &registration, STRANGER, &attesters(last))
    };
    check(&[12, 10]).unwrap();
    check(&[9, 12, 10]).unwrap();
    for too_few in [&[][..], &[10], &[10, 10], &[10, 9, 8]] {
        let error = check(too_few).unwrap_err();
        assert!(
            matches!(error, RecoveryError::TooFewAttesters { needed: 2, configured, .. } if configured < 2),
            "{too_few:?}: {error}"
        );
    }
}

#[test]
fn what_others_may_mend_is_tried_again() {
    let step = |error: OperatorError| may_pass(&error.into());
    assert!(step(OperatorError::Attest(AttestError::TooFew {
        chain: CHAIN,
        signed: 0,
        needed: 2,
        refusals: String::new(),
    })));
    assert!(step(OperatorError::Rejected {
        chain: CHAIN,
        batch: 2,
        reason: "PriorityQueueExpired".to_owned(),
    }));
    assert!(step(OperatorError::Read(ReadError::MissingBlock {
        chain: CHAIN,
        block: 5,
    })));
    assert!(!may_pass(&RecoveryError::Spoiled {
        block: 5,
        found: String::new(),
    }));
    assert!(!may_pass(&RecoveryError::NoEther { account: STRANGER }));
}
