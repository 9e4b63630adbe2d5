//! Random cases that both languages derive for themselves and compare by one digest.
//!
//! `contracts/test/vectors/README.md` defines them; this is the definition in Rust.

use alloy_primitives::{Address, B256, U256, keccak256};
use causeway_proofs::{
    Aggregation, Dialect, GrowingTree, InclusionProof, L2Log, SharedTree, Source,
};
use serde_json::{Value, json};

/// Word `n` of case `case` is `keccak256(seed ‖ case ‖ n)`, each a 32-byte word.
struct Words {
    seed: B256,
    case: u64,
    next: u64,
}

impl Words {
    fn word(&mut self) -> B256 {
        let parts = [self.seed, number(self.case), number(self.next)];
        self.next += 1;
        keccak256(parts.concat())
    }

    /// The next word modulo `limit`.
    fn below(&mut self, limit: u64) -> u64 {
        (U256::from_be_bytes(self.word().0) % U256::from(limit)).to()
    }

    /// The low 64 bits of the next word.
    fn u64(&mut self) -> u64 {
        U256::from_be_bytes(self.word().0).as_limbs()[0]
    }

    fn path(&mut self, len: usize) -> Vec<B256> {
        (0..len).map(|_| self.word()).collect()
    }
}

fn number(value: u64) -> B256 {
    U256::from(value).into()
}

/// Folds the results of `count` cases into one digest, and notes it after every `every` of them.
fn checkpoints(name: &str, count: u64, every: u64, result: impl Fn(Words) -> B256) -> Value {
    let seed = keccak256(name);
    let mut digest = B256::ZERO;
    let mut checkpoints = vec![];
    for case in 0..count {
        let next = 0;
        let result = result(Words { seed, case, next });
        digest = keccak256([digest, result].concat());
        if (case + 1).is_multiple_of(every) {
            checkpoints.push(digest);
        }
    }
    json!({ "checkpoints": checkpoints, "count": count, "every": every, "seed": seed })
}

pub(crate) fn proofs() -> Value {
    checkpoints("causeway.proofs.random-cases.1", 10_000, 1_000, |words| {
        let (leaf, source, proof) = random_proof(words);
        let folded = proof.fold(source, leaf).expect("well-formed");
        let root = folded.hop.expect("not final").root;
        let encoded = proof.encode().expect("well-formed").concat();
        keccak256([leaf, folded.chain_batch_root, root, keccak256(encoded)].concat())
    })
}

/// The order of the draws is part of the definition.
fn random_proof(mut words: Words) -> (B256, Source, InclusionProof) {
    let leaf = random_log(&mut words).leaf();
    let leaf_index = words.below(1 << 14);
    let batch_height = words.below(21);
    let shared_height = words.below(11);
    let batch_number = words.u64();
    let chain_id = words.u64();
    let l1_timestamp = words.u64();
    let batch_mask = words.below(1 << batch_height);
    let shared_mask = words.below(1 << shared_height);
    let settlement_block = words.u64();
    let settlement_chain_id = words.u64();
    let source = Source {
        chain_id,
        batch_number,
        leaf_index,
    };
    let log_path = words.path(17);
    let aggregation = Aggregation {
        l1_timestamp: Some(l1_timestamp),
        batch_mask,
        batch_path: words.path(batch_height as usize),
        settlement_block,
        shared_mask,
        settlement_chain_id,
        shared_path: words.path(shared_height as usize),
    };
    let proof = InclusionProof::in_message_root(Dialect::V32, log_path, aggregation);
    (leaf, source, proof)
}

/// A message: transaction number, author, hash of the data.
fn random_log(words: &mut Words) -> L2Log {
    let tx_number = words.u64() as u16;
    let author = Address::from_word(words.word());
    L2Log {
        value: words.word(),
        ..L2Log::message(author, tx_number, &[])
    }
}

pub(crate) fn growing_trees() -> Value {
    checkpoints(
        "causeway.proofs.growing-trees.1",
        1_000,
        100,
        |mut words| {
            let count = 1 + words.below(64);
            let mut tree = GrowingTree::default();
            (0..count).fold(B256::ZERO, |result, _| {
                tree.push(words.word());
                keccak256([result, tree.root()].concat())
            })
        },
    )
}

pub(crate) fn shared_trees() -> Value {
    checkpoints("causeway.proofs.shared-trees.1", 1_000, 100, |mut words| {
        let count = 1 + words.below(64);
        let mut tree = SharedTree::from_leaves(vec![]);
        (0..count).fold(B256::ZERO, |result, _| {
            change(&mut tree, &mut words);
            keccak256([result, tree.root()].concat())
        })
    })
}

/// Appends a leaf in one of four cases, and always to an empty tree; else replaces one.
fn change(tree: &mut SharedTree, words: &mut Words) {
    let choice = U256::from_be_bytes(words.word().0);
    let leaf = words.word();
    let len = U256::from(tree.leaves().len());
    if len.is_zero() || (choice % U256::from(4)).is_zero() {
        tree.push(leaf);
    } else {
        let index: U256 = (choice >> 2) % len;
        tree.set(index.to(), leaf);
    }
}
