//! A node that holds nothing yet.

use std::{path::Path, process::Command, time::Duration};

use alloy::{
    providers::{DynProvider, Provider, ProviderBuilder},
    transports::http::reqwest::Url,
};
use eyre::{Result, WrapErr, ensure};

use crate::{binary::root, process::Process, wait::until};

const START_LIMIT: Duration = Duration::from_secs(30);

/// An anvil of its own. Dropping it kills it.
#[derive(Debug)]
pub struct FreshNode {
    _process: Process,
    url: String,
}

impl FreshNode {
    /// Starts one of `chain` on `port`, with further arguments. Its log goes to `folder`.
    pub async fn start(chain: u64, port: u16, arguments: &[&str], folder: &Path) -> Result<Self> {
        let found = Command::new(root().join("scripts/foundry.sh"))
            .args(["--path", "anvil"])
            .output()?;
        ensure!(found.status.success(), "anvil is missing; run `make deps`");
        let anvil = String::from_utf8(found.stdout)?;
        let own = [
            "--chain-id",
            &chain.to_string(),
            "--port",
            &port.to_string(),
            "--cache-path",
            &folder
                .join(format!("states-at-{port}"))
                .display()
                .to_string(),
        ];
        let arguments = [&own, arguments].concat();
        let log = folder.join(format!("anvil-at-{port}.log"));
        let process = Process::start("anvil", Path::new(anvil.trim()), arguments, &log)?;
        let node = Self {
            _process: process,
            url: format!("http://127.0.0.1:{port}"),
        };
        let provider = node.provider()?;
        until("the node answers", START_LIMIT, async || {
            Ok(provider.get_chain_id().await.is_ok())
        })
        .await?;
        Ok(node)
    }

    /// Its RPC.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A provider without a key.
    pub fn provider(&self) -> Result<DynProvider> {
        let url: Url = self.url.parse().wrap_err("URL of the node")?;
        Ok(ProviderBuilder::new().connect_http(url).erased())
    }
}
