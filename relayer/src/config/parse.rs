//! From text to what stands in it, with the place of every fault.

use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::de::{DeTable, DeValue};

use super::error::{ConfigError, Place, Problem};

/// A key this far from a known one is taken for a slip of the pen.
const LARGEST_SLIP: usize = 4;

/// The text of a file, and where things stand in it.
pub(crate) struct Source<'a> {
    pub(crate) name: &'a str,
    pub(crate) text: &'a str,
}

impl Source<'_> {
    /// Reads the file's keys and types; what they mean is checked elsewhere. Of a fault that is no slip of the pen, `help`
    /// says where to read more.
    pub(crate) fn parse<T: DeserializeOwned>(&self, help: &str) -> Result<T, Problem> {
        toml::from_str(self.text).map_err(|error| self.refuse(&error, help))
    }

    fn refuse(&self, error: &toml::de::Error, help: &str) -> Problem {
        let (what, fix) = match slip(error.message()) {
            Some(slip) => (slip.what(), slip.fix()),
            None => (error.message().trim().to_owned(), help.to_owned()),
        };
        Problem {
            place: error.span().map(|span| self.place(&span)),
            key: None,
            what,
            fix,
        }
    }

    /// What is wrong with a configuration of this text.
    pub(super) fn invalid(&self, problems: Vec<Problem>) -> ConfigError {
        ConfigError::Invalid {
            file: self.name.to_owned(),
            problems,
        }
    }

    /// Line and column of a key, given as a path of names. The nearest key above it where it is not in the file.
    pub(crate) fn locate(&self, key: &str) -> Option<Place> {
        let document = DeTable::parse(self.text).ok()?;
        let mut table = Some(document.get_ref());
        let mut found = None;
        for name in key.split('.') {
            let Some((spanned, value)) =
                table.and_then(|table| table.iter().find(|(known, _)| known.get_ref() == name))
            else {
                break;
            };
            found = Some(self.place(&spanned.span()));
            table = match value.get_ref() {
                DeValue::Table(inner) => Some(inner),
                _ => None,
            };
        }
        found
    }

    fn place(&self, span: &Range<usize>) -> Place {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line_start = before
            .rfind('\n')
            .map_or(0, |newline| newline.saturating_add(1));
        Place {
            line: before.matches('\n').count().saturating_add(1),
            column: before
                .get(line_start..)
                .unwrap_or_default()
                .chars()
                .count()
                .saturating_add(1),
        }
    }
}

/// An unknown key or value, and those that are known there.
struct Slip<'a> {
    kind: &'static str,
    written: &'a str,
    known: Vec<&'a str>,
}

/// Reads serde's message about an unknown field or variant: the words between backticks.
fn slip(message: &str) -> Option<Slip<'_>> {
    let kind = match message.trim() {
        text if text.starts_with("unknown field") => "key",
        text if text.starts_with("unknown variant") => "value",
        _ => return None,
    };
    let mut words = message.split('`').skip(1).step_by(2);
    Some(Slip {
        kind,
        written: words.next()?,
        known: words.collect(),
    })
}

impl Slip<'_> {
    fn what(&self) -> String {
        format!("unknown {} `{}`", self.kind, self.written)
    }

    fn fix(&self) -> String {
        let distance = |known: &&&str| strsim::damerau_levenshtein(self.written, known);
        match self.known.iter().min_by_key(distance) {
            Some(nearest) if distance(&nearest) <= LARGEST_SLIP => {
                format!("did you mean `{nearest}`?")
            }
            _ if self.known.is_empty() => "remove it".to_owned(),
            _ => format!("known here: {}", self.known.join(", ")),
        }
    }
}
