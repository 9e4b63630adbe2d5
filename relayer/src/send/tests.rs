//! The sender against a fake chain.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use alloy::primitives::{Address, Bytes, U256};

use super::{FeeCaps, SendError, SendRequest, SendSettings, SendTimes, Sender};
use crate::{
    chain::{
        ChainReader,
        fake::{FakeChain, FakeClock, L1},
    },
    harness::{Fuse, FusedStore, signer},
    model::{ChainId, Intent, IntentKind, IntentState},
    store::{Reader, Store, memory::MemoryStore},
};

use crate::chain::TxFault;

const CHAIN: ChainId = 271;
const SETTINGS: SendSettings = SendSettings {
    times: SendTimes {
        rebroadcast_after: 10,
        raise_after: 30,
        cancel_after: 300,
    },
    caps: FeeCaps {
        max_fee_per_gas: 100,
        cancel_max_fee_per_gas: 1_000,
        max_fee_per_blob_gas: 10,
    },
};

struct Bench {
    chain: Arc<FakeChain>,
    memory: Arc<MemoryStore>,
    clock: Arc<FakeClock>,
    sender: Sender,
}

impl Bench {
    fn new(finality_depth: u64) -> Self {
        let chain = Arc::new(FakeChain::new(CHAIN, finality_depth));
        let memory = Arc::new(MemoryStore::new(L1));
        let clock = Arc::new(FakeClock::new());
        let sender = sender(&chain, &clock, memory.clone());
        Self {
            chain,
            memory,
            clock,
            sender,
        }
    }

    /// The sender of a process that starts anew over the same store.
    fn restarted(&self) -> Sender {
        sender(&self.chain, &self.clock, self.memory.clone())
    }

    async fn submit(&self) -> Intent {
        self.sender
            .submit(request(), |_| Ok(Vec::new()))
            .await
            .expect("submitted")
    }

    async fn tick(&self) -> Vec<Intent> {
        self.sender.tick().await.expect("tick")
    }

    fn state(&self, nonce: u64) -> IntentState {
        self.intent(nonce).state
    }

    fn intent(&self, nonce: u64) -> Intent {
        self.memory
            .intent(CHAIN, self.sender.address(), nonce)
            .unwrap()
            .expect("an intent")
    }
}

fn sender(chain: &Arc<FakeChain>, clock: &Arc<FakeClock>, store: Arc<dyn Store>) -> Sender {
    Sender::new(
        chain.clone(),
        chain.clone(),
        store,
        clock.clone(),
        signer(1),
        SETTINGS,
    )
}

fn request() -> SendRequest {
    SendRequest {
        kind: IntentKind::Settle {
            chain: 272,
            batch: 1,
        },
        to: Address::repeat_byte(9),
        calldata: Bytes::from_static(b"call"),
        value: U256::ZERO,
        gas_limit: 100_000,
        blobs: None,
    }
}

async fn pass(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

#[tokio::test(start_paused = true)]
async fn what_was_made_is_known_after_a_restart_final_or_not() {
    let bench = Bench::new(0);
    let first = bench.submit().await;
    bench.chain.mine();
    bench.tick().await;
    assert_eq!(bench.state(0), IntentState::Final { success: true });
    pass(10).await;
    let second = bench.submit().await;
    let made = async |since| {
        let made = bench.restarted().made_since(since).await.unwrap();
        made.iter().map(|made| made.nonce).collect::<Vec<_>>()
    };
    assert_eq!(made(first.created_at).await, [1, 0]);
    assert_eq!(made(second.created_at).await, [1]);
    assert!(made(second.created_at + 1).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_transaction_goes_from_pending_to_final() {
    let bench = Bench::new(2);
    let first = bench.submit().await;
    let second = bench.submit().await;
    assert_eq!((first.nonce, second.nonce), (0, 1));
    bench.chain.mine();
    assert_eq!(bench.tick().await.len(), 2);
    assert!(matches!(
        bench.state(0),
        IntentState::Included {
            block: 1,
            success: true,
            ..
        }
    ));
    bench.chain.mine();
    assert!(bench.tick().await.is_empty());
    bench.chain.mine();
    bench.tick().await;
    assert_eq!(
        (bench.state(0), bench.state(1)),
        (
            IntentState::Final { success: true },
            IntentState::Final { success: true }
        )
    );
}

#[tokio::test(start_paused = true)]
async fn nothing_open_costs_no_call() {
    let bench = Bench::new(0);
    bench.submit().await;
    bench.chain.mine();
    bench.tick().await;
    let calls = bench.chain.calls();
    bench.tick().await;
    assert_eq!(bench.chain.calls(), calls);
}

#[tokio::test(start_paused = true)]
async fn an_evicted_transaction_is_broadcast_again_with_the_same_bytes() {
    let bench = Bench::new(0);
    let intent = bench.submit().await;
    bench.chain.evict();
    bench.tick().await;
    assert_eq!(bench.chain.broadcasts().len(), 1, "not before its time");
    pass(10).await;
    bench.tick().await;
    assert_eq!(bench.chain.broadcasts(), [intent.hashes[0]; 2]);
    bench.chain.mine();
    bench.tick().await;
    assert_eq!(bench.state(0), IntentState::Final { success: true });
}

#[tokio::test(start_paused = true)]
async fn a_transaction_that_is_too_cheap_is_raised_until_it_gets_in() {
    let bench = Bench::new(0);
    bench.submit().await;
    bench.chain.set_base_fee(40);
    bench.chain.mine();
    bench.tick().await;
    assert_eq!(bench.state(0), IntentState::Pending);
    pass(30).await;
    bench.tick().await;
    let raised = bench.intent(0);
    assert_eq!((raised.hashes.len(), raised.max_fee_per_gas), (2, 80));
    bench.chain.mine();
    bench.tick().await;
    assert_eq!(bench.state(0), IntentState::Final { success: true });
}

#[tokio::test(start_paused = true)]
async fn fees_stop_at_the_cap_and_a_stuck_nonce_is_freed_at_a_higher_one() {
    let bench = Bench::new(0);
    bench.submit().await;
    bench.submit().await;
    bench.chain.set_base_fee(105);
    for _ in 0..12 {
        pass(31).await;
        bench.tick().await;
        bench.chain.mine();
    }
    bench.tick().await;
    for nonce in [0, 1] {
        let intent = bench.intent(nonce);
        assert_eq!(intent.kind, IntentKind::Cancel);
        assert!(intent.max_fee_per_gas > SETTINGS.caps.max_fee_per_gas);
        assert_eq!(intent.state, IntentState::Final { success: true });
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_transaction_gives_its_nonce_back() {
    let bench = Bench::new(0);
    for fault in [TxFault::InsufficientFunds, TxFault::Other] {
        bench.chain.fault(|faults| faults.refuse = Some(fault));
        let error = bench
            .sender
            .submit(request(), |_| Ok(Vec::new()))
            .await
            .expect_err("refused");
        assert!(
            matches!(error, SendError::Refused { fault: told, .. } if told == fault),
            "{error}"
        );
        assert!(bench.sender.open().unwrap().is_empty());
    }
    bench.chain.fault(|faults| faults.refuse = None);
    assert_eq!(bench.submit().await.nonce, 0);
}

#[tokio::test(start_paused = true)]
async fn a_nonce_that_somebody_else_used_is_noticed() {
    let bench = Bench::new(1);
    bench.submit().await;
    bench.chain.mine();
    bench.tick().await;
    let rival = sender(&bench.chain, &bench.clock, Arc::new(MemoryStore::new(L1)));
    rival
        .submit(request(), |_| Ok(Vec::new()))
        .await
        .expect("submitted");
    bench.chain.mine();
    let error = bench
        .sender
        .submit(request(), |_| Ok(Vec::new()))
        .await
        .expect_err("refused");
    assert!(
        matches!(
            error,
            SendError::Refused {
                fault: TxFault::NonceTooLow,
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(bench.submit().await.nonce, 2);
}

#[tokio::test(start_paused = true)]
async fn a_missing_receipt_proves_nothing_until_the_nonce_is_final() {
    let bench = Bench::new(3);
    bench.submit().await;
    bench.chain.fault(|faults| faults.blind = true);
    bench.chain.mine();
    for _ in 0..3 {
        bench.tick().await;
        assert_eq!(bench.state(0), IntentState::Pending);
        bench.chain.mine();
    }
    bench.tick().await;
    assert_eq!(bench.state(0), IntentState::Replaced);
}

#[tokio::test(start_paused = true)]
async fn a_transaction_that_is_reorged_away_gets_in_again() {
    let bench = Bench::new(4);
    bench.submit().await;
    bench.chain.mine();
    bench.tick().await;
    assert!(matches!(bench.state(0), IntentState::Included { .. }));
    bench.chain.reorg(1);
    bench.chain.evict();
    bench.tick().await;
    assert_eq!(bench.state(0), IntentState::Pending);
    bench.tick().await;
    for _ in 0..5 {
        bench.chain.mine();
        bench.tick().await;
    }
    assert_eq!(bench.state(0), IntentState::Final { success: true });
    let hashes = bench.chain.broadcasts();
    assert!(
        hashes.iter().all(|hash| *hash == hashes[0]),
        "the same bytes each time"
    );
}

#[tokio::test(start_paused = true)]
async fn a_restart_broadcasts_what_is_open_before_anything_new() {
    let bench = Bench::new(0);
    bench.chain.fault(|faults| faults.swallow = true);
    let lost = bench.submit().await;
    bench.chain.fault(|faults| faults.swallow = false);
    let restarted = bench.restarted();
    let next = restarted
        .submit(request(), |_| Ok(Vec::new()))
        .await
        .expect("submitted");
    assert_eq!(next.nonce, 1);
    assert_eq!(
        bench.chain.broadcasts(),
        [lost.hashes[0], lost.hashes[0], next.hashes[0]]
    );
    bench.chain.mine();
    assert_eq!(restarted.tick().await.unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_process_that_dies_before_the_broadcast_leaves_a_record() {
    let bench = Bench::new(0);
    let store = Arc::new(FusedStore::new(
        bench.memory.clone(),
        Arc::new(Fuse::after(1)),
    ));
    let dying = sender(&bench.chain, &bench.clock, store);
    assert!(dying.submit(request(), |_| Ok(Vec::new())).await.is_err());
    assert!(bench.chain.broadcasts().is_empty());
    assert_eq!(bench.state(0), IntentState::Pending);
    bench.restarted().tick().await.unwrap();
    bench.chain.mine();
    bench.tick().await;
    assert_eq!(bench.state(0), IntentState::Final { success: true });
}

#[tokio::test(start_paused = true)]
async fn an_unreachable_chain_does_not_lose_the_transaction() {
    let bench = Bench::new(0);
    bench.submit().await;
    bench.chain.evict();
    bench.chain.fault(|faults| faults.down = true);
    assert!(bench.sender.tick().await.is_err());
    bench.chain.fault(|faults| faults.down = false);
    pass(10).await;
    bench.tick().await;
    assert_eq!(
        bench
            .chain
            .nonce(bench.sender.address(), true)
            .await
            .unwrap(),
        1
    );
}

/// Two final transactions and one in no block, on a chain that is then rolled back to before all of them.
async fn rolled_back() -> Bench {
    let bench = Bench::new(0);
    for _ in 0..2 {
        bench.submit().await;
        bench.chain.mine();
        bench.tick().await;
    }
    assert_eq!(bench.state(1), IntentState::Final { success: true });
    bench.submit().await;
    bench.chain.reorg(2);
    bench.chain.evict();
    bench
}

/// Reorganised deeper than its finality, that is.
#[tokio::test(start_paused = true)]
async fn what_was_final_and_is_gone_is_sent_again() {
    for restarts in [false, true] {
        let bench = rolled_back().await;
        let old = bench.chain.broadcasts();
        let restarted = bench.restarted();
        let sender = if restarts { &restarted } else { &bench.sender };
        let changed = sender.tick().await.unwrap();
        let nonces: Vec<_> = changed.iter().map(|intent| intent.nonce).collect();
        assert_eq!(nonces, [0, 1]);
        assert_eq!(bench.state(0), IntentState::Pending);
        pass(10).await;
        sender.tick().await.unwrap();
        bench.chain.mine();
        sender.tick().await.unwrap();
        for nonce in 0..3 {
            assert_eq!(bench.state(nonce), IntentState::Final { success: true });
        }
        let broadcasts = bench.chain.broadcasts();
        let (first, again) = broadcasts.split_at(old.len());
        assert_eq!(
            BTreeSet::from_iter(again),
            BTreeSet::from_iter(first),
            "the same transactions"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_chain_that_was_rolled_back_has_its_nonces_used_anew() {
    for restarts in [false, true] {
        let bench = rolled_back().await;
        let old = bench.chain.broadcasts();
        let restarted = bench.restarted();
        let sender = if restarts { &restarted } else { &bench.sender };
        let gone = sender.let_go(|_| true).await.unwrap();
        let nonces: Vec<_> = gone.iter().map(|intent| intent.nonce).collect();
        assert_eq!(nonces, [0, 1, 2]);
        assert!(sender.open().unwrap().is_empty());

        let next = sender
            .submit(request(), |_| Ok(Vec::new()))
            .await
            .expect("submitted");
        assert_eq!(next.nonce, 0);
        assert_eq!(sender.let_go(|_| true).await.unwrap(), []);
        bench.chain.mine();
        pass(60).await;
        sender.tick().await.unwrap();
        assert_eq!(bench.state(0), IntentState::Final { success: true });
        assert_eq!(sender.let_go(|_| true).await.unwrap(), []);
        let sent = bench.chain.broadcasts();
        assert_eq!(sent[old.len()..], next.hashes, "nothing is sent twice");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_in_no_block_yet_is_let_go_by_its_kind_only() {
    let bench = Bench::new(0);
    bench.submit().await;
    bench.submit().await;
    let settles = |kind: &IntentKind| matches!(kind, IntentKind::Settle { .. });
    assert_eq!(bench.sender.let_go(settles).await.unwrap(), []);
    bench.chain.evict();
    let gone = bench.sender.let_go(|kind| !settles(kind)).await.unwrap();
    assert_eq!(gone.len(), 2);
    assert_eq!(bench.submit().await.nonce, 0);
}

#[tokio::test(start_paused = true)]
async fn a_nonce_that_still_waits_in_a_pool_is_not_used_for_another() {
    let bench = Bench::new(0);
    bench.submit().await;
    assert_eq!(bench.sender.let_go(|_| false).await.unwrap().len(), 1);
    assert_eq!(bench.submit().await.nonce, 1);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_let_go_that_the_chain_still_has_or_that_cannot_be_looked_up() {
    let bench = Bench::new(0);
    bench.submit().await;
    bench.chain.mine();
    bench.tick().await;
    assert_eq!(bench.sender.let_go(|_| false).await.unwrap(), []);
    let bench = rolled_back().await;
    bench.chain.fault(|faults| faults.down = true);
    bench.sender.let_go(|_| true).await.unwrap_err();
    assert_eq!(bench.state(1), IntentState::Final { success: true });
}
