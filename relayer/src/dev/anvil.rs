//! Local chains: one anvil process each, which ends when we do, however we end.

use std::{
    env,
    ffi::OsString,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{
    net::TcpStream,
    process::{Child, ChildStdin, Command},
    time::{Instant, sleep},
};

use crate::model::ChainId;

use super::accounts::{FUNDED, GENESIS_ETHER, MNEMONIC};

/// Runs the program it is given until its own standard input closes. We hold the other end of that pipe, so the program
/// ends with us even if we are killed. A chain's states of old blocks fill gigabytes, and go with it.
const LEASH: &str = r#"exec 3<&0; "$0" "$@" </dev/null & child=$!
(cat <&3 >/dev/null; kill $child 2>/dev/null) &
wait $child; status=$?; kill $! 2>/dev/null; rm -rf "$STATES"; exit $status"#;

const READY_TIMEOUT: Duration = Duration::from_secs(10);

/// Why a local chain does not run.
#[derive(Debug, thiserror::Error)]
pub enum AnvilError {
    /// No anvil binary was found.
    #[error(
        "anvil was not found; run `make deps` in the project, or name the binary with --anvil or CAUSEWAY_ANVIL (looked at: {looked_at})"
    )]
    Missing {
        /// Where we looked.
        looked_at: String,
    },
    /// The port is taken.
    #[error(
        "port {port} is in use; stop what listens there, or choose another range with --base-port"
    )]
    PortInUse {
        /// The port.
        port: u16,
    },
    /// The process could not be started, or ended early.
    #[error("anvil for chain {chain} did not start: {reason}")]
    NotStarted {
        /// Chain id.
        chain: ChainId,
        /// What happened.
        reason: String,
    },
}

/// What a local chain is started with.
#[derive(Clone, Debug)]
pub struct AnvilSettings {
    /// The native binary.
    pub binary: PathBuf,
    /// Chain id.
    pub chain: ChainId,
    /// Port on loopback.
    pub port: u16,
    /// Time between blocks.
    pub block_time: Duration,
    /// Where its output goes. Beside it stand the states of old blocks, while it runs.
    pub log_file: PathBuf,
}

impl AnvilSettings {
    fn states(&self) -> PathBuf {
        self.log_file.with_extension("states")
    }
}

/// A running chain. Dropping it ends the process.
#[derive(Debug)]
pub struct Anvil {
    /// Chain id.
    pub chain: ChainId,
    /// Port on loopback.
    pub port: u16,
    child: Child,
    leash: Option<ChildStdin>,
}

impl Anvil {
    /// Starts a chain and waits until it listens.
    pub async fn start(settings: &AnvilSettings) -> Result<Self, AnvilError> {
        require_free(settings.port)?;
        let failed = |reason: String| AnvilError::NotStarted {
            chain: settings.chain,
            reason,
        };
        let log = std::fs::File::create(&settings.log_file)
            .map_err(|error| failed(format!("{}: {error}", settings.log_file.display())))?;
        let log_copy = log.try_clone().map_err(|error| failed(error.to_string()))?;
        let mut child = Command::new("sh")
            .arg("-c")
            .arg(LEASH)
            .args(command_line(settings))
            .env("STATES", settings.states())
            .stdin(Stdio::piped())
            .stdout(log)
            .stderr(log_copy)
            .process_group(0)
            .spawn()
            .map_err(|error| failed(error.to_string()))?;
        let leash = child.stdin.take();
        let mut anvil = Self {
            chain: settings.chain,
            port: settings.port,
            child,
            leash,
        };
        anvil.wait_until_listening(settings).await?;
        Ok(anvil)
    }

    /// RPC address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Ends the process and waits for it.
    pub async fn stop(mut self) {
        drop(self.leash.take());
        // The leash's shell exits by itself; an error here means that it is gone already.
        let _ = self.child.wait().await;
    }

    async fn wait_until_listening(&mut self, settings: &AnvilSettings) -> Result<(), AnvilError> {
        let started = Instant::now();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let failed = |reason: String| AnvilError::NotStarted {
            chain: settings.chain,
            reason,
        };
        while TcpStream::connect(address).await.is_err() {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(failed(format!(
                    "it ended with {status}; see {}",
                    settings.log_file.display()
                )));
            }
            if started.elapsed() >= READY_TIMEOUT {
                return Err(failed(format!(
                    "no answer after {} s; see {}",
                    READY_TIMEOUT.as_secs(),
                    settings.log_file.display()
                )));
            }
            sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }
}

fn command_line(settings: &AnvilSettings) -> Vec<OsString> {
    let mut line = vec![settings.binary.clone().into_os_string()];
    let block_time = settings.block_time.as_secs_f64().to_string();
    let pairs = [
        ("--chain-id", settings.chain.to_string()),
        ("--port", settings.port.to_string()),
        ("--host", Ipv4Addr::LOCALHOST.to_string()),
        ("--block-time", block_time),
        ("--accounts", FUNDED.to_string()),
        ("--balance", GENESIS_ETHER.to_string()),
        ("--mnemonic", MNEMONIC.to_owned()),
        // `finalized` then lags two blocks behind the head instead of sixty-four.
        ("--slots-in-an-epoch", "1".to_owned()),
    ];
    for (flag, value) in pairs {
        line.push(flag.into());
        line.push(value.into());
    }
    line.extend(["--cache-path".into(), settings.states().into_os_string()]);
    line
}

fn require_free(port: u16) -> Result<(), AnvilError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .map(drop)
        .map_err(|_| AnvilError::PortInUse { port })
}

/// Finds the native anvil binary: the path given, `CAUSEWAY_ANVIL`, the one of the project that we stand in or were
/// built in, then `PATH`. The npm wrapper script is never used, since ending it orphans the real process.
pub fn find_anvil(given: Option<&Path>) -> Result<PathBuf, AnvilError> {
    let candidates = candidates(given);
    let found = candidates.iter().find(|path| path.is_file()).cloned();
    found.ok_or_else(|| AnvilError::Missing {
        looked_at: candidates
            .iter()
            .map(|path| path.display().to_string())
            .collect::<Vec<_>>()
            .join(", "),
    })
}

fn candidates(given: Option<&Path>) -> Vec<PathBuf> {
    if let Some(path) = given {
        return vec![path.to_owned()];
    }
    if let Some(path) = env::var_os("CAUSEWAY_ANVIL") {
        return vec![path.into()];
    }
    let starts = [env::current_dir(), env::current_exe()];
    let in_project = starts.into_iter().flatten().flat_map(|start| {
        start
            .ancestors()
            .map(|parent| parent.join(project_binary()))
            .collect::<Vec<_>>()
    });
    let in_path = env::var_os("PATH").into_iter().flat_map(|path| {
        env::split_paths(&path)
            .map(|dir| dir.join("anvil"))
            .collect::<Vec<_>>()
    });
    in_project.chain(in_path).collect()
}

fn project_binary() -> PathBuf {
    let os = match env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let arch = match env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    PathBuf::from(format!(
        "contracts/node_modules/@foundry-rs/anvil-{os}-{arch}/bin/anvil"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(port: u16, dir: &Path) -> AnvilSettings {
        AnvilSettings {
            binary: find_anvil(None).expect("run `make deps` first"),
            chain: 31_337,
            port,
            block_time: Duration::from_millis(500),
            log_file: dir.join("anvil.log"),
        }
    }

    fn free_port() -> u16 {
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .unwrap()
            .local_addr()
            .unwrap()
            .port()
    }

    #[tokio::test]
    async fn a_chain_listens_while_it_lives_and_frees_its_port_when_it_stops() {
        let dir = tempfile::tempdir().unwrap();
        let port = free_port();
        let settings = settings(port, dir.path());
        let anvil = Anvil::start(&settings).await.unwrap();
        assert!(
            TcpStream::connect((Ipv4Addr::LOCALHOST, port))
                .await
                .is_ok()
        );
        std::fs::create_dir_all(settings.states()).unwrap();
        anvil.stop().await;
        assert!(!settings.states().exists());
        assert!(
            TcpStream::connect((Ipv4Addr::LOCALHOST, port))
                .await
                .is_err()
        );
    }

    #[tokio::test]
    async fn dropping_a_chain_ends_it() {
        let dir = tempfile::tempdir().unwrap();
        let port = free_port();
        drop(Anvil::start(&settings(port, dir.path())).await.unwrap());
        let deadline = Instant::now() + Duration::from_secs(5);
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port))
            .await
            .is_ok()
        {
            assert!(Instant::now() < deadline, "anvil still listens on {port}");
            sleep(Duration::from_millis(20)).await;
        }
    }

    #[tokio::test]
    async fn a_port_in_use_is_said_plainly() {
        let dir = tempfile::tempdir().unwrap();
        let held = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = held.local_addr().unwrap().port();
        let error = Anvil::start(&settings(port, dir.path())).await.unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with(&format!("port {port} is in use")),
            "{error}"
        );
    }

    #[test]
    fn a_missing_binary_names_the_remedy() {
        let error = find_anvil(Some(Path::new("/nowhere/anvil"))).unwrap_err();
        assert!(error.to_string().contains("make deps"), "{error}");
        assert!(error.to_string().contains("/nowhere/anvil"), "{error}");
    }
}
