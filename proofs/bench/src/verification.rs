//! Verification, one proof at a time.

use std::{hint::black_box, time::Duration};

use causeway_proofs::{Dialect, InclusionProof, verify_in_batch, verify_message};

use crate::{
    limit,
    measure::{Human, Table, best_of_each, ratio},
    message_root::{FIRST_CHAIN, Settled},
};

pub fn rates(hash: Duration, settled: &Settled) -> Table {
    let columns = [
        "proof",
        "hashes",
        "time",
        "per second",
        "of the scalar limit",
    ];
    let mut table = Table::new("Verification of encoded words", &columns);
    let (whole, hashes) = to_message_root(settled);
    table.row(&cells("to the message root above", whole, hashes, hash));
    let (in_batch, hashes) = to_batch(settled);
    table.row(&cells("to the chain batch root", in_batch, hashes, hash));
    table
}

fn to_message_root(settled: &Settled) -> (Duration, u32) {
    let snapshot = settled.roots.snapshot(settled.roots.last_block());
    let root = snapshot.root();
    let path = settled.log_path.clone();
    let words = snapshot
        .prove(FIRST_CHAIN + 77, 4_321, path)
        .and_then(|proof| Ok(proof.encode()?))
        .expect("settled");
    let leaf = settled.log.leaf();
    let time = best_of_each(3_000, 50, |_| {
        let (chain_id, words) = (FIRST_CHAIN + 77, black_box(&words));
        verify_message(Dialect::V32, chain_id, 4_321, 0, leaf, words, |_, _| {
            Some(root)
        })
        .expect("the proof is right")
    });
    // All words but two metadata words and four numbers are siblings; two more hashes are the leaves in between.
    (time, words.len() as u32 - 6 + 2)
}

fn to_batch(settled: &Settled) -> (Duration, u32) {
    let proof = InclusionProof::in_batch(Dialect::V32, settled.log_path.clone());
    let words = proof.encode().expect("well-formed");
    let leaf = settled.log.leaf();
    let source = causeway_proofs::Source {
        chain_id: 0,
        batch_number: 0,
        leaf_index: 0,
    };
    let root = proof
        .fold(source, leaf)
        .expect("well-formed")
        .chain_batch_root;
    let time = best_of_each(3_000, 50, |_| {
        verify_in_batch(Dialect::V32, 0, leaf, black_box(&words), root).expect("the proof is right")
    });
    (time, words.len() as u32 - 1)
}

fn cells(name: &str, time: Duration, hashes: u32, hash: Duration) -> [String; 5] {
    [
        name.into(),
        hashes.to_string(),
        Human(time).to_string(),
        format!("{:.0}", 1.0 / time.as_secs_f64()),
        format!("{:.2}", ratio(time, limit(hash, hashes))),
    ]
}
