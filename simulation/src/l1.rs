//! L1, and what everybody can read there.

use std::collections::BTreeMap;

use alloy::{
    primitives::{Address, U256},
    sol_types::SolCall,
};
use causeway_bindings::{
    IPriorityQueue::PriorityOperationRequested, PriorityOperation, RootImport,
    deployment::L1Deployment,
};
use causeway_proofs::{Dialect, MessageRoot, SettledBatch};

use crate::{Done, Node, Place, Refused, batch::ExecutedBatch};

/// L1. A clone goes its own way, as after a reorganisation.
#[derive(Clone, Debug)]
pub struct L1 {
    /// The chain.
    pub node: Node,
    /// Its contracts.
    pub contracts: L1Deployment,
    /// The verifier of all chains.
    pub verifier: Address,
    pub(crate) roots: MessageRoot,
    pub(crate) batches: BTreeMap<(u64, u64), ExecutedBatch>,
    queues: BTreeMap<u64, Vec<PriorityOperation>>,
}

impl L1 {
    pub(crate) fn new(node: Node, contracts: L1Deployment, verifier: Address) -> Self {
        let roots = MessageRoot::new(Dialect::V32, node.chain_id());
        Self {
            node,
            contracts,
            verifier,
            roots,
            batches: BTreeMap::new(),
            queues: BTreeMap::new(),
        }
    }

    /// Calls a contract.
    ///
    /// # Errors
    /// Why it reverted.
    pub fn call<C: SolCall>(
        &mut self,
        from: Address,
        to: Address,
        call: &C,
    ) -> Result<Done<C::Return>, Refused> {
        self.pay(from, to, U256::ZERO, call)
    }

    /// Calls a contract, with ether.
    ///
    /// # Errors
    /// Why it reverted.
    pub fn pay<C: SolCall>(
        &mut self,
        from: Address,
        to: Address,
        value: U256,
        call: &C,
    ) -> Result<Done<C::Return>, Refused> {
        let done = self.node.pay(from, to, value, call)?;
        for requested in done.events::<PriorityOperationRequested>() {
            let queue = self.queues.entry(requested.chainId.to());
            queue.or_default().push(requested.operation);
        }
        Ok(done)
    }

    /// The operations that L1 asked a chain for, from the first.
    pub fn operations(&self, chain: u64) -> &[PriorityOperation] {
        self.queues.get(&chain).map_or(&[], Vec::as_slice)
    }

    /// The root after the block that executed a batch, as a chain imports it.
    pub fn root_of(&self, place: Place) -> RootImport {
        let batch = &self.batches[&(place.chain, place.batch)];
        RootImport {
            settlementChainId: U256::from(self.node.chain_id()),
            blockNumber: U256::from(batch.block),
            timestamp: U256::from(batch.timestamp),
            root: self.roots.snapshot(batch.block).root(),
        }
    }

    /// Whether the batch with that leaf has been executed.
    pub fn has(&self, place: Place) -> bool {
        self.batches.contains_key(&(place.chain, place.batch))
    }

    pub(crate) fn append(&mut self, chain: u64, number: u64, batch: ExecutedBatch) {
        let settled = SettledBatch {
            chain_id: chain,
            batch_number: number,
            chain_batch_root: batch.root(chain),
            block: batch.block,
            timestamp: batch.timestamp,
        };
        self.roots
            .append_batch(settled)
            .expect("batches come in order");
        self.batches.insert((chain, number), batch);
    }
}
