//! L1 and chains, and the steps that operators and relayers take between them.

use std::collections::BTreeMap;

use alloy::primitives::{B256, Bytes, U256, keccak256};
use causeway_bindings::{
    Batch, DataAvailability, IBatchSettlement, IPriorityQueue, LedgerEntry, PublicInputDomain,
    SwapEffect, calldata_commitment, deployment::ChainDeployment, fold_imports, ledger_delta_hash,
    swap_effects_hash,
};
use causeway_proofs::L2Log;

use crate::{
    Actors, Chain, L1, Refused,
    batch::{ExecutedBatch, SentMessage, chain_batch_root},
    deploy::deploy,
};

/// What a world is made of.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Chain id of L1.
    pub l1: u64,
    /// The chains, and how each publishes its data.
    pub chains: Vec<(u64, DataAvailability)>,
    /// Seconds from the request of a priority operation to its expiry.
    pub priority_expiry: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            l1: 9,
            chains: vec![
                (271, DataAvailability::Validium),
                (272, DataAvailability::Validium),
                (273, DataAvailability::Calldata),
            ],
            priority_expiry: 24 * 60 * 60,
        }
    }
}

/// L1 and chains. A clone goes its own way.
#[derive(Clone, Debug)]
pub struct World {
    /// L1.
    pub l1: L1,
    /// The chains by id.
    pub chains: BTreeMap<u64, Chain>,
    /// What stands on every chain.
    pub contracts: ChainDeployment,
    /// Who acts.
    pub actors: Actors,
    modes: BTreeMap<u64, DataAvailability>,
}

/// A batch with all that L1 is given beside it.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// What it claims.
    pub batch: Batch,
    /// The chain's data, where L1 takes it.
    pub data: Bytes,
    /// Roots that it imported.
    pub dependencies: Vec<causeway_bindings::RootImport>,
    /// What it moved.
    pub ledger: Vec<LedgerEntry>,
    /// What it did to swaps.
    pub effects: Vec<SwapEffect>,
    logs: Vec<L2Log>,
    messages: Vec<SentMessage>,
}

impl World {
    /// Everything deployed, and nothing done yet.
    pub fn new(settings: &Settings) -> Self {
        let actors = Actors::new();
        let deployed = deploy(&actors, settings);
        let chains = deployed.chains.into_iter().map(|mut chain| {
            chain.keep();
            (chain.node.chain_id(), chain)
        });
        Self {
            l1: deployed.l1,
            chains: chains.collect(),
            contracts: deployed.contracts,
            actors,
            modes: settings.chains.iter().copied().collect(),
        }
    }

    /// A chain.
    pub fn chain(&mut self, id: u64) -> &mut Chain {
        self.chains.get_mut(&id).expect("a chain of the world")
    }

    /// Lets time pass everywhere, in seconds.
    pub fn pass(&mut self, seconds: u64) {
        self.l1.node.timestamp += seconds;
        for chain in self.chains.values_mut() {
            chain.node.timestamp += seconds;
        }
    }

    /// Settles what a chain has done, in a block of L1 of its own.
    ///
    /// # Errors
    /// Why L1 refused the batch; then the chain stands where it stood.
    pub fn settle(&mut self, chain: u64) -> Result<(), Refused> {
        let sealed = self.seal(chain);
        self.l1.node.next_block();
        self.execute(chain, &sealed)
    }

    /// The next batch of a chain: all it has done since the last.
    pub fn seal(&mut self, chain: u64) -> Sealed {
        let head = self.head(chain);
        let operations = self.operations_hash(chain, head.priorityOpsConsumed);
        let node = self.chain(chain);
        let open = node.open.clone();
        let ledger = open.ledger().entries(chain);
        let data = Bytes::from(open.logs.len().to_be_bytes().to_vec());
        let last_block = node.node.block.max(head.lastBlock + 1);
        let batch = Batch {
            number: head.batchNumber + 1,
            prevStateCommitment: head.stateCommitment,
            newStateCommitment: keccak256((head.batchNumber + 1).to_be_bytes()),
            firstBlock: head.lastBlock + 1,
            lastBlock: last_block,
            firstTimestamp: head.lastTimestamp,
            lastTimestamp: node.node.timestamp.max(head.lastTimestamp),
            chainBatchRoot: chain_batch_root(chain, &open.logs),
            priorityOpsHash: operations,
            priorityOpsCount: open.operations,
            dependencyRootsHash: fold_imports(head.dependencyRootsHash, &open.imports),
            ledgerDeltaHash: ledger_delta_hash(&ledger),
            swapEffectsHash: swap_effects_hash(&open.effects),
            daCommitment: calldata_commitment(&data),
        };
        Sealed {
            batch,
            data,
            dependencies: open.imports,
            ledger,
            effects: open.effects,
            logs: open.logs,
            messages: open.messages,
        }
    }

    /// Has L1 execute a batch in its present block.
    ///
    /// # Errors
    /// Why L1 refused it.
    pub fn execute(&mut self, chain: u64, sealed: &Sealed) -> Result<(), Refused> {
        let settlement = self.l1.contracts.settlement.address;
        let (data, proof) = self.evidence(chain, sealed);
        let call = IBatchSettlement::settleBatchCall {
            chainId: U256::from(chain),
            batch: sealed.batch.clone(),
            data,
            proof,
            dependencies: sealed.dependencies.clone(),
            ledger: sealed.ledger.clone(),
            effects: sealed.effects.clone(),
        };
        self.l1.call(self.actors.operator, settlement, &call)?;
        self.executed(chain, sealed);
        Ok(())
    }

    /// Whether L1 has frozen a chain.
    pub fn is_frozen(&mut self, chain: u64) -> bool {
        let call = IBatchSettlement::frozenAtCall {
            chainId: U256::from(chain),
        };
        let settlement = self.l1.contracts.settlement.address;
        let at = self.l1.node.view(settlement, &call);
        at.expect("a chain of the world") != 0
    }

    /// Has L1 take a batch in two of its three steps, so that it is proven and not executed.
    ///
    /// # Errors
    /// Why L1 refused it.
    pub fn commit_and_prove(&mut self, chain: u64, sealed: &Sealed) -> Result<(), Refused> {
        let settlement = self.l1.contracts.settlement.address;
        let (data, proof) = self.evidence(chain, sealed);
        let commit = IBatchSettlement::commitBatchCall {
            chainId: U256::from(chain),
            batch: sealed.batch.clone(),
            data,
        };
        self.l1.call(self.actors.operator, settlement, &commit)?;
        let prove = IBatchSettlement::proveBatchCall {
            chainId: U256::from(chain),
            batch: sealed.batch.clone(),
            proof,
        };
        self.l1.call(self.actors.operator, settlement, &prove)?;
        Ok(())
    }

    /// The last of the three steps.
    ///
    /// # Errors
    /// Why L1 refused it.
    pub fn execute_committed(&mut self, chain: u64, sealed: &Sealed) -> Result<(), Refused> {
        let settlement = self.l1.contracts.settlement.address;
        let execute = IBatchSettlement::executeBatchCall {
            chainId: U256::from(chain),
            batch: sealed.batch.clone(),
            dependencies: sealed.dependencies.clone(),
            ledger: sealed.ledger.clone(),
            effects: sealed.effects.clone(),
        };
        self.l1.call(self.actors.operator, settlement, &execute)?;
        self.executed(chain, sealed);
        Ok(())
    }

    /// The data that L1 takes along with a batch, and the proof.
    fn evidence(&mut self, chain: u64, sealed: &Sealed) -> (Bytes, Bytes) {
        let mode = self.modes[&chain];
        let (l1, settlement) = (
            self.l1.node.chain_id(),
            self.l1.contracts.settlement.address,
        );
        let domain = match self.is_frozen(chain) {
            true => PublicInputDomain::queue_only(l1, settlement),
            false => PublicInputDomain::new(l1, settlement),
        };
        let input = domain.public_input(chain, &sealed.batch, mode);
        let proof = self.actors.attest(l1, self.l1.verifier, input);
        let data = match mode {
            DataAvailability::Calldata => sealed.data.clone(),
            _ => Bytes::new(),
        };
        (data, proof)
    }

    /// Everybody takes note that L1 has executed a batch.
    fn executed(&mut self, chain: u64, sealed: &Sealed) {
        let executed = ExecutedBatch {
            logs: sealed.logs.clone(),
            messages: sealed.messages.clone(),
            block: self.l1.node.block,
            timestamp: self.l1.node.timestamp,
        };
        self.l1.append(chain, sealed.batch.number, executed);
        let node = self.chain(chain);
        node.node.block = sealed.batch.lastBlock + 1;
        node.executed();
    }

    /// Where a chain stands on L1.
    pub fn head(&mut self, chain: u64) -> causeway_bindings::ChainHead {
        let call = IBatchSettlement::executedHeadCall {
            chainId: U256::from(chain),
        };
        let settlement = self.l1.contracts.settlement.address;
        self.l1
            .node
            .view(settlement, &call)
            .expect("a chain of the world")
    }

    /// The queue's hash after what the chain has consumed.
    fn operations_hash(&mut self, chain: u64, settled: u64) -> B256 {
        let consumed = settled + self.chain(chain).open.operations;
        let call = IPriorityQueue::rollingHashCall {
            chainId: U256::from(chain),
            consumed,
        };
        let queue = self.l1.contracts.priority_queue.address;
        self.l1.node.view(queue, &call).unwrap_or_default()
    }
}
