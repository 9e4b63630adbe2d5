//! The stage of a swap is a function of what the chains say: a restart, or another relayer, comes to the same one.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::model::UnixSeconds;

/// What the destination, or L1 in its stead, decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Decision {
    /// The trade has happened.
    Executed,
    /// It has not, and never will.
    Cancelled,
}

/// How far the ordering bank's own preparations are. Nothing of it stands on a chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum BeforeLock {
    /// Terms are written down.
    #[default]
    Proposed,
    /// The other bank has signed a quote.
    Quoted,
    /// Everything was checked.
    Accepted,
    /// The lock is durable, and perhaps sent.
    LockIntended,
    /// The order ended before anything of it was sent.
    Withdrawn,
}

/// What the source says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LockFact {
    /// There is no lock.
    #[default]
    None,
    /// Locked, and not paid.
    Locked,
    /// The beneficiary was paid.
    Redeemed,
    /// What was locked went back.
    Refunded,
    /// The source has learned that L1 paid in its stead.
    ClosedByL1,
}

/// Who paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClosedOn {
    /// The source.
    Source,
    /// L1, in its stead.
    L1,
}

/// What L1 says, in final blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotFact {
    /// What was decided, if anything.
    pub decision: Option<Decision>,
    /// Whether L1 decided while the destination was frozen.
    pub by_l1: bool,
    /// Who paid, if that is over.
    pub closed: Option<ClosedOn>,
    /// Whether the destination was asked through its queue.
    pub is_forced: bool,
    /// Whether the source was asked through its queue to pay.
    pub is_close_forced: bool,
    /// When it changed last, in seconds.
    pub changed_at: UnixSeconds,
}

/// What the chains say of a swap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SwapFacts {
    /// The source's newest block.
    pub lock: LockFact,
    /// L1's final block; `None`: it knows no such swap.
    pub slot: Option<SlotFact>,
    /// The destination's newest block.
    pub outcome: Option<Decision>,
    /// Whether the destination has a root that proves the lock.
    pub importable: bool,
    /// Whether the source can pay: it has a root that proves the receipt, or L1 told it.
    pub payable: bool,
}

/// Where a swap stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SwapStage {
    /// Terms are written down.
    Proposed,
    /// The other bank has signed a quote.
    Quoted,
    /// Everything was checked.
    Accepted,
    /// The lock is durable, and perhaps sent.
    LockIntended,
    /// The lock is in a block of the source.
    Locked,
    /// L1 has executed the batch with the lock.
    Settled,
    /// The destination can prove the lock.
    Executable,
    /// Executed on the destination; L1 does not know yet.
    Executed,
    /// Cancelled on the destination; L1 does not know yet.
    Cancelled,
    /// L1 has it that the trade happened.
    DecidedExecuted,
    /// L1 has it that the trade never will.
    DecidedCancelled,
    /// The source can pay the beneficiary.
    Redeemable,
    /// The source can give back what was locked.
    Refundable,
    /// The source has paid the beneficiary; L1 does not know yet.
    Redeeming,
    /// The source has given back what was locked; L1 does not know yet.
    Refunding,
    /// The beneficiary was paid, for good.
    Redeemed,
    /// What was locked went back, for good.
    Refunded,
    /// L1 paid in the source's stead, for good.
    ClosedByL1,
    /// The order ended before anything was locked.
    Withdrawn,
}

/// What a transaction does for a swap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SwapStep {
    /// The vault may take what is given.
    Approve,
    /// The given asset is locked on the source.
    Lock,
    /// The trade is made on the destination.
    Execute,
    /// It is given up there, after its deadline.
    Cancel,
    /// The source pays the beneficiary.
    Redeem,
    /// The source gives back what was locked.
    Refund,
    /// L1 asks the destination to resolve it.
    ForceResolve,
    /// L1 asks the destination to execute it, and is told all of it.
    ForceExecute,
    /// L1 asks the source to pay.
    ForceClose,
    /// L1 freezes the destination.
    FreezeDestination,
    /// L1 freezes the source.
    FreezeSource,
    /// L1 cancels in the frozen destination's stead.
    L1Cancel,
    /// L1 pays in the frozen source's stead.
    L1Claim,
}

/// What a change of stage is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// There is none.
    Stays,
    /// Something happened.
    Forward,
    /// A reorg took something back.
    Back,
}

/// The chains now contradict what was final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the swap was {from}, which is final, and the chains now say {to}: compare the endpoints of L1, and report this"
)]
pub struct SwapContradiction {
    /// What was final.
    pub from: SwapStage,
    /// What was found.
    pub to: SwapStage,
}

impl SwapFacts {
    /// The stage. `before` counts only while there is no lock.
    pub fn stage(&self, before: BeforeLock) -> SwapStage {
        match (&self.slot, self.lock == LockFact::None) {
            (Some(slot), true | false) => self.stage_of_slot(slot),
            (None, true) => before.stage(),
            (None, false) => SwapStage::Locked,
        }
    }

    fn stage_of_slot(&self, slot: &SlotFact) -> SwapStage {
        match (slot.decision, slot.closed) {
            (None, Some(_) | None) => self.undecided(),
            (Some(_), Some(ClosedOn::L1)) => SwapStage::ClosedByL1,
            (Some(Decision::Executed), Some(ClosedOn::Source)) => SwapStage::Redeemed,
            (Some(Decision::Cancelled), Some(ClosedOn::Source)) => SwapStage::Refunded,
            (Some(Decision::Executed), None) => {
                match (self.lock == LockFact::Redeemed, self.payable) {
                    (true, true | false) => SwapStage::Redeeming,
                    (false, true) => SwapStage::Redeemable,
                    (false, false) => SwapStage::DecidedExecuted,
                }
            }
            (Some(Decision::Cancelled), None) => {
                match (self.lock == LockFact::Refunded, self.payable) {
                    (true, true | false) => SwapStage::Refunding,
                    (false, true) => SwapStage::Refundable,
                    (false, false) => SwapStage::DecidedCancelled,
                }
            }
        }
    }

    fn undecided(&self) -> SwapStage {
        match (self.outcome, self.importable) {
            (Some(Decision::Executed), true | false) => SwapStage::Executed,
            (Some(Decision::Cancelled), true | false) => SwapStage::Cancelled,
            (None, true) => SwapStage::Executable,
            (None, false) => SwapStage::Settled,
        }
    }
}

impl BeforeLock {
    fn stage(self) -> SwapStage {
        match self {
            Self::Proposed => SwapStage::Proposed,
            Self::Quoted => SwapStage::Quoted,
            Self::Accepted => SwapStage::Accepted,
            Self::LockIntended => SwapStage::LockIntended,
            Self::Withdrawn => SwapStage::Withdrawn,
        }
    }
}

impl SwapStage {
    /// Every stage, in the order of a swap's life.
    pub const ALL: [Self; 19] = [
        Self::Proposed,
        Self::Quoted,
        Self::Accepted,
        Self::Withdrawn,
        Self::LockIntended,
        Self::Locked,
        Self::Settled,
        Self::Executable,
        Self::Executed,
        Self::Cancelled,
        Self::DecidedExecuted,
        Self::DecidedCancelled,
        Self::Redeemable,
        Self::Refundable,
        Self::Redeeming,
        Self::Refunding,
        Self::Redeemed,
        Self::Refunded,
        Self::ClosedByL1,
    ];

    /// Name in output and metrics.
    pub fn label(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Quoted => "quoted",
            Self::Accepted => "accepted",
            Self::LockIntended => "lock_intended",
            Self::Locked => "locked",
            Self::Settled => "settled",
            Self::Executable => "executable",
            Self::Executed => "executed",
            Self::Cancelled => "cancelled",
            Self::DecidedExecuted => "decided_executed",
            Self::DecidedCancelled => "decided_cancelled",
            Self::Redeemable => "redeemable",
            Self::Refundable => "refundable",
            Self::Redeeming => "redeeming",
            Self::Refunding => "refunding",
            Self::Redeemed => "redeemed",
            Self::Refunded => "refunded",
            Self::ClosedByL1 => "closed_by_l1",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Whether it never changes any more.
    pub fn is_terminal(self) -> bool {
        self.rank() == LAST_RANK
    }

    /// What is decided for good, as far as the stage says.
    pub fn decision(self) -> Option<Decision> {
        match self {
            Self::DecidedExecuted | Self::Redeemable | Self::Redeeming | Self::Redeemed => {
                Some(Decision::Executed)
            }
            Self::DecidedCancelled | Self::Refundable | Self::Refunding | Self::Refunded => {
                Some(Decision::Cancelled)
            }
            Self::Proposed
            | Self::Quoted
            | Self::Accepted
            | Self::LockIntended
            | Self::Locked
            | Self::Settled
            | Self::Executable
            | Self::Executed
            | Self::Cancelled
            | Self::ClosedByL1
            | Self::Withdrawn => None,
        }
    }

    fn rank(self) -> u8 {
        match self {
            Self::Proposed => 0,
            Self::Quoted => 1,
            Self::Accepted => 2,
            Self::LockIntended => 3,
            Self::Locked => 4,
            Self::Settled => 5,
            Self::Executable => 6,
            Self::Executed | Self::Cancelled => 7,
            Self::DecidedExecuted | Self::DecidedCancelled => 8,
            Self::Redeemable | Self::Refundable => 9,
            Self::Redeeming | Self::Refunding => 10,
            Self::Redeemed | Self::Refunded | Self::ClosedByL1 | Self::Withdrawn => LAST_RANK,
        }
    }

    /// What it is to find the swap at `next` that was here.
    ///
    /// # Errors
    /// A terminal stage changes, or what was decided is decided otherwise.
    pub fn to(self, next: Self) -> Result<Move, SwapContradiction> {
        if self == next {
            return Ok(Move::Stays);
        }
        let turns = self
            .decision()
            .zip(next.decision())
            .is_some_and(|(before, after)| before != after);
        if self.is_terminal() || turns {
            return Err(SwapContradiction {
                from: self,
                to: next,
            });
        }
        Ok(if next.rank() > self.rank() {
            Move::Forward
        } else {
            Move::Back
        })
    }
}

const LAST_RANK: u8 = 11;

impl fmt::Display for SwapStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.label())
    }
}

/// The word names no stage of a swap.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no stage of a swap; see the stages in `causeway swap list --help`")]
pub struct UnknownSwapStage(pub String);

impl FromStr for SwapStage {
    type Err = UnknownSwapStage;

    fn from_str(word: &str) -> Result<Self, UnknownSwapStage> {
        Self::ALL
            .into_iter()
            .find(|stage| stage.label() == word)
            .ok_or_else(|| UnknownSwapStage(word.to_owned()))
    }
}

impl Decision {
    /// Name in output and metrics.
    pub fn label(self) -> &'static str {
        match self {
            Self::Executed => "executed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl SwapStep {
    /// Name in output and metrics.
    pub fn label(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Lock => "lock",
            Self::Execute => "execute",
            Self::Cancel => "cancel",
            Self::Redeem => "redeem",
            Self::Refund => "refund",
            Self::ForceResolve => "force_resolve",
            Self::ForceExecute => "force_execute",
            Self::ForceClose => "force_close",
            Self::FreezeDestination => "freeze_destination",
            Self::FreezeSource => "freeze_source",
            Self::L1Cancel => "l1_cancel",
            Self::L1Claim => "l1_claim",
        }
    }
}
