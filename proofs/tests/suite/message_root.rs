//! The message root against the naive twin, at every block.

use alloy_primitives::{B256, keccak256};
use causeway_proofs::{
    Dialect, InclusionProof, MessageRoot, MessageRootError, NotProvable, SettledBatch, Source,
};
use proptest::prelude::*;

use crate::{naive, sample::DIALECTS};

/// What happens next: a chain registers, or one that is there settles a batch; `0` blocks later is the same block.
#[derive(Clone, Copy, Debug)]
enum Event {
    Register { blocks: u64 },
    Settle { chain: usize, blocks: u64 },
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let register = (0..3_u64).prop_map(|blocks| Event::Register { blocks });
    let settle =
        (any::<usize>(), 0..3_u64).prop_map(|(chain, blocks)| Event::Settle { chain, blocks });
    prop::collection::vec(prop_oneof![1 => register, 4 => settle], 0..40)
}

fn dialects() -> impl Strategy<Value = Dialect> {
    prop::sample::select(&DIALECTS[..])
}

const SETTLEMENT: u64 = 505;
const FIRST_BATCH: u64 = 3;

/// Applies events to both; skips a batch while no chain is registered.
fn build(dialect: Dialect, events: &[Event]) -> (MessageRoot, naive::MessageRoot) {
    let mut ours = MessageRoot::new(dialect, SETTLEMENT);
    let mut twin = naive::MessageRoot {
        dialect,
        settlement_chain_id: SETTLEMENT,
        registrations: vec![],
        batches: vec![],
    };
    let mut block = 100;
    for event in events {
        match *event {
            Event::Register { blocks } => {
                block += blocks;
                let chain_id = 1000 + twin.registrations.len() as u64;
                let index = ours.register_chain(chain_id, block).unwrap();
                twin.registrations.push((chain_id, block));
                assert_eq!(index, twin.registrations.len());
            }
            Event::Settle { chain, blocks } if !twin.registrations.is_empty() => {
                block += blocks;
                let chain_id = twin.registrations[chain % twin.registrations.len()].0;
                let batch = next_batch(&twin, chain_id, block);
                let index = ours.append_batch(batch).unwrap();
                assert_eq!(index as u64 + FIRST_BATCH, batch.batch_number);
                twin.batches.push(batch);
            }
            Event::Settle { .. } => {}
        }
    }
    (ours, twin)
}

fn next_batch(twin: &naive::MessageRoot, chain_id: u64, block: u64) -> SettledBatch {
    let earlier = twin
        .batches
        .iter()
        .filter(|batch| batch.chain_id == chain_id);
    SettledBatch {
        chain_id,
        batch_number: FIRST_BATCH + earlier.count() as u64,
        chain_batch_root: keccak256([chain_id.to_be_bytes(), block.to_be_bytes()].concat()),
        block,
        timestamp: 7 * block,
    }
}

fn log_path(dialect: Dialect) -> Vec<B256> {
    let len = 14 + dialect.batch_root_levels();
    (0..len)
        .map(|level| B256::repeat_byte(level as u8))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn roots_are_the_naive_ones_at_every_block(dialect in dialects(), events in events()) {
        let (ours, twin) = build(dialect, &events);
        prop_assert_eq!(ours.root(), twin.root(u64::MAX));
        for block in 99..=ours.last_block() + 1 {
            prop_assert_eq!(ours.snapshot(block).root(), twin.root(block), "block {}", block);
        }
    }

    #[test]
    fn proofs_are_the_naive_ones_at_every_block(dialect in dialects(), events in events()) {
        let (ours, twin) = build(dialect, &events);
        for block in [100, 110, 120, ours.last_block(), ours.last_block() + 5] {
            let snapshot = ours.snapshot(block);
            for batch in &twin.batches {
                let (chain_id, number) = (batch.chain_id, batch.batch_number);
                let expected = twin.aggregation(chain_id, number, block);
                prop_assert_eq!(snapshot.aggregation(chain_id, number).ok(), expected.clone());
                prop_assert_eq!(snapshot.contains(chain_id, number), expected.is_some());
            }
        }
    }

    #[test]
    fn every_proof_leads_to_the_root(dialect in dialects(), events in events()) {
        let (_, twin) = build(dialect, &events);
        let path = log_path(dialect);
        let leaf = B256::repeat_byte(0xee);
        let source = |batch: &SettledBatch| Source {
            chain_id: batch.chain_id,
            batch_number: batch.batch_number,
            leaf_index: 3,
        };
        let chain_batch_root = InclusionProof::in_batch(dialect, path.clone())
            .fold(Source { chain_id: 0, batch_number: 0, leaf_index: 3 }, leaf)
            .unwrap()
            .chain_batch_root;
        let mut ours = MessageRoot::new(dialect, SETTLEMENT);
        apply(&mut ours, &twin, |_| true, |batch| SettledBatch { chain_batch_root, ..batch });
        for block in [105, ours.last_block()] {
            let snapshot = ours.snapshot(block);
            for batch in twin.batches.iter().filter(|batch| batch.block <= block) {
                let proof = snapshot.prove(batch.chain_id, batch.batch_number, path.clone()).unwrap();
                let hop = proof.fold(source(batch), leaf).unwrap().hop.unwrap();
                prop_assert_eq!(hop.root, snapshot.root());
                prop_assert_eq!(hop.settlement_block, block);
                prop_assert_eq!(hop.settlement_chain_id, SETTLEMENT);
            }
        }
    }

    #[test]
    fn rewinding_equals_never_having_applied(dialect in dialects(), events in events(), back in 0..20_u64) {
        let (mut ours, twin) = build(dialect, &events);
        let block = ours.last_block().saturating_sub(back);
        ours.rewind(block);
        prop_assert_eq!(ours.root(), twin.root(block));
        prop_assert_eq!(ours.last_block(), block);

        apply(&mut ours, &twin, |at| at > block, |batch| batch);
        prop_assert_eq!(ours.root(), twin.root(u64::MAX));
    }
}

/// Applies the events of chosen blocks, in order of blocks.
fn apply(
    ours: &mut MessageRoot,
    twin: &naive::MessageRoot,
    wanted: impl Fn(u64) -> bool,
    change: impl Fn(SettledBatch) -> SettledBatch,
) {
    let mut batches = twin
        .batches
        .iter()
        .filter(|batch| wanted(batch.block))
        .peekable();
    for (chain_id, at) in twin.registrations.iter().filter(|(_, at)| wanted(*at)) {
        while let Some(batch) = batches.next_if(|batch| batch.block < *at) {
            ours.append_batch(change(*batch)).unwrap();
        }
        ours.register_chain(*chain_id, *at).unwrap();
    }
    for batch in batches {
        ours.append_batch(change(*batch)).unwrap();
    }
}

fn batch(chain_id: u64, batch_number: u64, block: u64) -> SettledBatch {
    SettledBatch {
        chain_id,
        batch_number,
        chain_batch_root: B256::repeat_byte(1),
        block,
        timestamp: block,
    }
}

#[test]
fn before_any_event_only_the_settlement_layer_is_there() {
    let roots = MessageRoot::new(Dialect::V32, 9);
    assert_eq!(roots.root(), naive::chain_id_leaf(B256::ZERO, 9));
    assert_eq!(roots.chain_index(9), Some(0));
    assert_eq!(roots.last_block(), 0);
    assert_eq!(roots.last_batch(9), None);
}

#[test]
fn a_chain_without_batches_has_an_empty_tree() {
    let mut roots = MessageRoot::new(Dialect::V32, 9);
    assert_eq!(roots.register_chain(271, 5), Ok(1));
    let leaves = [9, 271].map(|id| naive::chain_id_leaf(B256::ZERO, id));
    assert_eq!(roots.root(), naive::concat_hash(&leaves));
}

#[test]
fn events_that_do_not_fit_are_refused_and_change_nothing() {
    let mut roots = MessageRoot::new(Dialect::V32, 9);
    roots.register_chain(271, 5).unwrap();
    roots.append_batch(batch(271, 4, 6)).unwrap();
    let (root, last) = (roots.root(), roots.last_block());

    let refused = [
        roots.register_chain(271, 7),
        roots.register_chain(9, 7),
        roots.append_batch(batch(272, 1, 7)),
        roots.append_batch(batch(9, 1, 7)),
        roots.append_batch(batch(271, 4, 7)),
        roots.append_batch(batch(271, 6, 7)),
        roots.append_batch(batch(271, 5, 5)),
        roots.register_chain(272, 5),
    ];
    use MessageRootError::*;
    let out_of_order = |found| BatchOutOfOrder {
        chain_id: 271,
        last: 4,
        found,
    };
    let expected = [
        AlreadyRegistered { chain_id: 271 },
        AlreadyRegistered { chain_id: 9 },
        UnknownChain { chain_id: 272 },
        SettlementLayer { chain_id: 9 },
        out_of_order(4),
        out_of_order(6),
        BlockWentBack { last: 6, block: 5 },
        BlockWentBack { last: 6, block: 5 },
    ];
    assert_eq!(refused, expected.map(Err));
    assert_eq!((roots.root(), roots.last_block()), (root, last));
    assert_eq!(roots.append_batch(batch(271, 5, 6)), Ok(1));
}

#[test]
fn a_snapshot_proves_only_what_was_there() {
    let mut roots = MessageRoot::new(Dialect::V31, 9);
    roots.register_chain(271, 5).unwrap();
    roots.append_batch(batch(271, 4, 6)).unwrap();
    roots.append_batch(batch(271, 5, 8)).unwrap();
    let path = log_path(Dialect::V31);
    let prove = |block, chain_id, number| {
        let snapshot = roots.snapshot(block);
        snapshot.prove(chain_id, number, path.clone()).map(|_| ())
    };
    let unregistered = |chain_id, block| NotProvable::ChainNotRegistered { chain_id, block };
    let unsettled = |batch_number, block| NotProvable::BatchNotSettled {
        chain_id: 271,
        batch_number,
        block,
    };
    assert_eq!(prove(4, 271, 4), Err(unregistered(271, 4)));
    assert_eq!(prove(8, 272, 4), Err(unregistered(272, 8)));
    assert_eq!(prove(5, 271, 4), Err(unsettled(4, 5)));
    assert_eq!(prove(7, 271, 5), Err(unsettled(5, 7)));
    assert_eq!(prove(8, 271, 3), Err(unsettled(3, 8)));
    assert_eq!(prove(8, 271, 6), Err(unsettled(6, 8)));
    assert_eq!(prove(7, 271, 4), Ok(()));
    assert_eq!(prove(8, 271, 5), Ok(()));
    let short = roots.snapshot(8).prove(271, 5, path[1..].to_vec());
    assert!(matches!(short, Err(NotProvable::Malformed(_))));
}

#[test]
fn batches_are_found_by_number() {
    let mut roots = MessageRoot::new(Dialect::V32, 9);
    roots.register_chain(271, 5).unwrap();
    roots.append_batch(batch(271, 4, 6)).unwrap();
    roots.append_batch(batch(271, 5, 8)).unwrap();
    assert_eq!(roots.last_batch(271), Some(5));
    assert_eq!(roots.block_of(271, 4), Some(6));
    assert_eq!(roots.block_of(271, 5), Some(8));
    assert_eq!(roots.block_of(271, 6), None);
    assert_eq!(roots.block_of(271, 3), None);
    assert_eq!(roots.block_of(272, 4), None);
}
