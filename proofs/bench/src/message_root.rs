//! The message root of a large settlement layer.

use std::{fs, time::Duration};

use alloy_primitives::{Address, B256};
use causeway_proofs::{ChainBatch, Dialect, L2Log, LogTree, MessageRoot, SettledBatch};

use crate::{
    limit,
    measure::{Human, Table, ratio, time},
};

const CHAINS: u64 = 1_000;
const BATCHES: u64 = 10_000;
const SAMPLES: u64 = 2_000;
const PAGE: u64 = 4_096;

/// The message root with all batches in it, one chain after the other in each block.
pub struct Settled {
    pub roots: MessageRoot,
    pub log: L2Log,
    pub log_path: Vec<B256>,
    append: Duration,
    bytes_per_batch: f64,
}

pub const FIRST_CHAIN: u64 = 1_001;

/// Every batch has the same logs, and so the same chain batch root.
pub fn build() -> Settled {
    let log = L2Log::message(Address::with_last_byte(1), 0, b"message");
    let logs = LogTree::from_logs(&[log]).expect("it fits");
    let batch = ChainBatch::new(Dialect::V32, FIRST_CHAIN, &logs);
    let mut roots = MessageRoot::new(Dialect::V32, 1);
    for chain_id in FIRST_CHAIN..FIRST_CHAIN + CHAINS {
        roots.register_chain(chain_id, 0).expect("a new chain");
    }
    let before = resident_bytes();
    let append = time(|| append_all(&mut roots, batch.root())) / (CHAINS * BATCHES) as u32;
    Settled {
        roots,
        log,
        log_path: batch.path(&logs, 0).expect("a log"),
        append,
        bytes_per_batch: (resident_bytes() - before) as f64 / (CHAINS * BATCHES) as f64,
    }
}

fn append_all(roots: &mut MessageRoot, chain_batch_root: B256) {
    for batch_number in 1..=BATCHES {
        for chain_id in FIRST_CHAIN..FIRST_CHAIN + CHAINS {
            let settled = SettledBatch {
                chain_id,
                batch_number,
                chain_batch_root,
                block: batch_number,
                timestamp: 12 * batch_number,
            };
            roots.append_batch(settled).expect("the next batch");
        }
    }
}

pub fn proofs(hash: Duration, settled: &Settled) -> Table {
    let mut table = Table::new(
        "Message root of 1,000 chains with 10,000 batches each",
        &["operation", "median", "99th percentile", "slowest"],
    );
    let latest = settled.roots.snapshot(BATCHES);
    let current = latencies(|chain_id, batch| {
        latest
            .prove(chain_id, batch, settled.log_path.clone())
            .expect("settled")
            .encode()
    });
    table.row(&cells("proof against the newest root", current));
    let past = settled.roots.snapshot(BATCHES / 2);
    let kept = latencies(|chain_id, batch| {
        past.prove(chain_id, batch.div_ceil(2), settled.log_path.clone())
            .expect("settled")
            .encode()
    });
    table.row(&cells("proof against a past root, snapshot kept", kept));
    let fresh = latencies(|chain_id, batch| {
        let path = settled.log_path.clone();
        settled
            .roots
            .snapshot(batch)
            .prove(chain_id, batch, path)
            .expect("settled")
            .encode()
    });
    table.row(&cells(
        "proof against a past root, snapshot taken anew",
        fresh,
    ));
    table.note(&format!(
        "Each from a random batch to encoded words, {SAMPLES} times. Taking in a batch: {}, or {:.0} hashes. \
         Resident memory: {:.0} bytes per batch.",
        Human(settled.append),
        ratio(settled.append, limit(hash, 1)),
        settled.bytes_per_batch,
    ));
    table
}

/// Sorted times of one call each, for pseudo-random chains and batches.
fn latencies<T>(mut run: impl FnMut(u64, u64) -> T) -> Vec<Duration> {
    let mut times: Vec<_> = (0..SAMPLES)
        .map(|sample| {
            let random = sample.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32);
            let (chain, batch) = (random % CHAINS, 1 + random / CHAINS % BATCHES);
            time(|| run(FIRST_CHAIN + chain, batch))
        })
        .collect();
    times.sort();
    times
}

fn cells(name: &str, times: Vec<Duration>) -> [String; 4] {
    let at = |percent: usize| Human(times[(times.len() - 1) * percent / 100]).to_string();
    [name.into(), at(50), at(99), at(100)]
}

fn resident_bytes() -> u64 {
    let statm = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm
        .split(' ')
        .nth(1)
        .and_then(|pages| pages.parse::<u64>().ok());
    pages.unwrap_or_default() * PAGE
}
