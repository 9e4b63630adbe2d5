//! The arrows between our crates.

use std::collections::BTreeSet;

use crate::sources::{assert_none, packages};

/// What each of our crates may depend on among our crates, its build script included.
const ARROWS: [(&str, &[&str]); 7] = [
    ("causeway-proofs", &[]),
    ("causeway-bindings", &[]),
    ("interop-sdk", &["causeway-proofs", "causeway-bindings"]),
    (
        "causeway-relayer",
        &["causeway-proofs", "causeway-bindings"],
    ),
    ("causeway-model", &[]),
    (
        "causeway-simulation",
        &["causeway-proofs", "causeway-bindings"],
    ),
    ("causeway-e2e", &["interop-sdk", "causeway-bindings"]),
];

/// What only their tests may depend on besides: both are held against the protocol's runs.
const ARROWS_OF_TESTS: [(&str, &str); 2] = [
    ("causeway-relayer", "causeway-model"),
    ("causeway-simulation", "causeway-model"),
];

#[test]
fn our_crates_depend_on_each_other_along_the_arrows_only() {
    let ours = packages();
    let names: BTreeSet<&str> = ours
        .iter()
        .filter_map(|package| package["name"].as_str())
        .collect();
    let known: BTreeSet<&str> = ARROWS.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        names, known,
        "every crate of the workspace has its arrows written down here"
    );

    let mut breaches = Vec::new();
    for package in &ours {
        let name = package["name"].as_str().expect("a package has a name");
        let (_, allowed) = ARROWS
            .iter()
            .find(|(crate_name, _)| *crate_name == name)
            .expect("checked above");
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let to = dependency["name"]
                .as_str()
                .expect("a dependency has a name");
            let is_of_tests = dependency["kind"] == "dev" && ARROWS_OF_TESTS.contains(&(name, to));
            if names.contains(to) && !allowed.contains(&to) && !is_of_tests {
                breaches.push(format!("{name} -> {to}"));
            }
        }
    }
    assert_none(&breaches, "these arrows between crates are not allowed:");
}
