//! Who pays for steps that a person asks for.

use std::time::Duration;

use alloy::primitives::B256;

use crate::assets::{Custody, Step};
use crate::bundle::Network;
use crate::chain::{ChainReader, Finality};
use crate::cli::assets::{make, simulate};
use crate::cli::exit::{Exit, Failure};
use crate::cli::signing::Keyring;
use crate::config::Config;
use crate::model::{ChainId, UnixSeconds};

/// An account that sends on every chain.
pub(super) struct Payer<'a> {
    network: &'a Network,
    keys: Keyring<'a>,
    patience: Duration,
}

impl<'a> Payer<'a> {
    pub(super) fn load(
        config: &'a Config,
        network: &'a Network,
        signer: &str,
        patience: Duration,
    ) -> Result<Self, Failure> {
        Ok(Self {
            network,
            keys: Keyring::load(config, &[signer.to_owned()])?,
            patience,
        })
    }

    /// Makes a step that would succeed, and waits until it is in a block.
    pub(super) async fn make(&mut self, chain: ChainId, step: Step) -> Result<B256, Failure> {
        let custody = Custody::of(self.network, chain)?;
        let account = self.keys.accounts().first().copied().unwrap_or_default();
        let gas = simulate(custody, account, &step).await?;
        let sender = self.keys.sender(chain, account)?.ok_or_else(|| {
            let text = format!("there is no key of {account}");
            Failure::new(Exit::Config, text)
        })?;
        Ok(make(custody, &sender, step, gas, self.patience).await?.0)
    }

    /// The time of a chain.
    pub(super) async fn now(&self, chain: ChainId) -> Result<UnixSeconds, Failure> {
        now(self.network.chain(chain)?.reader.as_ref()).await
    }
}

pub(super) async fn now(reader: &dyn ChainReader) -> Result<UnixSeconds, Failure> {
    Ok(reader.head(Finality::Latest).await?.timestamp)
}
