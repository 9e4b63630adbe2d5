//! What an action changes.

use crate::{
    actions::Action,
    setting::Protocol,
    state::{
        Chain, Closed, Decision, Lock, Operation, Operator, Outcome, Phase, Slot, State, Swap,
    },
    variant::Rule,
};

impl Protocol {
    /// The state after an action that is allowed.
    pub fn after(&self, state: &State, action: Action) -> State {
        let mut next = *state;
        if next.before_fork.is_some() && action.is_on_l1() {
            next.unfinal += 1;
        }
        self.apply(&mut next, action);
        next
    }

    fn apply(&self, state: &mut State, action: Action) {
        match action {
            Action::Lock(swap) => set_lock(state, swap, Lock::Locked),
            Action::Redeem(swap) => set_lock(state, swap, Lock::Redeemed),
            Action::Refund(swap) | Action::RefundByClock(swap) => {
                set_lock(state, swap, Lock::Refunded);
            }
            Action::Import(swap) => state.imported |= swap.bit(),
            Action::Execute(swap) => set_outcome(state, swap, Outcome::Executed),
            Action::Cancel(swap) => set_outcome(state, swap, Outcome::Cancelled),
            Action::Deadline(swap) => state.late |= swap.bit(),
            Action::Force(swap) => {
                self.ask(
                    state,
                    self.setting.destination(swap),
                    Operation::Resolve(swap),
                );
            }
            Action::ForceClose(swap) => {
                self.ask(state, self.setting.source(swap), Operation::Close(swap));
            }
            Action::L1Cancel(swap) => self.l1_cancel(state, swap),
            Action::L1Claim(swap) => self.l1_claim(state, swap),
            Action::Forge(swap) => self.forge(state, swap),
            Action::Settle(chain) => self.settle(state, chain),
            Action::SettlePart(chain) => self.execute_batch(state, chain),
            Action::Consume { chain, executes } => self.consume(state, chain, executes),
            Action::Expire(chain) => expire(state, chain),
            Action::Freeze(chain) => state.l1.chains[chain as usize].is_frozen = true,
            Action::Grace(chain) => state.l1.chains[chain as usize].is_grace_over = true,
            Action::Recover(chain) => self.recover(state, chain),
            Action::Bury(chain) => self.bury(state, chain),
            Action::Rollback(chain) => self.roll_back(state, chain),
            Action::Halt(chain) => fail(state, chain, Operator::Halted),
            Action::Censor(chain) => fail(state, chain, Operator::Censoring),
            Action::Return(chain) => state.chains[chain as usize].operator = Operator::Live,
            Action::Fork => state.before_fork = Some(state.l1),
            Action::Finalize => end_fork(state),
            Action::Reorg => {
                state.l1 = *state.final_l1();
                state.reorgs_left -= 1;
                end_fork(state);
                self.remember_burials(state);
            }
        }
    }

    fn ask(&self, state: &mut State, chain: Chain, operation: Operation) {
        state.l1.chains[chain as usize].queue.push(operation);
    }

    fn l1_cancel(&self, state: &mut State, swap: Swap) {
        let slot = &mut state.l1.slots[swap as usize];
        slot.decision = Decision::Cancelled;
        slot.by_l1 = true;
        let (source, destination) = self.setting.topology.ends(swap);
        if self.rules.has(Rule::DestinationBuries) {
            bury_later(state, destination, swap);
        }
        self.ask(state, source, Operation::Refundable(swap));
    }

    fn l1_claim(&self, state: &mut State, swap: Swap) {
        state.l1.slots[swap as usize].closed = Closed::OnL1;
        if self.rules.has(Rule::SourceBuries) {
            bury_later(state, self.setting.source(swap), swap);
        }
    }

    /// Where slots have owners, the forger's slot is one of its own.
    fn forge(&self, state: &mut State, swap: Swap) {
        state.l1.forged |= swap.bit();
        let slot: &mut Slot = &mut state.l1.slots[swap as usize];
        if !self.rules.has(Rule::SlotsHaveOwners) && slot.decision == Decision::Unknown {
            slot.decision = Decision::Pending;
        }
    }

    fn consume(&self, state: &mut State, chain: Chain, executes: bool) {
        let consumed = state.chain(chain).consumed;
        let final_l1 = *state.final_l1();
        state.chains[chain as usize].consumed += 1;
        match final_l1.chain(chain).queue.get(consumed) {
            Some(Operation::Resolve(swap)) => resolve(state, swap, executes),
            Some(Operation::Refundable(swap)) if state.head(swap).lock == Lock::Locked => {
                set_lock(state, swap, Lock::Refundable);
            }
            Some(Operation::Close(swap)) if state.head(swap).lock.is_open() => {
                let lock = match final_l1.slot(swap).decision {
                    Decision::Executed => Lock::Redeemed,
                    _ => Lock::Refunded,
                };
                set_lock(state, swap, lock);
            }
            _ => {}
        }
    }

    fn recover(&self, state: &mut State, chain: Chain) {
        self.roll_back(state, chain);
        let tombstones = state.l1.chain(chain).tombstones;
        let here = &mut state.chains[chain as usize];
        here.phase = Phase::Rebuilt;
        here.known = tombstones;
        here.has_buried = false;
    }

    fn bury(&self, state: &mut State, chain: Chain) {
        let known = state.chain(chain).known;
        for swap in Swap::ALL.into_iter().filter(|swap| known & swap.bit() != 0) {
            if self.setting.destination(swap) == chain {
                set_outcome(state, swap, Outcome::Buried);
            } else {
                set_lock(state, swap, Lock::ClosedByL1);
            }
        }
        state.chains[chain as usize].has_buried = true;
    }

    /// What a part has buried that L1 has forgotten is to be settled again, and stands where it must: before everything else.
    fn remember_burials(&self, state: &mut State) {
        for chain in Chain::ALL {
            let tombstones = state.l1.chain(chain).tombstones;
            let has_buried = tombstones != 0 && tombstones & !self.buried(state, chain) == 0;
            let here = &mut state.chains[chain as usize];
            if here.phase == Phase::Rebuilt && has_buried {
                here.known = tombstones;
                here.has_buried = true;
            }
        }
    }

    /// The swaps that the chain has buried at its head.
    fn buried(&self, state: &State, chain: Chain) -> u8 {
        let is_buried = |swap: &Swap| {
            let head = state.head(*swap);
            self.setting.destination(*swap) == chain && head.outcome == Outcome::Buried
                || self.setting.source(*swap) == chain && head.lock == Lock::ClosedByL1
        };
        let buried = Swap::ALL.into_iter().filter(is_buried);
        buried.fold(0, |set, swap| set | swap.bit())
    }

    /// The chain's last executed batch is its head again.
    fn roll_back(&self, state: &mut State, chain: Chain) {
        for swap in Swap::ALL {
            let settled = *state.l1.settled(swap);
            if self.setting.source(swap) == chain {
                set_lock(state, swap, settled.lock);
            }
            if self.setting.destination(swap) == chain {
                set_outcome(state, swap, settled.outcome);
                state.imported &= !swap.bit();
            }
        }
        state.chains[chain as usize].consumed = state.l1.chain(chain).consumed;
    }
}

fn set_lock(state: &mut State, swap: Swap, lock: Lock) {
    state.heads[swap as usize].lock = lock;
}

fn set_outcome(state: &mut State, swap: Swap, outcome: Outcome) {
    state.heads[swap as usize].outcome = outcome;
}

fn resolve(state: &mut State, swap: Swap, executes: bool) {
    if state.head(swap).outcome == Outcome::Unseen {
        let outcome = if executes {
            Outcome::ForcedExecuted
        } else {
            Outcome::ForcedCancelled
        };
        set_outcome(state, swap, outcome);
    }
}

fn bury_later(state: &mut State, chain: Chain, swap: Swap) {
    state.l1.chains[chain as usize].tombstones |= swap.bit();
}

fn expire(state: &mut State, chain: Chain) {
    state.l1.chains[chain as usize].is_expired = true;
    if state.chain(chain).operator == Operator::Live {
        state.faults_left -= 1;
    }
}

fn fail(state: &mut State, chain: Chain, operator: Operator) {
    state.chains[chain as usize].operator = operator;
    state.faults_left -= 1;
}

fn end_fork(state: &mut State) {
    state.before_fork = None;
    state.unfinal = 0;
}
