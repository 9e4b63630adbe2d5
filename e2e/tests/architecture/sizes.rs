//! Files stay short enough to be read in one sitting.

use crate::sources::{Source, assert_none, files, product_files};

const MAX_LINES: usize = 500;

#[test]
fn no_source_is_longer_than_one_sitting() {
    let crates = [
        "contracts/bindings/src",
        "e2e/src",
        "interop-sdk/src",
        "model/src",
        "proofs/src",
        "relayer/src",
        "simulation/src",
    ];
    let mut sources: Vec<Source> = crates.into_iter().flat_map(product_files).collect();
    sources.extend(files("contracts/src", ".sol"));
    sources.extend(files("scripts", ""));
    let mut breaches = Vec::new();
    for source in sources {
        let lines = source.text.lines().count();
        if lines > MAX_LINES {
            breaches.push(format!("{}: {lines} lines", source.path));
        }
    }
    assert_none(
        &breaches,
        "a source file has at most 500 lines; split it where its subject changes:",
    );
}
