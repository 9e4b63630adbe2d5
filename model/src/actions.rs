//! Everything that can happen.

use crate::state::{Chain, Swap};

/// One thing that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// The source takes the input.
    Lock(Swap),
    /// L1 executes a batch with all that the chain has done since the last one. A frozen chain is live with it: the next
    /// operation of its queue has not expired.
    Settle(Chain),
    /// The destination imports a root that covers the lock.
    Import(Swap),
    /// Anyone executes on the destination.
    Execute(Swap),
    /// Anyone cancels on the destination, past the deadline.
    Cancel(Swap),
    /// The source pays the output.
    Redeem(Swap),
    /// The source pays the input back.
    Refund(Swap),
    /// The deadline passes on the destination's clock.
    Deadline(Swap),
    /// Anyone has L1 ask the destination to resolve.
    Force(Swap),
    /// Anyone has L1 ask the source to pay out.
    ForceClose(Swap),
    /// The chain consumes the next operation of its queue.
    Consume {
        /// Whose queue.
        chain: Chain,
        /// Whether a swap that is to be resolved executes; `false` for operations of other kinds, and those that come too late.
        executes: bool,
    },
    /// The oldest unconsumed operation of the chain expires.
    Expire(Chain),
    /// Anyone has L1 freeze the chain.
    Freeze(Chain),
    /// The chain has been frozen for longer than its grace.
    Grace(Chain),
    /// Anyone has L1 cancel in the frozen destination's stead.
    L1Cancel(Swap),
    /// Anyone has L1 pay in the frozen source's stead.
    L1Claim(Swap),
    /// A frozen chain is rolled back to its last executed batch.
    Recover(Chain),
    /// It buries what L1 decided meanwhile.
    Bury(Chain),
    /// Its operator stops.
    Halt(Chain),
    /// Its operator begins to ignore swaps.
    Censor(Chain),
    /// Its operator is honest again.
    Return(Chain),
    /// From here on L1's transactions are not final.
    Fork,
    /// They are now.
    Finalize,
    /// They are undone.
    Reorg,
    /// A chain with a broken verifier opens a slot with the swap's id.
    Forge(Swap),
    /// L1 executes a batch of a frozen chain as [`Action::Settle`] does, and the next operation has expired: the chain stays frozen.
    SettlePart(Chain),
    /// Only where roots are imported early: the chain drops what it built on a root that L1 no longer has.
    Rollback(Chain),
    /// Only where nobody waits for L1: the source pays the input back because its own clock says so.
    RefundByClock(Swap),
}

/// Names of the kinds of actions, by [`Action::kind`].
pub const KINDS: [&str; 28] = [
    "Lock",
    "Settle",
    "Import",
    "Execute",
    "Cancel",
    "Redeem",
    "Refund",
    "Deadline",
    "Force",
    "ForceClose",
    "Consume",
    "Expire",
    "Freeze",
    "Grace",
    "L1Cancel",
    "L1Claim",
    "Recover",
    "Bury",
    "Halt",
    "Censor",
    "Return",
    "Fork",
    "Finalize",
    "Reorg",
    "Forge",
    "SettlePart",
    "Rollback",
    "RefundByClock",
];

impl Action {
    /// Every action there is.
    pub const ALL: [Self; 68] = Self::every();

    const fn every() -> [Self; 68] {
        let mut all = [Self::Fork; 68];
        let mut count = 0;
        while count < 26 {
            let swap = Swap::ALL[count / 13];
            all[count] = Self::of_swap(swap, count % 13);
            count += 1;
        }
        while count < 65 {
            let chain = Chain::ALL[(count - 26) / 13];
            all[count] = Self::of_chain(chain, (count - 26) % 13);
            count += 1;
        }
        all[65] = Self::Finalize;
        all[66] = Self::Reorg;
        all
    }

    const fn of_swap(swap: Swap, index: usize) -> Self {
        [
            Self::Deadline(swap),
            Self::Force(swap),
            Self::ForceClose(swap),
            Self::Import(swap),
            Self::Execute(swap),
            Self::Cancel(swap),
            Self::Redeem(swap),
            Self::Refund(swap),
            Self::L1Cancel(swap),
            Self::L1Claim(swap),
            Self::Lock(swap),
            Self::Forge(swap),
            Self::RefundByClock(swap),
        ][index]
    }

    const fn of_chain(chain: Chain, index: usize) -> Self {
        let executes = index == 1;
        [
            Self::Settle(chain),
            Self::Consume { chain, executes },
            Self::Consume { chain, executes },
            Self::Freeze(chain),
            Self::Grace(chain),
            Self::Recover(chain),
            Self::Bury(chain),
            Self::Expire(chain),
            Self::Halt(chain),
            Self::Censor(chain),
            Self::Return(chain),
            Self::Rollback(chain),
            Self::SettlePart(chain),
        ][index]
    }

    /// Index of its name in [`KINDS`].
    pub fn kind(self) -> u8 {
        match self {
            Self::Lock(_) => 0,
            Self::Settle(_) => 1,
            Self::Import(_) => 2,
            Self::Execute(_) => 3,
            Self::Cancel(_) => 4,
            Self::Redeem(_) => 5,
            Self::Refund(_) => 6,
            Self::Deadline(_) => 7,
            Self::Force(_) => 8,
            Self::ForceClose(_) => 9,
            Self::Consume { .. } => 10,
            Self::Expire(_) => 11,
            Self::Freeze(_) => 12,
            Self::Grace(_) => 13,
            Self::L1Cancel(_) => 14,
            Self::L1Claim(_) => 15,
            Self::Recover(_) => 16,
            Self::Bury(_) => 17,
            Self::Halt(_) => 18,
            Self::Censor(_) => 19,
            Self::Return(_) => 20,
            Self::Fork => 21,
            Self::Finalize => 22,
            Self::Reorg => 23,
            Self::Forge(_) => 24,
            Self::SettlePart(_) => 25,
            Self::Rollback(_) => 26,
            Self::RefundByClock(_) => 27,
        }
    }

    /// Swap (0 or 1) or chain (0 to 2) it concerns, 4 more where a resolution executes; 0 for L1 as a whole.
    pub fn parameter(self) -> u8 {
        match self {
            Self::Lock(swap)
            | Self::Import(swap)
            | Self::Execute(swap)
            | Self::Cancel(swap)
            | Self::Redeem(swap)
            | Self::Refund(swap)
            | Self::Deadline(swap)
            | Self::Force(swap)
            | Self::ForceClose(swap)
            | Self::L1Cancel(swap)
            | Self::L1Claim(swap)
            | Self::Forge(swap)
            | Self::RefundByClock(swap) => swap as u8,
            Self::Settle(chain)
            | Self::SettlePart(chain)
            | Self::Expire(chain)
            | Self::Freeze(chain)
            | Self::Grace(chain)
            | Self::Recover(chain)
            | Self::Bury(chain)
            | Self::Halt(chain)
            | Self::Censor(chain)
            | Self::Return(chain)
            | Self::Rollback(chain) => chain as u8,
            Self::Consume { chain, executes } => chain as u8 | u8::from(executes) << 2,
            Self::Fork | Self::Finalize | Self::Reorg => 0,
        }
    }

    /// Whether it is a transaction on L1.
    pub fn is_on_l1(self) -> bool {
        matches!(
            self,
            Self::Settle(_)
                | Self::SettlePart(_)
                | Self::Force(_)
                | Self::ForceClose(_)
                | Self::Freeze(_)
                | Self::L1Cancel(_)
                | Self::L1Claim(_)
                | Self::Forge(_)
        )
    }

    /// Whether a run may go without it for ever: nobody has to swap, to fail or to come back. All else happens in the end
    /// while it can: time passes, honest operators work, and one relayer is enough for what anyone may do.
    pub fn is_optional(self) -> bool {
        matches!(
            self,
            Self::Lock(_)
                | Self::Halt(_)
                | Self::Censor(_)
                | Self::Return(_)
                | Self::Fork
                | Self::Reorg
                | Self::Forge(_)
        )
    }
}
