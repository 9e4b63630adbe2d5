//! The log tree of a batch, rebuilt from the events of the chain's outbox.

use alloy::{
    primitives::B256,
    rpc::types::{Filter, Log},
    sol_types::SolEvent,
};
use causeway_bindings::IMessageOutbox::{L1MessageSent, OperationStatus};
use causeway_proofs::{ChainBatch, Dialect, L2Log, LogTree};

use crate::{ChainContracts, Error, Settlement, error::At, logs, network::Endpoint};

/// The logs of one batch, checked against the root that L1 has for it.
#[derive(Debug)]
pub(crate) struct BatchLogs {
    batch: ChainBatch,
    tree: LogTree,
    /// Transaction and place in the block of each leaf.
    places: Vec<(B256, u64)>,
}

/// A leaf of a batch and all siblings up to the chain batch root.
#[derive(Debug)]
pub(crate) struct LeafPath {
    pub(crate) index: u64,
    pub(crate) leaf: B256,
    pub(crate) siblings: Vec<B256>,
}

impl BatchLogs {
    /// Reads the outbox's events in the blocks of the batch.
    pub(crate) async fn fetch(
        chain: &Endpoint<ChainContracts>,
        settlement: &Settlement,
        page: u64,
    ) -> Result<Self, Error> {
        let filter = Filter::new()
            .address(chain.contracts.outbox)
            .event_signature(vec![
                L1MessageSent::SIGNATURE_HASH,
                OperationStatus::SIGNATURE_HASH,
            ]);
        let blocks = settlement.first_block..=settlement.last_block;
        let found = logs::fetch(&chain.provider, &filter, blocks, page)
            .await
            .at(chain.chain_id, "events of the outbox")?;
        Self::rebuild(chain.chain_id, settlement, &found)
    }

    /// Builds the tree from the outbox's events, in the order of the chain, and compares its root with the one on L1.
    fn rebuild(chain_id: u64, settlement: &Settlement, events: &[Log]) -> Result<Self, Error> {
        let logs = events
            .iter()
            .map(|event| leaf_of(chain_id, event))
            .collect::<Result<Vec<_>, _>>()?;
        let tree = LogTree::from_logs(&logs)?;
        let batch = ChainBatch::new(Dialect::V32, chain_id, &tree);
        if batch.root() != settlement.chain_batch_root {
            return Err(Error::RootMismatch {
                what: format!(
                    "root of batch {} of chain {chain_id}",
                    settlement.batch_number
                ),
                rebuilt: batch.root(),
                known: settlement.chain_batch_root,
            });
        }
        let places = events.iter().map(place).collect();
        Ok(Self {
            batch,
            tree,
            places,
        })
    }

    /// The leaf of the event at this place.
    pub(crate) fn path_of(&self, transaction: B256, log_index: u64) -> Option<LeafPath> {
        let index = self
            .places
            .iter()
            .position(|place| *place == (transaction, log_index))?;
        Some(LeafPath {
            index: index as u64,
            leaf: *self.tree.leaves().get(index)?,
            siblings: self.batch.path(&self.tree, index)?,
        })
    }
}

fn place(event: &Log) -> (B256, u64) {
    (
        event.transaction_hash.unwrap_or_default(),
        event.log_index.unwrap_or_default(),
    )
}

fn leaf_of(chain_id: u64, event: &Log) -> Result<L2Log, Error> {
    let read = match event.topic0() {
        Some(&OperationStatus::SIGNATURE_HASH) => OperationStatus::decode_log(&event.inner)
            .map(|status| L2Log::operation_status(status.operationHash, 0, status.success)),
        _ => L1MessageSent::decode_log(&event.inner)
            .map(|sent| L2Log::message(sent.sender, 0, &sent.message)),
    };
    read.map_err(|problem| Error::BadAnswer {
        chain_id,
        what: "events of the outbox",
        problem: problem.to_string(),
    })
}
