//! Log lines on standard error. Every line about a message carries the field `trace`, see [`trace_id`].
//!
//! [`trace_id`]: crate::model::trace_id

use std::io::IsTerminal;

use tracing::{Level, Metadata};
use tracing_subscriber::filter::{FilterExt, FilterFn, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

use crate::config::{LogFormat, LogSection};

/// Targets of our own log lines.
const OURS: &str = "causeway";

/// Logging could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter cannot be read.
    #[error(
        "log.filter: `{filter}` is no filter: {reason}; write `info`, or `causeway_relayer=debug,warn`"
    )]
    Filter {
        /// The filter.
        filter: String,
        /// What is wrong.
        reason: String,
    },
    /// It was set up before.
    #[error("logging is already set up: {0}")]
    Twice(String),
}

/// Sends log lines to standard error from now on.
pub fn init(log: &LogSection) -> Result<(), TelemetryError> {
    let subscriber = subscriber(log, std::io::stderr)?;
    tracing::subscriber::set_global_default(subscriber)
        .map_err(|error| TelemetryError::Twice(error.to_string()))
}

fn subscriber<W>(
    log: &LogSection,
    writer: W,
) -> Result<Box<dyn tracing::Subscriber + Send + Sync>, TelemetryError>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(&log.filter).map_err(|error| TelemetryError::Filter {
        filter: log.filter.clone(),
        reason: error.to_string(),
    })?;
    let filter = filter.and(without_foreign_details());
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(writer)
        .with_ansi(std::io::stderr().is_terminal());
    Ok(match log.format {
        LogFormat::Pretty => {
            Box::new(Registry::default().with(lines.compact().with_filter(filter)))
        }
        LogFormat::Json => {
            Box::new(Registry::default().with(lines.json().flatten_event(true).with_filter(filter)))
        }
    })
}

/// Keeps the details of other people's code out, whatever the operator's filter says: HTTP clients write whole addresses
/// into them, with the credentials of an RPC provider.
fn without_foreign_details() -> FilterFn<impl Fn(&Metadata<'_>) -> bool> {
    filter_fn(|metadata: &Metadata<'_>| {
        *metadata.level() <= Level::INFO || metadata.target().starts_with(OURS)
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Buffer(Arc<Mutex<Vec<u8>>>);

    impl Write for Buffer {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn written(format: LogFormat, filter: &str) -> String {
        let buffer = Buffer::default();
        let writer = buffer.clone();
        let log = LogSection {
            format,
            filter: filter.to_owned(),
        };
        let subscriber = subscriber(&log, move || writer.clone()).unwrap();
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(trace = "00ff", stage = "watch", "message seen");
            tracing::debug!("not shown");
        });
        let bytes = buffer.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn json_lines_carry_fields_at_the_top() {
        let text = written(LogFormat::Json, "info");
        let line: serde_json::Value = serde_json::from_str(text.trim()).unwrap();
        assert_eq!(
            (line["trace"].as_str(), line["message"].as_str()),
            (Some("00ff"), Some("message seen"))
        );
        assert_eq!(line["level"], "INFO");
    }

    #[test]
    fn pretty_lines_and_the_filter_are_obeyed() {
        let text = written(LogFormat::Pretty, "info");
        assert!(
            text.contains("message seen") && text.contains("trace"),
            "{text}"
        );
        assert_eq!(text.lines().count(), 1);
        assert_eq!(written(LogFormat::Pretty, "warn"), "");
    }

    #[test]
    fn a_filter_that_is_none_is_named() {
        let log = LogSection {
            format: LogFormat::Pretty,
            filter: "a=b=c".to_owned(),
        };
        let error = subscriber(&log, std::io::sink).err().unwrap().to_string();
        assert!(
            error.starts_with("log.filter: `a=b=c` is no filter: "),
            "{error}"
        );
    }

    /// The arguments of every `tracing` macro in the sources.
    fn log_calls() -> Vec<String> {
        let mut folders = vec![std::path::PathBuf::from(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/src"
        ))];
        let mut calls = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs")
                    && !path.ends_with("telemetry.rs")
                {
                    let text = std::fs::read_to_string(&path).unwrap();
                    let levels = ["error!(", "warn!(", "info!(", "debug!(", "trace!("];
                    for level in levels.map(|level| format!("tracing::{level}")) {
                        calls.extend(
                            text.split(&level)
                                .skip(1)
                                .map(|rest| rest.split(");").next().unwrap().to_owned()),
                        );
                    }
                }
            }
        }
        calls
    }

    #[test]
    fn every_line_about_a_message_carries_its_trace() {
        let calls = log_calls();
        assert!(calls.len() > 15, "{}", calls.len());
        for call in calls {
            assert!(
                !call.contains("message ="),
                "`message` is the line's text: {call}"
            );
            let about_a_message = ["%id", "id = %", "%refused"]
                .iter()
                .any(|field| call.contains(field));
            assert!(
                !about_a_message || call.contains("trace ="),
                "no trace: {call}"
            );
        }
    }
}
