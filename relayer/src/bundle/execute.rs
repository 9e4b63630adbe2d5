//! Last step: the delivery itself.

use std::time::Duration;

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::SolCall,
};
use causeway_bindings::{BundleStatus, IInteropHandler, describe_revert};

use super::{
    bundle_file::BundleFile, error::StepError, network::ChainPlace, proof_file::BundleProof, read,
};
use crate::{
    chain::{CallRequest, ChainError, Clock},
    model::IntentKind,
    send::{Fate, SendRequest, Sender, send_and_follow},
};

/// Gas on top of the estimate: the handler's state may have changed, and a recipient may ask for its share of what is left.
const SPARE_GAS: u64 = 50_000;

/// What a simulation says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Simulated {
    /// The bundle was executed before; nothing is left to do.
    AlreadyExecuted,
    /// It would be executed.
    WouldExecute {
        /// Gas that this takes.
        gas: u64,
    },
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Executed {
    /// Somebody else had executed it.
    AlreadyExecuted,
    /// It was executed, in a block that counts as final later.
    Included {
        /// The transaction.
        tx: B256,
        /// Its block, where the chain shows receipts.
        block: Option<u64>,
    },
}

/// Says what the destination would do with a delivery by `from`.
///
/// # Errors
/// It would revert: the decoded reason. Or it was unbundled.
pub async fn simulate(
    place: &ChainPlace,
    bundle: &BundleFile,
    proof: &BundleProof,
    from: Address,
) -> Result<Simulated, StepError> {
    if is_executed(place, bundle).await? {
        return Ok(Simulated::AlreadyExecuted);
    }
    let request = CallRequest {
        from,
        to: place.contracts.handler,
        data: calldata(bundle, proof),
        value: U256::ZERO,
        gas: None,
    };
    match place.reader.estimate_gas(&request).await {
        Ok(gas) => Ok(Simulated::WouldExecute { gas }),
        Err(ChainError::Reverted { .. }) if is_executed(place, bundle).await? => {
            Ok(Simulated::AlreadyExecuted)
        }
        Err(ChainError::Reverted { data, .. }) => {
            Err(StepError::WouldRevert(describe_revert(&data)))
        }
        Err(error) => Err(error.into()),
    }
}

/// Sends a delivery that needs `gas` and waits until it is in a block, for at most `patience`.
pub async fn send(
    place: &ChainPlace,
    sender: &Sender,
    clock: &dyn Clock,
    (bundle, proof): (&BundleFile, &BundleProof),
    gas: u64,
    patience: Duration,
) -> Result<Executed, StepError> {
    let request = SendRequest {
        kind: IntentKind::Deliver {
            messages: vec![bundle.bundle_hash],
        },
        to: place.contracts.handler,
        calldata: calldata(bundle, proof),
        value: U256::ZERO,
        gas_limit: gas_limit(gas),
        blobs: None,
    };
    let error =
        match send_and_follow(place.reader.as_ref(), sender, clock, request, patience).await? {
            Fate::Included {
                tx,
                block,
                success: true,
            } => return Ok(Executed::Included { tx, block }),
            Fate::Open { tx, seconds } => return Err(StepError::NotIncluded { tx, seconds }),
            Fate::Included { tx, .. } => StepError::Reverted { tx },
            Fate::Replaced { tx } => StepError::Replaced { tx },
        };
    failed(place, bundle, error).await
}

/// Gas limit for a delivery that takes `gas`.
pub fn gas_limit(gas: u64) -> u64 {
    gas.saturating_add(gas / 4).saturating_add(SPARE_GAS)
}

/// Calldata of `executeBundle`.
pub fn calldata(bundle: &BundleFile, proof: &BundleProof) -> Bytes {
    let delivery = proof.delivery(bundle);
    IInteropHandler::executeBundleCall { delivery }
        .abi_encode()
        .into()
}

/// Somebody else delivering it is success.
async fn failed(
    place: &ChainPlace,
    bundle: &BundleFile,
    error: StepError,
) -> Result<Executed, StepError> {
    match is_executed(place, bundle).await? {
        true => Ok(Executed::AlreadyExecuted),
        false => Err(error),
    }
}

async fn is_executed(place: &ChainPlace, bundle: &BundleFile) -> Result<bool, StepError> {
    let question = IInteropHandler::bundleStatusCall {
        bundleHash: bundle.bundle_hash,
    };
    match read::ask(place.reader.as_ref(), place.contracts.handler, &question).await? {
        BundleStatus::FullyExecuted => Ok(true),
        BundleStatus::Unbundled => Err(StepError::Unbundled(bundle.bundle_hash)),
        _ => Ok(false),
    }
}
