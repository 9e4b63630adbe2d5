//! How swaps may end.

use causeway_bindings::{LockStatus, SwapOutcome};

use crate::swaps::Standing;

/// An end that both chains and L1 agree on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum End {
    /// Exactly what was agreed has changed hands.
    Exchanged,
    /// The customer has what it gave.
    Returned,
    /// Executed, and the customer was paid on L1, for its own chain had stopped.
    ExchangedOnL1,
    /// Cancelled, and the customer was paid back on L1.
    ReturnedOnL1,
    /// The chain refused the lock, so nothing was given.
    NeverLocked,
}

impl End {
    pub(super) const ALL: [Self; 5] = [
        Self::Exchanged,
        Self::Returned,
        Self::ExchangedOnL1,
        Self::ReturnedOnL1,
        Self::NeverLocked,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Exchanged => "exchanged",
            Self::Returned => "returned",
            Self::ExchangedOnL1 => "exch. on L1",
            Self::ReturnedOnL1 => "ret. on L1",
            Self::NeverLocked => "not locked",
        }
    }

    /// Whether the other side has what the customer gave.
    pub(super) fn is_exchange(self) -> bool {
        matches!(self, Self::Exchanged | Self::ExchangedOnL1)
    }

    /// `None` unless it is one of these in the eyes of all three.
    pub(super) fn of(standing: &Standing) -> Option<Self> {
        let Standing {
            lock,
            outcome,
            slot,
        } = standing;
        if !slot.isClosed || slot.outcome != *outcome {
            return None;
        }
        match (*lock, *outcome) {
            (LockStatus::Redeemed, SwapOutcome::Executed) => Some(Self::Exchanged),
            (LockStatus::Refunded, SwapOutcome::Cancelled) => Some(Self::Returned),
            (LockStatus::ClosedByL1, SwapOutcome::Executed) => Some(Self::ExchangedOnL1),
            (LockStatus::ClosedByL1, SwapOutcome::Cancelled) => Some(Self::ReturnedOnL1),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use causeway_bindings::SwapSlot;

    use super::*;

    const LOCKS: [LockStatus; 6] = [
        LockStatus::None,
        LockStatus::Locked,
        LockStatus::Refundable,
        LockStatus::Redeemed,
        LockStatus::Refunded,
        LockStatus::ClosedByL1,
    ];
    const OUTCOMES: [SwapOutcome; 3] = [
        SwapOutcome::Pending,
        SwapOutcome::Executed,
        SwapOutcome::Cancelled,
    ];

    fn standing(
        lock: LockStatus,
        outcome: SwapOutcome,
        on_l1: SwapOutcome,
        is_closed: bool,
    ) -> Standing {
        let slot = SwapSlot {
            isKnown: true,
            outcome: on_l1,
            isClosed: is_closed,
            isForced: false,
            destination: 272,
            changedAt: 1,
            heldHash: Default::default(),
        };
        Standing {
            lock,
            outcome,
            slot,
        }
    }

    #[test]
    fn four_ends_and_no_other_are_taken() {
        let mut taken = Vec::new();
        for lock in LOCKS {
            for outcome in OUTCOMES {
                for on_l1 in OUTCOMES {
                    for is_closed in [false, true] {
                        let end = End::of(&standing(lock, outcome, on_l1, is_closed));
                        taken.extend(end.map(|end| (end, lock, outcome, on_l1, is_closed)));
                    }
                }
            }
        }
        let (executed, cancelled) = (SwapOutcome::Executed, SwapOutcome::Cancelled);
        let right = [
            (End::Exchanged, LockStatus::Redeemed, executed),
            (End::Returned, LockStatus::Refunded, cancelled),
            (End::ExchangedOnL1, LockStatus::ClosedByL1, executed),
            (End::ReturnedOnL1, LockStatus::ClosedByL1, cancelled),
        ];
        let right = right.map(|(end, lock, outcome)| (end, lock, outcome, outcome, true));
        assert_eq!(taken, right);
    }
}
