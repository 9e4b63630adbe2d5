//! Reading and writing the files of the steps. Input is bounded before it is parsed, and a fault names file and field.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use serde::{Serialize, de::DeserializeOwned};

/// Largest bundle file, in bytes. An outbox message takes up to 96 KiB, of which a file holds two copies in hex.
pub const MAX_BUNDLE_FILE: u64 = 1024 * 1024;

/// Largest proof file, in bytes. A proof has at most a hundred words of 69 characters.
pub const MAX_PROOF_FILE: u64 = 64 * 1024;

/// Why a file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// It cannot be read or written.
    #[error("{}: {reason}", .file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// It is larger than any such file is.
    #[error("{}: larger than {limit} bytes, which no such file is", .file.display())]
    TooLarge {
        /// The file.
        file: PathBuf,
        /// The limit.
        limit: u64,
    },
    /// A field is missing, does not read, or contradicts the others.
    #[error("{}: field `{field}`: {reason}", .file.display())]
    Field {
        /// The file.
        file: PathBuf,
        /// Path of the field; `.` for the whole document.
        field: String,
        /// What is wrong.
        reason: String,
    },
}

/// A field that is wrong, in a document of unknown place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("field `{field}`: {reason}")]
pub struct FileFault {
    /// Path of the field; `.` for the whole document.
    pub field: String,
    /// What is wrong.
    pub reason: String,
}

impl FileFault {
    pub(super) fn new(field: impl Into<String>, reason: impl ToString) -> Self {
        Self {
            field: field.into(),
            reason: reason.to_string(),
        }
    }

    /// The fault, of the file at this place.
    pub fn within(self, file: &Path) -> FileError {
        FileError::Field {
            file: file.to_owned(),
            field: self.field,
            reason: self.reason,
        }
    }
}

/// Reads a document of at most `limit` bytes.
pub(super) fn read<T: DeserializeOwned>(path: &Path, limit: u64) -> Result<T, FileError> {
    let bytes = read_bounded(path, limit)?;
    parse(&bytes).map_err(|fault| fault.within(path))
}

fn read_bounded(path: &Path, limit: u64) -> Result<Vec<u8>, FileError> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(limit.saturating_add(1)).read_to_end(&mut bytes))
        .map_err(|error| io_error(path, &error))?;
    match u64::try_from(bytes.len()) {
        Ok(size) if size <= limit => Ok(bytes),
        _ => Err(FileError::TooLarge {
            file: path.to_owned(),
            limit,
        }),
    }
}

pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, FileFault> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let document = serde_path_to_error::deserialize(&mut reader)
        .map_err(|error| FileFault::new(error.path().to_string(), error.inner()))?;
    reader.end().map_err(|error| FileFault::new(".", error))?;
    Ok(document)
}

/// Writes a document, in full or not at all.
pub(super) fn write(path: &Path, document: &impl Serialize) -> Result<(), FileError> {
    let failed = |error: std::io::Error| io_error(path, &error);
    let mut text = serde_json::to_vec_pretty(document).map_err(|error| failed(error.into()))?;
    text.push(b'\n');
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".part");
    std::fs::write(&unfinished, text).map_err(failed)?;
    std::fs::rename(&unfinished, path).map_err(failed)
}

fn io_error(path: &Path, error: &std::io::Error) -> FileError {
    FileError::Io {
        file: path.to_owned(),
        reason: error.to_string(),
    }
}

/// Refuses a document of another schema.
pub(super) fn check_schema(found: &str, expected: &str) -> Result<(), FileFault> {
    if found == expected {
        return Ok(());
    }
    let reason = format!("`{found}` is not read by this release, `{expected}` is");
    Err(FileFault::new("schema", reason))
}
