//! Where a transfer stands, read from the chains.

use alloy::primitives::B256;
use causeway_bindings::{BundleStatus, IInteropHandler};
use serde::Serialize;

use super::{
    AssetError, Deposit, Sent, Withdrawal,
    finish::{self, Finish},
};
use crate::bundle::{BundleFile, Network, ProveAt, StepError, ask, prove};

/// Where a transfer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It left; no batch that L1 has executed holds it yet.
    Sent,
    /// L1 has executed the batch that holds it.
    Settled,
    /// It can be delivered, or finalized on L1, by anyone.
    Ready,
    /// It was proven to L1 and waits for the outflow limit.
    Delayed,
    /// It arrived. A recipient that could not be paid has a claim.
    Arrived,
    /// The destination gave it up; it goes back.
    Cancelled,
    /// The chain refused the deposit; no batch that L1 has executed says so yet.
    Refused,
    /// L1 can give the deposit back, at anyone's request.
    Recoverable,
    /// L1 gave the deposit back.
    Recovered,
}

/// Every stage, in order.
pub const STAGES: [Stage; 9] = [
    Stage::Sent,
    Stage::Settled,
    Stage::Ready,
    Stage::Delayed,
    Stage::Arrived,
    Stage::Cancelled,
    Stage::Refused,
    Stage::Recoverable,
    Stage::Recovered,
];

impl Stage {
    /// Name in output.
    pub fn label(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Settled => "settled",
            Self::Ready => "ready",
            Self::Delayed => "delayed",
            Self::Arrived => "arrived",
            Self::Cancelled => "cancelled",
            Self::Refused => "refused",
            Self::Recoverable => "recoverable",
            Self::Recovered => "recovered",
        }
    }

    /// Whether nothing will change any more.
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Arrived | Self::Cancelled | Self::Recovered)
    }
}

/// Where a transfer stands, and what that means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// What was sent.
    pub kind: &'static str,
    /// Bundle hash, message hash or operation hash.
    pub id: B256,
    /// Where it stands.
    pub stage: Stage,
    /// What that means for this transfer.
    pub detail: String,
}

/// Reads where a transfer stands.
pub async fn status(network: &Network, sent: &Sent) -> Result<Status, AssetError> {
    let (stage, detail) = match sent {
        Sent::Bundle(bundle) => of_bundle(network, bundle).await?,
        Sent::Withdrawal(withdrawal) => of_withdrawal(network, withdrawal).await?,
        Sent::Deposit(deposit) => of_deposit(network, deposit).await?,
    };
    Ok(Status {
        kind: sent.kind(),
        id: sent.id(),
        stage,
        detail,
    })
}

async fn of_bundle(network: &Network, bundle: &BundleFile) -> Result<(Stage, String), AssetError> {
    let place = network.chain(bundle.destination_chain_id)?;
    let question = IInteropHandler::bundleStatusCall {
        bundleHash: bundle.bundle_hash,
    };
    match ask(place.reader.as_ref(), place.contracts.handler, &question).await? {
        BundleStatus::FullyExecuted => {
            return Ok((
                Stage::Arrived,
                format!("chain {} has executed the bundle", place.id()),
            ));
        }
        BundleStatus::Unbundled => {
            let detail = format!(
                "chain {} settles its calls one by one: those that were cancelled go back with returnCancelled of the vault",
                place.id()
            );
            return Ok((Stage::Cancelled, detail));
        }
        _ => {}
    }
    match prove(network, bundle, ProveAt::Imported).await {
        Ok(proven) => Ok((
            Stage::Ready,
            format!(
                "batch {} is proven to chain {}; any relayer may deliver it",
                proven.proof.batch,
                place.id()
            ),
        )),
        Err(error @ StepError::NotSettled { .. }) => Ok((Stage::Sent, error.to_string())),
        Err(StepError::NotImported { chain, needed }) => Ok((
            Stage::Settled,
            format!("chain {chain} has not imported the root of L1 block {needed} or a later one"),
        )),
        Err(error) => Err(error.into()),
    }
}

async fn of_withdrawal(
    network: &Network,
    withdrawal: &Withdrawal,
) -> Result<(Stage, String), AssetError> {
    Ok(match finish::of_withdrawal(network, withdrawal).await? {
        Finish::NotSettled(reason) => (Stage::Sent, reason),
        Finish::Call(_) => (
            Stage::Ready,
            "L1 pays it once anyone proves it: causeway withdraw finalize".to_owned(),
        ),
        Finish::Delayed { until } => (
            Stage::Delayed,
            format!("it exceeds the outflow limit and is paid from timestamp {until} on"),
        ),
        Finish::Done => (Stage::Arrived, "L1 has paid it".to_owned()),
    })
}

async fn of_deposit(network: &Network, deposit: &Deposit) -> Result<(Stage, String), AssetError> {
    let chain = deposit.operation.chainId;
    let Some(outcome) = finish::outcome_on_chain(network, deposit).await? else {
        let detail = format!(
            "chain {chain} has not run operation {} yet; it must before timestamp {}",
            deposit.operation.nonce, deposit.operation.expiresAt
        );
        return Ok((Stage::Sent, detail));
    };
    if outcome.success {
        let detail = format!("chain {chain} took it in block {}", outcome.block);
        return Ok((Stage::Arrived, detail));
    }
    Ok(match finish::of_refusal(network, deposit, outcome).await? {
        Finish::NotSettled(reason) => (Stage::Refused, reason),
        Finish::Call(_) | Finish::Delayed { .. } => (
            Stage::Recoverable,
            format!("chain {chain} refused it; L1 gives it back: causeway deposit recover"),
        ),
        Finish::Done => (
            Stage::Recovered,
            format!("chain {chain} refused it, and L1 gave it back"),
        ),
    })
}
