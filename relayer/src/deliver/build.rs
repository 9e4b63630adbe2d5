//! Deliveries as the handler takes them.

use std::collections::{BTreeMap, btree_map::Entry};

use alloy::{
    primitives::{B256, Bytes, U256},
    sol_types::SolCall,
};
use causeway_bindings::{BatchProof, BundleDelivery, IInteropHandler, InclusionProof};
use causeway_proofs::{Aggregation, Dialect, verify_message};

use super::{
    DeliverContext, DeliverError,
    plan::{self, Ready},
};
use crate::{
    model::{ChainId, ImportedRoot, MessageRecord},
    roots,
    store::StoreError,
};

/// A message with all that its delivery needs.
#[derive(Clone, Debug)]
pub(super) struct Parcel {
    pub(super) record: MessageRecord,
    pub(super) batch: u64,
    /// The delivery by itself: calldata of `executeBundle`.
    pub(super) alone: Bytes,
    leaf_index: u64,
    chain_batch_root: B256,
    log_path: Vec<B256>,
    aggregation: Aggregation,
    /// Proof words from the message to the imported root.
    words: Vec<B256>,
}

/// Ways from batches to imported roots that were read already, by L1 block of the root, chain and batch.
pub(super) type Aggregations = BTreeMap<(u64, ChainId, u64), Aggregation>;

impl DeliverContext {
    /// The parcel of a proven message; `None` where its batch or root was taken back meanwhile.
    pub(super) fn parcel(
        &self,
        record: MessageRecord,
        known: &mut Aggregations,
    ) -> Result<Option<Parcel>, DeliverError> {
        let Some(position) = record.batch else {
            return Ok(None);
        };
        let Some(settled) = self.store.batch(record.source, position.number)? else {
            return Ok(None);
        };
        let Some(import) = self.import_for(record.destination, settled.l1_block.number)? else {
            return Ok(None);
        };
        let tree = self.roots.tree(self.store.as_ref(), &settled)?;
        let Some((leaf, log_path)) = tree.leaf_path(position.leaf_index) else {
            return Ok(None);
        };
        let aggregation = match known.entry((import.l1_block, record.source, position.number)) {
            Entry::Occupied(entry) => entry.get().clone(),
            Entry::Vacant(entry) => {
                let read = self
                    .roots
                    .aggregation(&import, record.source, position.number)?;
                entry.insert(read).clone()
            }
        };
        let words = roots::inclusion_words(log_path.clone(), aggregation.clone())
            .map_err(|error| broken(&record, error))?;
        let mut parcel = Parcel {
            batch: position.number,
            alone: Bytes::new(),
            leaf_index: position.leaf_index,
            chain_batch_root: settled.chain_batch_root,
            log_path,
            aggregation,
            words,
            record,
        };
        self.check(&parcel, leaf, &import)?;
        let delivery = parcel.delivery(parcel.words.clone());
        parcel.alone = IInteropHandler::executeBundleCall { delivery }
            .abi_encode()
            .into();
        Ok(Some(parcel))
    }

    /// The newest root that covers the batch and can be rebuilt: older ones leave the chain's memory first.
    fn import_for(
        &self,
        destination: ChainId,
        l1_block: u64,
    ) -> Result<Option<ImportedRoot>, StoreError> {
        let known = |import: &ImportedRoot| self.roots.synced_to() >= Some(import.l1_block);
        let newest = self.store.last_import(destination)?;
        match newest.filter(|import| l1_block <= import.l1_block && known(import)) {
            Some(import) => Ok(Some(import)),
            None => {
                let covering = self.store.import_covering(destination, l1_block)?;
                Ok(covering.filter(known))
            }
        }
    }

    /// Verifies the proof as the contract will.
    fn check(
        &self,
        parcel: &Parcel,
        leaf: B256,
        import: &ImportedRoot,
    ) -> Result<(), DeliverError> {
        let root_of = |chain: u64, block: u64| {
            (chain == self.settings.l1 && block == import.l1_block).then_some(import.root)
        };
        verify_message(
            Dialect::V32,
            parcel.record.source,
            parcel.batch,
            parcel.leaf_index,
            leaf,
            &parcel.words,
            root_of,
        )
        .map(drop)
        .map_err(|error| broken(&parcel.record, error))
    }
}

impl Parcel {
    fn delivery(&self, path: Vec<B256>) -> BundleDelivery {
        BundleDelivery {
            bundle: self.record.bundle.clone(),
            sender: self.record.center,
            proof: InclusionProof {
                chainId: U256::from(self.record.source),
                batchNumber: U256::from(self.batch),
                leafIndex: U256::from(self.leaf_index),
                txNumberInBatch: 0,
                path,
            },
        }
    }

    fn batch_proof(&self) -> Result<BatchProof, DeliverError> {
        Ok(BatchProof {
            chainId: U256::from(self.record.source),
            batchNumber: U256::from(self.batch),
            chainBatchRoot: self.chain_batch_root,
            path: roots::batch_words(self.aggregation.clone())
                .map_err(|error| broken(&self.record, error))?,
        })
    }

    fn final_path(&self) -> Result<Vec<B256>, DeliverError> {
        roots::final_words(self.log_path.clone()).map_err(|error| broken(&self.record, error))
    }
}

fn broken(record: &MessageRecord, reason: impl std::fmt::Display) -> DeliverError {
    DeliverError::Proof {
        message: record.id,
        reason: reason.to_string(),
    }
}

/// Calldata that delivers the planned messages. Batches that several of them come from are recorded first, so that their
/// messages need only the path inside the batch.
pub(super) fn calldata(
    planned: &[Ready],
    parcels: &BTreeMap<B256, Parcel>,
) -> Result<Bytes, DeliverError> {
    let chosen: Vec<&Parcel> = planned
        .iter()
        .filter_map(|ready| parcels.get(&ready.id))
        .collect();
    if let [only] = chosen.as_slice() {
        return Ok(only.alone.clone());
    }
    let shared = plan::shared_batches(planned);
    let mut batches = BTreeMap::new();
    let mut deliveries = Vec::with_capacity(chosen.len());
    for parcel in chosen {
        let key = (parcel.record.source, parcel.batch);
        let path = if shared.contains(&key) {
            batches.insert(key, parcel.batch_proof()?);
            parcel.final_path()?
        } else {
            parcel.words.clone()
        };
        deliveries.push(parcel.delivery(path));
    }
    let batches = batches.into_values().collect();
    Ok(IInteropHandler::executeBundlesCall {
        batches,
        deliveries,
    }
    .abi_encode()
    .into())
}
