//! The relayer's rooms: a library lives in one of them, and a stage knows no other stage.

use crate::sources::{Source, assert_none, product_files};

/// A third-party library, as its use reads in code, and the places that may use it.
const LIBRARIES: [(&str, &[&str]); 8] = [
    ("alloy::providers", &["chain/", "dev/", "deploy/"]),
    ("alloy::transports", &["chain/", "dev/", "deploy/"]),
    ("alloy::rpc::client", &["chain/", "dev/", "deploy/"]),
    ("redb::", &["store/"]),
    ("sqlx::", &["store/"]),
    ("axum::", &["api/"]),
    ("clap::", &["cli/", "main.rs"]),
    ("eyre::", &["main.rs", "app.rs", "app/"]),
];

/// The stages a message passes; what they share stands in `model/`, `chain/` and `store/`.
const STAGES: [&str; 6] = ["watch", "prove", "deliver", "errands", "swap", "operator"];

#[test]
fn a_library_lives_in_its_room() {
    let mut breaches = Vec::new();
    for source in relayer() {
        let place = place(&source);
        for (library, rooms) in LIBRARIES {
            if rooms.iter().any(|room| place.starts_with(room)) {
                continue;
            }
            let uses = source.lines().filter(|(_, line)| uses(line, library));
            breaches.extend(uses.map(|(line, _)| {
                format!(
                    "{} uses {library}, which lives in {rooms:?}",
                    source.at(line)
                )
            }));
        }
    }
    assert_none(
        &breaches,
        "a third-party library lives in one room of the relayer:",
    );
}

#[test]
fn a_stage_imports_no_other_stage() {
    let mut breaches = Vec::new();
    for source in relayer() {
        let Some(own) = STAGES.iter().find(|stage| in_stage(place(&source), stage)) else {
            continue;
        };
        for other in STAGES.iter().filter(|stage| *stage != own) {
            let path = format!("crate::{other}");
            let uses = source.lines().filter(|(_, line)| uses(line, &path));
            breaches.extend(uses.map(|(line, _)| format!("{} uses {path}", source.at(line))));
        }
    }
    assert_none(
        &breaches,
        "a stage of the relayer works without the others:",
    );
}

/// The relayer's sources without its tests, which may look behind a room's door.
fn relayer() -> Vec<Source> {
    let sources = product_files("relayer/src");
    assert!(!sources.is_empty(), "the relayer has sources");
    sources
}

fn place(source: &Source) -> &str {
    source.path.trim_start_matches("relayer/src/")
}

fn in_stage(place: &str, stage: &str) -> bool {
    place
        .strip_prefix(stage)
        .is_some_and(|rest| rest.starts_with('/') || rest.starts_with(".rs"))
}

/// Whether `line` names `path` as code: at the beginning of a path, and outside a comment.
fn uses(line: &str, path: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    code.match_indices(path).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + path.len()..].chars().next();
        let is_whole = path.ends_with(':') || !after.is_some_and(is_word);
        is_whole && !before.is_some_and(|character| is_word(character) || character == ':')
    })
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}
