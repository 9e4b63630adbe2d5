//! What people get wrong: each is refused at start, with what to change, and with the exit code that is documented.

use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    path::Path,
};

use causeway_e2e::{
    binary,
    command::{self, Ended},
    config::Config,
    devnet::Devnet,
};
use eyre::{Result, ensure};
use tempfile::tempdir;

use crate::support::devnet;

const CONFIG: i32 = 3;
const REFUSED: i32 = 6;
const PORT_IN_USE: i32 = 8;
const MISSING_TOOL: i32 = 9;

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_that_does_not_fit_is_refused_with_what_to_change() -> Result<()> {
    let devnet = devnet(2, "none").await?;
    healthy(&devnet).await?;
    unknown_key(&devnet).await?;
    rpc_of_another_chain(&devnet).await?;
    contract_without_code(&devnet).await?;
    port_of_the_interface_in_use(&devnet).await?;
    devnet.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_cannot_start_says_why() -> Result<()> {
    let folder = tempdir()?;
    let dir = format!("--dir={}", folder.path().display());
    let causeway = binary::built()?;

    let held = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = held.local_addr()?.port();
    let ended = command::run(causeway, ["dev", &dir, &format!("--base-port={port}")]).await?;
    ended.require_failure(
        PORT_IN_USE,
        &[&format!("port {port} is in use"), "--base-port"],
    )?;

    let ended = command::run(causeway, ["dev", &dir, "--anvil=/nowhere/anvil"]).await?;
    ended.require_failure(
        MISSING_TOOL,
        &["anvil was not found", "/nowhere/anvil", "make deps"],
    )
}

/// The configuration that `causeway dev` wrote is in order, so each refusal below is due to its one change.
async fn healthy(devnet: &Devnet) -> Result<()> {
    let ended = doctor(devnet, &devnet.config_path())
        .await?
        .require_success()?;
    ensure!(
        ended.json()?["ok"] == true,
        "the doctor finds fault with {}",
        ended.stdout
    );
    Ok(())
}

async fn unknown_key(devnet: &Devnet) -> Result<()> {
    let path = devnet.directory().join("unknown-key.toml");
    let text = fs::read_to_string(devnet.config_path())?;
    let changed = text.replacen("poll_interval_ms", "pol_interval_ms", 1);
    let line = 1 + changed
        .lines()
        .take_while(|line| !line.starts_with("pol_"))
        .count();
    fs::write(&path, changed)?;
    let place = format!("{}:{line}:1", path.display());
    run(devnet, &path)
        .await?
        .require_failure(CONFIG, &[&place, "pol_interval_ms", "`poll_interval_ms`"])
}

async fn rpc_of_another_chain(devnet: &Devnet) -> Result<()> {
    let [a, b] = [devnet.chain("a")?.id(), devnet.chain("b")?.id()];
    let config = devnet
        .config()?
        .set("chains.a.rpc_urls", vec![devnet.rpc(b)?])?;
    let path = write(devnet, "other-chain.toml", &config)?;
    run(devnet, &path)
        .await?
        .require_failure(REFUSED, &[&a.to_string(), &b.to_string(), "rpc_urls"])
}

async fn contract_without_code(devnet: &Devnet) -> Result<()> {
    let nobody = "0x000000000000000000000000000000000000dEaD";
    let config = devnet.config()?.set("network.contracts.handler", nobody)?;
    let path = write(devnet, "no-code.toml", &config)?;
    run(devnet, &path)
        .await?
        .require_failure(REFUSED, &["no contract", nobody, "handler"])
}

async fn port_of_the_interface_in_use(devnet: &Devnet) -> Result<()> {
    let held = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = held.local_addr()?.to_string();
    let config = devnet.config()?.set("api.listen", address.as_str())?;
    let path = write(devnet, "port-in-use.toml", &config)?;
    run(devnet, &path)
        .await?
        .require_failure(PORT_IN_USE, &[&address, "api.listen"])
}

fn write(devnet: &Devnet, name: &str, config: &Config) -> Result<std::path::PathBuf> {
    let path = devnet.directory().join(name);
    config.write(&path)?;
    Ok(path)
}

async fn run(devnet: &Devnet, config: &Path) -> Result<Ended> {
    let config = config.display().to_string();
    command::run(
        devnet.causeway(),
        ["run", "--role", "relay", "--config", &config],
    )
    .await
}

async fn doctor(devnet: &Devnet, config: &Path) -> Result<Ended> {
    let config = config.display().to_string();
    command::run(
        devnet.causeway(),
        ["doctor", "--output", "json", "--config", &config],
    )
    .await
}
