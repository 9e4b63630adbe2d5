//! Measures `causeway-proofs` against the cost of its hashes and against other crates, and writes the page
//! `docs/reference/benchmarks/proofs.md`.
//!
//! One thread, one run. Every figure is the best of several rounds, because other load on a machine only ever adds time.

mod log_tree;
mod machine;
mod measure;
mod message_root;
mod peers;
mod verification;

use std::{fs, io, path::Path, time::Duration};

fn main() -> io::Result<()> {
    let page = page();
    print!("{page}");
    fs::write(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/benchmarks/proofs.md"),
        page,
    )
}

/// The message root comes last: it fills a gigabyte, which the other figures should not feel.
fn page() -> String {
    let hash = log_tree::scalar_hash();
    let log_trees = [
        log_tree::limits(hash),
        log_tree::trees(hash),
        log_tree::incremental(hash),
    ];
    let settled = message_root::build();
    let message_roots = [
        message_root::proofs(hash, &settled),
        verification::rates(hash, &settled),
    ];
    let tables = log_trees.into_iter().chain(message_roots);
    let head = format!("# Proofs\n\n{}\n\n{INTRODUCTION}", machine::describe());
    tables.fold(head, |page, table| format!("{page}\n{table}"))
}

/// How long `count` hashes take one after the other.
fn limit(hash: Duration, count: u32) -> Duration {
    hash * count
}

const INTRODUCTION: &str = "\
Regenerate with `make bench-proofs`, which runs `cargo run --release --manifest-path proofs/bench/Cargo.toml`.

The limit is the time of the Keccak-f permutations that the work needs, measured in the same run: one for an 88-byte
log and one for a 64-byte node, so 32,767 for a log tree of 16,384 logs. *Scalar limit* is that number times one hash of
`alloy-primitives` with assembly. Ratios below 1 come from hashing several nodes side by side. One thread; times are
processor time, the best of several rounds.
";
