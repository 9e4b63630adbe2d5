//! The interop handler of a fake chain. It keeps nothing: what was executed and imported stands in the chain's logs.

use std::collections::BTreeMap;

use alloy::{
    primitives::{Address, B256, LogData, U256},
    sol_types::{Revert, SolCall, SolError, SolEvent},
};
use causeway_bindings::{
    BatchProof, BundleDelivery, BundleStatus, IAssetCustody, IInteropHandler, IInteropRootStorage,
    bundle_hash,
};
use causeway_proofs::{Dialect, L2Log, hash, verify_in_batch, verify_message};

use super::{
    CONTRACTS, Inner, L1, PoolTx,
    vault::{Done, deadline, is_way_back},
};
use crate::model::ChainId;

impl Inner {
    /// Bundles executed so far, in order.
    pub(super) fn executed(&self) -> Vec<B256> {
        let logs = self.blocks.iter().flat_map(|block| &block.logs);
        logs.filter(|log| {
            log.topics.first() == Some(&IInteropHandler::BundleExecuted::SIGNATURE_HASH)
        })
        .map(|log| log.topics[1])
        .collect()
    }

    pub(super) fn imported(&self, block: u64) -> Option<B256> {
        let mut logs = self.blocks.iter().flat_map(|block| &block.logs);
        logs.find_map(|log| {
            let import = IInteropRootStorage::InteropRootImported::decode_raw_log(
                log.topics.iter(),
                &log.data,
            )
            .ok()?;
            (import.blockNumber == U256::from(block)).then_some(import.root)
        })
    }

    /// Runs a transaction; `done` is what was done earlier in the block.
    pub(super) fn run(
        &self,
        chain: ChainId,
        tx: &PoolTx,
        done: &mut Done,
    ) -> (bool, Vec<(Address, LogData)>) {
        if let Some(acted) = self.acts(tx.to, &tx.input, true) {
            return acted.map_or((false, Vec::new()), |logs| (true, logs));
        }
        if tx.to != CONTRACTS.handler && !is_way_back(&tx.input) {
            let pauses = IAssetCustody::pauseCall::abi_decode(&tx.input).is_ok();
            let event = IAssetCustody::PausedSet { paused: true };
            let logs = pauses.then(|| (tx.to, event.encode_log_data()));
            return (true, logs.into_iter().collect());
        }
        if !is_delivery(&tx.input) {
            return match self.way_back(&tx.input, done) {
                Ok(went) => (true, done.note(went)),
                Err(_) => (false, Vec::new()),
            };
        }
        let mut logs = Vec::new();
        let executed = |hash: B256| {
            let event = IInteropHandler::BundleExecuted { bundleHash: hash };
            (CONTRACTS.handler, event.encode_log_data())
        };
        if let Ok(call) = IInteropHandler::executeBundleCall::abi_decode(&tx.input) {
            return match self.deliver(chain, &call.delivery, &BTreeMap::new(), done, true) {
                Ok(hash) => {
                    done.executed.insert(hash);
                    (true, vec![executed(hash)])
                }
                Err(_) => (false, Vec::new()),
            };
        }
        let call = IInteropHandler::executeBundlesCall::abi_decode(&tx.input).expect("a delivery");
        let mut recorded = BTreeMap::new();
        for proof in &call.batches {
            match self.record(proof) {
                Some(root) => recorded.insert((proof.chainId, proof.batchNumber), root),
                None => return (false, Vec::new()),
            };
        }
        for delivery in &call.deliveries {
            if let Ok(hash) = self.deliver(chain, delivery, &recorded, done, true) {
                done.executed.insert(hash);
                logs.push(executed(hash));
            }
        }
        (true, logs)
    }

    pub(super) fn deliver(
        &self,
        chain: ChainId,
        delivery: &BundleDelivery,
        recorded: &BTreeMap<(U256, U256), B256>,
        done: &Done,
        in_block: bool,
    ) -> Result<B256, Vec<u8>> {
        let proof = &delivery.proof;
        let hash = bundle_hash(proof.chainId, &delivery.bundle);
        let status = self.status(hash, done);
        if status != BundleStatus::Unreceived {
            return Err(IInteropHandler::InteropHandlerWrongStatus {
                bundleHash: hash,
                status,
            }
            .abi_encode());
        }
        self.check_proof(delivery, recorded, hash)?;
        assert_ne!(
            proof.chainId,
            U256::from(chain),
            "a bundle of the chain itself"
        );
        let deadline = deadline(&delivery.bundle);
        if deadline.is_some_and(|deadline| self.time() > deadline) {
            return Err(IInteropHandler::InteropHandlerTooLate {
                callIndex: U256::ZERO,
                deliverBefore: U256::from(deadline.unwrap_or_default()),
                timestamp: U256::from(self.time()),
            }
            .abi_encode());
        }
        let reverts = self.faults.revert.contains(&hash)
            || in_block && self.faults.revert_in_blocks.contains(&hash);
        if reverts {
            let reason = Revert::from("poison").abi_encode().into();
            return Err(IInteropHandler::InteropHandlerCallReverted {
                callIndex: U256::ZERO,
                reason,
            }
            .abi_encode());
        }
        Ok(hash)
    }

    pub(super) fn check_proof(
        &self,
        delivery: &BundleDelivery,
        recorded: &BTreeMap<(U256, U256), B256>,
        hash: B256,
    ) -> Result<(), Vec<u8>> {
        let proof = &delivery.proof;
        let message = [&[1_u8][..], &delivery.bundle].concat();
        let leaf = L2Log::message(delivery.sender, 0, &message).leaf();
        let (source, batch, index) = (
            proof.chainId.to(),
            proof.batchNumber.to(),
            proof.leafIndex.to(),
        );
        let proven = match recorded.get(&(proof.chainId, proof.batchNumber)) {
            Some(root) => verify_in_batch(Dialect::V32, index, leaf, &proof.path, *root).is_ok(),
            None => {
                let root_of =
                    |l1: u64, block: u64| (l1 == L1).then(|| self.imported(block)).flatten();
                verify_message(
                    Dialect::V32,
                    source,
                    batch,
                    index,
                    leaf,
                    &proof.path,
                    root_of,
                )
                .is_ok()
            }
        };
        if proven {
            return Ok(());
        }
        Err(IInteropHandler::InteropHandlerUnproven { bundleHash: hash }.abi_encode())
    }

    /// The batch root that the proof shows, if it leads to an imported root.
    fn record(&self, proof: &BatchProof) -> Option<B256> {
        let words = &proof.path;
        let number = |word: &B256| U256::from_be_bytes(word.0).to::<u64>();
        let batch_levels = usize::from(words[0][2]);
        let (timestamp, mask) = (number(&words[1]), number(&words[2]));
        let leaf = hash::batch_leaf_v32(&proof.chainBatchRoot, proof.batchNumber.to(), timestamp);
        let chain_root = fold(leaf, mask, &words[3..3 + batch_levels]);
        let leaf = hash::chain_id_leaf(&chain_root, proof.chainId.to());
        let settlement = U256::from_be_bytes(words[3 + batch_levels].0);
        let block: u64 = (settlement >> 128_usize).to();
        let mask = (settlement & U256::from(u128::MAX)).to();
        let root = fold(leaf, mask, &words[6 + batch_levels..]);
        (self.imported(block) == Some(root)).then_some(proof.chainBatchRoot)
    }
}

fn fold(leaf: B256, index: u64, path: &[B256]) -> B256 {
    path.iter()
        .enumerate()
        .fold(leaf, |node, (level, sibling)| match index >> level & 1 {
            0 => hash::node(&node, sibling),
            _ => hash::node(sibling, &node),
        })
}

pub(super) fn is_delivery(input: &[u8]) -> bool {
    let deliveries = [
        IInteropHandler::executeBundleCall::SELECTOR,
        IInteropHandler::executeBundlesCall::SELECTOR,
    ];
    deliveries
        .iter()
        .any(|selector| input.starts_with(selector))
}

/// Bundles that a call of the handler delivers.
pub(super) fn bundles(input: &[u8]) -> Vec<B256> {
    let deliveries = match IInteropHandler::executeBundleCall::abi_decode(input) {
        Ok(call) => vec![call.delivery],
        Err(_) => {
            IInteropHandler::executeBundlesCall::abi_decode(input)
                .expect("a delivery")
                .deliveries
        }
    };
    deliveries
        .iter()
        .map(|delivery| bundle_hash(delivery.proof.chainId, &delivery.bundle))
        .collect()
}
