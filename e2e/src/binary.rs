//! The program under test.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use eyre::{OptionExt, Result, WrapErr, ensure, eyre};
use serde_json::Value;

const NAME: &str = "causeway";

/// The repository's root.
pub fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    root.canonicalize().unwrap_or(root)
}

/// The program that `CAUSEWAY_BIN` names, or else `causeway` built in the profile of the caller. For tests, which run
/// under cargo; cargo has little to do where they run together with those of the relayer.
pub fn built() -> Result<&'static Path> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let built = BUILT.get_or_init(|| match env::var_os("CAUSEWAY_BIN") {
        Some(given) => Ok(given.into()),
        None => build().map_err(|failure| format!("{failure:#}")),
    });
    built.as_deref().map_err(|failure| eyre!("{failure}"))
}

/// `causeway` where it stands beside the running program, as after one `cargo build` of both.
pub fn beside_this_program() -> Result<PathBuf> {
    let own = env::current_exe().wrap_err("the path of this program")?;
    let folder = own.parent().ok_or_eyre("a program stands in a folder")?;
    let path = folder.join(NAME).with_extension(env::consts::EXE_EXTENSION);
    ensure!(
        path.is_file(),
        "{} is missing: build it with `cargo build --release --workspace --bin {NAME}`",
        path.display()
    );
    Ok(path)
}

fn build() -> Result<PathBuf> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    // The features of a dependency are those that anybody asks for in one run of cargo. With the whole workspace and one
    // of its tests, they are those of `cargo test --workspace`, which has built everything already.
    command.args(["build", "--workspace", "--locked", "--bin", NAME]);
    command.args(["--test", "architecture"]);
    command.arg("--message-format=json-render-diagnostics");
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    let output = command
        .current_dir(root())
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .wrap_err("cargo does not start")?;
    ensure!(output.status.success(), "cargo cannot build {NAME}");
    let messages = String::from_utf8(output.stdout).wrap_err("what cargo printed")?;
    executable(&messages).ok_or_else(|| eyre!("cargo built no program {NAME}"))
}

/// The program in the messages of cargo.
fn executable(messages: &str) -> Option<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["target"]["name"] == NAME)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
}
