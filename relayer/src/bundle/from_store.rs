//! A proof for a bundle, from what the relayer knows.

use std::sync::Arc;

use alloy::primitives::B256;
use causeway_proofs::MalformedProof;

use super::{BundleProof, Emitted};
use crate::model::{AppendedBatch, BlockRef, ChainId, ImportedRoot, SettledBatch};
use crate::roots::{BatchTree, Roots, RootsError, inclusion_words};
use crate::store::{Reader, StoreError};

/// Bits of an append's position below its L1 block.
const POSITION_BITS: u32 = 24;

/// Where a proof is to be verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchored {
    /// At the bundle's destination, against a root that it has imported.
    AtDestination,
    /// On L1, against the root of the block that executed the batch.
    OnL1,
}

/// Why there is no proof yet, or none at all.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// The store refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The roots do not fit.
    #[error(transparent)]
    Roots(#[from] RootsError),
    /// The words do not form a proof.
    #[error("the proof of message {0} cannot be written down: {1}; report this with the store")]
    Malformed(B256, MalformedProof),
    /// The relayer has not seen it.
    #[error("this relayer knows no message {0}; it may not have seen its block yet")]
    Unknown(B256),
    /// L1 has not executed its batch.
    #[error(
        "the batch of message {0} is not executed on L1 yet; wait, and see `causeway msg explain {0}`"
    )]
    NotSettled(B256),
    /// The destination has no root that covers it.
    #[error(
        "chain {chain} has not imported a root that covers message {id} yet; wait, or prove it for L1"
    )]
    NotImported {
        /// The message.
        id: B256,
        /// Its destination.
        chain: ChainId,
    },
}

/// Proves bundles from a store.
pub struct Prover {
    roots: Arc<Roots>,
    l1: ChainId,
}

impl Prover {
    /// A prover that shares rebuilt roots with others.
    pub fn new(roots: Arc<Roots>, l1: ChainId) -> Self {
        Self { roots, l1 }
    }

    /// The proof of a bundle, against the newest root that covers it.
    pub fn prove(
        &self,
        store: &dyn Reader,
        id: B256,
        anchored: Anchored,
    ) -> Result<BundleProof, ProveError> {
        let message = store.message(id)?.ok_or(ProveError::Unknown(id))?;
        let position = message.batch.ok_or(ProveError::NotSettled(id))?;
        let settled = store
            .batch(message.source, position.number)?
            .ok_or(ProveError::NotSettled(id))?;
        self.roots.sync(store)?;
        let root = match anchored {
            Anchored::AtDestination => {
                imported(store, self.roots.synced_to(), message.destination, &settled)?
            }
            Anchored::OnL1 => root_of_block(store, self.l1, &settled)?,
        };
        let root = root.ok_or(ProveError::NotImported {
            id,
            chain: message.destination,
        })?;
        let tree = self.roots.tree(store, &settled)?;
        self.write(id, &settled, &tree, position.leaf_index, &root)
    }

    /// The proof of any leaf to L1's own contracts.
    pub fn prove_on_l1(
        &self,
        store: &dyn Reader,
        emitted: Emitted,
    ) -> Result<BundleProof, ProveError> {
        let settled = settled(store, emitted)?;
        self.roots.sync(store)?;
        let root = root_of_block(store, self.l1, &settled)?;
        self.prove_leaf(store, emitted, &settled, root)
    }

    /// The proof of any leaf to a chain, against the newest of its roots that covers the leaf.
    pub fn prove_at(
        &self,
        store: &dyn Reader,
        emitted: Emitted,
        chain: ChainId,
    ) -> Result<BundleProof, ProveError> {
        let settled = settled(store, emitted)?;
        self.roots.sync(store)?;
        let id = emitted.id;
        let root = imported(store, self.roots.synced_to(), chain, &settled)?;
        let root = root.ok_or(ProveError::NotImported { id, chain })?;
        self.prove_leaf(store, emitted, &settled, Some(root))
    }

    fn prove_leaf(
        &self,
        store: &dyn Reader,
        emitted: Emitted,
        settled: &SettledBatch,
        root: Option<ImportedRoot>,
    ) -> Result<BundleProof, ProveError> {
        let id = emitted.id;
        let root = root.ok_or(ProveError::NotSettled(id))?;
        let tree = self.roots.tree(store, settled)?;
        let position = tree
            .points()
            .iter()
            .position(|point| point.leaf == emitted.leaf);
        let leaf_index = position
            .and_then(|index| u64::try_from(index).ok())
            .ok_or(ProveError::Unknown(id))?;
        self.write(id, settled, &tree, leaf_index, &root)
    }

    fn write(
        &self,
        id: B256,
        settled: &SettledBatch,
        tree: &BatchTree,
        leaf_index: u64,
        root: &ImportedRoot,
    ) -> Result<BundleProof, ProveError> {
        let (_, log_path) = tree
            .leaf_path(leaf_index)
            .ok_or(ProveError::NotSettled(id))?;
        let aggregation = self
            .roots
            .aggregation(root, settled.chain, settled.number)?;
        let path = inclusion_words(log_path, aggregation)
            .map_err(|error| ProveError::Malformed(id, error))?;
        Ok(BundleProof {
            id,
            source: settled.chain,
            batch: settled.number,
            leaf_index,
            settlement_chain: self.l1,
            settlement_block: root.l1_block,
            root: root.root,
            path,
        })
    }
}

/// The batch of a leaf.
fn settled(store: &dyn Reader, emitted: Emitted) -> Result<SettledBatch, ProveError> {
    store
        .batch_of_block(emitted.chain, emitted.block)?
        .ok_or(ProveError::NotSettled(emitted.id))
}

/// The newest root of the destination that covers the batch, of an L1 block up to `synced_to`. The store may have read on
/// since: of later blocks the rebuilt root is not known, and comparing would call an honest import false.
fn imported(
    store: &dyn Reader,
    synced_to: Option<u64>,
    destination: ChainId,
    settled: &SettledBatch,
) -> Result<Option<ImportedRoot>, StoreError> {
    let covers = |import: &ImportedRoot| {
        settled.l1_block.number <= import.l1_block && Some(import.l1_block) <= synced_to
    };
    let newest = store.last_import(destination)?.filter(covers);
    match newest {
        Some(import) => Ok(Some(import)),
        None => Ok(store
            .import_covering(destination, settled.l1_block.number)?
            .filter(covers)),
    }
}

/// The root after the L1 block that executed the batch.
fn root_of_block(
    store: &dyn Reader,
    l1: ChainId,
    settled: &SettledBatch,
) -> Result<Option<ImportedRoot>, StoreError> {
    let block = settled.l1_block;
    let mut from = block.number.checked_shl(POSITION_BITS).unwrap_or(u64::MAX);
    let mut last = None;
    while let Some((position, append)) = store.appends(from, 1)?.into_iter().next() {
        let (at, root) = place(append);
        if at.number != block.number {
            break;
        }
        last = Some(root);
        from = position.saturating_add(1);
    }
    Ok(last.map(|root| ImportedRoot {
        chain: l1,
        l1_block: block.number,
        root,
        at: block,
        tx: settled.l1_tx,
    }))
}

fn place(append: AppendedBatch) -> (BlockRef, B256) {
    match append {
        AppendedBatch::Chain { block, root, .. } | AppendedBatch::Batch { block, root, .. } => {
            (block, root)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::memory::MemoryStore;
    use crate::store::samples::{batch, import};
    use crate::store::{Change, Writer};

    const L1: ChainId = 1;

    /// The store may read on between the roots' sync and the choice of an import.
    #[test]
    fn an_import_newer_than_the_roots_is_left_for_later() {
        let store = MemoryStore::new(L1);
        let (early, late) = (import(272, 6, 20), import(272, 9, 21));
        store
            .commit(vec![Change::PutImport(early), Change::PutImport(late)])
            .unwrap();
        let settled = batch(271, 4, 8, 9, 5);
        let chosen = |synced_to| imported(&store, synced_to, 272, &settled).unwrap();
        assert_eq!(chosen(None), None);
        assert_eq!(chosen(Some(5)), None);
        assert_eq!(chosen(Some(8)), Some(early));
        assert_eq!(chosen(Some(9)), Some(late));
    }
}
