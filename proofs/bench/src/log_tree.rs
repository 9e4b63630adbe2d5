//! The log tree of a full batch: limits, roots, proofs, and the tree that grows log by log.

use std::{hint::black_box, time::Duration};

use alloy_primitives::{B256, keccak256};
use causeway_proofs::{
    L2Log, LogTree,
    keccak::{Backend, hash_nodes},
};

use crate::{
    limit,
    measure::{Human, Table, best_of, best_of_each, ratio},
    peers,
};

const LOGS: u32 = 1 << 14;

/// Hashes of a full log tree: its leaves and its inner nodes.
const HASHES: u32 = 2 * LOGS - 1;

pub fn logs() -> Vec<L2Log> {
    let log =
        |index: u32| L2Log::operation_status(keccak256(index.to_be_bytes()), index as u16, true);
    (0..LOGS).map(log).collect()
}

/// One node of 64 bytes, hashed alone.
pub fn scalar_hash() -> Duration {
    let mut node = [7_u8; 64];
    best_of_each(10_000, 1_000, |_| {
        let hash = keccak256(black_box(&node));
        node[..32].copy_from_slice(&hash[..]);
    })
}

fn available() -> impl Iterator<Item = Backend> {
    Backend::ALL
        .into_iter()
        .filter(|backend| backend.is_available())
}

/// A kibibyte of children at a time, which stays in the nearest cache.
pub fn limits(hash: Duration) -> Table {
    let children = vec![B256::repeat_byte(5); 32];
    let mut table = Table::new("One hash", &["path", "time", "of the scalar limit"]);
    for backend in available() {
        let mut parents = Vec::with_capacity(16);
        let sixteen = best_of_each(2_000, 50, |_| {
            parents.clear();
            hash_nodes(backend, black_box(&children), &mut parents);
        });
        let time = sixteen / 16;
        table.row(&[
            format!("{backend:?}"),
            Human(time).to_string(),
            format!("{:.2}", ratio(time, hash)),
        ]);
    }
    table
}

pub fn trees(hash: Duration) -> Table {
    let limit = limit(hash, HASHES);
    let heading = format!("A log tree of 16,384 logs; scalar limit {}", Human(limit));
    let columns = [
        "",
        "root",
        "all 16,384 proofs on top",
        "one proof of a fresh tree",
    ];
    let mut table = Table::new(&heading, &columns);
    let logs = logs();
    for backend in available() {
        let figures = ours(backend, &logs);
        table.row(&cells(&format!("ours, {backend:?}"), figures, limit));
    }
    for (name, figures) in peers::measure(&logs) {
        table.row(&cells(&name, figures, limit));
    }
    table.note(
        "Roots include hashing the logs. *One proof of a fresh tree* starts from hashed leaves. For \
         `zksync_mini_merkle_tree` and `merkle-tree-rs` the time of all proofs is extrapolated from 16 of them. \
         `merkle-tree-rs` sorts pairs, so its proofs carry no position; the other roots were compared and are equal.",
    );
    table
}

/// Times of one implementation.
#[derive(Clone, Copy)]
pub struct Figures {
    pub root: Duration,
    pub all_proofs: Duration,
    pub fresh_proof: Duration,
}

fn ours(backend: Backend, logs: &[L2Log]) -> Figures {
    let build = || LogTree::from_logs_with(backend, black_box(logs)).expect("it fits");
    let tree = build();
    let all_proofs = best_of(300, || {
        for index in 0..LOGS as usize {
            black_box(tree.path(black_box(index)));
        }
    });
    let leaves = tree.leaves().to_vec();
    let fresh_proof = best_of(300, || {
        LogTree::from_leaves(black_box(leaves.clone()))
            .expect("it fits")
            .path(7)
    });
    Figures {
        root: best_of(300, || build().root()),
        all_proofs,
        fresh_proof,
    }
}

fn cells(name: &str, figures: Figures, limit: Duration) -> [String; 4] {
    let cell = |time| {
        let ratio = ratio(time, limit);
        let digits = if ratio < 10.0 { 3 } else { 0 };
        format!("{ratio:.digits$} ({})", Human(time))
    };
    [
        name.to_owned(),
        cell(figures.root),
        cell(figures.all_proofs),
        cell(figures.fresh_proof),
    ]
}

pub fn incremental(hash: Duration) -> Table {
    let leaf = B256::repeat_byte(9);
    let half = vec![leaf; LOGS as usize / 2];
    let start = LogTree::from_leaves(half).expect("it fits");
    let rounds = 100;
    let append_and_prove = (0..rounds)
        .map(|_| {
            let mut tree = start.clone();
            best_of_each(1, 4_000, |_| {
                tree.push(leaf).expect("it fits");
                tree.path(tree.leaves().len() - 1)
            })
        })
        .min()
        .unwrap_or_default();
    let read = best_of_each(200, 1_000, |index| start.path(index as usize));
    let columns = ["operation", "hashes", "time", "of the scalar limit"];
    let mut table = Table::new("A log tree that grows, 8,192 logs in it", &columns);
    let fourteen = limit(hash, 14);
    table.row(&[
        "append a leaf and prove it".into(),
        "14".into(),
        Human(append_and_prove).to_string(),
        format!("{:.2}", ratio(append_and_prove, fourteen)),
    ]);
    table.row(&[
        "read a proof".into(),
        "0".into(),
        Human(read).to_string(),
        "–".into(),
    ]);
    table
}
