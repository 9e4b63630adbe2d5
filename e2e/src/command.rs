//! Commands that run to their end.

use std::{ffi::OsStr, path::Path, process::Stdio, time::Duration};

use eyre::{OptionExt, Result, WrapErr, ensure};
use serde_json::Value;
use tokio::{process::Command, time::timeout};

const LIMIT: Duration = Duration::from_secs(60);

/// How a command ended, and what it printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// Runs a program to its end; one that does not end within a minute is killed, which is an error.
pub async fn run<A: AsRef<OsStr>>(
    program: &Path,
    arguments: impl IntoIterator<Item = A>,
) -> Result<Ended> {
    run_within(LIMIT, program, arguments).await
}

/// [`run`] with another limit.
pub async fn run_within<A: AsRef<OsStr>>(
    limit: Duration,
    program: &Path,
    arguments: impl IntoIterator<Item = A>,
) -> Result<Ended> {
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = timeout(limit, output)
        .await
        .wrap_err_with(|| format!("{} does not end", program.display()))??;
    Ok(Ended {
        code: output.status.code().ok_or_eyre("ended by a signal")?,
        stdout: String::from_utf8(output.stdout)?,
        stderr: String::from_utf8(output.stderr)?,
    })
}

impl Ended {
    /// Requires success.
    pub fn require_success(self) -> Result<Self> {
        ensure!(
            self.code == 0,
            "ended with {}: {}{}",
            self.code,
            self.stdout,
            self.stderr
        );
        Ok(self)
    }

    /// Requires an exit code, and that each of these stands in what it said to people.
    pub fn require_failure(&self, code: i32, said: &[&str]) -> Result<()> {
        ensure!(
            self.code == code,
            "ended with {} instead of {code}: {}{}",
            self.code,
            self.stdout,
            self.stderr
        );
        for part in said {
            ensure!(
                self.stderr.contains(part),
                "it does not say {part:?}: {}",
                self.stderr
            );
        }
        Ok(())
    }

    /// Standard output as JSON.
    pub fn json(&self) -> Result<Value> {
        serde_json::from_str(&self.stdout).wrap_err_with(|| self.stdout.clone())
    }
}
