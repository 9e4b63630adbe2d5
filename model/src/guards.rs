//! When an action is possible.

use crate::{
    actions::Action,
    setting::{Availability, Protocol},
    state::{Chain, Closed, Decision, L1, Lock, Operation, Operator, Outcome, Phase, State, Swap},
    variant::Rule,
};

impl Protocol {
    /// Whether `action` can happen now.
    pub fn allows(&self, state: &State, action: Action) -> bool {
        self.fork_allows(state, action) && self.is_due(state, action)
    }

    /// Whether something happens in the end, whatever anybody wishes.
    pub(crate) fn goes_on(&self, state: &State) -> bool {
        Action::ALL
            .into_iter()
            .any(|action| !action.is_optional() && self.allows(state, action))
    }

    /// A fork begins with a transaction on L1, whatever comes before it could come before the fork, and is no longer than the
    /// setting says.
    fn fork_allows(&self, state: &State, action: Action) -> bool {
        if state.before_fork.is_none() {
            return true;
        }
        match state.unfinal {
            0 => action.is_on_l1(),
            count if count == self.setting.unfinal => !action.is_on_l1(),
            _ => true,
        }
    }

    fn is_due(&self, state: &State, action: Action) -> bool {
        match action {
            Action::Lock(swap) => self.may_lock(state, swap),
            Action::Import(swap) => self.may_import(state, swap),
            Action::Execute(swap) => self.may_decide(state, swap) && !state.is_late(swap),
            Action::Cancel(swap) => self.may_decide(state, swap) && state.is_late(swap),
            Action::Redeem(swap) => self.may_redeem(state, swap),
            Action::Refund(swap) => self.may_refund(state, swap),
            Action::RefundByClock(swap) => self.may_refund_by_clock(state, swap),
            Action::Deadline(swap) => state.head(swap).lock != Lock::None && !state.is_late(swap),
            Action::Force(swap) => self.may_force(state, swap),
            Action::ForceClose(swap) => self.may_force_close(state, swap),
            Action::L1Cancel(swap) => self.may_l1_cancel(state, swap),
            Action::L1Claim(swap) => self.may_l1_claim(state, swap),
            Action::Forge(swap) => self.setting.has_forger && state.l1.forged & swap.bit() == 0,
            Action::Settle(chain) => self.may_settle(state, chain),
            Action::SettlePart(chain) => self.may_settle_part(state, chain),
            Action::Consume { chain, executes } => self.may_consume(state, chain, executes),
            Action::Bury(chain) => self.may_bury(state, chain),
            Action::Recover(chain) => self.may_recover(state, chain),
            Action::Rollback(chain) => self.may_roll_back(state, chain),
            Action::Expire(chain) => may_expire(state, chain),
            Action::Freeze(chain) => {
                let on_l1 = state.l1.chain(chain);
                self.rules.has(Rule::ChainsFreeze) && on_l1.is_expired && !on_l1.is_frozen
            }
            Action::Grace(chain) => self.may_grace_end(state, chain),
            Action::Halt(chain) => {
                state.faults_left > 0 && state.chain(chain).operator != Operator::Halted
            }
            Action::Censor(chain) => {
                state.faults_left > 0 && state.chain(chain).operator == Operator::Live
            }
            Action::Return(chain) => state.chain(chain).operator != Operator::Live,
            Action::Fork => self.may_fork(state),
            Action::Finalize | Action::Reorg => state.before_fork.is_some(),
        }
    }

    /// Whether users' transactions get into the chain's blocks.
    fn takes_transactions(&self, state: &State, chain: Chain) -> bool {
        state.chain(chain).operator == Operator::Live && is_running(state, chain)
    }

    /// Whether somebody there is runs the chain: its operator, or while it is frozen anyone who has its data.
    pub(crate) fn is_run(&self, state: &State, chain: Chain) -> bool {
        match state.chain(chain).phase {
            Phase::Running => state.chain(chain).operator != Operator::Halted,
            Phase::Rebuilt => self.can_rebuild(state, chain),
        }
    }

    fn can_rebuild(&self, state: &State, chain: Chain) -> bool {
        self.setting.availability == Availability::Rollup
            || state.chain(chain).operator == Operator::Live
    }

    /// L1 as a chain that waits for finality sees it, and as one that does not where `rule` is gone.
    fn seen<'a>(&self, state: &'a State, rule: Rule) -> &'a L1 {
        if self.rules.has(rule) {
            state.final_l1()
        } else {
            &state.l1
        }
    }

    fn may_lock(&self, state: &State, swap: Swap) -> bool {
        let source = self.setting.source(swap);
        let is_wanted = swap == Swap::First || !self.setting.is_single;
        is_wanted && state.head(swap).lock == Lock::None && self.takes_transactions(state, source)
    }

    fn may_import(&self, state: &State, swap: Swap) -> bool {
        let slot = self.seen(state, Rule::ImportsAreFinal).slot(swap);
        let destination = self.setting.destination(swap);
        self.takes_transactions(state, destination)
            && !state.has_imported(swap)
            && state.head(swap).outcome == Outcome::Unseen
            && slot.decision != Decision::Unknown
    }

    fn may_decide(&self, state: &State, swap: Swap) -> bool {
        let destination = self.setting.destination(swap);
        self.takes_transactions(state, destination)
            && state.has_imported(swap)
            && state.head(swap).outcome == Outcome::Unseen
    }

    fn may_redeem(&self, state: &State, swap: Swap) -> bool {
        let slot = self.seen(state, Rule::PaymentsWaitForFinality).slot(swap);
        self.takes_transactions(state, self.setting.source(swap))
            && state.head(swap).lock == Lock::Locked
            && slot.decision == Decision::Executed
    }

    fn may_refund(&self, state: &State, swap: Swap) -> bool {
        let slot = self.seen(state, Rule::PaymentsWaitForFinality).slot(swap);
        let has_receipt = slot.decision == Decision::Cancelled && !slot.by_l1;
        let is_refundable = match state.head(swap).lock {
            Lock::Locked => has_receipt,
            Lock::Refundable => true,
            _ => false,
        };
        is_refundable && self.takes_transactions(state, self.setting.source(swap))
    }

    fn may_refund_by_clock(&self, state: &State, swap: Swap) -> bool {
        !self.rules.has(Rule::RefundNeedsDecision)
            && state.head(swap).lock == Lock::Locked
            && self.takes_transactions(state, self.setting.source(swap))
    }

    fn may_force(&self, state: &State, swap: Swap) -> bool {
        let queue = &state.l1.chain(self.setting.destination(swap)).queue;
        self.rules.has(Rule::ChainsAreForced)
            && state.l1.slot(swap).decision == Decision::Pending
            && !queue.has(Operation::Resolve(swap))
    }

    fn may_force_close(&self, state: &State, swap: Swap) -> bool {
        let queue = &state.l1.chain(self.setting.source(swap)).queue;
        is_payable(state, swap) && !queue.has(Operation::Close(swap))
    }

    fn may_l1_cancel(&self, state: &State, swap: Swap) -> bool {
        let destination = state.l1.chain(self.setting.destination(swap));
        let is_stopped = destination.is_frozen && destination.is_grace_over;
        state.l1.slot(swap).decision == Decision::Pending
            && (is_stopped || !self.rules.has(Rule::CancelNeedsFreeze))
    }

    fn may_l1_claim(&self, state: &State, swap: Swap) -> bool {
        let source = state.l1.chain(self.setting.source(swap));
        is_payable(state, swap) && source.is_frozen && source.is_grace_over
    }

    /// Operations are consumed once they are final; on a chain that comes back, after what it must bury.
    fn may_consume(&self, state: &State, chain: Chain, executes: bool) -> bool {
        let here = state.chain(chain);
        let next = state.final_l1().chain(chain).queue.get(here.consumed);
        let Some(operation) = next else { return false };
        let is_in_order = here.phase == Phase::Running
            || here.known == 0
            || here.has_buried
            || !self.rules.has(Rule::TombstonesFirst);
        let is_possible = match operation {
            Operation::Resolve(swap) if state.head(swap).outcome == Outcome::Unseen => {
                !executes || !state.is_late(swap)
            }
            _ => !executes,
        };
        let is_building = here.phase == Phase::Rebuilt || is_running(state, chain);
        is_possible && is_in_order && is_building && self.is_run(state, chain)
    }

    fn may_bury(&self, state: &State, chain: Chain) -> bool {
        let here = state.chain(chain);
        let is_in_order = if self.rules.has(Rule::TombstonesFirst) {
            here.consumed == state.l1.chain(chain).consumed
        } else {
            here.consumed == state.final_l1().chain(chain).queue.len()
        };
        here.phase == Phase::Rebuilt
            && here.known != 0
            && !here.has_buried
            && is_in_order
            && self.is_run(state, chain)
            && Swap::ALL
                .into_iter()
                .all(|swap| here.known & swap.bit() == 0 || self.can_be_buried(state, chain, swap))
    }

    /// A chain cannot take back what it has done: it must be rolled back first.
    fn can_be_buried(&self, state: &State, chain: Chain, swap: Swap) -> bool {
        let head = state.head(swap);
        let is_undecided = head.outcome == Outcome::Unseen;
        (self.setting.destination(swap) != chain || is_undecided)
            && (self.setting.source(swap) != chain || head.lock.is_open())
    }

    /// Once the freeze is final; again only if L1 has decided more meanwhile.
    fn may_recover(&self, state: &State, chain: Chain) -> bool {
        let on_l1 = state.l1.chain(chain);
        let here = state.chain(chain);
        state.before_fork.is_none()
            && on_l1.is_frozen
            && (here.phase == Phase::Running || here.known != on_l1.tombstones)
            && self.can_rebuild(state, chain)
    }

    fn may_roll_back(&self, state: &State, chain: Chain) -> bool {
        self.rules.has(Rule::ImportsAreChecked)
            && state.before_fork.is_none()
            && self.takes_transactions(state, chain)
            && self.has_false_import(state, chain)
    }

    /// Whether the chain has imported a root that L1 does not have.
    pub(crate) fn has_false_import(&self, state: &State, chain: Chain) -> bool {
        Swap::ALL.into_iter().any(|swap| {
            self.setting.destination(swap) == chain
                && state.has_imported(swap)
                && state.l1.slot(swap).decision == Decision::Unknown
        })
    }

    fn may_grace_end(&self, state: &State, chain: Chain) -> bool {
        let on_l1 = state.l1.chain(chain);
        let clocks_allow = self.rules.has(Rule::ClocksMaySkew)
            || Swap::ALL.into_iter().all(|swap| {
                let waits = state.l1.slot(swap).decision == Decision::Pending;
                self.setting.destination(swap) != chain || !waits || state.is_late(swap)
            });
        on_l1.is_frozen && !on_l1.is_grace_over && clocks_allow
    }

    fn may_fork(&self, state: &State) -> bool {
        state.reorgs_left > 0
            && state.before_fork.is_none()
            && Action::ALL
                .into_iter()
                .any(|action| action.is_on_l1() && self.is_due(state, action))
    }
}

/// Whether the chain builds on its head: its freeze, once final, stops it.
fn is_running(state: &State, chain: Chain) -> bool {
    state.chain(chain).phase == Phase::Running && !state.final_l1().chain(chain).is_frozen
}

fn is_payable(state: &State, swap: Swap) -> bool {
    let slot = state.l1.slot(swap);
    slot.decision.is_final() && slot.closed == Closed::No
}

/// An operator that works lets its queue expire only by a fault.
fn may_expire(state: &State, chain: Chain) -> bool {
    let on_l1 = state.l1.chain(chain);
    let is_neglected = state.chain(chain).operator != Operator::Live || state.faults_left > 0;
    !on_l1.is_expired && on_l1.consumed < on_l1.queue.len() && is_neglected
}
