//! `causeway run` as a process of its own.

use std::{path::PathBuf, time::Duration};

use eyre::{Result, WrapErr, ensure};
use rustix::process::Signal;
use serde_json::Value;

use crate::{
    command::{self, Ended},
    config::Config,
    devnet::Devnet,
    http::{self, Answer},
    process::Process,
    wait::until,
};

const START_LIMIT: Duration = Duration::from_secs(60);
const STOP_LIMIT: Duration = Duration::from_secs(30);

/// The role of a process that does whatever its configuration has sections for.
pub const CONFIGURED: &str = "configured";

/// A relayer or operator beside a network, with a configuration, a store and an API port of its own. It can be started
/// again and again.
#[derive(Debug)]
pub struct Relayer {
    name: String,
    causeway: PathBuf,
    folder: PathBuf,
    port: u16,
    role: &'static str,
    process: Option<Process>,
}

impl Relayer {
    /// Prepares one. `index` tells it from others beside the same network, `change` varies the network's configuration.
    pub fn new(
        devnet: &Devnet,
        role: &'static str,
        index: u16,
        change: impl FnOnce(Config) -> Result<Config>,
    ) -> Result<Self> {
        let name = format!("{role}-{index}");
        let folder = devnet.directory().join(&name);
        let port = devnet.spare_port(index);
        std::fs::create_dir_all(&folder)?;
        let config = devnet
            .config()?
            .set("api.listen", format!("127.0.0.1:{port}"))?
            .set("store.path", folder.join("store").display().to_string())?;
        change(config)?.write(&folder.join("causeway.toml"))?;
        Ok(Self {
            name,
            causeway: devnet.causeway().to_owned(),
            folder,
            port,
            role,
            process: None,
        })
    }

    /// Starts it, and does not wait.
    pub fn start(&mut self) -> Result<()> {
        ensure!(self.process.is_none(), "{} runs already", self.name);
        let config = self.config_path().display().to_string();
        let role: &[&str] = match self.role {
            CONFIGURED => &[],
            role => &["--role", role],
        };
        let arguments = [&["run", "--config", &config], role].concat();
        let log = self.folder.join("log");
        self.process = Some(Process::start(&self.name, &self.causeway, arguments, &log)?);
        Ok(())
    }

    /// Starts it and waits until it says that it works.
    pub async fn start_and_wait(&mut self) -> Result<()> {
        self.start()?;
        self.wait_until_ready(START_LIMIT).await
    }

    /// Waits until it says that it works.
    pub async fn wait_until_ready(&self, limit: Duration) -> Result<()> {
        let ready = until("ready", limit, async || {
            Ok(self.get("/readyz").await?.status == 200)
        });
        ready
            .await
            .wrap_err_with(|| format!("{}\n{}", self.name, self.log()))
    }

    /// Asks its API.
    pub async fn get(&self, path: &str) -> Result<Answer> {
        http::get(self.port, path).await
    }

    /// Path of its configuration.
    pub fn config_path(&self) -> PathBuf {
        self.folder.join("causeway.toml")
    }

    /// What it printed since its last start.
    pub fn log(&self) -> String {
        self.process.as_ref().map(Process::log).unwrap_or_default()
    }

    /// Kills it without warning; `false` if it had ended already.
    pub async fn kill(&mut self) -> Result<bool> {
        let Some(mut process) = self.process.take() else {
            return Ok(false);
        };
        let was_running = process.is_running()?;
        if was_running {
            process.kill(STOP_LIMIT).await?;
        }
        Ok(was_running)
    }

    /// Stops it as an init system does.
    pub async fn stop(&mut self) -> Result<()> {
        match self.process.take() {
            Some(process) => process.stop(STOP_LIMIT).await,
            None => Ok(()),
        }
    }

    /// Freezes it, or lets it go on.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        self.process
            .as_ref()
            .map_or(Ok(()), |process| process.signal(signal))
    }

    /// How many messages it regards as delivered for good.
    pub async fn delivered(&self) -> Result<usize> {
        let page = self
            .json(&["msg", "list", "--stage", "final", "--limit", "1000"])
            .await?;
        Ok(page["messages"].as_array().map_or(0, Vec::len))
    }

    /// Runs a command of `causeway` with this relayer's configuration.
    pub async fn command(&self, arguments: &[&str]) -> Result<Ended> {
        let config = self.config_path().display().to_string();
        let arguments = arguments.iter().copied().chain(["--config", &config]);
        command::run(&self.causeway, arguments).await
    }

    /// [`command`](Self::command), which must succeed, and what it prints as JSON.
    pub async fn json(&self, arguments: &[&str]) -> Result<Value> {
        let arguments = [arguments, &["--output", "json"]].concat();
        self.command(&arguments).await?.require_success()?.json()
    }
}
