//! The way back of what a bundle carries: its destination gives it up once its deadline is over, and the vault sends each
//! transfer back. Anyone may take either step; the assets go to whoever sent them.

use alloy::{
    primitives::{Address, U256},
    sol_types::{SolError, SolEvent},
};
use causeway_bindings::{
    AssetTransfer, BundleStatus, CallStatus, IAssetVault, IInteropHandler, InteropBundle,
    describe_revert,
};

use super::{
    AssetError, Stage, Step, estimate,
    landing::{all, carried, newest_log},
};
use crate::{
    bundle::{BundleFile, ChainPlace, Network, ProveAt, ask, extract_at, prove},
    chain::{ChainLog, Finality},
};

/// What the destination has made of a transfer.
#[derive(Clone, Debug)]
pub enum Back {
    /// It may still arrive, or be given up.
    Open,
    /// It arrived.
    Arrived,
    /// It was given up, and this sends it back.
    Cancelled(Box<Step>),
    /// It went back with this bundle.
    Returned(Box<BundleFile>),
}

/// A transfer of a bundle and where it stands.
#[derive(Clone, Debug)]
pub struct WayBack {
    /// Index of its call.
    pub call: usize,
    /// What it carries.
    pub transfer: AssetTransfer,
    /// Where it stands.
    pub back: Back,
}

/// Where each transfer of a bundle stands on its way back.
pub async fn ways_back(network: &Network, bundle: &BundleFile) -> Result<Vec<WayBack>, AssetError> {
    let place = network.chain(bundle.destination_chain_id)?;
    let mut ways = Vec::new();
    for (call, transfer) in carried(network, bundle)? {
        let question = IInteropHandler::callStatusCall {
            bundleHash: bundle.bundle_hash,
            callIndex: U256::from(call),
        };
        let status = ask(place.reader.as_ref(), place.contracts.handler, &question).await?;
        let back = match status {
            CallStatus::Executed => Back::Arrived,
            CallStatus::Cancelled => cancelled(place, bundle, call).await?,
            _ => Back::Open,
        };
        ways.push(WayBack {
            call,
            transfer,
            back,
        });
    }
    Ok(ways)
}

async fn cancelled(
    place: &ChainPlace,
    bundle: &BundleFile,
    call: usize,
) -> Result<Back, AssetError> {
    let step = return_step(place, bundle, call);
    let calldata = step.calldata.clone();
    let reader = place.reader.as_ref();
    match estimate(reader, Address::ZERO, step.to, calldata, U256::ZERO).await? {
        Ok(_) => Ok(Back::Cancelled(Box::new(step))),
        Err(data) if data.starts_with(&IAssetVault::AssetVaultAlreadyReturned::SELECTOR) => {
            returned(place, bundle, call).await
        }
        Err(data) => Err(AssetError::WouldRevert {
            step: step.name,
            reason: describe_revert(&data),
        }),
    }
}

/// The bundle that a transfer went back with: the first that the center sent after the vault had said so.
async fn returned(
    place: &ChainPlace,
    bundle: &BundleFile,
    call: usize,
) -> Result<Back, AssetError> {
    let index = alloy::primitives::B256::from(U256::from(call));
    let topics = [
        IAssetVault::TransferReturned::SIGNATURE_HASH,
        bundle.bundle_hash,
        index,
    ];
    let is_return = |log: &ChainLog| log.topics == topics;
    let reader = place.reader.as_ref();
    let range = all(reader, place.start_block, place.page).await?;
    let missing = || AssetError::NotReady {
        what: "the way back",
        stage: Stage::Cancelled.label(),
        detail: "its chain shows no event of it; run the command again".to_owned(),
    };
    let log = newest_log(reader, range, place.vault, is_return)
        .await?
        .ok_or_else(missing)?;
    let back = extract_at(place, log.block.number, log.log_index)
        .await?
        .ok_or_else(missing)?;
    Ok(Back::Returned(Box::new(back)))
}

fn return_step(place: &ChainPlace, bundle: &BundleFile, call: usize) -> Step {
    let call = IAssetVault::returnCancelledCall {
        sourceChainId: U256::from(bundle.source_chain_id),
        bundle: bundle.bundle.clone(),
        callIndex: U256::from(call),
    };
    Step::new("send the transfer back", place.vault, &call)
}

/// Last timestamp at which the bundle may arrive, in seconds; `None` if it has no deadline.
pub(super) fn deadline(bundle: &BundleFile) -> Option<u64> {
    InteropBundle::decode(&bundle.bundle)
        .ok()?
        .deadline()
        .ok()?
}

/// Whether a deadline is over, by the clock of the bundle's destination.
pub(super) async fn is_over(network: &Network, bundle: &BundleFile) -> Result<bool, AssetError> {
    let place = network.chain(bundle.destination_chain_id)?;
    let Some(deadline) = deadline(bundle) else {
        return Ok(false);
    };
    Ok(place.reader.head(Finality::Latest).await?.timestamp > deadline)
}

/// What gives the bundle up; `None` if that was done, or is not needed.
///
/// # Errors
/// It arrived, or may still arrive, or its chain cannot be shown yet that it was sent.
pub async fn cancel_step(
    network: &Network,
    bundle: &BundleFile,
) -> Result<Option<Step>, AssetError> {
    let place = network.chain(bundle.destination_chain_id)?;
    let question = IInteropHandler::bundleStatusCall {
        bundleHash: bundle.bundle_hash,
    };
    let status = ask(place.reader.as_ref(), place.contracts.handler, &question).await?;
    let open = ways_back(network, bundle)
        .await?
        .iter()
        .any(|way| matches!(way.back, Back::Open));
    let refuse = |stage: Stage, detail: String| {
        Err(AssetError::NotReady {
            what: "the transfer",
            stage: stage.label(),
            detail,
        })
    };
    match status {
        BundleStatus::FullyExecuted => {
            return refuse(Stage::Arrived, "there is nothing to send back".to_owned());
        }
        BundleStatus::Unbundled if !open => return Ok(None),
        _ => {}
    }
    let Some(deadline) = deadline(bundle) else {
        return refuse(
            Stage::Sent,
            "it has no deadline, so it can arrive at any time".to_owned(),
        );
    };
    if !is_over(network, bundle).await? {
        let detail = format!("it may arrive until timestamp {deadline}; come back after that");
        return refuse(Stage::Sent, detail);
    }
    let proven = prove(network, bundle, ProveAt::Imported).await?;
    let delivery = proven.proof.delivery(bundle);
    let call = IInteropHandler::cancelExpiredCall { delivery };
    let step = Step::new("give the bundle up", place.contracts.handler, &call);
    Ok(Some(step))
}
