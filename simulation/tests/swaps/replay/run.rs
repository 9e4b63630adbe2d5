//! What the model says happens, done to the contracts.
//!
//! Lengths of time are left out of the model: each of its clocks is a flag. So each call is made at the time that the model
//! says it is for what the call is about, and at any other time nothing passes. What depends on a clock that it should not
//! depend on is then at another state than the model.

use std::collections::BTreeMap;

use alloy::primitives::U256;
use causeway_bindings::{
    IAtomicSwap, ISwapRegistry, InclusionProof, RootImport, SwapChange, SwapEffect, SwapLeg,
    Tombstone, no_proof, swap_effects_hash,
};
use causeway_model::{
    Action, Protocol, State,
    setting::Availability,
    state::{Chain, Operation, Operator, Outcome, Phase, Swap},
    traces::{Abstract, Step, Trace, abstract_of},
};
use causeway_simulation::{Place, Refused, World, account, nothing_to_prove};

use super::{
    observed::{Memory, answer},
    stage::{FORGER, Stage, bank, id},
};
use crate::trade::{GIVEN, HOUR};

/// Who decided a swap on its destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Maker {
    /// Anyone's transaction.
    Anyone,
    /// An operation of the chain's queue.
    Queue,
    /// L1, before the chain came back.
    L1,
}

/// What is known of L1 beside its contracts: how late it is, and who made what stands in executed batches.
#[derive(Clone, Copy)]
pub(super) struct Noted {
    is_expired: [bool; 3],
    is_grace_over: [bool; 3],
    pub(super) makers: [Maker; 2],
}

/// Everything as it is final, while L1 goes on without finality.
struct Fork {
    l1: causeway_simulation::L1,
    chains: BTreeMap<u64, causeway_simulation::Chain>,
    noted: Noted,
}

/// A run on the contracts.
pub(super) struct Replay<'a> {
    pub(super) protocol: Protocol,
    /// Where the model is.
    pub(super) state: State,
    pub(super) stage: Stage,
    pub(super) memory: Memory,
    pub(super) noted: Noted,
    pub(super) makers: [Maker; 2],
    pub(super) operators: [Operator; 3],
    pub(super) is_rebuilt: [bool; 3],
    /// What a chain knew that it must bury when it was rebuilt.
    tombstones: [Vec<Tombstone>; 3],
    is_late: [bool; 2],
    imported: [Option<RootImport>; 2],
    /// Whether L1 was told all of the swap when it asked the destination.
    is_published: [bool; 2],
    fork: Option<Box<Fork>>,
    steps: &'a [Step],
    now: u64,
}

impl<'a> Replay<'a> {
    pub(super) fn new(protocol: Protocol, stage: &Stage, trace: &'a Trace) -> Self {
        let setting = protocol.setting;
        Self {
            protocol,
            state: State::initial(setting.faults, setting.reorgs),
            stage: stage.clone(),
            memory: Memory::EMPTY,
            noted: Noted {
                is_expired: [false; 3],
                is_grace_over: [false; 3],
                makers: [Maker::Anyone; 2],
            },
            makers: [Maker::Anyone; 2],
            operators: [Operator::Live; 3],
            is_rebuilt: [false; 3],
            tombstones: Default::default(),
            is_late: [false; 2],
            imported: [None, None],
            is_published: [false; 2],
            fork: None,
            steps: &trace.steps,
            now: stage.start,
        }
    }

    /// Takes the next step, and says what is there afterwards.
    pub(super) fn step(&mut self, index: usize) -> Result<Abstract, String> {
        let step = self.steps[index];
        // A batch's block is a second later.
        self.now += 2;
        let taken = self.take(step.action, index);
        taken.map_err(|refused| format!("the contracts refuse it: {refused:?}"))?;
        self.state = self.protocol.after(&self.state, step.action);
        assert_eq!(abstract_of(&self.state), step.expected, "the model's own");
        Ok(self.observe())
    }

    fn take(&mut self, action: Action, index: usize) -> Result<(), Refused> {
        match action {
            Action::Lock(swap) => self.lock_swap(swap)?,
            Action::Import(swap) => self.import(swap)?,
            Action::Execute(swap) => self.execute(swap, Maker::Anyone)?,
            Action::Cancel(swap) => self.cancel(swap)?,
            Action::Redeem(swap) => self.redeem(swap, true)?,
            Action::Refund(swap) => self.refund(swap, true)?,
            Action::Deadline(swap) => self.is_late[swap as usize] = true,
            Action::Force(swap) => {
                self.is_published[swap as usize] = self.must_publish(swap, index);
                self.force(swap)?;
            }
            Action::ForceClose(swap) => self.force_close(swap)?,
            Action::Consume { chain, executes } => self.consume(chain, executes)?,
            Action::Expire(chain) => self.noted.is_expired[chain as usize] = true,
            Action::Freeze(chain) => self.freeze(chain)?,
            Action::Grace(chain) => self.noted.is_grace_over[chain as usize] = true,
            Action::L1Cancel(swap) => self.l1_cancel(swap)?,
            Action::L1Claim(swap) => self.l1_claim(swap)?,
            Action::Recover(chain) => self.recover(chain)?,
            Action::Bury(chain) => self.bury(chain)?,
            Action::Settle(chain) => self.settle(chain)?,
            Action::SettlePart(chain) => self.settle_part(chain)?,
            Action::Halt(chain) => self.operators[chain as usize] = Operator::Halted,
            Action::Censor(chain) => self.operators[chain as usize] = Operator::Censoring,
            Action::Return(chain) => self.operators[chain as usize] = Operator::Live,
            Action::Fork => self.begin_fork(),
            Action::Finalize => self.fork = None,
            Action::Reorg => self.reorg(),
            Action::Forge(swap) => self.forge(swap)?,
            Action::Rollback(_) | Action::RefundByClock(_) => panic!("not of this protocol"),
        }
        Ok(())
    }

    /// What L1's clock says where a chain is concerned.
    pub(super) fn time_on_l1(&mut self, chain: Chain) -> u64 {
        let on_l1 = self.on_l1(chain);
        let expired = self.noted.is_expired[chain as usize].then_some(on_l1.expires_at);
        let grace_over = self.noted.is_grace_over[chain as usize].then_some(on_l1.frozen_at + HOUR);
        expired.max(grace_over).unwrap_or(self.now)
    }

    /// What the destination's clock says where a swap is concerned.
    pub(super) fn time_on_destination(&self, swap: Swap) -> u64 {
        if self.is_late[swap as usize] {
            self.real(swap).preimage.header.deadline + 1
        } else {
            self.now
        }
    }

    pub(super) fn has_imported(&mut self, swap: Swap) -> bool {
        let Some(root) = self.imported[swap as usize].clone() else {
            return false;
        };
        self.knows(self.protocol.setting.destination(swap), &root)
    }

    /// Whether a chain has that root.
    pub(super) fn knows(&mut self, chain: Chain, root: &RootImport) -> bool {
        let call = causeway_bindings::IInteropRootStorage::isImportedCall {
            settlementChainId: root.settlementChainId,
            blockNumber: root.blockNumber,
            root: root.root,
        };
        let handler = self.stage.world.contracts.handler.address;
        answer(&mut self.stage.world.chain(id(chain)).node, handler, &call)
    }

    /// Does something on a chain, which sees L1 as it is final.
    pub(super) fn on_chain<T>(
        &mut self,
        chain: Chain,
        time: u64,
        act: impl FnOnce(&mut World) -> T,
    ) -> T {
        let world = &mut self.stage.world;
        world.chain(id(chain)).node.timestamp = time;
        if let Some(fork) = &mut self.fork {
            std::mem::swap(&mut world.l1, &mut fork.l1);
        }
        let done = act(world);
        if let Some(fork) = &mut self.fork {
            std::mem::swap(&mut world.l1, &mut fork.l1);
        }
        world.chain(id(chain)).node.timestamp = self.now;
        done
    }

    fn at_l1<T>(&mut self, time: u64, act: impl FnOnce(&mut World) -> T) -> T {
        self.stage.world.l1.node.timestamp = time;
        act(&mut self.stage.world)
    }

    fn lock_swap(&mut self, swap: Swap) -> Result<(), Refused> {
        let terms = self.stage.terms[swap as usize].clone();
        let source = self.protocol.setting.source(swap);
        let now = self.now;
        let locked = self.on_chain(source, now, |world| world.lock(id(source), bank(), terms))?;
        assert_eq!(locked.id, self.real(swap).id, "a lock is as rehearsed");
        Ok(())
    }

    fn import(&mut self, swap: Swap) -> Result<(), Refused> {
        let (real, now) = (self.real(swap), self.now);
        let destination = self.protocol.setting.destination(swap);
        let root = self.on_chain(destination, now, |world| {
            let place = world.lock_place(&real).ok_or_else(nothing_to_prove)?;
            let root = world.l1.root_of(place);
            world.chain(id(destination)).import_once(root.clone())?;
            Ok(root)
        })?;
        self.imported[swap as usize] = Some(root);
        Ok(())
    }

    pub(super) fn execute(&mut self, swap: Swap, maker: Maker) -> Result<(), Refused> {
        let (real, time) = (self.real(swap), self.time_on_destination(swap));
        self.on_chain(self.protocol.setting.destination(swap), time, |world| {
            let place = world.lock_place(&real).ok_or_else(nothing_to_prove)?;
            let call = IAtomicSwap::executeCall {
                preimage: real.preimage.clone(),
                proof: world.l1.prove(place),
            };
            on_swap(world, real.destination, &call)
        })?;
        self.makers[swap as usize] = maker;
        Ok(())
    }

    pub(super) fn cancel(&mut self, swap: Swap) -> Result<(), Refused> {
        let (real, time) = (self.real(swap), self.time_on_destination(swap));
        self.on_chain(self.protocol.setting.destination(swap), time, |world| {
            let place = world.lock_place(&real).ok_or_else(nothing_to_prove)?;
            let call = IAtomicSwap::cancelCall {
                header: real.preimage.header.clone(),
                proof: world.l1.prove(place),
            };
            on_swap(world, real.destination, &call)
        })?;
        self.makers[swap as usize] = Maker::Anyone;
        Ok(())
    }

    /// `imports`: the source's operator imports what is to be proven.
    pub(super) fn redeem(&mut self, swap: Swap, imports: bool) -> Result<(), Refused> {
        let (real, now) = (self.real(swap), self.now);
        self.on_chain(self.protocol.setting.source(swap), now, |world| {
            let found = world.receipt(&real).ok_or_else(nothing_to_prove)?;
            let call = IAtomicSwap::redeemCall {
                preimage: real.preimage.clone(),
                output: found.receipt.output,
                proof: proof(world, real.source, found.place, imports)?,
            };
            on_swap(world, real.source, &call)
        })
    }

    pub(super) fn refund(&mut self, swap: Swap, imports: bool) -> Result<(), Refused> {
        let (real, now) = (self.real(swap), self.now);
        self.on_chain(self.protocol.setting.source(swap), now, |world| {
            let proof = match world.receipt(&real) {
                Some(found) => proof(world, real.source, found.place, imports)?,
                None => no_proof(),
            };
            let call = IAtomicSwap::refundCall {
                preimage: real.preimage.clone(),
                proof,
            };
            on_swap(world, real.source, &call)
        })
    }

    /// Whether L1 must be told all of the swap for what is to come: where data is on L1 it always is; otherwise where the
    /// chain resolves it while nobody could put it at hand there.
    fn must_publish(&self, swap: Swap, index: usize) -> bool {
        let setting = self.protocol.setting;
        let mut state = self.state;
        let rebuilt = self.steps[index..].iter().any(|step| {
            let here = state.chains[setting.destination(swap) as usize];
            let is_it = matches!(step.action, Action::Consume { chain, executes: true }
                if chain == setting.destination(swap));
            state = self.protocol.after(&state, step.action);
            is_it && here.phase == Phase::Rebuilt
        });
        setting.availability == Availability::Rollup || rebuilt
    }

    pub(super) fn force(&mut self, swap: Swap) -> Result<(), Refused> {
        let (real, is_published) = (self.real(swap), self.is_published[swap as usize]);
        let time = self.time_to_force(swap);
        self.at_l1(time, |world| match is_published {
            true => world.force_execute(&real),
            false => world.force_resolve(&real),
        })
    }

    pub(super) fn force_close(&mut self, swap: Swap) -> Result<(), Refused> {
        let (real, time) = (self.real(swap), self.time_to_force(swap));
        self.at_l1(time, |world| world.force_close(&real))
    }

    fn time_to_force(&mut self, swap: Swap) -> u64 {
        let real = self.real(swap);
        self.now.max(self.stage.world.slot(&real).changedAt + HOUR)
    }

    pub(super) fn freeze(&mut self, chain: Chain) -> Result<(), Refused> {
        let time = self.time_on_l1(chain);
        self.at_l1(time, |world| world.freeze(id(chain)))
    }

    pub(super) fn l1_cancel(&mut self, swap: Swap) -> Result<(), Refused> {
        let time = self.time_on_l1(self.protocol.setting.destination(swap));
        let real = self.real(swap);
        self.at_l1(time, |world| world.l1_cancel(&real))
    }

    pub(super) fn l1_claim(&mut self, swap: Swap) -> Result<(), Refused> {
        let time = self.time_on_l1(self.protocol.setting.source(swap));
        let real = self.real(swap);
        self.at_l1(time, |world| world.l1_claim(&real))
    }

    /// The operation that the chain consumes next is final.
    fn consume(&mut self, chain: Chain, executes: bool) -> Result<(), Refused> {
        let consumed = self.processed(chain);
        let queue = &self.state.final_l1().chains[chain as usize].queue;
        let resolved = match queue.get(consumed as u8) {
            Some(Operation::Resolve(swap))
                if self.state.heads[swap as usize].outcome == Outcome::Unseen =>
            {
                Some(swap)
            }
            _ => None,
        };
        let Some(swap) = resolved else {
            let now = self.now;
            return self.consume_at(chain, now);
        };
        let time = self.time_on_destination(swap);
        let real = self.real(swap);
        let is_published = self.is_published[swap as usize];
        if executes && !is_published {
            self.on_chain(chain, time, |world| world.stage_swap(&real))?;
        }
        let closes = !executes && is_published && !self.is_late[swap as usize];
        self.set_closed(chain, closes)?;
        self.consume_at(chain, time)?;
        if closes {
            self.set_closed(chain, false)?;
        }
        self.makers[swap as usize] = Maker::Queue;
        Ok(())
    }

    fn consume_at(&mut self, chain: Chain, time: u64) -> Result<(), Refused> {
        let consumed = self.stage.world.chains[&id(chain)].consumed();
        self.on_chain(chain, time, |world| {
            let operation = world.l1.operations(id(chain)).get(consumed).cloned();
            let operation = operation.ok_or_else(nothing_to_prove)?;
            world.chain(id(chain)).consume(operation).map(drop)
        })
    }

    /// The venue of the chain refuses from now on, or accepts again.
    fn set_closed(&mut self, chain: Chain, closed: bool) -> Result<(), Refused> {
        if !closed && !self.is_closed(chain) {
            return Ok(());
        }
        let venue = self.stage.venues[chain as usize];
        let call = crate::trade::IFixedVenue::setClosedCall { closed };
        let node = &mut self.stage.world.chain(id(chain)).node;
        node.call(account("anyone"), venue, &call).map(drop)
    }

    fn is_closed(&mut self, chain: Chain) -> bool {
        let venue = self.stage.venues[chain as usize];
        let node = &mut self.stage.world.chain(id(chain)).node;
        answer(node, venue, &crate::trade::IFixedVenue::isClosedCall {})
    }

    fn recover(&mut self, chain: Chain) -> Result<(), Refused> {
        let registry = self.stage.world.l1.contracts.swap_registry.address;
        let outstanding = ISwapRegistry::outstandingTombstonesCall {
            chainId: U256::from(id(chain)),
        };
        self.tombstones[chain as usize] =
            answer(&mut self.stage.world.l1.node, registry, &outstanding);
        self.stage.world.chain(id(chain)).roll_back();
        self.is_rebuilt[chain as usize] = true;
        for swap in Swap::ALL {
            if self.protocol.setting.destination(swap) == chain {
                self.imported[swap as usize] = None;
                self.makers[swap as usize] = self.noted.makers[swap as usize];
            }
        }
        Ok(())
    }

    fn bury(&mut self, chain: Chain) -> Result<(), Refused> {
        let tombstones = self.tombstones[chain as usize].clone();
        for swap in Swap::ALL {
            let real = self.real(swap);
            let is_buried = tombstones.iter().any(|stone| stone.swapId == real.id);
            if is_buried && self.protocol.setting.destination(swap) == chain {
                self.makers[swap as usize] = Maker::L1;
            }
        }
        let (operator, now) = (self.stage.world.actors.operator, self.now);
        let call = IAtomicSwap::buryCall { tombstones };
        self.on_chain(chain, now, |world| {
            let contract = world.contracts.swap.address;
            world
                .chain(id(chain))
                .call(operator, contract, &call)
                .map(drop)
        })
    }

    pub(super) fn settle(&mut self, chain: Chain) -> Result<(), Refused> {
        let has_consumed = self.processed(chain) > self.on_l1(chain).consumed;
        let time = match has_consumed {
            true => self.now,
            false => self.time_on_l1(chain),
        };
        self.settle_at(chain, time)?;
        if has_consumed {
            self.noted.is_expired[chain as usize] = false;
            self.noted.is_grace_over[chain as usize] = false;
        }
        self.is_rebuilt[chain as usize] = false;
        Ok(())
    }

    /// Once the next operation has expired too.
    pub(super) fn settle_part(&mut self, chain: Chain) -> Result<(), Refused> {
        let next = self.processed(chain) as usize;
        let operations = self.stage.world.l1.operations(id(chain));
        let expiry = operations
            .get(next)
            .map(|operation| operation.expiresAt)
            .ok_or_else(nothing_to_prove)?;
        let time = self.time_on_l1(chain).max(expiry);
        self.settle_at(chain, time)
    }

    fn settle_at(&mut self, chain: Chain, time: u64) -> Result<(), Refused> {
        self.stage.world.chain(id(chain)).node.timestamp = self.now;
        self.at_l1(time, |world| world.settle(id(chain)))?;
        for swap in Swap::ALL {
            if self.protocol.setting.destination(swap) == chain {
                self.noted.makers[swap as usize] = self.makers[swap as usize];
            }
        }
        Ok(())
    }

    fn begin_fork(&mut self) {
        self.fork = Some(Box::new(Fork {
            l1: self.stage.world.l1.clone(),
            chains: self.stage.world.chains.clone(),
            noted: self.noted,
        }));
    }

    fn reorg(&mut self) {
        let fork = self.fork.take().expect("there is a fork");
        let world = &mut self.stage.world;
        world.l1 = fork.l1;
        self.noted = fork.noted;
        for (id, before) in fork.chains {
            world.chain(id).forget(&before);
        }
    }

    /// The fourth chain says that it has locked what has the swap's id.
    pub(super) fn forge(&mut self, swap: Swap) -> Result<(), Refused> {
        let real = self.real(swap);
        let asset = self.stage.gold.asset();
        let leg = |asset, amount| SwapLeg {
            asset,
            tokenId: U256::ZERO,
            amount: U256::from(amount),
        };
        let mut nowhere = asset.clone();
        nowhere.originChainId = U256::ZERO;
        nowhere.originToken = alloy::primitives::Address::ZERO;
        let opened = SwapEffect {
            change: SwapChange::Opened,
            source: U256::from(FORGER),
            destination: U256::from(real.destination),
            swapId: real.id,
            leg: leg(asset, GIVEN),
            returned: leg(nowhere, 0),
        };
        let now = self.now;
        self.at_l1(now, |world| {
            world.chain(FORGER).node.timestamp = now;
            let mut sealed = world.seal(FORGER);
            sealed.effects = vec![opened];
            sealed.batch.swapEffectsHash = swap_effects_hash(&sealed.effects);
            world.l1.node.next_block();
            world.execute(FORGER, &sealed)
        })
    }
}

fn on_swap<C: alloy::sol_types::SolCall>(
    world: &mut World,
    chain: u64,
    call: &C,
) -> Result<(), Refused> {
    let contract = world.contracts.swap.address;
    let chain = world.chain(chain);
    chain.call(account("anyone"), contract, call).map(drop)
}

fn proof(
    world: &mut World,
    chain: u64,
    place: Place,
    imports: bool,
) -> Result<InclusionProof, Refused> {
    if imports {
        let root = world.l1.root_of(place);
        world.chain(chain).import_once(root)?;
    }
    Ok(world.l1.prove(place))
}
