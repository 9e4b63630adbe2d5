//! The file that two banks pass to each other.

use std::fs::{File, OpenOptions, remove_file, rename};
use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use crate::cli::exit::{Exit, Failure};
use crate::swap::terms::Terms;

/// Largest file that is read, in bytes: the payload of a swap and what its file says besides.
const LARGEST: u64 = 256 * 1024;

fn bad(path: &Path, reason: impl std::fmt::Display) -> Failure {
    Failure::new(Exit::BadFile, format!("{}: {reason}", path.display()))
}

/// Reads terms.
pub(super) fn read(path: &Path) -> Result<Terms, Failure> {
    let file = File::open(path).map_err(|error| bad(path, error))?;
    let mut text = String::new();
    let size = file
        .take(LARGEST.saturating_add(1))
        .read_to_string(&mut text);
    if size.map_err(|error| bad(path, error))? as u64 > LARGEST {
        return Err(bad(path, format!("it has more than {LARGEST} bytes")));
    }
    Terms::read(&text).map_err(|error| bad(path, error))
}

/// Writes new terms. Never overwrites a file.
pub(super) fn create(path: &Path, terms: &Terms) -> Result<(), Failure> {
    let text = terms.to_toml().map_err(|error| bad(path, error))?;
    let mut options = OpenOptions::new();
    let opened = options.write(true).create_new(true).open(path);
    let mut file = opened.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => bad(path, "it is there already; name another with --file"),
        _ => bad(path, error),
    })?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(|error| bad(path, error))
}

/// Writes terms in the place of those that were read: the whole file, or nothing of it.
pub(super) fn replace(path: &Path, terms: &Terms) -> Result<(), Failure> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let beside = Path::new(&name);
    // An earlier run that was stopped has left it.
    match remove_file(beside) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(bad(beside, error)),
        _ => create(beside, terms)?,
    }
    rename(beside, path).map_err(|error| bad(path, error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::swap::terms::tests::terms;

    #[test]
    fn a_file_is_created_once_and_replaced_whole() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("swap.toml");
        let mut terms = terms();
        create(&path, &terms).unwrap();
        assert_eq!(read(&path).unwrap(), terms);
        assert_eq!(create(&path, &terms).unwrap_err().exit, Exit::BadFile);
        terms.quote = None;
        std::fs::write(directory.path().join("swap.toml.new"), "half of").unwrap();
        replace(&path, &terms).unwrap();
        assert_eq!(read(&path).unwrap(), terms);
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_no_file_of_terms_is_refused_with_its_name() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("swap.toml");
        let missing = read(&path).unwrap_err();
        assert!(missing.message.contains("swap.toml"), "{}", missing.message);
        std::fs::write(&path, "x".repeat(300_000)).unwrap();
        let large = read(&path).unwrap_err();
        assert!(large.message.contains("262144 bytes"), "{}", large.message);
    }
}
