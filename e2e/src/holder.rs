//! An account that holds assets and moves them with `causeway`, as people do.

use std::{path::PathBuf, time::Duration};

use alloy::primitives::{Address, B256};
use eyre::{OptionExt, Result, WrapErr};
use serde_json::Value;

use crate::{
    command::{self, Ended},
    devnet::Devnet,
    wait::until,
};

/// An account and its configuration, with a store of its own: what several holders do at a time is in nobody's way.
#[derive(Clone, Debug)]
pub struct Holder {
    name: String,
    address: Address,
    causeway: PathBuf,
    config: PathBuf,
}

/// A transfer that is under way.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Name of the chain it left.
    pub from: String,
    /// Transaction that sent it.
    pub tx: B256,
}

impl Holder {
    /// The account `name` of the network.
    pub fn new(devnet: &Devnet, name: &str) -> Result<Self> {
        let folder = devnet.directory().join(format!("holder-{name}"));
        std::fs::create_dir_all(&folder)?;
        let config = folder.join("causeway.toml");
        let store = folder.join("store").display().to_string();
        devnet.config()?.set("store.path", store)?.write(&config)?;
        Ok(Self {
            name: name.to_owned(),
            address: devnet.signer(name)?.address(),
            causeway: devnet.causeway().to_owned(),
            config,
        })
    }

    /// Its address, on every chain.
    pub fn address(&self) -> Address {
        self.address
    }

    /// Runs a command of `causeway`.
    pub async fn command(&self, arguments: &[&str]) -> Result<Ended> {
        let config = self.config.display().to_string();
        let arguments = arguments.iter().copied().chain(["--config", &config]);
        command::run(&self.causeway, arguments).await
    }

    /// `transfer send` to `to`, with what the text says: `--token 0x… --amount 1.5`.
    pub async fn send(&self, from: &str, to: &str, what: &str) -> Result<Sent> {
        let told = self.json(&self.sending(from, to, what)).await?;
        let made = told["transactions"].as_array().and_then(|made| made.last());
        let tx = made.and_then(|made| made["tx"].as_str());
        Ok(Sent {
            from: from.to_owned(),
            tx: tx.ok_or_eyre("a transfer has a transaction")?.parse()?,
        })
    }

    /// [`send`](Self::send), however it ends.
    pub async fn try_send(&self, from: &str, to: &str, what: &str) -> Result<Ended> {
        self.command(&self.sending(from, to, what)).await
    }

    /// `transfer status`: where it stands.
    pub async fn stage(&self, sent: &Sent) -> Result<String> {
        let tx = sent.tx.to_string();
        let told = ["transfer", "status", "--from", &sent.from, "--tx", &tx];
        let told = self.json(&told).await?;
        let stage = told["stage"].as_str().ok_or_eyre("a status has a stage")?;
        Ok(stage.to_owned())
    }

    /// Waits until a transfer stands there.
    pub async fn wait(&self, sent: &Sent, stage: &str, limit: Duration) -> Result<()> {
        let mut last = String::new();
        let reached = until(stage, limit, async || {
            last = self.stage(sent).await?;
            Ok(last == stage)
        });
        reached
            .await
            .wrap_err_with(|| format!("{sent:?} is {last}"))
    }

    /// `withdraw finalize`.
    pub async fn finalize(&self, sent: &Sent) -> Result<Value> {
        let tx = sent.tx.to_string();
        let from = ["withdraw", "finalize", "--from", &sent.from, "--tx", &tx];
        self.json(&[from.as_slice(), &["--signer", &self.name]].concat())
            .await
    }

    /// `deposit recover`.
    pub async fn recover(&self, sent: &Sent) -> Result<Value> {
        let tx = sent.tx.to_string();
        self.json(&["deposit", "recover", "--tx", &tx, "--signer", &self.name])
            .await
    }

    /// A command that must succeed, and what it prints.
    pub async fn json(&self, arguments: &[&str]) -> Result<Value> {
        let ended = self
            .command(&[arguments, &["--output", "json"]].concat())
            .await?;
        ended
            .require_success()
            .and_then(|ended| ended.json())
            .wrap_err_with(|| format!("causeway {}", arguments.join(" ")))
    }

    fn sending<'a>(&'a self, from: &'a str, to: &'a str, what: &'a str) -> Vec<&'a str> {
        let mut arguments = vec!["transfer", "send", "--from", from, "--to", to];
        arguments.extend(what.split_whitespace());
        arguments.extend(["--signer", &self.name]);
        arguments
    }
}
