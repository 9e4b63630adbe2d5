//! Every way of hashing gives the same hashes.

use alloy_primitives::{B256, keccak256};
use causeway_proofs::{
    L2Log, LogTree,
    keccak::{Backend, hash_logs, hash_nodes},
};
use proptest::prelude::*;

fn words() -> impl Strategy<Value = Vec<B256>> {
    prop::collection::vec(any::<[u8; 32]>().prop_map(B256::from), 0..70)
}

fn logs() -> impl Strategy<Value = Vec<[u8; 88]>> {
    prop::collection::vec(prop::array::uniform::<_, 88>(any::<u8>()), 0..40)
}

fn one_by_one(children: &[B256]) -> Vec<B256> {
    let pairs = children.chunks_exact(2);
    pairs.map(|pair| keccak256(pair.concat())).collect()
}

proptest! {
    #[test]
    fn nodes_are_equal_on_every_backend(children in words()) {
        let expected = one_by_one(&children);
        for backend in Backend::ALL {
            let mut parents = vec![B256::ZERO];
            hash_nodes(backend, &children, &mut parents);
            prop_assert_eq!(&parents[1..], &expected, "{:?}", backend);
            prop_assert_eq!(parents[0], B256::ZERO, "nodes are appended");
        }
    }

    #[test]
    fn log_leaves_are_equal_on_every_backend(logs in logs()) {
        let expected: Vec<_> = logs.iter().map(keccak256).collect();
        for backend in Backend::ALL {
            let mut leaves = vec![B256::ZERO];
            hash_logs(backend, &logs, &mut leaves);
            prop_assert_eq!(&leaves[1..], &expected, "{:?}", backend);
            prop_assert_eq!(leaves[0], B256::ZERO, "leaves are appended");
        }
    }
}

#[test]
fn log_trees_are_equal_on_every_backend() {
    let logs: Vec<_> = (0..1000)
        .map(|index| L2Log::operation_status(keccak256([index as u8]), index, true))
        .collect();
    let expected = LogTree::from_leaves(logs.iter().map(L2Log::leaf).collect()).unwrap();
    for backend in Backend::ALL {
        let tree = LogTree::from_logs_with(backend, &logs).unwrap();
        assert_eq!(tree.root(), expected.root(), "{backend:?}");
    }
}

#[test]
fn best_backend_is_available() {
    assert!(Backend::Scalar.is_available());
    assert!(Backend::best().is_available());
}

/// A machine with the vector units must use them: otherwise the tests above compare scalar with scalar.
#[cfg(target_arch = "x86_64")]
#[test]
fn vector_backends_are_found_where_the_processor_has_them() {
    let avx2 = std::arch::is_x86_feature_detected!("avx2");
    assert_eq!(Backend::Avx2.is_available(), avx2);
    let avx512 = std::arch::is_x86_feature_detected!("avx512vbmi2");
    assert_eq!(Backend::Avx512.is_available(), avx512);
}
