//! A watched chain under reorgs.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use alloy::{
    primitives::{B256, Bytes, U256, keccak256},
    sol_types::SolEvent,
};
use causeway_bindings::{IInteropHandler, IInteropRootStorage};
use proptest::prelude::*;

use super::{Noted, WatchContext, WatchSettings, Watched};
use crate::{
    chain::{
        ChainReader,
        fake::{CENTER, CONTRACTS, FakeChain, L1, VAULT},
    },
    harness::{L1_CONTRACTS, Network, messages},
    model::{MessageRecord, Stage},
    progress::Progress,
    store::{Reader, memory::MemoryStore},
    wake::Wake,
};

fn watcher(network: &Network, chain: &Arc<FakeChain>, memory: &Arc<MemoryStore>) -> WatchContext {
    let destinations: BTreeSet<u64> = network
        .chains
        .iter()
        .map(|chain| chain.chain_id())
        .collect();
    WatchContext {
        store: memory.clone(),
        chain: chain.clone(),
        clock: network.clock.clone(),
        progress: Arc::new(Progress::default()),
        wake: Arc::default(),
        wakes: vec![Arc::new(Wake::default())],
        settings: WatchSettings {
            watched: Watched::Chain {
                contracts: CONTRACTS,
                center: CENTER,
                l1: L1,
                destinations: Arc::new(destinations),
                noted: Noted {
                    returns: Some(VAULT),
                    ..Noted::default()
                },
            },
            start_block: 0,
            page: 5,
            interval: Duration::from_secs(1),
        },
    }
}

fn l1_watcher(network: &Network, memory: &Arc<MemoryStore>) -> WatchContext {
    let mut ctx = watcher(network, &network.l1, memory);
    ctx.settings.watched = Watched::L1 {
        contracts: L1_CONTRACTS,
        rules: None,
        swaps: None,
    };
    ctx
}

/// What of a store depends on the chain alone, not on when it was read.
#[derive(Debug, PartialEq)]
struct Essence {
    messages: Vec<MessageRecord>,
    leaves: Vec<crate::model::LeafPoint>,
    executions: Vec<crate::model::Execution>,
    import: Option<crate::model::ImportedRoot>,
    cursor: Option<crate::model::BlockRef>,
}

fn essence(memory: &MemoryStore, chain: u64) -> Essence {
    let mut messages = messages(memory);
    messages.retain(|record| record.stage != Stage::Removed);
    Essence {
        messages,
        leaves: memory.leaves(chain, 0, u64::MAX).unwrap(),
        executions: memory.executions_above(chain, 0).unwrap(),
        import: memory.last_import(chain).unwrap(),
        cursor: memory.cursor(chain).unwrap(),
    }
}

/// A block with what the numbers ask for.
fn mine(
    network: &Network,
    chain: &FakeChain,
    sent: &mut Vec<(u64, Bytes)>,
    sends: u8,
    executes: u8,
    imports: bool,
) {
    let block = chain.head_number() + 1;
    for _ in 0..sends {
        let (_, message) = network.message(0, network.id(1));
        network.emit_message(0, message.clone());
        sent.push((block, message));
    }
    for number in 0..executes {
        let bundle = [block.to_be_bytes(), u64::from(number).to_be_bytes()].concat();
        let event = IInteropHandler::BundleExecuted {
            bundleHash: keccak256(bundle),
        };
        chain.emit(CONTRACTS.handler, event.encode_log_data());
    }
    if imports {
        let event = IInteropRootStorage::InteropRootImported {
            settlementChainId: U256::from(L1),
            blockNumber: U256::from(block),
            timestamp: U256::ZERO,
            root: B256::repeat_byte(3),
        };
        chain.emit(CONTRACTS.handler, event.encode_log_data());
    }
    chain.mine();
}

async fn reorg_case(
    depth: usize,
    grown: &[(u8, u8, bool)],
    regrown: &[(u8, u8, bool)],
    again: bool,
) {
    let network = Network::new(2, 0);
    let chain = network.chains[0].clone();
    let memory = Arc::new(MemoryStore::new(L1));
    let watch = watcher(&network, &chain, &memory);
    let mut sent = Vec::new();
    for (index, (sends, executes, imports)) in grown.iter().enumerate() {
        mine(&network, &chain, &mut sent, *sends, *executes, *imports);
        if index % 3 == 0 {
            watch.look().await.expect("look");
        }
    }
    watch.look().await.expect("look");
    let reorgs = watch.wakes[0].reorgs();
    let depth = depth.min(grown.len());
    chain.reorg(depth);
    if again {
        // Some of what was lost is sent once more, in other blocks.
        let lost = sent
            .iter()
            .rev()
            .take_while(|(block, _)| *block > chain.head_number());
        lost.take(3)
            .for_each(|(_, message)| network.emit_message(0, message.clone()));
    }
    for (sends, executes, imports) in regrown {
        mine(&network, &chain, &mut sent, *sends, *executes, *imports);
    }
    while chain.head_number() <= grown.len() as u64 {
        chain.mine();
    }
    watch.look().await.expect("look");

    let fresh = Arc::new(MemoryStore::new(L1));
    watcher(&network, &chain, &fresh)
        .look()
        .await
        .expect("look");
    assert_eq!(essence(&memory, 271), essence(&fresh, 271), "depth {depth}");
    assert_eq!(
        watch.wakes[0].reorgs(),
        reorgs + u64::from(depth > 0),
        "others are told"
    );
}

#[tokio::test(start_paused = true)]
async fn atk18_after_a_reorg_of_any_depth_the_store_is_as_if_read_anew() {
    for depth in 1..=64 {
        let grown: Vec<_> = (0..70_u8)
            .map(|n| (u8::from(n % 3 == 0), u8::from(n % 9 == 0), n % 7 == 0))
            .collect();
        let regrown: Vec<_> = (0..depth as u8)
            .map(|n| (u8::from(n % 4 == 0), u8::from(n % 8 == 0), n % 3 == 0))
            .collect();
        reorg_case(depth, &grown, &regrown, depth % 2 == 0).await;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reorgs_of_random_chains(
        depth in 0_usize..30,
        grown in prop::collection::vec((0_u8..4, 0_u8..2, any::<bool>()), 1..30),
        regrown in prop::collection::vec((0_u8..4, 0_u8..2, any::<bool>()), 0..40),
        again in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(reorg_case(depth, &grown, &regrown, again));
    }
}

#[tokio::test(start_paused = true)]
async fn a_look_without_news_costs_one_call() {
    let network = Network::new(2, 0);
    let memory = Arc::new(MemoryStore::new(L1));
    let chain = network.chains[0].clone();
    let watch = watcher(&network, &chain, &memory);
    chain.mine();
    watch.look().await.expect("look");
    let calls = chain.calls();
    watch.look().await.expect("look");
    assert_eq!(chain.calls(), calls + 1);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_lags_takes_nothing_back() {
    let network = Network::new(2, 0);
    let memory = Arc::new(MemoryStore::new(L1));
    let chain = network.chains[0].clone();
    let watch = watcher(&network, &chain, &memory);
    let id = network.send(0, network.id(1));
    chain.mine();
    chain.mine();
    watch.look().await.expect("look");
    chain.reorg(1);
    watch.look().await.expect("look");
    assert_eq!(memory.message(id).unwrap().unwrap().stage, Stage::Seen);
    assert_eq!(memory.cursor(271).unwrap().unwrap().number, 2);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_was_reorged_away_is_removed_until_it_is_sent_again() {
    let network = Network::new(2, 0);
    let memory = Arc::new(MemoryStore::new(L1));
    let chain = network.chains[0].clone();
    let watch = watcher(&network, &chain, &memory);
    let (id, message) = network.message(0, network.id(1));
    network.emit_message(0, message.clone());
    chain.mine();
    watch.look().await.expect("look");
    chain.reorg(1);
    chain.mine();
    watch.look().await.expect("look");
    assert_eq!(memory.message(id).unwrap().unwrap().stage, Stage::Removed);
    network.emit_message(0, message);
    chain.mine();
    watch.look().await.expect("look");
    let record = memory.message(id).unwrap().unwrap();
    assert_eq!(
        (
            record.stage,
            record.milestones.len(),
            record.milestones[0].at.block
        ),
        (Stage::Seen, 1, 2)
    );
}

#[tokio::test(start_paused = true)]
async fn atk18_what_l1_takes_back_is_forgotten() {
    let network = Network::new(2, 0);
    let memory = Arc::new(MemoryStore::new(L1));
    let watch = l1_watcher(&network, &memory);
    (0..64).for_each(|_| network.step());
    for depth in [1, 2, 3, 5, 8, 13, 21, 34, 64] {
        (0..3).for_each(|_| network.step());
        watch.look().await.expect("look");
        network.l1.reorg(depth);
        let settled = memory.appends(0, usize::MAX).unwrap().len();
        for _ in 0..depth {
            network.l1.mine();
        }
        watch.look().await.expect("look");

        let fresh = Arc::new(MemoryStore::new(L1));
        l1_watcher(&network, &fresh).look().await.expect("look");
        let all = |memory: &MemoryStore| {
            let batches = network
                .chains
                .iter()
                .map(|chain| memory.last_batch(chain.chain_id()).unwrap());
            (
                memory.appends(0, usize::MAX).unwrap(),
                batches.collect::<Vec<_>>(),
                memory.cursor(L1).unwrap(),
            )
        };
        assert_eq!(all(&memory), all(&fresh));
        assert!(all(&memory).0.len() < settled, "something was taken back");
    }
}

#[tokio::test(start_paused = true)]
async fn a_fork_that_is_shorter_is_followed_too() {
    let network = Network::new(2, 0);
    let memory = Arc::new(MemoryStore::new(L1));
    let chain = network.chains[0].clone();
    let watch = watcher(&network, &chain, &memory);
    let mut ids = Vec::new();
    for _ in 0..6 {
        ids.push(network.send(0, network.id(1)));
        chain.mine();
    }
    watch.look().await.expect("look");
    chain.reorg(4);
    chain.mine();
    watch.look().await.expect("look");
    assert_eq!(memory.cursor(271).unwrap().unwrap().number, 3);
    let stages: Vec<Stage> = ids
        .iter()
        .map(|id| memory.message(*id).unwrap().unwrap().stage)
        .collect();
    use Stage::{Removed, Seen};
    assert_eq!(stages, [Seen, Seen, Removed, Removed, Removed, Removed]);
}
