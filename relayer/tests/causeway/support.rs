//! Running the `causeway` binary.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use causeway_relayer::dev::anvil::find_anvil;

/// What a command ended with.
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// Standard output as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}{}", self.stdout, self.stderr))
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// The binary, in a directory; it knows this project's anvil, wherever it was built.
pub(crate) fn command(directory: &Path) -> Command {
    let anvil = find_anvil(None).expect("run `make deps` first");
    let mut command = Command::new(env!("CARGO_BIN_EXE_causeway"));
    command
        .current_dir(directory)
        .env_remove("CAUSEWAY_CONFIG")
        .env("CAUSEWAY_ANVIL", anvil);
    command
}

/// Runs a command to its end.
pub(crate) fn causeway(directory: &Path, arguments: &[&str]) -> Ended {
    command(directory).args(arguments).output().unwrap().into()
}

/// A process that is stopped when the test ends.
pub(crate) struct Running {
    child: Child,
    pub(crate) directory: PathBuf,
}
impl Running {
    pub(crate) fn start(directory: &Path, arguments: &[&str]) -> Self {
        let output = |name: &str| std::fs::File::create(directory.join(name)).unwrap();
        let child = command(directory)
            .args(arguments)
            .stdout(Stdio::from(output("stdout.log")))
            .stderr(Stdio::from(output("stderr.log")))
            .spawn()
            .unwrap();
        Self {
            child,
            directory: directory.to_owned(),
        }
    }

    /// Asks it to stop, the way Ctrl-C or a service manager does.
    pub(crate) fn stop(&mut self, signal: &str) -> ExitStatus {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args([&format!("-{signal}"), &id])
                .status()
                .unwrap()
                .success()
        );
        self.child.wait().unwrap()
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    pub(crate) fn log(&self) -> String {
        let read = |name: &str| std::fs::read_to_string(self.directory.join(name)).unwrap();
        format!("{}{}", read("stdout.log"), read("stderr.log"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            self.stop("INT");
        }
    }
}

/// Waits until it is so.
pub(crate) fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(started.elapsed() < Duration::from_secs(90), "{what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}
