//! What to do next about a swap, given what the chains say. Pure: another relayer, or this one after a restart, comes to
//! the same answer.

use crate::model::UnixSeconds;
use crate::model::swap::{Decision, SwapFacts, SwapStage, SwapStep};

/// What the coordinator may do by itself beyond the steps on the two chains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Ask a chain through its queue on L1 when it ignores a swap.
    pub force: bool,
    /// Freeze a chain that lets its queue expire.
    pub freeze: bool,
    /// Have L1 cancel in a frozen destination's stead.
    pub l1_cancel: bool,
    /// Publish a swap on L1 where nothing else helps: forced execution and payment, claims.
    pub publish: bool,
}

/// What L1 and its own newest block say of one end of a swap. Times in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// Time of its newest block; `None` where it cannot be reached.
    pub now: Option<UnixSeconds>,
    /// When L1 froze it.
    pub frozen_at: Option<UnixSeconds>,
    /// When the oldest operation in its queue expires.
    pub expires_at: Option<UnixSeconds>,
    /// How long it has before it can be forced.
    pub force_after: UnixSeconds,
    /// How long it has to come back once it is frozen.
    pub grace: UnixSeconds,
}

/// All that a plan depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct World {
    /// What the chains say of the swap.
    pub facts: SwapFacts,
    /// Its stage, which follows from the facts.
    pub stage: SwapStage,
    /// When this relayer first found it in that stage.
    pub since: UnixSeconds,
    /// Last time at which it may be executed, by the destination's clock.
    pub deadline: UnixSeconds,
    /// Time of L1's newest block.
    pub l1_now: UnixSeconds,
    /// Where it was locked.
    pub source: End,
    /// Where it is executed.
    pub destination: End,
    /// Since when the destination has left out a transaction that would execute it, by the relayer's clock.
    pub ignored_since: Option<UnixSeconds>,
    /// What is allowed.
    pub policy: Policy,
}

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Why {
    /// It is not locked.
    NotLocked,
    /// The lock is to be included.
    LockIncluded,
    /// L1 has not executed the source's batch with the lock.
    SourceSettles,
    /// The destination has no root that proves the lock.
    DestinationImports,
    /// The destination cannot be reached.
    DestinationUnreachable,
    /// L1 has not executed the destination's batch with the receipt.
    DestinationSettles,
    /// The source has no root that proves the receipt, or was not told yet.
    SourceImports,
    /// The source cannot be reached.
    SourceUnreachable,
    /// L1 has not executed the source's batch with the payment.
    PaymentSettles,
    /// A frozen chain has time to come back.
    Grace,
    /// The next step is one that the configuration does not allow.
    NotAllowed(SwapStep),
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Take this step.
    Do(SwapStep),
    /// Wait for something, until this time at the latest by L1's clock, where something is due then.
    Wait(Why, Option<UnixSeconds>),
    /// It is over.
    Over,
}

impl Why {
    /// Every reason, with one step for those that are not allowed.
    pub const ALL: [Self; 11] = [
        Self::NotLocked,
        Self::LockIncluded,
        Self::SourceSettles,
        Self::DestinationImports,
        Self::DestinationUnreachable,
        Self::DestinationSettles,
        Self::SourceImports,
        Self::SourceUnreachable,
        Self::PaymentSettles,
        Self::Grace,
        Self::NotAllowed(SwapStep::ForceResolve),
    ];

    /// Name in output.
    pub fn label(self) -> &'static str {
        match self {
            Self::NotLocked => "not_locked",
            Self::LockIncluded => "lock_not_included",
            Self::SourceSettles => "source_not_settled",
            Self::DestinationImports => "lock_not_imported",
            Self::DestinationUnreachable => "destination_unreachable",
            Self::DestinationSettles => "destination_not_settled",
            Self::SourceImports => "receipt_not_imported",
            Self::SourceUnreachable => "source_unreachable",
            Self::PaymentSettles => "payment_not_settled",
            Self::Grace => "frozen_chain_has_time",
            Self::NotAllowed(_) => "step_not_allowed",
        }
    }
}

/// The next step.
pub fn next(world: &World) -> Next {
    match world.stage {
        SwapStage::Proposed | SwapStage::Quoted | SwapStage::Accepted => {
            Next::Wait(Why::NotLocked, None)
        }
        SwapStage::LockIntended => Next::Wait(Why::LockIncluded, None),
        SwapStage::Locked => Next::Wait(Why::SourceSettles, None),
        SwapStage::Settled | SwapStage::Executable | SwapStage::Executed | SwapStage::Cancelled => {
            undecided(world)
        }
        SwapStage::DecidedExecuted | SwapStage::Redeemable | SwapStage::Redeeming => {
            unpaid(world, Decision::Executed)
        }
        SwapStage::DecidedCancelled | SwapStage::Refundable | SwapStage::Refunding => {
            unpaid(world, Decision::Cancelled)
        }
        SwapStage::Redeemed
        | SwapStage::Refunded
        | SwapStage::ClosedByL1
        | SwapStage::Withdrawn => Next::Over,
    }
}

/// The destination has to decide, or L1 in its stead.
fn undecided(world: &World) -> Next {
    let pressed = Pressed {
        end: world.destination,
        is_forced: world.facts.slot.is_some_and(|slot| slot.is_forced),
        freeze: SwapStep::FreezeDestination,
        instead: SwapStep::L1Cancel,
        force: if world.policy.publish && world.l1_now <= world.deadline {
            SwapStep::ForceExecute
        } else {
            SwapStep::ForceResolve
        },
    };
    let reached = world.destination.now;
    let own = reached.filter(|_| world.stage == SwapStage::Executable);
    let own = own.map(|now| {
        if now <= world.deadline {
            SwapStep::Execute
        } else {
            SwapStep::Cancel
        }
    });
    let why = match (reached, world.stage) {
        (None, _) => Why::DestinationUnreachable,
        (Some(_), SwapStage::Settled) => Why::DestinationImports,
        (Some(_), _) => Why::DestinationSettles,
    };
    pressed.next(world, own, why)
}

/// The source has to pay, or L1 in its stead.
fn unpaid(world: &World, decision: Decision) -> Next {
    let pressed = Pressed {
        end: world.source,
        is_forced: world.facts.slot.is_some_and(|slot| slot.is_close_forced),
        freeze: SwapStep::FreezeSource,
        instead: SwapStep::L1Claim,
        force: SwapStep::ForceClose,
    };
    let reached = world.source.now;
    let payable = matches!(world.stage, SwapStage::Redeemable | SwapStage::Refundable);
    let own = reached.filter(|_| payable).map(|_| match decision {
        Decision::Executed => SwapStep::Redeem,
        Decision::Cancelled => SwapStep::Refund,
    });
    let paid = matches!(world.stage, SwapStage::Redeeming | SwapStage::Refunding);
    let why = match (reached, paid) {
        (None, _) => Why::SourceUnreachable,
        (Some(_), true) => Why::PaymentSettles,
        (Some(_), false) => Why::SourceImports,
    };
    pressed.next(world, own, why)
}

/// A chain that something is wanted of, and what L1 can do if it does not do it.
struct Pressed {
    end: End,
    is_forced: bool,
    force: SwapStep,
    freeze: SwapStep,
    instead: SwapStep,
}

impl Pressed {
    /// What L1 does once the chain is dead comes first, then what makes it answer, then the step on the chain itself.
    fn next(&self, world: &World, own: Option<SwapStep>, why: Why) -> Next {
        if let Some(frozen_at) = self.end.frozen_at {
            return self.frozen(world, frozen_at.saturating_add(self.end.grace));
        }
        let expired = self.end.expires_at.is_some_and(|at| at < world.l1_now);
        if expired && world.policy.allows(self.freeze) {
            return Next::Do(self.freeze);
        }
        let patience = self.patience(world, own);
        let is_due = patience.is_some_and(|until| until <= world.l1_now);
        if is_due && world.policy.allows(self.force) {
            return Next::Do(self.force);
        }
        match own {
            Some(step) => Next::Do(step),
            None if expired => Next::Wait(Why::NotAllowed(self.freeze), None),
            None if is_due => Next::Wait(Why::NotAllowed(self.force), None),
            None => Next::Wait(why, patience.or(self.end.expires_at)),
        }
    }

    fn frozen(&self, world: &World, back_until: UnixSeconds) -> Next {
        if world.l1_now < back_until {
            Next::Wait(Why::Grace, Some(back_until))
        } else if world.policy.allows(self.instead) {
            Next::Do(self.instead)
        } else {
            Next::Wait(Why::NotAllowed(self.instead), None)
        }
    }

    /// When the chain is forced; `None` once it was. A swap that can be executed may fail until its deadline and still
    /// succeed, so nothing is forced before; unless what is forced would execute it, and the chain leaves out a transaction
    /// that would have done so.
    fn patience(&self, world: &World, own: Option<SwapStep>) -> Option<UnixSeconds> {
        if self.is_forced {
            return None;
        }
        let changed = world.facts.slot.map_or(0, |slot| slot.changed_at);
        let ignored = world.ignored_since;
        let tries_until = match own {
            Some(SwapStep::Execute) if self.force == SwapStep::ForceExecute => {
                ignored.unwrap_or(world.deadline)
            }
            Some(SwapStep::Execute | SwapStep::Cancel) => world.deadline,
            Some(_) | None => 0,
        };
        let from = changed.max(world.since).max(tries_until);
        Some(from.saturating_add(self.end.force_after))
    }
}

impl Policy {
    /// Whether the coordinator may take the step by itself.
    pub fn allows(&self, step: SwapStep) -> bool {
        match step {
            SwapStep::Approve
            | SwapStep::Lock
            | SwapStep::Execute
            | SwapStep::Cancel
            | SwapStep::Redeem
            | SwapStep::Refund => true,
            SwapStep::ForceResolve => self.force,
            SwapStep::ForceExecute | SwapStep::ForceClose => self.force && self.publish,
            SwapStep::FreezeDestination | SwapStep::FreezeSource => self.freeze,
            SwapStep::L1Cancel => self.l1_cancel,
            SwapStep::L1Claim => self.publish,
        }
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
