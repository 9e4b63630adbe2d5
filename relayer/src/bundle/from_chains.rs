//! Second step: the proof of a bundle, from the chains themselves.

use std::ops::ControlFlow;

use alloy::primitives::{B256, U256};
use causeway_bindings::{IInteropRootStorage, IMessageRoot};
use causeway_proofs::{Dialect, verify_message};

use super::{
    bundle_file::BundleFile,
    error::StepError,
    history::History,
    network::{ChainPlace, Network},
    proof_file::BundleProof,
    read::{self, Range},
};
use crate::{
    chain::{
        Finality,
        events::{ChainEvent, decode_chain_event},
    },
    model::{BlockRef, ChainId, LeafPoint, SettledBatch},
    roots::{self, BatchTree, RootsError},
};

/// Which root a proof leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProveAt {
    /// The newest one that the destination has imported.
    Imported,
    /// That of the L1 block that executed the batch, which L1's own contracts verify against.
    Execution,
    /// That of this L1 block.
    L1Block(u64),
}

/// A proof that was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// The proof.
    pub proof: BundleProof,
    /// Whether its L1 block is final. Before that, the proof may become worthless.
    pub is_final: bool,
}

/// A leaf of a chain's log trees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Emitted {
    /// The chain.
    pub chain: ChainId,
    /// Block it was emitted in.
    pub block: u64,
    /// The leaf.
    pub leaf: B256,
    /// What it is known by: the hash of a bundle, message or operation.
    pub id: B256,
}

/// Proves a bundle, from the logs of its batch and the events of L1.
pub async fn prove(
    network: &Network,
    bundle: &BundleFile,
    at: ProveAt,
) -> Result<Proven, StepError> {
    let emitted = Emitted {
        chain: bundle.source_chain_id,
        block: bundle.sent.block,
        leaf: bundle.leaf(),
        id: bundle.bundle_hash,
    };
    prove_leaf(network, emitted, bundle.destination_chain_id, at).await
}

/// Proves a leaf to L1's own contracts.
pub async fn prove_on_l1(network: &Network, emitted: Emitted) -> Result<Proven, StepError> {
    prove_leaf(network, emitted, emitted.chain, ProveAt::Execution).await
}

/// Proves a leaf to a chain, by the newest root that it has imported.
pub async fn prove_to(
    network: &Network,
    emitted: Emitted,
    destination: ChainId,
) -> Result<Proven, StepError> {
    prove_leaf(network, emitted, destination, ProveAt::Imported).await
}

async fn prove_leaf(
    network: &Network,
    emitted: Emitted,
    destination: ChainId,
    at: ProveAt,
) -> Result<Proven, StepError> {
    let l1 = network.l1.reader.as_ref();
    let source = network.chain(emitted.chain)?;
    let history = History::read(&network.l1, emitted.chain).await?;
    let batch = history.batch_of(emitted.chain, emitted.block)?;
    let tree = rebuild(source, &batch).await?;
    let block = anchor(network, destination, &history, &batch, at).await?;
    let proof = build(l1.chain_id(), emitted, &history, &batch, &tree, block)?;
    confirm(network, &proof, block).await?;
    let is_final = l1.head(Finality::Final).await?.number >= block.number;
    Ok(Proven { proof, is_final })
}

/// The log tree of a batch, from the logs of its blocks; compared with the root that L1 executed.
async fn rebuild(place: &ChainPlace, batch: &SettledBatch) -> Result<BatchTree, StepError> {
    let range = Range {
        from: batch.first_block,
        to: batch.last_block,
        page: place.page,
    };
    let mut points = Vec::new();
    read::logs(
        place.reader.as_ref(),
        range,
        &[place.contracts.outbox],
        |logs| {
            for log in logs {
                if let Some(
                    ChainEvent::Message { leaf, .. } | ChainEvent::OperationStatus { leaf },
                ) = decode_chain_event(&place.contracts, &log)?
                {
                    let (block, log_index) = (log.block.number, log.log_index);
                    points.push(LeafPoint {
                        block,
                        log_index,
                        leaf,
                        message: None,
                    });
                }
            }
            Ok(ControlFlow::Continue(()))
        },
    )
    .await?;
    Ok(BatchTree::from_points(points, batch)?)
}

/// The L1 block whose root the proof is to lead to.
async fn anchor(
    network: &Network,
    destination: ChainId,
    history: &History,
    batch: &SettledBatch,
    at: ProveAt,
) -> Result<BlockRef, StepError> {
    let needed = batch.l1_block.number;
    match at {
        ProveAt::Execution => Ok(batch.l1_block),
        ProveAt::L1Block(asked) if asked < needed => Err(StepError::BeforeBatch { asked, needed }),
        ProveAt::L1Block(asked) => history.changed_in(asked),
        ProveAt::Imported => {
            let destination = network.chain(destination)?;
            newest_import(network, destination, history, needed).await
        }
    }
}

/// The newest L1 block from `needed` on whose root the destination has imported and still keeps.
async fn newest_import(
    network: &Network,
    place: &ChainPlace,
    history: &History,
    needed: u64,
) -> Result<BlockRef, StepError> {
    let l1 = network.l1.reader.chain_id();
    let to = read::newest(place.reader.as_ref()).await?;
    let range = Range {
        from: place.start_block,
        to,
        page: place.page,
    };
    for (from, to) in range.pages_back() {
        let page = place
            .reader
            .logs(from, to, &[place.contracts.handler])
            .await?;
        for log in page.logs.iter().rev() {
            let Some(ChainEvent::RootImported {
                settlement_chain,
                block,
                root,
            }) = decode_chain_event(&place.contracts, log)?
            else {
                continue;
            };
            // A root of a block after the history's end came in while we read; an older one will do.
            if settlement_chain == l1
                && (needed..=history.head).contains(&block)
                && is_imported(place, l1, block, root).await?
            {
                return imported(place.id(), history, block, root);
            }
        }
    }
    Err(StepError::NotImported {
        chain: place.id(),
        needed,
    })
}

/// Compares an imported root with the rebuilt one.
fn imported(
    chain: ChainId,
    history: &History,
    block: u64,
    root: B256,
) -> Result<BlockRef, StepError> {
    let at = history.changed_in(block)?;
    let rebuilt = history.root.snapshot(block).root();
    if rebuilt == root {
        return Ok(at);
    }
    Err(RootsError::FalseImport {
        chain,
        block,
        imported: root,
        rebuilt,
    }
    .into())
}

/// Whether a chain has imported a root and still keeps it.
pub(super) async fn is_imported(
    place: &ChainPlace,
    l1: ChainId,
    block: u64,
    root: B256,
) -> Result<bool, StepError> {
    let question = IInteropRootStorage::isImportedCall {
        settlementChainId: U256::from(l1),
        blockNumber: U256::from(block),
        root,
    };
    read::ask(place.reader.as_ref(), place.contracts.handler, &question).await
}

fn build(
    l1: ChainId,
    emitted: Emitted,
    history: &History,
    batch: &SettledBatch,
    tree: &BatchTree,
    block: BlockRef,
) -> Result<BundleProof, StepError> {
    let Emitted { leaf, id, .. } = emitted;
    let position = tree.points().iter().position(|point| point.leaf == leaf);
    let leaf_index = position.and_then(|index| u64::try_from(index).ok());
    let missing = || StepError::NotInBatch {
        chain: batch.chain,
        batch: batch.number,
        bundle: id,
    };
    let leaf_index = leaf_index.ok_or_else(missing)?;
    let (_, log_path) = tree.leaf_path(leaf_index).ok_or_else(missing)?;
    let snapshot = history.root.snapshot(block.number);
    let aggregation = snapshot
        .aggregation(batch.chain, batch.number)
        .map_err(RootsError::from)?;
    let path = roots::inclusion_words(log_path, aggregation)?;
    let root_of =
        |chain: u64, number: u64| (chain == l1 && number == block.number).then(|| snapshot.root());
    verify_message(
        Dialect::V32,
        batch.chain,
        batch.number,
        leaf_index,
        leaf,
        &path,
        root_of,
    )
    .map_err(|error| StepError::Unproven(error.to_string()))?;
    Ok(BundleProof {
        id,
        source: batch.chain,
        batch: batch.number,
        leaf_index,
        settlement_chain: l1,
        settlement_block: block.number,
        root: snapshot.root(),
        path,
    })
}

/// Has L1 confirm the root, apart from its events.
async fn confirm(network: &Network, proof: &BundleProof, block: BlockRef) -> Result<(), StepError> {
    if is_historical(network, block, proof.root).await? {
        return Ok(());
    }
    Err(StepError::NotConfirmed {
        block: block.number,
        root: proof.root,
    })
}

/// Whether L1 has the root as that of its block.
pub(super) async fn is_historical(
    network: &Network,
    block: BlockRef,
    root: B256,
) -> Result<bool, StepError> {
    let l1 = &network.l1;
    let question = IMessageRoot::isHistoricalRootCall {
        blockNumber: U256::from(block.number),
        timestamp: U256::from(block.timestamp),
        root,
    };
    read::ask(l1.reader.as_ref(), l1.contracts.message_root, &question).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::tests::delivered_to;

    #[tokio::test(start_paused = true)]
    async fn an_import_newer_than_the_history_is_not_called_false() {
        let (network, places, _) = delivered_to(6).await;
        let place = places.chain(network.id(1)).unwrap();
        let read = History::read(&places.l1, network.id(0)).await.unwrap();
        network.send(0, network.id(1));
        network.steps(6).await;
        let all = History::read(&places.l1, network.id(0)).await.unwrap();
        let newest = newest_import(&places, place, &all, 1).await.unwrap();
        assert!(newest.number > read.head, "an import after the history");
        let covered = newest_import(&places, place, &read, 1).await.unwrap();
        assert!(covered.number <= read.head, "{covered:?}");
    }
}
