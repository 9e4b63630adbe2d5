//! Keys of the configuration, for commands that send one transaction at a time.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
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
pub(super) const OWN_STORE: &str = "by-hand";

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

    /// The key itself.
    pub(super) fn key(&self) -> &PrivateKeySigner {
        &self.key
    }

    /// Its account.
    pub(super) fn address(&self) -> Address {
        self.key.address()
    }

    /// Its sender on a chain, L1 included.
    pub(super) fn on(self, config: &Config, chain: ChainId) -> Result<Sender, Failure> {
        Ok(self.with_store(config, chain)?.0)
    }

    /// Its sender on a chain, and the store that holds what it has sent.
    pub(super) fn with_store(
        &self,
        config: &Config,
        chain: ChainId,
    ) -> Result<(Sender, Arc<DiskStore>), Failure> {
        let store = Arc::new(open_store(
            &self.name,
            &directory(config, &self.name),
            config,
        )?);
        Ok((self.with(config, chain, Arc::clone(&store))?, store))
    }

    fn with(
        &self,
        config: &Config,
        chain: ChainId,
        store: Arc<DiskStore>,
    ) -> Result<Sender, Failure> {
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
            store,
            Arc::new(SystemClock),
            Arc::new(self.key.clone()),
            SendSettings::capped(max_fee_per_gas),
        ))
    }
}

/// Several keys of the configuration, for commands that send as more than one account.
pub(super) struct Keyring<'a> {
    config: &'a Config,
    signers: Vec<Signer>,
    stores: BTreeMap<PathBuf, Arc<DiskStore>>,
    senders: BTreeMap<(ChainId, Address), Arc<Sender>>,
}

impl<'a> Keyring<'a> {
    /// Loads the keys of the signers with these names.
    pub(super) fn load(config: &'a Config, names: &[String]) -> Result<Self, Failure> {
        let signers = names.iter().map(|name| Signer::load(config, name));
        Ok(Self {
            config,
            signers: signers.collect::<Result<_, _>>()?,
            stores: BTreeMap::new(),
            senders: BTreeMap::new(),
        })
    }

    /// The accounts, in the order of the names.
    pub(super) fn accounts(&self) -> Vec<Address> {
        self.signers.iter().map(Signer::address).collect()
    }

    /// The sender of an account on a chain, the same one each time; `None` where there is no key of the account.
    pub(super) fn sender(
        &mut self,
        chain: ChainId,
        account: Address,
    ) -> Result<Option<Arc<Sender>>, Failure> {
        if let Some(sender) = self.senders.get(&(chain, account)) {
            return Ok(Some(sender.clone()));
        }
        let mut signers = self.signers.iter();
        let Some(signer) = signers.find(|signer| signer.address() == account) else {
            return Ok(None);
        };
        let directory = directory(self.config, &signer.name);
        let store = match self.stores.get(&directory) {
            Some(store) => store.clone(),
            None => {
                let store = Arc::new(open_store(&signer.name, &directory, self.config)?);
                self.stores.insert(directory, store.clone());
                store
            }
        };
        let sender = Arc::new(signer.with(self.config, chain, store)?);
        self.senders.insert((chain, account), sender.clone());
        Ok(Some(sender))
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
fn directory(config: &Config, signer: &str) -> PathBuf {
    let relays = config
        .relay
        .as_ref()
        .is_some_and(|relay| relay.signer == signer);
    let operates = config
        .operators
        .values()
        .any(|operator| operator.signer == signer);
    let swaps = config
        .swap
        .as_ref()
        .is_some_and(|swap| swap.signer == signer || swap.orders.as_deref() == Some(signer));
    match relays || operates || swaps {
        true => config.store.clone(),
        false => config.store.join(OWN_STORE),
    }
}

fn open_store(signer: &str, directory: &Path, config: &Config) -> Result<DiskStore, Failure> {
    DiskStore::open(directory, config.l1.evm.chain_id).map_err(|error| match error {
        StoreError::Locked { .. } => {
            let text = format!("signer `{signer}` is in use by another process; name another with --signer, or stop that one");
            Failure::new(Exit::Store, text)
        }
        other => other.into(),
    })
}
