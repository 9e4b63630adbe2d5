//! Where a transfer stands, read from the chains.

use alloy::primitives::B256;
use causeway_bindings::{BundleStatus, IInteropHandler};
use serde::Serialize;

use super::{
    AssetError, Back, Deposit, Landing, Sent, Withdrawal,
    back::{deadline, is_over},
    finish::{self, Finish},
    landing, ways_back,
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
    /// It arrived, and the recipient has it.
    Arrived,
    /// It arrived, and the recipient, who could not be paid, may claim it.
    Claimable,
    /// It arrived, and the rules of its issuer hold it.
    Held,
    /// It may arrive no more, and can be given up.
    Expired,
    /// The destination gave it up; it can be sent back.
    Cancelled,
    /// It was sent back.
    Returned,
    /// The chain refused the deposit; no batch that L1 has executed says so yet.
    Refused,
    /// L1 can give the deposit back, at anyone's request.
    Recoverable,
    /// L1 gave the deposit back.
    Recovered,
}

/// Every stage, in order.
pub const STAGES: [Stage; 13] = [
    Stage::Sent,
    Stage::Settled,
    Stage::Ready,
    Stage::Delayed,
    Stage::Arrived,
    Stage::Claimable,
    Stage::Held,
    Stage::Expired,
    Stage::Cancelled,
    Stage::Returned,
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
            Self::Claimable => "claimable",
            Self::Held => "held",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Returned => "returned",
            Self::Refused => "refused",
            Self::Recoverable => "recoverable",
            Self::Recovered => "recovered",
        }
    }

    /// Whether nothing will change any more, or only its owner changes it.
    pub fn is_terminal(self) -> bool {
        matches!(
            self,
            Self::Arrived | Self::Claimable | Self::Returned | Self::Recovered
        )
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
    /// What it was sent back with, and where that stands.
    pub ways_back: Vec<Status>,
}

impl Status {
    /// Whether nothing will change any more, or only an owner changes it.
    pub fn is_over(&self) -> bool {
        self.stage.is_terminal() && self.ways_back.iter().all(Self::is_over)
    }
}

/// A stage, what it means, and the ways back.
struct Seen(Stage, String, Vec<Status>);

impl From<(Stage, String)> for Seen {
    fn from((stage, detail): (Stage, String)) -> Self {
        Self(stage, detail, Vec::new())
    }
}

/// Reads where a transfer stands.
pub async fn status(network: &Network, sent: &Sent) -> Result<Status, AssetError> {
    let Seen(stage, detail, ways_back) = match sent {
        Sent::Bundle(bundle) => of_bundle(network, bundle).await?,
        Sent::Withdrawal(withdrawal) => of_withdrawal(network, withdrawal).await?.into(),
        Sent::Deposit(deposit) => of_deposit(network, deposit).await?.into(),
    };
    Ok(Status {
        kind: sent.kind(),
        id: sent.id(),
        stage,
        detail,
        ways_back,
    })
}

async fn of_bundle(network: &Network, bundle: &BundleFile) -> Result<Seen, AssetError> {
    let place = network.chain(bundle.destination_chain_id)?;
    let question = IInteropHandler::bundleStatusCall {
        bundleHash: bundle.bundle_hash,
    };
    match ask(place.reader.as_ref(), place.contracts.handler, &question).await? {
        BundleStatus::FullyExecuted => {
            let landed = landing::of_bundle(network, bundle).await?;
            let paid = format!("chain {} has executed the bundle", place.id());
            return Ok(of_landings(landed, paid).into());
        }
        BundleStatus::Unbundled => return of_cancelled(network, bundle).await,
        _ => {}
    }
    let (stage, detail) = match prove(network, bundle, ProveAt::Imported).await {
        Ok(proven) => (
            Stage::Ready,
            format!(
                "batch {} is proven to chain {}; any relayer may deliver it",
                proven.proof.batch,
                place.id()
            ),
        ),
        Err(error @ StepError::NotSettled { .. }) => (Stage::Sent, error.to_string()),
        Err(StepError::NotImported { chain, needed }) => (
            Stage::Settled,
            format!("chain {chain} has not imported the root of L1 block {needed} or a later one"),
        ),
        Err(error) => return Err(error.into()),
    };
    let Some(deadline) = deadline(bundle) else {
        return Ok((stage, detail).into());
    };
    if !is_over(network, bundle).await? {
        let detail = format!("{detail}; it may arrive until timestamp {deadline}");
        return Ok((stage, detail).into());
    }
    let over = format!("it could arrive until timestamp {deadline}");
    let detail = match stage {
        Stage::Ready => {
            format!("{over}; a relayer sends it back, or you do: causeway transfer return")
        }
        _ => format!("{over}; it can go back once that is proven: {detail}"),
    };
    Ok((Stage::Expired, detail).into())
}

/// What the destination has given up, in whole or in part.
async fn of_cancelled(network: &Network, bundle: &BundleFile) -> Result<Seen, AssetError> {
    let mut returned = Vec::new();
    let [mut open, mut waiting, mut arrived] = [0_usize; 3];
    for way in ways_back(network, bundle).await? {
        let count = match way.back {
            Back::Open => &mut open,
            Back::Arrived => &mut arrived,
            Back::Cancelled(_) => &mut waiting,
            Back::Returned(back) => {
                let sent = Sent::Bundle(back);
                returned.push(Box::pin(status(network, &sent)).await?);
                continue;
            }
        };
        *count = count.saturating_add(1);
    }
    let gone = returned.len();
    let counts = format!(
        "of its transfers {gone} went back, {waiting} can be sent back, {arrived} arrived, {open} are open"
    );
    Ok(if waiting > 0 {
        let detail = format!(
            "{counts}; a relayer sends back what can be, or you do: causeway transfer return"
        );
        Seen(Stage::Cancelled, detail, returned)
    } else if open > 0 {
        Seen(Stage::Settled, counts, returned)
    } else if gone > 0 {
        Seen(Stage::Returned, counts, returned)
    } else {
        Seen(Stage::Arrived, counts, returned)
    })
}

/// What became of what arrived: the one that needs somebody counts.
fn of_landings(landings: Vec<Landing>, paid: String) -> (Stage, String) {
    let mut claim = None;
    for landing in landings {
        match landing {
            Landing::Paid => {}
            Landing::Held {
                payable_at,
                refused,
                ..
            } => {
                let now = match refused {
                    None => "it can be paid now".to_owned(),
                    Some(reason) => format!("not now: {reason}"),
                };
                let detail = format!(
                    "the rules of its issuer hold it until timestamp {payable_at}; {now}; then a relayer has it paid, or \
                     you do: causeway transfer release"
                );
                return (Stage::Held, detail);
            }
            Landing::Claimable {
                chain,
                owner,
                amount,
            } => {
                claim = Some(format!(
                    "{owner} could not be paid on chain {chain}, and may claim {amount} of the smallest unit: causeway \
                     transfer claim"
                ));
            }
        }
    }
    match claim {
        Some(detail) => (Stage::Claimable, detail),
        None => (Stage::Arrived, paid),
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
            format!(
                "it exceeds the outflow limit; from timestamp {until} on L1 pays it once anyone asks: causeway withdraw finalize"
            ),
        ),
        Finish::Done => {
            let landed = landing::paid_withdrawal(network, withdrawal).await?;
            of_landings(landed.into_iter().collect(), "L1 has paid it".to_owned())
        }
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
        let paid = format!("chain {chain} took it in block {}", outcome.block);
        return Ok(of_landings(
            landing::of_deposit(network, deposit).await?,
            paid,
        ));
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
