//! The figures of a run.

use std::{fmt::Write as _, time::Duration};

use super::{ends::End, faults::Counts, offer::Kind};

/// What was counted.
pub(super) struct Figures {
    /// How many swaps of each kind ended how; `None` is none of the ends there may be.
    pub(super) tallies: Vec<(Kind, Option<End>)>,
    /// Swaps that ended otherwise than they may.
    pub(super) wrong: usize,
    pub(super) counts: Counts,
    pub(super) skips: usize,
    /// Transactions that an RPC took and lost.
    pub(super) lost: usize,
    /// Transactions of customers and banks that a reorg took back.
    pub(super) taken_back: usize,
    /// Swaps that L1 asked a chain for, and those it cancelled in a chain's stead.
    pub(super) forced: usize,
    pub(super) cancelled_by_l1: usize,
    pub(super) whole: Duration,
}

impl Figures {
    /// All of them, as Markdown.
    pub(super) fn table(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = self.ends(&mut text).and_then(|()| self.faults(&mut text));
        text
    }

    fn ends(&self, text: &mut String) -> std::fmt::Result {
        write!(text, "\n| swaps | locked |")?;
        End::ALL
            .iter()
            .try_for_each(|end| write!(text, " {} |", end.name()))?;
        writeln!(
            text,
            " anything else |\n|---|{}",
            "--:|".repeat(End::ALL.len() + 2)
        )?;
        for kind in Kind::ALL {
            let count = |end| self.count(|one| one == (kind, end));
            let all = self.count(|(other, _)| other == kind);
            write!(text, "| {} | {all} |", kind.name())?;
            End::ALL
                .iter()
                .try_for_each(|end| write!(text, " {} |", count(Some(*end))))?;
            writeln!(text, " {} |", count(None))?;
        }
        write!(text, "| all | {} |", self.tallies.len())?;
        for end in End::ALL {
            write!(text, " {} |", self.count(|(_, other)| other == Some(end)))?;
        }
        writeln!(text, " {} |", self.wrong)
    }

    fn count(&self, is_it: impl Fn((Kind, Option<End>)) -> bool) -> usize {
        self.tallies.iter().filter(|one| is_it(**one)).count()
    }

    fn faults(&self, text: &mut String) -> std::fmt::Result {
        let Counts {
            relayer_kills,
            operator_kills,
            l1_reorgs,
            chain_reorgs,
            refusals,
            silences,
            censorships,
            stops,
        } = self.counts;
        let rows = [
            ("a relayer of two killed", relayer_kills),
            ("an operators' process of two killed", operator_kills),
            ("L1 reorganised", l1_reorgs),
            ("a chain reorganised", chain_reorgs),
            (
                "transactions of customers and banks that reorgs took back",
                self.taken_back,
            ),
            ("an RPC refused connections", refusals),
            ("an RPC answered nobody", silences),
            ("an RPC took transactions and lost them", censorships),
            ("transactions that were lost so", self.lost),
            ("all clocks put forward", self.skips),
            ("an operator gone until L1 had decided, and back", stops),
            ("swaps that L1 asked a chain for", self.forced),
            (
                "swaps that L1 cancelled in a chain's stead",
                self.cancelled_by_l1,
            ),
        ];
        writeln!(text, "\n| what happened | times |\n|---|--:|")?;
        for (what, times) in rows {
            writeln!(text, "| {what} | {times} |")?;
        }
        let seconds = self.whole.as_secs();
        writeln!(text, "\n{} swaps in {seconds} s", self.tallies.len())
    }
}
