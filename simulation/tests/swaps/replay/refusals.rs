//! What the model does not allow.

use causeway_model::{
    Action, Protocol, State,
    state::{Chain, Closed, Operation, Operator, Phase, Swap},
};
use causeway_simulation::Refused;

use super::{
    run::{Maker, Replay},
    stage::id,
};

/// What is tried where it is not allowed. The rest is what time, operators or L1 itself do, or what concerns another swap: who
/// locks again locks another.
pub(super) const TRIED: [&str; 13] = [
    "Settle",
    "SettlePart",
    "Execute",
    "Cancel",
    "Redeem",
    "Refund",
    "Force",
    "ForceClose",
    "Freeze",
    "L1Cancel",
    "L1Claim",
    "Forge",
    "Consume",
];

impl Replay<'_> {
    /// Tries all that is not allowed, and says which kinds were refused. Contracts do not know what operators are like, so what
    /// an operator alone prevents does not count.
    pub(super) fn probe(&mut self) -> Result<Vec<u8>, String> {
        let before = self.observe();
        let mut refused = Vec::new();
        for action in Action::ALL {
            if self.is_prevented(action) && self.is_refused(action)? {
                refused.push(action.kind());
            }
        }
        match self.observe() {
            after if after == before => Ok(refused),
            after => Err(format!("what was refused has changed it to {after:02x?}")),
        }
    }

    fn is_refused(&mut self, action: Action) -> Result<bool, String> {
        match self.attempt(action) {
            None => Ok(false),
            Some(Err(_)) => Ok(true),
            Some(Ok(())) => Err(format!("{action:?} is not refused")),
        }
    }

    /// Whether the model forbids it with operators that do everything that they are able to.
    fn is_prevented(&mut self, action: Action) -> bool {
        let mut state: State = self.state;
        for chain in &mut state.chains {
            chain.operator = Operator::Live;
        }
        if !action.is_on_l1() {
            for l1 in [Some(&mut state.l1), state.before_fork.as_mut()] {
                let chains = l1.into_iter().flat_map(|l1| &mut l1.chains);
                chains.for_each(|chain| chain.is_frozen = false);
            }
            for chain in &mut state.chains {
                chain.phase = Phase::Running;
            }
        }
        for swap in Swap::ALL {
            if self.could_prove(swap) {
                state.imported |= 1 << swap as u8;
            }
        }
        // How many transactions may be without finality is a bound of the search.
        let mut setting = self.protocol.setting;
        (setting.unfinal, state.unfinal) = (u8::MAX, 1);
        let protocol = Protocol {
            setting,
            rules: self.protocol.rules,
        };
        !protocol.allows(&state, action)
    }

    /// Whether the destination has the lock's root, be it that another import brought it.
    fn could_prove(&mut self, swap: Swap) -> bool {
        let (real, now) = (self.real(swap), self.stage.start);
        let destination = self.protocol.setting.destination(swap);
        let root = self.on_chain(destination, now, |world| {
            let place = world.lock_place(&real)?;
            Some(world.l1.root_of(place))
        });
        root.is_some_and(|root| self.knows(destination, &root))
    }

    /// `None` where there is nothing that could be tried.
    fn attempt(&mut self, action: Action) -> Option<Result<(), Refused>> {
        match action {
            Action::Execute(swap) => Some(self.execute(swap, Maker::Anyone)),
            Action::Cancel(swap) => Some(self.cancel(swap)),
            Action::Redeem(swap) => Some(self.redeem(swap, false)),
            Action::Refund(swap) => Some(self.refund(swap, false)),
            Action::Force(swap) => Some(self.force(swap)),
            // What the source has consumed and not done may be asked again.
            Action::ForceClose(swap) if self.has_consumed_closing(swap) => None,
            Action::ForceClose(swap) => Some(self.force_close(swap)),
            Action::L1Cancel(swap) => Some(self.l1_cancel(swap)),
            Action::L1Claim(swap) => Some(self.l1_claim(swap)),
            Action::Freeze(chain) => Some(self.freeze(chain)),
            Action::Forge(swap) => Some(self.forge(swap)),
            Action::Settle(chain) => self.settle_in_vain(chain),
            Action::SettlePart(chain) => self.settle_part_in_vain(chain),
            Action::Consume { chain, .. } => self.consume_in_vain(chain),
            _ => None,
        }
    }

    fn has_consumed_closing(&self, swap: Swap) -> bool {
        let source = self.protocol.setting.source(swap);
        let on_l1 = &self.state.l1.chains[source as usize];
        let mut consumed = (0..on_l1.consumed).filter_map(|index| on_l1.queue.get(index));
        let is_open = self.state.l1.slots[swap as usize].closed == Closed::No;
        is_open && consumed.any(|operation| operation == Operation::Close(swap))
    }

    /// A batch of nothing is nothing of the model's. Neither is one that brings nothing but a part of what must be buried.
    fn settle_in_vain(&mut self, chain: Chain) -> Option<Result<(), Refused>> {
        if !self.protocol.has_unsettled(&self.state, chain) {
            return None;
        }
        let is_frozen = self.on_l1(chain).frozen_at != 0;
        if is_frozen && !self.is_rebuilt[chain as usize] {
            // No attester signs it as one of the queue only.
            let world = &mut self.stage.world;
            let sealed = world.seal(id(chain));
            return Some(world.commit_and_prove(id(chain), &sealed));
        }
        let has_consumed = self.processed(chain) > self.on_l1(chain).consumed;
        (has_consumed || !is_frozen).then(|| self.settle(chain))
    }

    /// A live chain leaves no expired operation, and a frozen one consumes nothing before it has buried all. A part that comes
    /// before the grace is over is one that the model leaves out.
    fn settle_part_in_vain(&mut self, chain: Chain) -> Option<Result<(), Refused>> {
        let (on_l1, consumed) = (self.on_l1(chain), self.processed(chain));
        let is_part = self.protocol.has_unsettled(&self.state, chain) && consumed < on_l1.asked;
        let is_frozen = on_l1.frozen_at != 0;
        let is_left_out = !self.state.l1.chains[chain as usize].is_grace_over
            || !self.is_rebuilt[chain as usize]
            || consumed == on_l1.consumed;
        (is_part && !(is_frozen && is_left_out)).then(|| self.settle_part(chain))
    }

    /// An operation cannot be consumed twice, nor one that was not asked.
    fn consume_in_vain(&mut self, chain: Chain) -> Option<Result<(), Refused>> {
        let consumed = self.processed(chain) as usize;
        let now = self.stage.start;
        let last = consumed.checked_sub(1)?;
        self.on_chain(chain, now, |world| {
            let operation = world.l1.operations(id(chain)).get(last).cloned()?;
            Some(world.chain(id(chain)).consume(operation).map(drop))
        })
    }
}
