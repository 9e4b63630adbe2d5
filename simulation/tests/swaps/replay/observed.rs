//! The abstract state, from the contracts.

use alloy::{
    primitives::{Address, U256},
    sol_types::SolCall,
};
use causeway_bindings::{
    IAtomicSwap, IBatchSettlement, IPriorityInbox, IPriorityQueue, ISwapRegistry, LockStatus,
    SwapChange, SwapOutcome, SwapSlot,
};
use causeway_model::{
    state::{Chain, Closed, Decision, Lock, Outcome, Swap},
    traces::Abstract,
};
use causeway_simulation::{Node, Swap as RealSwap};

use super::{
    run::{Maker, Replay},
    stage::{FORGER, id},
};
use crate::trade::HOUR;

/// What a contract said when the chain was at that revision.
#[derive(Clone, Copy)]
pub(super) struct Said<T> {
    revision: u64,
    value: Option<T>,
}

impl<T: Clone> Said<T> {
    pub(super) const UNKNOWN: Self = Self {
        revision: 0,
        value: None,
    };

    /// Asks again only if something has changed since.
    fn or_ask(&mut self, node: &mut Node, ask: impl FnOnce(&mut Node) -> T) -> T {
        let known = self.value.clone();
        match known.filter(|_| self.revision == node.revision()) {
            Some(value) => value,
            None => {
                let value = ask(node);
                *self = Self {
                    revision: node.revision(),
                    value: Some(value.clone()),
                };
                value
            }
        }
    }
}

/// What was asked last.
#[derive(Clone)]
pub(super) struct Memory {
    locks: [[Said<LockStatus>; 2]; 2],
    outcomes: [[Said<SwapOutcome>; 2]; 2],
    processed: [Said<u64>; 3],
    slots: [Said<OnL1Slot>; 2],
    chains: [Said<OnL1Chain>; 3],
}

impl Memory {
    pub(super) const EMPTY: Self = Self {
        locks: [[Said::UNKNOWN; 2]; 2],
        outcomes: [[Said::UNKNOWN; 2]; 2],
        processed: [Said::UNKNOWN; 3],
        slots: [const { Said::UNKNOWN }; 2],
        chains: [Said::UNKNOWN; 3],
    };
}

#[derive(Clone)]
struct OnL1Slot {
    slot: SwapSlot,
    has_receipt: bool,
    is_forged: bool,
}

/// What L1's contracts say of a chain.
#[derive(Clone, Copy)]
pub(super) struct OnL1Chain {
    pub(super) frozen_at: u64,
    pub(super) asked: u64,
    pub(super) consumed: u64,
    /// Of the oldest unconsumed operation; 0: there is none.
    pub(super) expires_at: u64,
    tombstones: u64,
}

/// At the chain's head, or in its executed batches.
#[derive(Clone, Copy)]
enum When {
    Now,
    Settled,
}

impl Replay<'_> {
    pub(super) fn observe(&mut self) -> Abstract {
        let mut bytes = [0; 12];
        for (swap, bytes) in Swap::ALL.into_iter().zip(bytes[..6].chunks_mut(3)) {
            self.observe_swap(swap, bytes);
        }
        for (chain, bytes) in Chain::ALL.into_iter().zip(bytes[6..].chunks_mut(2)) {
            self.observe_chain(chain, bytes);
        }
        bytes
    }

    fn observe_swap(&mut self, swap: Swap, bytes: &mut [u8]) {
        for (when, byte) in [When::Now, When::Settled].into_iter().zip(&mut *bytes) {
            *byte = self.lock(swap, when) as u8 | (self.outcome(swap, when) as u8) << 4;
        }
        let OnL1Slot {
            slot,
            has_receipt,
            is_forged,
        } = self.slot(swap);
        let decision = match slot.outcome {
            _ if !slot.isKnown => Decision::Unknown,
            SwapOutcome::Pending => Decision::Pending,
            SwapOutcome::Executed => Decision::Executed,
            SwapOutcome::Cancelled => Decision::Cancelled,
            SwapOutcome::__Invalid => panic!("no such outcome"),
        };
        let closed = match slot.isClosed {
            false => Closed::No,
            true if self.lock(swap, When::Settled).is_paid() => Closed::OnSource,
            true => Closed::OnL1,
        };
        let by_l1 = decision == Decision::Cancelled && !has_receipt;
        let is_late = self.time_on_destination(swap) > self.real(swap).preimage.header.deadline;
        bytes[2] = decision as u8 | (closed as u8) << 2 | bit(by_l1, 4) | bit(is_forged, 5);
        bytes[2] |= bit(is_late, 6) | bit(self.has_imported(swap), 7);
    }

    fn observe_chain(&mut self, chain: Chain, bytes: &mut [u8]) {
        let on_l1 = self.on_l1(chain);
        let time = self.time_on_l1(chain);
        let is_frozen = on_l1.frozen_at != 0;
        let is_grace_over = is_frozen && time >= on_l1.frozen_at + HOUR;
        let is_expired = on_l1.expires_at != 0 && time >= on_l1.expires_at;
        let is_rebuilt = self.is_rebuilt[chain as usize];
        let effects = self.stage.world.chains[&id(chain)].effects();
        let has_buried = effects
            .iter()
            .any(|effect| effect.change == SwapChange::Buried);
        bytes[0] = bit(is_frozen, 0) | bit(is_grace_over, 1) | bit(is_expired, 2);
        bytes[0] |= bit(is_rebuilt, 3) | (self.operators[chain as usize] as u8) << 4;
        bytes[0] |= (on_l1.tombstones as u8) << 6;
        bytes[1] = on_l1.asked as u8 | (on_l1.consumed as u8) << 2;
        bytes[1] |= (self.processed(chain) as u8) << 4 | bit(is_rebuilt && has_buried, 6);
    }

    fn lock(&mut self, swap: Swap, when: When) -> Lock {
        let (real, contract) = (self.real(swap), self.stage.world.contracts.swap.address);
        let call = IAtomicSwap::lockStatusCall { swapId: real.id };
        let chain = self.stage.world.chain(real.source);
        let node = node_of(chain, when);
        let said = &mut self.memory.locks[swap as usize][when as usize];
        match said.or_ask(node, |node| answer(node, contract, &call)) {
            LockStatus::None => Lock::None,
            LockStatus::Locked => Lock::Locked,
            LockStatus::Refundable => Lock::Refundable,
            LockStatus::Redeemed => Lock::Redeemed,
            LockStatus::Refunded => Lock::Refunded,
            LockStatus::ClosedByL1 => Lock::ClosedByL1,
            LockStatus::__Invalid => panic!("no such status"),
        }
    }

    fn outcome(&mut self, swap: Swap, when: When) -> Outcome {
        let (real, contract) = (self.real(swap), self.stage.world.contracts.swap.address);
        let call = IAtomicSwap::outcomeOfCall {
            source: U256::from(real.source),
            swapId: real.id,
        };
        let chain = self.stage.world.chain(real.destination);
        let node = node_of(chain, when);
        let said = &mut self.memory.outcomes[swap as usize][when as usize];
        let outcome = said.or_ask(node, |node| answer(node, contract, &call));
        let maker = match when {
            When::Now => self.makers[swap as usize],
            When::Settled => self.noted.makers[swap as usize],
        };
        match (outcome, maker) {
            (SwapOutcome::Pending, _) => Outcome::Unseen,
            (SwapOutcome::Executed, Maker::Queue) => Outcome::ForcedExecuted,
            (SwapOutcome::Executed, _) => Outcome::Executed,
            (SwapOutcome::Cancelled, Maker::Anyone) => Outcome::Cancelled,
            (SwapOutcome::Cancelled, Maker::Queue) => Outcome::ForcedCancelled,
            (SwapOutcome::Cancelled, Maker::L1) => Outcome::Buried,
            (SwapOutcome::__Invalid, _) => panic!("no such outcome"),
        }
    }

    /// Operations that the chain's inbox has processed.
    pub(super) fn processed(&mut self, chain: Chain) -> u64 {
        let inbox = self.stage.world.contracts.inbox;
        let node = &mut self.stage.world.chain(id(chain)).node;
        let call = IPriorityInbox::processedCountCall {};
        self.memory.processed[chain as usize]
            .or_ask(node, |node| answer(node, inbox, &call).to::<u64>())
    }

    fn slot(&mut self, swap: Swap) -> OnL1Slot {
        let (real, world) = (self.real(swap), &mut self.stage.world);
        let registry = world.l1.contracts.swap_registry.address;
        let has_receipt = world.receipt(&real).is_some();
        let slot = |node: &mut Node, source: u64| {
            let call = ISwapRegistry::slotOfCall {
                source: U256::from(source),
                swapId: real.id,
            };
            answer(node, registry, &call)
        };
        self.memory.slots[swap as usize].or_ask(&mut world.l1.node, |node| OnL1Slot {
            slot: slot(node, real.source),
            is_forged: slot(node, FORGER).isKnown,
            has_receipt,
        })
    }

    pub(super) fn on_l1(&mut self, chain: Chain) -> OnL1Chain {
        let l1 = &mut self.stage.world.l1;
        let (settlement, queue, registry) = (
            l1.contracts.settlement.address,
            l1.contracts.priority_queue.address,
            l1.contracts.swap_registry.address,
        );
        let chain_id = U256::from(id(chain));
        self.memory.chains[chain as usize].or_ask(&mut l1.node, |node| {
            let frozen_at = IBatchSettlement::frozenAtCall { chainId: chain_id };
            let asked = IPriorityQueue::tailCall { chainId: chain_id };
            let consumed = IPriorityQueue::headCall { chainId: chain_id };
            let outstanding = ISwapRegistry::outstandingTombstonesCall { chainId: chain_id };
            let consumed = answer(node, queue, &consumed);
            let expires_at = IPriorityQueue::expiresAtCall {
                chainId: chain_id,
                nonce: consumed,
            };
            OnL1Chain {
                frozen_at: answer(node, settlement, &frozen_at),
                asked: answer(node, queue, &asked),
                consumed,
                expires_at: answer(node, queue, &expires_at),
                tombstones: answer(node, registry, &outstanding).len() as u64,
            }
        })
    }

    pub(super) fn real(&self, swap: Swap) -> RealSwap {
        self.stage.swaps[swap as usize].clone()
    }
}

fn node_of(chain: &mut causeway_simulation::Chain, when: When) -> &mut Node {
    match when {
        When::Now => &mut chain.node,
        When::Settled => chain.settled(),
    }
}

pub(super) fn answer<C: SolCall>(node: &mut Node, contract: Address, call: &C) -> C::Return {
    node.view(contract, call).expect("it can be read")
}

fn bit(is_set: bool, position: u8) -> u8 {
    u8::from(is_set) << position
}
