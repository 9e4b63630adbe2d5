//! Printing results.

use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use alloy::primitives::B256;
use clap::ValueEnum;
use comfy_table::{Table, presets};
use serde::Serialize;

use super::exit::{Exit, Failure};
use crate::model::UnixSeconds;

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Output {
    /// For people
    Table,
    /// For programs: one JSON document, with its version in `schema`
    Json,
}

/// A result, in both forms.
pub(super) trait Report: Serialize {
    /// The form for people.
    fn table(&self) -> String;
}

impl Output {
    /// Prints a result.
    pub(super) fn print(self, report: &impl Report) -> Result<(), Failure> {
        match self {
            Self::Table => print_line(&report.table()),
            Self::Json => print_line(&to_json(report)?),
        }
    }
}

pub(super) fn to_json(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string_pretty(value)
        .map_err(|error| Failure::new(Exit::Unexpected, error.to_string()))
}

/// Prints to standard output. A reader that went away, such as `head`, is no failure.
pub(super) fn print_line(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure::new(
            Exit::Unexpected,
            format!("standard output: {error}"),
        )),
        _ => Ok(()),
    }
}

/// A table with a header.
pub(super) fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(header.to_vec());
    for row in rows {
        table.add_row(row);
    }
    table.to_string()
}

/// Names and values, one per line.
pub(super) fn fields(rows: &[(&str, String)]) -> String {
    let width = rows
        .iter()
        .map(|(name, _)| name.len())
        .max()
        .unwrap_or_default();
    rows.iter()
        .map(|(name, value)| format!("{name:width$}  {value}"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The beginning of a hash, enough to tell it from others in a table.
pub(super) fn short(hash: B256) -> String {
    let text = hash.to_string();
    text.get(..14)
        .map_or_else(|| text.clone(), |start| format!("{start}…"))
}

/// How long ago something was.
pub(super) fn ago(then: UnixSeconds) -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    span(now.saturating_sub(then))
}

fn span(seconds: u64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "min")];
    let fitting = units.iter().find(|(size, _)| seconds >= *size);
    fitting.map_or_else(
        || format!("{seconds} s ago"),
        |(size, name)| {
            format!(
                "{} {name} ago",
                seconds.checked_div(*size).unwrap_or_default()
            )
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_use_the_largest_unit_that_fits() {
        assert_eq!(
            [0, 59, 60, 3_599, 3_600, 172_800].map(span),
            [
                "0 s ago",
                "59 s ago",
                "1 min ago",
                "59 min ago",
                "1 h ago",
                "2 d ago"
            ]
        );
    }

    #[test]
    fn fields_line_up() {
        assert_eq!(
            fields(&[("id", "1".to_owned()), ("stage", "seen".to_owned())]),
            "id     1\nstage  seen"
        );
    }
}
