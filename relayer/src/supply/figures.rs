//! Where every unit of something is, as L1's ledger and the chains tell it about one moment.

use std::collections::BTreeMap;

use alloy::primitives::{B256, U256};
use causeway_bindings::{Asset, AssetKind, ETHER};

use crate::{model::ChainId, view::ChainNames};

/// What is counted as one: a fungible asset, or one token of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// The asset.
    pub asset: Asset,
    /// Token id; 0 for fungible assets.
    pub token_id: U256,
}

impl Unit {
    /// A fungible asset.
    pub fn fungible(asset: Asset) -> Self {
        Self {
            asset,
            token_id: U256::ZERO,
        }
    }

    /// Ether of L1, in which all chains pay their fees.
    pub fn ether(l1: ChainId) -> Self {
        Self::fungible(Asset {
            originChainId: U256::from(l1),
            originToken: ETHER,
            kind: AssetKind::Fungible,
        })
    }

    /// Its key in the ledger.
    pub fn key(&self) -> B256 {
        self.asset.ledger_key(self.token_id)
    }

    /// Chain it was born on.
    pub fn home(&self) -> ChainId {
        self.asset.originChainId.saturating_to()
    }

    /// Whether this is ether of that L1.
    pub fn is_ether_of(&self, l1: ChainId) -> bool {
        self.home() == l1 && self.asset.originToken == ETHER
    }
}

/// What people call an asset: its home and the token there.
pub fn asset_name(asset: &Asset, names: &ChainNames) -> String {
    let home = names.name(asset.originChainId.saturating_to());
    if asset.originToken == ETHER {
        return format!("{home}:base");
    }
    format!("{home}:{}", asset.originToken)
}

/// From a chain to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// Chain that it leaves.
    pub source: ChainId,
    /// Chain that it goes to.
    pub destination: ChainId,
}

impl Route {
    /// No route comes before it.
    pub(super) const FIRST: Self = Self {
        source: 0,
        destination: 0,
    };
}

/// What the ledger says at a block of L1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LedgerFigures {
    /// All that is outside of the home.
    pub issued: U256,
    /// What each chain may spend; L1 is one of them.
    pub balances: BTreeMap<ChainId, U256>,
    /// What is on its way.
    pub pending: BTreeMap<Route, U256>,
    /// What swaps hold.
    pub held: U256,
}

impl LedgerFigures {
    /// All that chains have, that is on its way, and that swaps hold.
    pub fn total(&self, home: ChainId) -> U256 {
        let balances = self.balances.iter();
        let balances = balances.filter(|(chain, _)| **chain != home);
        let amounts = balances.map(|(_, amount)| amount);
        sum(amounts.chain(self.pending.values()).chain([&self.held]))
    }
}

/// A sum, or the highest number where it is beyond that.
pub(super) fn sum<'a>(amounts: impl Iterator<Item = &'a U256>) -> U256 {
    amounts.fold(U256::ZERO, |sum, amount| sum.saturating_add(*amount))
}

/// What stands on a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stock {
    /// At home, by the custody's own count.
    Locked {
        /// Units that are elsewhere, or claimed.
        locked: U256,
        /// Units the custody has by the word of the token; `None` where it gives none.
        kept: Option<U256>,
    },
    /// At home, for tokens of which no count is kept: what the custody has. Anybody may give it more.
    Kept(U256),
    /// Elsewhere: what was minted and not burned.
    Minted(U256),
    /// Elsewhere, for a representation of the issuer's own, which the issuer may mint and burn by itself and let others
    /// mint and burn: how many of it there are says nothing about what crossed.
    IssuersOwn {
        /// What arrived less what left, by the vault's own logs.
        crossed: U256,
        /// How many the token says there are; `None` where it says nothing.
        supply: Option<U256>,
    },
    /// The base token of a chain, paid out of a holder that got its funds at genesis. Anybody may give it more.
    PaidOut {
        /// What the holder had at genesis.
        endowed: U256,
        /// What it has.
        left: U256,
    },
}

/// What one chain says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Block of the chain.
    pub block: u64,
    /// What stands there.
    pub stock: Stock,
    /// What arrived and could not be paid.
    pub claimable: U256,
    /// What the ledger has booked as arrived and the custody has not taken in yet: withdrawals above a limit of L1.
    pub delayed: U256,
    /// What arrived and waits because of its issuer's rules.
    pub held: U256,
}

/// Everything about one unit at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supply {
    /// Chain it was born on.
    pub home: ChainId,
    /// Chain of the ledger.
    pub l1: ChainId,
    /// Whether it is ether of L1, about which no token has a say.
    pub is_ether: bool,
    /// What the ledger says.
    pub ledger: LedgerFigures,
    /// What the chains say. Chains that cannot be seen are missing.
    pub places: BTreeMap<ChainId, Place>,
}

impl Supply {
    /// Chains that have some of it, or from which it comes, and that were not seen.
    pub fn missing(&self) -> impl Iterator<Item = ChainId> {
        let balances = self.ledger.balances.iter();
        let holders = balances.filter(|(_, amount)| !amount.is_zero());
        let home = Some(self.home).filter(|_| !self.ledger.issued.is_zero());
        let all = holders.map(|(chain, _)| *chain).chain(home);
        all.filter(|chain| !self.places.contains_key(chain))
    }
}
