//! Every attack that concerns a part that exists has a test that names it; the page that lists them is true.

use std::collections::BTreeMap;
use std::{env, fs};

use crate::sources::{Source, assert_none, file, files, root};

const PAGE: &str = "docs/reference/attacks.md";

/// The attacks that concern what exists, in a few words each.
const ATTACKS: &[(&str, &str)] = &[
    (
        "01",
        "a root of zero, or one never set, is taken for proven",
    ),
    ("02", "the caller chooses who verifies"),
    ("03", "a part of a proof that nothing checks"),
    ("04", "an empty tree, or a failed check, proves membership"),
    ("05", "an index or a leaf that the proof does not consume"),
    ("06", "an exclusion inferred from a proof that fails"),
    ("07", "one message in many encodings, taken more than once"),
    ("08", "a stolen key, whichever it is"),
    ("09", "a message that calls a privileged contract"),
    (
        "10",
        "a token that is not there, credited as if it had moved",
    ),
    ("12", "a public function that pays whoever asks"),
    (
        "13",
        "a verifier without a key of its own, or one that accepts everything",
    ),
    (
        "14",
        "a chain whose verifier accepts everything takes what is not its own",
    ),
    ("15", "a forgotten contract with a key nobody watches"),
    (
        "16",
        "a swap re-entered from a token or a venue, at either end",
    ),
    ("17", "a way back with less proof than the way there"),
    (
        "18",
        "a reorg of L1, at any step and of any depth up to finality",
    ),
    ("19", "replay on a fork or a second deployment"),
    ("20", "an initializer or upgrade that a stranger can call"),
    (
        "21",
        "base tokens out of selfdestruct, delegatecall or forced ether",
    ),
    ("22", "arbitrary calls by a contract that holds allowances"),
    (
        "23",
        "two signatures with one nonce, which give the key away",
    ),
    ("30", "an inner node passed off as a leaf"),
    ("31", "a path of another depth, or split elsewhere"),
    ("32", "padding proven as a message"),
    ("33", "two indices for one leaf"),
    (
        "34",
        "two contents with one encoding, or one content with two",
    ),
    (
        "35",
        "a token that takes fees, shrinks, lies, or blocks one recipient",
    ),
    ("36", "units of one side taken for units of the other"),
    ("37", "a delivery starved of gas"),
    ("38", "revert or return data of megabytes"),
    ("39", "re-entry through the recipient"),
    ("40", "replay of a message, anywhere and in any shape"),
    ("41", "a copied delivery"),
    (
        "42",
        "a part of a swap settled as if it were a message of its own",
    ),
    (
        "43",
        "an outcome that only one end believes, in whatever order the steps come",
    ),
    (
        "44",
        "spam: a priority queue full of it, or a block that L1 cannot take",
    ),
    ("45", "an operator whose filter refuses what L1 forces"),
    ("46", "messages out of order"),
    ("47", "a pause that stops a way out, or opens a second one"),
    ("48", "an upgrade while messages and swaps are in flight"),
    (
        "49",
        "a batch out of order, of another state, or by a stranger",
    ),
    ("50", "proofs and payloads of absurd size"),
    ("51", "one address, two contracts, on L1 and on a chain"),
    (
        "52",
        "amounts of 0 and at the end of the range, and sums that overflow",
    ),
    ("53", "a destination that cannot receive"),
    ("54", "a recipient without code, or with the wrong answer"),
    ("55", "a malleable, unsorted or repeated signature"),
];

#[test]
fn every_attack_has_a_test_that_names_it() {
    let tests = tests_by_attack();
    let missing: Vec<_> = ATTACKS
        .iter()
        .filter(|(id, _)| !tests.contains_key(*id))
        .map(|(id, attack)| format!("ATK-{id}: {attack}"))
        .collect();
    assert_none(&missing, "an attack needs a test with its id in the name:");
}

#[test]
fn every_attack_that_a_test_names_is_listed() {
    let known: Vec<_> = ATTACKS.iter().map(|(id, _)| *id).collect();
    let unknown: Vec<_> = tests_by_attack()
        .into_iter()
        .filter(|(id, _)| !known.contains(&id.as_str()))
        .map(|(id, places)| format!("ATK-{id}: {}", places.join(", ")))
        .collect();
    assert_none(
        &unknown,
        "a test names an attack that this list does not know:",
    );
}

#[test]
fn the_page_of_attacks_is_true() {
    let expected = page();
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(root().join(PAGE), &expected).expect("the page can be written");
    }
    assert!(
        file(PAGE).text == expected,
        "{PAGE} is out of date: run `UPDATE_DOCS=1 cargo test -p causeway-e2e --test architecture`"
    );
}

fn page() -> String {
    let mut page = String::from(
        "# Attacks\n\nWhat has been tried against bridges, and the tests that try it here. Each attack has a test that must \
         fail closed\nand, in the same file, a twin that passes, so that no test passes because its set-up is broken. \
         Generated from the\nnames of the tests; attacks on parts that do not exist yet come with those parts.\n\n\
         | id | attack | tests |\n|---|---|---|\n",
    );
    let tests = tests_by_attack();
    for (id, attack) in ATTACKS {
        let places = tests.get(*id).cloned().unwrap_or_default();
        let links: Vec<_> = places
            .iter()
            .map(|path| {
                let name = path.rsplit('/').next().unwrap_or(path);
                format!("[{name}](../../{path})")
            })
            .collect();
        page.push_str(&format!("| ATK-{id} | {attack} | {} |\n", links.join(" ")));
    }
    page
}

/// Files with tests that name an attack, by its two digits.
fn tests_by_attack() -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for source in test_sources() {
        for id in ids(&source) {
            let places = found.entry(id).or_default();
            if places.last() != Some(&source.path) {
                places.push(source.path.clone());
            }
        }
    }
    found
}

fn test_sources() -> Vec<Source> {
    let mut sources = files("contracts/test", ".sol");
    for folder in [
        "contracts/bindings",
        "e2e",
        "interop-sdk",
        "proofs",
        "relayer",
        "simulation",
    ] {
        for part in ["src", "tests"] {
            sources.extend(files(&format!("{folder}/{part}"), ".rs"));
        }
    }
    sources
}

/// The attacks in the names of a file's tests: `test_ATK05_…`, `testFuzz_ATK33_…`, `atk_05_…`.
fn ids(source: &Source) -> Vec<String> {
    let names = source.lines().filter_map(|(_, line)| {
        let line = line.trim_start();
        let rest = ["function ", "fn ", "async fn "]
            .iter()
            .find_map(|start| line.strip_prefix(start))?;
        rest.split('(').next()
    });
    let mut ids: Vec<String> = names
        .filter_map(|name| {
            let lower = name.to_lowercase();
            let (_, rest) = lower.split_once("atk")?;
            let digits: String = rest.trim_start_matches('_').chars().take(2).collect();
            let numbered = digits.len() == 2 && digits.chars().all(|digit| digit.is_ascii_digit());
            numbered.then_some(digits)
        })
        .collect();
    ids.sort();
    ids.dedup();
    ids
}
