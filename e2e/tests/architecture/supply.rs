//! Where dependencies come from and under which licence.

use std::collections::BTreeSet;

use crate::sources::{assert_none, cargo, file, packages};

const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Licences that ask for no more than their notice.
const LICENCES: [&str; 14] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

#[test]
fn dependencies_come_from_the_registry() {
    let lock = file("Cargo.lock");
    let sources = lock
        .lines()
        .filter(|(_, line)| line.starts_with("source = "));
    let foreign = sources.filter(|(_, line)| *line != format!("source = \"{REGISTRY}\""));
    let breaches: Vec<String> = foreign
        .map(|(line, text)| format!("{}: {text}", lock.at(line)))
        .collect();
    assert_none(&breaches, "dependencies come from the registry of crates:");
}

#[test]
fn dependencies_have_a_permissive_licence() {
    let tree = cargo(&[
        "tree",
        "--workspace",
        "--locked",
        "--prefix=none",
        "--format={p}|{l}",
    ]);
    let packages: BTreeSet<&str> = tree
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| line.trim_end_matches(" (*)"))
        .collect();
    assert!(packages.len() > 1, "cargo tree lists packages");
    let breaches: Vec<String> = packages
        .into_iter()
        .filter(|package| !package.rsplit('|').next().is_some_and(is_permitted))
        .map(str::to_owned)
        .collect();
    assert_none(
        &breaches,
        "these dependencies have a licence that is not allowed:",
    );
}

#[test]
fn a_licence_expression_is_permitted_when_one_choice_is() {
    for permitted in [
        "MIT",
        "MIT OR GPL-3.0",
        "MIT/Apache-2.0",
        "(MIT OR Apache-2.0) AND Unicode-3.0",
    ] {
        assert!(is_permitted(permitted), "{permitted}");
    }
    for refused in [
        "GPL-3.0",
        "MIT AND GPL-3.0",
        "(GPL-3.0 OR AGPL-3.0) AND MIT",
        "",
    ] {
        assert!(!is_permitted(refused), "{refused}");
    }
}

#[test]
fn every_package_of_ours_has_our_licence() {
    let breaches: Vec<String> = packages()
        .iter()
        .filter(|package| package["license"] != "MIT OR Apache-2.0")
        .map(|package| package["name"].to_string())
        .collect();
    assert_none(&breaches, "these packages lack `license.workspace = true`:");
}

/// Whether an SPDX expression can be met with permitted licences: all parts of a conjunction, one of a choice.
fn is_permitted(expression: &str) -> bool {
    let expression = expression.replace('/', " OR ");
    split(&expression, " AND ").iter().all(|part| {
        split(part, " OR ").iter().any(|choice| {
            match choice.strip_prefix('(').and_then(|c| c.strip_suffix(')')) {
                Some(inner) => is_permitted(inner),
                None => LICENCES.contains(choice),
            }
        })
    })
}

/// Splits at `operator` outside parentheses.
fn split<'a>(expression: &'a str, operator: &str) -> Vec<&'a str> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0, 0);
    for (index, character) in expression.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if depth == 0 && expression[index..].starts_with(operator) => {
                parts.push(expression[start..index].trim());
                start = index + operator.len();
            }
            _ => {}
        }
    }
    parts.push(expression[start..].trim());
    parts
}
