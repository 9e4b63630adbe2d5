//! Ways back on a fake chain: bundles that are given up, and transfers that go back. What became of them stands in the
//! chain's logs.

use std::collections::{BTreeMap, BTreeSet};

use alloy::{
    primitives::{Address, B256, LogData, U256},
    sol_types::{SolCall, SolError, SolEvent},
};
use causeway_bindings::{
    BundleStatus, CallStatus, IAssetVault, IInteropHandler, InteropBundle, bundle_hash,
};

use super::{CONTRACTS, Inner, VAULT};
use crate::model::UnixSeconds;

/// What was done earlier in a block.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) executed: BTreeSet<B256>,
    cancelled: BTreeSet<B256>,
    returned: BTreeSet<(B256, U256)>,
}

/// A step of a way back.
pub(super) enum Went {
    Cancelled(B256),
    Returned(B256, U256),
}

impl Done {
    /// Takes note of a step, and gives its log.
    pub(super) fn note(&mut self, went: Went) -> Vec<(Address, LogData)> {
        match went {
            Went::Cancelled(bundle) => {
                self.cancelled.insert(bundle);
                let event = IInteropHandler::BundleUnbundled { bundleHash: bundle };
                vec![(CONTRACTS.handler, event.encode_log_data())]
            }
            Went::Returned(bundle, index) => {
                self.returned.insert((bundle, index));
                let event = IAssetVault::TransferReturned {
                    bundleHash: bundle,
                    callIndex: index,
                };
                vec![(VAULT, event.encode_log_data())]
            }
        }
    }
}

impl Inner {
    /// Bundles given up so far, in order.
    pub(super) fn cancelled(&self) -> Vec<B256> {
        let topic = IInteropHandler::BundleUnbundled::SIGNATURE_HASH;
        self.topics(topic).map(|topics| topics[1]).collect()
    }

    /// Transfers that went back so far, by bundle and call.
    pub(super) fn returned(&self) -> Vec<(B256, U256)> {
        self.topics(IAssetVault::TransferReturned::SIGNATURE_HASH)
            .map(|topics| (topics[1], U256::from_be_bytes(topics[2].0)))
            .collect()
    }

    fn topics(&self, first: B256) -> impl Iterator<Item = &[B256]> {
        let logs = self.blocks.iter().flat_map(|block| &block.logs);
        logs.filter(move |log| log.topics.first() == Some(&first))
            .map(|log| log.topics.as_slice())
    }

    /// Time of the next block.
    pub(super) fn time(&self) -> UnixSeconds {
        self.blocks.last().map_or(0, |block| block.block.timestamp) + 1
    }

    pub(super) fn status(&self, bundle: B256, done: &Done) -> BundleStatus {
        if done.executed.contains(&bundle) || self.executed().contains(&bundle) {
            BundleStatus::FullyExecuted
        } else if done.cancelled.contains(&bundle) || self.cancelled().contains(&bundle) {
            BundleStatus::Unbundled
        } else {
            BundleStatus::Unreceived
        }
    }

    pub(super) fn call_status(&self, bundle: B256) -> CallStatus {
        match self.status(bundle, &Done::default()) {
            BundleStatus::FullyExecuted => CallStatus::Executed,
            BundleStatus::Unbundled => CallStatus::Cancelled,
            _ => CallStatus::Unprocessed,
        }
    }

    /// Runs a call of `cancelExpired` or `returnCancelled`.
    pub(super) fn way_back(&self, input: &[u8], done: &Done) -> Result<Went, Vec<u8>> {
        match IInteropHandler::cancelExpiredCall::abi_decode(input) {
            Ok(call) => self.cancel(&call, done),
            Err(_) => {
                let call = IAssetVault::returnCancelledCall::abi_decode(input);
                self.send_back(&call.expect("a step of a way back"), done)
            }
        }
    }

    fn cancel(
        &self,
        call: &IInteropHandler::cancelExpiredCall,
        done: &Done,
    ) -> Result<Went, Vec<u8>> {
        let delivery = &call.delivery;
        let bundle = bundle_hash(delivery.proof.chainId, &delivery.bundle);
        let status = self.status(bundle, done);
        match status {
            BundleStatus::FullyExecuted => {
                return Err(IInteropHandler::InteropHandlerWrongStatus {
                    bundleHash: bundle,
                    status,
                }
                .abi_encode());
            }
            BundleStatus::Unreceived => self.check_proof(delivery, &BTreeMap::new(), bundle)?,
            _ => {}
        }
        let is_over = deadline(&delivery.bundle).is_some_and(|deadline| self.time() > deadline);
        if status == BundleStatus::Unbundled || !is_over {
            let error = IInteropHandler::InteropHandlerNotExpired { bundleHash: bundle };
            return Err(error.abi_encode());
        }
        Ok(Went::Cancelled(bundle))
    }

    fn send_back(
        &self,
        call: &IAssetVault::returnCancelledCall,
        done: &Done,
    ) -> Result<Went, Vec<u8>> {
        let bundle = bundle_hash(call.sourceChainId, &call.bundle);
        let index = call.callIndex;
        if self.status(bundle, done) != BundleStatus::Unbundled {
            return Err(IAssetVault::AssetVaultNotCancelled {
                bundleHash: bundle,
                callIndex: index,
            }
            .abi_encode());
        }
        let key = (bundle, index);
        if done.returned.contains(&key) || self.returned().contains(&key) {
            return Err(IAssetVault::AssetVaultAlreadyReturned {
                bundleHash: bundle,
                callIndex: index,
            }
            .abi_encode());
        }
        Ok(Went::Returned(bundle, index))
    }
}

pub(super) fn is_way_back(input: &[u8]) -> bool {
    let steps = [
        IInteropHandler::cancelExpiredCall::SELECTOR,
        IAssetVault::returnCancelledCall::SELECTOR,
    ];
    steps.iter().any(|selector| input.starts_with(selector))
}

/// The first deadline of a bundle's calls.
pub(super) fn deadline(bundle: &[u8]) -> Option<UnixSeconds> {
    InteropBundle::decode(bundle).ok()?.deadline().ok()?
}
