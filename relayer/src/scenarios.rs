//! All stages together over fake chains, with everything going wrong that may.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use alloy::{
    primitives::{B256, U256},
    sol_types::SolEvent,
};
use causeway_bindings::IInteropRootStorage;

use crate::{
    chain::fake::{CONTRACTS, FakeChain, L1},
    harness::{Fuse, Network, Options, Relayer, count, messages, signer},
    model::{HoldReason, MessageEvent, MilestoneKind, Stage},
    standing::Standings,
    store::{Change, Reader, Writer, memory::MemoryStore},
};

/// Seconds in which any scenario must come to its end.
const PATIENCE: usize = 400;

fn memory() -> Arc<MemoryStore> {
    Arc::new(MemoryStore::new(L1))
}

/// Sends `count` messages over all pairs of chains, in turn.
fn burst(network: &Network, count: usize) -> Vec<B256> {
    let chains = network.chains.len();
    let pairs: Vec<(usize, usize)> = (0..chains)
        .flat_map(|from| (0..chains).map(move |to| (from, to)))
        .filter(|(from, to)| from != to)
        .collect();
    pairs
        .iter()
        .cycle()
        .take(count)
        .map(|(from, to)| network.send(*from, network.id(*to)))
        .collect()
}

/// Steps the network until the store holds `wanted` messages in `stage`. Returns the seconds it took.
async fn until(network: &Network, store: &MemoryStore, stage: Stage, wanted: usize) -> usize {
    for second in 0..PATIENCE {
        if count(store, stage) >= wanted {
            return second;
        }
        network.steps(1).await;
    }
    panic!(
        "{:?}",
        messages(store)
            .iter()
            .map(|m| (m.stage, m.hold.clone(), m.attempts))
            .collect::<Vec<_>>()
    );
}

/// How often each bundle was executed, and in how many mined transactions it was sent.
fn deliveries(network: &Network) -> BTreeMap<B256, (usize, usize)> {
    let mut found = BTreeMap::<B256, (usize, usize)>::new();
    for chain in &network.chains {
        chain
            .executed()
            .into_iter()
            .for_each(|id| found.entry(id).or_default().0 += 1);
        chain
            .delivered()
            .into_iter()
            .flatten()
            .for_each(|id| found.entry(id).or_default().1 += 1);
    }
    found
}

fn assert_delivered_once(network: &Network, ids: &[B256]) {
    let found = deliveries(network);
    for id in ids {
        assert_eq!(
            found.get(id),
            Some(&(1, 1)),
            "executions and transactions of {id}"
        );
    }
    assert_eq!(found.len(), ids.len());
}

#[tokio::test(start_paused = true)]
async fn a_burst_is_delivered_once_in_few_transactions_and_few_seconds() {
    let network = Network::new(3, 0);
    let memory = memory();
    let relayer = Relayer::start(&network, &memory, Options::default());
    network.steps(3).await;
    let ids = burst(&network, 200);
    let seconds = until(&network, &memory, Stage::Final, 200).await;
    assert_eq!(
        relayer
            .progress
            .all()
            .iter()
            .map(|(_, entry)| entry.failures)
            .sum::<u64>(),
        0
    );
    relayer.stop().await;
    assert_delivered_once(&network, &ids);
    let transactions: usize = network
        .chains
        .iter()
        .map(|chain| chain.delivered().len())
        .sum();
    assert!(transactions <= 12, "{transactions} transactions");
    assert!(seconds <= 6, "{seconds} seconds");
    for record in messages(memory.as_ref()) {
        let kinds: Vec<_> = record
            .milestones
            .iter()
            .map(|milestone| milestone.kind)
            .collect();
        use MilestoneKind::{Delivered, RootImported, Sent, Settled};
        assert_eq!(kinds, [Sent, Settled, RootImported, Delivered]);
    }
}

#[tokio::test(start_paused = true)]
async fn lost_hints_cost_time_but_no_message() {
    let network = Network::new(3, 1);
    let memory = memory();
    let relayer = Relayer::start(
        &network,
        &memory,
        Options {
            deaf: true,
            ..Options::default()
        },
    );
    let ids = burst(&network, 60);
    until(&network, &memory, Stage::Final, 60).await;
    relayer.stop().await;
    assert_delivered_once(&network, &ids);
}

#[tokio::test(start_paused = true)]
async fn providers_that_fail_now_and_then_are_asked_again() {
    for calls in [2, 3, 7] {
        let network = Network::new(3, 1);
        network
            .chains
            .iter()
            .chain([&network.l1])
            .for_each(|chain| chain.fault(|f| f.fail_one_in = Some(calls)));
        let memory = memory();
        let relayer = Relayer::start(&network, &memory, Options::default());
        let ids = burst(&network, 30);
        until(&network, &memory, Stage::Final, 30).await;
        relayer.stop().await;
        assert_delivered_once(&network, &ids);
    }
}

/// One run with a process that dies after `effects` commits and broadcasts and another that takes over.
async fn crash_after(effects: i64) -> (Network, Vec<B256>, bool) {
    let network = Network::new(2, 1);
    let memory = memory();
    let first = Relayer::start(
        &network,
        &memory,
        Options {
            fuse: Fuse::after(effects),
            ..Options::default()
        },
    );
    let ids = burst(&network, 12);
    for _ in 0..40 {
        if first.fuse.blown() || count(memory.as_ref(), Stage::Final) == ids.len() {
            break;
        }
        network.steps(1).await;
    }
    let blown = first.fuse.blown();
    first.stop().await;
    let second = Relayer::start(&network, &memory, Options::default());
    until(&network, &memory, Stage::Final, ids.len()).await;
    second.stop().await;
    (network, ids, blown)
}

#[tokio::test(start_paused = true)]
async fn a_process_that_dies_at_any_effect_loses_nothing_and_sends_nothing_twice() {
    let mut effects = 1;
    loop {
        let (network, ids, blown) = crash_after(effects).await;
        assert_delivered_once(&network, &ids);
        if !blown {
            break;
        }
        effects += 1;
    }
    assert!(effects > 20, "only {effects} effects were tried");
}

#[tokio::test(start_paused = true)]
async fn a_process_that_dies_again_and_again_still_delivers() {
    let network = Network::new(3, 1);
    let memory = memory();
    let ids = burst(&network, 60);
    let mut seed = 0x9e37_79b9_u64;
    let mut deaths = 0;
    while count(memory.as_ref(), Stage::Final) < ids.len() {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let fuse = Fuse::after(1 + (seed >> 60) as i64);
        let relayer = Relayer::start(
            &network,
            &memory,
            Options {
                fuse,
                ..Options::default()
            },
        );
        network.steps(2).await;
        relayer.stop().await;
        deaths += 1;
        assert!(
            deaths < PATIENCE,
            "{:?}",
            messages(memory.as_ref())
                .iter()
                .map(|m| m.stage)
                .collect::<Vec<_>>()
        );
    }
    assert!(deaths > 5, "{deaths} deaths");
    assert_delivered_once(&network, &ids);
}

#[tokio::test(start_paused = true)]
async fn a_message_whose_receiver_reverts_is_held_with_the_reason_and_blocks_nobody() {
    let network = Network::new(2, 0);
    let memory = memory();
    let ids = burst(&network, 40);
    let poison = [ids[0], ids[7], ids[20]];
    network
        .chains
        .iter()
        .for_each(|chain| chain.fault(|faults| faults.revert = poison.into()));
    let relayer = Relayer::start(&network, &memory, Options::default());
    until(&network, &memory, Stage::Final, 37).await;
    for id in poison {
        let record = memory.message(id).unwrap().unwrap();
        let reason = HoldReason::RecipientReverts {
            call: 0,
            reason: "poison".into(),
        };
        assert_eq!((record.stage, record.hold), (Stage::Held, Some(reason)));
        assert!(record.retry_at.is_some());
    }
    network
        .chains
        .iter()
        .for_each(|chain| chain.fault(|faults| faults.revert.clear()));
    until(&network, &memory, Stage::Final, 40).await;
    relayer.stop().await;
    assert_delivered_once(&network, &ids);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_to_a_frozen_chain_until_it_is_live_again() {
    let network = Network::new(2, 0);
    let memory = memory();
    let frozen = network.id(1);
    let standings = Arc::new(Standings::default());
    standings.set(frozen, Some(1_700_000_000));
    let options = Options {
        standings: standings.clone(),
        ..Options::default()
    };
    let ids = [network.send(0, frozen), network.send(1, network.id(0))];
    let relayer = Relayer::start(&network, &memory, options);
    until(&network, &memory, Stage::Final, 1).await;
    until(&network, &memory, Stage::Held, 1).await;
    let record = memory.message(ids[0]).unwrap().unwrap();
    let reason = HoldReason::DestinationFrozen {
        chain: frozen,
        frozen_at: 1_700_000_000,
    };
    assert_eq!((record.stage, record.hold), (Stage::Held, Some(reason)));
    assert!(network.chains[1].broadcasts().is_empty());

    standings.set(frozen, None);
    until(&network, &memory, Stage::Final, 2).await;
    relayer.stop().await;
    assert_delivered_once(&network, &ids);
}

#[tokio::test(start_paused = true)]
async fn a_held_message_is_retried_on_request() {
    let network = Network::new(2, 0);
    let memory = memory();
    let id = network.send(0, network.id(1));
    network.chains[1].fault(|faults| faults.revert = [id].into());
    let relayer = Relayer::start(&network, &memory, Options::default());
    until(&network, &memory, Stage::Held, 1).await;
    network.chains[1].fault(|faults| faults.revert.clear());
    let mut record = memory.message(id).unwrap().unwrap();
    record.apply(MessageEvent::Retry, 0).unwrap();
    memory
        .commit(vec![Change::PutMessage(Box::new(record))])
        .unwrap();
    let seconds = until(&network, &memory, Stage::Final, 1).await;
    relayer.stop().await;
    assert!(seconds < 6, "{seconds} seconds");
}

#[tokio::test(start_paused = true)]
async fn a_message_that_only_fails_on_chain_is_isolated_and_then_held() {
    let network = Network::new(2, 0);
    let memory = memory();
    let ids = burst(&network, 20);
    let poison = ids[3];
    network
        .chains
        .iter()
        .for_each(|chain| chain.fault(|faults| faults.revert_in_blocks = [poison].into()));
    let relayer = Relayer::start(&network, &memory, Options::default());
    until(&network, &memory, Stage::Final, 19).await;
    until(&network, &memory, Stage::Held, 1).await;
    relayer.stop().await;
    let record = memory.message(poison).unwrap().unwrap();
    assert!(
        matches!(record.hold, Some(HoldReason::Other { reason }) if reason.contains("without effect"))
    );
    let sent: Vec<Vec<B256>> = network
        .chains
        .iter()
        .flat_map(|chain| chain.delivered())
        .collect();
    let with_poison: Vec<_> = sent
        .iter()
        .filter(|bundles| bundles.contains(&poison))
        .collect();
    assert_eq!(with_poison.len(), 3);
    assert!(
        with_poison[1..].iter().all(|bundles| bundles.len() == 1),
        "sent alone after the first time"
    );
}

#[tokio::test(start_paused = true)]
async fn a_chain_that_goes_away_does_not_stop_the_others_and_is_caught_up_with() {
    let network = Network::new(3, 0);
    let memory = memory();
    let relayer = Relayer::start(&network, &memory, Options::default());
    network.steps(2).await;
    network.chains[2].fault(|faults| faults.down = true);
    let between: Vec<B256> = (0..10).map(|_| network.send(0, network.id(1))).collect();
    let to_lost: Vec<B256> = (0..10).map(|_| network.send(0, network.id(2))).collect();
    until(&network, &memory, Stage::Final, 10).await;
    assert!(network.chains[2].executed().is_empty());
    let troubled: Vec<_> = relayer
        .progress
        .all()
        .into_iter()
        .filter(|(_, entry)| entry.trouble.is_some())
        .collect();
    assert!(
        troubled
            .iter()
            .all(|((_, chain), _)| *chain == network.id(2))
            && !troubled.is_empty(),
        "{troubled:?}"
    );
    network.chains[2].fault(|faults| faults.down = false);
    until(&network, &memory, Stage::Final, 20).await;
    relayer.stop().await;
    assert_delivered_once(&network, &[between, to_lost].concat());
}

#[tokio::test(start_paused = true)]
async fn two_relayers_deliver_once_and_both_know_it() {
    let network = Network::new(3, 1);
    let memories = [memory(), memory()];
    let relayers: Vec<Relayer> = (1..)
        .zip(&memories)
        .map(|(seed, memory)| {
            Relayer::start(
                &network,
                memory,
                Options {
                    signer: signer(seed),
                    ..Options::default()
                },
            )
        })
        .collect();
    let ids = burst(&network, 60);
    for memory in &memories {
        until(&network, memory, Stage::Final, 60).await;
    }
    for relayer in relayers {
        relayer.stop().await;
    }
    let found = deliveries(&network);
    assert!(ids.iter().all(|id| found[id].0 == 1), "executed once");
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_is_reorged_away_is_made_again() {
    let network = Network::new(2, 4);
    let memory = memory();
    let relayer = Relayer::start(&network, &memory, Options::default());
    let ids = burst(&network, 10);
    until(&network, &memory, Stage::Included, 10).await;
    for chain in &network.chains {
        chain.reorg(3);
        chain.evict();
    }
    until(&network, &memory, Stage::Final, 10).await;
    relayer.stop().await;
    let found = deliveries(&network);
    assert!(
        ids.iter().all(|id| found[id].0 == 1),
        "executed once on the chain that stays"
    );
}

#[tokio::test(start_paused = true)]
async fn nothing_is_delivered_against_a_root_that_never_was() {
    let network = Network::new(3, 0);
    let memory = memory();
    let relayer = Relayer::start(&network, &memory, Options::default());
    network.steps(2).await;
    let false_root = IInteropRootStorage::InteropRootImported {
        settlementChainId: U256::from(L1),
        blockNumber: U256::from(network.l1.head_number()),
        timestamp: U256::ZERO,
        root: B256::repeat_byte(0xbd),
    };
    network.chains[1].emit(CONTRACTS.handler, false_root.encode_log_data());
    network.chains[1].mine();
    let lied_to = network.id(1);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let troubled = relayer.progress.all();
    let told = troubled
        .iter()
        .find(|((stage, chain), _)| *stage == "prove" && *chain == lied_to);
    let label = told
        .and_then(|(_, entry)| entry.trouble.as_ref())
        .map(|trouble| trouble.label);
    assert_eq!(label, Some("false_import"));
    relayer.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_chain_whose_logs_do_not_make_its_batch_is_halted_alone() {
    let network = Network::new(3, 0);
    let memory = memory();
    let relayer = Relayer::start(&network, &memory, Options::default());
    network.steps(2).await;
    network.corrupt(0);
    let halted = network.send(0, network.id(1));
    let fine = network.send(1, network.id(2));
    until(&network, &memory, Stage::Final, 1).await;
    network.steps(5).await;
    relayer.stop().await;
    let record = memory.message(halted).unwrap().unwrap();
    assert!(
        matches!(record.hold, Some(HoldReason::RootMismatch { .. })),
        "{record:?}"
    );
    assert_delivered_once(&network, &[fine]);
}

#[tokio::test(start_paused = true)]
async fn a_relayer_without_receipts_still_gets_to_the_end() {
    let network = Network::new(2, 1);
    network
        .chains
        .iter()
        .for_each(|chain| chain.fault(|faults| faults.blind = true));
    let memory = memory();
    let relayer = Relayer::start(&network, &memory, Options::default());
    let ids = burst(&network, 20);
    until(&network, &memory, Stage::Final, 20).await;
    let more = burst(&network, 20);
    until(&network, &memory, Stage::Final, 40).await;
    relayer.stop().await;
    assert_delivered_once(&network, &[ids, more].concat());
}

#[tokio::test(start_paused = true)]
async fn a_message_to_a_chain_that_is_not_configured_is_held() {
    let network = Network::new(2, 0);
    let memory = memory();
    let relayer = Relayer::start(&network, &memory, Options::default());
    let id = network.send(0, 999);
    until(&network, &memory, Stage::Held, 1).await;
    relayer.stop().await;
    let record = memory.message(id).unwrap().unwrap();
    assert_eq!(
        record.hold,
        Some(HoldReason::UnknownDestination { chain: 999 })
    );
}

/// Calls to a chain in a minute without any news.
async fn idle_calls(known: usize) -> u64 {
    let network = Network::new(2, 0);
    let memory = memory();
    let relayer = Relayer::start(&network, &memory, Options::default());
    burst(&network, known);
    until(&network, &memory, Stage::Final, known).await;
    network.steps(5).await;
    let calls = |chains: &[Arc<FakeChain>]| chains.iter().map(|chain| chain.calls()).sum::<u64>();
    let before = calls(&network.chains);
    tokio::time::sleep(Duration::from_secs(60)).await;
    let after = calls(&network.chains);
    relayer.stop().await;
    (after - before) / network.chains.len() as u64
}

#[tokio::test(start_paused = true)]
async fn an_idle_relayer_calls_as_often_whatever_it_knows() {
    let few = idle_calls(2).await;
    let many = idle_calls(300).await;
    assert_eq!(few, many);
    // One look at the head every half second.
    assert!(few <= 121, "{few} calls a minute");
}

#[tokio::test(start_paused = true)]
async fn a_store_that_was_lost_is_rebuilt_without_delivering_again() {
    let network = Network::new(3, 1);
    let first = memory();
    let relayer = Relayer::start(&network, &first, Options::default());
    let ids = burst(&network, 30);
    until(&network, &first, Stage::Final, 30).await;
    relayer.stop().await;
    let second = memory();
    let relayer = Relayer::start(&network, &second, Options::default());
    until(&network, &second, Stage::Final, 30).await;
    network.steps(5).await;
    relayer.stop().await;
    assert_delivered_once(&network, &ids);
    let milestones = |memory: &MemoryStore| {
        messages(memory)
            .into_iter()
            .map(|m| m.milestones)
            .collect::<Vec<_>>()
    };
    assert_eq!(milestones(&first), milestones(&second));
}

#[tokio::test(start_paused = true)]
async fn batches_that_were_executed_before_their_chain_was_read_are_not_skipped() {
    let network = Network::new(2, 0);
    let memory = memory();
    network.chains[0].fault(|faults| faults.down = true);
    let first = Relayer::start(&network, &memory, Options::default());
    let ids = burst(&network, 10);
    network.steps(5).await;
    first.stop().await;
    assert!(memory.last_batch(network.id(0)).unwrap().unwrap().number > 1);
    network.chains[0].fault(|faults| faults.down = false);
    let second = Relayer::start(&network, &memory, Options::default());
    until(&network, &memory, Stage::Final, 10).await;
    second.stop().await;
    assert_delivered_once(&network, &ids);
}
