//! The chains of a configuration, opened.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::chain::{ChainError, EvmChain};
use crate::config::Config;
use crate::model::ChainId;

/// Readers and writers of all chains.
#[derive(Clone)]
pub struct Chains {
    /// L1.
    pub l1: Arc<EvmChain>,
    chains: BTreeMap<ChainId, Arc<EvmChain>>,
}

impl Chains {
    /// Opens all chains of the configuration. Nothing is sent yet, so an RPC may be down.
    pub fn open(config: &Config) -> Result<Self, ChainError> {
        let l1 = Arc::new(EvmChain::new(&config.l1.evm)?);
        let chains = config
            .chains
            .values()
            .map(|chain| Ok((chain.evm.chain_id, Arc::new(EvmChain::new(&chain.evm)?))));
        Ok(Self {
            l1,
            chains: chains.collect::<Result<_, ChainError>>()?,
        })
    }

    /// The chain of this id, L1 included.
    pub fn get(&self, id: ChainId) -> Option<&Arc<EvmChain>> {
        use crate::chain::ChainReader;
        if self.l1.chain_id() == id {
            Some(&self.l1)
        } else {
            self.chains.get(&id)
        }
    }
}
