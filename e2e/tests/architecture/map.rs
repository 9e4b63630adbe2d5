//! The maps in the documents name every room there is.

use std::fs;

use crate::sources::{assert_none, file, root};

#[test]
fn the_readme_names_every_top_level_folder() {
    let folders = [
        "contracts",
        "docs",
        "e2e",
        "interop-sdk",
        "model",
        "proofs",
        "relayer",
        "scripts",
        "simulation",
    ];
    assert_names_all("README.md", folders.map(str::to_owned).into());
}

#[test]
fn the_architecture_names_every_room() {
    let mut rooms = folders_in("contracts/src");
    rooms.extend(folders_in("relayer/src"));
    assert_names_all("ARCHITECTURE.md", rooms);
}

fn assert_names_all(document: &str, folders: Vec<String>) {
    let text = file(document).text;
    let missing: Vec<String> = folders
        .into_iter()
        .filter(|folder| !text.contains(&format!("{folder}/")))
        .collect();
    assert_none(
        &missing,
        &format!("{document} has a map of rooms, and these are missing from it:"),
    );
}

fn folders_in(parent: &str) -> Vec<String> {
    let entries =
        fs::read_dir(root().join(parent)).unwrap_or_else(|error| panic!("{parent}: {error}"));
    let entries = entries.map(|entry| entry.expect("a readable folder"));
    entries
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        // Expected outputs of tests, written by the test library.
        .filter(|folder| folder != "snapshots")
        .collect()
}
