//! Swaps as the interface shows them, without anything that only their parties know. The field names are part of the
//! interface: they change only together with [`SWAPS_SCHEMA`].

use alloy::primitives::B256;
use serde::{Deserialize, Serialize};

use crate::model::swap::{EndToEndId, Secret, SwapRecord, Uetr};
use crate::model::{TxPoint, UnixSeconds, trace_id};
use crate::view::{ChainNames, ChainView};

/// Version of the swap views.
pub const SWAPS_SCHEMA: &str = "causeway.swaps/v1";

/// When a stage was entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageView {
    /// Stage.
    pub stage: String,
    /// When, by the relayer's clock, in seconds since the epoch.
    pub at: UnixSeconds,
}

/// A transaction of a swap that was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenView {
    /// `lock`, `receipt`, `payment`, `opened`, `decided` or `closed`; the last three on L1.
    pub kind: String,
    /// Block number.
    pub block: u64,
    /// Block timestamp, in seconds since the epoch.
    pub timestamp: UnixSeconds,
    /// Transaction.
    pub tx: B256,
}

/// A swap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwapView {
    /// Its id.
    pub id: B256,
    /// Trace id in the logs.
    pub trace: String,
    /// Chain that it is locked on.
    pub source: ChainView,
    /// Chain that it is executed on.
    pub destination: ChainView,
    /// Where it stands.
    pub stage: String,
    /// Since when, in seconds since the epoch.
    pub since: UnixSeconds,
    /// Whether that is for good.
    pub is_over: bool,
    /// Last time at which it may be executed, in seconds since the epoch, if its lock was seen.
    pub deadline: Option<UnixSeconds>,
    /// Whether L1 asked the destination to resolve it.
    pub is_forced: bool,
    /// UETR, if it was ordered here.
    pub uetr: Option<Uetr>,
    /// End-to-end id, if it was ordered here.
    pub end_to_end_id: Option<EndToEndId>,
    /// What is waited for, or why the last step was refused.
    pub waits_for: Option<String>,
    /// Transactions sent for it from here in this stage.
    pub attempts: u32,
    /// Stages so far.
    pub stages: Vec<StageView>,
    /// What was seen of it on the chains.
    pub seen: Vec<SeenView>,
}

impl SwapView {
    /// How the swap is shown.
    pub fn new(swap: &SwapRecord, names: &ChainNames) -> Self {
        let chain = |chain_id| ChainView {
            chain_id,
            name: names.name(chain_id),
        };
        let forced = swap.slot().map(|slot| slot.forced.as_slice());
        let forced = forced.unwrap_or_default();
        let header = swap.secret.as_ref().and_then(Secret::header);
        let entered = swap.milestones.iter().map(|entered| StageView {
            stage: entered.stage.label().to_owned(),
            at: entered.at,
        });
        Self {
            id: swap.id,
            trace: trace_id(swap.id),
            source: chain(swap.source),
            destination: chain(swap.destination),
            stage: swap.stage.label().to_owned(),
            since: swap.since(),
            is_over: swap.stage.is_terminal(),
            deadline: header.map(|header| header.deadline),
            is_forced: forced.iter().any(|(asked, _)| *asked == swap.destination),
            uetr: swap.names.uetr.clone(),
            end_to_end_id: swap.names.end_to_end.clone(),
            waits_for: swap.trouble.clone(),
            attempts: swap.attempts,
            stages: entered.collect(),
            seen: seen(swap),
        }
    }
}

fn seen(swap: &SwapRecord) -> Vec<SeenView> {
    let slot = swap.slot();
    let payment = swap.seen.payments.get(&swap.source);
    let points: [(&str, Option<TxPoint>); 6] = [
        ("lock", swap.seen.lock.map(|lock| lock.at)),
        ("opened", slot.and_then(|slot| slot.opened)),
        ("receipt", swap.receipt().map(|receipt| receipt.at)),
        (
            "decided",
            slot.and_then(|slot| slot.decided).map(|decided| decided.at),
        ),
        ("payment", payment.map(|payment| payment.at)),
        (
            "closed",
            slot.and_then(|slot| slot.closed).map(|(_, at)| at),
        ),
    ];
    let found = points
        .into_iter()
        .filter_map(|(kind, at)| Some((kind, at?)));
    found
        .map(|(kind, at)| SeenView {
            kind: kind.to_owned(),
            block: at.block,
            timestamp: at.timestamp,
            tx: at.tx,
        })
        .collect()
}

/// A page of swaps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwapPage {
    /// [`SWAPS_SCHEMA`].
    pub schema: String,
    /// The swaps, in the order of ids.
    pub swaps: Vec<SwapView>,
    /// Where the next page starts, if there may be one.
    pub next: Option<B256>,
}

impl SwapPage {
    /// A page of at most `limit` swaps.
    pub fn new(swaps: &[SwapRecord], limit: usize, names: &ChainNames) -> Self {
        let next = swaps.last().filter(|_| swaps.len() >= limit);
        Self {
            schema: SWAPS_SCHEMA.to_owned(),
            swaps: swaps
                .iter()
                .map(|swap| SwapView::new(swap, names))
                .collect(),
            next: next.map(|swap| swap.id),
        }
    }
}
