//! The same work done by other crates.

use std::hint::black_box;

use alloy_primitives::keccak256;
use causeway_proofs::{L2Log, LogTree};
use rs_merkle::{Hasher, MerkleTree};
use zksync_mini_merkle_tree::MiniMerkleTree;

use crate::{log_tree::Figures, measure::best_of};

/// Proofs measured where all of them would take minutes.
const SAMPLE: u32 = 16;

pub fn measure(logs: &[L2Log]) -> [(String, Figures); 3] {
    let root = LogTree::from_logs(logs).expect("it fits").root();
    [
        (
            "`zksync_mini_merkle_tree`".into(),
            mini_merkle_tree(logs, root.0),
        ),
        (
            "`rs_merkle`, keccak by assembly".into(),
            rs_merkle(logs, root.0),
        ),
        ("`merkle-tree-rs`".into(), merkle_tree_rs(logs)),
    ]
}

fn mini_merkle_tree(logs: &[L2Log], root: [u8; 32]) -> Figures {
    let build = || MiniMerkleTree::new(logs.iter().map(L2Log::encode), Some(logs.len()));
    let tree = build();
    assert_eq!(tree.merkle_root().0, root);
    let one = best_of(SAMPLE as usize, || tree.merkle_root_and_path(7));
    Figures {
        root: best_of(5, || build().merkle_root()),
        all_proofs: one * logs.len() as u32,
        fresh_proof: one,
    }
}

#[derive(Clone)]
struct Keccak;

impl Hasher for Keccak {
    type Hash = [u8; 32];

    fn hash(data: &[u8]) -> Self::Hash {
        keccak256(data).0
    }
}

fn rs_merkle(logs: &[L2Log], root: [u8; 32]) -> Figures {
    let hashed = || logs.iter().map(|log| log.leaf().0).collect::<Vec<_>>();
    let build = |leaves: &[[u8; 32]]| MerkleTree::<Keccak>::from_leaves(leaves);
    let leaves = hashed();
    let tree = build(&leaves);
    assert_eq!(tree.root(), Some(root));
    let all_proofs = best_of(3, || {
        for index in 0..leaves.len() {
            black_box(tree.proof(&[index]));
        }
    });
    Figures {
        root: best_of(5, || build(&hashed()).root()),
        all_proofs,
        fresh_proof: best_of(5, || build(&leaves).proof(&[7])),
    }
}

fn merkle_tree_rs(logs: &[L2Log]) -> Figures {
    use merkle_tree_rs::core::{get_proof, make_merkle_tree};
    let hashed = || {
        logs.iter()
            .map(|log| log.leaf().to_vec().into())
            .collect::<Vec<_>>()
    };
    let leaves = hashed();
    let tree = make_merkle_tree(leaves.clone());
    // It takes the whole tree by value, so a caller who keeps it clones it for every proof.
    let one = best_of(SAMPLE as usize, || get_proof(tree.clone(), tree.len() - 1));
    Figures {
        root: best_of(5, || make_merkle_tree(hashed()).swap_remove(0)),
        all_proofs: one * logs.len() as u32,
        fresh_proof: best_of(5, || {
            let tree = make_merkle_tree(leaves.clone());
            let last = tree.len() - 1;
            get_proof(tree, last)
        }),
    }
}
