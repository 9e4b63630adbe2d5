//! How contracts are written: arrows between folders, pragmas, documentation, and encodings that cannot collide.

use std::collections::BTreeSet;
use std::path::{Component, Path};

use crate::sources::{Source, assert_none, files};

const SOURCES: &str = "contracts/src";

#[test]
fn folders_import_along_the_arrows_only() {
    let mut breaches = Vec::new();
    for source in contracts() {
        let from = folder(&source.path);
        for (line, import) in imports(&source).filter(|(_, import)| import.starts_with('.')) {
            let to = resolve(&source.path, import);
            if !may_import(from, folder(&to)) {
                breaches.push(format!("{} imports {to}", source.at(line)));
            }
        }
    }
    assert_none(
        &breaches,
        "types <- libraries, types <- interfaces, all three <- domains, roots <- messaging; a domain imports no other domain:",
    );
}

#[test]
fn interfaces_have_no_overloads_and_no_parents_of_ours() {
    let interfaces = files("contracts/src/interfaces", ".sol");
    let ours: BTreeSet<&str> = interfaces
        .iter()
        .filter_map(|source| Path::new(&source.path).file_stem()?.to_str())
        .collect();
    let mut breaches = Vec::new();
    for source in &interfaces {
        let mut seen = BTreeSet::new();
        for (line, text) in source.lines() {
            if let Some((_, parents)) = text
                .strip_prefix("interface ")
                .and_then(|rest| rest.split_once(" is "))
            {
                let own = parents
                    .split([',', ' ', '{'])
                    .filter(|parent| ours.contains(parent));
                breaches.extend(own.map(|parent| format!("{} inherits {parent}", source.at(line))));
            }
            if let Some(name) = declared(text, "function")
                && !seen.insert(name)
            {
                breaches.push(format!("{} overloads {name}", source.at(line)));
            }
        }
    }
    assert_none(
        &breaches,
        "an interface of ours stands alone, and each of its names means one function:",
    );
}

#[test]
fn what_is_deployed_names_its_compiler_exactly() {
    let mut breaches = Vec::new();
    for source in contracts() {
        let is_deployed = source
            .text
            .lines()
            .any(|line| line.starts_with("contract "));
        if is_deployed && !source.text.contains("\npragma solidity 0.8.37;\n") {
            breaches.push(source.path);
        }
    }
    assert_none(
        &breaches,
        "a file with a contract has `pragma solidity 0.8.37;`:",
    );
}

#[test]
fn everything_callable_is_documented() {
    let mut breaches = Vec::new();
    for source in contracts() {
        let lines: Vec<&str> = source.text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let is_documented = index > 0 && is_doc(lines[index - 1]);
            if needs_doc(&lines[index..]) && !is_documented {
                breaches.push(format!("{}: {}", source.at(index + 1), line.trim()));
            }
        }
    }
    assert_none(
        &breaches,
        "contracts, external functions, events and errors carry NatSpec:",
    );
}

#[test]
fn packed_encodings_have_at_most_one_dynamic_part() {
    let mut breaches = Vec::new();
    for source in contracts() {
        for (at, _) in source.text.match_indices("abi.encodePacked(") {
            let arguments = arguments(&source.text[at + "abi.encodePacked(".len()..]);
            let dynamic = arguments
                .iter()
                .filter(|argument| !is_static(argument, &source.text))
                .count();
            if dynamic > 1 {
                let line = source.text[..at].lines().count();
                breaches.push(format!("{} packs {arguments:?}", source.at(line)));
            }
        }
    }
    assert_none(
        &breaches,
        "two dynamic parts side by side have more than one reading; use abi.encode:",
    );
}

#[test]
fn tests_are_named_after_what_they_show() {
    let mut breaches = Vec::new();
    for source in files("contracts/test", ".t.sol") {
        for (line, text) in source.lines() {
            let Some(name) = declared(text, "function") else {
                continue;
            };
            let is_test = name.starts_with("test") || name.starts_with("invariant");
            let follows = ["test_", "testFuzz_", "invariant_"]
                .iter()
                .any(|prefix| name.starts_with(prefix));
            if is_test && !follows {
                breaches.push(format!("{} {name}", source.at(line)));
            }
        }
    }
    assert_none(
        &breaches,
        "tests are called test_<function>_<outcome>, testFuzz_… or invariant_…:",
    );
}

fn contracts() -> Vec<Source> {
    let sources = files(SOURCES, ".sol");
    assert!(!sources.is_empty(), "there are contracts");
    sources
}

/// The paths a file imports, with their lines.
fn imports(source: &Source) -> impl Iterator<Item = (usize, &str)> {
    source.lines().filter_map(|(line, text)| {
        let after = text
            .split_once("from \"")
            .or_else(|| text.split_once("import \""))?
            .1;
        Some((line, after.split('"').next()?))
    })
}

/// The folder of `contracts/src` a file stands in; empty for a file outside.
fn folder(path: &str) -> &str {
    path.strip_prefix(SOURCES)
        .and_then(|rest| rest.trim_start_matches('/').split('/').next())
        .unwrap_or_default()
}

fn resolve(from: &str, import: &str) -> String {
    let joined = Path::new(from)
        .parent()
        .expect("a file has a folder")
        .join(import);
    let mut parts = Vec::new();
    for component in joined.components() {
        match component {
            Component::ParentDir => drop(parts.pop()),
            Component::CurDir => {}
            other => parts.push(other.as_os_str().to_string_lossy()),
        }
    }
    parts.join("/")
}

fn may_import(from: &str, to: &str) -> bool {
    match from {
        "types" => to == "types",
        // `All.sol`, the root the bindings are generated from, imports its neighbours.
        "interfaces" => ["types", "interfaces"].contains(&to),
        "libraries" => ["types", "libraries"].contains(&to),
        // The interop handler keeps the imported roots itself.
        "messaging" if to == "roots" => true,
        domain => ["types", "interfaces", "libraries", domain].contains(&to),
    }
}

/// The name declared by `keyword` on this line.
fn declared<'a>(line: &'a str, keyword: &str) -> Option<&'a str> {
    let rest = line.trim_start().strip_prefix(keyword)?.strip_prefix(' ')?;
    rest.split(['(', ' ']).next()
}

fn is_doc(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("///") || line.ends_with("*/")
}

/// Whether the declaration that begins on the first line is one a caller or reader of the ABI sees.
fn needs_doc(lines: &[&str]) -> bool {
    let first = lines[0];
    if ["contract ", "abstract contract ", "interface ", "library "]
        .iter()
        .any(|kind| first.starts_with(kind))
    {
        return true;
    }
    if declared(first, "error").is_some() || declared(first, "event").is_some() {
        return first.contains('(');
    }
    let mut signature = lines
        .iter()
        .take(signature_length(lines))
        .flat_map(|line| line.split_whitespace());
    declared(first, "function").is_some()
        && signature.any(|word| ["external", "public"].contains(&word))
}

/// Lines up to the body or the semicolon of the declaration on the first line.
fn signature_length(lines: &[&str]) -> usize {
    lines
        .iter()
        .position(|line| line.contains(['{', ';']))
        .map_or(lines.len(), |end| end + 1)
}

/// The top-level arguments of a call whose opening parenthesis stands right before `text`.
fn arguments(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut depth, mut start) = (0, 0);
    for (index, character) in text.char_indices() {
        match character {
            ')' if depth == 0 => {
                found.push(text[start..index].trim());
                return found;
            }
            ',' if depth == 0 => {
                found.push(text[start..index].trim());
                start = index + 1;
            }
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
    }
    found
}

/// Whether an argument has a fixed size: a cast, a hash, or a name that the file declares with an elementary type.
fn is_static(argument: &str, text: &str) -> bool {
    let head = argument.split(['(', '.', '[']).next().unwrap_or_default();
    if is_elementary(head) || head == "keccak256" || ["true", "false"].contains(&argument) {
        return true;
    }
    let name = argument.rsplit('.').next().unwrap_or_default();
    text.match_indices(name).any(|(at, _)| {
        let is_whole = !text[at + name.len()..]
            .starts_with(|next: char| next.is_alphanumeric() || next == '_');
        let before = text[..at].trim_end();
        let mut words = before.rsplit([' ', '(', ',', '\n', '\t']);
        let modifiers = ["constant", "immutable", "internal", "private", "public"];
        is_whole
            && before.len() < at
            && words
                .find(|word| !modifiers.contains(word))
                .is_some_and(is_elementary)
    })
}

fn is_elementary(word: &str) -> bool {
    let sized = |prefix: &str| {
        word.strip_prefix(prefix).is_some_and(|size| {
            !size.is_empty() && size.chars().all(|digit| digit.is_ascii_digit())
        })
    };
    ["address", "bool", "uint", "int"].contains(&word)
        || sized("uint")
        || sized("int")
        || sized("bytes")
}
