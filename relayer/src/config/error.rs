//! What is wrong with a configuration, and what to change.

use std::fmt;

/// Why a configuration is not taken.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{file}: cannot be read: {reason}; `causeway config init` writes one")]
    Unreadable {
        /// Path as given.
        file: String,
        /// What the system said.
        reason: String,
    },
    /// The file is there, and something in it is wrong.
    #[error("{}", lines(file, problems))]
    Invalid {
        /// Path as given.
        file: String,
        /// What is wrong, all of it.
        problems: Vec<Problem>,
    },
    /// A key cannot be loaded.
    #[error("signers.{signer}: {reason}")]
    Signer {
        /// Name of the signer.
        signer: String,
        /// What is wrong and what to do.
        reason: String,
    },
}

/// Where something stands in the file, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Line.
    pub line: usize,
    /// Column, in characters.
    pub column: usize,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where, if it is in the file.
    pub place: Option<Place>,
    /// Key it is about.
    pub key: Option<String>,
    /// What is wrong.
    pub what: String,
    /// What to change.
    pub fix: String,
}

/// One line per problem, each with its place.
pub(crate) fn lines(file: &str, problems: &[Problem]) -> String {
    let line = |problem: &Problem| format!("{file}{problem}");
    problems.iter().map(line).collect::<Vec<_>>().join("\n")
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Place { line, column }) = self.place {
            write!(f, ":{line}:{column}")?;
        }
        f.write_str(": ")?;
        if let Some(key) = &self.key {
            write!(f, "{key}: ")?;
        }
        write!(f, "{}; {}", self.what, self.fix)
    }
}
