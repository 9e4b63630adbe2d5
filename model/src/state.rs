//! What L1 and the chains know, as small and as exact as it can be.

/// A chain. C is a destination or a source like the others, or the one whose verifier is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Chain {
    /// The first.
    A,
    /// The second.
    B,
    /// The third.
    C,
}

impl Chain {
    /// All chains.
    pub const ALL: [Self; 3] = [Self::A, Self::B, Self::C];
}

/// One of the two swaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Swap {
    /// Always from A to B.
    First,
    /// As the [`Topology`](crate::setting::Topology) says.
    Second,
}

impl Swap {
    /// Both swaps.
    pub const ALL: [Self; 2] = [Self::First, Self::Second];

    /// The swap's bit in a set of swaps.
    pub(crate) fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A swap on its source chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Lock {
    /// Not there.
    None,
    /// The input is taken.
    Locked,
    /// L1 has cancelled it and said so; nobody is paid yet.
    Refundable,
    /// The output is paid.
    Redeemed,
    /// The input is paid back.
    Refunded,
    /// L1 has paid.
    ClosedByL1,
}

impl Lock {
    /// Whether the source has paid somebody.
    pub fn is_paid(self) -> bool {
        matches!(self, Self::Redeemed | Self::Refunded)
    }

    /// Whether the source holds the input and may pay.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Locked | Self::Refundable)
    }
}

/// A swap on its destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Outcome {
    /// Not decided.
    Unseen,
    /// Executed by anybody's transaction.
    Executed,
    /// Cancelled by anybody's transaction, after the deadline.
    Cancelled,
    /// Executed by an operation of L1's queue.
    ForcedExecuted,
    /// Cancelled by an operation of L1's queue.
    ForcedCancelled,
    /// L1 had cancelled it; the chain has taken note.
    Buried,
}

impl Outcome {
    /// Whether the output was produced.
    pub fn is_executed(self) -> bool {
        matches!(self, Self::Executed | Self::ForcedExecuted)
    }

    /// Whether a transaction of the chain's own users decided.
    pub fn is_voluntary(self) -> bool {
        matches!(self, Self::Executed | Self::Cancelled)
    }
}

/// What L1's slot says of a swap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Decision {
    /// No batch with the lock has executed.
    Unknown,
    /// Locked, not decided.
    Pending,
    /// The source may pay the output.
    Executed,
    /// The source may pay the input back.
    Cancelled,
}

impl Decision {
    /// Whether it is one of the two last.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Executed | Self::Cancelled)
    }
}

/// Where what a slot held was paid, as far as L1 knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Closed {
    /// Nowhere.
    No,
    /// On the source, in an executed batch.
    OnSource,
    /// On L1.
    OnL1,
}

/// L1's slot of a swap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Slot {
    /// What it says.
    pub decision: Decision,
    /// Whether L1 decided in the destination's stead.
    pub by_l1: bool,
    /// Whether what it held was paid.
    pub closed: Closed,
}

/// Both ends of a swap, in the executed batches of its chains or at their heads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ends {
    /// On the source.
    pub lock: Lock,
    /// On the destination.
    pub outcome: Outcome,
}

/// What L1 asks of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Of the destination: execute or cancel.
    Resolve(Swap),
    /// Of the source: L1 has cancelled.
    Refundable(Swap),
    /// Of the source: pay out.
    Close(Swap),
}

/// A chain's priority queue over the chain's whole life: a chain is asked at most three things in the two swaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Queue([Option<Operation>; 3]);

impl Queue {
    const EMPTY: Self = Self([None; 3]);

    /// How many operations there have ever been.
    pub fn len(&self) -> u8 {
        self.0.iter().flatten().count() as u8
    }

    /// Whether nothing was ever asked.
    pub fn is_empty(&self) -> bool {
        self.0[0].is_none()
    }

    /// The operation after `consumed` others.
    pub fn get(&self, consumed: u8) -> Option<Operation> {
        self.0.get(usize::from(consumed)).copied().flatten()
    }

    /// Whether `operation` is among the first `count`.
    pub(crate) fn holds(&self, operation: Operation, count: u8) -> bool {
        let first = self.0.iter().take(usize::from(count));
        first.flatten().any(|queued| *queued == operation)
    }

    /// Whether `operation` was ever asked.
    pub(crate) fn has(&self, operation: Operation) -> bool {
        self.holds(operation, 3)
    }

    pub(crate) fn push(&mut self, operation: Operation) {
        if let Some(free) = self.0.iter_mut().find(|place| place.is_none()) {
            *free = Some(operation);
        }
    }
}

/// What L1 knows of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ChainOnL1 {
    /// Frozen, until a batch of its own leaves no expired operation.
    pub is_frozen: bool,
    /// Frozen for longer than its grace.
    pub is_grace_over: bool,
    /// The oldest unconsumed operation has expired.
    pub is_expired: bool,
    /// A set of swaps that the chain must bury before it consumes anything.
    pub tombstones: u8,
    /// What L1 has asked.
    pub queue: Queue,
    /// How many of these operations are consumed in executed batches.
    pub consumed: u8,
}

/// L1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct L1 {
    /// By swap.
    pub slots: [Slot; 2],
    /// By swap, as of the executed batches.
    pub settled: [Ends; 2],
    /// By chain.
    pub chains: [ChainOnL1; 3],
    /// Swaps of which a chain with a broken verifier has opened a slot.
    pub forged: u8,
    /// A frozen chain has settled something else than its queue and what L1 decided.
    pub is_tainted: bool,
}

/// Who runs a chain, and how well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Operator {
    /// As it should.
    Live,
    /// Settles and consumes its queue, and takes no transactions that concern swaps.
    Censoring,
    /// Does nothing.
    Halted,
}

/// Whether a chain builds on its own head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Phase {
    /// It does.
    Running,
    /// It was rolled back to its last executed batch and prepares the batches with which it comes back.
    Rebuilt,
}

/// A chain at its head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ChainState {
    /// Who runs it.
    pub operator: Operator,
    /// What it builds on.
    pub phase: Phase,
    /// Operations consumed.
    pub consumed: u8,
    /// The tombstones it knew of when it was rebuilt.
    pub known: u8,
    /// Whether it has buried those.
    pub has_buried: bool,
}

/// A moment of the whole network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// L1 at its head.
    pub l1: L1,
    /// L1 as it is final, where that is another.
    pub before_fork: Option<L1>,
    /// L1's transactions since the fork.
    pub unfinal: u8,
    /// By chain.
    pub chains: [ChainState; 3],
    /// By swap, at the heads of its chains.
    pub heads: [Ends; 2],
    /// The swaps whose lock the destination can prove: it has imported a root that covers it.
    pub imported: u8,
    /// The swaps whose deadline is over by the destination's clock.
    pub late: u8,
    /// How often something may still go wrong.
    pub faults_left: u8,
    /// How often L1 may still be reorged.
    pub reorgs_left: u8,
}

impl State {
    /// Nothing has happened.
    pub fn initial(faults: u8, reorgs: u8) -> Self {
        let ends = Ends {
            lock: Lock::None,
            outcome: Outcome::Unseen,
        };
        let slot = Slot {
            decision: Decision::Unknown,
            by_l1: false,
            closed: Closed::No,
        };
        let on_l1 = ChainOnL1 {
            is_frozen: false,
            is_grace_over: false,
            is_expired: false,
            tombstones: 0,
            queue: Queue::EMPTY,
            consumed: 0,
        };
        let chain = ChainState {
            operator: Operator::Live,
            phase: Phase::Running,
            consumed: 0,
            known: 0,
            has_buried: false,
        };
        Self {
            l1: L1 {
                slots: [slot; 2],
                settled: [ends; 2],
                chains: [on_l1; 3],
                forged: 0,
                is_tainted: false,
            },
            before_fork: None,
            unfinal: 0,
            chains: [chain; 3],
            heads: [ends; 2],
            imported: 0,
            late: 0,
            faults_left: faults,
            reorgs_left: reorgs,
        }
    }

    /// L1 as it is final.
    pub fn final_l1(&self) -> &L1 {
        self.before_fork.as_ref().unwrap_or(&self.l1)
    }

    pub(crate) fn chain(&self, chain: Chain) -> &ChainState {
        &self.chains[chain as usize]
    }

    pub(crate) fn head(&self, swap: Swap) -> &Ends {
        &self.heads[swap as usize]
    }

    pub(crate) fn has_imported(&self, swap: Swap) -> bool {
        self.imported & swap.bit() != 0
    }

    pub(crate) fn is_late(&self, swap: Swap) -> bool {
        self.late & swap.bit() != 0
    }
}

impl L1 {
    pub(crate) fn slot(&self, swap: Swap) -> &Slot {
        &self.slots[swap as usize]
    }

    pub(crate) fn settled(&self, swap: Swap) -> &Ends {
        &self.settled[swap as usize]
    }

    pub(crate) fn chain(&self, chain: Chain) -> &ChainOnL1 {
        &self.chains[chain as usize]
    }
}
