//! `causeway token`.

use std::path::Path;
use std::str::FromStr;

use alloy::primitives::{Address, B256, U256};
use causeway_bindings::{AssetKind, ETHER};
use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use super::exit::{Exit, Failure};
use super::output::{Output, Report, fields, table};
use crate::app::{Chains, Eyes};
use crate::config::Config;
use crate::supply::{Drift, Moment, Place, Sight, Stock, Supply, SupplyError, Unit, check};
use crate::view::{ChainNames, ChainView};

/// Commands about tokens.
#[derive(Debug, Subcommand)]
pub(super) enum TokenCommand {
    /// Show where every unit of a token is, and whether the sum holds
    Supply(SupplyArgs),
}

/// Arguments of `token supply`.
#[derive(Debug, Args)]
pub(super) struct SupplyArgs {
    /// The token on any chain that has it, or its base token: alpha:0x…, L1:0x…, 271:0x…, L1:base
    #[arg(long, value_name = "CHAIN:TOKEN")]
    asset: TokenName,
    /// What kind of token it is
    #[arg(long, value_enum, default_value_t = Kind::Erc20)]
    kind: Kind,
    /// Which token of an ERC-721 or ERC-1155 contract
    #[arg(long, value_name = "ID", required_if_eq_any([("kind", "erc721"), ("kind", "erc1155")]))]
    token_id: Option<U256>,
}

/// A token's standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Fungible
    Erc20,
    /// Each token is one of its kind
    Erc721,
    /// Many tokens in one contract
    Erc1155,
}

impl From<Kind> for AssetKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Erc20 => Self::Fungible,
            Kind::Erc721 => Self::NonFungible,
            Kind::Erc1155 => Self::MultiToken,
        }
    }
}

/// A chain and a token of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct TokenName {
    chain: String,
    token: Address,
}

impl FromStr for TokenName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.rsplit_once(':').filter(|(chain, _)| !chain.is_empty());
        let (chain, token) =
            parts.ok_or("give a chain and a token, such as alpha:0x… or L1:base")?;
        let token = match token {
            "base" => ETHER,
            address => address
                .parse()
                .map_err(|error| format!("`{address}` is no address: {error}"))?,
        };
        Ok(Self {
            chain: chain.to_owned(),
            token,
        })
    }
}

pub(super) async fn run(path: &Path, command: TokenCommand, output: Output) -> Result<(), Failure> {
    let config = Config::load(path)?;
    match command {
        TokenCommand::Supply(args) => supply(&config, args, output).await,
    }
}

async fn supply(config: &Config, args: SupplyArgs, output: Output) -> Result<(), Failure> {
    let names = ChainNames::from(config);
    let chain = names.find(&args.asset.chain).ok_or_else(|| {
        let text = format!("there is no chain `{}`", args.asset.chain);
        Failure::new(Exit::NotFound, text)
    })?;
    let token_id = args.token_id.unwrap_or_default();
    if args.kind == Kind::Erc20 && !token_id.is_zero() {
        let text = "an ERC-20 token has no token ids; give --kind erc721 or erc1155";
        return Err(Failure::new(Exit::Usage, text));
    }
    let mut observer = Eyes::open(config, &Chains::open(config)?)?.observer(1);
    let asset = observer
        .resolve(chain, args.asset.token, args.kind.into())
        .await?;
    let unit = Unit { asset, token_id };
    let moment = observer.advance().await?;
    let sight = observer.read(&unit, &moment).await?;
    let drifts = check(&sight.supply);
    output.print(&SupplyReport::new(&unit, &moment, &sight, &drifts, &names))?;
    conclude(&moment, &sight, &drifts, &names)
}

/// A drift says more than a chain that is not seen.
fn conclude(
    moment: &Moment,
    sight: &Sight,
    drifts: &[Drift],
    names: &ChainNames,
) -> Result<(), Failure> {
    if !drifts.is_empty() {
        let all = drifts
            .iter()
            .map(|drift| format!("{}: {drift}", names.name(drift.chain)));
        let text = all.collect::<Vec<_>>().join("; ");
        return Err(Failure::new(Exit::CheckFailed, text));
    }
    let skipped = moment
        .chains
        .values()
        .filter_map(|seen| seen.as_ref().err());
    let unseen = sight.unseen.iter().map(|(_, error)| error);
    match skipped.chain(unseen).next() {
        Some(error) => Err(Failure::new(exit_of(error), error.to_string())),
        None => Ok(()),
    }
}

fn exit_of(error: &SupplyError) -> Exit {
    match error {
        SupplyError::View(_) => Exit::Unreachable,
        SupplyError::NotRegistered { .. } | SupplyError::StartTooLate { .. } => Exit::Config,
        SupplyError::NotConfigured { .. } => Exit::NotFound,
        _ => Exit::Unexpected,
    }
}

impl From<SupplyError> for Failure {
    fn from(error: SupplyError) -> Self {
        Self::new(exit_of(&error), error.to_string())
    }
}

#[derive(Serialize)]
struct SupplyReport {
    schema: &'static str,
    asset: AssetRow,
    l1_block: u64,
    issued: String,
    balances: String,
    under_way: String,
    holds: bool,
    drifts: Vec<DriftRow>,
    chains: Vec<PlaceRow>,
}

#[derive(Serialize)]
struct AssetRow {
    home: ChainView,
    token: Address,
    token_id: String,
    key: B256,
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
    /// `None` where the chain is not seen.
    block: Option<u64>,
    stands: Option<&'static str>,
    units: Option<String>,
    claimable: String,
    held_back: String,
    ledger: String,
    under_way: String,
}

impl SupplyReport {
    fn new(
        unit: &Unit,
        moment: &Moment,
        sight: &Sight,
        drifts: &[Drift],
        names: &ChainNames,
    ) -> Self {
        let supply = &sight.supply;
        let ledger = &supply.ledger;
        let sum = |amounts: &mut dyn Iterator<Item = &U256>| {
            amounts.fold(U256::ZERO, |sum, amount| sum.saturating_add(*amount))
        };
        let view = |chain| ChainView {
            chain_id: chain,
            name: names.name(chain),
        };
        let drifts = drifts.iter().map(|drift| DriftRow {
            chain: view(drift.chain),
            rule: drift.rule.label(),
            found: drift.found.to_string(),
            expected: drift.expected.to_string(),
            text: drift.to_string(),
        });
        let drifts: Vec<_> = drifts.collect();
        let chains = ledger.balances.keys();
        let chains = chains.map(|chain| PlaceRow::new(view(*chain), supply));
        Self {
            schema: "causeway.token-supply/v1",
            asset: AssetRow {
                home: view(unit.home()),
                token: unit.asset.originToken,
                token_id: unit.token_id.to_string(),
                key: unit.key(),
            },
            l1_block: moment.l1_block,
            issued: ledger.issued.to_string(),
            balances: sum(&mut ledger.balances.values()).to_string(),
            under_way: sum(&mut ledger.pending.values()).to_string(),
            holds: drifts.is_empty(),
            drifts,
            chains: chains.collect(),
        }
    }
}

impl PlaceRow {
    fn new(chain: ChainView, supply: &Supply) -> Self {
        let place = supply.places.get(&chain.chain_id);
        let booked = |amounts: &std::collections::BTreeMap<_, U256>| {
            let amount = amounts.get(&chain.chain_id).copied();
            amount.unwrap_or_default().to_string()
        };
        let owed = |of: fn(&Place) -> U256| place.map(of).unwrap_or_default().to_string();
        let stands = place.map(|place| stands(&place.stock));
        Self {
            block: place.map(|place| place.block),
            stands: stands.map(|(name, _)| name),
            units: stands.map(|(_, units)| units.to_string()),
            claimable: owed(|place| place.claimable),
            held_back: owed(|place| place.held_back),
            ledger: booked(&supply.ledger.balances),
            under_way: booked(&supply.ledger.pending),
            chain,
        }
    }
}

fn stands(stock: &Stock) -> (&'static str, U256) {
    match *stock {
        Stock::Locked { locked, .. } => ("locked", locked),
        Stock::Kept(kept) => ("locked", kept),
        Stock::Minted(minted) => ("minted", minted),
        Stock::PaidOut { endowed, left } => ("paid_out", endowed.saturating_sub(left)),
    }
}

impl Report for SupplyReport {
    fn table(&self) -> String {
        let verdict = if self.holds {
            "the sum holds".to_owned()
        } else {
            let all = self.drifts.iter();
            let all = all.map(|drift| format!("DRIFT on {}: {}", drift.chain.name, drift.text));
            all.collect::<Vec<_>>().join("\n")
        };
        let head = fields(&[
            (
                "asset",
                format!("{} of {}", self.asset.token, self.asset.home.name),
            ),
            ("token id", self.asset.token_id.clone()),
            ("ledger key", self.asset.key.to_string()),
            ("L1 block", self.l1_block.to_string()),
            (
                "issued",
                format!(
                    "{} = {} on chains + {} under way",
                    self.issued, self.balances, self.under_way
                ),
            ),
        ]);
        let unseen = || "not seen".to_owned();
        let rows = self.chains.iter().map(|row| {
            vec![
                row.chain.name.clone(),
                row.block.map_or_else(unseen, |block| block.to_string()),
                row.units.clone().unwrap_or_else(unseen),
                row.stands.unwrap_or_default().replace('_', " "),
                row.claimable.clone(),
                row.held_back.clone(),
                row.ledger.clone(),
                row.under_way.clone(),
            ]
        });
        let header = [
            "chain",
            "block",
            "units",
            "",
            "claimable",
            "held back",
            "in the ledger",
            "under way to it",
        ];
        format!("{head}\n\n{}\n\n{verdict}", table(&header, rows))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_named_by_chain_and_address() {
        let word = "0x00000000000000000000000000000000000000aa";
        let name: TokenName = format!("alpha:{word}").parse().unwrap();
        assert_eq!(name.chain, "alpha");
        assert_eq!(name.token, word.parse::<Address>().unwrap());
        let base: TokenName = "271:base".parse().unwrap();
        assert_eq!((base.chain.as_str(), base.token), ("271", ETHER));
    }

    #[test]
    fn what_names_no_token_is_refused_with_what_to_give() {
        for text in ["base", ":base", "alpha", "alpha:0x12", "alpha:"] {
            let error = text.parse::<TokenName>().unwrap_err();
            assert!(
                error.contains("L1:base") || error.contains("is no address"),
                "{text}: {error}"
            );
        }
    }
}
