//! Structured cases: proofs that must be accepted, and proofs that must be refused with the reason.

use alloy_primitives::{Address, B256, keccak256};
use causeway_proofs::{
    Aggregation, ChainBatch, Dialect, InclusionProof, L2Log, LogTree, MAX_GROWING_HEIGHT,
    MessageRoot, SettledBatch, Source, VerifyError, hash, verify_in_batch, verify_message,
};
use serde::Serialize;
use serde_json::{Value, json};

/// What a verifier is given, the one root it knows, and what it must answer. Fields in alphabetical order.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Case {
    batch_number: u64,
    chain_id: u64,
    /// Empty for a proof that must be accepted, else the name of the error in Rust.
    fault: String,
    /// True for a proof that ends at the chain batch root.
    is_final: bool,
    known_block: u64,
    known_chain_id: u64,
    known_root: B256,
    leaf: B256,
    leaf_index: u64,
    name: String,
    words: Vec<B256>,
}

impl Case {
    fn verify(&self) -> Result<(), VerifyError> {
        if self.is_final {
            let (index, leaf) = (self.leaf_index, self.leaf);
            return verify_in_batch(Dialect::V32, index, leaf, &self.words, self.known_root);
        }
        let known = (self.known_chain_id, self.known_block);
        let root_of = |chain, block| ((chain, block) == known).then_some(self.known_root);
        verify_message(
            Dialect::V32,
            self.chain_id,
            self.batch_number,
            self.leaf_index,
            self.leaf,
            &self.words,
            root_of,
        )
        .map(|_| ())
    }

    fn proof(&self) -> InclusionProof {
        InclusionProof::decode(&self.words, Dialect::V32).expect("still well-formed")
    }

    /// Index of the nested metadata word.
    fn nested(&self) -> usize {
        let hop = self.proof().aggregation.expect("not final");
        self.words.len() - 1 - hop.shared_path.len()
    }

    /// The case with the answer that this crate gives.
    fn answered(mut self) -> Self {
        self.fault = self
            .verify()
            .err()
            .map_or_else(String::new, |error| label(&error));
        self
    }
}

/// The innermost variant of an error: `MetadataTail`, `RootMismatch` and so on.
fn label(error: &VerifyError) -> String {
    let text = match error {
        VerifyError::Malformed(malformed) => format!("{:?}", malformed.fault),
        other => format!("{other:?}"),
    };
    let end = text.find(|c: char| !c.is_alphanumeric());
    text[..end.unwrap_or(text.len())].to_owned()
}

pub(crate) fn all() -> Vec<Case> {
    let cases: Vec<_> = [
        settled(),
        of_every_height(),
        final_ones(),
        refused(),
        bit_flips(),
    ]
    .into_iter()
    .flatten()
    .map(Case::answered)
    .collect();
    for case in &cases {
        let must_be_refused = case.name.starts_with("refused");
        assert_eq!(case.fault.is_empty(), !must_be_refused, "{}", case.name);
    }
    cases
}

fn word(name: &str, index: usize) -> B256 {
    keccak256(format!("{name} {index}"))
}

fn path(name: &str, len: usize) -> Vec<B256> {
    (0..len).map(|level| word(name, level)).collect()
}

/// Proofs out of real trees: chains with one to 33 batches, in shared trees with two to nine entries.
fn settled() -> Vec<Case> {
    let shapes = [
        (1, 1),
        (1, 2),
        (2, 3),
        (3, 4),
        (4, 5),
        (5, 8),
        (7, 9),
        (8, 16),
        (8, 17),
        (8, 33),
    ];
    shapes
        .into_iter()
        .flat_map(|(chains, batches)| settled_in(chains, batches))
        .collect()
}

fn settled_in(chains: u64, batches: u64) -> Vec<Case> {
    let log = |index: u16| L2Log::message(Address::repeat_byte(7), index, &index.to_be_bytes());
    let logs: Vec<_> = (0..3 + batches as u16).map(log).collect();
    let tree = LogTree::from_logs(&logs).expect("it fits");
    let mut roots = MessageRoot::new(Dialect::V32, 1);
    for chain_id in 1_001..=1_000 + chains {
        roots.register_chain(chain_id, 5).expect("a new chain");
        for batch_number in 1..=batches {
            let batch = SettledBatch {
                chain_id,
                batch_number,
                chain_batch_root: ChainBatch::new(Dialect::V32, chain_id, &tree).root(),
                block: 5,
                timestamp: 1_800_000_000 + batch_number,
            };
            roots.append_batch(batch).expect("the next batch");
        }
    }
    let ends = [(1_001, 1), (1_000 + chains, batches)];
    ends.map(|(chain_id, batch_number)| {
        let leaf_index = (batches as usize) % logs.len();
        let path = ChainBatch::new(Dialect::V32, chain_id, &tree).path(&tree, leaf_index);
        let snapshot = roots.snapshot(5);
        let proof = snapshot.prove(chain_id, batch_number, path.expect("a log"));
        Case {
            batch_number,
            chain_id,
            fault: String::new(),
            is_final: false,
            known_block: 5,
            known_chain_id: 1,
            known_root: snapshot.root(),
            leaf: logs[leaf_index].leaf(),
            leaf_index: leaf_index as u64,
            name: format!("settled: {chains} chains, {batches} batches, batch {batch_number}"),
            words: proof
                .and_then(|proof| Ok(proof.encode()?))
                .expect("settled"),
        }
    })
    .into()
}

fn of_every_height() -> Vec<Case> {
    (0..=MAX_GROWING_HEIGHT)
        .map(|height| of_heights(height, MAX_GROWING_HEIGHT - height))
        .collect()
}

/// A proof with made-up siblings, whose root is whatever it folds to.
fn of_heights(batch_height: usize, shared_height: usize) -> Case {
    let name = format!("heights {batch_height} and {shared_height}");
    let leaf = word(&name, 1_000);
    let source = Source {
        chain_id: 2_000 + batch_height as u64,
        batch_number: 3_000 + shared_height as u64,
        leaf_index: (leaf[0] as u64) << 6 | 3,
    };
    let random = u64::from_be_bytes(*leaf.last_chunk().expect("8 of 32 bytes"));
    let aggregation = Aggregation {
        l1_timestamp: Some(1_800_000_000),
        batch_mask: random & ((1 << batch_height) - 1),
        batch_path: path(&format!("{name}, batch"), batch_height),
        settlement_block: 20_000_000,
        shared_mask: random.rotate_left(32) & ((1 << shared_height) - 1),
        settlement_chain_id: 1,
        shared_path: path(&format!("{name}, shared"), shared_height),
    };
    let log_path = path(&format!("{name}, log"), 17);
    let proof = InclusionProof::in_message_root(Dialect::V32, log_path, aggregation);
    let hop = proof.fold(source, leaf).expect("well-formed").hop;
    Case {
        batch_number: source.batch_number,
        chain_id: source.chain_id,
        fault: String::new(),
        is_final: false,
        known_block: 20_000_000,
        known_chain_id: 1,
        known_root: hop.expect("not final").root,
        leaf,
        leaf_index: source.leaf_index,
        name,
        words: proof.encode().expect("well-formed"),
    }
}

/// The log part of a case alone, under its chain batch root.
fn ended_at_batch(case: &Case) -> Case {
    let proof = InclusionProof::in_batch(Dialect::V32, case.proof().log_path);
    let source = Source {
        chain_id: case.chain_id,
        batch_number: case.batch_number,
        leaf_index: case.leaf_index,
    };
    Case {
        is_final: true,
        known_root: proof
            .fold(source, case.leaf)
            .expect("well-formed")
            .chain_batch_root,
        name: format!("final: {}", case.name),
        words: proof.encode().expect("well-formed"),
        ..case.clone()
    }
}

fn final_ones() -> Vec<Case> {
    settled().iter().take(8).map(ended_at_batch).collect()
}

/// Every attack on three shapes of proof, and the attacks on final proofs.
fn refused() -> Vec<Case> {
    let shapes = [(0, 0), (5, 3), (14, 10)].map(|(batch, shared)| of_heights(batch, shared));
    let mut cases = vec![];
    for honest in &shapes {
        for (name, attack) in ATTACKS {
            let mut case = honest.clone();
            attack(&mut case);
            case.name = format!("refused: {name}; {}", honest.name);
            if case.words != honest.words || case.verify() != honest.verify() {
                cases.push(case);
            }
        }
    }
    let honest = ended_at_batch(&shapes[1]);
    for (name, attack) in ATTACKS_ON_FINAL {
        let mut case = honest.clone();
        attack(&mut case);
        case.name = format!("refused: {name}; {}", honest.name);
        cases.push(case);
    }
    cases
}

type Attack = (&'static str, fn(&mut Case));

const ATTACKS_ON_FINAL: &[Attack] = &[
    ("another root", |case| case.known_root[0] ^= 1),
    ("root zero", |case| case.known_root = B256::ZERO),
    ("batch siblings announced", |case| case.words[0][2] = 1),
    ("a word more", |case| case.words.push(B256::ZERO)),
    ("a word less", |case| {
        case.words.pop();
    }),
    ("index above the log tree", |case| {
        case.leaf_index += 1 << 14
    }),
    ("a proof that goes on", |case| case.words[0][3] = 0),
    ("the empty leaf", |case| case.leaf = hash::EMPTY_LOG_LEAF),
    ("offered as a proof to a message root", |case| {
        case.is_final = false
    }),
];

const ATTACKS: &[Attack] = &[
    ("version 0", |case| case.words[0][0] = 0),
    ("version 2", |case| case.words[0][0] = 2),
    ("nested version 0", |case| nested(case)[0] = 0),
    ("metadata tail, first byte", |case| case.words[0][4] = 1),
    ("metadata tail, last byte", |case| case.words[0][31] = 1),
    ("nested metadata tail", |case| nested(case)[17] = 1),
    ("final flag 2", |case| case.words[0][3] = 2),
    ("nested final flag 255", |case| nested(case)[3] = 255),
    ("marked as final", |case| case.words[0][3] = 1),
    ("nested proof not final", |case| nested(case)[3] = 0),
    ("nested proof with batch siblings", |case| {
        nested(case)[2] = 1
    }),
    ("log length 0", |case| case.words[0][1] = 0),
    ("log length 16", |case| case.words[0][1] = 16),
    ("log length 18", |case| case.words[0][1] = 18),
    ("log length 255", |case| case.words[0][1] = 255),
    ("batch length one more", |case| case.words[0][2] += 1),
    ("batch length 255", |case| case.words[0][2] = 255),
    ("shared length one more", |case| nested(case)[1] += 1),
    ("shared length 255", |case| nested(case)[1] = 255),
    ("no words", |case| case.words.clear()),
    ("without metadata", |case| {
        case.words.remove(0);
    }),
    ("a sibling less", |case| {
        case.words.remove(5);
    }),
    ("the last word less", |case| {
        case.words.pop();
    }),
    ("a word more", |case| case.words.push(B256::ZERO)),
    ("twice the same proof", |case| {
        case.words.extend(case.words.clone())
    }),
    ("index with bit 14", |case| case.leaf_index |= 1 << 14),
    ("index with bit 16", |case| case.leaf_index |= 1 << 16),
    ("index with bit 40", |case| case.leaf_index |= 1 << 40),
    ("index of the sibling", |case| case.leaf_index ^= 1),
    ("batch mask above its path", |case| case.words[19][16] |= 1),
    ("batch mask beyond 64 bits", |case| case.words[19][0] |= 1),
    ("another batch mask", |case| case.words[19][31] ^= 1),
    ("shared mask above its path", |case| {
        settlement(case)[24] |= 1
    }),
    ("another shared mask", |case| settlement(case)[31] ^= 1),
    ("another settlement block", |case| settlement(case)[15] ^= 1),
    ("settlement block beyond 64 bits", |case| {
        settlement(case)[0] |= 1
    }),
    ("another settlement chain", |case| {
        settlement_chain(case)[31] ^= 2
    }),
    ("settlement chain beyond 64 bits", |case| {
        settlement_chain(case)[0] |= 1
    }),
    ("another timestamp", |case| case.words[18][31] ^= 1),
    ("another chain id", |case| case.chain_id += 1),
    ("another batch number", |case| case.batch_number += 1),
    ("another leaf", |case| case.leaf[31] ^= 1),
    ("the empty leaf", |case| case.leaf = hash::EMPTY_LOG_LEAF),
    ("root zero", |case| case.known_root = B256::ZERO),
    ("another root", |case| case.known_root[31] ^= 1),
    ("an inner node as leaf", inner_node_as_leaf),
    ("an inner node as leaf, full length", |case| {
        inner_node_as_leaf(case);
        case.words[0][1] = 17;
    }),
    ("a sibling moved from the batch to the log", |case| {
        case.words[0][1] += 1;
        case.words[0][2] = case.words[0][2].wrapping_sub(1);
    }),
    (
        "a sibling moved from the shared to the batch path",
        |case| {
            case.words[0][2] += 1;
            nested_or_first(case)[1] = nested_or_first(case)[1].wrapping_sub(1);
        },
    ),
    ("offered as a final proof", |case| case.is_final = true),
];

fn nested(case: &mut Case) -> &mut B256 {
    let index = case.nested();
    &mut case.words[index]
}

/// The nested metadata word where the outer one was changed before: it stands behind the announced batch path.
fn nested_or_first(case: &mut Case) -> &mut B256 {
    let index = 1 + 17 + 2 + usize::from(case.words[0][2]) - 1 + 2;
    &mut case.words[index]
}

fn settlement(case: &mut Case) -> &mut B256 {
    let index = case.nested() - 2;
    &mut case.words[index]
}

fn settlement_chain(case: &mut Case) -> &mut B256 {
    let index = case.nested() - 1;
    &mut case.words[index]
}

/// The parent of the leaf, one level up, with one sibling less.
fn inner_node_as_leaf(case: &mut Case) {
    let sibling = case.words.remove(1);
    case.leaf = if case.leaf_index & 1 == 1 {
        hash::node(&sibling, &case.leaf)
    } else {
        hash::node(&case.leaf, &sibling)
    };
    case.leaf_index >>= 1;
    case.words[0][1] = 16;
}

/// One bit of every word, a different one each.
fn bit_flips() -> Vec<Case> {
    let honest = of_heights(5, 3);
    (0..honest.words.len())
        .map(|index| {
            let bit = 37 * index % 256;
            let mut case = honest.clone();
            case.words[index][bit / 8] ^= 1 << (bit % 8);
            case.name = format!(
                "refused: bit {bit} of word {index} flipped; {}",
                honest.name
            );
            case
        })
        .collect()
}

/// Logs and their leaves.
pub(crate) fn logs() -> Vec<Value> {
    let status = |byte| L2Log::operation_status(B256::repeat_byte(byte), 0, byte.is_multiple_of(2));
    let message = |index: u16| {
        let data = vec![index as u8; usize::from(index)];
        L2Log::message(Address::repeat_byte(index as u8), index, &data)
    };
    let logs = (0..8).map(message).chain((0..4).map(status));
    logs.map(|log| {
        json!({
            "isService": log.is_service,
            "key": log.key,
            "leaf": log.leaf(),
            "sender": log.sender,
            "shard": log.shard,
            "txNumber": log.tx_number,
            "value": log.value,
        })
    })
    .collect()
}

/// Chain batch roots of chains that aggregate no other.
pub(crate) fn chain_batch_roots() -> Vec<Value> {
    let counts = [0_u16, 1, 2, 3, 16, 17, 200];
    let batch = |count: u16| {
        let log = |index| L2Log::message(Address::repeat_byte(3), index, b"x");
        let logs: Vec<_> = (0..count).map(log).collect();
        let tree = LogTree::from_logs(&logs).expect("it fits");
        let chain_id = 300 + u64::from(count);
        json!({
            "chainId": chain_id,
            "logsRoot": tree.root(),
            "root": ChainBatch::new(Dialect::V32, chain_id, &tree).root(),
        })
    };
    counts.into_iter().map(batch).collect()
}
