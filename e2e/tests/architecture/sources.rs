//! Reading the repository: its files, and its packages as cargo sees them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use serde_json::Value;

/// A text file of the repository.
pub(crate) struct Source {
    /// Path from the repository's root, with `/` between its parts.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Source {
    /// The lines with their numbers, counted from 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line))
    }

    /// `path:line`, as editors open it.
    pub(crate) fn at(&self, line: usize) -> String {
        format!("{}:{line}", self.path)
    }
}

/// The Rust files below `folder` that are part of the product: none that is declared with `#[cfg(test)]`.
pub(crate) fn product_files(folder: &str) -> Vec<Source> {
    let mut sources = files(folder, ".rs");
    let test_modules: Vec<String> = sources.iter().flat_map(test_modules).collect();
    sources.retain(|source| {
        !test_modules.iter().any(|module| {
            source
                .path
                .strip_prefix(module.as_str())
                .is_some_and(|rest| rest.starts_with(['.', '/']))
        })
    });
    sources
}

/// Paths, without `.rs`, of the modules that `source` declares for tests only.
fn test_modules(source: &Source) -> Vec<String> {
    let (folder, name) = source.path.rsplit_once('/').expect("a file below a folder");
    let children = match name {
        "lib.rs" | "main.rs" | "mod.rs" => folder.to_owned(),
        _ => source.path.trim_end_matches(".rs").to_owned(),
    };
    let declarations = source.text.split("#[cfg(test)]\n").skip(1);
    let modules = declarations.filter_map(|rest| {
        let first = rest.lines().next()?;
        if let Some(path) = first.strip_prefix("#[path = \"") {
            return Some(format!("{folder}/{}", path.split(".rs").next()?));
        }
        let module = first.split_once("mod ")?.1.strip_suffix(';')?;
        Some(format!("{children}/{module}"))
    });
    modules.collect()
}

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All files below `folder` whose name ends in `suffix`, sorted by path; none if the folder does not exist.
pub(crate) fn files(folder: &str, suffix: &str) -> Vec<Source> {
    let mut found = Vec::new();
    collect(&root(), folder, suffix, &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// One file of the repository.
pub(crate) fn file(path: &str) -> Source {
    let text =
        fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    Source {
        path: path.to_owned(),
        text,
    }
}

fn collect(root: &Path, folder: &str, suffix: &str, found: &mut Vec<Source>) {
    let Ok(entries) = fs::read_dir(root.join(folder)) else {
        return;
    };
    for entry in entries {
        let entry = entry.expect("a readable folder");
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.file_type().expect("a file type").is_dir() {
            collect(root, &path, suffix, found);
        } else if path.ends_with(suffix) {
            found.push(file(&path));
        }
    }
}

/// What cargo prints when it is run in the repository.
pub(crate) fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env::var_os("CARGO").expect("tests run under cargo"))
        .args(arguments)
        .current_dir(root())
        .output()
        .expect("cargo starts");
    assert!(
        output.status.success(),
        "cargo {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("cargo prints UTF-8")
}

/// The packages of the workspace, as `cargo metadata` describes them.
pub(crate) fn packages() -> Vec<Value> {
    let metadata = cargo(&["metadata", "--format-version=1", "--no-deps", "--locked"]);
    let metadata: Value = serde_json::from_str(&metadata).expect("cargo metadata prints JSON");
    metadata["packages"]
        .as_array()
        .expect("metadata has packages")
        .clone()
}

/// Fails with every breach found, one on a line.
pub(crate) fn assert_none(breaches: &[String], rule: &str) {
    assert!(breaches.is_empty(), "{rule}\n  {}", breaches.join("\n  "));
}
