//! What L1 demands of a batch, and what the batch changes there.

use crate::{
    setting::Protocol,
    state::{
        Chain, ChainOnL1, ChainState, Closed, Decision, Lock, Operation, Outcome, Phase, State,
        Swap,
    },
    variant::Rule,
};

impl Protocol {
    /// Whether the chain has something to settle, somebody who settles it, and L1 takes it.
    pub(crate) fn may_settle(&self, state: &State, chain: Chain) -> bool {
        self.has_unsettled(state, chain)
            && self.is_run(state, chain)
            && self.fits_chain(state, chain)
            && self.fits_slots(state, chain)
    }

    /// Whether it has consumed a part of what L1 asked for, the rest of which may have expired. Before its grace is over L1 decides
    /// nothing, so nothing that could matter comes between two parts.
    pub fn may_settle_part(&self, state: &State, chain: Chain) -> bool {
        let (here, on_l1) = (state.chain(chain), state.l1.chain(chain));
        on_l1.is_frozen
            && on_l1.is_grace_over
            && on_l1.consumed < here.consumed
            && here.consumed < on_l1.queue.len()
            && self.may_settle(state, chain)
    }

    /// Whether the chain's head is ahead of what L1 has executed of it.
    pub fn has_unsettled(&self, state: &State, chain: Chain) -> bool {
        let is_ahead = |swap| {
            let (head, settled) = (state.head(swap), state.l1.settled(swap));
            self.setting.source(swap) == chain && head.lock != settled.lock
                || self.setting.destination(swap) == chain && head.outcome != settled.outcome
        };
        state.chain(chain).consumed != state.l1.chain(chain).consumed
            || Swap::ALL.into_iter().any(is_ahead)
    }

    /// No expired operation is left, and a frozen chain comes back as it must.
    fn fits_chain(&self, state: &State, chain: Chain) -> bool {
        let (here, on_l1) = (state.chain(chain), state.l1.chain(chain));
        let has_consumed = !on_l1.is_expired || here.consumed > on_l1.consumed;
        let is_checked = self.rules.has(Rule::ImportsAreChecked);
        has_consumed
            && (!is_checked || !self.has_false_import(state, chain))
            && (!on_l1.is_frozen || self.fits_freeze(here, on_l1))
    }

    fn fits_freeze(&self, here: &ChainState, on_l1: &ChainOnL1) -> bool {
        let has_buried = here.known == on_l1.tombstones && (here.known == 0 || here.has_buried);
        let is_queue_only = here.phase == Phase::Rebuilt && has_buried;
        is_queue_only || !self.rules.has(Rule::QueueOnlyWhileFrozen)
    }

    fn fits_slots(&self, state: &State, chain: Chain) -> bool {
        Swap::ALL.into_iter().all(|swap| {
            (self.setting.source(swap) != chain || self.fits_lock(state, swap))
                && (self.setting.destination(swap) != chain || self.fits_receipt(state, swap))
        })
    }

    fn fits_lock(&self, state: &State, swap: Swap) -> bool {
        let (head, settled) = (state.head(swap).lock, state.l1.settled(swap).lock);
        let slot = state.l1.slot(swap);
        if head == settled {
            return true;
        }
        if settled == Lock::None && slot.decision != Decision::Unknown {
            return false;
        }
        let is_decided = !self.rules.has(Rule::RefundNeedsDecision);
        match head {
            Lock::Redeemed => slot.closed == Closed::No && slot.decision == Decision::Executed,
            Lock::Refunded => {
                slot.closed == Closed::No && (is_decided || slot.decision == Decision::Cancelled)
            }
            _ => true,
        }
    }

    fn fits_receipt(&self, state: &State, swap: Swap) -> bool {
        let (head, settled) = (state.head(swap).outcome, state.l1.settled(swap).outcome);
        head == settled
            || head == Outcome::Buried
            || state.l1.slot(swap).decision == Decision::Pending
            || !self.rules.has(Rule::ReceiptsMatchSlots)
    }

    /// The batch executes.
    pub(crate) fn settle(&self, state: &mut State, chain: Chain) {
        let was_frozen = state.l1.chain(chain).is_frozen;
        let has_consumed = state.l1.chain(chain).consumed < state.chain(chain).consumed;
        self.execute_batch(state, chain);
        let on_l1 = &mut state.l1.chains[chain as usize];
        on_l1.is_expired &= !has_consumed;
        if was_frozen {
            on_l1.is_frozen = false;
            on_l1.is_grace_over = false;
            state.chains[chain as usize].phase = Phase::Running;
        }
    }

    /// The batch executes. Where it leaves an expired operation, that is all.
    pub(crate) fn execute_batch(&self, state: &mut State, chain: Chain) {
        let was_frozen = state.l1.chain(chain).is_frozen;
        for swap in Swap::ALL {
            if self.setting.source(swap) == chain {
                state.l1.is_tainted |= was_frozen && self.is_payment_voluntary(state, swap);
                settle_lock(state, swap);
            }
            if self.setting.destination(swap) == chain {
                state.l1.is_tainted |= was_frozen && is_outcome_voluntary(state, swap);
                settle_outcome(state, swap);
            }
        }
        let consumed = state.chain(chain).consumed;
        let on_l1 = &mut state.l1.chains[chain as usize];
        on_l1.consumed = consumed;
        if was_frozen {
            on_l1.tombstones = 0;
            let here = &mut state.chains[chain as usize];
            here.known = 0;
            here.has_buried = false;
        }
    }

    /// Whether the source's part of the batch is the work of a user: all but what L1 has told the chain.
    fn is_payment_voluntary(&self, state: &State, swap: Swap) -> bool {
        let (head, settled) = (state.head(swap).lock, state.l1.settled(swap).lock);
        let source = self.setting.source(swap);
        let queue = &state.l1.chain(source).queue;
        let is_forced = queue.holds(Operation::Close(swap), state.chain(source).consumed);
        head != settled && (head == Lock::Locked || head.is_paid() && !is_forced)
    }
}

fn is_outcome_voluntary(state: &State, swap: Swap) -> bool {
    let (head, settled) = (state.head(swap).outcome, state.l1.settled(swap).outcome);
    head != settled && head.is_voluntary()
}

fn settle_lock(state: &mut State, swap: Swap) {
    let lock = state.head(swap).lock;
    let l1 = &mut state.l1;
    let slot = &mut l1.slots[swap as usize];
    let is_news = l1.settled[swap as usize].lock != lock;
    if is_news && slot.decision == Decision::Unknown {
        slot.decision = Decision::Pending;
    }
    if is_news && lock.is_paid() {
        slot.closed = Closed::OnSource;
    }
    l1.settled[swap as usize].lock = lock;
}

fn settle_outcome(state: &mut State, swap: Swap) {
    let outcome = state.head(swap).outcome;
    let l1 = &mut state.l1;
    let slot = &mut l1.slots[swap as usize];
    if slot.decision == Decision::Pending {
        slot.decision = match outcome {
            Outcome::Unseen | Outcome::Buried => Decision::Pending,
            Outcome::Executed | Outcome::ForcedExecuted => Decision::Executed,
            Outcome::Cancelled | Outcome::ForcedCancelled => Decision::Cancelled,
        };
    }
    l1.settled[swap as usize].outcome = outcome;
}
