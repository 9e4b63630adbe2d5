//! The rebuilt message root against what L1 is said to have emitted.

use std::sync::Arc;

use alloy::primitives::B256;
use causeway_proofs::{ChainBatch, Dialect, LogTree, MessageRoot, SettledBatch as Append};

use super::{BatchTree, Roots, RootsError};
use crate::{
    chain::fake::L1,
    model::{AppendedBatch, BlockRef, ImportedRoot, LeafPoint, SettledBatch},
    store::{Change, Writer, memory::MemoryStore},
};

const CHAIN: u64 = 271;

fn block(number: u64) -> BlockRef {
    BlockRef {
        number,
        hash: B256::with_last_byte(number as u8),
        timestamp: 100 + number,
    }
}

/// Appends of chain and batches as an honest L1 emits them, one block each, and the roots after each block.
struct Ledger {
    root: MessageRoot,
    appends: Vec<(u64, AppendedBatch)>,
}

impl Ledger {
    fn new() -> Self {
        let mut root = MessageRoot::new(Dialect::V32, L1);
        let own = AppendedBatch::Chain {
            chain: L1,
            index: 0,
            block: block(0),
            root: root.root(),
        };
        root.register_chain(CHAIN, 1).unwrap();
        let added = AppendedBatch::Chain {
            chain: CHAIN,
            index: 1,
            block: block(1),
            root: root.root(),
        };
        Self {
            root,
            appends: vec![(0, own), (1 << 24, added)],
        }
    }

    fn append(mut self, number: u64, chain_batch_root: B256) -> Self {
        let block = block(number + 1);
        let append = Append {
            chain_id: CHAIN,
            batch_number: number,
            chain_batch_root,
            block: block.number,
            timestamp: block.timestamp,
        };
        let index_in_chain = self.root.append_batch(append).unwrap() as u64;
        let root = self.root.root();
        let event = AppendedBatch::Batch {
            chain: CHAIN,
            number,
            chain_batch_root,
            index_in_chain,
            block,
            root,
        };
        self.appends.push((block.number << 24, event));
        self
    }

    fn store(&self, memory: &MemoryStore) {
        memory
            .commit(
                self.appends
                    .iter()
                    .map(|(at, append)| Change::PutAppend(*at, *append))
                    .collect(),
            )
            .unwrap();
    }

    fn import(&self, l1_block: u64) -> ImportedRoot {
        let root = self.root.snapshot(l1_block).root();
        ImportedRoot {
            chain: 272,
            l1_block,
            root,
            at: block(9),
            tx: B256::ZERO,
        }
    }
}

fn memory() -> Arc<MemoryStore> {
    Arc::new(MemoryStore::new(L1))
}

#[test]
fn an_honest_history_is_followed_and_proven_against() {
    let (memory, roots) = (memory(), Roots::new(L1));
    let ledger = Ledger::new()
        .append(1, B256::repeat_byte(1))
        .append(2, B256::repeat_byte(2));
    ledger.store(&memory);
    roots.sync(memory.as_ref()).expect("agrees");
    roots
        .check_import(&ledger.import(2))
        .expect("an older root holds");
    let aggregation = roots
        .aggregation(&ledger.import(3), CHAIN, 2)
        .expect("provable");
    assert_eq!(
        (aggregation.settlement_block, aggregation.l1_timestamp),
        (3, Some(103))
    );
    let early = roots.aggregation(&ledger.import(2), CHAIN, 2);
    assert!(
        matches!(early, Err(RootsError::NotProvable(_))),
        "the batch came later"
    );
}

#[test]
fn a_root_that_l1_did_not_emit_is_refused() {
    let (memory, roots) = (memory(), Roots::new(L1));
    let mut ledger = Ledger::new().append(1, B256::repeat_byte(1));
    if let Some((_, AppendedBatch::Batch { root, .. })) = ledger.appends.last_mut() {
        *root = B256::repeat_byte(0xbd);
    }
    ledger.store(&memory);
    let error = roots.sync(memory.as_ref()).expect_err("refused");
    assert!(
        matches!(error, RootsError::WrongMessageRoot { block: 2, .. }),
        "{error}"
    );
}

#[test]
fn a_missing_append_is_noticed() {
    let (memory, roots) = (memory(), Roots::new(L1));
    let mut ledger = Ledger::new()
        .append(1, B256::repeat_byte(1))
        .append(2, B256::repeat_byte(2));
    ledger.appends.remove(2);
    ledger.store(&memory);
    assert!(matches!(
        roots.sync(memory.as_ref()),
        Err(RootsError::WrongMessageRoot { block: 3, .. })
    ));
}

#[test]
fn a_false_import_is_refused() {
    let (memory, roots) = (memory(), Roots::new(L1));
    let ledger = Ledger::new().append(1, B256::repeat_byte(1));
    ledger.store(&memory);
    roots.sync(memory.as_ref()).expect("agrees");
    let forged = ImportedRoot {
        root: B256::repeat_byte(0xbd),
        ..ledger.import(2)
    };
    assert!(matches!(
        roots.check_import(&forged),
        Err(RootsError::FalseImport { block: 2, .. })
    ));
    assert!(matches!(
        roots.aggregation(&forged, CHAIN, 1),
        Err(RootsError::FalseImport { .. })
    ));
}

#[test]
fn a_reorg_of_l1_is_followed() {
    let (memory, roots) = (memory(), Roots::new(L1));
    let first = Ledger::new()
        .append(1, B256::repeat_byte(1))
        .append(2, B256::repeat_byte(2));
    first.store(&memory);
    roots.sync(memory.as_ref()).expect("agrees");
    memory.commit(vec![Change::DropAbove(L1, 1)]).unwrap();
    let second = Ledger::new()
        .append(1, B256::repeat_byte(7))
        .append(2, B256::repeat_byte(8))
        .append(3, B256::repeat_byte(9));
    second.store(&memory);
    roots.sync(memory.as_ref()).expect("agrees");
    roots
        .check_import(&second.import(4))
        .expect("the new history");
    assert!(
        roots.check_import(&first.import(3)).is_err(),
        "the old one is gone"
    );
}

#[test]
fn a_log_tree_must_be_the_one_that_l1_executed() {
    let memory = memory();
    let point = |index: u64| LeafPoint {
        block: 5,
        log_index: index,
        leaf: B256::with_last_byte(1 + index as u8),
        message: None,
    };
    let points: Vec<_> = (0..3).map(point).collect();
    let logs = LogTree::from_leaves(points.iter().map(|point| point.leaf).collect()).unwrap();
    let settled = SettledBatch {
        chain: CHAIN,
        number: 1,
        first_block: 1,
        last_block: 9,
        chain_batch_root: ChainBatch::new(Dialect::V32, CHAIN, &logs).root(),
        l1_block: block(2),
        l1_tx: B256::ZERO,
    };
    memory
        .commit(vec![Change::PutLeaves(CHAIN, points[..2].to_vec())])
        .unwrap();
    let missing = BatchTree::rebuild(memory.as_ref(), &settled);
    assert!(matches!(
        missing,
        Err(RootsError::WrongBatchRoot { batch: 1, .. })
    ));
    memory
        .commit(vec![Change::PutLeaves(CHAIN, points[2..].to_vec())])
        .unwrap();
    let tree = BatchTree::rebuild(memory.as_ref(), &settled).expect("complete");
    assert_eq!(tree.leaf_path(2).expect("a leaf").0, points[2].leaf);
    assert!(tree.leaf_path(3).is_none());
}

#[test]
fn what_is_synced_is_what_the_store_had_read_before() {
    let (memory, roots) = (memory(), Roots::new(L1));
    assert_eq!(roots.synced_to(), None);
    Ledger::new().append(1, B256::repeat_byte(1)).store(&memory);
    memory.commit(vec![Change::PutBlock(L1, block(4))]).unwrap();
    roots.sync(memory.as_ref()).expect("agrees");
    assert_eq!(roots.synced_to(), Some(4));
    memory.commit(vec![Change::PutBlock(L1, block(5))]).unwrap();
    assert_eq!(roots.synced_to(), Some(4), "block 5 is not taken in yet");
    roots.sync(memory.as_ref()).expect("agrees");
    assert_eq!(roots.synced_to(), Some(5));
}
