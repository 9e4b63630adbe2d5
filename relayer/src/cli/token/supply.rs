//! `causeway token supply`.

use alloy::primitives::U256;
use causeway_bindings::AssetKind;
use clap::{ArgGroup, Args};

use super::TokenName;
use super::report::{SupplyReport, UnitReport, Unseen};
use crate::app::{Chains, Eyes};
use crate::cli::assets::Kind;
use crate::cli::exit::{Exit, Failure};
use crate::cli::network::{check, find_place};
use crate::cli::output::Output;
use crate::config::Config;
use crate::supply::{Observer, SupplyError, Unit};
use crate::view::ChainNames;

/// Arguments of `token supply`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("which").required(true).args(["token", "all"]))]
pub(in crate::cli) struct SupplyArgs {
    /// The token on any chain that has it, or its base token: alpha:0x…, L1:0x…, 271:0x…, L1:base
    #[arg(long, value_name = "CHAIN:TOKEN")]
    token: Option<TokenName>,
    /// Every fungible token that was ever sent anywhere
    #[arg(long, conflicts_with_all = ["kind", "token_id"])]
    all: bool,
    /// What kind of token it is
    #[arg(long, value_enum, default_value_t = Kind::Fungible)]
    kind: Kind,
    /// Which token of an ERC-721 or ERC-1155 contract
    #[arg(long, value_name = "ID", required_if_eq_any = [("kind", "nft"), ("kind", "multi")])]
    token_id: Option<U256>,
}

pub(super) async fn run(config: &Config, args: SupplyArgs, output: Output) -> Result<(), Failure> {
    let chains = Chains::open(config)?;
    check(config, &chains, |_| true).await?;
    let mut observer = Eyes::open(config, &chains)?.observer(usize::MAX);
    let named = match &args.token {
        Some(name) => Some(find_unit(config, &observer, name, &args).await?),
        None => None,
    };
    let moment = observer.advance().await?;
    let units = match named {
        Some(unit) => vec![unit],
        None => observer.units().collect(),
    };
    let names = ChainNames::from(config);
    let mut report = SupplyReport::new(&moment, &names);
    for unit in &units {
        let sight = observer.read(unit, &moment).await?;
        report.add(UnitReport::new(unit, &sight.supply, &names));
        for (chain, error) in &sight.unseen {
            report.add_unseen(Unseen::new(*chain, error, &names));
        }
        for chain in sight.supply.missing() {
            let error = SupplyError::NotConfigured { chain };
            report.add_unseen(Unseen::new(chain, &error, &names));
        }
    }
    output.print(&report)?;
    conclude(&report)
}

async fn find_unit(
    config: &Config,
    observer: &Observer,
    name: &TokenName,
    args: &SupplyArgs,
) -> Result<Unit, Failure> {
    let chain = find_place(config, &name.chain)?;
    let (kind, token_id) = (
        AssetKind::from(args.kind),
        args.token_id.unwrap_or_default(),
    );
    if kind == AssetKind::Fungible && !token_id.is_zero() {
        let text = "a fungible token has no token ids; give --kind nft or --kind multi";
        return Err(Failure::new(Exit::Usage, text));
    }
    let asset = observer.resolve(chain, name.token, kind).await?;
    Ok(Unit { asset, token_id })
}

/// A drift says more than a chain that is not seen.
fn conclude(report: &SupplyReport) -> Result<(), Failure> {
    if let Some(text) = report.drifts() {
        return Err(Failure::new(Exit::CheckFailed, text));
    }
    match report.unseen.first() {
        Some(unseen) => Err(Failure::new(unseen.exit, unseen.text())),
        None => Ok(()),
    }
}

impl From<&SupplyError> for Exit {
    fn from(error: &SupplyError) -> Self {
        match error {
            SupplyError::View(_) => Self::Unreachable,
            SupplyError::NotRegistered { .. } | SupplyError::StartTooLate { .. } => Self::Config,
            SupplyError::NotConfigured { .. } => Self::NotFound,
            _ => Self::Unexpected,
        }
    }
}

impl From<SupplyError> for Failure {
    fn from(error: SupplyError) -> Self {
        Self::new(Exit::from(&error), error.to_string())
    }
}
