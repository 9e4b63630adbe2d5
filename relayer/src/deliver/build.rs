//! Deliveries as the handler takes them.

use std::collections::BTreeMap;

use alloy::{
    primitives::{B256, Bytes, U256},
    sol_types::SolCall,
};
use causeway_bindings::{BatchProof, BundleDelivery, IInteropHandler, InclusionProof};
use causeway_proofs::{Aggregation, Dialect, MalformedProof, verify_message};

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
    leaf_index: u64,
    chain_batch_root: B256,
    log_path: Vec<B256>,
    aggregation: Aggregation,
}

impl DeliverContext {
    /// The parcel of a proven message; `None` where its batch or root was taken back meanwhile.
    pub(super) fn parcel(&self, record: MessageRecord) -> Result<Option<Parcel>, DeliverError> {
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
        let aggregation = self
            .roots
            .aggregation(&import, record.source, position.number)?;
        let parcel = Parcel {
            batch: position.number,
            leaf_index: position.leaf_index,
            chain_batch_root: settled.chain_batch_root,
            log_path,
            aggregation,
            record,
        };
        self.check(&parcel, leaf, &import)?;
        Ok(Some(parcel))
    }

    /// The newest root that covers the batch and can be rebuilt: older ones leave the chain's memory first.
    fn import_for(
        &self,
        destination: ChainId,
        l1_block: u64,
    ) -> Result<Option<ImportedRoot>, StoreError> {
        let read_to = self
            .store
            .cursor(self.settings.l1)?
            .map_or(0, |cursor| cursor.number);
        let newest = self.store.last_import(destination)?;
        match newest.filter(|import| l1_block <= import.l1_block && import.l1_block <= read_to) {
            Some(import) => Ok(Some(import)),
            None => {
                let covering = self.store.import_covering(destination, l1_block)?;
                Ok(covering.filter(|import| import.l1_block <= read_to))
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
        let id = parcel.record.id;
        let broken = |reason: String| DeliverError::Proof {
            message: id,
            reason,
        };
        let words = parcel
            .whole_path()
            .map_err(|error| broken(error.to_string()))?;
        let root_of = |chain: u64, block: u64| {
            (chain == self.settings.l1 && block == import.l1_block).then_some(import.root)
        };
        verify_message(
            Dialect::V32,
            parcel.record.source,
            parcel.batch,
            parcel.leaf_index,
            leaf,
            &words,
            root_of,
        )
        .map(drop)
        .map_err(|error| broken(error.to_string()))
    }
}

impl Parcel {
    /// The delivery by itself: calldata of `executeBundle`.
    pub(super) fn alone(&self) -> Result<Bytes, DeliverError> {
        let delivery = self.delivery(self.whole_path())?;
        Ok(IInteropHandler::executeBundleCall { delivery }
            .abi_encode()
            .into())
    }

    fn whole_path(&self) -> Result<Vec<B256>, MalformedProof> {
        roots::inclusion_words(self.log_path.clone(), self.aggregation.clone())
    }

    fn delivery(
        &self,
        path: Result<Vec<B256>, MalformedProof>,
    ) -> Result<BundleDelivery, DeliverError> {
        Ok(BundleDelivery {
            bundle: self.record.bundle.clone(),
            sender: self.record.center,
            proof: InclusionProof {
                chainId: U256::from(self.record.source),
                batchNumber: U256::from(self.batch),
                leafIndex: U256::from(self.leaf_index),
                txNumberInBatch: 0,
                path: path.map_err(|error| self.broken(error))?,
            },
        })
    }

    fn batch_proof(&self) -> Result<BatchProof, DeliverError> {
        Ok(BatchProof {
            chainId: U256::from(self.record.source),
            batchNumber: U256::from(self.batch),
            chainBatchRoot: self.chain_batch_root,
            path: roots::batch_words(self.aggregation.clone())
                .map_err(|error| self.broken(error))?,
        })
    }

    fn broken(&self, error: MalformedProof) -> DeliverError {
        DeliverError::Proof {
            message: self.record.id,
            reason: error.to_string(),
        }
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
        return only.alone();
    }
    let shared = plan::shared_batches(planned);
    let mut batches = BTreeMap::new();
    let mut deliveries = Vec::with_capacity(chosen.len());
    for parcel in chosen {
        let key = (parcel.record.source, parcel.batch);
        let path = if shared.contains(&key) {
            batches.insert(key, parcel.batch_proof()?);
            roots::final_words(parcel.log_path.clone())
        } else {
            parcel.whole_path()
        };
        deliveries.push(parcel.delivery(path)?);
    }
    let batches = batches.into_values().collect();
    Ok(IInteropHandler::executeBundlesCall {
        batches,
        deliveries,
    }
    .abi_encode()
    .into())
}
