//! Transfers that come back, over fake chains, with everything going wrong that may.

use std::sync::Arc;

use alloy::primitives::{B256, U256};

use crate::{
    chain::fake::{GENESIS_TIME, L1},
    harness::{Fuse, Network, Options, Relayer, signer},
    model::{Errand, Stage, Task},
    store::{Change, Reader, Writer, memory::MemoryStore, samples},
};

/// Seconds in which any of it must come to its end.
const PATIENCE: usize = 400;

fn memory() -> Arc<MemoryStore> {
    Arc::new(MemoryStore::new(L1))
}

fn open_errands(memory: &MemoryStore) -> u64 {
    let counts = memory.errand_counts().unwrap();
    counts.into_iter().map(|(_, count)| count).sum()
}

/// A transfer from the first chain to the second that its recipient refuses, until its deadline in so many seconds.
fn refused(network: &Network, seconds: u64) -> B256 {
    let deadline = GENESIS_TIME + network.chains[0].head_number() + seconds;
    let id = network.send_transfer(0, network.id(1), deadline);
    network.chains[1].fault(|faults| {
        faults.revert.insert(id);
    });
    id
}

async fn until_over(network: &Network, memory: &MemoryStore) {
    // The errand is noted with the message.
    network.steps(2).await;
    for _ in 0..PATIENCE {
        if open_errands(memory) == 0 {
            return;
        }
        network.steps(1).await;
    }
    panic!("{:?}", memory.due_errands(network.id(1), u64::MAX, 9));
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_until_its_deadline_goes_back_once() {
    let network = Network::new(2, 1);
    let memory = memory();
    let relayer = Relayer::start(&network, &memory, Options::default());
    let id = refused(&network, 12);
    network.steps(10).await;
    assert_eq!(network.chains[1].ways_back(), (0, 0), "before the deadline");
    until_over(&network, &memory).await;
    relayer.stop().await;
    assert_eq!(network.chains[1].returned(), [(id, U256::ZERO)]);
    assert_eq!(network.chains[1].ways_back(), (2, 2));
    assert_eq!(memory.message(id).unwrap().unwrap().stage, Stage::Failed);
}

#[tokio::test(start_paused = true)]
async fn what_arrives_in_time_does_not_go_back() {
    let network = Network::new(2, 1);
    let memory = memory();
    let relayer = Relayer::start(&network, &memory, Options::default());
    let deadline = GENESIS_TIME + 60;
    let id = network.send_transfer(0, network.id(1), deadline);
    until_over(&network, &memory).await;
    relayer.stop().await;
    assert_eq!(network.chains[1].executed(), [id]);
    assert_eq!(network.chains[1].ways_back(), (0, 0));
}

/// The relayer was away when the deadline passed.
#[tokio::test(start_paused = true)]
async fn what_nobody_delivered_goes_back() {
    let network = Network::new(2, 1);
    let memory = memory();
    let id = network.send_transfer(0, network.id(1), GENESIS_TIME + 5);
    network.steps(20).await;
    let relayer = Relayer::start(&network, &memory, Options::default());
    until_over(&network, &memory).await;
    relayer.stop().await;
    assert_eq!(network.chains[1].executed(), Vec::<B256>::new());
    assert_eq!(network.chains[1].returned(), [(id, U256::ZERO)]);
}

#[tokio::test(start_paused = true)]
async fn relayers_that_compete_send_back_once() {
    let network = Network::new(2, 1);
    let memories = [memory(), memory()];
    let relayers = [1, 2].map(|seed| {
        let options = Options {
            signer: signer(seed),
            ..Options::default()
        };
        Relayer::start(&network, &memories[usize::from(seed) - 1], options)
    });
    let id = refused(&network, 10);
    for memory in &memories {
        until_over(&network, memory).await;
    }
    for relayer in relayers {
        relayer.stop().await;
    }
    assert_eq!(network.chains[1].returned(), [(id, U256::ZERO)]);
}

/// One run with a process that dies after `effects` commits about errands or transactions, and broadcasts, and another
/// that takes over.
async fn crash_after(effects: i64) -> bool {
    let network = Network::new(2, 1);
    let memory = memory();
    let options = Options {
        fuse: Fuse::after_sending(effects),
        ..Options::default()
    };
    let ids = [refused(&network, 1), refused(&network, 1)];
    network.steps(6).await;
    let first = Relayer::start(&network, &memory, options);
    for _ in 0..60 {
        let is_over = network.chains[1].returned().len() == 2 && open_errands(&memory) == 0;
        if first.fuse.blown() || is_over {
            break;
        }
        network.steps(1).await;
    }
    let blown = first.fuse.blown();
    first.stop().await;
    let second = Relayer::start(&network, &memory, Options::default());
    until_over(&network, &memory).await;
    second.stop().await;
    let mut returned = network.chains[1].returned();
    returned.sort();
    let mut expected = ids.map(|id| (id, U256::ZERO));
    expected.sort();
    assert_eq!(returned, expected, "after {effects} effects");
    assert_eq!(
        network.chains[1].ways_back(),
        (4, 4),
        "transactions after {effects} effects"
    );
    blown
}

#[tokio::test(start_paused = true)]
async fn a_process_that_dies_at_any_effect_sends_back_once() {
    let mut effects = 1;
    while crash_after(effects).await {
        effects += 1;
    }
    assert!(effects > 20, "only {effects} effects were tried");
}

#[tokio::test(start_paused = true)]
async fn a_reorg_that_takes_a_way_back_with_it_is_made_good() {
    let network = Network::new(2, 4);
    let memory = memory();
    let relayer = Relayer::start(&network, &memory, Options::default());
    let id = refused(&network, 12);
    for _ in 0..PATIENCE {
        if !network.chains[1].returned().is_empty() {
            break;
        }
        network.steps(1).await;
    }
    network.chains[1].reorg(2);
    network.chains[1].evict();
    assert_eq!(network.chains[1].returned(), []);
    until_over(&network, &memory).await;
    relayer.stop().await;
    assert_eq!(network.chains[1].returned(), [(id, U256::ZERO)]);
}

#[tokio::test(start_paused = true)]
async fn providers_that_fail_now_and_then_are_asked_again() {
    let network = Network::new(2, 1);
    network
        .chains
        .iter()
        .chain([&network.l1])
        .for_each(|chain| chain.fault(|faults| faults.fail_one_in = Some(3)));
    let memory = memory();
    let relayer = Relayer::start(&network, &memory, Options::default());
    let id = refused(&network, 12);
    network.steps(10).await;
    until_over(&network, &memory).await;
    relayer.stop().await;
    assert_eq!(network.chains[1].returned(), [(id, U256::ZERO)]);
}

/// An errand that nothing is known about is forgotten rather than kept for ever.
#[tokio::test(start_paused = true)]
async fn an_errand_without_its_message_is_over() {
    let network = Network::new(2, 1);
    let memory = memory();
    let errand = Errand::new(network.id(1), B256::repeat_byte(7), Task::Return, 0);
    let other = samples::errand(99, 1, 0);
    memory
        .commit(vec![
            Change::PutErrand(Box::new(errand)),
            Change::PutErrand(Box::new(other)),
        ])
        .unwrap();
    let relayer = Relayer::start(&network, &memory, Options::default());
    network.steps(2).await;
    relayer.stop().await;
    assert_eq!(
        memory.errand_counts().unwrap(),
        [((99, "withdraw"), 1)],
        "that of a chain without the stage is kept"
    );
}
