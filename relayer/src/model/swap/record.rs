//! What was seen of a swap, and where.

use std::collections::BTreeMap;
use std::fmt;

use alloy::primitives::{B256, Bytes, U256};
use alloy::sol_types::SolValue;
use causeway_bindings::{SwapHeader, SwapPayload, SwapPreimage, swap_id};
use serde::{Deserialize, Serialize};

use super::{
    BeforeLock, ClosedOn, Decision, LockFact, Move, SlotFact, SwapContradiction, SwapFacts,
    SwapName, SwapNames, SwapStage,
};
use crate::model::{ChainId, TxPoint, UnixSeconds};

/// All of a swap that its parties know: `abi.encode(SwapPreimage)`. It is never shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret(Bytes);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Secret {
    /// Keeps a preimage.
    pub fn new(preimage: &SwapPreimage) -> Self {
        Self(preimage.abi_encode().into())
    }

    /// The preimage; `None` where the store is damaged.
    pub fn preimage(&self) -> Option<SwapPreimage> {
        SwapPreimage::abi_decode(&self.0).ok()
    }

    /// The header.
    pub fn header(&self) -> Option<SwapHeader> {
        self.preimage().map(|preimage| preimage.header)
    }

    /// The payload.
    pub fn payload(&self) -> Option<SwapPayload> {
        SwapPayload::abi_decode(&self.preimage()?.payload).ok()
    }
}

/// A message of a swap that a chain has sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockPoint {
    /// Where.
    pub at: TxPoint,
    /// Its leaf.
    pub leaf: B256,
}

/// The receipt.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptPoint {
    /// What it says.
    pub decision: Decision,
    /// What comes back. It is not shown.
    pub output: Bytes,
    /// Where.
    pub at: TxPoint,
    /// Its leaf.
    pub leaf: B256,
}

impl fmt::Debug for ReceiptPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceiptPoint")
            .field("decision", &self.decision)
            .field("at", &self.at)
            .field("leaf", &self.leaf)
            .finish_non_exhaustive()
    }
}

/// How the source ended it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Payment {
    /// The beneficiary was paid.
    Redeemed,
    /// What was locked went back.
    Refunded,
    /// The source learned that L1 had paid.
    Buried,
}

/// A payment on the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentPoint {
    /// Which.
    pub payment: Payment,
    /// Where.
    pub at: TxPoint,
}

/// A decision on L1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecidedPoint {
    /// Which.
    pub decision: Decision,
    /// Whether L1 decided itself.
    pub by_l1: bool,
    /// Where.
    pub at: TxPoint,
}

/// The slot of L1.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotPoint {
    /// The source's batch was executed.
    pub opened: Option<TxPoint>,
    /// It was decided.
    pub decided: Option<DecidedPoint>,
    /// It was paid out, on this chain.
    pub closed: Option<(ChainId, TxPoint)>,
    /// These chains were asked through their queues.
    pub forced: Vec<(ChainId, TxPoint)>,
}

/// What was seen of a swap, by the chain that said it: only what the swap's own ends say counts, and which those are is
/// certain once the lock was seen. A reorg takes back what stood in blocks that are gone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwapSightings {
    /// The lock, on the source.
    pub lock: Option<LockPoint>,
    /// Receipts.
    pub receipts: BTreeMap<ChainId, ReceiptPoint>,
    /// Payments.
    pub payments: BTreeMap<ChainId, PaymentPoint>,
    /// Slots of L1, by the source that they are for.
    pub slots: BTreeMap<ChainId, SlotPoint>,
}

/// When a stage was entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwapMilestone {
    /// Stage.
    pub stage: SwapStage,
    /// When, by this relayer's clock.
    pub at: UnixSeconds,
}

/// A swap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwapRecord {
    /// Its id.
    pub id: B256,
    /// Chain that it is locked on.
    pub source: ChainId,
    /// Chain that it is executed on.
    pub destination: ChainId,
    /// All of it; `None` while only others have spoken of it.
    pub secret: Option<Secret>,
    /// What the ordering bank calls it.
    pub names: SwapNames,
    /// Hash of the order, so that one key never stands for two.
    pub order: Option<B256>,
    /// How far the preparations are.
    pub before: BeforeLock,
    /// What was seen.
    pub seen: SwapSightings,
    /// Where it stands.
    pub stage: SwapStage,
    /// When each stage was entered last, in that order.
    pub milestones: Vec<SwapMilestone>,
    /// When to look at it next.
    pub due: UnixSeconds,
    /// Transactions sent for it since its stage changed.
    pub attempts: u32,
    /// Why the last step was refused, or what is waited for.
    pub trouble: Option<String>,
}

impl SwapRecord {
    /// A swap of which nothing was seen.
    pub fn new(id: B256, source: ChainId, destination: ChainId, now: UnixSeconds) -> Self {
        let stage = SwapStage::Proposed;
        Self {
            id,
            source,
            destination,
            secret: None,
            names: SwapNames::default(),
            order: None,
            before: BeforeLock::Proposed,
            seen: SwapSightings::default(),
            stage,
            milestones: vec![SwapMilestone { stage, at: now }],
            due: now,
            attempts: 0,
            trouble: None,
        }
    }

    /// One that is to be locked.
    pub fn intended(preimage: &SwapPreimage, names: SwapNames, now: UnixSeconds) -> Self {
        let header = &preimage.header;
        let chain = |id: U256| id.saturating_to();
        let mut record = Self::new(
            swap_id(header),
            chain(header.sourceChainId),
            chain(header.destinationChainId),
            now,
        );
        record.secret = Some(Secret::new(preimage));
        record.names = names;
        record.before = BeforeLock::LockIntended;
        record
    }

    /// Takes note of how far the preparations are.
    pub fn prepare(&mut self, before: BeforeLock, now: UnixSeconds) {
        self.before = before;
        // What is over stays so; nobody prepares it again.
        let _over = self.observe(&self.facts(false, false), now);
    }

    /// Every name under which it is found, its id aside.
    pub fn all_names(&self) -> Vec<SwapName> {
        self.names.all()
    }

    /// When its stage was entered.
    pub fn since(&self) -> UnixSeconds {
        self.milestones.last().map_or(0, |entered| entered.at)
    }

    /// Whether nothing of it stands on a chain, and nobody here ordered it.
    pub fn is_unfounded(&self) -> bool {
        self.seen == SwapSightings::default() && self.before == BeforeLock::Proposed
    }

    /// The receipt of its destination.
    pub fn receipt(&self) -> Option<&ReceiptPoint> {
        self.seen.receipts.get(&self.destination)
    }

    /// Its slot on L1.
    pub fn slot(&self) -> Option<&SlotPoint> {
        self.seen.slots.get(&self.source)
    }

    /// What the sightings say, with what the stored roots prove.
    pub fn facts(&self, importable: bool, payable: bool) -> SwapFacts {
        let seen = &self.seen;
        SwapFacts {
            lock: seen.lock_fact(self.source),
            slot: self
                .slot()
                .and_then(|slot| slot.fact(self.source, self.destination)),
            outcome: self.receipt().map(|receipt| receipt.decision),
            importable,
            payable,
        }
    }

    /// Takes note of the stage.
    ///
    /// # Errors
    /// What was final is contradicted; the record stays as it is.
    pub fn observe(
        &mut self,
        facts: &SwapFacts,
        now: UnixSeconds,
    ) -> Result<Move, SwapContradiction> {
        let next = facts.stage(self.before);
        let moved = self.stage.to(next)?;
        match moved {
            Move::Stays => {}
            Move::Forward | Move::Back => {
                self.stage = next;
                self.attempts = 0;
                self.trouble = None;
                self.due = now;
                self.milestones.retain(|known| known.stage != next);
                self.milestones.push(SwapMilestone {
                    stage: next,
                    at: now,
                });
            }
        }
        Ok(moved)
    }
}

impl SwapSightings {
    fn lock_fact(&self, source: ChainId) -> LockFact {
        match self.payments.get(&source).map(|payment| payment.payment) {
            Some(Payment::Redeemed) => LockFact::Redeemed,
            Some(Payment::Refunded) => LockFact::Refunded,
            Some(Payment::Buried) => LockFact::ClosedByL1,
            None if self.lock.is_some() => LockFact::Locked,
            None => LockFact::None,
        }
    }

    /// Forgets what stood on a chain that may hold the lock, in blocks above `common`. True if that was anything.
    pub fn drop_above(&mut self, source: ChainId, chain: ChainId, common: u64) -> bool {
        let before = self.clone();
        let stays = |at: &TxPoint| at.block <= common;
        if chain == source {
            self.lock = self.lock.filter(|lock| stays(&lock.at));
        }
        self.receipts
            .retain(|on, receipt| *on != chain || stays(&receipt.at));
        self.payments
            .retain(|on, payment| *on != chain || stays(&payment.at));
        *self != before
    }

    /// Forgets what stood on L1, in blocks above `common`. True if that was anything.
    pub fn drop_above_on_l1(&mut self, common: u64) -> bool {
        let before = self.clone();
        for slot in self.slots.values_mut() {
            slot.drop_above(common);
        }
        self.slots.retain(|_, slot| *slot != SlotPoint::default());
        *self != before
    }
}

impl SlotPoint {
    fn drop_above(&mut self, common: u64) {
        let stays = |at: &TxPoint| at.block <= common;
        self.opened = self.opened.filter(stays);
        self.decided = self.decided.filter(|decided| stays(&decided.at));
        self.closed = self.closed.filter(|(_, at)| stays(at));
        self.forced.retain(|(_, at)| stays(at));
    }

    fn fact(&self, source: ChainId, destination: ChainId) -> Option<SlotFact> {
        let opened = self.opened?;
        let forced = |chain| self.forced.iter().any(|(asked, _)| *asked == chain);
        let changes = [
            self.decided.map(|decided| decided.at),
            self.closed.map(|(_, at)| at),
        ];
        let last = changes.into_iter().flatten().map(|at| at.timestamp).max();
        Some(SlotFact {
            decision: self.decided.map(|decided| decided.decision),
            by_l1: self.decided.is_some_and(|decided| decided.by_l1),
            closed: self.closed.map(|(chain, _)| {
                if chain == source {
                    ClosedOn::Source
                } else {
                    ClosedOn::L1
                }
            }),
            is_forced: forced(destination),
            is_close_forced: forced(source),
            changed_at: last.unwrap_or(opened.timestamp),
        })
    }
}
