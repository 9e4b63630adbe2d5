//! The rules of the protocol, and what it becomes without some of them.

use crate::{
    properties::names,
    setting::{Availability, Setting, Topology},
};

/// A rule that can be taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Rule {
    /// A source pays back only what L1's slot says is cancelled.
    RefundNeedsDecision,
    /// L1 cancels only what goes to a frozen chain.
    CancelNeedsFreeze,
    /// L1 refuses a batch whose receipt does not find its slot pending.
    ReceiptsMatchSlots,
    /// L1 freezes a chain whose queue has expired.
    ChainsFreeze,
    /// L1 can put the resolution of a swap into a chain's queue.
    ChainsAreForced,
    /// A chain imports roots of final blocks of L1 only.
    ImportsAreFinal,
    /// L1 refuses a batch that imported a root L1 does not have.
    ImportsAreChecked,
    /// A source pays only on decisions that are final.
    PaymentsWaitForFinality,
    /// What L1 cancels leaves a tombstone on the destination.
    DestinationBuries,
    /// What L1 pays leaves a tombstone on the source.
    SourceBuries,
    /// Tombstones come before everything else.
    TombstonesFirst,
    /// Slots are told apart by the chain that locked.
    SlotsHaveOwners,
    /// A frozen chain settles its queue and nothing else.
    QueueOnlyWhileFrozen,
    /// Clocks need not agree. Without it a frozen chain's grace is never over before its swaps' deadlines are, by its own clock.
    ClocksMaySkew,
}

/// The rules in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rules {
    dropped: u16,
}

impl Rules {
    /// The protocol as it is.
    pub const AS_SPECIFIED: Self = Self { dropped: 0 };

    /// All but these.
    pub fn without(rules: &[Rule]) -> Self {
        let dropped = rules.iter().fold(0, |set, rule| set | 1 << *rule as u16);
        Self { dropped }
    }

    /// Whether `rule` is in force.
    pub fn has(self, rule: Rule) -> bool {
        self.dropped & 1 << rule as u16 == 0
    }
}

/// A protocol with a rule less, and what it then violates.
#[derive(Clone, Copy, Debug)]
pub struct Weakening {
    /// How it reads in a table.
    pub name: &'static str,
    /// What is missing.
    pub dropped: &'static [Rule],
    /// The property it violates.
    pub violates: &'static str,
    /// Where a search finds that.
    pub setting: Setting,
}

const QUIET: Setting = Setting::calm(Topology::Relay, Availability::Validium);

/// All of them.
pub const WEAKENINGS: [Weakening; 14] = [
    Weakening {
        name: "The source refunds by its own clock",
        dropped: &[Rule::RefundNeedsDecision],
        violates: names::MINT_AND_REFUND,
        setting: QUIET,
    },
    Weakening {
        name: "L1 cancels by its clock; receipts are not compared with slots",
        dropped: &[
            Rule::CancelNeedsFreeze,
            Rule::ChainsFreeze,
            Rule::ReceiptsMatchSlots,
        ],
        violates: names::MINT_AND_REFUND,
        setting: QUIET,
    },
    Weakening {
        name: "L1 cancels by its clock; receipts are compared; no freeze",
        dropped: &[Rule::CancelNeedsFreeze, Rule::ChainsFreeze],
        violates: names::HONEST_STANDS,
        setting: QUIET,
    },
    Weakening {
        name: "The destination alone decides: no freeze",
        dropped: &[Rule::ChainsFreeze],
        violates: names::RESOLVES,
        setting: QUIET.with_faults(1).single(),
    },
    Weakening {
        name: "The destination alone decides: no forced inclusion",
        dropped: &[Rule::ChainsAreForced],
        violates: names::RESOLVES,
        setting: QUIET.with_faults(1).single(),
    },
    Weakening {
        name: "Roots are imported early, and neither they nor receipts are compared with L1",
        dropped: &[
            Rule::ImportsAreFinal,
            Rule::ImportsAreChecked,
            Rule::ReceiptsMatchSlots,
        ],
        violates: names::UNBACKED_MINT,
        setting: QUIET.with_reorg(1),
    },
    Weakening {
        name: "Roots are imported early and not compared; receipts are",
        dropped: &[Rule::ImportsAreFinal, Rule::ImportsAreChecked],
        violates: names::NEVER_WEDGED,
        setting: QUIET.with_reorg(1).with_faults(1).single(),
    },
    Weakening {
        name: "The source pays on decisions that are not final",
        dropped: &[Rule::PaymentsWaitForFinality],
        violates: names::UNBACKED_REDEEM,
        setting: QUIET.with_reorg(1),
    },
    Weakening {
        name: "No tombstone on the destination",
        dropped: &[Rule::DestinationBuries],
        violates: names::HONEST_STANDS,
        setting: Setting::calm(Topology::Converging, Availability::Validium).with_faults(1),
    },
    Weakening {
        name: "No tombstone on the destination, though clocks agree",
        dropped: &[Rule::DestinationBuries, Rule::ClocksMaySkew],
        violates: names::NEVER_WEDGED,
        setting: QUIET.with_faults(1).single(),
    },
    Weakening {
        name: "Tombstones stand behind what the queue held before",
        dropped: &[Rule::TombstonesFirst],
        violates: names::NEVER_WEDGED,
        setting: QUIET.with_faults(1).single(),
    },
    Weakening {
        name: "No tombstone on the source for what L1 paid",
        dropped: &[Rule::SourceBuries],
        violates: names::PAID_ONCE,
        setting: Setting::calm(Topology::Opposed, Availability::Validium).with_faults(1),
    },
    Weakening {
        name: "Slots are not told apart by source",
        dropped: &[Rule::SlotsHaveOwners],
        violates: names::NEVER_WEDGED,
        setting: QUIET.with_forger().single(),
    },
    Weakening {
        name: "A frozen chain settles what it built before",
        dropped: &[Rule::QueueOnlyWhileFrozen],
        violates: names::QUEUE_ONLY,
        setting: QUIET.with_faults(1).single(),
    },
];

/// A departure that is safe: roots are imported before they are final, and compared with L1's at settlement.
pub const EARLY_IMPORT: &[Rule] = &[Rule::ImportsAreFinal];
