//! The files by path, as text.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{cases, random};

/// Every generated file: where it lives, and what it should hold.
pub(crate) fn all() -> [(PathBuf, String); 2] {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../contracts/test/vectors");
    let cases = json!({
        "cases": cases::all(),
        "chainBatchRoots": cases::chain_batch_roots(),
        "logs": cases::logs(),
    });
    let random = json!({
        "growingTrees": random::growing_trees(),
        "proofs": random::proofs(),
        "sharedTrees": random::shared_trees(),
    });
    [
        (folder.join("proofs.json"), text(&cases)),
        (folder.join("random-cases.json"), text(&random)),
    ]
}

fn text(value: &Value) -> String {
    format!("{value:#}\n")
}
