//! What must hold in every state, and what must be reachable.
//!
//! Progress is stated of single states: where nothing that happens in the end is left to happen, everything is resolved. No
//! state comes back (a test holds that), so every run ends in such a state, and this says of all runs that they resolve.

use stateright::Property;

use crate::{
    setting::{Availability, Protocol, Setting},
    state::{Chain, Closed, Decision, Lock, Operator, Outcome, Phase, State, Swap},
};

/// What each property is called.
pub mod names {
    /// P1.
    pub const MINT_AND_REFUND: &str = "P1 no mint and refund";
    /// P2.
    pub const UNBACKED_REDEEM: &str = "P2 no redeem without a settled execution";
    /// P3.
    pub const UNBACKED_MINT: &str = "P3 no settled execution without a lock that L1 has";
    /// P4.
    pub const ONE_OUTCOME: &str = "P4 one outcome, on L1 and on the destination";
    /// P5.
    pub const PAID_ONCE: &str = "P5 paid at most once";
    /// P6.
    pub const HONEST_STANDS: &str = "P6 no cancel invalidates what an honest live chain executed";
    /// P7.
    pub const NEVER_WEDGED: &str = "P7 an honest chain is never wedged";
    /// P8.
    pub const RESOLVES: &str = "P8 every lock resolves";
    /// INV-08.
    pub const QUEUE_ONLY: &str = "INV-08 a frozen chain settles its queue only";
}

type Condition = fn(&Protocol, &State) -> bool;

/// What must hold always.
pub const SAFETY: [(&str, Condition); 9] = [
    (names::MINT_AND_REFUND, |model, state| {
        each(|swap| no_mint_and_refund(model, state, swap))
    }),
    (names::UNBACKED_REDEEM, |_, state| {
        each(|swap| {
            state.head(swap).lock != Lock::Redeemed || state.l1.settled(swap).outcome.is_executed()
        })
    }),
    (names::UNBACKED_MINT, |_, state| {
        each(|swap| {
            let settled = state.l1.settled(swap);
            !settled.outcome.is_executed() || settled.lock != Lock::None
        })
    }),
    (names::ONE_OUTCOME, |_, state| {
        each(|swap| one_outcome(state, swap))
    }),
    (names::PAID_ONCE, |model, state| {
        each(|swap| {
            let is_claimed = state.l1.slot(swap).closed == Closed::OnL1;
            let source = model.setting.source(swap);
            !is_claimed || !state.head(swap).lock.is_paid() || state.l1.chain(source).is_frozen
        })
    }),
    (names::HONEST_STANDS, |model, state| {
        each(|swap| honest_stands(model, state, swap))
    }),
    (names::NEVER_WEDGED, |model, state| {
        !is_behind(model, state) || model.goes_on(state)
    }),
    (names::RESOLVES, |model, state| {
        each(|swap| is_resolved(state, swap)) || model.goes_on(state)
    }),
    (names::QUEUE_ONLY, |_, state| !state.l1.is_tainted),
];

/// A way for a swap to end, or something that must be possible on the way.
pub struct Ending {
    /// What it is called, for the first swap and for the second.
    pub names: [&'static str; 2],
    /// Whether a chain must have been frozen.
    pub needs_freeze: bool,
    is_reached: fn(&State, Swap) -> bool,
}

/// All of them.
pub const ENDINGS: [Ending; 7] = [
    Ending {
        names: ["first swap: redeemed", "second swap: redeemed"],
        needs_freeze: false,
        is_reached: |state, swap| is_redeemed(state, swap, Outcome::Executed),
    },
    Ending {
        names: [
            "first swap: refunded after the deadline",
            "second swap: refunded after the deadline",
        ],
        needs_freeze: false,
        is_reached: |state, swap| is_refunded(state, swap, Outcome::Cancelled),
    },
    Ending {
        names: [
            "first swap: refunded after a forced cancel",
            "second swap: refunded after a forced cancel",
        ],
        needs_freeze: false,
        is_reached: |state, swap| is_refunded(state, swap, Outcome::ForcedCancelled),
    },
    Ending {
        names: [
            "first swap: redeemed after a forced execution",
            "second swap: redeemed after a forced execution",
        ],
        needs_freeze: false,
        is_reached: |state, swap| is_redeemed(state, swap, Outcome::ForcedExecuted),
    },
    Ending {
        names: [
            "first swap: refunded after a freeze",
            "second swap: refunded after a freeze",
        ],
        needs_freeze: true,
        is_reached: |state, swap| {
            state.l1.slot(swap).by_l1 && state.l1.settled(swap).lock == Lock::Refunded
        },
    },
    Ending {
        names: ["first swap: claimed on L1", "second swap: claimed on L1"],
        needs_freeze: true,
        is_reached: |state, swap| state.l1.slot(swap).closed == Closed::OnL1,
    },
    Ending {
        names: [
            "first swap: buried by a destination that came back",
            "second swap: buried by a destination that came back",
        ],
        needs_freeze: true,
        is_reached: |state, swap| state.l1.settled(swap).outcome == Outcome::Buried,
    },
];

/// What only a rollup can end in.
pub const ROLLUP_ENDING: (&str, Condition) = (
    "a rollup that a stranger rebuilt executes",
    |model, state| {
        Chain::ALL
            .into_iter()
            .any(|chain| stranger_executes(model, state, chain))
    },
);

/// All properties of a setting, with the endings it can have.
pub(crate) fn all(setting: &Setting) -> Vec<Property<Protocol>> {
    let mut all: Vec<_> = SAFETY
        .iter()
        .map(|(name, condition)| Property::always(name, *condition))
        .collect();
    let swaps = if setting.is_single { 1 } else { 2 };
    let can_freeze = setting.faults > 0;
    for (ending, conditions) in ENDINGS.iter().zip(conditions()) {
        if can_freeze || !ending.needs_freeze {
            let named = ending.names.into_iter().zip(conditions);
            all.extend(
                named
                    .take(swaps)
                    .map(|(name, condition)| Property::sometimes(name, condition)),
            );
        }
    }
    if can_freeze && setting.availability == Availability::Rollup {
        all.push(Property::sometimes(ROLLUP_ENDING.0, ROLLUP_ENDING.1));
    }
    all
}

/// The conditions of [`ENDINGS`] for each swap, as functions that capture nothing.
fn conditions() -> [[Condition; 2]; ENDINGS.len()] {
    fn is_reached<const ENDING: usize, const SWAP: usize>(_: &Protocol, state: &State) -> bool {
        (ENDINGS[ENDING].is_reached)(state, Swap::ALL[SWAP])
    }
    macro_rules! of_both_swaps {
        ($($ending:literal)*) => {
            [$([is_reached::<$ending, 0>, is_reached::<$ending, 1>]),*]
        };
    }
    of_both_swaps!(0 1 2 3 4 5 6)
}

fn each(holds: impl Fn(Swap) -> bool) -> bool {
    Swap::ALL.into_iter().all(holds)
}

fn no_mint_and_refund(_: &Protocol, state: &State, swap: Swap) -> bool {
    let slot = state.l1.slot(swap);
    let is_refunded_on_l1 = slot.closed == Closed::OnL1 && slot.decision == Decision::Cancelled;
    let is_refunded = state.head(swap).lock == Lock::Refunded || is_refunded_on_l1;
    !is_refunded || !state.l1.settled(swap).outcome.is_executed()
}

fn one_outcome(state: &State, swap: Swap) -> bool {
    let (slot, outcome) = (state.l1.slot(swap), state.l1.settled(swap).outcome);
    match slot.decision {
        Decision::Executed => outcome.is_executed(),
        Decision::Cancelled if slot.by_l1 => {
            matches!(outcome, Outcome::Unseen | Outcome::Buried)
        }
        Decision::Cancelled => matches!(outcome, Outcome::Cancelled | Outcome::ForcedCancelled),
        Decision::Unknown | Decision::Pending => outcome == Outcome::Unseen,
    }
}

/// What a freeze drops, the freeze invalidates.
fn honest_stands(model: &Protocol, state: &State, swap: Swap) -> bool {
    let destination = model.setting.destination(swap);
    let is_honest = state.chain(destination).operator == Operator::Live;
    let is_frozen = state.l1.chain(destination).is_frozen;
    let is_cancelled = state.l1.slot(swap).decision == Decision::Cancelled;
    !is_honest || is_frozen || !is_cancelled || !state.head(swap).outcome.is_executed()
}

/// Whether a chain with an honest operator is frozen, or has what it could not settle.
fn is_behind(model: &Protocol, state: &State) -> bool {
    Chain::ALL.into_iter().any(|chain| {
        state.chain(chain).operator == Operator::Live
            && (state.l1.chain(chain).is_frozen || model.has_unsettled(state, chain))
    })
}

/// A lock that no batch has brought to L1 does not exist there: what becomes of it is up to its chain.
fn is_resolved(state: &State, swap: Swap) -> bool {
    let slot = state.l1.slot(swap);
    slot.decision == Decision::Unknown || slot.closed != Closed::No
}

fn is_redeemed(state: &State, swap: Swap, outcome: Outcome) -> bool {
    let settled = state.l1.settled(swap);
    settled.lock == Lock::Redeemed && settled.outcome == outcome
}

fn is_refunded(state: &State, swap: Swap, outcome: Outcome) -> bool {
    let settled = state.l1.settled(swap);
    settled.lock == Lock::Refunded && settled.outcome == outcome
}

fn stranger_executes(model: &Protocol, state: &State, chain: Chain) -> bool {
    let here = state.chain(chain);
    let executes = Swap::ALL.into_iter().any(|swap| {
        model.setting.destination(swap) == chain
            && state.head(swap).outcome == Outcome::ForcedExecuted
            && state.l1.settled(swap).outcome == Outcome::Unseen
    });
    here.operator == Operator::Halted
        && here.phase == Phase::Rebuilt
        && executes
        && model.may_settle(state, chain)
}
