//! Last step: the delivery itself.

use std::time::Duration;

use alloy::{
    primitives::{Address, B256, Bytes},
    sol_types::SolCall,
};
use causeway_bindings::{BundleStatus, IInteropHandler, describe_revert};

use super::{
    bundle_file::BundleFile, error::StepError, network::ChainPlace, proof_file::BundleProof, read,
};
use crate::{
    chain::{CallRequest, ChainError, Clock},
    model::{Intent, IntentKind, IntentState},
    send::{SendRequest, Sender},
};

/// Gas on top of the estimate: the handler's state may have changed, and a recipient may ask for its share of what is left.
const SPARE_GAS: u64 = 50_000;
/// Pause between two looks at a transaction that is on its way.
const PAUSE: Duration = Duration::from_millis(500);

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
        gas_limit: gas_limit(gas),
        blobs: None,
    };
    let mut intent = sender.submit(request, |_| Ok(Vec::new())).await?;
    let started = clock.now();
    loop {
        if let Some(outcome) = outcome(place, bundle, &intent).await? {
            return Ok(outcome);
        }
        let seconds = clock.now().saturating_sub(started);
        if seconds >= patience.as_secs() {
            return Err(StepError::NotIncluded {
                tx: newest(&intent),
                seconds,
            });
        }
        clock.sleep(PAUSE).await;
        let changed = sender.tick().await?;
        let own = changed
            .into_iter()
            .find(|changed| changed.nonce == intent.nonce);
        intent = own.unwrap_or(intent);
    }
}

/// What became of the transaction; `None` while that is open.
async fn outcome(
    place: &ChainPlace,
    bundle: &BundleFile,
    intent: &Intent,
) -> Result<Option<Executed>, StepError> {
    let success = match intent.state {
        IntentState::Pending => return Ok(None),
        IntentState::Included { success, .. } | IntentState::Final { success } => success,
        IntentState::Replaced => {
            let error = StepError::Replaced { tx: newest(intent) };
            return failed(place, bundle, error).await.map(Some);
        }
    };
    let (tx, block) = mined(place, intent).await?;
    if success {
        return Ok(Some(Executed::Included { tx, block }));
    }
    failed(place, bundle, StepError::Reverted { tx })
        .await
        .map(Some)
}

/// Which version of the transaction is in a block, and in which; the newest where the chain shows no receipts.
async fn mined(place: &ChainPlace, intent: &Intent) -> Result<(B256, Option<u64>), StepError> {
    for tx in &intent.hashes {
        if let Some(receipt) = place.reader.receipt(*tx).await? {
            return Ok((*tx, Some(receipt.block)));
        }
    }
    Ok((newest(intent), None))
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

fn newest(intent: &Intent) -> B256 {
    intent.hashes.last().copied().unwrap_or_default()
}
