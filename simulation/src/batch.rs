//! What a chain did between two batches, and where it stands afterwards.

use alloy::{
    primitives::{Address, B256, Bytes, Log, U256},
    sol_types::SolEvent,
};
use causeway_bindings::{
    Asset, IAssetCustody, IAtomicSwap, IMessageOutbox, InclusionProof, LedgerTotals, RootImport,
    SwapEffect, Way, deployment::ChainDeployment, unpack_movement,
};
use causeway_proofs::{ChainBatch, Dialect, L2Log, LogTree};

use crate::L1;

/// A leaf of a batch of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The chain.
    pub chain: u64,
    /// Number of the batch.
    pub batch: u64,
    /// Index of the leaf in the batch.
    pub leaf: u64,
}

/// A message, as everybody reads it in the chain's log.
#[derive(Clone, Debug)]
pub(crate) struct SentMessage {
    /// Index of its leaf in the batch.
    pub(crate) leaf: u64,
    pub(crate) sender: Address,
    pub(crate) data: Bytes,
}

/// An amount of an asset that a vault has sent or paid.
#[derive(Clone, Debug)]
pub(crate) struct Movement {
    asset: Asset,
    token_id: U256,
    way: Way,
    amount: U256,
}

/// What a chain has done since its last batch.
#[derive(Clone, Debug, Default)]
pub(crate) struct OpenBatch {
    pub(crate) logs: Vec<L2Log>,
    pub(crate) messages: Vec<SentMessage>,
    pub(crate) effects: Vec<SwapEffect>,
    pub(crate) movements: Vec<Movement>,
    pub(crate) imports: Vec<RootImport>,
    pub(crate) operations: u64,
}

impl OpenBatch {
    /// Takes note of what contracts of the chain have emitted.
    pub(crate) fn note(&mut self, contracts: &ChainDeployment, logs: &[Log]) {
        for log in logs {
            if let Ok(sent) = IMessageOutbox::L1MessageSent::decode_log(log) {
                self.note_message(sent.data);
            } else if let Ok(status) = IMessageOutbox::OperationStatus::decode_log(log) {
                let leaf = L2Log::operation_status(status.operationHash, 0, status.success);
                self.logs.push(leaf);
            } else if log.address == contracts.vault.address {
                self.note_movement(log);
            } else if log.address == contracts.swap.address
                && let Ok(effected) = IAtomicSwap::SwapEffected::decode_log(log)
            {
                self.effects.push(effected.data.effect);
            }
        }
    }

    fn note_message(&mut self, sent: IMessageOutbox::L1MessageSent) {
        self.messages.push(SentMessage {
            leaf: self.logs.len() as u64,
            sender: sent.sender,
            data: sent.message.clone(),
        });
        self.logs
            .push(L2Log::message(sent.sender, 0, &sent.message));
    }

    fn note_movement(&mut self, log: &Log) {
        let (asset, token_id, movement, is_out) =
            if let Ok(out) = IAssetCustody::AssetOut::decode_log(log) {
                (out.asset, out.tokenId, out.movement, true)
            } else if let Ok(arrived) = IAssetCustody::AssetIn::decode_log(log) {
                (arrived.asset, arrived.tokenId, arrived.movement, false)
            } else {
                return;
            };
        let (other, amount) = unpack_movement(movement);
        // What a swap holds is reported as the swap's effect.
        if other.is_zero() {
            return;
        }
        let way = if is_out {
            Way::To(other)
        } else {
            Way::From(other)
        };
        let asset = Asset::unpack(asset).expect("a vault names kinds that there are");
        self.movements.push(Movement {
            asset,
            token_id,
            way,
            amount,
        });
    }

    /// What was moved in sum.
    pub(crate) fn ledger(&self) -> LedgerTotals {
        let mut totals = LedgerTotals::default();
        for moved in &self.movements {
            let added = totals.add(moved.asset.clone(), moved.token_id, moved.way, moved.amount);
            added.expect("tests move less than everything");
        }
        totals
    }

    /// Both in one, `next` behind this.
    pub(crate) fn extend(&mut self, next: Self) {
        let before = self.logs.len() as u64;
        self.logs.extend(next.logs);
        let messages = next.messages.into_iter();
        self.messages.extend(messages.map(|sent| SentMessage {
            leaf: before + sent.leaf,
            ..sent
        }));
        self.effects.extend(next.effects);
        self.movements.extend(next.movements);
        self.imports.extend(next.imports);
        self.operations += next.operations;
    }
}

/// What everybody can rebuild of an executed batch.
#[derive(Clone, Debug)]
pub(crate) struct ExecutedBatch {
    pub(crate) logs: Vec<L2Log>,
    pub(crate) messages: Vec<SentMessage>,
    /// Block of L1 that executed it.
    pub(crate) block: u64,
    pub(crate) timestamp: u64,
}

impl ExecutedBatch {
    fn tree(&self) -> LogTree {
        LogTree::from_logs(&self.logs).expect("a test's batch is small")
    }

    pub(crate) fn root(&self, chain: u64) -> B256 {
        chain_batch_root(chain, &self.logs)
    }
}

pub(crate) fn chain_batch_root(chain: u64, logs: &[L2Log]) -> B256 {
    let tree = LogTree::from_logs(logs).expect("a test's batch is small");
    ChainBatch::new(Dialect::V32, chain, &tree).root()
}

impl L1 {
    /// Proof of a leaf under the root of the block that executed its batch.
    pub fn prove(&self, place: Place) -> InclusionProof {
        let batch = &self.batches[&(place.chain, place.batch)];
        let tree = batch.tree();
        let path = ChainBatch::new(Dialect::V32, place.chain, &tree)
            .path(&tree, place.leaf as usize)
            .expect("the leaf is there");
        let proof = self
            .roots
            .snapshot(batch.block)
            .prove(place.chain, place.batch, path)
            .expect("the batch is there");
        InclusionProof {
            chainId: U256::from(place.chain),
            batchNumber: U256::from(place.batch),
            leafIndex: U256::from(place.leaf),
            txNumberInBatch: 0,
            path: proof.encode().expect("a proof of ours is sound"),
        }
    }
}
