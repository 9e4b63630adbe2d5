//! Processes that are watched from outside, and that end with us however we end.

use std::{
    ffi::OsStr,
    fs::{self, File},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    time::Duration,
};

use eyre::{OptionExt, Result, WrapErr, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};

use crate::{descendants::Descendants, wait::eventually};

/// Becomes the program it is given, after leaving behind a watcher that kills the program once its standard input closes.
/// We hold the other end of that pipe.
const LEASH: &str = r#"exec 3<&0; (cat <&3 >/dev/null; kill -9 $$ 2>/dev/null) >/dev/null 2>&1 &
exec "$0" "$@" </dev/null 3<&-"#;

const LOG_LINES_SHOWN: usize = 40;

/// A running process; dropping it kills it. Its children must see for themselves that they end with it.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    leash: Option<ChildStdin>,
    log: PathBuf,
    /// Where its own part of the log starts.
    log_start: usize,
}

impl Process {
    /// Starts `program`. What it prints goes to the file `log`.
    pub fn start<A: AsRef<OsStr>>(
        name: &str,
        program: &Path,
        arguments: impl IntoIterator<Item = A>,
        log: &Path,
    ) -> Result<Self> {
        let output = File::options().create(true).append(true).open(log);
        let output = output.wrap_err_with(|| log.display().to_string())?;
        let log_start = usize::try_from(output.metadata()?.len())?;
        let mut child = Command::new("sh")
            .arg("-c")
            .arg(LEASH)
            .arg(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(output.try_clone()?)
            .stderr(output)
            // What a terminal sends to us is ours to pass on.
            .process_group(0)
            .spawn()
            .wrap_err_with(|| format!("{name} does not start"))?;
        Ok(Self {
            name: name.to_owned(),
            leash: child.stdin.take(),
            child,
            log: log.to_owned(),
            log_start,
        })
    }

    /// Process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Everything it printed so far.
    pub fn log(&self) -> String {
        let bytes = fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(bytes.get(self.log_start..).unwrap_or_default()).into_owned()
    }

    /// Waits until it has printed a line that `matches`. Fails with its log if it ends before or takes too long.
    pub async fn wait_for_line(
        &mut self,
        what: &str,
        limit: Duration,
        matches: impl Fn(&str) -> bool,
    ) -> Result<String> {
        let waited = eventually(what, limit, async || {
            let ended = self.child.try_wait()?;
            let found = self
                .log()
                .lines()
                .find(|line| matches(line))
                .map(str::to_owned);
            Ok(found.map(Ok).or(ended.map(Err)))
        })
        .await;
        match waited {
            Ok(Ok(line)) => Ok(line),
            Ok(Err(status)) => bail!(
                "{} ended with {status} before it was {what}{}",
                self.name,
                self.tail()
            ),
            Err(failure) => Err(failure.wrap_err(format!("{}{}", self.name, self.tail()))),
        }
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        let id = i32::try_from(self.id())?;
        let id = Pid::from_raw(id).ok_or_eyre("a process id is not 0")?;
        kill_process(id, signal).wrap_err_with(|| format!("{signal:?} to {}", self.name))
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> Result<bool> {
        Ok(self.child.try_wait()?.is_none())
    }

    /// Waits for it to end by itself.
    pub async fn exit(&mut self, limit: Duration) -> Result<ExitStatus> {
        let ended = eventually("ended", limit, async || Ok(self.child.try_wait()?)).await;
        ended.wrap_err_with(|| format!("{}{}", self.name, self.tail()))
    }

    /// Asks it to end, as an init system does, and requires that it and all its descendants are gone in time.
    pub async fn stop(self, limit: Duration) -> Result<()> {
        self.stop_with(Signal::TERM, limit).await
    }

    /// [`stop`](Self::stop) with a signal of choice.
    pub async fn stop_with(mut self, signal: Signal, limit: Duration) -> Result<()> {
        let descendants = Descendants::of(self.id())?;
        self.signal(signal)?;
        let status = self.exit(limit).await?;
        ensure!(
            status.success(),
            "{} ended with {status}{}",
            self.name,
            self.tail()
        );
        drop(self.leash.take());
        descendants
            .gone(limit)
            .await
            .wrap_err_with(|| self.name.clone())
    }

    /// Kills it without warning, and requires that its descendants end by themselves.
    pub async fn kill(mut self, limit: Duration) -> Result<()> {
        let descendants = Descendants::of(self.id())?;
        self.child.kill()?;
        self.child.wait()?;
        drop(self.leash.take());
        descendants
            .gone(limit)
            .await
            .wrap_err_with(|| self.name.clone())
    }

    /// The end of the log, for an error.
    pub fn tail(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        let first = lines.len().saturating_sub(LOG_LINES_SHOWN);
        format!(
            "\n--- end of {}\n{}\n---",
            self.log.display(),
            lines[first..].join("\n")
        )
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // An error means that it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
