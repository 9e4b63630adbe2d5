//! Keys of the configuration, for commands that send one transaction at a time.

use std::path::PathBuf;
use std::sync::Arc;

use alloy::primitives::Address;
use alloy::signers::local::PrivateKeySigner;

use super::exit::{Exit, Failure};
use crate::bundle::StepError;
use crate::chain::{EvmChain, SystemClock};
use crate::config::{Config, SignerSource};
use crate::model::ChainId;
use crate::send::{SendSettings, Sender};
use crate::store::{DiskStore, StoreError};

/// Directory in the store's own that holds what signers without a role have sent.
const OWN_STORE: &str = "by-hand";

/// A key of the configuration, with its name.
pub(super) struct Signer {
    name: String,
    key: PrivateKeySigner,
}

impl Signer {
    /// Loads the key of the signer called `name`.
    pub(super) fn load(config: &Config, name: &str) -> Result<Self, Failure> {
        Ok(Self {
            name: name.to_owned(),
            key: find(config, name)?.load(name)?,
        })
    }

    /// Its account.
    pub(super) fn address(&self) -> Address {
        self.key.address()
    }

    /// Its sender on a chain, L1 included.
    pub(super) fn on(self, config: &Config, chain: ChainId) -> Result<Sender, Failure> {
        let (evm, max_fee_per_gas) = if chain == config.l1.evm.chain_id {
            (&config.l1.evm, config.l1.max_fee_per_gas)
        } else {
            let chain = config.chain(chain).ok_or(StepError::UnknownChain(chain))?;
            (&chain.evm, chain.max_fee_per_gas)
        };
        let evm = Arc::new(EvmChain::new(evm)?);
        Ok(Sender::new(
            evm.clone(),
            evm,
            Arc::new(open_store(config, &self.name)?),
            Arc::new(SystemClock),
            Arc::new(self.key),
            SendSettings::capped(max_fee_per_gas),
        ))
    }
}

fn find<'a>(config: &'a Config, name: &str) -> Result<&'a SignerSource, Failure> {
    let missing = || {
        Failure::new(
            Exit::Config,
            format!("there is no signer `{name}`; add [signers.{name}]"),
        )
    };
    config.signers.get(name).ok_or_else(missing)
}

/// All transactions of a key are followed in one store, or two would give them the same nonce.
fn open_store(config: &Config, signer: &str) -> Result<DiskStore, Failure> {
    let relays = config
        .relay
        .as_ref()
        .is_some_and(|relay| relay.signer == signer);
    let operates = config
        .operators
        .values()
        .any(|operator| operator.signer == signer);
    let directory: PathBuf = match relays || operates {
        true => config.store.clone(),
        false => config.store.join(OWN_STORE),
    };
    DiskStore::open(&directory, config.l1.evm.chain_id).map_err(|error| match error {
        StoreError::Locked { .. } => {
            let text = format!("signer `{signer}` is in use by another process; name another with --signer, or stop that one");
            Failure::new(Exit::Store, text)
        }
        other => other.into(),
    })
}
