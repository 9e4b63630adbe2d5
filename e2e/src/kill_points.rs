//! Points at which a relayer of swaps can be killed, told from outside: by the calls that it makes to the chains.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use alloy::{
    consensus::{Transaction, TxEnvelope},
    eips::Decodable2718,
    hex,
    primitives::{Address, B256, Bytes, U256},
    sol_types::{SolCall, SolValue},
};
use causeway_bindings::{
    IAtomicSwap as Swap, IBatchSettlement as Settlement, ISwapRegistry as Registry, Quote, swap_id,
};
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;

use crate::gate::{Guard, Verdict};

/// Time from an answered receipt to a kill, where the coordinator itself calls nobody any more.
const SOON: Duration = Duration::from_millis(500);
/// Time in which a relayer that runs again has asked for every receipt that is not in its store.
const SURELY: Duration = Duration::from_secs(3);

/// What a relayer does about a swap with one transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Has the source take what was ordered.
    Lock,
    /// Has the destination execute the swap.
    Execute,
    /// Has the destination cancel it.
    Cancel,
    /// Has the source pay the beneficiary.
    Redeem,
    /// Has the source give back, at the word of the destination.
    Refund,
    /// The same, at the word of L1.
    RefundByL1,
    /// Has L1 ask the destination to resolve the swap.
    ForceResolve,
    /// Has L1 ask the destination to execute it.
    ForceExecute,
    /// Has L1 ask the source to pay.
    ForceClose,
    /// Has L1 freeze a chain.
    Freeze,
    /// Has L1 cancel in a frozen destination's stead.
    L1Cancel,
    /// Has L1 pay in a frozen source's stead.
    L1Claim,
}

/// How far the transaction of a step is when its sender is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Point {
    /// It would succeed, and does not exist yet: nothing of it is in the store.
    Simulated,
    /// It is in the store, and no node has seen it.
    Written,
    /// A node has it, and the sender does not know that.
    Sent,
    /// It is in a block, and the sender does not know that.
    Included,
    /// The sender has just learned that; by its store it is not final.
    Answered,
}

/// A step, and of what: the id of a swap, or of the chain that is frozen. Before its lock a swap has no id, and is told by its
/// quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Deed {
    /// The step.
    pub step: Step,
    /// What it concerns.
    pub of: B256,
}

/// Who goes on after a kill. Where nobody has seen the transaction yet, nobody else takes that step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heir {
    /// The same relayer, started again with its store.
    Itself,
    /// Another one, which has a store and an account of its own.
    Another,
}

/// A kill that is planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plot {
    /// Of which step.
    pub deed: Deed,
    /// When.
    pub point: Point,
    /// Who goes on.
    pub heir: Heir,
}

/// A relayer that has come to the point of a plot, and gets no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Which relayer.
    pub relayer: usize,
    /// The plot.
    pub plot: Plot,
}

/// All that is planned, shared by the gates of all relayers.
#[derive(Debug)]
pub struct Plots {
    state: Mutex<State>,
    hits: UnboundedSender<Hit>,
}

#[derive(Debug, Default)]
struct State {
    /// Those that no relayer has come to.
    open: Vec<Plot>,
    /// Transactions that were made.
    made: HashMap<B256, Deed>,
    /// Who alone may take a step that nobody has sent anything for, since its sender was killed.
    heirs: HashMap<Deed, usize>,
    /// When a relayer learned that its transaction is in a block.
    answered: HashMap<(usize, Deed), Learned>,
}

/// A relayer has learned of its transaction.
#[derive(Clone, Copy, Debug)]
enum Learned {
    /// At this time, by a receipt.
    Now(Instant),
    /// Before it was killed for something else: whether that is in its store shows when it runs again.
    Before,
    /// So, and it has run again since this time without asking for the receipt.
    BeforeAndRuns(Instant),
}

/// In front of one chain of one relayer.
#[derive(Debug)]
pub struct Watchman {
    /// Which relayer.
    pub relayer: usize,
    /// The account of its coordinator.
    pub coordinator: Address,
    /// The account whose orders it locks.
    pub customer: Address,
    /// What is planned.
    pub plots: Arc<Plots>,
}

impl Point {
    /// All of them, in their order.
    pub const ALL: [Self; 5] = [
        Self::Simulated,
        Self::Written,
        Self::Sent,
        Self::Included,
        Self::Answered,
    ];
}

impl Heir {
    /// Either.
    pub const ALL: [Self; 2] = [Self::Another, Self::Itself];
}

impl fmt::Display for Plot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { deed, point, heir } = self;
        let (step, point, heir) = (
            format!("{:?}", deed.step),
            format!("{point:?}"),
            format!("{heir:?}"),
        );
        write!(f, "{step:<12} {point:<9} {heir:<7} {}", deed.of)
    }
}

impl Plots {
    /// None yet. Hits are sent to `hits`.
    pub fn new(hits: UnboundedSender<Hit>) -> Self {
        Self {
            state: Mutex::default(),
            hits,
        }
    }

    /// Plans more.
    pub fn add(&self, plots: impl IntoIterator<Item = Plot>) {
        self.state().open.extend(plots);
    }

    /// Those that no relayer has come to.
    pub fn open(&self) -> Vec<Plot> {
        self.state().open.clone()
    }

    /// Whether an heir has a step before it that is its own to take.
    pub fn is_awaited(&self) -> bool {
        !self.state().heirs.is_empty()
    }

    /// A relayer starts anew, and knows what its store says.
    pub fn restarts(&self, relayer: usize) {
        for ((who, _), learned) in &mut self.state().answered {
            if *who == relayer {
                *learned = Learned::Before;
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a relayer has come to the point of a plot, which is then over.
    fn meets(&self, relayer: usize, deed: Deed, point: Point) -> bool {
        let mut state = self.state();
        let place = state
            .open
            .iter()
            .position(|plot| plot.deed == deed && plot.point == point);
        let Some(place) = place else { return false };
        let plot = state.open.remove(place);
        let hit = Hit { relayer, plot };
        if matches!(point, Point::Simulated | Point::Written) {
            state.heirs.insert(deed, hit.heir());
        }
        // Nobody listens once the scenario is over.
        let _ = self.hits.send(hit);
        true
    }
}

impl Hit {
    /// Which relayer goes on.
    pub fn heir(&self) -> usize {
        match self.plot.heir {
            Heir::Itself => self.relayer,
            Heir::Another => 1 - self.relayer,
        }
    }
}

impl Guard for Watchman {
    fn judge(&self, call: &Value) -> Verdict {
        if let Some(verdict) = self.leaves_to_heir(call) {
            verdict
        } else if self.has_learned(call) || self.has_written(call) {
            Verdict::Withhold
        } else {
            Verdict::Pass
        }
    }

    fn withholds(&self, call: &Value, answer: &Value) -> bool {
        let result = &answer["result"];
        if result.is_null() {
            return false;
        }
        let (deed, point) = match method(call) {
            "eth_estimateGas" => (simulated(call), Point::Simulated),
            "eth_sendRawTransaction" => (transaction(call).map(|(_, deed)| deed), Point::Sent),
            "eth_getTransactionReceipt" if result["status"] == "0x1" => {
                (self.made(call), Point::Included)
            }
            _ => return false,
        };
        let Some(deed) = deed else { return false };
        if point == Point::Sent {
            self.plots.state().heirs.remove(&deed);
        }
        if self.plots.meets(self.relayer, deed, point) {
            return true;
        }
        if point == Point::Included {
            let answered = (self.relayer, deed);
            let now = Learned::Now(Instant::now());
            let mut state = self.plots.state();
            let known = state.answered.entry(answered).or_insert(now);
            if !matches!(known, Learned::Now(_)) {
                *known = now;
            }
        }
        false
    }
}

impl Watchman {
    /// A step that is an heir's to take would fail for anybody else, and what anybody else sends for it is lost.
    fn leaves_to_heir(&self, call: &Value) -> Option<Verdict> {
        let (deed, verdict) = match method(call) {
            "eth_estimateGas" => (simulated(call)?, Verdict::Revert),
            "eth_sendRawTransaction" => {
                let (hash, deed) = transaction(call)?;
                (deed, Verdict::Answer(json!(hash)))
            }
            _ => return None,
        };
        let heir = self.plots.state().heirs.get(&deed).copied()?;
        (heir != self.relayer).then_some(verdict)
    }

    /// Whether it has come past an answered receipt. Each account does one thing at a time, so what was told to it before its
    /// next call is in the store; the calls of others say nothing of that.
    fn has_learned(&self, call: &Value) -> bool {
        let caller = self.caller(call);
        let is_learned = |deed: &Deed, learned: &mut Learned| match *learned {
            Learned::Now(at) => caller == Some(self.account(deed.step)) || at.elapsed() >= SOON,
            Learned::Before => {
                *learned = Learned::BeforeAndRuns(Instant::now());
                false
            }
            Learned::BeforeAndRuns(since) => since.elapsed() >= SURELY,
        };
        let learned: Vec<Deed> = {
            let mut state = self.plots.state();
            let own = state.answered.iter_mut();
            let own = own.filter(|((relayer, _), _)| *relayer == self.relayer);
            own.filter_map(|((_, deed), learned)| is_learned(deed, learned).then_some(*deed))
                .collect()
        };
        let meets = |deed| self.plots.meets(self.relayer, deed, Point::Answered);
        learned.into_iter().any(meets)
    }

    /// The account for which a call is made, where that can be told.
    fn caller(&self, call: &Value) -> Option<Address> {
        let deed = match method(call) {
            "eth_getTransactionCount" => return call["params"][0].as_str()?.parse().ok(),
            "eth_estimateGas" => simulated(call),
            "eth_sendRawTransaction" => transaction(call).map(|(_, deed)| deed),
            "eth_getTransactionReceipt" => self.made(call),
            _ => None,
        };
        Some(self.account(deed?.step))
    }

    /// Who takes a step.
    fn account(&self, step: Step) -> Address {
        if step == Step::Lock {
            self.customer
        } else {
            self.coordinator
        }
    }

    fn has_written(&self, call: &Value) -> bool {
        if method(call) != "eth_sendRawTransaction" {
            return false;
        }
        let Some((hash, deed)) = transaction(call) else {
            return false;
        };
        self.plots.state().made.insert(hash, deed);
        self.plots.meets(self.relayer, deed, Point::Written)
    }

    fn made(&self, call: &Value) -> Option<Deed> {
        let hash = call["params"][0].as_str()?.parse::<B256>().ok()?;
        self.plots.state().made.get(&hash).copied()
    }
}

fn method(call: &Value) -> &str {
    call["method"].as_str().unwrap_or_default()
}

fn simulated(call: &Value) -> Option<Deed> {
    deed(&hex::decode(call["params"][0]["input"].as_str()?).ok()?)
}

fn transaction(call: &Value) -> Option<(B256, Deed)> {
    let raw = hex::decode(call["params"][0].as_str()?).ok()?;
    let envelope = TxEnvelope::decode_2718_exact(&raw).ok()?;
    Some((*envelope.tx_hash(), deed(envelope.input())?))
}

/// What calldata asks for; `None` for what no relayer sends for swaps.
fn deed(input: &[u8]) -> Option<Deed> {
    let selector: [u8; 4] = *input.first_chunk()?;
    let (step, of) = match selector {
        Swap::lockCall::SELECTOR => {
            let call = Swap::lockCall::abi_decode(input).ok()?;
            let (quote, _) = <(Quote, Bytes)>::abi_decode_params(&call.terms.venueData).ok()?;
            return Some(Deed::lock(quote.nonce));
        }
        Swap::executeCall::SELECTOR => {
            let call = Swap::executeCall::abi_decode(input).ok()?;
            (Step::Execute, call.preimage.id())
        }
        Swap::cancelCall::SELECTOR => {
            let call = Swap::cancelCall::abi_decode(input).ok()?;
            (Step::Cancel, swap_id(&call.header))
        }
        Swap::redeemCall::SELECTOR => {
            let call = Swap::redeemCall::abi_decode(input).ok()?;
            (Step::Redeem, call.preimage.id())
        }
        Swap::refundCall::SELECTOR => {
            let call = Swap::refundCall::abi_decode(input).ok()?;
            let step = if call.proof.path.is_empty() {
                Step::RefundByL1
            } else {
                Step::Refund
            };
            (step, call.preimage.id())
        }
        Registry::forceResolveCall::SELECTOR => {
            let call = Registry::forceResolveCall::abi_decode(input).ok()?;
            (Step::ForceResolve, call.swapId)
        }
        Registry::forceExecuteCall::SELECTOR => {
            let call = Registry::forceExecuteCall::abi_decode(input).ok()?;
            (Step::ForceExecute, call.preimage.id())
        }
        Registry::forceCloseCall::SELECTOR => {
            let call = Registry::forceCloseCall::abi_decode(input).ok()?;
            (Step::ForceClose, call.preimage.id())
        }
        Registry::l1CancelCall::SELECTOR => {
            let call = Registry::l1CancelCall::abi_decode(input).ok()?;
            (Step::L1Cancel, call.swapId)
        }
        Registry::l1ClaimCall::SELECTOR => {
            let call = Registry::l1ClaimCall::abi_decode(input).ok()?;
            (Step::L1Claim, call.preimage.id())
        }
        Settlement::freezeCall::SELECTOR => {
            let call = Settlement::freezeCall::abi_decode(input).ok()?;
            return Some(Deed::freeze(call.chainId));
        }
        _ => return None,
    };
    Some(Deed { step, of })
}

impl Deed {
    /// The lock for which the quote with this number is taken.
    pub fn lock(nonce: U256) -> Self {
        Self {
            step: Step::Lock,
            of: nonce.into(),
        }
    }

    /// The freeze of a chain.
    pub fn freeze(chain: U256) -> Self {
        Self {
            step: Step::Freeze,
            of: chain.into(),
        }
    }
}
