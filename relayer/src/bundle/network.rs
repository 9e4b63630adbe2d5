//! The chains of a configuration, as the steps need them.

use std::{collections::BTreeMap, sync::Arc};

use alloy::primitives::Address;

use super::error::StepError;
use crate::{
    chain::{
        ChainError, ChainReader, EvmChain,
        events::{ChainContracts, L1Contracts},
    },
    config::Config,
    model::ChainId,
};

/// L1.
#[derive(Clone)]
pub struct L1Place {
    /// Its reads.
    pub reader: Arc<dyn ChainReader>,
    /// The contracts whose events are followed.
    pub contracts: L1Contracts,
    /// Its shared bridge.
    pub shared_bridge: Address,
    /// Its priority queue.
    pub priority_queue: Address,
    /// Block from which on they have emitted anything.
    pub start_block: u64,
    /// Most blocks read at once.
    pub page: u64,
}

/// A chain.
#[derive(Clone)]
pub struct ChainPlace {
    /// Its reads.
    pub reader: Arc<dyn ChainReader>,
    /// The contracts whose events are followed.
    pub contracts: ChainContracts,
    /// Its interop center.
    pub center: Address,
    /// Its asset vault.
    pub vault: Address,
    /// Block from which on the contracts have emitted anything.
    pub start_block: u64,
    /// Most blocks read at once.
    pub page: u64,
}

impl ChainPlace {
    /// Its id.
    pub fn id(&self) -> ChainId {
        self.reader.chain_id()
    }
}

/// L1 and the chains.
#[derive(Clone)]
pub struct Network {
    /// L1.
    pub l1: L1Place,
    /// The chains, by id.
    pub chains: BTreeMap<ChainId, ChainPlace>,
}

impl Network {
    /// The network of a configuration. Nothing is read yet.
    pub fn open(config: &Config) -> Result<Self, ChainError> {
        let l1 = L1Place {
            reader: Arc::new(EvmChain::new(&config.l1.evm)?),
            contracts: L1Contracts {
                message_root: config.l1.contracts.message_root,
                settlement: config.l1.contracts.settlement,
            },
            shared_bridge: config.l1.contracts.shared_bridge,
            priority_queue: config.l1.contracts.priority_queue,
            start_block: config.l1.reading.start_block,
            page: config.l1.reading.log_page_blocks,
        };
        let chains = config.chains.values().map(|chain| {
            let place = ChainPlace {
                reader: Arc::new(EvmChain::new(&chain.evm)?),
                contracts: ChainContracts {
                    outbox: chain.contracts.outbox,
                    handler: chain.contracts.handler,
                },
                center: chain.contracts.center,
                vault: chain.contracts.vault,
                start_block: chain.reading.start_block,
                page: chain.reading.log_page_blocks,
            };
            Ok((place.id(), place))
        });
        let chains = chains.collect::<Result<_, ChainError>>()?;
        Ok(Self { l1, chains })
    }

    /// The chain of this id.
    pub fn chain(&self, id: ChainId) -> Result<&ChainPlace, StepError> {
        self.chains.get(&id).ok_or(StepError::UnknownChain(id))
    }
}
