//! What must hold between the ledger and the chains. Pure.

use std::fmt;

use alloy::primitives::U256;

use super::figures::{Place, Stock, Supply};
use crate::model::ChainId;

/// What does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// `issued` is the sum of all balances but the home's, of all that is pending, and of what swaps hold.
    Identity,
    /// What is locked at home is what was issued, and what is owed there.
    Home,
    /// What stands on another chain, and is owed there, is the ledger's balance of it.
    Chain,
    /// The custody at home has what it counts as locked. The token says so, and anybody may write a token.
    Solvency,
}

impl Rule {
    /// Name in output.
    pub fn label(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Home => "home",
            Self::Chain => "chain",
            Self::Solvency => "solvency",
        }
    }
}

/// Two figures that should agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drift {
    /// What does not hold.
    pub rule: Rule,
    /// Where.
    pub chain: ChainId,
    /// What is there.
    pub found: U256,
    /// What should be.
    pub expected: U256,
    /// Whether the figures are those of the network's own contracts, and not what somebody's token says of itself. Only
    /// such a drift may stop anything; otherwise whoever writes a token could stop the network.
    pub is_ours: bool,
}

impl Drift {
    /// How far the figures are apart.
    pub fn amount(&self) -> U256 {
        self.found.abs_diff(self.expected)
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (found, expected, amount) = (self.found, self.expected, self.amount());
        let more = if found > expected { "more" } else { "less" };
        match self.rule {
            Rule::Identity => write!(
                f,
                "the ledger has balances, transfers under way and swaps of {found}, {amount} {more} than the {expected} it issued"
            ),
            Rule::Home => write!(
                f,
                "its home has {found} locked, {amount} {more} than the {expected} that are elsewhere or owed"
            ),
            Rule::Chain => write!(
                f,
                "{found} stand there, {amount} {more} than the {expected} that the ledger has for it"
            ),
            Rule::Solvency => write!(
                f,
                "the custody has {found}, {amount} {more} than the {expected} it owes"
            ),
        }
    }
}

/// All that does not hold.
pub fn check(supply: &Supply) -> Vec<Drift> {
    let mut drifts: Vec<Drift> = identity(supply).into_iter().collect();
    for (chain, place) in &supply.places {
        if *chain == supply.home {
            drifts.extend(at_home(supply, place));
        } else {
            drifts.extend(elsewhere(supply, *chain, place));
        }
    }
    drifts
}

fn identity(supply: &Supply) -> Option<Drift> {
    let found = supply.ledger.total(supply.home);
    differ(Rule::Identity, supply.l1, found, supply.ledger.issued)
}

fn at_home(supply: &Supply, place: &Place) -> Vec<Drift> {
    let owed = place.owed_beside(supply.ledger.issued);
    match place.stock {
        Stock::Locked { locked, kept } => {
            let counted = differ(Rule::Home, supply.home, locked, owed);
            let short = kept.and_then(|kept| too_little(supply, kept, locked));
            counted.into_iter().chain(short).collect()
        }
        Stock::Kept(kept) => too_little(supply, kept, owed).into_iter().collect(),
        Stock::Minted(found)
        | Stock::PaidOut { left: found, .. }
        | Stock::IssuersOwn { crossed: found, .. } => differ(Rule::Home, supply.home, found, owed)
            .into_iter()
            .collect(),
    }
}

fn elsewhere(supply: &Supply, chain: ChainId, place: &Place) -> Option<Drift> {
    let balance = supply.ledger.balances.get(&chain).copied();
    let expected = balance.unwrap_or_default();
    match place.stock {
        Stock::Minted(minted) => differ(Rule::Chain, chain, place.owed_beside(minted), expected),
        // What others gave the holder hides as much of what it paid out.
        Stock::PaidOut { endowed, left } => {
            let found = place.owed_beside(endowed).saturating_sub(left);
            at_most(Rule::Chain, chain, found, expected)
        }
        // What arrived and is owed is part of what crossed.
        Stock::IssuersOwn { crossed, .. } => {
            let found = crossed.saturating_add(place.delayed);
            differ(Rule::Chain, chain, found, expected)
        }
        Stock::Locked { locked: found, .. } | Stock::Kept(found) => {
            differ(Rule::Chain, chain, found, expected)
        }
    }
}

impl Place {
    fn owed_beside(&self, amount: U256) -> U256 {
        amount
            .saturating_add(self.claimable)
            .saturating_add(self.delayed)
            .saturating_add(self.held)
    }
}

fn differ(rule: Rule, chain: ChainId, found: U256, expected: U256) -> Option<Drift> {
    (found != expected).then_some(Drift {
        rule,
        chain,
        found,
        expected,
        is_ours: true,
    })
}

fn at_most(rule: Rule, chain: ChainId, found: U256, expected: U256) -> Option<Drift> {
    differ(rule, chain, found, expected).filter(|drift| drift.found > drift.expected)
}

/// Whether `kept` is the word of a token: all but ether of L1 is.
fn too_little(supply: &Supply, kept: U256, owed: U256) -> Option<Drift> {
    let drift = differ(Rule::Solvency, supply.home, kept, owed)?;
    (kept < owed).then_some(Drift {
        is_ours: supply.is_ether,
        ..drift
    })
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
