//! Every tree against the naive twin.

use alloy_primitives::{B256, keccak256};
use causeway_proofs::{
    ChainBatch, Dialect, FixedTree, GrowingTree, L2Log, LOG_TREE_DEPTH, LogTree, SharedTree,
    TreeFull, hash,
};
use proptest::prelude::*;

use crate::naive;

pub(crate) fn leaves(count: usize) -> Vec<B256> {
    let count = count as u64;
    (0..count).map(|i| keccak256(i.to_be_bytes())).collect()
}

fn dialects() -> impl Strategy<Value = Dialect> {
    prop_oneof![Just(Dialect::V31), Just(Dialect::V32)]
}

fn logs() -> impl Strategy<Value = Vec<L2Log>> {
    let log = (
        any::<u8>(),
        any::<bool>(),
        any::<u16>(),
        any::<[[u8; 32]; 3]>(),
    )
        .prop_map(
            |(shard, is_service, tx_number, [sender, key, value])| L2Log {
                shard,
                is_service,
                tx_number,
                sender: alloy_primitives::Address::from_word(sender.into()),
                key: key.into(),
                value: value.into(),
            },
        );
    prop::collection::vec(log, 0..40)
}

proptest! {
    #[test]
    fn log_leaf_hashes_the_packed_fields(logs in logs()) {
        let packed = |log: &L2Log| {
            let head = [log.shard, log.is_service as u8];
            let parts = [&head[..], &log.tx_number.to_be_bytes(), &log.sender[..], &log.key[..], &log.value[..]];
            keccak256(parts.concat())
        };
        let expected: Vec<_> = logs.iter().map(packed).collect();
        prop_assert_eq!(logs.iter().map(L2Log::leaf).collect::<Vec<_>>(), expected.clone());
        prop_assert_eq!(L2Log::leaves(&logs), expected.clone());
        let tree = LogTree::from_logs(&logs).unwrap();
        prop_assert_eq!(tree.leaves(), expected);
    }

    #[test]
    fn log_tree_is_the_naive_one(count in 0..=64_usize) {
        let leaves = leaves(count);
        let built = FixedTree::<6>::from_leaves(leaves.clone()).unwrap();
        let mut appended = FixedTree::<6>::default();
        for leaf in &leaves {
            appended.push(*leaf).unwrap();
        }
        let root = naive::root(&leaves, 6, naive::empty_log());
        prop_assert_eq!(built.root(), root);
        prop_assert_eq!(appended.root(), root);
        for index in 0..count {
            let path = naive::path(&leaves, index, 6, naive::empty_log());
            prop_assert_eq!(&built.path(index).unwrap()[..], &path[..]);
            prop_assert_eq!(built.path(index), appended.path(index));
        }
        prop_assert_eq!(built.path(count), None);
    }

    #[test]
    fn growing_tree_is_the_naive_one_at_every_count(count in 0..70_usize) {
        let leaves = leaves(count);
        let tree: GrowingTree = leaves.iter().copied().collect();
        prop_assert_eq!(tree.leaves(), &leaves);
        for past in 0..=count {
            let past_leaves = &leaves[..past];
            prop_assert_eq!(tree.root_at(past), Some(naive::growing_root(past_leaves)));
            for index in 0..past {
                let path = naive::growing_path(past_leaves, index);
                prop_assert_eq!(tree.path_at(index, past), Some(path));
            }
            prop_assert_eq!(tree.path_at(past, past), None);
        }
        prop_assert_eq!(tree.root(), naive::growing_root(&leaves));
        prop_assert_eq!(tree.path(0), (count > 0).then(|| naive::growing_path(&leaves, 0)));
        prop_assert_eq!(tree.root_at(count + 1), None);
        prop_assert_eq!(tree.path_at(0, count + 1), None);
    }

    #[test]
    fn growing_tree_truncates_to_what_it_was(count in 0..70_usize, keep in 0..80_usize, more in 0..20_usize) {
        let all = leaves(count + more);
        let mut tree: GrowingTree = all[..count].iter().copied().collect();
        tree.truncate(keep);
        let mut expected: Vec<_> = all[..count.min(keep)].to_vec();
        for leaf in &all[count..] {
            tree.push(*leaf);
            expected.push(*leaf);
        }
        prop_assert_eq!(tree.leaves(), &expected);
        prop_assert_eq!(tree.root(), naive::growing_root(&expected));
    }

    #[test]
    fn shared_tree_is_the_naive_one_after_any_updates(
        count in 0..40_usize,
        updates in prop::collection::vec((0..45_usize, any::<[u8; 32]>()), 0..20),
    ) {
        let mut expected = leaves(count);
        let mut tree = SharedTree::from_leaves(vec![]);
        for (index, leaf) in expected.iter().enumerate() {
            prop_assert_eq!(tree.push(*leaf), index);
        }
        prop_assert_eq!(tree.root(), SharedTree::from_leaves(expected.clone()).root());
        for (index, leaf) in updates {
            let exists = index < count;
            prop_assert_eq!(tree.set(index, leaf.into()), exists);
            if exists {
                expected[index] = leaf.into();
            }
            prop_assert_eq!(tree.root(), naive::growing_root(&expected));
        }
        prop_assert_eq!(tree.leaves(), &expected);
        for index in 0..count {
            prop_assert_eq!(tree.path(index), Some(naive::growing_path(&expected, index)));
        }
        prop_assert_eq!(tree.path(count), None);
    }

    #[test]
    fn chain_batch_is_the_naive_one(
        dialect in dialects(),
        count in 1..20_usize,
        roots in any::<[[u8; 32]; 3]>(),
    ) {
        let logs = LogTree::from_leaves(leaves(count)).unwrap();
        let [multichain_root, imt_begin, imt_end] = roots.map(B256::from);
        let batch = ChainBatch { dialect, logs_root: logs.root(), multichain_root, imt_begin, imt_end };
        let imt = [imt_begin, imt_end];
        let root = naive::chain_batch_root(dialect, logs.root(), multichain_root, imt);
        prop_assert_eq!(batch.root(), root);
        for index in 0..count {
            let path = batch.path(&logs, index).unwrap();
            prop_assert_eq!(naive::climb(logs.leaves()[index], index as u64, &path), root);
        }
        prop_assert_eq!(batch.path(&logs, count), None);
    }
}

#[test]
fn a_new_batch_commits_to_unused_parts() {
    let logs = LogTree::default();
    let batch = ChainBatch::new(Dialect::V32, 271, &logs);
    assert_eq!(batch.logs_root, hash::EMPTY_LOG_CASCADE[14]);
    assert_eq!(batch.multichain_root, naive::chain_id_leaf(B256::ZERO, 271));
    assert_eq!([batch.imt_begin, batch.imt_end], [naive::empty_entry(); 2]);
}

#[test]
fn a_full_log_tree_refuses_more_and_stays_as_it_was() {
    let mut tree = FixedTree::<2>::from_leaves(leaves(4)).unwrap();
    let root = tree.root();
    let full = TreeFull { depth: 2 };
    assert_eq!(tree.push(B256::ZERO), Err(full));
    assert_eq!(tree.root(), root);
    assert_eq!(FixedTree::<2>::from_leaves(leaves(5)).err(), Some(full));
    let log = L2Log::operation_status(B256::ZERO, 0, true);
    assert_eq!(FixedTree::<2>::from_logs(&[log; 5]).err(), Some(full));
    assert_eq!(
        FixedTree::<2>::from_logs(&[log; 4]).unwrap().leaves().len(),
        4
    );
    assert!(full.to_string().contains("holds 4 leaves"));
}

#[test]
fn log_trees_of_real_depth() {
    for count in [0, 1, 2, 3, 1000, LogTree::CAPACITY - 1, LogTree::CAPACITY] {
        let leaves = leaves(count);
        let tree = LogTree::from_leaves(leaves.clone()).unwrap();
        let root = naive::root(&leaves, LOG_TREE_DEPTH, naive::empty_log());
        assert_eq!(tree.root(), root);
        if let Some(last) = count.checked_sub(1) {
            let path = naive::path(&leaves, last, LOG_TREE_DEPTH, naive::empty_log());
            assert_eq!(&tree.path(last).unwrap()[..], &path[..]);
        }
    }
}
