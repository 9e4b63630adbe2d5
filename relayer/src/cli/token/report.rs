//! What `causeway token supply` prints.

use alloy::primitives::{Address, B256, U256};
use serde::Serialize;

use crate::cli::exit::Exit;
use crate::cli::output::{Report, fields, table};
use crate::model::ChainId;
use crate::supply::{Drift, Moment, Stock, Supply, SupplyError, Unit, asset_name, check};
use crate::view::{ChainNames, ChainView};

/// Where the units of some assets are, at one moment.
#[derive(Serialize)]
pub(super) struct SupplyReport {
    schema: &'static str,
    l1_block: u64,
    verdict: Verdict,
    assets: Vec<UnitReport>,
    pub(super) unseen: Vec<Unseen>,
}

/// What the figures say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    /// Every unit is where it should be.
    Exact,
    /// Some are not.
    Drift,
    /// A chain was not seen, and what was seen agrees.
    Unknown,
}

/// A chain that was not seen.
#[derive(Serialize)]
pub(super) struct Unseen {
    chain: ChainView,
    reason: String,
    #[serde(skip)]
    pub(super) exit: Exit,
}

/// Where the units of one asset are.
#[derive(Serialize)]
pub(super) struct UnitReport {
    name: String,
    home: ChainView,
    token: Address,
    token_id: String,
    key: B256,
    holds: bool,
    /// All that is outside of its home, by the ledger.
    issued: String,
    /// Balances and transfers under way, by the ledger.
    accounted: String,
    under_way: Vec<RouteRow>,
    held_by_swaps: String,
    chains: Vec<PlaceRow>,
    drifts: Vec<DriftRow>,
}

#[derive(Serialize)]
struct RouteRow {
    source: ChainView,
    destination: ChainView,
    amount: String,
}

#[derive(Serialize)]
struct DriftRow {
    chain: ChainView,
    rule: &'static str,
    found: String,
    expected: String,
    text: String,
}

#[derive(Serialize)]
struct PlaceRow {
    chain: ChainView,
    /// What the ledger has for it; nothing for the home, which has no balance.
    ledger: Option<String>,
    /// `None` where the chain is not seen.
    #[serde(flatten)]
    seen: Option<SeenRow>,
}

#[derive(Serialize)]
struct SeenRow {
    block: u64,
    stands: &'static str,
    units: String,
    /// How many of a representation of the issuer's own there are.
    own_supply: Option<String>,
    claimable: String,
    delayed: String,
    held: String,
}

fn chain_view(chain: ChainId, names: &ChainNames) -> ChainView {
    ChainView {
        chain_id: chain,
        name: names.name(chain),
    }
}

impl Unseen {
    pub(super) fn new(chain: ChainId, error: &SupplyError, names: &ChainNames) -> Self {
        Self {
            chain: chain_view(chain, names),
            reason: error.to_string(),
            exit: Exit::from(error),
        }
    }

    pub(super) fn text(&self) -> String {
        format!("{} is not seen: {}", self.chain.name, self.reason)
    }
}

impl SupplyReport {
    pub(super) fn new(moment: &Moment, names: &ChainNames) -> Self {
        let chains = moment.chains.iter();
        let unseen = chains.filter_map(|(chain, seen)| {
            let error = seen.as_ref().err()?;
            Some(Unseen::new(*chain, error, names))
        });
        let mut report = Self {
            schema: "causeway.token-supply/v1",
            l1_block: moment.l1_block,
            verdict: Verdict::Exact,
            assets: Vec::new(),
            unseen: unseen.collect(),
        };
        report.judge();
        report
    }

    pub(super) fn add(&mut self, unit: UnitReport) {
        self.assets.push(unit);
        self.judge();
    }

    /// One reason per chain is enough.
    pub(super) fn add_unseen(&mut self, unseen: Unseen) {
        if self.unseen.iter().all(|known| known.chain != unseen.chain) {
            self.unseen.push(unseen);
        }
        self.judge();
    }

    fn judge(&mut self) {
        self.verdict = if self.assets.iter().any(|unit| !unit.holds) {
            Verdict::Drift
        } else if self.unseen.is_empty() {
            Verdict::Exact
        } else {
            Verdict::Unknown
        };
    }

    /// What does not hold, if anything.
    pub(super) fn drifts(&self) -> Option<String> {
        let all = self.assets.iter().flat_map(UnitReport::drift_lines);
        let all: Vec<_> = all.collect();
        (!all.is_empty()).then(|| all.join("; "))
    }
}

impl UnitReport {
    pub(super) fn new(unit: &Unit, supply: &Supply, names: &ChainNames) -> Self {
        let ledger = &supply.ledger;
        let drifts = check(supply);
        let routes = ledger.pending.iter().map(|(route, amount)| RouteRow {
            source: chain_view(route.source, names),
            destination: chain_view(route.destination, names),
            amount: amount.to_string(),
        });
        let chains = ledger.balances.keys();
        let chains = chains.map(|chain| PlaceRow::new(*chain, supply, names));
        Self {
            name: asset_name(&unit.asset, names),
            home: chain_view(unit.home(), names),
            token: unit.asset.originToken,
            token_id: unit.token_id.to_string(),
            key: unit.key(),
            holds: drifts.is_empty(),
            issued: ledger.issued.to_string(),
            accounted: ledger.total(supply.home).to_string(),
            under_way: routes.collect(),
            held_by_swaps: ledger.held.to_string(),
            chains: chains.collect(),
            drifts: drifts
                .iter()
                .map(|drift| DriftRow::new(drift, names))
                .collect(),
        }
    }

    fn drift_lines(&self) -> impl Iterator<Item = String> {
        let lines = self.drifts.iter();
        lines.map(|drift| format!("{}, {}: {}", self.name, drift.chain.name, drift.text))
    }

    fn table(&self) -> String {
        let head = fields(&[
            ("asset", self.name.clone()),
            ("token id", self.token_id.clone()),
            ("ledger key", self.key.to_string()),
            ("issued", self.issued.clone()),
            ("accounted", self.accounted.clone()),
            ("held by swaps", self.held_by_swaps.clone()),
        ]);
        let header = [
            "chain",
            "block",
            "units",
            "",
            "claimable",
            "delayed by L1",
            "held by issuer",
            "by the ledger",
        ];
        let mut parts = vec![
            head,
            table(&header, self.chains.iter().map(PlaceRow::cells)),
        ];
        if !self.under_way.is_empty() {
            let rows = self.under_way.iter().map(RouteRow::cells);
            parts.push(table(&["under way from", "to", "units"], rows));
        }
        let own = self.chains.iter().filter_map(PlaceRow::own_supply);
        parts.extend(own);
        parts.extend(self.drift_lines().map(|line| format!("DRIFT {line}")));
        parts.join("\n\n")
    }
}

impl DriftRow {
    fn new(drift: &Drift, names: &ChainNames) -> Self {
        Self {
            chain: chain_view(drift.chain, names),
            rule: drift.rule.label(),
            found: drift.found.to_string(),
            expected: drift.expected.to_string(),
            text: drift.to_string(),
        }
    }
}

impl RouteRow {
    fn cells(&self) -> Vec<String> {
        let (source, destination) = (self.source.name.clone(), self.destination.name.clone());
        vec![source, destination, self.amount.clone()]
    }
}

impl PlaceRow {
    fn new(chain: ChainId, supply: &Supply, names: &ChainNames) -> Self {
        let seen = supply.places.get(&chain).map(|place| {
            let (stands, units, own_supply) = stands(&place.stock);
            SeenRow {
                block: place.block,
                stands,
                units: units.to_string(),
                own_supply: own_supply.map(|supply| supply.to_string()),
                claimable: place.claimable.to_string(),
                delayed: place.delayed.to_string(),
                held: place.held.to_string(),
            }
        });
        let balance = supply.ledger.balances.get(&chain);
        let balance = balance.filter(|_| chain != supply.home);
        Self {
            chain: chain_view(chain, names),
            ledger: balance.map(U256::to_string),
            seen,
        }
    }

    fn cells(&self) -> Vec<String> {
        let mut cells = vec![self.chain.name.clone()];
        match &self.seen {
            Some(seen) => cells.extend([
                seen.block.to_string(),
                seen.units.clone(),
                seen.stands.replace('_', " "),
                seen.claimable.clone(),
                seen.delayed.clone(),
                seen.held.clone(),
            ]),
            None => {
                let unseen = ["not seen", "", "", "", "", ""];
                cells.extend(unseen.map(str::to_owned));
            }
        }
        cells.push(self.ledger.clone().unwrap_or_default());
        cells
    }

    fn own_supply(&self) -> Option<String> {
        let supply = self.seen.as_ref()?.own_supply.as_ref()?;
        Some(format!(
            "{}: the token is its issuer's own, and there are {supply} of it. What the issuer mints and burns by itself is no \
             part of the sum; what crossed is.",
            self.chain.name
        ))
    }
}

/// How units are there, how many, and how many there are of a representation of the issuer's own.
fn stands(stock: &Stock) -> (&'static str, U256, Option<U256>) {
    match *stock {
        Stock::Locked { locked, .. } => ("locked", locked, None),
        Stock::Kept(kept) => ("locked", kept, None),
        Stock::Minted(minted) => ("minted", minted, None),
        Stock::IssuersOwn { crossed, supply } => ("crossed", crossed, supply),
        Stock::PaidOut { endowed, left } => ("paid_out", endowed.saturating_sub(left), None),
    }
}

impl Report for SupplyReport {
    fn table(&self) -> String {
        let mut parts: Vec<String> = self.assets.iter().map(UnitReport::table).collect();
        parts.extend(self.unseen.iter().map(Unseen::text));
        let verdict = match self.verdict {
            Verdict::Exact => "exact: every unit is accounted for",
            Verdict::Drift => "NOT exact",
            Verdict::Unknown => "unknown: what was seen agrees, and not every chain was seen",
        };
        let count = self.assets.len();
        parts.push(format!(
            "{verdict} ({count} assets, L1 block {})",
            self.l1_block
        ));
        parts.join("\n\n")
    }
}
