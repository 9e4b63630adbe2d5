//! Files stay short enough to be read in one sitting.

use crate::sources::{assert_none, files};

const MAX_LINES: usize = 500;

#[test]
fn no_source_is_longer_than_one_sitting() {
    let folders = [
        "contracts/src",
        "contracts/bindings/src",
        "e2e/src",
        "interop-sdk/src",
        "proofs/src",
        "relayer/src",
        "scripts",
    ];
    let mut breaches = Vec::new();
    for source in folders.iter().flat_map(|folder| files(folder, "")) {
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
